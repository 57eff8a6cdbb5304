"""The example of docs/to_torch.md prints what it says."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.torch

PAGE = Path(__file__).parent.parent.parent / "docs" / "to_torch.md"


def test_the_example_prints_what_is_shown() -> None:
    found = re.findall(r"```py\n(.*?)```\n\n```text\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert found
    for code, shown in found:
        stream = io.StringIO()
        with contextlib.redirect_stdout(stream):
            exec(compile(code, PAGE.name, "exec"), {"__name__": "example"})
        assert stream.getvalue() == shown
