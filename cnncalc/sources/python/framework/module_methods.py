"""The methods of nn.Module."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ..interpreter import Interpreter, iterator, no_attribute
from ..objects import set_attribute
from ..values import Class, Instance, Method, Opaque, Raised, method
from .functions import wanted_dtype
from .modules import MODULE, Hook, Module, call_module


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
    text = f"Module [{module.cls.name}] is missing the required forward function"
    raise Raised(NotImplementedError(text), text)


MODULE.names["__call__"] = method("__call__")(
    lambda reader, module, *args, **kwargs: call_module(reader, module, args, kwargs)
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
    set_attribute(reader, module, name, param)


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


MODULE.names["get_parameter"] = MODULE.names["get_buffer"] = _get_submodule


@_offers("set_submodule")
def _set_submodule(
    reader: Interpreter, module: Module, target: str, new: Any, strict: Any = False
) -> None:
    home, _, name = target.rpartition(".")
    set_attribute(reader, _get_submodule.run(reader, module, home), name, new)


def _casting(name: str) -> None:
    """Casts of all weights; devices do not matter."""

    def cast(reader: Interpreter, module: Module, *args: Any, **kwargs: Any) -> Module:
        wanted = wanted_dtype(name, args, kwargs)
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


#: What sets values, or has no effect on what is counted.
_WITHOUT_EFFECT = (
    "share_memory", "compile", "zero_grad", "load_state_dict", "__repr__", "extra_repr",
    "set_extra_state", "flatten_parameters", "reset_parameters", "reset_running_stats",
    "register_state_dict_pre_hook", "register_state_dict_post_hook",
    "register_load_state_dict_pre_hook", "register_full_backward_pre_hook",
)  # fmt: skip
for _name in _WITHOUT_EFFECT:
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


HANDLE = Class("RemovableHandle", module="torch.utils.hooks")


@method("remove")
def _remove(reader: Interpreter, handle: Instance) -> None:
    module, hook = handle.attributes["module"], handle.attributes["hook"]
    module.hooks = [each for each in module.hooks if each is not hook]


HANDLE.names["remove"] = _remove


def _hooked(name: str, behind: bool) -> None:
    def register(
        reader: Interpreter,
        module: Module,
        hook: Any,
        *,
        prepend: bool = False,
        with_kwargs: bool = False,
        always_call: bool = False,
    ) -> Instance:
        made = Hook(hook, behind, with_kwargs)
        module.hooks.insert(0 if prepend else len(module.hooks), made)
        handle = Instance(HANDLE)
        handle.attributes.update(module=module, hook=made)
        return handle

    MODULE.names[name] = method(name)(register)


_hooked("register_forward_hook", behind=True)
_hooked("register_forward_pre_hook", behind=False)
for _name in (
    "register_full_backward_hook",
    "register_backward_hook",
    "_register_load_state_dict_pre_hook",
    "register_load_state_dict_post_hook",
):
    MODULE.names[_name] = method(_name)(lambda reader, *args, **kwargs: None)
