"""The cross-check of one subject, from the runs to the verdicts."""

from __future__ import annotations

import time

import torch

from ..sources.torch import is_module
from ..sources.torch.inputs import Example
from . import compare
from .device import channels_last, choose, machine, module_on, with_tensors
from .macs import count
from .memory import check_memory, followed
from .observe import dtype_of, observe
from .result import Check, Crosscheck, FieldCheck, Memory, Verdict
from .storages import Storages
from .subject import Subject

__all__ = ["check", "choose", "is_module"]


def check(
    subject: Subject,
    device: torch.device,
    *,
    fields: bool = False,
    memory: bool = False,
    innermost: bool = False,
) -> Crosscheck:
    """Run the subject on the device and compare; `innermost` runs it with channels last."""
    started = time.perf_counter()
    graph, report, module = subject.graph, subject.report, subject.module
    placed = module_on(module, device)
    example = with_tensors(subject.example, lambda tensor: tensor.to(device))
    if innermost:
        placed, example = channels_last(placed, example)
    storages = followed(placed, example) if memory else None
    seen = observe(placed, example, storages)
    counts = count(module, subject.example)
    layers = tuple(compare.layer_checks(graph, report, seen, counts))
    held = (
        sum(tensor.numel() for tensor in module.parameters()),
        sum(tensor.numel() for tensor in module.buffers()),
    )
    problems = [] if seen.problem is None else [f"the forward pass failed: {seen.problem}"]
    if counts.problem is not None:
        problems.append(counts.problem)
    return Crosscheck(
        report.model,
        subject.runs,
        dict(report.inputs),
        machine(device, _dtype(subject)),
        layers,
        compare.total_checks(report, layers, held, counts),
        _memory(subject, placed, example, storages, seen.problem),
        _fields(subject) if fields else None,
        tuple(problems),
        time.perf_counter() - started,
    )


def _dtype(subject: Subject) -> str:
    """The dtype of the weights, by the first; of the report where there are none."""
    for tensor in subject.module.parameters():
        if tensor.is_floating_point():
            return dtype_of(tensor)
    return subject.report.dtype


def _memory(
    subject: Subject,
    module: torch.nn.Module,
    example: Example,
    storages: Storages | None,
    problem: str | None,
) -> Memory | None:
    if storages is None:
        return None
    if problem is not None:
        peak = subject.report.totals.peak_bytes
        failed = Check("peak_bytes", peak, None, Verdict.UNCHECKED, "the forward pass failed")
        return Memory((failed,), None, ())
    return check_memory(subject.report, module, example, storages)


def _fields(subject: Subject) -> tuple[FieldCheck, ...]:
    from .fields import check_fields

    return tuple(check_fields(subject))
