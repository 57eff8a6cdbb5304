"""Attention and recurrent layers as functions."""

from __future__ import annotations

from typing import Any

from ....ops import Op
from ..tensor import Tensor
from .call import Call, rule


@rule("scaled_dot_product_attention")
def scaled_dot_product_attention(
    call: Call,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Op:
    call.inputs = [query, key, value] + ([] if attn_mask is None else [attn_mask])
    if enable_gqa:
        return call.op("ScaledDotProductAttention", is_causal, True)
    return call.op("ScaledDotProductAttention", is_causal)


@rule("multi_head_attention_forward")
def multi_head_attention_forward(
    call: Call,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    embed_dim_to_check: int,
    num_heads: int,
    in_proj_weight: Tensor | None,
    in_proj_bias: Tensor | None,
    bias_k: Tensor | None,
    bias_v: Tensor | None,
    add_zero_attn: bool,
    dropout_p: float,
    out_proj_weight: Tensor,
    out_proj_bias: Tensor | None,
    training: bool = True,
    key_padding_mask: Any = None,
    need_weights: bool = True,
    attn_mask: Any = None,
    use_separate_proj_weight: bool = False,
    q_proj_weight: Tensor | None = None,
    k_proj_weight: Tensor | None = None,
    v_proj_weight: Tensor | None = None,
    **_: Any,
) -> Op:
    same = query is key and key is value
    call.inputs = [query] if same else [query, key, value]
    projections = (
        [q_proj_weight, k_proj_weight, v_proj_weight]
        if use_separate_proj_weight
        else [in_proj_weight]
    )
    weights = [*projections, in_proj_bias, bias_k, bias_v, out_proj_weight, out_proj_bias]
    call.weights = [each for each in weights if each is not None]
    kdim = None if k_proj_weight is None else k_proj_weight.shape[1]
    vdim = None if v_proj_weight is None else v_proj_weight.shape[1]
    return call.op(
        "MultiheadAttention",
        embed_dim_to_check,
        num_heads,
        dropout_p,
        in_proj_bias is not None,
        bias_k is not None,
        add_zero_attn,
        kdim,
        vdim,
        False,
    )


_RECURRENT = {"lstm": "LSTM", "gru": "GRU", "rnn_tanh": "RNN", "rnn_relu": "RNN"}


@rule(*_RECURRENT)
def recurrent(
    call: Call,
    input: Tensor,
    hx: Any,
    params: Any,
    has_biases: bool,
    num_layers: int,
    dropout: float,
    train: bool,
    bidirectional: bool,
    batch_first: bool = False,
) -> Op | None:
    kind = _RECURRENT[call.name]
    states = list(hx) if isinstance(hx, tuple | list) else [hx]
    proj = states[0].shape[-1] if kind == "LSTM" else 0
    hidden = states[-1].shape[-1]
    call.inputs = [input, *[each for each in states if call.recording.knows(each)]]
    call.weights = list(params)
    common = (has_biases, batch_first, dropout, bidirectional)
    if kind == "RNN":
        return call.op("RNN", input.shape[-1], hidden, num_layers, call.name[4:], *common)
    if kind == "GRU":
        return call.op("GRU", input.shape[-1], hidden, num_layers, *common)
    projected = proj if proj != hidden else 0
    return call.op("LSTM", input.shape[-1], hidden, num_layers, *common, projected)


_CELLS = {
    "lstm_cell": "LSTMCell",
    "gru_cell": "GRUCell",
    "rnn_tanh_cell": "RNNCell",
    "rnn_relu_cell": "RNNCell",
}


@rule(*_CELLS)
def cell(
    call: Call,
    input: Tensor,
    hx: Any,
    w_ih: Tensor,
    w_hh: Tensor,
    b_ih: Tensor | None = None,
    b_hh: Tensor | None = None,
) -> Op:
    states = list(hx) if isinstance(hx, tuple | list) else [hx]
    call.inputs = [input, *[each for each in states if call.recording.knows(each)]]
    call.weights = [each for each in (w_ih, w_hh, b_ih, b_hh) if each is not None]
    kind = _CELLS[call.name]
    values = (input.shape[-1], states[0].shape[-1], b_ih is not None)
    if kind == "RNNCell":
        return call.op(kind, *values, call.name.split("_")[1])
    return call.op(kind, *values)
