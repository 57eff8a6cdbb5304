"""The gradient formulas of the kinds of layers, one line each, with their sources.

`d` (delta) is the gradient of the loss L with respect to the layer's output y. Each line stands
in plain text and in LaTeX; what they are from is said in docs/explain.md.
"""

from __future__ import annotations

from typing import NamedTuple

from ..ops import Op
from ..words import phrase
from .explanation import Gradient


class _Known(NamedTuple):
    """The lines of a kind, the words that belong to them (a key, or ""), and the source's key."""

    lines: tuple[tuple[str, str], ...]
    words: str
    source: str


_X, _W, _B = r"\frac{\partial L}{\partial x}", r"\frac{\partial L}{\partial W}", (
    r"\frac{\partial L}{\partial b}"
)  # fmt: skip

_CONV = _Known(
    (
        (
            "∂L/∂W[o,c,t] = Σ_n,u δ[n,o,u] · x[n,c,s·u + d·t - p]",
            _W + r"_{o,c,t} = \sum_{n,u} \delta_{n,o,u} \, x_{n,c,su+dt-p}",
        ),
        (
            "∂L/∂x[n,c,v] = Σ_o,t δ[n,o,u] · W[o,c,t],  s·u + d·t - p = v",
            _X + r"_{n,c,v} = \sum_{o,\, su+dt-p=v} \delta_{n,o,u} \, W_{o,c,t}",
        ),
        ("∂L/∂b[o] = Σ_n,u δ[n,o,u]", _B + r"_{o} = \sum_{n,u} \delta_{n,o,u}"),
    ),
    "gradient.conv",
    "source.goodfellow.9",
)
_TRANSPOSED = _Known(
    (
        (
            "∂L/∂W[c,o,t] = Σ_n,v x[n,c,v] · δ[n,o,s·v + d·t - p]",
            _W + r"_{c,o,t} = \sum_{n,v} x_{n,c,v} \, \delta_{n,o,sv+dt-p}",
        ),
        (
            "∂L/∂x[n,c,v] = Σ_o,t δ[n,o,s·v + d·t - p] · W[c,o,t]",
            _X + r"_{n,c,v} = \sum_{o,t} \delta_{n,o,sv+dt-p} \, W_{c,o,t}",
        ),
        ("∂L/∂b[o] = Σ_n,u δ[n,o,u]", _B + r"_{o} = \sum_{n,u} \delta_{n,o,u}"),
    ),
    "gradient.transposed",
    "source.goodfellow.9",
)
_LINEAR = _Known(
    (
        ("∂L/∂W = δᵀ x", _W + r" = \delta^{\top} x"),
        ("∂L/∂x = δ W", _X + r" = \delta \, W"),
        ("∂L/∂b = Σ_n δ[n]", _B + r" = \sum_{n} \delta_{n}"),
    ),
    "gradient.linear",
    "source.goodfellow.6",
)
_BILINEAR = _Known(
    (
        (
            "∂L/∂A[k] = Σ_n δ[n,k] x1[n]ᵀ x2[n]",
            r"\frac{\partial L}{\partial A_{k}} = \sum_{n} \delta_{n,k} \, x_{1,n}^{\top} x_{2,n}",
        ),
        (
            "∂L/∂x1 = Σ_k δ[k] x2 A[k]ᵀ,  ∂L/∂x2 = Σ_k δ[k] x1 A[k]",
            r"\frac{\partial L}{\partial x_{1}} = \sum_{k} \delta_{k} \, x_{2} A_{k}^{\top}, \quad "
            r"\frac{\partial L}{\partial x_{2}} = \sum_{k} \delta_{k} \, x_{1} A_{k}",
        ),
    ),
    "",
    "source.calculus",
)
_MATMUL = _Known(
    (
        (
            "∂L/∂A = δ Bᵀ,  ∂L/∂B = Aᵀ δ",
            r"\frac{\partial L}{\partial A} = \delta B^{\top}, \quad "
            r"\frac{\partial L}{\partial B} = A^{\top} \delta",
        ),
    ),
    "",
    "source.goodfellow.6",
)
_ATTENTION = _Known(
    (
        (
            "P = softmax(Q Kᵀ / √D),  y = P V",
            r"P = \operatorname{softmax}\left( Q K^{\top} / \sqrt{D} \right), \quad y = P V",
        ),
        (
            "∂L/∂V = Pᵀ δ,  dP = δ Vᵀ,  dS = P ∘ (dP - rowsum(P ∘ dP))",
            r"\frac{\partial L}{\partial V} = P^{\top} \delta, \quad dP = \delta V^{\top}, \quad "
            r"dS = P \circ \left( dP - \operatorname{rowsum}(P \circ dP) \right)",
        ),
        (
            "∂L/∂Q = dS K / √D,  ∂L/∂K = dSᵀ Q / √D",
            r"\frac{\partial L}{\partial Q} = dS \, K / \sqrt{D}, \quad "
            r"\frac{\partial L}{\partial K} = dS^{\top} Q / \sqrt{D}",
        ),
    ),
    "gradient.attention",
    "source.attention",
)
_MAX = _Known(
    (
        (
            "∂L/∂x[v] = Σ_u δ[u] · 1[v = a(u)]",
            _X + r"_{v} = \sum_{u} \delta_{u} \, \mathbf{1}\left[ v = a(u) \right]",
        ),
    ),
    "gradient.max",
    "source.calculus",
)
_AVERAGE = _Known(
    (
        (
            "∂L/∂x[v] = Σ_u∋v δ[u] / K",
            _X + r"_{v} = \sum_{u \ni v} \frac{\delta_{u}}{K}",
        ),
    ),
    "gradient.average",
    "source.calculus",
)
_GLOBAL = _Known(
    (("∂L/∂x[v] = δ / I", _X + r"_{v} = \frac{\delta}{I}"),),
    "gradient.global",
    "source.calculus",
)
_BATCHNORM = _Known(
    (
        (
            "∂L/∂γ = Σ δ·x̂,  ∂L/∂β = Σ δ",
            r"\frac{\partial L}{\partial \gamma} = \sum \delta \, \hat{x}, \quad "
            r"\frac{\partial L}{\partial \beta} = \sum \delta",
        ),
        (
            "∂L/∂x = γ/(m·σ) · (m·δ - Σ δ - x̂·Σ δ·x̂)",
            _X + r" = \frac{\gamma}{m \sigma} \left( m \delta - \sum \delta - "
            r"\hat{x} \sum \delta \, \hat{x} \right)",
        ),
    ),
    "gradient.batchnorm",
    "source.batchnorm",
)
_OTHERNORM = _Known(
    (
        (
            "∂L/∂γ = Σ δ·x̂,  ∂L/∂β = Σ δ",
            r"\frac{\partial L}{\partial \gamma} = \sum \delta \, \hat{x}, \quad "
            r"\frac{\partial L}{\partial \beta} = \sum \delta",
        ),
        (
            "∂L/∂x = 1/(m·σ) · (m·g - Σ g - x̂·Σ g·x̂),  g = γ·δ",
            _X + r" = \frac{1}{m \sigma} \left( m g - \sum g - \hat{x} \sum g \, \hat{x} \right), "
            r"\quad g = \gamma \delta",
        ),
    ),
    "gradient.norm",
    "source.layernorm",
)
_RELU = _Known(
    (("∂L/∂x = 1[x > 0] · δ", _X + r" = \mathbf{1}\left[ x > 0 \right] \delta"),),
    "",
    "source.calculus",
)
_SIGMOID = _Known((("∂L/∂x = y·(1 - y)·δ", _X + r" = y \left( 1 - y \right) \delta"),), "",
                  "source.calculus")  # fmt: skip
_TANH = _Known((("∂L/∂x = (1 - y²)·δ", _X + r" = \left( 1 - y^{2} \right) \delta"),), "",
               "source.calculus")  # fmt: skip
_SOFTMAX = _Known(
    (("∂L/∂x = y ∘ (δ - Σ y·δ)", _X + r" = y \circ \left( \delta - \sum y \, \delta \right)"),),
    "gradient.softmax",
    "source.calculus",
)
_LOGSOFTMAX = _Known(
    (("∂L/∂x = δ - softmax(x)·Σ δ", _X + r" = \delta - \operatorname{softmax}(x) \sum \delta"),),
    "gradient.logsoftmax",
    "source.calculus",
)
_ADD = _Known(
    (
        (
            "∂L/∂a = δ,  ∂L/∂b = δ",
            r"\frac{\partial L}{\partial a} = \delta, \quad "
            r"\frac{\partial L}{\partial b} = \delta",
        ),
    ),
    "gradient.add",
    "source.calculus",
)
_SUB = _Known(
    (
        (
            "∂L/∂a = δ,  ∂L/∂b = -δ",
            r"\frac{\partial L}{\partial a} = \delta, \quad "
            r"\frac{\partial L}{\partial b} = -\delta",
        ),
    ),
    "gradient.broadcast",
    "source.calculus",
)
_MUL = _Known(
    (
        (
            "∂L/∂a = b·δ,  ∂L/∂b = a·δ",
            r"\frac{\partial L}{\partial a} = b \, \delta, \quad "
            r"\frac{\partial L}{\partial b} = a \, \delta",
        ),
    ),
    "gradient.broadcast",
    "source.calculus",
)
_DIV = _Known(
    (
        (
            "∂L/∂a = δ/b,  ∂L/∂b = -a·δ/b²",
            r"\frac{\partial L}{\partial a} = \frac{\delta}{b}, \quad "
            r"\frac{\partial L}{\partial b} = -\frac{a \, \delta}{b^{2}}",
        ),
    ),
    "gradient.broadcast",
    "source.calculus",
)
_DROPOUT = _Known(
    (("∂L/∂x = m·δ / (1 - p)", _X + r" = \frac{m \, \delta}{1 - p}"),),
    "gradient.dropout",
    "source.calculus",
)
_EMBEDDING = _Known(
    (
        (
            "∂L/∂W[r] = Σ_n δ[n] · 1[i[n] = r]",
            _W + r"_{r} = \sum_{n} \delta_{n} \, \mathbf{1}\left[ i_{n} = r \right]",
        ),
    ),
    "gradient.embedding",
    "source.calculus",
)
_RECURRENT = _Known(
    (
        (
            "∂L/∂W = Σ_t δ[t]ᵀ x[t],  ∂L/∂U = Σ_t δ[t]ᵀ h[t-1]",
            _W + r" = \sum_{t} \delta_{t}^{\top} x_{t}, \quad "
            r"\frac{\partial L}{\partial U} = \sum_{t} \delta_{t}^{\top} h_{t-1}",
        ),
    ),
    "gradient.recurrent",
    "source.goodfellow.10",
)
_MOVED = _Known((("∂L/∂x = δ", _X + r" = \delta"),), "gradient.moved", "source.calculus")
_SAME = _Known((("∂L/∂x = δ", _X + r" = \delta"),), "", "source.calculus")
_CHAIN = _Known(
    (
        (
            "∂L/∂x = (∂y/∂x)ᵀ δ",
            _X + r" = \left( \frac{\partial y}{\partial x} \right)^{\top} \delta",
        ),
    ),
    "gradient.chain",
    "source.goodfellow.chain",
)

#: By the name of an op's class, or of a base of it; the first that fits, from the class upwards.
_BY_NAME = {
    "DeformConv2d": _CHAIN, "_Conv": _CONV, "_ConvTranspose": _TRANSPOSED, "Linear": _LINEAR,
    "Bilinear": _BILINEAR, "MatMul": _MATMUL, "ScaledDotProductAttention": _ATTENTION,
    "MultiheadAttention": _ATTENTION, "_MaxPool": _MAX, "_AdaptiveMaxPool": _MAX,
    "GlobalMaxPool": _MAX, "_AvgPool": _AVERAGE, "_AdaptiveAvgPool": _AVERAGE,
    "GlobalAvgPool": _GLOBAL, "_BatchNorm": _BATCHNORM, "_InstanceNorm": _OTHERNORM,
    "GroupNorm": _OTHERNORM, "LayerNorm": _OTHERNORM, "ReLU": _RELU, "Sigmoid": _SIGMOID,
    "Tanh": _TANH, "Softmax": _SOFTMAX, "Softmax2d": _SOFTMAX, "LogSoftmax": _LOGSOFTMAX,
    "Add": _ADD, "Sub": _SUB, "Mul": _MUL, "Div": _DIV, "Dropout": _DROPOUT,
    "Dropout1d": _DROPOUT, "Dropout2d": _DROPOUT, "Dropout3d": _DROPOUT,
    "Embedding": _EMBEDDING, "_Recurrent": _RECURRENT, "_Cell": _RECURRENT, "Identity": _SAME,
    "Clone": _SAME, "Flatten": _MOVED, "Reshape": _MOVED, "Unflatten": _MOVED,
    "Permute": _MOVED, "Transpose": _MOVED, "Squeeze": _MOVED, "Unsqueeze": _MOVED,
    "Flip": _MOVED, "Roll": _MOVED, "ChannelShuffle": _MOVED, "PixelShuffle": _MOVED,
    "PixelUnshuffle": _MOVED,
}  # fmt: skip


def gradient_of(op: Op, inputs: int = 1) -> Gradient:
    """The gradient formulas of an op on so many inputs; the chain rule where none is shorter."""
    if type(op).__name__ == "Functional":
        op = op.op  # type: ignore[attr-defined]
    bases = [base.__name__ for base in type(op).__mro__]
    known = next((_BY_NAME[name] for name in bases if name in _BY_NAME), _CHAIN)
    if known in (_ADD, _SUB, _MUL, _DIV) and inputs != 2:
        known = _CHAIN  # with a number there is one gradient; with three there are more
    lines = known.lines
    if known in (_CONV, _TRANSPOSED, _LINEAR) and not getattr(op, "bias", True):
        lines = lines[:2]
    if known in (_OTHERNORM, _BATCHNORM) and not _affine(op):
        lines = lines[1:]
    words = phrase(known.words) if known.words else None
    return Gradient(lines, words, phrase(known.source))


def _affine(op: Op) -> bool:
    return bool(getattr(op, "affine", getattr(op, "elementwise_affine", True)))
