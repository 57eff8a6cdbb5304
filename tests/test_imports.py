"""The way to a summary stays light: no torch, no networkx, no YAML."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("torch", "networkx", "yaml", "numpy", "onnx")
PROBE = """
import sys
from cnncalc.cli.main import main
try:
    main({args!r})
except SystemExit as end:
    code = end.code
{extra}
print("LOADED", *[name for name in {heavy!r} if name in sys.modules])
sys.exit(code)
"""


def loaded(args: list[str], extra: str = "") -> tuple[int, list[str]]:
    """Exit code of a command and the heavy modules that it loaded."""
    code = PROBE.format(args=args, extra=extra, heavy=HEAVY)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "LOADED" in done.stdout, done.stderr
    return done.returncode, done.stdout.splitlines()[-1].split()[1:]


def test_a_summary_loads_nothing_heavy() -> None:
    assert loaded(["summary", "vgg11", "--input", "1x224x224"]) == (0, [])
    assert loaded(["summary", "conv3x3@8 p1, relu, gap, fc10", "-i", "3x32x32"]) == (0, [])
    assert loaded(["summary", "torchvision/resnet18", "--format", "json"]) == (0, [])


def test_the_probe_sees_a_heavy_import() -> None:
    assert loaded(["zoo"], extra="import networkx") == (0, ["networkx"])
