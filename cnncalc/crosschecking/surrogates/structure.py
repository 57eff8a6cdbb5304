"""What only moves values is torch's own; a few such functions need help to stay differentiable."""

from __future__ import annotations

from typing import Any

import torch

from .base import LostError, depends, stands_for

_REAL_WORDS = """
    view reshape _unsafe_view view_as reshape_as flatten ravel unflatten permute transpose
    swapaxes swapdims t T H mT mH adjoint movedim moveaxis squeeze unsqueeze expand expand_as
    broadcast_to contiguous clone copy requires_grad alias positive pos resolve_conj resolve_neg
    repeat tile repeat_interleave narrow slice select flip roll diagonal diag unfold_dim unfold
    im2col fold col2im as_strided cat concat concatenate stack hstack column_stack vstack dstack
    pad constant_pad_nd reflection_pad1d reflection_pad2d reflection_pad3d replication_pad1d
    replication_pad2d replication_pad3d pixel_shuffle pixel_unshuffle channel_shuffle
    native_channel_shuffle view_as_real view_as_complex dropout dropout1d dropout2d dropout3d
    alpha_dropout feature_alpha_dropout feature_dropout zero fill select_scatter slice_scatter
    diagonal_scatter fliplr flipud rot90 atleast_1d atleast_2d atleast_3d
"""
#: Functions that are run as they are: each value of the result is one of the input, or a sum.
REAL = frozenset(_REAL_WORDS.split())
#: What switches gradients off or on.
SWITCHES = frozenset({"_set_grad_enabled", "set_grad_enabled"})


@stands_for("detach", "data", "detach_copy")
def detach(input: torch.Tensor) -> torch.Tensor:
    """The same memory; what depends on it depends on what it was made of."""
    return input.view_as(input)


def _split(name: str) -> Any:
    """Pieces that may be written into, as torch's own may not be where there are gradients."""
    function = getattr(torch, name)

    def surrogate(input: torch.Tensor, *args: Any, **kwargs: Any) -> tuple[torch.Tensor, ...]:
        if depends((args, kwargs)):
            raise LostError("where it cuts depends on data")
        dim = kwargs.get("dim", args[1] if len(args) > 1 else 0)
        offset, pieces = 0, []
        for each in function(input.detach(), *args, **kwargs):
            pieces.append(input.narrow(dim, offset, each.shape[dim]))
            offset += each.shape[dim]
        return tuple(pieces)

    return surrogate


for _name in ("chunk", "split", "split_with_sizes", "tensor_split", "unsafe_chunk",
              "unsafe_split", "unsafe_split_with_sizes"):  # fmt: skip
    stands_for(_name)(_split(_name))


@stands_for("unbind")
def unbind(input: torch.Tensor, dim: int = 0) -> tuple[torch.Tensor, ...]:
    return tuple(input.select(dim, at) for at in range(input.shape[dim]))


def _placed(function: Any, several: int = 1) -> Any:
    """A function that reads or writes at places given by tensors: they must be constants."""

    def surrogate(input: torch.Tensor, *args: Any, **kwargs: Any) -> Any:
        given = args[:several] if args else tuple(kwargs.get(key) for key in ("dim", "index"))
        if depends(given):
            raise LostError("the places that it reads depend on data")
        return function(input, *args, **kwargs)

    return surrogate


stands_for("getitem")(_placed(torch.Tensor.__getitem__))
stands_for("gather")(_placed(torch.gather, 2))
stands_for("index_select")(_placed(torch.index_select, 2))
stands_for("take_along_dim")(_placed(torch.take_along_dim))


@stands_for("setitem")
def setitem(input: torch.Tensor, index: Any, value: Any) -> Any:
    if depends(index):
        raise LostError("the places that it writes depend on data")
    return torch.Tensor.__setitem__(input, index, value)


@stands_for("to", "type", "float", "double", "half", "bfloat16", "bool", "type_as", "cpu", "cuda",
            "_to_copy")  # fmt: skip
def cast(input: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
    """Dependences go on in float64, whatever the model makes of its values."""
    wanted = [each for each in (*args, *kwargs.values()) if isinstance(each, torch.dtype)]
    if wanted and not (wanted[0].is_floating_point or wanted[0] in (torch.bool, input.dtype)):
        raise LostError("integers have no gradient")
    return input.clone() if kwargs.get("copy") else input


@stands_for("int", "long", "short", "byte", "char", "argmax", "argmin", "argsort", "one_hot",
            "count_nonzero", "aminmax")  # fmt: skip
def integers(*_: Any, **__: Any) -> Any:
    raise LostError("integers have no gradient")
