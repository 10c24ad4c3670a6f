"""A binary heap in an int64 array of four columns, ordered by the first three; the fourth is carried along."""

from servsim.model.kernel import inner


@inner
def before(heap, i, a, b, c):
    """Does row i of the heap come before (a, b, c)?"""
    if heap[i, 0] != a:
        return heap[i, 0] < a
    if heap[i, 1] != b:
        return heap[i, 1] < b
    return heap[i, 2] < c


@inner
def push(heap, size, a, b, c, carried):
    """Add a row to a heap of this size, which must have room; the new size."""
    place = size
    while place > 0:
        parent = (place - 1) >> 1
        if before(heap, parent, a, b, c):
            break
        for column in range(4):
            heap[place, column] = heap[parent, column]
        place = parent
    heap[place, 0], heap[place, 1], heap[place, 2], heap[place, 3] = a, b, c, carried
    return size + 1


@inner
def pop(heap, size):
    """Drop the first row of a heap of this size; the new size."""
    size -= 1
    a, b, c, carried = heap[size, 0], heap[size, 1], heap[size, 2], heap[size, 3]
    place = 0
    while True:
        child = 2 * place + 1
        if child >= size:
            break
        if child + 1 < size and before(heap, child + 1, heap[child, 0], heap[child, 1], heap[child, 2]):
            child += 1
        if not before(heap, child, a, b, c):
            break
        for column in range(4):
            heap[place, column] = heap[child, column]
        place = child
    heap[place, 0], heap[place, 1], heap[place, 2], heap[place, 3] = a, b, c, carried
    return size
