"""What is cross-checked: a graph with its report, and a module that does the same for real."""

from __future__ import annotations

import copy
from typing import Any, NamedTuple

import torch

from .. import analysis, api
from ..errors import InputError
from ..graph import Graph
from ..report import Report
from ..runnable import to_torch
from ..shape import format_shape
from ..sources.torch import trace, unwrapped
from ..sources.torch.inputs import Example, example
from ..sources.torch.target import Weights, built, parse
from ..sources.torch.tensors import is_lazy, replaced
from .device import cast, dtype_named, module_on, with_tensors
from .torchvision import twin


class Subject(NamedTuple):
    """A model twice: as cnncalc sees it, and as torch runs it.

    `module` is in eval mode and on the CPU, with its real weights, or `to_torch(graph)` where
    `live` is false. Layers that a tracer sees in it have the graph's names. `example` holds
    real tensors on the CPU. `runs` says in words what `module` is.
    """

    graph: Graph
    report: Report
    module: torch.nn.Module
    example: Example
    live: bool
    runs: str = ""


def of_module(
    module: torch.nn.Module,
    input: Any,
    *,
    layout: str = "chw",
    batch: int | None = None,
    dtype: str | None = None,
    name: str | None = None,
) -> Subject:
    """A live module: a copy of it is run, and the user's own is left as it is.

    With `dtype` the copy is of that dtype. Raises `TraceError` and `InputError`.
    """
    module = unwrapped(module)
    if any(tensor.is_meta for tensor in (*module.parameters(), *module.buffers())):
        raise InputError(
            f"{type(module).__name__} is on meta: it has no weights to run with",
            help="cnncalc.analyze needs none",
        )
    module = module_on(_copied(module), torch.device("cpu"))
    if dtype is not None:
        chosen = dtype_named(dtype)
        module = cast(module, chosen)
        input = replaced(input, lambda x: x.to(chosen) if x.is_floating_point() else x)
    given = example(module, input, layout, batch)
    title = name or type(module).__name__
    graph = trace(module, input, layout=layout, batch=batch, name=title)
    report = analysis.run(graph, graph.traced or {})
    tensors = _real(given, graph)
    if any(is_lazy(tensor) for tensor in module.parameters()):
        with torch.no_grad():
            module(*tensors.args, **tensors.kwargs)  # gives its weights their sizes
    return Subject(graph, report, module, tensors, True, "the live module")


def _copied(module: torch.nn.Module) -> torch.nn.Module:
    """A copy, since a forward pass may write to buffers. Raises `InputError`."""
    try:
        return copy.deepcopy(module)
    except Exception as error:
        text = " ".join(str(error).split())[:200]
        raise InputError(
            f"{type(module).__name__} cannot be copied ({text}), and a run may change it",
            help="cnncalc crosscheck --trace builds one of its own",
        ) from None


def of_target(
    text: str,
    input: Any,
    *,
    layout: str = "chw",
    batch: int | None = None,
    dtype: str | None = None,
) -> Subject:
    """What `"package.module:attr(args)"` builds, for real. Raises `TraceError`."""
    module = built(parse(text), Weights.REAL).eval()
    made = of_module(module, input, layout=layout, batch=batch, dtype=dtype, name=text)
    return made._replace(runs="what it builds, on real tensors")


def of_model(
    model: Any,
    input: Any,
    *,
    layout: str = "chw",
    batch: int | None = None,
    dtype: str | None = None,
    **options: Any,
) -> Subject:
    """A network of the zoo, a spec or a file: run as torchvision's module or `to_torch(graph)`."""
    graph = api.load(model, input, layout=layout, **options)
    report = api.analyze(graph, input, layout=layout, batch=batch, dtype=dtype)
    for shape in report.inputs.values():
        if None in shape:
            raise InputError(
                f"{graph.name}: to run it the size of its input is needed, "
                f"received {format_shape(shape)}",
                help="--input 3x224x224",
            )
    chosen = dtype_named(dtype or "float32")
    original = None if report.has_errors else twin(graph.name, report, options)
    if original is None:
        with torch.random.fork_rng(devices=[]):
            module = to_torch(graph, input, layout=layout).eval().to(chosen)
        graph = module.graph
    else:
        module = original.module.eval().to(chosen)
    tensors = _shaped(graph, report, chosen)
    runs = "cnncalc.to_torch of it" if original is None else original.runs
    return Subject(graph, report, module, tensors, original is not None, runs)


def _shaped(graph: Graph, report: Report, dtype: torch.dtype) -> Example:
    """Random tensors for each input of a graph."""
    generator = torch.Generator().manual_seed(0)
    tensors = [_random(shape, dtype, generator) for shape in report.inputs.values()]
    return Example(tuple(tensors), {}, tuple(report.inputs))


def _real(given: Example, graph: Graph) -> Example:
    """The example with random tensors in the place of sizes; the user's own stay."""
    generator = torch.Generator().manual_seed(0)
    dtypes = iter([getattr(torch, each.dtype) for each in graph.inputs])

    def change(tensor: torch.Tensor) -> torch.Tensor:
        dtype = next(dtypes)
        if not tensor.is_meta:
            return tensor.detach().cpu().clone()
        return _random(tuple(tensor.shape), dtype, generator)

    return with_tensors(given, change)


def _random(shape: Any, dtype: torch.dtype, generator: torch.Generator) -> torch.Tensor:
    """Random floats; whole numbers are 0, an index that every table has."""
    if not dtype.is_floating_point:
        return torch.zeros(shape, dtype=dtype)
    return torch.rand(shape, generator=generator).to(dtype)
