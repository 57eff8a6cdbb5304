"""`cnncalc crosscheck`: exit codes, formats, one clear line for what cannot be done."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytestmark = pytest.mark.torch

from cnncalc.crosschecking import reasons, survey  # noqa: E402
from cnncalc.formula import Formula  # noqa: E402
from cnncalc.ops import CATALOGUE  # noqa: E402

DOCS = Path(__file__).parents[2] / "docs" / "crosscheck.md"
NETS = """
import torch

class Net(torch.nn.Module):
    def __init__(self, width=4):
        super().__init__()
        self.conv = torch.nn.Conv2d(3, width, 3)

    def forward(self, x):
        return self.conv(x)

class Odd(torch.nn.Module):
    def forward(self, x):
        return torch.linalg.qr(x)[0]
"""


@pytest.fixture
def nets(tmp_path: Path) -> str:
    path = tmp_path / "crosschecked_nets.py"
    path.write_text(NETS)
    return str(path)


def test_all_agree_is_0(run, nets: str) -> None:
    code, out, err = run("crosscheck", "--trace", f"{nets}:Net(width=5)", "-i", "3x8x8", "--memory")
    assert (code, err) == (0, "")
    assert "\x1b" not in out
    lines = out.splitlines()
    # 5 output channels * 6 * 6 positions * 27 weights
    assert any(line.split()[:4] == ["conv", "Conv2d(3,", "5,", "3)"] for line in lines)
    assert any("4,860" in line and line.endswith("agrees") for line in lines)
    assert lines[-1].startswith("1 layers, 10 figures: 10 agree, 0 differ, 0 not checked")


def test_a_difference_is_1_and_is_shown(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CATALOGUE["Conv2d"], "macs", Formula("N*O*co*ci*K + 1"))
    args = ("crosscheck", "conv3@7, relu", "-i", "3x9x9", "--device", "cpu", "--only-differences")
    code, out, _ = run(*args)
    assert code == 1
    row = next(line for line in out.splitlines() if line.startswith("conv1"))
    assert row.split()[-3:] == ["9,262", "9,261", "differs"]
    assert "relu1" not in out
    assert "\x1b[31m" in run(*args, "--color", "always").out


def test_what_was_not_checked_is_2(run, nets: str) -> None:
    code, out, _ = run("crosscheck", "--trace", f"{nets}:Odd", "-i", "3x4")
    assert code == 2
    assert "unchecked: cnncalc has no rule for the op: unknown" in out


@pytest.mark.parametrize("columns", [70, 80, 100])
def test_the_table_fits(run, columns: int) -> None:
    out = run("crosscheck", "d2l/lenet", "--device", "cpu", columns=columns).out
    assert max(map(len, out.splitlines())) <= max(columns, 75)


def test_formats(run) -> None:
    args = ("crosscheck", "conv3@4, relu", "-i", "3x8x8", "--device", "cpu", "--memory")
    data = json.loads(run(*args, "--format", "json").out)
    assert (data["verdict"], data["memory"]["causes"]) == ("agrees", {})
    csv = run(*args, "--format", "csv").out.splitlines()
    assert csv[0] == "layer,op,figure,analytic,measured,verdict,reason"
    assert 'conv1,"Conv2d(3, 4, 3)",macs,3888,3888,agrees,' in csv
    assert len(csv) == 1 + data["counts"]["agrees"]
    markdown = run(*args, "--format", "markdown").out
    assert "| conv1   | Conv2d(3, 4, 3) |" in markdown


def test_the_zoo_in_a_table(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey, "zoo_tasks", lambda: ["d2l/lenet", "notes/digit"])
    code, out, err = run("crosscheck", "--all-zoo", "--device", "cpu")
    assert (code, err) == (0, "")  # no bar where stderr is no terminal
    assert "d2l/lenet    1x28x28        12     61,706     416,520  agrees" in out
    assert out.splitlines()[-1].startswith("2 models: 2 agree, 0 differ, 0 not checked (")
    data = json.loads(run("crosscheck", "--all-zoo", "--device", "cpu", "--format", "json").out)
    assert [line["model"] for line in data["models"]] == ["d2l/lenet", "notes/digit"]
    assert "| d2l/lenet   |" in run("crosscheck", "--all-zoo", "--format", "markdown").out
    assert run("crosscheck", "--all-zoo", "--format", "csv").out.startswith("model,input,layers,")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ([], "there is no MODEL\n  help: cnncalc crosscheck --help"),
        (["--all-zoo", "vgg11"], "--all-zoo and --all-torchvision take no MODEL"),
        (["--all-zoo", "--all-torchvision"], "--all-zoo and --all-torchvision take no MODEL"),
        (["vgg12"], "unknown network 'vgg12'"),
        (["conv3@4"], "spec: to run it the size of its input is needed"),
        (["d2l/lenet", "--dtype", "int8"], "dtype int8: a forward pass needs a floating-point"),
        (["d2l/lenet", "--jobs", "0"], "Invalid value for '--jobs'"),
        (["d2l/lenet", "--jobs", "2"], "--jobs is for many models"),
        (["--trace", "nowhere.py:Net", "-i", "3x8x8"], "nowhere.py: there is no such file"),
        (["--trace", "a.py:Net", "--set", "b=1"], "--set is for networks of the zoo"),
    ],
)
def test_one_clear_line_and_exit_2(run, args: list[str], message: str) -> None:
    code, out, err = run("crosscheck", *args)
    assert (code, out) == (2, "")
    assert err.startswith(f"cnncalc: error: {message}")


def test_without_torch_there_is_one_line(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnncalc.crosschecking.find_spec", lambda name: None)
    code, out, err = run("crosscheck", "d2l/lenet")
    assert (code, out) == (2, "")
    assert err == (
        "cnncalc: error: a cross-check runs the model, and torch is not installed\n"
        '  help: pip install "cnncalc[torch]"\n'
    )


def test_the_docs_name_every_reason() -> None:
    text = DOCS.read_text(encoding="utf-8")
    for op, reason in reasons.REASONS.items():
        assert f"| `{op}` |" in text
        assert f"| {reason.counts} |" in text
