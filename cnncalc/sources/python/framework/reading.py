"""The record of a forward pass that was read from source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ....errors import LimitError, Location, SourceError
from ....graph import MAX_LAYERS, Weight
from ....ops import Op
from ...calls.recording import Record, Recording
from ..budget import LAYER_STEPS
from ..values import Opaque
from .layouts import layouts
from .tensor import MAX_VALUES, Tensor, dtype

if TYPE_CHECKING:
    from ..interpreter import Interpreter


class Reading(Recording):
    """What a model's forward pass calls, with places in the user's file."""

    error = SourceError

    def __init__(
        self,
        reader: Interpreter,
        paths: Mapping[int, str] | None = None,
        weights: Mapping[int, Weight] | None = None,
    ) -> None:
        super().__init__(paths or {}, weights or {})
        self._reader = reader
        #: Modules that the root does not know, and where they were first called.
        self.unregistered: dict[int, tuple[Any, Location]] = {}
        #: The first input that did not fit, if any: what comes after is assumed.
        self.first_misfit: tuple[str, Location] | None = None

    def _append(self, record: Record, inputs: Sequence[Any], inplace: bool = False) -> None:
        if len(self.records) >= MAX_LAYERS:
            raise LimitError(f"the network has more than {MAX_LAYERS:,} layers")
        self._reader.budget.spend(LAYER_STEPS)
        super()._append(record, inputs, inplace)

    def place(self) -> Location:
        return self._reader.place()

    def blank(self, shape: Sequence[int], dtype: str, like: Any = None) -> Tensor:
        return fresh(shape, dtype)

    def constant(self, values: Any) -> Tensor:
        return constant(values)

    def stepped(self, tensor: Any, op: Op) -> Tensor:
        measure = op.measure((tuple(tensor.shape),))
        shape = tuple([1 if size is None else size for size in measure.outputs[0]])
        (layout,) = layouts(measure, [tensor], [shape])
        storage = tensor.storage if layout.shared else None
        return Tensor(shape, tensor.dtype, strides=layout.strides, storage=storage)

    def shares(self, output: Any, first: Any) -> bool:
        return output.storage is first.storage

    def known_values(self, tensor: Any) -> list[Any] | None:
        found: list[Any] | None = tensor.values
        return found


def fresh(shape: Sequence[int], name: str) -> Tensor:
    """A new tensor, of a dtype by name."""
    return Tensor(shape, dtype(name))


def constant(values: Any, kind: Any = None) -> Tensor:
    """A tensor of nested lists of numbers. Raises `ValueError` where they are no array."""
    shape: list[int] = []
    flat: list[Any] = [values]
    while flat and isinstance(flat[0], list | tuple | range):
        size = len(flat[0])
        if any(not isinstance(row, list | tuple | range) or len(row) != size for row in flat):
            raise ValueError("expected sequences of equal length")
        shape.append(size)
        flat = [item for row in flat for item in row]
        if len(flat) > 1 << 20:
            raise ValueError("a constant of more than a million numbers")
    if any(isinstance(item, Tensor) for item in flat):
        known = [item.values for item in flat if isinstance(item, Tensor)]
        flat = [value[0] for value in known if value] if all(known) else []
        return Tensor(shape, kind or dtype("float32"), values=flat or None)
    if kind is None:
        kind = dtype(_dtype_of(flat))
    unknown = any(item.__class__ is Opaque for item in flat) or len(flat) > MAX_VALUES
    return Tensor(shape, kind, values=None if unknown else flat)


def _dtype_of(flat: list[Any]) -> str:
    if flat and all(isinstance(item, bool) for item in flat):
        return "bool"
    return "int64" if flat and all(isinstance(item, int) for item in flat) else "float32"
