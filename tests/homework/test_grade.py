"""`cnncalc grade` on the shipped sheets, on the invented class, and on the notes' own mistakes."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from sheet_reader import HOMEWORK, SHEETS
from test_class import BLANK, KEY, SCORES
from test_seed_figures import WRONG

from cnncalc.cli.main import main


def grade(*arguments: str | Path) -> tuple[int, str, str]:
    """The exit code, and what goes to stdout and stderr."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main(["grade", *map(str, arguments)])
        except SystemExit as leaving:
            code = leaving.code
    return code or 0, out.getvalue(), err.getvalue()


def graded(*arguments: str | Path) -> tuple[int, dict[str, Any]]:
    code, out, _ = grade(*arguments, "--format", "json")
    return code, json.loads(out)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.stem)
def test_a_shipped_sheet_has_full_marks(sheet: Path) -> None:
    code, found = graded(sheet)
    assert code == 0
    claims = [claim for e in found["sheets"][0]["exercises"] for claim in e["claims"]]
    assert {claim["mark"] for claim in claims} == {"right"}
    asked = sum(len(e["claims"]) for e in yaml.safe_load(sheet.read_text("utf-8"))["exercises"])
    assert found["points"] == found["total"] == asked


def test_the_class_gets_the_scores_worked_out_by_hand() -> None:
    code, found = graded(HOMEWORK / "class", "--key", KEY)
    assert code == 1
    assert found["problems"] == []
    scores = {Path(sheet["file"]).stem: sheet["points"] for sheet in found["sheets"]}
    assert scores == {student: score for student, (score, _) in SCORES.items()}
    assert {sheet["total"] for sheet in found["sheets"]} == {17}
    for sheet in found["sheets"]:
        _, wrong = SCORES[Path(sheet["file"]).stem]
        marked = {
            exercise["title"]: {c["name"] for c in exercise["claims"] if c["mark"] != "right"}
            for exercise in sheet["exercises"]
        }
        assert {title: names for title, names in marked.items() if names} == wrong


#: What each student got wrong, and why, in the order of the sheet.
MISTAKES = {
    "ada": [],
    "bo": ["bias-forgotten"] * 4,
    "chen": ["ceil-for-floor"] * 2,
    "dora": ["jump-too-early", "flops-as-macs", "macs-as-flops", "jump-too-early"],
    "emil": ["layout-mixed", "layout-mixed", "dilation-ignored", "bn-four-per-channel",
             "batch-counted"],
    "fay": ["padding-forgotten"] * 2,
}  # fmt: skip


@pytest.mark.parametrize("student", SCORES)
def test_the_mistakes_of_the_class_are_named(student: str) -> None:
    code, found = graded(HOMEWORK / "class" / f"{student}.yaml")
    assert code == (0 if student == "ada" else 1)
    claims = [claim for e in found["sheets"][0]["exercises"] for claim in e["claims"]]
    wrong = [claim for claim in claims if claim["mark"] == "wrong"]
    assert [claim["mistakes"][0]["name"] for claim in wrong] == MISTAKES[student]


def test_a_blank_sheet_has_no_points() -> None:
    code, found = graded(BLANK, "--key", KEY)
    assert code == 1
    assert (found["sheets"][0]["points"], found["sheets"][0]["missing"]) == (0, 17)


def test_a_blank_sheet_filled_in_has_full_marks(tmp_path: Path) -> None:
    sheet, key = (yaml.safe_load(path.read_text("utf-8")) for path in (BLANK, KEY))
    for asked, answered in zip(sheet["exercises"], key["exercises"], strict=True):
        asked["claims"] = {claim: answered["claims"][claim] for claim in asked["claims"]}
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump({**sheet, "student": "Gus"}), "utf-8")
    code, found = graded(path, "--key", KEY)
    assert (code, found["points"], found["sheets"][0]["student"]) == (0, 17, "Gus")


def test_a_broken_sheet_does_not_stop_the_others(tmp_path: Path) -> None:
    folder = tmp_path / "class"
    shutil.copytree(HOMEWORK / "class", folder)
    (folder / "gus.yaml").write_text("exercises: [{model: conv3x3@8, claims: {", "utf-8")
    code, out, err = grade(folder, "--key", KEY, "--format", "json")
    assert code == 2
    assert "gus.yaml" in err
    points = {Path(sheet["file"]).stem: sheet["points"] for sheet in json.loads(out)["sheets"]}
    assert {**points, "gus": 0} == {**{s: score for s, (score, _) in SCORES.items()}, "gus": 0}


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("format_", ["table", "markdown", "csv"])
def test_every_student_stands_in_every_format(lang: str, format_: str) -> None:
    arguments = ("--key", KEY, "--format", format_, "--lang", lang)
    code, out, err = grade(HOMEWORK / "class", *arguments)
    assert (code, err) == (1, "")
    assert [name for name in ("Ada", "Bo", "陈晨", "Dora", "Emil", "Fay") if name not in out] == []


#: Mistakes of the notes -> what `grade` calls them, among others that give the same number.
NAMED = {
    "bias forgotten": "bias-forgotten",
    "padding assumed": "padding-assumed",
    "padding forgotten": "padding-forgotten",
    "dilation ignored": "dilation-ignored",
}


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.where)
def test_the_notes_themselves_are_graded(wrong: Any, tmp_path: Path) -> None:
    """What the notes say is wrong, what is true is right, and the usual mistakes are named."""
    asked = {"model": wrong.model, "input": wrong.input, "layout": wrong.layout}
    marks = []
    for name, value in (("said", wrong.said), ("true", wrong.true)):
        path = tmp_path / f"{name}.yaml"
        path.write_text(yaml.safe_dump({**asked, "claims": {wrong.claim: value}}), "utf-8")
        code, found = graded(path)
        claim = found["sheets"][0]["exercises"][0]["claims"][0]
        marks.append((code, claim["mark"]))
        if name == "said" and wrong.mistake in NAMED:
            assert NAMED[wrong.mistake] in [likely["name"] for likely in claim["mistakes"]]
    assert marks == [(1, "wrong"), (0, "right")]


def test_the_readme_of_the_homework_is_true() -> None:
    text = (HOMEWORK / "README.md").read_text("utf-8")
    for sheet in HOMEWORK.glob("*.yaml"):
        assert f"`{sheet.name}`" in text
    students = {path.stem: yaml.safe_load(path.read_text("utf-8"))["student"]
                for path in HOMEWORK.glob("class/*.yaml")}  # fmt: skip
    for stem, (score, _) in SCORES.items():
        assert f"| {students[stem]} | {score} of 17 |" in text
