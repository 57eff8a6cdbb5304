"""The second look: what a function without a rule does, in torch's primitive operations.

Composite functions, TorchScript and custom operators end in ATen operators. A dispatch mode
sees those; each becomes a layer of its own, by the same rules where one has its name, as an
elementwise op where torch tags it so, and as unknown otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from torch.utils._python_dispatch import TorchDispatchMode

if TYPE_CHECKING:
    from .tracer import Tracer


class AtenRecorder(TorchDispatchMode):
    """Hands each primitive operation to the tracer."""

    def __init__(self, tracer: Tracer) -> None:
        super().__init__()
        self._tracer = tracer

    def __torch_dispatch__(
        self,
        func: Any,
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        return self._tracer.primitive(func, args, kwargs or {})
