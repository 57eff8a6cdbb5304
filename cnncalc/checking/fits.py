"""The input sizes for which a hard-coded number is right: the size formulas, inverted.

Every range is exact: found by bisection on the rules that compute the report, and its corners
are checked on the whole model, read again where its source can be.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product as combinations
from typing import NamedTuple

from ..errors import CnncalcError
from ..graph import Graph, Layer
from ..shape import Shape, Size, product
from .derivation import Origin
from .dims import Dim
from .subject import Subject

#: No one feeds larger images.
_LARGEST = 1 << 16
#: Ranges shown before "and n more".
_SHOWN = 3
#: No more is looked for after so many readings of the source: a matter of a second.
_MOST_READINGS = 100
#: Ranges up to this long are checked size by size, longer ones at their ends.
_EACH = 64

#: The sizes of the dims in question for spatial input sizes; None where something does not fit.
Sizes = tuple[Size, ...]


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


def fits(subject: Subject, layer: Layer, dim: Dim, source: Origin, wanted: int) -> Fits:
    """`48..51 x 48..51`: the input sizes for which `wanted` arrives at a layer."""
    probe = _Probe.of(subject, source)
    roles = None if probe is None else probe.roles()
    if probe is None or roles is None:
        return Fits(None, False)
    found: list[str] = []
    more = 0
    sure = True
    for spans in _candidates(probe, roles, wanted):
        if probe.readings > _MOST_READINGS:
            return Fits(_listed(found, 0), False)
        if len(found) == _SHOWN:
            more += 1
        elif _holds(subject, layer, dim, probe, spans, wanted):
            found.append(" x ".join(map(str, spans)))
        else:
            sure = False
    return Fits(_listed(found, more), sure)


def _listed(found: list[str], more: int) -> str | None:
    """`a`, `a or b`, `a, b or 7 more`; None where there is nothing."""
    if not found:
        return None
    listed = found if not more else [*found, f"{more} more"]
    return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} or {listed[-1]}"


class _Probe:
    """The dims of one tensor as functions of the spatial input sizes."""

    def __init__(
        self, subject: Subject, source: Origin, names: tuple[str, ...], spatial: tuple[int, ...]
    ) -> None:
        self._subject = subject
        self._source = source
        self.names = names
        #: The sizes that the model is checked with.
        self.spatial = spatial
        self._graph = subject.graph
        self._ancestors = _ancestors(self._graph, source.ref.name)
        self._known: dict[tuple[int, ...], Sizes | None] = {}
        self._rereads = False
        #: How often the source was read for it.
        self.readings = 0

    @classmethod
    def of(cls, subject: Subject, source: Origin) -> _Probe | None:
        """The probe, or None where the tensor does not depend on spatial sizes in a clear way."""
        reached = {layer.name for layer in _ancestors(subject.graph, source.ref.name)}
        names = [
            given.name
            for given in subject.graph.inputs
            if given.name == source.ref.name
            or any(reader.name in reached for reader in subject.readers(given.name))
        ]
        sizes = {subject.inputs[name][2:] for name in names}
        if len(sizes) != 1:
            return None
        spatial = [size for size in sizes.pop() if size is not None]
        if not 1 <= len(spatial) <= 3 or len(subject.inputs[names[0]]) != len(spatial) + 2:
            return None
        return cls(subject, source, tuple(names), tuple(spatial))

    def inputs(self, spatial: Sequence[int]) -> dict[str, Shape]:
        """The inputs of the network with other spatial sizes."""
        given = self._subject.inputs
        return {
            name: (*shape[:2], *spatial) if name in self.names else shape
            for name, shape in given.items()
        }

    def sizes(self, spatial: tuple[int, ...]) -> Sizes | None:
        """The dims in question for these input sizes; None where something does not fit."""
        if spatial not in self._known:
            self._known[spatial] = self._measured(spatial)
        return self._known[spatial]

    def _measured(self, spatial: tuple[int, ...]) -> Sizes | None:
        inputs, layers = self.inputs(spatial), self._ancestors
        if self._rereads:
            self.readings += 1
            graph = _read(self._subject, inputs)
            if graph is None:
                return None
            layers = _ancestors(graph, self._source.ref.name)
        shape = _shape_at(layers, inputs, self._source)
        if shape is None or len(shape) <= max(self._source.dims):
            return None
        return tuple([shape[dim] for dim in self._source.dims])

    def roles(self) -> list[int | None] | None:
        """Per dim in question the input axis that decides it; None: it is the same always.

        None altogether where several axes decide one dim. Looks with larger inputs, and finds
        out on the way whether `forward` computes with the sizes, so that it must be read again.
        """
        here = self.sizes(self.spatial)
        if here is None:
            return None
        roles: list[int | None] = [None] * len(here)
        for axis in range(len(self.spatial)):
            larger = _with(self.spatial, axis, 2 * self.spatial[axis] + 96)
            self._rereads = self._rereads or self._differs(larger)
            if self._rereads:
                self._known.clear()
            there = self.sizes(larger)
            if there is None:
                return None
            for at, (one, other) in enumerate(zip(here, there, strict=True)):
                if one != other:
                    if roles[at] is not None:
                        return None
                    roles[at] = axis
        deciding = [axis for axis in roles if axis is not None]
        return roles if len(set(deciding)) == len(deciding) else None

    def _differs(self, spatial: tuple[int, ...]) -> bool:
        """Is the model another one for these sizes, up to the tensor in question?"""
        if self._subject.reread is None:
            return False
        graph = _read(self._subject, self.inputs(spatial))
        if graph is None:
            return False
        other = _ancestors(graph, self._source.ref.name)
        return [layer[:3] for layer in other] != [layer[:3] for layer in self._ancestors]


def _read(subject: Subject, inputs: Mapping[str, Shape]) -> Graph | None:
    assert subject.reread is not None
    try:
        return subject.reread(inputs)
    except CnncalcError:
        return None  # a model that cannot be read for these sizes fits none of them


def _with(sizes: tuple[int, ...], axis: int, size: int) -> tuple[int, ...]:
    return (*sizes[:axis], size, *sizes[axis + 1 :])


def _ancestors(graph: Graph, name: str) -> list[Layer]:
    """The layers that lead to the layer `name`, and itself; none for an input."""
    wanted = {name}
    found = []
    for layer in reversed(graph.layers):
        if layer.name in wanted:
            found.append(layer)
            wanted.update(ref.name for ref in layer.inputs)
    return found[::-1]


def _shape_at(layers: list[Layer], inputs: Mapping[str, Shape], source: Origin) -> Shape | None:
    """The shape of the tensor in question, by the rules of the ops; None: something misfits."""
    shapes: dict[str, tuple[Shape, ...]] = {name: (shape,) for name, shape in inputs.items()}
    for layer in layers:
        received = tuple([shapes[ref.name][ref.output] for ref in layer.inputs])
        if any(misfit.code not in _HARMLESS for misfit in layer.op.check(received)):
            return None
        # Not `measure`: receptive fields are not asked for, hundreds of times.
        shapes[layer.name] = layer.op.complete(received).outputs(received)
    outputs = shapes.get(source.ref.name)
    return None if outputs is None else outputs[source.ref.output]


#: Misfits of channels: they say nothing of sizes, and are there for every size.
_HARMLESS = frozenset({"conv-in-channels", "norm-num-features", "groups"})


def _candidates(probe: _Probe, roles: list[int | None], wanted: int) -> Iterator[tuple[Span, ...]]:
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


def _along(probe: _Probe, axis: int, at: int) -> Callable[[int], int]:
    """One dim as a function of the size of one input axis; 0 where nothing fits."""

    def size(length: int) -> int:
        sizes = probe.sizes(_with(probe.spatial, axis, length))
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


def _holds(
    subject: Subject, layer: Layer, dim: Dim, probe: _Probe, spans: tuple[Span, ...], wanted: int
) -> bool:
    """Does `wanted` arrive at the layer at every corner of the ranges, in the whole model?"""
    ends = [(span.first, span.first if span.last is None else span.last) for span in spans]
    corners = list(dict.fromkeys(combinations(*ends)))
    # Of boxes the two ends: each axis was looked at by itself, and reading takes its time.
    for corner in corners if len(spans) < 3 else (corners[0], corners[-1]):
        inputs = probe.inputs(corner)
        graph = subject.graph if subject.reread is None else _read(subject, inputs)
        if graph is None or not _fits_in(graph, inputs, layer, dim, wanted):
            return False
    return True


def _fits_in(
    graph: Graph, inputs: Mapping[str, Shape], layer: Layer, dim: Dim, wanted: int
) -> bool:
    shapes: dict[str, tuple[Shape, ...]] = {name: (shape,) for name, shape in inputs.items()}
    for each in _ancestors(graph, layer.name):
        received = tuple([shapes[ref.name][ref.output] for ref in each.inputs])
        if each.name == layer.name:
            short = len(received[dim.input]) <= max(dim.dims)
            return not short and dim.received(received) == wanted
        shapes[each.name] = each.op.measure(received).outputs
    return False
