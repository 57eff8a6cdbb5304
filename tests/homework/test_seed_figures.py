"""What the study notes say that is not so: the figure, the truth, the mistake, all by the engine.

The sheets under examples/homework hold the right figures. A mistake is shown by making it: what
the notes say is the truth about another network, the one that the slip leads to.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple

import pytest
from sheet_reader import agrees, truth

import cnncalc


class Wrong(NamedTuple):
    """A figure of the notes that is wrong, and the network of which it would be right."""

    where: str
    model: str
    input: str
    claim: str
    said: Any
    true: Any
    mistake: str
    slip: str
    layout: str = "chw"


WRONG = [
    # The text beside the shape (64, 24, 24) counts 46 channels; Conv2d(32, 64, 3, 1) makes 64.
    Wrong(
        "digits: second convolution",
        "digit", "1x28x28", "conv2.output", "46x24x24", "64x24x24",
        "digits swapped", "conv3x3@32 -> conv3x3@46",
    ),
    # 3*3*3*64 = 1728 weights, and a bias for each of the 64 outputs, which the notes' own formula
    # of the convolution adds: 1728 + 64.
    Wrong(
        "lesson: a 3x3 convolution has fewer parameters",
        "conv3x3@64", "3x224x224", "conv1.params", 1_728, 1_792,
        "bias forgotten", "conv3x3@64 bias=no",
    ),
    # 150,528*1000 weights and 1000 biases. Both round to 1.5亿.
    Wrong(
        "lesson: a linear layer on an image",
        "fc1000", "3x224x224", "fc1.params", 150_528_000, 150_529_000,
        "bias forgotten", "fc1000 bias=no",
    ),
    # 128*10 = 1280 weights and 10 biases.
    Wrong(
        "digits: the classifier behind 128 features",
        "fc10", "128", "fc1.params", 1_280, 1_290,
        "bias forgotten", "fc10 bias=no",
    ),
    # 9216*10 = 92,160 weights and 10 biases.
    Wrong(
        "digits: the classifier without the layer before it",
        "fc10", "9216", "fc1.params", 92_160, 92_170,
        "bias forgotten", "fc10 bias=no",
    ),
    # Conv3×3 with no P= beside it: 224 - 2 - 2 = 220, halved. 112 takes padding 1 twice.
    Wrong(
        "overview: the first block of VGG-16, as it is written",
        "Conv3x3@64 -> Conv3x3@64 -> MaxPool2x2", "224x224x3", "pool1.output",
        "112x112x64", "110x110x64",
        "padding assumed", "Conv3x3@64,P=1 -> Conv3x3@64,P=1 -> MaxPool2x2", "hwc",
    ),
    # Five such blocks: (224-4)//2 = 110, (110-4)//2 = 53, (53-6)//2 = 23, (23-6)//2 = 8, (8-6)//2.
    Wrong(
        "overview: the last block of VGG-16, as it is written",
        "2*Conv3x3@64, MaxPool2, 2*Conv3x3@128, MaxPool2, 3*Conv3x3@256, MaxPool2, "
        "3*Conv3x3@512, MaxPool2, 3*Conv3x3@512, MaxPool2", "224x224x3", "pool5.output",
        "7x7x512", "1x1x512",
        "padding assumed",
        "2*Conv3x3@64,P=1, MaxPool2, 2*Conv3x3@128,P=1, MaxPool2, 3*Conv3x3@256,P=1, MaxPool2, "
        "3*Conv3x3@512,P=1, MaxPool2, 3*Conv3x3@512,P=1, MaxPool2", "hwc",
    ),
    # The notes put k_eff = 3 + 2*1 = 5 into "the formulas above", and those count parameters and
    # MACs, too. A dilated kernel reaches further and has as many weights: 3*3*64*64 + 64.
    Wrong(
        "overview: parameters of a dilated convolution",
        "conv3x3@64 d2 p2", "64x56x56", "conv1.params", 102_464, 36_928,
        "effective kernel where the kernel belongs", "conv5x5@64 p2",
    ),
    # 56*56*64 outputs of 3*3*64 products each, not of 5*5*64.
    Wrong(
        "overview: MACs of a dilated convolution",
        "conv3x3@64 d2 p2", "64x56x56", "conv1.macs", 321_126_400, 115_605_504,
        "effective kernel where the kernel belongs", "conv5x5@64 p2",
    ),
    # padding = (k-1)//2 keeps the size, say the notes. With k=4 it is 1: 28 + 2 - 4 + 1 = 27.
    Wrong(
        "digits: the padding that keeps the size",
        "conv4x4@8 p1", "3x28x28", "conv1.output", "8x28x28", "8x27x27",
        "a rule for odd kernels", "conv3x3@8 p1",
    ),
    # ... and with a stride of 2 it keeps nothing: (28 + 2 - 3)//2 + 1 = 14.
    Wrong(
        "digits: the padding that keeps the size, with a stride",
        "conv3x3@8 p1 s2", "3x28x28", "conv1.output", "8x28x28", "8x14x14",
        "a rule for stride 1", "conv3x3@8 p1",
    ),
    # ... and with a dilation of 2 the half of k_eff = 5 is 2: 28 + 2 - 5 + 1 = 26.
    Wrong(
        "digits: the padding that keeps the size, with a dilation",
        "conv3x3@8 p1 d2", "3x28x28", "conv1.output", "8x28x28", "8x26x26",
        "dilation ignored", "conv3x3@8 p1",
    ),
    # The pooling formula (H - k)//S + 1 has no padding: (112 - 3)//2 + 1 = 55. ResNet's stem,
    # in another of the notes, pads by 1: (112 + 2 - 3)//2 + 1 = 56, as its printed table says.
    Wrong(
        "overview: the formula of poolings, on ResNet's stem",
        "conv7x7@64 s2 p3 -> maxpool3 s2 p1", "1x224x224", "pool1.output", "64x55x55", "64x56x56",
        "padding forgotten", "conv7x7@64 s2 p3 -> maxpool3 s2",
    ),
    # A comment on VGG-11: each block halves the size and doubles the channels. The fifth keeps
    # its 512.
    Wrong(
        "networks: the fifth block of VGG-11",
        "d2l/vgg11", "1x224x224", "pool5.output", "1024x7x7", "512x7x7",
        "a rule carried too far",
        "conv3x3@64 p1, maxpool2, conv3x3@128 p1, maxpool2, 2*conv3x3@256 p1, maxpool2, "
        "2*conv3x3@512 p1, maxpool2, 2*conv3x3@1024 p1, maxpool2",
    ),
    # Each convolution makes LeNet's maps smaller, say the notes. The first is padded: 28+4-5+1.
    Wrong(
        "networks: the first convolution of LeNet",
        "d2l/lenet", "1x28x28", "conv1.output", "6x24x24", "6x28x28",
        "padding forgotten", "conv5x5@6",
    ),
    # A comment on AlexNet, read as it stands: no pooling behind the first two convolutions makes
    # the maps smaller. Both do; none stands behind the third and the fourth.
    Wrong(
        "networks: the second pooling of AlexNet",
        "d2l/alexnet", "1x224x224", "pool2.output", "256x26x26", "256x12x12",
        "the first two of all instead of the first two of the last three",
        "conv11x11@96 s4 p1, maxpool3 s2, conv5x5@256 p2, maxpool1 s1",
    ),
]  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.where)
def test_the_engine_says_otherwise_and_the_mistake_explains_it(wrong: Wrong) -> None:
    report = cnncalc.analyze(wrong.model, input=wrong.input, layout=wrong.layout)
    assert agrees(wrong.true, truth(report, wrong.claim), wrong.layout)
    assert not agrees(wrong.said, truth(report, wrong.claim), wrong.layout)
    slipped = cnncalc.analyze(wrong.slip, input=wrong.input, layout=wrong.layout)
    assert agrees(wrong.said, truth(slipped, wrong.claim), wrong.layout)


# Formulas and statements that are wrong, but for no single figure.


def test_the_size_is_rounded_down() -> None:
    """One of the notes divides without a floor: right for its 28, half a pixel off for others."""
    assert cnncalc.analyze("conv3x3@32", input="1x28x28")["conv1"].output_shape[2] == 28 - 3 + 1
    assert Fraction(112 - 3 + 2 * 0, 2) + 1 == Fraction(111, 2)
    assert cnncalc.analyze("maxpool3 s2", input="1x112x112")["pool1"].output_shape[2] == 55


def test_fewer_features_make_the_classifier_smaller_and_the_network_larger() -> None:
    """The notes have the classifier grow from 1280 to 92,160 as the features shrink: swapped.

    And fc1, which makes the 128 features, costs more than it saves: 1,179,776 parameters.
    """

    def params(spec: str) -> int:
        return cnncalc.analyze(spec, input="9216").totals.params

    with_fc1 = cnncalc.analyze("fc128 -> fc10", input="9216")
    assert with_fc1["fc2"].params - 10 == 1_280 < params("fc10 bias=no") == 92_160
    assert with_fc1.totals.params == 1_179_776 + 1_290 > params("fc10")


def test_channels_double_in_three_blocks_of_five() -> None:
    pools = [row for row in cnncalc.analyze("d2l/vgg11") if row.type == "MaxPool2d"]
    channels = [1, *(row.output_shape[1] for row in pools)]
    assert [after / before for before, after in pairwise(channels)] == [64, 2, 2, 2, 1]
    assert [row.output_shape[2] for row in pools] == [112, 56, 28, 14, 7]


def test_a_quarter_of_the_channels_is_not_a_sixteenth_of_the_work() -> None:
    """A sixteenth holds where both sides of a layer shrink: not at either end of VGG-11.

    The first convolution keeps its one input channel (1/4), the first linear layer its 4096
    outputs (1/4), the others shrink on neither side. In all it is 1/14.7 of the MACs, and a third
    of the parameters.
    """
    big, small = (cnncalc.analyze(f"d2l/{name}") for name in ("vgg11", "vgg11-small"))
    ratios = [Fraction(b.macs, a.macs) for a, b in zip(big, small, strict=True) if a.macs]
    quarter, sixteenth = Fraction(1, 4), Fraction(1, 16)
    assert ratios == [quarter, *[sixteenth] * 7, quarter, 1, 1]
    assert big.totals.macs / small.totals.macs == pytest.approx(14.74, abs=0.01)
    assert small.totals.params / big.totals.params == pytest.approx(0.335, abs=0.001)


def test_batch_norm_1d_does_not_take_images() -> None:
    """The notes put BatchNorm1d behind a convolution; for images it is BatchNorm2d."""
    wrong = cnncalc.analyze("conv3x3@8, BatchNorm1d(8)", input="1x28x28")
    assert [finding.code for finding in wrong.findings] == ["dims"]
    right = cnncalc.analyze("conv3x3@8, BatchNorm2d(8)", input="1x28x28")
    assert right.findings == ()
    assert right["bn1"].params == 2 * 8


def test_same_is_for_stride_one() -> None:
    """Same keeps the size, say the notes, with no word of strides: torch refuses others."""
    assert cnncalc.analyze("conv3x3@8 same", input="3x28x28")["conv1"].output_shape[2:] == (28, 28)
    with pytest.raises(cnncalc.CnncalcError, match="stride above 1"):
        cnncalc.analyze("conv3x3@8 same s2", input="3x28x28")


def test_activations_do_not_always_dominate() -> None:
    """Twice the activations is the notes' estimate of training: they take the rest for small.

    The face network's activations are 1,113,384 numbers, its parameters 10,580,648; each parameter
    has a gradient. The estimate is short by a factor of ten.
    """
    totals = cnncalc.analyze("facecnn", input="1x112x92").totals
    # conv1 and its relu, pool, conv2 and its relu, pool, fc1 and its relu, fc2.
    numbers = 2 * 32 * 112 * 92 + 32 * 56 * 46 + 2 * 64 * 56 * 46 + 64 * 28 * 23 + 2 * 256 + 40
    assert totals.forward_bytes == 4 * numbers == 4_453_536
    assert totals.training["sgd"] == 2 * 4 * numbers + 2 * 4 * 10_580_648 > 10 * 2 * 4 * numbers


def test_a_third_of_the_shortcuts_are_no_identity() -> None:
    """The notes' gradient has "+1" for the path around a block; in three blocks of eight that
    path is a 1x1 convolution. And a ReLU follows each sum, whose derivative is 0 or 1."""
    net = cnncalc.analyze("d2l/resnet18")
    assert len([row for row in net if row.name.endswith(".conv3")]) == 3
    following = [net.rows[at + 1].type for at, row in enumerate(net) if row.type == "Add"]
    assert following == ["ReLU"] * 8


def test_gradients_through_several_blocks_multiply() -> None:
    """The notes add up the derivatives of F(x_i) by x_i, each by its own input. By the chain rule
    the factors 1 + F'(x_i) multiply; the sum leaves out their products.

    With F(x) = a*x in two blocks: (1 + a)^2 = 1 + 2a + a^2, and not 1 + 2a.
    """
    a = Fraction(1, 2)
    x = Fraction(3)
    once = x + a * x
    twice = once + a * once
    assert twice / x == 1 + 2 * a + a**2 == Fraction(9, 4)
    assert twice / x != 1 + 2 * a


def test_the_gradient_of_the_input_is_turned_once() -> None:
    """Two of the notes *convolve* the error with the kernel *turned by 180 degrees*.

    A convolution turns the kernel itself, so that turns it twice. It is the full convolution with
    the kernel, or the full cross-correlation with the turned kernel. In one dimension: y[i] =
    w0*x[i] + w1*x[i+1] + w2*x[i+2], so x[j] has an effect of w[k] on y[j-k].
    """
    w, error = [1, 2, 4], [3, 5]

    def convolve(a: list[int], b: list[int]) -> list[int]:
        full = [0] * (len(a) + len(b) - 1)
        for i, left in enumerate(a):
            for j, right in enumerate(b):
                full[i + j] += left * right
        return full

    def forward(x: list[int]) -> list[int]:
        return [sum(w[k] * x[i + k] for k in range(3)) for i in range(2)]

    # The map is linear: the gradient at j is the error times the outputs of the j-th unit vector.
    units = [[int(i == j) for i in range(4)] for j in range(4)]
    gradient = [sum(e * y for e, y in zip(error, forward(x), strict=True)) for x in units]
    assert gradient == convolve(error, w)
    assert gradient != convolve(error, w[::-1])


def test_one_relu_in_a_block_stands_behind_the_sum() -> None:
    """Each convolution is followed by a batch norm and a ReLU, say the notes: the second is not."""
    kinds = [r.type for r in cnncalc.analyze("d2l/resnet18") if r.name.startswith("1.0.")]
    norms = ["Conv2d", "BatchNorm2d"]
    assert kinds == [*norms, "ReLU", *norms, "Add", "ReLU"]


# Figures that hold by one convention and not by another.


def test_the_field_at_the_border_is_smaller() -> None:
    """10x10 is the textbook's field; at a corner of the 28x23 map only 7x7 of it is image."""
    field = cnncalc.analyze("facecnn", input="1x112x92")["pool#2"].field
    assert field.size == (10, 10)
    # The padding of 1, and of 1 more at a jump of 2, puts its start at -3.
    assert field.start == (-3, -3)
    assert field.exact(14, 11) == ((53, 62), (41, 50))
    assert field.exact(0, 0) == ((0, 6), (0, 6))
    assert field.exact(27, 22) == ((105, 111), (85, 91))


def test_eight_times_the_side_is_sixty_four_times_the_pixels() -> None:
    """ImageNet's images have over ten times the "resolution" of Fashion-MNIST's 28x28.

    By the sides of what the networks take (224) it is 8 times, by pixels 64, by values 192.
    """
    small = cnncalc.analyze("d2l/lenet").inputs["input"]
    large = cnncalc.analyze("torchvision/alexnet").inputs["input"]
    assert large[2] == 8 * small[2]
    assert large[2] * large[3] == 64 * small[2] * small[3]
    assert large[1] * large[2] * large[3] == 192 * small[1] * small[2] * small[3]


def test_macs_are_not_flops() -> None:
    """A heading of the notes calls MACs "FLOPs"; their exercise has twice as many FLOPs."""
    conv = cnncalc.analyze("conv3x3@128 p1", input="64x56x56")["conv1"]
    assert (conv.macs, conv.flops) == (231_211_008, 462_422_016)


def test_rounded_figures_of_the_notes_round_right() -> None:
    face = cnncalc.analyze("facecnn", input="1x112x92")
    assert agrees("10.58M", face.totals.params)
    assert agrees("≈10.55M", face["fc1"].params)
    # A channel that survives a dropout of 1/4 is enlarged to 1/(1 - 1/4) of itself.
    assert round(1 / (1 - 0.25), 2) == 1.33
