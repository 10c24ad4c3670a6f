"""`servsim schema`: the JSON Schema of scenario files."""


def schema() -> None:
    """Print the JSON Schema of scenario files, so that editors complete and check them."""
    from servsim.cli.output import print_json
    from servsim.scenario.lever_and_uncertain_ranges import scenario_schema

    print_json(scenario_schema())
