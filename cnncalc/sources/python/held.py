"""Objects of classes that the user derives from Python's own: `class Config(dict)`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .values import Class


class Held:
    """A value of Python's own with a class of the user's, and attributes."""

    cls: Class
    attributes: dict[str, Any]


class HeldDict(Held, dict[Any, Any]):
    """An object of a class derived from dict."""


class HeldList(Held, list[Any]):
    """An object of a class derived from list."""


class HeldTuple(Held, tuple[Any, ...]):
    """An object of a class derived from tuple."""


class HeldText(Held, str):
    """An object of a class derived from str."""


class HeldInteger(Held, int):
    """An object of a class derived from int."""


def held(kind: Any, cls: Class, *args: Any) -> Any:
    """A value of one of these kinds, without attributes yet."""
    made = kind(*args)
    made.cls = cls
    made.attributes = {}
    return made
