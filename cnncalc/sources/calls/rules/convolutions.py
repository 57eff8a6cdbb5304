"""Convolutions, linear layers and embeddings as functions: their weights are arguments."""

from __future__ import annotations

from typing import Any

from ....ops import Op
from ..tensor import Tensor, is_floating
from .call import Call, rule


@rule("conv1d", "conv2d", "conv3d")
def conv(
    call: Call,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Op:
    call.held(weight, bias)
    return _conv(call, weight, bias, stride, padding, dilation, groups)


def _conv(
    call: Call, weight: Any, bias: Any, stride: Any, padding: Any, dilation: Any, groups: int
) -> Op:
    out_channels, per_group, *kernel = weight.shape
    return call.op(
        f"Conv{len(kernel)}d",
        per_group * groups,
        out_channels,
        tuple(kernel),
        spread(stride),
        spread(padding),
        spread(dilation),
        groups,
        bias is not None,
    )


def spread(value: Any) -> Any:
    """One size for all axes where torch was given a list with one."""
    if isinstance(value, list | tuple):
        return value[0] if len(value) == 1 else tuple(value)
    return value


@rule("conv_transpose1d", "conv_transpose2d", "conv_transpose3d")
def conv_transpose(
    call: Call,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Op:
    call.held(weight, bias)
    in_channels, per_group, *kernel = weight.shape
    return call.op(
        f"ConvTranspose{len(kernel)}d",
        in_channels,
        per_group * groups,
        tuple(kernel),
        spread(stride),
        spread(padding),
        spread(output_padding),
        groups,
        bias is not None,
        spread(dilation),
    )


@rule("convolution", "_convolution", "convolution_overrideable")
def convolution(
    call: Call,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: Any,
    padding: Any,
    dilation: Any,
    transposed: bool,
    output_padding: Any,
    groups: int,
    *_: Any,
    **__: Any,
) -> Op | None:
    """The primitive behind all convolutions."""
    if transposed:
        return conv_transpose(
            call, input, weight, bias, stride, padding, output_padding, groups, dilation
        )
    call.held(weight, bias)
    return _conv(call, weight, bias, stride, padding, dilation, groups)


@rule("_convolution_mode")
def convolution_mode(
    call: Call,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: Any,
    padding: str,
    dilation: Any,
    groups: int,
) -> Op:
    call.held(weight, bias)
    return _conv(call, weight, bias, stride, padding, dilation, groups)


@rule("deform_conv2d")
def deform_conv2d(
    call: Call,
    input: Tensor,
    weight: Tensor,
    offset: Tensor,
    mask: Tensor,
    bias: Tensor | None,
    stride_h: int,
    stride_w: int,
    pad_h: int,
    pad_w: int,
    dilation_h: int,
    dilation_w: int,
    groups: int,
    offset_groups: int,
    use_mask: bool,
) -> Op:
    """The operator behind torchvision.ops.deform_conv2d."""
    call.inputs = [input, offset, mask] if use_mask else [input, offset]
    call.weights = [each for each in (weight, bias) if each is not None]
    out_channels, per_group, *kernel = weight.shape
    return call.op(
        "DeformConv2d",
        per_group * groups,
        out_channels,
        tuple(kernel),
        (stride_h, stride_w),
        (pad_h, pad_w),
        (dilation_h, dilation_w),
        groups,
        bias is not None,
    )


@rule("linear")
def linear(call: Call, input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Op | None:
    if weight.dim() != 2:
        return None
    call.held(weight, bias)
    return call.op("Linear", weight.shape[1], weight.shape[0], bias is not None)


@rule("bilinear")
def bilinear(
    call: Call,
    input1: Tensor,
    input2: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
) -> Op:
    call.held(weight, bias)
    call.inputs = [input1, input2]
    return call.op("Bilinear", weight.shape[1], weight.shape[2], weight.shape[0], bias is not None)


@rule("embedding")
def embedding(call: Call, *args: Any, **kwargs: Any) -> Op:
    """`F.embedding(indices, weight)`; the primitive has them the other way round."""
    first = args[0] if args else kwargs["input"]
    second = args[1] if len(args) > 1 else kwargs["weight"]
    weight, indices = (first, second) if not _are_indices(first) else (second, first)
    call.recording.require_integers([indices])
    call.inputs, call.weights = [indices], [weight]
    return call.op("Embedding", weight.shape[0], weight.shape[1])


def _are_indices(tensor: Tensor) -> bool:
    return not is_floating(tensor)


@rule("embedding_bag")
def embedding_bag(
    call: Call,
    input: Tensor,
    weight: Tensor,
    offsets: Tensor | None = None,
    max_norm: float | None = None,
    norm_type: float = 2,
    scale_grad_by_freq: bool = False,
    mode: Any = "mean",
    sparse: bool = False,
    per_sample_weights: Tensor | None = None,
    include_last_offset: bool = False,
    padding_idx: int | None = None,
) -> Op | None:
    if not isinstance(weight, Tensor) or isinstance(mode, int) or include_last_offset:
        return None
    call.recording.require_integers([input])
    call.inputs = [input] if offsets is None else [input, offsets]
    if per_sample_weights is not None:  # the rows are weighed, and then put together
        rows = call.part([input], call.op("Embedding", *weight.shape), [weight])
        factors = call.part([per_sample_weights], call.op("Unsqueeze", -1))
        call.inputs = [call.part([rows, factors], call.op("Mul", None, False))]
        if offsets is None:
            return call.op("Sum", (1,), False)
        call.inputs.append(offsets)
        return call.op("Anywhere", "embedding_bag", ((offsets.numel(), weight.shape[1]),))
    call.weights = [weight]
    return call.op("EmbeddingBag", weight.shape[0], weight.shape[1], None, 2.0, False, mode)
