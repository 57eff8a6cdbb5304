"""The models of examples/homework, read and never run, are what torch makes of them."""

from __future__ import annotations

import runpy

import pytest
from sheet_reader import HOMEWORK

import cnncalc

pytestmark = pytest.mark.torch

MODELS = [
    ("face", "FaceNet", (), (1, 112, 92)),
    ("face", "SmallFaceNet", (), (1, 112, 92)),
    ("digit", "DigitNet", (), (1, 28, 28)),
    ("nested", "Outer", (), (3, 28, 28)),
    ("lenet", "lenet", (), (1, 28, 28)),
    ("alexnet", "AlexNet", (), (1, 224, 224)),
    ("vgg", "vgg11", (), (1, 224, 224)),
    ("vgg", "vgg11", (4,), (1, 224, 224)),
    ("vgg", "vgg16", (), (3, 224, 224)),
    ("resnet", "ResNet18", (), (1, 224, 224)),
    ("resnet", "CifarResNet", (), (3, 32, 32)),
    ("resnet", "Residual", (64, 64), (64, 56, 56)),
    ("resnet", "Residual", (64, 128, 2), (64, 56, 56)),
]


@pytest.mark.parametrize(("file", "name", "arguments", "size"), MODELS)
def test_read_as_torch_builds_it(
    file: str, name: str, arguments: tuple[int, ...], size: tuple[int, ...]
) -> None:
    import torch

    path = HOMEWORK / "models" / f"{file}.py"
    call = f"({', '.join(map(str, arguments))})"
    report = cnncalc.analyze(f"{path}:{name}{call}", input=(2, *size))
    with torch.device("meta"):
        model = runpy.run_path(str(path))[name](*arguments)
        out = model.eval()(torch.empty(2, *size))
    assert report.rows[-1].output_shape == tuple(out.shape)
    assert report.totals.params == sum(p.numel() for p in model.parameters())


def test_every_model_is_compared() -> None:
    assert {f"{file}.py" for file, *_ in MODELS} == {p.name for p in HOMEWORK.glob("models/*.py")}
