"""Settings that all tests share."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import settings

from cnncalc.cli.main import main

# The same cases on every run, however slow the machine: a red test is a bug, not bad luck.
settings.register_profile("fixed", derandomize=True, deadline=None, print_blob=False)
settings.load_profile("fixed")

WITHOUT_TORCH = find_spec("torch") is None
_NEEDS_TORCH = re.compile(r"^pytestmark = \[?\s*pytest\.mark\.torch\b", re.MULTILINE)


def pytest_report_header() -> str | None:
    """Say what is left out where torch is not installed."""
    return "torch is not installed: modules marked torch are left out" if WITHOUT_TORCH else None


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Modules marked torch import it; they are left out where it is not installed."""
    if not WITHOUT_TORCH or collection_path.suffix != ".py":
        return None
    return True if _NEEDS_TORCH.search(collection_path.read_text(encoding="utf-8")) else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip GPU tests by name where there is no GPU; leave torch's out where there is none."""
    if WITHOUT_TORCH:
        left_out = [item for item in items if item.get_closest_marker("torch")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not item.get_closest_marker("torch")]
    gpu = [item for item in items if item.get_closest_marker("gpu")]
    if not gpu:
        return
    import torch

    if not torch.cuda.is_available():
        for item in gpu:
            item.add_marker(pytest.mark.skip(reason="no CUDA device"))


class Result(NamedTuple):
    """What a command of the command line did."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Result]:
    """`run("summary", "vgg11")`: exit code, stdout and stderr, on a terminal of 100 columns."""

    def call(*args: str, columns: int = 100) -> Result:
        monkeypatch.setenv("COLUMNS", str(columns))
        with pytest.raises(SystemExit) as ended:
            main(list(args))
        captured = capsys.readouterr()
        code = ended.value.code
        return Result(code if isinstance(code, int) else 0, captured.out, captured.err)

    return call
