"""A report as an HTML table, for notebooks."""

from __future__ import annotations

from html import escape

from ..report import Report
from .columns import COLUMNS, SHARE, default_columns
from .table import column_cells, footer, title


def render(report: Report) -> str:
    """A self-contained fragment: the title, the table, the totals, the findings."""
    from tabulate import tabulate

    names = [name for name in default_columns(report) if name != SHARE]
    cells = [column_cells(report, report.rows, name) for name in names]
    body = [list(line) for line in zip(*cells, strict=True)]
    table = tabulate(
        body[1:],
        headers=body[0],
        tablefmt="html",
        disable_numparse=True,
        colalign=[COLUMNS[name].align for name in names],
    )
    below = [*footer(report), *map(str, report.findings)]
    notes = "<br>".join(escape(line) for line in below)
    return f"<div><p><b>{escape(title(report))}</b></p>{table}<p>{notes}</p></div>"
