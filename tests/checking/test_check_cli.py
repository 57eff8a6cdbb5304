"""`cnncalc check`: options, exit codes, the configuration, and what goes where."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from results import FC1, check, misfit, right, wrong

from cnncalc.checking import many
from cnncalc.checking.config import Entry
from cnncalc.checking.result import Check
from cnncalc.cli.check import FORMATS
from cnncalc.errors import LimitError

CLEAN = "conv3x3@8 p1, maxpool2, flatten, fc10"
#: The second kernel is larger than what the first leaves.
BROKEN = "conv7x7@4, conv7x7@3"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch) -> Path:
    """Where no pyproject.toml of ours is near."""
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def configured(folder: Path, text: str) -> None:
    (folder / "pyproject.toml").write_text(text, "utf-8")


def test_one_model(run) -> None:
    assert run("check", CLEAN, "-i", "1x8x8") == (0, "spec on 1x8x8: clean\n", "")
    code, out, err = run("check", BROKEN, "-i", "1x8x8")
    assert (code, err) == (1, "")
    assert out.splitlines()[0] == (
        "1:12: conv2: the kernel spans 7 positions but the height is only 2 [input-too-small]"
    )
    assert out.splitlines()[-1] == ("spec on 1x8x8: 2 errors, not fully verified")
    assert run("check", CLEAN, "-i", "1x8x8", "-q") == (0, "", "")
    assert run("check", BROKEN, "-i", "1x8x8", "--ignore", "input-too-small").code == 2


def test_what_is_not_known_is_never_clean(run) -> None:
    for format_ in FORMATS:
        code, out, err = run("check", CLEAN, "--format", format_)
        assert code == 2
        assert err.startswith("cnncalc: error: spec: not fully verified: unknown at conv1 (Conv2d")
        assert "not fully verified" in out


@pytest.mark.parametrize("format_", FORMATS)
def test_a_model_that_cannot_be_read(run, format_: str) -> None:
    code, out, err = run("check", "nowhere.yaml", "--format", format_)
    assert code == 2
    assert err == "cnncalc: error: nowhere.yaml: No such file or directory\n"
    assert ("No such file" in out) == (format_ != "text")


MISUSES = [
    ((), "there is no MODEL, and no pyproject.toml with [[tool.cnncalc.model]] here or above\n"
         "  help: cnncalc check model.py:Net --input 3x32x32\n"),
    (("-i", "1x2x2", "--batch", "2"), "--input and --batch without MODEL\n  help: the file says"),
    (("--train", "--trace"), "--train and --trace without MODEL\n"),
    (("--layout", "hwc", "--set", "a=1"), "--layout hwc and --set without MODEL\n"),
    (("vgg11", "--config", "p.toml"), "--config is for all models of a file\n"
                                      "  help: leave out MODEL\n"),
    (("vgg11", "--ignore", "grups"), "unknown code 'grups'\n  help: did you mean groups?\n"),
    (("--config", "gone.toml"), "gone.toml: No such file or directory\n"),
    (("vgg11", "-i", "3x0x3"), "input '3x0x3': sizes start at 1, received 0\n"),
    (("vgg11", "--set", "clases=3"), "unknown option 'clases' of torchvision/vgg11"),
    (("a.py:Net(b=1)", "--set", "c=3"), "'a.py:Net(b=1)' has arguments of its own\n"),
    (("vgg11", "--format", "xml"), "Invalid value for '--format'"),
]  # fmt: skip


@pytest.mark.parametrize(("args", "message"), MISUSES, ids=[" ".join(a) for a, _ in MISUSES])
def test_misuse_is_one_clear_line(run, args: tuple[str, ...], message: str) -> None:
    code, out, err = run("check", *args)
    assert (code, out) == (2, "")
    assert err.startswith(f"cnncalc: error: {message}")


TWO = f"""
[[tool.cnncalc.model]]
target = "{CLEAN}"
input = "1x8x8"
max-params = 1000

[[tool.cnncalc.model]]
target = "d2l/lenet"
max-params = "61k"
"""


def test_a_configuration(run, elsewhere: Path) -> None:
    configured(elsewhere, TWO)
    code, out, err = run("check")
    assert (code, err) == (1, "")
    assert out.splitlines() == [
        # conv: 9 * 8 + 8 = 80; fc: 8 * 4 * 4 * 10 + 10 = 1,290.
        "pyproject.toml:5: 1,370 parameters are over the budget of 1,000 (max-params = 1000) "
        "[budget-params]",
        "  help: fc1 has 94.1%",
        "spec on 1x8x8: 1 error",
        "pyproject.toml:9: 61,706 parameters are over the budget of 61,000 (max-params = 61k) "
        "[budget-params]",
        "  help: 7 has 77.9%, 9 has 16.4%",
        "d2l/lenet on 1x28x28: 1 error",
        "",
        "2 models: 0 clean, 2 with findings",
    ]
    code, out, _ = run("check", "--ignore", "budget-params", "--quiet")
    assert (code, out) == (0, "")
    assert run("check", "--config", "pyproject.toml").code == 1


def test_one_bad_model_does_not_stop_the_others(run, elsewhere: Path) -> None:
    configured(
        elsewhere,
        '[[tool.cnncalc.model]]\ntarget = "vgg12"\n[[tool.cnncalc.model]]\ntarget = "net.yaml"\n'
        '[[tool.cnncalc.model]]\ntarget = "vgg11"\n[[tool.cnncalc.model]]\ntarget = 4\n',
    )
    code, out, err = run("check")
    assert code == 2
    assert out.splitlines() == [
        "vgg12: not checked",
        "net.yaml: not checked",
        "torchvision/vgg11 on 3x224x224: clean",
        "",
        "3 models: 1 clean, 2 not verified, 1 mistake in the configuration",
    ]
    assert err.splitlines() == [
        'cnncalc: error: pyproject.toml:8: model 4: target: expected a text such as "model.py:Net",'
        " received 4",
        "cnncalc: error: vgg12: unknown network 'vgg12'",
        "  help: did you mean vgg19, vgg16, vgg13?",
        "cnncalc: error: net.yaml: net.yaml: No such file or directory",
    ]


def test_machines_read_a_configuration(run, elsewhere: Path) -> None:
    configured(elsewhere, TWO)
    data = json.loads(run("check", "--format", "json").out)
    assert [model["model"] for model in data["models"]] == ["spec", "d2l/lenet"]
    assert data["models"][0]["findings"][0]["expected"] == 1000
    assert ElementTree.fromstring(run("check", "--format", "junit").out).get("failures") == "2"
    assert run("check", "--format", "github").out.startswith(
        "::error file=pyproject.toml,line=5,title=cnncalc budget-params::1,370 parameters are"
    )
    (sarif,) = json.loads(run("check", "--format", "sarif").out)["runs"]
    assert [each["ruleId"] for each in sarif["results"]] == ["budget-params"] * 2


def test_colour_and_its_absence(run) -> None:
    assert "\x1b[" in run("check", CLEAN, "-i", "1x8x8", "--color", "always").out
    assert "\x1b[" not in run("check", CLEAN, "-i", "1x8x8").out


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (LimitError("too large"), "too large"),
        (RecursionError(), "the model is nested too deeply"),
        (MemoryError(), "the model does not fit in memory"),
    ],
)
def test_whatever_goes_wrong_is_the_error_of_one_check(monkeypatch, error, message: str) -> None:
    def fails(*args: object, **kwargs: object) -> Check:
        raise error

    monkeypatch.setattr("cnncalc.checking.check", fails)
    found = many.check_one(Entry("vgg11", (), {}))
    assert found.exit_code == 2
    assert found.error is not None
    assert found.error.message == message


FACE = """from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 8, 3, padding=1)

        self.fc = nn.Linear(9216, 10)
"""


@pytest.fixture
def planted(elsewhere: Path, monkeypatch) -> Path:
    """A file whose check is answered by hand: wrong as long as `9216` stands in it."""
    file = elsewhere / "face.py"
    file.write_text(FACE, "utf-8")
    place = FC1._replace(file="face.py", column=29)

    def answered(model: str, *args: object, **kwargs: object) -> Check:
        if "9216" not in file.read_text("utf-8"):
            return check(verdicts=(right(location=place),), title=model)
        fix = wrong().fix
        assert fix is not None
        fix = fix._replace(location=place, end=(9, 33))
        verdict = wrong()._replace(location=place, fix=fix)
        if "frozen" in model:
            verdict = verdict._replace(fix=None, unfixable="in_features is an argument")
        return check(misfit(), verdicts=(verdict,), title=model)

    monkeypatch.setattr("cnncalc.checking.check", answered)
    return file


def test_diff_shows_and_fix_writes(run, planted: Path) -> None:
    for options in (["--diff"], ["--fix", "--diff"]):
        code, out, _ = run("check", "face.py:Net", *options)
        assert code == 1
        assert "-        self.fc = nn.Linear(9216, 10)\n" in out
        assert "+        self.fc = nn.Linear(64 * 28 * 23, 10)\n" in out
        assert planted.read_text("utf-8") == FACE
    code, out, _ = run("check", "face.py:Net", "--fix")
    assert code == 0
    assert "+        self.fc = nn.Linear(64 * 28 * 23, 10)\n" in out
    assert "Net on 1x112x92: 1 dim right" in out.splitlines()
    assert planted.read_text("utf-8") == FACE.replace("9216", "64 * 28 * 23")
    assert "nn.Linear" not in run("check", "face.py:Net", "--fix").out


def test_machines_get_the_diff_on_stderr(run, planted: Path) -> None:
    code, out, err = run("check", "face.py:Net", "--fix", "--format", "json")
    assert code == 0
    assert json.loads(out)["models"][0]["verdicts"][0]["ok"] is True
    assert "+        self.fc = nn.Linear(64 * 28 * 23, 10)\n" in err


def test_what_cannot_be_fixed_says_why(run, planted: Path) -> None:
    code, out, _ = run("check", "face.py:frozen", "--fix")
    assert code == 1
    assert "  no fix: in_features is an argument\n" in out
    assert planted.read_text("utf-8") == FACE
    assert "no fix" not in run("check", "face.py:frozen").out


def test_a_number_that_two_models_share_is_written_once_or_not_at_all(
    run, elsewhere: Path, planted: Path
) -> None:
    model = '[[tool.cnncalc.model]]\ntarget = "face.py:{}"\n'
    configured(elsewhere, model.format("A") + model.format("B"))
    code, out, _ = run("check", "--fix")
    assert code == 0
    assert out.count("+        self.fc") == 1
    planted.write_text(FACE, "utf-8")
    configured(elsewhere, model.format("A") + model.format("frozen"))
    code, out, _ = run("check", "--fix")
    assert code == 1
    assert out.count("  no fix: in_features is an argument\n") == 2
    assert planted.read_text("utf-8") == FACE


def test_a_fix_that_makes_it_worse_is_put_back(run, planted: Path, monkeypatch) -> None:
    from cnncalc import checking

    answered = checking.check

    def worse(model: str, *args: object, **kwargs: object) -> Check:
        if "9216" in planted.read_text("utf-8"):
            return answered(model)
        return check(misfit(), misfit(), title=model)

    monkeypatch.setattr("cnncalc.checking.check", worse)
    code, _, err = run("check", "face.py:Net", "--fix")
    assert code == 2
    assert "the files are as before" in err
    assert planted.read_text("utf-8") == FACE
