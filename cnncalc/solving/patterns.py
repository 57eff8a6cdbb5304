"""Sets of sizes along one axis: which of those looked at are in it, and how they go on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from .answers import Span, spans_of

#: Ranges shown before "...".
_SHOWN = 4
#: Sizes before which a set may be irregular.
_IRREGULAR = 8


class Pattern(NamedTuple):
    """The sizes of one axis that will do, of those from `first` to `last` that were looked at.

    From `start` on they repeat every `period` sizes; None where no period shows. `closed` says
    that there are none beyond `last`.
    """

    spans: tuple[Span, ...]
    first: int
    last: int
    period: int | None
    start: int | None
    closed: bool

    def __contains__(self, size: object) -> bool:
        return isinstance(size, int) and any(
            span.first <= size <= (size if span.last is None else span.last) for span in self.spans
        )

    def __str__(self) -> str:
        if not self.spans:
            return "none"
        if self.period == 1 and self.start is not None:
            before = [span for span in self.spans if (span.last or 0) < self.start]
            return ", ".join([*map(str, before), f"{self.start} or more"])
        if self.closed:
            return _listed(self.spans, len(self.spans))
        return f"{_listed(self.spans, _SHOWN)} ({self._how()})"

    def _how(self) -> str:
        """`1 + 32*n`, or how far was looked."""
        if self.period is None:
            return f"of {self.first}..{self.last}"
        begin = [span for span in self.spans if span.first >= (self.start or 0)]
        inside = [span for span in begin if span.first < (self.start or 0) + self.period]
        if len(inside) == 1 and inside[0].first == inside[0].last:
            size = inside[0].first
            return f"{size} + {self.period}*n" if size != self.period else f"multiples of {size}"
        return f"and so on, every {self.period}"


def pattern(sizes: Sequence[int], first: int, last: int, closed: bool) -> Pattern:
    """The pattern of ascending `sizes`, of all from `first` to `last`."""
    spans = spans_of(list(sizes))
    if not closed and sizes:
        chosen = set(sizes)
        for start in sizes[:_IRREGULAR]:
            period = _period(chosen, start, last)
            if period is not None:
                return Pattern(spans, first, last, period, start, False)
    return Pattern(spans, first, last, None, None, closed)


def _period(chosen: set[int], start: int, last: int) -> int | None:
    """The least period of the set from `start` on that shows twice."""
    for period in range(1, (last - start + 1) // 2 + 1):
        if all(
            (size in chosen) == (size + period in chosen)
            for size in range(start, last - period + 1)
        ):
            return period
    return None


def _listed(spans: Sequence[Span], most: int) -> str:
    shown = [str(span) for span in spans[:most]]
    return ", ".join([*shown, "..."] if len(spans) > most else shown)
