"""What the static reader says of classes, contexts and Python's library: honest, or followed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import cnncalc
from cnncalc.errors import LimitError, SourceError
from cnncalc.report import Report

HEAD = "import contextlib, enum, functools, os\nimport torch\nimport torch.nn as nn\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def read(init: str, more: str = "", target: str = "model.py:Net") -> Report:
    """The report of a model with that code in its `__init__` and in front of its class."""
    lines = "".join(f"        {line}\n" for line in init.splitlines())
    Path("model.py").write_text(
        f"{HEAD}{more}\nclass Net(nn.Module):\n    def __init__(self, width=8):\n"
        f"        super().__init__()\n{lines}"
        "    def forward(self, x):\n        return self.conv(x)\n",
        encoding="utf-8",
    )
    return cnncalc.analyze(target, "3x16x16")


BOTH = "def __get__(self, o, k): return 4\n    def __set__(self, o, v): pass\n"
CONV = "self.conv = nn.Conv2d(3, {}, 3)"


@pytest.mark.parametrize(
    ("more", "init", "said"),
    [
        (
            "class Odd:\n    def __getattribute__(self, name):\n        return 7\n",
            CONV.format("Odd().width"),
            "cannot follow the __getattribute__ that Odd gives its objects",
        ),
        (
            "class Gone:\n    def __set__(self, o, v): pass\n    def __delete__(self, o): pass\n"
            "class Has:\n    gone = Gone()\n",
            CONV.format("Has().gone"),
            "cannot follow the __delete__ of Gone",
        ),
        (
            f"class Late:\n    {BOTH}class Has: pass\n",
            "Has.late = Late()\n" + CONV.format("Has().late"),
            "cannot follow a descriptor that a class is given later",
        ),
        (
            f"class Held:\n    {BOTH}class Part(nn.Module):\n    held = Held()\n",
            "Part().held = nn.ReLU()",
            "cannot follow a module that 'held', a descriptor, is set to",
        ),
        (
            "@contextlib.contextmanager\ndef twice():\n    yield 1\n    yield 2\n",
            "with twice() as n:\n    " + CONV.format("n"),
            "cannot follow the context manager twice",
        ),
        (
            "@contextlib.contextmanager\ndef caught():\n"
            "    try:\n        yield 1\n    except ValueError:\n        pass\n",
            "with caught() as n:\n    " + CONV.format("n"),
            "cannot follow the context manager caught",
        ),
        (
            "class Kind(str, enum.Enum):\n    A = 'a'\n",
            "setattr(self, f'{Kind.A}', 1)",
            "cannot follow the text of Kind.A",
        ),
        (
            "import abc\nclass Base(abc.ABC): pass\n",
            CONV.format("len(Base.__mro__)"),
            "cannot follow __mro__ of Base: not all its bases are known",
        ),
        (
            "class Sized:\n    def __class_getitem__(cls, n): return n\n",
            CONV.format("Sized[4]"),
            "cannot follow the __class_getitem__ of Sized",
        ),
        ("", "iter([1], 2, 3)", "cannot follow iter() with these arguments"),
        (
            "@functools.singledispatch\ndef f(x): return 4\n",
            "@f.register\ndef _(x: 'int'):\n    return 5\n" + CONV.format("f(1)"),
            "cannot tell for which class that is registered",
        ),
        (
            "",
            "if os.path.isfile('a'):\n    width = 9\n" + CONV.format("width"),
            "a branch depends on os.path.isfile(), which is not known",
        ),
        (
            "",
            CONV.format(4)
            + "\nif os.path.exists('a'):\n    self.load_state_dict(torch.load('a'))\n"
            "    self.conv = nn.Conv2d(3, 9, 3)",
            "a branch depends on os.path.exists(), which is not known",
        ),
        (
            "",
            CONV.format(4) + "\nif os.path.isfile('a'):\n"
            "    self.load_state_dict(self.register_parameter('w', None))",
            "a branch depends on os.path.isfile(), which is not known",
        ),
    ],
)
def test_what_is_not_followed_is_said(folder: Path, more: str, init: str, said: str) -> None:
    with pytest.raises(SourceError, match=rf"^model\.py:\d+:\d+: {re.escape(said)}") as caught:
        read(init, more)
    assert caught.value.help == "--trace imports and runs the model instead"


@pytest.mark.parametrize(
    ("init", "said"),
    [
        ("n = 3\nclass A:\n    n = 2\n    m = [k for k in range(n) if k < w]", "name 'w'"),
        ("class A:\n    n = 3\n    ls = [n for _ in range(2)]", "NameError: name 'n'"),
        ("with contextlib.suppress(KeyError):\n    [][1]", "IndexError"),
        ("class P:\n    w = property(lambda self: 1)\nP().w = 2", "property 'w' has no setter"),
        ("class D(dict): pass\nD()['a']", "KeyError: 'a'"),
        ("class D(dict): pass\nD().a", "'D' object has no attribute 'a'"),
    ],
)  # fmt: skip
def test_what_python_raises_is_said(folder: Path, init: str, said: str) -> None:
    with pytest.raises(SourceError, match=re.escape(said)):
        read(f"{init}\n{CONV.format(4)}")


def test_a_replacement_is_bounded_before_it_is_made(folder: Path) -> None:
    more = "import re\n"
    for pattern, new in ((r"''", "'x' * 2000"), (r"'(y+)'", r"r'\1' * 2000"), ("'y'", "'x' * 20")):
        with pytest.raises(LimitError, match=r"a text of .* characters"):
            read(f"re.sub({pattern}, {new}, 'y' * 90000)", more)


def test_a_branch_that_only_loads_weights_is_passed_over(folder: Path) -> None:
    init = f"{CONV.format(4)}\nif os.path.isfile('a'):\n    print('a')\n"
    report = read(f"{init}    self.conv.load_state_dict(torch.load('a', map_location='cpu'))")
    assert report["conv"].output_shape == (1, 4, 14, 14)


def test_one_class_beside_its_factory(folder: Path) -> None:
    factory = "def make(kind):\n    return Net(9)\n"
    assert read(CONV.format("width"), factory, "model.py").totals.params == 224
    text = Path("model.py").read_text(encoding="utf-8").replace("width=8", "width")
    Path("model.py").write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=r"^model\.py: Net needs arguments\n") as caught:
        cnncalc.analyze("model.py", "3x16x16")
    assert caught.value.help == "say them: model.py:Net(...) or model.py:make(...)"
