"""The proof of an installation, and a desk beside the textbook, within 80 columns."""

import math
from itertools import pairwise

from rich.table import Table

from servsim.show.formatting import cell_text, many, plain, signed
from servsim.show.tables import blank_table, unsigned
from servsim.study.intervals_and_tables import Interval
from servsim.study.run import Run
from servsim.study.verification.nearest_theory import BESIDE, Beside, Nearest
from servsim.study.verification.verify import FALSE_ALARM, Proof

SHOWN = 5
"""Differences between twins, and broken invariants, that are listed."""


def proof_parts(proof: Proof) -> list[Table | str]:
    """What `servsim verify` shows; the last line says whether the proof was passed."""
    found = proof.twins
    lines = [
        f"Every metric must lie within {proof.limit:.2f} standard errors, each at most "
        f"{100 * proof.effort.sharpness:g} % of the value; a correct installation fails for 1 seed in "
        f"{round(1 / FALSE_ALARM)}.",
        "",
        f"Twins: {found.scenarios} random scenarios, {found.storms} of them tie storms, {found.rows:,} rows: "
        + (f"{len(found.differences)} differ." if found.differences else "both engines tell the same."),
        *found.differences[:SHOWN],
        f"Invariants: {found.scenarios} traces: " + (f"{len(found.broken)} breaches." if found.broken else "all kept."),
        *found.broken[:SHOWN],
        "",
    ]
    return [theory_table(proof), *lines, verdict(proof)]


def verdict(proof: Proof) -> str:
    """The last line."""
    return "verify: passed" if proof.passed else f"verify: FAILED ({', '.join(proof.failures)})"


def theory_table(proof: Proof) -> Table:
    """Every metric with its known value."""
    table = blank_table("Desks with known answers", "desk", "metric", "known", "found", "± %", "z")
    table.columns[1].justify = "left"
    before = ""
    for found in proof.theory:
        sharpness = 100 * found.standard_error / abs(found.expected)
        table.add_row(
            "" if found.name == before else found.name, found.metric, four(found.expected), four(found.simulated),
            f"{sharpness:.2f}", f"{found.z:+.1f}", style=None if found.passed else "bold red",
        )  # fmt: skip
        before = found.name
    return table


def four(number: float) -> str:
    """A number with four digits that count."""
    if not math.isfinite(number) or number == 0:
        return plain(number)
    return f"{number:,.{max(0, 3 - math.floor(math.log10(abs(number))))}f}"


def beside_parts(result: Beside) -> list[Table | str]:
    """What `servsim verify FILE` shows."""
    first, near = result.steps[0][1], result.nearest
    table = blank_table(first.scenario.title, "each line also …", "wait min", "±", "abandoned", "±", "busy")
    for name, run in result.steps:
        table.add_row(name, *step_cells(run))
    lines = [
        f"{many(len(first.metrics), 'replication')}, the same for every line, seed {result.seed}; intervals are of "
        "the mean."
    ]
    if near.agents == 0:
        return [table, *lines, "No textbook desk is near: on average less than half an agent is there."]
    table.add_row(near.form, *closed_form_cells(near), style="bold")
    return [table, nearest_words(near), planned_words(result), *lines, *fractional(result), *in_short(result)]


CLOSE = 0.1
"""Of the textbook's wait, within which a simulated one meets it: a desk begins empty, and chance has its part."""


def in_short(result: Beside) -> list[str]:
    """The verdict: does the desk end in the textbook, and what of its own moves its wait most? None without a wait."""
    queue, waits = result.nearest.queue(), [(name, run["wait_mean"].mean) for name, run in result.steps]
    if queue is None:
        return ["In short: there is no textbook answer to hold this desk against; the table shows it as simulated."]
    last = result.steps[-1][1]["wait_mean"]
    meets = last.low <= queue.wait <= last.high or abs(last.mean - queue.wait) <= CLOSE * queue.wait
    as_it_is = f"as it is, people wait {plain(waits[0][1])} min"
    ends = f"{plain(last.mean)} min simulated, {plain(queue.wait)} by the formula"
    if not meets:
        return [
            f"In short: {as_it_is}; with all its own taken away the desk does not meet the textbook ({ends}): the time "
            "simulated may be too short (horizon.weeks), or see what `servsim verify` says of this installation."
        ]
    moved = [(name, after - before) for (_, before), (name, after) in pairwise(waits)]
    most = max(moved, key=lambda step: abs(step[1]), default=None)
    own = f", most of all '{most[0]}' ({signed(most[1])} min)" if most else ""
    return [
        f"In short: {as_it_is}; with all its own taken away the desk meets the textbook ({ends}), so the simulation "
        f"can be trusted here, and what differs is due to the lines between{own}."
    ]


def step_cells(run: Run) -> list[str]:
    """Metrics of a step with half the width of their intervals."""
    wait, abandoned, occupancy = (run[name] for name in BESIDE)
    return [
        cell_text(wait.mean, "wait_mean"), half(wait, "wait_mean"), cell_text(abandoned.mean, "abandoned_share"),
        half(abandoned, "abandoned_share"), cell_text(occupancy.mean, "occupancy"),
    ]  # fmt: skip


def half(interval: Interval, metric: str) -> str:
    """Half the width of an interval."""
    return unsigned(interval.half, metric)


def closed_form_cells(near: Nearest) -> list[str]:
    """What the closed form says."""
    queue = near.queue()
    if queue is None:
        return ["for ever", "", "0.0 %", "", "100.0 %"]
    occupancy = near.load * (1 - queue.lost)
    return [
        cell_text(queue.wait, "wait_mean"),
        "",
        cell_text(queue.lost, "abandoned_share"),
        "",
        cell_text(occupancy, "occupancy"),
    ]


def nearest_words(near: Nearest) -> str:
    """What the closed form was told, and that there is none where there is none."""
    patience = "nobody leaves the queue" if near.patience is None else f"patience {plain(near.patience)} min"
    words = (
        f"{near.form}: {plain(60 * near.rate)} arrivals an hour, visits of {plain(near.visit)} min, "
        f"{many(near.agents, 'agent')}, {patience}, load {near.load:.2f}."
    )
    if near.queue() is None:
        words += " There is no steady state: more work comes than can be done, nobody leaves, the queue grows for ever."
    return words


def planned_words(result: Beside) -> str:
    """The load that `check` plans with, and why the textbook's may be another."""
    return (
        f"As planned, the load of the whole desk is {result.planned.load:.2f}; the textbook's is that of the visits "
        "that came in these replications, to agents who are always attentive, without other work."
    )


def fractional(result: Beside) -> list[str]:
    """A word of caution where the roster's mean is not a whole number of agents."""
    mean = result.mean_agents
    if abs(mean - round(mean)) < 0.005:
        return []
    return [
        f"The roster asks for {mean:.2f} agents on average; the textbook has {round(mean)}, "
        "with so many arrivals that the load is the same."
    ]
