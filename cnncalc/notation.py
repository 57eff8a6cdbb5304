"""Formulas as people write them: plain text, LaTeX and MathML, from Python's arithmetic.

`//` becomes floor brackets around a fraction, `-(-a // b)` ceiling brackets, `*` a dot. The
floor of a division that has no rest is left out.
"""

from __future__ import annotations

import ast
from functools import lru_cache
from html import escape
from typing import Any, ClassVar

from .formula import Formula, value_of

#: Symbols with a subscript, where a formula's text has room for a name only.
SUBSCRIPTS = {
    "co": ("C", "out"), "ci": ("C", "in"), "c1": ("C", "1"), "c2": ("C", "2"),
    "Lq": ("L", "q"), "Lk": ("L", "k"), "dk": ("d", "k"), "dv": ("d", "v"), "Dv": ("D", "v"),
    "op": ("p", "out"), "k_eff": ("k", "eff"), "p1": ("p", "1"), "p2": ("p", "2"),
    "c_in": ("C", "in"),
}  # fmt: skip
#: Denominators that divide without a rest wherever they stand: groups divide the channels.
_EXACT = frozenset({"g"})
_SUM, _PRODUCT, _ATOM = 1, 2, 3


def text(formula: str) -> str:
    """`⌊(i + 2·p - d·(k - 1) - 1) / s⌋ + 1`."""
    return _TEXT.printed(formula)


def latex(formula: str) -> str:
    """The formula for LaTeX's math mode, in commands of amsmath."""
    return _LATEX.printed(formula)


def mathml(formula: str) -> str:
    """The formula as presentation MathML, without the `math` element around it."""
    return _MATHML.printed(formula)


class _Printer:
    """Walks a formula's tree; a subclass says how each part looks."""

    dot: ClassVar[str]
    minus: ClassVar[str]

    def printed(self, formula: str) -> str:
        return self._shown(_parsed(formula))[0]

    def _shown(self, tree: ast.expr) -> tuple[str, int]:
        """The text, and how tightly it holds together."""
        if isinstance(tree, ast.Constant):
            return self.number(tree.value), _ATOM
        if isinstance(tree, ast.Name):
            return self.symbol(tree.id), _ATOM
        if isinstance(tree, ast.Call):
            name = tree.func.id if isinstance(tree.func, ast.Name) else ""
            return self.call(name, [self._shown(item)[0] for item in tree.args]), _ATOM
        if isinstance(tree, ast.UnaryOp):
            return self._negative(tree)
        assert isinstance(tree, ast.BinOp)
        if isinstance(tree.op, ast.Mult):
            return self._product(tree), _PRODUCT
        if isinstance(tree.op, ast.FloorDiv):
            return self._division(tree)
        sign = "+" if isinstance(tree.op, ast.Add) else self.minus
        right = self._inside(tree.right, _PRODUCT)
        return f"{self._shown(tree.left)[0]}{self.sign(sign)}{right}", _SUM

    def _inside(self, tree: ast.expr, least: int) -> str:
        """The text, in brackets where it holds together less than is asked for."""
        shown, level = self._shown(tree)
        return shown if level >= least else self.brackets("(", shown, ")")

    def _negative(self, tree: ast.UnaryOp) -> tuple[str, int]:
        inner = tree.operand
        if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.FloorDiv):
            above = inner.left
            if isinstance(above, ast.UnaryOp):
                fraction = self.fraction(above.operand, inner.right)
                return self.brackets("⌈", fraction, "⌉"), _ATOM
        return f"{self.sign(self.minus).strip()}{self._inside(inner, _PRODUCT)}", _SUM

    def _product(self, tree: ast.BinOp) -> str:
        factors: list[ast.expr] = []
        pending: list[ast.expr] = [tree]
        while pending:
            part = pending.pop()
            if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Mult):
                pending += [part.right, part.left]
            else:
                factors.append(part)
        return self.dot.join(self._inside(factor, _PRODUCT + 1) for factor in factors)

    def _division(self, tree: ast.BinOp) -> tuple[str, int]:
        fraction = self.fraction(tree.left, tree.right)
        if _without_rest(tree):
            return fraction, self.fraction_level
        return self.brackets("⌊", fraction, "⌋"), _ATOM

    fraction_level: ClassVar[int] = _ATOM

    def number(self, value: Any) -> str:
        raise NotImplementedError

    def symbol(self, name: str) -> str:
        raise NotImplementedError

    def call(self, name: str, items: list[str]) -> str:
        raise NotImplementedError

    def sign(self, sign: str) -> str:
        raise NotImplementedError

    def brackets(self, left: str, inside: str, right: str) -> str:
        raise NotImplementedError

    def fraction(self, above: ast.expr, below: ast.expr) -> str:
        raise NotImplementedError


class _Text(_Printer):
    dot, minus = "·", "-"
    fraction_level = _PRODUCT

    def number(self, value: Any) -> str:
        return f"{value:,}"

    def symbol(self, name: str) -> str:
        return name

    def call(self, name: str, items: list[str]) -> str:
        return f"{name}({'; '.join(items)})"

    def sign(self, sign: str) -> str:
        return f" {sign} "

    def brackets(self, left: str, inside: str, right: str) -> str:
        return f"{left}{inside}{right}"

    def fraction(self, above: ast.expr, below: ast.expr) -> str:
        slash = "/" if isinstance(above, ast.Name) and isinstance(below, ast.Name) else " / "
        return f"{self._inside(above, _PRODUCT)}{slash}{self._inside(below, _ATOM)}"


class _Latex(_Printer):
    dot, minus = r" \cdot ", "-"
    _BRACKETS: ClassVar[dict[str, str]] = {
        "(": r"\left( ", ")": r" \right)",
        "⌊": r"\left\lfloor ", "⌋": r" \right\rfloor",
        "⌈": r"\left\lceil ", "⌉": r" \right\rceil",
    }  # fmt: skip

    def number(self, value: Any) -> str:
        return f"{value:,}".replace(",", "{,}")

    def symbol(self, name: str) -> str:
        letter, below = SUBSCRIPTS.get(name, (name, ""))
        if below:
            return f"{letter}_{{{below if len(below) == 1 else self._upright(below)}}}"
        return name if len(name) == 1 else self._upright(name)

    def _upright(self, word: str) -> str:
        escaped = word.replace("_", r"\_")
        return rf"\mathrm{{{escaped}}}"

    def call(self, name: str, items: list[str]) -> str:
        return rf"\{name}\left( {', '.join(items)} \right)"

    def sign(self, sign: str) -> str:
        return f" {sign} "

    def brackets(self, left: str, inside: str, right: str) -> str:
        return f"{self._BRACKETS[left]}{inside}{self._BRACKETS[right]}"

    def fraction(self, above: ast.expr, below: ast.expr) -> str:
        return rf"\frac{{{self._shown(above)[0]}}}{{{self._shown(below)[0]}}}"


class _MathML(_Printer):
    dot, minus = "<mo>·</mo>", "−"

    def number(self, value: Any) -> str:
        return f"<mn>{value:,}</mn>"

    def symbol(self, name: str) -> str:
        letter, below = SUBSCRIPTS.get(name, (name, ""))
        if below:
            return f"<msub><mi>{letter}</mi><mi>{below}</mi></msub>"
        return f"<mi>{escape(name)}</mi>"

    def call(self, name: str, items: list[str]) -> str:
        return f"<mi>{name}</mi>{self.brackets('(', '<mo>,</mo>'.join(items), ')')}"

    def sign(self, sign: str) -> str:
        return f"<mo>{sign}</mo>"

    def brackets(self, left: str, inside: str, right: str) -> str:
        return f"<mrow><mo>{left}</mo>{inside}<mo>{right}</mo></mrow>"

    def fraction(self, above: ast.expr, below: ast.expr) -> str:
        numerator, denominator = self._shown(above)[0], self._shown(below)[0]
        return f"<mfrac><mrow>{numerator}</mrow><mrow>{denominator}</mrow></mfrac>"


_TEXT, _LATEX, _MATHML = _Text(), _Latex(), _MathML()


@lru_cache(maxsize=4096)
def _parsed(formula: str) -> ast.expr:
    return Formula(formula).tree


def _without_rest(tree: ast.BinOp) -> bool:
    """Is it known that the division has no rest, so that no floor cuts?"""
    if isinstance(tree.right, ast.Name):
        return tree.right.id in _EXACT
    if isinstance(tree.left, ast.Constant) and isinstance(tree.right, ast.Constant):
        return not value_of(tree.left) % value_of(tree.right)
    return False
