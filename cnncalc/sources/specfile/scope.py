"""Names in spec files: inside a block first, then around it; forwards and backwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from ...errors import SpecError, closest
from ..spec.plan import Link, Pending, Step
from ..spec.source import quoted
from .tree import Document, Node


class Group(NamedTuple):
    """A block as it was used: its names, what comes out of it, and its layers."""

    scope: Scope
    output: Link
    steps: tuple[Step, ...]


Named = Step | Group | Link


@dataclass(eq=False)
class Scope:
    """The names of one block, or of the network."""

    prefix: str = ""
    parent: Scope | None = None
    #: What `input` stands for in a block; None in the network itself.
    inputs: list[Link] | None = None
    params: dict[str, int] = field(default_factory=dict)
    names: dict[str, Named] = field(default_factory=dict)
    #: Its layers are copies: names that are taken get a number.
    copy: bool = False

    def find(self, name: str) -> Named | None:
        """What a name stands for in this scope alone; `block.layer` looks into a block."""
        found = self.names.get(name)
        at = name.find(".")
        while found is None and at > 0:
            group = self.names.get(name[:at])
            if isinstance(group, Group):
                found = group.scope.find(name[at + 1 :])
            at = name.find(".", at + 1)
        return found

    def visible(self) -> list[str]:
        """All the names that a layer here may read."""
        outer = self.parent.visible() if self.parent else []
        return [*self.names, *outer]


class Later(Pending):
    """A name that is looked up when all names are known: `conv1`, `split:1`, `input`."""

    def __init__(self, document: Document, scope: Scope, node: Node, output: int | None = None):
        self.document = document
        self.scope = scope
        self.node = node
        text = str(node.value)
        #: What the text may mean: a name and an output. Names may have colons themselves.
        self.meanings = [(text, output or 0)]
        name, _, number = text.rpartition(":")
        if output is None and name and number.isascii() and number.isdigit() and len(number) < 9:
            self.meanings.append((name, int(number)))

    def look_up(self) -> tuple[Named, int]:
        """What the name stands for, and its output. Raises `SpecError` where it is nothing."""
        scope: Scope | None = self.scope
        while scope is not None:
            for name, output in self.meanings:
                found = scope.find(name)
                if found is not None:
                    return found, output
                if name == "input" and scope.inputs is not None:
                    return self._input(scope.inputs, output), 0
            scope = scope.parent
        raise self._dangling()

    def _input(self, inputs: list[Link], output: int) -> Link:
        if output < len(inputs):
            return inputs[output]
        have = "one input" if len(inputs) == 1 else f"{len(inputs)} inputs"
        message = f"the block has {have}, counted from 0: there is no input:{output}"
        raise self.document.error(message, self.node.at)

    def _dangling(self) -> SpecError:
        names = self.scope.visible()
        text = self.meanings[0][0]
        hint = closest(text, names)
        if hint is None and 0 < len(names) <= 8:
            hint = f"there are {', '.join(names)}"
        return self.document.error(f"{quoted(text)} is no layer and no input", self.node.at, hint)

    def link(self) -> Link:
        """The output that is named."""
        found, output = self.look_up()
        if isinstance(found, Step):
            return Link(found, output)
        link = found.output if isinstance(found, Group) else found
        if output:
            message = f"{quoted(self.meanings[0][0])} has one output, counted from 0"
            raise self.document.error(message, self.node.at)
        return link
