"""What a rule is, and the call of a torch function that it reads.

A rule is a Python function with the torch function's own arguments, so that Python binds
them; it returns the op that the call was::

    @rule("max_pool2d")
    def max_pool2d(call, input, kernel_size, stride=None, padding=0, dilation=1,
                   ceil_mode=False, return_indices=False):
        return call.op("MaxPool2d", kernel_size, stride or None, padding, dilation,
                       return_indices, ceil_mode)

The layer's inputs are all tensors among the arguments, unless the rule says otherwise
(`call.inputs`, `call.weights`). A rule that returns None, or cannot bind, has nothing to say.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple

import torch

from ....ops import Op
from ..leaves import make

if TYPE_CHECKING:
    from ..constants import Constants


class Kind(Enum):
    """How the tracer treats a function."""

    OP = "op"  # recorded by a rule
    PASS = "pass"  # asks about shapes and the like: run, never recorded
    NO = "no"  # asks for a short cut that tracing does not take
    VALUES = "values"  # takes values out of a tensor
    LIKE = "like"  # makes a new tensor of the shape of another
    MOVE = "move"  # casts, or moves between devices
    UNKNOWN = "unknown"  # no rule: look at the primitive operations inside


class Call:
    """A call of a torch function: what it was given, and what came of it (None if it failed)."""

    __slots__ = ("inplace", "inputs", "name", "result", "shown", "tracer", "weights")

    def __init__(
        self, tracer: Constants, name: str, given: list[torch.Tensor], inplace: bool
    ) -> None:
        self.tracer = tracer
        self.name = name
        self.inputs = given
        self.weights: list[torch.Tensor] = []
        self.inplace = inplace
        self.result: Any = None
        #: The outputs of the layer, where they are not simply what the function returned.
        self.shown: tuple[torch.Tensor, ...] | None = None

    def op(self, name: str, *values: Any) -> Op:
        """The op of the catalogue with these arguments, in its order."""
        return make(name, *[frozen(value) for value in values])

    def held(self, *weights: torch.Tensor | None) -> None:
        """Say which of the tensors are the op's weights."""
        self.weights = [each for each in weights if each is not None]
        kept = {id(each) for each in self.weights}
        self.inputs = [each for each in self.inputs if id(each) not in kept]

    def part(
        self,
        inputs: list[torch.Tensor],
        op: Op,
        result: torch.Tensor,
        weights: Sequence[torch.Tensor] = (),
    ) -> torch.Tensor:
        """Record a layer that the function contains; `result` stands for its output."""
        part = Call(self.tracer, self.name, inputs, False)
        part.weights = list(weights)
        part.result = result
        self.tracer.add(part, op)
        return result

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the (first) output. Raises `ValueError` where the call failed."""
        if not isinstance(self.result, torch.Tensor):
            raise ValueError("no result")
        return tuple(self.result.shape)


#: What a rule returns for a call that is no operation: the same tensor by another name.
ALIAS: Any = object()

Handler = Callable[..., Op | None]
HANDLERS: dict[str, Handler] = {}


def rule(*names: str) -> Callable[[Handler], Handler]:
    """Register a rule for the functions of these names."""

    def register(handler: Handler) -> Handler:
        for name in names:
            if name in HANDLERS:
                raise ValueError(f"two rules for {name}")
            HANDLERS[name] = handler
        return handler

    return register


class Rule(NamedTuple):
    """What the tracer knows of one torch function."""

    name: str
    kind: Kind
    handler: Handler
    inplace: bool = False
    #: Is it no operation at all where it returns what it was given? (`x.contiguous()`)
    silent: bool = False
    primitive: bool = False

    def moved(self, func: Any, args: Any, kwargs: Any) -> tuple[Any, Any, Any]:
        """The same cast, without a change of device."""
        from .casts import without_device

        return without_device(self.name, func, args, kwargs)

    def large(self, args: Any, kwargs: Any) -> bool:
        """Does a factory of constants make one too large to be worth having?"""
        from .casts import is_large

        return is_large(self.name, args, kwargs)


def frozen(value: Any) -> Any:
    """A value as an op's argument: lists and sizes as tuples, dtypes by name."""
    if isinstance(value, list | tuple):
        return tuple([frozen(item) for item in value])
    if isinstance(value, torch.dtype):
        return str(value).removeprefix("torch.")
    return value
