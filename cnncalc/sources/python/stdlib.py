"""The parts of Python's library that models use, as the reader plays them."""

from __future__ import annotations

import functools
import operator
import sys
from collections import Counter, OrderedDict, deque
from typing import Any

from . import arrays as arrays  # numpy's own, which count with
from . import texts as texts  # eval and exec
from .arithmetic import MATH, NUMPY
from .builtin import BUILTINS, CLASSES
from .classes import (
    NAMED_TUPLE,
    Field,
    as_plain,
    dataclass,
    fields,
    is_dataclass,
    named_tuple,
    replaced,
)  # fmt: skip
from .constructors import MAKERS
from .contexts import CONTEXTLIB
from .copying import COPY
from .datatexts import JSON, PATHS
from .dispatching import single_dispatch
from .enumerations import AUTO, ENUM, INT_ENUM, STR_ENUM
from .functions import PARTIAL
from .inspecting import INSPECT
from .interpreter import Interpreter
from .iteration import ITERTOOLS
from .methods import as_dict
from .operators import binary, subscript
from .patterns import PATTERNS
from .values import (
    MISSING,
    Class,
    Instance,
    Namespace,
    Native,
    Opaque,
    Property,
    Raised,
    called,
)  # fmt: skip

#: Module name -> its names; those that are missing are opaque.
MODULES: dict[str, dict[str, Any]] = {
    "math": MATH,
    "numpy": NUMPY,
    "itertools": ITERTOOLS,
    "copy": COPY,
    "inspect": INSPECT,
    "re": PATTERNS,
    "contextlib": CONTEXTLIB,
    "json": JSON,
    "os.path": PATHS,
}
MODULES["os"] = {"path": Namespace("os.path", PATHS, lambda name: Opaque(f"os.path.{name}"))}


# functools


def _itself(name: str) -> Native:
    """A decorator that changes nothing that is counted, with or without arguments."""

    def run(reader: Interpreter, function: Any = None, *args: Any, **kwargs: Any) -> Any:
        if function is None or isinstance(function, int | bool | str):
            return Native(name, lambda inner, made: made)
        return function

    return Native(name, run)


@called("wraps")
def _wraps(reader: Interpreter, *args: Any, **kwargs: Any) -> Native:
    return Native("wraps", lambda inner, made: made)


@called("reduce")
def _reduce(reader: Interpreter, function: Any, items: Any, start: Any = MISSING) -> Any:
    for item in reader.iterate(items):
        start = item if start is MISSING else reader.call(function, (start, item))
    if start is MISSING:
        raise TypeError("reduce() of empty iterable with no initial value")
    return start


MODULES["functools"] = {
    "partial": PARTIAL,
    "reduce": _reduce,
    "wraps": _wraps,
    "lru_cache": _itself("lru_cache"),
    "cache": _itself("cache"),
    "singledispatch": single_dispatch,
    "total_ordering": _itself("total_ordering"),
    "cached_property": Native(
        "cached_property", lambda reader, getter: Property(getter, cached=True)
    ),
}


# collections


class DefaultDict(dict[Any, Any]):
    """`collections.defaultdict`; the reader calls its factory."""

    factory: Any = None

    def make_missing(self, reader: Interpreter, key: Any) -> Any:
        """The new item of a key that was missing."""
        if self.factory is None:
            raise Raised(KeyError(key))
        self[key] = reader.call(self.factory)
        return self[key]


@called("defaultdict")
def _default_dict(
    reader: Interpreter, factory: Any = None, items: Any = (), **more: Any
) -> DefaultDict:
    made = DefaultDict({**as_dict(reader, items), **more})
    made.factory = factory
    return made


def _ordered_dict(reader: Interpreter, items: Any = (), **more: Any) -> Any:
    return OrderedDict({**as_dict(reader, items), **more})


def _counter(reader: Interpreter, items: Any = ()) -> Any:
    return Counter(items if isinstance(items, dict) else reader.listed(items))


def _deque(reader: Interpreter, items: Any = (), maxlen: int | None = None) -> Any:
    return deque(reader.listed(items), maxlen)


MAKERS.update({OrderedDict: _ordered_dict, Counter: _counter, deque: _deque})
CLASSES[DefaultDict] = lambda value: dict
MODULES["collections"] = {
    "OrderedDict": OrderedDict,
    "Counter": Counter,
    "deque": deque,
    "defaultdict": _default_dict,
    "namedtuple": Native("namedtuple", named_tuple),
}


# operator, dataclasses, enum, typing


@called("itemgetter")
def _item_getter(reader: Interpreter, *keys: Any) -> Native:
    def run(inner: Interpreter, value: Any) -> Any:
        found = tuple(subscript(inner, value, key) for key in keys)
        return found[0] if len(keys) == 1 else found

    return Native("itemgetter", run)


@called("attrgetter")
def _attribute_getter(reader: Interpreter, path: str) -> Native:
    return Native(
        "attrgetter", lambda inner, value: functools.reduce(inner.attribute, path.split("."), value)
    )


_BINARY_NAMES = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul")
MODULES["operator"] = {
    "itemgetter": _item_getter,
    "attrgetter": _attribute_getter,
    **{
        name: Native(
            name,
            functools.partial(lambda reader, a, b, name: binary(reader, name, a, b), name=name),
        )
        for name in _BINARY_NAMES
    },
}
MODULES["operator"]["neg"] = Native("neg", lambda reader, value: operator.neg(value))


MODULES["dataclasses"] = {
    "dataclass": Native("dataclass", dataclass),
    "field": Native(
        "field",
        lambda reader, default=MISSING, default_factory=MISSING, init=True, **_: Field(
            default, default_factory, init
        ),
    ),
    "asdict": Native("asdict", as_plain),
    "fields": Native("fields", fields),
    "is_dataclass": Native("is_dataclass", is_dataclass),
    "replace": Native("replace", replaced),
}
MODULES["enum"] = {
    "Enum": ENUM,
    "IntEnum": INT_ENUM,
    "StrEnum": STR_ENUM,
    "unique": _itself("unique"),
    "auto": Native("auto", lambda reader: AUTO),
}
MODULES["typing"] = {
    "NamedTuple": NAMED_TUPLE,
    "TYPE_CHECKING": False,
    "cast": Native("cast", lambda reader, kind, value: value),
    "overload": _itself("overload"),
    "no_type_check": _itself("no_type_check"),
    "final": _itself("final"),
    "TypeVar": Native("TypeVar", lambda reader, name, *_, **__: Opaque(f"typing.{name}")),
    "NewType": Native("NewType", lambda reader, name, kind: kind),
}
MODULES["typing_extensions"] = MODULES["typing"]
MODULES["abc"] = {
    name: _itself(name)
    for name in ("abstractmethod", "abstractclassmethod", "abstractstaticmethod")
} | {"abstractproperty": BUILTINS["property"]}


# types


SIMPLE_NAMESPACE = Class("SimpleNamespace")
MODULES["types"] = {
    "SimpleNamespace": Native(
        "SimpleNamespace", lambda reader, **values: _simple_namespace(values)
    ),
}


def _simple_namespace(values: dict[str, Any]) -> Instance:
    made = Instance(SIMPLE_NAMESPACE)
    made.attributes.update(values)
    return made


# sys, importlib


class _Loaded(dict[Any, Any]):
    """`sys.modules`: those that the reader has read."""

    def make_missing(self, reader: Interpreter, key: Any) -> Any:
        """The module of that name."""
        if key not in reader.importer.modules:
            raise Raised(KeyError(key))
        return reader.importer.modules[key]


MODULES["sys"] = {
    "modules": _Loaded(),
    "version_info": (3, 11, 0, "final", 0),
    "maxsize": (1 << 63) - 1,
    "byteorder": sys.byteorder,
    "path": [],
}


def _import_module(reader: Interpreter, name: Any, package: Any = None) -> Any:
    if name.__class__ is Opaque or package.__class__ is Opaque:
        return Opaque("importlib.import_module()")
    if name.startswith("."):
        inside = (package or "").split(".")
        dots = len(name) - len(name.lstrip("."))
        name = ".".join([*inside[: len(inside) - dots + 1], name.lstrip(".")])
    return reader.importer.find(name)


MODULES["importlib"] = {"import_module": Native("importlib.import_module", _import_module)}


#: Functions without an effect on what is counted.
MODULES["warnings"] = {
    name: Native(name, lambda reader, *args, **kwargs: None)
    for name in ("warn", "filterwarnings", "simplefilter")
}


def module(name: str) -> Namespace | None:
    """A module of Python's library (or numpy), or None where it has no part here."""
    names = MODULES.get(name)
    if names is None:
        return None
    return Namespace(name, names, lambda wanted: Opaque(f"{name}.{wanted}"))


__all__ = ["MODULES", "module"]
