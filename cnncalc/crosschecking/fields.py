"""Receptive fields beside gradients: what each position of a layer reads, interval by interval.

The support of d(output position)/d(input) is measured in float64, along every axis of every
input, under positive surrogates (see `surrogates`), and compared with the report's exact field.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch

from ..errors import LimitError, NameNotFoundError
from ..layout import Seen
from ..receptive import Field
from ..report import Report, Row
from . import flow
from .flow import Flow, Reached
from .result import FieldCheck, Interval, Verdict
from .subject import Subject

#: By default no more layers than this are checked.
MOST_LAYERS = 40
#: No pass is tried that would take more memory than this.
MOST_BYTES = 32 << 30


def check_fields(subject: Subject, layers: Sequence[str] | None = None) -> list[FieldCheck]:
    """Compare fields at corners, edges and the centre of the layers named; None: `telling` ones.

    Raises `NameNotFoundError` for a name that is no layer.
    """
    rows = {row.name: row for row in subject.report}
    for name in layers or ():
        if name not in rows:
            raise NameNotFoundError("layer", name, list(rows), of=subject.report.model)
    wanted = telling(subject.report) if layers is None else list(layers)
    with _one_thread():
        done = _run(subject)
        return [check for name in wanted for check in _layer_checks(rows[name], done, subject)]


@contextmanager
def _one_thread() -> Iterator[None]:
    """Many small operations: threads that wait for each other take ten times as long."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _run(subject: Subject) -> Flow:
    needed = 8 * subject.report.totals.forward_bytes  # float64, and copies where it is in place
    if needed > MOST_BYTES:
        why = f"in float64 it takes about {needed / 1e9:.0f} GB: check a smaller input"
        return Flow({}, {}, why)
    return flow.run(subject)


def telling(report: Report, most: int = MOST_LAYERS) -> list[str]:
    """The layers whose checks say most: those that change the field, at most so many of them.

    Where there are more, the first and the last of each kind of op stay, and others evenly.
    """
    changing = list(_changing(report))
    if len(changing) <= most:
        return [row.name for row in changing]
    kinds: dict[str, list[str]] = {}
    for row in changing:
        kinds.setdefault(type(row.op).__name__, []).append(row.name)
    ends = {name for names in kinds.values() for name in (names[0], names[-1])}
    order = [row.name for row in changing]
    kept = _evenly([name for name in order if name in ends], most)
    kept += _evenly([name for name in order if name not in ends], most - len(kept))
    return [name for name in order if name in kept]


def _evenly(names: list[str], count: int) -> list[str]:
    """So many of the names, the first and the last among them."""
    if count >= len(names):
        return names
    return [names[at * (len(names) - 1) // max(count - 1, 1)] for at in range(count)]


def _changing(report: Report) -> Iterator[Row]:
    """Layers with positions that see others than a layer that they read."""
    views = {row.name: row.view for row in report}
    for row in report:
        behind = [views.get(name.partition(":")[0]) for name in row.inputs]
        passed_on = any(row.view is view for view in behind)
        if len(row.output_shape) > 2 and row.inputs and not passed_on:
            yield row


def _layer_checks(row: Row, done: Flow, subject: Subject) -> Iterator[FieldCheck]:
    reached = done.layers.get(row.name)
    if reached is None:
        why = done.failure or "the float64 run did not do this operation"
        yield _unchecked(row, why)
    elif len(row.output_shape) < 3:
        yield _unchecked(row, "it has no positions")
    elif reached.shape != row.output_shape:
        yield _unchecked(row, f"in float64 its output has the shape {reached.shape}")
    elif reached.lost is not None:
        yield _unchecked(row, reached.lost)
    else:
        yield from _compared(row, reached, done)


def _unchecked(row: Row, why: str) -> FieldCheck:
    return FieldCheck(row.name, (), "", (), (), Verdict.UNCHECKED, why)


def _compared(row: Row, reached: Reached, done: Flow) -> Iterator[FieldCheck]:
    """The checks of a layer: per position one backward pass, which serves all inputs."""
    inputs = {name: leaf for name, leaf in done.inputs.items() if leaf.dim() > 2}
    for name in sorted({seen.source for seen in row.view} - inputs.keys()):
        yield _unchecked(row, f"{name} has no gradient")
    if not inputs:
        return
    fields = _fields(row, reached.shape)
    held = {place.dim for seen in row.view for place in seen.places}
    dims = row.position_dims
    sizes = [reached.shape[dim] if dim in held else 1 for dim in dims]
    for position in _positions(sizes):
        # Dims that hold no positions (groups of channels, say) are looked at as a whole.
        where = {dim: at for dim, at in zip(dims, position, strict=True) if dim in held}
        try:
            measured = _measured(reached, where, inputs)
        except RuntimeError as error:  # what a gradient needs was overwritten, say
            yield _unchecked(row, f"no gradient: {' '.join(str(error).split())[:200]}")
            return
        for name, leaf in inputs.items():
            expected: tuple[Interval, ...] = (None,) * (leaf.dim() - 2)
            try:
                if name in fields:
                    expected = fields[name].exact(*position)
            except LimitError as error:
                yield FieldCheck(
                    row.name, position, name, (), measured[name], Verdict.UNCHECKED, str(error)
                )
                continue
            yield _verdict(row, position, name, expected, measured[name])


def _fields(row: Row, shape: Sequence[int]) -> dict[str, Field]:
    """The field with respect to each input, also where positions see one in several ways.

    (Those `row.fields` leaves out: they have no one size.)
    """
    by_axis: dict[str, dict[int, list[Seen]]] = {}
    for seen in row.view:
        by_axis.setdefault(seen.source, {}).setdefault(seen.axis, []).append(seen)
    dims = row.position_dims
    sizes = tuple([shape[dim] for dim in dims])
    return {
        source: Field(source, (), dims, sizes, tuple(tuple(axes[axis]) for axis in sorted(axes)))
        for source, axes in by_axis.items()
    }


def _verdict(
    row: Row,
    position: tuple[int, ...],
    name: str,
    expected: tuple[Interval, ...],
    measured: tuple[Interval, ...],
) -> FieldCheck:
    if None in expected:  # what is not seen along one axis is not seen at all
        expected = (None,) * len(expected)
    verdict, reason = Verdict.DIFFERS, None
    if expected == measured:
        verdict = Verdict.AGREES
    elif name not in row.fields and all(map(_holds, expected, measured)):
        verdict = Verdict.UNCHECKED
        reason = f"positions see {name} in several ways, which the report does not tell apart"
    return FieldCheck(row.name, position, name, expected, measured, verdict, reason)


def _holds(outer: Interval, inner: Interval) -> bool:
    if inner is None or outer is None:
        return inner is None
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def _positions(sizes: Sequence[int]) -> list[tuple[int, ...]]:
    """Two corners, the centre, two edges, and one between, where these are not the same."""
    first = tuple(0 for _ in sizes)
    last = tuple(size - 1 for size in sizes)
    middle = tuple(size // 2 for size in sizes)
    between = tuple(size // 3 for size in sizes)
    edges = [first[:1] + middle[1:], middle[:-1] + last[-1:]] if sizes else []
    return list(dict.fromkeys([first, last, middle, *edges, between]))


def _measured(
    reached: Reached, where: dict[int, int], inputs: dict[str, torch.Tensor]
) -> dict[str, tuple[Interval, ...]]:
    """Per input and axis the first and the last position that has a gradient."""
    gradients: Sequence[torch.Tensor | None] = (None,) * len(inputs)
    if reached.edge is not None:
        start = torch.zeros(reached.shape, dtype=torch.float64)
        index = tuple(where.get(dim, slice(None)) for dim in range(start.dim()))
        start[index] = 1
        gradients = torch.autograd.grad(
            [reached.edge], list(inputs.values()), [start], retain_graph=True, allow_unused=True
        )
    return {
        name: _support(gradient, leaf.dim())
        for (name, leaf), gradient in zip(inputs.items(), gradients, strict=True)
    }


def _support(gradient: torch.Tensor | None, rank: int) -> tuple[Interval, ...]:
    if gradient is None:
        return (None,) * (rank - 2)
    seen = gradient.ne(0)
    spans: list[Interval] = []
    for axis in range(2, rank):
        others = [dim for dim in range(rank) if dim != axis]
        positions = seen.any(dim=others).nonzero().flatten().tolist()
        spans.append((positions[0], positions[-1]) if positions else None)
    return tuple(spans)
