"""Tensors in the user's program: attributes, methods, operators, indexing."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator
from typing import Any

from ...calls.rules import Kind, find
from ..builtin import CLASSES, NUMBERS
from ..copying import COPIERS
from ..interpreter import ATTRIBUTES, ITERATORS, TRUTHS, Interpreter, no_attribute
from ..objects import SETTERS
from ..operators import BINARY, ITEMS, SET_ITEMS, UNARY
from ..values import Bound, Class, Native, Opaque, Raised
from .functions import ANSWERS, VALUES, aliased, apply, nested
from .tensor import DType, Size, Tensor, dtype

TENSOR = Class("Tensor", module="torch")
PARAMETER = Class("Parameter", (TENSOR,), module="torch.nn.parameter")
BUFFER = Class("Buffer", (TENSOR,), module="torch.nn.parameter")
CLASSES[Tensor] = lambda value: PARAMETER if value.is_parameter else TENSOR

#: Methods that go by another name than the function.
_OTHERWISE = {"unfold": "unfold_dim"}
#: Attributes that are operations.
_OPERATIONS = frozenset({"T", "mT", "H", "mH", "data", "real", "imag"})


def _attribute(reader: Interpreter, tensor: Tensor, name: str) -> Any:
    if tensor.others is not None and name in tensor.others:
        return tensor.others[name]
    if name in _PROPERTIES:
        return _PROPERTIES[name](tensor)
    if name in _OPERATIONS:
        return apply(reader, name, (tensor,), {}, f"Tensor.{name}")
    if name == "__class__":
        return CLASSES[Tensor](tensor)
    wanted = _OTHERWISE.get(name, name)
    if wanted in ANSWERS or find(wanted).kind is not Kind.UNKNOWN:
        return method(tensor, wanted, name)
    if name not in _UNFOLLOWED:
        raise no_attribute(tensor, name)
    return Bound(Native(name, lambda inner, *_, **__: _unknown(inner, name)), tensor)


def method(tensor: Tensor, name: str, shown: str) -> Native:
    """A method of a tensor."""
    return Native(
        f"Tensor.{shown}",
        lambda reader, *args, **kwargs: apply(
            reader, name, (tensor, *args), kwargs, f"Tensor.{shown}"
        ),
    )


#: Methods and attributes of torch.Tensor that the reader cannot follow.
_UNFOLLOWED = frozenset([
    "apply_", "arccosh", "arccosh_", "arcsinh", "arcsinh_", "arctanh", "arctanh_",
    "as_strided_scatter", "ccol_indices", "cdouble", "cfloat", "chalf", "cholesky",
    "cholesky_inverse", "col_indices", "crow_indices", "dequantize", "det", "diff",
    "dim_order", "dsplit", "eig", "fill_diagonal_", "fliplr", "flipud", "geqrf", "hsplit",
    "indices", "int_repr", "is_cpu", "is_distributed", "is_meta", "is_mkldnn", "is_mps",
    "is_sparse_csr", "itemsize", "kron", "logdet", "lstsq", "lu", "lu_solve", "map2_", "map_",
    "matrix_exp", "matrix_power", "name", "narrow_copy", "nbytes", "nonzero_static", "orgqr",
    "ormqr", "output_nr", "pinverse", "q_scale", "qr", "qscheme", "record_stream",
    "register_post_accumulate_grad_hook", "resize", "resize_", "resize_as", "resize_as_",
    "row_indices", "set_", "slice_inverse", "slogdet", "smm", "solve", "sparse_mask",
    "sspaddmm", "storage_type", "sum_to_size", "svd", "symeig", "to_mkldnn",
    "to_padded_tensor", "to_sparse", "unsafe_chunk", "values", "volatile", "vsplit",
])  # fmt: skip


def _unknown(reader: Interpreter, name: str) -> Any:
    raise reader.cannot(f"cannot follow Tensor.{name}()")


_PROPERTIES: dict[str, Callable[[Tensor], Any]] = {
    "shape": lambda tensor: tensor.shape,
    "dtype": lambda tensor: tensor.dtype,
    "ndim": lambda tensor: tensor.dim(),
    "device": lambda tensor: Opaque("the device of a tensor"),
    "requires_grad": lambda tensor: tensor.trainable,
    "is_cuda": lambda tensor: False,
    "is_sparse": lambda tensor: False,
    "is_quantized": lambda tensor: False,
    "grad": lambda tensor: None,
    "grad_fn": lambda tensor: None,
    "layout": lambda tensor: Opaque("torch.strided"),
    "names": lambda tensor: (None,) * tensor.dim(),
}


def _set(reader: Interpreter, tensor: Tensor, name: str, value: Any) -> None:
    if name == "requires_grad":
        tensor.trainable = reader.truth(value)
    elif name == "data" and isinstance(value, Tensor):
        if reader.recording.knows(value) and not tensor.is_parameter:
            raise reader.cannot("cannot follow a tensor whose data is replaced")
        tensor.shape, tensor.dtype = value.shape, value.dtype
        tensor.strides, tensor.values = value.strides, value.values
    else:
        tensor.others = tensor.others or {}
        tensor.others[name] = value


def _copied(reader: Interpreter, tensor: Tensor, known: dict[int, Any]) -> Tensor:
    made = known[id(tensor)] = Tensor(
        tensor.shape, tensor.dtype, strides=tensor.strides, values=tensor.values,
        trainable=tensor.trainable, is_parameter=tensor.is_parameter,
    )  # fmt: skip
    return made


ATTRIBUTES[Tensor] = _attribute
SETTERS[Tensor] = _set
COPIERS[Tensor] = _copied


# Questions


def _size(reader: Interpreter, tensor: Tensor, dim: Any = None) -> Any:
    if dim is None:
        return tensor.shape
    try:
        return tensor.shape[dim]
    except IndexError:
        raise IndexError(f"Dimension out of range: {dim} of {tensor.dim()}") from None


def _stride(reader: Interpreter, tensor: Tensor, dim: Any = None) -> Any:
    return tensor.strides if dim is None else tensor.strides[dim]


def _requires_grad(reader: Interpreter, tensor: Tensor, requires_grad: bool = True) -> Tensor:
    tensor.trainable = reader.truth(requires_grad)
    return tensor


def _nothing(reader: Interpreter, *args: Any, **kwargs: Any) -> None:
    pass


def _is_contiguous(reader: Interpreter, tensor: Tensor, **_: Any) -> bool:
    return tensor.is_contiguous


ANSWERS.update(
    {
        "size": _size,
        "dim": lambda reader, tensor: tensor.dim(),
        "ndimension": lambda reader, tensor: tensor.dim(),
        "numel": lambda reader, tensor: tensor.numel(),
        "nelement": lambda reader, tensor: tensor.numel(),
        "stride": _stride,
        "is_contiguous": _is_contiguous,
        "is_floating_point": lambda reader, tensor: tensor.dtype.name.startswith(("float", "bf")),
        "is_complex": lambda reader, tensor: tensor.dtype.name.startswith("complex"),
        "is_tensor": lambda reader, value: isinstance(value, Tensor),
        "get_device": lambda reader, tensor: -1,
        "requires_grad_": _requires_grad,
        "element_size": lambda reader, tensor: 4,
        "register_hook": _nothing,
        "retain_grad": _nothing,
        "broadcast_shapes": lambda reader, *shapes: _broadcast(shapes),
    }
)


def _broadcast(shapes: tuple[Any, ...]) -> Size:
    rank = max(map(len, shapes))
    padded = [(1,) * (rank - len(shape)) + tuple(shape) for shape in shapes]
    return Size(
        max(sizes, key=lambda size: size != 1 and size) for sizes in zip(*padded, strict=True)
    )


# Operators

_REVERSED = {"lt": "gt", "gt": "lt", "le": "ge", "ge": "le", "eq": "eq", "ne": "ne"}


def _binary(reader: Interpreter, name: str, left: Any, right: Any, inplace: bool) -> Any:
    if isinstance(left, Tensor):
        if name in _REVERSED:
            return apply(reader, name, (left, right), {})
        return apply(reader, f"__i{name}__" if inplace else f"__{name}__", (left, right), {})
    if name in _REVERSED:
        return apply(reader, _REVERSED[name], (right, left), {})
    return apply(reader, f"__r{name}__", (right, left), {})


_UNARY = {"neg": "neg", "pos": "positive", "invert": "bitwise_not"}

BINARY[Tensor] = _binary
UNARY[Tensor] = lambda reader, name, tensor: apply(reader, _UNARY[name], (tensor,), {})
ITEMS[Tensor] = lambda reader, tensor, index: apply(reader, "__getitem__", (tensor, index), {})


def _set_item(reader: Interpreter, tensor: Tensor, index: Any, value: Any) -> None:
    tensor.values = None
    apply(reader, "__setitem__", (tensor, index, value), {})


def _items(reader: Interpreter, tensor: Tensor) -> Iterator[Any]:
    if not tensor.dim():
        raise Raised(TypeError("iteration over a 0-d tensor"))
    reader.budget.spend(tensor.shape[0])
    if tensor.values is not None and tensor.dim() == 1:
        return iter([Tensor((), tensor.dtype, values=[value]) for value in tensor.values])
    return iter(apply(reader, "unbind", (tensor, 0), {}))


def _number(reader: Interpreter, tensor: Tensor) -> Any:
    if tensor.values is None or len(tensor.values) != 1:
        raise reader.cannot("a number is taken out of a tensor whose values are not known")
    return tensor.values[0]


def _truth(reader: Interpreter, tensor: Tensor) -> bool:
    if tensor.values is None or len(tensor.values) != 1:
        raise reader.cannot("a branch depends on the values of a tensor")
    return bool(tensor.values[0])


SET_ITEMS[Tensor] = _set_item
ITERATORS[Tensor] = _items
TRUTHS[Tensor] = _truth
NUMBERS[Tensor] = _number
TRUTHS[DType] = lambda reader, value: True


def _size_attribute(reader: Interpreter, size: Size, name: str) -> Any:
    if name == "numel":
        return Native("numel", lambda inner: math.prod(size))
    return ATTRIBUTES[tuple](reader, size, name)


def _size_item(reader: Interpreter, size: Size, index: Any) -> Any:
    if index.__class__ is Opaque:
        return Opaque(f"a size by {index.what}")
    if isinstance(index, Tensor):
        index = _number(reader, index)
    try:
        found = size[index]
    except (IndexError, TypeError) as error:
        raise Raised(error, str(error)) from None
    return Size(found) if isinstance(index, slice) else found


ATTRIBUTES[Size] = _size_attribute
ITEMS[Size] = _size_item


def _dtype_attribute(reader: Interpreter, kind: DType, name: str) -> Any:
    if name == "is_floating_point":
        return kind.name.startswith(("float", "bfloat"))
    if name == "itemsize":
        return 4
    raise no_attribute(kind, name)


ATTRIBUTES[DType] = _dtype_attribute


# Values of small constants: what numbers of layers and rates are made of


def _arithmetic(run: Callable[[Any, Any], Any]) -> Callable[..., list[Any]]:
    def of(left: Any, right: Any, **_: Any) -> list[Any]:
        a, b = _numbers(left), _numbers(right)
        count = max(len(a), len(b))
        if {len(a), len(b)} - {1, count}:
            raise ValueError("sizes differ")
        return [run(x, y) for x, y in zip(_spread(a, count), _spread(b, count), strict=True)]

    return of


def _numbers(value: Any) -> list[Any]:
    return value.values or [] if isinstance(value, Tensor) else [value]


def _spread(values: list[Any], count: int) -> list[Any]:
    return values * count if len(values) == 1 else values


def _each(run: Callable[[Any], Any]) -> Callable[..., list[Any]]:
    return lambda tensor, **_: [run(value) for value in tensor.values]


def _picked(tensor: Tensor, index: Any) -> list[Any]:
    if tensor.dim() != 1 or not isinstance(index, int | slice):
        rows = nested(tensor.values or [], tensor.shape)
        picked = rows[index] if isinstance(index, int | slice) else None
        if picked is None:
            raise ValueError("not followed")
        return _flat(picked)
    found = (tensor.values or [])[index]
    return found if isinstance(index, slice) else [found]


def _flat(values: Any) -> list[Any]:
    return (
        [each for item in values for each in _flat(item)] if isinstance(values, list) else [values]
    )


VALUES.update(
    {
        "add": _arithmetic(operator.add),
        "sub": _arithmetic(operator.sub),
        "mul": _arithmetic(operator.mul),
        "div": _arithmetic(operator.truediv),
        "floor_divide": _arithmetic(operator.floordiv),
        "remainder": _arithmetic(operator.mod),
        "pow": _arithmetic(lambda a, b: a**b if abs(b) < 64 else math.nan),
        "neg": _each(operator.neg),
        "floor": _each(math.floor),
        "ceil": _each(math.ceil),
        "round": _each(round),
        "sqrt": _each(math.sqrt),
        "exp": _each(math.exp),
        "log": _each(math.log),
        "log2": _each(math.log2),
        "getitem": _picked,
        "sum": lambda tensor: [sum(tensor.values)],
        "prod": lambda tensor: [math.prod(tensor.values)],
        "flip": lambda tensor, *dims: tensor.values[::-1] if tensor.dim() == 1 else None,
        "eq": _arithmetic(operator.eq),
        "ne": _arithmetic(operator.ne),
        "lt": _arithmetic(operator.lt),
        "gt": _arithmetic(operator.gt),
        "le": _arithmetic(operator.le),
        "ge": _arithmetic(operator.ge),
    }
)

__all__ = ["BUFFER", "PARAMETER", "TENSOR", "aliased", "dtype", "method"]
