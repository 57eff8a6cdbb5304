"""Every torchvision entry against the real module, layer by layer."""

from __future__ import annotations

from typing import Any

import pytest

import cnncalc
from cnncalc.sources import zoo

pytestmark = pytest.mark.torchvision

NAMES = [name.split("/")[1] for name in zoo.ENTRIES if name.startswith("torchvision/")]


def real(name: str, **options: Any) -> Any:
    """torchvision's module, without weights and auxiliary classifiers."""
    import torch
    import torchvision

    if name in ("googlenet", "inception_v3"):
        options = {"aux_logits": False, "init_weights": False, **options}
    with torch.device("meta"):
        return torchvision.models.get_model(name, weights=None, **options)


@pytest.mark.parametrize("name", NAMES)
def test_layer_by_layer(name: str) -> None:
    from zoo_oracle import assert_agrees

    report = cnncalc.analyze(f"torchvision/{name}")
    assert_agrees(report, real(name), report.inputs["input"])


@pytest.mark.parametrize("name", NAMES)
def test_another_size_and_batch(name: str) -> None:
    """An uneven image, where floors and ceilings show, in a batch of two."""
    from zoo_oracle import assert_agrees

    shape = (2, 3, 231, 190)
    assert_agrees(cnncalc.analyze(f"torchvision/{name}", shape), real(name), shape)


@pytest.mark.parametrize("name", NAMES)
def test_num_classes(name: str) -> None:
    report = cnncalc.analyze(f"torchvision/{name}", num_classes=10)
    model = real(name, num_classes=10)
    assert report.rows[-1].output_shape == (1, 10)
    assert report.totals.params == sum(tensor.numel() for tensor in model.parameters())


@pytest.mark.parametrize("name", NAMES)
def test_published_metadata(name: str) -> None:
    """Parameters and GMACs (three decimals) as torchvision publishes them with its weights."""
    from torchvision.models import get_model_weights

    report = cnncalc.analyze(f"torchvision/{name}")
    for weights in get_model_weights(name):
        crop = weights.transforms.keywords["crop_size"]
        assert report.inputs["input"] == (1, 3, crop, crop)
        assert report.totals.params == weights.meta["num_params"] - auxiliary(name)
        assert report.totals.macs == pytest.approx(1e9 * weights.meta["_ops"], abs=0.5e6)


def auxiliary(name: str) -> int:
    """Parameters that only training uses, but that the published number includes."""
    if name != "inception_v3":
        return 0
    head = real(name, aux_logits=True).AuxLogits
    return sum(tensor.numel() for tensor in head.parameters())


def test_every_model_of_the_families_is_there() -> None:
    """The ten families are complete; models that torchvision adds to them show up here."""
    import torchvision

    families = {torchvision.models.get_model_builder(name).__module__ for name in NAMES}
    listed = {
        name
        for name in torchvision.models.list_models(torchvision.models)
        if torchvision.models.get_model_builder(name).__module__ in families
    }
    assert listed - set(NAMES) == {
        "efficientnet_v2_s",
        "efficientnet_v2_m",
        "efficientnet_v2_l",
    }


def test_the_comparison_can_fail() -> None:
    from zoo_oracle import assert_agrees

    report = cnncalc.analyze("torchvision/resnet18")
    with pytest.raises(AssertionError):
        assert_agrees(report, real("resnet34"), report.inputs["input"])
    with pytest.raises(AssertionError):
        assert_agrees(report, real("resnet18"), (1, 3, 256, 256))
