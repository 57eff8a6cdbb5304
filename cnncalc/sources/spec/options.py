"""What stands beside a layer's word: sizes, `@64`, `s2`, `stride=2`, and calls in parentheses."""

from __future__ import annotations

import ast
from typing import Any

from ...errors import SpecError, closest
from .lexer import Token, Tokens, is_count
from .names import (
    ALIASES,
    Word,
    argument_of,
    channels_argument,
    find_word,
    flag_of,
    glued_option,
    tail_argument,
)
from .source import quoted
from .syntax import Call, Setting, read_number

_CLOSING = {"(": ")", "[": "]"}
_CONSTANTS = {"none": None, "null": None, "true": True, "yes": True, "false": False, "no": False}
#: Tuples in tuples: no argument needs more.
_MAX_NESTING = 4
_MAX_VALUES = 10_000


class Options:
    """Reads the options of layers off the tokens."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens

    def error(self, message: str, token: Token, help: str | None = None) -> SpecError:
        """An error at a token."""
        return self.tokens.source.error(message, token.start, help)

    def behind(self, call: Call) -> None:
        """Read all the options that follow."""
        while self._one(call):
            pass

    def _one(self, call: Call) -> bool:
        """Read one option behind a layer, if one stands there."""
        scales = tail_argument(call.word.sample) == "scale_factor" and not self._has_tail(call)
        if self.tokens.times():
            if not scales:
                return False  # how often the layer repeats
            self.tokens.take_sign()
        token = self.tokens.peek()
        if token.kind == "symbol" and token.text == "@":
            self._channels(call)
        elif token.kind == "symbol" and token.text == "(":
            self._arguments(call)
        elif token.kind != "word":
            return False
        elif self.tokens.peek(1).text == "=":
            self._keyed(call)
        elif self._number(token) is not None and not self._has_tail(call):
            self.tail(call, self.tokens.next(), token.text)
        elif self.is_bare_option(call.word, token):
            self._bare(call)
        else:
            raise self._no_option(call, token)
        return True

    def _has_tail(self, call: Call) -> bool:
        return call.torch or tail_argument(call.word.sample) in (None, *call.settings)

    def _no_option(self, call: Call, token: Token) -> SpecError:
        sample = call.word.sample
        message = f"expected an option of {call.text}, received {token.shown}"
        if self._number(token) is not None:
            if channels_argument(sample):
                return self.error(message, token, f"channels are written @{token.text}"[:60])
            return self.error(message, token)
        if find_word(token.text):
            return self.error(message, token, "put a comma or an arrow between layers")
        return self.error(message, token, self._close_options(call, token.text))

    def _close_options(self, call: Call, text: str) -> str | None:
        letters = text.rstrip("0123456789.x")[:30]
        names = [argument.name for argument in call.word.sample.arguments]
        return closest(letters, names) or (
            f"its options are {', '.join(names)}" if names else f"{call.text} has no options"
        )

    def is_bare_option(self, word: Word, token: Token) -> bool:
        """Is a word an option without `=`: `same`, `s2`?"""
        return bool(flag_of(word.sample, token.text) or glued_option(word.sample, token.text))

    def tail(self, call: Call, token: Token, tail: str) -> None:
        """Set the size, width or rate that is glued to the layer's word."""
        start = token.start + len(token.text) - len(tail)
        at = token._replace(text=tail, start=start)
        sample = call.word.sample
        argument = tail_argument(sample)
        if argument is None:
            raise self.error(f"{call.text[: -len(tail)]} takes no number", at)
        channels = channels_argument(sample)
        if argument == "kernel_size" and channels and "-" in tail.strip("-"):
            # conv3-64, as in the VGG paper
            tail, _, wide = tail.partition("-")
            self._set(call, channels, self._known_number(at._replace(text=wide)), at)
        self._set(call, argument, self._known_number(at._replace(text=tail.strip("-"))), at)

    def _known_number(self, token: Token) -> Any:
        text = token.text
        if text[-1:] in ("x", "X") and is_count(text[:-1]):
            text = text[:-1]  # up2x
        value = self._number(token._replace(text=text))
        if value is None:
            raise self.error(f"expected a number, received {token.shown}", token)
        return value

    def _channels(self, call: Call) -> None:
        sign, token = self.tokens.next(), self.tokens.next()
        argument = channels_argument(call.word.sample)
        if argument is None:
            raise self.error(f"{call.text} takes no channels", sign)
        if token.kind != "word" or self._number(token) is None:
            raise self.error(f"expected a number of channels, received {token.shown}", token)
        value = self._number(token)
        if isinstance(value, tuple):
            raise self.error(
                f"expected a number of channels, received {token.shown}",
                token,
                "a repeat needs a space before it: @64 x3",
            )
        self._set(call, argument, value, token)

    def _keyed(self, call: Call) -> None:
        """key '=' value"""
        key = self.tokens.next()
        self.tokens.next()
        argument = argument_of(call.word.sample, key.text)
        if argument is None:
            raise self._unknown_option(call, key)
        token = self.tokens.peek()
        self._set(call, argument, self.value(0), token, key)

    def _unknown_option(self, call: Call, key: Token) -> SpecError:
        if key.lower in ALIASES:
            message = f"{call.text} has no option {key.text}"
        else:
            message = f"unknown option {quoted(key.text)} of {call.text}"
        return self.error(message, key, self._close_options(call, key.text))

    def _bare(self, call: Call) -> None:
        token = self.tokens.next()
        flag = flag_of(call.word.sample, token.text)
        if flag is not None:
            self._set(call, *flag, token)
            return
        name, digits = glued_option(call.word.sample, token.text) or ("", "")
        at = token._replace(text=digits, start=token.start + len(token.text) - len(digits))
        self._set(call, name, self._known_number(at), at, token)

    def _arguments(self, call: Call) -> None:
        """'(' [argument {',' argument}] ')'"""
        opening = self.tokens.next()
        positional: list[Setting] = []
        self._skip_lines()
        while self.tokens.peek().text != ")":
            token = self.tokens.peek()
            if token.kind == "word" and self.tokens.peek(1).text == "=":
                self._keyed(call)
            elif (
                token.kind == "word"
                and self._number(token) is None
                and self.is_bare_option(call.word, token)
            ):
                self._bare(call)
            else:
                positional.append(Setting(self.value(0), token.start))
                self._refuse_position(call, token, positional)
            self._skip_lines()
            if self.tokens.peek().text in (",", ";"):
                self.tokens.next()
                self._skip_lines()
            elif self.tokens.peek().text != ")":
                raise self._unclosed(opening)
        self.tokens.next()
        self._bind(call, positional)

    def _unclosed(self, opening: Token) -> SpecError:
        token = self.tokens.peek()
        if token.kind == "end":
            return self.error(f"{quoted(opening.text)} is never closed", opening)
        return self.error(f"expected a comma or ')', received {token.shown}", token)

    def _refuse_position(self, call: Call, token: Token, positional: list[Setting]) -> None:
        """Only a bare word takes arguments by position: `conv3x3(1, 2)` says nothing."""
        sample = call.word.sample
        if len(positional) > len(sample.arguments):
            most = len(sample.arguments)
            message = f"{call.text} takes at most {most} argument{'s' * (most != 1)}"
            raise self.error(message, token, sample.signature())
        if call.torch or not call.settings:
            return
        value = positional[-1].value
        if isinstance(value, tuple) and len(value) > 1 and len(positional) == 1:
            raise self.error(
                f"({token.text}) is a size, not an option",
                token,
                "leave it out: cnncalc computes the sizes",
            )
        raise self.error(f"expected an option such as s=2, received {token.shown}", token)

    def _bind(self, call: Call, positional: list[Setting]) -> None:
        """Give positional arguments their names, in torch's order; `fc(10)` has ten outputs."""
        sample = call.word.sample
        names = [argument.name for argument in sample.arguments]
        if call.word.flattens and not call.torch and len(positional) == 1:
            names = ["out_features"]
        if not call.torch and tail_argument(sample) == "scale_factor" and len(positional) == 1:
            names = ["scale_factor"]
        for name, (value, at) in zip(names, positional, strict=False):
            self._set(call, name, value, Token("word", "", at))

    def value(self, depth: int) -> Any:
        """value = number | size | word | string | '(' values ')'"""
        token = self.tokens.next()
        if token.kind == "string":
            return self._string(token)
        if token.kind == "symbol" and token.text in _CLOSING:
            if depth >= _MAX_NESTING:
                raise self.error("tuples inside tuples inside tuples", token)
            return self._values(token, depth)
        if token.kind != "word":
            raise self.error(f"expected a value, received {token.shown}", token)
        number = self._number(token)
        if number is not None:
            return number
        if token.lower in _CONSTANTS:
            return _CONSTANTS[token.lower]
        if token.lower[0] == "x" and is_count(token.text[1:]):
            return self._number(token._replace(text=token.text[1:]))  # upsample(x2)
        return token.lower

    def _values(self, opening: Token, depth: int) -> tuple[Any, ...]:
        values = []
        closing = _CLOSING[opening.text]
        self._skip_lines()
        while self.tokens.peek().text != closing:
            values.append(self.value(depth + 1))
            if len(values) > _MAX_VALUES:
                raise self.error(f"more than {_MAX_VALUES:,} values", opening)
            self._skip_lines()
            if self.tokens.peek().text == ",":
                self.tokens.next()
                self._skip_lines()
            elif self.tokens.peek().text != closing:
                raise self._unclosed(opening)
        self.tokens.next()
        return tuple(values)

    def _string(self, token: Token) -> str:
        if "\\" not in token.text:
            return token.text[1:-1]
        try:
            return str(ast.literal_eval(token.text))
        except (SyntaxError, ValueError):
            raise self.error("a string with an escape that means nothing", token) from None

    def _number(self, token: Token) -> Any:
        try:
            return read_number(token.text)
        except ValueError as error:
            raise self.error(str(error), token) from None

    def _set(
        self, call: Call, argument: str, value: Any, token: Token, key: Token | None = None
    ) -> None:
        if argument in call.settings:
            raise self.error(f"{argument} is given twice", key or token)
        call.settings[argument] = Setting(value, token.start)

    def _skip_lines(self) -> None:
        while self.tokens.peek().text == "\n":
            self.tokens.next()
