"""The values of the user's program, as the reader has them.

Numbers, texts, tuples, lists, dicts, sets and ranges are Python's own. What the user defines
(functions, classes, objects) and what the reader offers (modules, native functions) is here;
tensors are in `framework`. None of these can run anything by itself.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from .scope import Frame


class Opaque:
    """Something of which nothing is known but how it was come by: `numpy.random.rand()`.

    What was imported is surely something, and not None.
    """

    __slots__ = ("imported", "what")

    def __init__(self, what: str, imported: bool = False) -> None:
        self.what = what
        self.imported = imported

    def __repr__(self) -> str:
        return self.what


class Poisoned:
    """A name whose statement could not be followed: the error comes when it is used."""

    __slots__ = ("error",)

    def __init__(self, error: Exception) -> None:
        self.error = error


class Namespace:
    """A module: the user's own, one of the library, or one that the reader plays.

    `find` gives names that are made when they are first asked for.
    """

    __slots__ = ("file", "find", "name", "names", "own", "path")

    def __init__(
        self,
        name: str,
        names: dict[str, Any] | None = None,
        find: Callable[[str], Any] | None = None,
        *,
        file: str | None = None,
        path: str | None = None,
        own: bool = False,
    ) -> None:
        self.name = name
        self.names = {} if names is None else names
        self.find = find
        #: The file as it is shown, and as it is opened.
        self.file = file
        self.path = path
        #: Is it the user's code, to which places point?
        self.own = own

    def __repr__(self) -> str:
        return f"<module {self.name!r}>"


class Native:
    """A function that the reader offers; `run` gets the interpreter and the arguments."""

    __slots__ = ("name", "run")

    def __init__(self, name: str, run: Callable[..., Any]) -> None:
        self.name = name
        self.run = run

    def __repr__(self) -> str:
        return f"<function {self.name}>"


class Method(Native):
    """A native function of a class: on an object it gets the object first."""

    __slots__ = ()


class Parameter(NamedTuple):
    """A parameter of a function; `default` is MISSING where there is none."""

    name: str
    default: Any
    keyword_only: bool = False
    positional_only: bool = False


class _Missing:
    def __repr__(self) -> str:
        return "missing"


MISSING: Any = _Missing()


class Function:
    """A function of the user's: its syntax tree, its defaults, and where its free names are."""

    __slots__ = (
        "attributes", "closure", "home", "kwargs", "module", "name", "node",
        "parameters", "rest",
    )  # fmt: skip

    def __init__(
        self,
        name: str,
        node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda,
        parameters: list[Parameter],
        closure: Frame,
    ) -> None:
        self.name = name
        self.node = node
        self.parameters = parameters
        self.rest = node.args.vararg.arg if node.args.vararg else None
        self.kwargs = node.args.kwarg.arg if node.args.kwarg else None
        self.closure = closure
        self.module = closure.module
        #: The class that it was defined in, for `super()`.
        self.home: Class | None = None
        self.attributes: dict[str, Any] = {}

    def __repr__(self) -> str:
        return f"<function {self.name}>"


class Bound:
    """A method with the object that it is called on."""

    __slots__ = ("function", "owner")

    def __init__(self, function: Any, owner: Any) -> None:
        self.function = function
        self.owner = owner

    def __repr__(self) -> str:
        return f"<method {getattr(self.function, 'name', '?')}>"

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Bound)
            and other.function is self.function
            and other.owner is self.owner
        )

    def __hash__(self) -> int:
        return hash((id(self.function), id(self.owner)))


class Partial:
    """`functools.partial`: a function with some of its arguments."""

    __slots__ = ("args", "function", "kwargs")

    def __init__(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.function = function
        self.args = args
        self.kwargs = kwargs


class Property:
    """An attribute that is computed: `@property`, `@cached_property`, or a user's descriptor."""

    __slots__ = ("cached", "deleter", "descriptor", "getter", "setter")

    def __init__(
        self,
        getter: Any,
        setter: Any = None,
        cached: bool = False,
        deleter: Any = None,
        descriptor: Any = None,
    ) -> None:
        self.getter = getter
        self.setter = setter
        self.cached = cached
        self.deleter = deleter
        #: The user's object that has `__get__` and `__set__`.
        self.descriptor = descriptor


class Static:
    """`@staticmethod`."""

    __slots__ = ("function",)

    def __init__(self, function: Any) -> None:
        self.function = function


class ClassBound:
    """`@classmethod`."""

    __slots__ = ("function",)

    def __init__(self, function: Any) -> None:
        self.function = function


class Class:
    """A class: the user's, or one that the reader plays (`torch.nn.Module`).

    `make` builds an instance without its attributes; classes without one inherit it.
    """

    __slots__ = ("bases", "fields", "make", "module", "mro", "name", "names", "silent")

    def __init__(
        self,
        name: str,
        bases: tuple[Any, ...] = (),
        names: dict[str, Any] | None = None,
        *,
        make: Callable[[Class], Any] | None = None,
        module: str = "",
    ) -> None:
        self.name = name
        self.bases = bases
        self.names = {} if names is None else names
        self.module = module
        self.mro = linearized(self, bases)
        self.make: Callable[[Class], Any] | None = make
        for each in self.mro[1:]:
            if self.make is None and isinstance(each, Class):
                self.make = each.make
        #: Names of a dataclass's or a named tuple's fields, with their defaults.
        self.fields: dict[str, Any] | None = None
        #: Has it bases that the reader passes over (`abc.ABC`)?
        self.silent = False

    def __repr__(self) -> str:
        return f"<class {self.name!r}>"

    def find(self, name: str) -> Any:
        """What the class or one of its bases has under a name, or MISSING."""
        for each in self.mro:
            if isinstance(each, Class) and name in each.names:
                return each.names[name]
        return MISSING

    def after(self, home: Class, name: str) -> Any:
        """What `super()` finds in a method of `home`."""
        behind = self.mro[self.mro.index(home) + 1 :] if home in self.mro else ()
        for each in behind:
            if isinstance(each, Class) and name in each.names:
                return each.names[name]
        return MISSING

    def derives(self, other: Any) -> bool:
        """Is it that class, or one derived from it?"""
        return other in self.mro


#: Classes that one may have above it.
MAX_BASES = 200


def linearized(cls: Class, bases: tuple[Any, ...]) -> tuple[Any, ...]:
    """The order in which bases are looked at (C3, as in Python).

    Raises `TypeError` where there is none.
    """
    if len(bases) == 1:
        (base,) = bases
        above = base.mro if isinstance(base, Class) else (base,)
        if len(above) > MAX_BASES:
            raise TypeError(f"{cls.name} has more than {MAX_BASES} bases")
        return (cls, *above)
    lists = [list(base.mro) if isinstance(base, Class) else [base] for base in bases]
    if sum(map(len, lists)) > MAX_BASES:
        raise TypeError(f"{cls.name} has more than {MAX_BASES} bases")
    lists.append(list(bases))
    order: list[Any] = [cls]
    while any(lists):
        lists = [each for each in lists if each]
        for candidate in (each[0] for each in lists):
            if not any(candidate in each[1:] for each in lists):
                break
        else:
            raise TypeError(f"the bases of {cls.name} have no common order")
        order.append(candidate)
        lists = [[item for item in each if item is not candidate] for each in lists]
    return tuple(order)


class Instance:
    """An object of a user's class."""

    __slots__ = ("attributes", "cls")

    def __init__(self, cls: Class) -> None:
        self.cls = cls
        self.attributes: dict[str, Any] = {}

    def __repr__(self) -> str:
        return f"<{self.cls.name} object>"


class Record(tuple[Any, ...]):
    """A tuple whose items have names: what `x.max(1)` gives, or a user's NamedTuple."""

    names: tuple[str, ...]
    cls: Class | None

    @classmethod
    def of(cls, names: tuple[str, ...], values: Any, kind: Class | None = None) -> Record:
        """A record of values under names."""
        made = cls(values)
        made.names = names
        made.cls = kind
        return made


class Super:
    """`super()`: the methods of the bases, on the object at hand."""

    __slots__ = ("home", "owner")

    def __init__(self, home: Class, owner: Any) -> None:
        self.home = home
        self.owner = owner


class Items:
    """An iterator of the user's program: a generator, `zip`, `iter(...)`."""

    __slots__ = ("source",)

    def __init__(self, source: Iterator[Any]) -> None:
        self.source = source


class Raised(Exception):  # noqa: N818 - what `raise` raises in the user's program
    """An exception of the user's program: an `Instance`, or one of Python's own."""

    def __init__(self, value: Any, text: str = "") -> None:
        super().__init__(text)
        self.value = value
        self.text = text

    @property
    def kind(self) -> str:
        """The name of the exception's class."""
        value = self.value
        return value.cls.name if isinstance(value, Instance) else type(value).__name__


def called(name: str) -> Callable[[Callable[..., Any]], Native]:
    """Make a native function of `run(interpreter, *args, **kwargs)`."""

    def decorate(run: Callable[..., Any]) -> Native:
        return Native(name, run)

    return decorate


def method(name: str) -> Callable[[Callable[..., Any]], Method]:
    """Make a native method of `run(interpreter, object, *args, **kwargs)`."""

    def decorate(run: Callable[..., Any]) -> Method:
        return Method(name, run)

    return decorate


def plain(run: Callable[..., Any], name: str = "") -> Native:
    """A native function of one that has no use for the interpreter."""
    return Native(name or run.__name__, lambda _, *args, **kwargs: run(*args, **kwargs))


def type_name(value: Any) -> str:
    """The name of a value's class, as the user knows it."""
    cls = getattr(value, "cls", None)
    if isinstance(cls, Class):
        return cls.name
    if isinstance(value, Function | Native):
        return "function"
    if isinstance(value, Bound):
        return "method"
    if isinstance(value, Class):
        return "type"
    if isinstance(value, Namespace):
        return "module"
    if isinstance(value, Opaque):
        return value.what
    return type(value).__name__
