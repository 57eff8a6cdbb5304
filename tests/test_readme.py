"""The README's examples print what it says; run this file to write their output into it.

`python tests/test_readme.py` puts the real output of each `console` block below its command.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
CONSOLE = re.compile(r"```console\n\$ (cnncalc .*)\n((?:.*\n)*?)```\n")
NEEDS_TORCH = re.compile(r"--trace|crosscheck|import torch")
PYTHON = re.compile(r"```python\n((?:.*\n)*?)```\n\n```text\n((?:.*\n)*?)```\n")


def output(command: str) -> str:
    """What a command prints on a terminal of 100 columns."""
    from cnncalc.cli.main import main

    stream = io.StringIO()
    os.environ["COLUMNS"] = "100"
    with contextlib.redirect_stdout(stream), contextlib.suppress(SystemExit):
        main(shlex.split(command)[1:])
    return stream.getvalue()


def examples(pattern: re.Pattern[str]) -> list[tuple[str, str]]:
    return [match for page in PAGES for match in pattern.findall(page.read_text("utf-8"))]


def marked(pattern: re.Pattern[str]) -> list[Any]:
    """The examples; those that need torch carry its marker."""
    return [
        pytest.param(*match, marks=[pytest.mark.torch] if NEEDS_TORCH.search(match[0]) else [])
        for match in examples(pattern)
    ]


@pytest.mark.parametrize(("command", "shown"), marked(CONSOLE))
def test_console_examples_print_what_is_shown(command: str, shown: str) -> None:
    assert shown
    assert output(command) == shown


@pytest.mark.parametrize(("code", "shown"), marked(PYTHON))
def test_python_examples_print_what_is_shown(code: str, shown: str) -> None:
    stream = io.StringIO()
    with contextlib.redirect_stdout(stream):
        exec(compile(code, "README", "exec"), {"__name__": "example"})
    assert stream.getvalue() == shown


def test_the_readme_has_examples_of_both_kinds() -> None:
    assert len(examples(CONSOLE)) >= 3
    assert examples(PYTHON)


def test_links_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_number_of_networks_is_true() -> None:
    from cnncalc.sources.zoo import ENTRIES

    found = re.search(r"(\d+) networks are built in", (ROOT / "README.md").read_text("utf-8"))
    assert found
    assert int(found.group(1)) == len(ENTRIES)


if __name__ == "__main__":
    for page in PAGES:
        text = page.read_text("utf-8")
        page.write_text(
            CONSOLE.sub(lambda m: f"```console\n$ {m[1]}\n{output(m[1])}```\n", text), "utf-8"
        )
    sys.exit(0)
