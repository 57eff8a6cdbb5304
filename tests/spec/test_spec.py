"""What the spec language reads: spellings, options, repeats, names, calls."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from strategies import any_trial

from cnncalc import ops
from cnncalc.errors import Location
from cnncalc.graph import Graph, Input
from cnncalc.ops import CATALOGUE, Op
from cnncalc.sources.spec import parse_op, read_spec


def layers(graph: Graph) -> list[str]:
    return [f"{layer.name}: {layer.op}" for layer in graph.layers]


def only_op(text: str) -> Op:
    (layer,) = read_spec(text).layers
    return layer.op


CONV = ops.Conv2d(None, 64, 7, stride=2, padding=3)


@pytest.mark.parametrize(
    "text",
    [
        "conv7x7@64 s2 p3",
        "conv7@64 s2 p3",
        "CONV7X7@64 S2 P3",
        "Conv7×7@64,S=2,P=3",
        "Ｃｏｎｖ７×７＠６４，Ｓ＝２，Ｐ＝３",
        "conv7x7@64、s2、p3",
        "conv 7x7 @64 s=2 p=3",
        "conv7x7 s2 p3 @ 64",
        "conv7x7@64(s=2, p=3)",
        "conv7x7@64（s=2，p=3）",
        "Conv7x7@64 (stride=2, padding=3)",
        "conv7x7@64 s=2x2 p3x3",
        "conv7x7@64 stride2 pad3",
        "conv2d7x7@64 s2 p3",
        "conv7-64 s2 p3",
        "convolution7@64, s2, p3",
        "conv(k=7, c=64, s=2, p=3)",
        "conv k=7 filters=64 strides=2 pad=3",
        "Conv2d(None, 64, 7, stride=2, padding=3)",
        "Conv2d(None, 64, (7, 7), 2, [3, 3])",
        "conv2d(None, 64, 7, 2, 3)",
        "conv7x7@64 s2 p3 # a comment\n",
        "\n\n  conv7x7@64,\n  s2,\n  p3\n",
        "(conv7x7@64 s2 p3)",
        "[conv7x7@64 s2], p3",
    ],
)
def test_spellings_of_one_convolution(text: str) -> None:
    assert only_op(text) == CONV


SEPARATORS = [",", ";", "|", "->", "-->", "=>", "→", "，", "；", "－＞", "＝＞", "、", "➜", "⇒"]


@pytest.mark.parametrize("separator", [*SEPARATORS, "\n", " ,\n ", "\n->\n"])
def test_separators(separator: str) -> None:
    assert layers(read_spec(f"relu{separator}gap")) == ["relu1: ReLU()", "gap1: GlobalAvgPool()"]


@pytest.mark.parametrize(
    ("text", "op"),
    [
        ("conv1x7", ops.Conv2d(None, None, (1, 7))),
        ("conv3x3x3@8", ops.Conv3d(None, 8, 3)),
        ("conv1d9@8", ops.Conv1d(None, 8, 9)),
        ("conv3d3@8", ops.Conv3d(None, 8, 3)),
        ("conv3x3@8 same", ops.Conv2d(None, 8, 3, padding="same")),
        ("conv3x3@8 p=same", ops.Conv2d(None, 8, 3, padding="same")),
        ("conv3x3@8 PADDING=SAME", ops.Conv2d(None, 8, 3, padding="same")),
        ("conv3x3@8 d2", ops.Conv2d(None, 8, 3, dilation=2)),
        ("conv3x3@8 dilation=2", ops.Conv2d(None, 8, 3, dilation=2)),
        ("conv3x3@8 bias=no", ops.Conv2d(None, 8, 3, bias=False)),
        ("conv3x3@8, bias=False", ops.Conv2d(None, 8, 3, bias=False)),
        ("conv3x3@8 nobias", ops.Conv2d(None, 8, 3, bias=False)),
        ("conv3x3@64 groups=4", ops.Conv2d(None, 64, 3, groups=4)),
        ("conv3x3@64 g4", ops.Conv2d(None, 64, 3, groups=4)),
        ("conv3x3 depthwise", ops.Conv2d(None, None, 3, groups="depthwise")),
        ("dwconv3x3 p1", ops.Conv2d(None, None, 3, padding=1, groups="depthwise")),
        ("depthwise_conv3x3", ops.Conv2d(None, None, 3, groups="depthwise")),
        ("pwconv@32", ops.Conv2d(None, 32, 1)),
        ("conv1x7@8 s=2x1 p=0x3", ops.Conv2d(None, 8, (1, 7), (2, 1), (0, 3))),
        ("conv1x7@8 s2x1 p0x3", ops.Conv2d(None, 8, (1, 7), (2, 1), (0, 3))),
        ("deconv4x4@32 s2 p1", ops.ConvTranspose2d(None, 32, 4, 2, 1)),
        ("upconv2@32 s2 op=1", ops.ConvTranspose2d(None, 32, 2, 2, 0, 1)),
        ("maxpool3 s2 p1", ops.MaxPool2d(3, 2, 1)),
        ("MaxPool3×3,S=2", ops.MaxPool2d(3, 2)),
        ("pool2x2", ops.MaxPool2d(2)),
        ("max_pool2d(2)", ops.MaxPool2d(2)),
        ("max-pool2", ops.MaxPool2d(2)),
        ("maxpool3 s2 ceil", ops.MaxPool2d(3, 2, ceil_mode=True)),
        ("avgpool2", ops.AvgPool2d(2)),
        ("AveragePooling2x2", ops.AvgPool2d(2)),
        ("adaptiveavgpool7", ops.AdaptiveAvgPool2d(7)),
        ("adaptiveavgpool(1)", ops.AdaptiveAvgPool2d(1)),
        ("lppool2", ops.LPPool2d(2, 2)),
        ("gap", ops.GlobalAvgPool()),
        ("GlobalAvgPool", ops.GlobalAvgPool()),
        ("bn", ops.BatchNorm2d(None)),
        ("bn64", ops.BatchNorm2d(64)),
        ("gn(8)", ops.GroupNorm(8, None)),
        ("gn8", ops.GroupNorm(8, None)),
        ("ln", ops.LayerNorm(None)),
        ("dropout", ops.Dropout(0.5)),
        ("dropout0.3", ops.Dropout(0.3)),
        ("dropout 0.3", ops.Dropout(0.3)),
        ("dropout(0.3)", ops.Dropout(0.3)),
        ("Dropout(p=.3)", ops.Dropout(0.3)),
        ("dropout2d0.3", ops.Dropout2d(0.3)),
        ("relu6", ops.ReLU6()),
        ("relu inplace", ops.ReLU(inplace=True)),
        ("leakyrelu0.1", ops.LeakyReLU(0.1)),
        ("softmax", ops.Softmax(dim=1)),
        ("softmax dim=-1", ops.Softmax(dim=-1)),
        ("Softmax()", ops.Softmax()),
        ("upsample2", ops.Upsample(scale_factor=2)),
        ("up2x", ops.Upsample(scale_factor=2)),
        ("up2", ops.Upsample(scale_factor=2)),
        ("UpSample(×2)", ops.Upsample(scale_factor=2)),
        ("upsample ×2", ops.Upsample(scale_factor=2)),
        ("upsample(2)", ops.Upsample(scale_factor=2)),
        ("up2 bilinear", ops.Upsample(scale_factor=2, mode="bilinear")),
        ("up2 mode=linear", ops.Upsample(scale_factor=2, mode="linear")),
        ("upsample size=7", ops.Upsample(size=7)),
        ("Upsample((7, 9))", ops.Upsample(size=(7, 9))),
        ("pixelshuffle2", ops.PixelShuffle(2)),
        ("zeropad1", ops.ZeroPad2d(1)),
        ("lstm64 bidirectional", ops.LSTM(None, 64, bidirectional=True)),
        ("LSTM(None, 64, batch_first=True)", ops.LSTM(None, 64, batch_first=True)),
        ("add(3)", ops.Add(3)),
        ("sum(3)", ops.Add(3)),
        ("Sum(3)", ops.Sum(3)),
        ("Linear(None, 10)", ops.Linear(None, 10)),
        ("Reshape(('=0', -1))", ops.Reshape(("=0", -1))),
        ("reshape shape=(8, -1)", ops.Reshape((8, -1))),
        ("Norm(p=inf)", ops.Norm(p=float("inf"))),
        ("Pad((1, 1), value=-1e-05)", ops.Pad((1, 1), value=-1e-05)),
        ("Slice(1, end=9223372036854775807)", ops.Slice(1, end=9223372036854775807)),
    ],
)  # fmt: skip
def test_ops(text: str, op: Op) -> None:
    assert only_op(text) == op
    assert parse_op(text) == op


def test_a_string_keeps_what_stands_in_it() -> None:
    assert parse_op("Einsum('bI,bJ->bIJ')") == ops.Einsum("bI,bJ->bIJ")
    assert parse_op('Einsum("a,b->ab")') == ops.Einsum("a,b->ab")


@given(any_trial())
def test_what_ops_print_reads_back(trial: Any) -> None:
    assert parse_op(str(trial.op)) == trial.op


#: What the arguments that must be given may be, for one op of each class.
SAMPLES: dict[str, tuple[Any, ...]] = {
    "Threshold": (0.1, 20),
    "StochasticDepth": (0.2,),
    "MultiheadAttention": (64, 8),
    "Bilinear": (3, 4, 5),
    "Embedding": (1000, 64),
    "Einsum": ("bij,bjk->bik",),
    "Reshape": ((-1, "=1", 7),),
    "Unflatten": (1, (3, 3)),
    "Permute": ((0, 2, 3, 1),),
    "Transpose": (1, -1),
    "Expand": ((2, 2, -1),),
    "Repeat": ((2, 2),),
    "Split": ((1, 2, 3), 1),
    "Select": (1, -1),
    "Roll": ((1, 1), (2, 3)),
    "Parameter": ((3, 3),),
    "Fold": ((4, 4), 2),
    "Upsample": (None, (2.5, 2)),
    "Pad": ((1, 1),),
    "Pointwise": ("clamp", (("min", 0), ("max", float("inf")))),
    "Cast": ("float16",),
    "Reduce": ("var", (2, 3)),
    "Cumulative": ("cumsum", 1),
    "FFT": ("rfft2", (-2, -1)),
    "IndexSelect": (1, (0, -1)),
    "Assign": (((2, 1, None, 1), (1, 0), (3,)),),
    "Functional": ("Conv2d(3, 8, (3, 1), padding='same')", 2),
    "Unknown": ("aten.foo", ((1, 2), ())),
    "Whole": ("histc", ((10,),), (("min", 0),)),
    "Anywhere": ("roi_align", ((5, 3, 7, 7),)),
}


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_op_prints_so_that_it_reads_back(name: str) -> None:
    cls = CATALOGUE[name]
    op = cls(*SAMPLES[name]) if name in SAMPLES else _made(cls)
    assert parse_op(str(op)) == op


def _made(cls: type[Op]) -> Op:
    required = [a for a in cls.arguments if "required" in repr(a.default) or a.inferred]
    return cls(*(4 for _ in required))


def test_options_after_a_comma_belong_to_the_layer_before() -> None:
    graph = read_spec("conv3x3@64, s=2, p1, d2, relu, maxpool3, ceil, s2")
    assert [layer.op for layer in graph.layers] == [
        ops.Conv2d(None, 64, 3, 2, 1, 2),
        ops.ReLU(),
        ops.MaxPool2d(3, 2, ceil_mode=True),
    ]
    repeated = read_spec("2*conv3x3@64, p1")
    assert {str(layer.op) for layer in repeated.layers} == {"Conv2d(None, 64, 3, padding=1)"}


def test_a_layer_may_be_called_as_an_option_is() -> None:
    assert layers(read_spec("relu -> stride=relu -> size=gap")) == [
        "relu1: ReLU()",
        "stride: ReLU()",
        "size: GlobalAvgPool()",
    ]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("3*relu", "relu1 relu2 relu3"),
        ("relu ×3", "relu1 relu2 relu3"),
        ("relu x 3", "relu1 relu2 relu3"),
        ("relu * 3", "relu1 relu2 relu3"),
        ("3×relu", "relu1 relu2 relu3"),
        ("3 * relu", "relu1 relu2 relu3"),
        ("2x(relu, gap)", "relu1 gap1 relu2 gap2"),
        ("(relu, gap) ×2", "relu1 gap1 relu2 gap2"),
        ("[relu -> gap]*2", "relu1 gap1 relu2 gap2"),
        ("2*(relu, 2*gap)", "relu1 gap1 gap2 relu2 gap3 gap4"),
        ("2*2*gap", "gap1 gap2 gap3 gap4"),
        ("2*(\n relu\n gap\n)", "relu1 gap1 relu2 gap2"),
        ("3*(a=relu)", "a a#2 a#3"),
        ("conv3@8, p1 x2, relu", "conv1 conv2 relu1"),
        ("2*(a=relu, a-1.b_2=gap)", "a a-1.b_2 a#2 a-1.b_2#2"),
        ("2*(3*(a=relu))", "a a#2 a#3 a#4 a#5 a#6"),
    ],
)
def test_repeats(text: str, names: str) -> None:
    assert [layer.name for layer in read_spec(text).layers] == names.split()


def test_layers_without_a_name_are_called_by_kind_and_count() -> None:
    names = (
        "conv1 stem conv3 deconv1 pool1 pool2 bn1 gap1 flatten1 fc1 relu1 softmax1 dropout1 relu2"
    )
    graph = read_spec(
        "conv3@8, stem=conv3@8, dwconv3, deconv2@8, maxpool2, avgpool2, bn, gap, flatten, fc10,"
        " relu, softmax, dropout2d, relu6"
    )
    assert [layer.name for layer in graph.layers] == names.split()


def test_a_name_that_is_taken_is_not_given() -> None:
    graph = read_spec("conv3@8, conv2=conv3@8, conv3@8, conv3=gap, conv3@8")
    names = ["conv1", "conv2", "conv4", "conv3", "conv5"]
    assert [layer.name for layer in graph.layers] == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("fc10", "flatten1 fc1"),
        ("conv3, fc10, fc10", "conv1 flatten1 fc1 fc2"),
        (
            "gap, dense10, relu, dropout0.5, bn, linear10",
            "gap1 flatten1 fc1 relu1 dropout1 bn1 fc2",
        ),
        ("flatten, relu, fc10", "flatten1 relu1 fc1"),
        ("fc10, Unflatten(1, (1, 10)), fc3", "flatten1 fc1 unflatten1 flatten2 fc2"),
        ("conv3, Linear(None, 10)", "conv1 fc1"),
        ("input 784 -> fc10", "fc1"),
    ],
)
def test_dense_layers_flatten_what_is_not_flat(text: str, names: str) -> None:
    assert [layer.name for layer in read_spec(text).layers] == names.split()


def test_norms_behind_dense_layers_are_one_dimensional() -> None:
    types = [layer.op.type for layer in read_spec("bn, fc10, bn").layers]
    assert types == ["BatchNorm2d", "Flatten", "Linear", "BatchNorm1d"]


@pytest.mark.parametrize(
    ("text", "rank", "types"),
    [
        ("conv3, bn, pool2", None, "Conv2d BatchNorm2d MaxPool2d"),
        ("conv3, bn, pool2", 1, "Conv1d BatchNorm1d MaxPool1d"),
        ("conv3, bn, pool2", 3, "Conv3d BatchNorm3d MaxPool3d"),
        ("input 1x100 -> conv3, pool2", None, "Conv1d MaxPool1d"),
        ("bn, conv3x3x3, pool2", None, "BatchNorm3d Conv3d MaxPool3d"),
        ("bn, conv1d3, pool2", None, "BatchNorm1d Conv1d MaxPool1d"),
        ("bn, MaxPool3d(2)", None, "BatchNorm3d MaxPool3d"),
        ("conv3x3, pool2", 3, "Conv2d MaxPool2d"),
    ],
)
def test_the_spatial_axes(text: str, rank: int | None, types: str) -> None:
    assert [layer.op.type for layer in read_spec(text, rank=rank).layers] == types.split()


@pytest.mark.parametrize(
    "text",
    [
        "input 3x224x112",
        "Input 224x112x3 hwc",
        "input: 3x224x112",
        "input=3×224×112",
        "INPUT(3x224x112)",
        "input(224x112x3) hwc",
    ],
)
def test_the_input(text: str) -> None:
    (given_input,) = read_spec(f"{text} -> relu").inputs
    assert given_input == Input("input", (3, 224, 112))


def test_an_input_without_a_size() -> None:
    assert read_spec("Input -> Conv3x3 -> ReLU").inputs == (Input("input"),)


def test_layers_know_their_place() -> None:
    graph = read_spec("conv3x3@8,\n  2*(a=fc10)", filename="net.spec")
    assert [layer.location for layer in graph.layers] == [
        Location("net.spec", 1, 1),
        Location("net.spec", 2, 8),
        Location("net.spec", 2, 8),
        Location("net.spec", 2, 8),
    ]


def test_the_graph() -> None:
    graph = read_spec("relu, fc10", name="mine")
    assert graph.name == "mine"
    assert [tuple(map(str, layer.inputs)) for layer in graph.layers] == [
        ("input",),
        ("relu1",),
        ("flatten1",),
    ]
    assert [str(ref) for ref in graph.outputs] == ["fc1"]
    assert all(layer.module == layer.name for layer in graph.layers)


def test_many_layers() -> None:
    graph = read_spec("49999*(a=relu), gap")
    assert len(graph.layers) == 50_000
    assert graph.layers[49_998].name == "a#49999"
