"""The op catalogue as a table, as Markdown for docs/ops.md, and one op in full."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from itertools import groupby

from ..ops import Op

_WORDS = (
    ("i, k, s, p, d, op", "input size, kernel, stride, padding, dilation, output padding"),
    ("ci, co, g, b", "input and output channels (features), groups, bias (1 or 0)"),
    ("N, O, I, K", "batch, output positions, input positions, kernel positions"),
    ("a, t, c, E", "affine, tracked statistics (1 or 0), channels, elements"),
)


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
    lines += ["", "| symbol | meaning |", "|---|---|"]
    lines += [f"| `{symbols}` | {meaning} |" for symbols, meaning in _WORDS]
    return "\n".join(lines)


def one(op: type[Op]) -> str:
    """Everything about one op."""
    lines = [op.signature(), "", inspect.getdoc(op) or "", ""]
    lines += [f"{name:<8} {text}" for name, text in _formulas(op)]
    symbols = [f"{a.symbol} = {a.name}" for a in op.arguments if a.symbol]
    if symbols and _formulas(op):
        lines += ["", "where    " + ", ".join(symbols)]
    if op.spec_names:
        lines.append(f"spec     {', '.join(op.spec_names)}")
    if op.torch_name:
        lines.append(f"torch    {op.torch_name}")
    return "\n".join(lines)
