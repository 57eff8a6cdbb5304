"""The invented class: its questions, and the scores that its mistakes come to."""

from __future__ import annotations

from typing import Any

import pytest
from sheet_reader import HOMEWORK, agrees, analyze, exercises, load, truth

#: Right answers of 17, and the claims that are wrong or empty, by exercise.
SCORES = {
    "ada": (17, {}),
    "bo": (
        13,
        {
            "A stem": {"conv1.params"},
            "A network for faces": {"fc1.params", "total.params"},
            "A dilated convolution, then a batch norm": {"conv1.params"},
        },
    ),
    "chen": (15, {"A stem": {"conv1.output", "pool1.output"}}),
    "dora": (
        13,
        {
            "Four layers": {"conv3.field"},
            "The work of a convolution": {"conv1.macs", "conv1.flops"},
            "A network for faces": {"pool2.field"},
        },
    ),
    "emil": (
        12,
        {
            "A stem": {"conv1.output", "pool1.output"},
            "A dilated convolution, then a batch norm": {"conv1.output", "bn1.params"},
            "A batch of 256": {"total.params"},
        },
    ),
    "fay": (
        5,
        {
            "A stem": {"conv1.output", "pool1.output"},
            "A network for faces": {
                "pool2.output", "fc1.in_features", "fc1.params", "total.params", "pool2.field",
            },
            "A dilated convolution, then a batch norm": {
                "conv1.output", "conv1.params", "bn1.params",
            },
            "A batch of 256": {"total.params", "total.macs"},
        },
    ),
}  # fmt: skip

KEY = HOMEWORK / "keys" / "week1.yaml"
BLANK = HOMEWORK / "blank" / "week1.yaml"


def questions(sheet: Any) -> list[dict[str, Any]]:
    """A sheet's exercises with the names of the claims alone."""
    return [{**exercise, "claims": list(exercise["claims"])} for exercise in exercises(sheet)]


def test_everybody_is_listed() -> None:
    assert {path.stem for path in HOMEWORK.glob("class/*")} == set(SCORES)


def test_the_blank_sheet_has_the_questions_of_the_key_and_no_answers() -> None:
    assert questions(BLANK) == questions(KEY)
    answers = [value for e in exercises(BLANK) for value in e["claims"].values()]
    assert answers == [None] * 17
    assert load(BLANK)["student"] is None


@pytest.mark.parametrize("student", SCORES)
def test_the_scores_by_an_independent_reader(student: str) -> None:
    sheet = HOMEWORK / "class" / f"{student}.yaml"
    assert questions(sheet) == questions(KEY)
    score, wrong = 0, {}
    for exercise in exercises(sheet):
        report = analyze(exercise)
        for claim, given in exercise["claims"].items():
            layout = exercise.get("layout", "chw")
            if given is not None and agrees(given, truth(report, claim), layout):
                score += 1
            else:
                wrong.setdefault(exercise["title"], set()).add(claim)
    assert (score, wrong) == SCORES[student]
