"""Python's own classes as bases of the user's: dict, list, tuple, str and int."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

from .builtin import CLASSES
from .copying import COPIERS, copied
from .dunders import special_methods
from .held import Held, HeldDict, HeldInteger, HeldList, HeldText, HeldTuple, held
from .interpreter import ATTRIBUTES, ITERATORS, TRUTHS, Interpreter
from .methods import METHOD_NAMES
from .objects import SETTERS, instance_attribute, set_on_instance, special
from .operators import ITEMS, SET_ITEMS, plain_item
from .values import Class, Function, Method, method


def _plain_method(kind: type, name: str) -> Method:
    def run(reader: Interpreter, owner: Any, *args: Any, **kwargs: Any) -> Any:
        return reader.call(ATTRIBUTES[kind](reader, owner, name), args, kwargs)

    return Method(name, run)


def _base(kind: type, own: Any) -> Class:
    """The class that stands for one of Python's own in the order of bases."""

    @method("__new__")
    def new(reader: Interpreter, cls: Class, *args: Any, **kwargs: Any) -> Any:
        if own in (HeldDict, HeldList):
            return held(own, cls)
        return held(own, cls, reader.call(kind, args, kwargs))

    @method("__init__")
    def init(reader: Interpreter, owner: Any, *args: Any, **kwargs: Any) -> None:
        if own in (HeldDict, HeldList):
            made = reader.call(kind, args, kwargs)
            owner.update(made) if own is HeldDict else owner.extend(made)

    names: dict[str, Any] = {
        **{name: _plain_method(kind, name) for name in METHOD_NAMES[kind]},
        **special_methods(kind),
        "__new__": new,
        "__init__": init,
    }
    return Class(kind.__name__, names=names, module="builtins")


DICT = _base(dict, HeldDict)
TEXT = _base(str, HeldText)
INTEGER = _base(int, HeldInteger)
#: One of Python's own classes -> the class that stands for it.
PLAYED: dict[Any, Class] = {
    dict: DICT,
    OrderedDict: DICT,
    list: _base(list, HeldList),
    tuple: _base(tuple, HeldTuple),
    str: TEXT,
    int: INTEGER,
}


@method("__getitem__")
def _dict_item(reader: Interpreter, owner: Any, key: Any) -> Any:
    found = special(reader, owner, "__missing__")
    if found is not None:
        reader.weigh(key)
        if key not in owner:
            return reader.call(found, (key,))
    return plain_item(reader, owner, key)


DICT.names["__getitem__"] = _dict_item


def _item(reader: Interpreter, owner: Any, index: Any) -> Any:
    return reader.call(special(reader, owner, "__getitem__"), (index,))


def _set_item(reader: Interpreter, owner: Any, index: Any, value: Any) -> None:
    reader.call(special(reader, owner, "__setitem__"), (index, value))


def _in_turn(reader: Interpreter, owner: Any) -> Iterator[Any]:
    if isinstance(owner.cls.find("__iter__"), Function):
        return reader.iterate(reader.call(special(reader, owner, "__iter__")))
    return reader.plain_items(owner)


def _truth(reader: Interpreter, owner: Any) -> bool:
    for name in ("__bool__", "__len__"):
        if isinstance(owner.cls.find(name), Function):
            return reader.truth(reader.call(special(reader, owner, name)))
    return bool(owner)


def _copied(reader: Interpreter, value: Any, known: dict[int, Any]) -> Any:
    made = known[id(value)] = held(value.__class__, value.cls)
    if isinstance(value, dict):
        for key, item in value.items():
            made[key] = copied(reader, item, known)
    else:
        made.extend(copied(reader, item, known) for item in value)
    made.attributes = copied(reader, value.attributes, known)
    return made


ATTRIBUTES[Held] = instance_attribute
SETTERS[Held] = set_on_instance
CLASSES[Held] = lambda value: value.cls
ITERATORS[Held] = _in_turn
TRUTHS[Held] = _truth
for _kind in (HeldDict, HeldList, HeldTuple, HeldText):
    ITEMS[_kind] = _item
for _kind in (HeldDict, HeldList):
    SET_ITEMS[_kind] = _set_item
    COPIERS[_kind] = _copied

__all__ = ["DICT", "INTEGER", "PLAYED", "TEXT"]
