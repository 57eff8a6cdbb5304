"""Where in the user's source a torch function was called."""

from __future__ import annotations

import os
import sys
from functools import lru_cache
from types import CodeType, FrameType
from typing import NamedTuple

import torch

from ...errors import Location

#: Code under these folders is machinery: torch's own, and this package's.
_MACHINERY = (
    os.path.dirname(torch.__file__) + os.sep,
    os.path.dirname(os.path.dirname(os.path.dirname(__file__))) + os.sep,
    os.path.dirname(os.__file__) + os.sep + "contextlib.py",
)


#: Code that the user typed, rather than wrote to a file. (Other code without one is generated.)
_TYPED = ("<stdin", "<console", "<ipython", "<input")


class Place(NamedTuple):
    """An instruction; looked up as a line and a column only when asked."""

    code: CodeType
    instruction: int

    def location(self) -> Location:
        """The line and column of the call."""
        lines = _positions(self.code)
        index = self.instruction // 2
        line, column = lines[index] if index < len(lines) else (None, None)
        return Location(_shown(self.code.co_filename), line, column)


def here() -> Place | None:
    """The innermost place outside torch and the tracer; None where there is none."""
    frame: FrameType | None = sys._getframe(2)
    inside = _INSIDE
    while frame is not None:
        code = frame.f_code
        known = inside.get(code.co_filename)
        if known is None:
            known = is_machinery(code.co_filename)
        if not known:
            return Place(code, frame.f_lasti)
        frame = frame.f_back
    return None


#: File name -> is it machinery?
_INSIDE: dict[str, bool] = {}


def is_machinery(file: str) -> bool:
    """Is a file torch's or the tracer's, rather than the user's?"""
    known = _INSIDE.get(file)
    if known is None:
        known = _INSIDE[file] = file.startswith(_MACHINERY) or (
            file.startswith("<") and not file.startswith(_TYPED)
        )
    return known


@lru_cache(maxsize=4096)
def _positions(code: CodeType) -> list[tuple[int | None, int | None]]:
    """Line and column (from 1) of each instruction; columns are known from Python 3.11 on."""
    if hasattr(code, "co_positions"):
        return [
            (line, None if column is None else column + 1)
            for line, _, column, _ in code.co_positions()
        ]
    result: list[tuple[int | None, int | None]] = []
    for start, end, line in code.co_lines():
        result += [(line, None)] * ((end - start) // 2)
    return result


@lru_cache(maxsize=4096)
def _shown(name: str) -> str:
    """The file as seen from the current folder, where it lies in it."""
    folder = os.getcwd() + os.sep
    return name[len(folder) :] if name.startswith(folder) else name
