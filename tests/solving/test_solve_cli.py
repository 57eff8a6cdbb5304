"""`cnncalc solve`: what is printed, exit codes, and the examples of the docs."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from test_imports import loaded

from cnncalc import solve

ROOT = Path(__file__).parents[2]
_EXAMPLE = re.compile(r"^\$ cnncalc (.*)\n((?:(?!\$ |```).*\n)*)", re.M)
EXAMPLES = _EXAMPLE.findall((ROOT / "docs" / "solve.md").read_text("utf-8"))


@pytest.mark.parametrize(("line", "printed"), EXAMPLES, ids=[each[0] for each in EXAMPLES])
def test_examples_of_the_docs(run, monkeypatch, line: str, printed: str) -> None:
    monkeypatch.chdir(ROOT)
    code, out, err = run(*shlex.split(line))
    assert (out, err) == (printed, "")
    assert code == (1 if "no solution: " in printed else 0)


def test_the_docs_have_an_example_of_each_question() -> None:
    asked = {words[1] for line, _ in EXAMPLES if not (words := line.split())[1].startswith("-")}
    assert asked == {"padding", "field", "input", "smallest", "exact", "budget"}
    assert any(line.startswith("solve --") for line, _ in EXAMPLES)


def test_the_short_form_is_conv(run) -> None:
    short = run("solve", "--input", "224", "--output", "112x112", "--kernel", "7")
    assert short == run("solve", "conv", "-i", "224", "-o", "112x112", "-k", "7")
    assert short.code == 0
    assert run("solve", "conv", "-i", "224", "-o", "112,112", "-k", "7").out == short.out


def test_help(run) -> None:
    for args in (["solve", "--help"], ["solve", "-h"]):
        code, out, _ = run(*args)
        assert code == 0
        assert "cnncalc solve --input 224 --output 112 --kernel 7" in out
        for question in ("conv", "padding", "field", "input", "smallest", "exact", "budget"):
            assert re.search(rf"^  {question} ", out, re.M), question
    assert run("solve").code == 2


JSON = [
    ["solve", "--input", "224", "--output", "112", "--kernel", "7"],
    ["solve", "--input", "10", "--output", "50", "--kernel", "3"],
    ["solve", "padding", "--kernel", "4"],
    ["solve", "field", "--at-least", "64", "--kernel", "3"],
    ["solve", "input", "notes/facecnn", "--layer", "fc1"],
    ["solve", "input", "vgg11"],
    ["solve", "smallest", "vgg11"],
    ["solve", "exact", "conv3 s2", "-i", "3x10x10"],
    ["solve", "budget", "vgg11", "--max-params", "10M", "--vary", "width"],
]


@pytest.mark.parametrize("args", JSON, ids=" ".join)
def test_json(run, args: list[str]) -> None:
    code, out, err = run(*args, "--format", "json")
    data = json.loads(out)
    assert err == ""
    assert list(data)[:3] == ["schema_version", "question", "found"]
    assert data["schema_version"] == 1
    assert data["found"] == (code == 0) == (data["reason"] is None)
    table = (ROOT / "docs" / "solve.md").read_text("utf-8").split("## JSON")[1]
    (row,) = re.findall(rf"^\| `{data['question']}` \| (.*) \|$", table, re.M)
    for name in list(data)[3:]:
        assert name in ("reason", "why") or f"`{name}`" in row, name


def test_json_says_what_python_says(run) -> None:
    data = json.loads(run(*JSON[0], "--format", "json").out)
    answer = solve.conv(112, 224, kernel=7)
    assert [each["shown"] for each in data["settings"]] == [each.shown for each in answer.settings]
    assert data["settings"][0]["stride"] == [{"first": 2, "last": 2}]
    one = json.loads(
        run("solve", "-i", "7", "-o", "1", "-k", "7", "-p", "0", "--format", "json").out
    )
    assert one["settings"][0]["stride"] == [{"first": 1, "last": None}]


def test_without_why(run) -> None:
    with_why = run("solve", "padding", "-k", "3").out
    assert "why: " in with_why
    without = run("solve", "padding", "-k", "3", "--no-why").out
    assert without == "conv kernel 3, stride 1: padding 1 keeps every size\n"


def test_long_answers_are_cut_and_json_is_not(run) -> None:
    out = run("solve", "-i", "7", "-o", "14", "--op", "deconv", "--no-why").out
    rows = [line for line in out.splitlines() if line.startswith("  ")]
    more = re.search(r"\.\.\. and (\d+) rows more", out)
    data = json.loads(run("solve", "-i", "7", "-o", "14", "--op", "deconv", "--format", "json").out)
    assert more is not None
    assert len(data["settings"]) == 40 + int(more[1])
    assert len(rows) == 41


ERRORS = [
    (["solve", "paddings"], "unknown question 'paddings'\n  help: did you mean padding?"),
    (["solve", "conv"], "Missing option '-o' / '--output'.\n  help: cnncalc solve conv --help"),
    (
        ["solve", "-o", "112", "-k", "x"],
        "--kernel: expected one to three whole numbers from 1 on, received 'x'\n"
        "  help: sizes are written as 224 or 112x92, without channels",
    ),
    (["solve", "-o", "0"], "--output: expected one to three whole numbers from 1 on, received '0'"),
    (["solve", "-o", "1x2x3x4"], "--output: expected one to three whole numbers"),
    (["solve", "-o", "9" * 30], "--output: expected one to three whole numbers"),
    (["solve", "-o", "7x7", "-i", "7x7x7"], "7x7 has 2 sizes, and there are 3 axes"),
    (["solve", "-o", "7", "--ceil-mode"], "--ceil-mode is for poolings"),
    (["solve", "padding"], "--kernel is missing\n  help: cnncalc solve padding --kernel 3"),
    (["solve", "padding", "-k", "3x5"], "--kernel: expected one size, received '3x5'"),
    (["solve", "field", "--at-least", "9"], "the kernel is needed to find the depth"),
    (
        ["solve", "field", "--at-least", "9", "-k", "3", "-d", "tripling"],
        "--dilation: expected whole numbers such as 2 or 1,2,5 or the word doubling",
    ),
    (["solve", "smallest"], "Missing argument 'MODEL'."),
    (["solve", "smallest", "vgg12"], "unknown network 'vgg12'"),
    (["solve", "smallest", "fc10", "-i", "784"], "spec: an input of 784 has no spatial sizes"),
    (["solve", "smallest", "nothere.py:Net"], "nothere.py"),
    (["solve", "input", "vgg11", "--layer", "x"], "unknown layer 'x' of torchvision/vgg11"),
    (["solve", "input", "vgg11", "--set", "layer=3"], "unknown option 'layer'"),
    (["solve", "budget", "vgg11", "--vary", "width"], "there is no budget"),
    (["solve", "budget", "vgg11", "--max-params", "1M"], "Missing option '--vary'"),
    (
        ["solve", "budget", "vgg11", "--vary", "width", "--max-memory", "64M"],
        "'64M': 'M' is no unit of bytes",
    ),
]


@pytest.mark.parametrize(("args", "text"), ERRORS, ids=[" ".join(args) for args, _ in ERRORS])
def test_bad_input_is_one_line(run, args: list[str], text: str) -> None:
    code, out, err = run(*args)
    assert (code, out) == (2, "")
    assert err.startswith(f"cnncalc: error: {text}")
    assert len(err.splitlines()) <= 2


def test_nothing_heavy_is_loaded() -> None:
    assert loaded(["solve", "--input", "224", "--output", "112", "--kernel", "7"]) == (0, [])
    assert loaded(["solve", "smallest", "vgg11"]) == (0, [])
    assert loaded(["solve", "budget", "vgg11", "--max-params", "9M", "--vary", "width"]) == (0, [])
