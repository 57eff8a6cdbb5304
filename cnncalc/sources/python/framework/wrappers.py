"""`spectral_norm` and `weight_norm`: modules whose weight is computed anew at each call.

A wrapped module has other parameters than before, and a step in front of its forward; what
that step calls is recorded as torch does it.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

from ..interpreter import Interpreter
from ..values import Native, Raised
from .functions import apply
from .modules import MODULE, Module
from .tensor import Tensor, dtype

Wrap = Callable[..., Module]


def _taken(module: Module, name: str) -> Tensor:
    """The parameter that is to be wrapped, taken out of the module."""
    if not isinstance(module, Module) or name not in module.parameters:
        raise Raised(KeyError(f"the module has no parameter {name!r}"))
    found: Tensor = module.parameters.pop(name)
    return found


def _weight(shape: Any, like: Tensor) -> Tensor:
    return Tensor(shape, like.dtype, trainable=True, is_parameter=True)


def _buffer(size: int) -> Tensor:
    return Tensor((size,), dtype("float32"))


def _dim(module: Module, dim: int | None) -> int:
    """The dim of the output channels: transposed convolutions have them second."""
    if dim is not None:
        return dim
    return 1 if module.leaf is not None and module.leaf.kind.startswith("ConvTranspose") else 0


def _no_training(reader: Interpreter, module: Module, name: str) -> None:
    if module.attributes.get("training"):
        raise reader.cannot(f"cannot follow {name} in training mode")


def _matrix(reader: Interpreter, weight: Tensor, dim: int) -> Tensor:
    """The weight with its output channels first."""
    if dim:
        order = (dim, *(each for each in range(weight.dim()) if each != dim))
        weight = apply(reader, "permute", (weight, *order), {})
    return weight


# As hooks: torch.nn.utils


def _spectral_norm(
    reader: Interpreter,
    module: Module,
    name: str = "weight",
    *_: Any,
    dim: int | None = None,
    **__: Any,
) -> Module:
    weight = _taken(module, name)
    dim = _dim(module, dim)
    height = weight.shape[dim]
    module.parameters[f"{name}_orig"] = _weight(weight.shape, weight)
    module.buffers[f"{name}_u"] = _buffer(height)
    module.buffers[f"{name}_v"] = _buffer(prod(weight.shape) // height)

    def before(reader: Interpreter, module: Module) -> None:
        _no_training(reader, module, "spectral_norm")
        origin = module.parameters[f"{name}_orig"]
        matrix = _matrix(reader, origin, dim)
        matrix = apply(reader, "reshape", (matrix, height, -1), {})
        product = apply(reader, "mv", (matrix, module.buffers[f"{name}_v"]), {})
        sigma = apply(reader, "dot", (module.buffers[f"{name}_u"], product), {})
        module.attributes[name] = apply(reader, "__truediv__", (origin, sigma), {})

    module.before.append(before)
    return module


def _weight_norm(reader: Interpreter, module: Module, name: str = "weight", dim: Any = 0) -> Module:
    weight = _taken(module, name)
    module.parameters[f"{name}_g"] = _weight(_norms(weight, dim), weight)
    module.parameters[f"{name}_v"] = _weight(weight.shape, weight)

    def before(reader: Interpreter, module: Module) -> None:
        v, g = module.parameters[f"{name}_v"], module.parameters[f"{name}_g"]
        module.attributes[name] = apply(
            reader, "_weight_norm", (v, g, -1 if dim is None else dim), {}
        )

    module.before.append(before)
    return module


def _norms(weight: Tensor, dim: int | None) -> tuple[int, ...]:
    """The shape of the norms: one for each index of a dim."""
    if dim is None or dim == -1:
        return ()
    return tuple(size if at == dim % weight.dim() else 1 for at, size in enumerate(weight.shape))


# As parametrizations: torch.nn.utils.parametrizations


def _part() -> Module:
    made = Module(MODULE)
    made.attributes["__initialized__"] = True
    return made


def _parametrized(module: Module, name: str) -> tuple[Module, Module]:
    """The list of a weight's parametrizations, and the first of them."""
    home = module.modules.setdefault("parametrizations", _part())
    listed = home.modules[name] = _part()
    first = listed.modules["0"] = _part()
    return listed, first


def _in_scope(
    reader: Interpreter, module: Module, name: str, run: Callable[[Module, Module], Tensor]
) -> None:
    listed = module.modules["parametrizations"].modules[name]
    first = listed.modules["0"]
    recording = reader.recording
    recording.scope.append(recording.paths.get(id(first), ""))
    module.attributes[name] = run(listed, first)
    recording.scope.pop()


def _parametrized_spectral_norm(
    reader: Interpreter,
    module: Module,
    name: str = "weight",
    *_: Any,
    dim: int | None = None,
    **__: Any,
) -> Module:
    weight = _taken(module, name)
    dim = _dim(module, dim)
    listed, first = _parametrized(module, name)
    listed.parameters["original"] = _weight(weight.shape, weight)
    height = weight.shape[dim]
    if weight.dim() > 1:
        first.buffers["_u"] = _buffer(height)
        first.buffers["_v"] = _buffer(prod(weight.shape) // height)

    def compute(listed: Module, first: Module) -> Tensor:
        origin = listed.parameters["original"]
        matrix = apply(reader, "flatten", (_matrix(reader, origin, dim), 1), {})
        u = apply(reader, "clone", (first.buffers["_u"],), {})
        v = apply(reader, "clone", (first.buffers["_v"],), {})
        sigma = apply(reader, "vdot", (u, apply(reader, "mv", (matrix, v), {})), {})
        made: Tensor = apply(reader, "__truediv__", (origin, sigma), {})
        return made

    def before(reader: Interpreter, module: Module) -> None:
        _no_training(reader, module, "spectral_norm")
        _in_scope(reader, module, name, compute)

    module.before.append(before)
    return module


def _parametrized_weight_norm(
    reader: Interpreter, module: Module, name: str = "weight", dim: Any = 0
) -> Module:
    weight = _taken(module, name)
    listed, _ = _parametrized(module, name)
    listed.parameters["original0"] = _weight(_norms(weight, dim), weight)
    listed.parameters["original1"] = _weight(weight.shape, weight)

    def compute(listed: Module, first: Module) -> Tensor:
        g, v = listed.parameters["original0"], listed.parameters["original1"]
        made: Tensor = apply(reader, "_weight_norm", (v, g, -1 if dim is None else dim), {})
        return made

    def before(reader: Interpreter, module: Module) -> None:
        _in_scope(reader, module, name, compute)

    module.before.append(before)
    return module


def _removed(reader: Interpreter, module: Module, *_: Any, **__: Any) -> Module:
    raise reader.cannot("cannot follow the removal of a parametrization")


#: Names in `torch.nn.utils`, and in `torch.nn.utils.parametrizations`.
AS_HOOKS = {
    "spectral_norm": Native("nn.utils.spectral_norm", _spectral_norm),
    "weight_norm": Native("nn.utils.weight_norm", _weight_norm),
    "remove_spectral_norm": Native("nn.utils.remove_spectral_norm", _removed),
    "remove_weight_norm": Native("nn.utils.remove_weight_norm", _removed),
}
AS_PARAMETRIZATIONS = {
    "spectral_norm": Native("parametrizations.spectral_norm", _parametrized_spectral_norm),
    "weight_norm": Native("parametrizations.weight_norm", _parametrized_weight_norm),
}
