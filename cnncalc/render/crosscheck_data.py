"""Cross-checks as data for machines: dicts, JSON, CSV. The schema is in docs/crosscheck.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ..crosschecking.result import SCHEMA_VERSION, Check, Crosscheck, LayerCheck, Survey, Verdict


def to_dict(found: Crosscheck, layers: Iterable[LayerCheck] | None = None) -> dict[str, Any]:
    """The cross-check as dicts, lists, numbers and strings; `layers` may be a selection."""
    return {
        "schema_version": SCHEMA_VERSION,
        "model": found.model,
        "runs": found.runs,
        "input_names": list(found.inputs),
        "inputs": [list(shape) for shape in found.inputs.values()],
        "machine": found.machine._asdict(),
        "verdict": found.verdict.value,
        "counts": {verdict.value: found.verdicts[verdict] for verdict in Verdict},
        "layers": [_layer(layer) for layer in (found.layers if layers is None else layers)],
        "totals": [_check(check) for check in found.totals],
        "memory": _memory(found),
        "fields": _fields(found),
        "problems": list(found.problems),
        "seconds": round(found.seconds, 3),
    }


def _layer(layer: LayerCheck) -> dict[str, Any]:
    checks = [_check(check) for check in layer.checks]
    return {"name": layer.name, "op": layer.op, "verdict": layer.verdict.value, "checks": checks}


def _check(check: Check) -> dict[str, Any]:
    return {**check._asdict(), "verdict": check.verdict.value}


def _memory(found: Crosscheck) -> dict[str, Any] | None:
    if found.memory is None:
        return None
    return {
        "checks": [_check(check) for check in found.memory.checks],
        "measured_bytes": found.memory.measured,
        "causes": dict(found.memory.causes),
    }


def _fields(found: Crosscheck) -> list[dict[str, Any]] | None:
    if found.fields is None:
        return None
    return [
        {
            "layer": each.layer,
            "position": list(each.position),
            "input": each.input,
            "expected": _intervals(each.expected),
            "measured": _intervals(each.measured),
            "verdict": each.verdict.value,
            "reason": getattr(each, "reason", None),
        }
        for each in found.fields
    ]


def _intervals(intervals: Iterable[Any]) -> list[list[int] | None]:
    return [None if each is None else list(each) for each in intervals]


def survey_dict(survey: Survey) -> dict[str, Any]:
    """The survey as dicts, lists, numbers and strings."""
    return {
        "schema_version": SCHEMA_VERSION,
        "title": survey.title,
        "machine": survey.machine._asdict(),
        "verdict": survey.verdict.value,
        "models": [
            {
                **line._asdict(),
                "verdict": line.verdict.value,
                "seconds": round(line.seconds, 3),
                "notes": list(line.notes),
            }
            for line in survey.lines
        ],
        "left_out": dict(survey.left_out),
        "seconds": round(survey.seconds, 3),
    }


def to_json(data: dict[str, Any]) -> str:
    """As JSON text."""
    import json

    return json.dumps(data, indent=2, ensure_ascii=False)


def to_csv(found: Crosscheck, layers: Iterable[LayerCheck] | None = None) -> str:
    """One line a figure: layers first, then totals (`layer` is empty), after a header line."""
    return _csv(
        ("layer", "op", "figure", "analytic", "measured", "verdict", "reason"),
        _lines(found, found.layers if layers is None else layers),
    )


def _lines(found: Crosscheck, layers: Iterable[LayerCheck]) -> Iterator[list[Any]]:
    for layer in layers:
        for check in layer.checks:
            yield [layer.name, layer.op, *_csv_cells(check)]
    for check in (*found.totals, *(found.memory.checks if found.memory else ())):
        yield ["", "", *_csv_cells(check)]
    for each in found.fields or ():
        at = ",".join(map(str, each.position))
        expected, measured = _intervals(each.expected), _intervals(each.measured)
        figure = f"field at {at} of {each.input}"
        yield [each.layer, "", figure, expected, measured, each.verdict.value, None]


def _csv_cells(check: Check) -> list[Any]:
    return [check.figure, check.analytic, check.measured, check.verdict.value, check.reason]


def survey_csv(survey: Survey) -> str:
    """One line a model, after a header line."""
    return _csv(
        ("model", "input", "layers", "params", "macs", "verdict", "seconds", "notes"),
        (
            [*line[:5], line.verdict.value, f"{line.seconds:.1f}", "; ".join(line.notes)]
            for line in survey.lines
        ),
    )


def _csv(header: Iterable[str], rows: Iterable[list[Any]]) -> str:
    import csv
    import io

    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return stream.getvalue()
