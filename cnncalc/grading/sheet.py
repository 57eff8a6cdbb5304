"""A sheet of answers: read from YAML or JSON, every value with its place."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from ..errors import CnncalcError, LimitError, Location, SpecError
from ..shape import parse_dtype
from ..sources.specfile import read_text
from ..sources.specfile.tree import Document, Entry, Node, kind
from .files import MAX_BYTES
from .models import Wanted

#: Beyond these nobody wrote the sheet.
MAX_EXERCISES = 200
MAX_CLAIMS = 2_000
_LONGEST_NAME = 200
_ONE = ("id", "title", "model", "input", "layout", "batch", "dtype", "set", "options", "claims",
        "answers")  # fmt: skip
_TOP = ("student", "title", "exercises", "layout", "batch", "dtype")
_KEY = re.compile(r"^\s*[{,]?\s*[\"']?(\w+)[\"']?\s*:", re.M)
#: `{64, 55, 55}`, a shape to people, and to YAML a mapping that gives 55 twice.
_SET = re.compile(r"(:[ ]*)\{([ ]*\d+(?:[ ]*,[ ]*\d+)+[ ]*)\}(?=[ ]*(?:[,}#\r\n]|$))")
_SAMPLE = "claims: {conv1.output: 64x112x112}"


class Said(NamedTuple):
    """A claim as it stands in a sheet; `answer` is None where nothing is answered.

    `error` is why the answer is none: a mapping in the place of a number.
    """

    name: str
    answer: str | None
    at: Location
    error: str | None = None


class Written(NamedTuple):
    """An exercise as it stands in a sheet; `wanted` is None where it names no model.

    `layout` is None where the sheet says nothing of it.
    """

    id: str | None
    title: str | None
    wanted: Wanted | None
    claims: tuple[Said, ...]
    at: Location
    layout: str | None = None


class Paper(NamedTuple):
    """A sheet as it was read."""

    file: str
    student: str
    title: str
    exercises: tuple[Written, ...]


def read(file: str) -> Paper:
    """Read a sheet. Raises `FileError`, `SpecError` with the place, or `LimitError`."""
    return parse(read_text(file, MAX_BYTES), file)


def parse(text: str, file: str) -> Paper:
    """The sheet that a text is; `file` names it, and paths start in its folder."""
    from ..sources.specfile import yaml_tree

    if file.lower().endswith(".json"):
        text = text.replace("\t", " ")  # YAML has no tabs, and JSON none that say anything
    text = _SET.sub(r"\1[\2]", text)
    document = Document(text, file, "sheet")
    return _Reader(document).paper(yaml_tree.read(document, as_written=True))


def is_network(file: str) -> bool:
    """Is a file of a folder not a sheet, but a network in a spec file that a sheet may name?"""
    try:
        text = read_text(file, MAX_BYTES)
    except CnncalcError:
        return False
    keys = set(_KEY.findall(text))
    return "layers" in keys and not keys & {"claims", "answers", "exercises", "student"}


class _Reader:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.folder = os.path.dirname(document.file)
        self.claims = 0

    def paper(self, root: Node) -> Paper:
        """The whole sheet."""
        document = self.document
        if root.value is None:
            raise document.error("the sheet is empty", root.at, _SAMPLE)
        several = isinstance(root.value, dict) and "exercises" in root.value
        known = _TOP if several else (*_TOP[:1], *_ONE)
        entries: dict[str, Entry] = document.mapping(root, "a sheet", known)
        stem = os.path.splitext(os.path.basename(document.file))[0]
        if several:
            node = entries["exercises"].node
            nodes = document.listing(node, "exercises")
            if len(nodes) > MAX_EXERCISES:
                raise document.too_much(f"more than {MAX_EXERCISES} exercises", node.at)
            exercises = tuple(self._exercise(each, entries) for each in nodes)
        else:
            exercises = (self._exercise(root, {}),)
        return Paper(
            document.file,
            self._text(entries, "student") or stem,
            self._text(entries, "title") or "",
            exercises,
        )

    def _exercise(self, node: Node, defaults: dict[str, Entry]) -> Written:
        document = self.document
        known = _ONE if defaults else (*_TOP[:1], *_ONE)
        entries: dict[str, Entry] = document.mapping(node, "an exercise", known)
        merged = dict(entries)
        for name in ("layout", "batch", "dtype"):
            if name in defaults:
                merged.setdefault(name, defaults[name])
        claims = entries.get("claims") or entries.get("answers")
        if claims is None:
            raise document.error("the exercise has no claims", node.at, _SAMPLE)
        for first, second in (("claims", "answers"), ("set", "options")):
            if first in entries and second in entries:
                place = entries[second].at
                raise document.error(f"expected {first} or {second}, received both", place)
        return Written(
            self._text(entries, "id"),
            self._text(entries, "title"),
            self._wanted(merged) if "model" in entries else None,
            tuple(self._claims(claims.node, "")),
            node.at,
            self._layout(merged) if "layout" in merged else None,
        )

    def _wanted(self, entries: dict[str, Entry]) -> Wanted:
        document = self.document
        node = entries["model"].node
        options = entries.get("set") or entries.get("options")
        return Wanted(
            " ".join(document.word(node, "a model").split()),
            self._input(entries["input"].node) if "input" in entries else None,
            self._layout(entries),
            self._batch(entries),
            self._dtype(entries),
            () if options is None else tuple(self._options(options.node)),
            self.folder,
        )

    def _claims(self, node: Node, prefix: str) -> Iterator[Said]:
        """The claims of a mapping; those of `conv1: {output: ...}` are `conv1.output`."""
        document = self.document
        if not prefix and node.value is None:
            return
        for name, entry in document.mapping(node, "claims", None).items():
            whole = f"{prefix}.{name}" if prefix else name
            if len(whole) > _LONGEST_NAME:
                raise document.error("the name of a claim is too long", entry.at)
            if isinstance(entry.node.value, dict) and entry.node.value:
                yield from self._claims(entry.node, whole)
                continue
            self.claims += 1
            if self.claims > MAX_CLAIMS:
                raise LimitError(f"more than {MAX_CLAIMS:,} claims", location=entry.at)
            yield self._claim(whole, entry.node)

    def _claim(self, name: str, node: Node) -> Said:
        value = node.value
        if value is None or isinstance(value, str):
            return Said(name, value, node.at)
        if isinstance(value, list) and all(isinstance(each.value, str) for each in value):
            parts = [each.value for each in value]
            return Said(name, f"({', '.join(parts)})" if parts else None, node.at)
        what = "lists in a list" if isinstance(value, list) else kind(value)
        return Said(name, kind(value), node.at, f"expected a number or a shape, received {what}")

    # Single values

    def _text(self, entries: dict[str, Entry], name: str) -> str | None:
        if name not in entries:
            return None
        node = entries[name].node
        if node.value is None:
            return None
        text = " ".join(self.document.word(node, f"a text as the {name}").split())
        return text if len(text) <= _LONGEST_NAME else f"{text[:_LONGEST_NAME]}…"

    def _input(self, node: Node) -> Any:
        """Text, or a list of sizes or of texts, or either by name."""
        value = node.value
        if value is None or isinstance(value, str):
            return value
        if isinstance(value, dict):
            return {name: self._size(entry.node) for name, entry in value.items()}
        if all(isinstance(each.value, str) and each.value.isdigit() for each in value):
            return self._size(node)
        return [self._size(each) for each in value]

    def _size(self, node: Node) -> str:
        if isinstance(node.value, str):
            return node.value
        if isinstance(node.value, list) and node.value:
            return "x".join(self.document.word(each, "a size") for each in node.value)
        raise self.document.unexpected(node, "a size such as 3x224x224")

    def _layout(self, entries: dict[str, Entry]) -> str:
        if "layout" not in entries:
            return "chw"
        node = entries["layout"].node
        layout = self.document.word(node, "chw or hwc").lower()
        if layout not in ("chw", "hwc"):
            raise self.document.unexpected(node, "chw or hwc")
        return layout

    def _batch(self, entries: dict[str, Entry]) -> int | None:
        node = entries["batch"].node if "batch" in entries else None
        if node is None or node.value is None:
            return None
        text = node.value if isinstance(node.value, str) else ""
        if not (text.isascii() and text.isdigit() and 0 < len(text) < 19 and int(text)):
            raise self.document.unexpected(node, "a whole number from 1 on")
        return int(text)

    def _dtype(self, entries: dict[str, Entry]) -> str | None:
        if "dtype" not in entries:
            return None
        node = entries["dtype"].node
        try:
            return parse_dtype(self.document.word(node, "a dtype"))
        except CnncalcError as error:
            raise self.document.error(error.message, node.at, error.help) from None

    def _options(self, node: Node) -> Iterator[tuple[str, Any]]:
        if node.value is None:
            return
        for name, entry in self.document.mapping(node, "options", None).items():
            yield name, self._option(entry.node)

    def _option(self, node: Node) -> Any:
        if isinstance(node.value, list):
            return [self._option(each) for each in node.value]
        if isinstance(node.value, dict):
            raise self.document.unexpected(node, "a number or a text")
        return _plain(node.value)


def _plain(text: str | None) -> Any:
    """A number, true, false, nothing, or a text."""
    if text is None or len(text) > 40:
        return text
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    for number in (int, float):
        try:
            return number(text)
        except ValueError:
            continue
    return text


def at(error: CnncalcError, place: Location) -> CnncalcError:
    """The error, with the place in the sheet of what caused it, unless it has one in a file."""
    if error.location is not None and error.location.file is not None:
        return error
    drawn = getattr(error, "excerpt", None)
    return SpecError(error.message, excerpt=drawn, help=error.help, location=place)
