"""servsim run"""

from servsim.cli.options import (
    Csv,
    Dask,
    Engine,
    EngineName,
    File,
    Json,
    NoStore,
    Quiet,
    Replications,
    Seed,
    Set,
    Shard,
    Store,
    Workers,
)


def run(
    file: File,
    overrides: Set = None,
    replications: Replications = None,
    seed: Seed = 1,
    engine: Engine = EngineName.fast,
    workers: Workers = None,
    dask: Dask = None,
    store: Store = None,
    no_store: NoStore = False,
    shard: Shard = None,
    as_json: Json = False,
    csv: Csv = None,
    quiet: Quiet = False,
) -> None:
    """Project retention and revenue: one table, every figure with its interval."""
    from servsim.cli.answering import answering, simulate_shard
    from servsim.cli.output import end_interrupted, print_json, say, write_csv
    from servsim.scenario.read import read_scenario
    from servsim.study.budget import affordable
    from servsim.study.run import run as project

    scenario = affordable(read_scenario(file, overrides or ()), str(file), replications)
    with answering("Projecting", quiet, engine, workers, dask, store, no_store) as means:
        if shard:
            return simulate_shard(shard, [scenario], replications, seed, means)
        result = project(scenario, replications=replications, seed=seed, means=means)
    write_csv(csv, result.rows())
    if as_json:
        print_json(result.to_dict())
    else:
        from servsim.show.table import risk_line, run_table, segments_table

        worlds = f"{len(result.figures)} simulated worlds, seed {seed}; intervals are of the mean."
        say(run_table(result), worlds, *([risk_line(result)] if scenario.spending else []))
        if scenario.segments:
            say("", segments_table(result))
    return end_interrupted(result.interrupted)
