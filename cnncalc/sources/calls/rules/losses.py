"""Losses, and the products of grouped rows."""

from __future__ import annotations

from typing import Any

from ....ops import Op
from ..tensor import Tensor, tensors_in
from .call import Call, rule

#: Losses that compare position by position, where they are not averaged.
_ELEMENTWISE = {
    "mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss", "binary_cross_entropy",
    "binary_cross_entropy_with_logits", "kl_div", "poisson_nll_loss", "gaussian_nll_loss",
    "soft_margin_loss", "margin_ranking_loss", "hinge_embedding_loss",
}  # fmt: skip


@rule(*sorted(_ELEMENTWISE), "cross_entropy", "cross_entropy_loss", "nll_loss", "nll_loss_nd",
      "nll_loss2d", "nll_loss_forward", "nll_loss2d_forward", "cosine_embedding_loss", "ctc_loss",
      "_ctc_loss", "multi_margin_loss", "multilabel_margin_loss", "multilabel_margin_loss_forward",
      "multilabel_soft_margin_loss", "triplet_margin_loss", "linear_cross_entropy")  # fmt: skip
def loss(call: Call, *args: Any, **named: Any) -> Op | None:
    if isinstance(call.result, tuple):  # a primitive: the loss, and what its gradient needs
        call.shown = tuple(tensors_in(call.result)[:1])
    if _is_one_number(call, args, named):
        return call.op("Whole", call.name, ((),))
    if call.name in _ELEMENTWISE:
        return call.op("Pointwise", call.name, (("reduction", "none"),))
    return None  # one value for each sample: which positions it reads, the rule does not know


def _is_one_number(call: Call, args: Any, named: Any) -> bool:
    """Is the loss of all positions put together?"""
    if call.result is not None:
        return not tensors_in(call.result)[0].dim()
    words = [each for each in (*args, named.get("reduction")) if isinstance(each, str)]
    return "none" not in words and named.get("reduce") is not False


@rule("grouped_mm", "_grouped_mm", "transformers.grouped_mm_fallback")
def grouped_mm(
    call: Call,
    input: Tensor,
    mat2: Tensor | None = None,
    offs: Tensor | None = None,
    bias: Tensor | None = None,
    **named: Any,
) -> Op:
    second = next(
        each for each in (mat2, named.get("mat_b"), named.get("weight")) if each is not None
    )
    call.inputs = [input, second] + ([] if offs is None else [offs])
    if bias is None:
        return call.op("GroupedMatMul", None)
    product = call.part(call.inputs, call.op("GroupedMatMul", None), dtype=named.get("out_dtype"))
    call.inputs = [product, bias]
    return call.op("Add", None, False)
