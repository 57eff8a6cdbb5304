"""`cnncalc zoo`, `ops`, `export`, `completion`, `--version`, help texts."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

import cnncalc
from cnncalc.cli.main import COMMANDS
from cnncalc.ops import CATALOGUE
from cnncalc.sources.zoo import ENTRIES


def test_the_zoo_lists_every_network(run) -> None:
    out = run("zoo", columns=200).out
    assert [name for name in ENTRIES if name not in out] == []
    assert "torchvision/inception_v3" in out
    assert "3x299x299" in out
    assert "d2l" not in run("zoo", "torchvision/res").out


def test_ops_lists_and_explains(run) -> None:
    out = run("ops", columns=200).out
    for name in CATALOGUE:
        stem = name[:-2] if name[-2:] in ("1d", "2d", "3d") else name
        assert stem in out
    out = run("ops", "CONV2D").out
    assert out.startswith("Conv2d(in_channels, out_channels, kernel_size, stride=1,")
    assert "MACs     N*O*co*(ci // g)*K" in out


def test_export_to_a_file_and_back(run, tmp_path) -> None:
    path = tmp_path / "net.yaml"
    code, out, _ = run("export", "torchvision/resnet18", "-o", str(path))
    assert (code, out) == (0, f"{path}: 69 layers of torchvision/resnet18\n")
    again = cnncalc.analyze(str(path), input="3x224x224")
    direct = cnncalc.analyze("torchvision/resnet18")
    assert again.totals == direct.totals
    assert [row[:7] for row in again] == [row[:7] for row in direct]


def test_export_to_stdout_in_both_formats(run) -> None:
    assert "layers:" in run("export", "d2l/lenet").out
    assert run("export", "d2l/lenet", "--format", "json").out.startswith("{")


def test_a_failed_export_leaves_nothing_behind(run, tmp_path) -> None:
    target = tmp_path / "folder"
    target.mkdir()
    code, _, err = run("export", "d2l/lenet", "-o", str(target), "--format", "yaml")
    assert code == 2
    assert str(target) in err
    assert os.listdir(tmp_path) == ["folder"]
    assert os.listdir(target) == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(run, shell: str) -> None:
    assert "_CNNCALC_COMPLETE" in run("completion", shell).out


def test_completion_completes() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cnncalc"],
        env={
            **os.environ,
            "_CNNCALC_COMPLETE": "bash_complete",
            "COMP_WORDS": "cnncalc sum",
            "COMP_CWORD": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "plain,summary\n"


def test_version_and_help(run) -> None:
    assert run("--version").out == f"cnncalc {cnncalc.__version__}\n"
    assert "Commands:" in run("--help").out
    for command in COMMANDS:
        out = run(command, "--help").out
        assert "Example" in out, command


def test_a_reader_that_stops_early_is_no_error() -> None:
    pipe = subprocess.Popen(
        [sys.executable, "-m", "cnncalc", "summary", "torchvision/resnet152"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert pipe.stdout is not None
    assert pipe.stderr is not None
    pipe.stdout.readline()
    pipe.stdout.close()
    errors = pipe.stderr.read()
    pipe.stderr.close()
    pipe.wait()
    assert "Traceback" not in errors


def test_a_full_disk_is_one_line() -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full on this system")
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "cnncalc", "summary", "vgg11"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr == ("cnncalc: error: cannot write the output: No space left on device\n")
