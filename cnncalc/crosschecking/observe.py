"""A real forward pass, layer by layer: the shapes, dtypes and tensors that it shows."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any, NamedTuple

import torch

from ..errors import CnncalcError
from ..runnable.network import Network
from ..runnable.tree import module_at, tensor_at
from ..sources.calls.recording import Record
from ..sources.torch import network
from ..sources.torch.inputs import Example
from ..sources.torch.tensors import tensors_in
from ..sources.torch.tracer import Tracer
from ..sources.torch.untouched import untouched
from .storages import Storages


class Seen(NamedTuple):
    """What a layer showed. Tensors it shares with an earlier layer are counted there.

    `op` is the name of its class.
    """

    shapes: tuple[tuple[int, ...], ...]
    dtypes: tuple[str, ...]
    params: int
    buffers: int
    op: str = ""


class Observation(NamedTuple):
    """The layers of a forward pass by name; `problem` says why it ended before its end."""

    layers: dict[str, Seen]
    problem: str | None = None


def observe(
    module: torch.nn.Module, example: Example, storages: Storages | None = None
) -> Observation:
    """Run `module`, on the device where it and the example are."""
    with quiet(), untouched(module, train=False), torch.no_grad():
        if isinstance(module, Network):
            return _observe_network(module, example, storages)
        return _observe_live(module, example, storages)


class Observer(Tracer):
    """A tracer on real tensors that says which layer made which memory."""

    def __init__(self, module: torch.nn.Module, storages: Storages | None) -> None:
        super().__init__(module, real=True)
        self._storages = storages

    def _append(
        self, record: Record, inputs: Sequence[torch.Tensor], inplace: bool = False
    ) -> None:
        super()._append(record, inputs, inplace)
        if self._storages is not None:
            self._storages.own(inputs, record.outputs)
            self._storages.copies += record.op.type == "Clone"


def _observe_live(
    module: torch.nn.Module, example: Example, storages: Storages | None
) -> Observation:
    tracer = Observer(module, storages)
    for number, tensor in enumerate(example.tensors):
        tracer.add_input(number, tensor)
    problem = None
    try:
        with tracer.running(), nullcontext() if storages is None else storages:
            result = module(*example.args, **example.kwargs)
    except Exception as error:
        problem = _said(error)
        result = [out for record in tracer.records[-1:] for out in record.outputs]
        if not result:
            return Observation({}, problem)
    inputs = dict(zip(example.names, example.tensors, strict=True))
    graph = network.graph(tracer, "the real run", inputs, result)
    tally = Tally(module)
    layers = {}
    for layer in graph.layers:
        traced = layer.traced
        if traced is not None and not (problem and layer.op.type == "Unused"):
            held = tally.enter(tally.named(weight.name) for weight in traced.weights)
            layers[layer.name] = Seen(traced.shapes, traced.dtypes, *held, layer.op.type)
    return Observation(layers, problem)


def _observe_network(module: Network, example: Example, storages: Storages | None) -> Observation:
    layers: dict[str, Seen] = {}
    tally = Tally(module)
    kinds = {layer.name: layer.op.type for layer in module.graph.layers}
    try:
        with nullcontext() if storages is None else storages:
            for name, inputs, outputs, tensors in steps(module, example):
                if storages is not None:
                    storages.own(inputs, outputs)
                    storages.copies += kinds[name] == "Clone"
                held = tally.enter(tensors)
                shapes = tuple(tuple(out.shape) for out in outputs)
                dtypes = tuple(dtype_of(out) for out in outputs)
                layers[name] = Seen(shapes, dtypes, *held, kinds[name])
    except Exception as error:
        return Observation(layers, _said(error))
    return Observation(layers)


def steps(
    module: Network, example: Example
) -> Iterator[tuple[str, list[torch.Tensor], list[torch.Tensor], list[torch.Tensor]]]:
    """Run a network layer by layer: the name, inputs, outputs, and the tensors that it holds."""
    values: list[Any] = [(tensor,) for tensor in example.tensors]
    for step in module._steps:
        received = tuple([values[slot][output] for slot, output in step.reads])
        outputs = module._run(step, received)
        values.append(outputs)
        for slot in step.frees:
            values[slot] = None
        yield step.name, tensors_in(received), tensors_in(outputs), list(_tensors_of(module, step))
        del received, outputs


def _tensors_of(module: Network, step: Any) -> Iterator[torch.Tensor]:
    """The parameters and buffers of a layer."""
    if step.path is None:
        return
    try:
        owner = module_at(module, step.path)
    except KeyError:  # it is a tensor itself
        yield tensor_at(module, step.path)
        return
    yield from owner.parameters()
    yield from owner.buffers()


class Tally:
    """Counts each tensor of a module once, at the first layer that holds it."""

    def __init__(self, module: torch.nn.Module) -> None:
        everything = (
            *module.named_parameters(remove_duplicate=False),
            *module.named_buffers(remove_duplicate=False),
        )
        self._named = {_plain(name): tensor for name, tensor in everything}
        self._buffers = {id(tensor) for tensor in module.buffers()}
        self._counted: set[int] = set()

    def named(self, name: str) -> torch.Tensor:
        """The parameter or buffer of that name."""
        return self._named[name]

    def enter(self, tensors: Iterable[torch.Tensor]) -> tuple[int, int]:
        """The elements of parameters and of buffers that were not counted before."""
        params = buffers = 0
        for tensor in tensors:
            if id(tensor) in self._counted:
                continue
            self._counted.add(id(tensor))
            if id(tensor) in self._buffers:
                buffers += tensor.numel()
            else:
                params += tensor.numel()
        return params, buffers


def _plain(path: str) -> str:
    """A name without the wrappers that torch.compile puts into it."""
    return ".".join(part for part in path.split(".") if part != "_orig_mod")


def dtype_of(tensor: torch.Tensor) -> str:
    """A dtype as cnncalc writes it."""
    return str(tensor.dtype).removeprefix("torch.")


def _said(error: Exception) -> str:
    """An exception in one line."""
    if isinstance(error, CnncalcError):
        place = f"{error.location}: " if error.location and str(error.location) else ""
        return f"{place}{error.message}"
    text = " ".join(str(error).split())[:300]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


@contextmanager
def quiet() -> Iterator[None]:
    """Warnings of the model stay its own; compiled functions run as they are written.

    Torch's fused path for transformer layers is off: it would be one operation without parts.
    """
    import sys

    fast = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if "torch._dynamo" in sys.modules:
                with torch.compiler.set_stance("force_eager"):
                    yield
            else:
                yield
    finally:
        torch.backends.mha.set_fastpath_enabled(fast)
