"""How the arguments of a call are written: what `cnncalc check` holds against the truth."""

from __future__ import annotations

import ast
from typing import Any

from ...errors import Location
from ...graph import Made, Written
from .framework.attributes import signature
from .interpreter import Interpreter, column_of, place_of

#: Kinds of nodes that make a number of numbers.
_NUMERIC = (ast.Constant, ast.BinOp, ast.UnaryOp, ast.Tuple, ast.List)


class Calls:
    """The calls of layers that were met: where, how written, and how often."""

    def __init__(self) -> None:
        self._times: dict[Location, int] = {}
        self._reasons: dict[int, str | None] = {}

    def of_leaf(
        self, reader: Interpreter, kind: str, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Made | None:
        """The call at hand, which makes a module of torch.nn."""
        node = self._node(reader)
        if node is None:
            return None
        names = [each.name for each in signature(kind) if not each.keyword_only]
        found = _positional(node, names)
        found.update((each.arg, each.value) for each in node.keywords if each.arg is not None)
        values = {**dict(zip(names, args, strict=False)), **kwargs}
        return self._made(reader, node, {
            name: (expression, values[name]) for name, expression in found.items() if name in values
        })  # fmt: skip

    def of_sizes(self, reader: Interpreter, sizes: tuple[Any, ...]) -> Made | None:
        """The call at hand, which gives a tensor the sizes `shape[0]`, `shape[1]`, ..."""
        node = self._node(reader)
        if node is None or node.keywords:
            return None
        given = node.args
        # torch.reshape(x, (2, -1)) has the tensor first; x.view((2, -1)) a tuple.
        if given and isinstance(given[-1], ast.Tuple | ast.List) and len(given) <= 2:
            given = given[-1].elts
        if len(given) != len(sizes) or any(isinstance(each, ast.Starred) for each in given):
            return None
        return self._made(reader, node, {
            f"shape[{at}]": (expression, value)
            for at, (expression, value) in enumerate(zip(given, sizes, strict=True))
        })  # fmt: skip

    def count(self, made: Made) -> Made:
        """The same, with the number of times that it was reached."""
        return made._replace(times=self._times[made.location])

    def _node(self, reader: Interpreter) -> ast.Call | None:
        """The call that the user's own code is at, if it is the innermost."""
        frame = reader.stack[-1] if reader.stack else None
        if frame is None or not frame.module.own or not isinstance(frame.node, ast.Call):
            return None
        return frame.node

    def _made(
        self, reader: Interpreter, node: ast.Call, arguments: dict[str, tuple[ast.expr, Any]]
    ) -> Made:
        module = reader.stack[-1].module
        place = place_of(module, node)
        self._times[place] = self._times.get(place, 0) + 1
        written = {
            name: self._written(module, expression, value)
            for name, (expression, value) in arguments.items()
        }
        return Made(place, written)

    def _written(self, module: Any, node: ast.expr, value: Any) -> Written:
        key = id(node)
        if key not in self._reasons:
            self._reasons[key] = _reason(node)
        last = node.end_lineno or node.lineno
        end = (last, column_of(module, last, node.end_col_offset or 0))
        text = _text(module.names["__lines__"], node)
        return Written(text, value, place_of(module, node), end, self._reasons[key])


def _positional(node: ast.Call, names: list[str]) -> dict[str, ast.expr]:
    """The positional arguments by name, up to the first `*more`."""
    found = {}
    for name, expression in zip(names, node.args, strict=False):
        if isinstance(expression, ast.Starred):
            break
        found[name] = expression
    return found


def _text(lines: list[str], node: ast.expr) -> str:
    """The source text of an expression."""
    first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
    rows = [line.encode() for line in lines[first : last + 1]]
    rows[-1] = rows[-1][: node.end_col_offset]
    rows[0] = rows[0][node.col_offset :]
    return b"\n".join(rows).decode(errors="replace")


def _reason(node: ast.expr) -> str | None:
    """What but numbers decides the value of an expression; None if nothing does."""
    for each in ast.walk(node):
        if isinstance(each, ast.Name):
            return f"{each.id} is not written here as a number"
        if isinstance(each, ast.expr) and not isinstance(each, _NUMERIC):
            return f"{ast.unparse(node)} is computed"
    return None
