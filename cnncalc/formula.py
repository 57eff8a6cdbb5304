"""Integer formulas: one text that computes, explains and documents.

`Formula("(i + 2*p - d*(k - 1) - 1) // s + 1")` evaluates on ints and on arrays alike and
substitutes numbers for its symbols. Its text is Python's arithmetic; `//` is the floor.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from types import CodeType
from typing import Any

_SYMBOL = re.compile(r"[A-Za-z_]\w*")
#: The functions that a formula may call.
FUNCTIONS: dict[str, Any] = {"min": min, "max": max}


class Formula:
    """An integer formula over named symbols.

    Raises `NameError` from `evaluate` where a symbol has no value; the catalogue's
    registration makes sure beforehand that each symbol is one its op provides.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.symbols = frozenset(_SYMBOL.findall(text)) - FUNCTIONS.keys()

    def __repr__(self) -> str:
        return f"Formula({self.text!r})"

    def __str__(self) -> str:
        return self.text

    @cached_property
    def _code(self) -> CodeType:
        return compile(self.text, "<formula>", "eval")

    def evaluate(self, values: Mapping[str, Any]) -> Any:
        """The value with `values` for the symbols; None where one of those used is None."""
        for symbol in self.symbols:
            if symbol in values and values[symbol] is None:
                return None
        return eval(self._code, {"__builtins__": FUNCTIONS}, dict(values))

    def substitute(self, values: Mapping[str, Any]) -> str:
        """The text with numbers for symbols: `64*12544*(3 // 1)*49`."""

        def number(match: re.Match[str]) -> str:
            symbol = match.group()
            value = values.get(symbol, symbol)
            if value is None:
                return symbol
            return str(int(value)) if isinstance(value, bool) else str(value)

        return _SYMBOL.sub(number, self.text)
