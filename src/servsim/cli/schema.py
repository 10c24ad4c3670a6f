"""servsim schema"""


def schema() -> None:
    """Print the JSON Schema of scenario files, so that editors complete and check them."""
    from servsim.cli.output import print_json
    from servsim.scenario.scenario import Scenario

    print_json({"$schema": "https://json-schema.org/draft/2020-12/schema", **Scenario.model_json_schema()})
