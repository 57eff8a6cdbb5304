"""The user's source files as text: their comments, and the calls in them."""

from __future__ import annotations

import ast
import builtins
import io
import re
import tokenize
from functools import cached_property
from typing import NamedTuple

from ..errors import Location

#: Longer files are not looked at for comments: no one wrote them.
MAX_CHARACTERS = 2_000_000


class Comment(NamedTuple):
    """A comment: its text from the `#` on, its place, and the statement that it stands beside.

    `first` and `last` are the lines of that statement; `alone` says that there is nothing else
    on the line (the statement is then the next one, and `first` the line where it starts).
    """

    text: str
    line: int
    column: int
    first: int
    last: int
    alone: bool


class Statement(NamedTuple):
    """An assignment, return or expression: where its value starts, and whom it calls.

    `value` is (line, column), both from 1. `calls` are the names in `self.name(...)`; None
    stands for a call of something else that may be the user's own.
    """

    value: tuple[int, int]
    calls: tuple[str | None, ...]


#: What a comment has in it that is looked at: taking a file apart takes time.
_TELLING = re.compile(r"#[^\n]*(cnncalc|\d\s*[x×*,]|[x×*,(\[]\s*\d)", re.IGNORECASE)


class Text:
    """One source file, read once."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text

    @cached_property
    def lines(self) -> list[str]:
        """The lines without their ends."""
        return self.text.split("\n")

    @cached_property
    def comments(self) -> tuple[Comment, ...]:
        """The comments, as far as the file can be read; none where none says a size or a code."""
        if len(self.text) > MAX_CHARACTERS or not _TELLING.search(self.text):
            return ()
        return tuple(_comments(self.text))

    @cached_property
    def _nodes(self) -> list[ast.AST]:
        try:
            return list(ast.walk(ast.parse(self.text)))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return []

    @cached_property
    def _calls(self) -> dict[tuple[int, int], ast.Call]:
        calls: dict[tuple[int, int], ast.Call] = {}
        for node in self._nodes:
            if isinstance(node, ast.Call):
                calls.setdefault(self._start(node), node)  # of a chain, the outermost
        return calls

    @cached_property
    def _statements(self) -> dict[int, ast.expr]:
        return {
            node.lineno: node.value
            for node in self._nodes
            if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Return | ast.Expr)
            and node.value is not None
        }

    def _start(self, node: ast.expr) -> tuple[int, int]:
        """Line and column of a node, in characters from 1."""
        ahead = self.lines[node.lineno - 1].encode()[: node.col_offset]
        return node.lineno, len(ahead.decode(errors="replace")) + 1

    def statement(self, line: int) -> Statement | None:
        """The statement that starts on a line, if it has a value."""
        value = self._statements.get(line)
        if value is None:
            return None
        calls = [_called(node.func) for node in ast.walk(value) if isinstance(node, ast.Call)]
        return Statement(self._start(value), tuple(name for name in calls if name != ""))

    def call_with(
        self, start: Location, old: Location, end: tuple[int, int], new: str
    ) -> str | None:
        """The call that starts at `start` on one line, with the text from `old` to `end` changed.

        None where no such call can be found. Comments and line breaks in it are left out.
        """
        if start.line is None or start.column is None or old.line is None or old.column is None:
            return None
        call = self._calls.get((start.line, start.column))
        if call is None or call.end_lineno is None or call.end_col_offset is None:
            return None
        last = self.lines[call.end_lineno - 1].encode()[: call.end_col_offset]
        stop = (call.end_lineno, len(last.decode()) + 1)
        head = self.between((start.line, start.column), (old.line, old.column))
        return one_line(head + new + self.between(end, stop))

    def unpacked(self, start: Location) -> str | None:
        """What the call at `start` unpacks into its arguments: `*sizes`, `**options`."""
        call = self._calls.get((start.line or 0, start.column or 0))
        if call is None:
            return None
        stars = [f"*{ast.unparse(arg.value)}" for arg in call.args if isinstance(arg, ast.Starred)]
        stars += [f"**{ast.unparse(arg.value)}" for arg in call.keywords if arg.arg is None]
        return " and ".join(stars) or None

    def between(self, start: tuple[int, int], end: tuple[int, int]) -> str:
        """The text from (line, column) up to (line, column), both from 1."""
        lines = self.lines[start[0] - 1 : end[0]]
        if not lines:
            return ""
        lines[-1] = lines[-1][: end[1] - 1]
        lines[0] = lines[0][start[1] - 1 :]
        return "\n".join(lines)


def one_line(code: str) -> str:
    """An expression without its line breaks and comments."""
    if "\n" not in code:
        return code
    parts: list[str] = []
    calls: list[bool] = []  # of the brackets that are open: does a call have them?
    end = (1, 0)
    try:
        for token in tokenize.generate_tokens(io.StringIO(code).readline):
            if token.type in _LAYOUT or token.type in _NO_CODE:
                continue
            last = parts[-1] if parts else ""
            broken, text = token.start[0] > end[0], token.string
            if text in _OPENING:
                calls.append(bool(last) and (last.isidentifier() or last in _CLOSING))
            elif text in _CLOSING and calls and calls.pop() and broken and last == ",":
                parts.pop()
            if broken and last not in _OPENING and text not in _CLOSING:
                parts.append(" ")
            elif not broken:
                parts.append(" " * (token.start[1] - end[1]))
            parts.append(text)
            end = token.end
            parts = [part for part in parts if part]
    except (tokenize.TokenError, SyntaxError):
        return " ".join(code.split())
    return "".join(parts)


def _called(function: ast.expr) -> str | None:
    """The name in `self.name`; "" for methods, functions of modules and builtins; else None."""
    if isinstance(function, ast.Attribute):
        owner = function.value
        return function.attr if isinstance(owner, ast.Name) and owner.id == "self" else ""
    if isinstance(function, ast.Name) and hasattr(builtins, function.id):
        return ""
    return None


class Texts:
    """The source files that findings point at, by name; None for those that cannot be read."""

    def __init__(self) -> None:
        self._known: dict[str, Text | None] = {}

    def get(self, location: Location | None) -> Text | None:
        """The file of a location."""
        file = None if location is None else location.file
        if file is None:
            return None
        if file not in self._known:
            self._known[file] = _read(file)
        return self._known[file]


def _read(file: str) -> Text | None:
    if not file.endswith(".py"):
        return None
    try:
        with tokenize.open(file) as stream:
            return Text(file, stream.read())
    except (OSError, SyntaxError, ValueError):
        return None


_LAYOUT = frozenset({tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING})
_NO_CODE = frozenset({tokenize.COMMENT, tokenize.NEWLINE, tokenize.ENDMARKER})
_OPENING, _CLOSING = ("(", "[", "{"), (")", "]", "}")


def _comments(text: str) -> list[Comment]:
    found: list[tuple[str, int, int, bool]] = []
    done: list[Comment] = []
    first: int | None = None
    last_line = 0  # of the last token that is code

    def close(start: int, end: int) -> None:
        for comment, line, column, alone in found:
            # Inside a statement of several lines a comment belongs to its own line.
            lines = (start, end) if (alone and line < start) or line == end else (line, line)
            done.append(Comment(comment, line, column, *lines, alone))
        found.clear()

    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            line, column = token.start
            if token.type == tokenize.COMMENT:
                found.append((token.string, line, column + 1, last_line < line))
            elif token.type == tokenize.NEWLINE:
                if first is not None:
                    # The comment at the end of a line comes before its NEWLINE.
                    close(first, line)
                first = None
            elif token.type not in _LAYOUT and token.type != tokenize.ENDMARKER:
                first = line if first is None else first
                last_line = token.end[0]
    except (tokenize.TokenError, SyntaxError, ValueError):
        pass  # what follows is no Python
    close(len(text), len(text))
    return done
