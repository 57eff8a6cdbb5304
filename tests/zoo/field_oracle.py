"""Receptive fields as gradients show them: which inputs an output position depends on.

A network is run in float64 with what could hide a dependence taken out: kernels are positive,
max pooling becomes average pooling, activations become the identity, and gates x/(1+x), which
saturates nowhere. What is left depends on every input position that the network can see. Layer
norms and GELU (ConvNeXt) stay as they are; their gradients vanish nowhere by chance.
Needs torch, so tests import it when they run.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

# The test run has a worker per core already.
torch.set_num_threads(1)

Span = tuple[int, int]

_IDENTITIES = {"relu", "relu6", "hardtanh", "hardswish", "silu", "sigmoid_", "dropout"}
_GATES = {"sigmoid", "hardsigmoid"}


class _Found(Exception):  # noqa: N818  # a jump, not an error
    """The last layer asked for has been computed; the rest need not be."""


class Smooth(TorchFunctionMode):
    """Replaces functions whose gradients may vanish; `gates` off makes gates constant."""

    def __init__(self, gates: bool) -> None:
        super().__init__()
        self.gates = gates

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name, kwargs = getattr(func, "__name__", ""), kwargs or {}
        if name in _IDENTITIES:
            return args[0]
        if name in _GATES:
            return args[0] / (1 + args[0]) if self.gates else torch.ones_like(args[0])
        if name == "max_pool2d":
            return _average(*args, **kwargs)
        return func(*args, **kwargs)


def _average(
    x: Any, kernel: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool, **_: Any
) -> Any:
    assert dilation in (1, (1, 1))
    return F.avg_pool2d(x, kernel, stride, padding, ceil_mode)


def prepared(model: nn.Module) -> nn.Module:
    """A model from the meta device in float64, with positive kernels that keep values in size."""
    generator = torch.Generator().manual_seed(0)
    for name in ("fc", "classifier"):  # no positions there, but most of the parameters
        if hasattr(model, name):
            setattr(model, name, nn.Identity())
    model = model.eval().double().to_empty(device="cpu").requires_grad_(False)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d | nn.LayerNorm):
            module.reset_parameters()
    for name, parameter in model.named_parameters():
        if name.endswith("layer_scale"):
            parameter.fill_(1)
        elif parameter.dim() > 1:
            parameter.uniform_(0.5, 1.5, generator=generator)
            parameter /= parameter[0].numel()
        elif name.endswith("bias"):
            parameter.fill_(0)
    return model


def supports(
    model: nn.Module,
    size: tuple[int, int],
    wanted: dict[str, list[tuple[int, int]]],
    gates: bool = True,
) -> dict[str, dict[tuple[int, int], tuple[Span, Span]]]:
    """Per layer and output position, the hull of the input rows and columns with a gradient.

    Negative positions count from the end.
    """
    generator = torch.Generator().manual_seed(1)
    channels = next(iter(model.parameters())).shape[1]
    image = torch.rand(1, channels, *size, dtype=torch.float64, generator=generator)
    image.requires_grad_(True)
    outputs = _outputs(model, image, list(wanted), gates)
    found: dict[str, dict[tuple[int, int], tuple[Span, Span]]] = {}
    for layer, positions in wanted.items():
        output = outputs[layer]
        # Not the plain sum of the channels: behind a layer norm that is constant.
        weights = torch.rand(output.shape[1], dtype=torch.float64, generator=generator)
        found[layer] = {}
        for i, j in positions:
            value = (output[0, :, i, j] * weights).sum()
            (gradient,) = torch.autograd.grad(value, image, retain_graph=True)
            seen = gradient[0].ne(0).any(dim=0)
            found[layer][i, j] = (_span(seen.any(dim=1)), _span(seen.any(dim=0)))
    return found


def _outputs(
    model: nn.Module, image: torch.Tensor, layers: list[str], gates: bool
) -> dict[str, torch.Tensor]:
    outputs: dict[str, torch.Tensor] = {}

    def recorder(name: str) -> Any:
        def record(module: nn.Module, args: Any, output: torch.Tensor) -> None:
            outputs[name] = output
            if len(outputs) == len(layers):
                raise _Found

        return record

    handles = [model.get_submodule(name).register_forward_hook(recorder(name)) for name in layers]
    try:
        with Smooth(gates):
            model(image)
    except _Found:
        pass
    for handle in handles:
        handle.remove()
    return outputs


def _span(seen: torch.Tensor) -> Span:
    indices = seen.nonzero().flatten()
    return int(indices[0]), int(indices[-1])
