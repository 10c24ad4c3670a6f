"""Every metric, read once more by an outsider who has the scenario file, the exported event log, and what metrics mean."""

import math
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from event_log_agents import Staff
from event_log_book import Book
from event_log_money import Money
from event_log_rows import HOUR, MINUTE, MONTH, WEEK, YEAR, Settings, ratio, rows_of
from event_log_waits import UNSERVED, Queue, Visit, mean, quantile
from event_log_week import Week

NAN = math.nan


class Outsider:
    """All that was read of one replication."""

    def __init__(self, file: Path, log: Path) -> None:
        """From a scenario file and an event log."""
        self.settings = Settings.of(file)
        self.week = Week(self.settings)
        self.rows = list(rows_of(log))
        self.queue = Queue(self.settings, self.week, self.rows)
        self.staff = Staff(self.settings, self.week).read(self.rows)
        self.book = Book(self.settings).read(self.rows)
        self.money = Money(self.settings, self.week, self.rows, self.staff, self.queue)
        self.inside = [row for row in self.rows if self.settings.in_window(row.tick)]
        self.counts = Counter((row.what, row.value) for row in self.inside if not row.begins)
        self.begun = Counter(row.what for row in self.inside if row.begins)
        self.spent = Counter()
        for row in self.inside:
            if row.what in ("cared", "clarified", "soothed", "manager's talk"):
                self.spent[row.what] += 0 if row.begins else row.ticks

    def count(self, *names: str) -> int:
        """How often something happened in the window."""
        return sum(number for (what, _), number in self.counts.items() if what in names)

    def with_value(self, name: str, *values: str) -> int:
        """How often it happened with one of these values."""
        return sum(number for (what, value), number in self.counts.items() if what == name and value in values)

    def metrics(self) -> dict[str, float]:
        """All of them; those whose mechanism is off are undefined."""
        found = (
            self.of_the_queue() | self.of_the_customers() | self.of_failures() | self.of_the_staff() | self.of_money()
        )
        for needs, names in NEEDS.items():
            if not self.settings.on(*needs):
                found |= dict.fromkeys(names, NAN)
        return found

    def of_the_queue(self) -> dict[str, float]:
        """Those who come."""
        queue, weeks = self.queue, self.settings.length / WEEK
        came, waits = len(queue.visits), [one.wait for one in queue.joined]
        unserved = Counter(one.how for one in queue.visits)
        return {
            "arrivals": came / weeks,
            "served": len(queue.served) / weeks,
            "abandoned": unserved["abandoned"] / weeks,
            "balked": unserved["balked"] / weeks,
            "blocked": unserved["blocked"] / weeks,
            "sent_home": unserved["sent home"] / weeks,
            "abandoned_share": ratio(unserved["abandoned"], came),
            "balked_share": ratio(unserved["balked"], came),
            "unserved_share": ratio(sum(unserved[how] for how in UNSERVED), came),
            "wait_mean": queue.wait_mean(),
            "wait_gap": self.gap(lambda names: queue.wait_mean(lambda one: one.segment in names)),
            "callers": len(self.callers) / weeks,
            "phone_wait_mean": queue.wait_mean(lambda one: one.phone),
            "phone_lost_share": self.phone_lost_share(),
            "requests": self.count("asked") / weeks,
            "request_wait_mean": queue.request_wait_mean(),
            "wait_p50": quantile(waits, 5),
            "wait_p90": quantile(waits, 9),
            "wait_served_mean": mean(one.wait for one in queue.started) / MINUTE,
            **self.service_levels(),
            "waited_share": 1 - ratio(sum(one.wait == 0 for one in queue.started), len(waits)),
            "queue_mean": queue.queue_mean(),
            "time_in_system_mean": mean(one.done - one.arrived for one in queue.served) / MINUTE,
            "quality_mean": mean(one.quality for one in queue.served),
            "recognised_share": queue.share_served("recognised"),
            "mistakes_share": queue.share_served("clarified", "overlooked"),
            "first_contact_resolution": 1 - queue.share_served("overlooked"),
        }

    def service_levels(self) -> dict[str, float]:
        """Who was answered within the target, and who waited no longer than that; and how long those waited who left."""
        queue, came = self.queue, len(self.queue.visits)
        answered = sum(self.in_time(one) for one in queue.started)
        return {
            "wait_abandoned_mean": queue.wait_mean(lambda one: one.how == "abandoned"),
            "service_level": ratio(answered, came),
            "service_level_served": ratio(answered, len(queue.started)),
            "waited_within_target": ratio(
                sum(one.left is not None and self.in_time(one) for one in queue.visits), came
            ),
        }

    def in_time(self, one: Visit) -> bool:
        """Was a wait no longer than the target of the segment?"""
        return one.wait <= 1000 * self.settings.by_name(one.segment, "waiting", "target_seconds", 20.0)

    def phone_lost_share(self) -> float:
        """Not served, of callers whose wait is over."""
        return ratio(sum(one.how in UNSERVED for one in self.callers), len(self.callers))

    @property
    def callers(self) -> list[Visit]:
        """Visits by telephone whose wait is over."""
        return [one for one in self.queue.visits if one.phone and one.left is not None]

    def of_the_customers(self) -> dict[str, float]:
        """Who is there, who came and who went."""
        book, years = self.book, self.settings.length / YEAR
        lost = self.count("lost")
        return {
            "satisfaction_mean": self.satisfaction(),
            "satisfaction_gap": self.gap(self.satisfaction),
            "retention": book.retention(),
            "retention_rate": math.exp(-ratio(lost, book.years)),
            "customers_lost": lost / years,
            "customers_won": self.count("won") / years,
            "lost_to_rivals": self.with_value("lost", "competitor") / years,
            "referrals": self.count("referred") / years,
            "deterred": self.count("stayed away") / years,
            "customers_end": float(len(book.remaining)),
            "won_back": self.count("won back") / years,
        }

    def satisfaction(self, names: set[str] | None = None) -> float:
        """Of those who are in the book at the end."""
        return mean(row.number for row in self.book.remaining if names is None or row.segment in names)

    def gap(self, of: Callable[[set[str]], float]) -> float:
        """Of the segments that spend most in a year, less of those that spend least; undefined where all spend alike."""
        spends = {one["name"]: self.spends(one) for one in self.settings.segments}
        most, least = (
            ({name for name in spends if spends[name] == end(spends.values())} for end in (max, min))
            if spends
            else ({}, {})
        )
        return of(most) - of(least) if most != least else NAN

    def spends(self, segment: dict[str, Any]) -> float:
        """What a customer of a segment spends, for each day of their usual gap."""
        own = self.settings.own
        if not self.settings.lives_by(segment, "spending"):
            return 0.0
        return own(segment, "spending", "basket_mean", 50.0) / own(segment, "demand", "visit_gap_days", 30.0)

    def own_metrics(self) -> dict[str, dict[str, float]]:
        """Those of each segment."""
        judges = self.settings.on("quality")
        return {
            name: {
                "wait_mean": self.queue.wait_mean(lambda one, name=name: one.segment == name),
                "satisfaction_mean": self.satisfaction({name}) if judges else NAN,
                "customers_end": float(sum(row.segment == name for row in self.book.remaining)),
                **self.visits_of_segment(name),
                **self.money_of_segment(name),
            }
            for name in (one["name"] for one in self.settings.segments)
        }

    def visits_of_segment(self, name: str) -> dict[str, float]:
        """What a segment's customers live through."""
        weeks = self.settings.length / WEEK
        came = [one for one in self.queue.visits if one.segment == name]
        served = [one for one in self.queue.served if one.segment == name]
        return {
            "served": len(served) / weeks,
            "abandoned": sum(one.how == "abandoned" for one in came) / weeks,
            "unserved_share": ratio(sum(one.how in UNSERVED for one in came), len(came)),
            "service_level": ratio(sum(one.how == "visit" and self.in_time(one) for one in came), len(came)),
        }

    def money_of_segment(self, name: str) -> dict[str, float]:
        """Whom a segment loses, and what it pays."""
        years = self.settings.length / YEAR
        paid = sum(row.number for row in self.inside if row.what == "bought" and row.segment == name) / years
        return {
            "retention": self.book.retention(name),
            "customers_lost": sum(row.what == "lost" and row.segment == name for row in self.inside) / years,
            "revenue": paid,
            "contribution": self.money.margin * paid,
        }

    def of_failures(self) -> dict[str, float]:
        """What goes wrong, and what is done about it."""
        years = self.settings.length / YEAR
        won = self.with_value("recovered", "agent", "manager")
        broken = self.with_value("failed", "broken promise")
        return {
            "failures": self.count("failed") / years,
            "complaints": self.count("complained") / years,
            "recovered_share": ratio(won, won + self.with_value("let down", "agent", "manager")),
            "escalated": self.count("escalated") / years,
            "promises_due": (self.count("kept") + broken) / years,
            "promises_kept_share": ratio(self.count("kept"), self.count("kept") + broken),
        }

    def of_the_staff(self) -> dict[str, float]:
        """What agents know and do."""
        months, time, spent = self.settings.length / MONTH, self.staff.time, self.spent
        of_visits = spent["cared"] + spent["clarified"] + spent["soothed"]
        beyond = (
            of_visits
            + time["follow-up"]
            + time["call"]
            + time["after-visit work"]
            + time["held"]
            + spent["manager's talk"]
        )
        hours = {
            "investment_hours": beyond,
            "hours_core": time["visit"] - of_visits,
            "hours_care": spent["cared"],
            "hours_clarifying": spent["clarified"],
            "hours_recovery": spent["soothed"] + time["held"],
            "hours_promises": time["follow-up"],
            "hours_relationship": time["call"],
            "hours_internal": time["request"],
            "hours_after_visits": time["after-visit work"],
            "hours_inattentive": time["inattentive"],
            "hours_break": time["break"],
            "hours_idle": time["idle"],
            "hours_manager": spent["manager's talk"],
        }
        if not self.settings.get("staff", "break_minutes", 0.0):
            hours["hours_break"] = NAN
        return {name: ticks / HOUR / months for name, ticks in hours.items()} | {
            "occupancy": ratio(time["occupied"], time["present"]),
            "knowledge_mean": self.knowledge(),
            "minutes_per_relationship": ratio(beyond / MINUTE, self.book.years),
            "calls": self.begun["call"] / months,
        }

    def knowledge(self) -> float:
        """Of the agents, as they were last told to be."""
        usual, own = self.settings.get("staff", "knowledge", 0.5), self.settings.get("staff", "agent_knowledge", [])
        known = {f"agent {number}": (own[number : number + 1] or [usual])[0] for number in range(self.week.agents)}
        known |= {row.agent: row.number for row in self.rows if row.what == "learned"}
        return mean(known.values())

    def of_money(self) -> dict[str, float]:
        """What is paid and what it costs."""
        money, years = self.money, self.settings.length / YEAR
        cash = money.cash()
        return {
            "advertising_cost": money.total("advertising") / years,
            "training_cost": money.total("training") / years,
            "costs": money.total() / years,
            "revenue": sum(money.revenue.values()) / years,
            "profit": sum(map(money.profit, money.costs)) / years,
            "cash": cash,
            "value": cash if self.settings.looks_ahead else NAN,
        }

    @property
    def beyond_the_log(self) -> set[str]:
        """Metrics that take more time than the log has."""
        settings = self.settings
        later = {"value"} if settings.looks_ahead and settings.years_end > settings.window[1] else set()
        return later | ({"retention"} if self.book.after_a_year is None else set())


FAILING = ("mistakes_share", "first_contact_resolution", "hours_clarifying")
NEEDS = {
    ("phone",): ("callers", "phone_wait_mean", "phone_lost_share"),
    ("internal",): ("requests", "request_wait_mean", "hours_internal"),
    ("after_visit_work",): ("hours_after_visits",),
    ("quality",): ("quality_mean", "satisfaction_mean", "satisfaction_gap"),
    ("recognition",): ("recognised_share",),
    ("training",): ("knowledge_mean", "training_cost"),
    ("competitors",): ("lost_to_rivals",),
    ("word_of_mouth",): ("referrals", "deterred"),
    ("mistakes",): ("mistakes_share", "first_contact_resolution", "hours_clarifying"),
    ("mistakes", "promises"): ("failures", "complaints", "recovered_share"),
    ("manager",): ("escalated", "hours_manager"),
    ("promises",): ("promises_due", "promises_kept_share", "hours_promises"),
    ("outreach",): ("calls", "hours_relationship"),
    ("outreach", "competitors"): ("won_back",),
    ("recovery",): ("hours_recovery",),
    ("advertising",): ("advertising_cost",),
}
"""Mechanisms, one of which must be switched on for a metric to be defined."""
