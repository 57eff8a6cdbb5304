"""Indexing: `x[...]` and `x[...] = y`, gathering and scattering."""

from __future__ import annotations

from typing import Any

from ....ops import Op
from ....shape import broadcast
from ..tensor import Tensor, dtype_name, tensors_in
from .call import ALIAS, Call, rule
from .elementwise import generic


@rule("getitem")
def getitem(call: Call, input: Tensor, index: Any) -> Op | None:
    """`x[1:, None, 0]`: one layer for each dim that is touched."""
    items = _expanded(index if isinstance(index, tuple) else (index,), input.dim())
    if any(_is_list(item) for item in items):
        return _advanced(call, input, items)
    call.inputs = [input]
    steps = _steps(items, input.shape)
    if not steps:
        return ALIAS
    call.inputs = [_stepped(call, input, steps[:-1])]
    name, *values = steps[-1]
    return call.op(name, *values)


def _expanded(items: tuple[Any, ...], rank: int) -> list[Any]:
    """The index with its ellipsis written out, one item for each dim (and each None)."""
    used = sum(_dims_of(item) for item in items if item is not Ellipsis)
    if used > rank:
        raise IndexError(f"too many indices for tensor of dimension {rank}")
    result: list[Any] = []
    filled = False
    for item in items:
        if item is Ellipsis and not filled:
            result += [slice(None)] * (rank - used)
            filled = True
        elif item is not Ellipsis:
            result.append(item)
    if not filled:
        result += [slice(None)] * (rank - used)
    return result


def _dims_of(item: Any) -> int:
    """How many dims an item of an index takes."""
    if item is None or isinstance(item, bool):
        return 0
    return item.dim() if _is_mask(item) else 1


def _is_mask(item: Any) -> bool:
    return isinstance(item, Tensor) and dtype_name(item.dtype) in ("bool", "uint8")


def _is_list(item: Any) -> bool:
    return isinstance(item, Tensor | list | tuple | range | bool) or hasattr(item, "__array__")


def _steps(items: list[Any], shape: Any) -> list[tuple[Any, ...]]:
    steps: list[tuple[Any, ...]] = []
    dim = source = 0
    for item in items:
        if item is None:
            steps.append(("Unsqueeze", dim))
            dim += 1
            continue
        if isinstance(item, slice):
            start, stop, step = item.start, item.stop, item.step
            if not (
                start in (None, 0) and (stop is None or stop >= shape[source]) and step in (None, 1)
            ):
                steps.append(("Slice", dim, start, stop, step or 1))
            dim += 1
        else:
            steps.append(("Select", dim, int(item)))
        source += 1
    return steps


def _stepped(call: Call, tensor: Tensor, steps: list[tuple[Any, ...]]) -> Tensor:
    """What steps of an index make of a tensor, each a layer."""
    for name, *values in steps:
        tensor = call.step(tensor, call.op(name, *values))
    return tensor


def _advanced(call: Call, input: Tensor, items: list[Any]) -> Op | None:
    """Lists of indices: first the plain parts of the index, then all lists together."""
    if any(isinstance(item, bool) for item in items):
        return None
    plain: list[Any] = []
    lists: list[Any] = []
    dims: list[int] = []
    at = 0  # the dim of what the plain parts leave
    for item in items:
        if not _is_list(item):
            plain.append(item)
            at += item is None or isinstance(item, slice)
            continue
        width = _dims_of(item)
        plain += [slice(None)] * width
        lists.append(item)
        dims += range(at, at + width)
        at += width
    current = _stepped(call, input, _steps(plain, input.shape))
    if len(lists) == 1 and len(dims) == 1 and (known := _known(lists[0], call)) is not None:
        call.inputs = [current]
        return call.op("IndexSelect", dims[0], known)
    make = call.recording.constant
    call.inputs = [current, *[each if isinstance(each, Tensor) else make(each) for each in lists]]
    return call.op("Index", tuple(dims), _indexed(call, current, dims))


def _indexed(call: Call, tensor: Tensor, dims: list[int]) -> Any:
    """The shape of a tensor indexed along `dims`; None where the indices do not broadcast."""
    if call.result is not None:
        return call.shape
    indices = call.inputs[1:]
    sizes = broadcast([_chosen(each, call) if _is_mask(each) else each.shape for each in indices])
    if sizes is None:
        raise ValueError("indices that do not broadcast")
    first = dims[0] if dims[-1] - dims[0] == len(dims) - 1 else 0
    rest = [size for at, size in enumerate(tensor.shape) if at not in dims]
    return (*rest[:first], *sizes, *rest[first:])


def _chosen(mask: Tensor, call: Call) -> tuple[int, ...]:
    """How many positions a mask chooses. Raises `ValueError` where its values are not known."""
    values = call.recording.known_values(mask)
    if values is None:
        raise ValueError("the values of a mask are not known")
    return (sum(map(bool, values)),)


def _known(item: Any, call: Call) -> tuple[int, ...] | None:
    """A list of indices whose values are plain to see: not computed by the network."""
    if isinstance(item, Tensor):
        if call.recording.knows(item) or item.dim() != 1 or item.numel() > 4096:
            return None
        values = None if _is_mask(item) else call.recording.known_values(item)
        return None if values is None else tuple(values)
    flat = list(item)
    return tuple(flat) if all(type(each) is int for each in flat) else None


@rule("setitem")
def setitem(call: Call, input: Tensor, index: Any, value: Any) -> Op:
    """`x[index] = value`: x with a part overwritten."""
    items = _expanded(index if isinstance(index, tuple) else (index,), input.dim())
    part = _part(items, input.shape)
    places = tensors_in(index) if part is None else []
    call.inputs = [input, *tensors_in(value), *filter(call.recording.knows, places)]
    call.shown = (input,)
    if isinstance(value, Tensor):
        call.recording.settles(input, value)
    return call.op("Assign", part, False, True)


def _part(items: list[Any], shape: Any) -> tuple[tuple[Any, ...], ...] | None:
    """The part of a tensor that an index names, as `Assign` has it; None: hard to say."""
    pieces: list[tuple[Any, ...]] = []
    for dim, item in enumerate(items):
        if isinstance(item, slice):
            ends = (item.start, item.stop, item.step or 1)
            if any(isinstance(end, Tensor) for end in ends):
                return None
            if not _is_full(ends, shape[dim]):
                pieces.append((dim, *ends))
        elif _is_list(item) or item is None:
            return None
        else:
            pieces.append((dim, int(item)))
    return tuple(pieces)


def _is_full(ends: tuple[Any, Any, Any], size: int) -> bool:
    """Is a slice the whole dim?"""
    start, stop, step = ends
    return start in (None, 0) and (stop is None or stop >= size) and step in (None, 1)


_ADDING = ("scatter_add", "index_add", "scatter_reduce", "index_reduce")


@rule("masked_scatter", "scatter", "scatter_add", "scatter_reduce", "index_add", "index_copy",
      "index_put", "index_fill", "select_scatter", "slice_scatter", "_index_put_impl",
      "diagonal_scatter", "index_reduce", "put", "masked_scatter_backward")  # fmt: skip
def scatter(call: Call, input: Tensor, *_: Any, **__: Any) -> Op:
    """x with some positions overwritten, which ones depends on data."""
    others = [each for each in call.inputs if each is not input]
    places = filter(call.recording.knows, others[:-1])
    call.inputs = [input, *others[-1:], *places]  # the values come last
    return call.op("Assign", None, call.name in _ADDING, call.inplace)


@rule("zero", "fill", "uniform", "normal", "log_normal", "cauchy", "geometric", "exponential",
      "random", "constant")  # fmt: skip
def fill(call: Call, input: Any, *args: Any, **kwargs: Any) -> Op | None:
    """`x.zero_()`: nothing of x is left. Not in place, a function of x."""
    if not call.inplace:
        return generic(call, input, *args, **kwargs)
    return call.op("Assign", (), False, True)


@rule("gather")
def gather(call: Call, input: Tensor, dim: int, index: Tensor, **_: Any) -> Op:
    call.inputs = [input, index]
    return call.op("Gather", dim)


@rule("take_along_dim")
def take_along_dim(call: Call, input: Tensor, indices: Tensor, dim: int | None = None) -> Op | None:
    call.inputs = [input, indices]
    return call.op("TakeAlongDim", dim) if dim is not None else None


@rule("index_select")
def index_select(call: Call, input: Tensor, dim: int, index: Tensor) -> Op:
    known = _known(index, call)
    call.inputs = [input] if known is not None else [input, index]
    return call.op("IndexSelect", dim, known)


@rule("index", "_unsafe_index")
def index(call: Call, input: Tensor, indices: Any) -> Op | None:
    """The primitive behind advanced indexing: a list of tensors, None for whole dims."""
    return getitem(call, input, tuple(slice(None) if each is None else each for each in indices))


@rule("where")
def where(
    call: Call, condition: Tensor, input: Any = None, other: Any = None, **named: Any
) -> Op | None:
    """`torch.where(x > 0)` gives positions, and with two more tensors or numbers their choice."""
    if input is None and other is None:
        return call.op("Whole", "where", [tuple(each.shape) for each in tensors_in(call.result)])
    return generic(call, condition, input, other, **named)


@rule("one_hot")
def one_hot(call: Call, tensor: Tensor, num_classes: int = -1) -> Op:
    return call.op("OneHot", num_classes)
