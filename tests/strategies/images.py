"""Ops on images, sequences and volumes: convolutions, pools, pads, norms, resampling."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from cnncalc import ops

from .base import Draw, Trial, at_least, make, per_axis, spread_out


def unbatched(draw: Draw, trial: Trial) -> Trial:
    """The trial, now and then without its batch."""
    if draw(st.integers(0, 4)):
        return trial
    return Trial(trial.op, tuple(shape[1:] for shape in trial.shapes))


@st.composite
def convolutions(draw: Draw, rank: int | None = None) -> Trial:
    rank = rank or draw(st.integers(1, 3))
    groups = draw(st.sampled_from([1, 1, 2, 3]))
    channels = (groups * draw(st.integers(1, 3)), groups * draw(st.integers(1, 3)))
    kernel = per_axis(draw, rank, st.integers(1, 4))
    dilation = per_axis(draw, rank, st.sampled_from([1, 1, 2, 3]))
    padding = draw(st.sampled_from(["same", "valid", None]))
    stride: Any = 1 if padding == "same" else per_axis(draw, rank, st.integers(1, 4))
    if padding is None:
        padding = per_axis(draw, rank, st.integers(0, 3))
    mode = draw(st.sampled_from(["zeros", "reflect", "replicate", "circular"]))
    sizes = []
    for axis in range(rank):
        reach = spread_out(dilation, rank)[axis] * (spread_out(kernel, rank)[axis] - 1) + 1
        around = reach // 2 if padding == "same" else 0
        if not isinstance(padding, str):
            around = spread_out(padding, rank)[axis]
        least = 1 if padding == "same" else max(reach - 2 * around, 1)
        if mode in ("reflect", "circular"):
            least = max(least, around + 1)
        sizes.append(draw(at_least(least)))
    op = make("Conv", rank)(
        *channels, kernel, stride, padding, dilation, groups, draw(st.booleans()), mode
    )
    return unbatched(draw, Trial(op, ((draw(st.integers(1, 3)), channels[0], *sizes),)))


@st.composite
def functional(draw: Draw) -> Trial:
    """An op with its weights as inputs."""
    kind = draw(st.sampled_from(["conv", "linear"]))
    if kind == "linear":
        op, shapes = ops.CATALOGUE["Linear"](3, 5, bias=True), ((2, 4, 3), (5, 3), (5,))
        return Trial(ops.CATALOGUE["Functional"](op, 2), shapes)
    op, shapes = draw(convolutions())
    weight = (op.out_channels, op.in_channels // op.groups, *op.kernel_size)
    weights = (weight, *[(op.out_channels,)] * op.bias)
    return Trial(ops.CATALOGUE["Functional"](op, len(weights)), (*shapes, *weights))


@st.composite
def transposed(draw: Draw, rank: int | None = None) -> Trial:
    rank = rank or draw(st.integers(1, 3))
    groups = draw(st.sampled_from([1, 1, 2]))
    channels = (groups * draw(st.integers(1, 3)), groups * draw(st.integers(1, 3)))
    kernel = spread_out(per_axis(draw, rank, st.integers(1, 4)), rank)
    stride = spread_out(per_axis(draw, rank, st.integers(1, 4)), rank)
    dilation = spread_out(per_axis(draw, rank, st.integers(1, 2)), rank)
    padding = spread_out(per_axis(draw, rank, st.integers(0, 2)), rank)
    extra = tuple(
        draw(st.integers(0, max(step, gap) - 1)) for step, gap in zip(stride, dilation, strict=True)
    )
    sizes = []
    for axis in range(rank):
        # (i - 1)*s - 2p + d(k - 1) + extra + 1 must be at least 1.
        need = 2 * padding[axis] - dilation[axis] * (kernel[axis] - 1) - extra[axis]
        sizes.append(draw(at_least(max(-(-need // stride[axis]) + 1, 1))))
    op = make("ConvTranspose", rank)(
        *channels, kernel, stride, padding, extra, groups, draw(st.booleans()), dilation
    )
    return unbatched(draw, Trial(op, ((draw(st.integers(1, 3)), channels[0], *sizes),)))


@st.composite
def pools(draw: Draw, rank: int | None = None) -> Trial:
    rank = rank or draw(st.integers(1, 3))
    kind = draw(st.sampled_from(["MaxPool", "AvgPool", "LPPool"]))
    kernel = spread_out(per_axis(draw, rank, st.integers(1, 4)), rank)
    given: dict[str, Any] = {"kernel_size": kernel, "ceil_mode": draw(st.booleans())}
    if draw(st.booleans()):
        given["stride"] = per_axis(draw, rank, st.integers(1, 4))
    padding = tuple(draw(st.integers(0, size // 2)) for size in kernel)
    gaps = spread_out(per_axis(draw, rank, st.integers(1, 3)), rank)
    if kind == "LPPool":
        given["norm_type"] = draw(st.sampled_from([1, 2, 3.0]))
    else:
        given["padding"] = padding
    if kind == "MaxPool":
        given["dilation"] = gaps
        given["return_indices"] = draw(st.booleans())
    if kind == "AvgPool":
        given["count_include_pad"] = draw(st.booleans())
    sizes = []
    for axis in range(rank):
        gap = gaps[axis] if kind == "MaxPool" else 1
        # torch's AvgPool3d wants the kernel to fit into the volume without its padding.
        unpadded = kind == "LPPool" or (kind == "AvgPool" and rank == 3)
        around = 0 if unpadded else padding[axis]
        sizes.append(draw(at_least(max(gap * (kernel[axis] - 1) + 1 - 2 * around, 1))))
    shape = (draw(st.integers(1, 3)), draw(st.integers(1, 3)), *sizes)
    return unbatched(draw, Trial(make(kind, rank)(**given), (shape,)))


@st.composite
def adaptive(draw: Draw, rank: int | None = None) -> Trial:
    rank = rank or draw(st.integers(1, 3))
    kind = draw(st.sampled_from(["AdaptiveAvgPool", "AdaptiveMaxPool"]))
    wanted = per_axis(draw, rank, st.integers(1, 6) | st.none() if rank > 1 else st.integers(1, 6))
    given = {"return_indices": True} if kind.endswith("MaxPool") and draw(st.booleans()) else {}
    sizes = tuple(draw(st.integers(1, 9)) for _ in range(rank))
    shape = (draw(st.integers(1, 2)), 3, *sizes)
    return unbatched(draw, Trial(make(kind, rank)(wanted, **given), (shape,)))


@st.composite
def pads(draw: Draw, rank: int | None = None) -> Trial:
    kind = draw(st.sampled_from(["Zero", "Constant", "Reflection", "Replication", "Circular"]))
    rank = rank or draw(st.integers(1, 3))
    sizes = tuple(draw(st.integers(4, 8)) for _ in range(rank))
    around: Any = draw(st.integers(-1, 3))
    if draw(st.booleans()):
        around = tuple(draw(st.integers(-1, 3)) for _ in range(2 * rank))
    op = make(f"{kind}Pad", rank)(around, **({"value": 1.5} if kind == "Constant" else {}))
    return Trial(op, ((2, 3, *sizes),))


@st.composite
def functional_pads(draw: Draw) -> Trial:
    rank = draw(st.integers(1, 3))
    mode = draw(st.sampled_from(["constant", "reflect", "replicate", "circular"]))
    sides = rank if mode != "constant" else draw(st.integers(1, rank + 2))
    shape = (2, 3, *(draw(st.integers(3, 8)) for _ in range(rank)))
    around = tuple(draw(st.integers(0, 2)) for _ in range(2 * sides))
    return Trial(ops.CATALOGUE["Pad"](around, mode), (shape,))


@st.composite
def norms(draw: Draw) -> Trial:
    rank = draw(st.integers(1, 3))
    kind = draw(st.sampled_from(["batch", "instance", "group", "layer", "rms", "lrn"]))
    channels = draw(st.integers(1, 6))
    sizes = tuple(draw(st.integers(2, 5)) for _ in range(rank))
    shape = (2, channels, *sizes)
    flags = {"affine": draw(st.booleans())}
    if kind in ("batch", "instance"):
        flags["track_running_stats"] = draw(st.booleans())
        if kind == "batch" and rank == 1 and draw(st.booleans()):
            shape = shape[:2]
        name = "BatchNorm" if kind == "batch" else "InstanceNorm"
        return Trial(make(name, rank)(channels, **flags), (shape,))
    if kind == "group":
        groups = draw(st.sampled_from([g for g in range(1, 7) if channels % g == 0]))
        return Trial(ops.CATALOGUE["GroupNorm"](groups, channels, **flags), (shape,))
    if kind == "lrn":
        return Trial(ops.CATALOGUE["LocalResponseNorm"](draw(st.integers(1, 5))), (shape,))
    last = shape[-draw(st.integers(1, len(shape))) :]
    affine = draw(st.booleans())
    if kind == "rms":
        return Trial(ops.CATALOGUE["RMSNorm"](last, elementwise_affine=affine), (shape,))
    op = ops.CATALOGUE["LayerNorm"](last, 1e-5, affine, draw(st.booleans()))
    return Trial(op, (shape,))


INTERPOLATIONS = {
    1: ("nearest", "nearest-exact", "area", "linear"),
    2: ("nearest", "nearest-exact", "area", "bilinear", "bicubic"),
    3: ("nearest", "nearest-exact", "area", "trilinear"),
}
SCALES = (1, 2, 3, 0.5, 1.5, 2.5, 1.37, 0.7, 1.1, 0.3, 2.0, 4)


@st.composite
def resamplings(draw: Draw, rank: int | None = None) -> Trial:
    rank = rank or draw(st.integers(1, 3))
    mode = draw(st.sampled_from(INTERPOLATIONS[rank]))
    given: dict[str, Any] = {"mode": mode}
    if "linear" in mode or mode == "bicubic":
        given["align_corners"] = draw(st.sampled_from([None, False, True]))
        given["antialias"] = rank == 2 and draw(st.booleans())
    if draw(st.booleans()):
        given["size"] = per_axis(draw, rank, st.integers(1, 12))
    else:
        scale = draw(st.sampled_from(SCALES))
        given["scale_factor"] = scale
        if draw(st.booleans()):
            given["scale_factor"] = tuple(draw(st.sampled_from(SCALES)) for _ in range(rank))
        given["recompute_scale_factor"] = draw(st.sampled_from([None, True, False]))
        if mode == "area":  # torch recomputes the scale itself, and refuses to be told not to
            given["recompute_scale_factor"] = None
    sizes = tuple(draw(st.integers(4, 9)) for _ in range(rank))
    return Trial(ops.CATALOGUE["Upsample"](**given), ((2, 3, *sizes),))


@st.composite
def shuffles(draw: Draw) -> Trial:
    factor = draw(st.integers(1, 3))
    height, width, channels = (draw(st.integers(1, 4)) for _ in range(3))
    kind = draw(st.sampled_from(["PixelShuffle", "PixelUnshuffle", "ChannelShuffle"]))
    shape = (2, channels * factor**2, height, width)
    if kind == "PixelUnshuffle":
        shape = (2, channels, height * factor, width * factor)
    if kind != "ChannelShuffle" and draw(st.booleans()):
        shape = (*shape[:1], 2, *shape[1:])
    return Trial(ops.CATALOGUE[kind](factor), (shape,))


@st.composite
def folds(draw: Draw) -> Trial:
    kernel = spread_out(per_axis(draw, 2, st.integers(1, 3)), 2)
    dilation = spread_out(per_axis(draw, 2, st.integers(1, 2)), 2)
    padding = spread_out(per_axis(draw, 2, st.integers(0, 2)), 2)
    stride = spread_out(per_axis(draw, 2, st.integers(1, 3)), 2)
    sizes, grid = [], 1
    for axis in range(2):
        reach = dilation[axis] * (kernel[axis] - 1) + 1
        sizes.append(draw(at_least(max(reach - 2 * padding[axis], 1))))
        grid *= (sizes[axis] + 2 * padding[axis] - reach) // stride[axis] + 1
    channels = draw(st.integers(1, 3))
    window = (kernel, dilation, padding, stride)
    if draw(st.booleans()):
        return Trial(ops.CATALOGUE["Unfold"](*window), ((2, channels, *sizes),))
    shape = (2, channels * kernel[0] * kernel[1], grid)
    return Trial(ops.CATALOGUE["Fold"](tuple(sizes), *window), (shape,))
