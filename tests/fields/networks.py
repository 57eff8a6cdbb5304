"""Random networks as graphs, and their receptive fields as float64 gradients show them.

A network grows step by step from one image: each step applies an op, or merges two tensors
that are cropped to the same size. Only ops whose gradients cannot vanish by chance are drawn;
weights are positive and random, so nothing cancels out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import oracle
import torch
from hypothesis import strategies as st

from cnncalc import analysis
from cnncalc.errors import CnncalcError
from cnncalc.field import hull
from cnncalc.graph import Graph, Input, Layer, Ref
from cnncalc.ops import Op, find
from cnncalc.report import Report

Span = tuple[int, int] | None
Draw = Callable[[st.SearchStrategy[Any]], Any]


class Growing:
    """A graph under construction whose layers are measured as they are added."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.input = shape
        self.layers: list[Layer] = []
        self.shapes = {"input": shape}

    def add(self, op: Op, *inputs: str, output: int = 0) -> str | None:
        """The new layer's name, or None where the op does not fit its inputs."""
        measure = op.measure(tuple(self.shapes[name] for name in inputs))
        shape = measure.outputs[output]
        sizes = [size for size in shape if size is not None]
        if measure.misfits or len(sizes) < len(shape) or max(sizes, default=1) > 40:
            return None
        name = f"{op.type.lower()}{len(self.layers)}"
        self.layers.append(Layer(name, op, tuple(map(Ref, inputs)), name))
        self.shapes[name] = shape  # no None among them
        return name

    def report(self, output: str) -> tuple[Graph, Report]:
        graph = Graph("random", [Input("input")], self.layers, [Ref(output)])
        return graph, analysis.run(graph, {"input": self.input})


def seen(graph: Graph, output: str, shape: tuple[int, ...]) -> tuple[list[Span], list[Span]]:
    """Per row and per column of a layer the input rows and columns its gradient reaches."""
    torch.manual_seed(0)
    image = (0.5 + torch.rand(shape, dtype=torch.float64)).requires_grad_()
    values: dict[str, tuple[torch.Tensor, ...]] = {"input": (image,)}
    for layer in graph.layers:
        made = None
        if layer.op.type not in oracle.FUNCTIONS:
            made = oracle.module(layer.op).double()
            with torch.no_grad():
                for parameter in made.parameters():
                    parameter.copy_(0.5 + torch.rand_like(parameter))
        inputs = tuple(values[ref.name][ref.output] for ref in layer.inputs)
        values[layer.name] = oracle.run(layer.op, made, inputs)
    result = values[output][0]
    rows = [_span(result[..., at, :].sum(), image, 2) for at in range(result.shape[-2])]
    columns = [_span(result[..., at].sum(), image, 3) for at in range(result.shape[-1])]
    return rows, columns


def _span(value: torch.Tensor, image: torch.Tensor, dim: int) -> Span:
    if not value.requires_grad:
        return None
    (gradient,) = torch.autograd.grad(value, image, retain_graph=True, allow_unused=True)
    if gradient is None:
        return None
    size = gradient.abs().amax(dim=[other for other in range(4) if other != dim])
    positions = (size > 1e-9 * size.max()).nonzero().flatten().tolist()
    return (positions[0], positions[-1]) if positions else None


def exact(report: Report, layer: str) -> tuple[list[Span], list[Span]]:
    """What cnncalc says about the same rows and columns."""
    field = report[layer].field
    height, width = report[layer].output_shape[-2:]
    if field is None:  # it depends on no position of the input
        return [None] * height, [None] * width
    spans = [[field.exact(i, j) for j in range(width)] for i in range(height)]
    rows = [hull([span[0] for span in line if span[1]]) for line in spans]
    columns = [hull([line[j][1] for line in spans if line[j][0]]) for j in range(width)]
    return rows, columns


def make(name: str, *args: Any, **kwargs: Any) -> Op | None:
    """An op, or None where the arguments make none."""
    try:
        return find(name)(*args, **kwargs)
    except CnncalcError:
        return None


pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))
small = st.integers(0, 2)


@st.composite
def windows(draw: Draw, channels: int) -> Op | None:
    """Convolutions and average poolings with everything they can have."""
    kernel, stride = draw(pairs), draw(pairs)
    padding, dilation = (draw(small), draw(small)), draw(pairs)
    if draw(st.booleans()):
        mode = draw(st.sampled_from(["zeros", "reflect", "replicate", "circular"]))
        chosen = "same" if stride == (1, 1) and draw(st.booleans()) else padding
        return make("Conv2d", channels, 2, kernel, stride, chosen, dilation, padding_mode=mode)
    return make("AvgPool2d", kernel, stride, padding, draw(st.booleans()))


@st.composite
def enlarging(draw: Draw, channels: int) -> Op | None:
    """Transposed convolutions, interpolation, pixel shuffles, padding, adaptive pooling."""
    kind = draw(st.sampled_from(["transposed", "size", "scale", "shuffle", "pad", "adaptive"]))
    if kind == "transposed":
        stride = draw(pairs)
        return make(
            "ConvTranspose2d", channels, 2, draw(pairs), stride, (draw(small), draw(small)),
            output_padding=0, dilation=draw(pairs),
        )  # fmt: skip
    if kind in ("size", "scale"):
        mode = draw(st.sampled_from(["nearest", "nearest-exact", "bilinear", "bicubic", "area"]))
        align = draw(st.booleans()) if mode in ("bilinear", "bicubic") else None
        if kind == "size":
            size = (draw(st.integers(1, 24)), draw(st.integers(1, 24)))
            return make("Upsample", size=size, mode=mode, align_corners=align)
        scale = draw(st.sampled_from([2, 3, 0.5, 1.5, (2, 1), (1.25, 0.75)]))
        return make("Upsample", scale_factor=scale, mode=mode, align_corners=align)
    if kind == "shuffle":
        return make("PixelShuffle", 2) if channels % 4 == 0 else None
    if kind == "pad":
        mode = draw(st.sampled_from(["constant", "reflect", "replicate", "circular"]))
        amounts = st.integers(-1, 3) if mode == "constant" else st.integers(0, 3)
        return make("Pad", tuple(draw(amounts) for _ in range(4)), mode)
    return make("AdaptiveAvgPool2d", (draw(st.integers(1, 9)), draw(st.integers(1, 9))))


@st.composite
def moving(draw: Draw) -> Op | None:
    """Slices and rolls along height or width."""
    dim = draw(st.sampled_from([2, 3]))
    if draw(st.booleans()):
        return make("Roll", draw(st.integers(-3, 3)), dim)
    start = draw(st.integers(0, 3))
    return make("Slice", dim, start, None, draw(st.integers(1, 2)))


def cropped(net: Growing, names: list[str], dims: tuple[int, ...]) -> list[str]:
    """The tensors cut to their common size along `dims`."""
    result = list(names)
    for dim in dims:
        size = min(net.shapes[name][dim] for name in result)
        for position, name in enumerate(result):
            if net.shapes[name][dim] > size:
                result[position] = net.add(make("Slice", dim, 0, size), name) or name
    return result


def merged(net: Growing, draw: Draw, names: list[str]) -> str | None:
    """Two tensors added, or put side by side along the channels, the height or the width."""
    kind = draw(st.sampled_from(["add", "channels", "height"]))
    if kind == "add":
        return net.add(make("Add"), *cropped(net, names, (1, 2, 3)))
    if kind == "channels":
        return net.add(make("Cat", 1), *cropped(net, names, (2, 3)))
    return net.add(make("Cat", 2), *cropped(net, names, (1, 3)))


def gated(net: Growing, name: str) -> str | None:
    """Squeeze and excite."""
    channels = net.shapes[name][1]
    gate = net.add(make("Mean", (2, 3), True), name)
    gate = gate and net.add(make("Conv2d", channels, channels, 1), gate)
    return gate and net.add(make("Mul"), name, gate)


def there_and_back(net: Growing, draw: Draw, name: str) -> str | None:
    """Other layouts of the same positions: permuted, flattened, split into windows."""
    batch, channels, height, width = net.shapes[name]
    kind = draw(st.sampled_from(["permute", "flatten", "blocks"]))
    if kind == "permute":
        moved = net.add(make("Permute", (0, 2, 3, 1)), name)
        moved = moved and net.add(make("Linear", channels, 2), moved)
        return moved and net.add(make("Permute", (0, 3, 1, 2)), moved)
    if kind == "flatten":
        flat = net.add(make("Flatten", 2), name)
        flat = flat and net.add(make("Transpose", 1, 2), flat)
        flat = flat and net.add(make("Linear", channels, 2), flat)
        flat = flat and net.add(make("Transpose", 1, 2), flat)
        return flat and net.add(make("Unflatten", 2, (height, width)), flat)
    if height % 2 or width % 2:
        return None
    split = (batch, channels, height // 2, 2, width // 2, 2)
    blocks = net.add(make("Reshape", split), name)
    return blocks and net.add(make("Mean", draw(st.sampled_from([(3, 5), (2, 4)]))), blocks)


@st.composite
def networks(draw: Draw, steps: int = 5) -> tuple[Growing, str]:
    """A random network of merges, layouts, windows; and the name of its last layer."""
    channels = draw(st.sampled_from([1, 4]))
    net = Growing((1, channels, draw(st.integers(5, 16)), draw(st.integers(5, 16))))
    names = ["input"]
    for _ in range(draw(st.integers(1, steps))):
        source = names[-1] if draw(st.integers(0, 3)) else draw(st.sampled_from(names))
        kind = draw(st.sampled_from(["window"] * 3 + ["enlarge"] * 2 + ["move", "merge", "gate",
                                                                       "layout"]))  # fmt: skip
        new: str | None = None
        if kind == "merge":
            new = merged(net, draw, [source, draw(st.sampled_from(names))])
        elif kind == "gate":
            new = gated(net, source)
        elif kind == "layout":
            new = there_and_back(net, draw, source)
        else:
            size = net.shapes[source][1]
            op = draw({"window": windows(size), "enlarge": enlarging(size), "move": moving()}[kind])
            new = net.add(op, source) if op is not None else None
        if new is not None:
            names.append(new)
    return net, names[-1]
