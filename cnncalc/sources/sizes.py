"""Input sizes as they are asked for of models that must be called: live ones, and Python files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ..errors import InputError
from ..shape import format_shape, parse_shape, to_shape

_DTYPES = {
    "float": "float32", "double": "float64", "half": "float16", "long": "int64", "int": "int32",
    **{name: name for name in (
        "float32", "float64", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8",
        "bool", "complex64", "complex128",
    )},
}  # fmt: skip


class Entry(NamedTuple):
    """The size of one input, with its name and dtype where they are given."""

    name: str | None
    size: tuple[int, ...]
    dtype: str | None = None


def entries(given: Any) -> list[Entry]:
    """Each size in `"3x32x32"`, `(3, 32, 32)`, `["ids=128:int64", ...]` or `{"ids": 128}`.

    Raises `InputError`.
    """
    if isinstance(given, Mapping):
        return [Entry(str(name), *_size(size)) for name, size in given.items()]
    if isinstance(given, str):
        return [_named(given)]
    if isinstance(given, list | tuple) and given:
        if not any(isinstance(size, str | list | tuple) for size in given):
            return [Entry(None, tuple(to_shape(given)))]
        return [
            _named(each) if isinstance(each, str) else Entry(None, *_size(each)) for each in given
        ]
    raise InputError(f"input: expected a size such as '3x224x224', received {given!r}")


def _named(text: str) -> Entry:
    name, equals, size = text.partition("=")
    return Entry(name.strip(), *_size(size)) if equals else Entry(None, *_size(text))


def _size(size: Any) -> tuple[tuple[int, ...], str | None]:
    if not isinstance(size, str):
        return to_shape(size if isinstance(size, list | tuple) else [size]), None
    sizes, colon, name = size.partition(":")
    dtype = _DTYPES.get(name.strip())
    if colon and dtype is None:
        raise InputError(f"unknown dtype {name.strip()!r} in {size!r}", help="such as int64")
    return parse_shape(sizes), dtype


def with_batch(
    size: tuple[int, ...], rank: int | None, layout: str, batch: int | None
) -> tuple[int, ...]:
    """A full shape: the batch in front is in the size, if it has two dims more than `rank`.

    `rank` is how many spatial axes the model works on, if it says so. Raises `InputError`.
    """
    if batch is not None:
        to_shape([batch], text=f"batch {batch}")
    if rank is not None and len(size) == rank + 2:
        if batch not in (None, size[0]):
            raise InputError(
                f"the batch is {size[0]} in {format_shape(size)} but {batch} beside it"
            )
        return (size[0], *to_shape(size[1:], layout))
    return (batch or 1, *to_shape(size, layout))


def no_argument(model: str, name: Any, names: list[str]) -> InputError:
    """The error for an input that `forward` has no argument for."""
    return InputError(
        f"{model}.forward has no argument {name!r}", help=f"its arguments are {', '.join(names)}"
    )
