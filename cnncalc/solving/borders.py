"""The input sizes at which no border pixel is dropped."""

from __future__ import annotations

from typing import NamedTuple

from ..finding import Severity
from ..report import Report
from .accepted import Does, Sizes, base_in, sizes_in, with_size
from .boxes import allowed, constraints
from .fitting import no_size
from .model import Model

_CODE = "border-unseen"
#: Sizes looked at on either side of one that is given.
_NEAR = 512


class Exact(NamedTuple):
    """The input sizes at which no border pixel is dropped, per box of sizes.

    `near` are, for the sizes `given`, the nearest exact ones per axis: at or below, at or above.
    `dropped` says what `given` leaves out.
    """

    model: str
    sizes: tuple[Sizes, ...]
    given: tuple[int, ...] | None
    near: tuple[tuple[int | None, int | None], ...]
    dropped: str | None
    reason: str | None
    why: tuple[str, ...]
    question: str = "exact"

    @property
    def found(self) -> bool:
        """Is there any?"""
        return bool(self.sizes)


def solve(model: Model, up_to: int | None = None, given: bool = False) -> Exact:
    """The sizes that a model takes and reads to the border.

    They are looked at up to `up_to`, or until their pattern shows. `given` says that the input
    size was given, and the nearest exact sizes to it are wanted.
    """
    model.need_spatial()

    def does(sizes: tuple[int, ...], axis: int) -> bool:
        return model.accepts(sizes) and not _drops(model.report(sizes), model, axis)

    found: list[Sizes] = []
    numbers = constraints(model)
    boxes, sure = allowed(numbers, model.rank), all(each.sure for each in numbers)
    bases = [(box, base_in(model, box)) for box in boxes]
    for box, base in bases:
        if base is not None and model.confirmed(base):
            sizes = sizes_in(model, box, base, does, up_to, sure=sure)
            if all(axis.spans for axis in sizes.axes):
                found.append(sizes)
    reason = None
    if not found:
        taken = any(base is not None for _, base in bases)
        reason = "every size drops something" if taken else no_size(model, boxes)
    near: tuple[tuple[int | None, int | None], ...] = ()
    if given and len(found) == 1:
        base = found[0].base
        near = tuple(_near(base, axis, size, does) for axis, size in enumerate(model.spatial))
    return Exact(
        model.title, tuple(found), model.spatial if given else None, near,
        _dropped(model) if given else None, reason, _why(found),
    )  # fmt: skip


def _near(base: tuple[int, ...], axis: int, size: int, does: Does) -> tuple[int | None, int | None]:
    """The nearest sizes of an axis that will do: at or below `size`, and at or above it."""
    below, above = range(size, max(size - _NEAR, 0), -1), range(size, size + _NEAR)
    first, second = (
        next((each for each in sizes if does(with_size(base, axis, each), axis)), None)
        for sizes in (below, above)
    )
    return first, second


def _drops(report: Report, model: Model, axis: int) -> bool:
    """Does a part of the input along an axis never reach the output?"""
    return any(
        finding.expected[axis] != finding.received[axis]
        for finding in report.findings
        if finding.code == _CODE and finding.layer in model.names
    )


def _dropped(model: Model) -> str | None:
    """What is wrong with the sizes that are given, or what they leave out."""
    findings = model.report(model.spatial).findings
    if any(finding.severity is Severity.ERROR for finding in findings):
        return model.trouble(model.spatial)
    parts = [
        f"{finding.message} ({finding.help})" if finding.help else finding.message
        for finding in findings
        if finding.code == _CODE
    ]
    return "; ".join(parts) or None


def _why(found: list[Sizes]) -> tuple[str, ...]:
    if not found:
        return ()
    lines = [
        "a window drops nothing where (i + 2*p - d*(k - 1) - 1)/s is whole, "
        "or what is left over is padding or was read before"
    ]
    if any(axis.period not in (None, 1) for sizes in found for axis in sizes.axes):
        lines.append("sizes repeat with the product of the strides, or a divisor of it")
    return tuple(lines)
