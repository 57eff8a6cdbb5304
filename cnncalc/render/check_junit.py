"""A run of checks as JUnit's XML: a test suite a model, a test case a dim and a finding."""

from __future__ import annotations

import re

from ..checking.many import Run
from ..checking.result import Check
from ..checking.said import items
from ..errors import CnncalcError
from ..finding import Finding, Severity
from .check_words import dim, message, named, undone, verdict_line

#: What XML 1.0 cannot hold, escaped or not.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class _Case:
    """One test case: its name, and what is inside it."""

    def __init__(self, name: str, kind: str = "", inside: str = "") -> None:
        self.name = name
        #: `failure`, `error`, `skipped`, `system-out` or nothing.
        self.kind = kind
        self.inside = inside


def render(run: Run) -> str:
    """The run as XML text."""
    suites = [(named(check), _cases(run, check)) for check in run.checks]
    if run.problems:
        suites.append(
            ("configuration", [_of_error("configuration", each) for each in run.problems])
        )
    everything = [case for _, cases in suites for case in cases]
    body = [line for name, cases in suites for line in _suite(name, cases)]
    head = f'<testsuites name="cnncalc check" {_counts(everything)}>'
    return "\n".join(['<?xml version="1.0" encoding="utf-8"?>', head, *body, "</testsuites>"])


def _cases(run: Run, check: Check) -> list[_Case]:
    cases = []
    about = {id(item.verdict): item.finding for item in items(check) if item.verdict is not None}
    for verdict in check.verdicts:
        name = dim(check, verdict)
        if verdict.ok:
            cases.append(_Case(name))
        elif id(verdict) in about:
            cases.append(_of_finding(run, check, about[id(verdict)], name))
        else:  # not known, or ignored
            said = _quoted(verdict_line(check, verdict))
            cases.append(_Case(name, "skipped", f"<skipped message={said}/>"))
    for item in items(check):
        if item.verdict is None:
            finding = item.finding
            where = f" at {finding.location}" if finding.location else ""
            name = f"{finding.code}: {finding.layer or check.title}{where}"
            cases.append(_of_finding(run, check, finding, name))
    reason = undone(check)
    if check.error is not None:
        cases.append(_of_error("checked", check.error))
    elif reason is not None:
        cases.append(_Case("verified", "error", _element("error", reason, "unverified", reason)))
    return cases


def _of_finding(run: Run, check: Check, finding: Finding, name: str) -> _Case:
    """A failure, or what is said beside a case that passes."""
    said = message(check, finding)
    place = f"{finding.location}: " if finding.location else ""
    text = f"{place}{said}" + (f"\nhelp: {finding.help}" if finding.help else "")
    fails = finding.severity is Severity.ERROR or (
        run.strict and finding.severity is Severity.WARNING
    )
    if fails:
        return _Case(name, "failure", _element("failure", said, finding.code, text))
    words = f"{finding.severity.value}: {text} [{finding.code}]"
    return _Case(name, "system-out", f"<system-out>{_text(words)}</system-out>")


def _of_error(name: str, error: CnncalcError) -> _Case:
    said = _element("error", error.message, type(error).__name__, str(error))
    return _Case(name, "error", said)


def _element(tag: str, message_: str, kind: str, text: str) -> str:
    return f"<{tag} message={_quoted(message_)} type={_quoted(kind)}>{_text(text)}</{tag}>"


def _suite(name: str, cases: list[_Case]) -> list[str]:
    lines = [f"  <testsuite name={_quoted(name)} {_counts(cases)}>"]
    for case in cases:
        opening = f"    <testcase classname={_quoted(name)} name={_quoted(case.name)}"
        lines.append(f"{opening}>{case.inside}</testcase>" if case.inside else f"{opening}/>")
    return [*lines, "  </testsuite>"]


def _counts(cases: list[_Case]) -> str:
    kinds = [case.kind for case in cases]
    numbers = {
        "tests": len(cases),
        "failures": kinds.count("failure"),
        "errors": kinds.count("error"),
        "skipped": kinds.count("skipped"),
    }
    return " ".join(f'{name}="{number}"' for name, number in numbers.items())


def _text(text: str) -> str:
    kept = _FORBIDDEN.sub("", text)
    return kept.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _quoted(text: str) -> str:
    """As an attribute; line ends would be read as spaces."""
    body = _text(text).replace('"', "&quot;").replace("\n", "&#10;").replace("\r", "&#13;")
    return f'"{body}"'.replace("\t", "&#9;")
