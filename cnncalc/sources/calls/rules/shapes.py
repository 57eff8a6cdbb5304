"""Views and copies: reshapes, permutes, parts, repetitions."""

from __future__ import annotations

from typing import Any

from ....ops import Op
from ..tensor import DType, Tensor
from .call import ALIAS, Call, rule


def sizes(values: Any) -> tuple[Any, ...]:
    """`x.view(2, -1)` and `x.view((2, -1))` say the same."""
    found = values[0] if len(values) == 1 and isinstance(values[0], tuple | list) else values
    return tuple(found)


def _wanted(call: Call, values: Any) -> tuple[Any, ...]:
    """The sizes that a call asks for; where tensors are among them, those of the result."""
    found = sizes(values)
    if not any(isinstance(each, Tensor) for each in found):
        return found
    return tuple([_number(call, each) for each in found]) if call.result is None else call.shape


def _number(call: Call, value: Any) -> int:
    """A size, also one that stands in a tensor. Raises `ValueError` where it is not known."""
    if not isinstance(value, Tensor):
        return int(value)
    values = call.recording.known_values(value)
    if values is None or len(values) != 1:
        raise ValueError("a size in a tensor is not known")
    return int(values[0])


@rule("view", "reshape", "_unsafe_view", "_reshape_alias", "_reshape_copy")
def reshape(call: Call, input: Tensor, *shape: Any, **named: Any) -> Op | None:
    call.inputs = [input]
    wanted = _wanted(call, shape or (named.get("shape", named.get("size")),))
    if wanted and isinstance(wanted[0], DType):
        return call.op("Cast", wanted[0])
    if call.name == "_reshape_alias":
        wanted = tuple(wanted[0])
    return call.op("Reshape", wanted)


@rule("view_as", "reshape_as")
def view_as(call: Call, input: Tensor, other: Tensor) -> Op:
    call.inputs = [input]
    return call.op("Reshape", tuple(other.shape))


@rule("flatten", "ravel")
def flatten(call: Call, input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Op:
    return call.op("Flatten", start_dim, end_dim)


@rule("unflatten")
def unflatten(call: Call, input: Tensor, dim: int, sizes: Any) -> Op:
    return call.op("Unflatten", dim, sizes)


@rule("permute")
def permute(call: Call, input: Tensor, *dims: Any, **named: Any) -> Op:
    return call.op("Permute", sizes(dims or (named["dims"],)))


@rule("transpose", "swapaxes", "swapdims")
def transpose(call: Call, input: Tensor, *dims: int, **named: int) -> Op:
    return call.op("Transpose", *(*dims, *named.values()))


@rule("t", "T", "H")
def t(call: Call, input: Tensor) -> Op:
    if input.dim() < 2:
        return ALIAS
    if input.dim() == 2:
        return call.op("Transpose", 0, 1)
    return call.op("Permute", tuple(reversed(range(input.dim()))))


@rule("mT", "mH", "adjoint")
def matrix_transpose(call: Call, input: Tensor) -> Op:
    return call.op("Transpose", -2, -1)


@rule("movedim", "moveaxis")
def movedim(call: Call, input: Tensor, source: Any, destination: Any) -> Op:
    rank = input.dim()
    taken = [dim % rank for dim in (source if isinstance(source, tuple | list) else [source])]
    placed = destination if isinstance(destination, tuple | list) else [destination]
    order: list[int] = [-1] * rank
    for dim, at in zip(taken, placed, strict=True):
        order[at % rank] = dim
    rest = iter(dim for dim in range(rank) if dim not in taken)
    return call.op("Permute", tuple(dim if dim >= 0 else next(rest) for dim in order))


@rule("squeeze", "squeeze_copy")
def squeeze(call: Call, input: Tensor, dim: Any = None) -> Op:
    return call.op("Squeeze", dim)


@rule("unsqueeze")
def unsqueeze(call: Call, input: Tensor, dim: int) -> Op:
    return call.op("Unsqueeze", dim)


@rule("expand", "broadcast_to")
def expand(call: Call, input: Tensor, *size: Any, **named: Any) -> Op:
    call.inputs = [input]
    return call.op("Expand", _wanted(call, size or (named["size"],)))


@rule("expand_as")
def expand_as(call: Call, input: Tensor, other: Tensor) -> Op:
    call.inputs = [input]
    return call.op("Expand", tuple(other.shape))


@rule("contiguous", "clone", "_conj", "lift_fresh_copy", "copy")
def clone(call: Call, input: Tensor, other: Any = None, *_: Any, **__: Any) -> Op:
    if call.name == "copy" and isinstance(other, Tensor):  # x.copy_(y)
        call.inputs = [input, other]
        return call.op("Assign", (), False, True)
    return call.op("Clone")


@rule("detach", "data", "alias", "lift_fresh", "lift", "requires_grad", "resolve_conj",
      "resolve_neg", "positive", "pos", "rename", "view_copy", "pin_memory", "refine_names",
      "_reshape_alias_copy", "share_memory", "coalesce", "to_dense", "swap_tensors",
      "detach_copy", "alias_copy")  # fmt: skip
def alias(call: Call, input: Tensor, *_: Any, **__: Any) -> Op:
    """The same values, and no operation."""
    call.inputs = [input]
    return ALIAS


@rule("repeat")
def repeat(call: Call, input: Tensor, *repeats: Any, **named: Any) -> Op:
    wanted = sizes(repeats or (named["repeats"],))
    if call.result is None:
        wanted = tuple([_number(call, each) for each in wanted])
    elif any(isinstance(each, Tensor) for each in wanted):  # numbers that torch read out
        padded = (1,) * (len(wanted) - input.dim()) + tuple(input.shape)
        pairs = zip(call.shape, padded, wanted, strict=True)
        wanted = tuple(after // before if before else int(n) for after, before, n in pairs)
    call.inputs = [input]
    return call.op("Repeat", wanted)


@rule("tile")
def tile(call: Call, input: Tensor, *dims: Any, **named: Any) -> Op:
    times = sizes(dims or (named["dims"],))
    return call.op("Repeat", (1,) * (input.dim() - len(times)) + tuple(times))


@rule("repeat_interleave")
def repeat_interleave(
    call: Call, input: Tensor, repeats: Any, dim: int | None = None, **_: Any
) -> Op | None:
    if isinstance(repeats, int):
        return call.op("RepeatInterleave", repeats, dim)
    times = None if dim is None else call.recording.known_values(repeats)
    if dim is None or times is None:
        return call.op("Anywhere", call.name, (call.shape,))
    size = input.shape[dim]
    call.inputs = [input]
    times = times * size if len(times) == 1 else times
    return call.op("IndexSelect", dim, [at for at in range(size) for _ in range(times[at])])


@rule("chunk")
def chunk(call: Call, input: Tensor, chunks: int, dim: int = 0) -> Op:
    inside = chunks > 0 and -input.dim() <= dim < input.dim()
    size = input.shape[dim] if inside else 0
    each = -(-size // chunks) if size else 0
    if each and -(-size // each) != chunks:  # it does not come out even
        return call.op("Split", each, dim)
    return call.op("Chunk", chunks, dim)


@rule("split", "split_with_sizes", "unsafe_split", "unsafe_split_with_sizes")
def split(
    call: Call,
    tensor: Tensor,
    split_size_or_sections: Any = None,
    dim: int = 0,
    **named: Any,
) -> Op:
    sections = next(each for each in (split_size_or_sections, *named.values()) if each is not None)
    return call.op("Split", sections, dim)


@rule("tensor_split")
def tensor_split(
    call: Call,
    input: Tensor,
    indices_or_sections: Any = None,
    dim: int = 0,
    indices: Any = None,
    sections: int | None = None,
) -> Op | None:
    given = (indices_or_sections, indices, sections)
    cut = next(each for each in given if each is not None)
    return None if isinstance(cut, Tensor) else call.op("TensorSplit", cut, dim)


@rule("unbind")
def unbind(call: Call, input: Tensor, dim: int = 0) -> Op:
    return call.op("Unbind", dim)


@rule("narrow")
def narrow(call: Call, input: Tensor, dim: int, start: int, length: int) -> Op:
    return call.op("Slice", dim, start, start + length, 1)


@rule("slice")
def slice_(
    call: Call,
    input: Tensor,
    dim: int = 0,
    start: int | None = None,
    end: int | None = None,
    step: int = 1,
) -> Op:
    size = input.shape[dim]
    return call.op("Slice", dim, start, end if end is None or end < size else None, step)


@rule("select")
def select(call: Call, input: Tensor, dim: int, index: int) -> Op:
    return call.op("Select", dim, index)


@rule("flip")
def flip(call: Call, input: Tensor, *dims: Any, **named: Any) -> Op:
    return call.op("Flip", sizes(dims or (named["dims"],)))


@rule("roll")
def roll(call: Call, input: Tensor, shifts: Any, dims: Any = None, **_: Any) -> Op:
    if dims is None or dims == ():  # of all positions in a row
        flat = call.step(input, call.op("Flatten", 0, -1))
        call.inputs = [call.part([flat], call.op("Roll", _several(shifts), (0,)))]
        return call.op("Reshape", tuple(input.shape))
    return call.op("Roll", _several(shifts), _several(dims))


def _several(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, tuple | list) else (value,)


@rule("diagonal", "diag")
def diagonal(call: Call, input: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Op | None:
    return call.op("Diagonal", offset, dim1, dim2) if input.dim() > 1 else None


@rule("unfold_dim")
def unfold_dim(call: Call, input: Tensor, dimension: int, size: int, step: int) -> Op:
    return call.op("UnfoldDim", dimension, size, step)


@rule("as_strided")
def as_strided(
    call: Call, input: Tensor, size: Any, stride: Any, storage_offset: int | None = None
) -> Op:
    call.inputs = [input]
    numbers = [[int(each) for each in values] for values in (size, stride)]
    return call.op("AsStrided", *numbers, int(storage_offset or 0))
