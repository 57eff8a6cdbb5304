"""A model as a function of its input sizes: its report, and whether it takes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from time import monotonic
from typing import TYPE_CHECKING, Any

from .. import analysis, api
from ..checking.models import Opened, opened
from ..checking.subject import Subject
from ..errors import CnncalcError, InputError, LimitError
from ..finding import Finding, Severity
from ..graph import Graph, Layer
from ..report import Report
from ..shape import Shape, format_shape

if TYPE_CHECKING:
    from ..api import InputLike

#: What a model is read with where no input is given.
_GUESS = "3x224x224"


_TOO_SMALL = "input-too-small"
#: Seconds that reading a model again and again may take.
_PATIENCE = 30.0


class TooSlowError(LimitError):
    """A model has to be read for each size, and reading takes its time."""


class Model:
    """A model that can be asked about other sizes of its inputs.

    All inputs that have the spatial sizes of the first change together. Where the source
    decides by the sizes what the network is, it is read again for each.
    """

    def __init__(self, source: Opened) -> None:
        self.graph = source.graph
        self.inputs = source.inputs
        self._reread = source.reread
        self._known: dict[tuple[int, ...], Report | CnncalcError] = {}
        first = next(iter(self.inputs.values()), ())
        self.names = tuple(name for name, shape in self.inputs.items() if shape[2:] == first[2:])
        self.rank = len(first) - 2
        self._readings, self._spent = 0, 0.0

    @classmethod
    def open(
        cls,
        model: Any,
        input: InputLike = None,
        *,
        layout: str = "chw",
        batch: int | None = None,
        trace: bool = False,
        options: Mapping[str, Any] | None = None,
    ) -> Model:
        """Read a model; without an input with its native size, or with 224x224.

        Raises `CnncalcError` subclasses as `cnncalc.analyze` does.
        """
        settings = dict(options or {})
        return cls(_opened(model, input, layout, batch, trace, settings))

    def need_spatial(self) -> None:
        """Raises `InputError` for a model without spatial axes."""
        if not 1 <= self.rank <= 3:
            shape = next(iter(self.inputs.values()), ())
            raise InputError(
                f"{self.title}: an input of {format_shape(shape[1:])} "
                "has no spatial sizes to solve for"
            )

    @property
    def title(self) -> str:
        """The model's name."""
        return self.graph.name

    @property
    def spatial(self) -> tuple[int, ...]:
        """The spatial sizes that it was read with."""
        first = self.inputs[self.names[0]]
        return tuple(size or 0 for size in first[2:])

    def shapes(self, spatial: Sequence[int]) -> dict[str, Shape]:
        """The inputs with other spatial sizes."""
        return {
            name: (*shape[:2], *spatial) if name in self.names else shape
            for name, shape in self.inputs.items()
        }

    def tried(self, spatial: tuple[int, ...]) -> Report | None:
        """The report for these spatial sizes; None where the model cannot be read for them."""
        try:
            return self.report(spatial)
        except TooSlowError:
            raise
        except CnncalcError:
            return None

    def report(self, spatial: tuple[int, ...]) -> Report:
        """The report for these spatial sizes. Raises `CnncalcError` where it cannot be read."""
        known = self._known.get(spatial)
        if known is None:
            known = self._known[spatial] = self._analysed(spatial)
        if isinstance(known, CnncalcError):
            raise known
        return known

    def _analysed(self, spatial: tuple[int, ...]) -> Report | CnncalcError:
        shapes = self.shapes(spatial)
        try:
            graph = self._read(shapes) if self._rereads else self.graph
            return analysis.run(graph, shapes)
        except TooSlowError:
            raise
        except CnncalcError as error:
            return error

    def _read(self, shapes: Mapping[str, Shape]) -> Graph:
        """Read the model again, for no longer than people wait."""
        assert self._reread is not None
        if self._spent > _PATIENCE:
            raise TooSlowError(
                f"{self.title} has to be read for each size, and {self._readings} readings took "
                f"{self._spent:.0f} seconds",
                help="fewer sizes: a layer and a number, or --up-to",
            )
        self._readings += 1
        started = monotonic()
        try:
            return self._reread(shapes)
        finally:
            self._spent += monotonic() - started

    def graph_for(self, shapes: Mapping[str, Shape]) -> Graph:
        """The network as its source gives it for these inputs."""
        return self.graph if self._reread is None else self._reread(shapes)

    @cached_property
    def _rereads(self) -> bool:
        """Is the network another one for other sizes?"""
        if self._reread is None:
            return False
        layers = [layer[:3] for layer in self.graph.layers]
        for other in _others(self.spatial):
            try:
                graph = self._reread(self.shapes(other))
            except CnncalcError:
                return True
            if [layer[:3] for layer in graph.layers] != layers:
                return True
        return False

    def confirmed(self, spatial: tuple[int, ...]) -> bool:
        """Does the source itself, read for these sizes, give a network that takes them?"""
        if self._reread is None or self._rereads:
            return self.accepts(spatial)
        shapes = self.shapes(spatial)
        try:
            report = analysis.run(self._reread(shapes), shapes)
        except CnncalcError:
            return False
        return not report.has_errors

    def accepts(self, spatial: tuple[int, ...]) -> bool:
        """Does the network take inputs of these sizes, without an error?"""
        return self.trouble(spatial) is None

    def too_small(self, spatial: tuple[int, ...]) -> bool:
        """Is some window larger than what it slides over? Then it is for all smaller sizes.

        (Unless the source decides by the sizes what the network is: False then.)
        """
        report = None if self._rereads else self.tried(spatial)
        return report is not None and any(each.code == _TOO_SMALL for each in report.findings)

    def trouble(self, spatial: tuple[int, ...]) -> str | None:
        """The first thing that is wrong with these sizes, in words; None where nothing is."""
        try:
            report = self.report(spatial)
        except TooSlowError:
            raise
        except CnncalcError as error:
            return error.message
        return first_error(report)

    def subject(self) -> Subject:
        """The model as checks see it."""
        return Subject(self.graph, self.report(self.spatial), self._reread)

    def layer(self, name: str, last: bool = False) -> Layer:
        """A layer by its name, of a block the first or last. Raises `NameNotFoundError`."""
        row = self.report(self.spatial)[name]
        found = getattr(row, "rows", (row,))[-1 if last else 0].name
        return next(layer for layer in self.graph.layers if layer.name == found)


def _others(spatial: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Sizes at which a network could be another one: larger, odd, and smaller and smaller."""
    yield tuple(2 * size + 96 for size in spatial)
    yield tuple(size + 1 for size in spatial)
    while max(spatial) > 1:
        spatial = tuple(max(size // 2, 1) for size in spatial)
        yield spatial


def first_error(report: Report) -> str | None:
    """The first error of a report in words."""
    wrong = [each for each in report.findings if each.severity is Severity.ERROR]
    return said(wrong[0]) if wrong else None


def said(finding: Finding) -> str:
    """`pool2: the kernel spans 2 positions but the height is only 1`."""
    return f"{finding.layer}: {finding.message}" if finding.layer else finding.message


def _opened(
    model: Any,
    input: InputLike,
    layout: str,
    batch: int | None,
    trace: bool,
    options: dict[str, Any],
) -> Opened:
    if input is not None:
        return opened(model, input, layout, batch, False, trace, options)
    if trace or api.is_live(model) or (isinstance(model, str) and api.is_python(model)):
        return _guessed(model, batch, trace)
    source = opened(model, None, layout, batch, False, False, options)
    if all(None not in shape for shape in source.inputs.values()):
        return source
    # A spec without an input: any size does, of the channels that its first layer wants.
    shapes = {
        given.name: given.shape
        or (_channels(source.graph), *(224,) * _rank(source.graph, given.name))
        for given in source.graph.inputs
    }
    return opened(model, shapes, "chw", batch, False, False, options)


def _rank(graph: Graph, name: str) -> int:
    return (graph.input_rank(name) or 3) - 1


def _channels(graph: Graph) -> int:
    """The channels that the first convolution wants, or three."""
    channels = [getattr(layer.op, "in_channels", None) for layer in graph.layers]
    return next((each for each in channels if each), 3)


def _guessed(model: Any, batch: int | None, trace: bool) -> Opened:
    """Code has no size of its own: an image of 224x224, of the channels that turn out right."""
    try:
        source = opened(model, _GUESS, "chw", batch, False, trace, {})
        report = analysis.run(source.graph, source.inputs)
        wrong = [each for each in report.findings if each.code == "conv-in-channels"]
        if not wrong or not isinstance(wrong[0].expected, int):
            return source
        size = (wrong[0].expected, 224, 224)
        return opened(model, size, "chw", batch, False, trace, {})
    except CnncalcError as error:
        place = error.location
        raise InputError(
            f"{error.message} (read with {_GUESS}, for no input was given)",
            help=error.help or "--input says which channels and sizes to start with",
            location=place,
        ) from None
