"""How many days of records are enough: the width of each fitted setting, and of the advice, against days.

A desk is simulated for sixteen weeks, exported as its owner would have it, and fitted from its first days. Usage:
python benchmarks/days_of_records.py [FILE]; prints a table as Markdown.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas
from desks import FOLDER

from servsim.records.fit import Fit, fit
from servsim.scenario.read import read_scenario
from servsim.study.histories.customers import World
from servsim.study.histories.owners_records import COLUMNS, owners_records

COMMAND = [sys.executable, "-c", "from servsim.cli import main; main()"]
DAYS = (7, 14, 28, 56, 112)
FIRST = pandas.Timestamp("2001-01-01")
BAND = (0.05, 0.95)
AS_IT_STANDS = ("demand.busyness_cv",)
"""What may be 0."""


def files(file: Path) -> dict[str, pandas.DataFrame]:
    """Sixteen weeks of visits and shifts of a desk."""
    world = World(read_scenario(file, ["horizon.weeks=16", "horizon.years=1"]), 7)
    records = owners_records(world)
    return {name: pandas.DataFrame(records[name], columns=COLUMNS[name]) for name in ("visits", "shifts")}


def until(frame: pandas.DataFrame, days: int) -> pandas.DataFrame:
    """Rows of the first days."""
    return frame[
        pandas.to_datetime(frame.iloc[:, 0 if "arrived" in frame else 1]) < FIRST + pandas.Timedelta(days=days)
    ]


def widths(found: Fit) -> dict[str, str]:
    """The width of each setting's 90 % range, against its value; of a coefficient of variation as it stands."""
    told = {}
    for key, draws in found.draws.items():
        wide, middle = float(np.diff(np.quantile(draws, BAND))[0]), float(np.median(draws))
        told[key] = f"{wide:.2f}" if key in AS_IT_STANDS else f"{wide / max(middle, 1e-9):.0%}"
    return told


def advice(found: Fit) -> tuple[str, str]:
    """The levels between which the best lies in 8 of 10 draws, and what the advised brings over today's in 8 of 10."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, "shop.toml")
        place.write_text(found.text)
        pandas.DataFrame(found.draws_table).to_csv(place.with_suffix(".draws.csv"), index=False)
        asked = subprocess.run([*COMMAND, "evaluate", place, "--json", "--no-staff", "--no-picture", "--no-store"],
                               capture_output=True, text=True, check=True)  # fmt: skip
    plausible = json.loads(asked.stdout)["rests_on"]["plausible"]
    levels, gain = plausible["best_in_8_of_10"], plausible["gain_in_8_of_10"]
    return f"{levels[0]:g} to {levels[-1]:g}", f"{gain[0]:,.0f} to {gain[1]:,.0f}"


def main() -> None:
    """Print the table, a row for each number of days."""
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER / "salon.toml"
    template = read_scenario(file)
    template = template.model_copy(update={"uncertain": {}})
    records, keys = files(file), None
    for days in DAYS:
        found = fit(*(until(frame, days) for frame in records.values()), into=template, holdout=0, draws=200,
                    draws_name="shop.draws.csv")  # fmt: skip
        wide = widths(found)
        if keys is None:
            keys = [*template_keys(wide)]
            sys.stdout.write(f"| days | {' | '.join(keys)} | best level in 8 of 10 | it brings in 8 of 10 |\n")
            sys.stdout.write(f"|{'---|' * (len(keys) + 3)}\n")
        cells = [wide.get(key, "assumed") for key in keys]
        sys.stdout.write(f"| {days} | {' | '.join([*cells, *advice(found)])} |\n")
        sys.stdout.flush()


def template_keys(wide: dict[str, str]) -> list[str]:
    """The settings that columns are of, busyness, which few days do not tell, among them."""
    return list(dict.fromkeys([*wide, "demand.busyness_cv"]))


if __name__ == "__main__":
    main()
