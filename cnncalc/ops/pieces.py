"""Ops that cut a tensor into pieces along a dim: several outputs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from ..errors import OpError
from ..finding import Misfit
from ..indexmap import window
from ..layout import Along, Dims, Read, Regroup
from ..shape import Shape, Size
from .arguments import MAX_SPAN, arg, each, integer, natural, span, whole
from .reads import kept
from .registry import op
from .reshape import View, bad_dim, resolve


class _Pieces(View):
    """An op that cuts dim `dim` into several outputs."""

    dim: int

    def _sizes(self, size: Size) -> Sequence[Size]:
        """The sizes of the pieces of a dim of `size`."""
        raise TypeError(f"{self.type} has no pieces")

    def outputs(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        shape = inputs[0]
        dim = resolve(self.dim, len(shape))
        if dim is None:
            return (shape,) * len(self._sizes(None))
        pieces = self._sizes(shape[dim])
        return tuple((*shape[:dim], size, *shape[dim + 1 :]) for size in pieces)

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        if resolve(self.dim, len(inputs[0])) is None:
            yield bad_dim(self.type, self.dim, inputs[0])

    def all_reads(
        self, inputs: tuple[Shape, ...], outputs: tuple[Shape, ...]
    ) -> tuple[tuple[Read, ...], ...]:
        return tuple(
            (self._piece_read(inputs[0], output, index),) for index, output in enumerate(outputs)
        )

    def _start(self, size: Size, index: int) -> int | None:
        """Where piece `index` of a dim of `size` starts; None where it is unknown."""
        before = self._sizes(size)[:index]
        return None if None in before else sum(piece for piece in before if piece is not None)

    def _piece_read(self, shape: Shape, output: Shape, index: int) -> Read:
        """The read of output `index`: a slice that starts after the pieces before it."""
        dim = resolve(self.dim, len(shape))
        if dim is None:
            return ()
        start = self._start(shape[dim], index)
        if start is None:
            return kept(shape, output, *(None if at == dim else at for at in range(len(output))))
        along = [Along(at) for at in range(len(output))]
        along[dim] = Along(dim, window(1, 1, -start, 1, "zeros"))
        return (Dims(shape, output, tuple(along)),)


def _equal(size: int, piece: int) -> list[int]:
    """`size` cut into pieces of `piece`; the last may be smaller."""
    return [min(piece, size - start) for start in range(0, size, piece)] or [0]


@op("chunk", functions=("chunk",), torch="")
class Chunk(_Pieces):
    """Dim `dim` cut into `chunks` pieces of equal size; the last may be smaller."""

    chunks: int = arg("", convert=span)
    dim: int = arg("", 0, integer)

    def output_count(self) -> int:
        return self.chunks

    def _sizes(self, size: Size) -> Sequence[Size]:
        if size is None:
            return [None] * self.chunks
        if size == 0:
            return [0] * self.chunks  # so does torch
        pieces: list[Size] = [*_equal(size, -(-size // self.chunks))]
        return pieces + [None] * (self.chunks - len(pieces))

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        yield from super().check(inputs)
        dim = resolve(self.dim, len(inputs[0]))
        size = None if dim is None else inputs[0][dim]
        if size is not None and None in (pieces := self._sizes(size)):
            made = self.chunks - pieces.count(None)
            message = f"Chunk makes only {made} pieces of the {size} positions, not {self.chunks}"
            yield Misfit("split-size", message, self.chunks, made)


@op("split", functions=("split",), torch="")
class Split(_Pieces):
    """Dim `dim` cut into pieces of `split_size_or_sections`: one size, or all the sizes."""

    split_size_or_sections: Any = arg("", convert=each(natural))
    dim: int = arg("", 0, integer)

    def validate(self) -> None:
        if not 1 <= len(self.split_size_or_sections) <= MAX_SPAN:
            raise OpError("Split needs the size of the pieces")
        if self.split_size_or_sections == (0,):
            raise OpError("Split: pieces of size 0 make up nothing")

    def output_count(self) -> int:
        sections = self.split_size_or_sections
        if len(sections) == 1:
            raise OpError(
                "how many pieces Split makes depends on the input's size",
                help="name the size of each piece, or use Chunk",
            )
        return len(sections)

    def _sizes(self, size: Size) -> Sequence[Size]:
        sections: tuple[int, ...] = self.split_size_or_sections
        if len(sections) > 1:
            return sections
        many = size is not None and size > sections[0] * MAX_SPAN
        return [None] if size is None or many else _equal(size, sections[0])

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        yield from super().check(inputs)
        dim, sections = resolve(self.dim, len(inputs[0])), self.split_size_or_sections
        size = None if dim is None else inputs[0][dim]
        if size is not None and len(sections) > 1 and sum(sections) != size:
            message = f"Split: {'+'.join(map(str, sections))} is not the size {size} of dim {dim}"
            yield Misfit("split-size", message, size, sum(sections))


def cuts(value: Any, rank: int) -> Any:
    """A number of pieces, or the positions to cut before."""
    if whole(value) is not None:
        return span(value, rank)
    if not isinstance(value, tuple | list) or len(value) > MAX_SPAN:
        raise ValueError("a number of pieces, or positions to cut before")
    return tuple(integer(item, rank) for item in value)


@op("tensorsplit", functions=("tensor_split",), torch="")
class TensorSplit(_Pieces):
    """Dim `dim` cut into a number of pieces of nearly equal sizes, or before given positions."""

    indices_or_sections: Any = arg("", convert=cuts)
    dim: int = arg("", 0, integer)

    def output_count(self) -> int:
        cut = self.indices_or_sections
        return cut if isinstance(cut, int) else len(cut) + 1

    def _sizes(self, size: Size) -> Sequence[Size]:
        if size is None:
            return [None] * self.output_count()
        return [end - start for start, end in self._spans(size)]

    def _spans(self, size: int) -> list[tuple[int, int]]:
        """Start and end of each piece. Positions may come in any order: pieces may overlap."""
        cut = self.indices_or_sections
        if isinstance(cut, int):
            small, larger = divmod(size, cut)
            ends = [small * at + min(at, larger) for at in range(cut + 1)]
            return list(pairwise(ends))
        borders = [slice(at, None).indices(size)[0] for at in cut]
        return [(start, max(start, end)) for start, end in pairwise([0, *borders, size])]

    def _start(self, size: Size, index: int) -> int | None:
        return None if size is None else self._spans(size)[index][0]


@op("unbind", functions=("unbind",), torch="")
class Unbind(_Pieces):
    """The positions along `dim` one by one, without that dim."""

    dim: int = arg("", 0, integer)

    def output_count(self) -> int:
        raise OpError(
            "how many pieces Unbind makes depends on the input's size",
            help="Select takes one of them",
        )

    def _sizes(self, size: Size) -> Sequence[Size]:
        return [1] * (size or 1) if (size or 1) <= MAX_SPAN else [None]

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        yield from super().check(inputs)
        dim = resolve(self.dim, len(inputs[0]))
        if dim is not None and inputs[0][dim] == 0:
            yield Misfit("input-too-small", f"Unbind: dim {dim} has no positions", 1, 0)

    def outputs(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        dim = resolve(self.dim, len(inputs[0]))
        pieces = super().outputs(inputs)
        if dim is None:
            return pieces
        return tuple((*shape[:dim], *shape[dim + 1 :]) for shape in pieces)

    def _piece_read(self, shape: Shape, output: Shape, index: int) -> Read:
        dim = resolve(self.dim, len(shape))
        if dim is None:
            return ()
        one = (*shape[:dim], 1, *shape[dim + 1 :])
        return (*super()._piece_read(shape, one, index), Regroup(one, output))
