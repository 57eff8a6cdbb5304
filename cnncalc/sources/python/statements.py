"""Statements: assignments, loops, branches, exceptions, definitions."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from ...errors import CnncalcError
from .classes import define_class
from .contexts import left_by
from .functions import define_function
from .interpreter import NATIVE_ERRORS, STATEMENTS, Interpreter
from .loading import is_about_files, only_loads
from .objects import remove_attribute, set_attribute, special
from .operators import binary, delete_item, set_item, subscript
from .raising import matches, raised_by
from .scope import Frame
from .values import Items, Opaque, Raised, Record


class Signal:
    """How a statement ends other than by going on to the next."""

    __slots__ = ("value",)

    def __init__(self, value: Any = None) -> None:
        self.value = value


BREAK = Signal()
CONTINUE = Signal()

Statement = Callable[[Interpreter, Any, Frame], Any]


def carries_out(*kinds: type) -> Callable[[Statement], Statement]:
    """Register how a kind of statement is carried out."""

    def register(run: Statement) -> Statement:
        for kind in kinds:
            STATEMENTS[kind] = run
        return run

    return register


@carries_out(ast.Expr)
def expression(reader: Interpreter, node: ast.Expr, frame: Frame) -> None:
    if not isinstance(node.value, ast.Constant):  # a docstring, or `...`
        reader.evaluate(node.value, frame)


@carries_out(ast.Pass)
def nothing(reader: Interpreter, node: ast.Pass, frame: Frame) -> None:
    pass


@carries_out(ast.Return)
def returns(reader: Interpreter, node: ast.Return, frame: Frame) -> Signal:
    return Signal(None if node.value is None else reader.evaluate(node.value, frame))


@carries_out(ast.Break)
def breaks(reader: Interpreter, node: ast.Break, frame: Frame) -> Signal:
    return BREAK


@carries_out(ast.Continue)
def continues(reader: Interpreter, node: ast.Continue, frame: Frame) -> Signal:
    return CONTINUE


# Assignments


@carries_out(ast.Assign)
def assigns(reader: Interpreter, node: ast.Assign, frame: Frame) -> None:
    value = reader.evaluate(node.value, frame)
    for target in node.targets:
        assign(reader, target, value, frame)


@carries_out(ast.AnnAssign)
def assigns_annotated(reader: Interpreter, node: ast.AnnAssign, frame: Frame) -> None:
    """Annotations are never looked at, but that a class keeps the order of its fields."""
    if frame.is_class and isinstance(node.target, ast.Name):
        annotated = frame.names.setdefault("__annotations__", {})
        annotated[node.target.id] = ast.unparse(node.annotation)
    if node.value is not None:
        assign(reader, node.target, reader.evaluate(node.value, frame), frame)


@carries_out(ast.AugAssign)
def assigns_in_place(reader: Interpreter, node: ast.AugAssign, frame: Frame) -> None:
    target = node.target
    if isinstance(target, ast.Name):
        current = reader.evaluate(ast.copy_location(ast.Name(target.id, ast.Load()), target), frame)
        value = reader.evaluate(node.value, frame)
        frame.node = node
        frame.assign(target.id, binary(reader, type(node.op), current, value, inplace=True))
        return
    owner = reader.evaluate(target.value, frame)
    if isinstance(target, ast.Attribute):
        current = reader.attribute(owner, target.attr)
        value = reader.evaluate(node.value, frame)
        frame.node = node
        result = binary(reader, type(node.op), current, value, inplace=True)
        set_attribute(reader, owner, target.attr, result)
    else:
        index = reader.evaluate(target.slice, frame)
        current = subscript(reader, owner, index)
        value = reader.evaluate(node.value, frame)
        frame.node = node
        set_item(reader, owner, index, binary(reader, type(node.op), current, value, inplace=True))


def assign(reader: Interpreter, target: ast.expr, value: Any, frame: Frame) -> None:
    """Give what an expression names a value; tuples are taken apart."""
    if isinstance(target, ast.Name):
        frame.assign(target.id, value)
    elif isinstance(target, ast.Attribute):
        set_attribute(reader, reader.evaluate(target.value, frame), target.attr, value)
    elif isinstance(target, ast.Subscript):
        owner = reader.evaluate(target.value, frame)
        set_item(reader, owner, reader.evaluate(target.slice, frame), value)
    elif isinstance(target, ast.Tuple | ast.List):
        _unpack(reader, target.elts, value, frame)
    else:
        raise reader.cannot(f"cannot assign to {type(target).__name__}")


def _unpack(reader: Interpreter, targets: list[ast.expr], value: Any, frame: Frame) -> None:
    if value.__class__ is Opaque:
        for target in targets:
            inner = target.value if isinstance(target, ast.Starred) else target
            assign(reader, inner, Opaque(f"a part of {value.what}"), frame)
        return
    items = reader.listed(value)
    starred = next((at for at, each in enumerate(targets) if isinstance(each, ast.Starred)), None)
    if starred is None:
        if len(items) != len(targets):
            few = len(items) < len(targets)
            text = (
                f"not enough values to unpack (expected {len(targets)}, got {len(items)})"
                if few
                else f"too many values to unpack (expected {len(targets)})"
            )
            raise Raised(ValueError(text))
        for target, item in zip(targets, items, strict=True):
            assign(reader, target, item, frame)
        return
    behind = len(targets) - starred - 1
    if len(items) < len(targets) - 1:
        raise Raised(ValueError(f"not enough values to unpack (got {len(items)})"))
    middle = items[starred : len(items) - behind]
    ordered = [*items[:starred], middle, *items[len(items) - behind :]]
    for target, item in zip(targets, ordered, strict=True):
        assign(reader, target.value if isinstance(target, ast.Starred) else target, item, frame)


@carries_out(ast.Delete)
def deletes(reader: Interpreter, node: ast.Delete, frame: Frame) -> None:
    for target in node.targets:
        if isinstance(target, ast.Name):
            if not frame.delete(target.id):
                raise Raised(NameError(f"name {target.id!r} is not defined"))
        elif isinstance(target, ast.Attribute):
            owner = reader.evaluate(target.value, frame)
            remove_attribute(reader, owner, target.attr)
        elif isinstance(target, ast.Subscript):
            owner = reader.evaluate(target.value, frame)
            delete_item(reader, owner, reader.evaluate(target.slice, frame))
        else:
            raise reader.cannot("cannot follow del of that")


@carries_out(ast.Global)
def declares_global(reader: Interpreter, node: ast.Global, frame: Frame) -> None:
    for name in node.names:
        frame.declare_global(name)


@carries_out(ast.Nonlocal)
def declares_nonlocal(reader: Interpreter, node: ast.Nonlocal, frame: Frame) -> None:
    for name in node.names:
        frame.declare_nonlocal(name)


# Branches and loops


@carries_out(ast.If)
def branches(reader: Interpreter, node: ast.If, frame: Frame) -> Any:
    tested = reader.evaluate(node.test, frame)
    if tested.__class__ is Opaque and is_about_files(tested) and only_loads(reader, node, frame):
        return None
    return reader.execute(node.body if reader.truth(tested) else node.orelse, frame)


@carries_out(ast.While)
def loops(reader: Interpreter, node: ast.While, frame: Frame) -> Any:
    while reader.truth(reader.evaluate(node.test, frame)):
        signal = reader.execute(node.body, frame)
        if signal is BREAK:
            return None
        if signal is not None and signal is not CONTINUE:
            return signal
        reader.budget.spend(1)
    return reader.execute(node.orelse, frame)


@carries_out(ast.For)
def goes_through(reader: Interpreter, node: ast.For, frame: Frame) -> Any:
    for item in reader.iterate(reader.evaluate(node.iter, frame)):
        assign(reader, node.target, item, frame)
        signal = reader.execute(node.body, frame)
        if signal is BREAK:
            return None
        if signal is not None and signal is not CONTINUE:
            return signal
    return reader.execute(node.orelse, frame)


@carries_out(ast.With)
def with_context(reader: Interpreter, node: ast.With, frame: Frame) -> Any:
    """Contexts such as `torch.no_grad()` change nothing that is counted; the user's own may."""
    entered = []
    for item in node.items:
        value = reader.evaluate(item.context_expr, frame)
        enter = special(reader, value, "__enter__")
        if enter is not None:
            entered.append(value)
            value = reader.call(enter)
        if item.optional_vars is not None:
            assign(reader, item.optional_vars, value, frame)
    depth = len(reader.stack)
    signal, raised = None, None
    try:
        signal = reader.execute(node.body, frame)
    except (Raised, *NATIVE_ERRORS) as error:
        raised = error if isinstance(error, Raised) else Raised(error)
        del reader.stack[depth:]
    left = left_by(reader, entered, raised)
    if left is not None:
        raise left from None
    return signal


@carries_out(ast.Assert)
def asserts(reader: Interpreter, node: ast.Assert, frame: Frame) -> None:
    tested = reader.evaluate(node.test, frame)
    if tested.__class__ is Opaque or reader.truth(tested):
        return
    text = "" if node.msg is None else str(reader.evaluate(node.msg, frame))
    frame.node = node
    raise Raised(AssertionError(text), text)


# Exceptions


@carries_out(ast.Raise)
def raises(reader: Interpreter, node: ast.Raise, frame: Frame) -> None:
    if node.exc is None:
        caught = frame.find("__caught__")
        if isinstance(caught, Raised):
            raise caught
        raise Raised(RuntimeError("No active exception to reraise"))
    raise raised_by(reader, reader.evaluate(node.exc, frame))


@carries_out(ast.Try)
def tries(reader: Interpreter, node: ast.Try, frame: Frame) -> Any:
    depth = len(reader.stack)
    try:
        signal = _tried(reader, node, frame, depth)
    except CnncalcError:
        raise  # ours: nothing of the user's program goes on
    except BaseException:
        del reader.stack[depth:]
        over = reader.execute(node.finalbody, frame)
        if over is not None:
            return over
        raise
    over = reader.execute(node.finalbody, frame)
    return signal if over is None else over


def _tried(reader: Interpreter, node: ast.Try, frame: Frame, depth: int) -> Any:
    fallback = reader.fallback
    reader.fallback = fallback or any(map(_takes_import_errors, node.handlers))
    try:
        signal = reader.execute(node.body, frame)
    except (Raised, *NATIVE_ERRORS) as error:
        raised = error if isinstance(error, Raised) else Raised(error)
        del reader.stack[depth:]
        reader.fallback = fallback
        reader.budget.spend(5)
        for handler in node.handlers:
            kind = None if handler.type is None else reader.evaluate(handler.type, frame)
            if kind is None or matches(reader, raised, kind):
                if handler.name:
                    frame.assign(handler.name, raised.value)
                frame.assign("__caught__", raised)
                return reader.execute(handler.body, frame)
        raise raised from None
    reader.fallback = fallback
    return reader.execute(node.orelse, frame) if signal is None else signal


_IMPORT_ERRORS = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})


def _takes_import_errors(handler: ast.ExceptHandler) -> bool:
    """Is it where a program goes on without a package that is not installed?"""
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(
        kind is None or (isinstance(kind, ast.Name) and kind.id in _IMPORT_ERRORS) for kind in kinds
    )


# Definitions


@carries_out(ast.FunctionDef)
def defines_function(reader: Interpreter, node: ast.FunctionDef, frame: Frame) -> None:
    frame.assign(node.name, define_function(reader, node, frame))


@carries_out(ast.AsyncFunctionDef)
def defines_coroutine(reader: Interpreter, node: ast.AsyncFunctionDef, frame: Frame) -> None:
    frame.assign(node.name, Opaque(f"the coroutine {node.name}"))


@carries_out(ast.ClassDef)
def defines_class(reader: Interpreter, node: ast.ClassDef, frame: Frame) -> None:
    frame.assign(node.name, define_class(reader, node, frame))


# match


@carries_out(ast.Match)
def matches_cases(reader: Interpreter, node: ast.Match, frame: Frame) -> Any:
    subject = reader.evaluate(node.subject, frame)
    for case in node.cases:
        if _fits(reader, case.pattern, subject, frame) and (
            case.guard is None or reader.truth(reader.evaluate(case.guard, frame))
        ):
            return reader.execute(case.body, frame)
    return None


def _fits(reader: Interpreter, pattern: ast.pattern, value: Any, frame: Frame) -> bool:
    if isinstance(pattern, ast.MatchValue):
        return bool(reader.evaluate(pattern.value, frame) == value)
    if isinstance(pattern, ast.MatchSingleton):
        return value is pattern.value
    if isinstance(pattern, ast.MatchOr):
        return any(_fits(reader, each, value, frame) for each in pattern.patterns)
    if isinstance(pattern, ast.MatchAs):
        if pattern.pattern is not None and not _fits(reader, pattern.pattern, value, frame):
            return False
        if pattern.name is not None:
            frame.assign(pattern.name, value)
        return True
    if isinstance(pattern, ast.MatchSequence) and isinstance(value, list | tuple):
        return len(value) == len(pattern.patterns) and all(
            not isinstance(each, ast.MatchStar) and _fits(reader, each, item, frame)
            for each, item in zip(pattern.patterns, value, strict=True)
        )
    raise reader.cannot(f"cannot follow the pattern {ast.unparse(pattern)}")


__all__ = ["BREAK", "CONTINUE", "Items", "Record", "Signal", "assign"]
