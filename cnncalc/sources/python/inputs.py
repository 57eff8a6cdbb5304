"""What a model that was read from source is called with: tensors of the sizes asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from ...errors import InputError
from ..sizes import Entry, entries, no_argument, with_batch
from .framework.modules import Module
from .framework.tensor import Tensor, dtype
from .values import Bound, Class, Function, Method

#: Classes that say how many spatial axes their input has.
_RANKED = re.compile(r"Conv(Transpose)?\dd$")


class Given(NamedTuple):
    """Arguments for a forward pass; `names` are the inputs' in order."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    names: tuple[str, ...]
    tensors: tuple[Tensor, ...]
    #: The same with one sample of the size, where that could be meant: frames, not samples.
    one_sample: Any = None


def asked(given: Any) -> list[Entry]:
    """The sizes that were asked for. Raises `InputError` where there are none."""
    if given is None or (isinstance(given, list | tuple | Mapping) and not given):
        raise InputError(
            "a model in Python code has no size of its own: its input size is needed",
            help="--input 3x224x224, or input=(3, 224, 224)",
        )
    return entries(given)


def tensors_for(
    module: Module, sizes: list[Entry], layout: str, batch: int | None, integers: set[int]
) -> Given:
    """The arguments for `module`'s forward.

    Sizes are without the batch, unless they have one dim more than the first convolution
    takes. `integers` are numbers of inputs that turned out to be indices.
    """
    rank = _rank(module) if len(sizes) == 1 else None
    made = _given(module, sizes, rank, layout, batch, integers)
    if rank is not None and len(sizes[0].size) == rank + 2 and batch is None:
        return made._replace(one_sample=_given(module, sizes, None, layout, batch, integers))
    return made


def _given(
    module: Module,
    sizes: list[Entry],
    rank: int | None,
    layout: str,
    batch: int | None,
    integers: set[int],
) -> Given:
    default = _dtype(module)
    tensors = []
    for at, entry in enumerate(sizes):
        full = with_batch(entry.size, rank, layout, batch)
        kind = "int64" if at in integers else entry.dtype or default
        tensors.append(Tensor(full, dtype(kind)))
    names, several = _parameters(module)
    labels = [entry.name for entry in sizes]
    unknown = [label for label in labels if label is not None and label not in names]
    if all(labels) and unknown and not several:
        raise no_argument(module.cls.name, unknown[0], names)
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
