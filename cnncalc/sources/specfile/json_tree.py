"""JSON -> tree. A reader of its own, since the standard one keeps no places."""

from __future__ import annotations

import json
from typing import Any

from ...errors import Location, SpecError
from ..spec.source import quoted
from .tree import MAX_DEPTH, MAX_NODES, Document, Entry, Node

_DECODER = json.JSONDecoder()
_SPACE = " \t\r\n"
_NUMBER = frozenset("+-.0123456789eE")
_WORDS = {"true": True, "false": False, "null": None}
_MAX_DIGITS = 40


class _Reader:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.text = document.text
        self.offset = 0
        self.line, self.line_start = 1, 0
        self.nodes = 0

    def document_node(self) -> Node:
        node = self.value(0)
        self.space()
        if self.offset < len(self.text):
            raise self.expected("the end")
        return node

    def at(self) -> Location:
        return self.document.at(self.line, self.offset - self.line_start + 1)

    def expected(self, what: str) -> SpecError:
        char = self.text[self.offset : self.offset + 1]
        received = quoted(char) if char else "the end"
        return self.document.error(f"not JSON: expected {what}, received {received}", self.at())

    def space(self) -> None:
        while self.offset < len(self.text) and self.text[self.offset] in _SPACE:
            self.offset += 1
            if self.text[self.offset - 1] == "\n":
                self.line, self.line_start = self.line + 1, self.offset

    def take(self, char: str) -> bool:
        self.space()
        if self.text.startswith(char, self.offset):
            self.offset += 1
            return True
        return False

    def value(self, depth: int) -> Node:
        self.space()
        at = self.at()
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise self.document.too_much(f"more than {MAX_NODES:,} values in the file", at)
        if depth > MAX_DEPTH:
            raise self.document.too_much(f"more than {MAX_DEPTH} levels of nesting", at)
        if self.take("{"):
            return Node(self.members(depth), at)
        if self.take("["):
            return Node(self.elements(depth), at)
        if self.text.startswith('"', self.offset):
            return self.string()
        return Node(self.plain(), at)

    def members(self, depth: int) -> dict[str, Entry]:
        result: dict[str, Entry] = {}
        if self.take("}"):
            return result
        while True:
            self.space()
            if not self.text.startswith('"', self.offset):
                raise self.expected("a name in double quotes")
            key = self.string()
            if key.value in result:
                message = f"the key {quoted(key.value)} is given twice"
                raise self.document.error(message, key.at)
            if not self.take(":"):
                raise self.expected("':'")
            result[key.value] = Entry(key.at, self.value(depth + 1))
            if self.take("}"):
                return result
            if not self.take(","):
                raise self.expected("',' or '}'")

    def elements(self, depth: int) -> list[Node]:
        result: list[Node] = []
        if self.take("]"):
            return result
        while True:
            result.append(self.value(depth + 1))
            if self.take("]"):
                return result
            if not self.take(","):
                raise self.expected("',' or ']'")

    def string(self) -> Node:
        at = self.at()
        try:
            text, end = _DECODER.raw_decode(self.text, self.offset)
        except json.JSONDecodeError as error:
            raise self.document.error(f"not JSON: {error.msg}", at) from None
        exact = self.text.startswith(text + '"', self.offset + 1)
        self.offset = end
        return Node(text, at._replace(column=(at.column or 1) + 1), exact)

    def plain(self) -> Any:
        """A number, or one of the words."""
        for word, value in _WORDS.items():
            if self.text.startswith(word, self.offset):
                self.offset += len(word)
                return value
        end = self.offset
        while end < len(self.text) and self.text[end] in _NUMBER:
            end += 1
        digits = self.text[self.offset : end]
        if not digits:
            raise self.expected("a value")
        if len(digits) > _MAX_DIGITS:
            raise self.document.error("a number with too many digits", self.at())
        try:
            number = json.loads(digits)
        except ValueError:
            raise self.expected("a number") from None
        self.offset = end
        return number


def read(document: Document) -> Node:
    """Read a JSON file. Raises `SpecError` with the place, `LimitError`."""
    return _Reader(document).document_node()
