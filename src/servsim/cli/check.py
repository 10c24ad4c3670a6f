"""`servsim check`: what can be said of a scenario before it is simulated, and what it implies for its first year."""

from servsim.cli.shared_options import File, Json, Quiet, Set


def check(file: File, overrides: Set = None, as_json: Json = False, quiet: Quiet = False) -> None:
    """Validate a scenario; show the load on the desk, what it implies for a year, where it settles, and warnings."""
    from servsim.cli.execution_options import answering
    from servsim.cli.output import print_json, say
    from servsim.scenario.read import called
    from servsim.study.check.before_simulation import outlook
    from servsim.study.objective import read_question

    scenario = read_question(file, overrides or ())
    with answering("Looking", quiet, no_store=True) as execution:
        result = outlook(scenario, called(file), execution)
    if as_json:
        print_json(result.to_dict())
    else:
        from servsim.show.check import outlook_parts

        say(*outlook_parts(result))
