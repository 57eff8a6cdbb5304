"""Budgets: the most that a model may have or take, and the least that its last layers must see."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from math import isfinite, prod
from typing import Any, NamedTuple

from ..errors import InputError, Location
from ..finding import Finding, Severity, Status
from ..quantity import byte_count, count
from ..report import Report, Row
from ..shape import format_shape, parse_shape


class Limit(NamedTuple):
    """One budget: its key in the configuration, what is written there, and what it means.

    `value` is the number that may not be exceeded; `sizes` are those of `min-field`, one for
    each axis or one for all.
    """

    key: str
    text: str
    value: Fraction = Fraction(0)
    sizes: tuple[int, ...] = ()
    location: Location | None = None


def read_limit(key: str, written: Any, location: Location | None = None) -> Limit:
    """The budget that is written at `key`. Raises `InputError`."""
    text = written if isinstance(written, str) else str(written)
    if isinstance(written, bool | dict) or (isinstance(written, list) and key != "min-field"):
        raise InputError(f"expected {_EXPECTED[key]}, received {written!r}")
    if isinstance(written, float) and not (isfinite(written) and written >= 0):
        raise InputError(f"expected {_EXPECTED[key]}, received {written!r}")
    if key == "min-field":
        return Limit(key, text, sizes=_field(written), location=location)
    value = byte_count(text) if key == "max-memory" else count(text, _NOUNS[key])
    return Limit(key, text, value, location=location)


_EXPECTED = {
    "max-params": 'a number such as 12_000_000 or "12M"',
    "max-macs": 'a number such as 4_100_000_000 or "4.1G"',
    "max-memory": 'a size such as "64 MiB"',
    "min-field": 'a number such as 32, or sizes such as "32x48"',
}
#: The keys of budgets.
KEYS = tuple(_EXPECTED)
_NOUNS = {"max-params": "params", "max-macs": "MACs"}


def _field(written: Any) -> tuple[int, ...]:
    if isinstance(written, list):
        written = "x".join(map(str, written))
    if not isinstance(written, str | int):
        raise InputError(f"expected {_EXPECTED['min-field']}, received {written!r}")
    try:
        return parse_shape(str(written))
    except InputError:
        raise InputError(f"expected {_EXPECTED['min-field']}, received {written!r}") from None


class Outcome(NamedTuple):
    """What holding a report to its budgets gave.

    `open` are budgets that can be neither kept nor broken for certain, with the reason.
    """

    findings: tuple[Finding, ...]
    open: tuple[str, ...]


def hold(report: Report, limits: Sequence[Limit]) -> Outcome:
    """Hold a report to its budgets; a broken one is a finding of severity error."""
    findings, unsettled = [], []
    for limit in limits:
        said = _HOLDS[limit.key](report, limit)
        if isinstance(said, Finding):
            findings.append(said)
        elif said is not None:
            unsettled.append(f"{limit.key}: {said}")
    return Outcome(tuple(findings), tuple(unsettled))


def _sum_of(name: str, noun: str) -> Callable[[Report, Limit], Finding | str | None]:
    """A budget for the sum of a column."""

    def hold_sum(report: Report, limit: Limit) -> Finding | str | None:
        total: int = getattr(report.totals, name)
        if total <= limit.value:
            return _missing(row.name for row in report.rows if getattr(row, name) is None)
        message = f"{total:,} {noun} are over the budget of {int(limit.value):,}"
        help = _largest(report, name, total)
        return _broken(limit, f"budget-{name}", message, int(limit.value), total, help)

    return hold_sum


def _largest(report: Report, name: str, total: int) -> str:
    """Which layers have most of it: where there is something to win."""
    rows = sorted(report.rows, key=lambda row: -(getattr(row, name) or 0))[:3]
    parts: list[str] = []
    for row in rows:
        tenths = getattr(row, name) * 1000 // total if getattr(row, name) else 0
        if tenths >= 100 or not parts:
            parts.append(f"{row.name} has {tenths / 10}%")
    return ", ".join(parts)


def _memory(report: Report, limit: Limit) -> Finding | str | None:
    """Parameters, and the most that lives at once of inputs and activations."""
    params, peak = report.totals.param_bytes, report.totals.peak_bytes
    if params + peak <= limit.value:
        return _missing(row.name for row in report.rows if row.status is not Status.COMPLETE)
    message = f"{params + peak:,} bytes are over the budget of {int(limit.value):,}"
    help = f"{params:,} of parameters, {peak:,} of inputs and activations at the peak"
    return _broken(limit, "budget-memory", message, int(limit.value), params + peak, help)


def _least_field(report: Report, limit: Limit) -> Finding | str | None:
    """The largest field of a layer that still has positions; gates are left out."""
    if any(_sees_everything(row) for row in report.rows):
        return None
    sizes = {row.name: _local_size(row) for row in report.rows}
    known = {name: size for name, size in sizes.items() if size}
    if not known:
        return _missing(sizes) if None in sizes.values() else "no layer has positions"
    name = max(known, key=lambda name: prod(known[name]))
    best = known[name]
    wanted = limit.sizes * len(best) if len(limit.sizes) == 1 else limit.sizes
    if len(best) != len(wanted):
        return f"{limit.text!r} has {len(wanted)} sizes, and fields have {len(best)} here"
    if all(a >= b for a, b in zip(best, wanted, strict=True)):
        return None
    unknown = [name for name, size in sizes.items() if size is None]
    if unknown:
        return _missing(unknown)
    message = f"the field of {name} is {format_shape(best)}, less than {format_shape(wanted)}"
    help = "a field grows with the kernels, dilations and strides of the layers before it"
    return _broken(limit, "budget-field", message, list(wanted), list(best), help)


def _sees_everything(row: Row) -> bool:
    """Do its positions (more than one) each see the whole input, not by a gate alone?"""
    positions = [row.output_shape[dim] for dim in row.position_dims]
    many = any(size is None or size > 1 for size in positions)
    local = None if row.field is None else row.field.local
    return row.whole and local is None and len(row.output_shape) > 2 and many


def _local_size(row: Row) -> tuple[int, ...] | None:
    """The field's sizes without gates; `()` where no positions are left, None where unknown."""
    field = row.field
    if any(seen.field.unknown for seen in row.view):
        return None
    if field is None or (field.whole and field.local is None):
        return ()
    sizes = field.local if field.local is not None else field.size
    return None if None in sizes else tuple(size for size in sizes if size is not None)


_HOLDS: dict[str, Callable[[Report, Limit], Finding | str | None]] = {
    "max-params": _sum_of("params", "parameters"),
    "max-macs": _sum_of("macs", "MACs"),
    "max-memory": _memory,
    "min-field": _least_field,
}


def _missing(names: Iterable[str]) -> str | None:
    """`not known at conv1, conv2 and 3 more`, or None where there are none."""
    known = list(names)
    more = f" and {len(known) - 3} more" if len(known) > 3 else ""
    return f"not known at {', '.join(known[:3])}{more}" if known else None


def _broken(
    limit: Limit, code: str, message: str, expected: Any, received: Any, help: str
) -> Finding:
    said = f"{message} ({limit.key} = {limit.text})"
    return Finding(
        code, Severity.ERROR, None, said, expected, received, help, location=limit.location
    )
