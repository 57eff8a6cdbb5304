"""The columns of a report, and which rows are shown in which order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from ..errors import InputError, NameNotFoundError
from ..report import Block, Report, Row
from ..shape import format_shape
from . import text

AnyRow = Row | Block


class Column(NamedTuple):
    """A column: its heading, its alignment, its text, and the value it is sorted by."""

    heading: str
    align: str
    cell: Callable[[AnyRow], str]
    key: Callable[[AnyRow], Any]


def _number(heading: str, attribute: str, shown: Callable[[Any], str] = text.count) -> Column:
    def value(row: AnyRow) -> Any:
        return getattr(row, attribute)

    return Column(heading, "right", lambda row: shown(value(row)), value)


def _text(heading: str, cell: Callable[[AnyRow], str]) -> Column:
    return Column(heading, "left", cell, cell)


def _op(row: AnyRow) -> str:
    return row.type if isinstance(row, Block) else row.op.short()


def _inputs(row: AnyRow) -> str:
    return ", ".join(row.inputs) if isinstance(row, Row) else ""


def _field_part(attribute: str, separator: str = "x") -> Callable[[AnyRow], str]:
    def cell(row: AnyRow) -> str:
        seen = row.field
        return "-" if seen is None else text.per_axis(getattr(seen, attribute), separator)

    return cell


def _field_size(row: AnyRow) -> Any:
    seen = row.field
    return None if seen is None else tuple(size or 0 for size in seen.size)


COLUMNS: dict[str, Column] = {
    "layer": _text("layer", lambda row: row.name),
    "type": _text("type", lambda row: row.type),
    "op": _text("op", _op),
    "inputs": _text("inputs", _inputs),
    "output": _text("output", lambda row: format_shape(row.output_shape)),
    "params": _number("params", "params"),
    "trainable": _number("trainable", "trainable"),
    "buffers": _number("buffers", "buffers"),
    "macs": _number("MACs", "macs"),
    "flops": _number("FLOPs", "flops"),
    "memory": _number("memory", "output_bytes", text.memory),
    "field": Column("field", "right", text.field, _field_size),
    "stride": Column("stride", "right", _field_part("stride"), _field_part("stride")),
    "start": Column("start", "right", _field_part("start", ","), _field_part("start", ",")),
}
#: Drawn from the totals, so it is no column of a row by itself.
SHARE = "share"
DEFAULT = ("layer", "op", "output", "params", "macs", "share", "field")
#: Without an input size there are only fields to show.
FIELDS_ONLY = ("layer", "op", "field", "stride", "start")


def default_columns(report: Report) -> tuple[str, ...]:
    """The columns shown where none are asked for."""
    sized = any(size is not None for shape in report.inputs.values() for size in shape[1:])
    return DEFAULT if sized else FIELDS_ONLY


def parse_columns(names: str) -> tuple[str, ...]:
    """`layer,macs,field` as a tuple. Raises `NameNotFoundError` for a column there is not."""
    chosen = tuple(name.strip().lower() for name in names.split(",") if name.strip())
    for name in chosen:
        if name not in COLUMNS and name != SHARE:
            raise NameNotFoundError(
                "column",
                name,
                [*COLUMNS, SHARE],
                help=f"columns are {', '.join([*COLUMNS, SHARE])}",
            )
    if len(set(chosen)) < len(chosen):
        raise InputError(f"a column is named twice in {names!r}")
    if not chosen:
        raise InputError("no columns are named", help=f"choose from {', '.join(COLUMNS)}")
    return chosen


def listing(
    report: Report, depth: int | None = None, only: str | None = None, sort: str | None = None
) -> list[AnyRow]:
    """The rows to show: filtered by `only`, folded to `depth`, in the order of `sort`.

    `only` is an op type (`conv2d`) or a pattern of layer names (`layer1.*`). `sort` is a
    column; numbers come largest first, and unknown ones last.
    """
    chosen = list(report.rows) if only is None else _filtered(report.rows, only)
    rows: list[AnyRow] = list(chosen) if depth is None else list(report.folded(depth, chosen))
    if sort is not None:
        rows = _sorted(rows, sort)
    return rows


def _filtered(rows: Sequence[Row], only: str) -> list[Row]:
    from fnmatch import fnmatchcase

    wanted = only.lower()
    kept = [
        row for row in rows if row.type.lower() == wanted or fnmatchcase(row.name.lower(), wanted)
    ]
    if not kept:
        known = sorted({row.type for row in rows})
        raise NameNotFoundError(
            "type or layer",
            only,
            [*known, *(row.name for row in rows)],
            help=f"the types are {', '.join(known)}",
        )
    return kept


def _sorted(rows: list[AnyRow], sort: str) -> list[AnyRow]:
    name = sort.lower()
    if name == SHARE:
        name = "macs"
    if name not in COLUMNS:
        raise NameNotFoundError("column", sort, COLUMNS)
    column = COLUMNS[name]
    if column.align == "left":
        return sorted(rows, key=column.key)
    known = [row for row in rows if column.key(row) is not None]
    unknown = [row for row in rows if column.key(row) is None]
    return sorted(known, key=column.key, reverse=True) + unknown
