"""What calls of torch's functions mean is known without torch."""

from __future__ import annotations

import subprocess
import sys

PROBE = """
import sys
{first}
from cnncalc.sources.calls import network, recording, tensor
from cnncalc.sources.calls.rules import Call, Kind, find
assert find("relu_").inplace and find("conv2d").kind is Kind.OP
assert find("sinc").handler is find("erf").handler and find("sinc").name == "sinc"
print("torch" in sys.modules)
"""


def has_torch(first: str = "") -> str:
    """Does a process that imports all rules have torch in it?"""
    code = PROBE.format(first=first)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_rules_import_no_torch() -> None:
    assert has_torch() == "False"


def test_the_probe_sees_torch() -> None:
    assert has_torch("sys.modules['torch'] = sys") == "True"
