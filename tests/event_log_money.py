"""What customers pay and what the desk costs, day by day, from the log and from the scenario file."""

from collections import defaultdict
from collections.abc import Iterator

from event_log_agents import Staff
from event_log_rows import DAY, HOUR, MONTH, YEAR, Row, Settings
from event_log_waits import Queue
from event_log_week import Week


class Money:
    """Of each day of the window: revenue, and costs by what they are for."""

    def __init__(self, settings: Settings, week: Week, rows: list[Row], staff: Staff, queue: Queue) -> None:
        """From what else was read of the log."""
        self.settings, self.week, self.staff, self.queue = settings, week, staff, queue
        start, end = settings.window
        self.revenue: dict[int, float] = defaultdict(float)
        for row in rows:
            if row.what == "bought" and start <= row.tick < end:
                self.revenue[row.tick // DAY] += row.number
        self.costs = {day: self.costs_of(day, *span) for day, span in self.days()}

    def days(self) -> Iterator[tuple[int, tuple[int, int]]]:
        """Each day of the window, and how much of it lies in the window."""
        start, end = self.settings.window
        for day in range(start // DAY, -(-end // DAY)):
            yield day, self.settings.within(day * DAY, (day + 1) * DAY)

    def costs_of(self, day: int, start: int, end: int) -> dict[str, float]:
        """What a day costs."""
        settings, wage = self.settings, self.settings.get("staff", "wage_per_hour", 25.0)
        months = (end - start) / MONTH
        paid = self.week.paid.between(start, end) / HOUR
        over = self.staff.overtime[day] / HOUR * settings.get("staff", "overtime_factor", 1.25)
        costs = {"wages": wage * (paid + over), "fixed": months * settings.get("money", "fixed_costs_per_month", 0.0)}
        if settings.on("manager"):
            costs["managers"] = self.managers_hours(day, start, end) * settings.get(
                "manager", "manager_wage_per_hour", 50.0
            )
        if settings.on("internal"):
            waited = sum(self.queue.open_time(one, start, end) for one in self.queue.requests)
            costs["colleagues"] = waited / HOUR * settings.get("internal", "wage_per_hour", wage)
        advertising, training = self.budgets()
        return {**costs, "advertising": months * advertising, "training": months * training}

    def managers_hours(self, day: int, start: int, end: int) -> float:
        """Managers' hours that are paid."""
        if self.settings.get("manager", "paid_hours", "shifts") == "talks":
            return self.staff.talks[day] / HOUR
        return self.settings.get("manager", "managers", 1) * self.week.open.between(start, end) / HOUR

    def budgets(self) -> tuple[float, float]:
        """(advertising, training) a month: agents are trained for 200 hours a month at most, whatever the budget."""
        settings = self.settings
        hour = self.week.agents * (
            settings.get("staff", "wage_per_hour", 25.0) + settings.get("training", "fee_per_hour", 20.0)
        )
        training = settings.get("training", "hours_per_month", 0.25) * hour
        advertising = settings.get("advertising", "budget_per_month", 500.0)
        if settings.on("budget"):
            share, both = (
                settings.get("budget", "training_share", 0.5),
                settings.get("budget", "money_per_month", 1000.0),
            )
            advertising, training = (1 - share) * both, min(share * both, 200 * hour)
        return settings.on("advertising") * advertising, settings.on("training") * training

    def total(self, *names: str) -> float:
        """Costs of the window, of some kinds or of all."""
        return sum(cost for day in self.costs.values() for name, cost in day.items() if name in (names or day))

    def profit(self, day: int) -> float:
        """Margin on revenue less costs, of a day."""
        return self.margin * self.revenue[day] - sum(self.costs[day].values())

    @property
    def margin(self) -> float:
        """Of revenue: what is sold costs as much as at today's prices."""
        return 1 - (1 - self.settings.get("money", "margin", 0.5)) / self.settings.get("spending", "price_level", 1.0)

    def cash(self) -> float:
        """Profit of the window, each day's discounted from the end of that day to the first instant of all."""
        rate = self.settings.get("money", "discount_rate", 0.1)
        return sum(self.profit(day) / (1 + rate) ** ((day + 1) * DAY / YEAR) for day in self.costs)
