"""The syntax tree of a spec, and the numbers in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .names import Word

#: sys.maxsize, which slices end in, has 19 digits.
_MAX_DIGITS = 20


class Setting(NamedTuple):
    """A value for an argument of an op, and where it stands."""

    value: Any
    at: int


@dataclass
class Call:
    """One layer as it was written."""

    word: Word
    text: str
    at: int
    #: Written as torch's constructor, `Conv2d(3, 64, 7)`: nothing is added to it.
    torch: bool = False
    name: str | None = None
    settings: dict[str, Setting] = field(default_factory=dict)

    @property
    def kernel_rank(self) -> int | None:
        """The number of sizes of its kernel, where it has more than one."""
        setting = self.settings.get("kernel_size") or self.settings.get("output_size")
        several = setting is not None and isinstance(setting.value, tuple)
        return len(setting.value) if setting is not None and several else None


class Repeat(NamedTuple):
    """Items that follow each other `times` times."""

    times: int
    body: list[Any]
    at: int


Item = Call | Repeat


class Spec(NamedTuple):
    """A whole spec: the input's size where it is given, and the items."""

    input: tuple[int, ...] | None
    items: list[Item]


def read_number(text: str) -> Any:
    """An int, a float, or sizes such as `2x1` as a tuple; None where it is no number.

    Raises `ValueError` for numbers that are too long.
    """
    lowered = text.lower()
    if not lowered.strip("-")[:1] or set(lowered) - set("0123456789.x+-einfa"):
        return None
    if len(lowered) > _MAX_DIGITS * 3:
        if lowered.strip("0123456789.x+-e"):
            return None
        raise ValueError(f"numbers have at most {_MAX_DIGITS} digits")
    parts = lowered.split("x")
    if all(part.isdigit() for part in parts):
        if max(map(len, parts)) > _MAX_DIGITS:
            raise ValueError(f"numbers have at most {_MAX_DIGITS} digits")
        return tuple(map(int, parts)) if len(parts) > 1 else int(lowered)
    try:
        return int(lowered) if lowered.lstrip("-").isdigit() else float(lowered)
    except ValueError:
        return None


def count_layers(items: list[Item]) -> int:
    """How many layers the items make, repeats multiplied out."""
    return sum(
        item.times * count_layers(item.body) if isinstance(item, Repeat) else 1 for item in items
    )


def unrolled(items: list[Item], copy: bool = False) -> Iterator[tuple[Call, bool]]:
    """The layers one by one, repeats unrolled, and if it is a repetition of one before."""
    for item in items:
        if isinstance(item, Repeat):
            for turn in range(item.times):
                yield from unrolled(item.body, copy or turn > 0)
        else:
            yield item, copy
