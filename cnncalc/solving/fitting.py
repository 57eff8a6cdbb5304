"""The input sizes for which a layer fits, or makes an output of a size, or the network runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..checking.derivation import Origin, origin
from ..checking.dims import dims_of
from ..checking.fits import _LARGEST, _least
from ..checking.subject import Subject
from ..checking.verdicts import judged
from ..errors import InputError
from ..finding import Severity
from ..graph import Graph, Layer
from ..report import Report
from ..shape import format_shape, product
from .accepted import Does, Sizes, base_in, sizes_in, with_size
from .answers import Span
from .boxes import Box, Constraint, allowed, boxes_for, common, constraints, everything
from .model import Model, said


class Inputs(NamedTuple):
    """The input sizes for which `layer` fits, or the network where `layer` is None.

    `wanted` is what it shall receive (`features`) or make (`output`). `sizes` are they, in
    boxes. `trouble` is what is wrong with the network elsewhere at the first of them.
    """

    model: str
    layer: str | None
    features: int | None
    output: tuple[int, ...] | None
    sizes: tuple[Sizes, ...]
    trouble: str | None
    reason: str | None
    why: tuple[str, ...]
    question: str = "input"

    @property
    def found(self) -> bool:
        """Is there any?"""
        return bool(self.sizes)


def solve(
    model: Model,
    *,
    layer: str | None = None,
    features: int | None = None,
    output: Sequence[int] | None = None,
    up_to: int | None = None,
) -> Inputs:
    """The input sizes for which a layer receives its number of features, or `features`; for
    which it makes an `output`; or, without a layer, which the network takes.

    Raises `NameNotFoundError` for an unknown layer, `InputError` for a layer that has no number
    of features.
    """
    model.need_spatial()
    if output is not None and features is not None:
        raise InputError("--features and --output are two questions", help="leave out one")
    if output is not None:
        return _for_output(model, layer, output, up_to)
    if layer is not None:
        return _for_layer(model, layer, features, up_to)
    if features is not None:
        raise InputError("--features says what a layer shall receive", help="--layer NAME")
    return _for_network(model, up_to)


def _looked(
    model: Model,
    boxes: list[Box],
    does: Does | None,
    up_to: int | None,
    sure: bool = True,
) -> tuple[Sizes, ...]:
    """The sizes in the boxes that will do; without `does` those that the network takes."""

    def taken(sizes: tuple[int, ...], axis: int) -> bool:
        return model.accepts(sizes)

    found = []
    for box in boxes:
        base = base_in(model, box, does)
        if base is not None:
            found.append(sizes_in(model, box, base, does or taken, up_to, does is None, sure))
    return tuple(each for each in found if all(axis.spans for axis in each.axes))


def _for_network(model: Model, up_to: int | None) -> Inputs:
    given = constraints(model)
    boxes = allowed(given, model.rank)
    looked = _looked(model, boxes, None, up_to, all(each.sure for each in given))
    found = tuple(each for each in looked if model.confirmed(each.base))
    why = ["a size will do where the analysis has no error"]
    why += [
        f"{each.layer} wants {each.expected} = "
        f"{format_shape(made(model.report(found[0].base), each.source), ' * ')}"
        for each in given
        if found
    ]
    reason = None if found else no_size(model, boxes)
    return Inputs(model.title, None, None, None, found, None, reason, tuple(why))


def no_size(model: Model, boxes: list[Box]) -> str:
    """Why a network takes no size of the boxes."""
    if not boxes:
        return "its hard-coded numbers of features fit no input size"
    large = max(1024, *model.spatial)
    tried = tuple(large if span.last is None else span.first for span in boxes[0])
    return f"at {format_shape(tried)}: {model.trouble(tried)}"


def made(report: Report, source: Origin) -> list[int | None]:
    """The dims that make up a number of features."""
    for row in report:
        if row.name == source.ref.name:
            shape = row.output_shapes[source.ref.output]
            return [shape[dim] for dim in source.dims]
    return [report.inputs[source.ref.name][dim] for dim in source.dims]


class _Place(NamedTuple):
    """A layer, the number it wants, and where what it receives comes from."""

    layer: str
    wanted: int
    source: Origin


def _for_layer(model: Model, name: str, features: int | None, up_to: int | None) -> Inputs:
    layer = model.layer(name)
    mended, found = judged(model.subject())
    views = [each for each in found if each.layer.name == layer.name and each.dim.is_view]
    if views:
        place = _Place(layer.name, features or views[0].expected, views[0].source)
    else:
        place = _declared(mended, mended.layers[layer.name], features)
    boxes = boxes_for(mended, place.source, place.wanted)
    sure = boxes is not None
    if boxes is None:
        boxes = [everything(model.rank)]
    before = _leading_to(model.graph, layer.name) - {layer.name}
    ahead = [each for each in constraints(model) if each.layer in before]
    own, boxes = boxes, common(allowed(ahead, model.rank), boxes)

    def does(sizes: tuple[int, ...], axis: int) -> bool:
        report = model.tried(sizes)
        if report is None or _wrong(report, before):
            return False
        return product(made(report, place.source)) == place.wanted

    sure = sure and all(each.sure for each in ahead)
    good = _looked(model, boxes, does, up_to, sure)
    factors = [mended.shape(place.source.ref)[dim] for dim in place.source.dims]
    why = [
        f"{layer.name} receives {format_shape(factors, ' * ')} = {product(factors)} "
        f"at {format_shape(model.spatial)}, and wants {place.wanted}"
    ]
    if good:
        then = made(model.report(good[0].base), place.source)
        why.append(f"{place.wanted} = {format_shape(then, ' * ')} at {format_shape(good[0].base)}")
    return Inputs(
        model.title, layer.name, place.wanted, None, good,
        model.trouble(good[0].base) if good else None,
        None if good else _no_box(model, mended, place, boxes, ahead if own else []), tuple(why),
    )  # fmt: skip


def _declared(mended: Subject, layer: Layer, features: int | None) -> _Place:
    """The number of features or channels that the op itself declares, or that is asked for."""
    for dim in dims_of(layer.op, mended.received(layer) if layer.inputs else ()):
        expected = getattr(layer.op, dim.argument)
        expected = expected[0] if isinstance(expected, tuple) else expected
        wanted = features if features is not None else expected
        if isinstance(wanted, int):
            source = origin(mended, layer.inputs[dim.input], dim.dims)
            return _Place(layer.name, wanted, source)
        raise InputError(
            f"{layer.name}: this {layer.op.type} takes what comes, its {dim.argument} is not fixed",
            help="--features says what it shall receive",
        )
    raise InputError(
        f"{layer.name}: a {layer.op.type} has no number of features",
        help="--output 7x7 asks for the inputs of which it makes that",
    )


def _no_box(
    model: Model, mended: Subject, place: _Place, boxes: list[Box], ahead: list[Constraint]
) -> str:
    """Why a layer receives what it wants at no size."""
    shape = mended.shape(place.source.ref)
    moving = mended.positional(place.source.ref, place.source.dims)
    fixed = product([shape[dim] for dim in place.source.dims if dim not in moving])
    if not moving and fixed != place.wanted:
        return f"it receives {fixed} whatever the input size is"
    if fixed and place.wanted % fixed:
        nearest = f"{fixed} * {place.wanted // fixed} = {place.wanted // fixed * fixed}"
        return f"{place.wanted} is no multiple of the {fixed} channels ({nearest})"
    if boxes:
        return no_size(model, boxes)
    if ahead:
        return f"{ahead[0].layer}, before it, is made for {ahead[0].expected}"
    positions = place.wanted // (fixed or 1)
    return f"no input size leaves {positions} position{'s' * (positions != 1)} there"


def _for_output(model: Model, name: str | None, output: Sequence[int], up_to: int | None) -> Inputs:
    layer = _last_with_positions(model) if name is None else model.layer(name, last=True)
    rank = model.rank
    wanted = tuple(output) * rank if len(output) == 1 else tuple(output)
    row = model.report(model.spatial)[layer.name]
    if len(row.output_shape) != rank + 2 or len(wanted) != rank:
        raise InputError(
            f"{layer.name} makes {format_shape(row.output_shape[1:])}, "
            f"and {format_shape(wanted)} is wanted",
            help="sizes are per axis, without channels",
        )
    before = _leading_to(model.graph, layer.name)

    def does(sizes: tuple[int, ...], axis: int) -> bool:
        if _size(model, layer.name, axis, sizes) != wanted[axis]:
            return False
        return not _wrong(model.report(sizes), before)

    spans = [_span_along(model, layer.name, axis, size) for axis, size in enumerate(wanted)]
    box = tuple(span for span in spans if span is not None)
    good = _looked(model, [box], does, up_to) if len(box) == rank else ()
    why = (
        f"{layer.name} makes {format_shape(row.output_shape[2:])} of "
        f"{format_shape(model.spatial)}; along each axis it grows with the input",
    )
    reason = None
    if not good:
        reason = f"{layer.name} makes no {format_shape(wanted)}{_near(model, layer, spans, wanted)}"
    return Inputs(
        model.title, layer.name, None, wanted, good,
        model.trouble(good[0].base) if good else None, reason, why,
    )  # fmt: skip


def _last_with_positions(model: Model) -> Layer:
    rows = [row for row in model.report(model.spatial) if len(row.output_shape) == model.rank + 2]
    kept = [row for row in rows if row.field is not None and not row.whole]
    if not kept:
        raise InputError(f"{model.title}: no layer has positions", help="--layer names one")
    return model.layer(kept[-1].name)


def _leading_to(graph: Graph, name: str) -> frozenset[str]:
    """The names of the layers that lead to a layer, and its own."""
    wanted = {name}
    for layer in reversed(graph.layers):
        if layer.name in wanted:
            wanted.update(ref.name for ref in layer.inputs)
    return frozenset(wanted)


def _size(model: Model, layer: str, axis: int, sizes: tuple[int, ...]) -> int:
    """What a layer makes along an axis; 0 where nothing is left."""
    report = model.tried(sizes)
    if report is None or layer not in report:
        return 0
    return report[layer].output_shape[axis + 2] or 0


def _span_along(model: Model, layer: str, axis: int, wanted: int) -> Span | None:
    """The input sizes along an axis of which a layer makes `wanted`: from first to last."""

    def size_of(length: int) -> int:
        return _size(model, layer, axis, with_size(model.spatial, axis, length))

    first, above = _least(size_of, wanted), _least(size_of, wanted + 1)
    if first is None or first == above:
        return None
    return Span(first, None if above is None else above - 1)


def _wrong(report: Report, before: frozenset[str]) -> str | None:
    """What is wrong up to a layer."""
    for finding in report.findings:
        if finding.severity is Severity.ERROR and (
            finding.layer is None or finding.layer in before
        ):
            return said(finding)
    return None


def _near(model: Model, layer: Layer, spans: list[Span | None], wanted: tuple[int, ...]) -> str:
    """What is made instead, along the first axis that has no solution."""
    for axis, (span, size) in enumerate(zip(spans, wanted, strict=True)):
        if span is not None:
            continue

        def size_of(length: int, axis: int = axis) -> int:
            return _size(model, layer.name, axis, with_size(model.spatial, axis, length))

        above = _least(size_of, size)
        if above is None:
            return f": it makes {size_of(_LARGEST)} of {_LARGEST}, the largest that is looked at"
        below = size_of(above - 1)
        return f": {size_of(above)} of {above}, and {below or 'nothing'} of {above - 1}"
    return ": something before it does not fit then"
