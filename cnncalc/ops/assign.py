"""Overwriting a part of a tensor: `y[:, 1:3] = values`, and writing at places given by data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, NamedTuple

from ..finding import Misfit
from ..indexmap import MAX_LISTED, IndexMap
from ..layout import Along, Dims, Read, Unread
from ..shape import Shape, Size, format_shape
from .arguments import arg, flag, integer
from .base import Op
from .reads import anywhere
from .registry import op


def part(value: Any, rank: int) -> tuple[tuple[Any, ...], ...] | None:
    """Which positions, dim by dim: (dim, start, end, step), (dim, index), or (dim,): unknown."""
    wrong = ValueError("pieces (dim, start, end, step), (dim, index) or (dim,)")
    if value is None:
        return None
    if not isinstance(value, tuple | list):
        raise wrong
    pieces = []
    for piece in value:
        if not isinstance(piece, tuple | list) or len(piece) not in (1, 2, 4):
            raise wrong
        ends = [None if item is None and len(piece) == 4 else integer(item, 0) for item in piece]
        if ends[0] is None or ends[0] < 0 or (len(piece) == 4 and (ends[3] is None or ends[3] < 1)):
            raise wrong
        pieces.append(tuple(ends))
    if len({piece[0] for piece in pieces}) < len(pieces):
        raise ValueError("each dim once")
    return tuple(pieces)


class _Piece(NamedTuple):
    """What is written along one dim: its positions (None: unknown); does the dim stay?"""

    positions: range | None
    stays: bool


@op("assign", torch="")
class Assign(Op):
    """The first input with a part of it overwritten by the second, or by a number.

    `part` says which: for each dim that is cut a piece (dim, start, end, step) or (dim, index),
    or (dim,) where it depends on data; without pieces everything is overwritten, and with
    `part=None` nobody knows what. With `accumulate` the values are added instead. Further inputs
    say where to write.
    """

    field_rule = "the values inside the part; the first input outside of it"

    arity: ClassVar[int | None] = None

    part: Any = arg("", None, part)
    accumulate: bool = arg("", False, flag)
    inplace: bool = arg("", False, flag)

    def _pieces(self, shape: Shape) -> dict[int, _Piece] | None:
        """The pieces by dim; None where they do not fit, or nothing is known of them."""
        if self.part is None or any(piece[0] >= len(shape) for piece in self.part):
            return None
        pieces = {}
        for dim, *ends in self.part:
            size = shape[dim]
            if not ends or size is None:
                pieces[dim] = _Piece(None, len(ends) != 1)
            elif len(ends) == 1:
                at = ends[0] + size if ends[0] < 0 else ends[0]
                if not 0 <= at < size:
                    return None
                pieces[dim] = _Piece(range(at, at + 1), False)
            else:
                pieces[dim] = _Piece(range(*slice(*ends).indices(size)), True)
        return pieces

    def _window(self, shape: Shape) -> list[tuple[int, Size]]:
        """The dims of the part that is written, with their sizes."""
        pieces = self._pieces(shape) or {}
        return [
            (dim, _length(pieces[dim]) if dim in pieces else size)
            for dim, size in enumerate(shape)
            if dim not in pieces or pieces[dim].stays
        ]

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        shape, values = inputs[0], inputs[1] if len(inputs) > 1 else ()
        if self.part is None:
            return
        if self._pieces(shape) is None:
            message = f"Assign: {self.part} is no part of {format_shape(shape)}"
            yield Misfit("index", message, None, list(shape))
            return
        sizes = [size for _, size in self._window(shape)]
        extra = values[: max(len(values) - len(sizes), 0)]
        pairs = zip(values[::-1], sizes[::-1], strict=False)
        if any(size not in (None, 1) for size in extra) or not all(
            have in (None, 1, size) or size is None for have, size in pairs
        ):
            message = f"{format_shape(values)} cannot be written to a part of {format_shape(sizes)}"
            yield Misfit("expand-shapes", message, sizes, list(values))

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        pieces = self._pieces(output)
        if pieces is None:
            own = () if self.accumulate else anywhere(output, output)
            return (own, *(anywhere(shape, output) for shape in inputs[1:]))
        read: list[Read] = [() if self.accumulate else self._outside(output, pieces)]
        if len(inputs) > 1:
            read.append(self._inside(inputs[1], output, pieces))
        return (*read, *(anywhere(shape, output) for shape in inputs[2:]))

    def _outside(self, shape: Shape, pieces: dict[int, _Piece]) -> Read:
        """The read of what is not overwritten."""
        cut = {
            dim: piece.positions
            for dim, piece in pieces.items()
            if piece.positions is None or len(piece.positions) != shape[dim]
        }
        if not cut:
            return (Unread(shape, shape),)
        along = [Along(dim) for dim in range(len(shape))]
        if len(cut) == 1:
            ((dim, positions),) = cut.items()
            size = shape[dim]
            if positions is not None and size is not None and size <= MAX_LISTED:
                rest = [range(at, at if at in positions else at + 1) for at in range(size)]
                along[dim] = Along(dim, IndexMap(tuple(rest), 0, covers=False))
                return (Dims(shape, shape, tuple(along)),)
        return (Dims(shape, shape, tuple(along), holes=cut),)

    def _inside(self, values: Shape, output: Shape, pieces: dict[int, _Piece]) -> Read:
        """The read of the values, whose dims are those of the part that stay, from the last on."""
        window = self._window(output)
        along: list[Along | None] = [None] * len(output)
        unknown = []
        for own, (dim, size) in zip(range(len(values))[::-1], window[::-1], strict=False):
            piece, length = pieces.get(dim), output[dim]
            if piece is None or piece.positions is None or length is None or length > MAX_LISTED:
                if piece is None and values[own] == size:
                    along[dim] = Along(own)
                elif piece is not None:
                    unknown.append(own)
                continue
            first = {at: index for index, at in enumerate(piece.positions)}
            if values[own] == 1:
                first = dict.fromkeys(first, 0)
            reads = [range(first.get(at, 0), first.get(at, -1) + 1) for at in range(length)]
            along[dim] = Along(own, IndexMap(tuple(reads), 0, covers=False))
        return (Dims(values, output, tuple(along), unknown, lost=bool(unknown)),)


def _length(piece: _Piece) -> Size:
    return None if piece.positions is None else len(piece.positions)
