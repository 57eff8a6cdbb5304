"""nn.Module: objects with parameters, buffers and submodules, and what calling one does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from ....errors import LimitError
from ....graph import Made
from ....ops.held import Held
from ..budget import LAYER_STEPS
from ..copying import COPIERS, copied
from ..interpreter import ATTRIBUTES, CALLS, Interpreter
from ..objects import OBJECT, SETTERS, from_class
from ..values import (
    MISSING,
    Bound,
    Class,
    Function,
    Instance,
    Property,
    Raised,
)  # fmt: skip
from .leaves import Leaf
from .tensor import Tensor

#: Modules inside modules.
MAX_NESTED = 100


class Hook(NamedTuple):
    """A function of the user's that a module calls, as `register_forward_hook` has it."""

    function: Any
    behind: bool
    with_kwargs: bool


class Module(Instance):
    """An object of a class derived from nn.Module; `leaf` where the class is one op's."""

    __slots__ = ("before", "buffers", "hooks", "leaf", "made", "modules", "parameters", "temporary")

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
        #: What the user wants called in front of its forward, and behind it.
        self.hooks: list[Hook] = []
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

    def named_modules(
        self, prefix: str = "", seen: set[int] | None = None, depth: int = 0
    ) -> Iterator[Any]:
        """Itself and all modules in it, each once, by their paths. Raises `LimitError`."""
        if depth > MAX_NESTED:
            raise LimitError(f"modules are nested more than {MAX_NESTED} deep")
        seen = set() if seen is None else seen
        if id(self) in seen:
            return
        seen.add(id(self))
        yield prefix, self
        for name, module in self.modules.items():
            if module is not None:
                inner = f"{prefix}.{name}" if prefix else name
                yield from module.named_modules(inner, seen, depth + 1)

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
    reader.budget.spend(LAYER_STEPS)
    made = known[id(module)] = Module(module.cls)
    for each in ("attributes", "parameters", "buffers", "modules"):
        home = getattr(made, each)
        for name, value in getattr(module, each).items():
            home[name] = copied(reader, value, known)
    made.temporary = set(module.temporary)
    made.before = list(module.before)
    made.hooks = list(module.hooks)
    made.made = module.made
    if module.leaf is not None:
        made.leaf = Leaf(module.leaf.kind, made.attributes, module.leaf.held)
    return made


ATTRIBUTES[Module] = _attribute
SETTERS[Module] = _set
COPIERS[Module] = _copied


# Calling


def call_module(
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
    before = len(recording.records)
    if module.hooks:
        args, kwargs = _hooked_in(reader, module, path, args, kwargs)
    result = _forwarded(reader, module, path, args, kwargs)
    if module.hooks:
        result = _hooked_out(reader, module, path, args, kwargs, result)
    leaf = _is_leaf(module) and "forward" not in module.attributes
    if len(recording.records) == before + 1 and not module.modules and not leaf:
        recording.records[before] = recording.records[before]._replace(own=path)
    return result


def _is_leaf(module: Module) -> bool:
    """Is it one of torch's own that is recorded whole?"""
    return module.leaf is not None and module.cls.module == "torch.nn" and not module.before


def _forwarded(
    reader: Interpreter, module: Module, path: str, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    recording = reader.recording
    forward = module.attributes.get("forward", MISSING)
    if forward is MISSING:
        forward = module.cls.find("forward")
        if forward is MISSING:
            raise Raised(NotImplementedError(f"{module.cls.name} has no forward"))
        if _is_leaf(module):
            return LEAF_CALLS[0](reader, module, path, args, kwargs)
        forward = from_class(reader, forward, module, module.cls)
    recording.scope.append(path)
    for step in module.before:
        step(reader, module)
    result = reader.call(forward, args, kwargs)
    recording.scope.pop()
    return result


def _hooked_in(
    reader: Interpreter, module: Module, path: str, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments of a module's forward, after the hooks in front of it."""
    reader.recording.scope.append(path)
    for hook in [each for each in module.hooks if not each.behind]:
        given = (module, args, kwargs) if hook.with_kwargs else (module, args)
        found = reader.call(hook.function, given)
        if found is not None and hook.with_kwargs:
            args, kwargs = found
        elif found is not None:
            args = found if isinstance(found, tuple) else (found,)
    reader.recording.scope.pop()
    return args, kwargs


def _hooked_out(
    reader: Interpreter,
    module: Module,
    path: str,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    result: Any,
) -> Any:
    """What a module gives, after the hooks behind its forward."""
    reader.recording.scope.append(path)
    for hook in [each for each in module.hooks if each.behind]:
        more = (args, kwargs, result) if hook.with_kwargs else (args, result)
        found = reader.call(hook.function, (module, *more))
        result = result if found is None else found
    reader.recording.scope.pop()
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


CALLS[Module] = call_module
