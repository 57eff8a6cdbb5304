"""MACs by torch.utils.flop_counter, per layer and in total, on the meta device.

Its paths for the CPU and for inference miss attention; on meta torch takes the plain ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch.utils.flop_counter import FlopCounterMode

from ..ops import Op
from ..runnable.network import Network
from ..sources.calls.recording import Record
from ..sources.torch import network
from ..sources.torch.inputs import Example
from ..sources.torch.tracer import Tracer
from ..sources.torch.untouched import untouched
from .device import with_tensors
from .observe import quiet, steps

#: Records that are tensors, and compute nothing.
_TENSORS = ("Parameter", "Buffer", "Constant")


class Counts(NamedTuple):
    """MACs by layer, and the total of an independent run.

    `constants` are spent on what does not depend on the input and is no layer. `problem` says
    why there are no counts.
    """

    layers: dict[str, int | float]
    total: int | float | None
    constants: int | float = 0
    problem: str | None = None


def count(module: torch.nn.Module, example: Example) -> Counts:
    """Count a forward pass on meta tensors of the example's sizes."""
    given = example.on_meta()
    try:
        with quiet(), untouched(module, train=False), torch.no_grad():
            if isinstance(module, Network):
                counted = _of_network(module, given)
            else:
                counted = _of_module(module, given, example)
    except Exception as error:
        text = " ".join(str(error).split())[:200]
        return Counts({}, None, 0, f"counting on meta: {type(error).__name__}: {text}")
    layers, constants = counted
    return Counts(layers, _total(module, given), constants)


class _NoModules:
    """Stands in for FlopCounterMode's own tracker of modules.

    Layers are told apart here, and the tracker fails where a module is given a parameter while
    gradients are off, as `weight_norm` does.
    """

    parents = frozenset({"Global"})

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...


def _counting() -> FlopCounterMode:
    counter = FlopCounterMode(display=False)
    counter.mod_tracker = _NoModules()
    return counter


class _Counter(Tracer):
    """A tracer that notes what was counted while each operation ran."""

    def __init__(self, module: torch.nn.Module, counter: FlopCounterMode) -> None:
        super().__init__(module)
        self.by_record: dict[int, int | float] = {}
        self.constants: int | float = 0
        #: Layers that torch refused: their inputs do not fit.
        self.refused: set[int] = set()
        self._counter = counter
        self._before = 0

    def _outcome(self, original: Any, module: Any, op: Op, args: Any, kwargs: Any) -> Any:
        return original(module, *args, **kwargs)  # a remembered outcome would count as nothing

    def _assumed(self, op: Op, inputs: Sequence[torch.Tensor], error: Exception) -> Any:
        self.refused.add(len(self.records))
        return super()._assumed(op, inputs, error)

    def _append(
        self, record: Record, inputs: Sequence[torch.Tensor], inplace: bool = False
    ) -> None:
        super()._append(record, inputs, inplace)
        at = len(self.records) - 1
        if record.op.type not in _TENSORS and at not in self.refused:
            self.by_record[at] = self._since()

    def _constant(self, rule: Any, func: Any, args: Any, kwargs: Any, given: Any) -> Any:
        before = self._counter.get_total_flops()
        result = super()._constant(rule, func, args, kwargs, given)
        spent = self._counter.get_total_flops() - before
        self.constants += _halved(spent)
        self._before += spent
        return result

    def _follow(
        self, rule: Any, func: Any, args: Any, kwargs: Any, given: Any, result: Any
    ) -> None:
        before = self._counter.get_total_flops()
        super()._follow(rule, func, args, kwargs, given, result)
        # known values are computed beside the run
        self._before += self._counter.get_total_flops() - before

    def _since(self) -> int | float:
        now = self._counter.get_total_flops()
        before, self._before = self._before, now
        return _halved(now - before)


def _of_module(
    module: torch.nn.Module, given: Example, original: Example
) -> tuple[dict[str, int | float], int | float]:
    """Count a run on `given`; the whole numbers of `original` are known, as in a trace."""
    with _counting() as counter:
        tracer = _Counter(module, counter)
        for number, (tensor, known) in enumerate(zip(given.tensors, original.tensors, strict=True)):
            tracer.add_input(number, tensor)
            tracer.values.give(tensor, known)
        with tracer.running():
            result = module(*given.args, **given.kwargs)
    inputs = dict(zip(given.names, given.tensors, strict=True))
    graph = network.graph(tracer, "the count", inputs, result)
    # records beyond those that operations left (tensors, views that were overwritten) cost nothing
    layers = {
        layer.name: tracer.by_record.get(at, 0)
        for at, layer in enumerate(graph.layers[: len(tracer.records)])
        if at not in tracer.refused
    }
    return layers, tracer.constants


def _of_network(module: Network, given: Example) -> tuple[dict[str, int | float], int | float]:
    layers: dict[str, int | float] = {}
    with torch.device("meta"):
        twin: Any = Network(module.graph)
        twin.eval()
        with _counting() as counter:
            before = 0
            for name, *_ in steps(twin, given):
                now = counter.get_total_flops()
                layers[name] = _halved(now - before)
                before = now
    return layers, 0


def _total(module: torch.nn.Module, given: Example) -> int | float | None:
    """The count of a run that knows nothing of layers; None where it fails.

    (A module that makes tensors on the CPU by itself cannot be run on meta as it is.)
    """
    tensors = (*module.named_parameters(), *module.named_buffers())
    twins = {name: torch.empty_like(tensor, device="meta") for name, tensor in tensors}
    given = with_tensors(given, torch.empty_like)
    try:
        with (
            quiet(),
            untouched(module, train=False),
            torch.no_grad(),
            torch.device("meta"),
            _counting() as counter,
        ):
            torch.func.functional_call(module, twins, given.args, given.kwargs)
    except Exception:
        return None
    return _halved(counter.get_total_flops())


def _halved(flops: int) -> int | float:
    """MACs: half of the FLOPs."""
    return flops // 2 if flops % 2 == 0 else flops / 2
