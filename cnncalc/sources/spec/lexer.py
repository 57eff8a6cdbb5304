"""Characters -> tokens. Full-width and typographic characters are read as their ASCII twins."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ...errors import LimitError
from .source import Source, quoted

#: Longer texts are no spec anyone wrote.
MAX_TEXT = 250_000

# One character for one, so that columns stay what they are.
_TWINS: dict[int, int | str] = {
    **{0xFF01 + index: 0x21 + index for index in range(94)},
    **dict.fromkeys(map(ord, "\u3000\u00a0\u2002\u2003\u2009\u202f\ufeff"), " "),
    **dict.fromkeys(map(ord, "×✕✖⨯╳"), "x"),
    **dict.fromkeys(map(ord, "∗⋅·"), "*"),
    **dict.fromkeys(map(ord, "、。"), ","),
    **dict.fromkeys(map(ord, "⇒⟶⟹➔➜▶"), "→"),
    **dict.fromkeys(map(ord, "−‐‑–"), "-"),
    **dict.fromkeys(map(ord, "‘’"), "'"),
    **dict.fromkeys(map(ord, "“”"), '"'),
    **dict.fromkeys(map(ord, "【〔"), "["),
    **dict.fromkeys(map(ord, "】〕"), "]"),
}

_TOKEN = re.compile(
    r"""
    (?P<space> [ \t\r\f\v]+ | \#[^\n]* )
  | (?P<arrow> -+> | =+> | → )
  | (?P<string> '(?:[^'\\\n]|\\.)*' | "(?:[^"\\\n]|\\.)*" )
  | (?P<word> (?:-(?=[0-9.]|inf|nan))? [\w.] (?: [\w.] | -(?=\w) | (?<=[0-9.][eE])\+(?=[0-9]) )* )
  | (?P<line> \n[ \t\r\f\v\n]* )
  | (?P<symbol> [@=()\[\],;|*:] )
    """,
    re.VERBOSE,
)


def is_count(text: str) -> bool:
    """Is it made of the digits 0 to 9? (`isdigit` takes `²` for one.)"""
    return text.isascii() and text.isdigit()


class Token(NamedTuple):
    """A piece of the text; `kind` is word, string, symbol, arrow or end."""

    kind: str
    text: str
    start: int

    @property
    def lower(self) -> str:
        return self.text.lower()

    @property
    def shown(self) -> str:
        """The token as messages name it."""
        if self.kind == "end":
            return "the end"
        return "a new line" if self.text == "\n" else quoted(self.text)


class Tokens:
    """The tokens of a source, one by one, with a look ahead."""

    def __init__(self, source: Source) -> None:
        if len(source.text) > MAX_TEXT:
            raise LimitError(
                f"the spec has {len(source.text):,} characters; at most {MAX_TEXT:,} are read",
                location=source.location(0),
            )
        self.source = source
        self._ahead: list[Token] = []
        self._rest = self._scan(source.text.translate(_TWINS))

    def _scan(self, text: str) -> Iterator[Token]:
        at = 0
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None:
                raise self._unreadable(text[at], at)
            kind = match.lastgroup or ""
            at = match.end()
            if kind == "string":  # its inside is the user's own, twins and all
                own = self.source.text[match.start() + 1 : at - 1]
                yield Token(kind, match.group()[0] + own + match.group()[0], match.start())
            elif kind == "line":
                yield Token("symbol", "\n", match.start())
            elif kind != "space":
                yield Token(kind, match.group(), match.start())
        while True:
            yield Token("end", "", len(text))

    def _unreadable(self, char: str, at: int) -> Exception:
        if char in "'\"":
            return self.source.error("expected a closing quote on this line", at)
        help = None
        if char == "+":
            help = "separate layers by commas or arrows; merges are written in a spec file"
        elif char in "-<>":
            help = "an arrow is written ->"
        elif char in "{}":
            help = "parameters stand in the blocks of a spec file"
        return self.source.error(f"unexpected character {quoted(char)}", at, help)

    def peek(self, distance: int = 0) -> Token:
        """The token that comes, or the one `distance` after it."""
        while len(self._ahead) <= distance:
            self._ahead.append(next(self._rest))
        return self._ahead[distance]

    def next(self) -> Token:
        """Take the next token."""
        token = self.peek()
        del self._ahead[0]
        return token

    def split(self, length: int) -> None:
        """Cut the next token in two, and take its first `length` characters."""
        token = self.next()
        rest = token._replace(text=token.text[length:], start=token.start + length)
        self._ahead.insert(0, rest)

    def times(self) -> bool:
        """Does a sign and a count come: `x3`, `x 3`, `* 3`?"""
        token, follows = self.peek(), self.peek(1)
        if token.text in ("x", "X", "*"):
            return follows.kind == "word" and is_count(follows.text)
        return token.kind == "word" and token.lower[0] == "x" and is_count(token.text[1:])

    def take_sign(self) -> None:
        """Take the sign in front of a count, where `times` says that one comes."""
        if len(self.peek().text) == 1:
            self.next()
        else:
            self.split(1)

    def expect(self, text: str, what: str) -> Token:
        """Take the symbol `text`, or raise an error that says `what` was expected."""
        token = self.next()
        if token.kind != "symbol" or token.text != text:
            raise self.source.error(f"expected {what}, received {token.shown}", token.start)
        return token
