"""What a module is called with: sizes, tensors, or containers of tensors."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any, NamedTuple

import torch

from ...errors import InputError
from ..sizes import Entry, entries, no_argument, with_batch
from .tensors import meta, replaced, tensors_in

#: Modules whose class says how many spatial axes their input has.
_RANKED = ("Conv1d", "Conv2d", "Conv3d", "ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d")


class Example(NamedTuple):
    """Arguments for a forward pass: the tensors in `args` and `kwargs` are the inputs."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    names: tuple[str, ...]
    #: Inputs given by size alone, whose dtype may turn out to be another.
    guessed: frozenset[int] = frozenset()
    #: The same with one sample of the size, where that could be meant: frames, not samples.
    one_sample: Example | None = None

    @property
    def tensors(self) -> list[torch.Tensor]:
        """The inputs, in the order of `names`."""
        return tensors_in(self.args, self.kwargs)

    def with_integers(self, inputs: set[int]) -> Example:
        """The same, with these inputs as 64-bit integers."""
        numbers = {id(tensor): at for at, tensor in enumerate(self.tensors)}

        def change(tensor: torch.Tensor) -> torch.Tensor:
            if numbers[id(tensor)] in inputs:
                return torch.zeros(tensor.shape, dtype=torch.int64, device=tensor.device)
            return tensor

        return self._replace(args=replaced(self.args, change), kwargs=replaced(self.kwargs, change))

    def on_meta(self) -> Example:
        """The same sizes and dtypes without data, each input a tensor of its own."""

        def change(tensor: torch.Tensor) -> torch.Tensor:
            return torch.empty_strided(
                tensor.size(), tensor.stride(), dtype=tensor.dtype, device="meta"
            )

        return self._replace(args=replaced(self.args, change), kwargs=replaced(self.kwargs, change))


def example(module: torch.nn.Module, given: Any, layout: str, batch: int | None) -> Example:
    """Read `input=...`: a size, sizes, a tensor, or a tuple or dict of tensors.

    Sizes are without the batch, unless they have one dim more than the first convolution
    takes; `ids=128:int64` names an input and its dtype. Raises `InputError`.
    """
    if given is None or (isinstance(given, list | tuple | Mapping) and not given):
        raise InputError(
            f"{type(module).__name__} is a live module: its input size is needed",
            help="--input 3x224x224, or input=(3, 224, 224)",
        )
    if isinstance(given, torch.Tensor):
        return _called_with(module, (given,), {})
    if tensors_in(given):
        return _from_tensors(module, given)
    return _from_sizes(module, given, layout, batch)


def _from_tensors(module: torch.nn.Module, given: Any) -> Example:
    names, several = _parameters(module)
    if isinstance(given, Mapping):
        if several or all(isinstance(key, str) and key in names for key in given):
            return _called_with(module, (), dict(given))
        unknown = [key for key in given if key not in names]
        if len(unknown) < len(given):
            raise no_argument(type(module).__name__, unknown[0], names)
        return _called_with(module, (given,), {})
    if isinstance(given, list | tuple):
        if len(given) > 1 and len(names) == 1 and not several:
            return _called_with(module, (given,), {})  # forward takes one tuple of tensors
        return _called_with(module, tuple(given), {})
    return _called_with(module, (given,), {})


def _from_sizes(module: torch.nn.Module, given: Any, layout: str, batch: int | None) -> Example:
    sizes = entries(given)
    rank = _rank(module) if len(sizes) == 1 else None
    made = _made(module, sizes, rank, layout, batch)
    if rank is not None and len(sizes[0].size) == rank + 2 and batch is None:
        return made._replace(one_sample=_made(module, sizes, None, layout, batch))
    return made


def _made(
    module: torch.nn.Module, sizes: list[Entry], rank: int | None, layout: str, batch: int | None
) -> Example:
    default = _dtype(module)
    tensors, guessed = [], set()
    for at, (_, size, dtype) in enumerate(sizes):
        full = with_batch(size, rank, layout, batch)
        tensors.append(meta(full, default if dtype is None else getattr(torch, dtype)))
        if dtype is None:
            guessed.add(at)
    labels = [name for name, _, _ in sizes]
    names, several = _parameters(module)
    if all(labels) and not several:
        unknown = [label for label in labels if label not in names]
        if unknown:
            raise no_argument(type(module).__name__, unknown[0], names)
    if any(labels):
        kwargs = {
            label or names[at]: each
            for at, (label, each) in enumerate(zip(labels, tensors, strict=True))
        }
        return Example((), kwargs, tuple(kwargs), frozenset(guessed))
    if len(tensors) > 1 and len(names) == 1 and not several:
        made = _called_with(module, (tuple(tensors),), {})
    else:
        made = _called_with(module, tuple(tensors), {})
    return made._replace(guessed=frozenset(guessed))


def _rank(module: torch.nn.Module) -> int | None:
    """The spatial axes that the first convolution works on."""
    for each in module.modules():
        for kind in type(each).__mro__:
            if kind.__name__ in _RANKED and kind.__module__.startswith("torch.nn"):
                return int(kind.__name__[-2])
    return None


def _dtype(module: torch.nn.Module) -> torch.dtype:
    """The floating-point dtype of the module's parameters."""
    for tensor in module.parameters():
        if tensor.dtype.is_floating_point:
            return tensor.dtype
    return torch.get_default_dtype()


def _parameters(module: torch.nn.Module) -> tuple[list[str], bool]:
    """The names of forward's arguments, and whether it takes any number of them."""
    try:
        found = inspect.signature(module.forward).parameters.values()
    except (TypeError, ValueError):
        return [], True
    variadic = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    names = [each.name for each in found if each.kind not in variadic]
    return names, any(each.kind in variadic for each in found)


def _called_with(module: torch.nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Example:
    """The example, with a name for each tensor: the argument's, numbered where it holds several."""
    names, _ = _parameters(module)
    labels: list[str] = []
    for at, value in enumerate(args):
        label = names[at] if at < len(names) else f"input{at + 1}"
        labels += _labels(label, value)
    for key, value in kwargs.items():
        labels += _labels(key, value)
    if not labels:
        raise InputError("input: there is no tensor in it")
    return Example(args, kwargs, ("input",) if len(labels) == 1 else tuple(labels))


def _labels(label: str, value: Any) -> list[str]:
    if isinstance(value, torch.Tensor):
        return [label]
    if isinstance(value, Mapping):
        return [each for key, item in value.items() for each in _labels(f"{label}.{key}", item)]
    count = len(tensors_in(value))
    return [label] if count == 1 else [f"{label}.{index}" for index in range(count)]
