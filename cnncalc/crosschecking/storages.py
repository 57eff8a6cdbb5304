"""The memory of a forward pass: each storage that an operation makes, and how long it lives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import torch
from torch.multiprocessing.reductions import StorageWeakRef
from torch.utils._python_dispatch import TorchDispatchMode

from ..sources.torch.tensors import tensors_in


class Made:
    """A storage that an operation made, in steps counted by operations.

    `read` is the last step that reads it, `freed` the last in which it is alive. `output` says
    that it is an output of a layer, and not something that the layer needs for itself. `used`
    are the bytes that the tensor in it has: `fold` takes memory of the size of its input. `side`
    says that nothing reads it.
    """

    __slots__ = ("bytes", "freed", "maker", "output", "read", "result", "side", "step", "used")

    def __init__(self, maker: tuple[str, int], size: int, step: int) -> None:
        self.maker = maker
        self.bytes = self.used = size
        self.step = self.read = step
        self.freed: int | None = None
        self.output = self.side = False
        self.result = False

    @property
    def key(self) -> tuple[str, int, int]:
        """What the same storage has in common in two runs."""
        return (*self.maker, self.bytes)


class Storages(TorchDispatchMode):
    """Follows what operations make; the tensors in `known` were there before."""

    def __init__(self, known: Iterable[torch.Tensor]) -> None:
        super().__init__()
        self.made: list[Made] = []
        self.step = 0
        #: Layers that only copy: there are fewer where a kernel's layout needs none.
        self.copies = 0
        self._known = {_key(_storage(tensor)) for tensor in known} | {None}
        self._alive: dict[int, tuple[StorageWeakRef, Made]] = {}

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        self.sweep()
        result = func(*args, **(kwargs or {}))
        self.step += 1
        name = str(func._schema.name).removeprefix("aten::")
        if not (name.startswith("new_") or name.endswith("_like")):  # these read only its size
            for made in self._found(tensors_in(args, kwargs or {})):
                made.read = self.step
        for index, tensor in enumerate(tensors_in(result)):
            storage = _storage(tensor)
            key = _key(storage)
            if key is not None and key not in self._alive and key not in self._known:
                made = Made((name, index), storage.nbytes(), self.step)
                made.used = min(made.bytes, tensor.numel() * tensor.element_size())
                self.made.append(made)
                self._alive[key] = (StorageWeakRef(storage), made)
        return result

    def sweep(self) -> None:
        """Note what was freed since the last operation."""
        gone = [key for key, (reference, _) in self._alive.items() if reference.expired()]
        for key in gone:
            self._alive.pop(key)[1].freed = self.step

    def own(self, inputs: Iterable[torch.Tensor], outputs: Iterable[torch.Tensor]) -> None:
        """A layer is done: what it has read and what it has made were needed until now."""
        for made in self._found(inputs):
            made.read = self.step
        for made in self._found(outputs):
            made.output = True
            made.read = self.step

    def results(self, tensors: Iterable[torch.Tensor]) -> None:
        """These tensors are what the network returns: they live on."""
        for made in self._found(tensors):
            made.result = True

    def _found(self, tensors: Iterable[torch.Tensor]) -> Iterator[Made]:
        for tensor in tensors:
            found = self._alive.get(_key(_storage(tensor)) or 0)
            if found is not None:
                yield found[1]


def _storage(tensor: torch.Tensor) -> Any:
    """The memory of a tensor; None where it has none of its own (sparse tensors, say)."""
    try:
        return tensor.untyped_storage()
    except RuntimeError:
        return None


def _key(storage: Any) -> int | None:
    return None if storage is None else int(storage._cdata)
