"""The networks of the course and the notes: against torch modules, and the printed tables."""

from __future__ import annotations

import pytest

import cnncalc
from cnncalc.sources import zoo

NAMES = [name for name in zoo.ENTRIES if not name.startswith("torchvision/")]


@pytest.mark.torch
# notes/digit drops channels of flat vectors, as its source does; torch warns of that.
@pytest.mark.filterwarnings("ignore:dropout2d")
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("batch", [1, 3])
def test_layer_by_layer(name: str, batch: int) -> None:
    import torch
    from d2l_nets import NETS
    from zoo_oracle import assert_agrees, assert_same_layers

    report = cnncalc.analyze(name, batch=batch)
    with torch.device("meta"):
        model = NETS[name]()
    # The zoo's VGG says features and classifier, the course numbers its blocks.
    compare = assert_same_layers if "vgg" in name else assert_agrees
    compare(report, model, report.inputs["input"])


@pytest.mark.torch
def test_every_network_is_compared() -> None:
    from d2l_nets import NETS

    assert set(NETS) == set(NAMES)


# Shapes as a loop over the layers prints them, for one image of the native size.

CLASSIFIER = """
    Linear 1x4096
    ReLU 1x4096
    Dropout 1x4096
    Linear 1x4096
    ReLU 1x4096
    Dropout 1x4096
    Linear 1x10
"""
PRINTED = {
    "d2l/lenet": """
        Conv2d 1x6x28x28
        Sigmoid 1x6x28x28
        AvgPool2d 1x6x14x14
        Conv2d 1x16x10x10
        Sigmoid 1x16x10x10
        AvgPool2d 1x16x5x5
        Flatten 1x400
        Linear 1x120
        Sigmoid 1x120
        Linear 1x84
        Sigmoid 1x84
        Linear 1x10
    """,
    "d2l/alexnet": f"""
        Conv2d 1x96x54x54
        ReLU 1x96x54x54
        MaxPool2d 1x96x26x26
        Conv2d 1x256x26x26
        ReLU 1x256x26x26
        MaxPool2d 1x256x12x12
        Conv2d 1x384x12x12
        ReLU 1x384x12x12
        Conv2d 1x384x12x12
        ReLU 1x384x12x12
        Conv2d 1x256x12x12
        ReLU 1x256x12x12
        MaxPool2d 1x256x5x5
        Flatten 1x6400
        {CLASSIFIER}
    """,
}


@pytest.mark.parametrize("name", PRINTED)
def test_printed_layers(name: str) -> None:
    expected = PRINTED[name].split()
    report = cnncalc.analyze(name)
    shown = [(row.type, "x".join(map(str, row.output_shape))) for row in report]
    assert [word for pair in shown for word in pair] == expected


def test_printed_vgg_blocks() -> None:
    """Each block ends with its pooling; the classifier is printed layer by layer."""
    report = cnncalc.analyze("d2l/vgg11")
    pooled = [row.output_shape for row in report if row.type == "MaxPool2d"]
    assert pooled == [
        (1, 64, 112, 112),
        (1, 128, 56, 56),
        (1, 256, 28, 28),
        (1, 512, 14, 14),
        (1, 512, 7, 7),
    ]
    rest = report.rows[-8:]
    assert (rest[0].type, rest[0].output_shape) == ("Flatten", (1, 25088))
    shown = [(row.type, "x".join(map(str, row.output_shape))) for row in rest[1:]]
    assert [word for pair in shown for word in pair] == CLASSIFIER.split()


def test_printed_resnet_stages() -> None:
    report = cnncalc.analyze("d2l/resnet18")
    assert [(block.name, block.output_shape) for block in report.folded(1)] == [
        ("0", (1, 64, 56, 56)),
        ("1", (1, 64, 56, 56)),
        ("2", (1, 128, 28, 28)),
        ("3", (1, 256, 14, 14)),
        ("4", (1, 512, 7, 7)),
        ("5", (1, 512, 1, 1)),
        ("6", (1, 512)),
        ("7", (1, 10)),
    ]


def test_notes_on_faces() -> None:
    """Parameters per layer: 9*32+32, 9*32*64+64, 64*28*23*256+256, 256*40+40."""
    report = cnncalc.analyze("notes/facecnn")
    owned = {row.name: row.params for row in report if row.params}
    assert owned == {"conv1": 320, "conv2": 18_496, "fc1": 10_551_552, "fc2": 10_280}
    assert report["pool"].output_shape == (1, 32, 56, 46)
    assert report["pool#2"].output_shape == (1, 64, 28, 23)
    # 3; + 1*1 = 4, then the jump is 2; + 2*2 = 8; + 1*2 = 10, then the jump is 4.
    fields = [report[name].field for name in ("conv1", "pool", "conv2", "pool#2")]
    assert [field.size for field in fields] == [(3, 3), (4, 4), (8, 8), (10, 10)]
    assert [field.stride for field in fields] == [(1, 1), (2, 2), (2, 2), (4, 4)]


def test_notes_on_digits() -> None:
    report = cnncalc.analyze("notes/digit")
    assert report["conv1"].output_shape == (1, 32, 26, 26)
    assert report["conv2"].output_shape == (1, 64, 24, 24)
    assert report["dropout1"].output_shape == (1, 64, 12, 12)
    assert report["fc1"].params == 128 * 9216 + 128 == 1_179_776
