"""Plants slips in a copy of the compiled loop and asks whether the twins notice: python tests/mutations.py

Each slip is a line of model/fast.py written wrongly. The copy runs without the compiler on small random worlds; a slip is
caught when a trace differs from the reference, breaks a law, or the loop falls over.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "src" / "servsim"
WORLDS = 240

SLIPS = {
    "who has been free longest is passed over": (
        "s.n[FREE] = push(s.free, s.n[FREE], since, which, 0, number)",
        "s.n[FREE] = push(s.free, s.n[FREE], which, since, 0, number)",
    ),
    "tries are not forgotten after a served visit": ("    customer.served += 1\n    customer.tries = 0\n", "    customer.served += 1\n"),
    "visits are counted from 1": ("        come(s, newborn(sheet, s, index, False))\n", "        place = newborn(sheet, s, index, False)\n        s.people[place].visit = 1\n        come(s, place)\n"),
    "an agent who lost attention still notices": ("        s.n[ATTENTIVE_HERE] -= 1\n", ""),
    "the spell is not counted": ("        agent.spell += 1\n        set_free(s, number)\n", "        set_free(s, number)\n"),
    "an agent who regains attention is not set free": ("        agent.spell += 1\n        set_free(s, number)\n", "        agent.spell += 1\n"),
    "agents kept by the queue never leave": ("    dispatch_all(sheet, s)\n    let_leave(sheet, s)\n", "    dispatch_all(sheet, s)\n"),
    "newcomers decide in the wrong order": ("while at > 0 and rank < dispatch.rank(", "while at > 0 and rank > dispatch.rank("),
    "who gives up is still counted as waiting": ("        s.n[WAITING] -= 1\n        leave_unserved(sheet, s, place, Happening.ABANDONED)\n", "        leave_unserved(sheet, s, place, Happening.ABANDONED)\n"),
    "a visit's end at this instant does not free the agent": ("agent.free == 0 and agent.busy_until <= s.n[NOW]", "agent.free == 0 and agent.busy_until < s.n[NOW]"),
    "rows of an instant stay as they fell": ("        settle(sheet, s)\n        in_order(s)\n", "        settle(sheet, s)\n        s.n[TOLD] = s.n[ROWS]\n"),
    "the second day's candidates go on counting": ("        s.n[NUMBER] = 0\n", ""),
    "everybody is noticed": ("customer.noticed = s.n[ATTENTIVE_HERE] > 0", "customer.noticed = 1"),
    "who is sent home is still counted as waiting": ("            s.n[WAITING] -= 1\n            leave_unserved(sheet, s, s.queue[i, 3], Happening.SENT_HOME)\n", "            leave_unserved(sheet, s, s.queue[i, 3], Happening.SENT_HOME)\n"),
    "patience outlives the visit it belongs to": ("s.people[place].waits == 1 and s.people[place].joined == joined", "s.people[place].waits == 1"),
    "a customer lost stays in the book": ("    customer.in_book = 0\n    note(s, Happening.LOST", "    note(s, Happening.LOST"),
    "the unserved are not judged": ("    judge(sheet, s, place, quality.UNSERVED)\n", ""),
    "a shift ends while another has begun": ("    stays(s, number)\n    if s.agents[number].here == 0:", "    if s.agents[number].here == 0:"),
}  # fmt: skip

LUNCH = {
    "opening": {"monday": "09:00-10:00, 10:05-11:00"},
    "demand": {"prospects_per_hour": 14.0},
    "staff": {"agents": 2, "attentive_minutes": 6.0, "inattentive_minutes": 8.0},
    "service": {"core_minutes": 5.0},
    "horizon": {"weeks": 0.5},
}
"""A queue served out during a break so short that agents who were kept by it are still there when it ends."""

CHECK = f"""
import sys
import numpy as np
from servsim.model import fast, reference
from servsim.sheet import to_sheet
from servsim.scenario.read import checked
from servsim.study.fuzz import random_scenario
for number in range(-10, {WORLDS}):
    random = np.random.default_rng(abs(number))
    scenario = random_scenario(random, number % 2 == 0) if number >= 0 else checked({LUNCH}, "lunch")
    sheet = to_sheet(scenario, abs(number))
    sheet["end"] = np.maximum(sheet["end"] // (1 if number % 2 == 0 else 3), 1)
    sheet["opening_book"] = np.minimum(sheet["opening_book"], 40)
    if reference.simulate(sheet) != fast.simulate(sheet):
        sys.exit(f"world {{number}}")
"""


def verdict(slip: str | None, folder: Path) -> str:
    """What the check says of a copy with this slip in it: empty if it saw nothing."""
    shutil.copytree(PACKAGE, folder / "servsim")
    if slip is not None:
        loop = folder / "servsim" / "model" / "fast.py"
        right, wrong = SLIPS[slip]
        text = loop.read_text()
        assert text.count(right) == 1, f"{slip}: its line stands {text.count(right)} times in fast.py"
        loop.write_text(text.replace(right, wrong))
    environment = {**os.environ, "PYTHONPATH": str(folder), "NUMBA_DISABLE_JIT": "1"}
    done = subprocess.run(
        [sys.executable, "-c", CHECK], env=environment, capture_output=True, text=True, check=False, cwd=folder, timeout=900
    )  # fmt: skip
    return done.stderr.strip().splitlines()[-1] if done.returncode else ""


def survivors() -> list[str]:
    """The slips that nothing noticed."""
    found = []
    for slip in SLIPS:
        with tempfile.TemporaryDirectory() as folder:
            seen = verdict(slip, Path(folder))
        sys.stdout.write(f"{'caught' if seen else 'MISSED'}  {slip}  {seen}\n")
        found += [] if seen else [slip]
    return found


if __name__ == "__main__":
    sys.exit(1 if survivors() else 0)
