"""Fourier transforms."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..errors import OpError
from ..finding import Misfit
from ..indexmap import window
from ..layout import Along, Dims, Read
from ..shape import Shape, format_shape
from .arguments import arg, choice, count, each, integer
from .arguments import optional as maybe
from .base import Op
from .pointwise import called
from .reads import anywhere
from .registry import op
from .reshape import bad_dim, resolve

_FFT = tuple(
    f"{kind}fft{axes}" for kind in ("", "i", "r", "ir", "h", "ih") for axes in ("", "2", "n")
)


@op("fft", torch="")
class FFT(Op):
    """A Fourier transform of torch.fft along `dim`, of the first `s` positions if given.

    The transforms of real signals (`rfft`, `ihfft`) keep n//2 + 1 positions of the last dim, and
    `irfft` and `hfft` make 2*(n - 1) of them. No MACs by convention, as in torch's
    FlopCounterMode. In tables it goes by its function.
    """

    field_rule = "everything along dim"

    function: str = arg("", convert=choice(*_FFT))
    dim: Any = arg("", None, maybe(each(integer)))
    s: Any = arg("", None, maybe(each(count)))

    def validate(self) -> None:
        one = self.function[-1] not in "2n"
        if one and (len(self.dim or (1,)) > 1 or len(self.s or (1,)) > 1):
            raise OpError(f"FFT: {self.function} is along one dim")
        if self.dim is not None and self.s is not None and len(self.dim) != len(self.s):
            raise OpError(f"FFT: {len(self.s)} sizes for {len(self.dim)} dims")

    @property
    def type(self) -> str:
        """The function's name."""
        return self.function

    def short(self) -> str:
        pairs = [("dim", self.dim), ("s", self.s)]
        return called(self.function, tuple(pair for pair in pairs if pair[1] is not None))

    def _dims(self, shape: Shape) -> list[int] | None:
        """The dims of the transform, the last one last; None where they do not fit."""
        given = self.dim
        if given is None:
            several = 1 if self.function[-1] not in "2n" else 2
            if self.function[-1] == "n":
                several = len(self.s) if self.s is not None else len(shape)
            given = range(-several, 0)
        dims = [resolve(dim, len(shape)) for dim in given]
        found = [dim for dim in dims if dim is not None]
        return found if found and len(set(found)) == len(dims) else None

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        dims = self._dims(inputs[0])
        if dims is None:
            yield bad_dim(self.function, (self.dim or (-1,))[-1], inputs[0])
        elif any(size is not None and size < 1 for size in self._after(inputs[0], dims)):
            message = f"{self.function} leaves nothing of {format_shape(inputs[0])}"
            yield Misfit("input-too-small", message, None, list(inputs[0]))

    def _read(self, shape: Shape, dims: list[int]) -> Shape:
        """The sizes of what is transformed: cut, or filled up with zeros."""
        sizes = list(shape)
        for dim, size in zip(dims, self.s or (), strict=False):
            sizes[dim] = size
        if self.s is not None and self._back():
            sizes[dims[-1]] = self.s[-1] // 2 + 1
        return tuple(sizes)

    def _back(self) -> bool:
        """Does it make a real signal of half a spectrum?"""
        return self.function.startswith(("irfft", "hfft"))

    def _after(self, shape: Shape, dims: list[int]) -> Shape:
        sizes = list(self._read(shape, dims))
        last = sizes[dims[-1]]
        if self.function.startswith(("rfft", "ihfft")):
            sizes[dims[-1]] = None if last is None else last // 2 + 1
        elif self._back() and self.s is not None:
            sizes[dims[-1]] = self.s[-1]
        elif self._back():
            sizes[dims[-1]] = None if last is None else 2 * (last - 1)
        return tuple(sizes)

    def output(self, inputs: tuple[Shape, ...]) -> Shape:
        shape = inputs[0]
        dims = self._dims(shape)
        if dims is None:
            return shape
        sizes = self._after(shape, dims)
        return tuple(
            None if at in dims and (size or 0) < 1 else size for at, size in enumerate(sizes)
        )

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        shape = inputs[0]
        dims = self._dims(shape)
        if dims is None:
            return (anywhere(shape, output),)
        read = self._read(shape, dims)
        cut = [Along(at) for at in range(len(shape))]
        mixed = list(cut)
        for dim in dims:
            if read[dim] != shape[dim]:
                cut[dim] = Along(dim, window(1, 1, 0, 1, "zeros"))
            mixed[dim] = Along(dim, "mix")
        return ((Dims(shape, read, tuple(cut)), Dims(read, output, tuple(mixed))),)
