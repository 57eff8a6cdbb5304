"""Where torch is not installed, one line says so; and asking for the name loads nothing."""

from __future__ import annotations

import subprocess
import sys

import pytest

import cnncalc
from cnncalc.errors import FileError


def test_a_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)  # what an import then finds is nothing
    with pytest.raises(FileError) as caught:
        cnncalc.to_torch("vgg11")
    assert str(caught.value) == (
        "running a network needs torch, which is not installed\n"
        '  help: pip install "cnncalc[torch]"'
    )
    assert caught.value.exit_code == 2


def test_the_name_alone_does_not_load_torch() -> None:
    code = "import sys, cnncalc; cnncalc.to_torch; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
