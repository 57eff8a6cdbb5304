"""Modules and containers, and the builder that turns them into a graph."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from ..errors import GraphError
from ..graph import Graph, Input, Layer, Ref, unique
from ..ops import CATALOGUE, Op
from .tensor import Tensor


class Module:
    """A part of a network, as torch.nn.Module: make layers in `__init__`, use them in `forward`."""

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        raise GraphError(f"{type(self).__name__} has no forward")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        builder = Builder.current()
        builder.scope.append(self)
        try:
            return self.forward(*args, **kwargs)
        finally:
            builder.scope.pop()

    def eval(self) -> Module:
        """The module itself: figures are those of inference."""
        return self

    def children(self) -> Iterator[tuple[str, Module]]:
        """The modules held as attributes, in the order they were set."""
        for name, value in vars(self).items():
            if isinstance(value, Module):
                yield name, value

    def add_module(self, name: str, module: Module) -> None:
        """Hold `module` as the attribute `name`."""
        setattr(self, name, module)


class Leaf(Module):
    """A module that is one op."""

    def __init__(self, op: Op) -> None:
        self.op = op

    def __repr__(self) -> str:
        return str(self.op)

    def forward(self, *inputs: Any, **settings: Any) -> Any:
        settings.pop("need_weights", None)  # attention weights are an output either way
        tensors = [*inputs, *settings.values()]
        builder = Builder.current()
        result = builder.apply(self.op, [builder.as_tensor(item) for item in tensors], self)
        if self.op.type == "LSTM":
            output, hidden, cell = result
            return output, (hidden, cell)  # as torch groups them
        return result


class Parameter(Module):
    """A learned tensor used in arithmetic, as torch.nn.Parameter: `self.scale * x`."""

    def __init__(self, *shape: int) -> None:
        self.op = CATALOGUE["Parameter"](shape)

    def as_layer(self, builder: Builder) -> Tensor:
        """The layer that provides the tensor; the same one at each use."""
        known = builder.parameters.get(id(self))
        if known is None:
            known = builder.parameters[id(self)] = builder.apply(self.op, [], self)
        return known

    def __mul__(self, other: Tensor) -> Any:
        return self.as_layer(Builder.current()) * other

    def __add__(self, other: Tensor) -> Any:
        return self.as_layer(Builder.current()) + other


class Sequential(Module):
    """Modules one after the other; a mapping gives them names."""

    def __init__(self, *modules: Any) -> None:
        if len(modules) == 1 and isinstance(modules[0], Mapping):
            named = list(modules[0].items())
        else:
            named = [(str(index), module) for index, module in enumerate(modules)]
        self._modules: dict[str, Module] = {}
        for name, module in named:
            self.add_module(name, module)

    def add_module(self, name: str, module: Module) -> None:
        if not isinstance(module, Module):
            raise GraphError(f"{name}: expected a module, received {module!r}")
        self._modules[name] = module

    def append(self, module: Module) -> None:
        """Add a module at the end, named by its position."""
        self.add_module(str(len(self._modules)), module)

    def children(self) -> Iterator[tuple[str, Module]]:
        yield from self._modules.items()
        yield from super().children()

    def forward(self, x: Any) -> Any:
        for module in self._modules.values():
            x = module(x)
        return x

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Module]:
        return iter(self._modules.values())

    def __getattr__(self, name: str) -> Any:
        modules = self.__dict__.get("_modules", {})
        if name in modules:
            return modules[name]
        raise AttributeError(f"{type(self).__name__} has no module {name!r}")

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return Sequential(dict(list(self._modules.items())[index]))
        return list(self._modules.values())[index]


class ModuleList(Sequential):
    """Modules held in a list; calling it is up to the module around it."""

    def __init__(self, modules: Iterable[Module] = ()) -> None:
        super().__init__(*modules)

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        raise GraphError("a ModuleList is not called; call the modules in it")

    def extend(self, modules: Iterable[Module]) -> None:
        """Add modules at the end."""
        for module in modules:
            self.append(module)

    def __getitem__(self, index: Any) -> Any:
        found = super().__getitem__(index)
        return ModuleList(found) if isinstance(index, slice) else found


class ModuleDict(Sequential):
    """Modules held by name."""

    def __init__(self, modules: Mapping[str, Module] | None = None) -> None:
        super().__init__(dict(modules or {}))

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        raise GraphError("a ModuleDict is not called; call the modules in it")

    def __getitem__(self, name: Any) -> Module:
        return self._modules[name]

    def __contains__(self, name: object) -> bool:
        return name in self._modules

    def __iter__(self) -> Iterator[Any]:
        return iter(self._modules)

    def keys(self) -> Iterable[str]:
        """The names."""
        return self._modules.keys()

    def values(self) -> Iterable[Module]:
        """The modules."""
        return self._modules.values()

    def items(self) -> Iterable[tuple[str, Module]]:
        """Names and modules."""
        return self._modules.items()

    def __setitem__(self, name: str, module: Module) -> None:
        self.add_module(name, module)


def layer(cls: type[Op]) -> Callable[..., Leaf]:
    """The constructor of layers of one op: `layer(ops.Conv2d)(3, 64, 7)`."""

    def make(*args: Any, **kwargs: Any) -> Leaf:
        return Leaf(cls(*args, **kwargs))

    make.__name__ = make.__qualname__ = cls.__name__
    make.__doc__ = f"{cls.__doc__}\n\n{cls.signature()}"
    return make


class Builder:
    """Records the layers that a module's forward applies."""

    _active: ClassVar[list[Builder]] = []

    def __init__(self, root: Module) -> None:
        self.layers: list[Layer] = []
        self.names: set[str] = set()
        self.parameters: dict[int, Tensor] = {}
        self.scope: list[Module] = []
        self.paths: dict[int, str] = {}
        self._kept = root  # ids stay valid as long as the modules live
        self._name_modules(root, "")

    @classmethod
    def current(cls) -> Builder:
        """The builder at work. Raises `GraphError` where none is: modules run in `build`."""
        if not cls._active:
            raise GraphError("a module can only be called while a graph is built")
        return cls._active[-1]

    def _name_modules(self, module: Module, path: str) -> None:
        if id(module) in self.paths:
            return  # shared: it keeps the name of its first place, as in torch
        self.paths[id(module)] = path
        for name, child in module.children():
            self._name_modules(child, f"{path}.{name}" if path else name)

    def as_tensor(self, item: Any) -> Tensor:
        """A tensor, also for a parameter."""
        if isinstance(item, Parameter):
            return item.as_layer(self)
        if not isinstance(item, Tensor):
            raise GraphError(f"expected a tensor, received {item!r}")
        return item

    def apply(self, op: Op, inputs: Sequence[Tensor], module: Module | None) -> Any:
        """Record a layer; the result is its output, or a tuple of its outputs."""
        path = self.paths.get(id(module), "") if module is not None else ""
        if not path:
            path = self._function_name(op)
        name = unique(path, self.names)
        self.names.add(name)
        refs = tuple(tensor.ref for tensor in inputs)
        self.layers.append(Layer(name, op, refs, path if module is not None else name))
        tensors = tuple(Tensor(self, Ref(name, index)) for index in range(op.output_count()))
        return tensors if len(tensors) > 1 else tensors[0]

    def _function_name(self, op: Op) -> str:
        inside = self.paths.get(id(self.scope[-1]), "") if self.scope else ""
        kind = op.type.lower()
        name = f"{inside}.{kind}" if inside else kind
        if name in self.paths.values():
            self.names.add(name)  # a module goes by that name
        return name


def build(
    module: Module, inputs: Mapping[str, tuple[int, ...] | None] | None = None, name: str = ""
) -> Graph:
    """Run `module.forward` on symbolic tensors and return the graph.

    `inputs` names the inputs and their native sizes; without it they are the arguments of
    `forward` that have no default (a single one is called `input`).
    """
    given = dict(inputs) if inputs is not None else dict.fromkeys(_argument_names(module))
    builder = Builder(module)
    builder.names |= given.keys()
    tensors = [Tensor(builder, Ref(each)) for each in given]
    Builder._active.append(builder)
    try:
        result = module(*tensors)
    finally:
        Builder._active.pop()
    outputs = [tensor.ref for tensor in _tensors(result)]
    if not outputs:
        raise GraphError(f"{type(module).__name__}.forward returns no tensor")
    return Graph(
        name or type(module).__name__,
        [Input(each, shape) for each, shape in given.items()],
        builder.layers,
        outputs,
    )


def _argument_names(module: Module) -> list[str]:
    parameters = inspect.signature(module.forward).parameters.values()
    names = [
        parameter.name
        for parameter in parameters
        if parameter.default is parameter.empty
        and parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
    ]
    return names if len(names) > 1 else ["input"]


def _tensors(result: Any) -> Iterator[Tensor]:
    if isinstance(result, Tensor):
        yield result
    elif isinstance(result, Mapping):
        for item in result.values():
            yield from _tensors(item)
    elif isinstance(result, list | tuple):
        for item in result:
            yield from _tensors(item)
