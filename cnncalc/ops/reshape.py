"""Ops that give the same elements other dims: flatten, reshape, permute, squeeze, expand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..finding import Misfit
from ..layout import Read, Regroup
from ..shape import Shape, Size, format_shape, product
from .arguments import arg, each, integer, whole
from .arguments import optional as maybe
from .base import Op
from .reads import kept
from .registry import op


def resolve(dim: int, rank: int) -> int | None:
    """A dim counted from the front; None where it is out of range."""
    dim = dim + rank if dim < 0 else dim
    return dim if 0 <= dim < rank else None


def bad_dim(name: str, dim: int, shape: Shape) -> Misfit:
    """The misfit of a dim that the input does not have."""
    return Misfit(
        "dims",
        f"{name}: dim {dim} is out of range for {format_shape(shape)}",
        f"{-len(shape)}..{len(shape) - 1}",
        dim,
    )


class View(Op):
    """An op whose output is the input's memory, seen differently."""

    field_rule = "the same positions, in other dims"

    def aliases(self) -> bool:
        return True


@op("flatten", functions=("flatten",))
class Flatten(View):
    """Merge the dims from start_dim to end_dim into one."""

    start_dim: int = arg("", 1, integer)
    end_dim: int = arg("", -1, integer)

    def _range(self, shape: Shape) -> tuple[int, int] | None:
        first, last = resolve(self.start_dim, len(shape)), resolve(self.end_dim, len(shape))
        return None if first is None or last is None or first > last else (first, last)

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        if self._range(inputs[0]) is None:
            yield bad_dim("Flatten", self.start_dim, inputs[0])

    def output(self, inputs: tuple[Shape, ...]) -> Shape:
        shape, dims = inputs[0], self._range(inputs[0])
        if dims is None:
            return shape
        first, last = dims
        return (*shape[:first], product(shape[first : last + 1]), *shape[last + 1 :])

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        return ((Regroup(inputs[0], output),),)


def wanted_sizes(value: Any, rank: int) -> tuple[Any, ...]:
    """Sizes; -1 once for what is left over; "=2" for the size of the input's dim 2."""
    values = value if isinstance(value, tuple | list) else (value,)
    for item in values:
        if isinstance(item, str):
            if not (item.startswith("=") and item[1:].isdigit()):
                raise ValueError('sizes, -1, or "=2" for the size of input dim 2')
        elif (number := whole(item)) is None or number < -1:
            raise ValueError('sizes, -1, or "=2" for the size of input dim 2')
    if list(values).count(-1) > 1:
        raise ValueError("-1 at most once")
    return tuple(item if isinstance(item, str) else int(item) for item in values)


def filled(sizes: tuple[Any, ...], shape: Shape) -> list[Size]:
    """The sizes with references to input dims replaced; -1 stays."""
    result: list[Size] = []
    for size in sizes:
        if isinstance(size, str):
            dim = int(size[1:])
            result.append(shape[dim] if dim < len(shape) else None)
        else:
            result.append(size)
    return result


@op("reshape", "view", functions=("reshape", "view"), torch="")
class Reshape(View):
    """The same elements in the same order, with other sizes.

    -1 stands for what is left over, `"=0"` for the size of the input's dim 0.
    """

    shape: Any = arg("", convert=wanted_sizes)

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        for size in self.shape:
            if isinstance(size, str) and int(size[1:]) >= len(inputs[0]):
                yield bad_dim("Reshape", int(size[1:]), inputs[0])
        elements = product(inputs[0])
        sizes = filled(self.shape, inputs[0])
        given = product(size for size in sizes if size != -1)
        if elements is None or given is None:
            return
        if (not given or elements % given) if -1 in sizes else elements != given:
            shown = ", ".join(map(str, self.shape))
            yield Misfit(
                "reshape-size",
                f"cannot reshape {format_shape(inputs[0])} ({elements:,} elements) to ({shown})",
                given,
                elements,
            )

    def output(self, inputs: tuple[Shape, ...]) -> Shape:
        sizes = filled(self.shape, inputs[0])
        if -1 not in sizes:
            return tuple(sizes)
        elements = product(inputs[0])
        given = product(size for size in sizes if size != -1)
        rest = None
        if elements is not None and given:
            rest = elements // given if elements % given == 0 else None
        return tuple(rest if size == -1 else size for size in sizes)

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        return ((Regroup(inputs[0], output),),)


@op("unflatten", functions=("unflatten",))
class Unflatten(View):
    """Split dim `dim` into several sizes."""

    dim: int = arg("", convert=integer)
    unflattened_size: Any = arg("", convert=wanted_sizes)

    def _reshape(self, shape: Shape) -> Reshape | None:
        dim = resolve(self.dim, len(shape))
        if dim is None:
            return None
        before = [f"={index}" for index in range(dim)]
        after = [f"={index}" for index in range(dim + 1, len(shape))]
        sizes = [f"={dim}" if size == "=0" else size for size in self.unflattened_size]
        return Reshape((*before, *sizes, *after))

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        reshape = self._reshape(inputs[0])
        if reshape is None:
            yield bad_dim("Unflatten", self.dim, inputs[0])
        else:
            yield from reshape.check(inputs)

    def output(self, inputs: tuple[Shape, ...]) -> Shape:
        reshape = self._reshape(inputs[0])
        return inputs[0] if reshape is None else reshape.output(inputs)

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        return ((Regroup(inputs[0], output),),)


@op("permute", functions=("permute",), torch="")
class Permute(View):
    """The dims in another order."""

    dims: Any = arg("", convert=each(integer))

    def _order(self, shape: Shape) -> list[int] | None:
        order = [dim + len(shape) if dim < 0 else dim for dim in self.dims]
        return order if sorted(order) == list(range(len(shape))) else None

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        if self._order(inputs[0]) is None:
            message = f"Permute{self.dims} is no order of the dims of {format_shape(inputs[0])}"
            yield Misfit("dims", message, len(self.dims), len(inputs[0]))

    def output(self, inputs: tuple[Shape, ...]) -> Shape:
        order = self._order(inputs[0])
        return inputs[0] if order is None else tuple(inputs[0][dim] for dim in order)

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        order = self._order(inputs[0])
        return (() if order is None else kept(inputs[0], output, *order),)


@op("transpose", functions=("transpose",), torch="")
class Transpose(View):
    """Two dims swapped."""

    dim0: int = arg("", convert=integer)
    dim1: int = arg("", convert=integer)

    def _order(self, shape: Shape) -> list[int] | None:
        first, second = resolve(self.dim0, len(shape)), resolve(self.dim1, len(shape))
        if first is None or second is None:
            return None
        order = list(range(len(shape)))
        order[first], order[second] = second, first
        return order

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        for dim in (self.dim0, self.dim1):
            if resolve(dim, len(inputs[0])) is None:
                yield bad_dim("Transpose", dim, inputs[0])

    def output(self, inputs: tuple[Shape, ...]) -> Shape:
        order = self._order(inputs[0])
        return inputs[0] if order is None else tuple(inputs[0][dim] for dim in order)

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        order = self._order(inputs[0])
        return (() if order is None else kept(inputs[0], output, *order),)


@op("squeeze", functions=("squeeze",), torch="")
class Squeeze(View):
    """Drop dims of size 1: those named, or all."""

    dim: Any = arg("", None, maybe(each(integer)))

    def _dropped(self, shape: Shape) -> set[int]:
        named = range(len(shape)) if self.dim is None else self.dim
        dims = {resolve(dim, len(shape)) for dim in named}
        return {dim for dim in dims if dim is not None and shape[dim] == 1}

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        for dim in self.dim or ():
            if resolve(dim, len(inputs[0])) is None:
                yield bad_dim("Squeeze", dim, inputs[0])

    def output(self, inputs: tuple[Shape, ...]) -> Shape:
        dropped = self._dropped(inputs[0])
        return tuple(size for dim, size in enumerate(inputs[0]) if dim not in dropped)

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        dropped = self._dropped(inputs[0])
        dims = [dim for dim in range(len(inputs[0])) if dim not in dropped]
        return (kept(inputs[0], output, *dims),)


@op("unsqueeze", functions=("unsqueeze",), torch="")
class Unsqueeze(View):
    """A new dim of size 1 before dim `dim`."""

    dim: int = arg("", convert=integer)

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        if resolve(self.dim, len(inputs[0]) + 1) is None:
            yield bad_dim("Unsqueeze", self.dim, inputs[0])

    def output(self, inputs: tuple[Shape, ...]) -> Shape:
        at = resolve(self.dim, len(inputs[0]) + 1)
        shape = inputs[0]
        return shape if at is None else (*shape[:at], 1, *shape[at:])

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        at = resolve(self.dim, len(inputs[0]) + 1)
        if at is None:
            return ((),)
        rank = len(inputs[0])
        return (kept(inputs[0], output, *range(at), None, *range(at, rank)),)


def expanded_sizes(value: Any, rank: int) -> tuple[int, ...]:
    """Sizes; -1 for those that stay."""
    sizes: tuple[int, ...] = each(integer)(value, rank)
    if any(size < -1 for size in sizes):
        raise ValueError("sizes, or -1 for those that stay")
    return sizes


@op("expand", functions=("expand",), torch="")
class Expand(View):
    """Dims of size 1 repeated without a copy; -1 keeps a size."""

    size: Any = arg("", convert=expanded_sizes)

    def output(self, inputs: tuple[Shape, ...]) -> Shape:
        shift = len(self.size) - len(inputs[0])
        if shift < 0:
            return inputs[0]
        shape = (1,) * shift + inputs[0]
        return tuple(old if new == -1 else new for old, new in zip(shape, self.size, strict=True))

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        shape = (1,) * (len(self.size) - len(inputs[0])) + inputs[0]
        fits = len(shape) == len(self.size) and all(
            old in (None, 1, new) or new == -1 for old, new in zip(shape, self.size, strict=True)
        )
        fits = fits and -1 not in self.size[: len(self.size) - len(inputs[0])]
        if not fits:
            message = f"cannot expand {format_shape(inputs[0])} to {self.size}"
            yield Misfit("expand-shapes", message, list(self.size), list(inputs[0]))
