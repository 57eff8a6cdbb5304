"""What analysing a graph for one input gives: frozen rows, totals and findings.

The attributes have the same names in Python and in JSON (`docs/report.md`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from .errors import InputError, Location, NameNotFoundError
from .field import AxisField
from .finding import Finding, Severity, Status
from .layout import Seen, View
from .ops import Op
from .receptive import Field
from .shape import Shape, Size, format_shape

SCHEMA_VERSION = 1


class Row(NamedTuple):
    """One layer of a report.

    `params` counts a shared tensor at its first layer only, `output_bytes` only memory that
    the layer newly takes, so both add up to the totals. Counts are None where unknown.
    `whole` says that the layer's values depend on the whole input.
    """

    name: str
    op: Op
    inputs: tuple[str, ...]
    output_shapes: tuple[Shape, ...]
    params: Size
    trainable: Size
    buffers: Size
    macs: Size
    view: View
    output_bytes: Size
    module: str
    shared: bool
    location: Location | None

    @property
    def type(self) -> str:
        """The kind of op: torch's class name where it has one."""
        return self.op.type

    @property
    def output_shape(self) -> Shape:
        """The shape of the (first) output, with the batch."""
        return self.output_shapes[0]

    @property
    def flops(self) -> Size:
        """2 x MACs."""
        return None if self.macs is None else 2 * self.macs

    @property
    def status(self) -> Status:
        """Complete, or partial where a figure is missing, or unknown where all are."""
        if self.params is None and self.macs is None:
            return Status.UNKNOWN
        known = None not in (self.params, self.macs, self.output_bytes)
        return Status.COMPLETE if known else Status.PARTIAL

    @property
    def whole(self) -> bool:
        """Do the layer's values depend on the whole of (some) input?"""
        return bool(self.view) and all(seen.field.whole for seen in self.view)

    @property
    def fields(self) -> dict[str, Field]:
        """The receptive field with respect to each network input, where positions are left."""
        if len(self.output_shape) < 3:
            return {}
        by_axis: dict[str, dict[int, list[Seen]]] = {}
        for seen in self.view:
            by_axis.setdefault(seen.source, {}).setdefault(seen.axis, []).append(seen)
        fields = {}
        for source, axes in by_axis.items():
            entries = tuple(tuple(axes[axis]) for axis in sorted(axes))
            known = tuple(axis for axis in map(_one, entries) if axis is not None)
            if len(known) == len(entries):
                dims = self.position_dims
                sizes = tuple([self.output_shape[dim] for dim in dims])
                fields[source] = Field(source, known, dims, sizes, entries)
        return fields

    @property
    def position_dims(self) -> tuple[int, ...]:
        """The dims that hold positions: those behind the channels, unless tokens lie elsewhere."""
        usual = range(2, len(self.output_shape))
        held = {place.dim for seen in self.view for place in seen.places}
        return tuple(usual if held <= set(usual) else sorted(held))

    @property
    def field(self) -> Field | None:
        """The receptive field with respect to the first input that the layer depends on."""
        return next(iter(self.fields.values()), None)


def _one(entries: Sequence[Seen]) -> AxisField | None:
    """The field of an axis that a tensor sees once, or wholly; None where it is a mixture."""
    if len(entries) == 1:
        return entries[0].field
    return next((seen.field for seen in entries if seen.field.whole), None)


class Totals(NamedTuple):
    """Sums over a report's rows: lower bounds where `status` is not complete.

    Bytes are of the report's dtype. `peak_bytes` is the most that is alive at once during
    inference (inputs and activations; parameters not included). `training` estimates the
    memory of a training step per optimizer: activations twice, parameters, their gradients
    and the optimizer's state.
    """

    params: int
    trainable: int
    buffers: int
    macs: int
    flops: int
    param_bytes: int
    input_bytes: int
    forward_bytes: int
    peak_bytes: int
    training: dict[str, int]


class Block(NamedTuple):
    """The rows of one module path taken together."""

    name: str
    rows: tuple[Row, ...]

    @property
    def type(self) -> str:
        """Shown in the place of an op."""
        return f"{len(self.rows)} layers"

    @property
    def output_shape(self) -> Shape:
        """The output of the last row."""
        return self.rows[-1].output_shape

    @property
    def params(self) -> Size:
        """Sum over the rows; None where one is unknown."""
        return _sum(row.params for row in self.rows)

    @property
    def trainable(self) -> Size:
        """Sum over the rows; None where one is unknown."""
        return _sum(row.trainable for row in self.rows)

    @property
    def buffers(self) -> Size:
        """Sum over the rows; None where one is unknown."""
        return _sum(row.buffers for row in self.rows)

    @property
    def macs(self) -> Size:
        """Sum over the rows; None where one is unknown."""
        return _sum(row.macs for row in self.rows)

    @property
    def flops(self) -> Size:
        """2 x MACs."""
        return None if self.macs is None else 2 * self.macs

    @property
    def output_bytes(self) -> Size:
        """Sum over the rows; None where one is unknown."""
        return _sum(row.output_bytes for row in self.rows)

    @property
    def field(self) -> Field | None:
        """The field of the last row."""
        return self.rows[-1].field

    @property
    def status(self) -> Status:
        """Complete if all rows are, unknown if none is, partial otherwise."""
        return _overall(self.rows)

    @property
    def whole(self) -> bool:
        """Does the last row depend on the whole input?"""
        return self.rows[-1].whole


def _overall(rows: Sequence[Row]) -> Status:
    states = {row.status for row in rows}
    if states <= {Status.COMPLETE}:
        return Status.COMPLETE
    return Status.UNKNOWN if states == {Status.UNKNOWN} else Status.PARTIAL


def _sum(values: Iterator[Size] | Any) -> Size:
    total = 0
    for value in values:
        if value is None:
            return None
        total += value
    return total


class Report:
    """The analysis of one model for one input; `report["layer1.0.conv1"]` is a row.

    A module path that is no layer itself gives the `Block` of the layers under it.
    """

    def __init__(
        self,
        model: str,
        inputs: dict[str, Shape],
        dtype: str,
        rows: Sequence[Row],
        totals: Totals,
        findings: Sequence[Finding],
        note: str | None = None,
    ) -> None:
        self.model = model
        self.inputs = inputs
        self.dtype = dtype
        self.rows = tuple(rows)
        self.totals = totals
        self.findings = tuple(findings)
        self.note = note

    @property
    def status(self) -> Status:
        """Complete if all rows are; unknown if none is; partial otherwise."""
        return _overall(self.rows)

    @property
    def has_errors(self) -> bool:
        """Is there a finding of severity error?"""
        return any(finding.severity is Severity.ERROR for finding in self.findings)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __contains__(self, name: object) -> bool:
        return any(row.name == name or row.name.startswith(f"{name}.") for row in self.rows)

    def __getitem__(self, name: str) -> Row | Block | Any:
        if not isinstance(name, str):
            raise InputError(f"layers go by name, received {name!r}; the rows are report.rows")
        for row in self.rows:
            if row.name == name:
                return row
        inside = tuple(row for row in self.rows if row.name.startswith(f"{name}."))
        if inside:
            return Block(name, inside)
        raise NameNotFoundError("layer", name, [row.name for row in self.rows], of=self.model)

    def folded(self, depth: int, rows: Sequence[Row] | None = None) -> list[Row | Block]:
        """The rows with those deeper than `depth` module levels put together into blocks.

        `rows` may be a selection. Neighbouring rows with the same first `depth` parts of the path
        make one block. Raises `InputError` for a depth below 1.
        """
        if depth < 1:
            raise InputError(f"depth: expected 1 or more, received {depth}")
        groups: list[tuple[str, list[Row]]] = []
        for row in self.rows if rows is None else rows:
            parts = row.name.split(".")
            key = ".".join(parts[:depth])
            if groups and groups[-1][0] == key and len(parts) > depth:
                groups[-1][1].append(row)
            else:
                groups.append((key, [row]))
        return [
            rows[0] if rows[0].name == key and len(rows) == 1 else Block(key, tuple(rows))
            for key, rows in groups
        ]

    def __repr__(self) -> str:
        shapes = ", ".join(format_shape(shape) for shape in self.inputs.values())
        return f"<Report {self.model} for {shapes}: {len(self.rows)} layers>"

    def __str__(self) -> str:
        from .render.table import render

        return render(self)

    def to_dict(self) -> dict[str, Any]:
        """The report as plain data; the schema is in docs/report.md."""
        from .render.data import to_dict

        return to_dict(self)

    def to_json(self, indent: int | None = 2) -> str:
        """The report as JSON."""
        from .render.data import to_json

        return to_json(self, indent)

    def to_csv(self) -> str:
        """The rows as CSV, with a header line."""
        from .render.data import to_csv

        return to_csv(self)

    def to_markdown(self) -> str:
        """The report as a Markdown table with its totals."""
        from .render.markdown import render

        return render(self)

    def _repr_html_(self) -> str:
        from .render.html import render

        return render(self)
