"""What all of this package stands on: torch.nn.Module, and the names of its tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..ops import Op

if TYPE_CHECKING:
    from collections.abc import Iterator

    class Module:
        """The part of torch.nn.Module that this package builds on, for type checkers."""

        training: bool
        _modules: dict[str, Any]
        _parameters: dict[str, Any]
        _buffers: dict[str, Any]
        _non_persistent_buffers_set: set[str]

        def children(self) -> Iterator[Any]: ...

        def named_parameters(self) -> Iterator[tuple[str, Any]]: ...

        def named_buffers(self) -> Iterator[tuple[str, Any]]: ...

        def train(self, mode: bool = True) -> Any: ...

        def __call__(self, *args: Any, **kwargs: Any) -> Any: ...
else:
    from torch.nn import Module

__all__ = ["Module", "kind"]


def kind(op: Op) -> str:
    """The name of an op's class. (Its type is what reports call it: a function's name.)"""
    return type(op).__name__
