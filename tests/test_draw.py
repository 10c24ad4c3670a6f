"""Draws: equal to NumPy's Philox, uniform, and unrelated between neighbouring keys."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from servsim.event_codes import Kind, Purpose
from servsim.model.random_numbers import drawn, philox, uniform

WORD = st.integers(0, 2**64 - 1)
BLOCK = 2**256
DRAWS = 20_000
NUMBERS = np.arange(DRAWS)
PROSPECT = int(Kind.PROSPECT) << 60
COLLEAGUE = int(Kind.COLLEAGUE) << 60

VARIED = {
    "entities": (1, 0, NUMBERS, 0, Purpose.PATIENCE),
    "prospects": (1, 0, NUMBERS + PROSPECT, 0, Purpose.PATIENCE),
    "prospects of other days": (1, 0, (NUMBERS << 36) + PROSPECT, 0, Purpose.PATIENCE),
    "prospects of other layers": (1, 0, (NUMBERS << 28) + PROSPECT, 0, Purpose.LIFT),
    "colleagues": (1, 0, NUMBERS + COLLEAGUE, 0, Purpose.REQUEST),
    "occasions": (1, 0, 7, NUMBERS, Purpose.GAP),
    "tellings": (1, 0, 7, NUMBERS << 4, Purpose.REFERRAL),
    "spells of other days": (1, 0, 7, NUMBERS << 32, Purpose.ATTENTIVE),
    "purposes": (1, 0, 7, 3, NUMBERS),
    "replications": (1, NUMBERS, 7, 3, Purpose.GAP),
    "seeds": (NUMBERS, 0, 7, 3, Purpose.GAP),
}
"""What varies → the key of 20,000 draws: seed, replication, entity, occasion, purpose."""


def draws(key: tuple) -> np.ndarray:
    """The uniforms of a key, one of whose parts is an array."""
    keys = np.broadcast_arrays(*(np.asarray(part, np.uint64) for part in key))
    return np.array([uniform(*words) for words in zip(*keys, strict=True)])


def numpys_block(counter: tuple[int, ...], key: tuple[int, ...]) -> np.random.Philox:
    """NumPy's Philox, about to give this block: it adds one to its counter before each."""
    before = (sum(word << 64 * place for place, word in enumerate(counter)) - 1) % BLOCK
    return np.random.Philox(counter=words_of(before, 4), key=np.array(key, np.uint64))


def words_of(number: int, count: int) -> np.ndarray:
    """A large number as 64-bit words, the lowest first."""
    return np.array([number >> 64 * place & 2**64 - 1 for place in range(count)], np.uint64)


@given(st.tuples(WORD, WORD, WORD, WORD), st.tuples(WORD, WORD))
def test_philox_is_numpys_bit_for_bit(counter, key):
    word = int(philox(*(np.uint64(part) for part in counter + key)))
    assert word == int(numpys_block(counter, key).random_raw())


@given(st.tuples(WORD, WORD), WORD, WORD, st.sampled_from(Purpose))
def test_uniform_is_what_numpys_generator_makes_of_the_same_block(key, entity, occasion, purpose):
    parts = (np.uint64(part) for part in (*key, entity, occasion, purpose))
    block = numpys_block((occasion, entity, int(purpose), 0), key)
    assert uniform(*parts) == np.random.Generator(block).random()


@given(WORD, WORD, WORD)
def test_uniform_is_at_least_0_and_below_1(seed, entity, occasion):
    assert 0 <= uniform(np.uint64(seed), np.uint64(0), np.uint64(entity), np.uint64(occasion), np.uint64(1)) < 1


@pytest.mark.parametrize("key", VARIED.values(), ids=VARIED)
def test_draws_are_uniform(key):
    counts, _ = np.histogram(draws(key), bins=100, range=(0, 1))
    assert stats.chisquare(counts).pvalue > 0.001


@pytest.mark.parametrize("key", VARIED.values(), ids=VARIED)
@pytest.mark.parametrize("apart", [1, 2, 256])
def test_neighbouring_keys_have_unrelated_draws(key, apart):
    u = draws(key)
    assert abs(np.corrcoef(u[:-apart], u[apart:])[0, 1]) < 4 / np.sqrt(DRAWS)


def test_each_part_of_the_key_has_draws_of_its_own():
    firsts = np.array([draws(key)[:100] for key in VARIED.values()])
    related = np.corrcoef(firsts) - np.eye(len(firsts))
    assert np.abs(related).max() < 0.4


def test_seed_0_and_replication_0_are_replications_of_their_own(world):
    replications = [(0, 0), (0, 1), (1, 0), (1, 1)]
    u = [drawn(world(*numbers), 7, 3, Purpose.GAP) for numbers in replications]
    assert u == [uniform(*map(np.uint64, numbers), 7, 3, Purpose.GAP) for numbers in replications]
    assert len(set(u)) == len(replications)


def test_no_draw_of_a_day_repeats_another():
    customers, visits, purposes = np.meshgrid(NUMBERS[:40], NUMBERS[:20], [int(p) for p in Purpose])
    u = draws((1, 0, customers.ravel(), visits.ravel(), purposes.ravel()))
    assert len(np.unique(u)) == len(u)


def test_python_draws_what_the_compiler_draws(plain):
    without = plain("random_numbers")
    for key in np.random.default_rng(1).integers(0, 2**64, (200, 5), np.uint64):
        assert without.uniform(*key) == uniform(*key)
