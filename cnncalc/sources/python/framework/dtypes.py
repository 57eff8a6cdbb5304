"""The dtypes of what ops make of tensors: torch's promotion, masks, counts, complex numbers."""

from __future__ import annotations

from collections.abc import Sequence

from ....ops import Op
from ...calls.tensor import is_floating
from .tensor import DType, Tensor, dtype

_COMPARISONS = frozenset(
    [
        "eq",
        "ne",
        "lt",
        "le",
        "gt",
        "ge",
        "equal",
        "not_equal",
        "less",
        "less_equal",
        "greater",
        "greater_equal",
        "isnan",
        "isinf",
        "isfinite",
        "logical_and",
        "logical_or",
        "logical_not",
        "logical_xor",
        "isclose",
        "signbit",
    ]
)
_PLACES = frozenset(["argmax", "argmin", "count_nonzero"])
_WITH_PLACES = frozenset(["TopK", "Sort", "max", "min", "median", "mode", "kthvalue", "nanmedian"])


def dtypes(op: Op, inputs: Sequence[Tensor], count: int) -> list[DType]:
    """The dtypes of an op's outputs."""
    name = getattr(op, "name", None) or getattr(op, "function", None) or ""
    if op.type == "Cast":
        return [dtype(str(op.dtype))] * count  # type: ignore[attr-defined]
    if op.type == "OneHot" or op.type == "Argsort" or name in _PLACES:
        return [dtype("int64")] * count
    if name in _COMPARISONS or name in ("any", "all"):
        return [dtype("bool")] * count
    first = promoted(inputs)
    if name in _TO_COMPLEX:
        return [_complex(first, True)] * count
    if name in _TO_REAL:
        return [_complex(first, False)] * count
    if op.type in ("Embedding", "EmbeddingBag", "Constant"):
        return [dtype("float32")] * count
    if (op.type in _TOTALS or name in _TOTALS) and not is_floating_dtype(first):
        first = dtype("int64")
    if op.type in ("Mean", "Softmax", "Sigmoid", "Div") and not is_floating_dtype(first):
        first = dtype("float32")
    if isinstance(getattr(op, "other", None), float) and not is_floating_dtype(first):
        first = dtype("float32")
    kinds = [first] * count
    if count == 2 and (op.type in _WITH_PLACES or name in _WITH_PLACES or "Pool" in op.type):
        kinds[1] = dtype("int64")
    return kinds


#: Functions that count whole numbers and truth values in 64 bits.
_TOTALS = frozenset(["Sum", "CumSum", "Cumsum", "nansum", "prod", "cumsum", "cumprod"])
_TO_COMPLEX = frozenset(
    ["view_as_complex", "complex", "polar", "fft", "fft2", "fftn", "ifft", "ifft2", "ifftn", "rfft",
     "rfft2", "rfftn", "ihfft"]
)  # fmt: skip
_TO_REAL = frozenset(
    ["view_as_real", "abs", "absolute", "angle", "real", "imag", "irfft", "irfft2", "irfftn",
     "hfft"]
)  # fmt: skip


def _complex(kind: DType, wanted: bool) -> DType:
    """The dtype of complex numbers of as many bits, or of their real parts."""
    double = kind.name in ("float64", "complex128")
    if wanted:
        return dtype("complex128" if double else "complex64")
    if kind.name.startswith("complex"):
        return dtype("float64" if double else "float32")
    return kind


def is_floating_dtype(kind: DType) -> bool:
    """Is it a dtype of real numbers?"""
    return kind.name.startswith(("float", "bfloat", "complex"))


_ORDER = ("bool", "uint8", "int8", "int16", "int32", "int64", "bfloat16", "float16", "float32",
          "float64", "complex64", "complex128")  # fmt: skip


def promoted(inputs: Sequence[Tensor]) -> DType:
    """The dtype that torch computes with; tensors of one number do not decide."""
    if not inputs:
        return dtype("float32")
    real = [each for each in inputs if each.dim()] or list(inputs)
    best = max((each.dtype.name for each in real), key=_rank)
    if not best.startswith(("float", "bfloat", "complex")) and any(map(is_floating, inputs)):
        best = "float32"
    return dtype(best)


def _rank(name: str) -> int:
    return _ORDER.index(name) if name in _ORDER else len(_ORDER)
