"""`home:attr(args)`, as one writes which model of a file or package is meant."""

from __future__ import annotations

import ast
import os
from typing import Any, NamedTuple

from ..errors import CnncalcError


class Target(NamedTuple):
    """Where to look, for what, and what to call it with. `names` is empty if only a home is named.

    `called` tells `Net()` from `Net`.
    """

    home: str
    names: tuple[str, ...]
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = {}  # noqa: RUF012 - never written to
    called: bool = False

    def __str__(self) -> str:
        return f"{self.home}:{'.'.join(self.names)}" if self.names else self.home


def parse(
    text: str, expected: str, error: type[CnncalcError], *, home_alone: bool = False
) -> Target:
    """Read a target; its arguments are plain values.

    `expected` begins the message of the `error` that is raised for text that is none
    ("--trace: expected file.py:Class"). With `home_alone` there may be nothing behind the home.
    """
    home, colon, rest = _split(text)
    if home and not colon and home_alone:
        return Target(home, ())
    if not (home and rest):
        raise error(f"{expected}, received {text!r}")
    try:
        return _target(home, ast.parse(rest, mode="eval").body)
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        raise error(
            f"{expected}, received {text!r}",
            help="arguments are plain values: numbers, strings, lists, dicts",
        ) from None


def _split(text: str) -> tuple[str, str, str]:
    home, colon, rest = text.partition(":")
    if os.name == "nt" and len(home) == 1 and colon:  # C:\\nets\\model.py:Net
        drive, (home, colon, rest) = home, rest.partition(":")
        home = f"{drive}:{home}"
    return home.strip(), colon, rest.strip()


def _target(home: str, node: ast.expr) -> Target:
    if not isinstance(node, ast.Call):
        return Target(home, _dotted(node))
    kwargs: dict[str, Any] = {}
    for keyword in node.keywords:
        if keyword.arg is None:
            raise ValueError("**arguments")
        kwargs[keyword.arg] = ast.literal_eval(keyword.value)
    args = tuple([ast.literal_eval(each) for each in node.args])
    return Target(home, _dotted(node.func), args, kwargs, called=True)


def _dotted(node: ast.expr) -> tuple[str, ...]:
    if isinstance(node, ast.Name):
        return (node.id,)
    if isinstance(node, ast.Attribute):
        return (*_dotted(node.value), node.attr)
    raise ValueError("no dotted name")
