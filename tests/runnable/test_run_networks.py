"""Networks from every source run, and are torch modules like any other."""

from __future__ import annotations

import copy
import gc
import io
import sys
import weakref
from pathlib import Path
from typing import Any

import pytest
import torch

import cnncalc
from cnncalc import nn, ops
from cnncalc.graph import Graph, Input, Layer, Ref
from cnncalc.nn import functional as F
from cnncalc.runnable.tree import Branch
from cnncalc.sources import export, zoo

pytestmark = pytest.mark.torch


def shapes_of(result: Any) -> list[tuple[int, ...]]:
    return [tuple(tensor.shape) for tensor in (result if isinstance(result, tuple) else (result,))]


class Residual(nn.Module):
    """A convolution used twice, a bare parameter, and a gate."""

    def __init__(self) -> None:
        self.conv = nn.Conv2d(4, 4, 3, padding=1)
        self.scale = nn.Parameter(4, 1, 1)
        self.relu = nn.ReLU()

    def forward(self, x: Any) -> Any:
        y = self.relu(self.conv(x))
        y = self.relu(self.conv(y)) * self.scale
        return x + y


class TwoInputs(nn.Module):
    """Two inputs, two outputs, one of them from the middle of an LSTM."""

    def __init__(self) -> None:
        self.lstm = nn.LSTM(3, 5, batch_first=True)
        self.fc = nn.Linear(5, 2)

    def forward(self, left: Any, right: Any) -> Any:
        output, (hidden, _) = self.lstm(F.cat([left, right], 1))
        return {"all": self.fc(output), "last": hidden}


class Forked(nn.Module):
    """Six layers in a row, then two side by side."""

    def __init__(self) -> None:
        self.row = nn.Sequential(*(nn.Conv2d(3, 3, 1) for _ in range(6)))
        self.left = nn.Conv2d(3, 3, 1)
        self.right = nn.Conv2d(3, 3, 1)

    def forward(self, x: Any) -> Any:
        x = self.row(x)
        return self.left(x) + self.right(x)


@pytest.mark.filterwarnings("ignore:dropout2d. Received a 2-D input")
@pytest.mark.parametrize("name", [name for name in zoo.ENTRIES if not name.startswith("torchv")])
def test_zoo_networks_run_at_their_native_size(name: str) -> None:
    report = cnncalc.analyze(name)
    with torch.device("meta"):
        net = cnncalc.to_torch(name)
        assert tuple(net(torch.rand(report.inputs["input"])).shape) == report.rows[-1].output_shape
    assert sum(tensor.numel() for tensor in net.parameters()) == report.totals.params
    assert sum(tensor.numel() for tensor in net.buffers()) == report.totals.buffers


def test_options_of_zoo_networks() -> None:
    net = cnncalc.to_torch("vgg11-small", num_classes=3, ratio=16).eval()
    assert net(torch.rand(2, 1, 224, 224)).shape == (2, 3)
    net = cnncalc.to_torch("lenet", input="28x28x1", layout="hwc")
    assert net(torch.rand(1, 1, 28, 28)).shape == (1, 10)


@pytest.mark.parametrize(
    ("spec", "size"),
    [
        ("conv3x3@8 p1, relu, maxpool2, flatten, fc10", "3x32x32"),
        ("conv5@4, bn1d, gap, flatten, fc2", "2x40"),
        ("dwconv3x3 p1, gn2, prelu, upsample2, softmax", "4x6x6"),
        ("(conv3x3@8 p1, bn, relu)*2, gap, fc10", "3x16x16"),
    ],
)
def test_specs_run_once_the_input_is_known(spec: str, size: str) -> None:
    report = cnncalc.analyze(spec, input=size)
    net = cnncalc.to_torch(spec, input=size)
    (shape,) = report.inputs.values()
    assert shapes_of(net(torch.rand((2, *shape[1:])))) == [(2, *report.rows[-1].output_shape[1:])]


def test_yaml_and_json_files(tmp_path: Path) -> None:
    """A network written to a file and read again has the same parameters and results."""
    graph = nn.build(Residual())
    first = cnncalc.to_torch(graph).eval()
    x = torch.rand(1, 4, 6, 6)
    for name in ("net.yaml", "net.json"):
        path = tmp_path / name
        export.write(graph, path)
        second = cnncalc.to_torch(str(path)).eval()
        second.load_state_dict(first.state_dict())
        assert torch.equal(first(x), second(x))


def test_what_a_builder_network_computes() -> None:
    """Against the same written in torch by hand: the shared layer has one set of parameters."""
    net = cnncalc.to_torch(Residual())
    assert list(net.state_dict()) == ["scale", "conv.weight", "conv.bias"]
    x = torch.rand(2, 4, 5, 5)
    y = torch.relu(net.conv(torch.relu(net.conv(x)))) * net.scale
    assert torch.equal(net(x), x + y)


def test_inputs_by_name_and_several_outputs() -> None:
    net = cnncalc.to_torch(TwoInputs()).eval()
    left, right = torch.rand(2, 4, 3), torch.rand(2, 6, 3)
    result = net(left, right)
    assert shapes_of(result) == [(2, 10, 2), (1, 2, 5)]
    for again in (net(left, right=right), net(right=right, left=left)):
        assert all(torch.equal(a, b) for a, b in zip(result, again, strict=True))


def test_gradients_reach_every_parameter() -> None:
    net = cnncalc.to_torch(Residual())
    net(torch.rand(1, 4, 5, 5)).sum().backward()
    assert all(parameter.grad.any() for parameter in net.parameters())


def test_activations_are_freed_after_their_last_reader() -> None:
    """In a row two outputs are alive at once: what a layer reads and what it makes."""
    net = cnncalc.to_torch(Forked())
    alive: list[weakref.ref[Any]] = []
    most = []

    def watch(module: Any, args: Any, output: torch.Tensor) -> None:
        alive.append(weakref.ref(output))
        most.append(sum(ref() is not None for ref in alive))

    for module in net.modules():
        if not isinstance(module, Branch):
            module.register_forward_hook(watch)
    gc.disable()
    try:
        with torch.no_grad():
            net(torch.rand(1, 3, 4, 4))
    finally:
        gc.enable()
    assert len(most) == 8
    assert max(most[:6]) == 2
    assert max(most) == 3


def test_what_a_network_returns_stays() -> None:
    """An input that is an output, and an output that others read too."""
    layers = [
        Layer("a", ops.Add(other=1), (Ref("x"),), "a"),
        Layer("b", ops.Chunk(2, 1), (Ref("a"),), "b"),
        Layer("unread", ops.ReLU(), (Ref("b"),), "unread"),
    ]
    graph = Graph("g", [Input("x"), Input("unused")], layers, [Ref("x"), Ref("b", 1), Ref("a")])
    x = torch.tensor([[1.0, 2.0]])
    kept, part, whole = cnncalc.to_torch(graph, {"x": "2", "unused": "5"})(x, torch.zeros(1, 5))
    assert kept is x
    assert (part.tolist(), whole.tolist()) == ([[3.0]], [[2.0, 3.0]])


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
def test_other_dtypes(dtype: torch.dtype) -> None:
    net = cnncalc.to_torch(Residual()).to(dtype)
    assert net(torch.rand(1, 4, 5, 5, dtype=dtype)).dtype == dtype


def test_nothing_is_allocated_on_meta() -> None:
    with torch.device("meta"):
        net = cnncalc.to_torch("torchvision/convnext_tiny")
    assert all(tensor.is_meta for tensor in net.state_dict().values())
    loaded = {key: torch.zeros(tensor.shape) for key, tensor in net.state_dict().items()}
    net.load_state_dict(loaded, assign=True)
    assert net(torch.rand(1, 3, 32, 32)).device.type == "cpu"


@pytest.mark.gpu
def test_on_a_gpu() -> None:
    net = cnncalc.to_torch("torchvision/convnext_tiny").eval().to("cuda")
    x = torch.rand(1, 3, 64, 64, device="cuda")
    assert net(x).device.type == "cuda"
    assert net.half()(x.half()).dtype == torch.float16


def test_copies_are_independent_and_equal() -> None:
    net = cnncalc.to_torch(Residual()).eval()
    x = torch.rand(1, 4, 5, 5)
    stream = io.BytesIO()
    torch.save(net, stream)
    stream.seek(0)
    for other in (copy.deepcopy(net), torch.load(stream, weights_only=False)):
        assert torch.equal(other(x), net(x))
        with torch.no_grad():
            other.scale.add_(1)
        assert not torch.equal(other(x), net(x))
        assert other.graph == net.graph


def test_layers_can_be_replaced() -> None:
    """A new head, as for training on other classes; by index as in torchvision."""
    net = cnncalc.to_torch("torchvision/squeezenet1_1").eval()
    net.classifier[1] = torch.nn.Conv2d(512, 4, 1)
    assert net(torch.rand(1, 3, 64, 64)).shape == (1, 4)
    net.features["0"] = torch.nn.Conv2d(1, 64, 3, stride=2)
    assert net(torch.rand(1, 1, 64, 64)).shape == (1, 4)
    assert [type(child).__name__ for child in net.classifier] == [
        "Dropout", "Conv2d", "ReLU", "AdaptiveAvgPool2d"
    ]  # fmt: skip


def test_the_mode_reaches_every_layer() -> None:
    net = cnncalc.to_torch("conv3x3@4, bn, dropout", input="1x8x8")
    assert all(module.training for module in net.modules())
    assert not any(module.training for module in net.eval().modules())
    assert all(module.training for module in net.train().modules())


ODD_NAMES = ["forward", "type", "training", "add", "graph", "_steps", "_modules", "#", "a#2", "T",
             "train.eval", "state_dict.weight", "self", "0", "été", "a b"]  # fmt: skip


def odd_graph(names: list[str]) -> Graph:
    """A row of linear layers and bare parameters with these names."""
    layers = [Layer("first", ops.Linear(2, 2), (Ref("input"),), "first")]
    for name in names:
        layers.append(Layer(name, ops.Linear(2, 2), (Ref(layers[-1].name),), name))
    bare = Layer("p.half", ops.Parameter((2,)), (), "p.half")
    last = Layer("sum", ops.Add(), (Ref(layers[-1].name), Ref("p.half")), "sum")
    return Graph("odd", [Input("input", (2,))], [*layers, bare, last], [Ref("sum")])


def test_any_name_will_do() -> None:
    net = cnncalc.to_torch(odd_graph(ODD_NAMES))
    keys = [f"{name}.{kind}" for name in ("first", *ODD_NAMES) for kind in ("weight", "bias")]
    assert list(net.state_dict()) == [*keys, "p.half"]
    assert [name for name, _ in net.named_parameters()] == [*keys, "p.half"]
    x = torch.rand(3, 2)
    expected = net.eval()(x)
    other = copy.deepcopy(net).double().float().train().requires_grad_(False)
    with torch.no_grad():
        for parameter in other.parameters():
            parameter.zero_()
    other.load_state_dict(net.state_dict())
    assert torch.equal(other(x), expected)
    by_hand = x
    modules = dict(net.named_modules())
    for name in ("first", *ODD_NAMES):
        by_hand = modules[name](by_hand)
    assert torch.equal(by_hand + net.state_dict()["p.half"], expected)


def test_a_layer_may_have_layers_under_its_path() -> None:
    """Also under names that torch's module uses for something of its own."""
    names = ["a.b", "a", "a.b.c", "a.weight", "a.training", "a.training.x"]
    net = cnncalc.to_torch(odd_graph(names))
    assert {key.rpartition(".")[0] for key in net.state_dict()} == {
        "first", "a", "a.b", "a.b.c", "a.weight#2", "a.training#2", "a.training#2.x", "p"
    }  # fmt: skip
    assert net.eval()(torch.rand(1, 2)).shape == (1, 2)
    assert not any(module.training for module in net.modules())


def test_parameters_under_a_layer_and_over_one() -> None:
    def bare(name: str) -> Layer:
        return Layer(name, ops.Parameter((2,)), (), name)

    layers = [
        Layer("fc", ops.Linear(2, 2), (Ref("input"),), "fc"),
        bare("fc.bias"),
        bare("p"),
        Layer("p.fc", ops.Linear(2, 2), (Ref("fc"),), "p.fc"),
        Layer("sum", ops.Add(), (Ref("p.fc"), Ref("p"), Ref("fc.bias")), "sum"),
    ]
    net = cnncalc.to_torch(Graph("g", [Input("input", (2,))], layers, [Ref("sum")]))
    assert sorted(net.state_dict()) == [
        "fc.bias", "fc.bias#2", "fc.weight", "p", "p.fc.bias", "p.fc.weight"
    ]  # fmt: skip
    state = net.state_dict()
    x = torch.rand(1, 2)
    inner = torch.nn.functional.linear(x, state["fc.weight"], state["fc.bias"])
    outer = torch.nn.functional.linear(inner, state["p.fc.weight"], state["p.fc.bias"])
    assert torch.equal(net(x), outer + state["p"] + state["fc.bias#2"])


def test_sizes_are_only_needed_where_something_follows_from_them() -> None:
    """Without a size the network still runs on any that it fits."""
    net = cnncalc.to_torch(nn.Sequential(nn.Conv2d(3, 4, 3), nn.GlobalAvgPool()))
    assert net(torch.rand(1, 3, 9, 11)).shape == (1, 4, 1, 1)
    net = cnncalc.to_torch("conv3x3@4, conv3x3@8", input="3x20x20")
    assert net(torch.rand(2, 3, 50, 30)).shape == (2, 8, 46, 26)


@pytest.mark.skipif(sys.version_info < (3, 11), reason="exceptions have notes from Python 3.11 on")
def test_torchs_exceptions_say_which_layer_it_was() -> None:
    net = cnncalc.to_torch("torchvision/squeezenet1_1")
    with pytest.raises(RuntimeError, match="expected input") as caught:
        net(torch.rand(1, 1, 64, 64))
    assert caught.value.__notes__ == [
        "in torchvision/squeezenet1_1: features.0, Conv2d(3, 64, 3, stride=2) of (1, 1, 64, 64)"
    ]


def test_a_printed_network_says_what_it_is() -> None:
    text = repr(cnncalc.to_torch("conv3x3@4, relu", input="1x8x8"))
    assert text.startswith("Network(\n")
    assert "(conv1): Conv2d(1, 4, kernel_size=(3, 3), stride=(1, 1))" in text
