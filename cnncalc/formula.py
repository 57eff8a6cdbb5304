"""Integer formulas: one text that computes, explains and documents.

`Formula("(i + 2*p - d*(k - 1) - 1) // s + 1")` evaluates on ints and on arrays alike and
substitutes numbers for its symbols. Its text is Python's arithmetic; `//` is the floor. How a
formula is worked out on paper is a chain of formulas: `filled`, then `worked`, then its value.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping, Sequence
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

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Formula) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    @cached_property
    def _code(self) -> CodeType:
        return compile(self.text, "<formula>", "eval")

    @cached_property
    def tree(self) -> ast.expr:
        """The formula as a syntax tree, for printing and rewriting."""
        return ast.parse(self.text, mode="eval").body

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

    def filled(
        self, values: Mapping[str, Any], factors: Mapping[str, Sequence[int]] | None = None
    ) -> Formula:
        """The formula with numbers for symbols, as it is written on paper.

        `factors` shows symbols that are products as such: K as 7*7. Flags (True, False) keep
        their term or drop it, and numbers divided by 1 stand alone.
        """
        return _formula(_unflagged(_fill(self.tree, values, factors or {})))

    def worked(self) -> Formula:
        """A formula of numbers, worked out but for its last step.

        Divisions that leave a rest stay (`223 // 2 + 1`), and so do the terms of a sum
        (`9408 + 64`); everything inside of them is one number.
        """
        if any(isinstance(node, ast.FloorDiv) for node in ast.walk(self.tree)):
            return _formula(_worked_floors(self.tree))
        return _formula(_worked_terms(self.tree))

    def rounded_up(self) -> Formula:
        """The formula with its first division rounded up in the place of down.

        Raises `ValueError` where nothing is divided.
        """
        return _formula(_rounded_up(self.tree))


def _formula(tree: ast.expr) -> Formula:
    return Formula(ast.unparse(tree))


def _number(value: Any) -> ast.expr:
    """A number as a tree; negative ones with their sign in front."""
    if value < 0:
        return ast.UnaryOp(ast.USub(), ast.Constant(-value))
    return ast.Constant(value)


def value_of(tree: ast.expr) -> Any:
    """The value of a tree without symbols."""
    return Formula(ast.unparse(tree)).evaluate({})


def _rebuilt(tree: ast.expr, change: Callable[[ast.expr], ast.expr]) -> ast.expr:
    """The tree with each of its operands changed."""
    if isinstance(tree, ast.BinOp):
        return ast.BinOp(change(tree.left), tree.op, change(tree.right))
    if isinstance(tree, ast.UnaryOp):
        return ast.UnaryOp(tree.op, change(tree.operand))
    if isinstance(tree, ast.Call):
        return ast.Call(tree.func, [change(item) for item in tree.args], [])
    return tree


def _fill(
    tree: ast.expr, values: Mapping[str, Any], factors: Mapping[str, Sequence[int]]
) -> ast.expr:
    if isinstance(tree, ast.Name):
        value = values.get(tree.id)
        if value is None:
            return tree
        if len(factors.get(tree.id, ())) > 1:
            return _product(factors[tree.id])
        return ast.Constant(value) if isinstance(value, bool) else _number(value)
    filled = _rebuilt(tree, lambda operand: _fill(operand, values, factors))
    return _tidied(filled)


def _product(sizes: Sequence[int]) -> ast.expr:
    tree = _number(sizes[0])
    for size in sizes[1:]:
        tree = ast.BinOp(tree, ast.Mult(), _number(size))
    return tree


def _tidied(tree: ast.expr) -> ast.expr:
    """Flags and divisions by 1, which only a general formula needs, gone."""
    if not isinstance(tree, ast.BinOp):
        return tree
    left, right = tree.left, tree.right
    if isinstance(tree.op, ast.Mult):
        for flag, other in ((left, right), (right, left)):
            if _is_flag(flag):
                assert isinstance(flag, ast.Constant)
                # A dropped term is a flag again, until a sum leaves it out.
                return other if flag.value else ast.Constant(False)
    elif isinstance(tree.op, ast.Add | ast.Sub):
        if _is_false(right):
            return left
        if _is_false(left) and isinstance(tree.op, ast.Add):
            return right
        return ast.BinOp(_unflagged(left), tree.op, _unflagged(right))
    elif isinstance(tree.op, ast.FloorDiv):
        atoms = isinstance(left, ast.Constant) and isinstance(right, ast.Constant)
        if atoms and right.value == 1:  # type: ignore[attr-defined]  # a constant: see above
            return left
    return tree


def _is_flag(tree: ast.expr) -> bool:
    return isinstance(tree, ast.Constant) and isinstance(tree.value, bool)


def _is_false(tree: ast.expr) -> bool:
    return isinstance(tree, ast.Constant) and tree.value is False


def _unflagged(tree: ast.expr) -> ast.expr:
    """A flag as the number that it counts as."""
    return ast.Constant(int(tree.value)) if _is_flag(tree) else tree  # type: ignore[attr-defined]


def _worked_floors(tree: ast.expr) -> ast.expr:
    """Each division that leaves a rest with its two numbers; all else worked out."""
    floors = [node for node in ast.walk(tree) if _cuts(node)]
    if not floors:
        return _worked_terms(tree)
    if _cuts(tree):
        assert isinstance(tree, ast.BinOp)
        return ast.BinOp(
            _number(value_of(tree.left)), ast.FloorDiv(), _number(value_of(tree.right))
        )
    return _rebuilt(tree, _worked_floors)


def _cuts(tree: ast.AST) -> bool:
    """Is it a division that leaves a rest?"""
    if not (isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.FloorDiv)):
        return False
    return bool(value_of(tree.left) % value_of(tree.right))


def _worked_terms(tree: ast.expr) -> ast.expr:
    """The terms of a sum, or of the sums in a product, as one number each."""
    if not isinstance(tree, ast.BinOp):
        return _number(value_of(tree))
    if isinstance(tree.op, ast.Add | ast.Sub):
        return ast.BinOp(_term(tree.left), tree.op, _term(tree.right))
    if isinstance(tree.op, ast.Mult) and (_is_sum(tree.left) or _is_sum(tree.right)):
        sides = [
            _worked_terms(side) if _is_sum(side) else _number(value_of(side))
            for side in (tree.left, tree.right)
        ]
        return ast.BinOp(sides[0], ast.Mult(), sides[1])
    return _number(value_of(tree))


def _term(tree: ast.expr) -> ast.expr:
    return _worked_terms(tree) if _is_sum(tree) else _number(value_of(tree))


def _is_sum(tree: ast.expr) -> bool:
    return isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Add | ast.Sub)


def _rounded_up(tree: ast.expr) -> ast.expr:
    if isinstance(tree, ast.BinOp):
        if isinstance(tree.op, ast.FloorDiv):
            down = ast.BinOp(ast.UnaryOp(ast.USub(), tree.left), ast.FloorDiv(), tree.right)
            return ast.UnaryOp(ast.USub(), down)
        return ast.BinOp(_rounded_up(tree.left), tree.op, tree.right)
    raise ValueError("nothing is divided in the formula")
