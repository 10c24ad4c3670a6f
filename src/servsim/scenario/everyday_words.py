"""What people call settings and tables that have another name in a scenario file."""

import re

Setting = tuple[str, ...]

SAID = {
    "staff.agents": "employee worker people server clerk assistant barber cashier counter till headcount",
    "staff.availability": "shrinkage absence attendance",
    "staff.roster": "shift schedule rota timetable",
    "staff.wage_per_hour": "wage salary salarie pay labour_cost",
    "staff.break_minutes": "pause lunch_break",
    "opening": "hour opening_time opening_hour business_hour",
    "demand.prospects_per_hour": "visitor walk_in arrival arrival_rate footfall new_customer",
    "demand.opening_book": "customer client regular member existing_customer",
    "demand.visit_gap_days": "frequency visit_interval",
    "service.core_minutes": "service_time duration handling_time treatment",
    "investment.minutes_per_visit": "care extra_minute time_invested",
    "waiting.patience_minutes": "patience max_wait maximum_wait",
    "waiting.waiting_places": "seat chair queue_length",
    "loyalty.yearly_retention": "retention retention_rate",
    "loyalty.natural_churn": "churn churn_rate",
    "spending.basket_mean": "basket ticket price bill spend order_value",
    "spending.price_level": "discount",
    "spending.conversion": "conversion_rate",
    "money.margin": "gross_margin profit_margin",
    "money.discount_rate": "interest interest_rate discount",
    "money.fixed_costs_per_month": "rent overhead fixed_cost",
    "mistakes.mistake_share": "error_rate mistake_rate",
    "recovery": "complaint",
    "competitors": "rival competition",
    "word_of_mouth": "referral recommendation review",
    "advertising.budget_per_month": "marketing advertising_budget marketing_budget",
    "evaluate.replications": "run simulation iteration",
}
"""A setting or table, and the words, each of one thing, that are used for it."""

AROUND = re.compile(r"^(number_of|average|avg|mean|hourly|monthly|yearly)_|_(per|a)_(visit|hour|day|week|month|year)$")
"""What is said around a word without which it means the same."""


def meant_by(key: str) -> list[Setting]:
    """The settings and tables that an everyday word may stand for: employees, average_basket, opening-times."""
    word = AROUND.sub("", key.lower().replace("-", "_").replace(" ", "_"))
    return [
        tuple(setting.split("."))
        for setting, words in SAID.items()
        if {word, word.removesuffix("s")} & {*words.split()}
    ]
