"""A heap in an array of entries, ordered by the first three fields; the fourth is carried along.

Each entry has four children: in a heap of a million, half as many places far apart in memory are looked at as if it had
two. Places are unsigned: a signed one might count from the end, which would be asked wherever it is used.
"""

import numpy as np

from servsim.model.compilation import inner

ENTRY = np.dtype([("first", "i8"), ("second", "i8"), ("third", "i8"), ("carried", "i8")])
ZERO, ONE, TWO, THREE, FOUR = (np.uint64(number) for number in range(5))


@inner
def before(heap, i, a, b, c):
    """Does entry i of the heap come before (a, b, c)?"""
    entry = heap[i]
    if entry.first != a:
        return entry.first < a
    if entry.second != b:
        return entry.second < b
    return entry.third < c


@inner
def sooner(heap, i, j):
    """The one of two entries of the heap that comes first, without a branch that nobody could guess."""
    other = heap[i]
    return i + (j - i) * np.uint64(before(heap, j, other.first, other.second, other.third))


@inner
def put(heap, i, a, b, c, carried):
    """Make this entry i of the heap."""
    entry = heap[i]
    entry.first, entry.second, entry.third, entry.carried = a, b, c, carried


@inner
def move(heap, i, j):
    """Make entry i of the heap entry j, too."""
    entry = heap[i]
    put(heap, j, entry.first, entry.second, entry.third, entry.carried)


@inner
def push(heap, size, a, b, c, carried):
    """Add an entry to a heap of this size, which must have room; the new size."""
    place = np.uint64(size)
    while place > ZERO:
        parent = (place - ONE) >> TWO
        if before(heap, parent, a, b, c):
            break
        move(heap, parent, place)
        place = parent
    put(heap, place, a, b, c, carried)
    return size + 1


@inner
def pop(heap, size):
    """Drop the first entry of a heap of this size; the new size."""
    last = heap[size - 1]
    replace(heap, size - 1, last.first, last.second, last.third, last.carried)
    return size - 1


@inner
def replace(heap, size, a, b, c, carried):
    """Let an entry take the place of the first one of a heap of this size."""
    place, end = ZERO, np.uint64(size)
    while True:
        child = FOUR * place + ONE
        if child >= end:
            break
        if child + THREE < end:
            child = sooner(heap, sooner(heap, child, child + ONE), sooner(heap, child + TWO, child + THREE))
        else:
            other = child + ONE
            while other < end:
                child = sooner(heap, child, other)
                other += ONE
        if not before(heap, child, a, b, c):
            break
        move(heap, child, place)
        place = child
    put(heap, place, a, b, c, carried)
