"""What the tests of specs share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cnncalc.graph import Graph
from cnncalc.sources.specfile import read_file

ReadText = Callable[..., Graph]


@pytest.fixture
def read_yaml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ReadText:
    """Read a text as the file `net.yaml` (or of another name)."""
    monkeypatch.chdir(tmp_path)

    def read(text: str, name: str = "net.yaml") -> Graph:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return read_file(name)

    return read
