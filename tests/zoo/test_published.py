"""Totals as they are published, for the zoo's native inputs unless a size is named.

torchvision's parameters and GMACs stand in its documentation ("Models and pre-trained
weights"), rounded; the exact counts are those of torch's own counter. The others follow from
the definitions of the course and the notes by hand.
"""

from __future__ import annotations

import pytest

import cnncalc
from cnncalc.finding import Status
from cnncalc.sources import zoo

PUBLISHED = {
    "torchvision/alexnet": (61_100_840, 714_188_480),
    "torchvision/vgg11": (132_863_336, 7_609_090_048),
    "torchvision/vgg16": (138_357_544, 15_470_264_320),
    "torchvision/resnet18": (11_689_512, 1_814_073_344),
    "torchvision/resnet50": (25_557_032, 4_089_184_256),
    "torchvision/resnet152": (60_192_808, 11_513_626_624),
    "torchvision/googlenet": (6_624_904, 1_498_376_192),
    "torchvision/inception_v3": (23_834_568, 5_713_216_096),
    "torchvision/mobilenet_v2": (3_504_872, 300_774_272),
    "torchvision/mobilenet_v3_large": (5_483_032, 216_589_760),
    "torchvision/densenet121": (7_978_856, 2_834_161_664),
    "torchvision/squeezenet1_0": (1_248_424, 818_924_576),
    "torchvision/efficientnet_b0": (5_288_548, 385_814_752),
    "torchvision/convnext_tiny": (28_589_128, 4_455_531_264),
    "d2l/lenet": (61_706, 416_520),
    "d2l/alexnet": (46_764_746, 938_146_176),
    "d2l/vgg11": (128_806_154, 7_547_232_256),
    "d2l/vgg11-small": (43_093_322, 512_155_648),
    "d2l/resnet18": (11_178_378, 1_734_890_496),
    "notes/facecnn": (10_580_648, 61_009_920),
    "notes/digit": (1_199_882, 11_992_448),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_totals(name: str) -> None:
    report = cnncalc.analyze(name)
    assert (report.totals.params, report.totals.macs) == PUBLISHED[name]
    assert report.totals.flops == 2 * report.totals.macs


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("alexnet", 224),
        ("inception_v3", 299),
        ("efficientnet_b0", 224),
        ("efficientnet_b1", 240),
        ("efficientnet_b2", 288),
        ("efficientnet_b3", 300),
        ("efficientnet_b4", 380),
        ("efficientnet_b5", 456),
        ("efficientnet_b6", 528),
        ("efficientnet_b7", 600),
    ],
)
def test_native_input(name: str, size: int) -> None:
    assert zoo.graph(f"torchvision/{name}").inputs[0].shape == (3, size, size)


@pytest.mark.parametrize("name", zoo.ENTRIES)
def test_every_entry(name: str) -> None:
    """Each network fits its native input, is fully counted, and says what it is in one line."""
    report = cnncalc.analyze(name)
    assert report.status is Status.COMPLETE
    assert not report.has_errors
    assert report.totals.params == sum(row.params for row in report)
    assert report.totals.macs == sum(row.macs for row in report)
    assert zoo.ENTRIES[name].summary.endswith((").", "."))
    assert list(zoo.ENTRIES[name].options)[:2] == ["num_classes", "in_channels"]


def test_mobilenet_v3_large_layer_by_hand() -> None:
    """The gate of the first gated block: 72 channels of 28x28, squeezed to 24 (72/4 = 18 -> 24)."""
    report = cnncalc.analyze("torchvision/mobilenet_v3_large")
    assert report["features.4.block.2.avgpool"].output_shape == (1, 72, 1, 1)
    assert report["features.4.block.2.fc1"].params == 72 * 24 + 24
    assert report["features.4.block.2.fc2"].params == 24 * 72 + 72
    assert report["features.4.block.2.mul"].output_shape == (1, 72, 28, 28)


def test_layer_scale_is_counted() -> None:
    report = cnncalc.analyze("torchvision/convnext_tiny")
    assert report["features.1.0.layer_scale"].params == 96
    assert report["features.7.2.layer_scale"].params == 768


@pytest.mark.parametrize("name", [name for name in zoo.ENTRIES if name.startswith("torchvision/")])
def test_in_channels(name: str) -> None:
    """Another number of channels changes the first convolution's weights and nothing else."""
    usual, gray = cnncalc.analyze(name), cnncalc.analyze(name, in_channels=1)
    assert gray.inputs["input"][1] == 1
    assert usual.rows[0].type == "Conv2d"
    kernels = usual.rows[0].params - usual.rows[0].op.out_channels * usual.rows[0].op.bias
    assert 3 * (usual.totals.params - gray.totals.params) == 2 * kernels
    assert [row.params for row in usual][1:] == [row.params for row in gray][1:]
