"""Surrogates for what mixes along dims: products, norms, reductions, transforms.

A product of tensors becomes a sum, so that the network is linear: what an output depends on
does not depend on any values.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from .base import LostError, depends, entered, filled, gated, stands_for

# Products


@stands_for("linear")
def linear(
    input: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None = None
) -> torch.Tensor:
    seen = entered(input).sum(-1, keepdim=True)
    for other in (weight, bias):
        if isinstance(other, torch.Tensor) and other.requires_grad:
            seen = seen + entered(other).sum()
    if weight.dim() == 1:
        return seen[..., 0].clone()
    return filled(seen, (*input.shape[:-1], weight.shape[0]))


@stands_for("bilinear")
def bilinear(
    input1: torch.Tensor, input2: torch.Tensor, weight: torch.Tensor, bias: Any = None
) -> torch.Tensor:
    seen = entered(input1).sum(-1, keepdim=True) + entered(input2).sum(-1, keepdim=True)
    return filled(seen, (*input1.shape[:-1], weight.shape[0]))


@stands_for("matmul", "bmm", "mm", "dot", "mv", "vdot", "linalg_matmul")
def matmul(input: torch.Tensor, other: torch.Tensor, **_: Any) -> torch.Tensor:
    left = input if input.dim() > 1 else input[None]
    right = other if other.dim() > 1 else other[:, None]
    result = entered(left).sum(-1, keepdim=True) + entered(right).sum(-2, keepdim=True)
    result = result if other.dim() > 1 else result.squeeze(-1)
    return result if input.dim() > 1 else result.squeeze(-2 if other.dim() > 1 else -1)


@stands_for("rmatmul")
def rmatmul(input: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    return matmul(other, input)


@stands_for("inner")
def inner(input: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    return matmul(input, other.transpose(-1, -2) if other.dim() > 1 else other)


@stands_for("addmm", "baddbmm", "addmv", "_addmm_activation")
def addmm(input: torch.Tensor, mat1: torch.Tensor, mat2: torch.Tensor, **_: Any) -> torch.Tensor:
    product = matmul(mat1, mat2)
    return product + (input if input.requires_grad else 0)


@stands_for("outer", "ger")
def outer(input: torch.Tensor, vec2: torch.Tensor) -> torch.Tensor:
    return entered(input)[:, None] + entered(vec2)


@stands_for("einsum")
def einsum(equation: Any, *operands: Any) -> torch.Tensor:
    if not isinstance(equation, str):
        raise LostError("einsum with lists of dims")
    tensors = operands[0] if isinstance(operands[0], list | tuple) else operands
    left, arrow, right = equation.replace(" ", "").partition("->")
    terms = left.split(",")
    if not arrow:
        letters = "".join(terms).replace(".", "")
        once = sorted(each for each in set(letters) if letters.count(each) == 1)
        right = ("..." if "..." in left else "") + "".join(once)
    # What an operand lacks of the output is put in by a product with ones of that shape.
    shape = torch.einsum(equation, *(each.detach() for each in tensors)).shape
    total = torch.zeros(shape, dtype=torch.float64)
    for term, tensor in zip(terms, tensors, strict=True):
        if tensor.requires_grad:
            ones = torch.ones(shape, dtype=torch.float64)
            total = total + _one_term(term, right, entered(tensor), ones)
    return total


def _one_term(term: str, right: str, tensor: torch.Tensor, ones: torch.Tensor) -> torch.Tensor:
    """What the output of an einsum has of one operand."""
    if "..." in right and "..." not in term:
        raise LostError("einsum with an ellipsis that only some operands have")
    if "..." in term and "..." not in right:
        raise LostError("einsum that sums over its ellipsis")
    kept = "".join(each for each in right.replace("...", "") if each in term)
    dots = "..." if "..." in term else ""
    return torch.einsum(f"{dots}{kept},{right}->{right}", _summed(term, dots + kept, tensor), ones)


def _summed(term: str, kept: str, tensor: torch.Tensor) -> torch.Tensor:
    return torch.einsum(f"{term}->{kept}", tensor)


@stands_for("tensordot")
def tensordot(a: torch.Tensor, b: torch.Tensor, dims: Any = 2, **_: Any) -> torch.Tensor:
    if isinstance(dims, int):
        left, right = list(range(a.dim() - dims, a.dim())), list(range(dims))
    else:
        left, right = ([d] if isinstance(d, int) else list(d) for d in dims)
    first = entered(a).sum(left) if left else entered(a)
    second = entered(b).sum(right) if right else entered(b)
    return first[(..., *(None,) * second.dim())] + second


@stands_for("cdist")
def cdist(x1: torch.Tensor, x2: torch.Tensor, *_: Any, **__: Any) -> torch.Tensor:
    return entered(x1).sum(-1)[..., :, None] + entered(x2).sum(-1)[..., None, :]


@stands_for("cosine_similarity")
def cosine_similarity(
    x1: torch.Tensor, x2: torch.Tensor, dim: int = 1, eps: float = 1e-8
) -> torch.Tensor:
    return (entered(x1) + entered(x2)).sum(dim)


@stands_for("pairwise_distance")
def pairwise_distance(
    x1: torch.Tensor, x2: torch.Tensor, p: float = 2, eps: float = 1e-6, keepdim: bool = False
) -> torch.Tensor:
    return (entered(x1) + entered(x2)).sum(-1, keepdim=keepdim)


# Norms


@stands_for("batch_norm")
def batch_norm(
    input: torch.Tensor,
    running_mean: torch.Tensor | None,
    running_var: torch.Tensor | None,
    weight: torch.Tensor | None = None,
    bias: torch.Tensor | None = None,
    training: bool = False,
    *_: Any,
    **__: Any,
) -> torch.Tensor:
    own = training or running_mean is None
    return gated(input, [dim for dim in range(input.dim()) if dim != 1] if own else ())


@stands_for("instance_norm")
def instance_norm(
    input: torch.Tensor,
    running_mean: torch.Tensor | None = None,
    running_var: torch.Tensor | None = None,
    weight: torch.Tensor | None = None,
    bias: torch.Tensor | None = None,
    use_input_stats: bool = True,
    *_: Any,
    **__: Any,
) -> torch.Tensor:
    return gated(input, range(2, input.dim()) if use_input_stats else ())


@stands_for("group_norm")
def group_norm(input: torch.Tensor, num_groups: int, *_: Any, **__: Any) -> torch.Tensor:
    grouped = input.unflatten(1, (num_groups, -1))
    return gated(grouped, range(2, grouped.dim())).flatten(1, 2)


@stands_for("layer_norm", "rms_norm")
def layer_norm(input: torch.Tensor, normalized_shape: Any, *_: Any, **__: Any) -> torch.Tensor:
    return gated(input, range(input.dim() - len(normalized_shape), input.dim()))


@stands_for("softmax", "log_softmax", "softmin", "special_softmax")
def softmax(input: torch.Tensor, dim: int | None = None, *_: Any, **__: Any) -> torch.Tensor:
    if dim is None:  # torch's old rule
        dim = 0 if input.dim() in (0, 1, 3) else 1
    return gated(input, (dim,))


@stands_for("normalize")
def normalize(
    input: torch.Tensor, p: float = 2.0, dim: Any = 1, *_: Any, **__: Any
) -> torch.Tensor:
    return gated(input, dim if isinstance(dim, tuple | list) else (dim,))


# Reductions


def _dims(dim: Any) -> tuple[int, ...] | None:
    if dim is None or dim == () or dim == []:
        return None
    return tuple(dim) if isinstance(dim, tuple | list) else (dim,)


def _reduced(input: torch.Tensor, dim: Any, keepdim: bool) -> torch.Tensor:
    dims = _dims(dim)
    return entered(input).sum(tuple(range(input.dim())) if dims is None else dims, keepdim)


@stands_for("mean", "sum", "amax", "amin", "nansum", "nanmean", "logsumexp", "special_logsumexp",
            "prod", "any", "all")  # fmt: skip
def reduction(
    input: torch.Tensor, dim: Any = None, keepdim: bool = False, **named: Any
) -> torch.Tensor:
    return _reduced(input, named.get("axis", dim), named.get("keepdims", keepdim))


@stands_for("std", "var")
def spread(
    input: torch.Tensor, dim: Any = None, unbiased: Any = None, keepdim: bool = False, **named: Any
) -> torch.Tensor:
    dim = None if isinstance(dim, bool) else dim  # x.var(False): biased, over everything
    return _reduced(input, named.get("axis", dim), keepdim)


@stands_for("std_mean", "var_mean")
def spread_and_mean(*args: Any, **kwargs: Any) -> tuple[torch.Tensor, torch.Tensor]:
    return spread(*args, **kwargs), spread(*args, **kwargs)


@stands_for("norm", "linalg_vector_norm", "linalg_norm", "linalg_matrix_norm", "frobenius_norm")
def norm(
    input: torch.Tensor, p: Any = 2, dim: Any = None, keepdim: bool = False, **_: Any
) -> torch.Tensor:
    return _reduced(input, dim, keepdim)


def _extreme(name: str) -> Any:
    """Largest, smallest, middle values: of two tensors, of everything, or along a dim."""

    def surrogate(input: torch.Tensor, *args: Any, **kwargs: Any) -> Any:
        if depends((args, kwargs)):
            other = args[0] if args else kwargs["other"]
            return input + other if input.requires_grad else filled(other, input.shape)
        real = getattr(torch, name)(input.detach(), *args, **kwargs)
        if isinstance(real, torch.Tensor):
            if args or kwargs:  # a constant tensor beside it
                return filled(input, real.shape)
            return _reduced(input, None, False)
        dim = kwargs.get("dim", args[0] if args else -1)
        if name == "kthvalue":
            dim = kwargs.get("dim", args[1] if len(args) > 1 else -1)
        kept = real[0].dim() == input.dim()
        return type(real)((_reduced(input, dim, kept), real[1]))

    return surrogate


for _name in ("max", "min", "median", "nanmedian", "mode", "kthvalue"):
    stands_for(_name)(_extreme(_name))


@stands_for("cumsum", "cumprod", "logcumsumexp")
def cumulative(input: torch.Tensor, dim: int, **_: Any) -> torch.Tensor:
    return entered(input).cumsum(dim)


def _ordered(name: str) -> Any:
    """Sorting and the like: every value along the dim may be any of them; places are lost."""

    def surrogate(input: torch.Tensor, *args: Any, **kwargs: Any) -> Any:
        real = getattr(torch, name)(input.detach(), *args, **kwargs)
        at = {"sort": 0, "topk": 1, "cummax": 0, "cummin": 0}[name]
        dim = kwargs.get("dim", args[at] if len(args) > at else -1)
        seen = entered(input)
        seen = seen.cumsum(dim) if name[:3] == "cum" else seen.sum(dim, keepdim=True)
        return type(real)((filled(seen, real[0].shape), real[1]))

    return surrogate


for _name in ("sort", "topk", "cummax", "cummin"):
    stands_for(_name)(_ordered(_name))


def _transform(name: str) -> Any:
    """A Fourier transform: everything along its dims."""
    function = getattr(torch.fft, name)

    def surrogate(
        input: torch.Tensor, s: Any = None, dim: Any = None, *_: Any, **named: Any
    ) -> Any:
        sizes = s if s is not None else named.pop("n", None)
        if dim is None:
            last = -2 if name.endswith("2") else -1
            dim = range(-input.dim(), 0) if name.endswith("n") else range(last, 0)
        dims = tuple(dim) if isinstance(dim, tuple | list | range) else (dim,)
        given = dims if name[-1] in "2n" else dims[0]
        real = function(input.detach(), sizes, given)
        read = input
        for at, size in zip(dims, each_size(sizes), strict=False):
            read = read.narrow(at, 0, min(size, read.shape[at]))
        seen = filled(entered(read).sum(dims, keepdim=True), real.shape)
        return seen.to(real.dtype) if real.is_complex() else (
            seen.real.clone() if seen.is_complex() else seen
        )  # fmt: skip

    return surrogate


def each_size(sizes: Any) -> Sequence[int]:
    return () if sizes is None else ((sizes,) if isinstance(sizes, int) else sizes)


for _name in ("fft", "ifft", "rfft", "irfft"):
    for _axes in ("", "2", "n"):
        stands_for(f"fft_{_name}{_axes}")(_transform(f"{_name}{_axes}"))
