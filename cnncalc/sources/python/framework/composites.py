"""Functions that torch makes of others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..interpreter import Interpreter
from ..values import Native, called
from .functions import apply
from .tensor import Tensor

#: Function -> what it is made of.
COMPOSITES: dict[str, Native] = {}


def _composite(name: str) -> Callable[[Callable[..., Any]], Native]:
    def register(run: Callable[..., Any]) -> Native:
        made = COMPOSITES[name] = called(f"torch.{name}")(run)
        return made

    return register


def _reshaped(reader: Interpreter, tensor: Tensor, rank: int) -> Tensor:
    """A tensor with at least `rank` dims, as `torch.atleast_2d` has it."""
    if tensor.dim() >= rank:
        return tensor
    if tensor.dim() == 0:
        return apply(reader, "reshape", (tensor, (1,) * rank), {})  # type: ignore[no-any-return]
    for _ in range(rank - tensor.dim()):
        at = 0 if tensor.dim() == 1 else -1
        tensor = apply(reader, "unsqueeze", (tensor, at), {})
    return tensor


@_composite("vstack")
def _vstack(reader: Interpreter, tensors: Any) -> Any:
    made = [_reshaped(reader, each, 2) for each in reader.listed(tensors)]
    return apply(reader, "cat", (made, 0), {})


@_composite("dstack")
def _dstack(reader: Interpreter, tensors: Any) -> Any:
    made = [_reshaped(reader, each, 3) for each in reader.listed(tensors)]
    return apply(reader, "cat", (made, 2), {})


@_composite("meshgrid")
def _meshgrid(reader: Interpreter, *tensors: Any, indexing: str = "ij") -> Any:
    given = reader.listed(tensors[0]) if isinstance(tensors[0], list | tuple) else list(tensors)
    sizes = tuple(each.numel() for each in given)
    if len(sizes) > 64:
        raise reader.cannot("cannot follow torch.meshgrid() of more than 64 tensors")
    if any(map(reader.recording.knows, given)):
        raise reader.cannot("cannot follow torch.meshgrid() of what the network computes")
    if indexing == "xy" and len(sizes) > 1:
        sizes = (sizes[1], sizes[0], *sizes[2:])
    return tuple(Tensor(sizes, each.dtype) for each in given)


@_composite("fliplr")
def _fliplr(reader: Interpreter, tensor: Tensor) -> Any:
    return apply(reader, "flip", (tensor, (1,)), {})


@_composite("flipud")
def _flipud(reader: Interpreter, tensor: Tensor) -> Any:
    return apply(reader, "flip", (tensor, (0,)), {})


def _shifting(name: str, sign: int) -> None:
    """`torch.fft.fftshift`: a roll by half of each dim."""

    @_composite(name)
    def shift(reader: Interpreter, input: Tensor, dim: Any = None) -> Any:
        dims = tuple(range(input.dim())) if dim is None else dim
        several = (dims,) if isinstance(dims, int) else dims
        dims = tuple([each % input.dim() for each in several])
        half = [input.shape[each] // 2 if sign > 0 else -(-input.shape[each] // 2) for each in dims]
        by = tuple(half)
        return apply(reader, "roll", (input, by, dims), {})


_shifting("fft_fftshift", 1)
_shifting("fft_ifftshift", -1)


def _unpooling(rank: str) -> None:
    """Python functions of torch, which hand their arguments on under these names."""

    @_composite(f"max_unpool{rank}")
    def unpool(
        reader: Interpreter,
        input: Tensor,
        indices: Tensor,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        output_size: Any = None,
    ) -> Any:
        rest = {"stride": stride, "padding": padding, "output_size": output_size}
        return apply(reader, f"max_unpool{rank}", (input, indices, kernel_size), rest)


for _rank in ("1d", "2d", "3d"):
    _unpooling(_rank)
