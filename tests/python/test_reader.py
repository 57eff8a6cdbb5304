"""What the static reader says: which model is meant, what it cannot follow, what it opens."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import cnncalc
from cnncalc.errors import CnncalcError, FileError, InputError, LimitError, OpError, SourceError
from cnncalc.report import Report

HEAD = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(text: str, name: str = "model.py") -> None:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def net(forward: str, init: str = "self.conv = nn.Conv2d(3, 8, 3)", more: str = "") -> str:
    """A file with one model."""
    return (
        f"{HEAD}{more}\n"
        "class Net(nn.Module):\n"
        "    def __init__(self, width=8):\n"
        "        super().__init__()\n"
        f"        {init}\n"
        "    def forward(self, x):\n"
        f"        {forward}\n"
    )


def read(target: str = "model.py:Net", input: str = "3x16x16", **options: object) -> Report:
    return cnncalc.analyze(target, input, **options)


def ops(report: Report) -> list[str]:
    return [row.type for row in report]


# Which model


def test_a_class_with_arguments(folder: Path) -> None:
    write(net("return self.conv(x)", "self.conv = nn.Conv2d(3, width, 3)"))
    assert read("model.py:Net(width=5)")["conv"].output_shape == (1, 5, 14, 14)
    assert read("model.py:Net(6)", batch=4)["conv"].output_shape == (4, 6, 14, 14)


def test_a_factory_and_a_ready_model(folder: Path) -> None:
    body = "return nn.Sequential(*[nn.ReLU() for _ in range(depth)])"
    write(f"{HEAD}def make(depth=1):\n    {body}\nnet = make(3)\n")
    assert ops(read("model.py:make(depth=2)")) == ["ReLU"] * 2
    assert ops(read("model.py:net")) == ["ReLU"] * 3
    assert ops(read("model.py")) == ["ReLU"] * 3  # the only model of the file


def test_the_root_of_a_file(folder: Path) -> None:
    part = "class Part(nn.Module):\n    def forward(self, x):\n        return x.relu()\n"
    write(net("return self.part(x)", "self.part = Part()", part))
    assert ops(read("model.py")) == ["ReLU"]


def test_several_models_are_named(folder: Path) -> None:
    write(f"{net('return x')}\nclass Other(nn.Module):\n    pass\n")
    with pytest.raises(SourceError, match=r"model\.py has several models: Net, Other") as caught:
        read("model.py")
    assert caught.value.help == "say which: model.py:Other"


def test_no_model(folder: Path) -> None:
    write("x = 3\n")
    with pytest.raises(SourceError, match=r"model\.py: there is no model in it"):
        read("model.py")
    with pytest.raises(SourceError, match=r"model\.py has no 'Net'"):
        read("model.py:Net")
    with pytest.raises(SourceError, match=r"model\.py:x is no nn\.Module"):
        read("model.py:x")


def test_training_mode(folder: Path) -> None:
    write(net("return self.conv(x) if self.training else x.relu()"))
    assert ops(read())[0] == "ReLU"
    assert ops(read(train=True)) == ["Conv2d"]


# What cannot be followed: place, construct, way out

REFUSED = [
    ("return x if x.mean() > 0 else -x", "model.py:11:21: a branch depends on the values of"),
    ("return x * x.max().item()", "model.py:11:20: Tensor.item() depends on the values"),
    ("return compile(x)", "model.py:11:16: cannot follow compile()"),
    ("return x.to_sparse()", "model.py:11:16: cannot follow Tensor.to_sparse()"),
    ("return x * scipy.zeta(2)", "model.py:11:16: __mul__() is given scipy.zeta(), which is not"),
    ("return scipy.zoom(x)", "model.py: Net.forward returns scipy.zoom(), which is not known"),
]  # fmt: skip


@pytest.mark.parametrize(("forward", "message"), REFUSED, ids=[each for each, _ in REFUSED])
def test_what_cannot_be_followed(folder: Path, forward: str, message: str) -> None:
    write(net(forward, more="import scipy\n"))
    with pytest.raises(SourceError) as caught:
        read()
    assert str(caught.value).startswith(message)


def test_the_way_out_is_named(folder: Path) -> None:
    write(net("return x if x.sum() else x"))
    with pytest.raises(SourceError) as caught:
        read()
    assert caught.value.help == "--trace imports and runs the model instead"


def test_exceptions_of_the_model(folder: Path) -> None:
    write(net("return x", "assert width % 3 == 0, f'width {width} is no multiple of 3'"))
    with pytest.raises(SourceError) as caught:
        read()
    assert str(caught.value) == "model.py:8:9: raises AssertionError: width 8 is no multiple of 3"


def test_wrong_arguments_of_a_layer(folder: Path) -> None:
    write(net("return x", "self.conv = nn.Conv2d(3, 8, 3, strides=2)"))
    with pytest.raises(OpError) as caught:
        read()
    assert str(caught.value) == (
        "model.py:8:21: Conv2d has no argument 'strides'\n  help: did you mean stride?"
    )


def test_a_layer_that_is_not_defined(folder: Path) -> None:
    write(net("return self.conv2(self.conv(x))"))
    report = read()
    assert ops(report) == ["Unused"]
    (finding,) = [each for each in report.findings if each.code == "layer-undefined"]
    assert (str(finding.location), finding.help) == ("model.py:10:16", "did you mean conv?")


def test_code_beside_the_model_is_passed_over(folder: Path) -> None:
    beside = """
import pandas as pd
from torch.utils.data import DataLoader
data = pd.read_csv("train.csv")
for batch in DataLoader(data):
    print(batch)
if data.size > 3:
    extra = 4
"""
    write(net("return self.conv(x)", more=beside))
    assert ops(read()) == ["Conv2d"]
    write(net("return self.conv(x)", "self.conv = nn.Conv2d(3, extra, 3)", more=beside))
    with pytest.raises(SourceError, match=r"a branch depends on pandas\.read_csv"):
        read()  # the error of the statement that should have set it


# Files


def test_siblings_and_packages(folder: Path) -> None:
    write(f"{HEAD}def block():\n    return nn.ReLU()\n", "nets/parts/blocks.py")
    write("", "nets/__init__.py")
    write("from .blocks import *\n", "nets/parts/__init__.py")
    write(net("return self.a(x)", "self.a = block()", "from .parts import block\n"), "nets/a.py")
    assert ops(read("nets/a.py:Net")) == ["ReLU"]
    write(net("return self.a(x)", "self.a = p.block()", "import parts.blocks as p\n"), "nets/b.py")
    assert ops(read("nets/b.py:Net")) == ["ReLU"]


def test_circular_imports(folder: Path) -> None:
    write("import b\n" + net("return self.conv(x)", "self.conv = b.layer()"), "a.py")
    write(f"import a\n{HEAD}def layer():\n    return nn.Tanh()\n", "b.py")
    assert ops(read("a.py:Net")) == ["Tanh"]


def test_nothing_outside_is_opened(folder: Path) -> None:
    write("WIDTH = 4\n", "outside.py")
    os.makedirs("inside")
    os.symlink(folder / "outside.py", folder / "inside" / "linked.py")
    for line in (
        "from linked import WIDTH",
        "from ..outside import WIDTH",
        "from outside import WIDTH",
    ):
        write(net("return self.conv(x)", "self.conv = nn.Conv2d(3, WIDTH, 3)", line), "inside/m.py")
        with pytest.raises(SourceError) as caught:
            read("inside/m.py:Net")
        assert "\n" not in caught.value.message
    assert "WIDTH" in str(caught.value)


BAD_FILES = [
    (b"class Net(:\n", SourceError, "model.py:1:11: this is no Python"),
    (b"x = '\xff\xfe'\n", SourceError, "model.py: the file is not in its encoding"),
    (b"# coding: klingon\n", SourceError, "model.py: the file is not in its encoding"),
    (b"x = 1\x00\n", SourceError, "model.py"),
    (b"(" * 5000, SourceError, "model.py"),
    (b"x = 1\n" * 100_000, FileError, "model.py: 600,000 bytes are more than the 250,000"),
]


@pytest.mark.parametrize(("data", "kind", "message"), BAD_FILES)
def test_files_that_are_no_models(
    folder: Path, data: bytes, kind: type[CnncalcError], message: str
) -> None:
    Path("model.py").write_bytes(data)
    with pytest.raises(kind) as caught:
        read()
    assert str(caught.value).startswith(message)


def test_bombs_are_named(folder: Path) -> None:
    write(net("while True: x = x + 1"))
    with pytest.raises(LimitError, match=r"takes more than 1,000,000 steps") as caught:
        read()
    assert caught.value.location is not None
    assert (caught.value.location.file, caught.value.location.line) == ("model.py", 10)
    write(net("return self.forward(x)"))
    with pytest.raises(CnncalcError, match="calls are nested more than 120 deep"):
        read()


# Inputs


def test_inputs_by_name_and_batch(folder: Path) -> None:
    more = "\n    def other(self): pass\n"
    text = net("return torch.cat([x, y], 1)").replace(
        "def forward(self, x)", "def forward(self, x, y)"
    )
    write(text + more)
    report = cnncalc.analyze("model.py:Net", {"y": "2x4x4", "x": "3x4x4"})
    assert report.rows[0].output_shape == (1, 5, 4, 4)
    with pytest.raises(InputError, match=r"Net\.forward has no argument 'z'"):
        cnncalc.analyze("model.py:Net", {"z": "2x4x4", "x": "3x4x4"})
    write(net("return self.conv(x)"))
    assert read(input="5x3x16x16").rows[0].output_shape == (5, 8, 14, 14)
    with pytest.raises(InputError, match="its input size is needed"):
        cnncalc.analyze("model.py:Net")


def test_indices_become_integers(folder: Path) -> None:
    write(net("return self.emb(x)", "self.emb = nn.Embedding(10, 4)"))
    report = read(input="7")
    assert report.rows[0].output_shape == (1, 7, 4)


def test_options_are_refused(folder: Path) -> None:
    write(net("return x.relu()"))
    with pytest.raises(CnncalcError, match="unknown option 'width'"):
        read(width=3)


def test_how_arguments_are_written(folder: Path) -> None:
    write(net("return self.fc(x.flatten(1))", "self.fc = nn.Linear(3*16 * 16, out_features=width)"))
    made = cnncalc.load("model.py:Net", "3x16x16").layers[-1].made
    assert made is not None
    assert str(made.location) == "model.py:8:19"
    written = made.arguments["in_features"]
    assert (written.text, written.value, written.fixed) == ("3*16 * 16", 768, None)
    assert (str(written.location), written.end) == ("model.py:8:29", (8, 38))
    assert made.arguments["out_features"].fixed == "width is not written here as a number"
    assert made.times == 1


def test_a_package_that_may_be_missing_is(folder: Path) -> None:
    more = "try:\n    from apex import Norm\nexcept ImportError:\n    Norm = nn.BatchNorm2d\n"
    write(net("return self.norm(x)", "self.norm = Norm(3)", more))
    report = read()
    assert ops(report) == ["BatchNorm2d"]
    (finding,) = [each for each in report.findings if each.code == "package-missing"]
    assert finding.message == "read as where these packages are not installed: apex"


def test_the_users_own_contexts_are_entered(folder: Path) -> None:
    more = (
        "class Wide:\n    def __enter__(self):\n        return 7\n"
        "    def __exit__(self, *_):\n        pass\n"
    )
    write(net("return self.conv(x)", "with Wide() as w: self.conv = nn.Conv2d(3, w, 1)", more))
    assert read().rows[0].output_shape == (1, 7, 16, 16)


def test_a_label_does_not_change_a_layer(folder: Path) -> None:
    write(net("return self.conv(x)", "self.conv = nn.Conv2d(3, 8, 3); self.conv.in_channels = 1"))
    (finding,) = read(input="1x16x16").findings
    assert (finding.code, finding.expected, finding.received) == ("conv-in-channels", 3, 1)


def test_what_the_reader_does_not_know_of_torch_is_no_fault_of_the_model(folder: Path) -> None:
    write(net("return self.conv.frobnicate(x)"))
    with pytest.raises(SourceError) as caught:
        read()
    assert str(caught.value).startswith("model.py:10:16: cannot follow Conv2d.frobnicate")
