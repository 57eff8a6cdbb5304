"""The second look: what a function without a rule does, in torch's primitive operations.

Composite functions, TorchScript and custom operators end in ATen operators. A dispatch mode
sees those; each becomes a layer of its own, by the same rules where one has its name, as an
elementwise op where torch tags it so, and as unknown otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
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


def is_elementwise(name: str) -> bool:
    """Does torch tag the operator of that name as working element by element?"""
    packet = getattr(torch.ops.aten, name, None)
    if packet is None:
        return False
    return any(
        torch.Tag.pointwise in getattr(packet, overload).tags for overload in packet.overloads()
    )


def argument_names(name: str) -> list[str]:
    """The names of an operator's arguments, of its overload with the most of them."""
    packet = getattr(torch.ops.aten, name, None)
    if packet is None:
        return []
    schemas = [getattr(packet, overload)._schema.arguments for overload in packet.overloads()]
    longest: list[Any] = max(schemas, key=len, default=[])
    return [argument.name for argument in longest]
