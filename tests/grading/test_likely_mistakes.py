"""Each mistake is recognised by a number that was worked out by hand with the mistake in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from graded import SMALL, SMALL_INPUT, STEM, claim, named

from cnncalc.grading.mistakes import MISTAKES

DOCS = Path(__file__).parent.parent.parent / "docs" / "grade.md"
#: Output 8x15x20: (32 + 2*2 - 5)//2 = 15, + 1 = 16; dilated by 2: (32 + 2 - 5)//1 + 1 = 30.
DILATED = "conv3x3@8 d2 p1, relu, maxpool2"
GROUPED = "conv3x3@8 p1, conv3x3@16 p1 g4"
#: 3 (1), 5 (2), 9 (4), 17 (4): conv s1, conv s2, conv s2, conv s1.
STRIDED = "conv3x3@4, conv3x3@4 s2, conv3x3@4 s2, conv3x3@4"
#: 3 (2), 5 (4), 5 + 2*4 = 13 (4), 13 + 2*4 = 21 (4).
POOLED = "conv3x3@4 s2, maxpool2, conv3x3@4, conv3x3@4"
NO_BIAS = "conv3x3@8 p1 nobias, maxpool2"

#: (mistake, model, input, claim, answer, other keys of the sheet)
CASES: list[tuple[str, str, str, str, str, dict[str, str | int]]] = [
    # Writing
    ("cut-off", "facecnn", "1x112x92", "total.params", "10.5M", {}),
    ("rounded-unmarked", "facecnn", "1x112x92", "total.params", "10580000", {}),
    ("last-digit", "facecnn", "1x112x92", "conv2.macs", "47.49M", {}),
    ("layout-mixed: HWC / CHW", SMALL, SMALL_INPUT, "conv2.output", "12x20x16", {}),
    ("layout-mixed: CHW / HWC", STEM, "224x224x3", "conv1.output", "64x112x112", {"layout": "hwc"}),
    ("layout-mixed: NHWC / NCHW", SMALL, SMALL_INPUT, "conv2.output", "1x12x20x16", {}),
    ("axes-swapped", SMALL, SMALL_INPUT, "conv2.output", "16x20x12", {}),
    ("axes-swapped", SMALL, SMALL_INPUT, "conv2.size", "20x12", {}),
    ("axes-swapped", SMALL, SMALL_INPUT, "conv2.height", "20", {}),
    ("batch-differs: 1", SMALL, SMALL_INPUT, "conv2.output", "32x16x12x20", {}),
    ("channels-left-out", SMALL, SMALL_INPUT, "conv2.output", "12x20", {}),
    ("flattened", SMALL, SMALL_INPUT, "pool2.output", "960", {}),
    ("percent", "facecnn", "1x112x92", "conv2.params.share", "0.17", {}),
    ("unit: ÷10³", SMALL, SMALL_INPUT, "total.macs", "1.109k", {}),
    ("unit: ÷10⁶", "facecnn", "1x112x92", "total.params", "10.58", {}),
    ("unit: ×万", SMALL, SMALL_INPUT, "total.macs", "1109376万", {}),
    ("binary-unit: MB / MiB", "facecnn", "1x112x92", "memory.forward", "4.25 MB", {}),
    ("binary-unit: KiB / kB", SMALL, SMALL_INPUT, "memory.params", "52.3 KiB", {}),
    ("elements-for-bytes", SMALL, SMALL_INPUT, "memory.params", "13066", {}),
    ("bytes-per-value: 2", SMALL, SMALL_INPUT, "memory.params", "13066*2", {}),
    ("bytes-per-value: 8x", SMALL, SMALL_INPUT, "memory.params", "13066*32", {}),
    ("batch-counted", SMALL, SMALL_INPUT, "total.params", "13066*8", {"batch": 8}),
    ("batch-forgotten: 8", SMALL, SMALL_INPUT, "total.macs", "1109376", {"batch": 8}),
    # Another network
    ("bias-forgotten", STEM, "3x224x224", "conv1.params", "7*7*3*64", {}),
    ("bias-forgotten", SMALL, SMALL_INPUT, "total.params", "13066 - 8 - 16 - 10", {}),
    ("bias-added", NO_BIAS, SMALL_INPUT, "conv1.params", "3*3*3*8 + 8", {}),
    ("padding-forgotten", STEM, "3x224x224", "conv1.output", "64x109x109", {}),
    ("padding-forgotten", SMALL, SMALL_INPUT, "pool1.output", "8x15x23", {}),
    ("padding-forgotten", SMALL, SMALL_INPUT, "fc1.in_features", "16*5*9", {}),
    ("ceil-for-floor", STEM, "3x224x224", "pool1.output", "64x56x56", {}),
    ("ceil-for-floor", "conv3x3@4 s2", "3x8x8", "conv1.output", "4x4x4", {}),
    ("floor-for-ceil", "maxpool3 s2 ceil", "3x8x8", "pool1.output", "3x3x3", {}),
    ("dilation-ignored", DILATED, "3x32x32", "conv1.output", "8x32x32", {}),
    ("dilation-ignored", DILATED, "3x32x32", "conv1.field", "3", {}),
    ("dilation-times-kernel", DILATED, "3x32x32", "conv1.output", "8x29x29", {}),
    ("stride-forgotten", STEM, "3x224x224", "conv1.output", "64x224x224", {}),
    ("groups-ignored", GROUPED, "3x8x8", "conv2.params", "3*3*8*16 + 16", {}),
    ("groups-ignored", GROUPED, "3x8x8", "conv2.macs", "8*8*3*3*8*16", {}),
    ("padding-once", STEM, "3x224x224", "conv1.output", "64x111x111", {}),
    ("one-forgotten", SMALL, SMALL_INPUT, "conv2.output", "16x11x19", {}),
    ("padding-assumed", SMALL, SMALL_INPUT, "conv2.output", "16x16x24", {}),
    ("kernel-left-out", STEM, "3x224x224", "conv1.output", "64x115x115", {}),
    ("channels-kept", STEM, "3x224x224", "conv1.output", "3x112x112", {}),
    ("channels-kept", STEM, "3x224x224", "conv1.channels", "3", {}),
    # Products
    ("kernel-not-squared", STEM, "3x224x224", "conv1.params", "7*3*64 + 64", {}),
    ("kernel-not-squared", STEM, "3x224x224", "conv1.macs", "112*112*64*7*3", {}),
    ("input-channels-forgotten", STEM, "3x224x224", "conv1.params", "7*7*64 + 64", {}),
    ("output-channels-forgotten", STEM, "3x224x224", "conv1.macs", "112*112*7*7*3", {}),
    ("positions-forgotten", STEM, "3x224x224", "conv1.macs", "7*7*3*64", {}),
    ("input-positions", STEM, "3x224x224", "conv1.macs", "224*224*64*7*7*3", {}),
    ("pool-with-params", STEM, "3x224x224", "pool1.params", "3*3*64*64 + 64", {}),
    ("pool-with-params", STEM, "3x224x224", "pool1.params", "9", {}),
    ("pool-with-params", STEM, "3x224x224", "pool1.macs", "55*55*64*9", {}),
    ("macs-as-flops", STEM, "3x224x224", "total.flops", "118.0M", {}),
    ("flops-as-macs", STEM, "3x224x224", "conv1.macs", "236,027,904", {}),
    ("bias-as-macs", STEM, "3x224x224", "conv1.macs", "112*112*64*(147 + 1)", {}),
    ("bias-counted", STEM, "3x224x224", "conv1.weights", "9472", {}),
    ("only-bias", STEM, "3x224x224", "conv1.params", "64", {}),
    ("bn-four-per-channel", SMALL, SMALL_INPUT, "bn1.params", "4*8", {}),
    ("bn-four-per-channel", SMALL, SMALL_INPUT, "total.params", "13066 + 16", {}),
    ("bn-one-per-channel", SMALL, SMALL_INPUT, "bn1.params", "8", {}),
    ("bn-forgotten", SMALL, SMALL_INPUT, "total.params", "13066 - 16", {}),
    ("buffers-counted", SMALL, SMALL_INPUT, "total.params", "13066 + 17", {}),
    ("flatten-forgotten", "facecnn", "1x112x92", "fc1.in_features", "64", {}),
    ("flatten-channels", "facecnn", "1x112x92", "fc1.in_features", "28*23", {}),
    ("flattened-elsewhere: conv2", "facecnn", "1x112x92", "fc1.in_features", "64*56*46", {}),
    # Fields
    ("jump-too-early", STEM, "3x224x224", "pool1.field", "7 + 2*4", {}),
    ("jump-too-early", SMALL, SMALL_INPUT, "pool1.field", "3 + 1*2", {}),
    ("jump-too-late", STRIDED, "3x64x64", "conv3.field", "5 + 2*1", {}),
    ("jump-ignored", STRIDED, "3x64x64", "conv4.field", "1 + 2 + 2 + 2 + 2", {}),
    ("jump-before", STRIDED, "3x64x64", "conv3.field.jump", "2", {}),
    ("own-kernel", STRIDED, "3x64x64", "conv4.field", "3", {}),
    ("own-stride", STRIDED, "3x64x64", "conv4.field.jump", "1", {}),
    ("strides-added", "conv3x3@4 s3, conv3x3@4 s2", "3x64x64", "conv2.field.jump", "3 + 2", {}),
    ("kernel-not-less-one", STEM, "3x224x224", "pool1.field", "7 + 3*2", {}),
    ("field-from-zero", STRIDED, "3x64x64", "conv4.field", "16", {}),
    ("pools-ignored", SMALL, SMALL_INPUT, "conv2.field", "3 + 4*1", {}),
    ("pools-see-nothing", SMALL, SMALL_INPUT, "conv2.field", "3 + 4*2", {}),
    ("pools-do-not-jump", POOLED, "3x64x64", "conv3.field", "5 + 2*2 + 2*2", {}),
    ("padding-too-early", STEM, "3x224x224", "conv1.field.start", "-6", {}),
    ("padding-unscaled", "conv3x3@4 s2 p1, conv5x5@4 p2", "3x9x9", "conv2.field.start", "-3", {}),
    ("sign", STEM, "3x224x224", "conv1.field.start", "3", {}),
    # Sums
    ("without-the-last: fc1", SMALL, SMALL_INPUT, "total.params", "224 + 16 + 3216", {}),
    ("without-the-first: conv1", SMALL, SMALL_INPUT, "total.macs", "768000 + 9600", {}),
    ("left-out: conv2", SMALL, SMALL_INPUT, "total.params", "13066 - 3216", {}),
    ("counted-twice: conv2", SMALL, SMALL_INPUT, "total.params", "13066 + 3216", {}),
    ("only-convolutions", SMALL, SMALL_INPUT, "total.params", "224 + 3216", {}),
    ("only-linear", "facecnn", "1x112x92", "total.params", "10551552 + 10280", {}),
    ("one-bias-forgotten: conv1", SMALL, SMALL_INPUT, "total.params", "13066 - 8", {}),
    ("largest-only: fc1", "facecnn", "1x112x92", "total.params", "10551552", {}),
    ("input-counted", SMALL, SMALL_INPUT, "memory.forward", "178984 + 3*32*48*4", {}),
    ("views-counted", SMALL, SMALL_INPUT, "memory.forward", "178984 + 960*4", {}),
    # The last resort
    ("input-given", STEM, "3x224x224", "pool1.output", "64x112x112", {}),
    ("other-layer: conv2.params", "facecnn", "1x112x92", "fc2.params", "18496", {}),
    ("other-quantity: conv1.elements", STEM, "3x224x224", "conv1.params", "112*112*64", {}),
    ("off-by-one", STEM, "3x224x224", "conv1.params", "9473", {}),
    ("off-by-one", SMALL, SMALL_INPUT, "pool2.output", "16x7x11", {}),
    ("ten-times", STEM, "3x224x224", "conv1.params", "94720", {}),
    ("rounded-to-nothing", STEM, "3x224x224", "conv1.params", "0.0M", {}),
    ("digits-swapped", STEM, "3x224x224", "conv1.params", "9742", {}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("mistake", "model", "size", "name", "answer", "keys"),
    CASES,
    ids=[f"{case[0]} {case[3]}" for case in CASES],
)
def test_a_mistake_is_recognised(
    mistake: str, model: str, size: str, name: str, answer: str, keys: dict[str, str | int]
) -> None:
    assert mistake in named(model, size, name, answer, **keys)


def test_every_mistake_has_a_case() -> None:
    assert {case[0].partition(":")[0] for case in CASES} == set(MISTAKES)


def test_every_mistake_is_documented() -> None:
    section = DOCS.read_text("utf-8").partition("## Likely mistakes")[2].partition("## JSON")[0]
    assert set(re.findall(r"`([a-z-]+)`", section)) == set(MISTAKES)


def test_every_mistake_has_words_in_both_languages() -> None:
    for each in MISTAKES.values():
        assert each.en.isascii() or "≈" in each.en
        assert any("一" <= char <= "鿿" for char in each.zh), each.name
        assert ("{}" in each.en) == ("{}" in each.zh), each.name


def test_the_most_specific_comes_first() -> None:
    assert named(STEM, "3x224x224", "conv1.params", "9408") == ["bias-forgotten"]
    assert named(SMALL, SMALL_INPUT, "bn1.params", "8")[0] == "bn-one-per-channel"
    assert named(SMALL, SMALL_INPUT, "conv1.macs", "663552") == ["flops-as-macs"]
    assert named(STEM, "3x224x224", "pool1.output", "64x56x56")[0] == "ceil-for-floor"


def test_a_mistake_in_an_earlier_layer() -> None:
    model = "conv3x3@4 s2, maxpool2, conv3x3@8, flatten, fc10"
    # (34 - 3)/2 = 15.5, so that 16 come out, or 17 if it is rounded up.
    assert named(model, "3x34x34", "conv1.output", "4x17x17")[0] == "ceil-for-floor"
    assert claim(model, "3x34x34", "pool1.output", "4x8x8").mark.value == "right"
    found = named("conv3x3@4 p1, conv3x3@4 p1, conv3x3@4 p1", "3x8x8", "conv3.output", "4x6x6")
    assert found[0] == "padding-forgotten"
    found = named("conv3x3@4 p1 g2, conv5x5@4 p2", "4x9x9", "conv2.output", "4x7x7")
    assert "padding-forgotten: (conv1)" in found


@pytest.mark.parametrize(
    ("name", "answer"),
    [("conv1.params", "9001"), ("conv1.output", "64x77x77"), ("pool1.field", "29"),
     ("total.macs", "137M"), ("memory.forward", "1 MB"), ("conv1.params", "abc")],
)  # fmt: skip
def test_where_nothing_fits_nothing_is_named(name: str, answer: str) -> None:
    assert named(STEM, "3x224x224", name, answer) == []


def test_one_digit_names_only_mistakes_in_writing() -> None:
    assert named("facecnn", "1x112x92", "total.macs", "≈100M") == []
    assert named("facecnn", "1x112x92", "total.macs", "0.1G") == []
    assert named("facecnn", "1x112x92", "total.macs", "122M") == ["flops-as-macs"]


def test_two_digits_name_one_mistake() -> None:
    assert named("facecnn", "1x112x92", "conv1.params", "0.0M") == ["rounded-to-nothing"]
    for answer in ("0.12G", "1.2e8", "0.31k", "3.2e2"):
        found = claim("facecnn", "1x112x92", "total.macs", answer)
        assert len(found.mistakes) <= 1, answer


def test_one_layer_of_many_is_named_for_exact_numbers_only() -> None:
    # 1,814,073,344 + 6,422,528 (layer2.0.downsample.0) rounds to 1.82G, as many things do.
    assert named("resnet18", "3x224x224", "total.macs", "1.82G") == ["last-digit"]
    found = named("resnet18", "3x224x224", "total.macs", "1814073344 + 6422528")
    assert found == ["counted-twice: layer2.0.downsample.0"]


def test_the_words_have_their_details() -> None:
    assert MISTAKES["left-out"].words("en", "conv2") == "conv2 left out"
    assert MISTAKES["left-out"].words("zh", "conv2") == "漏了 conv2"
    assert MISTAKES["padding-forgotten"].words("en", " (conv1)") == "padding forgotten (conv1)"
