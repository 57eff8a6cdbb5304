"""Sharing, memory, merges, findings, borders: figures worked by hand."""

from __future__ import annotations

import pytest

import cnncalc
from cnncalc import nn
from cnncalc.errors import GraphError
from cnncalc.finding import Severity, Status
from cnncalc.graph import Graph, Input, Layer, Ref
from cnncalc.nn import functional as F
from cnncalc.ops import find


class Shared(nn.Module):
    """One convolution applied twice, and a residual around it."""

    def __init__(self) -> None:
        self.conv = nn.Conv2d(4, 4, 3, padding=1)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):
        y = self.relu(self.conv(x))
        return self.conv(y) + x


def test_shared_parameters_count_once_and_macs_each_time() -> None:
    report = cnncalc.analyze(Shared(), input="4x8x8")
    params, macs = 4 * 4 * 9 + 4, 8 * 8 * 4 * 4 * 9
    assert [row.name for row in report] == ["conv", "relu", "conv#2", "add"]
    assert [row.params for row in report] == [params, 0, 0, 0]
    assert [row.shared for row in report] == [False, False, True, False]
    assert report.totals.params == params
    assert report.totals.macs == 2 * macs
    assert "shared" in str(report)


def test_memory_by_hand() -> None:
    # 4x8x8 floats are 1024 bytes. conv: 1024, relu in place: 0, conv#2: 1024, add: 1024.
    totals = cnncalc.analyze(Shared(), input="4x8x8").totals
    assert totals.input_bytes == 1024
    assert totals.forward_bytes == 3 * 1024
    # While add runs: the input, conv#2 and the sum; conv's output died after conv#2.
    assert totals.peak_bytes == 3 * 1024
    assert totals.param_bytes == 148 * 4
    assert totals.training == {
        "sgd": 2 * 3072 + 2 * 592,  # activations twice; parameters and gradients
        "momentum": 2 * 3072 + 3 * 592,
        "adam": 2 * 3072 + 4 * 592,
    }


def test_dtype_and_batch_scale_memory() -> None:
    half = cnncalc.analyze(Shared(), input="4x8x8", dtype="float16").totals
    batch = cnncalc.analyze(Shared(), input="4x8x8", batch=3).totals
    assert half.forward_bytes == 3 * 512
    assert batch.forward_bytes == 9 * 1024
    assert batch.param_bytes == 148 * 4
    assert batch.macs == 3 * 2 * 8 * 8 * 4 * 4 * 9


def test_views_take_no_memory_but_keep_their_base_alive() -> None:
    class Net(nn.Module):
        def forward(self, x):
            y = x * 2  # 256 bytes
            z = y.flatten(1)
            return F.cat([z + 1, z], dim=1)  # 256, and 512

    totals = cnncalc.analyze(Net(), input="4x4x4").totals
    assert totals.forward_bytes == 256 + 256 + 512
    assert totals.peak_bytes == 256 + 256 + 256 + 512


def test_two_inputs_and_two_outputs() -> None:
    class Siamese(nn.Module):
        def __init__(self) -> None:
            self.conv = nn.Conv2d(3, 8, 3)

        def forward(self, left, right):
            a, b = self.conv(left), self.conv(right)
            return a - b, a.mean((2, 3))

    report = cnncalc.analyze(Siamese(), input=["3x8x8", "3x8x8"])
    assert report.inputs == {"left": (1, 3, 8, 8), "right": (1, 3, 8, 8)}
    assert report["sub"].fields.keys() == {"left", "right"}
    assert report["mean"].output_shape == (1, 8)
    assert report["mean"].fields == {}
    assert report["mean"].whole
    assert report.totals.params == 8 * 27 + 8
    named = cnncalc.analyze(Siamese(), input={"right": "3x8x8", "left": "3x8x8"})
    assert named.inputs == report.inputs


def test_every_mismatch_is_found_in_one_run() -> None:
    net = nn.Sequential(
        nn.Conv2d(1, 8, 3),  # receives 3 channels
        nn.BatchNorm2d(16),  # receives 8
        nn.MaxPool2d(50),  # larger than 30
        nn.Flatten(),
        nn.Linear(100, 10),
        nn.Linear(11, 2),  # receives 10
    )
    report = cnncalc.analyze(net, input="3x32x32")
    assert [(f.layer, f.code) for f in report.findings] == [
        ("0", "conv-in-channels"),
        ("1", "norm-num-features"),
        ("2", "input-too-small"),
        ("2", "input-too-small"),
        ("5", "linear-in-features"),
    ]
    assert str(report.findings[0]) == (
        "error: 0: Conv2d expects 1 channels but receives 3 [conv-in-channels]\n"
        "  help: in_channels=3 would fit"
    )
    assert report["5"].output_shape == (1, 2)
    assert report.has_errors
    assert report.status is Status.PARTIAL  # the pooling's size is not known
    assert report.totals.params == 8 * 9 + 8 + 32 + 1010 + 24  # what is declared still counts


def test_merges_that_do_not_fit() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            self.conv = nn.Conv2d(3, 8, 3)

        def forward(self, x):
            return F.cat([self.conv(x) + x, x], dim=1)

    codes = [finding.message for finding in cnncalc.analyze(Net(), input="3x8x8").findings]
    assert codes == [
        "1x8x6x6 and 1x3x8x8 cannot be added",
        "1x8x6x6, 1x3x8x8 cannot be concatenated along dim 1",
    ]


BORDERS = [
    # 8 -> (8-3)//2+1 = 3: taps 0..6
    ("conv3x3@1 s2", "1x8x8",
     "the last row and the last column of the 8x8 input never reach the output"),
    # 11 -> 3: taps 0..8
    ("conv3x3@1 s3", "1x11x9", "the last 2 rows of the 11x9 input never reach the output"),
    ("conv3@1 s3", "1x11", "the last 2 positions of the 11 input never reach the output"),
    # 224 -> 111 -> 55: 55 windows of the pool end at 110, of the convolution at 222
    ("conv3x3@1 s2, maxpool3 s2", "1x224x224",
     "the last row and the last column of the 224x224 input never reach the output"),
]  # fmt: skip


@pytest.mark.parametrize(("spec", "size", "message"), BORDERS)
def test_borders_that_a_floor_drops(spec: str, size: str, message: str) -> None:
    (finding,) = cnncalc.analyze(spec, input=size).findings
    assert finding.severity is Severity.INFO
    assert finding.message == message


@pytest.mark.parametrize("spec", ["conv3x3@1 p1", "conv3x3@1 s2 p1", "maxpool2", "gap, fc10"])
def test_nothing_is_dropped_without_reason(spec: str) -> None:
    assert cnncalc.analyze(spec, input="1x8x8").findings == ()


def test_a_dropped_border_that_another_path_reads_is_no_finding() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            self.short = nn.Conv2d(1, 1, 1, stride=2)  # reads 0, 2, 4, 6 of 8
            self.long = nn.Conv2d(1, 1, 3, stride=2, padding=1)  # reads up to 7

        def forward(self, x):
            return self.short(x) + self.long(x)

    assert cnncalc.analyze(Net(), input="1x8x8").findings == ()


def test_graphs_refuse_what_is_no_network() -> None:
    relu = find("relu")()
    image = [Input("input")]

    def refused(layers: list[Layer], outputs: list[Ref], message: str) -> None:
        with pytest.raises(GraphError, match=message):
            cnncalc.analyze(Graph("net", image, layers, outputs), input="1x4x4")

    first = Layer("a", relu, (Ref("input"),), "a")
    refused([first, first], [Ref("a")], "the name 'a' is used twice")
    refused([Layer("a", relu, (Ref("b"),), "a")], [Ref("a")], "a reads 'b', which does not come")
    refused([first], [Ref("z")], "the output 'z' is no layer")
    refused([first, Layer("b", relu, (Ref("a", 1),), "b")], [Ref("b")], "does not exist")
    other = Layer("b", find("conv2d")(1, 1, 3), (Ref("a"),), "a")
    refused([first, other], [Ref("b")], "cannot share the parameters")


def test_networkx_answers_questions_about_graphs() -> None:
    import networkx

    graph = cnncalc.load("torchvision/resnet18").networkx()
    assert networkx.is_directed_acyclic_graph(graph)
    assert networkx.has_path(graph, "input", "fc")
    assert graph.nodes["conv1"]["op"] == "Conv2d(3, 64, 7, stride=2, padding=3, bias=False)"
    assert set(graph.predecessors("layer1.0.add")) == {"layer1.0.bn2", "maxpool"}
