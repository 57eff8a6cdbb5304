"""A report as data for machines: plain dicts, JSON, CSV. The schema is in docs/report.md."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from ..finding import Finding
from ..receptive import Field
from ..report import SCHEMA_VERSION, Report, Row
from ..shape import format_shape
from .columns import AnyRow
from .text import per_axis


def to_dict(report: Report, rows: Sequence[AnyRow] | None = None) -> dict[str, Any]:
    """The report as dicts, lists, numbers and strings; `rows` may be a selection."""
    totals = report.totals._asdict()
    return {
        "schema_version": SCHEMA_VERSION,
        "model": report.model,
        "input_names": list(report.inputs),
        "inputs": [list(shape) for shape in report.inputs.values()],
        "dtype": report.dtype,
        "status": report.status.value,
        "rows": [_row(row) for row in (report.rows if rows is None else rows)],
        "totals": totals,
        "findings": [_finding(finding) for finding in report.findings],
    }


def _row(row: AnyRow) -> dict[str, Any]:
    single = isinstance(row, Row)
    return {
        "name": row.name,
        "type": row.type if single else "block",
        "op": str(row.op) if isinstance(row, Row) else None,
        "inputs": list(row.inputs) if isinstance(row, Row) else [],
        "output_shape": list(row.output_shape),
        "params": row.params,
        "trainable": row.trainable,
        "buffers": row.buffers,
        "macs": row.macs,
        "flops": row.flops,
        "field": None if row.field is None else _field(row.field),
        "whole": row.whole,
        "output_bytes": row.output_bytes,
        "shared": row.shared if isinstance(row, Row) else False,
        "status": row.status.value,
        "source": str(row.location) if isinstance(row, Row) and row.location else None,
    }


def _field(field: Field) -> dict[str, Any]:
    return {
        "input": field.input,
        "size": list(field.size),
        "stride": [_json_number(value) for value in field.stride],
        "start": list(field.start),
        "whole": field.whole,
        "local": None if field.local is None else list(field.local),
        "uniform": field.uniform,
    }


def _json_number(value: Any) -> Any:
    return float(value) if isinstance(value, Fraction) else value


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "layer": finding.layer,
        "source": str(finding.location) if finding.location else None,
        "expected": finding.expected,
        "received": finding.received,
        "message": finding.message,
        "help": finding.help,
    }


def to_json(report: Report, indent: int | None = 2, rows: Sequence[AnyRow] | None = None) -> str:
    """`to_dict` as JSON text."""
    import json

    return json.dumps(to_dict(report, rows), indent=indent, ensure_ascii=False)


CSV_COLUMNS = (
    "name",
    "type",
    "op",
    "output_shape",
    "params",
    "trainable",
    "buffers",
    "macs",
    "flops",
    "field_size",
    "field_stride",
    "field_start",
    "whole",
    "output_bytes",
    "status",
)


def to_csv(report: Report, rows: Sequence[AnyRow] | None = None) -> str:
    """One line per row after a header line; unknown figures are empty."""
    import csv
    import io

    stream = io.StringIO()
    writer = csv.DictWriter(stream, CSV_COLUMNS, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    for row in report.rows if rows is None else rows:
        values = _row(row)
        seen = row.field
        values["output_shape"] = format_shape(row.output_shape)
        for part, separator in (("size", "x"), ("stride", "x"), ("start", ",")):
            shown = "" if seen is None else per_axis(getattr(seen, part), separator)
            values[f"field_{part}"] = shown
        writer.writerow(values)
    return stream.getvalue()
