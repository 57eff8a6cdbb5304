"""A document as Markdown with formulas in dollars, as GitHub, Jupyter and Pandoc read them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...words import Span
from .blocks import Block, Break, Bullets, Grid, Heading, Prose, Spans, Working, printable
from .latex import chain, math_text
from .latex import inline as formula

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~$])")


def printed(blocks: Sequence[Block], lang: str) -> str:
    """The document as Markdown."""
    parts: list[str] = []
    for block in blocks:
        parts.append(_part(block, lang))
    return "\n\n".join(parts)


def _part(block: Block, lang: str) -> str:
    if isinstance(block, Heading):
        return f"{'#' * block.level} {marked(block.spans)}"
    if isinstance(block, Prose):
        return marked(block.spans)
    if isinstance(block, Bullets):
        return "\n".join(f"- {marked(item)}" for item in block.items)
    if isinstance(block, Working):
        return _working(block)
    if isinstance(block, Grid):
        return _grid(block)
    if isinstance(block, Break):
        return "---"
    lines = " \\\\\n".join(f"& {latex}" for _, latex in block.lines)
    return f"$$\n\\begin{{aligned}}\n{lines}\n\\end{{aligned}}\n$$"


def marked(spans: Spans) -> str:
    """Spans as Markdown."""
    found = []
    for span in spans:
        text = " ".join(printable(span.text).split(" "))
        if span.kind == "math":
            found.append(f"${formula(span.text)}$")
        elif span.kind == "code":
            found.append(f"`` {text} ``" if "`" in text else f"`{text}`")
        else:
            found.append(_SPECIAL.sub(r"\\\1", text))
    return "".join(found)


def _working(block: Working) -> str:
    body = chain(block, r"\text{%s}" % math_text(block.name))  # noqa: UP031  # braces all over
    parts = [f"$$\n\\begin{{aligned}}\n{body}\n\\end{{aligned}}\n$$"]
    if block.where:
        parts.append(marked(block.where))
    parts += [marked(remark) for remark in block.remarks]
    return "\n\n".join(parts)


def _cell(spans: Spans) -> str:
    """A cell: even in code a bar is one of the table, unless it is escaped."""
    bars = (Span(s.kind, s.text.replace("|", "\\|") if s.kind == "code" else s.text) for s in spans)
    return marked(list(bars))


def _grid(block: Grid) -> str:
    heads = [marked(column) for column in block.columns]
    rule = ["--:" if right else "---" for right in block.right]
    rows = [[_cell(cell) for cell in row] for row in block.rows]
    lines = [f"| {' | '.join(line)} |" for line in [heads, rule, *rows]]
    caption = [marked(block.caption), ""] if block.caption else []
    return "\n".join([*caption, *lines])
