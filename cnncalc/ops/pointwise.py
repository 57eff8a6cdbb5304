"""Elementwise functions of torch without a class of their own, casts and copies."""

from __future__ import annotations

from typing import Any, ClassVar

from .arguments import arg, flag, name, python_value, settings
from .base import Elementwise
from .merge import Broadcasting
from .registry import op


@op("pointwise", torch="")
class Pointwise(Broadcasting):
    """An elementwise function of torch, by its name: `Pointwise("clamp", (("min", 0),))`.

    The inputs are its tensors in their order, broadcast; `settings` are its other arguments.
    In tables it goes by the function's name: `clamp(min=0)`.
    """

    arity: ClassVar[int | None] = None

    function: str = arg("", convert=name)
    settings: Any = arg("", (), settings)
    inplace: bool = arg("", False, flag)

    @property
    def type(self) -> str:
        """The function's name."""
        return self.function

    def short(self) -> str:
        return called(self.function, self.settings)

    def keywords(self) -> dict[str, Any]:
        """The settings as the function takes them: `'-inf'` is a number again."""
        return {key: python_value(value) for key, value in self.settings}


def called(function: str, pairs: tuple[tuple[str, Any], ...]) -> str:
    """`clamp(min=0, max=6)`: a function and its settings, as tables show them."""
    shown = ", ".join(f"{key}={value}" for key, value in pairs)
    return f"{function}({shown})" if shown else function


def dtype(value: Any, rank: int) -> str:
    """The name of a dtype: `float16`, `torch.float16`."""
    try:
        return name(str(value).removeprefix("torch."), rank)
    except ValueError:
        raise ValueError("a dtype such as float16") from None


@op("cast", torch="")
class Cast(Elementwise):
    """The input as another dtype, in new memory."""

    dtype: str = arg("", convert=dtype)


@op("clone", functions=("clone",), torch="")
class Clone(Elementwise):
    """A copy of the input, in memory of its own."""
