"""Reductions, running sums, sorting."""

from __future__ import annotations

from typing import Any

from ....ops import Op
from ..tensor import Tensor
from .call import Call, rule

_OWN = {"mean": "Mean", "sum": "Sum", "amax": "Max", "std": "Std"}


@rule("mean", "sum", "amax", "nansum", "nanmean", "amin", "logsumexp", "count_nonzero",
      "special_logsumexp")  # fmt: skip
def reduction(
    call: Call, input: Tensor, dim: Any = None, keepdim: bool = False, **named: Any
) -> Op:
    dim = _dims(dim)
    if call.name in _OWN:
        return call.op(_OWN[call.name], dim, keepdim)
    return call.op("Reduce", call.name.removeprefix("special_"), dim, keepdim)


def _dims(dim: Any) -> Any:
    """Dims as a tuple; none at all means all of them."""
    if dim is None or dim == () or dim == []:
        return None
    return tuple(dim) if isinstance(dim, tuple | list) else (dim,)


@rule("std", "var", "std_mean", "var_mean")
def spread_of(
    call: Call,
    input: Tensor,
    dim: Any = None,
    unbiased: Any = None,
    keepdim: bool = False,
    **named: Any,
) -> Op:
    if isinstance(dim, bool):  # x.var(False): biased, over everything
        dim = None
    dim = _dims(dim)
    if call.name == "std":
        return call.op("Std", dim, keepdim)
    return call.op("Reduce", call.name, dim, keepdim)


@rule("max", "min", "median", "nanmedian", "mode")
def extreme(call: Call, input: Tensor, dim: Any = None, keepdim: bool = False, **named: Any) -> Op:
    other = named.get("other", dim)
    if isinstance(other, Tensor):
        call.inputs = [input, other]
        return call.op("Pointwise", {"max": "maximum", "min": "minimum"}[call.name])
    return call.op("Reduce", call.name, _dims(dim), keepdim)


@rule("prod", "any", "all", "argmax", "argmin", "aminmax")
def one_dim(call: Call, input: Tensor, dim: Any = None, keepdim: bool = False, **_: Any) -> Op:
    return call.op("Reduce", call.name, _dims(dim), keepdim)


@rule("kthvalue")
def kthvalue(call: Call, input: Tensor, k: int, dim: int = -1, keepdim: bool = False) -> Op:
    return call.op("Reduce", "kthvalue", (dim,), keepdim, (("k", k),))


@rule("quantile", "nanquantile")
def quantile(
    call: Call, input: Tensor, q: Any, dim: int | None = None, keepdim: bool = False, **_: Any
) -> Op:
    if isinstance(q, Tensor) and q.dim():  # several: a dim of their own comes first
        return call.op("Anywhere", call.name, ((q.numel(), *_reduced(input, dim, keepdim)),))
    call.inputs = [input]
    number = (("q", q),) if isinstance(q, int | float) else ()
    return call.op("Reduce", call.name, _dims(dim), keepdim, number)


def _reduced(input: Tensor, dim: int | None, keepdim: bool) -> list[int]:
    """The sizes that are left when one dim, or all of them, is reduced."""
    gone = range(input.dim()) if dim is None else (dim % input.dim(),)
    kept = [1 if at in gone else size for at, size in enumerate(input.shape)]
    return kept if keepdim else [size for at, size in enumerate(kept) if at not in gone]


@rule("norm", "linalg_vector_norm", "linalg_norm", "linalg_matrix_norm", "frobenius_norm")
def norm(
    call: Call,
    input: Tensor,
    p: Any = 2,
    dim: Any = None,
    keepdim: bool = False,
    **named: Any,
) -> Op:
    p = named.get("ord", p)
    if call.name == "linalg_matrix_norm" and dim is None:
        dim = (-2, -1)
    return call.op("Norm", _dims(dim), keepdim, float(p) if isinstance(p, int | float) else 2)


@rule("cumsum", "cumprod", "logcumsumexp", "cummax", "cummin")
def cumulative(call: Call, input: Tensor, dim: int, **_: Any) -> Op:
    return call.op("Cumulative", call.name, dim)


@rule("sort")
def sort(
    call: Call,
    input: Tensor,
    dim: int = -1,
    descending: bool = False,
    stable: bool = False,
    **_: Any,
) -> Op:
    return call.op("Sort", dim, descending, bool(stable))


@rule("argsort", "msort")
def argsort(
    call: Call,
    input: Tensor,
    dim: int = -1,
    descending: bool = False,
    stable: bool = False,
    **_: Any,
) -> Op | None:
    return call.op("Argsort", dim, descending, bool(stable)) if call.name == "argsort" else None


@rule("topk")
def topk(
    call: Call,
    input: Tensor,
    k: int,
    dim: int = -1,
    largest: bool = True,
    sorted: bool = True,
    **_: Any,
) -> Op:
    return call.op("TopK", k, dim, largest, sorted)


@rule("cosine_similarity")
def cosine_similarity(call: Call, x1: Tensor, x2: Tensor, dim: int = 1, eps: float = 1e-8) -> Op:
    return call.op("CosineSimilarity", dim)


@rule("pairwise_distance")
def pairwise_distance(call: Call, x1: Tensor, x2: Tensor, *_: Any, **__: Any) -> Op:
    return call.op("PairwiseDistance")
