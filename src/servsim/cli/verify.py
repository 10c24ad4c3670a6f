"""`servsim verify`: the proof of this installation, and a scenario beside queueing theory."""

from pathlib import Path
from typing import Annotated

import typer

from servsim.cli.shared_options import Json, Quiet, Seed, Workers

Own = Annotated[
    Path | None,
    typer.Argument(
        help="A scenario to set beside the nearest textbook desk, instead of the proof; - for standard input.",
        show_default=False,
    ),
]
Quick = Annotated[bool, typer.Option("--quick", help="Within a minute, a quarter as sharp; 5 replications for a FILE.")]

QUICK_REPLICATIONS = 5


def verify(
    file: Own = None,
    quick: Quick = False,
    seed: Seed = 1,
    workers: Workers = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Prove this installation: textbook answers met, both engines equal, invariants kept. Exit code 1 if not."""
    if file is None:
        prove(quick, seed, workers, as_json, quiet)
    else:
        set_beside(file, quick, seed, workers, as_json, quiet)


def prove(quick: bool, seed: int, workers: int | None, as_json: bool, quiet: bool) -> None:
    """The proof, and exit code 1 where it fails."""
    from servsim.cli.execution_options import answering
    from servsim.cli.output import print_json, say
    from servsim.study.verification.verify import FULL, QUICK
    from servsim.study.verification.verify import verify as verified

    with answering("Proving", quiet, workers=workers, no_store=True) as execution:
        proof = verified(QUICK if quick else FULL, seed=seed, execution=execution)
    if as_json:
        print_json(proof.to_dict())
    else:
        from servsim.show.verification import proof_parts

        say(*proof_parts(proof))
    if not proof.passed:
        raise typer.Exit(1)


def set_beside(file: Path, quick: bool, seed: int, workers: int | None, as_json: bool, quiet: bool) -> None:
    """A scenario's desk beside the nearest closed form, losing one property after the other."""
    from servsim.cli.execution_options import answering
    from servsim.cli.output import print_json, say
    from servsim.scenario.read import called, read_scenario
    from servsim.study.cost_estimate import affordable
    from servsim.study.verification.nearest_theory import CHANGES, beside

    replications = QUICK_REPLICATIONS if quick else None
    scenario = affordable(read_scenario(file), called(file), replications, len(CHANGES) + 1, far=False)
    with answering("Simplifying", quiet, workers=workers, no_store=True) as execution:
        result = beside(scenario, replications=replications, seed=seed, execution=execution)
    if as_json:
        print_json(result.to_dict())
    else:
        from servsim.show.verification import beside_parts

        say(*beside_parts(result))
