"""Text with places: the line and column of an offset, excerpts with a caret, errors."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from functools import cached_property

from ...errors import Location, SpecError

#: Excerpts of longer lines are cut to this many characters around the caret.
WIDTH = 70
_SHOWN = 30


class Source:
    """A spec's text. `origin` is the place of its first character, where it is part of a file.

    `line` is the file's line where the text stands there as it is. Otherwise (it has escapes
    or parameters) errors point at the origin, and their excerpt shows the text itself.
    """

    def __init__(
        self,
        text: str,
        file: str | None = None,
        origin: Location | None = None,
        line: str | None = None,
    ) -> None:
        self.text = text
        self.file = file
        self.origin = origin
        self.line = line

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(at + 1 for at, char in enumerate(self.text) if char == "\n")]

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both from 1."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def location(self, offset: int) -> Location:
        """Where an offset is in the user's file."""
        line, column = self.position(offset)
        if self.origin is None:
            return Location(self.file, line, column)
        if self.line is None:
            return self.origin
        return self.origin._replace(column=(self.origin.column or 1) + column - 1)

    def error(self, message: str, offset: int, help: str | None = None) -> SpecError:
        """An error that points at an offset."""
        line, column = self.position(offset)
        start = self._starts[line - 1]
        end = self.text.find("\n", start)
        shown = self.text[start : end if end >= 0 else len(self.text)]
        location = self.location(offset)
        if self.line is not None:
            shown, column = self.line, location.column or 1
        drawn = excerpt(shown, column) if shown.strip() else None
        return SpecError(message, excerpt=drawn, help=help, location=location)


def excerpt(line: str, column: int) -> str:
    """The line, or the part of it around the column (from 1), with a caret below."""
    at = column - 1
    first = max(0, min(at - WIDTH // 2, len(line) - WIDTH))
    part = line[first : first + WIDTH]
    shown = "".join(char if char.isprintable() else " " for char in part)
    before = "..." if first else ""
    after = "..." if first + WIDTH < len(line) else ""
    indent = len(before) + sum(map(_cells, shown[: at - first]))
    return f"  {before}{shown}{after}\n  {' ' * indent}^"


def _cells(char: str) -> int:
    """How many columns of a terminal a character takes."""
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def quoted(text: str) -> str:
    """A piece of the user's text as messages show it: in quotes, and not too long."""
    if len(text) > _SHOWN:
        text = text[:_SHOWN] + "..."
    return repr(text)
