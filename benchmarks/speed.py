"""How fast is servsim? One run measures every ratio; a table for the README first, the details below it.

    python benchmarks/speed.py [--quick] [--json PATH]

Whatever is compared is timed in turn, round after round, and the best round of each counts; what one thread does is
timed in seconds of processor time. So other work on the machine disturbs little. Quick takes about a minute and a half,
all of it about eight minutes.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from questions import (
    Numbers,
    cost_by_book,
    cost_by_crowd,
    cost_by_visits,
    engines_on_one_desk,
    evaluations,
    memory_of_a_customer,
    same_desk,
    say,
    shares_of_time,
    starts,
    threads,
    twins_on_every_scenario,
)
from timing import machine

QUESTIONS: dict[str, tuple[str, Callable[[bool], Numbers]]] = {
    "starts": ("starting fresh processes, and compiling once", starts),
    "one_desk": ("three engines on one desk", engines_on_one_desk),
    "twins": ("both engines on every scenario", twins_on_every_scenario),
    "by_visits": ("ever longer runs", cost_by_visits),
    "by_crowd": ("ever longer queues", cost_by_crowd),
    "by_book": ("ever larger books", cost_by_book),
    "customer": ("the memory of a customer", memory_of_a_customer),
    "shares": ("where the time goes", shares_of_time),
    "threads": ("two threads against one", threads),
    "evaluations": ("evaluate on the salon", evaluations),
}


def main() -> None:
    """Ask, show, and keep; exit code 1 if the engines did not simulate the same desk."""
    asked = arguments()
    answers: Numbers = {"machine": machine(), "quick": asked.quick}
    for name, (doing, question) in QUESTIONS.items():
        say(f"{doing} …")
        answers[name] = question(asked.quick)
    sys.stdout.write("\n".join([*readme_table(answers), "", *details(answers)]) + "\n")
    if asked.json:
        asked.json.write_text(json.dumps(answers, indent=1) + "\n")
    if not agreed(answers):
        say("the engines do not agree; the ratios above compare nothing.")
        sys.exit(1)


def arguments() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description="How fast is servsim?")
    parser.add_argument("--quick", action="store_true", help="fewer rounds and smaller sizes: about 90 seconds")
    parser.add_argument("--json", type=Path, metavar="PATH", help="also write every number to a file")
    return parser.parse_args()


def agreed(answers: Numbers) -> bool:
    """Did all engines simulate the same desk, and the twins the same replications?"""
    return same_desk(answers["one_desk"]) and all(twin["same_metrics"] for twin in answers["twins"].values())


# The table for the README


def readme_table(answers: Numbers) -> list[str]:
    """What a reader of the README wants to know, as Markdown."""
    rows = [
        *one_desk_rows(answers["one_desk"]),
        ("the compiled loop against the SimPy twin, over the repository's scenarios", f"{ratios(answers)} times"),
        evaluation_row(answers["evaluations"]),
        ("two threads against one", f"{answers['threads']['ratio']:.2f} times"),
        ("a visit in " + sizes(answers["by_visits"]) + " visits", costs(answers["by_visits"])),
        ("a visit while " + sizes(answers["by_crowd"]) + " wait", costs(answers["by_crowd"])),
        ("a visit to a book of " + sizes(answers["by_book"]) + " customers", costs(answers["by_book"])),
        ("memory of one more customer in the book, while it runs and at its peak", memory(answers["customer"])),
        ("start: `servsim --help`, a small `run`, the very first `run`", start_times(answers["starts"])),
    ]
    return ["| what | measured |", "|---|---|", *(f"| {what} | {value} |" for what, value in rows), "", on(answers)]


def one_desk_rows(one_desk: Numbers) -> Iterable[tuple[str, str]]:
    """Visits a second of each engine on one thread."""
    names = {
        "fast": "servsim",
        "cpp": "a loop by hand in C++, with the same draws",
        "simpy": "a plain script of SimPy",
        "ciw": f"Ciw {machine()['ciw']}",
        "reference": "its SimPy twin",
    }
    for key, name in names.items():
        if key in one_desk:
            factor = one_desk["fast"]["visits_per_second"] / one_desk[key]["visits_per_second"]
            slower = "" if key == "fast" else f" (servsim: {factor:.{0 if factor > 10 else 2}f} times as many)"
            speed = f"{rounded(one_desk[key]['visits_per_second'])} a second{slower}"
            yield f"visits of an M/M/10+M desk at load 1.05, one thread: {name}", speed


def evaluation_row(numbers: Numbers) -> tuple[str, str]:
    """How long the question of the README takes, as it stands."""
    seconds = numbers["seconds"]["as it stands"]
    return f"the best of {numbers['levels']} levels of the salon over {numbers['years']:g} years", f"{seconds:.1f} s"


def ratios(answers: Numbers) -> str:
    """From the smallest to the largest ratio of the twins."""
    found = [twin["ratio"] for twin in answers["twins"].values()]
    return f"{min(found):.0f} to {max(found):.0f}"


def sizes(numbers: Numbers) -> str:
    """The sizes that were measured."""
    return ", ".join(f"{int(size):,}" for size in numbers)


def costs(numbers: Numbers) -> str:
    """Microseconds at each size."""
    return ", ".join(f"{number['microseconds']:.2f}" for number in numbers.values()) + " µs"


def memory(numbers: Numbers) -> str:
    """Bytes a customer."""
    return f"{numbers['memory_running']:.0f} and {numbers['memory_closing']:.0f} bytes"


def start_times(numbers: Numbers) -> str:
    """Seconds that a person waits."""
    return f"{numbers['help']:.2f} s, {numbers['run']:.1f} s, {numbers['first']:.0f} s"


def on(answers: Numbers) -> str:
    """The machine, in a sentence."""
    known = answers["machine"]
    return (
        f"On {known['processor']}, {known['cores']} cores, "
        f"Python {known['python']}, numpy {known['numpy']}, numba {known['numba']}."
    )


def rounded(number: float) -> str:
    """Two significant digits, with commas."""
    return f"{float(f'{number:.2g}'):,.0f}"


# The details


def details(answers: Numbers) -> list[str]:
    """Every number behind the table, and how far the rounds lie apart."""
    return [
        *one_desk_details(answers["one_desk"]),
        *twin_details(answers["twins"]),
        *cost_details("Ever longer runs, told and counted in pieces", answers["by_visits"]),
        *cost_details("Ever longer queues (loop only)", answers["by_crowd"]),
        *cost_details("Ever larger books (loop only)", answers["by_book"]),
        *number_details("Bytes that one more customer takes (books of 1e5 and of 1e6)", answers["customer"]),
        *share_details(answers["shares"]),
        *number_details("Two threads against one, seconds on the wall", answers["threads"]),
        *number_details(
            "`evaluate` on the salon, seconds by number of replications", answers["evaluations"]["seconds"]
        ),
        *number_details("Fresh processes, seconds on the wall", answers["starts"]),
    ]


def one_desk_details(one_desk: Numbers) -> list[str]:
    """Speed of each engine, and its metrics beside theory's."""
    theory = one_desk["theory"]
    return [
        "",
        f"M/M/10+M: mean wait {theory['wait_mean']:.4f} min, lost {theory['abandoned_share']:.4f} (Erlang A). "
        "servsim with trace and metrics, Ciw without reading its records.",
        *(
            f"  {name:10} {engine['visits_per_second']:>12,.0f} visits/s (rounds +{engine['spread']:.0%}), "
            f"mean wait {engine['wait_mean']:.4f}, lost {engine['abandoned_share']:.4f}"
            for name, engine in one_desk.items()
            if name != "theory"
        ),
    ]


def twin_details(twins: Numbers) -> list[str]:
    """Speed of both engines on each scenario."""
    return [
        "",
        f"Both engines, trace and metrics (BENCH_RATIO: {ratios({'twins': twins})}):",
        *(
            f"  {name:24} {twin['visits']:>8,} visits, fast {twin['fast']:>10,.0f}/s, "
            f"reference {twin['reference']:>8,.0f}/s, ratio {twin['ratio']:.1f} (rounds +{twin['spread']:.0%})"
            f"{'' if twin['same_metrics'] else ' METRICS DIFFER'}"
            for name, twin in twins.items()
        ),
    ]


def cost_details(title: str, numbers: Numbers) -> list[str]:
    """Costs at each size, and what else was seen there."""
    return ["", f"{title}:", *(f"  {int(size):>12,}: {as_words(number)}" for size, number in numbers.items())]


def number_details(title: str, numbers: Numbers) -> list[str]:
    """A handful of numbers under a title."""
    return ["", f"{title}:", f"  {as_words(numbers)}"]


def share_details(shares: Numbers) -> list[str]:
    """Where the time of a year of the salon goes."""
    parts = ", ".join(f"{name} {shares[name] / shares['whole']:.0%}" for name in ("loop", "metrics", "rest"))
    each = 1e6 * shares["loop"] / shares["visits"]
    return [
        "",
        f"A year of the salon, {shares['visits']:,} visits in {1e3 * shares['whole']:.1f} ms "
        f"(rounds +{shares['spread']:.0%}): {parts}; the loop takes {each:.2f} µs a visit.",
    ]


def as_words(numbers: Numbers) -> str:
    """Numbers with their names, for a person to read."""
    return ", ".join(f"{name} {in_digits(value)}" for name, value in numbers.items())


def in_digits(value: float) -> str:
    """Whole numbers whole, others with three digits."""
    return f"{value:,.0f}" if abs(value) >= 1000 or float(value).is_integer() else f"{value:.3g}"


if __name__ == "__main__":
    main()
