"""servsim check"""

from servsim.cli.options import File, Json, Set


def check(file: File, overrides: Set = None, as_json: Json = False) -> None:
    """Validate a scenario; show the load on the desk, what is switched on, where it settles, and warnings."""
    from servsim.cli.output import print_json, say
    from servsim.study.objective import read_question
    from servsim.study.outlook import outlook

    result = outlook(read_question(file, overrides or ()), str(file))
    if as_json:
        print_json(result.to_dict())
    else:
        from servsim.show.outlook import outlook_parts

        say(*outlook_parts(result))
