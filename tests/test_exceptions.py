"""The exception tree, and how exceptions and places print."""

from __future__ import annotations

import inspect
import re

import pytest

from cnncalc import CnncalcError, errors
from cnncalc.errors import (
    InputError,
    Location,
    NameNotFoundError,
    OpError,
    SpecError,
    closest,
)


def test_the_tree_is_the_one_in_the_docstring() -> None:
    drawn = re.findall(r"^ +[├└]── (\w+) ", errors.__doc__ or "", re.MULTILINE)
    defined = [
        name
        for name, cls in inspect.getmembers(errors, inspect.isclass)
        if issubclass(cls, Exception) and cls is not CnncalcError
    ]
    assert sorted(drawn) == sorted(defined)
    assert all(getattr(errors, name).__bases__ == (CnncalcError,) for name in drawn)


@pytest.mark.parametrize("name", ["InputError", "OpError", "SpecError", "GraphError", "FileError"])
def test_exit_code(name: str) -> None:
    assert getattr(errors, name)("no").exit_code == 2


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (Location("net.py", 9, 20), "net.py:9:20"),
        (Location("net.py"), "net.py"),
        (Location(line=3, column=1), "3:1"),
        (Location(), ""),
    ],
)
def test_location(place: Location, text: str) -> None:
    assert str(place) == text


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (InputError("no size"), "no size"),
        (InputError("no size", help="give one"), "no size\n  help: give one"),
        (OpError("bad", location=Location("net.py", 4)), "net.py:4: bad"),
        (OpError("bad", location=Location()), "bad"),
        (
            OpError("bad", help="mend it", location=Location("net.py", 4, 2)),
            "net.py:4:2: bad\n  help: mend it",
        ),
        (
            SpecError("odd", excerpt="conv0\n    ^", help="say 1", location=Location(line=1)),
            "1: odd\nconv0\n    ^\n  help: say 1",
        ),
        (NameNotFoundError("op", "conv", ["conv2d"]), "unknown op 'conv'\n  help: did you mean "
                                                      "conv2d?"),
        (NameNotFoundError("op", "zzz", ["conv2d"]), "unknown op 'zzz'"),
        (NameNotFoundError("op", "zzz", [], help="look"), "unknown op 'zzz'\n  help: look"),
    ],
)  # fmt: skip
def test_texts(error: CnncalcError, text: str) -> None:
    assert str(error) == text


def test_closest() -> None:
    assert closest("ResNet5", ["resnet50", "vgg11"]) == "did you mean resnet50?"
    assert closest("conv", ["linear"]) is None
