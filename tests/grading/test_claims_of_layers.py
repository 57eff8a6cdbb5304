"""What claims are about: names of layers and quantities, and the truths behind them."""

from __future__ import annotations

import pytest
from graded import SMALL, SMALL_INPUT, STEM, claim, graded, is_right

RESNET = "torchvision/resnet18"


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("conv1.output", "8x32x48"), ("conv2.output", "16x12x20"), ("pool2.output", "16x6x10"),
        ("conv1.input", "3x32x48"), ("fc1.input", "960"), ("fc1.output", "10"),
        ("pool1.size", "16x24"), ("pool1.height", "16"), ("pool1.width", "24"),
        ("conv2.channels", "16"), ("pool2.elements", "960"),
        ("conv1.params", "224"), ("conv1.weights", "216"), ("conv1.bias", "8"),
        ("bn1.params", "16"), ("bn1.buffers", "17"), ("conv2.trainable", "3216"),
        ("conv2.macs", "768000"), ("conv2.flops", "1536000"), ("pool1.macs", "0"),
        ("conv2.memory", "15360"), ("pool1.memory", "12 KiB"), ("fc1.memory", "40 B"),
        ("pool1.field", "4"), ("conv2.field", "12x12"), ("pool2.field.size", "14"),
        ("pool2.field.jump", "4"), ("conv2.field.stride", "2"), ("conv1.field.start", "-1"),
        ("pool2.field.padding", "1"), ("relu1.field", "3"), ("fc1.field", "32x48"),
        ("fc1.field", "whole"), ("conv2.in_channels", "8"), ("conv2.out_channels", "16"),
        ("conv2.kernel_size", "5"), ("conv2.kernel", "5x5"), ("conv1.padding", "1"),
        ("conv1.args.padding", "1x1"), ("conv1.args.bias", "true"), ("bn1.eps", "1e-5"),
        ("fc1.in_features", "16*6*10"), ("fc1.out_features", "10"), ("conv1.dilation", "1"),
        ("fc1.params.share", "73.5%"), ("conv2.macs.share", "69.2%"),
        ("total.params", "13066"), ("params", "13066"), ("total.macs", "1,109,376"),
        ("total.flops", "2218752"), ("total.weights", "13024"), ("total.bias", "42"),
        ("total.buffers", "17"), ("total.trainable", "13066"), ("output", "10"),
        ("input", "3x32x48"), ("field", "14"), ("field.jump", "4"), ("field.start", "-1"),
        ("layers", "8"), ("layers", "3"),
        ("memory.params", "52264"), ("memory.input", "18 KiB"), ("memory.forward", "178984"),
        ("memory.peak", "114 KiB"), ("memory.training.sgd", "2*178984 + 2*52264"),
    ],
)  # fmt: skip
def test_truths_worked_by_hand(name: str, answer: str) -> None:
    assert claim(SMALL, SMALL_INPUT, name, answer).mark.value == "right"


@pytest.mark.parametrize(
    ("name", "question"),
    [
        ("conv1.params", "conv1.params"),
        ("CONV1.Params", "conv1.params"),
        ("Conv-1.params", "conv1.params"),
        ("conv 1.params", "conv1.params"),
        ("layer1.params", "conv1.params"),
        ("卷积1.参数量", "conv1.params"),
        ("第1个卷积.参数", "conv1.params"),
        ("第1层.参数", "conv1.params"),
        ("池化2.感受野", "pool2.field"),
        ("maxpool2.rf", "pool2.field"),
        ("maxpool2d_2.field", "pool2.field"),
        ("pooling2.receptive field", "pool2.field"),
        ("全连接1.in_features", "fc1.in_features"),
        ("fc.output", "fc1.output"),
        ("linear1.out", "fc1.output"),
        ("flatten.shape", "flatten1.output"),
        ("act1.output", "relu1.output"),
        ("总.参数量", "total.params"),
        ("net.macs", "total.macs"),
        ("macs", "total.macs"),
        ("conv2.effective stride", "conv2.field.jump"),
        ("conv2.memory.output", "conv2.memory"),
    ],
)
def test_spellings_of_a_claim(name: str, question: str) -> None:
    assert claim(SMALL, SMALL_INPUT, name, "1").question == question


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("conv3.output", "unknown layer 'conv3'\n  help: there are only 2: conv1, conv2"),
        ("fc2.output", "unknown layer 'fc2'\n  help: there is only one: fc1"),
        ("cnv1.output", "unknown layer 'cnv1' of spec\n  help: did you mean conv1, conv2?"),
        ("conv.output", "there are 2 layers 'conv'\n  help: conv1, conv2, ..."),
        ("conv1.parms", "unknown quantity 'parms' of conv1\n  help: did you mean params?"),
        ("total.parms", "unknown quantity 'parms' of the network\n  help: did you mean params?"),
        ("conv1", "'conv1' says nothing of the layer\n  help: conv1.output, conv1.params, ..."),
        ("convv", "unknown claim 'convv'\n  help: claims are written conv1.output, total.params"),
        ("pool1.in_features", "unknown quantity 'in_features' of pool1"),
        ("fc1.height", "the output of fc1 has no height"),
        ("fc1.field.jump", "fc1 sees the whole input, its field has no jump"),
    ],
)  # fmt: skip
def test_claims_about_nothing(name: str, message: str) -> None:
    found = graded(SMALL, SMALL_INPUT, {name: "1", "conv1.params": "224"})
    (problem,) = found.sheets[0].problems
    place, _, rest = str(problem).partition(f"{name}: ")
    assert place.startswith("sheet.yaml:1:")
    assert rest.startswith(message)
    assert [each.mark.value for each in found.sheets[0].claims] == ["unknown", "right"]
    assert (found.points, found.total, found.exit_code) == (1, 2, 2)


def test_stride_means_either() -> None:
    model = "conv3x3@4 s2, maxpool2"
    for answer in ("2", "4", "2x2"):
        assert is_right(model, "3x32x32", "pool1.stride", answer)
    assert not is_right(model, "3x32x32", "pool1.stride", "3")
    assert not is_right(model, "3x32x32", "pool1.args.stride", "4")
    assert not is_right(model, "3x32x32", "pool1.field.jump", "2")


def test_names_of_the_zoo_and_of_homework() -> None:
    claims = {
        "conv1.output": "64x112x112",
        "layer1.output": "64x56x56",  # a block, and not the first layer
        "layer1.params": "147,968",
        "layer4.1.conv2.params": "512*512*9",
        "conv20.params": "512*512*9",
        "fc.in_features": "512",
        "field": "435",
        "field.jump": "32",
        "field.padding": "217",
        "avgpool.field": "whole",
        "total.params": "11,689,512",
        "total.macs": "≈1.81G",
    }
    found = graded(RESNET, None, claims)
    wrong = [each for each in found.sheets[0].claims if each.mark.value != "right"]
    assert wrong == []


def test_a_report_name_wins_over_a_homework_name() -> None:
    # facecnn applies one pooling twice: `pool` is its first application, `pool2` the second.
    claims = {"pool.output": "32x56x46", "pool2.output": "64x28x23", "pool#2.output": "64x28x23"}
    found = graded("facecnn", "1x112x92", {**claims, "flatten.output": "41216"})
    assert [each.mark.value for each in found.sheets[0].claims] == ["right"] * 4
    # lenet's layers are numbers: 3 is its fourth layer, layer3 the third.
    claims = {"3.output": "16x10x10", "layer3.output": "6x14x14", "conv2.output": "16x10x10"}
    found = graded("d2l/lenet", "1x28x28", claims)
    assert [each.mark.value for each in found.sheets[0].claims] == ["right"] * 3


def test_the_notes_exercises() -> None:
    """Known from lecture notes: 224x224x3, 7x7 with 64 channels, stride 2, padding 3, pooled."""
    claims = {"conv1.output": "112x112x64", "conv1.params": "9,472", "pool1.output": "55x55x64"}
    found = graded(STEM, "224x224x3", claims, layout="hwc")
    assert (found.points, found.exit_code) == (3, 0)
    chain = "conv3x3@8, conv3x3@8, maxpool2, conv3x3@8"
    fields = {"conv1.field": "3", "conv2.field": "5", "pool1.field": "6", "conv3.field": "10"}
    assert graded(chain, "3x32x32", fields).points == 4
    work = {"total.macs": "≈231M", "total.flops": "≈462M", "conv1.output": "56x56x128"}
    found = graded("conv3x3@128 p1 nobias", "56x56x64", work, layout="hwc")
    assert found.points == 3


def test_figures_without_an_input() -> None:
    found = graded("conv3x3@8, maxpool2", None, {"pool1.field": "4", "conv1.output": "8x1x1"})
    assert [each.mark.value for each in found.sheets[0].claims] == ["right", "unknown"]
    (problem,) = found.sheets[0].problems
    assert str(problem).endswith(
        "conv1.output: conv1.output is not known\n  help: give the exercise an input"
    )


def test_the_batch() -> None:
    claims = {"conv1.output": "4x8x32x48", "conv2.output": "16x12x20", "conv2.macs": "4*768000",
              "conv2.params": "3216", "pool2.memory": "4*960*4"}  # fmt: skip
    assert graded(SMALL, SMALL_INPUT, claims, batch=4).points == 5
    assert graded(SMALL, SMALL_INPUT, {"memory.params": "26132"}, dtype="half").points == 1


def test_shared_layers_count_either_way() -> None:
    model = "torchvision/resnet18"
    found = claim(model, None, "relu.output", "64x112x112")
    assert found.mark.value == "right"


def test_what_arrives_counts_not_what_is_declared() -> None:
    # facecnn's first linear layer is made for 112x92; 96x96 gives it 64*24*24.
    assert is_right("facecnn", "1x96x96", "fc1.in_features", "64*24*24")
    assert not is_right("facecnn", "1x96x96", "fc1.in_features", "41216")


def test_derivations() -> None:
    def steps(name: str) -> list[str]:
        return list(claim(SMALL, SMALL_INPUT, name, "1").derivation)

    assert steps("conv2.params") == ["5*5*8*16 + 16 = 3,216"]
    assert steps("conv2.weights") == ["5*5*8*16 = 3,200"]
    assert steps("conv2.macs") == ["12*20 * 5*5*8*16 = 768,000"]
    assert steps("conv2.flops")[0] == "FLOPs = 2 * 768,000 MACs = 1,536,000"
    assert steps("conv2.output") == [
        "H = ⌊(16 + 2*0 - 5)/1⌋ + 1 = 12",
        "W = ⌊(24 + 2*0 - 5)/1⌋ + 1 = 20",
        "C = out_channels = 16",
    ]
    assert steps("bn1.params") == ["8 (weight) + 8 (bias) = 16"]
    assert steps("pool2.field") == ["r = 12 + (2 - 1)*2 = 14"]
    assert steps("pool2.field.jump") == ["j = 2*2 = 4"]
    assert steps("conv1.field.start") == ["start = 0 - 1*1 = -1"]
    assert steps("fc1.in_features") == ["16x6x10 = 960"]
    assert steps("fc1.params") == ["960*10 + 10 = 9,610"]
    assert steps("total.params") == [
        "224 (conv1) + 16 (bn1) + 3,216 (conv2) + 9,610 (fc1) = 13,066"
    ]
    assert steps("fc1.params.share") == ["9,610 / 13,066 = 73.55%"]
    assert steps("pool2.memory") == ["16*6*10*4 bytes = 3,840"]
    assert steps("memory.params") == ["13,066*4 bytes = 52,264 B"]


def test_every_derivation_ends_in_the_truth() -> None:
    names = ["params", "macs", "flops", "output", "field", "field.jump", "memory", "elements"]
    for model, size in ((SMALL, SMALL_INPUT), (RESNET, "3x224x224"), ("d2l/lenet", "1x28x28")):
        claims = {
            f"{layer}.{name}": "123457"
            for layer in ("conv1", "conv2", "pool1", "fc1")
            for name in names
            if (layer, name) != ("fc1", "field.jump")
        }
        for each in graded(model, size, claims).sheets[0].claims:
            assert each.mark.value == "wrong"
            numbers = [line.rpartition("= ")[2] for line in each.derivation if "= " in line]
            truth = (each.truth or "").removesuffix(" B")
            if numbers and "x" not in truth:
                assert numbers[0].removesuffix(" B") == truth, each
