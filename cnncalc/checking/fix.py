"""Rewriting wrong literals in place: only their text, and only where nothing else depends on it."""

from __future__ import annotations

import contextlib
import difflib
import io
import os
import re
import stat
import tempfile
import tokenize
from collections.abc import Iterable
from typing import NamedTuple

from ..errors import FileError
from .result import Fix, Verdict

_BOM = b"\xef\xbb\xbf"


class Edited(NamedTuple):
    """One file before and after, as bytes, and the encoding that both have."""

    file: str
    before: bytes
    after: bytes
    encoding: str


class Plan:
    """What is to be rewritten. Nothing happens before `write`.

    `edits` are the files; `refused` are the wrong dims that stay, with the reason for each.
    """

    def __init__(self, edits: tuple[Edited, ...], refused: tuple[tuple[Verdict, str], ...]) -> None:
        self.edits = edits
        self.refused = refused

    def diff(self) -> str:
        """The edits as a unified diff; `""` where there is nothing to rewrite."""
        return "".join(_diff(edited) for edited in self.edits)

    def write(self) -> None:
        """Rewrite the files, each in one step.

        Raises `FileError` where a file changed since it was read, is a link, or cannot be
        written; files written before it are put back.
        """
        self._replace([(each.file, each.before, each.after) for each in self.edits])

    def undo(self) -> None:
        """Put the files back as they were before `write`. Raises `FileError` as it does."""
        self._replace([(each.file, each.after, each.before) for each in self.edits])

    def _replace(self, changes: list[tuple[str, bytes, bytes]]) -> None:
        for file, old, _ in changes:
            if _bytes(file) != old:
                raise FileError(f"{file}: it changed since it was checked", help="check it again")
        done: list[tuple[str, bytes]] = []
        try:
            for file, old, new in changes:
                _write(file, new)
                done.append((file, old))
        except FileError:
            for file, old in done:
                _write(file, old)
            raise


def plan(verdicts: Iterable[Verdict]) -> Plan:
    """What to rewrite so that the wrong dims among `verdicts` become right.

    Raises `FileError` where a file cannot be read, or no longer has the text that was checked.
    """
    by_file: dict[str, list[Fix]] = {}
    refused = []
    for verdict in verdicts:
        if verdict.ok or verdict.received is None:
            continue
        if verdict.fix is None or verdict.fix.location.file is None:
            refused.append((verdict, verdict.unfixable or "its place is not known"))
        else:
            by_file.setdefault(verdict.fix.location.file, []).append(verdict.fix)
    return Plan(tuple(_edited(file, fixes) for file, fixes in by_file.items()), tuple(refused))


def _edited(file: str, fixes: list[Fix]) -> Edited:
    before = _bytes(file)
    encoding = _encoding(file, before)
    text = before.decode(encoding)
    starts = _line_starts(text)
    spans: dict[tuple[int, int], str] = {}
    for fix in fixes:
        line, column = fix.location.line or 0, fix.location.column or 0
        known = 0 < line <= len(starts) and 0 < fix.end[0] <= len(starts)
        span = (
            (starts[line - 1] + column - 1, starts[fix.end[0] - 1] + fix.end[1] - 1)
            if known
            else (0, 0)
        )
        if _plain(text[slice(*span)]) != _plain(fix.old) or spans.get(span, fix.new) != fix.new:
            raise FileError(
                f"{file}: it changed since it was checked: {fix.old!r} is not at {fix.location}",
                help="check it again",
            )
        spans[span] = fix.new
    for (start, end), new in sorted(spans.items(), reverse=True):
        text = text[:start] + new + text[end:]
    return Edited(file, before, text.encode(encoding), encoding)


def _plain(text: str) -> str:
    """The text with the line ends that Python sees."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _line_starts(text: str) -> list[int]:
    """Where each line starts, as Python counts lines: after \\n, \\r\\n and \\r alone."""
    first = 1 if text.startswith("\ufeff") else 0
    return [first, *(found.end() for found in re.finditer("\r\n|\r|\n", text))]


def _encoding(file: str, data: bytes) -> str:
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        encoding = "utf-8" if encoding == "utf-8-sig" else encoding  # the mark stays in the text
        data.decode(encoding)
    except (SyntaxError, UnicodeDecodeError, LookupError):
        raise FileError(f"{file}: it cannot be read in its encoding") from None
    return encoding


def _bytes(file: str) -> bytes:
    if os.path.islink(file):
        raise FileError(f"{file}: it is a link", help="name the file that it leads to")
    try:
        with open(file, "rb") as stream:
            return stream.read()
    except OSError as error:
        raise FileError(f"{file}: {error.strerror or error}") from None


def _write(file: str, data: bytes) -> None:
    """Put `data` in the place of the file in one step; its mode bits stay."""
    folder = os.path.dirname(os.path.abspath(file))
    name = None
    try:
        mode = stat.S_IMODE(os.stat(file).st_mode)
        if not os.access(file, os.W_OK):
            raise PermissionError(13, "it is read-only")
        number, name = tempfile.mkstemp(prefix=".cnncalc-", dir=folder)
        with os.fdopen(number, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(name, mode)
        os.replace(name, file)
    except OSError as error:
        if name is not None:
            with contextlib.suppress(OSError):
                os.unlink(name)
        raise FileError(f"{file}: cannot be written: {error.strerror or error}") from None


def _diff(edited: Edited) -> str:
    old, new = (
        list(io.StringIO(data.removeprefix(_BOM).decode(edited.encoding), newline=""))
        for data in (edited.before, edited.after)
    )
    name = edited.file.replace(os.sep, "/")
    lines = difflib.unified_diff(old, new, f"a/{name}", f"b/{name}")
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )
