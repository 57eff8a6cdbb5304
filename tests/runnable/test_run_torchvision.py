"""torchvision's networks: the same state_dict, and the same numbers with the same weights."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import cnncalc
from cnncalc.sources import zoo

pytestmark = pytest.mark.torchvision

NAMES = [name.split("/")[1] for name in zoo.ENTRIES if name.startswith("torchvision/")]
#: One of each family and kind of block, with sizes that they can still take.
SAMPLE = {
    "alexnet": 64,
    "vgg11_bn": 32,
    "resnet18": 64,
    "resnext50_32x4d": 40,
    "densenet121": 40,
    "googlenet": 40,
    "inception_v3": 75,
    "mobilenet_v2": 40,
    "mobilenet_v3_small": 40,
    "squeezenet1_0": 40,
    "squeezenet1_1": 40,
    "efficientnet_b0": 40,
    "convnext_tiny": 40,
}


def real(name: str, **options: Any) -> Any:
    """torchvision's module, without auxiliary classifiers."""
    import torchvision

    if name in ("googlenet", "inception_v3"):
        options = {"aux_logits": False, "init_weights": False, **options}
    if name.startswith("vgg"):
        options = {"init_weights": False, **options}
    return torchvision.models.get_model(name, weights=None, **options)


def shaken(model: Any) -> Any:
    """The module with norms, scales and statistics that are not all ones and zeros."""
    import torch

    with torch.no_grad():
        for tensor in model.state_dict().values():
            if tensor.is_floating_point() and tensor.numel() == tensor.shape[0]:
                tensor.uniform_(0.5, 1.5)
    return model


def pair(name: str) -> tuple[Any, Any]:
    """torchvision's module and ours with the same weights."""
    import torch

    torch.manual_seed(0)
    theirs = shaken(real(name, num_classes=5))
    with torch.device("meta"):
        ours = cnncalc.to_torch(f"torchvision/{name}", num_classes=5)
    # Of large tensors there is one copy for both; training changes only running statistics.
    state = {
        key: tensor.clone() if tensor.dim() < 2 else tensor
        for key, tensor in theirs.state_dict().items()
    }
    ours.load_state_dict(state, strict=True, assign=True)
    return theirs, ours


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """The test run has a worker per core already."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("name", NAMES)
def test_the_state_dict_is_torchvisions(name: str) -> None:
    """Keys, their order, and shapes."""
    import torch

    with torch.device("meta"):
        theirs, ours = real(name), cnncalc.to_torch(f"torchvision/{name}")
    expected = [(key, tensor.shape) for key, tensor in theirs.state_dict().items()]
    assert [(key, tensor.shape) for key, tensor in ours.state_dict().items()] == expected


@pytest.mark.parametrize("name", SAMPLE)
def test_the_numbers_are_torchvisions(name: str) -> None:
    """In evaluation, and in training with the same random numbers."""
    import torch

    theirs, ours = pair(name)
    x = torch.rand(2, 3, SAMPLE[name], SAMPLE[name])
    with torch.no_grad():
        expected = theirs.eval()(x)
        assert torch.allclose(ours.eval()(x), expected)
        assert expected.std() > 1e-3  # numbers that differ, so that they can be wrong
        torch.manual_seed(1)
        expected = theirs.train()(x)
        torch.manual_seed(1)
        assert torch.allclose(ours.train()(x), expected)


@pytest.mark.parametrize("name", ["mobilenet_v3_small", "resnet18"])
def test_the_gradients_are_torchvisions(name: str) -> None:
    import torch

    x = torch.rand(2, 3, 32, 32)
    gradients = []
    for model in pair(name):
        torch.manual_seed(1)
        model.requires_grad_().train()(x).square().sum().backward()
        gradients.append([parameter.grad for parameter in model.parameters()])
    assert all(torch.allclose(*both) for both in zip(*gradients, strict=True))


def test_every_family_is_in_the_sample() -> None:
    import torchvision

    def family(name: str) -> str:
        module: str = torchvision.models.get_model_builder(name).__module__
        return module

    assert {family(name) for name in SAMPLE} == {family(name) for name in NAMES}
