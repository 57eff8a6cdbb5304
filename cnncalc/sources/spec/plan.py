"""Layers in the making: who reads whom, names for the nameless, and the finished graph."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ...errors import LimitError, Location
from ...graph import MAX_LAYERS, Graph, Input, Layer, Ref
from ...ops import CATALOGUE, Op
from .bind import Flow, flow_after, make_op, merges, needs_flatten
from .names import kind_of
from .source import Source, quoted
from .syntax import Call

_LONGEST_NAME = 1000
_MERGE = "a spec file names them: - {sum: add, from: [a, b]}"


class Pending:
    """Stands for a link that is not known yet."""

    def link(self) -> Link:
        """The link, once all layers are there."""
        raise TypeError(f"{type(self).__name__} has no link")


class Link(NamedTuple):
    """An output of a layer to be, or a network input by name."""

    target: Step | str | Pending
    output: int = 0


def settled(link: Link) -> Link:
    """The link that a pending one stands for."""
    while isinstance(link.target, Pending):
        link = link.target.link()
    return link


@dataclass(eq=False)
class Step:
    """A layer to be."""

    call: Call
    source: Source
    reads: list[Link]
    prefix: str
    name: str = ""
    #: It reads what comes before it, for nothing else was said.
    implicit: bool = True
    #: The layer whose parameters it uses, or the owner of its parameters by name.
    shares: Step | str | None = None

    @property
    def kind(self) -> str:
        """The word that a layer without a name is called by."""
        return kind_of(self.call.word.sample)


@dataclass
class Plan:
    """The steps of a network, in the order they were written."""

    steps: list[Step] = field(default_factory=list)
    names: dict[str, Step | None] = field(default_factory=dict)
    #: Per name the number to try next, so that a thousand copies take no million looks.
    _copies: dict[str, int] = field(default_factory=dict)

    def add(
        self,
        call: Call,
        source: Source,
        reads: list[Link],
        prefix: str = "",
        name: str | None = None,
        copy: bool = False,
    ) -> Step:
        """A new step. The names of copies (in repeats) get a number where they are taken.

        Raises `SpecError` for a name that is taken.
        """
        if len(self.steps) >= MAX_LAYERS:
            raise LimitError(f"more than {MAX_LAYERS:,} layers", location=source.location(call.at))
        step = Step(call, source, reads, prefix)
        if name is not None:
            step.name = self._claim(prefix + name, step, copy)
        self.steps.append(step)
        return step

    def _claim(self, name: str, step: Step, copy: bool) -> str:
        """Take a name for a step."""
        at = step.call.at
        if len(name) > _LONGEST_NAME:
            raise step.source.error(f"names have at most {_LONGEST_NAME} characters", at)
        if copy:
            name = self._numbered(name)
        elif name in self.names:
            raise step.source.error(f"the name {quoted(name)} is used twice", at)
        self.names[name] = step
        return name

    def _numbered(self, name: str) -> str:
        """`name`, or `name#2`, `name#3`, ... where it is taken, as `graph.unique` does."""
        if name not in self.names:
            return name
        number = self._copies.get(name, 2)
        while f"{name}#{number}" in self.names:
            number += 1
        self._copies[name] = number + 1
        return f"{name}#{number}"

    def name_the_nameless(self) -> None:
        """Call the layers without a name by their kind and its count: conv1, conv2, pool1."""
        counts: dict[str, int] = {}
        for step in self.steps:
            stem = step.prefix + step.kind
            number = counts[stem] = counts.get(stem, 0) + 1
            if not step.name:
                step.name = self.free_name(stem, number)
                self.names[step.name] = step

    def free_name(self, stem: str, number: int) -> str:
        """The first name from `stem` and `number` on that is not taken."""
        while f"{stem}{number}" in self.names:
            number += 1
        return f"{stem}{number}"

    def explicit_rank(self) -> int | None:
        """The spatial axes that the first kernel or class with a rank speaks of."""
        for step in self.steps:
            classes = step.call.word.classes
            rank = step.call.kernel_rank or (classes[0].rank if len(classes) == 1 else 0)
            if rank in (1, 2, 3):
                return rank
        return None

    def graph(
        self,
        name: str,
        inputs: Sequence[Input],
        outputs: Iterable[Link],
        flows: Mapping[str, Flow],
    ) -> Graph:
        """The finished graph; the steps are in execution order by now, their links settled."""
        maker = _Maker(self, flows)
        for step in self.steps:
            maker.make(step)
        return Graph(name, inputs, maker.layers, [maker.ref(link) for link in outputs])


class _Maker:
    """Turns steps into layers, one after the other."""

    def __init__(self, plan: Plan, flows: Mapping[str, Flow]) -> None:
        self.plan = plan
        self.layers: list[Layer] = []
        self.flows: dict[object, Flow] = dict(flows.items())
        self.ops: dict[tuple[int, Flow], Op] = {}
        self.owners: dict[str, Op] = {}

    def make(self, step: Step) -> None:
        """The layer of a step, and a flatten before it where the word asks for one."""
        flow = self.flows[step.reads[0].target] if step.reads else Flow()
        refs = tuple(self.ref(link) for link in step.reads)
        place = step.source.location(step.call.at)
        if needs_flatten(step.call, flow):
            refs, flow = (self._flatten(step, refs, place),), Flow(flow.rank, True)
        op = self._op(step, flow)
        self.flows[step] = flow_after(op, flow)
        module = _owner(step)
        shared = self.owners.setdefault(module, op)
        if shared != op:
            raise step.source.error(
                f"{step.name} ({op}) cannot share the parameters of {module} ({shared})",
                step.call.at,
            )
        self.layers.append(Layer(step.name, op, refs, module, place))

    def _op(self, step: Step, flow: Flow) -> Op:
        key = (id(step.call), flow)
        op = self.ops.get(key)
        if op is None:
            op = self.ops[key] = make_op(step.call, flow, step.source)
        if step.implicit and len(step.reads) < 2 and merges(op):
            message = f"{step.call.text} reads several layers"
            raise step.source.error(message, step.call.at, _MERGE)
        return op

    def _flatten(self, step: Step, refs: tuple[Ref, ...], place: Location) -> Ref:
        name = self.plan.free_name(step.prefix + "flatten", 1)
        self.plan.names[name] = None
        self.layers.append(Layer(name, CATALOGUE["Flatten"](), refs, name, place))
        return Ref(name)

    def ref(self, link: Link) -> Ref:
        """The reference to what a link names."""
        if isinstance(link.target, Step):
            return Ref(link.target.name, link.output)
        return Ref(str(link.target), link.output)


def _owner(step: Step) -> str:
    """Who owns the parameters of a step."""
    owner: Step | str = step
    while isinstance(owner, Step):
        if owner.shares is None:
            return owner.name
        owner = owner.shares
    return owner
