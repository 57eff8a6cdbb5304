"""`analyze` and the report: what a user's first guesses do."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest

import cnncalc
from cnncalc import nn
from cnncalc.errors import InputError, LimitError, NameNotFoundError


@pytest.fixture(scope="module")
def vgg() -> cnncalc.Report:
    return cnncalc.analyze("vgg11", input="1x224x224")


def test_the_lines_of_the_readme(vgg: cnncalc.Report) -> None:
    assert vgg["features.0"].macs == 28_901_376  # 64 * 224 * 224 * 9
    assert vgg["features.0"].params == 640
    assert vgg.totals.params == 128_806_154
    assert str(vgg).startswith("d2l/vgg11")
    assert json.loads(vgg.to_json())["model"] == "d2l/vgg11"
    assert vgg.to_markdown().startswith("**d2l/vgg11")
    assert vgg.to_csv().count("\n") == 30
    assert vgg._repr_html_().startswith("<div>")


def test_inputs_in_every_form() -> None:
    shapes = {
        str(cnncalc.analyze("vgg16", input=given).inputs)
        for given in (
            "3x64x64",
            "3,64,64",
            (3, 64, 64),
            [3, 64, 64],
            {"input": "3x64x64"},
            ["3x64x64"],
            [(3, 64, 64)],
            "1x3x64x64",
            (1, 3, 64, 64),
        )
    }
    assert shapes == {"{'input': (1, 3, 64, 64)}"}


def test_a_bare_name_follows_the_channels() -> None:
    assert cnncalc.analyze("resnet18", input="1x224x224").model == "d2l/resnet18"
    assert cnncalc.analyze("resnet18", input="3x224x224").model == "torchvision/resnet18"
    assert cnncalc.analyze("resnet18", input=(8, 1, 224, 224)).model == "d2l/resnet18"
    assert cnncalc.analyze("resnet18").model == "torchvision/resnet18"
    report = cnncalc.analyze("resnet18", input="224x224x1", layout="hwc")
    assert report.model == "d2l/resnet18"
    assert report.note == "also there: torchvision/resnet18"


def test_zoo_options() -> None:
    report = cnncalc.analyze("resnet18", input="4x64x64", num_classes=10, in_channels=4)
    assert report["conv1"].op.in_channels == 4
    assert report["fc"].output_shape == (1, 10)
    assert not report.findings


def test_blocks_add_up(vgg: cnncalc.Report) -> None:
    assert vgg["features"].macs + vgg["classifier"].macs == vgg.totals.macs
    assert vgg["features"].output_shape == (1, 512, 7, 7)
    folded = vgg.folded(1)
    assert [row.name for row in folded] == ["features", "flatten", "classifier"]
    assert sum(row.params for row in folded) == vgg.totals.params
    with pytest.raises(InputError):
        vgg.folded(0)


def test_unknown_layers_get_close_matches(vgg: cnncalc.Report) -> None:
    with pytest.raises(NameNotFoundError, match=r"unknown layer 'feature.0' of d2l/vgg11"):
        vgg["feature.0"]


def test_a_report_cannot_be_changed_by_accident(vgg: cnncalc.Report) -> None:
    with pytest.raises(AttributeError):
        vgg["features.0"].params = 3
    with pytest.raises(AttributeError):
        vgg["features.0"].op.stride = 2


def test_wrong_models_are_refused() -> None:
    with pytest.raises(InputError, match="received int"):
        cnncalc.analyze(3)
    with pytest.raises(NameNotFoundError, match="unknown option 'x'"):
        cnncalc.analyze(nn.Sequential(nn.ReLU()), x=1)


def test_exact_fields_of_positions(vgg: cnncalc.Report) -> None:
    # features.3: 3x3 after a 2x2 pooling after 3x3, all with padding 1: 8 wide, starting at -3
    field = vgg["features.3"].field
    assert (field.size, field.stride, field.start) == ((8, 8), (2, 2), (-3, -3))
    assert field.padding == (3, 3)
    assert field.center == (Fraction(1, 2),) * 2
    assert field.exact(0, 0) == ((0, 4), (0, 4))
    assert field.exact(5, -1) == ((7, 14), (219, 223))
    with pytest.raises(InputError, match="out of range"):
        field.exact(112, 0)
    with pytest.raises(InputError, match="expected 2 indices"):
        field.exact(0)


def test_unknown_sizes_have_textbook_fields_only() -> None:
    report = cnncalc.analyze("conv7x7@8 s2 p3, maxpool3 s2")
    field = report["pool1"].field
    assert (field.size, field.stride, field.start) == ((11, 11), (4, 4), (-3, -3))
    assert report["pool1"].output_shape == (1, 8, None, None)
    with pytest.raises(LimitError):
        field.exact(0, 0)


def test_the_public_names() -> None:
    for name in cnncalc.__all__:
        assert getattr(cnncalc, name) is not None
    with pytest.raises(AttributeError):
        cnncalc.nothing  # noqa: B018


@pytest.mark.parametrize("given", [224, object(), b"3x8x8", 3.5])
def test_inputs_that_are_no_sizes(given: object) -> None:
    with pytest.raises(InputError, match="expected a size"):
        cnncalc.analyze("vgg11", input=given)


def test_wrong_arguments_are_refused(vgg: cnncalc.Report) -> None:
    with pytest.raises(NameNotFoundError, match="unknown layout 'x'"):
        cnncalc.analyze("vgg11", layout="x")
    with pytest.raises(InputError, match="dtype"):
        cnncalc.analyze("vgg11", dtype=3)
    with pytest.raises(InputError, match="layers go by name"):
        vgg[0]
    with pytest.raises(InputError, match="whole numbers"):
        vgg["features.0"].field.exact("a", 0)


def test_names_are_in_the_report(vgg: cnncalc.Report) -> None:
    assert "features.0" in vgg
    assert "features" in vgg
    assert "head" not in vgg


def test_sizes_that_are_not_known_are_no_complete_report() -> None:
    report = cnncalc.analyze("relu, maxpool2")
    assert report.status.value == "partial"
    assert cnncalc.analyze("relu, maxpool2", input="3x8x8").status.value == "complete"
