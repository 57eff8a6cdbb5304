"""Values that are known, though a trace computes none: masks, lengths, positions.

Small integers and booleans that the user gave as tensors, or that a module holds in buffers,
keep their values, and so does what is made of them alone. Such values decide branches and
sizes: `if mask.all()`, `x[mask]`, `lengths.max().item()`. They are copies: nothing of the
user's is written to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch

from .tensors import replaced, tensors_in

#: Tensors with more elements than this keep no values.
MOST_ELEMENTS = 1 << 21


class Values:
    """The values of tensors of a trace, by identity.

    `computed` and `weights` are the tracer's: the tensors that depend on an input, and those
    that the module holds. Other real tensors are constants, whose values are their own.
    """

    def __init__(self, computed: Mapping[int, Any], weights: Mapping[int, Any]) -> None:
        self._computed = computed
        self._weights = weights
        self._known: dict[int, tuple[torch.Tensor, torch.Tensor]] = {}

    def give(self, tensor: torch.Tensor, value: torch.Tensor) -> None:
        """An input has the values that the user gave, if they are few whole numbers."""
        if not value.is_meta and _is_worth(value) and not _is_real(value):
            self.learn(tensor, value.detach().to("cpu", copy=True))

    def learn(self, tensor: torch.Tensor, value: torch.Tensor) -> None:
        """A tensor has these values."""
        self._known[id(tensor)] = (tensor, value)

    def knows(self, tensor: torch.Tensor) -> bool:
        """Are the values of a tensor known?"""
        key = id(tensor)
        if key in self._known:
            return True
        if tensor.is_meta or key in self._computed or not _is_worth(tensor):
            return False
        return key not in self._weights or not _is_real(tensor)

    def of(self, tensor: torch.Tensor) -> torch.Tensor:
        """The known values of a tensor."""
        key = id(tensor)
        if key not in self._known:
            if key not in self._weights:
                return tensor
            self.learn(tensor, tensor.detach().to("cpu", copy=True))
        return self._known[key][1]

    def run(self, func: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """A function on the values of its tensors, all of which are known."""
        return func(*replaced(args, self.of), **replaced(kwargs, self.of))

    def partly(
        self,
        func: Any,
        args: Any,
        kwargs: Any,
        given: Sequence[torch.Tensor],
        other: Callable[[torch.Tensor], torch.Tensor],
    ) -> Any:
        """A function on the values that are known, and `other` tensors in the place of the rest.

        None where no values are known, or they do not help.
        """
        if not any(map(self.knows, given)):
            return None

        def best(tensor: torch.Tensor) -> torch.Tensor:
            return self.of(tensor) if self.knows(tensor) else other(tensor)

        try:
            return replaced(func(*replaced(args, best), **replaced(kwargs, best)), other)
        except RuntimeError:
            return None

    def follow(
        self,
        func: Any,
        args: Any,
        kwargs: Any,
        given: Sequence[torch.Tensor],
        result: Any,
        target: torch.Tensor | None,
    ) -> None:
        """What a call makes of known values is known, too; what it overwrites is known no more.

        `target` is the tensor that the call writes to, if any.
        """
        knows = self.knows
        for tensor in given:
            if not knows(tensor):
                return self._forget(target)
        outputs = tensors_in(result) if target is None else [target]
        if not outputs or not all(map(_is_worth, outputs)):
            return self._forget(target)
        if target is not None and id(target) not in self._known:  # a constant: its copy is written
            self.learn(target, target.detach().to("cpu", copy=True))
        try:
            values = tensors_in(self.run(func, args, kwargs))
        except Exception:
            return self._forget(target)
        if target is None and [x.shape for x in values] == [x.shape for x in outputs]:
            for tensor, value in zip(outputs, values, strict=True):
                self.learn(tensor, value)
        return None

    def _forget(self, target: torch.Tensor | None) -> None:
        """A tensor was overwritten with unknown values, and what shares its memory."""
        if target is None or id(target) not in self._known:
            return
        gone = self._known.pop(id(target))[1].untyped_storage().data_ptr()
        for key, (_, value) in list(self._known.items()):
            if value.untyped_storage().data_ptr() == gone:
                del self._known[key]


def _is_worth(tensor: torch.Tensor) -> bool:
    return tensor.layout is torch.strided and tensor.numel() <= MOST_ELEMENTS


def _is_real(tensor: torch.Tensor) -> bool:
    return tensor.dtype.is_floating_point or tensor.dtype.is_complex or tensor.is_quantized
