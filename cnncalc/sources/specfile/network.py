"""A file's tree -> graph: inputs, blocks, layers, outputs, and the order of execution."""

from __future__ import annotations

from collections.abc import Sequence

from ...errors import InputError, OpError
from ...formula import FUNCTIONS
from ...graph import Graph, Input
from ...shape import parse_shape, to_shape
from ..spec.bind import Flow
from ..spec.plan import Link, Plan, Step, settled
from ..spec.source import quoted
from .layers import Block, Layers
from .scope import Group, Later, Scope
from .tree import Document, Entry, Node

_KEYS = ("name", "input", "inputs", "blocks", "layers", "outputs")
_LONGEST_SIZE = 100


def build(document: Document, root: Node, default_name: str) -> Graph:
    """The graph of a file. Raises `SpecError`, `LimitError`."""
    if root.value is None:
        raise document.error("the file is empty", root.at, "a network needs layers:")
    entries: dict[str, Entry] = document.mapping(root, "a network", _KEYS)
    if "layers" not in entries:
        raise document.error("the network has no layers", root.at, "list them under layers:")
    name = document.word(entries["name"].node, "a name") if "name" in entries else default_name
    inputs = _inputs(document, entries)
    layers = Layers(document, _blocks(document, entries))
    scope = Scope(names={each.name: Link(each.name) for each in inputs})
    layers.plan.names.update(dict.fromkeys(scope.names))
    first = [Link(inputs[0].name)] if len(inputs) == 1 else []
    last = layers.entries(entries["layers"].node, scope, first)
    outputs = [Link(each) for each in _outputs(document, entries, layers, scope)] or last
    _settle(layers)
    _order(document, layers.plan)
    default = layers.plan.explicit_rank() or 2
    flows = {each.name: _flow(each, default) for each in inputs}
    graph = layers.plan.graph(name, inputs, [settled(link) for link in outputs], flows)
    _check_outputs(document, graph, layers)
    return graph


def _flow(given: Input, default: int) -> Flow:
    if given.shape is None:
        return Flow(default)
    return Flow(len(given.shape) - 1 or default, flat=len(given.shape) == 1)


def _inputs(document: Document, entries: dict[str, Entry]) -> list[Input]:
    if "inputs" not in entries:
        size = entries["input"].node if "input" in entries else None
        return [Input("input", _size(document, size) if size else None)]
    if "input" in entries:
        at = entries["inputs"].at
        raise document.error("expected input or inputs, received both", at)
    node = entries["inputs"].node
    if isinstance(node.value, list):
        names = [document.word(each, "the name of an input") for each in node.value]
        if len(set(names)) < len(names):
            raise document.error("two inputs have the same name", node.at)
        return [Input(name) for name in names]
    given = document.mapping(node, "the inputs")
    return [Input(name, _size(document, entry.node)) for name, entry in given.items()]


def _size(document: Document, node: Node) -> tuple[int, ...] | None:
    """A size without its batch: `3x32x32`, `32x32x3 hwc`, 784, [3, 32, 32], or nothing."""
    value = node.value
    if value is None:
        return None
    try:
        if isinstance(value, list):
            return to_shape([each.value for each in value])
        if isinstance(value, str) and len(value) <= _LONGEST_SIZE:
            text, _, layout = value.strip().rpartition(" ")
            if layout.lower() in ("chw", "hwc"):
                return parse_shape(text, layout)
            return parse_shape(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return to_shape([value])
    except InputError as error:
        raise document.error(error.message, node.at, error.help) from None
    raise document.unexpected(node, "a size such as 3x224x224")


def _blocks(document: Document, entries: dict[str, Entry]) -> dict[str, Block]:
    if "blocks" not in entries:
        return {}
    given = document.mapping(entries["blocks"].node, "the blocks")
    return {name: _block(document, name, entry) for name, entry in given.items()}


def _block(document: Document, name: str, entry: Entry) -> Block:
    parts = document.mapping(entry.node, f"the block {quoted(name)}", ("params", "layers"))
    if "layers" not in parts:
        raise document.error(f"the block {quoted(name)} has no layers", entry.at)
    params: dict[str, int | None] = {}
    given = document.mapping(parts["params"].node, "the parameters") if "params" in parts else {}
    for key, default in given.items():
        if not key.isidentifier() or key in FUNCTIONS:
            raise document.error(f"{quoted(key)} cannot name a parameter", default.at)
        value = default.node.value
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise document.unexpected(default.node, "a whole number, or nothing")
        params[key] = value
    return Block(params, parts["layers"].node)


def _outputs(
    document: Document, entries: dict[str, Entry], layers: Layers, scope: Scope
) -> list[Later]:
    if "outputs" not in entries:
        return []
    node = entries["outputs"].node
    items = document.listing(node, "outputs") if isinstance(node.value, list) else [node]
    return [layers.later(item, scope) for item in items]


def _settle(layers: Layers) -> None:
    """Give names to the nameless, and look up what was read and shared by name."""
    layers.plan.name_the_nameless()
    for step, scope in layers.nameless:
        scope_of_names: Scope | None = scope
        while scope_of_names is not None and scope_of_names.prefix == step.prefix:
            scope_of_names.names.setdefault(step.name.removeprefix(step.prefix), step)
            scope_of_names = scope_of_names.parent
    for later in layers.references:
        later.look_up()
    for step in layers.plan.steps:
        step.reads = [settled(link) for link in step.reads]
    for shared in layers.shared:
        _share(shared.steps, shared.other)


def _share(steps: Sequence[Step], later: Later) -> None:
    """Let steps use the parameters of another layer, or of the layers of a block, in order."""
    found, _ = later.look_up()
    others = found.steps if isinstance(found, Group) else ()
    if isinstance(found, Step):
        others = (found,)
    if len(steps) != len(others):
        shown = quoted(str(later.node.value))
        have = f"{len(steps)} layers cannot share the parameters of {len(others)}"
        raise later.document.error(f"{shown}: {have}", later.node.at)
    for step, other in zip(steps, others, strict=True):
        seen: Step | str | None = other
        while isinstance(seen, Step):
            if seen is step:
                raise later.document.error("a layer cannot share with itself", later.node.at)
            seen = seen.shares
        step.shares = other


def _order(document: Document, plan: Plan) -> None:
    """Put the steps in execution order, as they were written as far as that goes."""
    index = {step: at for at, step in enumerate(plan.steps)}
    reads = [
        [index[link.target] for link in step.reads if isinstance(link.target, Step)]
        for step in plan.steps
    ]
    if all(source < at for at, sources in enumerate(reads) for source in sources):
        return
    import networkx

    graph: networkx.DiGraph[int] = networkx.DiGraph()
    graph.add_nodes_from(range(len(plan.steps)))
    graph.add_edges_from((source, at) for at, sources in enumerate(reads) for source in sources)
    try:
        order = list(networkx.lexicographical_topological_sort(graph))
    except networkx.NetworkXUnfeasible:
        cycle = [source for source, _ in networkx.find_cycle(graph)]
        start = cycle.index(min(cycle))
        steps = [plan.steps[at] for at in [*cycle[start:], *cycle[:start], cycle[start]]]
        shown = " -> ".join(step.name for step in steps)
        place = steps[0].source.location(steps[0].call.at)
        raise document.error(f"the layers form a cycle: {shown}", place) from None
    plan.steps = [plan.steps[at] for at in order]


def _check_outputs(document: Document, graph: Graph, layers: Layers) -> None:
    """Refuse references to outputs that a layer does not have."""
    ops = {layer.name: layer.op for layer in graph.layers}
    for later in layers.references:
        found, output = later.look_up()
        if not output or not isinstance(found, Step):
            continue
        try:
            count = ops[found.name].output_count()
        except OpError:
            continue  # it depends on the input's size: the analysis will see
        if output >= count:
            outputs = "one output" if count == 1 else f"{count} outputs"
            message = f"{found.name} has {outputs}, counted from 0"
            raise document.error(message, later.node.at)
