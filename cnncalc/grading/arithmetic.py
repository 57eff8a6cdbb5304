"""Sums as people write them into answers: `7*7*3*64 + 64`, `⌊(224+6-7)/2⌋ + 1`.

Only numbers, + - * / // **, brackets, floor and ceil; nothing is handed to Python. Sizes of
numbers, powers and nesting are limited, so that no answer takes long.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from math import ceil, floor

from ..errors import InputError

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d{1,2})?|\.\d+)"
    r"|(?P<sign>\*\*|//|floor\(|ceil\(|[-+*/^×x·÷()⌊⌋⌈⌉\[\]]))",
    re.I,
)
_ALIKE = {"×": "*", "x": "*", "·": "*", "÷": "/", "^": "**", "[": "(", "]": ")"}
#: What opens a bracket, what closes it, and what is done with the value inside.
_BRACKETS: dict[str, tuple[str, Callable[[Fraction], Fraction | int]]] = {
    "(": (")", lambda value: value),
    "⌊": ("⌋", floor),
    "⌈": ("⌉", ceil),
    "floor(": (")", floor),
    "ceil(": (")", ceil),
}
_LONGEST = 300
_DEEPEST = 20
_MOST_BITS = 2_000
_MOST_POWER = 256


def evaluate(text: str) -> Fraction:
    """The value of a sum. Raises `InputError` where it is none, or goes beyond the limits."""
    if len(text) > _LONGEST:
        raise _wrong(text, "it is too long")
    return _Reader(text).whole()


def _wrong(text: str, why: str) -> InputError:
    shown = text if len(text) <= 40 else f"{text[:40]}…"
    return InputError(f"{shown!r} is no number: {why}")


class _Reader:
    """Reads tokens from the left, by precedence."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[str] = []
        self.at = 0
        self.depth = 0
        end = 0
        body = text.rstrip()
        while end < len(body):
            found = _TOKEN.match(body, end)
            if found is None:
                raise _wrong(text, f"{body[end:].strip()[:1]!r} cannot be calculated with")
            token = found["number"] or found["sign"].lower()
            self.tokens.append(_ALIKE.get(token, token))
            end = found.end()

    def whole(self) -> Fraction:
        value = self.sum()
        if self.at < len(self.tokens):
            raise _wrong(self.text, f"an operator is missing before {self.tokens[self.at]!r}")
        return value

    def take(self, *wanted: str) -> str | None:
        """The next token, if it is one of these."""
        token = self.tokens[self.at] if self.at < len(self.tokens) else None
        if token not in wanted:
            return None
        self.at += 1
        return token

    def sum(self) -> Fraction:
        value = self.product()
        while (sign := self.take("+", "-")) is not None:
            other = self.product()
            value = self.checked(value + other if sign == "+" else value - other)
        return value

    def product(self) -> Fraction:
        value = self.signed()
        while (sign := self.take("*", "/", "//")) is not None:
            other = self.signed()
            if sign == "*":
                value = self.checked(value * other)
            elif not other:
                raise _wrong(self.text, "it divides by zero")
            else:
                value = value / other if sign == "/" else Fraction(value // other)
        return value

    def signed(self) -> Fraction:
        negative = False
        while (sign := self.take("+", "-")) is not None:
            negative ^= sign == "-"
        value = self.power()
        return -value if negative else value

    def power(self) -> Fraction:
        base = self.single()
        if self.take("**") is None:
            return base
        self.deeper()
        exponent = self.signed()
        self.depth -= 1
        if exponent.denominator != 1 or abs(exponent) > _MOST_POWER:
            raise _wrong(self.text, f"powers are whole numbers up to {_MOST_POWER}")
        if not base and exponent < 0:
            raise _wrong(self.text, "it divides by zero")
        self.checked(base, abs(int(exponent)))
        return Fraction(base) ** int(exponent)

    def single(self) -> Fraction:
        token = self.take(*_BRACKETS)
        if token is not None:
            closing, then = _BRACKETS[token]
            self.deeper()
            inner = Fraction(then(self.sum()))
            self.depth -= 1
            if self.take(closing) is None:
                raise _wrong(self.text, f"{closing!r} is missing")
            return inner
        if self.at >= len(self.tokens) or self.tokens[self.at][0] not in "0123456789.":
            raise _wrong(self.text, "a number is missing")
        self.at += 1
        number = self.tokens[self.at - 1].replace(",", "").replace("_", "")
        return self.checked(Fraction(number))

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise _wrong(self.text, "its brackets are nested too deeply")

    def checked(self, value: Fraction, power: int = 1) -> Fraction:
        """The value, if it (to a power) is no longer than any figure of a network."""
        bits = max(value.numerator.bit_length(), value.denominator.bit_length())
        if bits * power > _MOST_BITS:
            raise _wrong(self.text, "it is too large")
        return value
