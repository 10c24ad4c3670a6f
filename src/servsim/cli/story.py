"""`servsim story`: one customer's life or one day at the desk, told in sentences."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from servsim.cli.shared_options import Day, Engine, EngineName, File, Json, Quiet, Replication, Seed, Set, within

if TYPE_CHECKING:
    from servsim.show.life_story import Told
    from servsim.study.histories.customers import World

Customer = Annotated[
    str | None,
    typer.Option(
        metavar="WHO",
        help="A number of the opening book; day:number of a prospect, both from 0; any other name that a story has; or "
        "first-lost, first-won, first-complaint, first-recovered, first-won-back, first-broken-promise, "
        "first-referred, first-warned, first-cooled.",
    ),
]
Agent = Annotated[
    int | None, typer.Option(callback=within(0), help="An agent or manager by number, from 0; with --day, that day.")
]


def story(
    file: File,
    customer: Customer = None,
    agent: Agent = None,
    day: Day = None,
    overrides: Set = None,
    replication: Replication = 0,
    seed: Seed = 1,
    engine: Engine = EngineName.fast,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Tell a customer's life, an agent's day or a day at the desk, in sentences: what happened, and why."""
    from servsim.cli.output import announce_compiling
    from servsim.errors import ServsimError
    from servsim.scenario.read import called, read_scenario
    from servsim.study.cost_estimate import affordable
    from servsim.study.histories.customers import World

    if (customer is None) == (agent is None and day is None):
        raise ServsimError("story needs one of --customer, --agent and --day; only --agent may have a --day besides.")
    scenario = affordable(read_scenario(file, overrides or ()), called(file), 1, far=False)
    announce_compiling(quiet)
    world = World(scenario, seed, replication, engine.value)
    if customer is not None:
        show_life(world, customer, as_json)
    else:
        show_day(world, agent, day, as_json)


def show_life(world: "World", customer: str, as_json: bool) -> None:
    """Print a customer's life, one paragraph after the other."""
    from servsim.cli.output import say
    from servsim.show.formatting import capital
    from servsim.show.life_story import life_story
    from servsim.study.histories.customers import life

    key, rows = life(world, customer)
    told = life_story(rows, world.scenario, world.segment(key))
    if as_json:
        print_told(told)
    else:
        say(heading(world), *(f"\n{capital(one.when)}. {one.text}" for one in told))


def show_day(world: "World", agent: int | None, day: int | None, as_json: bool) -> None:
    """Print a timeline: the time of day, and what began then."""
    from rich.table import Table

    from servsim.cli.output import say
    from servsim.show.day_timeline import timeline
    from servsim.show.formatting import capital
    from servsim.study.histories.customers import agents_day, day_at_the_desk

    if agent is None:
        assert day is not None
        rows = day_at_the_desk(world, day)
    else:
        day, rows = agents_day(world, agent, day)
    first, *told = timeline(rows, world.scenario, day, agent)
    if as_json:
        print_told([first, *told])
        return
    grid = Table.grid(padding=(0, 2, 0, 0))
    for one in told:
        grid.add_row(one.when.rsplit(" ", 1)[-1], one.text)
    say(heading(world), f"\n{capital(first.when)}. {first.text}\n", grid)


def heading(world: "World") -> str:
    """Which world is told."""
    return f"{world.scenario.title}, seed {world.seed}, replication {world.replication}"


def print_told(told: "list[Told]") -> None:
    """Print paragraphs as a JSON list."""
    from servsim.cli.output import print_json

    paragraphs: Any = [asdict(one) for one in told]
    print_json(paragraphs)
