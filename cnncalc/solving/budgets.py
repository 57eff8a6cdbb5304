"""The largest width, input or batch with which a network keeps a budget."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from ..errors import CnncalcError, InputError
from ..finding import Status
from ..quantity import byte_count, count
from ..report import Report
from .answers import Span
from .model import first_error
from .search import Crossed, border, first_valid
from .vary import Asked, Varied, varied

#: What a budget holds, in words.
NOUNS = {"params": "parameters", "macs": "MACs", "memory": "bytes"}
#: Values looked at for one that costs something else than the first.
_AHEAD = 64
#: Values looked at beyond the one that breaks a budget.
_BEYOND = 8


class Cost(NamedTuple):
    """What a network has of what a budget holds, and the limit."""

    kind: str
    amount: int
    limit: int

    @property
    def over(self) -> bool:
        """Is it more than the limit?"""
        return self.amount > self.limit


class Point(NamedTuple):
    """A value with what it stands for, and its costs."""

    value: int
    shown: str | None
    costs: tuple[Cost, ...]


class Budget(NamedTuple):
    """The values that keep the budgets: from `fits.first` to `fits.last` (None: without end).

    `best` is the largest of them (the smallest, where the network shrinks with the value:
    `shrinks`), `over` the next that breaks a budget. Values in between that make no network
    are left out: the `multiple_of` a number, for one.
    """

    model: str
    vary: str
    multiple_of: int
    fits: Span | None
    best: Point | None
    over: Point | None
    shrinks: bool
    reason: str | None
    why: tuple[str, ...]
    question: str = "budget"

    @property
    def found(self) -> bool:
        """Is there a value?"""
        return self.best is not None


class _Limits(NamedTuple):
    amounts: dict[str, int]
    train_with: str | None


def solve(
    asked: Asked,
    vary: str,
    *,
    max_params: str | int | None = None,
    max_macs: str | int | None = None,
    max_memory: str | int | None = None,
    train_with: str | None = None,
    multiple_of: int = 1,
) -> Budget:
    """The largest value of `vary` with which a model has at most so many parameters, MACs, or
    bytes (parameters and the peak of activations; with `train_with` what training takes).

    Budgets are numbers, or text such as `1M` and `8GiB`. Raises `InputError` for a budget that
    cannot be read, and where a figure of the model is not known.
    """
    limits = _Limits(_read(max_params, max_macs, max_memory), train_with)
    if train_with is not None and max_memory is None:
        raise InputError("--train-with is about memory", help="--max-memory 8GiB")
    if vary == "batch" and asked.batch is not None:
        raise InputError("the batch is varied, and given", help="leave out --batch")
    what = varied(asked, vary)
    trouble: list[str] = []

    @cache
    def point(steps: int) -> Point | None:
        value = steps * multiple_of
        try:
            report = what.report(value)
        except CnncalcError as error:
            trouble.append(error.message)
            return None
        wrong = first_error(report)
        if wrong is not None:
            trouble.append(wrong)
            return None
        return Point(value, what.shown(value), _costs(report, limits))

    largest = max(what.largest // multiple_of, 1)
    start = first_valid(lambda steps: point(steps) is not None, largest)
    if start is None:
        reason = f"no {what.name} makes a network: {trouble[0] if trouble else 'none was tried'}"
        return Budget(what.model, what.name, multiple_of, None, None, None, False, reason, ())
    first = point(start)
    assert first is not None
    ahead = (point(steps) for steps in range(start + 1, start + _AHEAD))
    other = next((each for each in ahead if each and each.costs != first.costs), None)
    shrinks = other is not None and _shrinks(first, other)

    def crossed(steps: int) -> bool | None:
        each = point(steps)
        return None if each is None else _over(each) != shrinks

    if crossed(start):
        return _all_or_none(what, multiple_of, first, shrinks)
    found = border(crossed, start, largest)
    if found.beyond is not None:
        _only_once(what, crossed, found.beyond, largest, multiple_of)
    below, beyond = point(found.below), point(found.beyond) if found.beyond else None
    return _answer(what, multiple_of, first, below, beyond, shrinks)


def _only_once(what: Varied, crossed: Crossed, beyond: int, largest: int, multiple_of: int) -> None:
    """Raises `InputError` where the budget is kept again, or broken again, further on."""
    near = range(beyond + 1, beyond + _BEYOND)
    for steps in (*near, *(beyond * factor for factor in (2, 3, 4, 8, 16))):
        if steps <= largest and crossed(steps) is False:
            raise InputError(
                f"the network neither only grows nor only shrinks with {what.name}: "
                f"look at {beyond * multiple_of} and {steps * multiple_of}",
                help="budgets are for what does",
            )


def _read(
    params: str | int | None, macs: str | int | None, memory: str | int | None
) -> dict[str, int]:
    """The budgets in whole numbers, rounded down."""
    given = {}
    if params is not None:
        given["params"] = int(count(str(params), "params"))
    if macs is not None:
        given["macs"] = int(count(str(macs), "MACs"))
    if memory is not None:
        given["memory"] = int(byte_count(str(memory)))
    if not given:
        raise InputError("there is no budget", help="--max-params 1M, --max-macs or --max-memory")
    return given


def _costs(report: Report, limits: _Limits) -> tuple[Cost, ...]:
    """What the report has of each budget. Raises `InputError` where it does not know."""
    costs = []
    for kind, limit in limits.amounts.items():
        if kind == "memory":
            unknown = [row.name for row in report.rows if row.status is not Status.COMPLETE]
            amount = report.totals.param_bytes + report.totals.peak_bytes
            if limits.train_with is not None:
                amount = report.totals.training[limits.train_with]
        else:
            unknown = [row.name for row in report.rows if getattr(row, kind) is None]
            amount = getattr(report.totals, kind)
        if unknown:
            raise InputError(f"{report.model}: the {NOUNS[kind]} of {unknown[0]} are not known")
        costs.append(Cost(kind, amount, limit))
    return tuple(costs)


def _over(point: Point) -> bool:
    return any(cost.over for cost in point.costs)


def _shrinks(first: Point, later: Point) -> bool:
    """Does the network get smaller as the value grows?"""
    return sum(cost.amount for cost in later.costs) < sum(cost.amount for cost in first.costs)


def _all_or_none(what: Varied, multiple_of: int, first: Point, shrinks: bool) -> Budget:
    """The first value decides: it breaks a budget, or all larger ones keep them as it does."""
    if shrinks:
        why = (_line(what.name, first),)
        fits = Span(first.value, None)
        return Budget(what.model, what.name, multiple_of, fits, first, None, True, None, why)
    broken = next(cost for cost in first.costs if cost.over)
    reason = (
        f"{what.name} {first.value} already has {broken.amount:,} {NOUNS[broken.kind]}, "
        f"more than {broken.limit:,}"
    )
    return Budget(what.model, what.name, multiple_of, None, None, first, False, reason, ())


def _answer(
    what: Varied,
    multiple_of: int,
    first: Point,
    below: Point | None,
    beyond: Point | None,
    shrinks: bool,
) -> Budget:
    assert below is not None
    best, over = (beyond, below) if shrinks else (below, beyond)
    if best is None:
        broken = next(cost for cost in below.costs if cost.over)
        reason = (
            f"{what.name} {below.value}, the largest that makes a network, still has "
            f"{broken.amount:,} {NOUNS[broken.kind]}"
        )
        return Budget(what.model, what.name, multiple_of, None, None, over, True, reason, ())
    if shrinks:
        fits = Span(best.value, None)
    else:
        ended = over is not None or below.value + multiple_of <= what.largest
        fits = Span(first.value, below.value if ended else None)
    why = [_line(what.name, best)]
    if over is not None:
        why.append(_line(what.name, over))
    straight = _straight(first, best, over)
    return Budget(
        what.model, what.name, multiple_of, fits, best, over, shrinks, None,
        (*straight, *why),
    )  # fmt: skip


def _line(name: str, point: Point) -> str:
    """`width 12: 981,234 parameters <= 1,000,000`."""
    parts = [
        f"{cost.amount:,} {NOUNS[cost.kind]} {'>' if cost.over else '<='} {cost.limit:,}"
        for cost in point.costs
    ]
    return f"{name} {point.value}: {', '.join(parts)}"


def _straight(first: Point, best: Point, over: Point | None) -> Sequence[str]:
    """The line through the costs, where they lie on one: `a + b*batch <= limit`."""
    if over is None or len({first.value, best.value, over.value}) < 3:
        return ()
    lines = []
    for one, two, three in zip(first.costs, best.costs, over.costs, strict=True):
        rise, rest = divmod(two.amount - one.amount, best.value - first.value)
        start = one.amount - rise * first.value
        if not rest and rise > 0 and three.amount == start + rise * over.value:
            fixed = f"{start:,} + " if start else ""
            lines.append(f"{fixed}{rise:,}*n <= {one.limit:,} {NOUNS[one.kind]}")
    return lines
