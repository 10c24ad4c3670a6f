"""Desks with known answers in a changing world, from `market_formulas`; `verify.cases` has all.

Where nothing else is said nobody judges: customers are satisfied at 8, stay at the scenario's yearly retention, and
tell as many people as `mentions` says.
"""

import math
from collections.abc import Iterable
from typing import Any

from servsim.study.verification import market_formulas as forms
from servsim.study.verification import queueing_formulas as failing
from servsim.study.verification import queueing_formulas as known
from servsim.study.verification.failure_desks import MONTH
from servsim.study.verification.textbook_desks import MINUTES, Case, desk, queue_metrics

DAY = 24.0
"""Hours."""
MONTH_WEEKS = MONTH / (7 * DAY)
"""Weeks in a month."""
SOON = 0.001
"""Days after which who is told comes, so that it makes no difference."""
AT_ONCE = {"core_minutes": 0.05}
"""Service that takes no time to speak of."""
RESPONSIVE = {"weights": {"reliability": 0.0, "responsiveness": 1.0, "assurance": 0.0, "empathy": 0.0},
              "should_ratchet": 0.0}  # fmt: skip
"""Quality of 5 points, for having the agent's attention and not one minute of care."""


def around() -> Iterable[Case]:
    """Every desk of this kind."""
    yield families(referrals=0.6, weeks=6)
    yield growing(weeks=8)
    yield tried(weeks=15)
    yield imitating(weeks=12)
    yield advertised("advertised more", ratio=6.0, elasticity=0.6, first=0, months=3, per_hour=1.5)
    yield advertised("advertised less", ratio=0.2, elasticity=0.6, first=1, months=1, per_hour=6.0)
    yield taught_for_a_year()
    yield taught_for_long(months=150)
    yield faster_and_faster(months=24)
    yield win_stay(weeks=6)
    yield drifting(many=7000)
    yield newcomer(many=7000)
    yield loss_averse(visits=100)
    yield colleagues_first(weeks=100)
    yield colleagues_last(agents=2, load=1.2, weeks=90)
    yield callers_first(weeks=60)
    yield callers_hang_up(weeks=15)
    yield most_valued_first(agents=2, load=1.2, weeks=170)
    yield in_turn_again(weeks=16)
    yield own_agent(weeks=3)
    yield tiring(weeks=6)
    yield coming_seldom(many=3000)
    yield income(many=1000)
    yield money_of_years(many=1200, years=3)


def book(many: int, gap: float, law: str, **demand: Any) -> dict[str, Any]:
    """Demand of a book of customers who are alike, with so many days between visits, and of nobody else."""
    return {"prospects_per_hour": 0.0, "opening_book": many, "visit_gap_days": gap, "gap_distribution": law,
            "gap_between_cv": 0.0, **demand}  # fmt: skip


def staying(yearly: float, **others: Any) -> dict[str, Any]:
    """Loyalty of customers who stay at a yearly rate, whatever they live through."""
    return {"yearly_retention": yearly, "natural_churn": 0.0, "tenure_slope": 0.0, **others}


# Word of mouth


def families(referrals: float, weeks: float) -> Case:
    """Prospects who come once, bring others who bring others, and so on."""
    told = {"mentions": 2 * referrals, "referral_share": 0.5, "referral_days": 0.01, "potential_customers": 0}
    visits = forms.referral_total(referrals) * 6.0 * 7 * DAY
    metrics = {"arrivals": visits, "referrals": referrals * visits * 365 / 7}
    return Case("families of the told", desk(1.0, 20, word_of_mouth=told), weeks, metrics)


def growing(weeks: float) -> Case:
    """A book with prospects from outside, who all buy: birth, death and immigration.

    Who comes for the first time tells others too, so that one prospect is 1 / (1 − m) at once; that it takes some
    minutes changes the mean by less than 0.001 %.
    """
    per_day, gap, told, stays = 12.0, 20.0, 0.1, known.staying_per_visit(0.1, 20.0)
    won = stays * forms.referral_total(told)
    after = forms.book_mean(won * per_day, won * told / gap, (1.0 - stays) / gap, 1000, 7 * weeks)
    tables = {
        "demand": book(1000, gap, "exponential", prospects_per_hour=per_day / DAY),
        "word_of_mouth": {"mentions": told, "referral_share": 1.0, "referral_days": SOON, "potential_customers": 0},
        "loyalty": staying(0.1),
        "spending": {"conversion": 1.0},
    }
    return Case("a book that grows", {**desk(0.0, 20, AT_ONCE), **tables}, weeks, {"customers_end": after}, 0.0, True)


def tried(weeks: float) -> Case:
    """Newcomers who all buy, half as many more in the first year; many are lost after a first or second visit."""
    per_day, gap, early, stays = 32.0, 20.0, 0.4, known.staying_per_visit(0.1, 20.0)
    after = forms.book_of_newcomers(1.5 * per_day, gap, stays, (1.0 - early) * stays, 7 * weeks)
    tables = {
        "demand": book(0, gap, "exponential", prospects_per_hour=per_day / DAY, first_year_prospects=1.5),
        "loyalty": staying(0.1, early_loss=early, early_visits=2),
        "spending": {"conversion": 1.0},
    }
    return Case("a book of newcomers", {**desk(0.0, 20, AT_ONCE), **tables}, weeks, {"customers_end": after}, 0.0, True)


def imitating(weeks: float) -> Case:
    """A pool of people who become customers by themselves or because they are told: Bass as a Markov chain.

    Today's customers are in nobody's way: what is left of the pool is full once all others are won. Newcomers are not
    delighted before their second visit, so that they bring nobody before they are customers. That several can be told
    in one visit, and come after some minutes, changes the mean by less than 0.01 %.
    """
    per_day, gap, told, pool, start = 8.0, 5.0, 0.1, 2300, 300
    per_customer = told / gap
    won = forms.pool_mean(per_day + per_customer * start, per_customer, pool - start, 0, 7 * weeks)
    tables = {
        "demand": book(start, gap, "exponential", prospects_per_hour=per_day / DAY),
        "word_of_mouth": {"praises": told, "mentions": 0.0, "delighted_above": 3.0, "disappointed_below": 0.0,
                          "referral_share": 1.0, "referral_days": SOON, "potential_customers": pool},
        "quality": {**RESPONSIVE, "perception_sd": 0.0, "disconfirmation": 0.0, "first_expectation": 0.0,
                    "opening_satisfaction": 5.0},
        "loyalty": staying(1.0 - 1e-9, satisfaction_slope=0.0),
        "spending": {"conversion": 1.0, "conversion_slope": 0.0},
    }  # fmt: skip
    metrics = {"customers_end": start + won}
    return Case("a finite pool", {**desk(0.0, 20, AT_ONCE), **tables}, weeks, metrics, 0.0, asked=True)


# Advertising and training


def advertised(name: str, ratio: float, elasticity: float, first: int, months: int, per_hour: float) -> Case:
    """Prospects from one month on, after spending has become a multiple of the usual."""
    lifts = [forms.advertising_lift(ratio, 0.5, month, elasticity) for month in range(first, first + months)]
    spent = {"usual_per_month": 500.0, "budget_per_month": 500.0 * ratio, "elasticity": elasticity, "carry_over": 0.5}
    tables = {**desk(0.0, 20, AT_ONCE), "demand": {"prospects_per_hour": per_hour}, "advertising": spent}
    metrics = {"arrivals": per_hour * 7 * DAY * math.fsum(lifts) / months}
    return Case(name, tables, months * MONTH_WEEKS, metrics, first * MONTH_WEEKS, asked=True)


TRAINING = {"hours_per_month": 1.0, "training_scale": 12.0, "forgotten_share": 0.3, "newcomer_knowledge": 0.3,
            "turnover": 0.25}  # fmt: skip
KEEP, LEAVE = forms.monthly_keep(0.3), 1.0 - forms.monthly_keep(0.25)
"""Share of knowledge above a newcomer's that is kept in a month, and chance of being replaced at its end."""


def taught(name: str, months: int, knows: float) -> Case:
    """Agents who know 0.8 today, and learn, forget, leave and are replaced for so many months, while nobody comes."""
    tables = {**desk(0.0, 100), "staff": {"agents": 100, "knowledge": 0.8}, "training": TRAINING}
    return Case(name, tables, (months + 0.5) * MONTH_WEEKS, {"knowledge_mean": knows}, warmup=0.0, asked=True)


def taught_for_a_year() -> Case:
    """What they know after twelve months, month by month: a newcomer's, or what they know `trained`."""
    knows = 0.8
    for _ in range(12):
        knows = LEAVE * 0.3 + (1.0 - LEAVE) * forms.trained(knows, 0.3, KEEP, 1.0, 12.0)
    return taught("taught for a year", 12, knows)


def taught_for_long(months: int) -> Case:
    """What they know once that has settled."""
    return taught("taught for long", months, forms.settled_knowledge(0.3, KEEP, 1.0, 12.0, LEAVE))


def faster_and_faster(months: int) -> Case:
    """One agent, often replaced by a newcomer, who is settled before the month is over."""
    from scipy.stats import poisson

    per_hour, newcomer, settled, rate = 0.4, 5, 100, 0.8
    leave, cases = 1.0 - forms.monthly_keep(0.999), MONTH * per_hour
    minutes = [forms.case_minutes(newcomer + n, MINUTES, settled, rate) for n in range(int(3 * cases))]
    learning = math.fsum(poisson.sf(n, cases) * lasts for n, lasts in enumerate(minutes))
    hours = (leave * learning + (1.0 - leave) * cases * MINUTES) / 60
    training = {"turnover": 0.999, "newcomer_cases": newcomer, "settled_cases": settled, "learning_rate": rate}
    tables = {**desk(0.0, 1), "demand": {"prospects_per_hour": per_hour}, "training": training}
    return Case("learning curve", tables, months * MONTH_WEEKS, {"hours_core": hours}, MONTH_WEEKS, asked=True)


# Rivals


def win_stay(weeks: float) -> Case:
    """Customers who go over to a rival and come back: in the long run they spend a share of their visits here."""
    many, gap, back = 1000, 7.0, 0.3
    leave = 1.0 - known.staying_per_visit(1e-6, gap)
    share = forms.win_stay_share(leave, back)
    tables = {"demand": book(many, gap, "exponential"), "loyalty": staying(1e-6),
              "competitors": {"rival_drift": 0.0, "return_share": back}}  # fmt: skip
    metrics = {"arrivals": share * many * 7 / gap, "won_back": share * leave * many * 365 / gap}
    return Case("win-stay, lose-shift", {**desk(0.0, 20, AT_ONCE), **tables}, weeks, metrics, warmup=20.0)


RIVALS = (6.5, 6.0)
"""How good two rivals are today; customers who do not judge are not demanding."""


def pull(*now: float) -> float:
    """How much more rivals as good as that now pull than today's do."""
    return forms.rivals_pull(0.5, 6.0, now, RIVALS)


def stays_against(strength: float, gap: float) -> float:
    """Chance of staying at a visit against such a pull, where 0.6 a year stay today."""
    today = known.staying_per_visit(0.6, gap)
    return forms.staying_among_rivals(math.log(today / (1.0 - today)), strength)


def among_rivals(name: str, many: int, kept: float, lost: float, **rivals: float) -> Case:
    """A book of customers who come ten times a year, of whom a share is kept and a share lost to rivals."""
    tables = {"demand": book(many, 36.5, "fixed"), "loyalty": staying(0.6), "competitors": rivals}
    metrics = {"retention": kept, "lost_to_rivals": many * lost}
    return Case(name, {**desk(0.0, 5, AT_ONCE), **tables}, 365 / 7, metrics, 0.0, asked=True)


def drifting(many: int) -> Case:
    """Rivals who become two points better in a year; the first of ten visits is at any time within the first gap."""
    parts, today = 20, stays_against(1.0, 36.5)
    kept, lost = 0.0, 0.0
    for part in range(parts):
        still = 1.0 / parts
        for visit in range(10):
            year = (visit + (part + 0.5) / parts) / 10
            stays = stays_against(pull(*(rival + 2.0 * year for rival in RIVALS)), 36.5)
            lost += still * (today - stays)
            still *= stays
        kept += still
    return among_rivals("rivals who improve", many, kept, lost, rival_drift=2.0)


def newcomer(many: int) -> Case:
    """A rival of 8 points opens after half a year, after five of ten visits."""
    before, after = stays_against(1.0, 36.5), stays_against(pull(*RIVALS, 8.0), 36.5)
    lost = before**5 * (before - after) * (1.0 - after**5) / (1.0 - after)
    rivals = {"rival_drift": 0.0, "newcomer_quality": 8.0, "newcomer_week": 182.5 / 7}
    return among_rivals("a rival who opens", many, before**5 * after**5, lost, **rivals)


# Expectations


def loss_averse(visits: int) -> Case:
    """Customers whose perception varies around 5 points, who expect 5½ should happen: variability disappoints."""
    noise, asked = 0.6, 5.5
    felt = 5.0 + 0.4 * forms.settled_delight(noise, 0.3, 2.0, should=0.5, gap=5.0 - asked)
    quality = {**RESPONSIVE, "perception_sd": noise, "opening_satisfaction": asked}
    tables = {**desk(0.0, 20, AT_ONCE), "demand": book(60, 1.0, "fixed"), "quality": quality}
    return Case("loss aversion", tables, visits / 7, {"satisfaction_mean": felt}, warmup=0.0, asked=True)


# Who comes first


def colleagues_first(weeks: float) -> Case:
    """M/G/1, where colleagues' requests go before customers."""
    rate, requests, minutes, cv = 0.03, 0.04, 6.0, 0.7
    in_hand = failing.residual((rate, MINUTES, 1.0), (requests, minutes, cv))
    first, last = failing.priorities(in_hand, [requests * minutes, rate * MINUTES])
    internal = {"requests_per_hour": 60 * requests, "request_minutes": minutes, "request_cv": cv,
                "request_priority": 1}  # fmt: skip
    metrics = {"request_wait_mean": first, "wait_mean": last}
    return Case("M/G/1, house first", desk(rate * MINUTES, 1, internal=internal), weeks, metrics)


def colleagues_last(agents: int, load: float, weeks: float) -> Case:
    """M/M/c, where colleagues' requests, half of the work, wait until no customer does."""
    half = load / 2
    in_hand = known.erlang_c(load / MINUTES, MINUTES, agents).waited * MINUTES / agents
    first, last = failing.priorities(in_hand, [half / agents, half / agents])
    internal = {"requests_per_hour": 60 * half / MINUTES, "request_minutes": MINUTES,
                "request_distribution": "exponential", "request_priority": -1}  # fmt: skip
    metrics = {"wait_mean": first, "request_wait_mean": last, "occupancy": load / agents}
    return Case(f"M/M/{agents}, house last", desk(half, agents, internal=internal), weeks, metrics)


def callers_first(weeks: float) -> Case:
    """M/G/1, where callers go before those at the counter and are served in half the time."""
    rate, share = 0.07, 0.4
    calls, visits = (share * rate, MINUTES / 2, 1.0), ((1.0 - share) * rate, MINUTES, 1.0)
    first, last = failing.priorities(failing.residual(calls, visits), [calls[0] * calls[1], visits[0] * visits[1]])
    phone = {"phone_share": share, "phone_order": "first", "phone_core_factor": 0.5}
    metrics = {"phone_wait_mean": first, "wait_mean": share * first + (1.0 - share) * last}
    return Case("M/G/1, callers first", desk(rate * MINUTES, 1, phone=phone), weeks, metrics)


def callers_hang_up(weeks: float) -> Case:
    """M/M/5+G, where callers' patience is 8 minutes and that of others 20: a mixture of two exponential laws.

    Of each the share lost is its mean wait / patience, and all together the queue's: two equations for two shares.
    """
    share, at_counter, calling = 0.4, 2 * MINUTES, 8.0
    patient, impatient = known.exponential(at_counter), known.exponential(calling)
    queue = known.erlang_a(5.0 / MINUTES, MINUTES, 5, lambda x: share * impatient(x) + (1.0 - share) * patient(x))
    lost = (at_counter * queue.lost - queue.wait) / (share * (at_counter - calling))
    phone = {"phone_share": share, "phone_patience_minutes": calling}
    metrics = {**queue_metrics(queue), "abandoned_share": queue.lost, "phone_lost_share": lost,
               "phone_wait_mean": lost * calling}  # fmt: skip
    return Case("M/M/5+G, callers", desk(5.0, 5, waiting={"patience_minutes": at_counter}, phone=phone), weeks, metrics)


def most_valued_first(agents: int, load: float, weeks: float) -> Case:
    """M/M/c of a large book, half of whom spend ten times as much as the others and are served first."""
    many = 20_000
    queue = known.erlang_c(load / MINUTES, MINUTES, agents)
    first, last = failing.priorities(queue.waited * MINUTES / agents, [load / agents / 2] * 2)
    classes = [{"name": f"spends {basket:g}", "share": 0.5, "spending": {"basket_mean": basket}}
               for basket in (200.0, 20.0)]  # fmt: skip
    tables = {
        "demand": book(many, many * MINUTES / load / (60 * DAY), "exponential"),
        "spending": {},
        "waiting": {"patience_distribution": "never", "queue_policy": "by_value"},
        "segments": classes,
    }
    metrics = {**queue_metrics(queue), "wait_gap": first - last}
    return Case(f"M/M/{agents}, by value", {**desk(0.0, agents), **tables}, weeks, metrics)


# Who is known


def in_turn_again(weeks: float) -> Case:
    """Three agents who serve in turn, and a few customers who come at random.

    The others who come before one does again are geometric; they get the same agent if these and they are a multiple
    of the agents: Σ r^(jc − 1) / N over j, r = 1 − 1/N. Who is not known from notes may be known by that agent.
    """
    many, agents, remembered, notes = 20, 3, 0.8, 0.25
    others = 1.0 - 1.0 / many
    same = others ** (agents - 1) / many / (1.0 - others**agents)
    tables = {
        "demand": book(many, 1.0, "exponential"),
        "service": {"core_minutes": 0.01},
        "recognition": {"recognised_share": remembered, "notes_share": notes},
    }
    metrics = {"recognised_share": notes + same * remembered * (1.0 - notes)}
    return Case("one agent in three", {**desk(0.0, agents), **tables}, weeks, metrics, warmup=2.0)


def own_agent(weeks: float) -> Case:
    """Regulars who get the agent they had before, who is never busy."""
    tables = {"demand": book(200, 3.0, "fixed"), "service": {"core_minutes": 0.01},
              "recognition": {"recognised_share": 0.7, "own_agent_first": True}}  # fmt: skip
    return Case("their own agent", {**desk(0.0, 20), **tables}, weeks, {"recognised_share": 0.7}, warmup=1.0)


# Tiredness


def tiring(weeks: float) -> Case:
    """M/M/1/0, whose agent is busy and idle for exponential times; who finds the agent busy is turned away.

    Customers meet the fatigue F of an idle agent, Beta(uT, eT + 1), of which E[exp(γ F)] is Kummer's function.
    """
    from scipy.special import hyp1f1

    share, strength, memory = 0.5, 1.5, 30.0
    rested, tired = forms.fatigue_law(1.0 / MINUTES, 1.0 / MINUTES, memory)
    factor = math.exp(-0.6 * strength) * float(hyp1f1(rested, rested + tired + 1.0, strength))
    tables = {
        "waiting": {"waiting_places": 0, "patience_distribution": "never"},
        "mistakes": {"mistake_share": share, "listening_effect": 0.0, "catch_share": 0.0},
        "recovery": {"voice_share": 0.0},
        "load": {"queue_cut": 0.0, "speed_up": 0.0, "fatigue_slowdown": 0.0, "fatigue_minutes": memory,
                 "fatigue_mistakes": strength},
    }  # fmt: skip
    metrics = {"mistakes_share": share * factor, "blocked/arrivals": 0.5}
    return Case("M/M/1/0, tiring", {**desk(1.0, 1), **tables}, weeks, metrics)


# What a customer is worth


def coming_seldom(many: int, kept: float = 0.7) -> Case:
    """A book of customers who come every three years: they decide once a year, two times of three at home."""
    tables = {"demand": book(many, 1095.0, "fixed"), "loyalty": staying(kept)}
    retention = {"retention": kept}
    return Case("customers who come seldom", {**desk(0.0, 5, AT_ONCE), **tables}, 1825 / 7, retention, 0.0, asked=True)


def income(many: int, kept: float = 0.6) -> Case:
    """What comes in over twenty years from a book of customers who come once a year, the first time within a year.

    `value` looks as far as the window, so that it is `cash`.

    `worth_paid_first` of each, from then on: less by E[(1 + i)^(−u)] = i / ((1 + i) log(1 + i)), u uniform in a year.
    """
    rate, basket = 0.1, 40.0
    later = rate / ((1.0 + rate) * math.log1p(rate))
    cash = many * later * forms.worth_paid_first(basket / 2, kept, rate)
    tables = {
        "demand": book(many, 365.0, "fixed"),
        "staff": {"agents": 5, "wage_per_hour": 0.0},
        "loyalty": staying(kept),
        "spending": {"basket_mean": basket},
    }
    metrics = {"cash": cash, "value": cash}
    return Case("income of a book", {**desk(0.0, 5, AT_ONCE), **tables}, 1040.0, metrics, 0.0, asked=True)


def money_of_years(many: int, years: int) -> Case:
    """Money of a year and of some years: of today's customers and of prospects, some of whom buy and come back.

    Today's make λ N e^(−f t) visits a day, f = λ (1 − p). Of c prospects a day who buy, and p of whom come back, there
    are c/(1 − p) · (1 − p e^(−f t)) purchases a day. Nobody waits; agents, and what is fixed, are paid every day.
    """
    gap, bought, basket, rate, wage, fixed = 91.25, 0.5 * 0.1 * DAY, 40.0, 0.1, 0.2, 1000.0
    stays = known.staying_per_visit(0.6, gap)
    fades, in_time = (1.0 - stays) / gap, bought / (1.0 - stays)
    tables = {
        "demand": book(many, gap, "exponential", prospects_per_hour=0.1),
        "staff": {"agents": 5, "wage_per_hour": wage},
        "loyalty": staying(0.6),
        "spending": {"basket_mean": basket, "conversion": 0.5, "conversion_slope": 0.0,
                     "second_thought_probability": 0.0},
        "money": {"margin": 0.5, "discount_rate": rate, "fixed_costs_per_month": fixed},
    }  # fmt: skip

    def money(days: int) -> float:
        settled, fading = (forms.worth_of_days(1.0, falls, rate, days) for falls in (0.0, fades))
        purchases = in_time * settled + (many / gap - in_time * stays) * fading
        return 0.5 * basket * purchases - (5 * DAY * wage + fixed * 12 / 365) * settled

    metrics = {"cash": money(365), "value": money(365 * years)}
    staffed = {**desk(0.0, 5, AT_ONCE), **tables}
    return Case(f"money of {years} years", staffed, 365 / 7, metrics, 0.0, asked=True, years=float(years))
