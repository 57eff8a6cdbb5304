"""numpy's arrays, as far as models turn them into tensors: they are constants."""

from __future__ import annotations

from typing import Any

from ..arithmetic import NUMPY
from ..arrays import Array
from ..interpreter import Interpreter
from ..values import Native, Opaque
from .factories import FACTORIES
from .functions import ANSWERS
from .tensor import DType, Tensor, dtype


def _made_like(name: str) -> Native:
    factory = FACTORIES[name]

    def run(reader: Interpreter, *args: Any, dtype: Any = None, **_: Any) -> Any:
        if args and args[0].__class__ is Opaque:
            return args[0]
        if len(args) > 1 and name != "full" and not isinstance(args[1], int):
            *args, dtype = args  # type: ignore[assignment]
        given = [list(each) if isinstance(each, Array) else each for each in args]
        made = factory.run(reader, *given)
        made.dtype = _kind(made.dtype if dtype is None else dtype)
        return made

    return Native(f"np.{name}", run)


def _kind(wanted: Any) -> DType:
    """A dtype as numpy has it: real numbers are of 64 bits unless it is said."""
    if isinstance(wanted, DType):
        return dtype("float64") if wanted.name == "float32" else wanted
    if wanted in (float, int, bool):
        return dtype({float: "float64", int: "int64", bool: "bool"}[wanted])
    name = wanted.name.removeprefix("np.") if isinstance(wanted, Native) else str(wanted)
    return dtype(name if name in _KINDS else "float64")


#: dtypes by numpy's names.
_KINDS = frozenset(
    ["float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool"]
)


def _as_type(reader: Interpreter, tensor: Tensor, kind: Any, **_: Any) -> Tensor:
    return Tensor(tensor.shape, _kind(kind), strides=tensor.strides, values=tensor.values)


ANSWERS["astype"] = _as_type
NUMPY.update({name: _made_like(name) for name in ("zeros", "ones", "eye", "full")})
NUMPY["array"] = NUMPY["asarray"] = _made_like("tensor")
