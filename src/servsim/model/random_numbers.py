"""Chance: one uniform number for each decision, found by its key and never by its turn.

uniform(seed, replication, entity, occasion, purpose) is a pure function: the same person has the same patience on the
same visit in every world that shares a seed, whatever the desk does (common random numbers at the level of persons).

Source: Salmon, Moraes, Dror and Shaw (2011), Parallel random numbers: as easy as 1, 2, 3. Philox 4x64-10.
"""

import numpy as np

from servsim.model.compilation import entry, high_word, part

MULTIPLIER_0 = np.uint64(0xD2E7470EE14C6C93)
MULTIPLIER_1 = np.uint64(0xCA5A826395121157)
WEYL_0 = np.uint64(0x9E3779B97F4A7C15)
WEYL_1 = np.uint64(0xBB67AE8584CAA73B)
ZERO = np.uint64(0)
DISCARDED = np.uint64(11)
RESOLUTION = 2.0**-53


@part
def philox(counter_0, counter_1, counter_2, counter_3, key_0, key_1):
    """The first word of a Philox 4x64-10 block, equal to numpy.random.Philox at the counter before this one."""
    c0, c1, c2, c3 = np.uint64(counter_0), np.uint64(counter_1), np.uint64(counter_2), np.uint64(counter_3)
    k0, k1 = np.uint64(key_0), np.uint64(key_1)
    for _ in range(10):
        high_0, high_1 = high_word(MULTIPLIER_0, c0), high_word(MULTIPLIER_1, c2)
        c0, c1, c2, c3 = high_1 ^ c1 ^ k0, MULTIPLIER_1 * c2, high_0 ^ c3 ^ k1, MULTIPLIER_0 * c0
        k0, k1 = k0 + WEYL_0, k1 + WEYL_1
    return c0


@entry
@part
def uniform(seed, replication, entity, occasion, purpose):
    """A number in [0, 1), uniform; the same 53 bits that numpy's Generator makes of the same word."""
    word = philox(np.uint64(occasion), np.uint64(entity), np.uint64(purpose), ZERO, seed, replication)
    return np.float64(word >> DISCARDED) * RESOLUTION


@part
def drawn(sheet, entity, occasion, purpose):
    """The uniform of this entity, on this occasion, for this purpose, in the sheet's world."""
    return uniform(sheet[0].seed, sheet[0].replication, entity, occasion, purpose)
