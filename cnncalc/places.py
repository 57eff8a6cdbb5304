"""Where the positions of an axis lie among the dims of a tensor, and where a reshape puts them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from .shape import Shape, Size, product


class Place(NamedTuple):
    """Where an axis lies: its index is `(position in dim // inner) % length`, times `weight`."""

    dim: int
    inner: int
    length: Size
    weight: int


def regrouped(places: Sequence[Place], before: Shape, after: Shape) -> tuple[Place, ...] | None:
    """The places after a reshape; None where it cuts them unevenly."""
    result: list[Place] = []
    for place in places:
        parts = _parts(before, after, place)
        if parts is None:
            return None
        result.extend(parts)
    return _joined(result)


def _parts(before: Shape, after: Shape, place: Place) -> list[Place] | None:
    """The places of one place after a reshape; None where it is cut unevenly."""
    block = next(block for block in _blocks(before, after) if place.dim in block[0])
    old, new = block
    if len(old) == len(new) == 1:
        return [place._replace(dim=new[0])]
    inside = product(before[dim] for dim in old if dim > place.dim)
    if inside is None or place.length is None:
        return None
    if place.length == 1:
        return []  # one position: the same everywhere
    inner, length, weight = place.inner * inside, place.length, place.weight
    elements = product(after[dim] for dim in new)
    if elements is None:
        return None
    parts: list[Place] = []
    low = 1  # flat elements per step of the new dim at hand, from the last dim on
    for dim in reversed(new):
        size = after[dim]
        if size is None:
            return None
        high = low * size
        # The part of [inner, inner*length) that falls into this dim's [low, high).
        if inner < high and length > 1:
            period = inner * length
            if inner % low or (high < period and (high % inner or length % (high // inner))):
                return None
            if high > period and high < elements and high % period:
                return None
            take = min(length, high // inner)
            parts.append(Place(dim, inner // low, take, weight))
            inner, length, weight = inner * take, length // take, weight * take
        low = high
    return parts


def _joined(places: list[Place]) -> tuple[Place, ...]:
    """Places with neighbours in one dim put together again, fastest first."""
    result: list[Place] = []
    for place in sorted(places, key=lambda place: (place.dim, place.inner)):
        last = result[-1] if result else None
        if (
            last is not None
            and last.length is not None
            and place.length is not None
            and last.dim == place.dim
            and last.inner * last.length == place.inner
            and last.weight * last.length == place.weight
        ):
            result[-1] = last._replace(length=last.length * place.length)
        else:
            result.append(place)
    return tuple(result)


def _blocks(before: Shape, after: Shape) -> list[tuple[list[int], list[int]]]:
    """The smallest runs of old and new dims that hold the same elements.

    Around unknown sizes, what matches from the left and from the right is cut off; what is left
    over between them is one run, or pairs of unknown sizes if there is nothing else.
    """
    left = _runs(before, after)
    i, j = (left[-1][0][-1] + 1, left[-1][1][-1] + 1) if left else (0, 0)
    right = [
        ([len(before) - 1 - dim for dim in old[::-1]], [len(after) - 1 - dim for dim in new[::-1]])
        for old, new in _runs(before[i:][::-1], after[j:][::-1])[::-1]
    ]
    k, m = (right[0][0][0], right[0][1][0]) if right else (len(before), len(after))
    old, new = list(range(i, k)), list(range(j, m))
    pairs = len(old) == len(new) and {*before[i:k], *after[j:m]} <= {None}
    middle = [([a], [b]) for a, b in zip(old, new, strict=True)] if pairs else [(old, new)]
    return [*left, *middle, *right]


def _runs(before: Shape, after: Shape) -> list[tuple[list[int], list[int]]]:
    """Matching runs from the left, as far as the sizes are known."""
    runs = []
    i = j = 0
    while i < len(before) and j < len(after):
        have, want, first, second = before[i], after[j], i, j
        while have is not None and want is not None and have != want:
            if have < want:
                i += 1
                have = product((have, before[i])) if i < len(before) else None
            else:
                j += 1
                want = product((want, after[j])) if j < len(after) else None
        if have is None or want is None:
            break
        i, j = i + 1, j + 1
        runs.append((list(range(first, i)), list(range(second, j))))
    return runs
