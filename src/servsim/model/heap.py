"""A heap in an array of entries, ordered by the first three fields; the fourth is carried along.

Each entry has four children: in a heap of a million, half as many places far apart in memory are looked at as if it had
two.
"""

import numpy as np

from servsim.model.compilation import inner

ENTRY = np.dtype([("first", "i8"), ("second", "i8"), ("third", "i8"), ("carried", "i8")])


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
    place = size
    while place > 0:
        parent = (place - 1) >> 2
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
    place = 0
    while True:
        child = 4 * place + 1
        if child >= size:
            break
        for other in range(child + 1, min(child + 4, size)):  # the soonest, without a branch that nobody could guess
            soonest = heap[child]
            child += (other - child) * before(heap, other, soonest.first, soonest.second, soonest.third)
        if not before(heap, child, a, b, c):
            break
        move(heap, child, place)
        place = child
    put(heap, place, a, b, c, carried)
