"""Metrics in words: all of them, short, each another, and a way back to their names."""

from servsim.show.metric_words import CALLED, HEADINGS
from servsim.study.metrics import NAMES

LONGEST = 22
"""Letters for which a table of two scenarios has room within 80 columns."""


def test_every_metric_has_words_of_its_own():
    assert {*CALLED} == {*NAMES}
    assert len(CALLED) == sum(map(len, HEADINGS.values())) == len({*CALLED.values()})
    assert [words for words in CALLED.values() if "_" in words or len(words) > LONGEST] == []


def test_tables_for_people_have_words_and_say_where_the_names_are(tiny, typed):
    for words in (("run", tiny), ("compare", tiny, "--to", "staff.agents=3", "--no-lives")):
        _, told, _ = typed(*words, "--replications", "2", "--no-store", "--quiet")
        assert "  mean wait" in told
        assert "Money" in told
        assert "--names shows the metrics by the names" in told
        assert max(map(len, told.splitlines())) <= 80
        firsts = {line.split()[0] for line in told.splitlines() if line.strip()}
        assert not {name for name in firsts & {*NAMES} if "_" in name}
        _, named, _ = typed(*words, "--replications", "2", "--no-store", "--quiet", "--names")
        assert "\nwait_mean" in named
        assert "\nMoney" not in named


def test_two_scenarios_of_one_title_are_told_apart_by_their_files(tiny, typed):
    other = tiny.with_name("other.toml")
    other.write_text(tiny.read_text().replace("prospects_per_hour = 3", "prospects_per_hour = 4"))
    _, told, _ = typed("compare", tiny, other, "--replications", "2", "--no-store", "--quiet", "--no-lives")
    told = "".join(told.split())
    assert f"A:Tiny({tiny})".replace(" ", "") in told
    assert f"B:Tiny({other})".replace(" ", "") in told


def test_a_verified_desk_ends_without_a_word_of_what_is_left_to_do(tiny, typed):
    code, _, said = typed("verify", tiny, "--quick")
    assert (code, "are finished" in said) == (0, False)


def test_one_of_a_thing_is_no_plural(tiny):
    from servsim.scenario.read import read_scenario

    assert (
        repr(read_scenario(tiny, ["staff.agents=1", "demand.opening_book=1"]))
        == "<Scenario 'Tiny': 1 customer, 1 agent, 1 year>"
    )
