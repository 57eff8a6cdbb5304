"""Sums, products and matrix products."""

from __future__ import annotations

from typing import Any

from ....ops import Op
from ..tensor import Tensor
from .call import Call, rule

_ARITHMETIC = {
    "add": "Add", "sub": "Sub", "mul": "Mul", "div": "Div",
    "subtract": "Sub", "multiply": "Mul", "divide": "Div", "true_divide": "Div",
}  # fmt: skip


def _number(value: Any) -> bool:
    return isinstance(value, bool | int | float) and not isinstance(value, Tensor)


@rule(*_ARITHMETIC)
def arithmetic(call: Call, input: Any, other: Any, **_: Any) -> Op | None:
    if isinstance(input, Tensor) and isinstance(other, Tensor):
        call.inputs = [input, other]
        return call.op(_ARITHMETIC[call.name], None, call.inplace)
    left, right = (input, other) if isinstance(input, Tensor) else (other, input)
    if not _number(right):
        return None
    if left is input:
        return call.op(_ARITHMETIC[call.name], right, call.inplace)
    return call.op(_ARITHMETIC[call.name], right, call.inplace, True)


@rule("rsub", "rdiv")
def reversed_arithmetic(call: Call, input: Tensor, other: Any, *_: Any, **__: Any) -> Op | None:
    kind = "Sub" if call.name == "rsub" else "Div"
    if isinstance(other, Tensor):
        call.inputs = [other, input]
        return call.op(kind, None, False)
    return call.op(kind, other, False, True) if _number(other) else None


@rule("cat", "concat", "concatenate")
def cat(call: Call, tensors: Any, dim: int = 0, **_: Any) -> Op:
    return call.op("Cat", dim)


@rule("hstack", "column_stack")
def hstack(call: Call, tensors: Any) -> Op | None:
    if any(each.dim() < 2 for each in tensors):
        return None if any(each.dim() != 1 for each in tensors) else call.op("Cat", 0)
    return call.op("Cat", 1)


@rule("stack")
def stack(call: Call, tensors: Any, dim: int = 0, **_: Any) -> Op:
    return call.op("Stack", dim)


@rule("matmul", "bmm", "mm", "__matmul__", "dot", "mv", "inner", "vdot", "linalg_matmul")
def matmul(call: Call, input: Tensor, other: Tensor, **_: Any) -> Op | None:
    call.inputs = [input, other]
    if call.name == "inner" and input.dim() and other.dim() and input.dim() + other.dim() > 2:
        left, right = "abcdefgh"[: input.dim() - 1], "ijklmnop"[: other.dim() - 1]
        return call.op("Einsum", f"{left}z,{right}z->{left}{right}")
    return call.op("MatMul")


@rule("rmatmul")
def rmatmul(call: Call, input: Tensor, other: Tensor) -> Op:
    call.inputs = [other, input]
    return call.op("MatMul")


@rule("addmm", "baddbmm", "addmv", "addr", "addbmm")
def addmm(call: Call, input: Tensor, *factors: Tensor, **named: Any) -> Op | None:
    """A sum and a product: the product is a layer, too."""
    pairs = (("mat1", "mat2"), ("batch1", "batch2"), ("mat", "vec"), ("vec1", "vec2"))
    for pair in pairs:
        factors += tuple(named[name] for name in pair if name in named)
    mat1, mat2 = factors
    summed = {"addr": "i,j->ij", "addbmm": "bij,bjk->ik"}.get(call.name)
    op = call.op("Einsum", summed) if summed else call.op("MatMul")
    call.inputs = [input, call.part([mat1, mat2], op)]
    return call.op("Add", None, call.inplace)


@rule("_addmm_activation")
def addmm_activation(call: Call, input: Tensor, mat1: Tensor, mat2: Tensor, **_: Any) -> Op | None:
    return addmm(call, input, mat1, mat2)


@rule("einsum")
def einsum(call: Call, equation: Any, *operands: Any) -> Op | None:
    return call.op("Einsum", equation) if isinstance(equation, str) else None


@rule("outer", "ger")
def outer(call: Call, input: Tensor, vec2: Tensor) -> Op:
    return call.op("Einsum", "i,j->ij")


@rule("tensordot")
def tensordot(call: Call, a: Tensor, b: Tensor, dims: Any = 2, **_: Any) -> Op:
    if isinstance(dims, int):
        pairs = list(zip(range(a.dim() - dims, a.dim()), range(dims), strict=True))
    else:
        pairs = list(zip(*[[d] if isinstance(d, int) else d for d in dims], strict=True))
    letters = iter("abcdefghijklmnopqrstuvwxyz")
    left = [next(letters) for _ in range(a.dim())]
    right = [next(letters) for _ in range(b.dim())]
    for at, to in pairs:
        right[to] = left[at]
    gone = {left[at] for at, _ in pairs}
    result = [letter for letter in left + right if letter not in gone]
    return call.op("Einsum", f"{''.join(left)},{''.join(right)}->{''.join(result)}")


@rule("cdist", "_cdist_forward")
def cdist(call: Call, x1: Tensor, x2: Tensor, *_: Any, **__: Any) -> Op:
    return call.op("CDist")
