"""Sheets that nobody means well with: one clear line each, in bounded time."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from time import perf_counter

import pytest
from graded import claim, graded
from hypothesis import given
from hypothesis import strategies as st

import cnncalc
from cnncalc.errors import CnncalcError
from cnncalc.grading import grade_text
from cnncalc.grading.sheet import MAX_CLAIMS

FACES = "model: facecnn\ninput: 1x112x92\n"
BOMB = "a: &a0 [x, x]\n" + "".join(
    f"b{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 12)
)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (BOMB, "sheet.yaml:6:5: more than 500,000 values in the file"),
        ("[" * 10_000, "sheet.yaml:1:61: more than 60 levels of nesting"),
        ("a: &a [*a]", "sheet.yaml:1:8: the alias *a contains itself"),
        ("", "sheet.yaml:1:1: the sheet is empty"),
        ("- 1", "sheet.yaml:1:1: expected a sheet as a mapping, received a list"),
        ("modle: x\nclaims: {}", "sheet.yaml:1:1: unknown key 'modle'"),
        (FACES, "sheet.yaml:1:1: the exercise has no claims"),
        (FACES + "claims: [1]", "sheet.yaml:3:9: expected claims as a mapping, received a list"),
        (FACES + "claims: {[1]: 2}", "sheet.yaml:3:10: expected a name as the key"),
        (FACES + "claims: {a: 1, a: 2}", "sheet.yaml:3:16: the key 'a' is given twice"),
        (FACES + "claims: {}\nanswers: {}", "sheet.yaml:4:1: expected claims or answers"),
        (FACES + "batch: -1\nclaims: {}", "sheet.yaml:3:8: expected a whole number from 1 on"),
        (FACES + "layout: nhcw\nclaims: {}", "sheet.yaml:3:9: expected chw or hwc, received"),
        (FACES + "dtype: float3\nclaims: {}", "sheet.yaml:3:8: unknown dtype 'float3'"),
        (FACES + "student: [x]\nclaims: {}", "sheet.yaml:3:10: expected a text as the student"),
        (FACES + "set: 3\nclaims: {}", "sheet.yaml:3:6: expected options as a mapping"),
        ("model: [1]\nclaims: {}", "sheet.yaml:1:8: expected a model, received a list"),
        ("exercises: []", "sheet.yaml:1:12: expected exercises, received an empty list"),
        ("exercises: {}\n", "sheet.yaml:1:12: expected exercises as a list, received a mapping"),
        ("exercises: [3]", "sheet.yaml:1:13: expected an exercise as a mapping, received '3'"),
        ("a: 1\n---\nb: 2", "sheet.yaml:2:1: expected one sheet, received a second document"),
        ("a: !!python/object/apply:os.system [id]", "sheet.yaml:1:4: tags such as"),
        (FACES + "claims: {conv1.params: 3", "sheet.yaml:4:1: not YAML"),
        (FACES + "claims: {" + "x" * 300 + ": 1}", "sheet.yaml:3:10: the name of a claim"),
    ],
)  # fmt: skip
def test_sheets_that_cannot_be_read(text: str, line: str) -> None:
    with pytest.raises(CnncalcError) as caught:
        grade_text(text)
    assert str(caught.value).startswith(line)


def test_a_million_claims(tmp_path: Path) -> None:
    some = "".join(f"  a{number}.params: 1\n" for number in range(MAX_CLAIMS + 1))
    (tmp_path / "many.yaml").write_text(f"{FACES}claims:\n{some}")
    with (tmp_path / "more.yaml").open("w") as file:
        file.write(f"{FACES}claims:\n")
        file.writelines(f"  a{number}.params: 1\n" for number in range(10**6))
    start = perf_counter()
    found = cnncalc.grade(["many.yaml", "more.yaml"])
    assert perf_counter() - start < 20
    assert [str(each.problems[0]) for each in found.sheets] == [
        f"many.yaml:{MAX_CLAIMS + 4}:3: more than 2,000 claims",
        "more.yaml: more than 1,000,000 bytes",
    ]


def test_files_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "utf16.yaml").write_bytes("student: x".encode("utf-16"))
    (tmp_path / "gbk.yaml").write_bytes("model: x\nstudent: 张三".encode("gbk"))
    (tmp_path / "zero.yaml").write_bytes(b"a: \0")
    found = cnncalc.grade(["utf16.yaml", "gbk.yaml", "zero.yaml", "none.yaml"])
    assert [str(each.problems[0]) for each in found.sheets] == [
        "utf16.yaml: line 1 is not UTF-8\n  help: save it as UTF-8",
        "gbk.yaml: line 2 is not UTF-8\n  help: save it as UTF-8",
        "zero.yaml is binary, not text",
        "none.yaml: No such file or directory",
    ]
    assert found.exit_code == 2


@pytest.mark.skipif(sys.platform == "win32", reason="there are no FIFOs")
def test_a_fifo_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    found = cnncalc.grade("pipe.yaml")
    assert str(found.sheets[0].problems[0]) == "pipe.yaml is no regular file"


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("../net.py:Net", "../net.py: a sheet names files in its own folder only"),
        ("/etc/net.py:Net", "/etc/net.py: a sheet names files in its own folder only"),
        ("/etc/passwd.yaml", "/etc/passwd.yaml: a sheet names files in its own folder only"),
        ("a/../../net.py", "a/../../net.py: a sheet names files in its own folder only"),
        ("link.py:Net", "link.py: a sheet names files in its own folder only"),
        ("away/net.py:Net", "away/net.py: a sheet names files in its own folder only"),
        ("../net.YAML", "../net.YAML: a sheet names files in its own folder only"),
        ("../net.spec", "../net.spec: a sheet names files in its own folder only"),
        ("../w.onnx", "../w.onnx: a sheet names files in its own folder only"),
        ("net.py:Net", "net.py: there is no such file beside the sheet"),
        ("x:../net.py:Net", "x: there is no such file beside the sheet"),
        ("nosuch", "did not find"),
    ],
)
def test_files_outside_the_folder(tmp_path: Path, model: str, message: str) -> None:
    inside = tmp_path / "class"
    inside.mkdir()
    (tmp_path / "net.py").write_text("import torch.nn as nn\nclass Net(nn.Conv2d): pass")
    (tmp_path / "net.spec").write_text("conv3x3@8")
    (inside / "link.py").symlink_to(tmp_path / "net.py")
    (inside / "away").symlink_to(tmp_path)
    (inside / "a.yaml").write_text(f'model: "{model}"\ninput: 1x8x8\nclaims: {{conv1.params: 1}}')
    found = cnncalc.grade("class/a.yaml")
    (problem,) = found.sheets[0].problems
    assert found.exit_code == 2
    assert [each.mark.value for each in found.sheets[0].claims] == ["unknown"]
    if model != "nosuch":
        assert str(problem) == f"class/a.yaml:1:1: {message}"


def test_a_link_out_of_the_class_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text("password: hunter2")
    folder = tmp_path / "class"
    folder.mkdir()
    (folder / "a.yaml").symlink_to(tmp_path / "secret.yaml")
    (folder / "b.yaml").write_text(f"{FACES}claims: {{conv1.params: 320}}")
    found = cnncalc.grade("class")
    assert [str(each) for each in found.problems] == [
        "class/a.yaml: a link that leads out of the folder"
    ]
    assert [each.points for each in found.sheets] == [1]


def test_nothing_moves_the_cursor(tmp_path: Path, run) -> None:
    text = (
        'student: "\\e[2J\\u202eevil"\ntitle: "\\x07"\nmodel: "conv3x3@8 \\e[31m"\n'
        'claims: {"conv1\\e[1m.params": "\\e]0;x\\a", "conv\\x9b.params": 3}\n'
    )
    (tmp_path / "a.yaml").write_text(text)
    (tmp_path / "b.yaml").write_text(text.replace('"conv3x3@8 \\e[31m"', "facecnn"))
    for format_ in ("table", "markdown", "csv"):
        for sheets in (("a.yaml",), ("b.yaml",), ("a.yaml", "b.yaml")):
            done = run("grade", *sheets, "--format", format_, "--detail")
            for char in done.out + done.err:
                assert char.isprintable() or char == "\n", (format_, char)


@pytest.mark.parametrize(
    "answer",
    ["nan", ".nan", ".inf", "-.inf", "1e99", "1e999999999", "9" * 200, "2**99999", "9**9**9",
     "1/0", "(" * 200, "-" * 299, "x" * 5000, "\\e[31m", "٣", "½", "true", "[1, 2]",
     "1" + "0" * 60],
)  # fmt: skip
def test_answers_that_are_nonsense_are_wrong(answer: str) -> None:
    start = perf_counter()
    for name in (
        "conv1.params",
        "conv1.output",
        "pool1.field",
        "memory.forward",
        "fc1.params.share",
    ):
        assert claim("facecnn", "1x112x92", name, answer).mark.value == "wrong"
    assert perf_counter() - start < 5


@pytest.mark.parametrize(
    ("yaml", "mark"),
    [
        ("{h: {x: 1}}", "unknown"), ("[[1, 2], 3]", "wrong"), ("{}", "wrong"), ("[]", "missing"),
        ("", "missing"), ("null", "missing"), ("'-'", "missing"), ("'?'", "missing"),
        ("~", "missing"), ("320", "right"), ("'320'", "right"), ("[320]", "right"),
    ],
)  # fmt: skip
def test_answers_of_every_type(yaml: str, mark: str) -> None:
    found = grade_text(f"{FACES}claims:\n  conv1.params: {yaml}")
    assert [each.mark.value for each in found.sheets[0].claims] == [mark]


def test_models_that_take_long(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(
        "import torch.nn as nn\nclass Net(nn.Module):\n    def __init__(self):\n"
        "        while True:\n            x = 1\n"
    )
    exercise = "{model: net.py:Net, input: 1x8x8, claims: {conv1.params: 1}}"
    large = "{model: 'conv3x3@8 p1 x50000', input: 3x8x8, claims: {conv1.params: 1}}"
    text = f"exercises: [{', '.join([exercise] * 3 + [large] * 5)}]"
    (tmp_path / "a.yaml").write_text(text)
    start = perf_counter()
    found = cnncalc.grade("a.yaml")
    assert perf_counter() - start < 60
    (problem, *_, last) = found.sheets[0].problems
    assert str(problem).startswith("net.py:5:")
    assert "steps to read" in str(problem)
    assert "the models have more than 100,000 layers together" in str(last)


def test_many_wrong_claims_of_a_large_network() -> None:
    names = [f"conv{number}.params" for number in range(1, 1500)]
    claims = dict.fromkeys([*names, "total.params", "total.macs"], "12345")
    start = perf_counter()
    found = graded("conv3x3@8 p1 x1500", "3x8x8", claims)
    assert perf_counter() - start < 60
    assert found.points == 0


@given(st.text(max_size=60))
def test_any_text_is_a_sheet_or_refused(text: str) -> None:
    with suppress(CnncalcError):
        grade_text(text)


#: YAML has no control characters.
PRINTED = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=30)


@given(PRINTED, PRINTED)
def test_any_claim_and_answer(name: str, answer: str) -> None:
    found = graded("conv3x3@8, maxpool2", "3x8x8", {name: answer})
    (only,) = found.sheets[0].claims
    assert only.mark.value in ("right", "wrong", "missing", "unknown")
    assert (only.mark.value == "unknown") == bool(found.sheets[0].problems)
