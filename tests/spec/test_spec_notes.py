"""Exercises as study notes pose them, in several spellings, with their known answers."""

from __future__ import annotations

from pathlib import Path

import pytest

import cnncalc

STEMS = [
    "Conv7×7@64,S=2,P=3 → MaxPool3×3,S=2",
    "conv7x7@64 s2 p3, maxpool3 s2",
    "Conv7x7@64(S=2,P=3);MaxPool3x3(S=2)",
    "Ｃｏｎｖ７×７＠６４，Ｓ＝２，Ｐ＝３→ＭａｘＰｏｏｌ３×３，Ｓ＝２",
    "Conv2d(3, 64, 7, stride=2, padding=3) -> MaxPool2d(3, stride=2)",
    "Conv2d(K=7, S=2, P=3, out=64) -> MaxPool2d(K=3, S=2)",
]


@pytest.mark.parametrize("spec", STEMS)
def test_a_stem(spec: str) -> None:
    # (224 + 2*3 - 7)//2 + 1 = 112; 7*7*3*64 + 64 = 9,472; (112 - 3)//2 + 1 = 55.
    conv, pool = cnncalc.analyze(spec, "3x224x224").rows
    assert (conv.output_shape, conv.params) == ((1, 64, 112, 112), 9_472)
    assert (pool.output_shape, pool.params) == ((1, 64, 55, 55), 0)


@pytest.mark.parametrize(
    ("spec", "sizes"),
    [
        ("Conv3×3(s=1) → Pool2×2(s=2) → Conv3×3(s=1)", [3, 4, 8]),
        ("Conv3×3(s=1) → Conv3×3(s=1) → Pool2×2(s=2) → Conv3×3(s=1)", [3, 5, 6, 10]),
        ("2*conv3x3, pool2, conv3x3", [3, 5, 6, 10]),
        ("conv3 s1, conv3 s1, pool2 s2, conv3 s1", [3, 5, 6, 10]),
        ("conv3x3 p1 -> pool2x2 -> conv3x3 p1 -> pool2x2", [3, 4, 8, 10]),
        ("[Conv3x3]->[ReLU]->[Pool2x2]->[Conv3x3]->[ReLU]->[Pool2x2]", [3, 3, 4, 8, 8, 10]),
    ],
)
def test_fields_without_any_input_size(spec: str, sizes: list[int]) -> None:
    report = cnncalc.analyze(spec)
    assert [row.field.size for row in report.rows] == [(size, size) for size in sizes]


@pytest.mark.parametrize("spec", ["Conv3×3@128,S=1,P=1", "conv3x3@128 p1", "conv3@128 same"])
def test_macs_of_a_convolution(spec: str) -> None:
    # 56*56*128*(3*3*64)
    (row,) = cnncalc.analyze(spec, "64x56x56").rows
    assert row.output_shape == (1, 128, 56, 56)
    assert row.macs == 231_211_008


def test_a_convolution_instead_of_a_dense_layer() -> None:
    assert cnncalc.analyze("conv3x3@64 bias=no", "3x224x224").totals.params == 1_728
    # 224*224*3 = 150,528 inputs, 1000 outputs, and a bias each.
    assert cnncalc.analyze("fc1000", "3x224x224").totals.params == 150_529_000


def test_pooling_by_hand() -> None:
    assert cnncalc.analyze("pool2x2", "1x4x4").rows[0].output_shape == (1, 1, 2, 2)
    assert cnncalc.analyze("conv3x3@1", "1x5x5").rows[0].output_shape == (1, 1, 3, 3)
    assert cnncalc.analyze("UpSample(×2)", "1x5x5").rows[0].output_shape == (1, 1, 10, 10)


VGG16 = [
    "Conv3×3@64,P=1 → Conv3×3@64,P=1 → MaxPool2×2 → Conv3×3@128,P=1 → Conv3×3@128,P=1 → MaxPool2×2"
    " → Conv3×3@256,P=1 ×3 → MaxPool2×2 → Conv3×3@512,P=1 ×3 → MaxPool2×2"
    " → Conv3×3@512,P=1 ×3 → MaxPool2×2 → Flatten → FC4096 → FC4096 → FC1000 → Softmax",
    "conv3-64 same, conv3-64 same, maxpool2; conv3-128 same, conv3-128 same, maxpool2;"
    "3*conv3-256 same; maxpool2; 3*conv3-512 same; maxpool2; 3*conv3-512 same; maxpool2;"
    "FC-4096; FC-4096; FC-1000; soft-max",
    "\n".join(
        [
            "2*(conv3x3@64 p1, relu), maxpool2",
            "2*(conv3x3@128 p1, relu), maxpool2",
            "3*(conv3x3@256 p1, relu), maxpool2",
            "2*(3*(conv3x3@512 p1, relu), maxpool2)",
            "2*(fc4096, relu, dropout0.5), fc1000",
        ]
    ),
]


@pytest.mark.parametrize("spec", VGG16, ids=["notes", "paper", "repeats"])
def test_vgg16(spec: str) -> None:
    report = cnncalc.analyze(spec, "3x224x224")
    assert report.totals.params == 138_357_544  # torchvision's vgg16
    assert report.totals.macs == 15_470_264_320
    pools = [row.output_shape for row in report.rows if row.type == "MaxPool2d"]
    assert pools == [
        (1, 64, 112, 112),
        (1, 128, 56, 56),
        (1, 256, 28, 28),
        (1, 512, 14, 14),
        (1, 512, 7, 7),
    ]
    assert report["pool5"].field.size == (212, 212)
    assert not report.findings


@pytest.mark.parametrize(
    "spec",
    [
        "conv3x3@32 p1, relu, pool2, conv3x3@64 p1, relu, pool2, fc256, relu, fc40",
        "Conv2d(1, 32, kernel_size=3, padding=1) → ReLU → MaxPool2d(2, 2) → "
        "Conv2d(32, 64, kernel_size=3, padding=1) → ReLU → MaxPool2d(2, 2) → Flatten → "
        "Linear(41216, 256) → ReLU → Linear(256, 40)",
    ],
)
def test_faces(spec: str) -> None:
    report = cnncalc.analyze(spec, "1x112x92")
    assert [row.params for row in report.rows if row.params] == [320, 18_496, 10_551_552, 10_280]
    assert report.totals.params == 10_580_648
    assert report["pool2"].output_shape == (1, 64, 28, 23)
    assert report["pool2"].field.size == (10, 10)


EXAMPLES = Path(__file__).parent.parent.parent / "examples"

#: Parameters and MACs: as published, or worked by hand in the comment.
FIGURES = {
    "lenet.spec": (61_706, 416_520),  # Dive into Deep Learning
    "vgg16.spec": (138_357_544, 15_470_264_320),  # torchvision
    "resnet18.yaml": (11_689_512, 1_814_073_344),  # torchvision
    # Per path, weights and biases: 192*64+64; 192*96+96 + 9*96*128+128;
    # 192*16+16 + 25*16*32+32; 192*32+32. All at 28*28 positions.
    "inception.yaml": (163_696, 784 * (12_288 + 18_432 + 110_592 + 3_072 + 12_800 + 6_144)),
    # Koch et al.: 640*... the tower 38,947,648 once, and 4,097 for the score.
    "siamese.yaml": (38_951_745, None),
    # double(a, c) = 9*a*c + 9*c*c + 6*c; up(a, c) = a*c + c + double(2*c, c).
    "unet.yaml": (
        sum(9 * a * c + 9 * c * c + 6 * c for a, c in [(3, 32), (32, 64), (64, 128), (128, 256)])
        + sum(a * c + c + 27 * c * c + 6 * c for a, c in [(256, 128), (128, 64), (64, 32)])
        + 66,
        None,
    ),
}


def test_every_example_has_its_figures() -> None:
    assert {
        file.name for file in EXAMPLES.iterdir() if file.is_file() and file.suffix != ".py"
    } == FIGURES.keys()


@pytest.mark.parametrize("name", FIGURES)
def test_examples(name: str) -> None:
    report = cnncalc.analyze(str(EXAMPLES / name))
    params, macs = FIGURES[name]
    assert report.totals.params == params
    assert macs is None or report.totals.macs == macs
    assert not [finding for finding in report.findings if finding.severity.value == "error"]
