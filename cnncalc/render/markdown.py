"""A report as Markdown: a heading, a table with totals, the findings."""

from __future__ import annotations

from collections.abc import Sequence

from ..report import Report
from .columns import COLUMNS, SHARE, AnyRow, default_columns
from .table import column_cells, footer, share_cells, title


def render(
    report: Report, rows: Sequence[AnyRow] | None = None, columns: Sequence[str] | None = None
) -> str:
    """The report as GitHub's Markdown."""
    from tabulate import tabulate

    shown = report.rows if rows is None else rows
    names = [name for name in columns or default_columns(report) if columns or name != SHARE]
    cells = [
        share_cells(report, shown, bars=False)
        if name == SHARE
        else column_cells(report, shown, name)
        for name in names
    ]
    body = [[cell.replace("|", "\\|") for cell in line] for line in zip(*cells, strict=True)]
    table = tabulate(
        body[1:],
        headers=body[0],
        tablefmt="github",
        disable_numparse=True,
        colalign=["right" if name == SHARE else COLUMNS[name].align for name in names],
    )
    lines = [f"**{title(report)}**", "", table, "", *(f"- {line}" for line in footer(report))]
    if report.findings:
        lines += ["", *(f"- {' '.join(str(finding).split())}" for finding in report.findings)]
    return "\n".join(lines)
