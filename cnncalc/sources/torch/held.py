"""What a live module holds: the paths of its parts, its parameters and its buffers."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from ...graph import Weight
from ..calls.tensor import dtype_name
from .tensors import is_lazy


def paths_of(module: torch.nn.Module) -> dict[int, str]:
    """The path of each module in a module, by identity."""
    return {id(each): plain(path) for path, each in module.named_modules()}


def weights_of(module: torch.nn.Module) -> dict[int, Weight]:
    """Parameters and buffers by identity; a shared one has its first name."""
    return dict(_weights(module))


def _weights(module: torch.nn.Module) -> Iterator[tuple[int, Weight]]:
    for buffer, named in ((False, module.named_parameters()), (True, module.named_buffers())):
        for name, tensor in named:
            shape = () if is_lazy(tensor) else tuple(tensor.shape)
            dtype = dtype_name(tensor.dtype)
            trainable = not buffer and tensor.requires_grad
            yield id(tensor), Weight(plain(name), shape, dtype, trainable, buffer)


def plain(path: str) -> str:
    """A module path without the wrappers that torch.compile and data parallelism put there."""
    return ".".join(part for part in path.split(".") if part != "_orig_mod")
