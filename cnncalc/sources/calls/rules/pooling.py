"""Pooling, resampling, padding and sampling as functions."""

from __future__ import annotations

from typing import Any

from ....ops import Op
from ..tensor import Tensor
from .call import Call, rule
from .convolutions import spread


def _rank(call: Call) -> str:
    return next(part for part in ("1d", "2d", "3d") if part in call.name)


def _axes(rank: str, value: Any) -> Any:
    """A size per axis as torch's lists have it; () is "none given"."""
    value = spread(value)
    return None if value == () or value is None else value


@rule("max_pool1d", "max_pool2d", "max_pool3d",
      "max_pool1d_with_indices", "max_pool2d_with_indices", "max_pool3d_with_indices")  # fmt: skip
def max_pool(
    call: Call,
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Op:
    rank = _rank(call)
    return_indices = return_indices or "indices" in call.name
    values = (spread(padding), spread(dilation), return_indices, ceil_mode)
    return call.op(f"MaxPool{rank}", spread(kernel_size), _axes(rank, stride), *values)


@rule("avg_pool1d", "avg_pool2d", "avg_pool3d")
def avg_pool(
    call: Call,
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Op:
    rank = _rank(call)
    values = [spread(kernel_size), _axes(rank, stride), spread(padding), ceil_mode]
    values.append(count_include_pad)
    return call.op(f"AvgPool{rank}", *values, *([] if rank == "1d" else [divisor_override]))


@rule("lp_pool1d", "lp_pool2d", "lp_pool3d")
def lp_pool(
    call: Call,
    input: Tensor,
    norm_type: float,
    kernel_size: Any,
    stride: Any = None,
    ceil_mode: bool = False,
) -> Op:
    rank = _rank(call)
    return call.op(f"LPPool{rank}", norm_type, spread(kernel_size), _axes(rank, stride), ceil_mode)


@rule("adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d",
      "_adaptive_avg_pool2d", "_adaptive_avg_pool3d")  # fmt: skip
def adaptive_avg_pool(call: Call, input: Tensor, output_size: Any) -> Op:
    return call.op(f"AdaptiveAvgPool{_rank(call)}", spread(output_size))


@rule("adaptive_max_pool1d", "adaptive_max_pool2d", "adaptive_max_pool3d",
      "adaptive_max_pool1d_with_indices", "adaptive_max_pool2d_with_indices",
      "adaptive_max_pool3d_with_indices")  # fmt: skip
def adaptive_max_pool(
    call: Call, input: Tensor, output_size: Any, return_indices: bool = False
) -> Op:
    indices = return_indices or "indices" in call.name or isinstance(call.result, tuple)
    return call.op(f"AdaptiveMaxPool{_rank(call)}", spread(output_size), indices)


@rule("interpolate", "upsample", "upsample_nearest", "upsample_bilinear")
def interpolate(
    call: Call,
    input: Tensor,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Op | None:
    if call.name == "upsample_bilinear":
        mode, align_corners = "bilinear", True
    if isinstance(size, Tensor) or isinstance(scale_factor, Tensor):
        return None
    return call.op(
        "Upsample",
        spread(size),
        spread(scale_factor),
        mode,
        align_corners,
        recompute_scale_factor,
        antialias,
    )


_PRIMITIVE_MODES = {
    "upsample_nearest1d": "nearest",
    "upsample_nearest2d": "nearest",
    "upsample_nearest3d": "nearest",
    "_upsample_nearest_exact2d": "nearest-exact",
    "upsample_linear1d": "linear",
    "upsample_bilinear2d": "bilinear",
    "upsample_bicubic2d": "bicubic",
    "upsample_trilinear3d": "trilinear",
    "_upsample_nearest_exact1d": "nearest-exact",
    "_upsample_nearest_exact3d": "nearest-exact",
    "_upsample_bilinear2d_aa": "bilinear",
    "_upsample_bicubic2d_aa": "bicubic",
    "_upsample_lanczos2d_aa": "lanczos",
}


@rule(*_PRIMITIVE_MODES)
def upsample_primitive(call: Call, input: Tensor, output_size: Any, *args: Any) -> Op:
    mode = _PRIMITIVE_MODES[call.name]
    corners = args[0] if "nearest" not in mode and isinstance(args[0], bool) else None
    smooth = call.name.endswith("_aa")
    return call.op("Upsample", tuple(call.shape[2:]), None, mode, corners, None, smooth)


@rule("pad", "constant_pad_nd")
def pad(
    call: Call,
    input: Tensor,
    pad: Any,
    mode: Any = "constant",
    value: float | None = None,
) -> Op:
    if call.name == "constant_pad_nd":
        mode, value = "constant", mode if isinstance(mode, int | float) else value
    return call.op("Pad", tuple(pad), mode, value)


@rule("reflection_pad1d", "reflection_pad2d", "reflection_pad3d",
      "replication_pad1d", "replication_pad2d", "replication_pad3d")  # fmt: skip
def pad_primitive(call: Call, input: Tensor, padding: Any) -> Op:
    mode = "reflect" if call.name.startswith("reflection") else "replicate"
    return call.op("Pad", tuple(padding), mode, None)


@rule("pixel_shuffle")
def pixel_shuffle(call: Call, input: Tensor, upscale_factor: int) -> Op:
    return call.op("PixelShuffle", upscale_factor)


@rule("pixel_unshuffle")
def pixel_unshuffle(call: Call, input: Tensor, downscale_factor: int) -> Op:
    return call.op("PixelUnshuffle", downscale_factor)


@rule("channel_shuffle", "native_channel_shuffle")
def channel_shuffle(call: Call, input: Tensor, groups: int) -> Op:
    return call.op("ChannelShuffle", groups)


@rule("unfold", "im2col")
def unfold(
    call: Call,
    input: Tensor,
    kernel_size: Any,
    dilation: Any = 1,
    padding: Any = 0,
    stride: Any = 1,
) -> Op:
    return call.op("Unfold", spread(kernel_size), spread(dilation), spread(padding), spread(stride))


@rule("fold", "col2im")
def fold(
    call: Call,
    input: Tensor,
    output_size: Any,
    kernel_size: Any,
    dilation: Any = 1,
    padding: Any = 0,
    stride: Any = 1,
) -> Op:
    return call.op(
        "Fold",
        spread(output_size),
        spread(kernel_size),
        spread(dilation),
        spread(padding),
        spread(stride),
    )


@rule("grid_sample", "grid_sampler", "grid_sampler_2d", "grid_sampler_3d")
def grid_sample(
    call: Call,
    input: Tensor,
    grid: Tensor,
    mode: Any = "bilinear",
    padding_mode: Any = "zeros",
    align_corners: bool | None = None,
) -> Op:
    call.inputs = [input, grid]
    if isinstance(mode, int):
        mode = ("bilinear", "nearest", "bicubic")[mode]
        padding_mode = ("zeros", "border", "reflection")[padding_mode]
    return call.op("GridSample", mode, padding_mode, bool(align_corners))
