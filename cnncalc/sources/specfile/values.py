"""Parameters of blocks: `{c}`, `{c*4}`, `{2*c//3}` in the text of a block's layers."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Mapping

from ...errors import closest
from ...formula import FUNCTIONS, Formula
from ..spec.source import quoted

#: Results beyond this are typos, or attacks.
MAX_VALUE = 10**12
_LONGEST = 200
_NODES = (
    ast.Expression,
    ast.BinOp,
    ast.UnaryOp,
    ast.Name,
    ast.Load,
    ast.Call,
    ast.Add,
    ast.Sub,
    ast.Mult,
    ast.FloorDiv,
    ast.Mod,
    ast.USub,
)


def substitute(text: str, params: Mapping[str, int]) -> str:
    """The text with values for what stands in braces.

    Raises `ValueError` with a message and perhaps a help for expressions that have none.
    """
    if "{" not in text and "}" not in text:
        return text
    parts = []
    rest = text
    while rest:
        before, brace, rest = rest.partition("{")
        if "}" in before:
            raise ValueError("'}' closes nothing")
        parts.append(before)
        if brace:
            expression, closing, rest = rest.partition("}")
            if not closing:
                raise ValueError("'{' is never closed")
            parts.append(str(evaluate(expression, params)))
    return "".join(parts)


def evaluate(expression: str, params: Mapping[str, int]) -> int:
    """The value of whole-number arithmetic over the parameters."""
    shown = quoted(expression)
    if len(expression) > _LONGEST:
        raise ValueError(f"the expression {shown} is too long")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(expression.strip(), mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise ValueError(f"{shown} is no expression", "such as {c*2}") from None
    for node in ast.walk(tree):
        _check(node, shown, params)
    try:
        value = Formula(expression.strip()).evaluate(params)
    except ZeroDivisionError:
        raise ValueError(f"{shown} divides by zero") from None
    except (TypeError, RecursionError):
        raise ValueError(f"{shown} is no expression", "such as {c*2}") from None
    if not isinstance(value, int) or abs(value) > MAX_VALUE:
        raise ValueError(f"{shown} is beyond {MAX_VALUE:,}")
    return value


def _check(node: ast.AST, shown: str, params: Mapping[str, int]) -> None:
    if isinstance(node, ast.Constant):
        if type(node.value) is not int or node.value > MAX_VALUE:
            raise ValueError(f"{shown}: only whole numbers up to {MAX_VALUE:,} are allowed")
        return
    if isinstance(node, ast.Div):
        raise ValueError(f"{shown}: sizes are whole numbers", "divide with //")
    if not isinstance(node, _NODES):
        raise ValueError(f"{shown}: only + - * // % min max are allowed")
    if isinstance(node, ast.Call):
        called = node.func.id if isinstance(node.func, ast.Name) else ""
        if called not in FUNCTIONS or node.keywords or not node.args:
            raise ValueError(f"{shown}: only + - * // % min max are allowed")
    if isinstance(node, ast.Name) and node.id not in params and node.id not in FUNCTIONS:
        hint = closest(node.id, params)
        if hint is None:
            known = ", ".join(params)
            hint = f"the parameters are {known}" if params else "there are none here"
        raise ValueError(f"unknown parameter {quoted(node.id)}", hint)
