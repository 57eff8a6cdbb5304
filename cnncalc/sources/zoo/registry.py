"""How a network gets into the zoo."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from ...nn import Module


class Entry(NamedTuple):
    """A zoo network: its builder, its native input, and what `--set` may change."""

    name: str
    make: Callable[..., Module]
    input: tuple[int, ...]

    @property
    def options(self) -> dict[str, Any]:
        """The builder's keyword arguments with their defaults."""
        parameters = inspect.signature(self.make).parameters.values()
        return {parameter.name: parameter.default for parameter in parameters}

    @property
    def summary(self) -> str:
        """The first line of the builder's docstring."""
        return (inspect.getdoc(self.make) or "").split("\n")[0]


ENTRIES: dict[str, Entry] = {}

Make = TypeVar("Make", bound=Callable[..., Module])


def entry(name: str, input: tuple[int, ...]) -> Callable[[Make], Make]:
    """Register a builder as `name` (`torchvision/resnet18`) with its native input size."""

    def register(make: Make) -> Make:
        if name in ENTRIES:
            raise ValueError(f"the zoo has {name} already")
        ENTRIES[name] = Entry(name, make, input)
        return make

    return register
