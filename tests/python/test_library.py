"""The bundled library's models of torchvision give the layers that torchvision's own give."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
import torch
import torchvision
from bundled import LIBRARY, assert_same, built, genuine
from torch import nn

pytestmark = [pytest.mark.torch, pytest.mark.torchvision]

SEGMENTATION = ("deeplab", "fcn_", "lraspp")
#: Families of torchvision that the library does not have.
ABSENT = ("swin", "maxvit")
MODELS = [
    name
    for name in torchvision.models.list_models(torchvision.models)
    if not name.startswith(ABSENT)
] + torchvision.models.list_models(torchvision.models.segmentation)


@pytest.mark.parametrize("name", MODELS)
def test_torchvision_models(name: str) -> None:
    segments = name.startswith(SEGMENTATION)
    package = "torchvision.models.segmentation" if segments else "torchvision.models"
    options = {"weights_backbone": None} if segments else {}
    own = LIBRARY.find(f"{package}.{name}")
    wanted = getattr(genuine(package), name)
    on_meta = not name.startswith("regnet")  # which computes its widths with tensors
    size = (3, 299, 299) if name == "inception_v3" else (3, 224, 224)
    assert_same(built(own), built(partial(wanted, **options), on_meta), size)


OPTIONS = [
    ("alexnet", {"num_classes": 10, "dropout": 0.1}),
    ("vgg11_bn", {"num_classes": 10, "init_weights": False}),
    ("resnet18", {"norm_layer": partial(nn.GroupNorm, 8), "zero_init_residual": True}),
    ("resnet50", {"replace_stride_with_dilation": [False, True, True], "num_classes": 7}),
    ("densenet121", {"drop_rate": 0.3, "bn_size": 2, "num_classes": 4}),
    ("squeezenet1_1", {"num_classes": 5, "dropout": 0.2}),
    ("mobilenet_v2", {"width_mult": 0.35, "inverted_residual_setting": [[2, 16, 2, 2]]}),
    ("mobilenet_v3_small", {"width_mult": 0.5, "reduced_tail": True, "dilated": True}),
    ("googlenet", {"init_weights": False, "num_classes": 3, "transform_input": True}),
    ("inception_v3", {"init_weights": False, "num_classes": 3, "transform_input": True}),
    ("shufflenet_v2_x0_5", {"num_classes": 3}),
    ("mnasnet0_5", {"num_classes": 3, "dropout": 0.5}),
    ("efficientnet_b0", {"num_classes": 3, "dropout": 0.5, "stochastic_depth_prob": 0.1}),
    ("convnext_tiny", {"num_classes": 3, "stochastic_depth_prob": 0.3, "layer_scale": 0.1}),
    ("vit_b_32", {"image_size": 96, "num_classes": 3, "representation_size": 64}),
    ("segmentation.fcn_resnet50", {"num_classes": 4, "aux_loss": True}),
    ("segmentation.deeplabv3_mobilenet_v3_large", {"aux_loss": True}),
]


@pytest.mark.parametrize(("name", "options"), OPTIONS, ids=[name for name, _ in OPTIONS])
@pytest.mark.parametrize("train", [False, True], ids=["eval", "train"])
def test_options_of_models(name: str, options: dict[str, Any], train: bool) -> None:
    package, _, builder = f"torchvision.models.{name}".rpartition(".")
    fixed = {"weights_backbone": None} if "segmentation" in package else {}
    wanted = partial(getattr(genuine(package), builder), **options, **fixed)
    own = partial(LIBRARY.find(f"{package}.{builder}"), **options)
    assert_same(built(own), built(wanted), torch.zeros(2, 3, 96, 96, device="meta"), train=train)


def test_weights_fix_the_classes() -> None:
    """With weights a model has their classes, whatever form they are given in."""
    resnet18 = LIBRARY.find("torchvision.models.resnet18")
    known = LIBRARY.find("torchvision.models.ResNet18_Weights")
    wanted = built(torchvision.models.resnet18)
    for weights in ("DEFAULT", "ResNet18_Weights.IMAGENET1K_V1", known.DEFAULT, True, None, False):
        assert_same(built(partial(resnet18, weights)), wanted, (3, 64, 64))
    for pretrained in (True, False):
        assert_same(built(partial(resnet18, pretrained=pretrained)), wanted, (3, 64, 64))
    with pytest.raises(ValueError, match="'num_classes' expected value 10"):
        resnet18(weights="DEFAULT", num_classes=10)


def test_weights_change_models() -> None:
    """What else the builders of torchvision do where weights are given."""
    models = torchvision.models
    aux = {"aux_logits": False, "transform_input": True, "init_weights": False}
    cases = [
        ("googlenet", {"weights": "DEFAULT"}, partial(models.GoogLeNet, **aux)),
        (
            "inception_v3",
            {"weights": "DEFAULT", "aux_logits": False},
            partial(models.Inception3, **aux),
        ),
        (
            "vit_b_16",
            {"weights": "IMAGENET1K_SWAG_E2E_V1"},
            partial(models.vit_b_16, image_size=384),
        ),
        (
            "segmentation.fcn_resnet50",
            {"weights": "DEFAULT"},
            partial(models.segmentation.fcn_resnet50, weights_backbone=None, aux_loss=True),
        ),
    ]
    for name, options, wanted in cases:
        own = partial(LIBRARY.find(f"torchvision.models.{name}"), **options)
        size = (3, 384, 384) if "vit" in name else (3, 128, 128)
        assert_same(built(own), built(wanted), size)


def test_models_by_name() -> None:
    get_model = LIBRARY.find("torchvision.models.get_model")
    for name in ("resnet18", "fcn_resnet50"):
        wanted = partial(torchvision.models.get_model, name, num_classes=5)
        if name == "fcn_resnet50":
            wanted = partial(wanted, weights_backbone=None)
        assert_same(built(partial(get_model, name, num_classes=5)), built(wanted), (3, 64, 64))
    with pytest.raises(ValueError, match="Unknown model resnet17"):
        get_model("resnet17")


def test_copies_of_torchvision() -> None:
    """What copies of torchvision's files import from it."""
    home = LIBRARY.module("torchvision.models._api")
    utils = LIBRARY.module("torchvision.models._utils")
    weights = home.Weights("there", None, {"categories": range(5)})

    @home.register_model()
    @utils.handle_legacy_interface(weights=("pretrained", weights))
    def net(*, weights: Any = None, width: int = 1) -> tuple[Any, int]:
        return home.WeightsEnum.verify(weights), width

    assert net(pretrained=True, width=2) == (weights, 2)
    assert net(pretrained=False) == net() == (None, 1)
    assert net(weights=weights) == (weights, 1)
    assert weights.get_state_dict(progress=True) == {}
    own, meta = LIBRARY.module("torchvision.models._meta"), genuine("torchvision.models._meta")
    for name in vars(own):
        if name.endswith("_CATEGORIES"):
            assert len(getattr(own, name)) == len(getattr(meta, name))
    helpers, wanted = LIBRARY.module("torchvision.utils"), genuine("torchvision.utils")
    for value in (3, (1, 2), [1, 2]):
        assert helpers._make_ntuple(value, 2) == wanted._make_ntuple(value, 2)
    assert helpers._log_api_usage_once(nn.ReLU()) is None
