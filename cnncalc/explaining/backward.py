"""The backward pass: shapes of gradients, and the MACs that they cost, layer by layer.

A product of two factors of which M multiply-accumulates are counted costs M again for the
gradient of each factor that needs one (standard matrix calculus: for C = A B these are
dA = dC B^T and dB = A^T dC). Weights need one; what comes from the network's inputs alone does
not, nor does what no output of the network depends on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ..formula import Formula
from ..graph import Layer
from ..ops import Op
from ..shape import Shape, Size
from ..words import Code, Phrase, phrase
from .explanation import Section, Step, Table
from .gradients import gradient_of
from .scene import Scene

#: Stands for a factor that is a weight of the layer, or something made from its weights.
WEIGHT = -1


class Multiplied(NamedTuple):
    """A product inside a layer: its MACs, and its factors.

    A factor is named by what it is made from: numbers of inputs, or `WEIGHT`; by nothing where
    it is a constant.
    """

    name: str
    macs: Size
    left: tuple[int, ...]
    right: tuple[int, ...]


class Needs(NamedTuple):
    """Per slot (inputs, then layers): does it need a gradient, and does one arrive there?"""

    needed: tuple[bool, ...]
    reached: tuple[bool, ...]


#: Functions whose results no gradient flows through: whole numbers, truths.
_FLAT = frozenset({
    "argmax", "argmin", "detach", "eq", "ne", "lt", "le", "gt", "ge", "isnan", "isinf", "sign",
    "round", "floor", "ceil", "trunc", "logical_and", "logical_or", "logical_not", "any", "all",
    "count_nonzero", "nonzero", "bucketize", "searchsorted", "histc", "bincount",
})  # fmt: skip
_FLAT_OPS = frozenset({"Argsort", "OneHot", "Buffer", "Constant", "Unused"})


def needs(scene: Scene) -> Needs:
    """Where gradients flow in a training step of the whole network."""
    found = scene.memory.get("needs")
    if found is None:
        found = scene.memory["needs"] = _needs(scene)
    assert isinstance(found, Needs)
    return found


def _needs(scene: Scene) -> Needs:
    graph = scene.graph
    offset = len(graph.inputs)
    needed = [False] * offset
    for layer, slots in zip(graph.layers, graph.slots, strict=True):
        learned = _learned(scene, layer) or any(needed[slot] for slot in slots)
        op = scene.row(layer).op
        flat = type(op).__name__ in _FLAT_OPS or getattr(op, "function", None) in _FLAT
        needed.append(learned and not flat)
    reached = [False] * len(needed)
    for ref in graph.outputs:
        reached[scene.slots[ref.name]] = True
    for number in range(len(graph.layers) - 1, -1, -1):
        if reached[offset + number] and needed[offset + number]:
            for slot in graph.slots[number]:
                reached[slot] = reached[slot] or needed[slot]
    return Needs(tuple(needed), tuple(reached))


def _learned(scene: Scene, layer: Layer) -> bool:
    """Does the layer have something to learn, shared or its own?"""
    if layer.traced is not None:
        return any(weight.trainable and not weight.buffer for weight in layer.traced.weights)
    first = scene.rows[scene.owners[layer.module]]
    if first.params is None:  # how many depends on an input that is not known
        return any(not tensor.buffer for tensor in first.op.tensors())
    return bool(first.params)


def backward_macs(scene: Scene, layer: Layer) -> Size:
    """The MACs of a layer's backward pass; None where they are not known."""
    found = scene.memory.get(("backward", layer.name), _UNSET)
    if found is _UNSET:
        found = _total(scene, layer)
        scene.memory["backward", layer.name] = found
    return found  # type: ignore[no-any-return]  # the memory holds anything


_UNSET = object()


def _total(scene: Scene, layer: Layer) -> Size:
    row = scene.row(layer)
    if row.macs is None:
        return None
    if not row.macs or not _gets_gradient(scene, layer):
        return 0
    products = _products(scene, layer)
    if products is None:
        return None
    costs = [cost for each in products for _, cost in _costs(scene, layer, each)]
    return None if None in costs else sum(cost for cost in costs if cost is not None)


def _gets_gradient(scene: Scene, layer: Layer) -> bool:
    found = needs(scene)
    at = scene.slots[layer.name]
    return found.needed[at] and found.reached[at]


def _costs(scene: Scene, layer: Layer, each: Multiplied) -> list[tuple[str, Size]]:
    """The gradients of a product's factors that are needed, and their MACs."""
    found: list[tuple[str, Size]] = []
    for side, factor in (("left", each.left), ("right", each.right)):
        if not any(_needs_gradient(scene, layer, number) for number in factor):
            continue
        found.append((side, each.macs))
    return found


def _needs_gradient(scene: Scene, layer: Layer, factor: int) -> bool:
    if factor == WEIGHT:
        if layer.traced is None or not layer.traced.weights:
            return True
        return any(weight.trainable and not weight.buffer for weight in layer.traced.weights)
    slots = scene.graph.slots[scene.slots[layer.name] - len(scene.graph.inputs)]
    return needs(scene).needed[slots[factor]]


def _products(scene: Scene, layer: Layer) -> list[Multiplied] | None:
    """The products that make up a layer's MACs; None where they are not told apart."""
    row, values = scene.row(layer), scene.values(layer)
    if values is None:
        return None
    applied = scene.applied(layer)
    weights: tuple[int, ...] = (WEIGHT,)
    if type(row.op).__name__ == "Functional":
        count = len(layer.inputs)
        weights = (len(applied.inputs),) if len(applied.inputs) < count else (count - 1,)
    explain = _KINDS.get(_kind(applied.op))
    if explain is None:
        return None
    products = explain(applied.op, applied.inputs, values, row.macs, weights)
    total = sum(each.macs or 0 for each in products)
    return products if total == row.macs else None


def _kind(op: Op) -> str:
    bases = {base.__name__ for base in type(op).__mro__}
    return next((name for name in _KINDS if name in bases), "")


Products = list[Multiplied]


def _one(op: Op, inputs: tuple[Shape, ...], values: Any, macs: Size, weights: Any) -> Products:
    """Input times weight."""
    return [Multiplied("product", macs, (0,), weights)]


def _deformed(op: Op, inputs: tuple[Shape, ...], values: Any, macs: Size, weights: Any) -> Products:
    return [Multiplied("product", macs, tuple(range(len(inputs))), weights)]


def _two(op: Op, inputs: tuple[Shape, ...], values: Any, macs: Size, weights: Any) -> Products:
    """Input times input."""
    return [Multiplied("product", macs, (0,), (1,))]


def _einsum(op: Op, inputs: tuple[Shape, ...], values: Any, macs: Size, weights: Any) -> Products:
    # Of three or more operands the stages are not told apart.
    return [Multiplied("product", macs, (0,), (1,))] if len(inputs) == 2 else []


def _bilinear(op: Op, inputs: tuple[Shape, ...], values: Any, macs: Size, weights: Any) -> Products:
    first = Formula("R*co*c1*c2").evaluate(values)
    second = Formula("R*co*c2").evaluate(values)
    return [
        Multiplied("first", first, (0,), weights),
        Multiplied("second", second, (0, *weights), (1,)),
    ]


def _attention(op: Op, inputs: tuple[Shape, ...], values: Any, macs: Size, weights: Any) -> Any:
    """Query times key, and the weights times value."""
    scores = Formula("B*Lq*Lk*D").evaluate(values)
    mixed = Formula("B*Lq*Lk*Dv").evaluate(values)
    behind = (0, 1, *range(3, len(inputs)))
    return [Multiplied("scores", scores, (0,), (1,)), Multiplied("mixed", mixed, behind, (2,))]


def _heads(op: Op, inputs: tuple[Shape, ...], values: Any, macs: Size, weights: Any) -> Products:
    """Four projections, and the two products of attention between them."""
    given = (0, 1, 2) if len(inputs) > 1 else (0, 0, 0)
    texts = ("N*Lq*e*e", "N*Lk*e*dk", "N*Lk*e*dv")
    found = [
        Multiplied(name, Formula(text).evaluate(values), (number,), weights)
        for name, text, number in zip(("query", "key", "value"), texts, given, strict=True)
    ]
    inner = Formula("N*Lq*(Lk + kv + z)*e").evaluate(values)
    made = (*range(len(inputs)), *weights)
    found += [Multiplied(name, inner, made, made) for name in ("scores", "mixed")]
    found.append(Multiplied("out", Formula("N*Lq*e*e").evaluate(values), made, weights))
    return found


def _recurrent(
    op: Op, inputs: tuple[Shape, ...], values: Any, macs: Size, weights: Any
) -> Products:
    """Per layer: inputs and states times their matrices, and the projection."""
    length = inputs[0][1 if op.batch_first and len(inputs[0]) == 3 else 0]  # type: ignore[attr-defined]
    given, made = tuple(range(1, len(inputs))), (*range(len(inputs)), *weights)
    found = []
    for layer in range(values["l"]):
        text = "T*D*G*h*ci" if not layer else "T*D*G*h*D*o"
        own = made if layer else (0,)
        found.append(Multiplied("input", Formula(text).evaluate(values), own, weights))
        state = Formula("T*D*G*h*o").evaluate(values)
        # The first state of each direction is given, or zeros, which learn nothing.
        first = state // length if state is not None and length else None
        found.append(Multiplied("first state", first, given, weights))
        if first is None or state - first:
            rest = None if first is None else state - first
            found.append(Multiplied("state", rest, made, weights))
        projected = Formula("T*D*r").evaluate(values)
        if projected:
            found.append(Multiplied("projection", projected, made, weights))
    return found


def _cell(op: Op, inputs: tuple[Shape, ...], values: Any, macs: Size, weights: Any) -> Products:
    own = Formula("N*G*h*ci").evaluate(values)
    state = Formula("N*G*h*h").evaluate(values)
    given = (1,) if len(inputs) > 1 else ()
    return [Multiplied("input", own, (0,), weights), Multiplied("state", state, given, weights)]


_KINDS: dict[str, Callable[..., Products]] = {
    "DeformConv2d": _deformed,
    "Convolution": _one,
    "Linear": _one,
    "Bilinear": _bilinear,
    "MatMul": _two,
    "GroupedMatMul": _two,
    "Einsum": _einsum,
    "ScaledDotProductAttention": _attention,
    "MultiheadAttention": _heads,
    "_Recurrent": _recurrent,
    "_Cell": _cell,
}


def section(scene: Scene, layer: Layer) -> Section:
    """The gradients of a layer: their shapes, their MACs, their formula."""
    gradient = gradient_of(scene.row(layer).op, len(layer.inputs))
    if not _gets_gradient(scene, layer):
        at = scene.slots[layer.name]
        key = "backward.unreached" if needs(scene).needed[at] else "backward.nothing"
        if type(scene.row(layer).op).__name__ in _FLAT_OPS:
            key = "backward.flat"
        return Section("backward", notes=(phrase(key),), plain=True)
    notes: list[Phrase] = []
    steps = _steps(scene, layer, notes)
    return Section("backward", steps, (_shapes(scene, layer),), tuple(notes), gradient)


def _shapes(scene: Scene, layer: Layer) -> Table:
    """Each gradient has the shape of what it is the gradient of."""
    slots = scene.graph.slots[scene.slots[layer.name] - len(scene.graph.inputs)]
    rows: list[tuple[Any, ...]] = []
    for ref, slot, shape in zip(layer.inputs, slots, scene.received(layer), strict=True):
        wanted = needs(scene).needed[slot]
        key = "backward.input" if wanted else "backward.input.none"
        rows.append((Code(ref), phrase(key), shape))
    if layer.traced is not None:
        held: Any = [weight for weight in layer.traced.weights if not weight.buffer]
        rows += [
            (Code(weight.name), phrase("backward.weight" if weight.trainable else
                                       "backward.weight.none"), weight.shape)
            for weight in held
        ]  # fmt: skip
    else:
        held = [tensor for tensor in scene.row(layer).op.tensors() if not tensor.buffer]
        rows += [
            (Code(tensor.name or layer.name), phrase("backward.weight"), tuple(tensor.shape))
            for tensor in held
        ]
    columns = ("column.tensor", "column.gradient", "column.shape")
    return Table(tuple(phrase(key) for key in columns), tuple(rows), phrase("backward.shapes"))


def _steps(scene: Scene, layer: Layer, notes: list[Phrase]) -> tuple[Step, ...]:
    """The MACs of the backward pass, a term for each gradient of each product."""
    row = scene.row(layer)
    if not row.macs:
        notes.append(scene.missing(layer) if row.macs is None else phrase("backward.free"))
        return ()
    total, products = backward_macs(scene, layer), _products(scene, layer)
    if total is None or products is None:
        notes.append(phrase("backward.unsplit"))
        return ()
    terms, left_out = [], False
    for each in products:
        costs = _costs(scene, layer, each)
        left_out = left_out or len(costs) < 2
        terms += [str(cost) for _, cost in costs]
    lines = (" + ".join(terms),) if len(terms) > 1 else ()
    notes.append(phrase("backward.rule"))
    if left_out:
        slots = scene.graph.slots[scene.slots[layer.name] - len(scene.graph.inputs)]
        first = not any(needs(scene).needed[slot] for slot in slots)
        notes.append(phrase("backward.first" if first else "backward.partly"))
    return (Step("backward_macs", phrase("backward.name"), lines, total),)


def overall(scene: Scene) -> Section:
    """The MACs of the backward pass of all layers, beside the forward pass."""
    rows, total, unknown = [], 0, []
    for layer in scene.graph.layers:
        forward, backward = scene.row(layer).macs, backward_macs(scene, layer)
        if backward is None:
            unknown.append(Code(layer.name))
        elif forward:
            total += backward
            rows.append((Code(layer.name), forward, backward))
    columns = ("column.layer", "column.forward", "column.backward")
    table = Table(tuple(phrase(key) for key in columns), tuple(rows), phrase("backward.table"))
    notes = [phrase("backward.convention")]
    if unknown:
        notes.append(phrase("backward.unknown", layers=unknown[:8], count=len(unknown)))
    step = Step("backward_macs", phrase("backward.total"), (), None if unknown else total)
    return Section("backward", (step,), (table,) if rows else (), tuple(notes))
