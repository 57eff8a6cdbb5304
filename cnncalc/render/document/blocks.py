"""What documents are made of: headings, paragraphs, workings, tables.

Sentences are spans of text, code and formulas (`cnncalc.words`); formulas are texts in Python's
arithmetic (`cnncalc.notation`). The language is chosen when the blocks are made.
"""

from __future__ import annotations

from typing import NamedTuple

from ...words import Span

Spans = list[Span]


class Heading(NamedTuple):
    """A heading; level 1 is the title."""

    level: int
    spans: Spans


class Prose(NamedTuple):
    """A paragraph."""

    spans: Spans


class Bullets(NamedTuple):
    """Remarks below each other."""

    items: list[Spans]


class Working(NamedTuple):
    """A figure by name, the formulas that all equal it, and the figure itself.

    `result` is a formula text, or None where the figure is not known, which `unknown` says.
    `where` explains the symbols, `remarks` follow.
    """

    name: Spans
    lines: tuple[str, ...]
    result: str | None
    unit: Spans
    unknown: Spans
    where: Spans
    remarks: list[Spans]


class Grid(NamedTuple):
    """A table; columns that hold numbers only are aligned to the right."""

    caption: Spans
    columns: list[Spans]
    rows: list[list[Spans]]
    right: list[bool]


class Formulas(NamedTuple):
    """Formulas that are no arithmetic, each in plain text and in LaTeX."""

    lines: tuple[tuple[str, str], ...]


class Break(NamedTuple):
    """What follows starts a page."""


Block = Heading | Prose | Bullets | Working | Grid | Formulas | Break


def printable(text: str) -> str:
    """Names come from files: nothing in them moves the cursor."""
    return "".join(each if each.isprintable() else "?" for each in text)
