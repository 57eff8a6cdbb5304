"""Methods of Python's own values: those that are harmless, with limits on what they make."""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterator
from typing import Any

from .dunders import special_method
from .formatting import format_method
from .interpreter import ATTRIBUTES, ITERATORS, Interpreter, iterator, no_attribute
from .values import MISSING, Bound, Method, Native, Opaque, Raised

Run = Callable[..., Any]

_TEXT = frozenset(
    [
        "capitalize",
        "casefold",
        "count",
        "endswith",
        "find",
        "index",
        "isalnum",
        "isalpha",
        "isascii",
        "isdecimal",
        "isdigit",
        "isidentifier",
        "islower",
        "isnumeric",
        "isspace",
        "istitle",
        "isupper",
        "lower",
        "lstrip",
        "partition",
        "removeprefix",
        "removesuffix",
        "rfind",
        "rindex",
        "rpartition",
        "rsplit",
        "rstrip",
        "split",
        "splitlines",
        "startswith",
        "strip",
        "swapcase",
        "title",
        "upper",
        "encode",
        "translate",
    ]
)
_LIST = frozenset(
    ["append", "clear", "copy", "count", "index", "insert", "pop", "remove", "reverse"]
)
_DICT = frozenset(
    ["clear", "copy", "get", "items", "keys", "pop", "popitem", "setdefault", "values"]
)
_SET = frozenset(
    [
        "add",
        "clear",
        "copy",
        "discard",
        "isdisjoint",
        "issubset",
        "issuperset",
        "pop",
        "remove",
        "difference",
        "intersection",
        "symmetric_difference",
        "union",
        "update",
    ]
)
_NUMBER = frozenset(["bit_length", "bit_count", "is_integer", "conjugate", "as_integer_ratio"])
_DEQUE = frozenset(
    ["append", "appendleft", "clear", "copy", "count", "pop", "popleft", "reverse", "rotate"]
)


def _plainly(value: Any, name: str) -> Native:
    """A method of Python's own; its arguments are gone through first."""

    def run(reader: Interpreter, *args: Any, **kwargs: Any) -> Any:
        for each in args:
            reader.weigh(each)
        if hasattr(value, "__len__") and len(value) > 64:
            reader.budget.spend(len(value) // 16)
        if value.__class__ is list and name in ("index", "remove", "count"):
            reader.weigh(value)
        return getattr(value, name)(*args, **kwargs)

    return Native(name, run)


# Texts


def _text_attribute(reader: Interpreter, value: str, name: str) -> Any:
    if name in _TEXT:
        return _plainly(value, name)
    run = _TEXT_METHODS.get(name)
    if run is None:
        return _any_attribute(reader, value, name)
    return Native(name, lambda inner, *args, **kwargs: run(inner, value, *args, **kwargs))


def _join(reader: Interpreter, value: str, parts: Any) -> Any:
    items = reader.listed(parts)
    if any(item.__class__ is Opaque for item in items):
        return Opaque("a text")
    reader.budget.text(sum(len(item) for item in items) + len(value) * len(items))
    return value.join(items)


def _replace(reader: Interpreter, value: str, old: str, new: str, count: int = -1) -> str:
    reader.budget.text(len(value) + (value.count(old) if old else len(value) + 1) * len(new))
    return value.replace(old, new, count)


def _padded(name: str) -> Run:
    def run(reader: Interpreter, value: str, width: int, *fill: str) -> Any:
        reader.budget.text(max(int(width), len(value)))
        return getattr(value, name)(width, *fill)

    return run


def _expandtabs(reader: Interpreter, value: str, tabsize: int = 8) -> str:
    reader.budget.text(len(value) + value.count("\t") * max(tabsize, 1))
    return value.expandtabs(tabsize)


_TEXT_METHODS: dict[str, Run] = {
    "join": _join,
    "replace": _replace,
    "expandtabs": _expandtabs,
    "format": lambda reader, value, *args, **kwargs: format_method(reader, value, args, kwargs),
    **{name: _padded(name) for name in ("ljust", "rjust", "center", "zfill")},
}


# Containers


def _list_attribute(reader: Interpreter, value: list[Any], name: str) -> Any:
    if name == "extend":
        return Native(name, lambda inner, items: _extend(inner, value, items))
    if name == "sort":
        return Native(name, lambda inner, **options: _sort(inner, value, **options))
    if name in _LIST:
        return _plainly(value, name)
    return _any_attribute(reader, value, name)


def _extend(reader: Interpreter, value: list[Any], items: Any) -> None:
    value.extend(reader.listed(items))
    reader.budget.items(len(value))


def _sort(reader: Interpreter, value: list[Any], key: Any = None, reverse: bool = False) -> None:
    value[:] = ordered(reader, value, key, reverse)


def ordered(reader: Interpreter, items: Any, key: Any = None, reverse: Any = False) -> list[Any]:
    """`sorted(items, key=key, reverse=reverse)`."""
    listed = reader.listed(items)
    keys = listed if key is None else [reader.call(key, (item,)) for item in listed]
    reader.weigh(keys)
    if any(each.__class__ is Opaque for each in keys):
        raise reader.cannot("cannot sort by values that are not known")
    order = sorted(range(len(listed)), key=keys.__getitem__, reverse=reader.truth(reverse))
    return [listed[at] for at in order]


def _dict_attribute(reader: Interpreter, value: dict[Any, Any], name: str) -> Any:
    if name == "update":
        return Native(name, lambda inner, *args, **kwargs: _update(inner, value, *args, **kwargs))
    if name == "move_to_end" and isinstance(value, OrderedDict):
        return _plainly(value, name)
    if name == "most_common" and isinstance(value, Counter):
        return _plainly(value, name)
    if name == "fromkeys":
        return Native(name, from_keys)
    if name in _DICT:
        return _plainly(value, name)
    return _any_attribute(reader, value, name)


def _update(reader: Interpreter, value: dict[Any, Any], other: Any = (), **more: Any) -> None:
    value.update(as_dict(reader, other), **more)
    reader.budget.items(len(value))


def as_dict(reader: Interpreter, other: Any) -> dict[Any, Any]:
    """A mapping, or pairs, as a dict."""
    if isinstance(other, dict):
        return other
    pairs = [reader.listed(pair) for pair in reader.iterate(other)]
    reader.weigh([pair[0] for pair in pairs])
    return dict(pairs)


def from_keys(reader: Interpreter, keys: Any, value: Any = None) -> dict[Any, Any]:
    """`dict.fromkeys`."""
    return dict.fromkeys(reader.listed(keys), value)


def _set_attribute(reader: Interpreter, value: Any, name: str) -> Any:
    if name not in _SET:
        return _any_attribute(reader, value, name)

    def run(inner: Interpreter, *args: Any) -> Any:
        listed = [inner.listed(each) if isinstance(each, list | tuple) else each for each in args]
        for each in listed:
            inner.weigh(each)
        return getattr(value, name)(*listed)

    return Native(name, run)


def _tuple_attribute(reader: Interpreter, value: tuple[Any, ...], name: str) -> Any:
    if name in ("count", "index"):
        return _plainly(value, name)
    return _any_attribute(reader, value, name)


def _number_attribute(reader: Interpreter, value: Any, name: str) -> Any:
    if name in _NUMBER and hasattr(value, name):
        return _plainly(value, name)
    if name in ("real", "imag", "numerator", "denominator"):
        return getattr(value, name)
    return _any_attribute(reader, value, name)


def _range_attribute(reader: Interpreter, value: Any, name: str) -> Any:
    if name in ("start", "stop", "step"):
        return getattr(value, name)
    return _any_attribute(reader, value, name)


def _deque_attribute(reader: Interpreter, value: deque[Any], name: str) -> Any:
    if name in ("extend", "extendleft"):
        return Native(name, lambda inner, items: getattr(value, name)(inner.listed(items)))
    if name in _DEQUE:
        return _plainly(value, name)
    return _any_attribute(reader, value, name)


def _type_attribute(reader: Interpreter, value: type, name: str) -> Any:
    """`dict.fromkeys`, `str.lower`: methods of Python's own classes."""
    if value is dict and name == "fromkeys":
        return Native(name, from_keys)
    if value is str and name == "maketrans":
        return Native(name, lambda inner, *args: str.maketrans(*args))
    if name in ("__name__", "__qualname__"):
        return value.__name__
    if value is object:
        from .objects import OBJECT, plain_setattr

        if name in OBJECT:
            return plain_setattr if name == "__setattr__" else OBJECT[name]
    special = special_method(value, name)
    if special is not MISSING:
        return special
    if value in ATTRIBUTES:
        return Method(
            name, lambda inner, owner, *args: inner.call(inner.attribute(owner, name), args)
        )
    raise Raised(AttributeError(f"type object {value.__name__!r} has no attribute {name!r}"))


def _any_attribute(reader: Interpreter, value: Any, name: str) -> Any:
    """What every object has; nothing of Python's own machinery."""
    if name == "__class__":
        return type(value)
    if name == "__doc__":
        return None
    special = special_method(type(value), name)
    if special is not MISSING:
        return Bound(special, value)
    raise no_attribute(value, name)


def _error_attribute(reader: Interpreter, value: BaseException, name: str) -> Any:
    if name == "args":
        return value.args
    raise no_attribute(value, name)


ATTRIBUTES.update(
    {
        str: _text_attribute,
        list: _list_attribute,
        dict: _dict_attribute,
        set: _set_attribute,
        frozenset: _set_attribute,
        tuple: _tuple_attribute,
        int: _number_attribute,
        float: _number_attribute,
        range: _range_attribute,
        slice: _range_attribute,
        deque: _deque_attribute,
        type: _type_attribute,
        BaseException: _error_attribute,
        object: _any_attribute,
    }
)


#: Python's own classes that the user may derive from -> the names of their methods.
METHOD_NAMES: dict[type, frozenset[str]] = {
    dict: _DICT | {"update", "fromkeys"},
    list: _LIST | {"extend", "sort"},
    tuple: frozenset(["count", "index"]),
    str: _TEXT | _TEXT_METHODS.keys(),
    int: _NUMBER & set(dir(int)),
}


def _counted(reader: Interpreter, value: Any) -> Iterator[Any]:
    for item in value:
        reader.budget.spend(1)
        yield item


_COUNTED: tuple[type, ...] = (
    type({}.keys()), type({}.values()), type({}.items()), deque, dict, bytes, tuple,
)  # fmt: skip
for _kind in _COUNTED:
    ITERATORS[_kind] = _counted

__all__ = ["as_dict", "iterator", "ordered"]
