"""The entries of `layers:` -> steps of a plan."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ...errors import Location, SpecError
from ...graph import MAX_LAYERS
from ..spec.lexer import is_count
from ..spec.parser import parse_fragment, parse_layer
from ..spec.plan import Link, Plan, Step
from ..spec.source import Source, quoted
from ..spec.syntax import Call, Item, unrolled
from .scope import Group, Later, Scope
from .tree import Document, Entry, Node
from .values import substitute

#: Blocks inside blocks.
MAX_DEPTH = 40
_BODIES = ("op", "block", "layers")
_ALL = ("name", *_BODIES, "with", "from", "repeat", "shares", "module")
_KEYS = {
    "op": ("name", "op", "from", "shares", "module"),
    "block": ("name", "block", "with", "from", "repeat", "shares"),
    "layers": ("name", "layers", "from", "repeat", "shares"),
    "spec": ("from", "repeat", "shares"),
}


class Block(NamedTuple):
    """A block: the defaults of its parameters (None: to be given), and its layers."""

    params: dict[str, int | None]
    layers: Node


class Shared(NamedTuple):
    """Steps that use the parameters of other steps."""

    steps: tuple[Step, ...]
    other: Later


class Fields(NamedTuple):
    """One entry: its name, what kind of body it has, and its keys."""

    name: str | None
    kind: str
    body: Node
    entries: dict[str, Entry]
    at: Location


class Layers:
    """Expands entries into a plan."""

    def __init__(self, document: Document, blocks: dict[str, Block]) -> None:
        self.document = document
        self.blocks = blocks
        self.plan = Plan()
        self.shared: list[Shared] = []
        self.references: list[Later] = []
        self.nameless: list[tuple[Step, Scope]] = []
        self.active: list[str] = []
        self.depth = 0
        self._parsed: dict[tuple[int, str], tuple[list[Item], Source]] = {}

    def entries(self, node: Node, scope: Scope, reads: list[Link]) -> list[Link]:
        """Add a list of entries, the first reading `reads`; what the last one puts out."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.document.too_much(f"more than {MAX_DEPTH} levels of blocks", node.at)
        items = self.document.listing(node, "layers")
        self._refuse_many(len(self.plan.steps) + len(items), node.at)
        for entry in items:
            reads = [self.entry(entry, scope, reads)]
        self.depth -= 1
        return reads

    def entry(self, node: Node, scope: Scope, reads: list[Link]) -> Link:
        """Add one entry; what it puts out."""
        fields = self._fields(node)
        sources = self._sources(fields, scope)
        implicit = sources is None
        if sources is None:
            sources = reads
        if fields.kind in ("block", "layers"):
            return self._group(fields, scope, sources)
        return self._layers(fields, scope, sources, implicit)

    # What an entry says.

    def _fields(self, node: Node) -> Fields:
        """The parts of an entry, in whichever form it is written."""
        if isinstance(node.value, str):
            return Fields(None, "spec", node, {}, node.at)
        entries = self.document.mapping(node, "a layer")
        own = [key for key in entries if key not in _ALL]
        body = next((key for key in _BODIES if key in entries), None)
        if body is not None:
            self.document.mapping(node, "a layer", _KEYS[body])
            name = self.document.word(entries["name"].node, "a name") if "name" in entries else None
            return Fields(name, body, entries[body].node, entries, node.at)
        if len(own) != 1:
            raise self._no_single_name(own, entries, node)
        return self._named(own[0], entries)

    def _no_single_name(self, own: list[str], entries: Any, node: Node) -> SpecError:
        if not own:
            return self.document.error("expected a layer, received only its options", node.at)
        return self.document.unknown_key(own[1], entries[own[1]].at, _ALL)

    def _named(self, name: str, entries: dict[str, Entry]) -> Fields:
        """`name: spec`, `name: {block: ...}`, `name: [...]`, with options beside."""
        at, body = entries[name]
        options = {key: entry for key, entry in entries.items() if key != name}
        if isinstance(body.value, list):
            kind = "layers"
        elif isinstance(body.value, dict):
            inner = self._inner(body)
            options = self._together(options, inner.entries)
            kind, body = inner.kind, inner.body
        else:
            self.document.word(body, f"the layers of {quoted(name)}")
            kind = "spec"
        for key, entry in options.items():
            if key not in _KEYS[kind] and key != kind:
                raise self.document.unknown_key(key, entry.at, _KEYS[kind])
        return Fields(name, kind, body, options, at)

    def _inner(self, node: Node) -> Fields:
        inner = self._fields(node)
        if inner.kind == "spec" or inner.name is not None:
            keys = ", ".join(_BODIES)
            raise self.document.error(f"expected one of the keys {keys}", node.at)
        return inner

    def _together(self, outer: dict[str, Entry], inner: dict[str, Entry]) -> dict[str, Entry]:
        for key in outer:
            if key in inner:
                message = f"the key {quoted(key)} is given twice"
                raise self.document.error(message, inner[key].at)
        return {**outer, **inner}

    def _sources(self, fields: Fields, scope: Scope) -> list[Link] | None:
        """What `from` names; None where there is no `from`."""
        if "from" not in fields.entries:
            return None
        node = fields.entries["from"].node
        items = node.value if isinstance(node.value, list) else [node]
        return [Link(self.later(item, scope)) for item in items]

    def later(self, node: Node, scope: Scope) -> Later:
        """A reference: a name, or `{name: split, output: 1}`."""
        output = None
        if isinstance(node.value, dict):
            entries = self.document.mapping(node, "a reference", ("name", "output"))
            if "name" not in entries:
                raise self.document.error("expected the name of a layer", node.at)
            output = 0
            if "output" in entries:
                output = self.number(entries["output"].node, scope, "an output", least=0)
            node = entries["name"].node
        self.document.word(node, "the name of a layer")
        later = Later(self.document, scope, node, output)
        self.references.append(later)
        return later

    def number(self, node: Node, scope: Scope, what: str, least: int = 1) -> int:
        """A whole number, or an expression over the parameters: `"{c*2}"`."""
        value = node.value
        if isinstance(value, str) and "{" in value:
            text = self.text(node, scope)
            value = int(text) if is_count(text.removeprefix("-")) else text
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            shown = node._replace(value=value)
            raise self.document.unexpected(shown, f"{what}, a whole number from {least} on")
        return value

    def text(self, node: Node, scope: Scope) -> str:
        """The text of a node, parameters filled in."""
        try:
            return substitute(str(node.value), scope.params)
        except ValueError as error:
            message, *help = error.args
            raise self.document.error(message, node.at, help[0] if help else None) from None

    def _repeat(self, fields: Fields, scope: Scope) -> int | None:
        if "repeat" not in fields.entries:
            return None
        node = fields.entries["repeat"].node
        times = self.number(node, scope, "a repeat count")
        self._refuse_many(times, node.at)
        return times

    def _refuse_many(self, layers: int, at: Location) -> None:
        """Refuse from the count, before anything is built."""
        if layers > MAX_LAYERS:
            raise self.document.too_much(f"more than {MAX_LAYERS:,} layers", at)

    # What it becomes.

    def _parse(self, fields: Fields, scope: Scope) -> tuple[list[Item], Source]:
        """The syntax tree of an entry; parsed once for each text that the parameters make."""
        text = self.text(self._text_node(fields), scope)
        key = (id(fields.body), text)
        if key not in self._parsed:
            source = self.document.source(fields.body, text)
            one = fields.kind == "op"
            items: list[Item] = [parse_layer(source)] if one else parse_fragment(source)
            self._parsed[key] = items, source
        return self._parsed[key]

    def _text_node(self, fields: Fields) -> Node:
        what = "an op" if fields.kind == "op" else "layers"
        self.document.word(fields.body, what)
        return fields.body

    def _layers(self, fields: Fields, scope: Scope, reads: list[Link], implicit: bool) -> Link:
        """The layers of a spec fragment, or of an op."""
        items, source = self._parse(fields, scope)
        repeat = self._repeat(fields, scope)
        single = len(items) == 1 and isinstance(items[0], Call)

        def add(inside: Scope, links: list[Link], first: bool) -> list[Link]:
            for call, copy in unrolled(items, inside.copy):
                self._add(call, source, inside, links, call.name, copy, implicit or not first)
                links = [Link(self.plan.steps[-1])]
                first = False
            return links

        if fields.name is not None and single and repeat is None:
            return self._single(fields, items[0], source, scope, reads, implicit)
        return self._turns(fields, scope, reads, add, repeat)

    def _single(
        self,
        fields: Fields,
        call: Any,
        source: Source,
        scope: Scope,
        reads: list[Link],
        implicit: bool,
    ) -> Link:
        if call.name is not None:
            raise source.error(f"{quoted(fields.name or '')} is its name already", call.at)
        step = self._add(call, source, scope, reads, fields.name, scope.copy, implicit)
        if "module" in fields.entries:
            step.shares = self.document.word(fields.entries["module"].node, "a name")
        self._share(fields, scope, (step,))
        return Link(step)

    def _add(
        self,
        call: Call,
        source: Source,
        scope: Scope,
        reads: list[Link],
        name: str | None,
        copy: bool,
        implicit: bool,
    ) -> Step:
        if implicit and call.word.sample.arity == 0:
            reads = []
        elif implicit and not reads:
            message = "the network has several inputs: say with from: what the first layer reads"
            raise source.error(message, call.at)
        if name == "input" and scope.inputs is not None:
            raise source.error("'input' is what comes into the block", call.at)
        step = self.plan.add(call, source, list(reads), scope.prefix, name, copy)
        step.implicit = implicit
        if name is None:
            self.nameless.append((step, scope))
        else:
            self._declare(name, step, scope, copy, source, call.at)
        return step

    def _declare(
        self, name: str, named: Any, scope: Scope, copy: bool, source: Source, at: int
    ) -> None:
        if name in scope.names and not copy:
            raise source.error(f"the name {quoted(name)} is used twice", at)
        scope.names[name] = named

    def _group(self, fields: Fields, scope: Scope, reads: list[Link]) -> Link:
        """A block, or layers inside layers."""
        repeat = self._repeat(fields, scope)
        if not reads:
            message = "the network has several inputs: say with from: what the block reads"
            raise self.document.error(message, fields.at)
        if fields.kind == "layers":

            def add(inside: Scope, links: list[Link], first: bool) -> list[Link]:
                return self.entries(fields.body, inside, links)

            return self._turns(fields, scope, reads, add, repeat)
        name = self.document.word(fields.body, "the name of a block")
        if name not in self.blocks:
            raise self.document.error(
                f"unknown block {quoted(name)}",
                fields.body.at,
                _close(name, self.blocks),
            )
        if name in self.active:
            chain = " -> ".join([*self.active[self.active.index(name) :], name])
            raise self.document.error(f"the block contains itself: {chain}", fields.body.at)
        block = self.blocks[name]
        params = self._params(name, block, fields, scope)

        def add_block(inside: Scope, links: list[Link], first: bool) -> list[Link]:
            self.active.append(name)
            inside.params = params
            links = self.entries(block.layers, inside, links)
            self.active.pop()
            return links

        return self._turns(fields, scope, reads, add_block, repeat)

    def _params(self, name: str, block: Block, fields: Fields, scope: Scope) -> dict[str, int]:
        given: dict[str, Entry] = {}
        if "with" in fields.entries:
            known = tuple(block.params)
            given = self.document.mapping(fields.entries["with"].node, "the parameters")
            for key, entry in given.items():
                if key not in known:
                    help = _close(key, known) or f"{name} has no parameters"
                    message = f"unknown parameter {quoted(key)} of {name}"
                    raise self.document.error(message, entry.at, help)
        values: dict[str, int] = {}
        for key, default in block.params.items():
            if key in given:
                values[key] = self.number(given[key].node, scope, f"the parameter {key}", -(10**12))
            elif default is None:
                message = f"the block {name} needs the parameter {key}"
                raise self.document.error(message, fields.body.at, f"with: {{{key}: ...}}")
            else:
                values[key] = default
        return values

    def _turns(
        self,
        fields: Fields,
        scope: Scope,
        reads: list[Link],
        add: Callable[[Scope, list[Link], bool], list[Link]],
        repeat: int | None,
    ) -> Link:
        """Add the layers of a group as often as it repeats, each in a scope of its own."""
        first = len(self.plan.steps)
        outer = scope
        if fields.name is not None:
            outer = Scope(f"{scope.prefix}{fields.name}.", scope, reads, scope.params)
        for turn in range(repeat or 1):
            began = len(self.plan.steps)
            numbered = fields.name is not None and repeat is not None
            prefix = f"{outer.prefix}{turn}." if numbered else outer.prefix
            inside = Scope(prefix, outer, reads, scope.params)
            inside.copy = fields.name is None and (scope.copy or turn > 0)
            reads = add(inside, reads, turn == 0)
            if turn == 0:
                self._refuse_many(began + (len(self.plan.steps) - began) * (repeat or 1), fields.at)
            done = Group(inside, reads[0], tuple(self.plan.steps[began:]))
            if numbered:
                outer.names[str(turn)] = done
            else:
                for key, named in inside.names.items():
                    outer.names.setdefault(key, named)
        steps = tuple(self.plan.steps[first:])
        if fields.name is not None:
            if fields.name in scope.names and not scope.copy:
                message = f"the name {quoted(fields.name)} is used twice"
                raise self.document.error(message, fields.at)
            scope.names[fields.name] = Group(outer, reads[0], steps)
        self._share(fields, scope, steps)
        return reads[0]

    def _share(self, fields: Fields, scope: Scope, steps: tuple[Step, ...]) -> None:
        if "shares" in fields.entries:
            other = self.later(fields.entries["shares"].node, scope)
            self.shared.append(Shared(steps, other))


def _close(name: str, known: Any) -> str | None:
    from ...errors import closest

    hint = closest(name, known)
    return hint or (f"there are {', '.join(known)}" if known else None)
