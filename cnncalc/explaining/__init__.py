"""The working behind each figure of a report, as a teacher would write it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .explanation import QUANTITIES, USUAL, Explanation, Gradient, Part, Section, Step, Table

if TYPE_CHECKING:
    import torch

    from ..api import InputLike
    from ..graph import Graph
    from ..nn import Module

__all__ = [
    "QUANTITIES",
    "USUAL",
    "Explanation",
    "Gradient",
    "Part",
    "Section",
    "Step",
    "Table",
    "explain",
]


def explain(
    model: str | Graph | Module | torch.nn.Module,
    input: InputLike = None,
    *,
    layers: Sequence[str] = (),
    what: Sequence[str] = (),
    layout: str = "chw",
    batch: int | None = None,
    dtype: str | None = None,
    train: bool = False,
    trace: bool = False,
    **options: Any,
) -> Explanation:
    """Explain how the figures of a model come about.

    `model`, `input` and the options are as in `cnncalc.analyze`; `trace` runs the model's code.
    `layers` are names of layers, of modules that hold some, or those that homework has for them
    (`conv1` is the first convolution; all layers without it, and the sums of the network).
    `what` names quantities: size, params, macs, field, memory, backward (all but the last
    without it).

    Raises `CnncalcError` subclasses where the model cannot be read, and `NameNotFoundError` for
    a layer or a quantity that there is not.
    """
    from ..analysis import run
    from ..checking.models import opened
    from ..shape import parse_dtype
    from .explainer import explain_report
    from .scene import Scene

    graph, inputs, _ = opened(model, input, layout, batch, train, trace, options)
    chosen = None if dtype is None else parse_dtype(dtype)
    return explain_report(Scene(graph, run(graph, inputs, chosen)), layers, what)
