"""servsim evaluate"""

from pathlib import Path
from typing import Annotated

import typer

from servsim.cli.options import Csv, Engine, EngineName, File, Json, Quiet, Replications, Seed, Set, Workers

Lever = Annotated[str | None, typer.Option(help="Setting to vary; default: as the scenario says.")]
Levels = Annotated[str | None, typer.Option(help="Values to try, e.g. 0,2,4,6; default: as the scenario says.")]
Objective = Annotated[str | None, typer.Option(help="value, profit, revenue or retention.")]
Picture = Annotated[Path | None, typer.Option(metavar="PATH", help="Where the picture goes (png, svg, pdf).")]
NoPicture = Annotated[bool, typer.Option("--no-picture", help="Do not draw the picture.")]


def evaluate(
    file: File,
    overrides: Set = None,
    lever: Lever = None,
    levels: Levels = None,
    objective: Objective = None,
    replications: Replications = None,
    seed: Seed = 1,
    engine: Engine = EngineName.fast,
    workers: Workers = None,
    as_json: Json = False,
    csv: Csv = None,
    picture: Picture = None,
    no_picture: NoPicture = False,
    quiet: Quiet = False,
) -> None:
    """How much time to invest: the table of levels, the best, the advice, the picture."""
    from servsim.cli.output import announce_compiling, end_interrupted, print_json, progress, say, write_csv
    from servsim.scenario.read import read_scenario
    from servsim.study.budget import affordable
    from servsim.study.evaluate import evaluate as compare_levels

    asked = [f'evaluate.{key}="{value}"' for key, value in (("lever", lever), ("objective", objective)) if value]
    asked += [f"evaluate.levels=[{levels}]"] if levels else []
    scenario = read_scenario(file, [*(overrides or ()), *asked])
    scenario = affordable(scenario, str(file), replications, len(scenario.evaluate.levels) + 1)
    announce_compiling(quiet)
    with progress("Comparing levels", quiet) as tell:
        result = compare_levels(
            scenario, replications=replications, seed=seed, engine=engine.value, workers=workers, progress=tell
        )
    write_csv(csv, result.rows())
    if as_json:
        print_json(result.to_dict())
    else:
        from servsim.show.advice import advice, caveats
        from servsim.show.table import level_table

        say(level_table(result), advice(result), "", *caveats(result))
    if result.replications >= 2 and not no_picture and (picture or not as_json):
        draw(result, picture or Path(f"{file.stem}-evaluate.png"), quiet)
    end_interrupted(result.interrupted)


def draw(result: object, path: Path, quiet: bool) -> None:
    """Write the picture and say where it is."""
    from servsim.cli.output import notice, write_whole
    from servsim.errors import ServsimError
    from servsim.show.picture import evaluation_figure, save
    from servsim.study.evaluate import Evaluation

    assert isinstance(result, Evaluation)
    if path.suffix not in (".png", ".svg", ".pdf"):
        raise ServsimError(f"--picture {path}: it must end in .png, .svg or .pdf.")
    write_whole(path, lambda draft: save(evaluation_figure(result), draft))
    notice(f"Picture: {path}", quiet)
