"""A run of checks as JSON; docs/check.md has the schema."""

from __future__ import annotations

import json
from typing import Any

from ..checking.many import Run
from ..checking.result import Check, Fix, Verdict
from ..errors import CnncalcError, Location
from ..finding import Finding
from .check_words import unverified

SCHEMA_VERSION = 1


def render(run: Run) -> str:
    """The run as JSON text."""
    return json.dumps(to_dict(run), indent=2, ensure_ascii=False)


def to_dict(run: Run) -> dict[str, Any]:
    """The run as dicts, lists, numbers and texts."""
    return {
        "schema_version": SCHEMA_VERSION,
        "exit_code": run.exit_code,
        "strict": run.strict,
        "models": [_model(run, check) for check in run.checks],
        "problems": [_error(problem) for problem in run.problems],
    }


def _model(run: Run, check: Check) -> dict[str, Any]:
    report = check.report
    return {
        "model": check.title,
        "exit_code": run.code_of(check),
        "input_names": list(check.inputs),
        "inputs": [list(shape) for shape in check.inputs.values()],
        "status": None if report is None else report.status.value,
        "totals": None if report is None else report.totals._asdict(),
        "verdicts": [_verdict(verdict) for verdict in check.verdicts],
        "findings": [_finding(finding) for finding in check.findings],
        "ignored": check.ignored,
        "unverified": unverified(check),
        "error": None if check.error is None else _error(check.error),
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "layer": verdict.layer,
        "op": verdict.op,
        "argument": verdict.argument,
        "text": verdict.text,
        "value": verdict.value,
        "received": verdict.received,
        "ok": verdict.ok,
        "derivation": verdict.derivation,
        "fits": verdict.fits,
        **_place(verdict.location),
        "fix": None if verdict.fix is None else _fix(verdict.fix),
        "unfixable": verdict.unfixable,
    }


def _fix(fix: Fix) -> dict[str, Any]:
    end_line, end_column = fix.end
    place = {**_place(fix.location), "end_line": end_line, "end_column": end_column}
    return {**place, "old": fix.old, "new": fix.new}


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "layer": finding.layer,
        "source": str(finding.location) if finding.location else None,
        **_place(finding.location),
        "expected": _plain(finding.expected),
        "received": _plain(finding.received),
        "message": finding.message,
        "help": finding.help,
    }


def _plain(value: Any) -> Any:
    """A number, a text, or lists of them; anything else in words."""
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def _place(location: Location | None) -> dict[str, Any]:
    where = location or Location()
    return {"file": where.file, "line": where.line, "column": where.column}


def _error(error: CnncalcError) -> dict[str, Any]:
    return {"message": error.message, "help": error.help, **_place(error.location)}
