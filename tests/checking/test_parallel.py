"""Many models in several processes give what one process gives, in the same order."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures.process import BrokenProcessPool

import pytest

from cnncalc.checking import parallel
from cnncalc.checking.config import Entry
from cnncalc.checking.result import Check

ENTRIES = [
    Entry(f"conv3x3@{8 + number} p1, flatten, fc10", ("1x12x12",), {}) for number in range(11)
] + [Entry("vgg12", (), {})]


def figures(checks: Sequence[Check]) -> list[tuple[object, ...]]:
    return [
        (check.title, check.exit_code, check.report and check.report.totals, str(check.error))
        for check in checks
    ]


@pytest.fixture
def two(monkeypatch) -> None:
    """Two processors, whatever there is."""
    monkeypatch.setattr(parallel, "_processors", lambda: 2)


def test_one_process_is_enough_for_a_few_models(two, monkeypatch) -> None:
    monkeypatch.setattr(parallel, "_side_by_side", lambda entries: pytest.fail("not worth it"))
    assert len(parallel.check_all(ENTRIES)) == 12
    assert parallel.check_all([]) == ()


def test_several_processes_give_the_same(two, monkeypatch) -> None:
    alone = parallel.check_all(ENTRIES)
    taken: list[int] = []
    pooled = parallel._side_by_side

    def counted(entries: Sequence[Entry]) -> list[Check]:
        taken.append(len(entries))
        return pooled(entries)

    monkeypatch.setattr(parallel, "WORTH", 0.0)
    monkeypatch.setattr(parallel, "_side_by_side", counted)
    together = parallel.check_all(ENTRIES)
    assert taken == [8]
    assert figures(together) == figures(alone)
    assert [check.exit_code for check in together] == [0] * 11 + [2]


def test_where_processes_die_the_models_are_checked_here(two, monkeypatch) -> None:
    def died(*args: object, **kwargs: object) -> None:
        raise BrokenProcessPool

    monkeypatch.setattr("concurrent.futures.ProcessPoolExecutor", died)
    assert figures(parallel._side_by_side(ENTRIES)) == figures(parallel.check_all(ENTRIES))


def test_processors_are_those_that_we_may_use() -> None:
    assert 1 <= parallel._processors() <= (os.cpu_count() or 1)
