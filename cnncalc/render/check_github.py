"""A run of checks as workflow commands of GitHub Actions: annotations on the lines of a change."""

from __future__ import annotations

from ..checking.many import Run
from ..checking.result import Check, Verdict
from ..checking.said import items, unknown
from ..errors import CnncalcError, Location
from ..finding import Severity
from .check_words import (
    last_line,
    message,
    named,
    printable,
    relative,
    tally,
    undone,
    verdict_line,
)

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = {**_DATA, ":": "%3A", ",": "%2C"}


def render(run: Run, root: str = ".") -> str:
    """A command for each finding, and plain lines that sum up; `root` is the repository's."""
    lines = [_of_error(problem, root) for problem in run.problems]
    for check in run.checks:
        for verdict in unknown(check):
            said = verdict_line(check, verdict)
            lines.append(command("warning", said, "cnncalc", verdict.location, root))
        for item in items(check):
            finding = item.finding
            said = f"{message(check, finding)}{_remark(finding.help, item.verdict)}"
            lines.append(
                command(
                    _COMMANDS[finding.severity],
                    said,
                    f"cnncalc {finding.code}",
                    finding.location,
                    root,
                    _end(finding.location, item.verdict),
                )
            )
        lines += _trouble(check, root)
        # Behind a word of ours no title can be taken for a command.
        lines.append(f"cnncalc: {named(check)}: {tally(check)}")
    return "\n".join([*lines, *([f"cnncalc: {last_line(run)}"] if run.many else [])])


def _trouble(check: Check, root: str) -> list[str]:
    if check.error is not None:
        return [_of_error(check.error, root, check.title)]
    reason = undone(check)
    return [command("error", f"{check.title}: {reason}", "cnncalc", None, root)] if reason else []


def _of_error(error: CnncalcError, root: str, title: str | None = None) -> str:
    said = error.message if title is None else f"{title}: {error.message}"
    said += f"\nhelp: {error.help}" if error.help else ""
    return command("error", said, "cnncalc", error.location, root)


def _remark(help: str | None, verdict: Verdict | None) -> str:
    remark = f"\nhelp: {printable(help)}" if help else ""
    if verdict is not None and verdict.fix is not None:
        remark += f"\nfix: {verdict.fix.new} (cnncalc check --fix writes it)"
    return remark


def _end(location: Location | None, verdict: Verdict | None) -> tuple[int, int] | None:
    """Where the annotation ends, where it begins at the text that is wrong."""
    if verdict is None or verdict.fix is None or verdict.fix.location != location:
        return None
    return verdict.fix.end


def command(
    name: str,
    said: str,
    title: str,
    location: Location | None,
    root: str,
    end: tuple[int, int] | None = None,
) -> str:
    """`::error file=net.py,line=9,col=20,title=...::message`, escaped as the runner undoes it."""
    properties: dict[str, object] = {}
    if location is not None and location.file is not None:
        properties["file"] = relative(location, root)
        if location.line is not None:
            properties["line"] = location.line
            properties.update({"col": location.column} if location.column is not None else {})
        if end is not None:
            properties.update({"endLine": end[0], "endColumn": end[1] - 1})
    properties["title"] = title
    shown = ",".join(f"{key}={_escaped(str(each), _PROPERTY)}" for key, each in properties.items())
    return f"::{name} {shown}::{_escaped(said, _DATA)}"


def _escaped(text: str, table: dict[str, str]) -> str:
    return "".join(table.get(each, each) for each in text)
