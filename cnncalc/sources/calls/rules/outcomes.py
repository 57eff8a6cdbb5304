"""The shapes that functions without an op of their own give, from their arguments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ....shape import Shape, broadcast
from ..tensor import Tensor, shapes_of
from .call import Call
from .convolutions import spread

Outcome = Callable[..., tuple[Shape, ...]]


def outputs(call: Call, args: Any, kwargs: Any) -> tuple[Shape, ...]:
    """The shapes of what a call gives: those of its result, if it was run.

    Raises `ValueError` where it was not, and the arguments do not say them.
    """
    if call.result is not None:
        return shapes_of(call.result)
    outcome = _OUTCOMES.get(call.name)
    if outcome is None:
        raise ValueError(f"the shape of what {call.name} gives is not known")
    return outcome(*args, **kwargs)


def _same(input: Tensor, *_: Any, **__: Any) -> tuple[Shape, ...]:
    return (tuple(input.shape),)


def _second(input: Any, other: Tensor, *_: Any, **__: Any) -> tuple[Shape, ...]:
    return (tuple(other.shape),)


def _twice(input: Tensor) -> tuple[Shape, ...]:
    return (tuple(input.shape), tuple(input.shape))


def _number(*_: Any, **__: Any) -> tuple[Shape, ...]:
    return ((),)


def _together(input: Tensor, other: Tensor, *_: Any, **__: Any) -> tuple[Shape, ...]:
    return (_fitting(tuple(input.shape), tuple(other.shape)),)


def _fitting(*shapes: Shape) -> Shape:
    found = broadcast(shapes)
    if found is None:
        raise ValueError("they do not broadcast")
    return found


def _solution(A: Tensor, B: Tensor, **named: Any) -> tuple[Shape, ...]:
    matrix, right = tuple(A.shape), tuple(B.shape)
    if len(right) == 1 or (len(right) == len(matrix) - 1 and right == matrix[:-1]):
        return (_fitting(matrix[:-1], right),)  # vectors
    return ((*_fitting(matrix[:-2], right[:-2]), *right[-2:]),)


def _histc(input: Tensor, bins: int = 100, *_: Any, **__: Any) -> tuple[Shape, ...]:
    return ((bins,),)


def _pairs(input: Tensor, p: float = 2.0) -> tuple[Shape, ...]:
    rows = input.shape[0]
    return ((rows * (rows - 1) // 2,),)


def _covariance(input: Tensor, **_: Any) -> tuple[Shape, ...]:
    return ((input.shape[0],) * 2 if input.dim() == 2 else (),)


def _affine_grid(theta: Tensor, size: Any, align_corners: bool | None = None) -> tuple[Shape, ...]:
    batch, _, *spatial = size
    return ((batch, *spatial, len(spatial)),)


def _drawn(
    input: Tensor, num_samples: int, replacement: bool = False, **_: Any
) -> tuple[Shape, ...]:
    return ((*input.shape[:-1], num_samples),)


def _unpooled(
    input: Tensor,
    indices: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    output_size: Any = None,
) -> tuple[Shape, ...]:
    rank = len(input.shape) - (1 if input.dim() == 2 else 2)
    if output_size is not None:
        return ((*input.shape[: input.dim() - rank], *tuple(output_size)[-rank:]),)
    kernel, padded = _per_axis(kernel_size, rank), _per_axis(padding, rank)
    step = _per_axis(stride, rank) if stride else kernel
    axes = zip(input.shape[-rank:], step, padded, kernel, strict=True)
    sizes = [(size - 1) * s - 2 * p + k for size, s, p, k in axes]
    return ((*input.shape[: input.dim() - rank], *sizes),)


def _per_axis(value: Any, rank: int) -> tuple[int, ...]:
    value = spread(value)
    return value if isinstance(value, tuple) else (value,) * rank


def _diag_embed(
    input: Tensor, offset: int = 0, dim1: int = -2, dim2: int = -1
) -> tuple[Shape, ...]:
    rank, size = input.dim() + 1, input.shape[-1] + abs(offset)
    sizes = list(input.shape[:-1])
    for dim in sorted((dim1 % rank, dim2 % rank)):
        sizes.insert(dim, size)
    return (tuple(sizes),)


def _diagflat(input: Tensor, offset: int = 0) -> tuple[Shape, ...]:
    return ((input.numel() + abs(offset),) * 2,)


def _block_diag(*tensors: Tensor) -> tuple[Shape, ...]:
    sizes = [(1,) * (2 - each.dim()) + tuple(each.shape) for each in tensors]
    return ((sum(rows for rows, _ in sizes), sum(columns for _, columns in sizes)),)


def _turned(input: Tensor, k: int = 1, dims: Any = (0, 1)) -> tuple[Shape, ...]:
    sizes = list(input.shape)
    if k % 2:
        first, second = dims
        sizes[first], sizes[second] = sizes[second], sizes[first]
    return (tuple(sizes),)


def _stft(
    input: Tensor,
    n_fft: int,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: Tensor | None = None,
    center: bool = True,
    pad_mode: str = "reflect",
    normalized: bool = False,
    onesided: bool | None = None,
    return_complex: bool | None = None,
    **_: Any,
) -> tuple[Shape, ...]:
    length = input.shape[-1] + (n_fft // 2 * 2 if center else 0)
    frames = 1 + (length - n_fft) // (hop_length or n_fft // 4)
    rows = n_fft if onesided is False else n_fft // 2 + 1
    return ((*input.shape[:-1], rows, frames, *(() if return_complex else (2,))),)


_OUTCOMES: dict[str, Outcome] = {
    **dict.fromkeys(("renorm", "poisson", "binomial", "inverse", "linalg_inv", "isin"), _same),
    **dict.fromkeys(("take", "searchsorted"), _second),
    **dict.fromkeys(("cross", "linalg_cross"), _together),
    **dict.fromkeys(("corrcoef", "cov"), _covariance),
    **dict.fromkeys(("max_unpool1d", "max_unpool2d", "max_unpool3d"), _unpooled),
    "bucketize": _same,
    "cholesky_solve": _same,
    "linalg_solve": _solution,
    "linalg_solve_triangular": _solution,
    "frexp": _twice,
    "dist": _number,
    "histc": _histc,
    "pdist": _pairs,
    "affine_grid": _affine_grid,
    "multinomial": _drawn,
    "diag_embed": _diag_embed,
    "diagflat": _diagflat,
    "block_diag": _block_diag,
    "rot90": _turned,
    "stft": _stft,
}
