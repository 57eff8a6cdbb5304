"""A survey as a table: one line a model, and a last line that counts."""

from __future__ import annotations

from collections import Counter

from ..crosschecking.result import Line, Survey, Verdict
from .crosscheck import place
from .table import DEFAULT_WIDTH
from .text import count, elided

HEADINGS = ("model", "input", "layers", "params", "MACs", "verdict", "s")
ALIGN = ("left", "left", "right", "right", "right", "left", "right")


def cells(line: Line) -> list[str]:
    """The row of a model."""
    return [
        line.model,
        line.input or "-",
        *("-" if size is None else count(size) for size in (line.layers, line.params, line.macs)),
        str(line.verdict),
        f"{line.seconds:.1f}",
    ]


def render(survey: Survey, width: int = DEFAULT_WIDTH) -> str:
    """The survey as an aligned table."""
    from tabulate import tabulate

    text = tabulate(
        [cells(line) for line in survey.lines],
        headers=HEADINGS, tablefmt="simple", disable_numparse=True, colalign=ALIGN,
    )  # fmt: skip
    lines = [line.rstrip() for line in text.splitlines()]
    below = [elided(line, max(width, 40)) for line in remarks(survey)]
    return "\n".join(
        [f"{survey.title}, {place(survey.machine)}", "", *lines, *below, "", last_line(survey)]
    )


def remarks(survey: Survey) -> list[str]:
    """What is not in agreement, and what was left out."""
    lines = [f"{line.model}: {note}" for line in survey.lines for note in line.notes]
    by_reason: dict[str, list[str]] = {}
    for name, reason in survey.left_out:
        by_reason.setdefault(reason, []).append(name)
    lines += [f"left out ({reason}): {', '.join(names)}" for reason, names in by_reason.items()]
    return ["", *lines] if lines else []


def last_line(survey: Survey) -> str:
    """How many models there are, and of which verdict."""
    counts = Counter(line.verdict for line in survey.lines)
    parts = [
        f"{counts[Verdict.AGREES]} agree",
        f"{counts[Verdict.DIFFERS]} differ",
        f"{counts[Verdict.UNCHECKED]} not checked",
    ]
    if counts[Verdict.EXPLAINED]:
        parts.insert(1, f"{counts[Verdict.EXPLAINED]} explained")
    return f"{len(survey.lines)} models: {', '.join(parts)} ({survey.seconds:.0f} s)"


def markdown(survey: Survey) -> str:
    """The survey as GitHub's Markdown."""
    from tabulate import tabulate

    rows = [[cell.replace("|", "\\|") for cell in cells(line)] for line in survey.lines]
    table = tabulate(
        rows, headers=HEADINGS, tablefmt="github", disable_numparse=True, colalign=ALIGN
    )
    notes = [f"- {line}" for line in remarks(survey) if line]
    head = f"**{survey.title}**, {place(survey.machine)}"
    return "\n".join([head, "", table, "", *notes, *([""] if notes else []), last_line(survey)])
