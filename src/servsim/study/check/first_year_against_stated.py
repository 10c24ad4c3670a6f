"""What the first year of a file tells its owner: where it differs from what is stated, and why; and is it theirs?"""

import numpy as np

from servsim.engine_parameters import to_sheet
from servsim.model.compilation import readable
from servsim.model.rules.loyalty import SETTLED
from servsim.model.rules.quality_and_satisfaction import SATISFIED
from servsim.scenario.scenario import Scenario, as_segments
from servsim.study.check.first_year import CAUSES, FirstYear
from servsim.study.histories.opening_book import staying_by_tenure
from servsim.study.histories.steady_state import SettledBook

FEW_POINTS = 0.03
"""Within which as many stay as is stated."""
NOBODY = 1e-9
"""A share of customers that is none."""
MANY_UNSERVED = 0.15
"""Share of visits above which staff is short."""

WHY = {
    "own": "{} would have left anyway",
    "satisfaction": "{} leave because they are less satisfied than that",
    "failures": "{} leave because something went wrong",
    "rivals": "{} leave because rivals have become better",
}
"""Why so many leave, by cause."""
QUESTION = "Is this your business? Where a line is wrong, change the setting beside it and check again."


def sentences(year: FirstYear, book: SettledBook | None) -> list[str]:
    """Sentences about a first year: what an owner may not expect of it, and the question whether it is theirs."""
    return [QUESTION, *staying(year), *unserved(year), *moving(book)]


def staying(year: FirstYear) -> list[str]:
    """That fewer or more stay than is stated, and why; nothing where as many do."""
    stated, stay = year.stated_retention, year["retention"].mean
    if stated is None or abs(stay - stated) <= FEW_POINTS:
        return []
    return [fewer(year, stated) if stay < stated else more(year, stated)]


def fewer(year: FirstYear, stated: float) -> str:
    """That fewer stay than is stated, and why."""
    return " ".join([
        f"{leaving(year)} of 100 customers of today leave within a year. {says(stated)} may sound "
        f"like {100 * (1 - stated):.0f}, but is meant of customers satisfied at {SATISFIED:g} of 10.",
        *(reasons(year, stated) if year.is_year else []),
        "If you know how many of yours stay, change that setting until the table shows as many.",
    ])  # fmt: skip


def says(stated: float) -> str:
    """What is stated, as the file has it."""
    return f"loyalty.yearly_retention = {stated:.2g}"


def leaving(year: FirstYear) -> int:
    """How many of 100 customers of today leave."""
    return 100 - round(100 * year["retention"].mean)


def reasons(year: FirstYear, stated: float) -> list[str]:
    """For what those leave who do, in whole customers of 100."""
    many = dict(zip(CAUSES, whole([year.leave(cause).mean for cause in CAUSES], leaving(year)), strict=True))
    beside = {
        "own": early(year.scenario) if many["own"] > 100 * (1 - stated + FEW_POINTS) else "",
        "satisfaction": f" ({year.satisfaction.mean():.1f} at the end of the year)",
    }
    clauses = [WHY[cause].format(number) + beside.get(cause, "") for cause, number in many.items() if number]
    return [f"Of the {leaving(year)}, {'; '.join(clauses)}."]


def whole(shares: list[float], total: int) -> list[int]:
    """Shares as whole numbers of 100 that add up to a total: those with the largest rest are rounded up."""
    exact = np.array(shares) * 100
    numbers = np.floor(exact).astype(int)
    numbers[np.argsort(numbers - exact, kind="stable")[: max(0, total - int(numbers.sum()))]] += 1
    return [int(number) for number in numbers]


def early(scenario: Scenario) -> str:
    """Why more leave in any case than is stated: few visits behind them, or higher prices; nothing where neither is."""
    if kept_by_tenure(scenario) < 1 - FEW_POINTS:
        return " (more than stated, as they have few visits behind them: demand.opening_tenure)"
    dearer = scenario.spending is not None and scenario.spending.price_level > 1
    return " (more than stated, as prices are higher: spending.price_level)" if dearer else ""


def kept_by_tenure(scenario: Scenario) -> float:
    """Of customers satisfied at 8 who would stay had they come for long, the share who stay with today's tenure."""
    sheet, shares = readable(to_sheet(scenario)), []
    for number, own in enumerate(as_segments(scenario)):
        by_tenure = staying_by_tenure(sheet, number)
        kept = by_tenure[min(own.demand.opening_tenure, SETTLED)] / max(by_tenure[SETTLED], NOBODY)
        shares.append(kept * sheet[number]["share"])
    return float(sum(shares))


def more(year: FirstYear, stated: float) -> str:
    """That more stay than is stated, and why, as far as it is known."""
    stay = f"{100 - leaving(year)} of 100 customers of today are still there after a year"
    lead = f"{stay}, more than {says(stated)} says of customers satisfied at {SATISFIED:g} of 10"
    if year.satisfaction.mean() > SATISFIED:
        return f"{lead}: they are more satisfied ({year.satisfaction.mean():.1f} at the end of the year)."
    return f"{lead}."


def staff_setting(scenario: Scenario) -> str:
    """The setting that says how many agents there are."""
    return "staff.roster" if scenario.staff.roster else "staff.agents"


def unserved(year: FirstYear) -> list[str]:
    """That staff is short, where it is."""
    share = year["unserved_share"].mean
    if not share > MANY_UNSERVED:
        return []
    return [
        f"{100 * share:.0f} of 100 visits are not served. If that is not so with you, the file has too few agents "
        f"({staff_setting(year.scenario)}) or too many visits."
    ]


def moving(book: SettledBook | None) -> list[str]:
    """That the settled book is for those whose customers are as many as ever."""
    if book is None or not book.is_far:
        return []
    today, then = (f"{each.customers:,}" for each in (book.today, book.settled))
    return [
        f"Settled means: as many are won as lost. With these settings that is so at {then} customers, not at {today}. "
        f"If you do have {today}, and have had about as many for years, look first if demand.prospects_per_hour "
        "and loyalty.yearly_retention are yours. You need not change the opening book: keep it where growing or "
        "shrinking is what you expect; open with the settled one, the last lines below, to see the effect of your "
        "decisions alone."
    ]
