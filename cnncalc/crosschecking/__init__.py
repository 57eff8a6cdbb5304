"""Cross-check: every analytic figure beside what a real forward pass shows.

::

    found = cnncalc.crosscheck("resnet18")
    print(found)
    found.exit_code

Needs torch (`pip install "cnncalc[torch]"`), which is imported when something is checked.
"""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from ..api import InputLike
from ..errors import FileError, InputError
from ..graph import Graph
from ..nn import Module
from .result import Check, Crosscheck, FieldCheck, LayerCheck, Memory, Survey, Verdict

if TYPE_CHECKING:
    import torch

__all__ = [
    "Check",
    "Crosscheck",
    "FieldCheck",
    "LayerCheck",
    "Memory",
    "Survey",
    "Verdict",
    "crosscheck",
    "require_torch",
]


def crosscheck(
    model: str | Graph | Module | torch.nn.Module,
    input: InputLike = None,
    *,
    layout: str = "chw",
    batch: int | None = None,
    dtype: str | None = None,
    device: str = "auto",
    trace: bool = False,
    fields: bool = False,
    memory: bool = False,
    **options: Any,
) -> Crosscheck:
    """Run a model for real, and compare each figure of its report with what torch shows.

    `model`, `input`, `layout`, `batch`, `dtype` and `options` are those of `cnncalc.analyze`;
    with `trace` text is code to build a live module from, as in `cnncalc.trace`. A network of
    the zoo is run as torchvision's module where it has one, other graphs as `to_torch` of them.
    `device` is `auto`, `cpu`, `cuda` or `mps`. `fields` checks receptive fields by gradients,
    `memory` the bytes. The user's module stays as it is.

    Raises `FileError` without torch, and what `cnncalc.analyze`, `trace` and `to_torch` raise.
    A forward pass that fails is no exception: what could not be checked is in `problems`.
    """
    require_torch()
    with redirect_stdout(sys.stderr):  # what the model prints is no part of the result
        settings: dict[str, Any] = {"layout": layout, "batch": batch, "dtype": dtype}
        return _checked(model, input, settings, device, trace, fields, memory, options)


def _checked(
    model: Any,
    input: Any,
    settings: dict[str, Any],
    device: str,
    trace: bool,
    fields: bool,
    memory: bool,
    options: dict[str, Any],
) -> Crosscheck:
    from . import checking, subject

    where = checking.choose(device)
    if isinstance(model, str) and trace:
        _refuse(options)
        made = subject.of_target(model, input, **settings)
    elif checking.is_module(model):
        _refuse(options)
        made = subject.of_module(model, input, **settings)
    else:
        if trace:
            raise InputError("trace=True is for text that says what to build")
        made = subject.of_model(model, input, **settings, **options)
    return checking.check(made, where, fields=fields, memory=memory)


def require_torch() -> None:
    """Raise `FileError` where torch is not installed."""
    if find_spec("torch") is None:
        raise FileError(
            "a cross-check runs the model, and torch is not installed",
            help='pip install "cnncalc[torch]"',
        )


def _refuse(options: dict[str, Any]) -> None:
    for name in options:
        raise InputError(f"unknown option {name!r}: only zoo networks have options")
