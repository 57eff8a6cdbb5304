"""The op catalogue as a table, as Markdown for docs/ops.md, and one op in full."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from itertools import groupby

from ..ops import Op

#: What the formulas' symbols mean where they are no arguments of the op.
SYMBOLS = {
    "N": "batch",
    "i": "input size along the axis",
    "O": "output positions",
    "I": "input positions",
    "K": "kernel positions",
    "c": "channels",
    "E": "elements of the tensor, or of the normalized dims",
    "R": "rows: all positions but the last dim",
    "B": "batch: all dims but the last two",
    "n": "rows of the first matrix",
    "m": "columns of the second matrix",
    "k": "inner size",
    "loops": "product of the sizes of all letters",
    "Lq": "length of the query",
    "Lk": "length of the keys",
    "dk": "features of the keys",
    "dv": "features of the values",
    "D": "features of query and key; of recurrent layers the directions",
    "Dv": "features of the values",
    "T": "steps, over the whole batch",
    "G": "gates",
    "o": "output size; of recurrent layers the size of the state",
    "r": "parameters of the projection",
}


def _formulas(op: type[Op]) -> list[tuple[str, str]]:
    named = [
        ("size", op.out_size.text if op.out_size else ""),
        ("params", op.params.text),
        ("buffers", op.buffers.text),
        ("MACs", op.macs.text),
        ("field", op.field_rule),
    ]
    return [(name, text) for name, text in named if text not in ("", "0")]


def _summary(op: type[Op]) -> str:
    return (inspect.getdoc(op) or "").split("\n")[0]


def _families(ops: Iterable[type[Op]]) -> list[list[type[Op]]]:
    """Ops that differ only in their number of axes, together."""

    def family(op: type[Op]) -> str:
        return op.__name__[:-2] if op.__name__[-2:] in ("1d", "2d", "3d") else op.__name__

    return [list(group) for _, group in groupby(ops, key=family)]


def _name(ops: list[type[Op]]) -> str:
    if len(ops) == 1:
        return ops[0].__name__
    ranks = "/".join(op.__name__[-2:-1] for op in ops)
    return f"{ops[0].__name__[:-2]}{ranks}d"


def table(ops: Iterable[type[Op]]) -> str:
    """One line per op (1d, 2d and 3d together)."""
    from tabulate import tabulate

    rows = [
        [_name(group), " ".join(group[0].spec_names[:2]), _summary(group[0])]
        for group in _families(ops)
    ]
    return tabulate(rows, headers=["op", "spec words", "what it does"], disable_numparse=True)


def markdown(ops: Iterable[type[Op]]) -> str:
    """The table of docs/ops.md."""
    lines = [
        "# The operations",
        "",
        "Made by `cnncalc ops --format markdown`. Formulas are integer arithmetic; `//` is the",
        "floor. Arguments stand in torch's order.",
        "",
        "| op | arguments | formulas | spec words |",
        "|---|---|---|---|",
    ]
    for group in _families(ops):
        op = group[0]
        formulas = "<br>".join(
            f"{name}: {text}".replace("*", "\\*") if name == "field" else f"{name}: `{text}`"
            for name, text in _formulas(op)
        )
        arguments = op.signature().partition("(")[2].removesuffix(")").replace("|", "\\|")
        words = " ".join(f"`{word}`" for word in op.spec_names)
        shown = f"`{arguments}`" if arguments else ""
        lines.append(f"| **{_name(group)}** {_summary(op)} | {shown} | {formulas} | {words} |")
    lines += ["", "Symbols that are no arguments:", "", "| symbol | meaning |", "|---|---|"]
    lines += [f"| `{symbol}` | {meaning} |" for symbol, meaning in SYMBOLS.items()]
    return "\n".join(lines)


def symbols(op: type[Op]) -> dict[str, str]:
    """What each symbol in the op's formulas stands for."""
    formulas = (op.out_size, op.params, op.buffers, op.macs)
    used = {symbol for formula in formulas if formula for symbol in formula.symbols}
    arguments = {a.symbol: a.name for a in op.arguments if a.symbol in used}
    names = {a.name for a in op.arguments}
    rest = {symbol: SYMBOLS[symbol] for symbol in sorted(used - arguments.keys() - names)}
    return {**arguments, **rest}


def one(op: type[Op]) -> str:
    """Everything about one op."""
    lines = [op.signature(), "", inspect.getdoc(op) or "", ""]
    lines += [f"{name:<8} {text}" for name, text in _formulas(op)]
    for index, (symbol, meaning) in enumerate(symbols(op).items()):
        lines.append(f"{'' if index else 'where':<8} {symbol} = {meaning}")
    if op.spec_names:
        lines.append(f"spec     {', '.join(op.spec_names)}")
    if op.torch_name:
        lines.append(f"torch    {op.torch_name}")
    return "\n".join(lines)
