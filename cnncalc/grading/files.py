"""Which files are sheets, and which files a sheet may name: those in its own folder."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from .. import api
from ..errors import CnncalcError, FileError, InputError, LimitError

#: What sheets end in.
SUFFIXES = (".yaml", ".yml", ".json")
#: Larger classes come in several folders, and larger sheets from nobody.
MAX_SHEETS = 5_000
MAX_BYTES = 1_000_000
_DEEPEST = 4
_SPEC_FILES = (".yaml", ".yml", ".json", ".spec", ".txt", ".onnx")


def listed(
    paths: Sequence[str | os.PathLike[str]], key: str | None
) -> tuple[list[str], list[CnncalcError]]:
    """The sheets among files and folders, in order, and what is wrong with the paths.

    Folders are searched, and folders in them; the key and hidden files are left out, and links
    that lead out of the folder are refused. Raises `LimitError` for too many sheets.
    """
    found: list[str] = []
    problems: list[CnncalcError] = []
    for given in paths:
        path = os.fspath(given)
        if os.path.isdir(path):
            inside = [file for file in _inside(path, problems) if not _same(file, key)]
            if not inside:
                hint = f"sheets end in {', '.join(SUFFIXES)}"
                problems.append(FileError(f"{path}: there are no sheets in it", help=hint))
            found += inside
        else:
            found.append(path)
        if len(found) > MAX_SHEETS:
            raise LimitError(f"more than {MAX_SHEETS:,} sheets", help="grade one folder at a time")
    return list(dict.fromkeys(found)), problems


def _same(file: str, key: str | None) -> bool:
    return key is not None and os.path.realpath(file) == os.path.realpath(key)


def _inside(folder: str, problems: list[CnncalcError]) -> Iterator[str]:
    root = os.path.realpath(folder)

    def refuse(error: OSError) -> None:
        problems.append(FileError(f"{error.filename}: {error.strerror}"))

    for place, folders, files in os.walk(folder, onerror=refuse):
        depth = len(os.path.relpath(place, folder).split(os.sep))
        folders[:] = sorted(name for name in folders if name[0] != "." and depth < _DEEPEST)
        for name in sorted(files):
            if name.startswith(".") or not name.lower().endswith(SUFFIXES):
                continue
            path = os.path.join(place, name)
            if _is_inside(os.path.realpath(path), root):
                yield path
            else:
                problems.append(FileError(f"{path}: a link that leads out of the folder"))


def _is_inside(path: str, folder: str) -> bool:
    return path.startswith(folder.rstrip(os.sep) + os.sep)


def path_in(model: str) -> str | None:
    """The file that a MODEL names; None for the zoo and the spec language."""
    if api.is_python(model):
        return model.partition(":")[0].strip()
    text = model.strip()
    word = not any(each.isspace() or each in "()@" for each in text)
    return text if word and text.lower().endswith(_SPEC_FILES) else None


def contained(file: str, folder: str) -> str:
    """The path of a file that a sheet in `folder` names.

    Raises `FileError` where it is no file inside the folder, links followed.
    """
    if os.path.isabs(file) or os.path.splitdrive(file)[0] or file.startswith(("/", "\\")):
        raise FileError(f"{file}: a sheet names files in its own folder only")
    path = os.path.join(folder, file)
    if not _is_inside(os.path.realpath(path), os.path.realpath(folder or ".")):
        raise FileError(f"{file}: a sheet names files in its own folder only")
    if not os.path.exists(path):
        raise FileError(f"{file}: there is no such file beside the sheet")
    shown = os.path.relpath(path)
    if ":" in os.path.splitdrive(shown)[1]:
        raise InputError(f"{shown}: colons in paths are not read", help="rename the folder")
    return shown
