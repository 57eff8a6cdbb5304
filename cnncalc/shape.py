"""Shapes: tuples of sizes, where a size that is not known is None.

A full shape starts with the batch: `(N, C, H, W)`. The text forms that people write
(`3x224x224`, `3,224,224`, `224×224×3` with the layout hwc) leave it out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from .errors import InputError, NameNotFoundError

Size = int | None
Shape = tuple[Size, ...]

#: Bytes of one element.
DTYPE_BYTES = {
    "float64": 8,
    "float32": 4,
    "float16": 2,
    "bfloat16": 2,
    "float8": 1,
    "int64": 8,
    "int32": 4,
    "int16": 2,
    "int8": 1,
    "uint8": 1,
    "bool": 1,
    "complex64": 8,
    "complex128": 16,
}
_DTYPE_NAMES = {
    "double": "float64",
    "float": "float32",
    "fp32": "float32",
    "half": "float16",
    "fp16": "float16",
    "bf16": "bfloat16",
    "fp8": "float8",
    "long": "int64",
    "int": "int32",
}

#: torch goes no further in its convolutions (N, C, D, H, W); a few more for plain tensors.
MAX_DIMS = 8

#: Larger sizes are typing errors; products of smaller ones are exact, however long.
MAX_SIZE = 10**18

_SEPARATOR = re.compile(r"\s*[x×,*，✕X]\s*|\s+")
_BRACKETS = {"(": ")", "[": "]"}


def product(sizes: Iterable[Size]) -> Size:
    """The product of the sizes; None where one of them is unknown."""
    total = 1
    for size in sizes:
        if size is None:
            return None
        total *= size
    return total


def format_shape(shape: Sequence[Size], separator: str = "x") -> str:
    """`1x64x112x112`, with `?` for a size that is not known; `()` where there are no dims."""
    return separator.join("?" if size is None else str(size) for size in shape) or "()"


def parse_shape(text: str, layout: str = "chw") -> tuple[int, ...]:
    """Read one input size without its batch: `3x224x224`, `3,224,224`, `(3, 224, 224)`.

    `layout` is `chw` (torch's order) or `hwc` (channels last: `224x224x3`); the result is
    always channels first.

    Raises `InputError` for sizes that are not positive integers and for too many dims.
    """
    body = text.strip()
    if len(body) >= 2 and _BRACKETS.get(body[0]) == body[-1]:
        body = body[1:-1].strip().removesuffix(",")
    parts = _SEPARATOR.split(body) if body else []
    return to_shape([_parse_size(part, text) for part in parts], layout, text)


def to_shape(sizes: Sequence[Any], layout: str = "chw", text: str | None = None) -> tuple[int, ...]:
    """Check sizes that are already numbers, and put the channels first."""
    shown = text if text is not None else format_shape(list(sizes))
    if not sizes:
        raise InputError("the input size is empty", help="write it as 3x224x224")
    for size in sizes:
        if isinstance(size, bool | type) or not hasattr(size, "__index__"):
            raise InputError(f"input {shown!r}: {size!r} is not a whole number")
        if size < 1:
            raise InputError(f"input {shown!r}: sizes start at 1, received {size}")
        if size > MAX_SIZE:
            raise InputError(f"input {shown[:40]!r}: a size of {len(str(size))} digits")
    if len(sizes) > MAX_DIMS:
        raise InputError(f"input {shown!r} has {len(sizes)} dims; at most {MAX_DIMS} make sense")
    shape = tuple(int(size) for size in sizes)
    if not isinstance(layout, str):
        raise InputError(f"layout: expected chw or hwc, received {layout!r}")
    if layout.lower() == "hwc":
        return (shape[-1], *shape[:-1])
    if layout.lower() != "chw":
        raise NameNotFoundError("layout", layout, ["chw", "hwc"], help="layouts are chw and hwc")
    return shape


def _parse_size(part: str, text: str) -> int:
    try:
        return int(part)
    except ValueError:
        pass
    shown = f"{part!r}" if part else "nothing"
    raise InputError(
        f"input {text!r}: expected a whole number, received {shown}",
        help="write the size as 3x224x224 (channels, height, width)",
    )


def parse_dtype(name: str) -> str:
    """The canonical name of a dtype: `fp16`, `half` and `torch.float16` are `float16`."""
    if not isinstance(name, str):
        raise InputError(f"dtype: expected a name such as float32, received {name!r}")
    short = name.strip().lower().removeprefix("torch.")
    dtype = _DTYPE_NAMES.get(short, short)
    if dtype not in DTYPE_BYTES:
        raise NameNotFoundError("dtype", name, [*DTYPE_BYTES, *_DTYPE_NAMES])
    return dtype


def broadcast(shapes: Sequence[Shape]) -> Shape | None:
    """The shape that all `shapes` broadcast to by torch's rule, or None if they do not."""
    rank = max(map(len, shapes))
    padded = [(1,) * (rank - len(shape)) + tuple(shape) for shape in shapes]
    result: list[Size] = []
    for sizes in zip(*padded, strict=True):
        known = {size for size in sizes if size not in (None, 1)}
        if len(known) > 1:
            return None
        if known:
            result.append(known.pop())
        else:
            result.append(None if None in sizes else 1)
    return tuple(result)
