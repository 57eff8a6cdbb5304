"""Running the command line in-process."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest

from cnncalc.cli.main import main


class Result(NamedTuple):
    """What a command did."""

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
