"""Sequential, ModuleList, ModuleDict, and the containers of parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..interpreter import Interpreter, iterator
from ..methods import as_dict
from ..values import Class, Method, Raised, method
from .modules import MODULE, Module
from .tensor import Tensor

SEQUENTIAL = Class("Sequential", (MODULE,), module="torch.nn.container")
MODULE_LIST = Class("ModuleList", (MODULE,), module="torch.nn.container")
MODULE_DICT = Class("ModuleDict", (MODULE,), module="torch.nn.container")
PARAMETER_LIST = Class("ParameterList", (MODULE,), module="torch.nn.container")
PARAMETER_DICT = Class("ParameterDict", (MODULE,), module="torch.nn.container")


def _on(*classes: Class, name: str) -> Callable[[Callable[..., Any]], Method]:
    def register(run: Callable[..., Any]) -> Method:
        made = method(name)(run)
        for cls in classes:
            cls.names[name] = made
        return made

    return register


def _held(module: Module) -> dict[str, Any]:
    """Where a container keeps its items."""
    is_parameters = module.cls.derives(PARAMETER_LIST) or module.cls.derives(PARAMETER_DICT)
    return module.parameters if is_parameters else module.modules


def _add(module: Module, name: str, item: Any) -> None:
    if _held(module) is module.parameters:
        if isinstance(item, Tensor):
            item.is_parameter = item.trainable = True
    elif not isinstance(item, Module) and item is not None:
        raise Raised(TypeError(f"{item!r} is not a Module subclass"))
    _held(module)[name] = item


# Making them


@_on(SEQUENTIAL, name="__init__")
def _sequential(reader: Interpreter, module: Module, *items: Any) -> None:
    module.attributes["__initialized__"] = True
    if len(items) == 1 and isinstance(items[0], dict):
        for name, item in items[0].items():
            _add(module, str(name), item)
        return
    for at, item in enumerate(items):
        _add(module, str(at), item)


@_on(MODULE_LIST, PARAMETER_LIST, name="__init__")
def _listed(reader: Interpreter, module: Module, items: Any = None) -> None:
    module.attributes["__initialized__"] = True
    _extend.run(reader, module, () if items is None else items)


@_on(MODULE_DICT, PARAMETER_DICT, name="__init__")
def _mapped(reader: Interpreter, module: Module, items: Any = None) -> None:
    module.attributes["__initialized__"] = True
    _update.run(reader, module, {} if items is None else items)


# Calling


@_on(SEQUENTIAL, name="forward")
def _run(reader: Interpreter, module: Module, value: Any) -> Any:
    for item in list(module.modules.values()):
        value = reader.call(item, (value,))
    return value


# As lists


@_on(SEQUENTIAL, MODULE_LIST, MODULE_DICT, PARAMETER_LIST, PARAMETER_DICT, name="__len__")
def _length(reader: Interpreter, module: Module) -> int:
    return len(_held(module))


@_on(SEQUENTIAL, MODULE_LIST, PARAMETER_LIST, name="__iter__")
def _iterate(reader: Interpreter, module: Module) -> Any:
    return iterator(list(_held(module).values()))


@_on(SEQUENTIAL, MODULE_LIST, PARAMETER_LIST, name="__getitem__")
def _item(reader: Interpreter, module: Module, index: Any) -> Any:
    held = _held(module)
    if isinstance(index, str):
        return held[index]
    if isinstance(index, slice):
        names = list(held)[index]
        made = Module(module.cls)
        made.attributes["__initialized__"] = True
        for at, name in enumerate(names):
            key = name if module.cls.derives(SEQUENTIAL) else str(at)
            _held(made)[key] = held[name]
        return made
    return held[_name_at(held, index)]


def _name_at(held: dict[str, Any], index: Any) -> str:
    if not isinstance(index, int):
        raise TypeError("indices must be integers or slices")
    if not -len(held) <= index < len(held):
        raise IndexError(f"index {index} is out of range")
    return list(held)[index]


@_on(SEQUENTIAL, MODULE_LIST, PARAMETER_LIST, name="__setitem__")
def _set_item(reader: Interpreter, module: Module, index: Any, item: Any) -> None:
    held = _held(module)
    _add(module, _name_at(held, index), item)


@_on(SEQUENTIAL, MODULE_LIST, name="__delitem__")
def _delete_item(reader: Interpreter, module: Module, index: Any) -> None:
    held = _held(module)
    names = list(held)[index] if isinstance(index, slice) else [_name_at(held, index)]
    for name in names:
        del held[name]
    _renumber(held)


def _renumber(held: dict[str, Any]) -> None:
    items = list(held.values())
    held.clear()
    held.update({str(at): item for at, item in enumerate(items)})


@_on(SEQUENTIAL, MODULE_LIST, PARAMETER_LIST, name="append")
def _append(reader: Interpreter, module: Module, item: Any) -> Module:
    _add(module, str(len(_held(module))), item)
    return module


@_on(SEQUENTIAL, MODULE_LIST, PARAMETER_LIST, name="extend")
def _extend(reader: Interpreter, module: Module, items: Any) -> Module:
    for item in reader.listed(items):
        _append.run(reader, module, item)
    return module


@_on(SEQUENTIAL, MODULE_LIST, name="insert")
def _insert(reader: Interpreter, module: Module, index: int, item: Any) -> Module:
    items = list(module.modules.values())
    items.insert(index, item)
    module.modules.clear()
    for at, each in enumerate(items):
        _add(module, str(at), each)
    return module


@_on(SEQUENTIAL, MODULE_LIST, name="pop")
def _pop(reader: Interpreter, module: Module, key: Any = -1) -> Any:
    held = module.modules
    item = held.pop(_name_at(held, key))
    _renumber(held)
    return item


@_on(SEQUENTIAL, MODULE_LIST, name="__add__")
def _join(reader: Interpreter, module: Module, other: Any) -> Module:
    made = Module(module.cls)
    made.attributes["__initialized__"] = True
    for item in (*module.modules.values(), *reader.listed(other)):
        _append.run(reader, made, item)
    return made


@_on(SEQUENTIAL, MODULE_LIST, name="__iadd__")
def _join_in_place(reader: Interpreter, module: Module, other: Any) -> Module:
    return _extend.run(reader, module, other)  # type: ignore[no-any-return]


@_on(SEQUENTIAL, MODULE_LIST, MODULE_DICT, name="__contains__")
def _contains(reader: Interpreter, module: Module, item: Any) -> bool:
    if module.cls.derives(MODULE_DICT):
        return item in module.modules
    return any(each is item for each in module.modules.values())


# As dicts


@_on(MODULE_DICT, PARAMETER_DICT, name="__iter__")
def _keys_in_turn(reader: Interpreter, module: Module) -> Any:
    return iterator(list(_held(module)))


@_on(MODULE_DICT, PARAMETER_DICT, name="__getitem__")
def _entry(reader: Interpreter, module: Module, name: Any) -> Any:
    return _held(module)[name]


@_on(MODULE_DICT, PARAMETER_DICT, name="__setitem__")
def _set_entry(reader: Interpreter, module: Module, name: Any, item: Any) -> None:
    _add(module, name, item)


@_on(MODULE_DICT, name="__delitem__")
def _delete_entry(reader: Interpreter, module: Module, name: Any) -> None:
    del module.modules[name]


@_on(MODULE_DICT, PARAMETER_DICT, name="pop")
def _pop_entry(reader: Interpreter, module: Module, name: Any) -> Any:
    return _held(module).pop(name)


@_on(MODULE_DICT, PARAMETER_DICT, name="clear")
def _clear(reader: Interpreter, module: Module) -> None:
    _held(module).clear()


@_on(MODULE_DICT, PARAMETER_DICT, name="keys")
def _keys(reader: Interpreter, module: Module) -> Any:
    return list(_held(module))


@_on(MODULE_DICT, PARAMETER_DICT, SEQUENTIAL, MODULE_LIST, name="values")
def _values(reader: Interpreter, module: Module) -> Any:
    return list(_held(module).values())


@_on(MODULE_DICT, PARAMETER_DICT, name="items")
def _items(reader: Interpreter, module: Module) -> Any:
    return list(_held(module).items())


@_on(MODULE_DICT, PARAMETER_DICT, name="update")
def _update(reader: Interpreter, module: Module, items: Any) -> None:
    if isinstance(items, Module):
        items = _held(items)
    for name, item in as_dict(reader, items).items():
        _add(module, name, item)


CONTAINERS = {
    cls.name: cls for cls in (SEQUENTIAL, MODULE_LIST, MODULE_DICT, PARAMETER_LIST, PARAMETER_DICT)
}
