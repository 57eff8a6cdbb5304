"""Ops on sequences, and reductions: attention, recurrent layers, sums and means."""

from __future__ import annotations

from hypothesis import strategies as st

from cnncalc import ops

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
    if draw(st.booleans()):
        return Trial(make(embed, heads, **given), (shape(queries, embed),))
    kdim, vdim = (draw(st.none() | st.integers(1, 6)) for _ in range(2))
    shapes = (shape(queries, embed), shape(keys, kdim or embed), shape(keys, vdim or embed))
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
    shape = (draw(st.integers(1, 4)), draw(st.integers(1, 4)), features)
    return Trial(ops.CATALOGUE[name](features, hidden, **given), (shape,))
