"""How a check is said in words: one line a finding, a dim, a model, a run."""

from __future__ import annotations

import os
from collections import Counter

from ..checking.many import Run
from ..checking.result import Check, Verdict
from ..checking.said import items, silenced, unknown
from ..errors import Location
from ..finding import Finding, Severity, Status
from ..shape import format_shape


def printable(text: str) -> str:
    """Names and comments come from files: nothing in them moves the cursor."""
    return "".join(each if each.isprintable() else "?" for each in text)


def message(check: Check, finding: Finding) -> str:
    """`fc1 (Linear) expects 9216 features but receives 41216`: the layer, its op, what is wrong."""
    layer, said = finding.layer, finding.message
    if layer is None or said.startswith((f"{layer} ", f"{layer}:")):
        return printable(said)
    kind = _type_of(check, layer)
    if kind and said.startswith(f"{kind} "):
        return printable(f"{layer} ({kind}){said.removeprefix(kind)}")
    return printable(f"{layer}: {said}")


def _type_of(check: Check, layer: str) -> str | None:
    rows = () if check.report is None else check.report.rows
    return next((row.type for row in rows if row.name == layer), None)


def dim(check: Check, verdict: Verdict) -> str:
    """`fc1`, or `fc1.in_features` where the layer has more than one."""
    alone = sum(other.layer == verdict.layer for other in check.verdicts) == 1
    return printable(verdict.layer if alone else f"{verdict.layer}.{verdict.argument}")


def verdict_line(check: Check, verdict: Verdict) -> str:
    """`fc1 = 41216 = 64x28x23 (112x92 halved twice)`; a wrong one says what it should be."""
    derived = printable(verdict.derivation)
    if verdict.ok:
        behind = f" = {derived}" if derived else ""
        return f"{dim(check, verdict)} = {verdict.value}{behind}"
    if verdict.received is None:
        return f"{dim(check, verdict)} = {verdict.value}, and what it receives is not known"
    behind = f" = {derived}" if derived else ""
    return f"{dim(check, verdict)} = {verdict.value}, but it receives {verdict.received}{behind}"


def sizes(check: Check) -> str:
    """`1x112x92`, without the batch where it is 1; several inputs with their names."""
    shown = {
        name: format_shape(shape[1:] if shape[:1] == (1,) and len(shape) > 1 else shape)
        for name, shape in check.inputs.items()
    }
    if len(shown) == 1:
        return next(iter(shown.values()))
    return ", ".join(f"{name} {shape}" for name, shape in shown.items())


def named(check: Check, short: bool = False) -> str:
    """`model.py:FaceCNN on 1x112x92`; `short` leaves out the file."""
    title = check.title.partition(".py:")[2] if short else ""
    title = title or check.title
    return printable(f"{title} on {sizes(check)}" if check.inputs else title)


def unverified(check: Check) -> str | None:
    """Why the model is not fully verified, in a line; None where it is (or was not checked)."""
    report = check.report
    if report is None:
        return None
    if report.status is Status.COMPLETE:
        dims = [dim(check, verdict) for verdict in unknown(check)]
        return f"not fully verified: not known what {dims[0]} receives" if dims else None
    rows = [row for row in report.rows if row.status is not Status.COMPLETE]
    shown = ", ".join(f"{row.name} ({row.op.short()})" for row in rows[:3])
    more = f" and {len(rows) - 3} more" if len(rows) > 3 else ""
    return printable(f"not fully verified: unknown at {shown}{more}")


def undone(check: Check) -> str | None:
    """Why a model that was checked and has no errors is not clean either."""
    return unverified(check) if check.error is None and check.exit_code == 2 else None


def tally(check: Check) -> str:
    """`3 dims right, 1 wrong, 2 warnings`."""
    if check.report is None:
        return "1 error" if check.findings else "not checked"
    right = sum(verdict.ok for verdict in check.verdicts)
    open_ = len(unknown(check))
    wrong = len(check.verdicts) - right - open_ - len(silenced(check))
    counts = Counter(finding.severity for finding in check.findings)
    # An error about a wrong dim is counted as that dim.
    errors = counts[Severity.ERROR] - sum(item.verdict is not None for item in items(check))
    parts = [plural(right, "dim", " right")] if check.verdicts else []
    parts += [f"{wrong} wrong"] if wrong else []
    parts += [f"{open_} not known"] if open_ else []
    parts += [plural(errors, "error" if not wrong else "other error")] if errors else []
    parts += [plural(counts[Severity.WARNING], "warning")] if counts[Severity.WARNING] else []
    parts += [f"{check.ignored} ignored"] if check.ignored else []
    parts += ["not fully verified"] if check.error or unverified(check) else []
    return ", ".join(parts) or "clean"


def last_line(run: Run) -> str:
    """`3 models: 1 clean, 1 with errors, 1 not verified`."""
    codes = Counter(run.code_of(check) for check in run.checks)
    parts = [f"{codes[0]} clean"]
    parts += [f"{codes[1]} with findings"] if codes[1] else []
    parts += [f"{codes[2]} not verified"] if codes[2] else []
    if run.problems:
        parts.append(f"{plural(len(run.problems), 'mistake')} in the configuration")
    return f"{plural(len(run.checks), 'model')}: {', '.join(parts)}"


def plural(number: int, noun: str, behind: str = "") -> str:
    """`1 dim right`, `3 dims right`."""
    return f"{number} {noun}{'s' * (number != 1)}{behind}"


def trouble(run: Run) -> list[str]:
    """What could not be done or verified: each a line, and perhaps its help."""
    lines = [str(problem) for problem in run.problems]
    for check in run.checks:
        error, reason = check.error, undone(check)
        if error is not None:
            placed = error.location is not None and error.location.file is not None
            lines.append(str(error) if placed or not run.many else f"{check.title}: {error}")
        elif reason is not None:
            lines.append(f"{check.title}: {reason}")
    return ["\n".join(map(printable, line.split("\n"))) for line in lines]


def relative(location: Location, root: str) -> str | None:
    """The file of a location as a path from `root`, with forward slashes."""
    if location.file is None:
        return None
    path = os.path.relpath(os.path.abspath(location.file), os.path.abspath(root))
    return path.replace(os.sep, "/")
