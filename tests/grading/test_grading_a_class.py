"""Folders of sheets, keys, statistics, and the formats in which they come out."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from time import perf_counter

import pytest

import cnncalc
from cnncalc.errors import CnncalcError, SpecError

KEY = """
title: homework 1
exercises:
  - id: stem
    model: "Conv7x7@64,S=2,P=3 -> MaxPool3x3,S=2"
    input: 224x224x3
    layout: hwc
    claims: {conv1.output: , conv1.params: 9472, pool1.output: 55x55x64}
  - title: faces
    model: facecnn
    input: 1x112x92
    claims: {total.params: ≈10.58M, pool2.field: }
"""
GOOD = """
student: Ada
exercises:
  - answers: {conv1.output: 112x112x64, conv1.params: 9472, pool1.output: 55x55x64}
  - answers: {total.params: 10580648, pool2.field: 10}
"""
#: In another order, one answer wrong, one missing, one that nobody asked for.
MIXED = """
student: 李雷
exercises:
  - title: Faces
    answers: {Total.Params: 10.58M, pool2.感受野: 12, fc1.params: 3}
  - id: stem
    answers: {conv1.output: 112x112x64, conv1.params: 9408}
"""


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(folder: Path, **files: str) -> None:
    folder.mkdir(exist_ok=True, parents=True)
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, "utf-8")


def test_a_key_and_a_class(tmp_path: Path) -> None:
    put(tmp_path / "class", ada=GOOD, li=MIXED, broken="student: [")
    put(tmp_path, key=KEY)
    found = cnncalc.grade("class", key="key.yaml")
    assert [(each.student, each.points, each.total) for each in found.sheets] == [
        ("Ada", 5, 5), ("broken", 0, 0), ("李雷", 2, 5),
    ]  # fmt: skip
    assert found.exit_code == 2
    ada, broken, li = found.sheets
    assert ada.problems == ()
    assert [str(each) for each in broken.problems] == [
        "class/broken.yaml:2:1: not YAML: did not find expected node content"
    ]
    assert not broken.readable
    marks = {claim.question: claim.mark.value for claim in li.claims}
    assert marks == {
        "conv1.output": "right", "conv1.params": "wrong", "pool1.output": "missing",
        "total.params": "right", "pool#2.field": "wrong",
    }  # fmt: skip
    assert li.notes == ("faces: fc1.params is not asked",)
    assert [each.location.line for each in li.claims if each.location and each.answer] == [
        7,
        7,
        5,
        5,
    ]


def test_statistics(tmp_path: Path) -> None:
    put(tmp_path, key=KEY)
    wrong = GOOD.replace("9472", "9408")
    odd = GOOD.replace("9472", "77")
    put(tmp_path / "class", a=GOOD, b=wrong, c=wrong, d=odd, e=MIXED)
    found = cnncalc.grade(["class"], key="key.yaml")
    by_name = {each.name: each for each in found.questions}
    assert list(by_name) == [
        "conv1.output", "conv1.params", "pool1.output", "total.params", "pool2.field",
    ]  # fmt: skip
    params = by_name["conv1.params"]
    assert (params.exercise, params.right, params.wrong, params.missing) == (1, 1, 4, 0)
    assert (params.common, params.times, params.mistakes[0].name) == ("9408", 3, "bias-forgotten")
    assert params.truth == "9,472"
    assert by_name["pool1.output"].missing == 1
    assert by_name["total.params"].common is None
    assert by_name["pool2.field"].exercise == 2
    assert by_name["pool2.field"].question == "pool#2.field"


def test_without_a_key_each_sheet_has_its_own_exercises(tmp_path: Path) -> None:
    one = 'model: facecnn\ninput: 1x112x92\nclaims: {conv1.params: 320, total.params: "≈12M"}'
    two = one.replace("320", "288")
    put(tmp_path / "class", one=one, two=two)
    found = cnncalc.grade("class")
    assert [each.points for each in found.sheets] == [1, 0]
    assert [(each.name, each.right, each.total) for each in found.questions] == [
        ("conv1.params", 1, 2), ("total.params", 0, 2),
    ]  # fmt: skip
    assert found.exit_code == 1


def test_ids_titles_and_order(tmp_path: Path) -> None:
    key = """
exercises:
- {id: a, model: conv3x3@2, input: 1x8x8, claims: {conv1.params: }}
- {id: b, model: conv3x3@3, input: 1x8x8, claims: {conv1.params: }}
- {model: conv3x3@4, input: 1x8x8, claims: {conv1.params: }}
"""
    put(tmp_path, key=key)
    sheets = {
        "ids": "exercises: [{id: B, answers: {conv1.params: 30}},"
        " {id: a, answers: {conv1.params: 20}}]",
        "order": "exercises: [{answers: {conv1.params: 20}}, {answers: {conv1.params: 30}},"
        " {answers: {conv1.params: 40}}]",
        "late": "exercises: [{id: c, answers: {conv1.params: 20}},"
        " {id: b, answers: {conv1.params: 30}}]",
        "flat": "answers: {conv1.params: 20}",
    }
    put(tmp_path / "class", **sheets)
    found = cnncalc.grade("class", key="key.yaml")
    assert {each.student: each.points for each in found.sheets} == {
        "ids": 2, "order": 3, "late": 1, "flat": 1,
    }  # fmt: skip
    late = next(each for each in found.sheets if each.student == "late")
    assert late.notes == ("c is not in the key",)


def test_a_sheet_with_another_input_is_held_against_the_key(tmp_path: Path) -> None:
    key = "{model: facecnn, input: 1x112x92, claims: {fc1.in_features: }}"
    put(
        tmp_path, key=key, same=key, other=key.replace("112x92", "96x96").replace(": }", ": 36864}")
    )
    found = cnncalc.grade(["same.yaml", "other.yaml"], key="key.yaml")
    assert found.points == 0
    assert [each.notes for each in found.sheets] == [
        (), ("exercise 1: another input; the key's counts",),
    ]  # fmt: skip


def test_a_key_that_is_wrong_is_said_to_be(tmp_path: Path) -> None:
    put(tmp_path, key=KEY.replace("9472", "9408"), ada=GOOD)
    found = cnncalc.grade("ada.yaml", key="key.yaml")
    assert found.points == 5
    assert [str(each) for each in found.problems] == [
        "key.yaml:8:44: the key says '9408' for conv1.params, but it is 9,472\n"
        "  help: sheets are held against what is true"
    ]
    assert found.exit_code == 2
    put(tmp_path, key=KEY.replace("conv1.params", "conv1.prams"))
    found = cnncalc.grade("ada.yaml", key="key.yaml")
    assert "unknown quantity 'prams' of conv1" in str(found.problems[0])


def test_a_key_that_cannot_be_read(tmp_path: Path) -> None:
    put(tmp_path, key="exercises: 3", ada=GOOD)
    with pytest.raises(SpecError, match="expected exercises as a list, received"):
        cnncalc.grade("ada.yaml", key="key.yaml")
    with pytest.raises(CnncalcError, match=r"no\.yaml: No such file"):
        cnncalc.grade("ada.yaml", key="no.yaml")


def test_a_network_of_ones_own(tmp_path: Path) -> None:
    """A key without a model asks about the student's; it is read and never run."""
    key = "exercises: [{id: own, claims: {total.params: , output: }}]"
    code = """
import torch.nn as nn
open("was_run", "w")

class Net(nn.Module):
    def __init__(self, width=4):
        super().__init__()
        self.conv = nn.Conv2d(1, width, 3)
        self.fc = nn.Linear(width * 6 * 6, 10)

    def forward(self, x):
        return self.fc(self.conv(x).flatten(1))
"""
    sheet = """
exercises:
- id: own
  model: net.py:Net
  input: 1x8x8
  set: {width: 2}
  answers: {total.params: 2*9 + 2 + 72*10 + 10, output: 10}
"""
    put(tmp_path, key=key)
    put(tmp_path / "class" / "ada", answers=sheet)
    (tmp_path / "class" / "ada" / "net.py").write_text(code, "utf-8")
    found = cnncalc.grade("class", key="key.yaml")
    assert (found.points, found.total, found.exit_code) == (2, 2, 0)
    assert not list(tmp_path.rglob("was_run"))


def test_what_is_no_sheet_in_a_folder(tmp_path: Path) -> None:
    put(tmp_path / "class", key=KEY, ada=GOOD, net="layers: [conv3x3@8, relu]", notes="just text")
    (tmp_path / "class" / ".hidden.yaml").write_text("[")
    (tmp_path / "class" / "readme.txt").write_text("[")
    found = cnncalc.grade("class", key="class/key.yaml")
    assert [each.student for each in found.sheets] == ["Ada", "notes"]
    found = cnncalc.grade(["class/net.yaml"])  # named, and so meant
    assert len(found.sheets[0].problems) == 1
    (tmp_path / "empty").mkdir()
    assert [str(each) for each in cnncalc.grade("empty").problems] == [
        "empty: there are no sheets in it\n  help: sheets end in .yaml, .yml, .json"
    ]


def test_json_sheets(tmp_path: Path) -> None:
    data = {"student": "Ada", "model": "facecnn", "input": [1, 112, 92],
            "claims": {"conv1.output": [32, 112, 92], "conv1.params": 320, "x": None}}  # fmt: skip
    data["claims"].pop("x")  # type: ignore[attr-defined]
    (tmp_path / "ada.json").write_text(json.dumps(data, indent="\t"), "utf-8")
    assert cnncalc.grade("ada.json").points == 2


def test_two_hundred_sheets_in_a_few_seconds(tmp_path: Path) -> None:
    put(tmp_path, key=KEY)
    for number in range(200):
        text = GOOD.replace("9472", str(9300 + number)).replace("55x55", f"{number}x55")
        put(tmp_path / "class", **{f"s{number:03}": text})
    start = perf_counter()
    found = cnncalc.grade("class", key="key.yaml")
    assert perf_counter() - start < 20
    assert len(found.sheets) == 200
    # Each has three right in any case; s055 has the pooling right, and s172 the parameters.
    assert found.points == 200 * 3 + 2
    assert len({each.file for each in found.sheets}) == 200


def test_statistics_without_a_key_are_of_exercises_that_sheets_share(tmp_path: Path, run) -> None:
    faces = "model: facecnn\ninput: 1x112x92\nclaims: {conv1.params: 320}"
    other = "model: conv3x3@64\ninput: 3x32x32\nclaims: {conv1.params: 1792}"
    put(tmp_path / "class", one=faces, two=other)
    assert cnncalc.grade("class").questions == ()
    assert "question" not in run("grade", "class").out
    put(tmp_path / "class", three=other)
    assert [(each.name, each.total) for each in cnncalc.grade("class").questions] == [
        ("conv1.params", 2)
    ]
    assert [each.name for each in cnncalc.grade("class/one.yaml").questions] == ["conv1.params"]


@pytest.mark.parametrize("format_", ["table", "markdown"])
def test_notes_are_printed_whole(tmp_path: Path, run, format_: str) -> None:
    put(tmp_path, sheet="model: conv3x3@64\ninput: 224x224x3\nclaims: {conv1.params: 1}")
    out = run("grade", "sheet.yaml", "--format", format_).out
    assert "224 channels; layout: hwc reads 224x224x3 as height x width x channels" in out
    assert "…" not in out


# Formats


def test_csv_is_a_gradebook(tmp_path: Path, run) -> None:
    put(tmp_path, key=KEY)
    put(tmp_path / "class", ada=GOOD, li=MIXED, broken="[", evil=GOOD.replace("Ada", "'=1+1'"))
    code, out, err = run("grade", "class", "--key", "key.yaml", "--format", "csv")
    lines = list(csv.reader(io.StringIO(out)))
    assert code == 2
    assert "class/broken.yaml:" in err
    assert lines[0] == [
        "file", "student", "title", "points", "total", "percent", "wrong", "missing", "unknown",
        "status", "1 conv1.output", "1 conv1.params", "1 pool1.output", "2 total.params",
        "2 pool2.field",
    ]  # fmt: skip
    assert lines[1][1:] == ["Ada", "", "5", "5", "100", "0", "0", "0", "ok", *"11111"]
    assert lines[2][1:10] == ["broken", "", "0", "0", "", "0", "0", "0", "unreadable"]
    assert lines[3][1] == "'=1+1"  # no formula of a spreadsheet
    assert lines[4][1:] == ["李雷", "", "2", "5", "40", "2", "1", "0", "ok", *"10010"]
    out = run("grade", "class", "--key", "key.yaml", "--format", "csv", "--detail").out
    lines = list(csv.reader(io.StringIO(out)))
    assert len(lines) == 1 + 3 * 5
    assert [
        "class/li.yaml", "李雷", "1", "Conv7x7@64,S=2,P=3 -> MaxPool3x3,S=2", "conv1.params",
        "conv1.params", "wrong", "9408", "9,472", "bias-forgotten", "bias forgotten",
    ] in lines  # fmt: skip


def test_json(tmp_path: Path, run) -> None:
    put(tmp_path, key=KEY, li=MIXED)
    code, out, err = run(
        "grade", "li.yaml", "--key", "key.yaml", "--format", "json", "--lang", "zh"
    )
    data = json.loads(out)
    assert (code, err) == (1, "")
    assert (data["schema_version"], data["key"], data["points"], data["total"]) == (
        1,
        "key.yaml",
        2,
        5,
    )
    sheet = data["sheets"][0]
    assert (sheet["right"], sheet["wrong"], sheet["missing"], sheet["unknown"]) == (2, 2, 1, 0)
    assert sheet["exercises"][0]["claims"][1] == {
        "name": "conv1.params", "question": "conv1.params", "mark": "wrong", "answer": "9408",
        "truth": "9,472", "derivation": ["7*7*3*64 + 64 = 9,472"],
        "mistakes": [{"name": "bias-forgotten", "detail": "", "message": "漏了偏置"}],
        "reason": None, "line": 7, "column": 55,
    }  # fmt: skip
    assert data["questions"][1]["common"] == "9408"


def test_markdown(tmp_path: Path, run) -> None:
    put(tmp_path, key=KEY)
    put(tmp_path / "class", ada=GOOD, li=MIXED.replace("李雷", "'<b>|`x`'"))
    out = run("grade", "class", "--key", "key.yaml", "--format", "markdown").out
    assert "| Ada | 5/5 | 100% |  |" in out
    assert "| &lt;b\\>\\|\\`x\\` | 2/5 | 40% | conv1.params, pool1.output, pool2.field |" in out
    assert "| 1 conv1.params | 1/2 | 50% | 9,472 | 9408 (once) | bias forgotten |" in out
    out = run("grade", "class/li.yaml", "--key", "key.yaml", "--format", "markdown").out
    because = "7\\*7\\*3\\*64 + 64 = 9,472<br>likely: bias forgotten"
    assert f"| ✗ | conv1.params | 9408 | 9,472 | {because} |" in out


def test_the_table_of_a_class(tmp_path: Path, run) -> None:
    put(tmp_path, key=KEY)
    put(tmp_path / "class", ada=GOOD, li=MIXED)
    code, out, _ = run("grade", "class", "--key", "key.yaml", "--lang", "zh")
    assert code == 1
    assert out.splitlines() == [
        "学生  得分  得分率  错误",
        "----  ----  ------  ---------------------------------------",
        "Ada    5/5    100%",
        "李雷   2/5     40%  conv1.params, pool1.output, pool2.field",
        "",
        "题目            正确  得分率  正确值      最常见的错误答案",
        "--------------  ----  ------  ----------  ----------------",
        "1 conv1.output   2/2    100%  112x112x64",
        "1 conv1.params   1/2     50%  9,472       9408 (1 次)",
        "     可能的原因: 漏了偏置",
        "1 pool1.output   1/2     50%  55x55x64",
        "2 total.params   2/2    100%  10,580,648",
        "2 pool2.field    1/2     50%  10x10       12 (1 次)",
        "     可能的原因: 步距乘早了：(k-1) 应乘本层之前的步距",
        "",
        "2 份答卷：得分 7 / 10（70%）",
    ]


def test_quiet_and_detail(tmp_path: Path, run) -> None:
    put(tmp_path, key=KEY)
    put(tmp_path / "class", ada=GOOD, li=MIXED)
    quiet = run("grade", "class/li.yaml", "--key", "key.yaml", "-q").out
    assert "conv1.params" in quiet
    assert "conv1.output" not in quiet
    detail = run("grade", "class", "--key", "key.yaml", "-d").out
    assert "Ada, class/ada.yaml" in detail
    assert "2 of 5 right, 2 wrong, 1 not answered" in detail
    assert "note: faces: fc1.params is not asked" in detail


def test_colours_and_plain_signs(tmp_path: Path, run, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, key=KEY, li=MIXED)
    colored = run("grade", "li.yaml", "--key", "key.yaml", "--color", "always").out
    assert "\x1b[31m✗  conv1.params" in colored
    monkeypatch.setattr("cnncalc.cli.grade._shows", lambda signs: False)
    plain = run("grade", "li.yaml", "--key", "key.yaml").out
    assert "  x  conv1.params" in plain
    assert "H = W = floor((112 + 2*0 - 3)/2) + 1 = 55" in plain
    assert plain.isascii() or "李雷" in plain.splitlines()[0]
    assert "\n".join(plain.splitlines()[1:]).isascii()
