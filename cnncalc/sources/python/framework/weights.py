"""Modules whose tensors are not what their attributes say: torch goes by the tensors.

`conv.weight = nn.Parameter(...)` of another shape changes what a module does, and
`fc.out_features = 10` does not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ....ops import Op
from ....ops.held import shapes_by_name
from ..interpreter import Interpreter
from .functions import apply
from .modules import Module
from .tensor import Tensor


def agrees(module: Module, op: Op) -> bool:
    """Does a leaf hold the tensors that its attributes speak of?"""
    for name, shape in shapes_by_name(op).items():
        tensor = _tensor(module, name)
        if tensor is not None and tuple(tensor.shape) != shape:
            return False
    return True


def _tensor(module: Module, name: str) -> Tensor | None:
    for home in (module.attributes, module.parameters, module.buffers):
        if isinstance(home.get(name), Tensor):
            found: Tensor = home[name]
            return found
    return None


def by_weights(reader: Interpreter, module: Module, args: tuple[Any, ...]) -> Any:
    """What torch's forward makes: the function that it calls, with the tensors as they are."""
    kind = module.cls.name if module.leaf is None else module.leaf.kind
    call = next((each for name, each in _CALLS.items() if kind.startswith(name)), None)
    if call is None:
        raise reader.cannot(f"cannot follow a {kind} with a weight of another shape")
    name, given = call(module)
    return apply(reader, name(kind), (args[0], *given), {}, f"nn.{kind}")


def _convolution(module: Module) -> tuple[Callable[[str], str], tuple[Any, ...]]:
    settings = tuple(
        module.attributes[name] for name in ("stride", "padding", "dilation", "groups")
    )
    return str.lower, (_tensor(module, "weight"), _tensor(module, "bias"), *settings)


def _transposed(module: Module) -> tuple[Callable[[str], str], tuple[Any, ...]]:
    names = ("stride", "padding", "output_padding", "groups", "dilation")
    settings = tuple(module.attributes[name] for name in names)
    given = (_tensor(module, "weight"), _tensor(module, "bias"), *settings)
    return lambda kind: f"conv_transpose{kind[-2:]}", given


def _with(function: str, *names: str) -> Callable[[Module], Any]:
    """A function that is given the module's tensors and settings of these names."""

    def call(module: Module) -> tuple[Callable[[str], str], tuple[Any, ...]]:
        given = []
        for name in names:
            tensor = _tensor(module, name)
            given.append(module.attributes.get(name) if tensor is None else tensor)
        return lambda kind: function, tuple(given)

    return call


#: Beginning of a class' name -> the function and what it is given behind the input.
_CALLS: dict[str, Callable[[Module], Any]] = {
    "ConvTranspose": _transposed,
    "Conv": _convolution,
    "Linear": _with("linear", "weight", "bias"),
    "Embedding": _with("embedding", "weight"),
    "BatchNorm": _with(
        "batch_norm", "running_mean", "running_var", "weight", "bias", "training", "momentum", "eps"
    ),
    "LayerNorm": _with("layer_norm", "normalized_shape", "weight", "bias", "eps"),
    "GroupNorm": _with("group_norm", "num_groups", "weight", "bias", "eps"),
    "PReLU": _with("prelu", "weight"),
}
