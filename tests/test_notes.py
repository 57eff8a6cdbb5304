"""The formulas and exercises of the study notes the project grew from, as a student asks them.

The right figures are worked out in the comments; where the notes print a wrong one, it says so.
"""

from __future__ import annotations

import pytest

import cnncalc


def row(spec: str, size: str, layer: str, **kwargs):
    return cnncalc.analyze(spec, input=size, **kwargs)[layer]


# A face network on 112x92 images with 40 people.


def test_face_network() -> None:
    face = cnncalc.analyze("facecnn", input="1x112x92")
    assert {r.name: r.params for r in face if r.params} == {
        "conv1": 320,  # 1*32*9 + 32
        "conv2": 18_496,  # 32*64*9 + 64
        "fc1": 10_551_552,  # 41216*256 + 256
        "fc2": 10_280,  # 256*40 + 40
    }
    assert face.totals.params == 10_580_648
    assert face["pool"].output_shape == (1, 32, 56, 46)
    assert face["pool#2"].output_shape == (1, 64, 28, 23)
    assert face["fc1"].op.in_features == 41_216 == 64 * 28 * 23
    fields = {name: face[name].field.size for name in ("conv1", "pool", "conv2", "pool#2")}
    assert fields == {"conv1": (3, 3), "pool": (4, 4), "conv2": (8, 8), "pool#2": (10, 10)}
    assert face["fc1"].params / face.totals.params == pytest.approx(0.997, abs=5e-4)


def test_global_pooling_would_need_2600_parameters() -> None:
    # The notes' suggestion: AdaptiveAvgPool2d(1) and Linear(64, 40): 64*40 + 40.
    assert row("AdaptiveAvgPool2d(1), fc40", "64x28x23", "fc1").params == 2_600


# A digit network on 28x28 images.


def test_digit_network() -> None:
    digit = cnncalc.analyze("digit", input="1x28x28")
    assert digit["conv1"].output_shape == (1, 32, 26, 26)  # (28-3)/1 + 1
    # The notes' text gives conv2 46 channels in one place; the code and the shape say 64.
    assert digit["conv2"].output_shape == (1, 64, 24, 24)
    assert digit["maxpool2d"].output_shape == (1, 64, 12, 12)
    assert digit["fc1"].op.in_features == 9_216 == 64 * 12 * 12
    assert digit["fc1"].params == 1_179_776  # 128*9216 = 1,179,648 weights and 128 biases
    assert digit["fc2"].params - 10 == 1_280  # 128*10 weights
    assert row("fc10 bias=false", "9216", "fc1").params == 92_160  # without fc1: 9216*10
    assert digit.totals.params == 1_199_882


def test_same_padding_is_half_the_kernel() -> None:
    for kernel in (1, 3, 5, 7, 11):
        spec = f"conv{kernel}x{kernel}@4 p{(kernel - 1) // 2}"
        assert row(spec, "3x28x28", "conv1").output_shape == (1, 4, 28, 28)


# Formulas and worked exercises of an overview.


def test_a_5x5_input_and_a_3x3_kernel() -> None:
    assert row("conv3x3@1", "1x5x5", "conv1").output_shape == (1, 1, 3, 3)


@pytest.mark.parametrize(("kernel", "dilation"), [(3, 1), (3, 2), (3, 4), (5, 2), (2, 3)])
def test_dilation_widens_the_kernel(kernel: int, dilation: int) -> None:
    effective = kernel + (kernel - 1) * (dilation - 1)
    conv = row(f"conv{kernel}x{kernel}@1 d{dilation}", "1x40x40", "conv1")
    assert conv.output_shape[2:] == (40 - effective + 1,) * 2
    assert conv.field.size == (effective, effective)


def test_pooling_and_upsampling() -> None:
    assert row("maxpool2 s2", "8x7x7", "pool1").output_shape == (1, 8, 3, 3)
    assert row("Upsample(scale_factor=2)", "8x7x7", "upsample1").output_shape == (1, 8, 14, 14)


def test_first_exercise() -> None:
    report = cnncalc.analyze("Conv7×7@64,S=2,P=3 → MaxPool3×3,S=2", input="224x224x3", layout="hwc")
    assert report["conv1"].output_shape == (1, 64, 112, 112)  # (224 + 6 - 7)//2 + 1
    assert report["conv1"].params == 9_472  # 7*7*3*64 + 64
    assert report["pool1"].output_shape == (1, 64, 55, 55)  # (112 - 3)//2 + 1


def test_second_exercise() -> None:
    report = cnncalc.analyze("Conv3×3(s=1) → Conv3×3(s=1) → Pool2×2(s=2) → Conv3×3(s=1)")
    assert [r.field.size[0] for r in report] == [3, 5, 6, 10]
    assert [r.field.stride[0] for r in report] == [1, 1, 2, 2]
    short = cnncalc.analyze("Conv3x3(s=1) -> Pool2x2(s=2) -> Conv3x3(s=1)")
    assert [(r.field.size[0], r.field.stride[0]) for r in short] == [(3, 1), (4, 2), (8, 2)]


def test_third_exercise() -> None:
    conv = row("Conv3×3@128,S=1,P=1", "56x56x64", "conv1", layout="hwc")
    assert conv.output_shape == (1, 128, 56, 56)
    assert conv.macs == 231_211_008  # 56*56*128 * 3*3*64, "231M"
    assert conv.flops == 462_422_016  # "462M"


def test_vgg16_block_by_block() -> None:
    vgg = cnncalc.analyze("torchvision/vgg16", input="3x224x224")
    pools = [r.output_shape[1:] for r in vgg if r.type == "MaxPool2d"]
    assert pools == [(64, 112, 112), (128, 56, 56), (256, 28, 28), (512, 14, 14), (512, 7, 7)]
    assert vgg["classifier.0"].op.in_features == 25_088
    spec = (
        "2*(conv3x3@64 p1, relu), maxpool2, 2*(conv3x3@128 p1, relu), maxpool2, "
        "3*(conv3x3@256 p1, relu), maxpool2, 3*(conv3x3@512 p1, relu), maxpool2, "
        "3*(conv3x3@512 p1, relu), maxpool2, fc4096, relu, fc4096, relu, fc1000, softmax"
    )
    written = cnncalc.analyze(spec, input="3x224x224").totals
    assert (written.params, written.macs) == (vgg.totals.params, vgg.totals.macs)


# Why convolutions: a lesson on CNNs and ResNet.


def test_a_linear_layer_on_an_image_explodes() -> None:
    assert row("fc1000 bias=false", "224x224x3", "fc1", layout="hwc").params == 150_528_000
    assert row("conv3x3@64 bias=false", "3x224x224", "conv1").params == 1_728  # 3*3*3*64


def test_pooling_halves_a_4x4_input() -> None:
    assert row("maxpool2x2 s2", "1x4x4", "pool1").output_shape == (1, 1, 2, 2)


@pytest.mark.parametrize("depth", [34, 50, 101, 152])
def test_resnets_have_as_many_weighted_layers_as_their_names_say(depth: int) -> None:
    report = cnncalc.analyze(f"torchvision/resnet{depth}")
    weighted = [r for r in report if r.type in ("Conv2d", "Linear") and "downsample" not in r.name]
    assert len(weighted) == depth


# A course's networks; their printed tables are in tests/zoo/test_d2l.py.


def test_a_quarter_of_the_channels_is_a_sixteenth_of_the_convolutions() -> None:
    big, small = (
        cnncalc.analyze(f"d2l/{name}")["features"].macs for name in ("vgg11", "vgg11-small")
    )
    first = 224 * 224 * 64 * 9  # the first layer's input has one channel in both
    assert (big - first) == 16 * (small - first // 4)
