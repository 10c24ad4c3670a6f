"""What an owner calls the metrics, under headings; files and JSON have their names."""

HEADINGS: dict[str, dict[str, str]] = {
    "Customers": {
        "retention": "stay a year, today's",
        "retention_rate": "stay a year, of all",
        "customers_end": "customers at the end",
        "customers_won": "customers won",
        "customers_lost": "customers lost",
        "lost_to_rivals": "lost to rivals",
        "won_back": "won back",
        "referrals": "came recommended",
        "deterred": "stayed away, warned",
    },
    "Visits and waiting": {
        "arrivals": "visits",
        "served": "served",
        "abandoned": "gave up waiting",
        "balked": "would not wait",
        "blocked": "no place to wait",
        "sent_home": "sent home at closing",
        "abandoned_share": "gave up waiting, share",
        "balked_share": "would not wait, share",
        "unserved_share": "not served, share",
        "wait_mean": "mean wait",
        "wait_served_mean": "mean wait if served",
        "wait_abandoned_mean": "mean wait if gave up",
        "service_level": "served in time, of all",
        "service_level_served": "in time, of the served",
        "waited_within_target": "waited in time, of all",
        "wait_p50": "half wait at most",
        "wait_p90": "9 in 10 wait at most",
        "wait_gap": "wait gap of segments",
        "waited_share": "had to wait",
        "queue_mean": "people waiting",
        "time_in_system_mean": "time there, if served",
        "callers": "telephone calls",
        "phone_wait_mean": "callers' mean wait",
        "phone_lost_share": "callers not served",
    },
    "Quality": {
        "quality_mean": "quality of visits",
        "satisfaction_mean": "satisfaction",
        "satisfaction_gap": "satisfaction gap",
        "recognised_share": "greeted as known",
        "mistakes_share": "visits with a mistake",
        "first_contact_resolution": "right the first time",
        "failures": "failures found out",
        "complaints": "complaints",
        "recovered_share": "complaints put right",
        "escalated": "went to the manager",
        "promises_due": "promises due",
        "promises_kept_share": "promises kept",
        "calls": "calls to customers",
    },
    "Staff": {
        "occupancy": "busy, of time there",
        "knowledge_mean": "knowledge at the end",
        "investment_hours": "care, all of it",
        "minutes_per_relationship": "care for each customer",
        "hours_core": "time on transactions",
        "hours_care": "time on care in visits",
        "hours_clarifying": "clearing up mistakes",
        "hours_recovery": "putting right",
        "hours_promises": "keeping promises",
        "hours_relationship": "calling customers",
        "hours_after_visits": "work after visits",
        "hours_internal": "colleagues' requests",
        "hours_inattentive": "lost in thought",
        "hours_break": "breaks",
        "hours_idle": "nothing to do",
        "hours_manager": "managers' talks",
        "requests": "colleagues' questions",
        "request_wait_mean": "colleagues' mean wait",
    },
    "Money": {
        "revenue": "revenue",
        "costs": "costs",
        "advertising_cost": "advertising",
        "training_cost": "training",
        "profit": "profit",
        "cash": "profit, today's money",
        "value": "value over the years",
    },
}
"""Every metric in the order of a table for people: heading, name, words."""

CALLED = {name: words for group in HEADINGS.values() for name, words in group.items()}
"""What a metric is called."""
OWN_METRICS = "Your own"
"""The heading of metrics that are a user's own."""


def by_heading(names: tuple[str, ...]) -> list[tuple[str, list[str]]]:
    """Metrics under their headings, headings without one left out; those of nobody's knowledge under their own."""
    groups = [(heading, [name for name in group if name in names]) for heading, group in HEADINGS.items()]
    groups.append((OWN_METRICS, [name for name in names if name not in CALLED]))
    return [(heading, some) for heading, some in groups if some]


def called(name: str) -> str:
    """What a metric is called; by its name, where it has no words."""
    return CALLED.get(name, name)
