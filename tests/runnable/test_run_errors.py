"""What cannot be run is refused in one line, word for word."""

from __future__ import annotations

import sys
from typing import Any

import pytest
import torch

import cnncalc
from cnncalc import nn, ops
from cnncalc.errors import (
    CnncalcError,
    FileError,
    GraphError,
    InputError,
    LimitError,
    NameNotFoundError,
)
from cnncalc.graph import Graph, Input, Layer, Ref

pytestmark = pytest.mark.torch


def chain(*ops_: ops.Op, modules: tuple[str, ...] = ()) -> Graph:
    layers: list[Layer] = []
    for index, op in enumerate(ops_):
        ref = Ref(layers[-1].name if layers else "input")
        name = f"layer{index}"
        layers.append(Layer(name, op, (ref,), modules[index] if modules else name))
    return Graph("chain", [Input("input")], layers, [Ref(layers[-1].name)])


@pytest.mark.parametrize(
    ("model", "given", "kind", "text"),
    [
        ("conv3x3@8, fc10", None, InputError,
         "1:1: spec cannot be run: conv1: in_channels of Conv2d(None, 8, 3) is not known "
         "without the size of the input\n"
         '  help: give it: to_torch(model, input="3x224x224")'),
        (chain(ops.Conv2d(None, None, 3)), "3x8x8", InputError,
         "chain cannot be run: layer0: out_channels of Conv2d(3, None, 3) is not known "
         "without the size of the input"),
        (chain(ops.Conv2d(3, 4, 3), ops.Conv2d(8, 4, 3)), "3x8x8", GraphError,
         "chain cannot be run: layer1: Conv2d expects 8 channels but receives 4\n"
         "  help: in_channels=4 would fit"),
        (chain(ops.Conv2d(3, 4, 3), ops.Conv2d(8, 4, 3)), None, GraphError,
         "chain cannot be run: layer1: Conv2d expects 8 channels but receives 4\n"
         "  help: in_channels=4 would fit"),
        ("lenet", "1x8x8", GraphError,
         "d2l/lenet cannot be run: 3: the kernel spans 5 positions but the height is only 4\n"
         "  help: use a larger input, a smaller kernel or more padding"),
        (chain(ops.Linear(None, 4), ops.Linear(None, 4), modules=("fc", "fc")), "3", GraphError,
         "chain: layer1 (Linear(4, 4)) cannot share the parameters of fc (Linear(3, 4))"),
        (chain(ops.ReLU(), modules=(".".join("a" * 101),)), None, LimitError,
         "chain: a module path of 101 parts; at most 100 work"),
        (chain(ops.Unknown("nonzero", ((1, 2),))), "4", GraphError,
         "chain cannot be run: layer0: what 'nonzero' does is not known"),
        (chain(ops.Pointwise("save")), "4", GraphError,
         "chain cannot be run: layer0: torch has no elementwise function 'save'"),
        (chain(ops.Cast("float3")), "4", GraphError,
         "chain cannot be run: layer0: torch has no dtype 'float3'"),
        (chain(ops.Assign()), "4", GraphError,
         "chain cannot be run: layer0: Assign() does not say what is written where"),
        ("resnet5", None, NameNotFoundError, None),
        (3, None, InputError, None),
    ],
)  # fmt: skip
def test_models(model: Any, given: Any, kind: type[CnncalcError], text: str | None) -> None:
    with pytest.raises(kind) as caught:
        cnncalc.to_torch(model, given)
    assert text is None or str(caught.value) == text
    assert "\n" not in caught.value.message


def test_a_live_module_is_run_itself() -> None:
    with pytest.raises(GraphError) as caught:
        cnncalc.to_torch(cnncalc.trace(torch.nn.Linear(2, 3), "2"))
    assert str(caught.value) == (
        "Linear was traced from a live module, which is what to run\n"
        "  help: its graph does not hold all that is needed to compute the same numbers"
    )


def test_torchvision_is_needed_for_its_own_layer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torchvision", None)  # what an import then finds is nothing
    layer = Layer("deform", ops.DeformConv2d(1, 1, 1), (Ref("x"), Ref("offset")), "deform")
    graph = Graph("g", [Input("x"), Input("offset")], [layer], [Ref("deform")])
    with pytest.raises(FileError) as caught:
        cnncalc.to_torch(graph, {"x": "1x4x4", "offset": "2x4x4"})
    assert str(caught.value) == (
        "running DeformConv2d needs torchvision, which is not installed\n"
        "  help: pip install torchvision"
    )


class Pair(nn.Module):
    """Two inputs."""

    def forward(self, left: Any, right: Any) -> Any:
        return left + right


ONE = torch.rand(1, 2)


@pytest.mark.parametrize(
    ("args", "named", "text"),
    [
        ((ONE, ONE, ONE), {}, "Pair has 2 inputs (left, right), received 3"),
        ((ONE,), {}, "Pair: the input 'right' is missing"),
        ((), {"right": ONE}, "Pair: the input 'left' is missing"),
        ((ONE, ONE), {"left": ONE}, "Pair: the input 'left' is given twice"),
        ((ONE, ONE), {"lift": ONE}, "unknown input 'lift' of Pair\n  help: did you mean left?"),
        ((ONE, [1]), {}, "Pair: right: expected a tensor, received list"),
    ],
)
def test_inputs(args: Any, named: Any, text: str) -> None:
    with pytest.raises(CnncalcError) as caught:
        cnncalc.to_torch(Pair())(*args, **named)
    assert str(caught.value) == text


def test_one_input() -> None:
    with pytest.raises(InputError) as caught:
        cnncalc.to_torch("relu", input="2")(ONE, ONE)
    assert str(caught.value) == "spec has one input (input), received 2"


def test_an_output_that_an_input_has_too_few_positions_for() -> None:
    layers = [Layer("chunk", ops.Chunk(3, 1), (Ref("x"),), "chunk")]
    net = cnncalc.to_torch(Graph("g", [Input("x")], layers, [Ref("chunk", 2)]), input="6")
    assert net(torch.rand(1, 6)).shape == (1, 2)
    with pytest.raises(GraphError) as caught:
        net(torch.rand(1, 2))
    assert str(caught.value) == "g: output 2 of chunk is read, but Chunk(3, dim=1) makes only 2"
