"""Ops that read at positions given by data: gather, advanced indexing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from ..finding import Misfit
from ..indexmap import IndexMap, window
from ..layout import Along, Dims, Read
from ..shape import Shape, Size, broadcast, format_shape
from .arguments import arg, each, integer, natural
from .arguments import optional as maybe
from .base import Op
from .reads import aligned, anywhere, kept
from .registry import op
from .reshape import bad_dim, resolve

_BY_DATA = "along dim it depends on the data; position by position along the others"


@op("gather", functions=("gather",), torch="")
class Gather(Op):
    """The values of the first input at the indices of the second, along `dim`.

    Along the other dims both go position by position; the index may be shorter there.
    """

    field_rule = _BY_DATA

    arity: ClassVar[int | None] = 2

    dim: int = arg("", convert=integer)

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        shape, index = inputs
        dim = resolve(self.dim, max(len(shape), 1))
        if dim is None:
            yield bad_dim("Gather", self.dim, shape)
        elif max(len(shape), 1) != max(len(index), 1) or any(
            None not in (has, wants) and (wants or 0) > (has or 0)
            for at, (has, wants) in enumerate(zip(shape, index, strict=False))
            if at != dim
        ):
            message = f"Gather: an index of {format_shape(index)} does not fit "
            message += f"{format_shape(shape)} along dim {self.dim}"
            yield Misfit("index", message, list(shape), list(index))

    def output(self, inputs: tuple[Shape, ...]) -> Shape:
        return inputs[1]

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        shape, index = inputs
        dim = resolve(self.dim, max(len(shape), 1))
        if dim is None or len(shape) != len(index):
            return anywhere(shape, output), ()
        along = [_start(at, shape[at], index[at]) for at in range(len(shape))]
        if shape:
            along[dim] = None
        return (Dims(shape, output, tuple(along), (dim,)),), ()


def _start(dim: int, before: Size, after: Size) -> Along | None:
    """The read of the first `after` positions of a dim."""
    return Along(dim) if before == after else Along(dim, window(1, 1, 0, 1, "zeros"))


@op("takealongdim", functions=("take_along_dim",), torch="")
class TakeAlongDim(Op):
    """Like Gather, with both inputs broadcast along the other dims."""

    field_rule = _BY_DATA

    arity: ClassVar[int | None] = 2

    dim: int = arg("", convert=integer)

    def _shapes(self, inputs: tuple[Shape, ...]) -> tuple[int, Shape] | None:
        """The dim, and the shape of the output; None where the inputs do not fit."""
        shape, index = inputs
        dim = resolve(self.dim, len(shape))
        if dim is None or len(shape) != len(index):
            return None
        whole = broadcast([_with(shape, dim, 1), _with(index, dim, 1)])
        return None if whole is None else (dim, _with(whole, dim, index[dim]))

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        if self._shapes(inputs) is None:
            message = f"TakeAlongDim: an index of {format_shape(inputs[1])} does not fit "
            message += f"{format_shape(inputs[0])} along dim {self.dim}"
            yield Misfit("index", message, list(inputs[0]), list(inputs[1]))

    def output(self, inputs: tuple[Shape, ...]) -> Shape:
        found = self._shapes(inputs)
        return inputs[1] if found is None else found[1]

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        found = self._shapes(inputs)
        if found is None:
            return tuple(anywhere(shape, output) for shape in inputs)
        dim, (shape, index) = found[0], inputs
        along = [Along(at) if shape[at] == output[at] else None for at in range(len(shape))]
        along[dim] = None
        return (Dims(shape, output, tuple(along), (dim,)),), aligned(index, output)


def _with(shape: Shape, dim: int, size: Size) -> Shape:
    return (*shape[:dim], size, *shape[dim + 1 :])


@op("indexselect", functions=("index_select",), torch="")
class IndexSelect(Op):
    """The positions along `dim` that a list of indices names: x[:, [2, 0, 1]].

    Without `index` the list is the second input, and depends on the data.
    """

    field_rule = "position index[j] along dim"

    arity: ClassVar[int | None] = None

    dim: int = arg("", convert=integer)
    index: Any = arg("", None, maybe(each(integer)))

    def short(self) -> str:
        if self.index is None or len(self.index) <= 8:
            return super().short()
        return f"IndexSelect({self.dim}, {len(self.index)} indices)"

    def _arity_misfit(self, inputs: tuple[Shape, ...]) -> Misfit | None:
        wanted = 2 if self.index is None else 1
        if len(inputs) == wanted:
            return None
        message = f"IndexSelect takes {wanted} input{'s' * (wanted > 1)} "
        return Misfit("inputs", f"{message}but receives {len(inputs)}", wanted, len(inputs))

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        shape = inputs[0]
        dim = resolve(self.dim, max(len(shape), 1))
        if dim is None:
            yield bad_dim("IndexSelect", self.dim, shape)
            return
        size = shape[dim] if shape else 1
        if self.index is None:
            if len(inputs[1]) > 1:
                message = f"IndexSelect takes a list of indices, not {format_shape(inputs[1])}"
                yield Misfit("index", message, 1, len(inputs[1]))
        elif size is not None and any(not -size <= at < size for at in self.index):
            message = f"IndexSelect: an index is out of range for the size {size} of dim {dim}"
            yield Misfit("index", message, f"{-size}..{size - 1}", None)

    def _count(self, inputs: tuple[Shape, ...]) -> Size:
        if self.index is not None:
            return len(self.index)
        return inputs[1][0] if inputs[1] else 1

    def output(self, inputs: tuple[Shape, ...]) -> Shape:
        shape = inputs[0]
        dim = resolve(self.dim, len(shape))
        return shape if dim is None else _with(shape, dim, self._count(inputs))

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        shape = inputs[0]
        dim = resolve(self.dim, len(shape))
        if dim is None:
            return tuple(anywhere(each_, output) for each_ in inputs)
        along: list[Along | None] = [Along(at) for at in range(len(shape))]
        known = self._known(shape[dim])
        along[dim] = None if known is None else Along(dim, known)
        own = Dims(shape, output, tuple(along), () if known else (dim,))
        if self.index is not None:
            return ((own,),)
        place = [0 if at == dim and inputs[1] else None for at in range(len(output))]
        return (own,), kept(inputs[1], output, *place)

    def _known(self, size: Size) -> IndexMap | None:
        """The map of a list that is given; None where it, or what it counts from, is not."""
        if self.index is None or (size is None and min(self.index, default=0) < 0):
            return None
        places = [at + (size or 0) if at < 0 else at for at in self.index]
        return IndexMap(tuple(range(at, at + 1) for at in places) or (range(0),), 0, covers=False)


def ascending(value: Any, rank: int) -> tuple[int, ...]:
    """Dims counted from the front, in order."""
    dims: tuple[int, ...] = each(natural)(value, rank)
    if not dims or list(dims) != sorted(set(dims)):
        raise ValueError("dims counted from the front, in order")
    return dims


@op("index", torch="")
class Index(Op):
    """Advanced indexing, x[:, i, j]: the dims `dims` indexed together by the other inputs.

    `shape` is the output's; it may be left out where the indices are whole numbers, whose
    shapes say it. The dims of the indices stand in the place of neighbouring `dims`, and first
    otherwise, as in torch.
    """

    field_rule = "along dims it depends on the data; position by position along the others"

    arity: ClassVar[int | None] = None

    dims: Any = arg("", convert=ascending)
    shape: Any = arg("", None, maybe(each(natural)))

    def _layout(self, inputs: tuple[Shape, ...]) -> tuple[int, Shape] | None:
        """Where the dims of the indices stand in the output, and their sizes; None: no fit."""
        given, rank = inputs[0], len(inputs[0])
        dims = self.dims
        if dims[-1] >= rank or len(inputs) < 2:
            return None
        first = dims[0] if dims[-1] - dims[0] == len(dims) - 1 else 0
        if self.shape is None:
            sizes = broadcast(inputs[1:]) if len(inputs) == len(dims) + 1 else None
            return None if sizes is None else (first, sizes)
        group = len(self.shape) - (rank - len(dims))
        if group < 0:
            return None
        rest = [size for at, size in enumerate(given) if at not in dims]
        sizes = self.shape[first : first + group]
        own = [*self.shape[:first], *self.shape[first + group :]]
        fits = all(a == b or a is None for a, b in zip(rest, own, strict=True))
        return (first, sizes) if fits else None

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        if self._layout(inputs) is None:
            shapes = ", ".join(map(format_shape, inputs))
            yield Misfit("index", f"Index along dims {self.dims} does not fit {shapes}")

    def output(self, inputs: tuple[Shape, ...]) -> Shape:
        found = self._layout(inputs)
        if found is None:
            return inputs[0] if self.shape is None else tuple(self.shape)
        rest = [size for at, size in enumerate(inputs[0]) if at not in self.dims]
        return (*rest[: found[0]], *found[1], *rest[found[0] :])

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        found = self._layout(inputs)
        if found is None:
            return tuple(anywhere(shape, output) for shape in inputs)
        first, sizes = found
        rest: list[int | None] = [at for at in range(len(inputs[0])) if at not in self.dims]
        order = [*rest[:first], *[None] * len(sizes), *rest[first:]]
        along = tuple(None if at is None else Along(at) for at in order)
        own: Read = (Dims(inputs[0], output, along, self.dims),)
        return (own, *(self._index_read(shape, output, found) for shape in inputs[1:]))

    def _index_read(self, shape: Shape, output: Shape, found: tuple[int, Shape]) -> Read:
        """The read of a tensor of indices, whose dims lie among those of the output."""
        first, sizes = found
        if self.shape is not None and broadcast([shape, sizes]) != sizes:
            return anywhere(shape, output)  # a mask
        shift = first + len(sizes) - len(shape)
        along: list[Along | None] = [None] * len(output)
        for dim, size in enumerate(shape):
            along[dim + shift] = Along(dim) if size == output[dim + shift] else None
        return (Dims(shape, output, tuple(along)),)
