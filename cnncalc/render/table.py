"""A report as a table for the terminal: aligned, no wider than it, with totals below."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ..finding import Status
from ..report import Block, Report, Row, Totals
from ..shape import format_shape
from .columns import COLUMNS, SHARE, AnyRow, default_columns
from .text import bar, count, elided, memory, scaled, short_path

DEFAULT_WIDTH = 100
_GAP = 2
_BAR = 8
#: Narrower than this a shortened name says nothing.
_LEAST = {"layer": 12, "op": 9, "inputs": 8}
#: What a very narrow terminal has no room for, the first to go first.
_DISPENSABLE = ("op", "output", "field")
CONVENTION = (
    "MACs count convolutions, linear layers, matrix products and attention; FLOPs = 2 x MACs"
)


def render(
    report: Report,
    rows: Sequence[AnyRow] | None = None,
    columns: Sequence[str] | None = None,
    width: int = DEFAULT_WIDTH,
    color: bool = False,
) -> str:
    """The report in at most `width` columns (numbers are never cut, so it may take more)."""
    from tabulate import SEPARATING_LINE, tabulate

    shown = list(report.rows if rows is None else rows)
    names = list(columns or default_columns(report))
    cells = {name: column_cells(report, shown, name) for name in names if name != SHARE}
    cells = _fitted(cells, width)
    for name in () if columns else _DISPENSABLE:
        if _used(cells) > width:
            cells.pop(name, None)
    if SHARE in names and (columns or _used(cells) + _GAP + _BAR + 6 <= width):
        cells[SHARE] = share_cells(report, shown)
    names = [name for name in names if name in cells]
    body = [list(line) for line in zip(*(cells[name][1:] for name in names), strict=True)]
    total = body.pop()
    table = tabulate(
        [*body, SEPARATING_LINE, total],
        headers=[cells[name][0] for name in names],
        tablefmt="simple",
        disable_numparse=True,
        colalign=["left" if name == SHARE else COLUMNS[name].align for name in names],
    )
    lines = [line.rstrip() for line in table.splitlines()]
    if color:
        lines = _colored(lines)
    above, below = _wrapped([title(report)], width), _wrapped(footer(report), width)
    return "\n".join([*above, "", *lines, "", *below, *_findings(report, color)])


def _wrapped(lines: list[str], width: int) -> list[str]:
    """The lines, those that are too long continued below, indented."""
    if all(len(line) <= width for line in lines):
        return lines
    from textwrap import wrap

    parts = [wrap(line, max(width, 20), subsequent_indent=" " * 10) for line in lines]
    return [part for line in parts for part in line]


def title(report: Report) -> str:
    inputs = [
        format_shape(shape) if len(report.inputs) == 1 else f"{name} {format_shape(shape)}"
        for name, shape in report.inputs.items()
    ]
    note = f" ({report.note})" if report.note else ""
    return f"{report.model}{note}, input {', '.join(inputs)}, {report.dtype}"


def column_cells(report: Report, rows: Sequence[AnyRow], name: str) -> list[str]:
    """The heading, the rows and the total of one column."""
    column = COLUMNS[name]
    values = [column.cell(row) for row in rows]
    if name == "params":
        values = [
            "shared" if _hides_params(report, row) else value
            for row, value in zip(rows, values, strict=True)
        ]
    values = [value if value.isprintable() else _printable(value) for value in values]
    return [column.heading, *values, _total(report, rows, name)]


def _printable(text: str) -> str:
    """Names come from files: nothing in them moves the cursor."""
    return "".join(each if each.isprintable() else "?" for each in text)


def _hides_params(report: Report, row: AnyRow) -> bool:
    """Are the row's parameters counted at an earlier row?"""
    if not (isinstance(row, Row) and row.shared):
        return False
    return any(other.module == row.module and other.params for other in report.rows)


def _total(report: Report, rows: Sequence[AnyRow], name: str) -> str:
    if name == "layer":
        return "total"
    if name == "op":
        count_ = len(report.rows)
        held = sum(len(row.rows) if isinstance(row, Block) else 1 for row in rows)
        shown = "" if held == count_ else f", {held} shown"
        return f"{count_} layer{'s' * (count_ != 1)}{shown}"
    totals = report.totals
    value = {
        "params": totals.params,
        "trainable": totals.trainable,
        "buffers": totals.buffers,
        "macs": totals.macs,
        "flops": totals.flops,
    }.get(name)
    if name == "memory":
        return memory(totals.forward_bytes)
    return "" if value is None else _at_least(report, name, value)


def _at_least(report: Report, name: str, value: int) -> str:
    """A sum; `>= ` before it, or `?` in its place, where something is missing from it."""
    attribute = "macs" if name in ("macs", "flops") else "params"
    missing = any(getattr(row, attribute) is None for row in report.rows)
    return ("?" if not value else f">= {count(value)}") if missing else count(value)


def share_cells(report: Report, rows: Sequence[AnyRow], bars: bool = True) -> list[str]:
    whole = report.totals.macs
    lines = ["% of MACs"]
    for row in rows:
        # Exact integers first: sizes may be too long for a float.
        share = (row.macs or 0) * 10_000 // whole / 10_000 if whole else 0.0
        text = f"{bar(share, _BAR)} {share:5.1%}" if bars else f"{share:.1%}"
        lines.append(text if row.macs else "")
    return [*lines, ""]


def _used(cells: dict[str, list[str]]) -> int:
    return sum(max(map(len, column)) for column in cells.values()) + _GAP * (len(cells) - 1)


def _fitted(cells: dict[str, list[str]], width: int) -> dict[str, list[str]]:
    """Shorten the text columns, the widest first, as far as the width asks for."""
    widths = {name: max(map(len, cells[name])) for name in _LEAST if name in cells}
    excess = _used(cells) - width
    while excess > 0:
        shrinkable = [name for name in widths if widths[name] > _LEAST[name]]
        if not shrinkable:
            break
        widths[max(shrinkable, key=lambda name: widths[name])] -= 1
        excess -= 1
    fitted = {
        name: [(short_path if name == "layer" else elided)(cell, room) for cell in cells[name]]
        for name, room in widths.items()
    }
    return {**cells, **fitted}


def footer(report: Report) -> list[str]:
    totals = report.totals
    params = _at_least(report, "params", totals.params)
    macs = _at_least(report, "macs", totals.macs)
    if params != "?":
        params += f" ({memory(totals.param_bytes)})"
    if macs != "?":
        macs += f" ({scaled(totals.macs, 'MACs')}, {scaled(totals.flops, 'FLOPs')})"
    if totals.buffers:
        params += f", and {count(totals.buffers)} in buffers"
    lines = [f"params    {params}", f"MACs      {macs}"]
    if report.status is Status.COMPLETE and totals.input_bytes:
        lines += _memory_lines(totals)
    if report.status is not Status.COMPLETE:
        lines += _missing(report)
    return [*lines, CONVENTION]


def _missing(report: Report) -> list[str]:
    """What the totals lack: operations without a rule, counted, or layers of unknown size."""
    rows = [row for row in report.rows if row.status is not Status.COMPLETE]
    kinds = Counter(row.op.short() for row in rows if row.op.short().startswith("unknown: "))
    if len(rows) == sum(kinds.values()):
        lines = ["status    partial: the totals are lower bounds ('at least')"]
        for kind, times in kinds.most_common():
            lines.append(f"          {kind}, {times} time{'s' * (times > 1)}")
        return lines
    missing = [row.name for row in rows]
    more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
    return [f"status    {report.status.value}: unknown at {', '.join(missing[:3])}{more}"]


def _memory_lines(totals: Totals) -> list[str]:
    training = ", ".join(f"{name} {memory(value)}" for name, value in totals.training.items())
    return [
        f"memory    input {memory(totals.input_bytes)}, forward {memory(totals.forward_bytes)}, "
        f"peak live {memory(totals.peak_bytes)}",
        f"training  {training}",
    ]


def _findings(report: Report, color: bool) -> list[str]:
    if not report.findings:
        return []
    lines = [""]
    for finding in report.findings:
        text = str(finding)
        lines.append(_style(text, _SEVERITY_COLORS[finding.severity.value]) if color else text)
    return lines


_SEVERITY_COLORS = {"error": "31", "warning": "33", "info": "36"}


def _style(text: str, code: str) -> str:
    return f"\x1b[{code}m{text}\x1b[0m"


def _colored(lines: list[str]) -> list[str]:
    """Bold heading and total, dim rules."""
    rules = [at for at, line in enumerate(lines) if line.startswith("---")]
    colored = [_style(line, "2") if at in rules else line for at, line in enumerate(lines)]
    for at in (0, len(lines) - 1):
        colored[at] = _style(lines[at], "1")
    return colored
