"""What stands at the foot of plots."""

from servsim.study.histories.customers import World


def one_world(world: World) -> str:
    """Which world is shown, where it is one."""
    return f"one world: seed {world.seed}, replication {world.replication}"


def sure(confidence: float) -> str:
    """How sure intervals are."""
    return f"{100 * confidence:g} % intervals"
