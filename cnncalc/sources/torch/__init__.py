"""Live PyTorch modules: from a forward pass on meta tensors to a graph.

No arithmetic is done and no memory for weights or activations is taken; the module is left as
it was. Needs torch (`pip install "cnncalc[torch]"`).
"""

from __future__ import annotations

import copy
import gc
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from typing import Any

import torch

from ...errors import CnncalcError, TraceError
from ...graph import Graph
from ..calls.recording import IntegerInputError
from . import network
from .errors import after, failed
from .inputs import Example, example
from .leaves import is_compiled
from .target import Weights, built, parse
from .tensors import is_lazy
from .tracer import Tracer
from .untouched import untouched

__all__ = ["is_module", "trace"]


def is_module(value: Any) -> bool:
    """Is it a module of torch?"""
    return isinstance(value, torch.nn.Module)


def trace(
    module: torch.nn.Module | str,
    input: Any,
    *,
    layout: str = "chw",
    batch: int | None = None,
    train: bool = False,
    name: str | None = None,
) -> Graph:
    """Run `module` on meta tensors and return the graph of what it does.

    `module` may be text such as `"torchvision.models:resnet50"` or `"nets.py:Net(width=32)"`,
    which is imported and built, on the meta device if it can be.

    `input` is a size (`"3x224x224"`, `(3, 224, 224)`; the batch is 1 or `batch`), several of
    them by name or in a list, a tensor, or a tuple or dict of tensors as `forward` takes them.
    The module runs in eval mode unless `train`. Raises `InputError`, and `TraceError` where
    the forward pass fails or depends on the values of a tensor.
    """
    if isinstance(module, str):
        return _trace_target(module, input, layout, batch, train, name)
    module = unwrapped(module)
    given = example(module, input, layout, batch)
    if any(is_lazy(tensor) for tensor in module.parameters()):
        module = _materialized(module, given)
    try:
        return _with_integers(module, given, train, name)
    except TraceError:
        if given.one_sample is None:
            raise
        with suppress(CnncalcError):
            return _with_integers(module, given.one_sample, train, name)
        raise


def _trace_target(
    text: str, input: Any, layout: str, batch: int | None, train: bool, name: str | None
) -> Graph:
    """Build without memory for weights; for real where that, or tracing the result, fails."""
    target = parse(text)
    title = name or text
    with redirect_stdout(sys.stderr):
        for weights in Weights:
            try:
                module = built(target, weights)
                return trace(module, input, layout=layout, batch=batch, train=train, name=title)
            except TraceError:
                if weights is Weights.REAL:
                    raise
    raise AssertionError("the last way returns or raises")


def unwrapped(module: torch.nn.Module) -> torch.nn.Module:
    """The user's own module inside torch.compile's and data parallelism's wrappers."""
    while True:
        if is_compiled(module):
            module = module._orig_mod
        elif type(module).__name__ in ("DataParallel", "DistributedDataParallel"):
            module = module.module
        else:
            return module


def _materialized(module: torch.nn.Module, given: Example) -> torch.nn.Module:
    """A copy on meta of a module whose lazy weights have got their sizes by a first pass."""
    module = copy.deepcopy(module, _on_meta(module))
    first = given.on_meta()
    try:
        with torch.no_grad(), _eager():
            module(*first.args, **first.kwargs)
    except (Exception, SystemExit) as error:
        raise failed(type(module).__name__, error) from None
    return module


def _on_meta(module: torch.nn.Module) -> dict[int, Any]:
    """For each parameter and buffer one on meta, as a deep copy takes them."""
    stand_ins: dict[int, Any] = {}
    for tensor in (*module.parameters(), *module.buffers()):
        if is_lazy(tensor):
            made = type(tensor)(device="meta", dtype=tensor.dtype)
        elif isinstance(tensor, torch.nn.Parameter):
            made = torch.nn.Parameter(tensor.detach().to("meta"), tensor.requires_grad)
        else:
            made = tensor.to("meta")
        stand_ins[id(tensor)] = made
    return stand_ins


def _with_integers(module: torch.nn.Module, given: Example, train: bool, name: str | None) -> Graph:
    """The trace; inputs that turn out to be indices are made integers, and it starts again."""
    integers: set[int] = set()
    while True:
        try:
            return _trace(module, given.with_integers(integers), train, name)
        except IntegerInputError as need:
            if need.inputs <= integers or not need.inputs <= given.guessed:
                raise TraceError("an embedding is given indices that are no integers") from None
            integers |= need.inputs


def _trace(module: torch.nn.Module, given: Example, train: bool, name: str | None) -> Graph:
    title = name or type(module).__name__
    originals = given.tensors
    given = given.on_meta()
    tensors = given.tensors
    inputs = dict(zip(given.names, tensors, strict=True))
    with untouched(module, train), _eager(), _no_collection():
        tracer = Tracer(module)
        for number, (tensor, original) in enumerate(zip(tensors, originals, strict=True)):
            tracer.add_input(number, tensor)
            tracer.values.give(tensor, original)
        try:
            with tracer.running():
                result = module(*given.args, **given.kwargs)
        except IntegerInputError:
            raise
        except (Exception, SystemExit) as error:
            cause = error if isinstance(error, CnncalcError) else failed(title, error)
            raise after(tracer.first_misfit, cause) from None
        return network.graph(tracer, title, inputs, result)


@contextmanager
def _no_collection() -> Iterator[None]:
    """A trace keeps what it makes to its end: there is no garbage to look for meanwhile."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@contextmanager
def _eager() -> Iterator[None]:
    """Compiled functions run as they are written, and warnings of the model stay its own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if "torch._dynamo" in sys.modules:
            with torch.compiler.set_stance("force_eager"):
                yield
        else:
            yield
