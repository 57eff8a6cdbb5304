"""A check as text: a line for each hard-coded dim and finding, and one that sums up."""

from __future__ import annotations

from ..checking.many import Run
from ..checking.result import Check, Verdict
from ..checking.said import Item, items, silenced, unknown
from ..finding import Severity
from .check_words import last_line, message, named, printable, tally, verdict_line

_COLORS = {Severity.ERROR: "31", Severity.WARNING: "33", Severity.INFO: "36"}
#: By exit code.
_VERDICT_COLORS = ("32", "31", "33")


def render(run: Run, quiet: bool = False, fixing: bool = False, color: bool = False) -> str:
    """The run as text; `""` where there is nothing to say.

    `quiet` leaves out what is right, and models that are clean. `fixing` adds why a wrong dim
    is not rewritten.
    """
    lines: list[str] = []
    for check in run.checks:
        code = run.code_of(check)
        said = _lines(check, quiet, fixing, color)
        failed = check.error is not None and check.report is None and not run.many  # stderr says
        if (code or said or not quiet) and not failed:
            last = f"{named(check, short=not run.many)}: {tally(check)}"
            lines += [*said, _painted(last, f"1;{_color(code)}", color)]
    if run.many and not (quiet and run.exit_code == 0):
        blank = [""] if lines else []
        lines += [*blank, _painted(last_line(run), f"1;{_color(run.exit_code)}", color)]
    return "\n".join(lines)


def diff(text: str, color: bool = False) -> str:
    """A unified diff, with what goes and what comes in colours."""
    hues = {"-": "31", "+": "32", "@": "36"}
    lines = text.rstrip("\n").split("\n")
    return "\n".join(_painted(line, hues.get(line[:1], "0"), color) for line in lines)


def _color(code: int) -> str:
    return _VERDICT_COLORS[min(code, 2)]


def _painted(text: str, code: str, color: bool) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if color else text


def _lines(check: Check, quiet: bool, fixing: bool, color: bool) -> list[str]:
    lines = []
    if not quiet:
        right = [verdict for verdict in check.verdicts if verdict.ok]
        lines += [f"{_painted('ok:', '32', color)} {verdict_line(check, each)}" for each in right]
        lines += [f"ignored: {verdict_line(check, verdict)}" for verdict in silenced(check)]
    for verdict in unknown(check):
        place = printable(f"{verdict.location}: " if verdict.location else "")
        lines.append(f"{place}{_painted(verdict_line(check, verdict), '33', color)}")
    for item in items(check):
        lines.append(_finding(check, item, color))
        lines += _below(item.finding.help, item.verdict, fixing, color)
    return lines


def _finding(check: Check, item: Item, color: bool) -> str:
    """`model.py:9:20: fc1 (Linear) expects ...`; what is no error says so."""
    finding = item.finding
    place = printable(f"{finding.location}: " if finding.location else "")
    hue = _COLORS[finding.severity]
    label = "" if finding.severity is Severity.ERROR else f"{finding.severity.value}: "
    said = _painted(f"{label}{message(check, finding)}", hue, color)
    return f"{_painted(place, '1', color) if place else ''}{said} [{finding.code}]"


def _below(help: str | None, verdict: Verdict | None, fixing: bool, color: bool) -> list[str]:
    """The lines under a finding: the help, sizes that would fit, why there is no fix."""
    said = [f"help: {help}"] if help else []
    if verdict is not None and verdict.fits and verdict.fits not in (help or ""):
        said.append(f"fits: inputs of {verdict.fits}, as written")
    if verdict is not None and fixing and verdict.unfixable:
        said.append(f"no fix: {verdict.unfixable}")
    return [_painted(f"  {printable(line)}", "2", color) for line in said]
