"""Sizes of windows and layers, as `cnncalc solve` reads them from its options."""

from __future__ import annotations

from ..errors import CnncalcError


def read_sizes(text: str | None, name: str) -> tuple[int, ...] | None:
    """`3`, `3x5` or `3,5` as sizes per axis. Padding may be 0."""
    if text is None:
        return None
    parts = text.lower().replace("×", "x").replace(",", "x").split("x")
    least = 0 if "padding" in name else 1
    numbers = [int(part) for part in parts if part.strip().isdecimal() and len(part) < 19]
    if len(numbers) != len(parts) or min(numbers) < least or len(numbers) > 3:
        raise CnncalcError(
            f"--{name.replace('_', '-')}: expected one to three whole numbers from {least} on, "
            f"received {text[:60]!r}",
            help="sizes are written as 224 or 112x92, without channels",
        )
    return tuple(numbers)


def read_size(text: str, name: str) -> int:
    """One size; a square's are the same for all axes."""
    sizes = set(read_sizes(text, name) or ())
    if len(sizes) != 1:
        raise CnncalcError(
            f"--{name}: expected one size, received {text!r}", help="ask for each axis by itself"
        )
    return sizes.pop()


def read_series(text: str | None, name: str) -> tuple[int, ...] | None:
    """`2` or `1,2,5`: of the first, the second, ... layer."""
    if text is None:
        return None
    parts = text.split(",")
    if not all(part.strip().isdecimal() and int(part) > 0 and len(part) < 10 for part in parts):
        more = " or the word doubling" if name == "dilation" else ""
        raise CnncalcError(
            f"--{name}: expected whole numbers such as 2 or 1,2,5{more}, received {text[:60]!r}"
        )
    return tuple(int(part) for part in parts)
