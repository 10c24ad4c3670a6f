"""Finished worlds kept while the page is served, so that a slider moved back shows at once what it showed before."""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from servsim.scenario.scenario import Scenario
from servsim.study.choose.evaluation import Evaluation
from servsim.study.identity import fingerprint
from servsim.study.work.worlds import NOBODYS, Job, Outcome, Worlds

WORLDS_AT_MOST = 40_000
"""How many worlds are kept, about a kilobyte each; beyond, those asked for longest ago are dropped."""
EVALUATIONS_AT_MOST = 100
"""How many finished evaluations are kept."""


class Memory:
    """A store as pools use it, in memory: what `known` finds is not simulated again, what `keep` is given is found.

    Questions answered at the same time share it.
    """

    def __init__(self) -> None:
        """Nothing is known."""
        self.lock = threading.Lock()
        self.worlds: OrderedDict[str, dict[int, Outcome]] = OrderedDict()
        self.many = 0
        self.evaluations: OrderedDict[str, Evaluation] = OrderedDict()

    def known(self, worlds: Worlds, place: int, replications: Sequence[int], customers: bool) -> Iterator[Outcome]:
        """What is known of a scenario's worlds, for the place that it has in a pool; nothing of single customers."""
        with self.lock:
            found = {} if customers else self.worlds.get(worlds.key, {})
            if found:
                self.worlds.move_to_end(worlds.key)
            have = [found[number] for number in replications if number in found and suffices(found[number], worlds)]
        yield from (replace(outcome, job=Job(place, outcome.job.replication)) for outcome in have)

    def keep(self, finished: Iterable[tuple[Worlds, Outcome]]) -> None:
        """Keep finished worlds, but nothing of single customers, for whom the page does not ask."""
        fate, spent = NOBODYS
        with self.lock:
            for worlds, outcome in finished:
                own = self.worlds.setdefault(worlds.key, {})
                self.many += outcome.job.replication not in own
                if worlds.controlled or outcome.job.replication not in own:
                    own[outcome.job.replication] = replace(outcome, fate=fate, spent=spent)
            while self.many > WORLDS_AT_MOST and len(self.worlds) > 1:
                self.many -= len(self.worlds.popitem(last=False)[1])

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
    return fingerprint([Worlds(scenario, seed, "fast").key, scenario.evaluate.model_dump(mode="json")])


def suffices(outcome: Outcome, worlds: Worlds) -> bool:
    """Has an outcome all that is asked of it?"""
    return len(outcome.controls) > 0 or not worlds.controlled
