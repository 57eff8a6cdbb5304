"""Many checks, in one process or in several: where that is sooner done."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence

from .config import Entry
from .many import check_one
from .result import Check

#: Seconds of work that must be left before other processes pay. Two processors made 1.9 s of work
#: 1.4 s where nothing else ran, and 2.5 s where they were busy.
WORTH = 2.0
#: So many models are checked before the rest is estimated.
_SAMPLE = 4


def check_all(entries: Sequence[Entry]) -> tuple[Check, ...]:
    """Check every model, in order; what goes wrong with one does not stop the others.

    The first models tell how long the rest will take. A model takes some milliseconds, so only
    long configurations, or large models, are worth other processes.
    """
    done: list[Check] = []
    started = time.perf_counter()
    for entry in entries:
        done.append(check_one(entry))
        left = len(entries) - len(done)
        each = (time.perf_counter() - started) / len(done)
        if len(done) >= _SAMPLE and left > 1 and each * left > WORTH and _processors() > 1:
            return (*done, *_side_by_side(entries[len(done) :]))
    return tuple(done)


def _processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _side_by_side(entries: Sequence[Entry]) -> list[Check]:
    """In as many processes as there are processors; here, where one of them dies."""
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    workers = min(_processors(), len(entries))
    chunk = max(1, len(entries) // (4 * workers))
    try:
        with ProcessPoolExecutor(workers) as pool:
            return list(pool.map(check_one, entries, chunksize=chunk))
    except (BrokenProcessPool, OSError):
        return [check_one(entry) for entry in entries]
