"""Receptive fields of zoo networks: textbook values, and proofs by gradient."""

from __future__ import annotations

from itertools import product
from typing import Any, NamedTuple

import pytest

import cnncalc

# Araujo, Norris, Sim, "Computing Receptive Fields of Convolutional Neural Networks", 2019,
# and its table of networks; resnet50 is torchvision's, whose stride is in the 3x3 convolution.


@pytest.mark.parametrize(
    ("name", "layer", "size", "padding", "stride"),
    [
        ("alexnet", "features.12", 195, 66, 32),
        ("vgg16", "features.30", 212, 90, 32),
        ("resnet18", "layer4", 435, 217, 32),
        ("resnet50", "layer4", 427, 213, 32),
        ("mobilenet_v2", "features.18", 491, 245, 32),
    ],
)
def test_textbook(name: str, layer: str, size: int, padding: int, stride: int) -> None:
    field = cnncalc.analyze(f"torchvision/{name}")[layer].field
    assert field.size == (size, size)
    assert field.padding == (padding, padding)
    assert field.stride == (stride, stride)
    assert field.uniform
    assert not field.whole


def test_gates_see_everything() -> None:
    """One squeeze-and-excite block is enough; before it the field is that of its kernels."""
    report = cnncalc.analyze("torchvision/efficientnet_b0")
    before = report["features.1.0.block.0"].field  # two 3x3, the first with stride 2
    assert (before.size, before.whole, before.local) == ((7, 7), False, None)
    after = report["features.1.0.block.1"].field
    assert (after.size, after.whole, after.local) == ((224, 224), True, (7, 7))
    assert after.exact(0, 111) == ((0, 223), (0, 223))
    assert report["features.8"].field.local == (851, 851)


class Case(NamedTuple):
    """A network, the rows and columns of its image, and the layers to look at."""

    name: str
    size: tuple[int, int]
    layers: tuple[str, ...]

    @property
    def id(self) -> str:
        """Shown by pytest."""
        return f"{self.name}-{'x'.join(map(str, self.size))}"


# Long strips: cheap, and wide enough that the middle of most fields is not clipped.
PLAIN = [
    Case("torchvision/alexnet", (71, 301), ("features.0", "features.5", "features.12")),
    Case("torchvision/vgg11", (301, 35), ("features.10", "features.20")),
    Case("torchvision/vgg16", (33, 301), ("features.30",)),
    Case("torchvision/resnet18", (33, 601), ("maxpool", "layer2", "layer4")),
    Case("torchvision/resnet50", (601, 37), ("layer2.0", "layer4")),
    Case("torchvision/resnext50_32x4d", (34, 150), ("layer3.0",)),
    Case("torchvision/squeezenet1_0", (301, 40), ("features.2", "features.12")),
    Case("torchvision/squeezenet1_1", (40, 301), ("features.2", "features.12")),
    Case("torchvision/densenet121", (33, 1201), ("features.transition1", "features.denseblock3")),
    Case("torchvision/googlenet", (33, 501), ("maxpool1", "inception3b", "inception5b")),
    Case("torchvision/googlenet", (98, 45), ("maxpool2", "maxpool4")),
    Case("torchvision/inception_v3", (75, 1399), ("Mixed_5d", "Mixed_6a", "Mixed_7c")),
    Case("torchvision/mobilenet_v2", (33, 601), ("features.7", "features.18")),
    Case("torchvision/mobilenet_v3_large", (601, 33), ("features.3",)),
    Case("torchvision/convnext_tiny", (33, 401), ("features.0", "features.1", "features.4")),
    Case("d2l/nin", (70, 230), ("2", "6")),
    Case("d2l/googlenet", (33, 401), ("2", "4.1")),
    Case("d2l/resnet18", (33, 501), ("2", "4")),
    Case("d2l/densenet", (33, 501), ("2", "5")),
]
GATED = [
    Case("torchvision/mobilenet_v3_small", (33, 401), ("features.3", "features.5")),
    Case("torchvision/mobilenet_v3_large", (33, 801), ("features.4", "features.16")),
    Case("torchvision/efficientnet_b0", (1001, 33), ("features.1", "features.3", "features.8")),
    Case("torchvision/efficientnet_b3", (33, 301), ("features.2",)),
]
SMALL = [
    Case("d2l/lenet", (28, 28), ("0", "2", "3", "5")),
    Case("notes/digit", (13, 12), ("conv1", "conv2")),
    Case("notes/facecnn", (17, 13), ("conv1", "conv2")),
]


def samples(height: int, width: int) -> list[tuple[int, int]]:
    """Two corners, an edge and the centre."""
    return [(0, 0), (height - 1, width - 1), (height - 1, width // 3), (height // 2, width // 2)]


def centre(height: int, width: int) -> list[tuple[int, int]]:
    return [(height // 2, width // 2)]


def everywhere(height: int, width: int) -> list[tuple[int, int]]:
    return list(product(range(height), range(width)))


def observed(case: Case, report: Any, where: Any, gates: bool = True) -> Any:
    """The gradients' hulls for the case."""
    import torch
    import torchvision
    from d2l_nets import NETS
    from field_oracle import prepared, supports

    source, _, name = case.name.partition("/")
    options = {}
    if name in ("googlenet", "inception_v3"):
        options = {"aux_logits": False, "init_weights": False}
    with torch.device("meta"):
        if source == "torchvision":
            model = torchvision.models.get_model(name, weights=None, **options)
        else:
            model = NETS[case.name]()
    wanted = {layer: where(*report[layer].output_shape[2:]) for layer in case.layers}
    return supports(prepared(model), case.size, wanted, gates)


def analyzed(case: Case) -> Any:
    channels = 3 if case.name.startswith("torchvision/") else 1
    return cnncalc.analyze(case.name, (channels, *case.size))


def exact(report: Any, found: Any) -> Any:
    """The report's exact fields at the positions that were observed."""
    return {
        layer: {position: report[layer].field.exact(*position) for position in spans}
        for layer, spans in found.items()
    }


@pytest.mark.torchvision
@pytest.mark.parametrize("case", PLAIN, ids=lambda case: case.id)
def test_exact_fields(case: Case) -> None:
    report = analyzed(case)
    found = observed(case, report, samples)
    assert exact(report, found) == found


@pytest.mark.torchvision
@pytest.mark.parametrize("case", SMALL, ids=lambda case: case.id)
def test_exact_fields_at_every_position(case: Case) -> None:
    report = analyzed(case)
    found = observed(case, report, everywhere)
    assert exact(report, found) == found


@pytest.mark.torchvision
@pytest.mark.parametrize("case", GATED, ids=lambda case: case.id)
def test_gated_fields(case: Case) -> None:
    """With gates each position sees the whole image; with constant gates, the local field."""
    report = analyzed(case)
    found = observed(case, report, samples)
    height, width = case.size
    for layer, spans in found.items():
        assert set(spans.values()) == {((0, height - 1), (0, width - 1))}, layer
    assert exact(report, found) == found
    for layer, spans in observed(case, report, samples, gates=False).items():
        field = report[layer].field
        assert spans == {position: local(field, position, case.size) for position in spans}


def local(field: Any, position: tuple[int, int], size: tuple[int, int]) -> Any:
    """The local field, clipped to the image: start + j * stride, and `local` positions from it."""
    intervals = []
    axes = zip(position, field.start, field.stride, field.local, size, strict=True)
    for index, start, stride, extent, end in axes:
        first = start + index * stride
        intervals.append((max(first, 0), min(first + extent, end) - 1))
    return tuple(intervals)


@pytest.mark.torchvision
def test_the_textbook_size_is_reached() -> None:
    """In the middle of a wide image the gradient covers just what the textbook says."""
    case = Case("torchvision/resnet18", (33, 601), ("layer1", "layer4"))
    report = analyzed(case)
    found = observed(case, report, centre)
    spans = [next(iter(found[layer].values()))[1] for layer in case.layers]
    assert [last - first + 1 for first, last in spans] == [43, 435]


@pytest.mark.torchvision
def test_the_proof_can_fail() -> None:
    """ResNet-34's fields are larger than those of ResNet-18."""
    case = Case("torchvision/resnet18", (33, 201), ("layer2",))
    found = observed(case, analyzed(case), samples)
    other = analyzed(Case("torchvision/resnet34", (33, 201), ("layer2",)))
    assert exact(other, found) != found
