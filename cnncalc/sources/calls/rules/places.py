"""Functions that read at places which depend on data, and those of everything."""

from __future__ import annotations

from typing import Any

from ....ops import Op
from ..tensor import Tensor
from .call import Call, rule
from .elementwise import plain_settings
from .outcomes import outputs

_WHOLE = (
    "histc", "histogram", "pdist", "_pdist_forward", "corrcoef", "cov", "affine_grid",
    "affine_grid_generator", "multinomial", "dist",
)  # fmt: skip
_ANYWHERE = (
    "max_unpool1d", "max_unpool2d", "max_unpool3d", "fractional_max_pool2d",
    "fractional_max_pool2d_with_indices", "fractional_max_pool3d",
    "fractional_max_pool3d_with_indices", "roi_align", "roi_pool", "ps_roi_align",
    "ps_roi_pool", "diag_embed", "diagflat", "stft", "istft", "renorm", "linalg_cross", "cross",
    "segment_reduce", "take", "rot90", "poisson", "binomial", "frexp", "block_diag",
)  # fmt: skip
#: Functions whose plain numbers are shown by name.
SETTLED = frozenset((*_WHOLE, *_ANYWHERE))


@rule(*_WHOLE)
def whole(call: Call, *args: Any, **kwargs: Any) -> Op:
    """Each output depends on all of the input."""
    return call.op(
        "Whole", call.name, outputs(call, args, kwargs), plain_settings(call, args, kwargs)
    )


@rule(*_ANYWHERE)
def anywhere(call: Call, *args: Any, **kwargs: Any) -> Op:
    """Nobody says which positions are read."""
    return call.op(
        "Anywhere", call.name, outputs(call, args, kwargs), plain_settings(call, args, kwargs)
    )


@rule("linalg_solve_triangular", "triangular_solve", "linalg_solve", "linalg_solve_ex",
      "_linalg_solve_ex", "cholesky_solve", "inverse", "linalg_inv", "linalg_inv_ex")  # fmt: skip
def solution(call: Call, *args: Any, **kwargs: Any) -> Op:
    """A system of equations solved is no matrix product: it counts no MACs, as in torch."""
    return call.op("Anywhere", call.name, outputs(call, args, kwargs))


@rule("bucketize", "searchsorted", "isin")
def sorted_into(call: Call, first: Any, second: Any, **named: Any) -> Op:
    """The place of each value in a list; the list is a constant, or it is all looked at."""
    values, listed = (second, first) if call.name == "searchsorted" else (first, second)
    known = isinstance(values, Tensor) and not (
        isinstance(listed, Tensor) and call.recording.knows(listed)
    )
    if known and listed.dim() == 1:
        call.inputs = [values]
        return call.op("Pointwise", call.name)
    return call.op("Whole", call.name, outputs(call, (first, second), named))


@rule("trace")
def trace(call: Call, input: Tensor) -> Op:
    call.inputs = [call.step(input, call.op("Diagonal", 0, 0, 1))]
    return call.op("Sum", None, False)
