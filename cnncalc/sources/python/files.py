"""Which files the reader opens, and how: the model's own, and those beside it in its package."""

from __future__ import annotations

import ast
import io
import os
import stat
import tokenize
import warnings
from functools import lru_cache
from typing import NamedTuple

from ...errors import FileError, Location, SourceError

#: A larger file is not read: the syntax tree of one takes a hundred times its size.
MAX_BYTES = 250_000


class Source(NamedTuple):
    """A file of Python code."""

    path: str
    shown: str
    lines: list[str]
    tree: ast.Module


def read(path: str, shown: str) -> Source:
    """Read and parse a file. Raises `FileError`, or `SourceError` where it is no Python."""
    text = _text(path, shown)
    try:
        tree = _parsed(text)
    except SyntaxError as error:
        place = Location(shown, error.lineno, error.offset)
        message = f"this is no Python {_version()}: {error.msg}"
        raise SourceError(message, location=place) from None
    except (RecursionError, MemoryError):
        message = "expressions or blocks are nested too deeply"
        raise SourceError(message, location=Location(shown)) from None
    except ValueError as error:  # a NUL byte
        raise SourceError(f"this is no Python: {error}", location=Location(shown)) from None
    return Source(path, shown, text.splitlines(), tree)


@lru_cache(maxsize=32)
def _parsed(text: str) -> ast.Module:
    """The syntax tree of a text, which nobody changes; models in one file are read one by one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


def _version() -> str:
    import sys

    return f"{sys.version_info.major}.{sys.version_info.minor}"


def _text(path: str, shown: str) -> str:
    try:
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode):
            raise FileError(f"{shown}: this is no file")
        if status.st_size > MAX_BYTES:
            raise FileError(
                f"{shown}: {status.st_size:,} bytes are more than the {MAX_BYTES:,} of a model"
            )
        with open(path, "rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise FileError(f"{shown}: cannot be read: {error.strerror}") from None
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = data.decode(encoding)
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        reason = str(error).split(" for ")[0]
        raise SourceError(
            f"the file is not in its encoding: {reason}", location=Location(shown)
        ) from None
    return text.removeprefix("﻿").replace("\r\n", "\n").replace("\r", "\n")


class Folder:
    """The folder or package that a model is in; no other files are opened.

    `path` is the model's file. `root` is its folder, or that of the outermost package around.
    """

    def __init__(self, path: str) -> None:
        self.home = os.path.dirname(os.path.abspath(path))
        root = self.home
        while os.path.isfile(os.path.join(root, "__init__.py")) and os.path.dirname(root) != root:
            parent = os.path.dirname(root)
            if not os.path.isfile(os.path.join(parent, "__init__.py")):
                break
            root = parent
        self.root = root
        self._real = os.path.realpath(root)

    def name_of(self, path: str) -> str:
        """The dotted name of the file's module, from the root on."""
        inside = os.path.relpath(os.path.abspath(path), os.path.dirname(self.root))
        parts = inside.removesuffix(".py").split(os.sep)
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    def find(self, dotted: str) -> str | None:
        """The file of an absolute import, as seen from the model's file; None: not in here.

        Raises `SourceError` for a file that a link leads to out of the folder.
        """
        parts = dotted.split(".")
        places = [os.path.join(self.home, *parts)]
        if parts[0] == os.path.basename(self.root):
            places.append(os.path.join(self.root, *parts[1:]))
        if self.root != self.home:
            places.append(os.path.join(self.root, *parts))
        for place in places:
            for candidate in (os.path.join(place, "__init__.py"), f"{place}.py"):
                if os.path.isfile(candidate) and _is_inside(os.path.abspath(candidate), self.root):
                    self._refuse_links(candidate)
                    return candidate
        return None

    def is_package(self, dotted: str) -> bool:
        """Is there a folder of that name, with or without an `__init__.py`?"""
        parts = dotted.split(".")
        inner = parts[1:] if parts[0] == os.path.basename(self.root) else parts
        return any(
            os.path.isdir(os.path.join(base, *names))
            for base, names in ((self.home, parts), (self.root, inner))
        )

    def _refuse_links(self, path: str) -> None:
        if not _is_inside(os.path.realpath(path), self._real):
            raise SourceError(
                "a link that leads out of the model's folder is not followed",
                location=Location(shown(path)),
            )


def _is_inside(path: str, folder: str) -> bool:
    return path.startswith(folder.rstrip(os.sep) + os.sep)


def shown(path: str) -> str:
    """The file as seen from the current folder, where it lies in it."""
    folder = os.getcwd().rstrip(os.sep) + os.sep
    full = os.path.abspath(path)
    return full[len(folder) :] if full.startswith(folder) else full
