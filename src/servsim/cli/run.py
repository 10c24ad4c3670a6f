"""servsim run"""

from servsim.cli.options import Csv, Engine, EngineName, File, Json, Quiet, Replications, Seed, Set, Workers


def run(
    file: File,
    overrides: Set = None,
    replications: Replications = None,
    seed: Seed = 1,
    engine: Engine = EngineName.fast,
    workers: Workers = None,
    as_json: Json = False,
    csv: Csv = None,
    quiet: Quiet = False,
) -> None:
    """Project retention and revenue: one table, every figure with its interval."""
    from servsim.cli.output import announce_compiling, end_interrupted, print_json, progress, say, write_csv
    from servsim.scenario.read import read_scenario
    from servsim.study.budget import affordable
    from servsim.study.run import run as project

    scenario = affordable(read_scenario(file, overrides or ()), str(file), replications)
    announce_compiling(quiet)
    with progress("Projecting", quiet) as tell:
        result = project(
            scenario, replications=replications, seed=seed, engine=engine.value, workers=workers, progress=tell
        )
    write_csv(csv, result.rows())
    if as_json:
        print_json(result.to_dict())
    else:
        from servsim.show.table import risk_line, run_table, segments_table

        worlds = f"{len(result.figures)} simulated worlds, seed {seed}; intervals are of the mean."
        say(run_table(result), worlds, *([risk_line(result)] if scenario.spending else []))
        if scenario.segments:
            say("", segments_table(result))
    end_interrupted(result.interrupted)
