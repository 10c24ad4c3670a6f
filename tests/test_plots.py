"""Plots: their numbers are those of the results, their words and units are there, nothing covers anything else."""

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.text import Text

from servsim.cli.plot import KINDS, plot
from servsim.cli.plot_kinds import MAKERS
from servsim.errors import ServsimError
from servsim.event_codes import Happening, Reason
from servsim.scenario.read import checked, with_level
from servsim.show.plots import (
    convergence_plot,
    day_plot,
    frontier_plot,
    heat_plot,
    levels_plot,
    minutes_plot,
    payback_plot,
    reasons_plot,
    saved_plot,
    sources_plot,
    survival_plot,
    time_of_day_plot,
    tornado_plot,
    waits_plot,
    years_plot,
)
from servsim.show.plots.day_at_the_desk import LOOKS
from servsim.show.plots.elements import lever_words, measure
from servsim.show.plots.frontier import Tried, unbeaten, unpaired
from servsim.show.plots.staff_time import PARTS, hours_of
from servsim.show.plots.style import COLOURS, STROKES, as_bytes
from servsim.show.plots.waiting_times import FILLS
from servsim.study.comparison.compare import compare
from servsim.study.histories.customers import World
from servsim.study.histories.day import day_of, first_day
from servsim.study.histories.departures import Cohort, cohorts, fates, staying
from servsim.study.histories.time_of_day import time_of_day
from servsim.study.histories.visits import waits_of
from servsim.study.intervals_and_tables import Interval, interval
from servsim.study.metrics import NAMES
from servsim.study.one_lever.evaluate import evaluate
from servsim.study.one_lever.two_lever_grid import lever_grid
from servsim.study.run import run
from servsim.study.sensitivity.one_at_a_time import rests_on
from servsim.study.yearly_projection import PLACE

DESK = {
    "title": "A desk of <two> & more",
    "opening": {"monday": "09:00-17:00", "wednesday": "09:00-17:00"},
    "demand": {"prospects_per_hour": 1.5, "opening_book": 80, "visit_gap_days": 10},
    "staff": {"agents": 2, "wage_per_hour": 20.0, "attentive_minutes": 20.0, "inattentive_minutes": 3.0},
    "service": {"core_minutes": 12.0},
    "investment": {"minutes_per_visit": 2.0},
    "waiting": {"patience_minutes": 10.0},
    "quality": {},
    "loyalty": {},
    "spending": {},
    "uncertain": {"loyalty": {"yearly_retention": [0.6, 0.9]}, "waiting": {"patience_minutes": [5.0, 15.0]}},
    "horizon": {"weeks": 30.0, "years": 2.0},
    "evaluate": {"levels": [0.0, 2.0, 5.0, 8.0, 11.0], "replications": 4},
}
SIZES = ("slide", "paper")
ALIKE = 0.12
"""Areas whose lightness differs by less must differ in hatching."""


@pytest.fixture(scope="module")
def desk():
    """A small scenario with everything that plots show."""
    return checked(DESK, "test")


@pytest.fixture(scope="module")
def results(desk):
    """Results of every kind, by the name of their plot, and the function that draws them."""
    advice = evaluate(desk)
    world = World(desk)
    fewer = with_level(desk, "staff.agents", 1.0).model_copy(update={"title": "One agent"})
    both = compare(desk, fewer)
    return {
        "levels": (levels_plot, (advice,)),
        "years": (years_plot, (run(desk, replications=4),)),
        "years of levels": (years_plot, (advice,)),
        "payback": (payback_plot, (investment(advice),)),
        "soon paid back": (payback_plot, (for_ten_years(investment(advice)),)),
        "frontier": (frontier_plot, (advice,)),
        "minutes": (minutes_plot, (advice,)),
        "heat": (
            heat_plot,
            (lever_grid(desk, (("investment.minutes_per_visit", (0.0, 4.0)), ("staff.agents", (1.0, 3.0)))),),
        ),
        "tornado": (tornado_plot, (rests_on(advice),)),
        "reasons": (reasons_plot, (fates(desk), fates(fewer))),
        "saved": (saved_plot, (both,)),
        "sources": (sources_plot, (both,)),
        "survival": (survival_plot, (world,)),
        "waits": (waits_plot, (waits_of(world),)),
        "hour": (time_of_day_plot, (time_of_day(desk, replications=2),)),
        "quarter": (time_of_day_plot, (time_of_day(desk, "quarter", replications=2),)),
        "day": (day_plot, (day_of(world, first_day(world)), world)),
        "convergence": (convergence_plot, (advice,)),
    }


def investment(e):
    """Five minutes as an investment: 100 a month for three months, which bring 60 a month after that; 8 months."""
    gaps = np.where(np.arange(24) < 3, -100.0, 60.0) * np.array([0.8, 0.9, 1.1, 1.2])[:, None]
    months = list(e.months)
    months[e.levels.index(5.0)] = months[e.levels.index(2.0)].copy()
    months[e.levels.index(5.0)][:, :, PLACE["cash"]] += gaps
    return replace(e, best=5.0, months=tuple(months))


def for_ten_years(e):
    """The same, which goes on bringing 60 a month for eight years more."""
    months = [np.concatenate([own] * 5, axis=1) for own in e.months]
    months[e.levels.index(5.0)][:, 24:, PLACE["cash"]] = months[e.levels.index(2.0)][:, 24:, PLACE["cash"]] + 60.0
    return replace(e, months=tuple(months))


PLOTS = (
    "levels",
    "years",
    "years of levels",
    "payback",
    "soon paid back",
    "frontier",
    "minutes",
    "heat",
    "tornado",
    "reasons",
    "saved",
    "sources",
    "survival",
    "waits",
    "hour",
    "quarter",
    "day",
    "convergence",
)


def drawn(results, name, size="paper"):
    """One of the plots."""
    make, what = results[name]
    return make(*what, size=size)


def texts(plot):
    """Every text that is to be seen, with the box it takes."""
    plot.draw_without_rendering()
    ticks = set()
    for axes in plot.axes:
        for axis in (axes.xaxis, axes.yaxis):
            shown = sorted(axis.get_view_interval())
            every = axis.get_major_ticks() + axis.get_minor_ticks()
            ticks |= {
                label
                for tick in every
                for label in (tick.label1, tick.label2)
                if not shown[0] <= tick.get_loc() <= shown[1]
            }
    found = [
        text for text in plot.findobj(Text) if text.get_visible() and text.get_text().strip() and text not in ticks
    ]
    return [(text.get_text(), text.get_window_extent()) for text in found]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", PLOTS)
def test_no_text_covers_another_or_leaves_the_plot(results, name, size):
    plot = drawn(results, name, size)
    boxes = texts(plot)
    for (one, box), (other, its) in combinations(boxes, 2):
        shared = box.intersection(box, its)
        assert shared is None or min(shared.width, shared.height) < 1.5, f"{one!r} and {other!r}"
    for words, box in boxes:
        assert box.x0 >= -1, words
        assert box.x1 <= plot.bbox.width + 1, words
        assert box.y0 >= -1, words
        assert box.y1 <= plot.bbox.height + 1, words


def test_a_text_that_covers_another_is_found(results):
    plot = drawn(results, "levels")
    plot.axes[0].text(*plot.axes[0].transData.inverted().transform((0, 0)), "far away")
    plot.axes[0].set_title("over the name of the axis", loc="left", y=1.02)
    boxes = dict(texts(plot))
    assert boxes["far away"].y0 < boxes["Value of two years (thousand EUR)"].y0
    box, its = boxes["over the name of the axis"], boxes["Value of two years (thousand EUR)"]
    assert min(box.intersection(box, its).width, box.intersection(box, its).height) > 5


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", PLOTS)
def test_every_axis_has_a_name_and_what_cannot_be_seen_is_said(results, name, size):
    plot = drawn(results, name, size)
    for axes in plot.axes:
        for axis in (axes.xaxis, axes.yaxis):
            ticks = [label.get_text() for label in axis.get_ticklabels() if label.get_visible()]
            counts = any(any(sign.isdigit() for sign in tick[:1]) for tick in ticks if tick)
            assert axis.get_label().get_text() or not counts or axes.get_subplotspec() is None, (name, ticks)
    assert len(plot.alt) > 20
    assert plot.get_suptitle()


def test_units_are_named():
    assert measure("value", "EUR", 5e6) == measure("value", "EUR", 3e6)
    assert measure("value", "EUR", 5e6).label == "Value (million EUR)"
    assert measure("value", "EUR", 5e6, "ten years").label == "Value of ten years (million EUR)"
    assert measure("revenue", "EUR/year", 5e6, "ten years").label == "Revenue (million EUR a year)"
    assert measure("revenue", "EUR/year", 900.0).label == "Revenue (EUR a year)"
    assert measure("retention", "1", 0.9).label == "Retention (% a year)"
    assert measure("wait_mean", "min", 9.0).label == "Mean wait (minutes)"
    assert lever_words("waiting.patience_minutes") == "Waiting: patience minutes"
    assert lever_words("quality.perception_sd") == "Quality: perception sd (points)"


@pytest.mark.parametrize("size", SIZES)
def test_sizes_are_those_of_a_slide_and_of_a_page(results, size):
    width, height = drawn(results, "levels", size).get_size_inches()
    assert (width / height == pytest.approx(16 / 9, abs=0.01)) if size == "slide" else (width == 6.3)


@pytest.mark.parametrize("ending", [".svg", ".png", ".pdf"])
@pytest.mark.parametrize("name", ["levels", "survival", "heat"])
def test_the_same_result_gives_the_same_bytes(results, name, ending):
    one, two = (as_bytes(drawn(results, name), ending) for _ in range(2))
    assert one == two
    assert one[:4] in (b"<?xm", b"\x89PNG", b"%PDF")


def lightness(colour):
    """How light a colour is in grey, 0 to 1."""
    return float(np.dot(to_rgb(colour), (0.299, 0.587, 0.114)))


@pytest.mark.parametrize(
    "fills",
    [[fill[1:] for fill in PARTS.values()], [look[1:] for look in LOOKS.values()], list(FILLS.values())],
    ids=["minutes", "day", "waits"],
)
def test_areas_can_be_told_apart_in_grey(fills):
    for (colour, hatch), (other, its) in combinations(fills, 2):
        assert hatch != its or abs(lightness(colour) - lightness(other)) > ALIKE, (colour, other)


def test_lines_can_be_told_apart_in_grey():
    assert len(set(STROKES)) == len(COLOURS) == len(STROKES)


def test_bands_are_the_intervals(results):
    advice = results["levels"][1][0]
    plot = drawn(results, "levels")
    band = plot.axes[0].collections[0].get_paths()[0].vertices
    for level in advice.levels:
        own = advice.at(level, advice.objective)
        heights = band[np.isclose(band[:, 0], level), 1]
        assert heights.min() == pytest.approx(own.low)
        assert heights.max() == pytest.approx(own.high)


def test_the_years_are_those_of_the_run(desk, results):
    found = results["years"][1][0]
    axes = drawn(results, "years").axes
    for panel, name in zip(axes, ("customers_end", "profit", "retention_rate", "unserved_share"), strict=True):
        own = [found.of_year(year, name) for year in (1, 2)]
        assert panel.lines[0].get_ydata() == pytest.approx([each.mean for each in own])
        band = panel.collections[0].get_paths()[0].vertices
        for year, each in enumerate(own, 1):
            heights = band[np.isclose(band[:, 0], year), 1]
            assert (heights.min(), heights.max()) == pytest.approx((each.low, each.high))


def test_the_years_of_levels_are_those_of_todays_and_of_the_best(results):
    e = results["payback"][1][0]
    lines = years_plot(e).axes[0].lines
    for line, level in zip(lines, (2.0, 5.0), strict=True):
        assert line.get_ydata() == pytest.approx([e.of_year(level, year, "customers_end").mean for year in (1, 2)])


def test_what_costs_300_in_three_months_and_brings_60_a_month_has_paid_back_in_eight(results):
    plot = drawn(results, "payback")
    (near,) = plot.axes
    curve, deepest, crossing = near.lines[1:]
    assert curve.get_ydata()[[0, 1, 3, 8, 24]] == pytest.approx([0, -100, -300, 0, 960])
    assert (deepest.get_xdata()[0], deepest.get_ydata()[0]) == (3, pytest.approx(-300))
    assert crossing.get_xdata()[0] == pytest.approx(8)
    assert "ahead of today's from month 8 on" in plot.alt
    assert "it is 300 EUR behind" in plot.alt


def test_a_payback_that_is_soon_is_drawn_from_near_too(results):
    near, whole = drawn(results, "soon paid back").axes
    assert near.get_xlim()[1] == 20
    assert whole.get_xlim()[1] == 10
    assert whole.get_xlabel() == "Years from now"
    assert len(near.lines) == len(whole.lines) + 2


def test_what_never_pays_back_has_no_crossing(results):
    e = results["payback"][1][0]
    plot = payback_plot(replace(e, best=11.0))
    assert len(plot.axes) == 1
    assert "not shown to pay back within two years" in plot.alt
    assert not [mark for mark in plot.legends[-1].get_texts() if "ahead" in mark.get_text()]


def test_nothing_is_paid_back_where_today_is_best_or_no_years_are_looked_at(results):
    e = results["payback"][1][0]
    with pytest.raises(ServsimError, match="plot payback has nothing to show: Stay at 2 minutes of care per visit"):
        payback_plot(replace(e, best=2.0))
    without = replace(e, months=tuple(own[:, :0] for own in e.months))
    with pytest.raises(ServsimError, match="plot payback needs money over the years"):
        payback_plot(without)
    with pytest.raises(ServsimError, match="plot years needs two years of money or more"):
        years_plot(without)


def test_hours_add_up_to_the_time_at_the_desk(desk, results):
    """Two agents on two days of eight hours a week, and overtime, which this desk has little of."""
    advice = results["minutes"][1][0]
    total = sum(hours_of(advice, name) for name in PARTS)
    paid = 2 * 2 * 8 * 365 / 7 / 12
    assert (total >= paid * (1 - 1e-9)).all()
    assert (total < 1.05 * paid).all()


def test_nobody_is_shown_to_beat_the_frontier():
    some = [Tried(str(i), Interval(x, x, x, ""), Interval(y, y, y, "")) for i, (x, y) in
            enumerate([(1, 1), (2, 3), (3, 2), (0, 3), (3, 1), (1, 1)])]  # fmt: skip
    assert [one.name for one in unbeaten(some, unpaired, 1, 1)] == ["1", "2", "3", "4"]
    assert [one.name for one in unbeaten(some, unpaired, 1, -1)] == ["0", "2", "4", "5"]


def test_means_within_their_noise_beat_nobody():
    """Level 1 is ahead in both means, of 0 by less than their intervals, of 2 by more."""
    some = [
        Tried(str(i), Interval(x, x - 1, x + 1, ""), Interval(x, x - 1, x + 1, "")) for i, x in enumerate((4, 5, 2))
    ]
    assert [one.name for one in unbeaten(some, unpaired, 1, 1)] == ["0", "1"]


def test_the_estimate_settles_at_its_interval(results):
    advice = results["convergence"][1][0]
    axes = drawn(results, "convergence").axes[0]
    gap = (
        advice.gap(advice.best, advice.today, "value")
        if advice.best != advice.today
        else advice.sample(advice.today, "value")
    )
    own = interval(gap, "", advice.confidence)
    line = axes.lines[1]
    assert line.get_ydata()[-1] == pytest.approx(own.mean)
    ends = axes.collections[0].get_paths()[0].vertices
    last = ends[np.isclose(ends[:, 0], len(gap)), 1]
    assert (last.min(), last.max()) == pytest.approx((own.low, own.high))


def test_staying_is_kaplan_and_meiers_by_hand():
    """Of five: one leaves at 1, one is last seen at 2, one leaves at 3, two are last seen at 4. 4/5, then 4/5 · 2/3."""
    found = staying(np.array([1.0, 2.0, 3.0, 4.0, 4.0]), np.array([True, False, True, False, False]), 0.95)
    assert [found.after(time) for time in (0.5, 1.0, 2.5, 3.0, 9.0)] == pytest.approx([1, 0.8, 0.8, 8 / 15, 8 / 15])
    assert (found.low <= found.share).all()
    assert (found.share <= found.high).all()


def test_cohorts_hold_everybody_who_was_ever_in_the_book(desk):
    world = World(desk)
    rows = world.rows(lambda piece: np.isin(piece[:, 1], (Happening.MEMBER, Happening.WON)))
    found = cohorts(world)
    assert found[0].name == "opening book"
    assert len(found[0].weeks) == desk.demand.opening_book
    assert sum(len(cohort.weeks) for cohort in found) == len(np.unique(rows[:, 2]))
    lost = run(desk, replications=2).sample("customers_lost")[0] * 30 * 7 / 365
    assert sum(cohort.lost.sum() for cohort in found) == pytest.approx(lost)
    assert [cohort.name for cohort in found[1:]] == [
        "won in weeks 1 to 13",
        "won in weeks 14 to 26",
        "won in weeks 27 to 30",
    ]


def test_waits_are_those_that_the_metrics_count(desk):
    waits, year = waits_of(World(desk)), run(desk, replications=2)
    assert waits.minutes.mean() == pytest.approx(year.sample("wait_mean")[0])
    assert np.mean(waits.ended == Happening.STARTED) < 1
    assert len(waits.of(Happening.ABANDONED)) == pytest.approx(year.sample("abandoned")[0] * 30)


def test_patience_told_from_censored_waits_is_that_of_the_model(desk):
    """Exponential of 10 minutes: the estimate's band holds the law at the median wait of those who wait."""
    longer = checked({**DESK, "horizon": {"weeks": 200.0}}, "test")
    waits = waits_of(World(longer))
    seen = waits.patience(0.999)
    for minutes in (2.0, 5.0, 8.0):
        place = np.searchsorted(seen.times, minutes, "right") - 1
        assert seen.low[place] <= np.exp(-minutes / longer.waiting.patience_minutes) <= seen.high[place]
        assert (waits.willing > minutes).mean() == pytest.approx(np.exp(-minutes / 10), abs=0.03)


def test_who_is_served_at_once_tells_nothing_of_those_who_would_not_wait_at_all(desk):
    """One in five hangs up rather than wait; most are served at once, so of all who come far fewer leave at once."""
    hasty = checked(
        {**DESK, "waiting": {"patience_minutes": 10.0, "leave_at_once_share": 0.2}, "horizon": {"weeks": 200.0}}, "test"
    )
    waits = waits_of(World(hasty))
    seen = waits.patience(0.999)
    place = np.searchsorted(seen.times, 0.0, "right") - 1
    assert seen.low[place] <= 0.8 <= seen.high[place]
    assert np.mean((waits.minutes == 0) & (waits.ended == Happening.ABANDONED)) < 0.15


def test_curves_end_where_too_few_are_to_be_seen():
    few = Cohort("few", np.array([*range(1, 13)], float), np.array([True] * 12))
    assert few.staying(0.95).times.max() == 3.0
    alone = Cohort("alone", np.array([2.0]), np.array([True])).staying(0.95)
    assert alone.share.tolist() == [1.0, 0.0]
    assert alone.low.tolist() == [1.0, 0.0]


def test_fates_are_those_that_a_comparison_finds(desk, results):
    found, both = fates(desk), results["saved"][1][0]
    assert found.counts.sum(axis=1).tolist() == [found.book] * len(found.counts)
    assert found.counts.mean(axis=0) == pytest.approx(both.pairs.reasons.mean(axis=0).sum(axis=1))
    assert sum(found.share(reason).mean for reason in Reason) == pytest.approx(1)


def test_heat_holds_what_a_run_finds(desk, results):
    found = results["heat"][1][0]
    assert found.today == (2.0, 2.0)
    assert len(found.pairs) == 9
    pair = (4.0, 3.0)
    alone = run(with_level(with_level(desk, "investment.minutes_per_visit", 4.0), "staff.agents", 3.0))
    assert found.sample(pair) == pytest.approx(alone.metrics[:, NAMES.index("value")])
    assert found.best == max(found.pairs, key=lambda one: found.sample(one).mean())
    assert found.best in found.not_worse
    with pytest.raises(ServsimError, match="is both levers"):
        lever_grid(desk, (("staff.agents", (1.0,)), ("staff.agents", (2.0,))))


@pytest.mark.parametrize(
    ("name", "leave_out", "words"),
    [("survival", ("loyalty", "demand"), "needs customers in a book"), ("waits", ("demand",), "nobody does"),
     ("reasons", ("loyalty",), "needs customers who leave")],
)  # fmt: skip
def test_a_plot_without_anything_to_show_says_so(name, leave_out, words):
    tables = {key: value for key, value in DESK.items() if key not in (*leave_out, "uncertain")}
    quiet = checked(
        {**tables, "demand": {"prospects_per_hour": 0.1, "opening_book": 0}, "horizon": {"weeks": 1.0}}, "test"
    )
    what = {"survival": lambda: survival_plot(World(quiet)), "waits": lambda: waits_plot(waits_of(World(quiet))),
            "reasons": lambda: reasons_plot(fates(quiet, replications=2))}  # fmt: skip
    with pytest.raises(ServsimError, match=words):
        what[name]()


# The command

FILE = """
title = "Tiny"
[opening]
monday = "09:00-12:00"
[demand]
prospects_per_hour = 6
opening_book = 40
visit_gap_days = 7
[investment]
[waiting]
patience_minutes = 4
[quality]
[loyalty]
[spending]
[horizon]
weeks = 8
years = 2
[evaluate]
levels = [0, 5, 10]
replications = 3
[uncertain]
loyalty.yearly_retention = [0.5, 0.9]
[optimise]
levers = { "investment.minutes_per_visit" = [0, 10], "staff.agents" = [1, 3] }
front = ["retention", "profit"]
points = 12
replications = 3
"""
MORE = {
    "heat": {"lever": ["staff.agents=1,2"]},
    "saved": {"to": ["staff.agents=1"]},
    "sources": {"to": ["staff.agents=1"]},
}  # fmt: skip


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """A folder with a small scenario, in which we are."""
    (tmp_path / "tiny.toml").write_text(FILE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_kind_that_is_offered_can_be_made():
    assert KINDS.keys() == MAKERS.keys()


@pytest.mark.parametrize("kind", KINDS)
def test_the_command_draws_every_kind_and_says_what_it_shows(tiny, kind, capsys):
    plot(kind, Path("tiny.toml"), output=Path("made.svg"), **MORE.get(kind, {}))
    shown = capsys.readouterr()
    assert shown.out.strip()
    assert "Plot: made.svg" in shown.err
    assert (tiny / "made.svg").read_bytes().startswith(b"<?xml")


@pytest.mark.parametrize(
    ("kind", "options", "said"),
    [
        ("levles", {}, "plot levles: there is no such plot; it must be one of levels, years, payback, frontier"),
        ("levels", {"day": 2}, "plot levels has no use for --day; that is for day."),
        ("day", {"to": ["staff.agents=2"]}, "plot day has no use for a second scenario; that is for reasons, saved, sources."),
        ("heat", {}, "plot heat needs a second lever with its levels, such as --lever staff.agents=2,3,4"),
        ("heat", {"lever": ["staff.agents=1,two"]}, "--lever staff.agents=1,two: it must be a setting and numbers"),
        ("saved", {}, "plot saved needs a second scenario file, or --to KEY=VALUE for what differs in it."),
        ("levels", {"size": "huge"}, "--size huge: it must be slide or paper."),
        ("levels", {"output": Path("levels.gif")}, "--output levels.gif: it must end in .svg, .png or .pdf."),
        ("levels", {"output": Path("-")}, "--output -: it must end in .svg, .png or .pdf."),
        ("convergence", {"metric": "valeu"}, "Did you mean value?"),
        ("tornado", {"overrides": ["uncertain={}"]}, "plot tornado needs ranges in [uncertain]"),
        ("years", {"overrides": ["horizon.years=1"]}, "plot years needs two years of money or more"),
        ("years", {"lever": ["staff.agents=1,2"]}, "plot years has no use for --lever"),
        ("payback", {"overrides": ['evaluate.objective="retention"']}, "plot payback needs money over the years"),
        ("day", {"day": 3}, "Nothing happens on day 3"),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_said_in_a_sentence(tiny, kind, options, said):
    with pytest.raises(ServsimError) as caught:
        plot(kind, Path("tiny.toml"), **options)
    assert said in str(caught.value)
    assert [file.name for file in tiny.iterdir()] == ["tiny.toml"]


@pytest.mark.usefixtures("tiny")
def test_a_mistake_on_the_command_line_is_exit_code_2(typed):
    code, _, said = typed("plot", "levles", "tiny.toml")
    assert code == 2
    assert "Did you mean levels?" in said
    assert "Traceback" not in said
