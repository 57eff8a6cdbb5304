"""What a model that was read from source is called with: tensors of the sizes asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from ...errors import InputError
from ...shape import format_shape, parse_shape, to_shape
from .framework.modules import Module
from .framework.tensor import Tensor, dtype
from .values import Bound, Class, Function, Method

#: Classes that say how many spatial axes their input has.
_RANKED = re.compile(r"Conv(Transpose)?\dd$")
_DTYPES = frozenset(
    [
        "float32",
        "float64",
        "float16",
        "bfloat16",
        "int64",
        "int32",
        "int16",
        "int8",
        "uint8",
        "bool",
        "complex64",
        "complex128",
        "float",
        "double",
        "half",
        "long",
        "int",
    ]
)


class Entry(NamedTuple):
    """A size as it was asked for."""

    name: str | None
    size: tuple[int, ...]
    dtype: str | None = None


class Given(NamedTuple):
    """Arguments for a forward pass; `names` are the inputs' in order."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    names: tuple[str, ...]
    tensors: tuple[Tensor, ...]
    #: The same with one sample of the size, where that could be meant: frames, not samples.
    one_sample: Any = None


def entries(given: Any) -> list[Entry]:
    """Each size with its name and its dtype, where they are given. Raises `InputError`."""
    if given is None or (isinstance(given, list | tuple | Mapping) and not given):
        raise InputError(
            "a model in Python code has no size of its own: its input size is needed",
            help="--input 3x224x224, or input=(3, 224, 224)",
        )
    if isinstance(given, Mapping):
        return [Entry(str(name), *_size(size)) for name, size in given.items()]
    if isinstance(given, str):
        return [_named(given)]
    if isinstance(given, list | tuple):
        if not any(isinstance(size, str | list | tuple) for size in given):
            return [Entry(None, tuple(to_shape(given)))]
        return [
            _named(item) if isinstance(item, str) else Entry(None, *_size(item)) for item in given
        ]
    raise InputError(f"input: expected a size such as '3x224x224', received {given!r}")


def _named(text: str) -> Entry:
    name, equals, size = text.partition("=")
    return Entry(name.strip(), *_size(size)) if equals else Entry(None, *_size(text))


def _size(size: Any) -> tuple[tuple[int, ...], str | None]:
    if not isinstance(size, str):
        return to_shape(size if isinstance(size, list | tuple) else [size]), None
    sizes, colon, name = size.partition(":")
    if colon and name.strip() not in _DTYPES:
        raise InputError(f"unknown dtype {name.strip()!r} in {size!r}", help="such as int64")
    return parse_shape(sizes), name.strip() or None


def tensors_for(
    module: Module, asked: list[Entry], layout: str, batch: int | None, integers: set[int]
) -> Given:
    """The arguments for `module`'s forward.

    Sizes are without the batch, unless they have one dim more than the first convolution
    takes. `integers` are numbers of inputs that turned out to be indices.
    """
    rank = _rank(module) if len(asked) == 1 else None
    made = _given(module, asked, rank, layout, batch, integers)
    if rank is not None and len(asked[0].size) == rank + 2 and batch is None:
        return made._replace(one_sample=_given(module, asked, None, layout, batch, integers))
    return made


def _given(
    module: Module,
    asked: list[Entry],
    rank: int | None,
    layout: str,
    batch: int | None,
    integers: set[int],
) -> Given:
    default = _dtype(module)
    tensors = []
    for at, entry in enumerate(asked):
        full = _with_batch(entry.size, rank, layout, batch)
        kind = "int64" if at in integers else entry.dtype or default
        tensors.append(Tensor(full, dtype(_plain(kind))))
    names, several = _parameters(module)
    labels = [entry.name for entry in asked]
    unknown = [label for label in labels if label is not None and label not in names]
    if all(labels) and unknown and not several:
        raise InputError(
            f"{module.cls.name}.forward has no argument {unknown[0]!r}",
            help=f"its arguments are {', '.join(names)}",
        )
    if any(labels):
        kwargs = {
            label or names[at]: each
            for at, (label, each) in enumerate(zip(labels, tensors, strict=True))
        }
        return Given((), kwargs, tuple(kwargs), tuple(tensors))
    if len(tensors) == 1:
        return Given(tuple(tensors), {}, ("input",), tuple(tensors))
    if len(names) == 1 and not several:  # forward takes one tuple of tensors
        shown = tuple(f"{names[0]}.{at}" for at in range(len(tensors)))
        return Given((tuple(tensors),), {}, shown, tuple(tensors))
    shown = tuple(names[at] if at < len(names) else f"input{at + 1}" for at in range(len(tensors)))
    return Given(tuple(tensors), {}, shown, tuple(tensors))


def _plain(kind: str) -> str:
    return {"float": "float32", "double": "float64", "half": "float16", "long": "int64",
            "int": "int32"}.get(kind, kind)  # fmt: skip


def _with_batch(
    size: tuple[int, ...], rank: int | None, layout: str, batch: int | None
) -> tuple[int, ...]:
    if batch is not None:
        to_shape([batch], text=f"batch {batch}")
    if rank is not None and len(size) == rank + 2:
        if batch not in (None, size[0]):
            raise InputError(
                f"the batch is {size[0]} in {format_shape(size)} but {batch} beside it"
            )
        return (size[0], *_known(to_shape(size[1:], layout)))
    return (batch or 1, *_known(to_shape(size, layout)))


def _known(shape: Any) -> tuple[int, ...]:
    return tuple(shape)


def _rank(module: Module) -> int | None:
    """The spatial axes that the first convolution works on."""
    for _, each in module.named_modules():
        for cls in each.cls.mro:
            if isinstance(cls, Class) and cls.module == "torch.nn" and _RANKED.match(cls.name):
                return int(cls.name[-2])
    return None


def _dtype(module: Module) -> str:
    for _, tensor in module.tensors("parameters"):
        if tensor.dtype.name.startswith(("float", "bfloat")):
            return tensor.dtype.name
    return "float32"


def _parameters(module: Module) -> tuple[list[str], bool]:
    """The names of forward's arguments, and whether it takes any number of them."""
    forward = module.attributes.get("forward") or module.cls.find("forward")
    if isinstance(forward, Bound):
        forward = forward.function
    if not isinstance(forward, Function):
        name = forward.name if isinstance(forward, Method) else ""
        return (["input"], False) if name else ([], True)
    names = [each.name for each in forward.parameters][1:]
    return names, forward.rest is not None or forward.kwargs is not None
