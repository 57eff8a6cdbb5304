"""The modules of torch.nn that are one op, as model code builds and changes them; without torch.

::

    made = leaf("Conv2d", (3, 64, 7), {"padding": 3})
    made.attributes["stride"] = (2, 2)
    made.op()       # Conv2d(3, 64, 7, stride=2, padding=3)
    made.tensors()  # (Held("weight", (64, 3, 7, 7)), Held("bias", (64,)))
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ....errors import NameNotFoundError, OpError
from ....ops import CATALOGUE, Op
from ....ops.arguments import Argument, flag
from ....ops.held import WEIGHTS, Held
from ....shape import Shape, Size, parse_dtype
from .attributes import LAZY, LEAVES, OF_THE_CALL, PLAIN_BIAS, bind, kept, op_class

__all__ = ["LEAVES", "Leaf", "leaf"]

#: Flags that torch only asks whether they are true: `nn.ReLU(64)` works in place.
_ASKED = frozenset({"inplace", "affine", "elementwise_affine", "track_running_stats", "bias"})
#: Attributes that stand for an argument under another name.
_NAMES = {
    ("MultiheadAttention", "bias"): "in_proj_bias",
    ("MultiheadAttention", "add_bias_kv"): "bias_k",
    ("PairwiseDistance", "p"): "norm",
}
#: Attributes that say by being there whether the op has what they are.
_PRESENCE = frozenset({"bias", "in_proj_bias", "bias_k"})


class Leaf:
    """One module of torch.nn: what it is, its attributes, and the tensors that it was made with.

    `attributes` are torch's, under torch's names; model code may change them and add its own.
    """

    __slots__ = ("attributes", "held", "kind")

    def __init__(self, kind: str, attributes: dict[str, Any], held: tuple[Held, ...]) -> None:
        self.kind = kind
        self.attributes = attributes
        self.held = held

    @property
    def is_lazy(self) -> bool:
        """Is it still to find out the size of its input?"""
        return self.kind in LAZY

    def tensors(self) -> tuple[Held, ...]:
        """Its parameters and buffers, in torch's order; a lazy module's sizes may be None."""
        return self.held

    def op(self, dims: int = 4) -> Op:
        """The op that it is now, with its attributes as they are.

        `dims` are those of its input; only SyncBatchNorm needs to know them. Raises `OpError`
        for attributes that no op could have.
        """
        cls = op_class(self.kind)
        if self.kind == "SyncBatchNorm":
            cls = CATALOGUE[f"BatchNorm{min(max(dims - 2, 1), 3)}d"]
        values = {
            argument.name: self._value(argument)
            for argument in cls.arguments
            if argument.name not in OF_THE_CALL
        }
        if self.is_lazy:
            values[cls.arguments[0].name] = None  # inferred
        return cls(**values)

    def _value(self, argument: Argument) -> Any:
        name = _NAMES.get((self.kind, argument.name), argument.name)
        if name in _PRESENCE and self.kind not in PLAIN_BIAS:
            return self._has(name)
        if name not in self.attributes:
            raise OpError(f"{self.kind} has lost its attribute {name!r}")
        return _read(argument, self.attributes[name])

    def _has(self, name: str) -> bool:
        if name in self.attributes:
            value = self.attributes[name]
            return value is not None and value is not False
        return any(held.name == name for held in self.held)

    def materialize(self, shape: Shape) -> None:
        """Make a lazy module what it becomes when it is called with an input of this shape.

        An input that is nothing for it leaves it as it is: its op says what does not fit.
        Raises `OpError` where what it becomes cannot be.
        """
        if not self.is_lazy:
            return
        dim = self._dim_of_size(shape)
        if dim is None:
            return
        size: Size = shape[dim]
        self.kind = LAZY[self.kind]
        self.attributes[op_class(self.kind).arguments[0].name] = size
        shapes = {held.name: held.shape for held in self.op().tensors()}
        self.held = tuple(held._replace(shape=shapes[held.name]) for held in self.held)

    def _dim_of_size(self, shape: Shape) -> int | None:
        """The dim of an input whose size a lazy module takes over; None where it has none."""
        if self.kind == "LazyLinear":
            return len(shape) - 1 if shape else None
        rank = op_class(self.kind).rank
        if "Conv" in self.kind:
            return len(shape) - rank - 1 if len(shape) in (rank + 1, rank + 2) else None
        return 1 if len(shape) > 1 else None


def leaf(name: str, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None) -> Leaf:
    """The module that `torch.nn.<name>(*args, **kwargs)` makes.

    Raises `OpError` for arguments that torch's constructor does not take or that make no op,
    and `NameNotFoundError` for a class that is no leaf.
    """
    if name not in LEAVES:
        raise NameNotFoundError("module", name, LEAVES, of="torch.nn")
    values = bind(name, args, kwargs or {})
    op = _made(name, values)
    held = _held(name, op, values)
    return Leaf(name, kept(name, values, frozenset(each.name for each in held)), held)


def _made(kind: str, values: dict[str, Any]) -> Op:
    """The op for a constructor's arguments."""
    cls = op_class(kind)
    arguments = [argument for argument in cls.arguments if argument.name in values]
    for argument in arguments:
        if argument.inferred and values[argument.name] is None:
            expected = "a positive whole number"  # the op could infer it; torch cannot
            raise OpError(f"{kind}: {argument.name}: expected {expected}, received None")
    return cls(**{each.name: _read(each, values[each.name]) for each in arguments})


def _read(argument: Argument, value: Any) -> Any:
    """A value as the op takes it, where torch takes it more lightly."""
    if argument.name in _ASKED:
        return bool(value)
    if isinstance(value, bool) and argument.convert is not flag:
        return int(value)  # nn.ELU(True) has an alpha of 1
    return value


def _held(kind: str, op: Op, values: dict[str, Any]) -> tuple[Held, ...]:
    """What a module holds, in the dtype that was asked for."""
    tensors = op.tensors()
    if not values.get("bias", True):
        tensors = tuple(held for held in tensors if held.name != "bias")
    if values.get("_freeze"):
        tensors = tuple(held._replace(trainable=False) for held in tensors)
    asked = values.get("dtype")
    if asked is None:
        return tensors
    dtype = parse_dtype(str(asked))
    if not dtype.startswith(("float", "bfloat", "complex")) and any(
        not held.buffer for held in tensors
    ):
        raise OpError(f"{kind}: dtype: expected one of floating point, received {dtype}")
    return tuple(held._replace(dtype=dtype) if held.dtype == WEIGHTS else held for held in tensors)
