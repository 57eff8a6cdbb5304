"""Where names live while code is read."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from .values import MISSING, Namespace

if TYPE_CHECKING:
    from .values import Function


class Frame:
    """The names of a function call, a class body, a comprehension or a module.

    `parent` is the frame around it in the text, as far as its names are seen from inside.
    """

    __slots__ = (
        "forwarded",
        "function",
        "is_class",
        "module",
        "names",
        "node",
        "parent",
        "yielded",
    )

    def __init__(
        self,
        module: Namespace,
        parent: Frame | None = None,
        names: dict[str, Any] | None = None,
        function: Function | None = None,
        is_class: bool = False,
    ) -> None:
        self.module = module
        self.parent = parent
        self.names = {} if names is None else names
        self.function = function
        self.is_class = is_class
        #: Names declared `global` or `nonlocal`, and the frame that has them.
        self.forwarded: dict[str, dict[str, Any]] | None = None
        #: The statement or call at work, for places.
        self.node: ast.AST | None = None
        #: What a generator has yielded so far.
        self.yielded: list[Any] | None = None

    def find(self, name: str) -> Any:
        """The value of a name, or MISSING (builtins are not looked at)."""
        if self.forwarded is not None and name in self.forwarded:
            return self.forwarded[name].get(name, MISSING)
        frame: Frame | None = self
        while frame is not None:
            if name in frame.names:
                return frame.names[name]
            frame = frame.parent
        return self.module.names.get(name, MISSING)

    def assign(self, name: str, value: Any) -> None:
        """Give a name a value."""
        if self.forwarded is not None and name in self.forwarded:
            self.forwarded[name][name] = value
        else:
            self.names[name] = value

    def delete(self, name: str) -> bool:
        """Take a name away; False where there is none."""
        names = self.names
        if self.forwarded is not None and name in self.forwarded:
            names = self.forwarded[name]
        return names.pop(name, MISSING) is not MISSING

    def declare_global(self, name: str) -> None:
        """`global name`."""
        self.forwarded = self.forwarded or {}
        self.forwarded[name] = self.module.names

    def declare_nonlocal(self, name: str) -> None:
        """`nonlocal name`."""
        frame = self.parent
        while frame is not None:
            if name in frame.names:
                self.forwarded = self.forwarded or {}
                self.forwarded[name] = frame.names
                return
            frame = frame.parent

    def inner(self) -> Frame:
        """The frame that functions defined here see: class bodies are passed over."""
        frame: Frame = self
        while frame.is_class and frame.parent is not None:
            frame = frame.parent
        return frame

    def home(self) -> Function | None:
        """The function whose code this is, also inside a comprehension."""
        frame: Frame | None = self
        while frame is not None:
            if frame.function is not None:
                return frame.function
            frame = frame.parent
        return None
