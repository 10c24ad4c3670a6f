"""The advice that servsim was set up from, and where each piece of it lives: settings, scenarios, metrics.

The wording is ours. A test holds every name against the scenario's tables, the files of `scenarios/` and the metrics.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Advice:
    """One piece of advice and the mechanism that makes it something to be priced."""

    id: str
    advice: str
    mechanism: str
    settings: tuple[str, ...]
    """What switches it on, and is varied: tables, and settings as table.key."""
    scenarios: tuple[str, ...]
    """Files of `scenarios/` in which it is at work, the one that is about it first."""
    metrics: tuple[str, ...]
    """Metrics that it shows in."""


ADVICE = (
    Advice(
        "A1", "Custom is a habit: a customer is somebody who comes back.",
        "repeat visits at each customer's own gap; tenure makes loyal",
        ("demand.visit_gap_days", "demand.opening_book", "loyalty.tenure_slope"),
        ("salon", "bank-1999-relationship"), ("retention", "retention_rate", "customers_end"),
    ),
    Advice(
        "A2", "Nobody likes to wait.",
        "patience, turning away at the sight of the queue, how long a wait feels",
        ("waiting", "waiting.patience_minutes", "waiting.balk_scale_minutes", "waiting.wait_weight"),
        ("bank-1999", "public-office", "erlang-a"), ("wait_mean", "abandoned_share", "balked_share"),
    ),
    Advice(
        "A3", "Staff must not be lost in thought, or in a screen, while people stand before them.",
        "each agent is attentive for a while, then not: nobody is started or noticed, visits stop or lose minutes",
        ("staff.inattentive_minutes", "staff.attentive_minutes", "staff.while_serving", "waiting.unnoticed_weight"),
        ("salon", "recovery"), ("hours_inattentive", "wait_mean", "quality_mean"),
    ),
    Advice(
        "A4", "Decide beforehand how much time a month or a year goes into relationships.",
        "the investment: minutes a visit, minutes a complaint, hours a month of calling back",
        ("investment", "investment.minutes_per_visit", "investment.recovery_minutes",
         "investment.relationship_hours_per_month"),
        ("salon", "recovery", "calling-back"), ("investment_hours", "minutes_per_relationship", "value"),
    ),
    Advice(
        "A5", "Listen and show it, feel with people, sum up, name what will be done, and keep the dates.",
        "six steps of a visit with minutes of their own; promises with a date, and the work that keeps them",
        ("service.split", "quality", "promises", "promises.quoted_days"),
        ("promises", "salon"), ("hours_care", "quality_mean", "promises_kept_share", "hours_promises"),
    ),
    Advice(
        "A6", "Give staff the knowledge to answer clearly.",
        "knowledge makes steps shorter and better, mistakes rarer; training builds it, time and turnover wear it down",
        ("staff.knowledge", "staff.agent_knowledge", "training", "training.hours_per_month"),
        ("train-or-advertise",), ("first_contact_resolution", "mistakes_share", "knowledge_mean"),
    ),
    Advice(
        "A7", "Where the wrong thing was delivered, clarify and explain.",
        "mistakes: caught in the summing-up and clarified, or found out at home and brought back",
        ("mistakes", "mistakes.mistake_share", "mistakes.clarify_minutes"),
        ("recovery", "calling-back"), ("mistakes_share", "failures", "hours_clarifying"),
    ),
    Advice(
        "A8", "Step back when it has become personal, and let a manager take over.",
        "some complaints wait for a manager, who is scarcer, dearer and more convincing",
        ("manager", "manager.escalated_share", "manager.personal_below"),
        ("manager",), ("escalated", "hours_manager", "recovered_share"),
    ),
    Advice(
        "A9", "Time spent on a disgruntled customer is worth a lot.",
        "who complains, what minutes of recovery achieve, what remains; calling back who was let down or has left",
        ("recovery", "investment.recovery_minutes", "outreach", "outreach.win_back_share"),
        ("recovery", "calling-back"), ("complaints", "recovered_share", "won_back"),
    ),
    Advice(
        "A10", "Satisfied customers advertise you; slighted ones warn everybody, and take friends along.",
        "praise brings prospects; warnings keep people away and cool friends in the book",
        ("word_of_mouth", "word_of_mouth.praises", "word_of_mouth.warnings"),
        ("a-bad-month", "losing-one"), ("referrals", "deterred"),
    ),
    Advice(
        "A11", "What counts is what the customer perceives, real or not.",
        "noise between what happened and what was perceived; waits that feel longer than they are",
        ("quality.perception_sd", "waiting.unnoticed_weight", "waiting.uninformed_weight"),
        ("salon",), ("quality_mean", "satisfaction_mean"),
    ),
    Advice(
        "A12", "People get used to better things; quality must match the price, again and again.",
        "expectations that rise with good visits, with time and with prices; every visit is held against them",
        ("quality.should_ratchet", "quality.should_drift", "spending.price_level"),
        ("competitor",), ("satisfaction_mean", "retention"),
    ),
    Advice(
        "A13", "Greet in a friendly, personal way; recognise who comes back.",
        "the greeting's own minutes; being recognised by the agent of the last visit, or from notes of the last",
        ("service.split", "recognition", "recognition.recognised_share", "after_visit_work",
         "after_visit_work.after_visit_gain"),
        ("regulars", "support-line"), ("recognised_share", "hours_after_visits", "quality_mean"),
    ),
    Advice(
        "A14", "Whoever enters may buy tomorrow, even if not today.",
        "prospects who do not buy come again later, some of them",
        ("spending", "spending.conversion", "spending.second_thought_probability"),
        ("salon",), ("customers_won", "revenue"),
    ),
    Advice(
        "A15", "One franc or a hundred thousand: decency for all, and who is treated well returns with more.",
        "segments with their own spending; a queue that is equal, by segment or by value; spending that grows",
        ("segments", "spending.basket_mean", "waiting.queue_policy", "spending.spend_growth"),
        ("equal-or-by-value", "public-office"), ("wait_gap", "satisfaction_gap"),
    ),
    Advice(
        "A16", "Money goes into advertising while the staff, who sell first, are forgotten.",
        "an advertising and a training budget, alone or shared out of one sum",
        ("advertising", "training", "budget", "budget.training_share"),
        ("train-or-advertise",), ("advertising_cost", "training_cost", "customers_won", "profit"),
    ),
    Advice(
        "A17", "Colleagues in other teams are customers too.",
        "requests of colleagues to the same agents; kept waiting, they cost mistakes",
        ("internal", "internal.requests_per_hour", "internal.request_priority"),
        ("colleagues",), ("request_wait_mean", "hours_internal", "mistakes_share"),
    ),
    Advice(
        "A18", "Know what your own kind of customer wants.",
        "segments with their own needs, weights, patience and worth",
        ("segments", "quality.weights", "waiting.patience_minutes"),
        ("public-office",), ("satisfaction_mean", "retention"),
    ),
    Advice(
        "A19", "Customers can do business elsewhere.",
        "rivals, how good they are and become, and one who opens later, in the choice to stay",
        ("competitors", "competitors.rival_quality", "competitors.rival_drift"),
        ("competitor",), ("lost_to_rivals", "retention"),
    ),
    Advice(
        "A20", "The same holds on the telephone as face to face.",
        "visits by telephone beside those at the counter: callers see no queue and have less patience",
        ("phone", "phone.phone_share", "phone.phone_patience_minutes"),
        ("phone-or-counter",), ("phone_wait_mean", "phone_lost_share"),
    ),
    Advice(
        "A21", "Losing one customer can hurt a lot.",
        "who is lost and who is won, and the money of the years after; what the loss of one costs: `servsim worth`",
        ("loyalty", "money.discount_rate", "horizon.years"),
        ("losing-one", "salon"), ("customers_lost", "customers_end", "value"),
    ),
)  # fmt: skip
"""The advice in its order."""
