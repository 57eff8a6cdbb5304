"""How single figures are written: sizes, counts with units, fields, shares."""

from __future__ import annotations

from fractions import Fraction

from ..receptive import Field
from ..report import Block, Row
from ..shape import Size

_SI = ((10**15, "P"), (10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "k"))
_IEC = ((2**50, "PiB"), (2**40, "TiB"), (2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB"))
_EIGHTHS = " ▏▎▍▌▋▊▉"


def count(value: Size) -> str:
    """`61,100,840`, or `?` where it is unknown."""
    return "?" if value is None else f"{value:,}"


def scaled(value: int, unit: str) -> str:
    """`7.55 GMACs`: three digits and a prefix."""
    return f"{_scaled(value, _SI) or f'{value} '}{unit}"


def memory(value: Size) -> str:
    """`491.4 MiB`."""
    if value is None:
        return "?"
    return _scaled(value, _IEC) or f"{value} B"


def _scaled(value: int, units: tuple[tuple[int, str], ...]) -> str:
    for size, unit in units:
        if value >= size:
            if value >= 1000 * size:  # a whole number will do, and it may be of any length
                return f"{(value + size // 2) // size:,} {unit}"
            ratio = value / size
            return f"{ratio:.{2 if ratio < 10 else 1}f} {unit}"
    return ""


def per_axis(values: tuple[Size | Fraction, ...], separator: str = "x") -> str:
    """`7x7`, with `?` for the unknown; a comma suits values that may be negative."""
    return separator.join("?" if value is None else str(value) for value in values)


def field(row: Row | Block) -> str:
    """`11x11`; `<=11x11` where positions differ; `whole`, with the local field where gated.

    `?` where nobody knows it: it depends on the data.
    """
    seen: Field | None = row.field
    last = row.rows[-1] if isinstance(row, Block) else row
    if any(each.field.unknown for each in last.view):
        return "?"
    if seen is None:
        return "whole" if row.whole else "-"
    if seen.whole:
        return "whole" if seen.local is None else f"whole ({per_axis(seen.local)})"
    return ("" if seen.uniform else "<=") + per_axis(seen.size)


def bar(share: float, width: int) -> str:
    """A bar of `width` characters, filled to `share`, in steps of an eighth."""
    eighths = round(share * width * 8)
    full, rest = divmod(eighths, 8)
    return ("█" * full + (_EIGHTHS[rest] if rest else "")).ljust(width)


def elided(text: str, width: int) -> str:
    """`text` cut to `width` with an ellipsis at its end."""
    return text if len(text) <= width else f"{text[: width - 1]}…"


def short_path(name: str, width: int) -> str:
    """A module path in `width`: its first parts become initials, `f.1.0.block.0`.

    Where that is not enough, its middle is left out.
    """
    parts = name.split(".")
    for index in range(len(parts) - 1):
        if len(".".join(parts)) <= width:
            break
        parts[index] = parts[index][:1]
    text = ".".join(parts)
    if len(text) <= width:
        return text
    head = (width - 1) // 2
    return f"{text[:head]}…{text[len(text) - (width - 1 - head) :]}"
