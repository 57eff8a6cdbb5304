"""Activations and dropout as functions."""

from __future__ import annotations

from typing import Any

from ....ops import CATALOGUE, Op
from ..tensor import Tensor
from .call import Call, Handler, rule

#: Function -> op, for functions whose arguments are those of the module, in its order.
_SAME = {
    "relu": "ReLU", "relu6": "ReLU6", "leaky_relu": "LeakyReLU", "elu": "ELU", "celu": "CELU",
    "selu": "SELU", "silu": "SiLU", "mish": "Mish", "sigmoid": "Sigmoid", "tanh": "Tanh",
    "hardtanh": "Hardtanh", "hardsigmoid": "Hardsigmoid", "hardswish": "Hardswish",
    "hardshrink": "Hardshrink", "softshrink": "Softshrink", "tanhshrink": "Tanhshrink",
    "softplus": "Softplus", "softsign": "Softsign", "logsigmoid": "LogSigmoid",
    "log_sigmoid": "LogSigmoid", "log_sigmoid_forward": "LogSigmoid", "threshold": "Threshold",
    "gelu": "GELU", "glu": "GLU",
}  # fmt: skip


def _same(op: str) -> Handler:
    names = [argument.name for argument in CATALOGUE[op].arguments]
    has_inplace = "inplace" in names

    def handler(call: Call, input: Tensor, *args: Any, **kwargs: Any) -> Op:
        call.inputs = [input]
        values = dict(zip(names, args, strict=False)) | {
            name: value for name, value in kwargs.items() if name in names
        }
        if has_inplace:
            values["inplace"] = bool(values.get("inplace")) or call.inplace
        return call.op(op, *_in_order(op, values))

    return handler


def _in_order(op: str, values: dict[str, Any]) -> list[Any]:
    return [values.get(argument.name, argument.default) for argument in CATALOGUE[op].arguments]


for _name, _op in _SAME.items():
    rule(_name)(_same(_op))


@rule("softmax", "log_softmax", "softmin", "_softmax", "_log_softmax", "special_softmax")
def softmax(call: Call, input: Tensor, dim: int | None = None, *_: Any, **__: Any) -> Op:
    kind = {"log_softmax": "LogSoftmax", "_log_softmax": "LogSoftmax", "softmin": "Softmin"}
    if dim is None:  # torch's old rule
        dim = 0 if input.dim() in (0, 1, 3) else 1
    return call.op(kind.get(call.name, "Softmax"), dim)


@rule("prelu", "_prelu_kernel")
def prelu(call: Call, input: Tensor, weight: Tensor) -> Op:
    call.held(weight)
    return call.op("PReLU", weight.numel())


@rule("rrelu", "rrelu_with_noise")
def rrelu(
    call: Call,
    input: Tensor,
    lower: float = 1 / 8,
    upper: float = 1 / 3,
    training: bool = False,
    inplace: bool = False,
) -> Op:
    return call.op("RReLU", lower, upper, inplace or call.inplace)


_DROPOUTS = {
    "dropout": "Dropout",
    "dropout1d": "Dropout1d",
    "dropout2d": "Dropout2d",
    "dropout3d": "Dropout3d",
    "alpha_dropout": "AlphaDropout",
    "feature_alpha_dropout": "FeatureAlphaDropout",
    "feature_dropout": "Dropout2d",
}


@rule(*_DROPOUTS)
def dropout(
    call: Call,
    input: Tensor,
    p: float = 0.5,
    training: bool = True,
    inplace: bool = False,
    **_: Any,
) -> Op:
    call.inputs = [input]
    inplace = inplace or call.inplace
    return call.op(_DROPOUTS[call.name], p, inplace)
