"""The tree of modules that holds a network's parameters under the graph's module paths.

Torch refuses children with names that it uses itself (`type`, `forward`), so they are put into
its dicts by hand; keys of the state_dict are the graph's paths whatever they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..errors import LimitError
from ..graph import Graph, unique
from ..ops import Op
from .base import Module, kind
from .modules import TENSORS, make

Path = tuple[str, ...]

#: Torch walks its modules recursively.
MAX_DEPTH = 100


class Branch(Module):
    """A part of a network: it only holds what is in it, by name.

    `branch[0]` and `branch["conv"]` read and replace the child of that name.
    """

    def __getitem__(self, name: str | int) -> Any:
        return self._modules[str(name)]

    def __setitem__(self, name: str | int, module: Any) -> None:
        self._modules[str(name)] = module

    def __iter__(self) -> Iterator[Any]:
        return iter(self._modules.values())

    def train(self, mode: bool = True) -> Branch:
        """As in torch, but also where something in it is called `training`."""
        vars(self)["training"] = mode
        for child in self.children():
            child.train(mode)
        return self


def module_at(root: Module, path: Path) -> Any:
    """The module at a path, as it is now."""
    for part in path:
        root = root._modules[part]
    return root


def tensor_at(root: Module, path: Path) -> Any:
    """The parameter or buffer at a path, as it is now."""
    owner, name = module_at(root, path[:-1]), path[-1]
    return owner._parameters[name] if name in owner._parameters else owner._buffers[name]


def plant(root: Module, graph: Graph) -> dict[str, Path | None]:
    """Make what the graph's layers need and put it under `root`, in the order of the graph.

    Returns for each module path where it is (None: the op is a function). Raises `LimitError`
    for paths of more than `MAX_DEPTH` parts.
    """
    garden = _Garden(root)
    ops = {layer.module: layer.op for layer in graph.layers}
    for path, op in ops.items():
        parts = tuple(path.split("."))
        if len(parts) > MAX_DEPTH:
            raise LimitError(
                f"{graph.name}: a module path of {len(parts)} parts; at most {MAX_DEPTH} work"
            )
        made = make(op)
        if made is not None:
            garden.leaves[parts] = made
    return {path: garden.place(tuple(path.split(".")), op) for path, op in ops.items()}


class _Garden:
    """Puts modules and tensors in their places.

    A leaf can have layers under its path too. What they would be called there may be a name
    that the leaf uses itself (`conv.weight`); it gets a number (`conv.weight#2`).
    """

    def __init__(self, root: Module) -> None:
        self.root = root
        self.leaves: dict[Path, Any] = {}
        #: The path that was asked for -> the path that it has.
        self.placed: dict[Path, Path] = {(): ()}

    def place(self, parts: Path, op: Op) -> Path | None:
        """Put the thing for a module path in its place, which is returned."""
        if kind(op) in TENSORS:
            above = self._module(parts[:-1])
            owner = module_at(self.root, above)
            name = _free(owner, parts[-1])
            TENSORS[kind(op)](op, owner, name)
            return (*above, name)
        return self._module(parts) if parts in self.leaves else None

    def _module(self, parts: Path) -> Path:
        """The place of the module at a path; branches on the way are made where they lack."""
        for depth in range(1, len(parts) + 1):
            start = parts[:depth]
            if start in self.placed:
                continue
            above = self.placed[parts[: depth - 1]]
            owner = module_at(self.root, above)
            name = _free(owner, parts[depth - 1])
            owner._modules[name] = self.leaves[start] if start in self.leaves else Branch()
            self.placed[start] = (*above, name)
        return self.placed[parts]


def _free(owner: Module, name: str) -> str:
    """A name that a module of torch does not use for something of its own."""
    if isinstance(owner, Branch):
        return name
    return unique(name, {*owner._parameters, *owner._buffers, *owner._modules, "training"})
