"""Ops that stand for functions of torch: by name, along a dim, with indices, in pieces."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from cnncalc import ops
from cnncalc.shape import Shape

from .base import Draw, Trial, at_least, plain_shapes
from .tensors import thinned

ONE = ["exp", "abs", "sqrt", "floor", "isnan", "tril", "neg", "erf", "logical_not"]
TWO = ["maximum", "minimum", "atan2", "eq", "lt", "fmod"]


@st.composite
def pointwise(draw: Draw) -> Trial:
    shape = draw(plain_shapes(2, 4))
    kind = draw(st.sampled_from(["one", "two", "three", "settings", "copy", "reverse", "inplace"]))
    make = ops.CATALOGUE["Pointwise"]
    if kind == "one":
        return Trial(make(draw(st.sampled_from(ONE))), (shape,))
    if kind == "two":
        pair = draw(st.permutations([shape, thinned(draw, shape)]))
        return Trial(make(draw(st.sampled_from(TWO))), tuple(pair))
    if kind == "three":
        shapes = [shape, thinned(draw, shape), thinned(draw, shape)]
        name = draw(st.sampled_from(["where", "addcmul", "lerp"]))
        return Trial(make(name), tuple(draw(st.permutations(shapes))))
    if kind == "settings":
        settings = [
            ("clamp", (("min", 0), ("max", 6))),
            ("clamp", (("max", float("inf")),)),
            ("pow", (("exponent", 2),)),
            ("nan_to_num", (("nan", 0.5),)),
        ]
        return Trial(make(*draw(st.sampled_from(settings))), (shape,))
    if kind == "inplace":
        return Trial(make("mul", inplace=True), (shape, thinned(draw, shape)))
    if kind == "reverse":
        other = draw(st.sampled_from([1, 2.5, 1j]))
        name = draw(st.sampled_from(["Add", "Sub", "Mul", "Div"]))
        return Trial(ops.CATALOGUE[name](other=other, reverse=True), (draw(plain_shapes(0, 4)),))
    copies = [ops.CATALOGUE["Cast"]("float64"), ops.CATALOGUE["Clone"]()]
    return Trial(draw(st.sampled_from(copies)), (shape,))


def dims_of(shape: Shape) -> st.SearchStrategy[int]:
    """A dim of a tensor, counted from either end; 0 or -1 of one without dims."""
    rank = max(len(shape), 1)
    return st.integers(-rank, rank - 1)


@st.composite
def reductions_by_name(draw: Draw) -> Trial:
    shape = draw(plain_shapes(0, 4, least=2))
    dims = dims_of(shape)
    several = st.lists(dims, min_size=1, max_size=3, unique_by=lambda dim: dim % max(len(shape), 1))
    name = draw(st.sampled_from(["amin", "logsumexp", "var", "nansum", "any", "all", "var_mean",
                                 "count_nonzero", "max", "min", "median", "mode", "kthvalue",
                                 "prod", "argmax", "argmin", "aminmax"]))  # fmt: skip
    one = name not in ("amin", "logsumexp", "var", "nansum", "any", "all", "var_mean",
                       "count_nonzero")  # fmt: skip
    dim = draw(st.none() | dims if one else st.none() | dims | several.map(tuple))
    keepdim = draw(st.booleans()) and dim is not None and name != "count_nonzero"
    settings = (("k", 1),) if name == "kthvalue" else ()
    return Trial(ops.CATALOGUE["Reduce"](name, dim, keepdim, settings), (shape,))


@st.composite
def along_dim(draw: Draw) -> Trial:
    shape = draw(plain_shapes(0, 4))
    dim = draw(dims_of(shape))
    kind = draw(st.sampled_from(["Cumulative", "Sort", "Argsort", "TopK", "Normalize", "Softmax"]))
    given: dict[str, Any] = {"dim": dim}
    if kind == "Cumulative":
        names = ["cumsum", "cumprod", "logcumsumexp", "cummax", "cummin"]
        given["function"] = draw(st.sampled_from(names))
    if kind == "TopK":
        given["k"] = draw(st.integers(1, shape[dim] if shape else 1))
    return Trial(ops.CATALOGUE[kind](**given), (shape,))


@st.composite
def indexing(draw: Draw) -> Trial:
    shape = draw(plain_shapes(1, 4, least=2))
    dim = draw(st.integers(-len(shape), len(shape) - 1))
    at, count = dim % len(shape), draw(st.integers(1, 6))
    kind = draw(st.sampled_from(["Gather", "TakeAlongDim", "IndexSelect", "known", "Index"]))
    if kind == "Gather":
        index = [draw(st.integers(1, size)) for size in shape]
        index[at] = count
        return Trial(ops.CATALOGUE[kind](dim), (shape, tuple(index)))
    if kind == "TakeAlongDim":
        sides = [[draw(st.sampled_from([size, 1])) for size in shape] for _ in range(2)]
        sides[0][at], sides[1][at] = shape[at], count
        return Trial(ops.CATALOGUE[kind](dim), (tuple(sides[0]), tuple(sides[1])))
    if kind == "IndexSelect":
        return Trial(ops.CATALOGUE[kind](dim), (shape, (count,)))
    if kind == "known":
        places = draw(st.lists(st.integers(-shape[at], shape[at] - 1), min_size=1, max_size=6))
        return Trial(ops.CATALOGUE["IndexSelect"](dim, tuple(places)), (shape,))
    dims = draw(st.lists(st.integers(0, len(shape) - 1), min_size=1, max_size=3, unique=True))
    index_shape = draw(plain_shapes(0, 2))
    lists = tuple(thinned(draw, index_shape) for _ in dims)
    return Trial(ops.CATALOGUE["Index"](tuple(sorted(dims))), (shape, *lists))


@st.composite
def assignments(draw: Draw) -> Trial:
    shape = draw(plain_shapes(1, 4, least=2))
    dims = draw(st.lists(st.integers(0, len(shape) - 1), max_size=2, unique=True))
    pieces: list[tuple[Any, ...]] = []
    sizes: list[int] = []
    for dim, size in enumerate(shape):
        if dim not in dims:
            sizes.append(size or 0)
        elif draw(st.booleans()):
            pieces.append((dim, draw(st.integers(-(size or 0), (size or 0) - 1))))
        else:
            start, step = draw(st.integers(0, (size or 0) - 1)), draw(st.integers(1, 3))
            end = draw(st.none() | st.integers(start + 1, (size or 0) + 1))
            pieces.append((dim, start, end, step))
            sizes.append(len(range(size or 0)[start:end:step]))
    op = ops.CATALOGUE["Assign"](tuple(pieces), draw(st.booleans()))
    return Trial(op, (shape, thinned(draw, tuple(sizes))) if draw(st.booleans()) else (shape,))


@st.composite
def pieces(draw: Draw) -> Trial:
    shape = draw(plain_shapes(1, 4, least=2))
    dim = draw(st.integers(-len(shape), len(shape) - 1))
    size = shape[dim]
    kind = draw(st.sampled_from(["Unbind", "sections", "cuts", "Flip", "RepeatInterleave"]))
    if kind == "sections":
        return Trial(ops.CATALOGUE["TensorSplit"](draw(st.integers(1, size)), dim), (shape,))
    if kind == "cuts":
        cuts = draw(st.lists(st.integers(1, size - 1), max_size=3, unique=True).map(sorted))
        return Trial(ops.CATALOGUE["TensorSplit"](tuple(cuts), dim), (shape,))
    if kind == "Flip":
        dims = draw(st.lists(st.integers(0, len(shape) - 1), max_size=3, unique=True))
        return Trial(ops.CATALOGUE[kind](tuple(dims)), (shape,))
    if kind == "RepeatInterleave":
        times, flat = draw(st.integers(1, 3)), draw(st.booleans())
        return Trial(ops.CATALOGUE[kind](times, None if flat else dim), (shape,))
    return Trial(ops.CATALOGUE[kind](dim), (shape,))


@st.composite
def strided(draw: Draw) -> Trial:
    shape = draw(plain_shapes(2, 4, least=2))
    first, second = draw(st.permutations(range(len(shape))))[:2]
    if draw(st.booleans()):
        offset = draw(st.integers(1 - shape[first], shape[second] - 1))
        back = len(shape) * draw(st.booleans())
        return Trial(ops.CATALOGUE["Diagonal"](offset, first, second - back), (shape,))
    size = draw(st.integers(1, shape[first]))
    return Trial(ops.CATALOGUE["UnfoldDim"](first, size, draw(st.integers(1, 3))), (shape,))


TRANSFORMS = ["fft", "ifft", "rfft", "irfft", "hfft", "ihfft", "fft2", "rfft2", "irfft2", "fftn",
              "rfftn", "irfftn"]  # fmt: skip


@st.composite
def transforms(draw: Draw) -> Trial:
    shape = draw(plain_shapes(2, 4, least=2))
    name = draw(st.sampled_from(TRANSFORMS))
    count = {"2": 2, "n": draw(st.integers(1, len(shape)))}.get(name[-1], 1)
    dims, sizes = None, None
    if draw(st.integers(0, 5)) == 0:
        pairs = draw(st.sampled_from(["ViewAsReal", "ViewAsComplex"]))
        return Trial(ops.CATALOGUE[pairs](), ((*shape, 2) if pairs == "ViewAsComplex" else shape,))
    if draw(st.booleans()):
        dims = tuple(draw(st.permutations(range(-len(shape), 0)))[:count])
    if draw(st.booleans()):
        sizes = tuple(draw(st.integers(1, 6)) for _ in range(count))
    return Trial(ops.CATALOGUE["FFT"](name, dims, sizes), (shape,))


@st.composite
def distances(draw: Draw) -> Trial:
    shape = draw(plain_shapes(2, 4, least=2))
    kind = draw(st.sampled_from(["CDist", "CosineSimilarity", "PairwiseDistance"]))
    if kind == "CDist":
        rows = draw(st.integers(1, 5))
        shapes = (shape, (*thinned(draw, shape[:-2]), rows, shape[-1]))
        return Trial(ops.CATALOGUE[kind](), shapes)
    pair = tuple(draw(st.permutations([shape, thinned(draw, shape)])))
    if kind == "PairwiseDistance":
        return Trial(ops.CATALOGUE[kind](keepdim=draw(st.booleans())), (shape, shape))
    return Trial(ops.CATALOGUE[kind](draw(st.integers(-len(shape), len(shape) - 1))), pair)


@st.composite
def sampling(draw: Draw) -> Trial:
    rank = draw(st.integers(2, 3))
    image = (2, 3, *(draw(st.integers(2, 5)) for _ in range(rank)))
    if draw(st.booleans()) or rank == 3:
        grid = (2, *(draw(st.integers(1, 4)) for _ in range(rank)), rank)
        modes = ["bilinear", "nearest", *["bicubic"] * (rank == 2)]
        padding = draw(st.sampled_from(["zeros", "border", "reflection"]))
        op = ops.CATALOGUE["GridSample"](draw(st.sampled_from(modes)), padding, draw(st.booleans()))
        return Trial(op, (image, grid))
    kernel, stride = draw(st.integers(1, 3)), draw(st.integers(1, 2))
    groups = draw(st.sampled_from([1, 3]))
    op = ops.CATALOGUE["DeformConv2d"](3, 3, kernel, stride, 1, groups=groups, bias=False)
    height, width = ((size + 2 - kernel) // stride + 1 for size in image[2:])
    offsets, mask = ((2, n * kernel**2, height, width) for n in (2, 1))
    return Trial(op, (image, offsets, *[mask] * draw(st.integers(0, 1))))


@st.composite
def cells(draw: Draw) -> Trial:
    kind = draw(st.sampled_from(["RNNCell", "LSTMCell", "GRUCell", "EmbeddingBag", "OneHot"]))
    if kind == "OneHot":
        return Trial(ops.CATALOGUE[kind](draw(st.integers(1, 5))), (draw(plain_shapes(0, 4)),))
    if kind == "EmbeddingBag":
        mode = draw(st.sampled_from(["sum", "mean", "max"]))
        shape = (draw(st.integers(1, 4)), draw(st.integers(1, 4)))
        return Trial(ops.CATALOGUE[kind](7, draw(st.integers(1, 4)), mode=mode), (shape,))
    features, hidden = draw(at_least(1)), draw(at_least(1))
    rows = (draw(st.integers(1, 3)),) * draw(st.integers(0, 1))
    states = (((*rows, hidden),) * (2 if kind == "LSTMCell" else 1)) * draw(st.integers(0, 1))
    op = ops.CATALOGUE[kind](features, hidden, draw(st.booleans()))
    return Trial(op, ((*rows, features), *states))
