"""docs/grade.md shows what the command really prints, and describes what it really gives.

That its console blocks are real is held by test_readme.py.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from cnncalc.cli.grade import FORMATS
from cnncalc.grading.names import OF_A_LAYER, OF_A_NETWORK
from cnncalc.grading.sheet import _ONE, _TOP

DOCS = (Path(__file__).parent.parent.parent / "docs" / "grade.md").read_text("utf-8")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    sheet = re.findall(r"```yaml\n(.*?)```", DOCS, re.DOTALL)[0]
    (tmp_path / "li-wei.yaml").write_text(sheet, "utf-8")
    return tmp_path


def test_the_sample_sheet_can_be_graded(run) -> None:
    code, out, err = run("grade", "li-wei.yaml")
    assert (code, err) == (1, "")
    assert out.endswith("5 of 8 right, 3 wrong\n")


def test_every_option_is_described(run) -> None:
    options = set(re.findall(r"--[a-z]+", run("grade", "--help").out)) - {"--help"}
    assert {option for option in options if option not in DOCS} == set()
    assert all(f"`{name}`" in DOCS for name in FORMATS)


def test_every_key_of_a_sheet_is_described() -> None:
    section = DOCS.partition("## Sheets")[2].partition("## Claims")[0]
    assert {key for key in (*_ONE, *_TOP) if f"`{key}`" not in section} == set()


def test_every_quantity_is_described() -> None:
    section = DOCS.partition("## Claims")[2].partition("## Answers")[0]
    words = set(re.findall(r"[a-z]+(?:\.[a-z]+)*", section))
    assert {name for name in OF_A_LAYER if name not in words} == set()
    shown = {name if name in words else f"total.{name}" for name in OF_A_NETWORK}
    missing = {name for name in shown if name not in words}
    assert missing == {"total.memory.training.momentum", "total.memory.training.adam"}


def test_the_schema_is_described(run) -> None:
    data = json.loads(run("grade", "li-wei.yaml", "--format", "json").out)
    section = DOCS.partition("## JSON")[2].partition("## CSV")[0]
    exercise = data["sheets"][0]["exercises"][0]
    levels = [data, data["sheets"][0], exercise, exercise["claims"][1], data["questions"][1]]
    keys = {key for level in levels for key in level} - {"schema_version"}
    described = set(re.findall(r"`([a-z_]+)(?:\[\])?`", section))
    assert keys - described == set()


def test_the_gradebook_is_described(run) -> None:
    head = run("grade", "li-wei.yaml", "--format", "csv").out.splitlines()[0]
    section = " ".join(DOCS.partition("## CSV")[2].split())
    assert head.partition(",1 ")[0].replace(",", ", ") in section
    head = run("grade", "li-wei.yaml", "--format", "csv", "-d").out.splitlines()[0]
    assert head.replace(",", ", ") in section


def test_wrong_use_is_one_line(run) -> None:
    assert run("grade").err.startswith("cnncalc: error: Missing argument 'SHEETS...'")
    code, out, err = run("grade", "li-wei.yaml", "--key", "none.yaml")
    assert (code, out, err) == (2, "", "cnncalc: error: none.yaml: No such file or directory\n")
    code, out, err = run("grade", "nothing.yaml")
    assert code == 2
    assert err == "cnncalc: error: nothing.yaml: No such file or directory\n"
