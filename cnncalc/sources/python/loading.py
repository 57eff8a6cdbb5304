"""Branches that only load weights: `if os.path.isfile(path): net.load_state_dict(...)`."""

from __future__ import annotations

import ast

from .interpreter import Interpreter
from .scope import Frame
from .values import MISSING, Function, Instance, Opaque


def is_about_files(value: Opaque) -> bool:
    """Does it say whether there is a file?"""
    return value.what.startswith(("os.path.isfile(", "os.path.exists(", "os.path.isdir("))


def only_loads(reader: Interpreter, node: ast.If, frame: Frame) -> bool:
    """Do both branches only print, and load weights into known modules? Neither counts."""
    return all(_only_loads(reader, each, frame) for each in (*node.body, *node.orelse))


def _only_loads(reader: Interpreter, node: ast.stmt, frame: Frame) -> bool:
    if isinstance(node, ast.Pass):
        return True
    if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call):
        return False
    call = node.value
    # What the arguments call must be as harmless: torch.load(path), and no more.
    inside = [
        each
        for given in (*call.args, *(keyword.value for keyword in call.keywords))
        for each in ast.walk(given)
        if isinstance(each, ast.Call | ast.NamedExpr | ast.Await | ast.Yield)
    ]
    if not all(isinstance(e, ast.Call) and ast.unparse(e.func) == "torch.load" for e in inside):
        return False
    if isinstance(call.func, ast.Name):
        return call.func.id == "print" and frame.find("print") is MISSING and not inside
    if not isinstance(call.func, ast.Attribute) or call.func.attr != "load_state_dict":
        return False
    if not isinstance(call.func.value, ast.Name | ast.Attribute):
        return False
    model = reader.evaluate(call.func.value, frame)
    loads = model.cls.find("load_state_dict") if isinstance(model, Instance) else None
    return not isinstance(loads, Function) and hasattr(model, "modules")
