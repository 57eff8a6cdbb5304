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

A tracer runs the function first, and `call.result` is what came of it; a reader that cannot
run it asks the rule first, and there is no result. So rules go by the arguments wherever these
say enough.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any, NamedTuple, cast

from ....ops import Op
from ..making import make
from ..recording import Recording
from ..tensor import DType, Tensor, dtype_name


class Kind(Enum):
    """How a function is treated."""

    OP = "op"  # recorded by a rule
    PASS = "pass"  # asks about shapes and the like: run, never recorded
    NO = "no"  # asks for a short cut that tracing does not take
    VALUES = "values"  # takes values out of a tensor
    LIKE = "like"  # makes a new tensor of the shape of another
    MOVE = "move"  # casts, or moves between devices
    UNKNOWN = "unknown"  # no rule: look at the primitive operations inside


#: numpy's names of arguments, which torch's own functions take as well.
_SPELLINGS = {"axis": "dim", "keepdims": "keepdim"}


def spelled(kwargs: dict[str, Any]) -> dict[str, Any]:
    """Keyword arguments by torch's own names: `axis=1` is `dim=1`."""
    if _SPELLINGS.keys().isdisjoint(kwargs):
        return kwargs
    return {_SPELLINGS.get(name, name): value for name, value in kwargs.items()}


class Call:
    """A call of a torch function: what it was given, and what came of it.

    `result` is None where the function failed, or was not run. `given` are all tensors among
    the arguments, in order.
    """

    __slots__ = ("inplace", "inputs", "name", "recording", "result", "shown", "weights")

    def __init__(
        self, recording: Recording, name: str, given: list[Any], inplace: bool, result: Any = None
    ) -> None:
        self.recording = recording
        self.name = name
        self.inputs = given
        self.weights: list[Any] = []
        self.inplace = inplace
        self.result = result
        #: The outputs of the layer, where they are not simply what the function returned.
        self.shown: tuple[Any, ...] | None = None

    def op(self, name: str, *values: Any) -> Op:
        """The op of the catalogue with these arguments, in its order."""
        return make(name, *[frozen(value) for value in values])

    def held(self, *weights: Tensor | None) -> None:
        """Say which of the tensors are the op's weights."""
        self.weights = [each for each in weights if each is not None]
        kept = {id(each) for each in self.weights}
        self.inputs = [each for each in self.inputs if id(each) not in kept]

    def part(
        self, inputs: list[Any], op: Op, weights: Sequence[Any] = (), dtype: DType | None = None
    ) -> Any:
        """Record a layer that the function contains, and return a tensor for its output.

        That is of the dtype of the op's weight or first input, unless it is given.
        """
        first = weights[0] if weights else inputs[0]
        shape = op.measure(tuple([tuple(each.shape) for each in inputs])).outputs[0]
        sizes = tuple([1 if size is None else size for size in shape])
        name = dtype_name(first.dtype if dtype is None else dtype)
        return self._part(inputs, op, self.recording.blank(sizes, name, first), weights)

    def step(self, tensor: Any, op: Op) -> Any:
        """Record a layer that only moves values, and return what it makes of the tensor."""
        return self._part([tensor], op, self.recording.stepped(tensor, op))

    def _part(self, inputs: list[Any], op: Op, result: Any, weights: Sequence[Any] = ()) -> Any:
        part = Call(self.recording, self.name, inputs, False, result)
        part.weights = list(weights)
        self.recording.add(part, op)
        return result

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the (first) output. Raises `ValueError` where there is none yet."""
        if not isinstance(self.result, Tensor):
            raise ValueError("no result")
        return tuple(self.result.shape)


#: What a rule returns for a call that is no operation: the same tensor by another name.
ALIAS = cast(Op, object())

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
    """What is known of one torch function."""

    name: str
    kind: Kind
    handler: Handler
    inplace: bool = False
    #: Is it no operation at all where it returns what it was given? (`x.contiguous()`)
    silent: bool = False
    primitive: bool = False


def frozen(value: Any) -> Any:
    """A value as an op's argument: lists and sizes as tuples, dtypes by name."""
    cls = value.__class__
    if cls in _PLAIN:
        return value
    if cls is tuple or isinstance(value, list | tuple):
        return tuple([frozen(item) for item in value])
    return dtype_name(value) if isinstance(value, DType) else value


_PLAIN = frozenset({int, float, bool, str, type(None)})
