"""Each exercise is explained in both languages, with the figures that were asked for."""

from __future__ import annotations

import contextlib
import io
import re
from typing import Any

import pytest
from sheet_reader import HOMEWORK, SHEETS, analyze, exercises

from cnncalc.cli.main import main

CHINESE = re.compile("[\u4e00-\u9fff]")


def explain(exercise: dict[str, Any], lang: str) -> tuple[int, str, str]:
    model = exercise["model"]
    if ".py:" in model:
        model = str(HOMEWORK / model)
    arguments = ["explain", model, "--lang", lang, "--layout", exercise.get("layout", "chw")]
    if "input" in exercise:
        arguments += ["--input", str(exercise["input"])]
    out, err = io.StringIO(), io.StringIO()
    code = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main(arguments) or 0
        except SystemExit as leaving:
            code = int(leaving.code or 0)
    return code, out.getvalue(), err.getvalue()


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.stem)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_an_exercise_is_explained(sheet: Any, lang: str) -> None:
    for exercise in exercises(sheet):
        code, out, err = explain(exercise, lang)
        title = exercise["title"]
        assert (title, code, err) == (title, 0, "")
        assert bool(CHINESE.search(out)) == (lang == "zh"), title
        written = set(re.findall(r"\d+(?:,\d{3})*", out))
        report = analyze(exercise)
        for row in report:
            for figure in (row.params, row.macs):
                assert f"{figure or 0:,}" in written or not figure, (title, row.name)
