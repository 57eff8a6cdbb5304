"""Which settings of a window turn an input size into an output size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from ..errors import LimitError
from . import settings_words as words
from . import window
from .answers import Span, value
from .asked import Asked, Bounds, Choice, asked_for, choices, legal, window_at
from .window import Kind, Window

#: Settings that are tried one by one are no more than this.
_MOST = 200_000
#: Longer ranges are verified at their ends and middle, others value by value.
_EACH = 16


class Setting(NamedTuple):
    """Settings that give the output: one value per axis, or a range that is common to all.

    Where `stride`, `padding` or `input` is a range, every value in it is a solution, together
    with each value of the others. `shown` is the size formula with the first values in it.
    """

    kernel: tuple[int, ...]
    stride: tuple[Span, ...]
    padding: tuple[Span, ...]
    dilation: tuple[int, ...]
    output_padding: tuple[int, ...]
    input: tuple[Span, ...]
    shown: str


class Settings(NamedTuple):
    """All settings within the bounds that turn `input` into `output`, or why there are none.

    `asked` names what was looked for. Where nothing serves all axes, `axes` has an answer for
    each of them by itself, if each has one.
    """

    kind: Kind
    input: tuple[int, ...] | None
    output: tuple[int, ...]
    asked: tuple[str, ...]
    bounds: Bounds
    settings: tuple[Setting, ...]
    axes: tuple[Settings, ...]
    reason: str | None
    why: tuple[str, ...]
    question: str = "conv"

    @property
    def found(self) -> bool:
        """Is there a solution?"""
        return bool(self.settings or self.axes)


def solve(
    output: Sequence[int],
    input: Sequence[int] | None = None,
    *,
    kernel: Sequence[int] | None = None,
    stride: Sequence[int] | None = None,
    padding: Sequence[int] | None = None,
    dilation: Sequence[int] | None = None,
    output_padding: Sequence[int] | None = None,
    op: str = "conv",
    ceil_mode: bool = False,
    bounds: Bounds = Bounds(),  # noqa: B008  # immutable
) -> Settings:
    """All settings within bounds with which `input` becomes `output`; what is None is asked.

    Sizes are per axis, a single one counts for all. Raises `InputError` for numbers of sizes
    that differ, `NameNotFoundError` for an unknown op, `LimitError` for too many candidates.
    """
    question = asked_for(
        op, ceil_mode, bounds, input, output, kernel, stride, padding, dilation, output_padding
    )
    return _solved(question)


def _solved(asked: Asked) -> Settings:
    found = tuple(_merged(asked, _solutions(asked)))
    for setting in found:
        _verify(asked, setting)
    axes: tuple[Settings, ...] = ()
    if not found and asked.rank > 1 and len(set(_columns(asked))) > 1:
        axes = tuple(_solved(asked.along(axis)) for axis in range(asked.rank))
        axes = axes if all(each.found for each in axes) else ()
    reason = None if found or axes else _reason(asked)
    return Settings(
        asked.kind, asked.input, asked.output, asked.unknown, asked.bounds, found, axes, reason,
        words.why(asked),
    )  # fmt: skip


def _reason(asked: Asked) -> str:
    """Why there is no solution; channels among the sizes are the likely cause."""
    if asked.rank == 3 and next(_solutions(asked.without_first()), None) is not None:
        return "sizes are per axis: there are solutions without the first, the channels"
    return words.reason(asked)


def _columns(asked: Asked) -> list[Asked]:
    return [asked.along(axis) for axis in range(asked.rank)]


class _Point(NamedTuple):
    """One choice with the ranges of strides, or of inputs per axis, that solve it."""

    choice: Choice
    stride: Span | None
    input: tuple[Span, ...] | None


def _solutions(asked: Asked) -> Iterator[_Point]:
    for number, choice in enumerate(choices(asked)):
        if number >= _MOST:
            raise LimitError(
                f"there are more than {_MOST:,} settings to try",
                help="give --kernel or --padding, or lower --max-kernel, --max-padding, ...",
            )
        point = _solution(asked, choice)
        if point is not None:
            yield point


def _solution(asked: Asked, choice: Choice) -> _Point | None:
    if asked.input is None:
        return _for_inputs(asked, choice)
    if asked.stride is None:
        stride = _common_stride(asked, choice)
        return None if stride is None else _Point(choice, stride, None)
    for axis, size in enumerate(asked.input):
        at = window_at(asked, choice, axis, None)
        fits = window.inputs(asked.kind, asked.output[axis], at)
        if fits is None or not fits.first <= size <= (fits.last or size) or not legal(asked, at):
            return None
    return _Point(choice, None, None)


def _for_inputs(asked: Asked, choice: Choice) -> _Point | None:
    spans = []
    for axis, size in enumerate(asked.output):
        at = window_at(asked, choice, axis, None)
        span = window.inputs(asked.kind, size, at)
        if span is None or not legal(asked, at):
            return None
        spans.append(span)
    return _Point(choice, None, tuple(spans))


def _common_stride(asked: Asked, choice: Choice) -> Span | None:
    """The strides that serve all axes."""
    assert asked.input is not None
    first, last = 1, asked.bounds.stride
    for axis, (size, wanted) in enumerate(zip(asked.input, asked.output, strict=True)):
        at = window_at(asked, choice, axis, 1)
        span = window.strides(
            asked.kind, size, wanted, at.kernel, at.padding, at.dilation, at.output_padding
        )
        if span is None:
            return None
        first = max(first, span.first)
        if at.output_padding >= at.dilation:  # it must stay below the stride then
            first = max(first, at.output_padding + 1)
        last = span.last if last is None else last if span.last is None else min(last, span.last)
    if last is not None and first > last:
        return None
    possible = legal(asked, *(window_at(asked, choice, axis, first) for axis in range(asked.rank)))
    return Span(first, last) if possible else None


def _merged(asked: Asked, points: Iterator[_Point]) -> Iterator[Setting]:
    """Neighbouring paddings with the same strides and inputs as one range."""

    def key(point: _Point) -> tuple[object, ...]:
        choice = point.choice
        return (*choice._replace(padding=None), point.stride, point.input)

    def order(point: _Point) -> tuple[int, ...]:
        choice = point.choice
        step = point.stride.first if point.stride else choice.stride or 0
        return (
            choice.dilation or 0, choice.kernel or 0, step, choice.output_padding or 0,
            choice.padding or 0,
        )  # fmt: skip

    for _, group in groupby(sorted(points, key=order), key):
        run: list[_Point] = []
        for point in group:
            if run and (point.choice.padding or 0) != (run[-1].choice.padding or 0) + 1:
                yield _setting(asked, run)
                run = []
            run.append(point)
        yield _setting(asked, run)


def _setting(asked: Asked, run: list[_Point]) -> Setting:
    first, last = run[0], run[-1]
    step = None if first.stride is None else first.stride.first
    windows = [window_at(asked, first.choice, axis, step) for axis in range(asked.rank)]
    paddings = tuple(
        Span(at.padding, at.padding if asked.padding else last.choice.padding) for at in windows
    )
    inputs = first.input or tuple(value(size) for size in asked.input or ())
    return Setting(
        tuple(at.kernel for at in windows),
        tuple(first.stride or value(at.stride) for at in windows),
        paddings,
        tuple(at.dilation for at in windows),
        tuple(at.output_padding for at in windows),
        inputs,
        words.shown(asked, windows, [span.first for span in inputs]),
    )


def _verify(asked: Asked, setting: Setting) -> None:
    """Put the solution into the op itself, value by value, or at the ends of a long range."""
    for stride in _some(setting.stride[0]):
        for padding in _some(setting.padding[0]):
            for shift in _some(Span(0, (setting.input[0].last or 0) - setting.input[0].first)):
                windows = tuple(
                    Window(
                        setting.kernel[axis],
                        stride if "stride" in asked.unknown else setting.stride[axis].first,
                        padding if "padding" in asked.unknown else setting.padding[axis].first,
                        setting.dilation[axis],
                        setting.output_padding[axis],
                    )
                    for axis in range(asked.rank)
                )
                inputs = tuple(
                    min(span.first + shift, span.last or span.first) for span in setting.input
                )
                made = window.sizes(asked.kind, windows, inputs)
                if made != asked.output:
                    raise AssertionError(f"{windows} makes {made} of {inputs}")


def _some(span: Span) -> list[int]:
    last = span.first + 1 if span.last is None else span.last
    if last - span.first < _EACH:
        return list(range(span.first, last + 1))
    return [span.first, (span.first + last) // 2, last]
