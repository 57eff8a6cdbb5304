"""Fourier transforms and complex numbers."""

from __future__ import annotations

from typing import Any

from ....ops import Op
from ..tensor import Tensor
from .call import Call, rule

_NAMES = tuple(
    f"fft_{kind}fft{axes}" for kind in ("", "i", "r", "ir", "h", "ih") for axes in ("", "2", "n")
)


@rule(*_NAMES)
def fft(
    call: Call,
    input: Tensor,
    s: Any = None,
    dim: Any = None,
    norm: str | None = None,
    n: int | None = None,
    **_: Any,
) -> Op:
    function = call.name.removeprefix("fft_")
    sizes = n if s is None else s
    if dim is None and function.endswith("2"):
        dim = (-2, -1)
    elif dim is None and function.endswith("n"):
        several = input.dim() if sizes is None else len(_several(sizes))
        dim = tuple(range(-several, 0))
    elif dim is None:
        dim = (-1,)
    return call.op("FFT", function, _several(dim), None if sizes is None else _several(sizes))


def _several(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, tuple | list) else (value,)


@rule("_fft_r2c")
def real_to_complex(call: Call, input: Tensor, dim: Any, normalization: int, onesided: bool) -> Op:
    return call.op("FFT", "rfftn" if onesided else "fftn", tuple(dim))


@rule("_fft_c2c")
def complex_to_complex(
    call: Call, input: Tensor, dim: Any, normalization: int, forward: bool
) -> Op:
    return call.op("FFT", "fftn" if forward else "ifftn", tuple(dim))


@rule("_fft_c2r")
def complex_to_real(
    call: Call, input: Tensor, dim: Any, normalization: int, last_dim_size: int
) -> Op:
    sizes = (*(input.shape[each] for each in dim[:-1]), last_dim_size)
    return call.op("FFT", "irfftn", tuple(dim), sizes)


@rule("view_as_real")
def view_as_real(call: Call, input: Tensor) -> Op:
    return call.op("ViewAsReal")


@rule("view_as_complex")
def view_as_complex(call: Call, input: Tensor) -> Op:
    return call.op("ViewAsComplex")
