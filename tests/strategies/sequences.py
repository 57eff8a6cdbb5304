"""Ops on sequences, and reductions: attention, recurrent layers, sums and means."""

from __future__ import annotations

from hypothesis import strategies as st

from cnncalc import ops
from cnncalc.shape import Shape

from .base import Draw, Trial, plain_shapes


@st.composite
def reductions(draw: Draw) -> Trial:
    shape = draw(plain_shapes(1, 5, least=2))
    dims = st.integers(-len(shape), len(shape) - 1)
    several = st.lists(dims, min_size=1, max_size=3, unique_by=lambda dim: dim % len(shape))
    dim = draw(st.none() | dims | several.map(tuple))
    name = draw(st.sampled_from(["Mean", "Sum", "Max", "Std", "Norm"]))
    return Trial(ops.CATALOGUE[name](dim=dim, keepdim=draw(st.booleans())), (shape,))


@st.composite
def attention(draw: Draw) -> Trial:
    heads, width = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    embed, first = heads * width, draw(st.booleans())
    queries, keys, batch = (draw(st.integers(1, 5)) for _ in range(3))
    given = {
        "bias": draw(st.booleans()),
        "add_bias_kv": draw(st.booleans()),
        "add_zero_attn": draw(st.booleans()),
        "batch_first": first,
    }

    def shape(length: int, features: int) -> tuple[int, ...]:
        return (batch, length, features) if first else (length, batch, features)

    make = ops.CATALOGUE["MultiheadAttention"]
    given["average_attn_weights"] = draw(st.booleans())
    if draw(st.booleans()):
        return Trial(make(embed, heads, **given), (shape(queries, embed),))
    kdim, vdim = (draw(st.none() | st.integers(1, 6)) for _ in range(2))
    shapes = (shape(queries, embed), shape(keys, kdim or embed), shape(keys, vdim or embed))
    if draw(st.booleans()):  # without a batch
        shapes = ((queries, embed), (keys, kdim or embed), (keys, vdim or embed))
    if draw(st.booleans()):
        shapes = (*shapes, (queries, keys))
    return Trial(make(embed, heads, kdim=kdim, vdim=vdim, **given), shapes)


@st.composite
def recurrent(draw: Draw) -> Trial:
    name = draw(st.sampled_from(["RNN", "LSTM", "GRU"]))
    features, hidden = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    given = {
        "num_layers": draw(st.integers(1, 3)),
        "bias": draw(st.booleans()),
        "batch_first": draw(st.booleans()),
        "bidirectional": draw(st.booleans()),
    }
    if name == "LSTM" and hidden > 1:
        given["proj_size"] = draw(st.integers(0, hidden - 1))
    sizes = (draw(st.integers(1, 4)), draw(st.integers(1, 4)))
    op = ops.CATALOGUE[name](features, hidden, **given)
    shapes: tuple[Shape, ...] = ((*sizes, features),)
    if draw(st.booleans()):
        shapes = ((sizes[0], features),)  # without a batch
    if draw(st.booleans()):
        batch = (sizes[not given["batch_first"]],) * (len(shapes[0]) - 2)
        layers = given["num_layers"] * (1 + given["bidirectional"])
        widths = [given.get("proj_size") or hidden, hidden][: 1 + (name == "LSTM")]
        shapes += tuple((layers, *batch, width) for width in widths)
    return Trial(op, shapes)
