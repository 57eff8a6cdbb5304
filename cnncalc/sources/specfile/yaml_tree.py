"""YAML -> tree, event by event: no recursion, every key checked, aliases counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ...errors import SpecError
from ..spec.source import quoted
from .tree import MAX_DEPTH, MAX_NODES, Document, Entry, Node

_TAG = "tag:yaml.org,2002:"
_MAX_DIGITS = 20


@dataclass
class _Open:
    """A list or mapping that is being read."""

    node: Node
    anchor: str | None
    weight: int = 1
    key: Node | None = None


@dataclass
class _Builder:
    """Puts the events of a file together."""

    document: Document
    as_written: bool = False
    open: list[_Open] = field(default_factory=list)
    anchors: dict[str, tuple[Node, int]] = field(default_factory=dict)
    root: Node | None = None
    nodes: int = 0

    def begin(self, value: Any, event: Any) -> None:
        """A list or a mapping starts."""
        node = Node(value, self._at(event))
        self._check_tag(event, node)
        if len(self.open) >= MAX_DEPTH:
            raise self.document.too_much(f"more than {MAX_DEPTH} levels of nesting", node.at)
        self.open.append(_Open(node, event.anchor))

    def end(self) -> None:
        """The innermost list or mapping ends."""
        done = self.open.pop()
        if done.anchor:
            self.anchors[done.anchor] = (done.node, done.weight)
        self._attach(done.node, done.weight)

    def scalar(self, event: Any, tag: str) -> None:
        """A single value."""
        at = self._at(event)
        empty = tag == f"{_TAG}null"
        value = _value(event.value, tag) if empty or not self.as_written else event.value
        node = Node(value, at)
        self._check_tag(event, node)
        if isinstance(node.value, str) and "\n" not in node.value:
            inside = at._replace(column=(at.column or 1) + (event.style in ("'", '"')))
            if self.document.stands_at(node.value, inside):
                node = Node(node.value, inside, exact=True)
        if event.anchor:
            self.anchors[event.anchor] = (node, 1)
        self._attach(node, 1)

    def alias(self, event: Any) -> None:
        """A value that stands elsewhere."""
        at = self._at(event)
        if event.anchor not in self.anchors:
            inside = any(each.anchor == event.anchor for each in self.open)
            problem = "contains itself" if inside else "is not defined before"
            raise self.document.error(f"the alias *{event.anchor} {problem}", at)
        node, weight = self.anchors[event.anchor]
        self._attach(node, weight)

    def _attach(self, node: Node, weight: int) -> None:
        self.nodes += weight
        if self.nodes > MAX_NODES:
            raise self.document.too_much(f"more than {MAX_NODES:,} values in the file", node.at)
        if not self.open:
            self.root = node
            return
        parent = self.open[-1]
        parent.weight += weight
        if isinstance(parent.node.value, list):
            parent.node.value.append(node)
        elif parent.key is None:
            parent.key = self._key(node)
        else:
            key, parent.key = parent.key, None
            if key.value in parent.node.value:
                raise self.document.error(f"the key {quoted(key.value)} is given twice", key.at)
            parent.node.value[key.value] = Entry(key.at, node)

    def _key(self, node: Node) -> Node:
        if not isinstance(node.value, str):
            raise self.document.unexpected(node, "a name as the key")
        return node

    def _check_tag(self, event: Any, node: Node) -> None:
        if event.tag is not None:
            raise self.document.error(f"tags such as {quoted(event.tag)} are not read", node.at)

    def _at(self, event: Any) -> Any:
        return self.document.at(event.start_mark.line + 1, event.start_mark.column + 1)


def _value(text: str, tag: str) -> Any:
    """A scalar by its implicit tag; only plain decimal numbers are numbers."""
    if tag == f"{_TAG}null":
        return None
    if tag == f"{_TAG}bool":
        return text.lower() in ("true", "yes", "on")
    digits = text[1:] if text[:1] == "-" else text
    if tag == f"{_TAG}int" and digits.isascii() and digits.isdigit():
        return int(text) if len(digits) <= _MAX_DIGITS else text
    if tag == f"{_TAG}float" and len(text) <= 2 * _MAX_DIGITS:
        try:
            return float(text)
        except ValueError:
            return text
    return text


def read(document: Document, *, as_written: bool = False) -> Node:
    """Read a YAML file. Raises `SpecError` with the place, `LimitError`.

    `as_written` leaves numbers and the like as texts (`9_472`, `10.50`, `yes`).
    """
    import yaml

    loader_class: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loader = None
    try:
        loader = loader_class(document.text)
        return _build(_Builder(document, as_written), loader, yaml)
    except yaml.MarkedYAMLError as error:
        raise _refused(document, error) from None
    except yaml.YAMLError as error:
        raise document.error(f"not YAML: {_first_line(error)}", document.at(1, 1)) from None
    finally:
        if loader is not None:
            loader.dispose()


def _build(builder: _Builder, loader: Any, yaml: Any) -> Node:
    document = builder.document
    while loader.check_event():
        event = loader.get_event()
        if isinstance(event, yaml.ScalarEvent):
            builder.scalar(event, loader.resolve(yaml.ScalarNode, event.value, event.implicit))
        elif isinstance(event, yaml.SequenceStartEvent):
            builder.begin([], event)
        elif isinstance(event, yaml.MappingStartEvent):
            builder.begin({}, event)
        elif isinstance(event, yaml.CollectionEndEvent):
            builder.end()
        elif isinstance(event, yaml.AliasEvent):
            builder.alias(event)
        elif isinstance(event, yaml.DocumentStartEvent) and builder.root is not None:
            at = document.at(event.start_mark.line + 1, 1)
            raise document.error(f"expected one {document.what}, received a second document", at)
    return builder.root or Node(None, document.at(1, 1))


def _refused(document: Document, error: Any) -> SpecError:
    mark = error.problem_mark or error.context_mark
    at = document.at(mark.line + 1, mark.column + 1) if mark else document.at(1, 1)
    return document.error(f"not YAML: {error.problem or error.context}", at)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or ["unreadable"])[0]
