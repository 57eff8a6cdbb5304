"""What `with` enters and leaves: `contextlib`, and the user's own contexts."""

from __future__ import annotations

import ast
from typing import Any

from .functions import opened
from .interpreter import Interpreter
from .objects import special
from .raising import matches
from .scope import Frame
from .values import Class, Function, Instance, Native, Opaque, Raised, called, method


def left_by(reader: Interpreter, entered: list[Any], raised: Raised | None) -> Raised | None:
    """Leave contexts, the last first; what is still raised after that, if anything."""
    for value in reversed(entered):
        leave = special(reader, value, "__exit__")
        if leave is None:
            continue
        given = (None, None, None)
        if raised is not None:
            given = (_class_of(raised.value), raised.value, None)
        depth = len(reader.stack)
        try:
            kept = reader.call(leave, given)
        except Raised as another:
            del reader.stack[depth:]
            raised = another
            continue
        if raised is not None and reader.truth(kept):
            raised = None
    return raised


def _class_of(value: Any) -> Any:
    return value.cls if isinstance(value, Instance) else type(value)


def _context(name: str, enter: Any, leave: Any) -> Class:
    names = {"__enter__": method("__enter__")(enter), "__exit__": method("__exit__")(leave)}
    return Class(name, names=names, module="contextlib")


# suppress, nullcontext, closing


def _held(reader: Interpreter, owner: Instance) -> Any:
    return owner.attributes.get("value")


def _suppressed(reader: Interpreter, owner: Instance, kind: Any, value: Any, _: Any) -> bool:
    return value is not None and matches(reader, Raised(value), owner.attributes["value"])


def _goes_on(reader: Interpreter, owner: Instance, *_: Any) -> None:
    pass


_SUPPRESS = _context("suppress", lambda reader, owner: None, _suppressed)
_NULL = _context("nullcontext", _held, _goes_on)


def _with(cls: Class, value: Any) -> Instance:
    made = Instance(cls)
    made.attributes["value"] = value
    return made


@called("suppress")
def _suppress(reader: Interpreter, *kinds: Any) -> Instance:
    return _with(_SUPPRESS, kinds)


@called("nullcontext")
def _nullcontext(reader: Interpreter, enter_result: Any = None) -> Instance:
    return _with(_NULL, enter_result)


# contextmanager


class Halves:
    """A generator with one `yield`: the code in front of it, its value, the code behind it."""

    def __init__(self, before: list[ast.stmt], value: ast.expr | None) -> None:
        self.before = before
        self.value = value
        self.behind: list[ast.stmt] = []
        #: What is done although something was raised.
        self.always: list[ast.stmt] = []


def _halves(reader: Interpreter, function: Function) -> Halves:
    body = [] if isinstance(function.node, ast.Lambda) else function.node.body
    found = _split(body)
    if found is None:
        raise reader.cannot(f"cannot follow the context manager {function.name}")
    return found


def _split(body: list[ast.stmt]) -> Halves | None:
    """Both halves, where the one `yield` is a statement of the body, or of a `try: finally:`."""
    places = [
        at
        for at, each in enumerate(body)
        if any(isinstance(node, ast.Yield | ast.YieldFrom) for node in ast.walk(each))
    ]
    if len(places) != 1:
        return None
    before, each, behind = body[: places[0]], body[places[0]], body[places[0] + 1 :]
    if isinstance(each, ast.Expr) and isinstance(each.value, ast.Yield):
        made = Halves(before, each.value.value)
        made.behind = behind
        return made
    if not isinstance(each, ast.Try) or each.handlers or each.orelse:
        return None
    inner = _split(each.body)
    if inner is None or inner.always or inner.before:  # what they raise would be another's
        return None
    made = Halves(before, inner.value)
    made.behind = [*inner.behind, *each.finalbody, *behind]
    made.always = each.finalbody
    return made


def _enter_generator(reader: Interpreter, owner: Instance) -> Any:
    frame: Frame = owner.attributes["frame"]
    halves: Halves = owner.attributes["halves"]
    reader.enter(frame)
    if reader.execute(halves.before, frame) is not None:
        raise reader.cannot("cannot follow a context manager that returns before it yields")
    value = None if halves.value is None else reader.evaluate(halves.value, frame)
    reader.leave()
    return value


def _leave_generator(reader: Interpreter, owner: Instance, kind: Any, *_: Any) -> None:
    frame: Frame = owner.attributes["frame"]
    halves: Halves = owner.attributes["halves"]
    reader.enter(frame)
    reader.execute(halves.behind if kind is None else halves.always, frame)
    reader.leave()


_GENERATOR = _context("_GeneratorContextManager", _enter_generator, _leave_generator)


@called("contextmanager")
def _contextmanager(reader: Interpreter, function: Any) -> Native | Opaque:
    if not isinstance(function, Function):
        return Opaque("a context manager")

    def run(inner: Interpreter, *args: Any, **kwargs: Any) -> Instance:
        made = Instance(_GENERATOR)
        made.attributes["halves"] = _halves(inner, function)
        made.attributes["frame"] = opened(function, args, kwargs)
        return made

    return Native(function.name, run)


# ExitStack


@method("__init__")
def _begin(reader: Interpreter, owner: Instance) -> None:
    owner.attributes["value"] = []


@method("enter_context")
def _enter_context(reader: Interpreter, owner: Instance, value: Any) -> Any:
    enter = special(reader, value, "__enter__")
    if enter is None:
        return value
    entered = reader.call(enter)
    owner.attributes["value"].append(value)
    return entered


def _leave_all(reader: Interpreter, owner: Instance, kind: Any, value: Any, _: Any) -> bool:
    raised = None if value is None else Raised(value)
    left = left_by(reader, owner.attributes["value"], raised)
    if left is not None and left is not raised:
        raise left
    return left is None


_STACK = _context("ExitStack", lambda reader, owner: owner, _leave_all)
_STACK.names.update({"__init__": _begin, "enter_context": _enter_context})

CONTEXTLIB: dict[str, Any] = {
    "suppress": _suppress,
    "nullcontext": _nullcontext,
    "contextmanager": _contextmanager,
    "ExitStack": _STACK,
}
