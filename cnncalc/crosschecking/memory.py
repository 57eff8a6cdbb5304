"""Peak memory of a forward pass, and what makes it larger than the analytic peak, by cause.

A run is followed twice: once with the layers known, to see which memory is a layer's output, which
it needs for itself, and which layer reads it last; and once undisturbed, to see how long each
lives. (The first has more steps: it hands tensors on by other names, which takes no memory.) What
cnncalc states is the peak of outputs from their layer to the end of their last reader; that has to
agree. The rest is told apart:

- `side outputs`: written beside an output and read by nobody (the indices of max pooling, the
  statistics of batch norm);
- `inside layers`: what a layer makes for itself (the projections in attention), room that it
  takes beyond its output (`fold`), and constants;
- `held by Python`: alive after the last reader, since a variable of `forward` still names it;
- on CUDA `rounding` (the allocator gives multiples of 512 bytes) and `workspaces` (of
  convolutions and matrix products; blocks that the allocator did not split are in it, too).
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable
from typing import Any

import torch

from ..report import Report
from ..sources.torch.inputs import Example
from ..sources.torch.tensors import tensors_in
from ..sources.torch.untouched import untouched
from .observe import quiet
from .result import Check, Memory, Verdict
from .storages import Made, Storages

#: CUDA's caching allocator gives out multiples of this.
BLOCK = 512


def followed(module: torch.nn.Module, example: Example) -> Storages:
    """What to follow a run of `module` with."""
    return Storages([*module.parameters(), *module.buffers(), *example.tensors])


def check_memory(
    report: Report, module: torch.nn.Module, example: Example, layered: Storages
) -> Memory:
    """Check parameter bytes and the peak; `layered` followed a run that knew the layers."""
    param_bytes = sum(x.numel() * x.element_size() for x in module.parameters())
    checks = [_equal("param_bytes", report.totals.param_bytes, param_bytes)]
    made, steps = _undisturbed(module, example)
    given = sum(x.numel() * x.element_size() for x in example.tensors)
    if [each.key for each in made] != [each.key for each in layered.made]:
        reason = "the run alone and the run layer by layer made different tensors"
        checks.append(
            Check("peak_bytes", report.totals.peak_bytes, None, Verdict.UNCHECKED, reason)
        )
        return Memory(tuple(checks), given + peak(made, steps, _until_freed), ())
    for each, known in zip(made, layered.made, strict=True):
        known.result = each.result
        known.side = each.read == each.step
    outputs = [known for known in layered.made if known.output]
    beside = [known for known in layered.made if known.output or known.side]
    stated = given + peak(outputs, layered.step, _until_read, _used)
    checks.append(_peak_check(report, layered, stated))
    peaks = [
        ("side outputs", given + peak(beside, layered.step, _until_read, _used)),
        ("inside layers", given + peak(layered.made, layered.step, _until_read)),
        ("held by Python", given + peak(made, steps, _until_freed)),
    ]
    if example.tensors and example.tensors[0].is_cuda:
        inputs = sum(_rounded(x.numel() * x.element_size()) for x in example.tensors)
        peaks.append(("rounding", inputs + peak(made, steps, _until_freed, _in_blocks)))
        allocated = cuda_peak(module, example)
        checks.append(_covers("cuda_bytes", peaks[-1][1], allocated))
        peaks.append(("workspaces", allocated))
    return Memory(tuple(checks), peaks[-1][1], tuple(_differences(stated, peaks)))


def _undisturbed(module: torch.nn.Module, example: Example) -> tuple[list[Made], int]:
    """What a run makes, and the number of its steps."""
    storages = followed(module, example)
    with quiet(), untouched(module, train=False), torch.no_grad(), storages:
        result = module(*example.args, **example.kwargs)
        storages.sweep()
        storages.results(tensors_in(result))
    return storages.made, storages.step


def _until_read(made: Made, steps: int) -> int:
    return steps if made.result else made.read


def _until_freed(made: Made, steps: int) -> int:
    return steps if made.freed is None else made.freed


def _whole(made: Made) -> int:
    return made.bytes


def _used(made: Made) -> int:
    return made.used


def _in_blocks(made: Made) -> int:
    return _rounded(made.bytes)


def peak(
    made: Iterable[Made],
    steps: int,
    until: Callable[[Made, int], int],
    size: Callable[[Made], int] = _whole,
) -> int:
    """The most bytes alive at once: each from its step until another, that one included."""
    change = [0] * (steps + 2)
    for each in made:
        change[each.step] += size(each)
        change[until(each, steps) + 1] -= size(each)
    alive = highest = 0
    for each_change in change:
        alive += each_change
        highest = max(highest, alive)
    return highest


def _rounded(size: int) -> int:
    return -(-size // BLOCK) * BLOCK


def _differences(start: int, peaks: list[tuple[str, int]]) -> Iterable[tuple[str, int]]:
    for cause, value in peaks:
        if value != start:
            yield cause, value - start
        start = value


def _peak_check(report: Report, layered: Storages, stated: int) -> Check:
    """Peaks of the same layers are equal; where the runs copy differently they need not be."""
    check = _equal("peak_bytes", report.totals.peak_bytes, stated)
    copies = sum(row.type == "Clone" for row in report)
    if check.verdict is Verdict.DIFFERS and copies != layered.copies:
        reason = "the real run copied at other places: its kernels left other memory layouts"
        return check._replace(verdict=Verdict.UNCHECKED, reason=reason)
    return check


def _equal(figure: str, analytic: int, measured: int) -> Check:
    verdict = Verdict.AGREES if analytic == measured else Verdict.DIFFERS
    return Check(figure, analytic, measured, verdict)


def _covers(figure: str, counted: int, allocated: int) -> Check:
    """The allocator gave at least what was counted; the rest are workspaces."""
    if allocated < counted:
        return Check(figure, counted, allocated, Verdict.DIFFERS, "less than what was counted")
    reason = None if allocated == counted else "the rest are workspaces and blocks left whole"
    verdict = Verdict.AGREES if allocated == counted else Verdict.EXPLAINED
    return Check(figure, counted, allocated, verdict, reason)


def cuda_peak(module: torch.nn.Module, example: Example) -> int:
    """The most that the allocator gave out in a run, inputs included, parameters not.

    A first run makes what libraries keep for good; that is not part of it.
    """
    gc.collect()  # tensors of earlier runs that wait in cycles would be freed meanwhile
    device = example.tensors[0].device
    given = sum(_rounded(x.numel() * x.element_size()) for x in example.tensors)
    highest = 0
    for _ in range(2):
        torch.cuda.synchronize(device)
        before = torch.cuda.memory_allocated(device)
        torch.cuda.reset_peak_memory_stats(device)
        with quiet(), untouched(module, train=False), torch.no_grad():
            result: Any = module(*example.args, **example.kwargs)
        torch.cuda.synchronize(device)
        highest = torch.cuda.max_memory_allocated(device) - before + given
        del result
    return highest
