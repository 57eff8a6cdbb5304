"""Positive surrogates: what an operation depends on, without what hides it in a gradient.

A gradient can vanish by chance: under a ReLU that is off, at the losers of a max pooling, where
positive and negative weights cancel, at a gate of zero, or far down in a deep network. So while
receptive fields are measured, each function of torch is replaced by a linear one that reads the
same positions with weights of one: activations hand their input on, products become sums, a
window adds up what it covers, a norm adds the sum of what it normalises over. Whatever only
moves values (reshapes, slices, padding, concatenation) is torch's own. Then a gradient is zero
only where there is no path at all.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from ...sources.calls.rules import Kind
from ...sources.torch.rules import find_rule
from .base import TABLE, LostError, depends, detached
from .elementwise import elementwise, is_elementwise
from .structure import REAL, SWITCHES

#: These modules fill the table.
for _module in ("mixes", "sequences", "structure", "windows"):
    import_module(f".{_module}", __name__)

__all__ = ["Surrogates"]


class Surrogates:
    """Calls functions of torch, or what stands for them.

    `lost` says why the last call cut a result off from what it depends on; None: it did not.
    """

    def __init__(self) -> None:
        self.lost: str | None = None

    def __call__(self, func: Any, args: Any, kwargs: Any) -> Any:
        """The result of a call, with the dependences of the real one."""
        rule = find_rule(func)
        if rule.name in SWITCHES:
            return None  # `torch.no_grad()` in a forward pass: dependences go on
        if rule.kind in (Kind.PASS, Kind.LIKE) or not depends((args, kwargs)):
            return func(*args, **kwargs)
        if rule.kind is Kind.VALUES:
            return func(*detached(args), **detached(kwargs))
        try:
            return self._replaced(rule, func, args, kwargs)
        except Exception as reason:  # arguments that the surrogate was not made for, mostly
            said = str(reason) if isinstance(reason, LostError) else "called in an unusual way"
            self.lost = f"{rule.name}: {said}"
            return func(*detached(args), **detached(kwargs))

    def _replaced(self, rule: Any, func: Any, args: Any, kwargs: Any) -> Any:
        name = rule.name
        if name in TABLE and not (rule.inplace and is_elementwise(name)):
            result = TABLE[name](*args, **kwargs)
            # In place (`cumsum_`) the tensor itself gets the values.
            return args[0].copy_(result) if rule.inplace and result is not None else result
        if name in REAL:
            return func(*args, **kwargs)
        if is_elementwise(name):
            return elementwise(name, rule.inplace, func, args, kwargs)
        raise LostError("nothing is known of what it reads")
