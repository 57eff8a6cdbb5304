"""Ops on tensors of any rank: activations, products, merges, views."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from cnncalc import ops
from cnncalc.ops import Op
from cnncalc.shape import Shape

from .base import Draw, Trial, plain_shapes

#: Ops without required arguments that work element by element.
ELEMENTWISE = [
    "ReLU",
    "ReLU6",
    "LeakyReLU",
    "PReLU",
    "RReLU",
    "ELU",
    "CELU",
    "SELU",
    "GELU",
    "SiLU",
    "Mish",
    "Sigmoid",
    "Tanh",
    "Hardtanh",
    "Hardsigmoid",
    "Hardswish",
    "Hardshrink",
    "Softshrink",
    "Tanhshrink",
    "Softplus",
    "Softsign",
    "LogSigmoid",
    "Dropout",
    "AlphaDropout",
    "FeatureAlphaDropout",
    "Identity",
]


@st.composite
def activations(draw: Draw) -> Trial:
    shape = draw(plain_shapes(2))
    kind = draw(st.sampled_from(["elementwise", "glu", "softmax", "channels", "other"]))
    if kind == "glu":
        dim = draw(st.integers(-len(shape), len(shape) - 1))
        doubled = list(shape)
        doubled[dim] *= 2
        return Trial(ops.CATALOGUE["GLU"](dim), (tuple(doubled),))
    if kind == "softmax":
        name = draw(st.sampled_from(["Softmax", "LogSoftmax", "Softmin"]))
        dim = draw(st.integers(-len(shape), len(shape) - 1))
        return Trial(ops.CATALOGUE[name](dim), (shape,))
    if kind == "channels":
        return Trial(ops.CATALOGUE["PReLU"](shape[1]), (shape,))
    if kind == "other":
        image = (2, 3, 4, 5)
        names = ["Softmax2d", "Dropout2d", "Dropout1d", "Dropout3d", "Threshold"]
        name = draw(st.sampled_from(names))
        given = {"threshold": 0.5, "value": 1} if name == "Threshold" else {}
        image = {"Dropout1d": image[:3], "Dropout3d": (*image, 2)}.get(name, image)
        return Trial(ops.CATALOGUE[name](**given), (image,))
    return Trial(ops.CATALOGUE[draw(st.sampled_from(ELEMENTWISE))](), (shape,))


@st.composite
def dense(draw: Draw) -> Trial:
    shape = draw(plain_shapes(1, 4))
    kind = draw(st.sampled_from(["Linear", "Bilinear", "Embedding"]))
    if kind == "Embedding":
        op = ops.CATALOGUE[kind](draw(st.integers(1, 20)), draw(st.integers(1, 8)))
        return Trial(op, (shape,))
    features, bias = draw(st.integers(1, 6)), draw(st.booleans())
    if kind == "Linear":
        return Trial(ops.CATALOGUE[kind](shape[-1], features, bias), (shape,))
    shape, second = draw(plain_shapes(1, 4, least=2)), draw(st.integers(2, 6))
    op = ops.CATALOGUE[kind](shape[-1], second, features, bias)
    return Trial(op, (shape, (*shape[:-1], second)))


def thinned(draw: Draw, shape: Shape) -> Shape:
    """A shape that broadcasts with `shape`: leading dims dropped, some sizes 1."""
    kept = shape[draw(st.integers(0, len(shape))) :]
    return tuple(draw(st.sampled_from([size, 1])) for size in kept)


@st.composite
def products(draw: Draw) -> Trial:
    kind = draw(st.sampled_from(["matmul", "vectors", "einsum", "sdpa", "gqa"]))
    n, m, k = (draw(st.integers(1, 5)) for _ in range(3))
    batch = draw(plain_shapes(0, 3))
    if kind == "matmul":
        left, right = (batch, thinned(draw, batch)) if draw(st.booleans()) else (batch, batch)
        if draw(st.booleans()):
            left, right = right, left
        return Trial(ops.CATALOGUE["MatMul"](), ((*left, n, k), (*right, k, m)))
    if kind == "vectors":
        pairs = [((k,), (k,)), ((k,), (*batch, k, m)), ((*batch, n, k), (k,))]
        return Trial(ops.CATALOGUE["MatMul"](), draw(st.sampled_from(pairs)))
    if kind == "sdpa":
        dv, query = draw(st.integers(1, 5)), (2, *batch)
        shapes = ((*query, n, k), (*query, m, k), (*query, m, dv))
        masked = draw(st.sampled_from(["no", "causal", "given"]))
        op = ops.CATALOGUE["ScaledDotProductAttention"](masked == "causal")
        return Trial(op, (*shapes, (n, m)) if masked == "given" else shapes)
    if kind == "gqa":
        heads, times = draw(st.integers(1, 3)), draw(st.integers(1, 3))
        shared = (2, heads, m, k)
        op = ops.CATALOGUE["ScaledDotProductAttention"](enable_gqa=True)
        return Trial(op, ((2, heads * times, n, k), shared, shared))
    return draw(einsums())


EQUATIONS = [
    "ij,jk->ik",
    "ij,jk",
    "bij,bjk->bik",
    "bhid,bhjd->bhij",
    "nchw,oc->nohw",
    "...ij,...jk->...ik",
    "ij->ji",
    "ij->i",
    "ij->",
    "ij,ij->",
    "i,j->ij",
    "ij,jk,kl->il",
    "ij,kl->ik",
    "ij,jk->i",
    "nchw,nc->nchw",
    "nctv,vw->nctw",
    "bhqk,bhkd->bqhd",
    "...i,ij->...j",
    "ii->i",
    "ii",
    "bcii->bci",
    "i,i",
    "Ab,bA",
    "...i,...i->...",
    "abc,cd,de->abe",
]


@st.composite
def einsums(draw: Draw) -> Trial:
    equation = draw(st.sampled_from(EQUATIONS))
    # From 2 on: torch turns products along sizes of 1 into others, which are not counted.
    letters = sorted({letter for letter in equation if letter.isalpha()})
    sizes = {letter: draw(st.integers(2, 5)) for letter in letters}
    dots = draw(plain_shapes(0, 2, least=2))
    shapes = []
    for term in equation.partition("->")[0].split(","):
        named = tuple(sizes[letter] for letter in term.replace("...", ""))
        shapes.append((*dots, *named) if term.startswith("...") else named)
    return Trial(ops.CATALOGUE["Einsum"](equation), tuple(shapes))


@st.composite
def merges(draw: Draw) -> Trial:
    shape = draw(plain_shapes(1, 4))
    kind = draw(st.sampled_from(["Add", "Sub", "Mul", "Div", "Cat", "Stack"]))
    if kind == "Stack":
        dim = draw(st.integers(-len(shape) - 1, len(shape)))
        return Trial(ops.CATALOGUE[kind](dim), (shape,) * draw(st.integers(1, 3)))
    if kind == "Cat":
        dim = draw(st.integers(-len(shape), len(shape) - 1))
        shapes = []
        for _ in range(draw(st.integers(1, 4))):
            changed = list(shape)
            changed[dim] = draw(st.integers(1, 5))
            shapes.append(tuple(changed))
        return Trial(ops.CATALOGUE[kind](dim), tuple(shapes))
    if draw(st.booleans()):
        return Trial(ops.CATALOGUE[kind](other=2.5), (shape,))
    shapes = [shape, thinned(draw, shape)]
    return Trial(ops.CATALOGUE[kind](), tuple(draw(st.permutations(shapes))))


def parted(draw: Draw, elements: int) -> tuple[int, ...]:
    """Sizes whose product is `elements`."""
    sizes = []
    while elements > 1 and len(sizes) < 4:
        part = draw(st.sampled_from([d for d in range(1, elements + 1) if elements % d == 0]))
        sizes.append(part)
        elements //= part
    return (*sizes, elements)


@st.composite
def views(draw: Draw) -> Trial:
    shape = draw(plain_shapes(1, 5))
    rank = len(shape)
    dim = draw(st.integers(-rank, rank - 1))
    kind = draw(st.sampled_from(sorted(_VIEWS)))
    return Trial(_VIEWS[kind](draw, shape, dim), (shape,))


def _flatten(draw: Draw, shape: Shape, dim: int) -> Op:
    rank = len(shape)
    first = dim % rank
    last = draw(st.integers(first, rank - 1))
    return ops.CATALOGUE["Flatten"](dim, last - rank if draw(st.booleans()) else last)


def _reshape(draw: Draw, shape: Shape, dim: int) -> Op:
    elements = 1
    for size in shape:
        elements *= size
    sizes: list[Any] = list(parted(draw, elements))
    if draw(st.booleans()):
        sizes[draw(st.integers(0, len(sizes) - 1))] = -1
    if draw(st.booleans()):
        return ops.CATALOGUE["Reshape"](("=0", -1))
    return ops.CATALOGUE["Reshape"](tuple(sizes))


def _unflatten(draw: Draw, shape: Shape, dim: int) -> Op:
    sizes = list(parted(draw, shape[dim]))
    if draw(st.booleans()):
        sizes[draw(st.integers(0, len(sizes) - 1))] = -1
    return ops.CATALOGUE["Unflatten"](dim, tuple(sizes))


def _permute(draw: Draw, shape: Shape, dim: int) -> Op:
    order = draw(st.permutations(range(len(shape))))
    return ops.CATALOGUE["Permute"](tuple(at - len(shape) * (dim < 0) for at in order))


def _expand(draw: Draw, shape: Shape, dim: int) -> Op:
    sizes = [draw(st.integers(1, 4)) if size == 1 else size for size in shape]
    sizes = [draw(st.sampled_from([size, -1])) for size in sizes]
    return ops.CATALOGUE["Expand"]((*draw(plain_shapes(0, 2)), *sizes))


def _roll(draw: Draw, shape: Shape, dim: int) -> Op:
    dims = draw(st.lists(st.integers(0, len(shape) - 1), min_size=1, max_size=2, unique=True))
    return ops.CATALOGUE["Roll"](tuple(draw(st.integers(-7, 7)) for _ in dims), tuple(dims))


def _slice(draw: Draw, shape: Shape, dim: int) -> Op:
    start = draw(st.integers(-shape[dim] - 1, shape[dim] - 1) | st.none())
    step = draw(st.integers(1, 3))
    end = None
    if draw(st.booleans()):
        first = range(shape[dim])[slice(start, None)][0]
        end = draw(st.integers(first + 1, shape[dim] + 2))
    return ops.CATALOGUE["Slice"](dim, start, end, step)


_VIEWS: dict[str, Callable[[Draw, Shape, int], Op]] = {
    "flatten": _flatten,
    "reshape": _reshape,
    "unflatten": _unflatten,
    "permute": _permute,
    "transpose": lambda draw, shape, dim: ops.CATALOGUE["Transpose"](
        dim, draw(st.integers(-len(shape), len(shape) - 1))
    ),
    "squeeze": lambda draw, _, dim: ops.CATALOGUE["Squeeze"](
        draw(st.sampled_from([None, dim, (dim,)]))
    ),
    "unsqueeze": lambda draw, shape, _: ops.CATALOGUE["Unsqueeze"](
        draw(st.integers(-len(shape) - 1, len(shape)))
    ),
    "expand": _expand,
    "repeat": lambda draw, shape, _: ops.CATALOGUE["Repeat"](
        (*draw(plain_shapes(0, 2)), *(draw(st.integers(1, 3)) for _ in shape))
    ),
    "roll": _roll,
    "slice": _slice,
    "select": lambda draw, shape, dim: ops.CATALOGUE["Select"](
        dim, draw(st.integers(-shape[dim], shape[dim] - 1))
    ),
    "chunk": lambda draw, shape, dim: ops.CATALOGUE["Chunk"](
        draw(
            st.sampled_from([n for n in range(1, 6) if -(-shape[dim] // -(-shape[dim] // n)) == n])
        ),
        dim,
    ),
    "split": lambda draw, shape, dim: ops.CATALOGUE["Split"](
        list(parted_sum(draw, shape[dim])), dim
    ),
}


def parted_sum(draw: Draw, size: int) -> list[int]:
    """Sizes whose sum is `size`."""
    parts = []
    while size:
        part = draw(st.integers(1, size))
        parts.append(part)
        size -= part
    return parts
