"""What a forward pass makes without its inputs: masks, positions, grids; and values it asks for."""

from __future__ import annotations

from typing import Any

import torch

from ...errors import CnncalcError
from ..calls.making import make
from ..calls.rules import Call, Kind, Rule
from ..calls.tensor import shapes_of
from .errors import depends_on_values, failure
from .kernels import OUTCOMES, has_no_meta_kernel, is_dynamic, run_on_zeros
from .moving import LARGEST_CONSTANT, is_large, without_device
from .recording import LiveRecording, refuse_transformed
from .tensors import replaced, tensors_in

#: A function of a constant with more elements than this is not computed.
_LARGEST_GIVEN = 1 << 20


class Constants(LiveRecording):
    """The tracer's part for tensors that the network does not compute.

    They are made on the CPU, where their values are known, unless they are large.
    """

    def __init__(self, module: torch.nn.Module, real: bool) -> None:
        super().__init__(module, real)
        self._made: dict[int, torch.Tensor] = {}  # constants of this forward pass

    def _run(self, func: Any, args: Any, kwargs: Any) -> Any:
        if self.real:
            return func(*args, **kwargs)
        return func(*replaced(args, self.twins.of), **replaced(kwargs, self.twins.of))

    def _attempted(self, rule: Rule, func: Any, args: Any, kwargs: Any, given: Any) -> Any:
        """Run on meta; where that does not do, with the values that are known, or with zeros."""
        try:
            return self._run(func, args, kwargs)
        except RuntimeError as error:
            if self.real or rule.inplace:
                raise
            found = self.values.partly(func, args, kwargs, given, self.twins.of)
            if found is not None:
                return found
            if rule.name in OUTCOMES:
                return OUTCOMES[rule.name](*args, **kwargs)
            if not has_no_meta_kernel(error) or is_dynamic(rule.name):
                raise
        return replaced(run_on_zeros(func, args, kwargs), self.twins.of)

    def _failed(self, name: str, error: Exception) -> CnncalcError:
        return error if isinstance(error, CnncalcError) else failure(name, error, self.location())

    def _constant(
        self, rule: Rule, func: Any, args: Any, kwargs: Any, given: list[torch.Tensor]
    ) -> Any:
        """A function of nothing that the network computes."""
        if self.real:
            return func(*args, **kwargs)
        refuse_transformed(given)
        if rule.kind is Kind.VALUES and any(tensor.is_meta for tensor in given):
            raise depends_on_values(rule.name, self.location())
        if rule.kind is Kind.MOVE:
            func, args, kwargs = without_device(rule.name, func, args, kwargs)
        if not rule.primitive:  # torch's own code looks at devices
            kwargs = _on_cpu(kwargs, is_large(rule.name, args, kwargs))
        foreign = rule.inplace and id(given[0]) not in self._made if given else False
        if foreign or any(each.is_meta or each.numel() > _LARGEST_GIVEN for each in given):
            result = self._run(func, args, kwargs)  # the user's own tensor stays as it is
            result = self.twins.real(result, given) if rule.inplace else result
        else:
            result = func(*args, **kwargs)
        for tensor in tensors_in(result):
            self._made[id(tensor)] = tensor
        return result

    def _like(self, rule: Rule, func: Any, args: Any, kwargs: Any) -> Any:
        """A new tensor of the shape of another; a small one with its values."""
        if self.real:
            return self._run(func, args, kwargs)
        kwargs = _on_cpu(kwargs)
        result = self._attempted(rule, func, args, kwargs, tensors_in(args, kwargs))
        if result.numel() > LARGEST_CONSTANT or "empty" in rule.name:
            return result

        def plain(tensor: torch.Tensor) -> torch.Tensor:
            if not tensor.is_meta and not self.knows(tensor):
                return tensor
            return torch.empty((), dtype=tensor.dtype).expand(tensor.shape)

        try:
            return func(*replaced(args, plain), **replaced(kwargs, plain))
        except RuntimeError:
            return result

    def _values(
        self, rule: Rule, func: Any, args: Any, kwargs: Any, given: list[torch.Tensor]
    ) -> Any:
        """Values are taken out of a tensor that the network computes, or of a weight."""
        if self.real:
            return func(*args, **kwargs)
        computed = [tensor for tensor in given if id(tensor) in self.sources]
        if not computed and not any(tensor.is_meta for tensor in given):
            return func(*args, **kwargs)
        if all(self.values.knows(tensor) for tensor in given):
            return self.values.run(func, args, kwargs)
        raise depends_on_values(rule.name, self.location())

    def _picked(self, rule: Rule, given: list[torch.Tensor], result: Any) -> Any:
        """Tensors whose sizes depend on values (what `nonzero` gives) are a layer's outputs."""
        outputs = tensors_in(result)
        if not outputs or not any(id(tensor) in self.sources for tensor in given):
            return result
        call = Call(self, rule.name, given, False)
        call.result = result
        for tensor in outputs:
            self.values.learn(tensor, tensor)
        self.add(call, make("Whole", rule.name, shapes_of(outputs)))
        return result


def _on_cpu(kwargs: dict[str, Any], large: bool = False) -> dict[str, Any]:
    """Arguments for a constant on the CPU, or on meta where it is large."""
    if large:
        return {**kwargs, "device": "meta"}
    if kwargs.get("device") is not None:
        return {**kwargs, "device": "cpu"}
    return kwargs
