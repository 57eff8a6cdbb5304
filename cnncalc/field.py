"""Receptive-field algebra along one axis.

Output position `j` of a layer depends on an interval `[lo(j), hi(j)]` of input positions (a
hull: a dilated kernel can leave holes). Two questions are answered about it.

*Textbook*: unclipped, as homework asks. For chains of windows it is affine,
`lo(j) = start + j*stride` with a constant size, and the recurrence of every textbook holds
(Araujo, Norris, Sim: "Computing Receptive Fields of Convolutional Neural Networks", 2019)::

    r' = r + (k_eff - 1)*jump      jump' = jump*s      start' = start - p*jump

Transposed convolutions, upsampling and adaptive windows repeat with a *period*: position
`q*P + r` sees `[lo_r + q*step, hi_r + q*step]`. The affine case is the period 1.

*Exact*: clipped to what is there, as gradients show it: padding is not input, a floor drops
the end, a dilated kernel over a border keeps only its taps inside. That is kept as a small
expression of how the axis came about, and worked out position by position when asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from math import gcd, lcm
from typing import Literal, NamedTuple

from .errors import LimitError
from .indexmap import EXPAND, IndexMap

Interval = tuple[int, int]

#: A textbook field that repeats only after more positions than this is not kept.
MAX_PERIOD = 4096
#: Exact intervals are listed for axes up to this long.
MAX_POSITIONS = 4_000_000


class AxisField:
    """How the positions along one axis of a layer depend on one axis of a network input.

    `size` positions (None where unknown); `phases` and `step` are the textbook field (see the
    module), None where there is no periodic one; `whole` says that every position may see the
    whole input axis, through global pooling, attention or a gate. A gated field keeps its
    `phases`: they are the *local* field, which ignores the gates. `unknown` says that the
    positions seen depend on the data: nothing but that is known, here and in what follows.
    """

    __slots__ = (
        "_rule",
        "_table",
        "extent",
        "parents",
        "phases",
        "size",
        "step",
        "unknown",
        "whole",
    )

    unknown: bool

    def __init__(
        self,
        size: int | None,
        extent: int | None,
        phases: tuple[Interval | None, ...] | None,
        step: int,
        whole: bool,
        parents: tuple[AxisField, ...] = (),
        rule: IndexMap | Parted | Literal["source", "hull", "whole", "prefix", "lost"] = "source",
    ) -> None:
        self.size = size
        self.extent = extent
        self.unknown = rule == "lost" or any(parent.unknown for parent in parents)
        self.phases = None if self.unknown else phases
        self.step = step
        self.whole = whole and not self.unknown
        self.parents = parents
        self._rule = rule
        self._table: list[Interval | None] | None = None

    @classmethod
    def source(cls, size: int | None) -> AxisField:
        """The axis of a network input: each position sees itself."""
        return cls(size, size, ((0, 0),), 1, False)

    def map(self, index_map: IndexMap, size: int | None) -> AxisField:
        """The field after an op that reads this axis through `index_map`."""
        phases, step = None, 0
        if self.phases is not None and index_map.covers:
            phases, step = self._compose(index_map)
        return AxisField(size, self.extent, phases, step, self.whole, (self,), index_map)

    def split(self, rule: Parted, size: int) -> AxisField:
        """Like `map`, where the op reads a dim that holds only parts of this axis."""
        phases, step = None, 0
        same = rule.as_index_map(size) if self.phases is not None else None
        if same is not None:
            phases, step = self._compose(same)
        return AxisField(size, self.extent, phases, step, self.whole, (self,), rule)

    def mix(self, size: int | None) -> AxisField:
        """The field after an op in which every position sees all positions."""
        return AxisField(size, self.extent, None, 0, True, (self,), "whole")

    def gate(self) -> AxisField:
        """The field where every position also depends, like on a gate, on all positions."""
        return AxisField(self.size, self.extent, self.phases, self.step, True, (self,), "whole")

    def prefix(self) -> AxisField:
        """The field after a recurrence: each position sees itself and all before it."""
        return AxisField(self.size, self.extent, None, 0, True, (self,), "prefix")

    def lost(self) -> AxisField:
        """The field of one position that reads positions which nobody knows, or none."""
        return AxisField(1, self.extent, None, 0, False, (), "lost")

    @property
    def rule(self) -> IndexMap | Parted | str:
        """How the axis came about from its `parents`: the map that was applied, or a word.

        `source`: a network input; `hull`: several paths met; `whole`, `prefix`: all positions,
        or all up to one, were mixed; `lost`: nobody knows which are read.
        """
        return self._rule

    @property
    def even(self) -> bool:
        """Do all positions surely see the same?"""
        if self.size == 1 or self._rule == "whole":
            return True
        return self._rule in ("hull", EXPAND) and all(parent.even for parent in self.parents)

    def expand(self, size: int | None) -> AxisField:
        """The field of one position, broadcast to `size` positions."""
        return self if self.size == size else self.map(EXPAND, size)

    def _compose(self, index_map: IndexMap) -> tuple[tuple[Interval | None, ...] | None, int]:
        assert self.phases is not None
        taps, advance = index_map.taps, index_map.step
        if len(taps) == 1 and len(self.phases) == 1 and self.phases[0] and taps[0]:
            lo, hi = self.phases[0]
            ends = (taps[0][0] * self.step, taps[0][-1] * self.step)
            return ((lo + min(ends), hi + max(ends)),), self.step * advance
        turns = len(self.phases) // gcd(len(self.phases), advance) if advance else 1
        if turns * len(taps) > MAX_PERIOD:
            return None, 0
        phases = [
            self._hull_at([index + turn * advance for index in self._ends(phase)])
            for turn in range(turns)
            for phase in taps
        ]
        return _shortest(phases, turns * advance * self.step // len(self.phases))

    def _ends(self, taps: range) -> list[int]:
        """The taps that decide the hull: a period of them at either end."""
        period = len(self.phases or ())
        if len(taps) <= 2 * period:
            return list(taps)
        return [*taps[:period], *taps[-period:]]

    def _hull_at(self, indices: list[int]) -> Interval | None:
        """The textbook interval that the positions `indices` see together."""
        assert self.phases is not None
        seen = []
        for index in indices:
            turn, phase = divmod(index, len(self.phases))
            interval = self.phases[phase]
            if interval is not None:
                seen.append((interval[0] + turn * self.step, interval[1] + turn * self.step))
        return (min(lo for lo, _ in seen), max(hi for _, hi in seen)) if seen else None

    @property
    def textbook_size(self) -> int | None:
        """Input positions seen, unclipped: the largest over the phases. None: not periodic."""
        if self.phases is None:
            return None
        return max((hi - lo + 1 for lo, hi in filter(None, self.phases)), default=0)

    @property
    def stride(self) -> Fraction | None:
        """Input positions from one position to the next (the jump), on average."""
        return None if self.phases is None else Fraction(self.step, len(self.phases))

    @property
    def start(self) -> int | None:
        """The first input position that position 0 sees, unclipped: minus the padding."""
        if self.phases is None or self.phases[0] is None:
            return None
        return self.phases[0][0]

    @property
    def uniform(self) -> bool:
        """Do all positions see equally many input positions, unclipped?"""
        if self.phases is None:
            return False
        return len({interval and interval[1] - interval[0] for interval in self.phases}) == 1

    def exact(self) -> list[Interval | None]:
        """The clipped interval of each position; None for one that sees no input at all.

        Raises `LimitError` where the axis is unknown or too long to be listed.
        """
        pending = [self]
        while pending:
            node = pending[-1]
            missing = [parent for parent in node.parents if parent._table is None]
            if node._table is None and not missing:
                node._table = node._intervals()
            if node._table is not None:
                pending.pop()
            pending.extend(missing)
        assert self._table is not None
        return self._table

    def _intervals(self) -> list[Interval | None]:
        if self.size is None or self.size > MAX_POSITIONS:
            shown = "of unknown size" if self.size is None else f"of {self.size:,} positions"
            raise LimitError(f"exact fields are not listed for an axis {shown}")
        rule, tables = self._rule, [parent.exact() for parent in self.parents]
        if rule == "lost":
            raise LimitError("which positions are seen depends on the data")
        if rule == "source":
            return [(position, position) for position in range(self.size)]
        if rule == "hull":
            return [hull(intervals) for intervals in zip(*tables, strict=True)]
        if rule == "whole":
            return [hull(tables[0])] * self.size
        if rule == "prefix":
            return _running_hull(tables[0])
        assert isinstance(rule, IndexMap | Parted)
        return _mapped(rule, tables[0], self.size)


class Part(NamedTuple):
    """A part of an axis that is split over dims: its index is `(position // weight) % length`.

    `inner` says where it lies in its dim: at `(position in dim // inner) % length`.
    """

    inner: int
    length: int
    weight: int


class Parted(NamedTuple):
    """How an axis is read through a dim of `length` positions that holds some of its parts.

    The parts `inside` are read through `index_map`; a position of the result has the index
    `(position // weight) % here` along the new dim. The parts `outside` stay, each with its
    old weight and its new one.
    """

    index_map: IndexMap
    length: int
    inside: tuple[Part, ...]
    outside: tuple[tuple[Part, int], ...]
    weight: int
    here: int

    def reads(self, position: int, size: int) -> Sequence[int]:
        """The positions of the axis that `position` of the result reads, ascending."""
        base = sum(
            position // new_weight % part.length * part.weight for part, new_weight in self.outside
        )
        flat = self.index_map.reads(position // self.weight % self.here, self.length)
        return sorted(
            {base + sum(at // p.inner % p.length * p.weight for p in self.inside) for at in flat}
        )

    def as_index_map(self, size: int) -> IndexMap | None:
        """The same with a textbook field: blocks of neighbours that are read together."""
        _, length, weight = self.inside[0]
        if len(self.inside) > 1 or self.index_map != IndexMap((range(self.length),), 0):
            return None
        if self.here == 1 and weight == 1:
            return IndexMap((range(length),), length)
        block = weight * length
        if self.here == 1 or block > min(size, MAX_PERIOD):
            return None
        return IndexMap(
            tuple(range(at % weight, at % weight + block, weight) for at in range(block)), block
        )


def _mapped(
    rule: IndexMap | Parted, table: list[Interval | None], size: int
) -> list[Interval | None]:
    ordered = all(table) and all(
        a[0] <= b[0] and a[1] <= b[1]  # type: ignore[index]  # all(table) holds: no None
        for a, b in pairwise(table)
    )
    intervals: list[Interval | None] = []
    for position in range(size):
        reads = rule.reads(position, len(table))
        if not reads:
            intervals.append(None)
        elif ordered:
            first, last = table[reads[0]], table[reads[-1]]
            intervals.append((first[0], last[1]))  # type: ignore[index]  # ordered: no None
        else:
            intervals.append(hull([table[index] for index in reads]))
    return intervals


def hull(intervals: Sequence[Interval | None]) -> Interval | None:
    """The smallest interval that holds all of them; None holds nothing."""
    seen = [interval for interval in intervals if interval is not None]
    return (min(lo for lo, _ in seen), max(hi for _, hi in seen)) if seen else None


def _running_hull(table: list[Interval | None]) -> list[Interval | None]:
    result: list[Interval | None] = []
    sofar: Interval | None = None
    for interval in table:
        sofar = hull([sofar, interval])
        result.append(sofar)
    return result


def merge(fields: Sequence[AxisField]) -> AxisField:
    """The field where several paths meet: the hull of what each of them sees."""
    distinct = list({id(field): field for field in fields}.values())
    first = distinct[0]
    if len(distinct) == 1:
        return first
    whole = any(field.whole for field in distinct)
    # A path that sees the whole input with nothing local left is a gate.
    local = [field for field in distinct if field.phases is not None or not field.whole]
    phases, step = _merge_phases(local)
    return AxisField(first.size, first.extent, phases, step, whole, tuple(distinct), "hull")


def _merge_phases(
    fields: Sequence[AxisField],
) -> tuple[tuple[Interval | None, ...] | None, int]:
    if not fields or any(field.phases is None for field in fields):
        return None, 0
    tracks = [(field.phases or (), field.step) for field in fields]
    step = tracks[0][1]
    if all(len(phases) == 1 and other == step for phases, other in tracks):
        return (hull([phases[0] for phases, _ in tracks]),), step
    period = lcm(*(len(phases) for phases, _ in tracks))
    rate = fields[0].stride
    if period > MAX_PERIOD or any(field.stride != rate for field in fields):
        return None, 0  # no common period: only the exact intervals are left
    merged = [hull([field._hull_at([position]) for field in fields]) for position in range(period)]
    return _shortest(merged, period * step // len(tracks[0][0]))


def _shortest(phases: list[Interval | None], step: int) -> tuple[tuple[Interval | None, ...], int]:
    """The same periodic field with the smallest period: an affine one gets period 1."""
    count = len(phases)
    for period in range(1, count // 2 + 1):
        if count % period or step % (count // period):
            continue
        turn = step * period // count
        if all(
            _shifted(phases[index], turn) == phases[index + period]
            for index in range(count - period)
        ):
            return tuple(phases[:period]), turn
    return tuple(phases), step


def _shifted(interval: Interval | None, by: int) -> Interval | None:
    return interval and (interval[0] + by, interval[1] + by)
