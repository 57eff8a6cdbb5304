"""Surrogates for what slides or resamples along axes: convolution, pooling, interpolation.

Along one axis such an operation is a matrix of zeros and ones: which positions an output
position reads. Torch itself says which: its own operation, with the arguments of the call, is
applied to the unit vectors of the axis.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import torch
from torch.nn import functional as F

from .base import LostError, entered, filled, stands_for

#: Weights of interpolation below this are rounding errors.
_NOISE = 1e-9


def each(value: Any, rank: int) -> tuple[Any, ...]:
    """One value per axis, where one may stand for all."""
    if isinstance(value, list | tuple):
        return tuple(value) * rank if len(value) == 1 else tuple(value)
    return (value,) * rank


@lru_cache(maxsize=1024)
def _matrix(kind: str, size: int, *arguments: Any) -> torch.Tensor | None:
    """Which of `size` positions (rows) each output position (columns) reads; None: just its own."""
    with torch.no_grad():
        seen = _AXIS[kind](torch.eye(size, dtype=torch.float64)[:, None], *arguments)
        matrix = (seen[:, 0].abs() > _NOISE).to(torch.float64)
    same = matrix.shape == (size, size) and bool((matrix == torch.eye(size)).all())
    return None if same else matrix


def _conv(units: torch.Tensor, kernel: int, *arguments: Any) -> torch.Tensor:
    return F.conv1d(units, torch.ones(1, 1, kernel, dtype=torch.float64), None, *arguments)


def _transposed(units: torch.Tensor, kernel: int, *arguments: Any) -> torch.Tensor:
    stride, padding, output_padding, dilation = arguments
    weight = torch.ones(1, 1, kernel, dtype=torch.float64)
    return F.conv_transpose1d(units, weight, None, stride, padding, output_padding, 1, dilation)


def _interpolated(
    units: torch.Tensor, size: Any, scale: Any, mode: str, *arguments: Any
) -> torch.Tensor:
    if arguments[-1]:
        return _antialiased(units, size, scale, mode, *arguments)
    if mode in ("bilinear", "bicubic"):  # these take images only
        sizes = (size, 1) if size is not None else None
        scales = (scale, 1.0) if scale is not None else None
        return F.interpolate(units[..., None], sizes, scales, mode, *arguments)[..., 0]
    mode = "linear" if mode == "trilinear" else mode
    return F.interpolate(units, size, scale, mode, *arguments)


def _antialiased(
    units: torch.Tensor, size: Any, scale: Any, mode: str, *arguments: Any
) -> torch.Tensor:
    """The filter along rows of an image of two equal rows.

    (Of images of one column, torch 2.15 reads the wrong values: the axis must not be the first.)
    """
    images = units[:, :, None].expand(-1, -1, 2, -1).contiguous()
    sizes = (2, size) if size is not None else None
    scales = (1.0, scale) if scale is not None else None
    return F.interpolate(images, sizes, scales, mode, *arguments)[:, :, 0]


_AXIS = {
    "conv": _conv,
    "transposed": _transposed,
    "max": F.max_pool1d,
    "avg": F.avg_pool1d,
    "adaptive": F.adaptive_avg_pool1d,
    "interpolate": _interpolated,
}


def along_axes(x: torch.Tensor, matrices: Sequence[torch.Tensor | None]) -> torch.Tensor:
    """The last axes of `x`, each through its matrix; a copy in any case."""
    result = x
    for dim, matrix in zip(range(x.dim() - len(matrices), x.dim()), matrices, strict=True):
        if matrix is not None:
            result = (result.movedim(dim, -1) @ matrix).movedim(-1, dim)
    return result.contiguous() if result is not x else x.clone()


def windowed(x: torch.Tensor, kind: str, rank: int, *arguments: Any) -> torch.Tensor:
    """An operation of that kind along the last `rank` axes; arguments are per axis, or for all."""
    values = list(zip(*(each(value, rank) for value in arguments), strict=True))
    sizes = x.shape[x.dim() - rank :]
    matrices = [_matrix(kind, size, *value) for size, value in zip(sizes, values, strict=True)]
    return along_axes(entered(x), matrices)


def _folded(
    x: torch.Tensor, weight: torch.Tensor, bias: Any, groups: int, transposed: bool, *values: Any
) -> torch.Tensor:
    """A convolution: within a group, each output channel reads all input channels alike."""
    rank = weight.dim() - 2
    batched = x if x.dim() == rank + 2 else x[None]
    outputs = weight.shape[1] if transposed else weight.shape[0] // groups
    sums = entered(batched).unflatten(1, (groups, -1)).sum(2)
    kind = "transposed" if transposed else "conv"
    seen = windowed(sums, kind, rank, tuple(weight.shape[2:]), *values)
    for other in (weight, bias):
        if isinstance(other, torch.Tensor) and other.requires_grad:
            seen = seen + entered(other).sum()
    full = seen.unsqueeze(2).expand(-1, -1, outputs, *(-1,) * rank).flatten(1, 2)
    result = full if full._base is None else full.clone()
    return result if batched is x else result[0]


@stands_for("conv1d", "conv2d", "conv3d")
def conv(
    input: torch.Tensor,
    weight: torch.Tensor,
    bias: torch.Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> torch.Tensor:
    return _folded(input, weight, bias, groups, False, stride, padding, dilation)


@stands_for("conv_transpose1d", "conv_transpose2d", "conv_transpose3d")
def conv_transpose(
    input: torch.Tensor,
    weight: torch.Tensor,
    bias: torch.Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> torch.Tensor:
    return _folded(input, weight, bias, groups, True, stride, padding, output_padding, dilation)


def _max_pool(rank: int, always: bool = False) -> Any:
    function = getattr(F, f"max_pool{rank}d")

    def surrogate(
        input: torch.Tensor,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        dilation: Any = 1,
        ceil_mode: bool = False,
        return_indices: bool = False,
    ) -> Any:
        stride = kernel_size if stride is None or stride == () or stride == [] else stride
        values = (kernel_size, stride, padding, dilation, ceil_mode)
        result = windowed(input, "max", rank, *values)
        if not (return_indices or always):
            return result
        return result, function(input.detach(), *values, return_indices=True)[1]

    return surrogate


def _avg_pool(rank: int) -> Any:
    def surrogate(
        input: torch.Tensor,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: bool = False,
        *_: Any,
        **__: Any,
    ) -> torch.Tensor:
        stride = kernel_size if stride is None or stride == () or stride == [] else stride
        return windowed(input, "avg", rank, kernel_size, stride, padding, ceil_mode)

    return surrogate


def _lp_pool(rank: int) -> Any:
    average = _avg_pool(rank)

    def surrogate(
        input: torch.Tensor,
        norm_type: float,
        kernel_size: Any,
        stride: Any = None,
        ceil_mode: bool = False,
    ) -> Any:
        return average(input, kernel_size, stride, 0, ceil_mode)

    return surrogate


def _adaptive(rank: int, largest: bool, always: bool = False) -> Any:
    function = getattr(F, f"adaptive_max_pool{rank}d")

    def surrogate(input: torch.Tensor, output_size: Any, return_indices: bool = False) -> Any:
        wanted = zip(each(output_size, rank), input.shape[-rank:], strict=True)
        sizes = tuple(size if want is None else want for want, size in wanted)
        result = windowed(input, "adaptive", rank, sizes)
        if not (largest and (return_indices or always)):
            return result
        return result, function(input.detach(), output_size, return_indices=True)[1]

    return surrogate


for _rank in (1, 2, 3):
    stands_for(f"max_pool{_rank}d")(_max_pool(_rank))
    stands_for(f"max_pool{_rank}d_with_indices")(_max_pool(_rank, always=True))
    stands_for(f"avg_pool{_rank}d")(_avg_pool(_rank))
    stands_for(f"lp_pool{_rank}d")(_lp_pool(_rank))
    stands_for(f"adaptive_avg_pool{_rank}d")(_adaptive(_rank, False))
    stands_for(f"adaptive_max_pool{_rank}d")(_adaptive(_rank, True))
    stands_for(f"adaptive_max_pool{_rank}d_with_indices")(_adaptive(_rank, True, always=True))


@stands_for("interpolate", "upsample", "upsample_nearest", "upsample_bilinear")
def interpolate(
    input: torch.Tensor,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> torch.Tensor:
    if isinstance(size, torch.Tensor) or isinstance(scale_factor, torch.Tensor):
        raise LostError("the size is computed")
    return windowed(
        input,
        "interpolate",
        input.dim() - 2,
        size,
        None if size is not None else scale_factor,
        mode,
        align_corners,
        recompute_scale_factor,
        antialias,
    )


@stands_for("local_response_norm")
def local_response_norm(input: torch.Tensor, size: int, *_: Any, **__: Any) -> torch.Tensor:
    """Each channel with its neighbours."""
    padded = F.pad(entered(input).movedim(1, -1), (size // 2, (size - 1) // 2))
    return input + padded.unfold(-1, size, 1).sum(-1).movedim(-1, 1)


@stands_for("glu")
def glu(input: torch.Tensor, dim: int = -1) -> torch.Tensor:
    first, second = input.chunk(2, dim)
    return filled(first + second, first.shape)
