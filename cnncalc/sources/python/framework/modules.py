"""nn.Module: objects with parameters, buffers and submodules, and what calling one does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ....graph import Made
from ....ops.held import Held
from ..copying import COPIERS, copied
from ..interpreter import ATTRIBUTES, CALLS, Interpreter, no_attribute
from ..objects import OBJECT, SETTERS, from_class
from ..values import (
    MISSING,
    Bound,
    Class,
    Function,
    Instance,
    Method,
    Opaque,
    Property,
    Raised,
    method,
)  # fmt: skip
from .leaves import Leaf
from .tensor import Tensor


class Module(Instance):
    """An object of a class derived from nn.Module; `leaf` where the class is one op's."""

    __slots__ = ("before", "buffers", "leaf", "made", "modules", "parameters", "temporary")

    def __init__(self, cls: Class) -> None:
        super().__init__(cls)
        self.parameters: dict[str, Any] = {}
        self.buffers: dict[str, Any] = {}
        self.modules: dict[str, Any] = {}
        #: Buffers that no checkpoint has.
        self.temporary: set[str] = set()
        self.attributes["training"] = True
        self.leaf: Leaf | None = None
        #: Steps in front of its forward, which compute wrapped weights.
        self.before: list[Callable[[Interpreter, Module], None]] = []
        #: The call that made it, with its arguments as they are written.
        self.made: Made | None = None

    def delete(self, name: str) -> bool:
        """`del module.name`."""
        homes = (self.attributes, self.parameters, self.buffers, self.modules)
        return any(home.pop(name, MISSING) is not MISSING for home in homes)

    def children(self) -> Iterator[tuple[str, Module]]:
        """The submodules by name, each once."""
        seen = set()
        for name, module in self.modules.items():
            if module is not None and id(module) not in seen:
                seen.add(id(module))
                yield name, module

    def named_modules(self, prefix: str = "", seen: set[int] | None = None) -> Iterator[Any]:
        """Itself and all modules in it, each once, by their paths."""
        seen = set() if seen is None else seen
        if id(self) in seen:
            return
        seen.add(id(self))
        yield prefix, self
        for name, module in self.modules.items():
            if module is not None:
                inner = f"{prefix}.{name}" if prefix else name
                yield from module.named_modules(inner, seen)

    def tensors(self, kind: str, recurse: bool = True) -> Iterator[tuple[str, Tensor]]:
        """Its parameters or buffers by their names, each once."""
        seen = set()
        for path, module in self.named_modules() if recurse else [("", self)]:
            for name, tensor in getattr(module, kind).items():
                if tensor is not None and id(tensor) not in seen:
                    seen.add(id(tensor))
                    yield f"{path}.{name}" if path else name, tensor


MODULE = Class("Module", make=Module, module="torch.nn")


# Attributes


def _attribute(reader: Interpreter, module: Module, name: str) -> Any:
    cls = module.cls
    found = cls.find(name)
    if found.__class__ is Property:
        if found.cached and name in module.attributes:
            return module.attributes[name]
        value = reader.call(found.getter, (module,))
        if found.cached:
            module.attributes[name] = value
        return value
    for home in (module.attributes, module.parameters, module.buffers, module.modules):
        if name in home:
            return home[name]
    if found is not MISSING:
        return from_class(reader, found, module, cls)
    if name in _DICTS:
        return getattr(module, _DICTS[name])
    if name == "__class__":
        return cls
    hook = cls.find("__getattr__")
    if hook is not MISSING and hook.__class__ is Function and not name.startswith("__"):
        return reader.call(hook, (module, name))
    if name in OBJECT:
        return Bound(OBJECT[name], module)
    raise UndefinedAttribute(module, name)


class UndefinedAttribute(Raised):
    """An attribute that a module does not have: a layer that was never defined, perhaps."""

    def __init__(self, module: Module, name: str) -> None:
        text = f"{module.cls.name!r} object has no attribute {name!r}"
        super().__init__(AttributeError(text), text)
        self.module = module
        self.name = name


_DICTS = {
    "_modules": "modules", "_parameters": "parameters", "_buffers": "buffers",
    "__dict__": "attributes",
}  # fmt: skip


def _set(reader: Interpreter, module: Module, name: str, value: Any) -> None:
    found = module.cls.find(name)
    if found.__class__ is Property and found.setter is not None:
        reader.call(found.setter, (module, value))
        return
    homes = (module.attributes, module.parameters, module.buffers, module.modules)
    registers = isinstance(value, Module) or (isinstance(value, Tensor) and value.is_parameter)
    if registers and "__initialized__" not in module.attributes:
        kind = "module" if isinstance(value, Module) else "parameters"
        raise Raised(AttributeError(f"cannot assign {kind} before Module.__init__() call"))
    if isinstance(value, Module):
        home = module.modules
    elif isinstance(value, Tensor) and value.is_parameter:
        home = module.parameters
    elif name in module.parameters and value is not None:
        raise Raised(TypeError(f"cannot assign {value!r} as parameter {name!r}"))
    else:
        home = next((each for each in homes[1:] if name in each), module.attributes)
    for each in homes:
        if each is not home:
            each.pop(name, None)
    home[name] = value
    if module.leaf is not None:
        _tell_leaf(module, name, value)


def _tell_leaf(module: Module, name: str, value: Any) -> None:
    """A tensor of a leaf is taken away (`conv.bias = None`), or given to it."""
    assert module.leaf is not None
    held = {each.name for each in module.leaf.held}
    if value is None and name in held:
        module.attributes[name] = None
    elif isinstance(value, Tensor) and value.is_parameter and name not in held:
        module.leaf.held += (Held(name, tuple(value.shape)),)


def _copied(reader: Interpreter, module: Module, known: dict[int, Any]) -> Module:
    made = known[id(module)] = Module(module.cls)
    for each in ("attributes", "parameters", "buffers", "modules"):
        home = getattr(made, each)
        for name, value in getattr(module, each).items():
            home[name] = copied(reader, value, known)
    made.temporary = set(module.temporary)
    made.before = list(module.before)
    made.made = module.made
    if module.leaf is not None:
        made.leaf = Leaf(module.leaf.kind, made.attributes, module.leaf.held)
    return made


ATTRIBUTES[Module] = _attribute
SETTERS[Module] = _set
COPIERS[Module] = _copied


# Calling


def _call(
    reader: Interpreter, module: Module, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """`module(x)`: its forward, in its own scope. A leaf of torch is recorded whole."""
    recording = reader.recording
    own = module.cls.find("__call__")
    if own.__class__ is Function:
        return reader.call(own, (module, *args), kwargs)
    path = recording.paths.get(id(module))
    if path is None:
        path = _unregistered(reader, module)
    forward = module.attributes.get("forward", MISSING)
    if forward is MISSING:
        forward = module.cls.find("forward")
        if forward is MISSING:
            raise Raised(NotImplementedError(f"{module.cls.name} has no forward"))
        if module.leaf is not None and module.cls.module == "torch.nn" and not module.before:
            return LEAF_CALLS[0](reader, module, path, args, kwargs)
        forward = from_class(reader, forward, module, module.cls)
    recording.scope.append(path)
    before = len(recording.records)
    for step in module.before:
        step(reader, module)
    result = reader.call(forward, args, kwargs)
    recording.scope.pop()
    if len(recording.records) == before + 1 and not module.modules:
        recording.records[before] = recording.records[before]._replace(own=path)
    return result


#: How a leaf is called; set by `leafclasses`, which needs this module.
LEAF_CALLS: list[Callable[..., Any]] = []


def _unregistered(reader: Interpreter, module: Module) -> str:
    """A module that no other holds as an attribute, in a plain list perhaps."""
    recording = reader.recording
    recording.unregistered[id(module)] = (module, reader.place())
    inside = recording.scope[-1]
    path = f"{inside}.{module.cls.name}" if inside else module.cls.name
    for name, each in module.named_modules():
        recording.paths.setdefault(id(each), f"{path}.{name}" if name else path)
    recording.kept.append(module)
    return path


CALLS[Module] = _call


# Methods of nn.Module


def _offers(name: str) -> Callable[[Callable[..., Any]], Method]:
    def register(run: Callable[..., Any]) -> Method:
        made = MODULE.names[name] = method(name)(run)
        return made

    return register


@_offers("__init__")
def _init(reader: Interpreter, module: Module, *args: Any, **kwargs: Any) -> None:
    module.attributes["__initialized__"] = True


@_offers("forward")
def _forward(reader: Interpreter, module: Module, *args: Any, **kwargs: Any) -> Any:
    raise NotImplementedError(
        f"Module [{module.cls.name}] is missing the required forward function"
    )


MODULE.names["__call__"] = method("__call__")(
    lambda reader, module, *args, **kwargs: _call(reader, module, args, kwargs)
)


@_offers("add_module")
def _add_module(reader: Interpreter, owner: Module, /, name: str, module: Any) -> None:
    if not isinstance(module, Module | None.__class__):
        raise TypeError(f"{module!r} is not a Module subclass")
    if "." in name or not name:
        raise KeyError(f"module name can't be {name!r}")
    owner.modules[name] = module


MODULE.names["register_module"] = _add_module


@_offers("register_buffer")
def _register_buffer(
    reader: Interpreter, module: Module, name: str, tensor: Any, persistent: Any = True
) -> None:
    if tensor.__class__ is Opaque:
        raise reader.cannot(f"a buffer is {tensor.what}, which is not known")
    module.attributes.pop(name, None)
    module.buffers[name] = tensor
    if persistent is False:
        module.temporary.add(name)


@_offers("register_parameter")
def _register_parameter(reader: Interpreter, module: Module, name: str, param: Any) -> None:
    module.parameters[name] = param


@_offers("apply")
def _apply(reader: Interpreter, module: Module, fn: Any) -> Module:
    for _, child in module.children():
        _apply.run(reader, child, fn)
    reader.call(fn, (module,))
    return module


@_offers("requires_grad_")
def _requires_grad(reader: Interpreter, module: Module, requires_grad: Any = True) -> Module:
    for _, tensor in module.tensors("parameters"):
        tensor.trainable = reader.truth(requires_grad)
    return module


@_offers("train")
def _train(reader: Interpreter, module: Module, mode: Any = True) -> Module:
    for _, each in module.named_modules():
        each.attributes["training"] = reader.truth(mode)
    return module


@_offers("eval")
def _eval(reader: Interpreter, module: Module) -> Module:
    return _train.run(reader, module, False)  # type: ignore[no-any-return]


def _listing(name: str, run: Callable[..., Iterator[Any]]) -> None:
    def listed(reader: Interpreter, module: Module, *args: Any, **kwargs: Any) -> Any:
        from ..interpreter import iterator

        return iterator(list(run(module, *args, **kwargs)))

    MODULE.names[name] = method(name)(listed)


_listing("children", lambda module: (each for _, each in module.children()))
_listing("named_children", lambda module: module.children())
_listing("modules", lambda module: (each for _, each in module.named_modules()))
_listing("named_modules", lambda module, *_, prefix="", **__: module.named_modules(prefix))
_listing(
    "parameters", lambda module, recurse=True: (t for _, t in module.tensors("parameters", recurse))
)
_listing(
    "named_parameters",
    lambda module, prefix="", recurse=True: module.tensors("parameters", recurse),
)
_listing("buffers", lambda module, recurse=True: (t for _, t in module.tensors("buffers", recurse)))
_listing("named_buffers", lambda module, *_, **__: module.tensors("buffers"))


@_offers("get_submodule")
def _get_submodule(reader: Interpreter, module: Module, target: str) -> Any:
    found: Any = module
    for name in target.split(".") if target else ():
        found = reader.attribute(found, name)
    return found


def _casting(name: str) -> None:
    """Casts of all weights; devices do not matter."""

    def cast(reader: Interpreter, module: Module, *args: Any, **kwargs: Any) -> Module:
        from .functions import _wanted_dtype

        wanted = _wanted_dtype(name, args, kwargs)
        tensors = [t for kind in ("parameters", "buffers") for _, t in module.tensors(kind)]
        for tensor in tensors:
            if wanted is not None and tensor.dtype.name.startswith(("float", "bfloat")):
                tensor.dtype = wanted
        return module

    MODULE.names[name] = method(name)(cast)


for _name in ("to", "float", "double", "half", "bfloat16", "cuda", "cpu", "type", "to_empty"):
    _casting(_name)


def _itself(reader: Interpreter, module: Module, *args: Any, **kwargs: Any) -> Module:
    return module


for _name in ("share_memory", "compile", "zero_grad", "load_state_dict", "__repr__", "extra_repr",
              "_init_weights_", "set_extra_state"):  # fmt: skip
    MODULE.names[_name] = method(_name)(_itself)


@_offers("state_dict")
def _state_dict(reader: Interpreter, module: Module, *args: Any, **kwargs: Any) -> Any:
    return dict([*module.tensors("parameters"), *module.tensors("buffers")])


@_offers("_get_name")
def _get_name(reader: Interpreter, module: Module) -> str:
    return module.cls.name


@_offers("__getattr__")
def _getattr(reader: Interpreter, module: Module, name: str) -> Any:
    """What a user's own __getattr__ falls back to."""
    for home in (module.parameters, module.buffers, module.modules):
        if name in home:
            return home[name]
    raise no_attribute(module, name)


def _hooked(name: str) -> None:
    def refuse(reader: Interpreter, module: Module, *args: Any, **kwargs: Any) -> Any:
        raise reader.cannot(f"cannot follow {name}()")

    MODULE.names[name] = method(name)(refuse)


for _name in ("register_forward_hook", "register_forward_pre_hook"):
    _hooked(_name)
for _name in (
    "register_full_backward_hook",
    "register_backward_hook",
    "_register_load_state_dict_pre_hook",
    "register_load_state_dict_post_hook",
):
    MODULE.names[_name] = method(_name)(lambda reader, *args, **kwargs: None)
