"""Normalizations as functions."""

from __future__ import annotations

from typing import Any

from ....ops import Op
from ..tensor import Tensor
from .call import Call, rule

_RANKED = {1: "1d", 2: "1d", 3: "1d", 4: "2d", 5: "3d"}


@rule("batch_norm")
def batch_norm(
    call: Call,
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: Any = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
    *_: Any,
) -> Op:
    if isinstance(training, Tensor):
        raise TypeError("torch.batch_norm has another order of arguments")
    call.held(running_mean, running_var, weight, bias)
    tracked = running_mean is not None
    return call.op(
        f"BatchNorm{_RANKED[input.dim()]}",
        call.weights[0].numel() if call.weights else input.shape[1],
        eps,
        momentum,
        weight is not None,
        tracked,
    )


@rule("native_batch_norm", "_native_batch_norm_legit_no_training", "cudnn_batch_norm",
      "_native_batch_norm_legit", "miopen_batch_norm")  # fmt: skip
def native_batch_norm(
    call: Call,
    input: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    running_mean: Tensor | None = None,
    running_var: Tensor | None = None,
    *_: Any,
) -> Op:
    tracked = isinstance(running_mean, Tensor)
    statistics = (running_mean, running_var) if tracked else ()
    call.held(*statistics, weight, bias)
    _first_only(call)
    kind = f"BatchNorm{_RANKED[input.dim()]}"
    return call.op(kind, input.shape[1], 1e-5, 0.1, weight is not None, tracked)


def _first_only(call: Call) -> None:
    """Of a primitive's outputs the first is the result; the others serve the backward pass."""
    if isinstance(call.result, tuple | list):
        call.shown = (call.result[0],)


@rule("instance_norm")
def instance_norm(
    call: Call,
    input: Tensor,
    running_mean: Tensor | None = None,
    running_var: Tensor | None = None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Op:
    call.held(running_mean, running_var, weight, bias)
    return call.op(
        f"InstanceNorm{_RANKED[input.dim()]}",
        input.shape[1],
        eps,
        momentum,
        weight is not None,
        running_mean is not None,
    )


@rule("layer_norm")
def layer_norm(
    call: Call,
    input: Tensor,
    normalized_shape: Any,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
    *_: Any,
) -> Op:
    call.held(weight, bias)
    return call.op("LayerNorm", normalized_shape, eps, weight is not None, bias is not None)


@rule("native_layer_norm")
def native_layer_norm(
    call: Call,
    input: Tensor,
    normalized_shape: Any,
    weight: Tensor | None,
    bias: Tensor | None,
    eps: float,
) -> Op:
    _first_only(call)
    call.held(weight, bias)
    return call.op("LayerNorm", normalized_shape, eps, weight is not None, bias is not None)


@rule("rms_norm", "_fused_rms_norm")
def rms_norm(
    call: Call,
    input: Tensor,
    normalized_shape: Any,
    weight: Tensor | None = None,
    eps: float | None = None,
) -> Op:
    _first_only(call)
    call.held(weight)
    return call.op("RMSNorm", normalized_shape, eps, weight is not None)


@rule("group_norm")
def group_norm(
    call: Call,
    input: Tensor,
    num_groups: int,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
    *_: Any,
) -> Op:
    call.held(weight, bias)
    return call.op("GroupNorm", num_groups, input.shape[1], eps, weight is not None)


@rule("native_group_norm")
def native_group_norm(
    call: Call,
    input: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    N: int,
    C: int,
    HxW: int,
    group: int,
    eps: float,
) -> Op:
    _first_only(call)
    call.held(weight, bias)
    return call.op("GroupNorm", group, C, eps, weight is not None)


@rule("_weight_norm", "_weight_norm_interface")
def weight_norm(call: Call, v: Tensor, g: Tensor, dim: int = 0) -> Op:
    """A weight of the norms `g` and the directions `v`."""
    _first_only(call)
    return call.op("Pointwise", "weight_norm", (("dim", dim),))


@rule("local_response_norm")
def local_response_norm(
    call: Call,
    input: Tensor,
    size: int,
    alpha: float = 1e-4,
    beta: float = 0.75,
    k: float = 1.0,
) -> Op:
    return call.op("LocalResponseNorm", size, alpha, beta, k)


@rule("normalize")
def normalize(call: Call, input: Tensor, p: float = 2.0, dim: int = 1, *_: Any, **__: Any) -> Op:
    return call.op("Normalize", p, dim)
