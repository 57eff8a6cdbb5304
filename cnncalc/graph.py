"""The graph: the layers of one network in execution order, each naming what it reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from .errors import GraphError, LimitError, Location
from .finding import Finding
from .ops import Op
from .shape import format_shape

if TYPE_CHECKING:
    import networkx

#: No real network comes near; a repeat count with a typo does.
MAX_LAYERS = 50_000


class Ref(NamedTuple):
    """An output of a layer, or a network input, by name."""

    name: str
    output: int = 0

    def __str__(self) -> str:
        return f"{self.name}:{self.output}" if self.output else self.name


class Weight(NamedTuple):
    """A tensor that a live module holds: a parameter or a buffer, by its state_dict key."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    trainable: bool = True
    buffer: bool = False


class Traced(NamedTuple):
    """What a live module showed of a layer: its tensors, and what torch made of its inputs.

    `view` says that the output lives in the memory of the first input.
    """

    weights: tuple[Weight, ...]
    shapes: tuple[tuple[int, ...], ...]
    dtypes: tuple[str, ...]
    view: bool = False


class Written(NamedTuple):
    """An argument as it stands in a source file: its text, and the value that it has there.

    `location` and `end` (line, column, both from 1; `end` is the first column behind it) say
    where. `fixed` is None where the text holds nothing but numbers, so that it may be
    rewritten; otherwise it says what else decides the value ("num_features is an argument").
    """

    text: str
    value: Any
    location: Location
    end: tuple[int, int]
    fixed: str | None = None


class Made(NamedTuple):
    """The call in a source file that made a layer, with its arguments as they are written.

    `arguments` has the names of the op's arguments (`in_features`); the sizes that a function
    such as `x.view(-1, 9216)` is given are `shape[0]`, `shape[1]`. `times` is how often the call
    was reached: an argument of a call in a loop, or of a helper function, serves several layers.
    """

    location: Location
    arguments: Mapping[str, Written]
    times: int = 1


class Layer(NamedTuple):
    """One application of an op in a network.

    `module` names the owner of the parameters: layers with the same module share them. Layers
    of a live module say themselves which tensors they hold (`traced`). Layers read from source
    have the place of their call (`location`), and that of their constructor (`made`).
    """

    name: str
    op: Op
    inputs: tuple[Ref, ...]
    module: str
    location: Location | None = None
    traced: Traced | None = None
    made: Made | None = None


class Input(NamedTuple):
    """A network input; `shape` is its native size without the batch, if it has one."""

    name: str
    shape: tuple[int, ...] | None = None
    dtype: str = "float32"


class Graph:
    """The layers of one network in execution order; immutable.

    Raises `GraphError` for duplicate names, for references to layers that do not come
    earlier, and for parameters shared by different ops; `LimitError` above `MAX_LAYERS`.
    """

    def __init__(
        self,
        name: str,
        inputs: Sequence[Input],
        layers: Sequence[Layer],
        outputs: Sequence[Ref],
        *,
        note: str | None = None,
        traced: Mapping[str, tuple[int, ...]] | None = None,
        findings: Sequence[Finding] = (),
    ) -> None:
        self.name = name
        self.inputs = tuple(inputs)
        self.layers = tuple(layers)
        self.outputs = tuple(outputs)
        #: One line about how the model was chosen, for the report's title.
        self.note = note
        #: The input shapes (with the batch) that a live module was traced with.
        self.traced = None if traced is None else dict(traced)
        #: What the source noticed while it read the model.
        self.findings = tuple(findings)
        self._validate()

    def __repr__(self) -> str:
        return f"<Graph {self.name}: {len(self.layers)} layers>"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Graph):
            return NotImplemented
        return self._value() == other._value()

    def _value(self) -> tuple[object, ...]:
        """What counts in comparisons: not the name, nor what one source or one input showed."""
        layers = [layer._replace(location=None, traced=None, made=None) for layer in self.layers]
        return self.inputs, layers, self.outputs

    __hash__ = None  # type: ignore[assignment]  # compared by value, never a key

    def _validate(self) -> None:
        if len(self.layers) > MAX_LAYERS:
            raise LimitError(f"{self.name}: more than {MAX_LAYERS:,} layers")
        known: set[str] = set()
        for given in self.inputs:
            if given.name in known:
                raise GraphError(f"{self.name}: the input {given.name!r} is named twice")
            known.add(given.name)
        owners: dict[str, Op] = {}
        for layer in self.layers:
            if layer.name in known:
                raise GraphError(
                    f"{self.name}: the name {layer.name!r} is used twice", location=layer.location
                )
            for ref in layer.inputs:
                if ref.name not in known:
                    raise GraphError(
                        f"{self.name}: {layer.name} reads {ref.name!r}, "
                        "which does not come before it",
                        location=layer.location,
                    )
            if owners.setdefault(layer.module, layer.op) != layer.op:
                raise GraphError(
                    f"{self.name}: {layer.name} ({layer.op}) cannot share the parameters of "
                    f"{layer.module} ({owners[layer.module]})",
                    location=layer.location,
                )
            known.add(layer.name)
        for ref in self.outputs:
            if ref.name not in known:
                raise GraphError(f"{self.name}: the output {ref.name!r} is no layer")

    @cached_property
    def dtype(self) -> str:
        """The dtype of the parameters, by the first; of the input where there are none."""
        for layer in self.layers:
            for weight in layer.traced.weights if layer.traced is not None else ():
                if not weight.buffer:
                    return weight.dtype
        return self.inputs[0].dtype if self.inputs else "float32"

    @cached_property
    def slots(self) -> tuple[tuple[int, ...], ...]:
        """Per layer, the positions of what it reads: inputs first, then layers."""
        index = {given.name: at for at, given in enumerate(self.inputs)}
        slots = []
        for at, layer in enumerate(self.layers, start=len(self.inputs)):
            slots.append(tuple(index[ref.name] for ref in layer.inputs))
            index[layer.name] = at
        return tuple(slots)

    @cached_property
    def op_ids(self) -> tuple[int, ...]:
        """Per layer a number for its op, equal for equal ops."""
        numbers: dict[Op, int] = {}
        return tuple(numbers.setdefault(layer.op, len(numbers)) for layer in self.layers)

    @cached_property
    def storage(self) -> tuple[int, ...]:
        """Per slot (as in `slots`) the slot whose memory it lives in, through views."""
        storage = list(range(len(self.inputs)))
        for layer, slots in zip(self.layers, self.slots, strict=True):
            alias = bool(slots) and (
                layer.traced.view if layer.traced is not None else layer.op.aliases()
            )
            storage.append(storage[slots[0]] if alias else len(storage))
        return tuple(storage)

    @cached_property
    def releases(self) -> tuple[tuple[int, ...], ...]:
        """Per layer the layers whose outputs nobody reads after it.

        The network's inputs and outputs stay: their owner holds them.
        """
        offset = len(self.inputs)
        storage = self.storage
        index = {layer.name: at for at, layer in enumerate(self.layers, start=offset)}
        kept = {storage[index[ref.name]] for ref in self.outputs if ref.name in index}
        last = {slot: slot for slot in storage}
        for at, slots in enumerate(self.slots, start=offset):
            last.update((storage[slot], at) for slot in (*slots, at))
        releases: list[list[int]] = [[] for _ in self.layers]
        for slot, at in last.items():
            if slot >= offset and slot not in kept:
                releases[at - offset].append(slot - offset)
        return tuple(map(tuple, releases))

    @cached_property
    def input_names(self) -> tuple[tuple[str, ...], ...]:
        """Per layer the names of what it reads."""
        return tuple(tuple(map(str, layer.inputs)) for layer in self.layers)

    def input_rank(self, name: str) -> int | None:
        """Dims of an input without its batch, where the network fixes them."""
        shape = next((given.shape for given in self.inputs if given.name == name), None)
        if shape is not None:
            return len(shape)
        for layer in self.layers:
            if Ref(name) in layer.inputs and layer.op.rank:
                return layer.op.rank + 1
        return None

    def networkx(self) -> networkx.DiGraph[str]:
        """The graph as a `networkx.DiGraph`: nodes carry `op`, edges point along the data."""
        import networkx

        result: networkx.DiGraph[str] = networkx.DiGraph(name=self.name)
        for given in self.inputs:
            shown = None if given.shape is None else format_shape(given.shape)
            result.add_node(given.name, op="input", shape=shown)
        for layer in self.layers:
            result.add_node(layer.name, op=str(layer.op))
            result.add_edges_from((ref.name, layer.name) for ref in layer.inputs)
        return result


def unique(name: str, taken: Iterable[str]) -> str:
    """`name`, or `name#2`, `name#3`, ... where it is taken."""
    used = taken if isinstance(taken, set | dict) else set(taken)
    if name not in used:
        return name
    number = 2
    while f"{name}#{number}" in used:
        number += 1
    return f"{name}#{number}"
