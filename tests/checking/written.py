"""Models as text in a file, as a user writes them, and their checks."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

from cnncalc.checking import check
from cnncalc.checking.result import Check, Verdict
from cnncalc.finding import Finding

HEADER = """\
import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
"""


def model(init: str, forward: str) -> str:
    """The source of a model with these lines in `__init__` and `forward`."""
    lines = "def __init__(self):\n    super().__init__()\n"
    lines += textwrap.indent(textwrap.dedent(init).strip(), "    ")
    lines += "\n\ndef forward(self, x):\n"
    lines += textwrap.indent(textwrap.dedent(forward).strip(), "    ")
    return HEADER + textwrap.indent(lines, "    ") + "\n"


class Source:
    """A file with a class `Net`."""

    def __init__(self, folder: Path, text: str) -> None:
        self.file = folder / "net.py"
        self.file.write_text(text, "utf-8")

    def check(self, *size: int, **options: Any) -> Check:
        """The check for one input of this size."""
        return check(f"{self.file}:Net", size, **options)

    def line(self, text: str) -> int:
        """The line on which `text` stands, once."""
        lines = self.file.read_text("utf-8").split("\n")
        (found,) = [number for number, line in enumerate(lines, 1) if text in line]
        return found

    def module(self) -> Any:
        """The live module: runs the file."""
        names: dict[str, Any] = {"__name__": "net"}
        exec(compile(self.file.read_text("utf-8"), str(self.file), "exec"), names)
        return names["Net"]()


def codes(check: Check) -> list[str]:
    """The codes of the findings, in their order."""
    assert check.error is None
    return [finding.code for finding in check.findings]


def the(check: Check, code: str) -> Finding:
    """The one finding with a code."""
    (finding,) = [finding for finding in check.findings if finding.code == code]
    return finding


def wrong(found: Check) -> list[Verdict]:
    """The hard-coded dims that are wrong."""
    return [verdict for verdict in found.verdicts if not verdict.ok]
