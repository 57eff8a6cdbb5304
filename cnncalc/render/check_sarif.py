"""A run of checks as SARIF 2.1.0, which code scanning services read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ..checking.codes import CODES
from ..checking.many import Run
from ..checking.result import Check, Fix, Verdict
from ..checking.said import items, unknown
from ..errors import CnncalcError, Location
from ..finding import Finding, Severity
from .check_words import message, relative, undone, verdict_line

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
#: The rule of a dim that no finding speaks of.
_UNKNOWN = "dim-unknown"
_DESCRIPTIONS = {**CODES, _UNKNOWN: "What a hard-coded dim receives is not known."}


def render(run: Run, version: str, root: str = ".") -> str:
    """The run as SARIF text; `version` is cnncalc's, and files are named from `root`."""
    return json.dumps(to_dict(run, version, root), indent=2, ensure_ascii=False)


def to_dict(run: Run, version: str, root: str = ".") -> dict[str, Any]:
    """The run as a SARIF log."""
    results = [result for check in run.checks for result in _results(check, root)]
    codes = sorted({result["ruleId"] for result in results})
    for result in results:
        result["ruleIndex"] = codes.index(result["ruleId"])
    driver = {
        "name": "cnncalc",
        "semanticVersion": version,
        "rules": [_rule(code) for code in codes],
    }
    notes = _notifications(run, root)
    invocation: dict[str, Any] = {
        "executionSuccessful": not notes,
        "exitCode": run.exit_code,
        **({"toolExecutionNotifications": notes} if notes else {}),
    }
    made = {
        "tool": {"driver": driver},
        "invocations": [invocation],
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [made]}


def _rule(code: str) -> dict[str, Any]:
    said = _DESCRIPTIONS.get(code, code)
    silence = (
        f" `# cnncalc: ignore[{code}]` on the line, or `ignore` in pyproject.toml, silences it."
    )
    return {
        "id": code,
        "shortDescription": {"text": said},
        "help": {"text": said + (silence if code in CODES else "")},
    }


def _results(check: Check, root: str) -> list[dict[str, Any]]:
    found = []
    for verdict in unknown(check):
        said = verdict_line(check, verdict)
        found.append(_result(_UNKNOWN, "warning", said, verdict.location, None, root))
    for item in items(check):
        finding = item.finding
        said = message(check, finding) + (f"\nhelp: {finding.help}" if finding.help else "")
        level = _LEVELS[finding.severity]
        result = _result(finding.code, level, said, finding.location, item.verdict, root)
        result["properties"] = _properties(check, finding)
        found.append(result)
    return found


def _properties(check: Check, finding: Finding) -> dict[str, Any]:
    given = {
        "model": check.title,
        "layer": finding.layer,
        "expected": None if finding.expected is None else str(finding.expected),
        "received": None if finding.received is None else str(finding.received),
    }
    return {name: value for name, value in given.items() if value is not None}


def _result(
    code: str,
    level: str,
    said: str,
    location: Location | None,
    verdict: Verdict | None,
    root: str,
) -> dict[str, Any]:
    result: dict[str, Any] = {"ruleId": code, "level": level, "message": {"text": said}}
    place = _place(location, verdict, root)
    if place is not None:
        result["locations"] = [place]
    if verdict is not None and verdict.fix is not None:
        result["fixes"] = [_fix(verdict.fix, root)]
    return result


def _place(location: Location | None, verdict: Verdict | None, root: str) -> dict[str, Any] | None:
    if location is None or location.file is None:
        return None
    physical: dict[str, Any] = {"artifactLocation": _artifact(location, root)}
    end = None
    if verdict is not None and verdict.fix is not None and verdict.fix.location == location:
        end = verdict.fix.end
    if location.line is not None:
        physical["region"] = _region(location, end)
    return {"physicalLocation": physical}


def _artifact(location: Location, root: str) -> dict[str, Any]:
    """The file, named from the root of the repository where it lies in it."""
    path = relative(location, root) or ""
    if path.startswith("../"):
        return {"uri": Path(root, path).resolve().as_uri()}
    return {"uri": quote(path), "uriBaseId": "%SRCROOT%"}


def _region(location: Location, end: Sequence[int] | None) -> dict[str, Any]:
    region = {"startLine": location.line}
    if location.column is not None:
        region["startColumn"] = location.column
    if end is not None:
        region.update({"endLine": end[0], "endColumn": end[1]})
    return region


def _fix(fix: Fix, root: str) -> dict[str, Any]:
    change = {
        "artifactLocation": _artifact(fix.location, root),
        "replacements": [
            {
                "deletedRegion": _region(fix.location, fix.end),
                "insertedContent": {"text": fix.new},
            }
        ],
    }
    return {"description": {"text": f"{fix.old} -> {fix.new}"}, "artifactChanges": [change]}


def _notifications(run: Run, root: str) -> list[dict[str, Any]]:
    notes = [_notification(error.message, error, root) for error in run.problems]
    for check in run.checks:
        reason = undone(check)
        if check.error is not None:
            notes.append(_notification(f"{check.title}: {check.error.message}", check.error, root))
        elif reason is not None:
            notes.append(_notification(f"{check.title}: {reason}", None, root))
    return notes


def _notification(said: str, error: CnncalcError | None, root: str) -> dict[str, Any]:
    place = None if error is None else _place(error.location, None, root)
    said += f"\nhelp: {error.help}" if error is not None and error.help else ""
    note: dict[str, Any] = {"level": "error", "message": {"text": said}}
    return {**note, "locations": [place]} if place is not None else note
