"""Cross-checks of many models, one line each, in one process or several."""

from __future__ import annotations

import gc
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from typing import Any, NamedTuple

import torch

from ..errors import CnncalcError
from ..shape import format_shape
from ..sources.zoo import ENTRIES
from . import torchvision
from .checking import check
from .device import choose, machine
from .result import Crosscheck, Line, Survey, Verdict
from .subject import of_model, of_module

#: Called with each line as it is done.
Progress = Callable[[Line], None]


class Settings(NamedTuple):
    """How each model of a survey is checked; `innermost` with channels last."""

    device: str = "auto"
    dtype: str | None = None
    fields: bool = False
    memory: bool = False
    innermost: bool = False


USUAL = Settings()

#: A zoo network by its name, or a model of torchvision.
AnyTask = str | torchvision.Task


def zoo_tasks() -> list[AnyTask]:
    """All networks of the zoo."""
    return list(ENTRIES)


def survey(
    title: str,
    tasks: Sequence[AnyTask],
    left_out: Sequence[tuple[str, str]] = (),
    *,
    settings: Settings = USUAL,
    jobs: int = 1,
    progress: Progress = lambda line: None,
) -> Survey:
    """Check each model; one that fails, or takes its process down, has a line that says so."""
    started = time.perf_counter()
    lines: dict[AnyTask, Line] = {}
    done = _in_turn(tasks, settings) if jobs <= 1 else _side_by_side(tasks, settings, jobs)
    for task, line in done:
        lines[task] = line
        progress(line)
    where = machine(choose(settings.device), settings.dtype or "float32")
    ordered = tuple(lines[task] for task in tasks)
    return Survey(title, where, ordered, tuple(left_out), time.perf_counter() - started)


def _in_turn(tasks: Sequence[AnyTask], settings: Settings) -> Iterator[tuple[AnyTask, Line]]:
    for task in tasks:
        yield task, line_of(task, settings)


def _side_by_side(
    tasks: Sequence[AnyTask], settings: Settings, jobs: int
) -> Iterator[tuple[AnyTask, Line]]:
    """In several processes. Where one dies, what was under way is checked again one by one."""
    left = list(tasks)
    try:
        for task, line in _pooled(left, settings, jobs):
            left.remove(task)
            yield task, line
    except BrokenProcessPool:
        for task in list(left):
            try:
                yield from _pooled([task], settings, 1)
            except BrokenProcessPool:
                note = "its process died, for want of memory perhaps"
                yield task, Line(str(task), "", None, None, None, Verdict.UNCHECKED, 0.0, (note,))


def _pooled(
    tasks: Sequence[AnyTask], settings: Settings, jobs: int
) -> Iterator[tuple[AnyTask, Line]]:
    threads = max((os.cpu_count() or 1) // jobs, 1)
    with ProcessPoolExecutor(
        jobs, multiprocessing.get_context("spawn"), torch.set_num_threads, (threads,)
    ) as pool:
        waiting: dict[Future[Line], AnyTask] = {
            pool.submit(line_of, task, settings): task for task in tasks
        }
        for future in as_completed(waiting):
            yield waiting[future], future.result()


def line_of(task: AnyTask, settings: Settings) -> Line:
    """The line of one model, whatever happens to it."""
    started = time.perf_counter()
    try:
        found = _checked(task, settings)
    except Exception as error:
        text = error.message if isinstance(error, CnncalcError) else _named(error)
        seconds = time.perf_counter() - started
        return Line(str(task), "", None, None, None, Verdict.UNCHECKED, seconds, (text,))
    finally:
        gc.collect()  # a tracer's tensors are in cycles
    sizes = " ".join(format_shape(shape[1:]) for shape in found.inputs.values())
    totals: dict[str, Any] = {check.figure: check.analytic for check in found.totals}
    return Line(
        str(task),
        sizes,
        len(found.layers),
        totals["params"],
        totals["macs"],
        found.verdict,
        time.perf_counter() - started,
        notes(found),
    )


def _named(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"


def _checked(task: AnyTask, settings: Settings) -> Crosscheck:
    if isinstance(task, str):
        subject = of_model(task, None, dtype=settings.dtype)
    else:
        module = torchvision.build(task)
        sizes = list(task.input)
        subject = of_module(module, sizes, dtype=settings.dtype, name=str(task))
    device = choose(settings.device)
    return check(
        subject,
        device,
        fields=settings.fields,
        memory=settings.memory,
        innermost=settings.innermost,
    )


def notes(found: Crosscheck) -> tuple[str, ...]:
    """What is not in agreement, the first of each kind, in words."""
    result = list(found.problems)
    for verdict in (Verdict.DIFFERS, Verdict.UNCHECKED, Verdict.EXPLAINED):
        places = [
            (layer.name, check)
            for layer in found.layers
            for check in layer.checks
            if check.verdict is verdict
        ]
        places += [("total", check) for check in found.totals if check.verdict is verdict]
        if found.memory is not None:
            places += [("", check) for check in found.memory.checks if check.verdict is verdict]
        if places:
            name, check = places[0]
            more = f" and {len(places) - 1} more" if len(places) > 1 else ""
            reason = f" ({check.reason})" if check.reason else ""
            said = f"{check.analytic} analytic, {check.measured} measured"
            result.append(f"{verdict}: {name} {check.figure}: {said}{reason}{more}")
    fields = [check for check in found.fields or () if check.verdict is not Verdict.AGREES]
    if fields:
        result.append(f"{fields[0].verdict}: field of {fields[0].layer} and {len(fields) - 1} more")
    return tuple(result)
