"""The GitHub action, the pre-commit hook and the example repository do what they say."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from cnncalc.cli.main import COMMANDS

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "ci"


def loaded(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


def action_step(name: str) -> dict[str, Any]:
    steps = loaded(ROOT / "action.yml")["runs"]["steps"]
    return next(step for step in steps if step["name"] == name)


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder with `python` and `cnncalc`, which write down how they are called."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name, run in (("python", f'exec "{sys.executable}" "$@"'), ("cnncalc", "exit 1")):
        program = folder / name
        program.write_text(f'#!/bin/bash\nprintf "%s\\n" "$@" > "{folder}/{name}.args"\n{run}\n')
        program.chmod(0o755)
    return folder


def bash(script: str, programs: Path, **variables: str) -> int:
    """Run a step as the runner does, with our programs first. Returns the exit code."""
    environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", **variables}
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    return subprocess.run(command, env=environment, check=False, capture_output=True).returncode


def test_the_action_is_a_composite_one_with_its_inputs() -> None:
    action = loaded(ROOT / "action.yml")
    assert action["runs"]["using"] == "composite"
    assert list(action["inputs"]) == ["version", "arguments", "python-version", "working-directory"]
    assert all(given["description"] for given in action["inputs"].values())
    for step in action["runs"]["steps"]:
        assert "uses" in step or step["shell"] == "bash"
        assert "${{" not in step.get("run", ""), "an input inside a script is an injection"


@pytest.mark.parametrize(
    ("arguments", "received"),
    [
        ("", []),
        ("--strict", ["--strict"]),
        ("models/net.py:Net -i '1x28x28'", ["models/net.py:Net", "-i", "1x28x28"]),
        ("\"net.py:Net(name='a b')\" $(touch injected) `x`; echo", None),
    ],
)
def test_the_action_checks_with_its_arguments(
    programs: Path, tmp_path: Path, monkeypatch, arguments: str, received: list[str] | None
) -> None:
    monkeypatch.chdir(tmp_path)
    script = action_step("Check the models")["run"]
    code = bash(script, programs, CNNCALC_ARGUMENTS=arguments)
    assert code == 1, "the exit code of cnncalc is the step's"
    called = (programs / "cnncalc.args").read_text().splitlines()
    assert called[:3] == ["check", "--format", "github"]
    assert called[0] in COMMANDS
    if received is not None:
        assert called[3:] == received
    else:
        assert called[3:] == ["net.py:Net(name='a b')", "$(touch", "injected)", "`x`;", "echo"]
        assert not (tmp_path / "injected").exists()


@pytest.mark.parametrize(
    ("version", "installed"), [("", "/the/action"), ("0.1.0", "cnncalc==0.1.0")]
)
def test_the_action_installs_a_version_or_itself(
    programs: Path, version: str, installed: str
) -> None:
    (programs / "python").write_text(f'#!/bin/bash\nprintf "%s\\n" "$@" > "{programs}/args"\n')
    script = action_step("Install cnncalc")["run"]
    assert bash(script, programs, CNNCALC_VERSION=version, CNNCALC_SOURCE="/the/action") == 0
    called = (programs / "args").read_text().splitlines()
    assert called == ["-m", "pip", "install", "--quiet", installed]


def test_the_hook_runs_a_command_that_exists(run) -> None:
    (hook,) = loaded(ROOT / ".pre-commit-hooks.yaml")
    assert hook["id"] == "cnncalc-check"
    program, *arguments = hook["entry"].split()
    assert program == "cnncalc"
    assert arguments[0] in COMMANDS
    assert run(*arguments, "--help").code == 0
    assert hook["language"] == "python"
    assert hook["pass_filenames"] is False
    assert "python" in hook["types_or"]


def test_the_workflow_of_the_example_uses_the_action() -> None:
    workflow = loaded(EXAMPLE / ".github" / "workflows" / "check.yml")
    steps = workflow["jobs"]["models"]["steps"]
    (step,) = [step for step in steps if "/cnncalc@" in step["uses"]]
    assert set(step["with"]) <= set(loaded(ROOT / "action.yml")["inputs"])


@pytest.fixture
def example(tmp_path: Path, monkeypatch) -> Path:
    """A copy of the example repository, where we stand."""
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    shutil.copytree(EXAMPLE, tmp_path / "example")
    monkeypatch.chdir(tmp_path / "example")
    return tmp_path / "example"


def plant(example: Path, file: str, old: str, new: str) -> int:
    """Change a text that is there once. Returns its line."""
    path = example / file
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_the_example_is_clean(run, example: Path) -> None:
    code, out, err = run("check", "--strict")
    assert (code, err) == (0, "")
    assert "ok: fc1 = 41216 = 64x28x23 (112x92 halved twice)" in out
    assert out.splitlines()[-1] == "3 models: 3 clean"
    assert run("check", "--quiet").out == ""


def test_a_planted_error_is_found_shown_and_mended(run, example: Path) -> None:
    file = "models/face.py"
    before = (example / file).read_text("utf-8")
    line = plant(example, file, "64 * 28 * 23", "64 * 28 * 28")
    code, out, _ = run("check")
    assert code == 1
    assert f"{file}:{line}:" in out
    assert "fc1 (Linear) expects 50176 features but receives 41216" in out
    assert out.splitlines()[-1] == "3 models: 2 clean, 1 with findings"

    code, out, _ = run("check", "--diff")
    assert code == 1
    assert "-        self.fc1 = nn.Linear(64 * 28 * 28, 256)" in out.splitlines()
    assert "+        self.fc1 = nn.Linear(64 * 28 * 23, 256)" in out.splitlines()
    assert (example / file).read_text("utf-8") != before

    code, out, _ = run("check", "--fix")
    assert code == 0
    assert "+        self.fc1 = nn.Linear(64 * 28 * 23, 256)" in out.splitlines()
    assert (example / file).read_text("utf-8") == before
    assert run("check").code == 0


def test_a_planted_error_in_every_format(run, example: Path) -> None:
    line = plant(example, "models/digits.py", "9216", "9217")
    code, out, _ = run("check", "--format", "github")
    assert code == 1
    assert f"::error file=models/digits.py,line={line},col=" in out
    (model,) = [
        each for each in json.loads(run("check", "--format", "json").out)["models"]
        if each["exit_code"]
    ]  # fmt: skip
    (finding,) = [each for each in model["findings"] if each["severity"] == "error"]
    assert (finding["line"], finding["expected"], finding["received"]) == (line, 9217, 9216)
    (sarif,) = json.loads(run("check", "--format", "sarif").out)["runs"]
    assert sarif["results"][0]["fixes"]
    assert 'failures="1"' in run("check", "--format", "junit").out


def test_a_budget_and_a_mistake_of_the_example(run, example: Path) -> None:
    line = plant(example, "pyproject.toml", 'max-params = "12M"', 'max-params = "10M"')
    code, out, _ = run("check")
    assert code == 1
    assert (
        f"pyproject.toml:{line}: 10,580,648 parameters are over the budget of 10,000,000 "
        "(max-params = 10M) [budget-params]\n  help: fc1 has 99.7%\n"
    ) in out
    line = plant(example, "pyproject.toml", "min-field = 32", "min_field = 32")
    code, out, err = run("check")
    assert code == 2
    assert err == (
        f"cnncalc: error: pyproject.toml:{line}: model 2 (models/resnet.py:SmallResNet): unknown "
        "key 'min_field'\n  help: did you mean min-field?\n"
    )
    assert out.splitlines()[-1] == (
        "2 models: 1 clean, 1 with findings, 1 mistake in the configuration"
    )


def test_the_example_is_checked_from_any_folder_of_it(run, example: Path, monkeypatch) -> None:
    plant(example, "models/digits.py", "9216", "9217")
    monkeypatch.chdir(example / "models")
    assert "\ndigits.py:" in run("check").out
    monkeypatch.setenv("GITHUB_WORKSPACE", str(example))
    assert "::error file=models/digits.py,line=" in run("check", "--format", "github").out


@pytest.mark.torch
def test_the_networks_of_the_example_run(example: Path, monkeypatch) -> None:
    import torch

    from cnncalc.checking import config

    monkeypatch.syspath_prepend(str(example))
    for name in [each for each in sys.modules if each.split(".")[0] == "models"]:
        monkeypatch.delitem(sys.modules, name)  # another test's, of that name
    for entry in config.read("pyproject.toml").entries:
        path, _, call = entry.model.partition(".py:")
        module = __import__(path.replace("/", "."), fromlist=["*"])
        size = [int(each) for each in entry.inputs[0].split("x")]
        with torch.no_grad():
            output = eval(call if "(" in call else f"{call}()", vars(module))(torch.zeros(2, *size))
        assert output.shape[0] == 2
