"""Layers in the making: who reads whom, names for the nameless, and the finished graph."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ...errors import LimitError
from ...graph import MAX_LAYERS, Graph, Input, Layer, Ref, unique
from ...ops import CATALOGUE, Op
from .bind import Flow, flow_after, make_op, merges, needs_flatten
from .names import kind_of
from .source import Source, quoted
from .syntax import Call, Item, Repeat

_LONGEST_NAME = 1000
_MERGE = "a spec file names them: - {sum: add, from: [a, b]}"


class Link(NamedTuple):
    """An output of a layer to be, or a network input by name."""

    target: Step | str
    output: int = 0


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

    def add(
        self, call: Call, source: Source, reads: list[Link], prefix: str = "", copy: bool = False
    ) -> Step:
        """A new step. The names of copies (in repeats) get a number where they are taken.

        Raises `SpecError` for a name that is taken.
        """
        if len(self.steps) >= MAX_LAYERS:
            raise LimitError(f"more than {MAX_LAYERS:,} layers", location=source.location(call.at))
        step = Step(call, source, reads, prefix)
        if call.name is not None:
            step.name = self.claim(prefix + call.name, step, copy)
        self.steps.append(step)
        return step

    def claim(self, name: str, step: Step, copy: bool) -> str:
        """Take a name for a step."""
        at = step.call.at
        if len(name) > _LONGEST_NAME:
            raise step.source.error(f"names have at most {_LONGEST_NAME} characters", at)
        if copy:
            name = unique(name, self.names)
        elif name in self.names:
            raise step.source.error(f"the name {quoted(name)} is used twice", at)
        self.names[name] = step
        return name

    def chain(
        self,
        items: Sequence[Item],
        source: Source,
        link: Link,
        prefix: str = "",
        copy: bool = False,
    ) -> Link:
        """Add items one after the other, the first reading `link`; the last one's output."""
        for item in items:
            if isinstance(item, Repeat):
                for turn in range(item.times):
                    link = self.chain(item.body, source, link, prefix, copy or turn > 0)
            else:
                link = Link(self.add(item, source, [link], prefix, copy))
        return link

    def name_the_nameless(self) -> None:
        """Call the layers without a name by their kind and its count: conv1, conv2, pool1."""
        counts: dict[str, int] = {}
        for step in self.steps:
            stem = step.prefix + step.kind
            number = counts[stem] = counts.get(stem, 0) + 1
            if not step.name:
                step.name = self._free(stem, number)
                self.names[step.name] = step

    def _free(self, stem: str, number: int) -> str:
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
        flows: Mapping[Step | str, Flow],
    ) -> Graph:
        """The finished graph; the steps are in execution order by now."""
        known = dict(flows)
        made: dict[tuple[int, Flow], Op] = {}
        modules: dict[Step, str] = {}
        layers: list[Layer] = []
        for step in self.steps:
            flow = known[step.reads[0].target] if step.reads else Flow()
            refs = tuple(_ref(link) for link in step.reads)
            place = step.source.location(step.call.at)
            if needs_flatten(step.call, flow):
                flatten = self._free(step.prefix + "flatten", 1)
                self.names[flatten] = None
                layers.append(Layer(flatten, CATALOGUE["Flatten"](), refs, flatten, place))
                refs, flow = (Ref(flatten),), Flow(flow.rank, True)
            op = made.get((id(step.call), flow))
            if op is None:
                op = made[id(step.call), flow] = make_op(step.call, flow, step.source)
            if step.implicit and merges(op):
                raise step.source.error(
                    f"{step.call.text} reads several layers", step.call.at, _MERGE
                )
            known[step] = flow_after(op, flow)
            modules[step] = self._module(step, modules)
            layers.append(Layer(step.name, op, refs, modules[step], place))
        return Graph(name, inputs, layers, [_ref(link) for link in outputs])

    def _module(self, step: Step, modules: dict[Step, str]) -> str:
        if isinstance(step.shares, Step):
            return modules[step.shares]
        return step.shares or step.name


def _ref(link: Link) -> Ref:
    target = link.target if isinstance(link.target, str) else link.target.name
    return Ref(target, link.output)
