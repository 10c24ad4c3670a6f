"""Plants slips in a copy of the compiled loop and asks whether the twins notice: python tests/mutations.py

Each slip is a line of a file of model/fast written wrongly. The copy runs without the compiler on small random
replications, and on some made by hand. A slip is caught when a trace differs from the reference's, the loop falls over or does
not end. The loop as it is must pass the same check, or its word is worth nothing.

    python tests/mutations.py          all of them
    python tests/mutations.py relief   those whose name has these words in it
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np

from servsim.engine_parameters import to_sheet
from servsim.model import fast, reference
from servsim.scenario.read import checked
from servsim.study.verification.random_scenarios import random_scenario

TESTS = Path(__file__).parent
PACKAGE = TESTS.parent / "src" / "servsim"
REPLICATIONS = 240
SECONDS = 120
"""Of a processor's time that a replication may take before it counts as one that does not end; the slowest takes some 20."""

SAW_NOTHING = "nothing"

SLIPS = {
    "who has been free longest is passed over": (
        "s.n[FREE] = push(s.free, s.n[FREE], since, which, 0, number)",
        "s.n[FREE] = push(s.free, s.n[FREE], which, since, 0, number)",
    ),
    "tries are not forgotten after a served visit": ("    customer.served += 1\n    customer.tries = 0\n", "    customer.served += 1\n"),
    "visits are counted from 1": ("    s.n[INSIDE] += 1\n    note(s, Happening.ARRIVED", "    s.n[INSIDE] += 1\n    customer.visit += customer.visit == 0\n    note(s, Happening.ARRIVED"),
    "an agent who lost attention still notices": (
        "        s.n[ATTENTIVE_HERE] -= notices(sheet, s, number)\n        agent.attentive = agent.free = 0\n",
        "        agent.attentive = agent.free = 0\n",
    ),
    "the spell is not counted": ("        agent.spell += 1\n        set_free(sheet, s, number)\n", "        set_free(sheet, s, number)\n"),
    "an agent who regains attention is not set free": ("        agent.spell += 1\n        set_free(sheet, s, number)\n", "        agent.spell += 1\n"),
    "agents kept by the queue never leave": ("    dispatch_all(sheet, s)\n    let_leave(sheet, s)\n", "    dispatch_all(sheet, s)\n"),
    "newcomers decide in the wrong order": ("while at > 0 and rank < rank_of(", "while at > 0 and rank > rank_of("),
    "who gives up is still counted as waiting": ("        s.n[WAITING] -= 1\n        leave_unserved(sheet, s, place, Happening.ABANDONED)\n", "        leave_unserved(sheet, s, place, Happening.ABANDONED)\n"),
    "the end of the work in hand does not free the agent": ("        begin_break(sheet, s, number)\n    else:\n        set_free(sheet, s, number)\n", "        begin_break(sheet, s, number)\n"),
    "who has work in hand is free all the same": ("agent.on_break == 0 and agent.busy == 0", "agent.on_break == 0"),
    "rows of an instant stay as they fell": ("        settle(sheet, s)\n        in_order(s)\n", "        settle(sheet, s)\n        s.n[TOLD] = s.n[ROWS]\n"),
    "the second day's candidates go on counting": ("    stream.number = 0\n", ""),
    "everybody is noticed": ("customer.noticed = phone.is_noticed(phones, s.n[ATTENTIVE_HERE])", "customer.noticed = 1"),
    "who is sent home is still counted as waiting": ("            s.n[WAITING] -= 1\n            leave_unserved(sheet, s, s.queue[i].carried, Happening.SENT_HOME)\n", "            leave_unserved(sheet, s, s.queue[i].carried, Happening.SENT_HOME)\n"),
    "patience outlives the visit it belongs to": ("s.people[place].waits == 1 and s.people[place].joined == joined", "s.people[place].waits == 1"),
    "a customer lost stays in the book": ("    customer.in_book = customer.promise = customer.is_due = 0\n", "    customer.promise = customer.is_due = 0\n"),
    "the unserved are not judged": ("    judge(sheet, s, place, quality.UNSERVED)\n", ""),
    "a shift ends while another has begun": ("    stays(s, number)\n    if s.agents[number].here == 0:", "    if s.agents[number].here == 0:"),
    "priority is ignored": (
        "    return dispatch.rank(\n        sheet, customer.segment, customer.joined,",
        "    return customer.joined, customer.key\n    return dispatch.rank(\n        sheet, customer.segment, customer.joined,",
    ),
    "a promise done a tick late is kept": ("customer.work > customer.due:", "customer.work > customer.due + 1:"),
    "a date falls due before a mistake comes to light": ("(LIGHT, DATE, THINKS,", "(DATE, LIGHT, THINKS,"),
    "who will complain thinks again": (
        "    if customer.in_book == 1 and customer.complains == 0:\n        customer.thinks",
        "    if customer.in_book == 1:\n        customer.thinks",
    ),
    "what fell short in the last visit is forgotten at home": ("    customer.reason = reason\n", ""),
    "who leaves at home is not called": (
        "    if why != Reason.NONE:\n        may_be_called(sheet, s, place)\n", "    if why != Reason.NONE:\n",
    ),
    "who came last to the manager is first": (
        "dispatch.managers_rank(customer.joined, customer.key)", "dispatch.managers_rank(-customer.joined, customer.key)",
    ),
    "the manager does not release the agent": ("        work_in_hand_is_done(sheet, s, case.agent)\n", ""),
    "a complaint is not cleared": ("    customer.complains = 0\n    was_in_book", "    was_in_book"),
    "a complaint that nobody heard is not cleared": (
        "    in_vain = customer.complains == 1\n    customer.complains = 0\n", "    in_vain = customer.complains == 1\n",
    ),
    "a complaint that nobody heard is a visit like others": ("    if not in_vain:\n", "    if True:\n"),
    "a failure not put right is never forgotten": ("        customer.unrecovered = 0\n        tells(", "        tells("),
    "relief adds up": (
        "customer.before = customer.satisfaction - customer.relief", "customer.before = customer.satisfaction",
    ),
    "a second failure forgets how it was before the first": (
        "    if customer.complains == 0 and customer.unrecovered == 0:\n        customer.before", "    if True:\n        customer.before",
    ),
    "who complains already complains again": ("    if customer.complains == 1:\n        return\n    if recovery", "    if recovery"),
    "the desk knows what was swallowed": (
        "customer.told = 1, knew or reason == Reason.BROKEN_PROMISE", "customer.told = 1, 1",
    ),
    "only who is called for a failure is won over": (
        "customer.unrecovered == 1 and called_for != Call.LAPSED",
        "customer.unrecovered == 1 and called_for == Call.DISGRUNTLED",
    ),
    "who leaves over a failure is satisfied as before it": (
        "    after = loyal_satisfaction(sheet, s, place)\n", "    after = before\n",
    ),
    "a mistake of a prospect who bought nothing comes to light": (
        "        customer.light = NEVER\n        return declined", "        return declined",
    ),
    "a break that falls due during work is not taken": ("elif s.agents[number].break_due <= s.n[NOW]:", "elif s.agents[number].break_due < 0:"),
    "the budget for calls is spent once and for all": (
        "s.n[CALL_MONTH], s.n[SPENT] = calendar.month_of(s.n[NOW]), 0", "s.n[CALL_MONTH] = calendar.month_of(s.n[NOW])",
    ),
    "who was called and comes sooner comes twice": (" and s.people[index].comes == s.n[NOW]:", ":"),
    "candidates know who has become a customer at this very instant": ("before_now(s, MEMBERS)", "s.n[MEMBERS]"),
    "candidates know who was deterred at this very instant": ("before_now(s, DETERRED)", "s.n[DETERRED]"),
    "who was warned never forgets it": ("add(s, DETERRED, -index)", "add(s, DETERRED, 0)"),
    "a warning is taken in again and again": (
        "note_satisfaction(sheet, s, s.warned[i])\n    s.n[WARNED] = 0\n", "note_satisfaction(sheet, s, s.warned[i])\n",
    ),
    "who was lost still counts as a customer": ("    add(s, MEMBERS, -1)\n", ""),
    "who comes back from a rival is still away": (
        "s.people[place].in_book, s.people[place].away = 1, 0", "s.people[place].in_book = 1",
    ),
    "who has left for a while is promised something": ("if comes < NEVER and customer.away == 0:", "if comes < NEVER:"),
    "who asked last is first among colleagues and customers": (
        "dispatch.request_rank(sheet, s.requests[0].first, s.requests[0].second) < (first, second)",
        "dispatch.request_rank(sheet, s.requests[0].first, s.requests[0].second) > (first, second)",
    ),
    "a newcomer is taken for who had the place before": ("            agent.hires += 1\n", ""),
    "who is served counts as one of the crowd": (
        "customer.noticed == 1, s.n[WAITING], neglected", "customer.noticed == 1, s.n[WAITING] + 1, neglected",
    ),
    "agents come as tired as they went": (
        "agent.tiredness, agent.tired_since = 0.0, s.n[NOW]", "agent.tired_since = s.n[NOW]",
    ),
    "the wait of the last request is forgotten": (
        "    s.neglect[0] = internal.used_to(sheet, s.neglect[0], waited)\n", "",
    ),
    "stock is taken after what happens at its instant": (
        "told += [*self.happened(instant), self.stock(instant)]",
        "told += [*self.happened(instant + 1), self.stock(instant)]",
    ),
    "stock is taken of who has left, too": (
        "        if s.people[place].in_book == 1:\n            rows[members, 0]", "        if True:\n            rows[members, 0]",
    ),
    "stock is not taken at the end": (
        "while self.stocks and self.stocks[0] <= until:", "while self.stocks and self.stocks[0] < self.end:",
    ),
}  # fmt: skip

SHORT_BREAKS = "09:00-09:30, 09:35-10:05, 10:10-10:40, 10:45-11:15"
LUNCH = {
    "opening": dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), SHORT_BREAKS),
    "demand": {"prospects_per_hour": 18.0},
    "staff": {"agents": 4, "attentive_minutes": 6.0, "inattentive_minutes": 20.0},
    "service": {"core_minutes": 5.0},
    "horizon": {"weeks": 1.0},
}
"""Queues served out during breaks so short that agents who were kept by it, some of them inattentive, are still there
when they end."""

MONTHS = {
    "opening": {"monday": "09:00-12:00"},
    "demand": {"prospects_per_hour": 1.0, "opening_book": 40, "visit_gap_days": 7.0},
    "investment": {"relationship_hours_per_month": 0.2},
    "loyalty": {"yearly_retention": 0.3},
    "outreach": {"overdue_factor": 0.5},
    "horizon": {"weeks": 10.0},
}
"""Longer than the budget for calls lasts, which is given by the month."""

TICK = 1 / 86_400_000
TIES = {
    "opening": {"always": True},
    "demand": {"prospects_per_hour": 40.0},
    "staff": {"agents": 4},
    "service": {"core_minutes": 1.0},
    "quality": {},
    "mistakes": {"mistake_share": 1.0, "catch_share": 0.0, "light_days": 4 * TICK},
    "recovery": {"voice_share": 0.5},
    "manager": {"escalated_share": 0.5, "manager_minutes": 5.0, "manager_away_minutes": 0.0, "agent_held": True},
    "promises": {"promise_share": 1.0, "quoted_days": 4 * TICK, "preparation_days": 0.0, "follow_up_minutes": 2e-5},
    "spending": {"conversion": 1.0},
    "loyalty": {},
    "horizon": {"weeks": 0.02},
}
"""Mistakes come to light a few ticks after a visit, dates fall due at the same instant, agents wait for the manager."""

HURT = {
    "opening": {"monday": "09:00-17:00", "thursday": "09:00-17:00"},
    "demand": {"prospects_per_hour": 1.0, "opening_book": 30, "visit_gap_days": 6.0},
    "investment": {"relationship_hours_per_month": 40.0},
    "quality": {},
    "loyalty": {},
    "mistakes": {"mistake_share": 1.0, "catch_share": 0.0, "light_days": 0.2},
    "recovery": {"voice_share": 0.2},
    "outreach": {"overdue_factor": 0.3},
    "horizon": {"weeks": 3.0},
}
"""Most failures are swallowed, and calls come long before the next visit."""

TOLD = {
    "opening": {"always": True},
    "demand": {"prospects_per_hour": 1_000_000.0, "opening_book": 0, "visit_gap_days": 365.0},
    "staff": {"agents": 20},
    "service": {"core_minutes": 3 * 1440 * TICK, "core_distribution": "fixed"},
    "quality": {},
    "mistakes": {"mistake_share": 0.3, "catch_share": 0.0, "light_days": 20 * TICK, "mistake_loss": 6.0},
    "recovery": {"voice_share": 0.0},
    "spending": {"conversion": 1.0},
    "loyalty": {"yearly_retention": 0.8},
    "word_of_mouth": {"delighted_above": 3.0, "praises": 2.0, "referral_share": 1.0, "referral_days": 20 * TICK,
                      "disappointed_below": 3.0, "warnings": 1.0, "deterred_share": 1.0, "deterred_days": 30 * TICK,
                      "potential_customers": 60},
    "horizon": {"weeks": 500 * TICK / 7},
}  # fmt: skip
"""In a crowd of a few hundred ticks, people who were told of the desk come at the instant at which others are won, are
lost, or are talked out of coming."""

HIRED = {
    "opening": {"monday": "09:00-12:00", "wednesday": "09:00-12:00", "friday": "09:00-12:00"},
    "demand": {"prospects_per_hour": 0.5, "opening_book": 20, "visit_gap_days": 7.0},
    "staff": {"agents": 3},
    "quality": {},
    "training": {"turnover": 0.95},
    "recognition": {"own_agent_first": True, "recognised_share": 1.0},
    "horizon": {"weeks": 10.0},
}
"""Agents are replaced, and customers come back who knew the one before."""

VAIN = {
    "opening": {"monday": "09:00-10:00", "tuesday": "09:00-10:00", "wednesday": "09:00-10:00", "friday": "09:00-10:00"},
    "demand": {"prospects_per_hour": 2.0, "opening_book": 40, "visit_gap_days": 7.0},
    "staff": {"agents": 1},
    "service": {"core_minutes": 10.0},
    "waiting": {"patience_minutes": 5.0, "retry_probability": 0.0},
    "quality": {},
    "loyalty": {"yearly_retention": 0.8},
    "mistakes": {"mistake_share": 1.0, "catch_share": 0.0, "light_days": 0.5},
    "recovery": {"voice_share": 1.0},
    "horizon": {"weeks": 4.0},
}
"""Everybody complains, and most are not served."""

RARE = {
    "opening": {"monday": "09:00-17:00", "thursday": "09:00-17:00"},
    "demand": {"prospects_per_hour": 0.05, "opening_book": 40, "visit_gap_days": 400.0},
    "investment": {"relationship_hours_per_month": 40.0},
    "quality": {},
    "loyalty": {"yearly_retention": 0.5},
    "mistakes": {"mistake_share": 1.0, "catch_share": 0.5, "light_days": 300.0},
    "recovery": {"voice_share": 0.5},
    "outreach": {"overdue_factor": 0.5, "win_back_share": 0.8},
    "competitors": {"return_share": 0.5},
    "horizon": {"weeks": 200.0, "years": 4},
}
"""Customers come less often than once a year, and think again at home."""

BY_HAND = [LUNCH, MONTHS, TIES, HURT, TOLD, HIRED, VAIN, RARE]
EACH = 10
"""Replications of each kind."""


def replications() -> Iterator[tuple[int, np.ndarray]]:
    """Each replication's number and sheet: those made by hand, then random ones, every other a tie storm.

    Half of a replication is its window.
    """
    for number in range(-EACH * len(BY_HAND), REPLICATIONS):
        storm = number % 2 == 0
        if number < 0:
            scenario = checked(BY_HAND[number % len(BY_HAND)], "by hand")
        else:
            scenario = random_scenario(np.random.default_rng(number), storm)
        sheet = to_sheet(scenario, abs(number))
        sheet["end"] = np.maximum(sheet["end"] // (1 if storm or number < 0 else 3), 1)
        sheet["window"] = np.maximum(sheet["end"] // 2, 1)
        sheet["opening_book"] = np.minimum(sheet["opening_book"], 40)
        yield number, sheet


def too_long(*_) -> None:
    """A replication does not end."""
    raise TimeoutError(f"not over after {SECONDS} s")


def look(told: list[str]) -> str:
    """The first replication that the loop tells otherwise than the reference told it, or that it does not get through."""
    signal.signal(signal.SIGVTALRM, too_long)
    for (number, sheet), digest in zip(replications(), told, strict=True):
        signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
        try:
            if fast.simulate(sheet).digest() != digest:
                return f"world {number}"
        except Exception as error:
            return f"world {number}: {error!r}"
    return SAW_NOTHING


def texts_of_the_loop(model: Path) -> dict[Path, str]:
    """What the loop is written in, by file."""
    return {path: path.read_text() for path in sorted(model.glob("fast/*.py"))}


def plant(slip: str, model: Path) -> None:
    """Write a slip into the one place where its line stands."""
    right, wrong = SLIPS[slip]
    texts = texts_of_the_loop(model)
    times = sum(text.count(right) for text in texts.values())
    assert times == 1, f"{slip}: its line stands {times} times in the loop"
    for path, text in texts.items():
        path.write_text(text.replace(right, wrong))


def seen_in(slip: str | None, told: str) -> str:
    """What a look at a copy with this slip in it sees, run without the compiler."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(PACKAGE, Path(folder) / "servsim")
        if slip is not None:
            plant(slip, Path(folder) / "servsim" / "model")
        environment = {**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{TESTS}", "NUMBA_DISABLE_JIT": "1"}
        command = [sys.executable, "-c", "import json, sys, mutations; print(mutations.look(json.load(sys.stdin)))"]
        done = subprocess.run(
            command, input=told, env=environment, capture_output=True, text=True, check=False, cwd=folder
        )  # fmt: skip
    assert done.returncode == 0, f"the check itself fell over:\n{done.stderr}"
    return done.stdout.strip()


def survivors(words: str = "") -> list[str]:
    """The slips with these words in their name that nothing noticed."""
    told = json.dumps([reference.simulate(sheet).digest() for _, sheet in replications()])
    slips = [slip for slip in SLIPS if words in slip]
    missed = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for slip, seen in zip([None, *slips], pool.map(partial(seen_in, told=told), [None, *slips]), strict=True):
            if slip is None:
                assert seen == SAW_NOTHING, f"the loop as it is does not pass: {seen}"
                continue
            sys.stdout.write(f"{'MISSED' if seen == SAW_NOTHING else 'caught'}  {slip}  {seen}\n")
            sys.stdout.flush()
            missed += [slip] if seen == SAW_NOTHING else []
    return missed


if __name__ == "__main__":
    sys.exit(1 if survivors(" ".join(sys.argv[1:])) else 0)
