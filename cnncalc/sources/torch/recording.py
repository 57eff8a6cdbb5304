"""A recording of a live module: what only torch can say of its tensors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from ...errors import Location, TraceError
from ...ops import Op
from ..calls.recording import Recording, located
from ..calls.tensor import Tensor
from .held import paths_of, weights_of
from .places import Place, here
from .tensors import Twins
from .values import Values


class LiveRecording(Recording):
    """The operations that a module of torch applied, on twins on meta or, if `real`, for real."""

    def __init__(self, module: torch.nn.Module, real: bool) -> None:
        super().__init__(paths_of(module), weights_of(module))
        #: Is it a pass over the tensors there are, rather than over twins on meta?
        self.real = real
        self.twins = Twins()
        self.values = Values(self.sources, self.weights)

    def place(self) -> Place | None:
        """The innermost line of the user's."""
        return here()

    def location(self) -> Location | None:
        """The line and column of the operation at hand."""
        return located(self.place())

    def stand_in(self, tensor: torch.Tensor) -> torch.Tensor:
        """The tensor that a function is run on: a meta twin, or in a real run itself."""
        return tensor if self.real else self.twins.of(tensor)

    def blank(self, shape: Sequence[int], dtype: str, like: Tensor | None = None) -> Any:
        """A tensor on meta, or where `like` is in a real run."""
        device = like.device if self.real and isinstance(like, torch.Tensor) else "meta"
        return torch.empty(tuple(shape), dtype=getattr(torch, dtype), device=device)

    def constant(self, values: Any) -> Any:
        """A tensor on the CPU."""
        return torch.tensor(values)

    def stepped(self, tensor: Any, op: Op) -> Any:
        """What torch makes of the tensor, or of its twin."""
        return _STEPS[type(op).__name__](self.stand_in(tensor), op)

    def shares(self, output: Any, first: Any) -> bool:
        """Does the output lie in the memory of the first input?"""
        try:
            return bool(torch._C._is_alias_of(output, self.stand_in(first)))
        except RuntimeError:
            return False

    def known_values(self, tensor: Any) -> list[Any] | None:
        """The elements of a tensor that does not depend on the input, mostly."""
        if not self.values.knows(tensor):
            return None
        values: list[Any] = self.values.of(tensor).flatten().tolist()
        return values

    def refuse(self, tensor: Any) -> None:
        """Raise a `TraceError` for what torch.func's transforms wrap."""
        refuse_transformed([tensor])


def _slice(tensor: torch.Tensor, op: Any) -> torch.Tensor:
    return tensor[(slice(None),) * op.dim + (slice(op.start, op.end, op.step),)]


#: The ops of which layers that a function contains are made, as torch does them.
_STEPS: dict[str, Any] = {
    "Unsqueeze": lambda tensor, op: tensor.unsqueeze(op.dim),
    "Select": lambda tensor, op: tensor.select(op.dim, op.index),
    "Slice": _slice,
    "Flatten": lambda tensor, op: tensor.flatten(op.start_dim, op.end_dim),
    "Diagonal": lambda tensor, op: tensor.diagonal(op.offset, op.dim1, op.dim2),
}


def refuse_transformed(given: Sequence[torch.Tensor]) -> None:
    """Raise a `TraceError` for what torch.func's transforms wrap: not the tensors one knows."""
    if given and any(map(torch._C._functorch.is_functorch_wrapped_tensor, given)):
        raise TraceError(
            "forward transforms functions (torch.func's jvp, grad and the like), "
            "and tracing follows plain ones and vmap",
            location=located(here()),
        )
