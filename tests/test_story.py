"""Stories: every happening is told, every number is of the trace, and both engines tell the same."""

import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import numpy as np
import pytest

from servsim.errors import ServsimError
from servsim.event_codes import By, Call, Kind, Reason
from servsim.event_codes import Happening as H  # noqa: N817 as short as in the metrics
from servsim.scenario.read import checked, read_scenario
from servsim.show import trace_words
from servsim.show.day_timeline import timeline
from servsim.show.life_story import life_story
from servsim.show.trace_words import SENTENCES, capital
from servsim.study.histories import customers as lives
from servsim.study.histories.customers import BOOKKEEPING, FIRSTS, PROSPECTS, WHAT, WHO, World, life, name_of, person
from servsim.units import DAY, HOUR, MILLIONTHS, MINUTE, WEEK

SALON = Path(__file__).parent.parent / "scenarios" / "salon.toml"
ALL_ON = {
    "title": "Everything on",
    "opening": {"monday": "09:00-12:00, 13:00-17:00", "tuesday": "09:00-17:00"},
    "demand": {"opening_book": 150, "visit_gap_days": 12.0, "prospects_per_hour": 3.0},
    "staff": {"agents": 2, "inattentive_minutes": 3.0, "break_minutes": 10.0, "break_after_minutes": 100.0},
    "investment": {"recovery_minutes": 6.0, "relationship_hours_per_month": 30.0},
    "waiting": {"waiting_places": 4, "balk_scale_minutes": 60.0, "retry_probability": 0.5, "at_closing": "send_home"},
    "quality": {}, "loyalty": {}, "spending": {},
    "mistakes": {"mistake_share": 0.4, "catch_share": 0.5, "light_days": 0.5},
    "recovery": {"voice_share": 0.6},
    "manager": {"escalated_share": 0.4, "agent_held": True},
    "promises": {},
    "outreach": {"win_back_share": 0.8, "call_first": "lapsed"},
    "word_of_mouth": {"praises": 1.0, "warnings": 2.0, "mentions": 0.5, "disappointed_below": 5.0, "referral_share": 0.4,
                      "referral_days": 3.0, "deterred_share": 0.3, "friend_share": 0.5, "potential_customers": 600},
    "competitors": {"newcomer_quality": 9.0, "newcomer_week": 1.0, "return_share": 0.7},
    "advertising": {"budget_per_month": 5000.0},
    "training": {"turnover": 0.99},
    "internal": {"requests_per_hour": 2.0},
    "recognition": {}, "phone": {"phone_share": 0.4}, "load": {},
    "after_visit_work": {"after_visit_gain": 1.0},
    "money": {"currency": "CHF"},
    "segments": [{"name": "regulars", "share": 0.4}, {"name": "others", "share": 0.4, "spending": {"basket_mean": 9.0}},
                 {"name": "rare guests", "share": 0.2, "demand": {"visit_gap_days": 900.0}}],
    "horizon": {"weeks": 6.0},
}  # fmt: skip
ADA = 7
MONDAY = 9 * HOUR
FRIDAY = 4 * DAY + MONDAY


class Remembered(World):
    """A world that is simulated once, however often it is asked."""

    @cached_property
    def told(self) -> list[np.ndarray]:
        """All its pieces."""
        return [*World.pieces(self)]

    def pieces(self) -> Iterator[np.ndarray]:
        """They, as they came."""
        yield from self.told


@pytest.fixture(scope="module")
def busy() -> World:
    """A world in which everything happens."""
    return Remembered(checked(ALL_ON, "test"))


@pytest.fixture
def one_cast(busy, monkeypatch) -> None:
    """Its staff is counted once for all lives."""
    cast = trace_words.cast_of(busy.scenario)
    monkeypatch.setattr(trace_words, "cast_of", lambda scenario: cast)


@pytest.fixture(scope="module")
def everything(busy) -> np.ndarray:
    """All its rows."""
    return busy.rows(lambda piece: piece[:, WHAT] >= 0)


def told_life(world: World, rows: np.ndarray) -> list[str]:
    """The life of the customer of these rows."""
    return [one.text for one in life_story(rows, world.scenario, world.segment(int(rows[0, WHO])))]


def table(*rows: tuple[int, ...]) -> np.ndarray:
    """Rows as an engine would hand them over."""
    ordered = np.array(rows, np.int64)
    return ordered[np.lexsort(ordered.T[::-1])]


def points(amount: float) -> int:
    """Points, shares or money as the trace counts them."""
    return round(amount * MILLIONTHS)


# Every happening


@pytest.mark.parametrize("what", [what for what in H if what in SENTENCES], ids=lambda what: what.name)
def test_a_life_tells_every_happening_to_a_customer(busy, everything, what):
    place = np.flatnonzero(everything[:, WHAT] == what)[0]
    who = everything[place, WHO]
    own = everything[everything[:, WHO] == who]
    without = np.delete(everything, place, axis=0)
    rest = without[without[:, WHO] == who]
    assert told_life(busy, own) != (told_life(busy, rest) if len(rest) else [])


def test_only_what_agents_do_alone_is_not_in_lives(everything):
    for what in H:
        rows = everything[everything[:, WHAT] == what]
        assert len(rows), f"{what.name} does not happen: change ALL_ON so that it does"
        assert (what in SENTENCES) == (rows[:, WHO] >= 0).all()


@pytest.mark.parametrize("what", H, ids=lambda what: what.name)
def test_a_day_tells_every_happening(busy, everything, what):
    tick, _, _, agent, _ = row = everything[np.flatnonzero(everything[:, WHAT] == what)[0]]
    day = int(tick // DAY) - int(what in BOOKKEEPING and tick > 0)
    near = everything[(everything[:, 0] >= (day - 1) * DAY) & (everything[:, 0] < (day + 2) * DAY)]
    without = near[near[:, WHAT] != what] if what in BOOKKEEPING else near[~(near == row).all(axis=1)]
    assert timeline(near, busy.scenario, day) != timeline(without, busy.scenario, day)
    if agent >= 0:
        day, near = lives.agents_day(busy, int(agent), day)
        assert timeline(near, busy.scenario, day, agent) != timeline(without, busy.scenario, day, agent)


# Every number


def spoken(rows: np.ndarray) -> set[str]:
    """Every number that these rows can say, in all the ways of saying it."""
    said = {"10"}
    begun: dict[int, int] = {}
    for tick, what, _, agent, value in rows.tolist():
        lasted = [tick - begun.get(agent, tick)] if what == H.FINISHED else []
        begun |= {agent: tick} if what == H.STARTED else {}
        for length in [value, *lasted]:
            said |= {f"{length / MINUTE:.1f}", f"{length / MINUTE:,.0f}"}
        for instant in (tick, tick + value):
            said |= {f"{instant % DAY // HOUR:02}:{instant % HOUR // MINUTE:02}", str(instant // WEEK + 1)}
        amount = value / MILLIONTHS
        said |= {f"{amount:.1f}", f"{amount:,.2f}", f"{100 * amount:.0f}", str(value), str(agent)}
    spent = rows[rows[:, WHAT] == H.BOUGHT][:, 4].sum() / MILLIONTHS
    counts = [str((rows[:, WHAT] == what).sum()) for what in (H.ARRIVED, H.FINISHED)]
    return said | {f"{spent:,.2f}", *counts}


@pytest.mark.usefixtures("one_cast")
def test_every_number_in_a_life_is_of_its_rows(busy, everything):
    for who in np.unique(everything[everything[:, WHO] >= 0][:, WHO]):
        rows = everything[everything[:, WHO] == who]
        for one in life_story(rows, busy.scenario, busy.segment(int(who))):
            text = one.text.replace(capital(person(int(who))), "")
            for by in rows[rows[:, WHAT] == H.REFERRED][:, 4].tolist():
                text = text.replace(f"because {person(by)} had", "")
            found = re.findall(r"\d[\d,:]*(?:\.\d+)?", text)
            assert {number.rstrip(",:") for number in found} <= spoken(rows), text


def test_a_days_summary_is_what_its_rows_add_up_to(busy, everything):
    rows = everything[everything[:, 0] // DAY == 7]
    count = {what: int((rows[:, WHAT] == what).sum()) for what in H}
    waits = rows[np.isin(rows[:, WHAT], (H.STARTED, H.ABANDONED, H.SENT_HOME))][:, 4]
    takings = rows[rows[:, WHAT] == H.BOUGHT][:, 4].sum() / MILLIONTHS
    unserved = sum(count[what] for what in (H.BLOCKED, H.BALKED, H.ABANDONED, H.SENT_HOME))
    first = timeline(lives.day_at_the_desk(busy, 7), busy.scenario, 7)[0]
    assert first.when == "week 2, Monday"
    assert first.text.startswith(
        f"{count[H.ARRIVED]} visits, {count[H.STARTED]} served, {unserved} left unserved; "
        f"longest wait {waits.max() / MINUTE:.0f} minutes; takings {takings:,.2f} CHF; "
    )


@pytest.mark.usefixtures("one_cast")
def test_no_story_has_a_gap_or_a_slip_of_the_pen(busy, everything):
    of_the_book = [told_life(busy, everything[everything[:, WHO] == who]) for who in range(150)]
    days = [
        [one.text for one in timeline(lives.day_at_the_desk(busy, day), busy.scenario, day)] for day in (0, 1, 35, 36)
    ]
    for text in (text for told in (*of_the_book, *days) for text in told):
        assert text.endswith(".")
        assert text[0].isupper() or text[0].isdecimal()
        assert not re.search(r"  |\.\.|because because| ,| \.|\{|None|, and,", text), text


# What stories sound like


def test_a_life_reads_like_this():
    scenario = checked({"staff": {"agents": 1}, "quality": {}, "manager": {}, "loyalty": {}}, "test")
    later = FRIDAY + 30 * MINUTE
    rows = table(
        (0, H.MEMBER, ADA, -1, points(6.1)),
        (MONDAY, H.ARRIVED, ADA, -1, 0),
        (MONDAY + 5 * MINUTE, H.STARTED, ADA, 0, 5 * MINUTE),
        (MONDAY + 25 * MINUTE, H.FINISHED, ADA, 0, points(4)),
        (MONDAY + 25 * MINUTE, H.CARED, ADA, 0, 3 * MINUTE),
        (MONDAY + 25 * MINUTE, H.OVERLOOKED, ADA, 0, 0),
        (MONDAY + 25 * MINUTE, H.JUDGED, ADA, -1, points(5.4)),
        (MONDAY + 25 * MINUTE, H.BOUGHT, ADA, -1, points(79.4)),
        (FRIDAY, H.FAILED, ADA, -1, Reason.MISTAKE),
        (FRIDAY, H.JUDGED, ADA, -1, points(3.4)),
        (FRIDAY, H.COMPLAINED, ADA, -1, 0),
        (FRIDAY + 1, H.ARRIVED, ADA, -1, 1),
        (FRIDAY + 1, H.STARTED, ADA, 0, 0),
        (later, H.FINISHED, ADA, 0, points(5)),
        (later, H.ESCALATED, ADA, 0, 1),
        (later, H.STEPPED_IN, ADA, 1, 0),
        (later + 9 * MINUTE, H.STEPPED_BACK, ADA, 1, 9 * MINUTE),
        (later + 9 * MINUTE, H.JUDGED, ADA, -1, points(3.6)),
        (later + 9 * MINUTE, H.LET_DOWN, ADA, -1, By.MANAGER),
        (later + 9 * MINUTE, H.JUDGED, ADA, -1, points(0.6)),
        (later + 9 * MINUTE, H.LOST, ADA, -1, Reason.UNRECOVERED),
        (FRIDAY + WEEK, H.CALLED, ADA, 0, Call.LAPSED),
        (FRIDAY + WEEK + 4 * MINUTE, H.HUNG_UP, ADA, 0, 4 * MINUTE),
    )
    assert [f"{one.when}: {one.text}" for one in life_story(rows, scenario)] == [
        "at the beginning: Customer 7 is in the book, satisfied at 6.1 of 10.",
        "week 1, Monday 09:00: They came to the desk (visit 0). They waited 5.0 minutes for agent 0. The visit took 20 "
        "minutes, with 3.0 minutes of care, and was worth 4.0 of 10. Their satisfaction fell from 6.1 to 5.4. They spent "
        "79.40 EUR. What neither they nor agent 0 noticed, and the desk does not know: something was done wrong.",
        "week 1, Friday 09:00: At home they found out that something had been done wrong. Their satisfaction fell from "
        "5.4 to 3.4. They decided to complain.",
        "week 1, Friday 09:00: They came to the desk to complain (visit 1). Agent 0 turned to them at once. The visit took "
        "30 minutes and was worth 5.0 of 10. Agent 0 stepped back and left it to the manager, but stayed with them. The "
        "manager turned to them at once. They talked for 9.0 minutes. Not even the manager could put it right: they had "
        "complained in vain. Their satisfaction rose from 3.4 to 3.6, then fell to 0.6. They left the business because "
        "what had gone wrong was not put right, and will not be back.",
        "week 2, Friday 09:00: Agent 0 called them, because they had left. They did not want to come back. They hung up "
        "after 4.0 minutes.",
        "at the end: They are no longer in the book: they left in week 1, because what had gone wrong was not put right. "
        "In all they came twice, were served twice and spent 79.40 EUR.",
    ]


def test_a_date_that_falls_due_as_a_complaint_is_dealt_with_is_told_after_it():
    """Won over from 4.2 to 7.4, then failed again at a cost of 1.5: the story ends at 5.9, whatever the rows' order."""
    tables = {"staff": {"agents": 1}, "quality": {}, "recovery": {}, "promises": {"broken_loss": 1.5}}
    rows = table(
        (0, H.MEMBER, ADA, -1, points(4.9)),
        (MONDAY, H.ARRIVED, ADA, -1, 0),
        (MONDAY, H.STARTED, ADA, 0, 0),
        (MONDAY + MINUTE, H.FINISHED, ADA, 0, points(5)),
        (MONDAY + MINUTE, H.FAILED, ADA, -1, Reason.BROKEN_PROMISE),
        (MONDAY + MINUTE, H.RECOVERED, ADA, -1, By.AGENT),
        *((MONDAY + MINUTE, H.JUDGED, ADA, -1, points(level)) for level in (4.2, 5.9, 7.4)),
    )
    assert life_story(rows, checked(tables, "test"))[1].text.endswith(
        "They were won over again. The date came, and what had been promised was not done. They said nothing to the desk. "
        "Their satisfaction fell from 4.9 to 4.2, then rose to 7.4, then fell to 5.9."
    )


def test_who_swallows_a_failure_is_said_to_be_silent_and_who_is_won_back_not_to_be_lost_for_good():
    rows = table(
        (0, H.MEMBER, ADA, -1, points(6)),
        (MONDAY, H.FAILED, ADA, -1, Reason.BROKEN_PROMISE),
        (MONDAY, H.LOST, ADA, -1, Reason.BROKEN_PROMISE),
        (FRIDAY, H.CALLED, ADA, 0, Call.LAPSED),
        (FRIDAY, H.WON_BACK, ADA, -1, points(0.5)),
    )
    _, failed, called, _ = life_story(rows, checked({"loyalty": {}}, "test"))
    assert failed.text == (
        "The date came, and what had been promised was not done. They said nothing to the desk. They left the business "
        "because of the broken promise."
    )
    assert called.text == (
        "Agent 0 called them, because they had left. They were won back and are in the book again; the chance that they "
        "stay for a year is 50 %."
    )


@pytest.mark.parametrize(("reason", "why"), [
    (Reason.NATURAL, "because they moved away or no longer needed it"),
    (Reason.CHANCE, "for reasons of their own"),
    (Reason.CARE, "because too little time was taken for them"),
    (Reason.ABANDONED, "because they had come and were not served"),
    (Reason.COMPETITOR, "because somebody else had become better"),
], ids=lambda value: getattr(value, "name", ""))  # fmt: skip
def test_why_somebody_left_is_said_in_a_life_and_on_the_day(reason, why):
    rows = table(
        (0, H.MEMBER, ADA, -1, points(6)),
        (MONDAY, H.ARRIVED, ADA, -1, 0),
        (MONDAY, H.STARTED, ADA, 0, 0),
        (MONDAY + 5 * MINUTE, H.FINISHED, ADA, 0, points(6)),
        (MONDAY + 5 * MINUTE, H.JUDGED, ADA, -1, points(6)),
        (MONDAY + 5 * MINUTE, H.LOST, ADA, -1, reason),
    )
    scenario = checked({"opening": {"monday": "09:00-12:00"}, "quality": {}, "loyalty": {}}, "test")
    _, visit, end = life_story(rows, scenario)
    assert visit.text.endswith(f" They left the business {why}, and will not be back.")
    assert end.text.startswith(f"They are no longer in the book: they left in week 1, {why}. ")
    assert any(one.text.endswith(f" and left the business {why}.") for one in timeline(rows, scenario, 0))


def test_word_of_mouth_rivals_and_the_telephone_read_like_this():
    scenario = checked({"staff": {"agents": 2}, "quality": {}, "loyalty": {}, "word_of_mouth": {}, "phone": {}}, "test")
    friend, back = int(Kind.REFERRED) << 60 | 35, FRIDAY + WEEK
    rows = table(
        (MONDAY, H.ARRIVED, friend, -1, 0),
        (MONDAY, H.REFERRED, friend, -1, ADA),
        (MONDAY, H.PICKED_UP, friend, 0, 0),
        (MONDAY, H.STARTED, friend, 0, 0),
        (MONDAY + 5 * MINUTE, H.FINISHED, friend, 0, points(8)),
        (MONDAY + 5 * MINUTE, H.JUDGED, friend, -1, points(8.2)),
        (MONDAY + 5 * MINUTE, H.PRAISED, friend, -1, 1),
        (MONDAY + 5 * MINUTE, H.WON, friend, -1, points(0.7)),
        (DAY, H.COOLED, friend, -1, 0),
        (DAY, H.COOLED, friend, -1, 0),
        (DAY, H.JUDGED, friend, -1, points(8)),
        (DAY, H.JUDGED, friend, -1, points(7.8)),
        (FRIDAY, H.ARRIVED, friend, -1, 1),
        (FRIDAY + MINUTE, H.STARTED, friend, 0, MINUTE),
        (FRIDAY + 9 * MINUTE, H.FINISHED, friend, 0, points(7)),
        (FRIDAY + 9 * MINUTE, H.RECOGNISED, friend, 0, 0),
        (FRIDAY + 9 * MINUTE, H.JUDGED, friend, -1, points(7.6)),
        (FRIDAY + 9 * MINUTE, H.LOST, friend, -1, Reason.COMPETITOR),
        (back, H.ARRIVED, friend, -1, 2),
        (back, H.WON_BACK, friend, -1, points(0.6)),
        (back + 2 * MINUTE, H.ABANDONED, friend, -1, 2 * MINUTE),
        (back + 2 * MINUTE, H.RANG_OFF, friend, -1, 2 * MINUTE),
        (back + 2 * MINUTE, H.JUDGED, friend, -1, points(3)),
        (back + 2 * MINUTE, H.WARNED, friend, -1, 3),
        (back + 2 * MINUTE, H.DETERRED, friend, -1, 2),
    )
    assert [f"{one.when}: {one.text}" for one in life_story(rows, scenario)][:-1] == [
        "at the beginning: Customer friend-z is a prospect, who has not been here before.",
        "week 1, Monday 09:00: They called the desk because customer 7 had told them about it (visit 0). Agent 0 picked up "
        "at once. The visit took 5.0 minutes and was worth 8.0 of 10. They were satisfied at 8.2. They spoke well of the "
        "business to 1 person. They became a customer; the chance that they stay for a year is 70 %.",
        "week 1, Tuesday 00:00: Friends warned them of the business. Their satisfaction fell from 8.2 to 8.0, then fell to "
        "7.8.",
        "week 1, Friday 09:00: They came to the desk (visit 1). They waited 1.0 minutes for agent 0. Agent 0 knew who they "
        "were. The visit took 8.0 minutes and was worth 7.0 of 10. Their satisfaction fell from 7.8 to 7.6. They left the "
        "business because somebody else had become better.",
        "week 2, Friday 09:00: They called the desk again (visit 2). They had been elsewhere, came back by themselves and "
        "are in the book again; the chance that they stay for a year is 60 %. They waited on the line for 2.0 minutes, lost "
        "patience and rang off. Their satisfaction fell from 7.6 to 3.0. They warned 3 people of the business, 2 of whom "
        "will stay away for a while.",
    ]


def test_who_was_warned_and_colleagues_have_lives_too():
    street, colleague = int(lives.prospect_key(3, 1, 17)), int(lives.request_key(3, 17))
    scenario = checked({"staff": {"agents": 1}}, "test")
    away = life_story(table((MONDAY, H.STAYED_AWAY, street, -1, 0)), scenario)
    assert " ".join(one.text for one in away) == (
        "Customer 3:17:1 is a prospect, who has not been here before. They had been warned of the business and stayed away. "
        "They never became a customer. They did not come once."
    )
    asked = ((MONDAY, H.ASKED, colleague, -1, 0), (MONDAY + MINUTE, H.HELPING, colleague, 0, MINUTE))
    helped = (*asked, (MONDAY + 9 * MINUTE, H.HELPED, colleague, 0, 8 * MINUTE))
    assert " ".join(one.text for one in life_story(table(*helped), scenario)) == (
        "Colleague 3:17 works in the house. They asked the desk for something. They waited 1.0 minutes for agent 0. The work "
        "on it took 8.0 minutes. They got what they had asked for."
    )
    assert life_story(table(*asked), scenario)[-1].text == "They are still being helped."
    assert life_story(table(*asked[:1]), scenario)[-1].text == "They are still waiting."


def test_where_nobody_judges_nothing_is_said_of_quality():
    rows = table(
        (0, H.MEMBER, ADA, -1, points(7)),
        (MONDAY, H.ARRIVED, ADA, -1, 0),
        (MONDAY, H.STARTED, ADA, 0, 0),
        (MONDAY + MINUTE, H.FINISHED, ADA, 0, 0),
        (DAY, H.REMAINS, ADA, -1, points(7)),
    )
    text = " ".join(one.text for one in life_story(rows, checked({}, "test")))
    assert "worth" not in text
    assert "satisf" not in text


def test_a_segment_is_named(busy):
    key, rows = life(busy, "0")
    segment = busy.segment(key)
    name = ("regulars", "others")[segment]
    assert life_story(rows, busy.scenario, segment)[0].text.startswith(f"Customer 0, of the segment '{name}', is in")


# Choosing


def test_a_prospect_is_named_by_day_and_number(busy, everything):
    came = everything[(everything[:, WHAT] == H.ARRIVED) & (everything[:, WHO] >= PROSPECTS)]
    key = int(came[5, WHO])
    assert lives.customer_named(busy, name_of(key)) == lives.customer_named(busy, str(key)) == key
    assert name_of(ADA) == str(ADA)


def test_every_name_that_is_printed_can_be_typed(busy, everything):
    for key in np.unique(everything[everything[:, WHO] >= 0][:, WHO]).tolist():
        assert lives.customer_named(busy, name_of(key)) == key
    assert lives.customer_named(busy, "colleague-0:1") == lives.customer_named(busy, "colleague 0:1")
    assert life(busy, "colleague-0:1")[1][0, WHAT] == H.ASKED


@pytest.mark.parametrize("words", FIRSTS)
def test_first_words_find_the_first(busy, everything, words):
    what, value = FIRSTS[words]
    rows = everything[everything[:, WHAT] == what]
    rows = rows if value is None else rows[rows[:, 4] == value]
    assert life(busy, words)[0] == rows[0, WHO]


def test_an_agents_first_day_is_taken_where_none_is_named(busy):
    assert lives.agents_day(busy, 1, None)[0] == 0
    assert lives.agents_day(busy, 2, 8)[0] == 8


@pytest.mark.parametrize(
    ("ask", "sentence"),
    [
        (lambda world: life(world, "150"), "There is no customer 150 in this world: customers 0 to 149 are in"),
        (lambda world: life(world, "9" * 30), "There is no customer 999"),
        (lambda world: life(world, "0:999"), "prospects 0:0 to 0:"),
        (lambda world: life(world, "2:0"), "and none on day 2."),
        (lambda world: life(world, "99:0"), "prospects came on days 0 to 41"),
        (lambda world: life(world, "Ada"), "customer Ada means nobody: give a number"),
        (lambda world: lives.day_at_the_desk(world, 6), "Nothing happens on day 6 (week 1, Sunday): the doors open on Monday"),
        (lambda world: lives.day_at_the_desk(world, 42), "There is no day 42 in this world: its days are 0 to 41."),
        (lambda world: lives.agents_day(world, 3, None), "There is no agent 3: 0 to 1 are the agents of the desk, and 2 to 2"),
        (lambda world: lives.agents_day(world, 0, 3), "Agent 0 does nothing on day 3; the first day with agent 0 is 0."),
    ],
)  # fmt: skip
def test_who_or_what_is_not_there_is_a_sentence(busy, ask, sentence):
    with pytest.raises(ServsimError, match=re.escape(sentence)):
        ask(busy)


def test_words_that_find_nobody_say_which_do():
    world = World(read_scenario(SALON, ["horizon.weeks=2"]))
    with pytest.raises(
        ServsimError, match=r"^first-won-back finds nobody in this world; somebody is found by first-lost"
    ):
        life(world, "first-won-back")


def test_both_engines_tell_the_same_life(busy):
    other = World(busy.scenario, engine="reference")
    assert [rows.tolist() for _, rows in (life(busy, "3"),)] == [rows.tolist() for _, rows in (life(other, "3"),)]


def test_a_manager_is_a_manager_whatever_the_roster_says_of_closed_hours():
    """A roster that asks for five at night, when the doors are closed, makes no five agents of the desk."""
    from servsim.show.trace_words import cast_of

    roster = {"every_day": [5.0] * 8 + [2.0] * 16}
    tables = {"opening": {"monday": "09:00-17:00"}, "staff": {"roster": roster}, "manager": {}, "recovery": {}}
    assert cast_of(checked(tables, "roster")).agent(2) == "the manager"
