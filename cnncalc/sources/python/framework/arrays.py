"""numpy's arrays, as far as models turn them into tensors: they are constants."""

from __future__ import annotations

from typing import Any

from ..arithmetic import NUMPY
from ..arrays import Array
from ..interpreter import Interpreter
from ..values import Native
from .factories import FACTORIES
from .functions import ANSWERS
from .tensor import Tensor


def _made_like(name: str) -> Native:
    factory = FACTORIES[name]

    def run(reader: Interpreter, *args: Any, dtype: Any = None, **_: Any) -> Any:
        return factory.run(
            reader, *(list(each) if isinstance(each, Array) else each for each in args)
        )

    return Native(f"np.{name}", run)


def _as_type(reader: Interpreter, tensor: Tensor, *_: Any, **__: Any) -> Tensor:
    return tensor


ANSWERS["astype"] = _as_type
NUMPY.update({name: _made_like(name) for name in ("zeros", "ones", "eye", "full")})
NUMPY["array"] = NUMPY["asarray"] = _made_like("tensor")
