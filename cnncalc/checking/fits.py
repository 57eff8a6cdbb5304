"""The input sizes for which a hard-coded number is right: the size formulas, inverted.

Where sizes grow steadily with the input's, every range is exact: found by bisection on the
rules that compute the report. Elsewhere sizes are tried one by one, as far as time allows, and
only what was found is said. What is shown is checked on the whole model, read again where its
source can be.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from itertools import product as combinations
from typing import NamedTuple

from ..graph import Graph, Layer
from ..shape import Shape, product
from .derivation import Origin
from .dims import Dim
from .probe import MOST_READINGS, MOST_SHAPES, Probe, ancestors, read, shape_at, with_size
from .subject import Subject

#: As the solver knows it.
_Probe = Probe
#: No one feeds larger images.
_LARGEST = 1 << 16
#: Ranges shown before "and n more".
_SHOWN = 3
#: Ranges up to this long are checked size by size, longer ones at their ends.
_EACH = 64
#: Where sizes are tried one by one: up to so many times the present one.
_WINDOW = 4


class Span(NamedTuple):
    """Sizes of one axis from `first` to `last`; None: without end."""

    first: int
    last: int | None

    def __str__(self) -> str:
        if self.last is None:
            return f"{self.first} or more"
        return str(self.first) if self.first == self.last else f"{self.first}..{self.last}"


class Fits(NamedTuple):
    """The input sizes as text, None where there are none; `sure`: there are no others."""

    text: str | None
    sure: bool


class _Question(NamedTuple):
    """Does `wanted` arrive at a layer?"""

    subject: Subject
    layer: Layer
    dim: Dim
    wanted: int


def fits(subject: Subject, layer: Layer, dim: Dim, source: Origin, wanted: int) -> Fits:
    """`48..51 x 48..51`: the input sizes for which `wanted` arrives at a layer."""
    probe = Probe.of(subject, source, layer.name)
    if probe is None or probe.sizes(probe.spatial) is None:
        return Fits(None, False)
    question = _Question(subject, layer, dim, wanted)
    if probe.steady():
        roles = probe.roles()
        found = None if roles is None else _ranges(question, probe, roles)
        if found is not None:
            return found
        if roles is None or subject.reread is None:
            return Fits(None, False)
        probe.read_again()  # a size inside a range failed: the source decides by it
    return _tried(question, probe)


def _ranges(question: _Question, probe: Probe, roles: list[int | None]) -> Fits | None:
    """The ranges where sizes grow steadily; None where the whole model shows otherwise."""
    found: list[str] = []
    more = 0
    for spans in _candidates(probe, roles, question.wanted, bounded=True):
        if len(found) == _SHOWN:
            more += 1
        elif not _holds(question, probe, spans):
            return None
        else:
            found.append(" x ".join(map(str, spans)))
        if probe.spent:
            return Fits(_listed(found, "others"), False)
    if probe.spent:
        return Fits(_listed(found, "others"), False)
    return Fits(_listed(found, f"{more} more" if more else ""), True)


def _tried(question: _Question, probe: Probe) -> Fits:
    """The sizes found by trying them along each axis; there may always be others."""
    tried = list(_lengths(probe))
    if probe.roles(tried[:4]) == [None] * len(probe.sizes(probe.spatial) or ()):
        return Fits(None, False)  # it hardly depends on the input's sizes
    for sizes in tried:
        if probe.spent:
            break
        probe.sizes(sizes)
    known = [sizes for sizes in tried if probe.knows(sizes)]
    roles = probe.roles(known)
    if roles is None or not any(role is not None for role in roles):
        return Fits(None, False)
    found: list[str] = []
    for spans in _boxes(probe, roles, known, question.wanted):
        if _holds(question, probe, spans):
            found.append(" x ".join(map(str, spans)))
        if len(found) == _SHOWN or probe.readings > 2 * MOST_READINGS:
            break
    text = _listed(found, "")
    return Fits(None if text is None else f"{text} (of those tried)", False)


def _lengths(probe: Probe) -> Iterator[tuple[int, ...]]:
    """Input sizes with one other length, the likely ones first: multiples of powers of two."""
    own = probe.spatial
    count = (MOST_READINGS * 3 // 4 if probe.rereads else MOST_SHAPES // probe.depth) // len(own)

    def unlikely(length: int) -> int:
        return -min(length & -length, 32)

    ways = []
    for axis, size in enumerate(own):
        lengths = sorted(range(1, _WINDOW * size + 1), key=unlikely)[: max(count, 8)]
        ways.append([with_size(own, axis, length) for length in lengths])
    for turn in range(max(map(len, ways))):
        yield from (way[turn] for way in ways if turn < len(way))


def _boxes(
    probe: Probe, roles: list[int | None], known: list[tuple[int, ...]], wanted: int
) -> Iterator[tuple[Span, ...]]:
    """Ranges among the sizes that were tried, equal ones and those near the present first."""
    here, own = probe.sizes(probe.spatial), probe.spatial
    assert here is not None
    fixed = product([size for size, role in zip(here, roles, strict=True) if role is None])
    if not fixed or wanted % fixed:
        return
    giving: dict[tuple[int, int], list[int]] = {}
    for at, role in enumerate(roles):
        if role is None:
            continue
        lengths = {each[role] for each in known if with_size(each, role, own[role]) == own}
        for length in sorted(lengths | {own[role]}):
            sizes = probe.sizes(with_size(own, role, length))
            if sizes is not None and sizes[at]:
                giving.setdefault((role, sizes[at] or 0), []).append(length)
    axes = [role for role in roles if role is not None]
    boxes: list[tuple[Span, ...]] = []
    now = [size or 1 for size, role in zip(here, roles, strict=True) if role is not None]
    for factors in _factored(wanted // fixed, len(axes), now):
        ranges = [_runs(giving.get(pair, [])) for pair in zip(axes, factors, strict=True)]
        for chosen in combinations(*ranges):
            spans = dict(zip(axes, chosen, strict=True))
            boxes.append(tuple([spans.get(n, Span(size, size)) for n, size in enumerate(own)]))

    def oddness(spans: tuple[Span, ...]) -> tuple[bool, float]:
        away = [abs(math.log(span.first / size)) for span, size in zip(spans, own, strict=True)]
        return len(set(spans)) > len(set(own)), sum(away)

    yield from sorted(boxes, key=oddness)


def _runs(lengths: list[int]) -> list[Span]:
    """Sorted lengths as ranges without gaps."""
    runs: list[Span] = []
    for length in lengths:
        if runs and runs[-1].last == length - 1:
            runs[-1] = Span(runs[-1].first, length)
        else:
            runs.append(Span(length, length))
    return runs


def _listed(found: list[str], more: str) -> str | None:
    """`a`, `a or b`, `a, b or 7 more`; None where there is nothing."""
    if not found:
        return None
    listed = [*found, more] if more else found
    return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} or {listed[-1]}"


def _candidates(
    probe: Probe, roles: list[int | None], wanted: int, bounded: bool = False
) -> Iterator[tuple[Span, ...]]:
    """Ranges of input sizes for which the dims multiply to `wanted`, the likely ones first."""
    here = probe.sizes(probe.spatial)
    assert here is not None
    fixed = product([size for size, role in zip(here, roles, strict=True) if role is None])
    axes = [role for role in roles if role is not None]
    if not fixed or wanted % fixed:
        return
    now = [size or 1 for size, role in zip(here, roles, strict=True) if role is not None]
    known: dict[tuple[int, int], Span | None] = {}
    for sizes in _factored(wanted // fixed, len(axes), now):
        if bounded and probe.spent:
            return
        spans: dict[int, Span] = {}
        for axis, at, size in zip(axes, _positions(roles), sizes, strict=True):
            if (axis, size) not in known:
                known[axis, size] = _span(_along(probe, axis, at), size)
            span = known[axis, size]
            if span is None:
                break
            spans[axis] = span
        else:
            own = probe.spatial
            yield tuple([spans.get(axis, Span(own[axis], own[axis])) for axis in range(len(own))])


def _positions(roles: list[int | None]) -> list[int]:
    return [at for at, role in enumerate(roles) if role is not None]


def _factored(number: int, count: int, now: list[int]) -> list[tuple[int, ...]]:
    """The ways to write a number as `count` factors: equal ones first, then those of the
    proportions that the sizes have now."""
    if count < 2:
        return [(number,)] if count else []
    ways = []
    for first in _divisors(number):
        ways += [(first, *rest) for rest in _factored(number // first, count - 1, now[1:])]

    def oddness(factors: tuple[int, ...]) -> tuple[bool, float]:
        own = [math.log(a / b) for a, b in zip(factors, now, strict=True)]
        return len(set(factors)) > 1, max(own) - min(own)

    return sorted(ways, key=oddness)


def _divisors(number: int) -> list[int]:
    small = [n for n in range(1, math.isqrt(number) + 1) if number % n == 0]
    return sorted({*small, *(number // n for n in small)})


def _along(probe: Probe, axis: int, at: int) -> Callable[[int], int]:
    """One dim as a function of the size of one input axis; 0 where nothing fits."""

    def size(length: int) -> int:
        sizes = probe.sizes(with_size(probe.spatial, axis, length))
        return 0 if sizes is None else sizes[at] or 0

    return size


def _span(size_of: Callable[[int], int], wanted: int) -> Span | None:
    """The lengths for which a growing function gives `wanted`."""
    first = _least(size_of, wanted)
    if first is None or size_of(first) != wanted:
        return None
    above = _least(size_of, wanted + 1)
    if above is None:
        return Span(first, None)
    inside = range(first, above) if above - first <= _EACH else (first, above - 1)
    return Span(first, above - 1) if all(size_of(n) == wanted for n in inside) else None


def _least(size_of: Callable[[int], int], wanted: int) -> int | None:
    """The least length for which a growing function reaches `wanted`."""
    high = 1
    while size_of(high) < wanted:
        high *= 2
        if high > _LARGEST:
            return None
    low = high // 2  # does not reach it, or is 0
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if size_of(middle) >= wanted else (middle, high)
    return high


def _holds(question: _Question, probe: Probe, spans: tuple[Span, ...]) -> bool:
    """Does `wanted` arrive in the whole model, at the corners of the ranges and inside?"""
    subject = question.subject
    ends = [(span.first, 2 * span.first + 1 if span.last is None else span.last) for span in spans]
    corners = list(dict.fromkeys(combinations(*ends)))
    if len(spans) > 2:  # each axis was looked at by itself, and reading takes its time
        corners = list(dict.fromkeys((corners[0], corners[-1])))
    inside = tuple([(first + last) // 2 for first, last in ends])
    for corner in dict.fromkeys((*corners, inside)):
        inputs = probe.inputs(corner)
        graph = subject.graph
        if subject.reread is not None:
            probe.readings += 1
            again = read(subject, inputs)
            if again is None:
                return False
            graph = again
        if not _arrives(question, graph, inputs):
            return False
    return True


def _arrives(question: _Question, graph: Graph, inputs: Mapping[str, Shape]) -> bool:
    dim = question.dim
    layers = ancestors(graph, question.layer.name)
    if not layers:
        return False
    received = []
    for ref in layers[-1].inputs:
        shape = shape_at(ancestors(graph, ref.name), inputs, ref)
        if shape is None:
            return False
        received.append(shape)
    short = len(received[dim.input]) <= max(dim.dims)
    return not short and dim.received(tuple(received)) == question.wanted
