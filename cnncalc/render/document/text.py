"""A document as plain text for the terminal; Chinese characters are two columns wide."""

from __future__ import annotations

import re
from collections.abc import Sequence
from unicodedata import east_asian_width

from ... import notation
from .blocks import Block, Break, Bullets, Grid, Heading, Prose, Spans, Working, printable

DEFAULT_WIDTH = 100
_LEAST = 40
_OPENING, _CLOSING = "（《“「", "，。；：、）》”」！？"
#: Where a line may be broken: at spaces, and beside a wide character; never before punctuation.
_PIECES = re.compile(
    rf"\s+|[{_OPENING}]*(?:[^\s\u2e80-\uffef]+|(?![{_OPENING}])[\u2e80-\uffef])[{_CLOSING}]*"
    rf"|[{_OPENING}]+"
)


def printed(blocks: Sequence[Block], lang: str, width: int | None = None) -> str:
    """The document in lines of at most `width` columns; formulas and tables are never cut."""
    room = max(width or DEFAULT_WIDTH, _LEAST)
    lines: list[str] = []
    before: Block | None = None
    for block in blocks:
        attached = isinstance(block, Bullets) and isinstance(before, Working | Grid)
        if before is not None and not attached:
            lines.append("")
        lines += _lines(block, room)
        before = block
    return "\n".join(line.rstrip() for line in lines)


def _lines(block: Block, width: int) -> list[str]:
    if isinstance(block, Heading):
        return _heading(block)
    if isinstance(block, Prose):
        return wrapped(plain(block.spans), width)
    if isinstance(block, Bullets):
        return [
            line for item in block.items for line in wrapped(plain(item), width, "  - ", "    ")
        ]
    if isinstance(block, Working):
        return _working(block, width)
    if isinstance(block, Grid):
        return _grid(block)
    if isinstance(block, Break):
        return ["=" * width]
    return [f"      {text}" for text, _ in block.lines]


def plain(spans: Spans) -> str:
    """Spans as text."""
    return printable(
        "".join(notation.text(span.text) if span.kind == "math" else span.text for span in spans)
    )


def _heading(block: Heading) -> list[str]:
    text = plain(block.spans)
    under = {1: "=", 2: "-"}.get(block.level)
    return [text, under * columns(text)] if under else [text]


def _working(block: Working, width: int) -> list[str]:
    lines = wrapped(f"{plain(block.name)}", width, "  ", "  ")
    shown = [notation.text(line) for line in block.lines]
    if block.result is None:
        shown.append(plain(block.unknown))
    else:
        unit = plain(block.unit)
        shown.append(f"{notation.text(block.result)}{' ' + unit if unit else ''}")
    for line in shown:
        lines.append(f"    = {line}")
    if block.where:
        lines += wrapped(plain(block.where), width, "    ", "    ")
    for remark in block.remarks:
        lines += wrapped(plain(remark), width, "    ", "    ")
    return lines


def _grid(block: Grid) -> list[str]:
    heads = [plain(column) for column in block.columns]
    rows = [[plain(cell) for cell in row] for row in block.rows]
    widths = [max(columns(line[at]) for line in [heads, *rows]) for at in range(len(heads))]
    caption = [f"  {plain(block.caption)}"] if block.caption else []
    rule = "  ".join("-" * each for each in widths)
    body = [
        "  ".join(
            _padded(cell, each, right)
            for cell, each, right in zip(line, widths, block.right, strict=True)
        )
        for line in [heads, *rows]
    ]
    return [*caption, *(f"    {line}" for line in [body[0], rule, *body[1:]])]


def _padded(text: str, width: int, right: bool) -> str:
    gap = " " * (width - columns(text))
    return gap + text if right else text + gap


def columns(text: str) -> int:
    """How many columns a text takes on a terminal."""
    return sum(2 if east_asian_width(each) in "WF" else 1 for each in text)


def wrapped(text: str, width: int, first: str = "", rest: str = "") -> list[str]:
    """The text in lines of at most `width` columns, with what each line starts with."""
    lines: list[str] = []
    line, used = first, columns(first)
    fresh = True
    for piece in _PIECES.findall(text):
        if piece.isspace():
            if not fresh:
                line, used = f"{line} ", used + 1
            continue
        size = columns(piece)
        if not fresh and used + size > width:
            lines.append(line.rstrip())
            line, used = rest, columns(rest)
        line, used, fresh = line + piece, used + size, False
    return [*lines, line.rstrip()] if not fresh else lines
