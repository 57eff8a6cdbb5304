"""A network as a function of one whole number: its input size, batch, width, or an option."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import analysis, api
from ..checking.target import with_arguments
from ..errors import InputError, NameNotFoundError
from ..report import Report
from ..shape import format_shape
from .model import Model, first_error
from .widths import base_width, with_width

if TYPE_CHECKING:
    from ..api import InputLike

_NAME = re.compile(r"[A-Za-z_]\w*")


class Varied(NamedTuple):
    """What is varied: its name, the report for each value, and the largest value that makes
    sense.

    `report` raises `CnncalcError` where there is no network with a value. `shown` says what a
    value stands for, such as an input size.
    """

    name: str
    model: str
    report: Callable[[int], Report]
    shown: Callable[[int], str | None]
    largest: int


class Asked(NamedTuple):
    """The model, and how it is opened."""

    model: Any
    input: InputLike = None
    layout: str = "chw"
    batch: int | None = None
    dtype: str | None = None
    trace: bool = False
    options: Mapping[str, Any] = {}

    def opened(self, model: Any = None, **options: Any) -> Model:
        """The model, or another one for the same input."""
        return Model.open(
            self.model if model is None else model,
            self.input,
            layout=self.layout,
            batch=self.batch,
            trace=self.trace,
            options={**self.options, **options},
        )


def varied(asked: Asked, vary: str) -> Varied:
    """What `--vary` names. Raises `InputError` for what the model does not have."""
    placeholder = re.compile(rf"\{{\s*(\d*)\s*\*?\s*{re.escape(vary)}\s*(?:/\s*(\d+))?\s*\}}")
    if isinstance(asked.model, str) and placeholder.search(asked.model):
        return _placeholder(asked, vary, placeholder)
    if vary == "input":
        return _input(asked)
    if vary == "batch":
        return _batch(asked)
    if vary == "width":
        return _width(asked)
    if not _NAME.fullmatch(vary):
        raise InputError(f"--vary: {vary[:40]!r} is no name", help=_names())
    return _option(asked, vary)


def _names() -> str:
    return "input, batch, width, a name in braces in a spec, or an option of the network"


def _nothing(value: int) -> str | None:
    return None


def _input(asked: Asked) -> Varied:
    model = asked.opened()
    model.need_spatial()
    first, *others = model.spatial

    def sizes(value: int) -> tuple[int, ...]:
        return (value, *(max(value * other // first, 1) for other in others))

    def report(value: int) -> Report:
        shapes = model.shapes(sizes(value))
        return analysis.run(model.graph_for(shapes), shapes, _dtype(asked))

    return Varied("input", model.title, report, lambda value: format_shape(sizes(value)), 1 << 16)


def _dtype(asked: Asked) -> str | None:
    return None if asked.dtype is None else api.parse_dtype(asked.dtype)


def _batch(asked: Asked) -> Varied:
    model = asked.opened()

    def report(value: int) -> Report:
        shapes = {name: (value, *shape[1:]) for name, shape in model.inputs.items()}
        return analysis.run(model.graph_for(shapes), shapes, _dtype(asked))

    return Varied("batch", model.title, report, _nothing, 1 << 40)


def _width(asked: Asked) -> Varied:
    model = asked.opened()
    graph, shapes = model.graph, model.inputs
    base = base_width(graph)
    wrong = analysis.run(graph, shapes)
    if wrong.has_errors:
        raise InputError(f"{model.title} has an error as it is: {first_error(wrong)}")

    def report(value: int) -> Report:
        return analysis.run(with_width(graph, value), shapes, _dtype(asked))

    return Varied("width", model.title, report, lambda value: f"{base} as it is", 1 << 20)


def _placeholder(asked: Asked, name: str, pattern: re.Pattern[str]) -> Varied:
    """A spec in whose text `{name}`, `{2name}` or `{name/2}` stands."""

    def text(value: int) -> str:
        def number(match: re.Match[str]) -> str:
            times, parts = match.groups()
            return str(int(times or 1) * value // int(parts or 1))

        return str(pattern.sub(number, asked.model))

    def report(value: int) -> Report:
        model = asked.opened(text(value))
        return analysis.run(model.graph, model.inputs, _dtype(asked))

    return Varied(name, asked.model, report, _nothing, 1 << 20)


def _option(asked: Asked, name: str) -> Varied:
    """An option of a zoo network, or an argument of a model in a Python file."""
    if not isinstance(asked.model, str) or asked.trace:
        raise InputError(f"--vary: {name!r} is nothing of a model that is given", help=_names())
    text = asked.model
    if api.is_python(text):
        with_arguments(text, {name: 1})  # refused here where there is nothing to give it to
    else:
        try:
            api.load(text, asked.input, layout=asked.layout, **{**asked.options, name: 1})
        except NameNotFoundError as error:
            raise InputError(f"--vary: {error.message}", help=error.help or _names()) from None

    def report(value: int) -> Report:
        if api.is_python(text):
            model = asked.opened(with_arguments(text, {name: value})[0])
        else:
            model = asked.opened(**{name: value})
        return analysis.run(model.graph, model.inputs, _dtype(asked))

    return Varied(name, text, report, _nothing, 1 << 20)
