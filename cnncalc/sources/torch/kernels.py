"""Operators that torch cannot run on meta tensors: their shapes are learned from zeros."""

from __future__ import annotations

from typing import Any

import torch

from ...errors import LimitError
from .tensors import replaced

#: The most elements of a tensor of zeros that is made to learn a shape.
_MOST_ELEMENTS = 1 << 26
_DYNAMIC = ("nonzero", "unique", "masked_select", "nms", "bincount", "argwhere")


def _istft(
    input: torch.Tensor,
    n_fft: int,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: torch.Tensor | None = None,
    center: bool = True,
    normalized: bool = False,
    onesided: bool | None = None,
    length: int | None = None,
    return_complex: bool = False,
) -> torch.Tensor:
    """Frames added up where they overlap, without the half of one that was added at each end."""
    spectrum = input if input.is_complex() else torch.view_as_complex(input)
    hop = hop_length or n_fft // 4
    end = (spectrum.shape[-1] - 1) * hop + n_fft - (n_fft // 2 * 2 if center else 0)
    dtype = spectrum.dtype if return_complex else spectrum.real.dtype
    sizes = (*spectrum.shape[:-2], end if length is None else length)
    return torch.empty(sizes, dtype=dtype, device="meta")


#: Functions that look at values to check them, and what they make of their arguments.
OUTCOMES: dict[str, Any] = {"istft": _istft}


def has_no_meta_kernel(error: Exception) -> bool:
    """Did torch fail for want of a kernel that knows shapes alone?"""
    text = str(error)
    return "fake impl" in text or "Meta kernel" in text or "'Meta' backend" in text


def is_dynamic(name: str) -> bool:
    """Does the shape of what an operator gives depend on values?"""
    return name.rpartition(".")[2].startswith(_DYNAMIC)


def run_on_zeros(func: Any, args: Any, kwargs: Any) -> Any:
    """The result for tensors of zeros in the place of meta tensors.

    Quantized operators take quantized zeros: on meta torch forgets that a tensor is one.
    Raises `LimitError` where the zeros would take more memory than a shape is worth.
    """
    try:
        return func(*replaced(args, _zeros), **replaced(kwargs, _zeros))
    except RuntimeError:
        return func(*replaced(args, _quantized), **replaced(kwargs, _quantized))


def _zeros(tensor: torch.Tensor) -> torch.Tensor:
    if not tensor.is_meta:
        return tensor
    if tensor.numel() > _MOST_ELEMENTS:
        raise LimitError(
            f"an operator that torch has no meta kernel for gets {tensor.numel():,} elements",
            help="a smaller input",
        )
    return torch.zeros(tensor.shape, dtype=tensor.dtype)


def _quantized(tensor: torch.Tensor) -> torch.Tensor:
    zeros = _zeros(tensor)
    if zeros is tensor or tensor.dtype != torch.float32:
        return zeros
    return torch.quantize_per_tensor(zeros, 1.0, 0, torch.quint8)
