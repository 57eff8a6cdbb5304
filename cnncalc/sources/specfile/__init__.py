"""Spec files: YAML and JSON with names, branches and blocks, and texts in the spec language.

docs/specfile.md describes them.
"""

from __future__ import annotations

import os
import stat

from ...errors import FileError, LimitError
from ...graph import Graph
from ..spec import read_spec
from .network import build
from .tree import Document

__all__ = ["read_file", "read_text"]

#: Larger files are no spec anyone wrote.
MAX_BYTES = 10_000_000


def read_file(path: str | os.PathLike[str]) -> Graph:
    """Read a spec file: `.yaml`, `.yml` or `.json`; anything else is the spec language.

    Raises `FileError`, `SpecError` with the place, `LimitError`.
    """
    file = os.fspath(path)
    text = read_text(file)
    name, suffix = os.path.splitext(os.path.basename(file))
    if suffix.lower() in (".yaml", ".yml"):
        from . import yaml_tree

        document = Document(text, file)
        return build(document, yaml_tree.read(document), name)
    if suffix.lower() == ".json":
        from . import json_tree

        document = Document(text, file)
        return build(document, json_tree.read(document), name)
    return read_spec(text, name=name, filename=file)


def read_text(file: str, limit: int = MAX_BYTES) -> str:
    """The text of a file of up to `limit` bytes. Raises `FileError`, `LimitError`."""
    try:
        if not stat.S_ISREG(os.stat(file).st_mode):
            kind = "a directory" if os.path.isdir(file) else "no regular file"
            raise FileError(f"{file} is {kind}")
        with open(file, "rb") as stream:
            data = stream.read(limit + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise FileError(f"{file}: {reason}") from None
    if len(data) > limit:
        raise LimitError(f"{file}: more than {limit:,} bytes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FileError(f"{file}: line {line} is not UTF-8", help="save it as UTF-8") from None
    if "\0" in text:
        raise FileError(f"{file} is binary, not text")
    return text
