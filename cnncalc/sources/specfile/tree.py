"""What a YAML or JSON file says, as a tree in which everything knows its place."""

from __future__ import annotations

from typing import Any, NamedTuple

from ...errors import LimitError, Location, SpecError, closest
from ..spec.source import Source, excerpt, quoted

#: Nodes of a file, aliases expanded, and the levels of its nesting.
MAX_NODES = 500_000
MAX_DEPTH = 60


class Node(NamedTuple):
    """A value: text, a number, True, False, None, a list of nodes, or a dict of entries."""

    value: Any
    at: Location
    #: The text stands in the file as it is, from `at` on.
    exact: bool = False


class Entry(NamedTuple):
    """A key of a mapping, where it stands, and its value."""

    at: Location
    node: Node


class Document:
    """A file's lines, to draw errors; `what` it holds one of."""

    def __init__(self, text: str, file: str, what: str = "network") -> None:
        self.text = text
        self.file = file
        self.what = what
        self.lines = text.split("\n")

    def at(self, line: int, column: int) -> Location:
        """A place; line and column count from 1."""
        return Location(self.file, line, column)

    def error(self, message: str, at: Location, help: str | None = None) -> SpecError:
        """An error at a place, with the line and a caret."""
        line = (at.line or 0) - 1
        shown = self.lines[line].rstrip("\r") if 0 <= line < len(self.lines) else ""
        drawn = excerpt(shown, at.column or 1) if shown.strip() else None
        return SpecError(message, excerpt=drawn, help=help, location=at)

    def too_much(self, what: str, at: Location) -> LimitError:
        """The error of a file that goes beyond a limit."""
        return LimitError(what, location=at)

    def stands_at(self, text: str, at: Location) -> bool:
        """Is this what the file says at that place?"""
        line, column = (at.line or 1) - 1, (at.column or 1) - 1
        return line < len(self.lines) and self.lines[line].startswith(text, column)

    def source(self, node: Node, text: str) -> Source:
        """The text of a node, parameters filled in, as a source of the spec language."""
        line = self.lines[(node.at.line or 1) - 1] if node.exact and text == node.value else None
        return Source(text, self.file, node.at, line)

    # Reading values, with one kind of error for what does not fit.

    def mapping(self, node: Node, what: str, known: tuple[str, ...] | None = None) -> Any:
        """The entries of a mapping. Refuses keys that are not `known`."""
        if not isinstance(node.value, dict):
            raise self.unexpected(node, f"{what} as a mapping")
        for key, entry in node.value.items():
            if known is not None and key not in known:
                raise self.unknown_key(key, entry.at, known)
        return node.value

    def unknown_key(self, key: str, at: Location, known: tuple[str, ...]) -> SpecError:
        """The error of a key that nobody reads."""
        hint = closest(key, known) or f"the keys are {', '.join(known)}"
        return self.error(f"unknown key {quoted(key)}", at, hint)

    def listing(self, node: Node, what: str) -> list[Node]:
        """The items of a list that is not empty."""
        if not isinstance(node.value, list):
            raise self.unexpected(node, f"{what} as a list")
        if not node.value:
            raise self.error(f"expected {what}, received an empty list", node.at)
        return node.value

    def word(self, node: Node, what: str) -> str:
        """A text that is not empty."""
        if not isinstance(node.value, str) or not node.value:
            raise self.unexpected(node, what)
        return node.value

    def unexpected(self, node: Node, expected: str) -> SpecError:
        """The error of a value of the wrong kind."""
        help = None
        if isinstance(node.value, bool) and "name" in expected:
            help = "put names in quotes"
        elif isinstance(node.value, int | float) and "name" in expected:
            help = f'put names in quotes: "{node.value}"'
        return self.error(f"expected {expected}, received {kind(node.value)}", node.at, help)


def kind(value: Any) -> str:
    """What a value is, in words."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"the word for {str(value).lower()}"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        return quoted(value)
    return "a list" if isinstance(value, list) else "a mapping"
