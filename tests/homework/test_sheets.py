"""The sheets under examples/homework are true, by a reader that shares nothing with `grade`."""

from __future__ import annotations

from typing import Any

import pytest
from sheet_reader import SHEETS, agrees, analyze, claims, exercises, truth

import cnncalc

EXERCISES = [(sheet.stem, exercise) for sheet in SHEETS for exercise in exercises(sheet)]


@pytest.mark.parametrize(
    "exercise", [pytest.param(e, id=f"{s}-{e['title']}") for s, e in EXERCISES]
)
def test_every_claim_is_true(exercise: dict[str, Any]) -> None:
    report = analyze(exercise)
    assert not report.has_errors
    layout = exercise.get("layout", "chw")
    given = exercise["claims"]
    true = {claim: truth(report, claim) for claim in given}
    assert {c: (given[c], true[c]) for c in given if not agrees(given[c], true[c], layout)} == {}


def test_the_reader_can_fail() -> None:
    report = cnncalc.analyze("facecnn", input="1x112x92")
    assert agrees("10.58M", truth(report, "total.params"))
    assert not agrees("10.59M", truth(report, "total.params"))
    assert not agrees(10_580_649, truth(report, "total.params"))
    assert not agrees("10580000", truth(report, "total.params"))
    assert not agrees(11, truth(report, "pool2.field"))
    assert not agrees("112x92x32", truth(report, "conv1.output"))
    assert agrees("112x92x32", truth(report, "conv1.output"), "hwc")
    assert not agrees("4.24 MiB", truth(report, "memory.forward"))


def test_there_are_sheets_for_every_theme() -> None:
    assert len(SHEETS) >= 11
    assert len(list(claims())) > 300


def test_titles_are_unique_in_a_sheet() -> None:
    for sheet in SHEETS:
        titles = [exercise["title"] for exercise in exercises(sheet)]
        assert len(set(titles)) == len(titles), sheet.name
