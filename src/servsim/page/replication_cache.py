"""Finished replications kept while the page is served, so that a slider moved back shows at once what it showed before.

A replication that is known for ten years is known for its first three: what was simulated further serves whoever asks
less.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from servsim.scenario.scenario import Scenario
from servsim.study.execution.replications import NO_MONTHS, NOBODYS, Experiment, Job, Outcome
from servsim.study.metrics import NAMES
from servsim.study.objective import VALUE
from servsim.study.one_lever.result import Evaluation
from servsim.study.scenario_identity import fingerprint, settings_of
from servsim.study.yearly_projection import MONTHS, value_of

BYTES_AT_MOST = 250_000_000
"""How much of replications is kept, some twenty kilobytes for each of ten years; beyond, those asked for longest ago
go.
"""
BYTES_OF_METRICS = 1_500
"""What a replication takes beside its months."""
EVALUATIONS_AT_MOST = 10
"""How many finished evaluations are kept, ten megabytes the largest."""
KEYS_AT_HAND = 128
"""Of how many scenarios the key is remembered."""


class Memory:
    """A store as pools use it, in memory: what `known` finds is not simulated again, what `keep` is given is found.

    Questions answered at the same time share it. many: replications that are kept.
    """

    def __init__(self) -> None:
        """Nothing is known."""
        self.lock = threading.Lock()
        self.kept: OrderedDict[str, dict[int, Outcome]] = OrderedDict()
        self.bytes = 0
        self.evaluations: OrderedDict[str, Evaluation] = OrderedDict()

    @property
    def many(self) -> int:
        """Replications that are kept."""
        with self.lock:
            return sum(map(len, self.kept.values()))

    def known(
        self, experiment: Experiment, place: int, replications: Sequence[int], customers: bool
    ) -> Iterator[Outcome]:
        """What is known of a scenario's replications, for the place that it has in a pool; nothing of single
        customers.
        """
        key = key_of(experiment)
        with self.lock:
            found = {} if customers else self.kept.get(key, {})
            if found:
                self.kept.move_to_end(key)
            have = [found[number] for number in replications if number in found and suffices(found[number], experiment)]
        yield from (replace(as_asked(one, experiment), job=Job(place, one.job.replication)) for one in have)

    def keep(self, finished: Iterable[tuple[Experiment, Outcome]]) -> None:
        """Keep replications as far as they are told, but nothing of single customers, for whom the page does not
        ask.
        """
        for experiment, outcome in finished:
            key = key_of(experiment)
            with self.lock:
                own = self.kept.setdefault(key, {})
                before = own.get(outcome.job.replication)
                own[outcome.job.replication] = kept = together(without_customers(outcome), before)
                self.bytes += size_of(kept) - (size_of(before) if before else 0)
        with self.lock:
            while self.bytes > BYTES_AT_MOST and len(self.kept) > 1:
                self.bytes -= sum(map(size_of, self.kept.popitem(last=False)[1].values()))

    def last(self, scenario: Scenario, seed: int) -> Evaluation | None:
        """The finished evaluation of a scenario, where it is known."""
        with self.lock:
            return self.evaluations.get(question_key(scenario, seed))

    def keep_last(self, evaluation: Evaluation) -> None:
        """Keep a finished evaluation."""
        with self.lock:
            self.evaluations[question_key(evaluation.scenario, evaluation.seed)] = evaluation
            while len(self.evaluations) > EVALUATIONS_AT_MOST:
                self.evaluations.popitem(last=False)


def question_key(scenario: Scenario, seed: int) -> str:
    """A fingerprint of all that an evaluation depends on."""
    return fingerprint([Experiment(scenario, seed, "fast").key, scenario.evaluate.model_dump(mode="json")])


@lru_cache(KEYS_AT_HAND)
def key_of(experiment: Experiment) -> str:
    """A fingerprint of all that a replication depends on, but for how many whole years of it are told."""
    settings = settings_of(experiment.scenario)
    if is_whole(experiment.scenario.horizon.years):
        del settings["horizon"]["years"]
    return fingerprint([settings, experiment.seed, experiment.engine])


def is_whole(years: float) -> bool:
    """Are these whole years, so that they are the first of any number of years?"""
    return float(years).is_integer()


def months_asked(experiment: Experiment) -> int:
    """Months that are asked of a replication; where years are not whole, as many as there are, and 1 at least."""
    if not experiment.goes_on:
        return 0
    years = experiment.scenario.horizon.years
    return round(years * MONTHS) if is_whole(years) else 1


def suffices(outcome: Outcome, experiment: Experiment) -> bool:
    """Has an outcome all that is asked of it?"""
    return (len(outcome.controls) > 0 or not experiment.controlled) and len(outcome.months) >= months_asked(experiment)


def as_asked(outcome: Outcome, experiment: Experiment) -> Outcome:
    """A replication with as many years as are asked for, and with their `value`: not with what others have asked
    for.
    """
    months = outcome.months
    if not experiment.goes_on:
        months = NO_MONTHS
    elif is_whole(experiment.scenario.horizon.years):
        months = months[: months_asked(experiment)]
    if len(months) == len(outcome.months):
        return outcome
    metrics = outcome.metrics.copy()
    metrics[NAMES.index(VALUE)] = value_of(months) + 0.0 if len(months) else np.nan
    return replace(outcome, metrics=metrics, months=months)


def without_customers(outcome: Outcome) -> Outcome:
    """A replication without what is told of single customers."""
    fate, spent, stayed = NOBODYS
    return replace(outcome, fate=fate, spent=spent, stayed=stayed)


def together(outcome: Outcome, before: Outcome | None) -> Outcome:
    """What is known of a replication from two tellings of it: the longer one, and the controls of either."""
    if before is None:
        return outcome
    longer = before if len(before.months) > len(outcome.months) else outcome
    return replace(longer, controls=before.controls if len(before.controls) else outcome.controls)


def size_of(outcome: Outcome) -> int:
    """Bytes that a replication takes."""
    return BYTES_OF_METRICS + outcome.months.nbytes
