"""A forward pass under surrogates: for each layer the place in autograd's graph where it is.

A live module runs its own code on zeros in float64, under the tracer; a network built from a
graph runs layer by layer. Values do not matter: the surrogates are linear.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch
from torch.autograd.graph import GradientEdge, get_gradient_edge
from torch.overrides import TorchFunctionMode

from ..errors import CnncalcError
from ..graph import Graph
from ..sources.calls.network import names_of
from ..sources.torch.errors import failed
from ..sources.torch.inputs import Example
from ..sources.torch.tensors import is_lazy, replaced, tensors_in
from ..sources.torch.tracer import Tracer
from ..sources.torch.untouched import untouched
from .subject import Subject
from .surrogates import Surrogates
from .surrogates.base import depends

#: Parameters with more elements are stood in for by one zero: their values are not needed.
_LARGE = 4096


class Reached(NamedTuple):
    """The (first) output of a layer in autograd's graph.

    `edge` is None where it depends on no input that has a gradient; `lost` says why a gradient
    does not show all of what it depends on, None where it does.
    """

    edge: GradientEdge | None
    shape: tuple[int, ...]
    lost: str | None


class Flow(NamedTuple):
    """The forward pass: the inputs by name, what was reached, and what ended it early."""

    inputs: dict[str, torch.Tensor]
    layers: dict[str, Reached]
    failure: str | None


def run(subject: Subject) -> Flow:
    """Run the subject's module under surrogates."""
    graph, module = subject.graph, subject.module
    given, inputs = _inputs(graph, subject.example)
    with untouched(module, train=False), _in_float64(module), _differentiable():
        if subject.live:
            return _live(module, given, inputs)
        return _layer_by_layer(module, given, inputs)


def _inputs(graph: Graph, example: Example) -> tuple[Example, dict[str, torch.Tensor]]:
    """Arguments for the pass, and the leaves behind them; integers keep their values."""
    leaves: dict[str, torch.Tensor] = {}
    names = iter(zip(example.names, graph.inputs, strict=True))

    def change(tensor: torch.Tensor) -> torch.Tensor:
        name, declared = next(names)
        if tensor.dtype.is_floating_point and not declared.dtype.startswith(("int", "bool")):
            leaf = torch.zeros(tensor.shape, dtype=torch.float64).requires_grad_()
            leaves[name] = leaf
            return leaf.clone()  # a model may write into its input
        if tensor.is_meta or tensor.dtype.is_floating_point:
            return torch.zeros(tensor.shape, dtype=getattr(torch, declared.dtype))
        return tensor.clone()

    args = replaced(example.args, change)
    return example._replace(args=args, kwargs=replaced(example.kwargs, change)), leaves


@contextmanager
def _in_float64(module: torch.nn.Module) -> Iterator[None]:
    """Parameters and buffers that are float64 copies; `untouched` puts the own ones back."""
    stand_ins: dict[int, torch.Tensor] = {}
    for each in module.modules():
        if isinstance(each, torch.jit.ScriptModule):
            continue
        for held in (each._parameters, each._buffers):
            for name, tensor in held.items():
                if tensor is not None and tensor.dtype.is_floating_point and not is_lazy(tensor):
                    if id(tensor) not in stand_ins:
                        stand_ins[id(tensor)] = _stand_in(tensor)
                    held[name] = stand_ins[id(tensor)]
    default = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(default)


def _stand_in(tensor: torch.Tensor) -> torch.Tensor:
    parameter = isinstance(tensor, torch.nn.Parameter)
    if tensor.is_meta or (parameter and tensor.numel() > _LARGE):
        data = torch.zeros((), dtype=torch.float64).expand(tensor.shape)
    else:
        data = tensor.detach().to("cpu", torch.float64, copy=True)
    return torch.nn.Parameter(data, requires_grad=False) if parameter else data


@contextmanager
def _differentiable() -> Iterator[None]:
    """Gradients on; a user's own autograd functions, and checkpoints, run as plain code."""
    function: Any = torch.autograd.Function
    hooks: Any = torch.autograd.graph.saved_tensors_hooks  # checkpoints throw away what is saved

    def plainly(cls: Any, *args: Any, **kwargs: Any) -> Any:
        if cls.setup_context is not function.setup_context:
            return cls.forward(*args, **kwargs)
        return cls.forward(_Context(), *args, **kwargs)

    with (
        warnings.catch_warnings(),
        torch.enable_grad(),
        _replaced(function, "apply", classmethod(plainly)),
        _replaced(hooks, "__enter__", lambda self: None),
        _replaced(hooks, "__exit__", lambda self, *error: None),
    ):
        warnings.simplefilter("ignore")
        yield


@contextmanager
def _replaced(owner: Any, name: str, value: Any) -> Iterator[None]:
    before = vars(owner)[name]
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before)


class _Context:
    """What a user-defined function may write its notes on."""

    def save_for_backward(self, *_: Any) -> None:
        """Nothing is saved."""

    mark_dirty = mark_non_differentiable = save_for_forward = save_for_backward
    set_materialize_grads = save_for_backward
    needs_input_grad: Sequence[bool] = (False,) * 64


def _live(module: torch.nn.Module, given: Example, inputs: dict[str, torch.Tensor]) -> Flow:
    tracer = _FieldTracer(module)
    for number, tensor in enumerate(given.tensors):
        tracer.add_input(number, tensor)
    failure = _attempt(lambda: _traced(tracer, module, given), type(module).__name__)
    return Flow(inputs, tracer.reached(given.names), failure)


def _traced(tracer: _FieldTracer, module: torch.nn.Module, given: Example) -> None:
    with tracer.running():
        module(*given.args, **given.kwargs)


def _attempt(run: Callable[[], None], name: str) -> str | None:
    """Why a run failed; None where it did not."""
    try:
        run()
    except CnncalcError as error:
        return str(error)
    except Exception as error:
        return str(failed(name, error))
    return None


class _FieldTracer(Tracer):
    """The tracer over a real pass under surrogates, which notes where each layer is."""

    def __init__(self, module: torch.nn.Module) -> None:
        super().__init__(module, real=True)
        self._surrogates = Surrogates()
        self._plain = 0
        self._notes: list[Reached] = []

    def reached(self, input_names: Sequence[str]) -> dict[str, Reached]:
        """What was reached, by the names that a graph of this trace would have."""
        names = names_of(self, input_names)
        lost: dict[int, str] = {}
        layers = {}
        for number, (record, note) in enumerate(zip(self.records, self._notes, strict=True)):
            behind = [lost[each] for each, _ in record.sources if each in lost]
            reason = note.lost or (behind[0] if behind else None)
            if reason is not None:
                lost[number] = reason
            layers[names[number]] = note._replace(lost=reason)
        return layers

    def _run(self, func: Any, args: Any, kwargs: Any) -> Any:
        if self._plain:
            return func(*args, **kwargs)
        return self._surrogates(func, args, kwargs)

    def _constant(self, rule: Any, func: Any, args: Any, kwargs: Any, given: Any) -> Any:
        return self._run(func, args, kwargs)  # what the tracer takes for a constant may be none

    def _values(self, rule: Any, func: Any, args: Any, kwargs: Any, given: Any) -> Any:
        return self._run(func, args, kwargs)

    def _opaque(self, rule: Any, func: Any, args: Any, kwargs: Any, given: Any) -> Any:
        with self._without_gradients():
            return super()._opaque(rule, func, args, kwargs, given)

    def _module(self, original: Any, module: torch.nn.Module, args: Any, kwargs: Any) -> Any:
        if not isinstance(module, torch.jit.ScriptModule):
            return super()._module(original, module, args, kwargs)
        with self._without_gradients():
            return super()._module(original, module, args, kwargs)

    @contextmanager
    def _without_gradients(self) -> Iterator[None]:
        """Primitive operations, seen below autograd: no surrogate can change them there."""
        self._plain += 1
        try:
            with torch.no_grad():
                yield
        finally:
            self._plain -= 1

    def _append(self, record: Any, inputs: Sequence[torch.Tensor], inplace: bool = False) -> None:
        super()._append(record, inputs, inplace)
        self._note(any(each.requires_grad for each in inputs))

    def _refresh(self, tensor: torch.Tensor) -> None:
        super()._refresh(tensor)
        self._note(tensor.requires_grad)

    def _note(self, reads: bool) -> None:
        record, lost = self.records[-1], None
        if record.sources:  # else it is a constant, first asked for by the operation at hand
            lost, self._surrogates.lost = self._surrogates.lost, None
        self._notes.append(_reached(list(record.outputs), reads, lost))


def _reached(outputs: list[Any], reads: bool, lost: str | None) -> Reached:
    """Where the first output is now, before anything is written over it."""
    first = outputs[0] if outputs else None
    if not isinstance(first, torch.Tensor):
        return Reached(None, (), lost)
    if first.requires_grad:
        return Reached(get_gradient_edge(first), tuple(first.shape), lost)
    if reads and lost is None:
        lost = "torch's function hides what happens inside of it"
    return Reached(None, tuple(first.shape), lost)


def _layer_by_layer(network: Any, given: Example, inputs: dict[str, torch.Tensor]) -> Flow:
    mode = _Mode()
    layers: dict[str, Reached] = {}

    def forward() -> None:
        values: list[tuple[Any, ...]] = [
            (tensor,) for tensor in network._given(given.args, given.kwargs)
        ]
        lost: dict[int, str] = {}
        for step in network._steps:
            received = tuple([values[slot][output] for slot, output in step.reads])
            with mode:
                values.append(network._run(step, received))
            note = _reached(tensors_in(values[-1]), depends(received), mode.surrogates.lost)
            mode.surrogates.lost = None
            behind = [lost[slot] for slot, _ in step.reads if slot in lost]
            if behind or note.lost:
                lost[len(values) - 1] = note.lost or behind[0]
                note = note._replace(lost=lost[len(values) - 1])
            layers[step.name] = note

    return Flow(inputs, layers, _attempt(forward, type(network).__name__))


class _Mode(TorchFunctionMode):
    """Surrogates for whatever is called in it."""

    def __init__(self) -> None:
        super().__init__()
        self.surrogates = Surrogates()

    def __torch_function__(
        self,
        func: Any,
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        return self.surrogates(func, args, kwargs or {})
