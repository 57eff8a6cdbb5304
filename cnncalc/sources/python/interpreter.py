"""The interpreter: walks the syntax tree of model code, with values of its own.

Nothing of the user's is run: every statement, operator, call and attribute is carried out here,
by a function that stands in a table under the kind of its node or value. What no table has
is refused, with its place.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from ...errors import Location, SourceError
from .budget import MAX_DEPTH, Budget
from .held import Held
from .scope import Frame
from .values import Items, Method, Native, Opaque, Raised, Record, type_name

if TYPE_CHECKING:
    from .framework.reading import Reading
    from .imports import Importer
    from .written import Calls

Evaluate = Callable[["Interpreter", Any, Frame], Any]

#: Kind of node -> how it is evaluated, or carried out. Filled by the modules of this package.
EXPRESSIONS: dict[type, Evaluate] = {}
STATEMENTS: dict[type, Evaluate] = {}
#: Kind of value -> its attributes; how it is called; how it is gone through; is it true.
ATTRIBUTES: dict[type, Callable[[Interpreter, Any, str], Any]] = {}
CALLS: dict[type, Callable[[Interpreter, Any, tuple[Any, ...], dict[str, Any]], Any]] = {}
ITERATORS: dict[type, Callable[[Interpreter, Any], Iterator[Any]]] = {}
TRUTHS: dict[type, Callable[[Interpreter, Any], bool]] = {}

#: What Python raises for operations on its own values; the user's program may catch it.
NATIVE_ERRORS = (
    TypeError, ValueError, KeyError, IndexError, AttributeError, ZeroDivisionError,
    OverflowError, StopIteration,
)  # fmt: skip

WAY_OUT = "--trace imports and runs the model instead"


class Interpreter:
    """The state of one reading: the budget, and the calls at work."""

    importer: Importer
    #: What the forward pass has called; before it, what nobody will look at.
    recording: Reading
    #: How the calls that make layers are written.
    written: Calls

    def __init__(self, budget: Budget | None = None) -> None:
        self.budget = budget or Budget()
        self.stack: list[Frame] = []
        #: Is there code for the case that an import fails? Unknown packages are then missing.
        self.fallback = False
        #: Packages that were taken as not installed.
        self.missing: list[str] = []
        #: The file that is read, where nothing closer is known.
        self.home = Location()
        #: Is the forward pass at hand one of training?
        self.training = False

    # Expressions and statements

    def evaluate(self, node: ast.expr, frame: Frame) -> Any:
        """The value of an expression."""
        budget = self.budget
        budget.left -= 1
        if budget.left < 0:
            budget.spend(0)
        found = EXPRESSIONS.get(node.__class__)
        if found is None:
            frame.node = node
            raise self.cannot(f"cannot follow {_construct(node)}")
        return found(self, node, frame)

    def execute(self, body: Iterable[ast.stmt], frame: Frame) -> Any:
        """Carry out statements; the result is None, or a signal (see statements.py)."""
        budget = self.budget
        for node in body:
            budget.left -= 1
            if budget.left < 0:
                budget.spend(0)
            frame.node = node
            found = STATEMENTS.get(node.__class__)
            if found is None:
                raise self.cannot(f"cannot follow {_construct(node)}")
            signal = found(self, node, frame)
            if signal is not None:
                return signal
        return None

    # Values

    def call(self, function: Any, args: tuple[Any, ...] = (), kwargs: Any = None) -> Any:
        """Call a value."""
        kind = function.__class__
        if kind is Native or kind is Method:
            try:
                return function.run(self, *args, **(kwargs or {}))
            except NATIVE_ERRORS as error:
                if (
                    isinstance(error, TypeError)
                    and getattr(error.__traceback__, "tb_next", None) is None
                ):
                    # Not its body: the arguments are other than those that are played here.
                    raise self.cannot(
                        f"cannot follow {function.name}() with these arguments"
                    ) from None
                raise Raised(error, _text(error, function)) from None
        found = CALLS.get(kind)
        if found is None:
            raise Raised(TypeError(f"{type_name(function)!r} object is not callable"))
        return found(self, function, args, kwargs or {})

    def attribute(self, value: Any, name: str) -> Any:
        """`value.name`; raises the user's AttributeError."""
        for kind in value.__class__.__mro__:
            found = ATTRIBUTES.get(kind)
            if found is not None:
                return found(self, value, name)
        raise no_attribute(value, name)

    def iterate(self, value: Any) -> Iterator[Any]:
        """The items of a value, each for a step of the budget."""
        kind = value.__class__
        if kind in (list, tuple, dict, set, frozenset, str, range):
            return self.plain_items(value)
        if isinstance(value, Record):
            return iter(value)
        found = next((ITERATORS[each] for each in kind.__mro__ if each in ITERATORS), None)
        if found is None:
            raise Raised(TypeError(f"{type_name(value)!r} object is not iterable"))
        return found(self, value)

    def plain_items(self, value: Any) -> Iterator[Any]:
        """The items of one of Python's own containers, each for a step of the budget."""
        spend = self.budget.spend
        for item in value:
            spend(1)
            yield item

    def listed(self, value: Any) -> list[Any]:
        """The items of a value, all at once."""
        if isinstance(value, range | list | tuple | dict | set | str) and not isinstance(
            value, Held
        ):
            self.budget.items(_length(value))
            return list(value)
        items = []
        for item in self.iterate(value):
            items.append(item)
            if len(items) % 4096 == 0:
                self.budget.items(len(items))
        return items

    def truth(self, value: Any) -> bool:
        """Is the value true?"""
        found = TRUTHS.get(value.__class__)
        if found is None:
            found = next((TRUTHS[kind] for kind in value.__class__.__mro__ if kind in TRUTHS), None)
        return bool(value) if found is None else found(self, value)

    def weigh(self, value: Any) -> None:
        """Spend a step for each item of nested containers, before Python goes through them."""
        if not isinstance(value, list | tuple | dict | set | frozenset):
            return
        pending = [value]
        while pending:
            items = pending.pop()
            self.budget.spend(len(items))
            for item in (*items.keys(), *items.values()) if isinstance(items, dict) else items:
                if isinstance(item, list | tuple | dict | set | frozenset):
                    pending.append(item)

    # Places and errors

    def place(self) -> Location:
        """Where in the user's code the reader is: not in the library's."""
        for frame in reversed(self.stack):
            if frame.module.own and frame.node is not None:
                return place_of(frame.module, frame.node)
        return self.home

    def cannot(self, message: str, help: str | None = WAY_OUT) -> SourceError:
        """The error for code that cannot be followed, at the place where the reader is."""
        return SourceError(message, help=help, location=self.place())

    def enter(self, frame: Frame) -> None:
        """A call, class body or module begins."""
        if len(self.stack) >= MAX_DEPTH:
            raise self.cannot(f"calls are nested more than {MAX_DEPTH} deep")
        self.stack.append(frame)

    def leave(self) -> None:
        """It ends."""
        self.stack.pop()


def place_of(module: Any, node: Any) -> Location:
    """The place of a node; columns are counted in characters, from 1."""
    line = getattr(node, "lineno", None)
    if line is None:
        return Location(module.file)
    return Location(module.file, line, column_of(module, line, node.col_offset))


def column_of(module: Any, line: int, offset: int) -> int:
    """The column from 1 of an offset in bytes, as the parser counts them."""
    lines = module.names.get("__lines__")
    if not lines or line > len(lines) or lines[line - 1].isascii():
        return offset + 1
    return len(lines[line - 1].encode()[:offset].decode(errors="replace")) + 1


def no_attribute(value: Any, name: str) -> Raised:
    """The user's AttributeError."""
    return Raised(AttributeError(f"{type_name(value)!r} object has no attribute {name!r}"))


def iterator(items: Iterable[Any]) -> Items:
    """An iterator of the user's program over items."""
    return Items(iter(items))


def _length(value: Any) -> int:
    try:
        return len(value)
    except OverflowError:  # a range beyond what Python indexes
        return 1 << 63


def _text(error: Exception, function: Native) -> str:
    """What a failing native function says, in the user's words rather than ours."""
    text = str(error)
    return text.replace("<lambda>()", f"{function.name}()")


_CONSTRUCTS = {
    "Await": "await", "AsyncFor": "async for", "AsyncWith": "async with", "Match": "match",
    "TryStar": "except*", "TypeAlias": "type", "TemplateStr": "t-strings",
}  # fmt: skip


def _construct(node: ast.AST) -> str:
    name = type(node).__name__
    return _CONSTRUCTS.get(name, name)


def is_opaque(value: Any) -> bool:
    """Is nothing known of the value?"""
    return value.__class__ is Opaque
