"""Code in texts, `eval("nn." + name)` and `exec(...)`: read like all other code."""

from __future__ import annotations

import ast
from typing import Any

from .builtin import offers
from .interpreter import Interpreter
from .scope import Frame
from .values import Namespace, Opaque, Raised

_MOST = 5_000


def _parsed(reader: Interpreter, text: Any, mode: str) -> Any:
    if text.__class__ is Opaque:
        raise reader.cannot(f"cannot follow the code in {text.what}")
    if not isinstance(text, str):
        raise TypeError(f"{mode}() arg 1 must be a string")
    if len(text) > _MOST:
        raise reader.cannot(f"cannot follow {mode}() of {len(text):,} characters")
    reader.budget.spend(len(text))
    try:
        return ast.parse(text.strip(" \t"), mode=mode)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Raised(SyntaxError("invalid syntax"), f"{mode}(): {error}") from None


def _frame(reader: Interpreter, scopes: tuple[Any, ...]) -> Frame:
    """Where the code sees its names; its places are those of the call."""
    around = reader.stack[-1]
    home = around.module
    module = Namespace(home.name, home.names, home.find, file=home.file, path=home.path)
    given = [scope for scope in scopes if isinstance(scope, dict)]
    if given:
        return Frame(module, names={key: value for each in given for key, value in each.items()})
    at_top = around.names is home.names
    return Frame(module, around, names=home.names if at_top else {})


@offers("eval")
def eval_(reader: Interpreter, text: Any, *scopes: Any) -> Any:
    """`eval("self.conv%d" % i)`: the expression, read in place."""
    tree = _parsed(reader, text, "eval")
    frame = _frame(reader, scopes)
    reader.enter(frame)
    value = reader.evaluate(tree.body, frame)
    reader.leave()
    return value


@offers("exec")
def exec_(reader: Interpreter, text: Any, *scopes: Any) -> None:
    """`exec("self.conv%d = ..." % i)`: the statements, read in place."""
    tree = _parsed(reader, text, "exec")
    frame = _frame(reader, scopes)
    reader.enter(frame)
    reader.execute(tree.body, frame)
    reader.leave()


__all__ = ["eval_", "exec_"]
