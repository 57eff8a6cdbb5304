"""Surrogates for attention and recurrent layers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch

from .base import LostError, detached, entered, filled, stands_for


@stands_for("scaled_dot_product_attention")
def scaled_dot_product_attention(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attn_mask: torch.Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> torch.Tensor:
    """Each query by itself, and all keys and values, or those up to it."""
    if enable_gqa:
        times = query.shape[-3] // key.shape[-3]
        key, value = (each.repeat_interleave(times, -3) for each in (key, value))
    read = entered(key).sum(-1, keepdim=True) + entered(value)
    length = query.shape[-2]
    if is_causal:
        upto = torch.ones(length, read.shape[-2], dtype=torch.float64).tril()
        read = upto @ read
    else:
        read = read.sum(-2, keepdim=True)
    result = entered(query).sum(-1, keepdim=True) + read
    if attn_mask is not None and attn_mask.requires_grad:
        result = result + entered(attn_mask).sum(-1, keepdim=True)
    return result


@stands_for("multi_head_attention_forward")
def multi_head_attention_forward(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    embed_dim_to_check: int,
    num_heads: int,
    *args: Any,
    **kwargs: Any,
) -> Any:
    """Tokens are in the first dim, the batch in the next if there is one."""
    real = torch.nn.functional.multi_head_attention_forward(
        detached(query),
        detached(key),
        detached(value),
        embed_dim_to_check,
        num_heads,
        *args,
        **kwargs,
    )
    own, keys = entered(query).sum(-1, keepdim=True), entered(key).sum((0, -1), keepdim=True)
    weights = own + keys
    result = filled(weights + entered(value).sum((0, -1), keepdim=True), real[0].shape)
    if real[1] is None:
        return result, None
    rows = weights.transpose(0, 1) if query.dim() == 3 else weights
    if real[1].dim() > rows.dim():
        rows = rows.unsqueeze(-3)  # one map for each head
    return result, filled(rows, real[1].shape)


def _sequence(function: Any, reads: torch.Tensor, real: Any, time: int, backwards: bool) -> Any:
    """The outputs of a recurrent layer: the sequence, then the last states."""
    whole = reads.sum(time, keepdim=True)
    sequence = filled(whole if backwards else reads.cumsum(time), real[0].shape)
    state = whole.squeeze(-1)
    if state.dim() == 2:
        state = state.squeeze(time)
    return (sequence, *(filled(state[..., None], each.shape) for each in real[1:]))


def _recurrent(name: str) -> Any:
    function = getattr(torch, name)

    def surrogate(
        input: torch.Tensor,
        hx: Any,
        params: Any,
        has_biases: Any,
        num_layers: int,
        dropout: float,
        train: bool,
        bidirectional: bool,
        batch_first: bool = False,
    ) -> Any:
        if isinstance(has_biases, list | tuple):
            raise LostError("a packed sequence")
        options = (params, has_biases, num_layers, dropout, train, bidirectional, batch_first)
        real = function(input.detach(), detached(hx), *options)
        reads = entered(input).sum(-1, keepdim=True)
        time = 1 if batch_first and input.dim() == 3 else 0
        for state in hx if isinstance(hx, tuple | list) else (hx,):
            if state.requires_grad:  # (layers, N, features)
                seen = entered(state).sum((0, -1))
                shape = [1] * reads.dim()
                shape[1 - time] = seen.numel()
                reads = reads + seen.reshape(shape)
        return _sequence(function, reads, real, time, bidirectional)

    return surrogate


for _name in ("lstm", "gru", "rnn_tanh", "rnn_relu"):
    stands_for(_name)(_recurrent(_name))


def _cell(count: int) -> Any:
    def surrogate(input: torch.Tensor, hx: Any, *_: Any, **__: Any) -> Any:
        states: Iterable[torch.Tensor] = hx if isinstance(hx, tuple | list) else (hx,)
        seen = entered(input).sum(-1, keepdim=True)
        for state in states:
            seen = seen + entered(state).sum(-1, keepdim=True)
        results = tuple(filled(seen, state.shape) for state in states)
        return results if count > 1 else results[0]

    return surrogate


for _name in ("gru_cell", "rnn_tanh_cell", "rnn_relu_cell"):
    stands_for(_name)(_cell(1))
stands_for("lstm_cell")(_cell(2))
