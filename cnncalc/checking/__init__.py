"""Hold the hard-coded dims of a model to its input size, and say what else is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .result import Check, Fix, Verdict

if TYPE_CHECKING:
    import torch

    from ..api import InputLike
    from ..graph import Graph
    from ..nn import Module
    from .subject import Reread

__all__ = ["Check", "Fix", "Verdict", "check"]


def check(
    model: str | Graph | Module | torch.nn.Module,
    input: InputLike = None,
    *,
    layout: str = "chw",
    batch: int | None = None,
    train: bool = False,
    trace: bool = False,
    advise: bool = False,
    ignore: Iterable[str] = (),
    reread: Reread | None = None,
    **options: Any,
) -> Check:
    """Check a model for an input size: its hard-coded dims, and what else is wrong with it.

    `model` and `input` are as in `cnncalc.analyze`; most of all `"model.py:Net"`, which is read
    and not run. `train` reads it in training mode, `trace` runs it. `advise` adds information
    on where parameters and work are; `ignore` are codes of findings to silence. `reread` reads
    the model again for other inputs, where it is given as a graph (see `Reread`).

    Raises `CnncalcError` subclasses where the model cannot be read.
    """
    from .engine import check_graph
    from .models import opened

    graph, inputs, again = opened(model, input, layout, batch, train, trace, options)
    return check_graph(graph, inputs, advise=advise, ignore=ignore, reread=reread or again)
