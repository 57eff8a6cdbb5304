"""Tokens -> syntax tree, by recursive descent. The grammar stands in docs/spec.md."""

from __future__ import annotations

from ...errors import InputError, LimitError, SpecError, closest
from ...graph import MAX_LAYERS
from ...ops import CATALOGUE
from ...shape import to_shape
from .lexer import Token, Tokens
from .names import OPTION_WORDS, WORDS, Word, argument_of, find_word, known_words
from .options import Options
from .source import Source, quoted
from .syntax import Call, Item, Repeat, Spec, count_layers, read_number

#: Parentheses inside parentheses.
MAX_DEPTH = 40
_SEPARATORS = {",", ";", "|", "\n"}
_CLOSING = {"(": ")", "[": "]"}
_EXAMPLE = "for example: conv3x3@64 p1, relu, maxpool2"


class Parser:
    """Reads one text."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.tokens = Tokens(source)
        self.options = Options(self.tokens)
        self.depth = 0
        self.seen = 0  # layers written, not multiplied: a bound on the work

    def error(self, message: str, token: Token, help: str | None = None) -> SpecError:
        """An error at a token."""
        return self.source.error(message, token.start, help)

    def spec(self) -> Spec:
        """spec = [input] [items]"""
        self.refuse_nothing()
        shape = None
        if self._at_input():
            shape = self._input()
        return Spec(shape, self.items(None))

    def refuse_nothing(self) -> None:
        """Refuse a text without any layers."""
        self._skip_lines()
        if self.tokens.peek().kind == "end":
            raise self.error("the spec is empty", self.tokens.peek(), _EXAMPLE)

    def items(self, opening: Token | None) -> list[Item]:
        """items = item {separator item}, up to the end or to what closes `opening`"""
        items: list[Item] = []
        self._skip_lines()
        first = self.tokens.peek()
        while True:
            start = self.tokens.peek()
            items.append(self.item())
            self._check_count(items[-1:], start)
            while True:
                separator = self._separator(opening)
                if separator is None:
                    self._check_count(items, first)
                    return items
                if not self.takes_options(separator, items):
                    break
                items[-1] = self._postfix(items[-1])
                self._check_count(items[-1:], start)

    def _check_count(self, items: list[Item], start: Token) -> None:
        if count_layers(items) > MAX_LAYERS or self.seen > MAX_LAYERS:
            raise self._too_many(start)

    def _too_many(self, token: Token) -> LimitError:
        return LimitError(
            f"the spec has more than {MAX_LAYERS:,} layers",
            location=self.source.location(token.start),
        )

    def _separator(self, opening: Token | None) -> Token | None:
        """Take the separator behind an item; None where the items end."""
        found: Token | None = None
        while True:
            token = self.tokens.peek()
            if self._closes(token, opening):
                if found is not None and found.kind == "arrow":
                    raise self.error(f"expected a layer, received {token.shown}", token)
                return None
            if token.text == "\n":
                found = found or token
            elif token.kind == "arrow" or token.text in _SEPARATORS:
                if found is not None and found.text != "\n":
                    return found  # the item that follows says what is wrong
                found = token
            elif found is None:
                raise self._no_separator(token, opening)
            else:
                return found
            self.tokens.next()

    def _closes(self, token: Token, opening: Token | None) -> bool:
        if opening is None:
            return token.kind == "end"
        return token.kind == "symbol" and token.text == _CLOSING[opening.text]

    def _no_separator(self, token: Token, opening: Token | None) -> SpecError:
        if opening is not None and token.kind == "end":
            return self.error(f"{opening.shown} is never closed", opening)
        if token.text in (")", "]") and opening is None:
            return self.error(f"{token.shown} closes nothing", token)
        wanted = "or an arrow" if opening is None else f"or {quoted(_CLOSING[opening.text])}"
        return self.error(f"expected a comma {wanted}, received {token.shown}", token)

    def item(self) -> Item:
        """item = count '*' item | unit [postfix]"""
        count = self._repeat_count()
        if count is None:
            return self._postfix(self._unit())
        self._enter(count)
        body = self.item()
        self.depth -= 1
        return Repeat(self._count(count), [body], count.start)

    def _unit(self) -> Item:
        """unit = layer | '(' items ')'"""
        token = self.tokens.peek()
        if token.text not in _CLOSING or token.kind != "symbol":
            return self.layer()
        self._enter(token)
        self.tokens.next()
        self._refuse_size_note()
        body = self.items(token)
        self.tokens.next()
        self.depth -= 1
        return Repeat(1, body, token.start)

    def _enter(self, token: Token) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.error(f"more than {MAX_DEPTH} levels of repeats", token)

    def _repeat_count(self) -> Token | None:
        """Take `3*`, `3x(` or `3xconv` up to what is repeated."""
        token = self.tokens.peek()
        digits = len(token.text) - len(token.text.lstrip("0123456789"))
        if token.kind != "word" or not digits:
            return None
        follows = self.tokens.peek(1)
        rest = token.text[digits:]
        if not rest and follows.text == "*" and follows.kind == "symbol":
            self.tokens.next()
            return self.tokens.next()._replace(text=token.text, start=token.start)
        if rest in ("x", "X") and follows.text in _CLOSING:
            return self.tokens.next()._replace(text=token.text[:digits])
        if rest[:1] in ("x", "X") and rest[1:2].isalpha() and follows.text != "=":
            self.tokens.split(digits + 1)
            return token._replace(text=token.text[:digits])
        return None

    def _count(self, token: Token) -> int:
        digits = token.text.lstrip("0") or "0"
        if len(digits) > len(str(MAX_LAYERS)):
            raise self._too_many(token)
        count = int(digits)
        if count < 1:
            raise self.error("expected a repeat count from 1 on, received 0", token)
        return count

    def _postfix(self, item: Item) -> Item:
        """postfix = 'x' count | '*' count, behind a layer or a group"""
        if not self.tokens.times():
            return item
        start = self.tokens.peek().start
        self.tokens.take_sign()
        return Repeat(self._count(self.tokens.next()), [item], start)

    def layer(self) -> Call:
        """layer = [name '='] word {option}"""
        self.seen += 1
        name: Token | None = None
        token = self.tokens.next()
        if token.kind == "word" and self.tokens.peek().text == "=":
            name = token
            self.tokens.next()
            token = self.tokens.next()
            self._check_name(name, token)
        if token.kind != "word":
            raise self._no_layer(token)
        call = self._head(token)
        call.name = name.text if name else None
        self.options.behind(call)
        return call

    def _check_name(self, name: Token, head: Token) -> None:
        """Refuse `s=2` and `strid=2` where a layer should stand."""
        if name.lower == "input":
            raise self._late_input(name)
        if head.kind == "word" and find_word(head.text):
            return
        if name.lower in OPTION_WORDS:
            raise self._stray_option(name)
        if self._is_number(head):
            hint = closest(name.text, sorted(OPTION_WORDS), 1)
            raise self.error(f"unknown option {name.shown}", name, hint)

    def _late_input(self, token: Token) -> SpecError:
        return self.error("the input comes first, and only once", token)

    def _stray_option(self, token: Token) -> SpecError:
        help = "write options beside their layer, or behind it after a comma"
        return self.error(f"the option {token.shown} belongs to no layer", token, help)

    def _is_number(self, token: Token) -> bool:
        try:
            return token.kind == "word" and read_number(token.text) is not None
        except ValueError:
            return True

    def _head(self, token: Token) -> Call:
        follows = self.tokens.peek()
        if token.text in CATALOGUE and follows.text == "(":
            return Call(Word((CATALOGUE[token.text],)), token.text, token.start, torch=True)
        found = find_word(token.text)
        if found is None:
            raise self._unknown(token)
        word, tail = found
        call = Call(word, token.text, token.start)
        if tail:
            self.options.tail(call, token, tail)
        return call

    def _no_layer(self, token: Token) -> SpecError:
        return self.error(f"expected a layer, received {token.shown}", token)

    def _unknown(self, token: Token) -> SpecError:
        if token.lower == "input":
            return self._late_input(token)
        if self._is_number(token):
            return self.error(
                f"expected a layer, received {token.shown}",
                token,
                "channels are written @64, repeats 3*(...), sizes beside their layer",
            )
        if self._option_like(token):
            return self._stray_option(token)
        letters = token.text.rstrip("0123456789x.-X")[:30]
        help = closest(letters, known_words()) or "cnncalc ops lists the layers"
        return self.error(f"expected a layer, received {token.shown}", token, help)

    def _option_like(self, token: Token) -> bool:
        """Would it be an option of a convolution or a pooling?"""
        return any(self.options.is_bare_option(WORDS[word], token) for word in ("conv", "pool"))

    def takes_options(self, separator: Token, items: list[Item]) -> bool:
        """Read the item behind a comma as options of the layer before it, if it is no layer."""
        call = items[-1]
        while isinstance(call, Repeat) and len(call.body) == 1:
            call = call.body[0]
        token, follows = self.tokens.peek(), self.tokens.peek(1)
        if separator.text != "," or token.kind != "word" or not isinstance(call, Call):
            return False
        if follows.text == "=" and follows.kind == "symbol":
            if argument_of(call.word.sample, token.text) is None:
                value = self.tokens.peek(2)
                known = token.lower in OPTION_WORDS or self._is_number(value)
                if not known or (value.kind == "word" and find_word(value.text)):
                    return False
        elif find_word(token.text) or not self.options.is_bare_option(call.word, token):
            return False
        self.options.behind(call)
        return True

    def _at_input(self) -> bool:
        token = self.tokens.peek()
        return token.kind == "word" and token.lower == "input"

    def _input(self) -> tuple[int, ...] | None:
        """input = 'input' [':' | '=' | '('] size [')'] ['hwc' | 'chw'] separator"""
        head = self.tokens.next()
        layout, shape = "chw", None
        closing = None
        if self.tokens.peek().text in ("(", ":", "="):
            closing = _CLOSING.get(self.tokens.next().text)
        if self.tokens.peek().kind == "word":
            token = self.tokens.next()
            sizes = self._sizes(token)
            if self.tokens.peek().lower in ("hwc", "chw"):
                layout = self.tokens.next().lower
            try:
                shape = to_shape(sizes, layout, token.text)
            except InputError as error:
                raise self.error(error.message, token, error.help) from None
        if closing:
            self.tokens.expect(closing, "')' behind the input's size")
            if self.tokens.peek().lower in ("hwc", "chw") and shape is not None:
                shape = to_shape(shape, self.tokens.next().lower)
        if self.tokens.peek().kind == "end" or self._separator(None) is None:
            raise self.error("expected a layer behind the input", head, _EXAMPLE)
        return shape

    def _sizes(self, token: Token) -> tuple[int, ...]:
        try:
            sizes = read_number(token.text)
        except ValueError as error:
            raise self.error(str(error), token) from None
        if isinstance(sizes, int):
            return (sizes,)
        if not isinstance(sizes, tuple):
            raise self.error(
                f"expected the input's size, received {token.shown}", token, "such as 3x224x224"
            )
        return sizes

    def _refuse_size_note(self) -> None:
        """`-> (112x112x64)` stands in study notes for what comes out."""
        token, behind = self.tokens.peek(), self.tokens.peek(1)
        if token.kind == "word" and behind.text in (")", "]") and self._is_number(token):
            raise self.error(
                f"({token.text}) is a size, not a layer",
                token,
                "leave it out: cnncalc computes the sizes",
            )

    def _skip_lines(self) -> None:
        while self.tokens.peek().text == "\n":
            self.tokens.next()


def parse(source: Source) -> Spec:
    """Read a spec. Raises `SpecError` with the place, or `LimitError`."""
    return Parser(source).spec()


def parse_fragment(source: Source) -> list[Item]:
    """Read layers without an input."""
    parser = Parser(source)
    parser.refuse_nothing()
    return parser.items(None)


def parse_layer(source: Source) -> Call:
    """Read a text that is one layer and nothing else."""
    parser = Parser(source)
    if parser.tokens.peek().kind == "end":
        raise source.error("expected a layer, received the end", 0)
    call = parser.layer()
    while parser.tokens.peek().text == ",":
        comma = parser.tokens.next()
        if not parser.takes_options(comma, [call]):
            raise parser.error("expected one layer, received more", comma)
    token = parser.tokens.peek()
    if token.kind != "end":
        raise parser.error(f"expected the end of the layer, received {token.shown}", token)
    return call
