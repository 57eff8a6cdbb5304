"""`--trace`: what is imported and built, and what is said where that fails."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import cnncalc
from cnncalc.errors import TraceError

pytestmark = pytest.mark.torch
Run = Callable[..., Any]

NETS = """
import torch
from torch import nn

print("hello from the model's file")


class Net(nn.Module):
    def __init__(self, width=4, *, flags=()):
        super().__init__()
        self.fc = nn.Linear(8, width)

    def forward(self, x):
        print("in forward")
        return self.fc(x)


class Rates(nn.Module):
    def __init__(self):
        super().__init__()
        self.rates = [float(r) for r in torch.linspace(0, 1, 3)]
        self.fc = nn.Linear(8, int(self.rates[-1] * 5))

    def forward(self, x):
        return self.fc(x)


class Late(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("width", torch.tensor(3))

    def forward(self, x):
        return x[:, : int(self.width)]


class models:
    tiny = Net(2)


def broken():
    raise ValueError("no such\\nnetwork")


number = 3


def a_number():
    return 3
"""


@pytest.fixture
def nets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "nets_to_trace.py").write_text(NETS)
    (tmp_path / "broken_nets.py").write_text("import torch\n\n1 / 0\n")
    (tmp_path / "needs_more.py").write_text("import no_such_package_at_all\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "nets_to_trace", raising=False)
    return tmp_path


@pytest.mark.parametrize(
    ("text", "params"),
    [
        ("nets_to_trace:Net", 36),
        ("nets_to_trace:Net()", 36),
        ("nets_to_trace:Net(width=2)", 18),
        ("nets_to_trace:Net(3, flags=('a', {'b': [1]}))", 27),
        ("nets_to_trace.py:Net(1)", 9),
        ("./nets_to_trace.py:Net", 36),
        ("nets_to_trace:models.tiny", 18),
        ("nets_to_trace:Rates", 45),
        ("nets_to_trace:Late", 0),
    ],
)
def test_targets(nets: Path, text: str, params: int, capsys: pytest.CaptureFixture[str]) -> None:
    report = cnncalc.analyze(cnncalc.trace(text, (8,)))
    assert report.totals.params == params
    out = capsys.readouterr()
    assert out.out == ""  # what the user's code prints goes to stderr
    assert "hello from the model's file" in out.err or "nets_to_trace" in sys.modules


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nets_to_trace", "--trace: expected package.module:attr, "),
        ("nets_to_trace:", "--trace: expected package.module:attr, "),
        ("nets_to_trace:Net(", "--trace: expected package.module:attr, "),
        ("nets_to_trace:Net(width=open('x'))", "--trace: expected package.module:attr, "),
        ("nets_to_trace:Net(**{'width': 3})", "--trace: expected package.module:attr, "),
        ("nets_to_trace:Nte", "nets_to_trace has no 'Nte'"),
        ("nets_to_trace:models.big", "nets_to_trace.models has no 'big'"),
        ("nets_to_trace:number", "nets_to_trace:number is no nn.Module: its type is int"),
        ("nets_to_trace:a_number", "nets_to_trace:a_number() made no nn.Module: its type is int"),
        ("nets_to_trace:broken", "nets_to_trace:broken raised ValueError: no such network"),
        ("nets_to_trace:Net(depth=3)", "nets_to_trace:Net raised TypeError: "),
        ("no_such_module_at_all:Net", "there is no module 'no_such_module_at_all' to import"),
        ("nothing.py:Net", "nothing.py: there is no such file"),
        ("broken_nets:Net", "importing broken_nets raised ZeroDivisionError: division by zero"),
        ("needs_more:Net", "needs_more needs 'no_such_package_at_all', which is not installed"),
    ],
)
def test_what_cannot_be_built(nets: Path, text: str, message: str) -> None:
    with pytest.raises(TraceError) as caught:
        cnncalc.trace(text, (8,))
    assert caught.value.message.startswith(message)
    assert "\n" not in caught.value.message


def test_the_place_of_an_error(nets: Path) -> None:
    with pytest.raises(TraceError) as caught:
        cnncalc.trace("broken_nets:Net", (8,))
    assert (caught.value.location.file, caught.value.location.line) == ("broken_nets.py", 3)


def test_the_command(nets: Path, run: Run) -> None:
    done = run(*("summary", "--trace", "nets_to_trace:Net(2)", "--input", "8", "--format", "json"))
    assert done.code == 0, done.err
    report = json.loads(done.out)
    assert report["model"] == "nets_to_trace:Net(2)"
    assert report["totals"]["params"] == 18
    assert report["rows"][0]["source"] == "nets_to_trace.py:15:16"


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--trace", "nets_to_trace:Net"], "Net is a live module: its input size is needed"),
        (["--trace", "nets_to_trace:Nte", "-i", "8"], "nets_to_trace has no 'Nte'"),
        (["vgg11", "--train"], "--train is for models in Python code, and live ones"),
        (["--trace", "nets_to_trace:Net", "-i", "8", "--set", "a=1"], "--set is for networks"),
    ],
)
def test_errors_of_the_command(nets: Path, run: Run, args: list[str], message: str) -> None:
    done = run("summary", *args)
    assert (done.code, done.out) == (2, "")
    assert f"cnncalc: error: {message}" in done.err
    assert "Traceback" not in done.err


def test_findings_exit_with_1(nets: Path, run: Run) -> None:
    done = run("summary", "--trace", "nets_to_trace:Net", "--input", "9")
    assert done.code == 1
    assert "fc: Linear expects 8 features but receives 9" in done.out
