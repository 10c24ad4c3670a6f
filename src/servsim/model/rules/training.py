"""Training: what agents know and how fast they are, as they learn, forget and are replaced."""

import math

from servsim.event_codes import Purpose
from servsim.model.compilation import kernel
from servsim.model.random_numbers import drawn
from servsim.model.rules.attention_lapses import agent_key

MONTHS_PER_YEAR = 12.0


@kernel
def trains(sheet):
    """Do agents learn, forget and leave?"""
    return sheet[0].training_on == 1


@kernel
def newcomer(sheet):
    """(knowledge, customers served) of an agent who is new."""
    return sheet[0].newcomer_knowledge, sheet[0].newcomer_cases


@kernel
def knowledge_today(sheet, agent):
    """What an agent knows when the horizon opens; the manager's does not count."""
    return sheet[0].knowledge_of[agent]


@kernel
def cases_today(sheet):
    """Customers whom an agent of today has served, as far as it makes agents faster."""
    return sheet[0].settled_cases


@kernel
def is_replaced(sheet, agent, month):
    """Does an agent leave with the end of a month? P = 1 − (1 − turnover)^(1/12).

    Source: staff turnover of service desks, 5 to 60 % a year. Evidence: b for a quarter.
    """
    stays = math.exp(math.log(1.0 - sheet[0].turnover) / MONTHS_PER_YEAR)
    return drawn(sheet, agent_key(agent), month, Purpose.TURNOVER) >= stays


@kernel
def knowledge_after(sheet, knowledge):
    """What an agent knows after one more month of forgetting and of training.

    k' = k₀ + (k − k₀) (1 − forgotten)^(1/12) where k is above a newcomer's k₀, then k'' = 1 − (1 − k') e^(−h/s), h the
    hours and s their scale.
    Source: assumed. Evidence: c for 12 hours and 20 % a year; that listening can be taught and lasts: b (two small
    quasi-experiments).
    """
    least = sheet[0].newcomer_knowledge
    if knowledge > least:
        knowledge = least + (knowledge - least) * math.exp(math.log(1.0 - sheet[0].forgotten_share) / MONTHS_PER_YEAR)
    return knowledge + (1.0 - knowledge) * (1.0 - math.exp(-sheet[0].training_hours / sheet[0].training_scale))


@kernel
def pace(sheet, cases):
    """Time a transaction takes an agent who has served so many, as a multiple of what it takes one who is settled.

    (n / settled)^(log₂ learning rate) below the settled number, 1 above. Source: Wright (1936); Yelle (1979), 0.80 to
    0.95. Evidence: b.
    """
    if sheet[0].training_on == 0 or cases >= sheet[0].settled_cases:
        return 1.0
    return math.exp(math.log(cases / sheet[0].settled_cases) * math.log(sheet[0].learning_rate) / math.log(2.0))
