"""MACs of the backward pass against torch's count of a real one; gradient formulas by autograd."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

import cnncalc
from cnncalc import analysis, ops
from cnncalc.explaining import explain
from cnncalc.explaining.backward import backward_macs
from cnncalc.explaining.gradients import gradient_of
from cnncalc.explaining.scene import Scene
from cnncalc.graph import Graph, Input, Layer, Ref
from cnncalc.ops import Op

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore:TF32 acceleration")]

SPECS = {
    "conv3x3@8 p1 s2, relu, conv3x3@6, bn, relu, maxpool2, flatten, fc10, relu, fc3": "3x17x17",
    "deconv4x4@5 s2 p1, relu, conv3x3@4, deconv3x3@2": "3x9x9",
    "conv3@4 d2 p2, conv3@2": "3x11",
    "conv3@4, deconv2@2 s2": "3x5x5x5",
}


def chain(*steps: Op | tuple[Op, tuple[Ref, ...]]) -> Graph:
    """Layers `l0`, `l1`, ..., each on the one before it, or on those named; the input is `x`."""
    layers = []
    for at, step in enumerate(steps):
        op, refs = step if isinstance(step, tuple) else (step, (Ref(f"l{at - 1}" if at else "x"),))
        layers.append(Layer(f"l{at}", op, refs, f"l{at}"))
    return Graph("chain", [Input("x")], layers, [Ref(layers[-1].name)])


X, L0, L1 = Ref("x"), Ref("l0"), Ref("l1")
HEADS = ops.MultiheadAttention(8, 2, batch_first=True)
SDPA = ops.ScaledDotProductAttention()
GRAPHS = {
    "heads on the input": (chain(HEADS), (2, 5, 8)),
    "heads behind a layer": (chain(ops.Linear(8, 8), HEADS), (2, 5, 8)),
    "heads of which the query learns": (chain(ops.Linear(8, 8), (HEADS, (L0, X, X))), (2, 5, 8)),
    "an lstm from zeros": (chain(ops.LSTM(6, 4, batch_first=True)), (2, 5, 6)),
    "two layers in both directions": (
        chain(ops.Linear(6, 6), ops.LSTM(6, 4, 2, batch_first=True, bidirectional=True)),
        (2, 5, 6),
    ),
    "a projection": (chain(ops.Linear(6, 6), ops.LSTM(6, 4, proj_size=3)), (5, 2, 6)),
    "a gru": (chain(ops.GRU(6, 4, 2, bidirectional=True)), (5, 2, 6)),
    "a single step": (chain(ops.RNN(6, 4)), (1, 2, 6)),
    "cells": (
        chain(ops.LSTMCell(6, 4), (ops.LSTMCell(4, 4), (L0, L0, Ref("l0", 1)))),
        (2, 6),
    ),
    "a product with itself": (
        chain(ops.Linear(6, 6), ops.Transpose(-1, -2), (ops.MatMul(), (L0, L1))),
        (2, 5, 6),
    ),
    "a product with the input": (chain(ops.Linear(6, 6), (ops.MatMul(), (X, L0))), (2, 6, 6)),
    "attention, queries": (chain(ops.Linear(6, 6), (SDPA, (L0, X, X))), (2, 5, 6)),
    "attention, values": (chain(ops.Linear(6, 6), (SDPA, (X, X, L0))), (2, 5, 6)),
    "einsum": (
        chain(ops.Linear(6, 6), (ops.Einsum("bij,bjk->bik"), (L0, X))),
        (2, 6, 6),
    ),
    "a branch that leads nowhere": (
        Graph(
            "dead",
            [Input("x")],
            [
                Layer("l0", ops.Linear(6, 6), (X,), "l0"),
                Layer("l1", ops.Linear(6, 6), (L0,), "l1"),
                Layer("l2", ops.Linear(6, 2), (L0,), "l2"),
            ],
            [Ref("l2")],
        ),
        (2, 6),
    ),
}


def counted(graph: Graph, shape: tuple[int, ...]) -> tuple[int, int]:
    """Forward and backward MACs of a training step, by torch."""
    given = [Input(graph.inputs[0].name, shape[1:])]
    sized = Graph(graph.name, given, graph.layers, graph.outputs)
    net = cnncalc.to_torch(sized, input={given[0].name: shape})
    net.train()
    image = torch.randn(*shape)
    spent = []
    # The plain kernels: fused attention computes its products again on the way back.
    with sdpa_kernel(SDPBackend.MATH), torch.backends.mkldnn.flags(enabled=False):
        for backward in (False, True):
            with FlopCounterMode(display=False) as counter:
                result = net(image)
                result = result[0] if isinstance(result, tuple) else result
                if backward:
                    result.sum().backward()
            spent.append(counter.get_total_flops() // 2)
    return spent[0], spent[1] - spent[0]


def explained_macs(graph: Graph, shape: tuple[int, ...]) -> tuple[int, int]:
    report = analysis.run(graph, {graph.inputs[0].name: shape})
    scene = Scene(graph, report)
    backward = [backward_macs(scene, layer) for layer in graph.layers]
    assert None not in backward
    return report.totals.macs, sum(macs or 0 for macs in backward)


@pytest.mark.parametrize("spec", SPECS)
def test_chains_of_layers(spec: str) -> None:
    size = cnncalc.analyze(spec, input=SPECS[spec]).inputs["input"]
    graph = cnncalc.load(spec, SPECS[spec])
    assert explained_macs(graph, (2, *size[1:])) == counted(graph, (2, *size[1:]))


@pytest.mark.parametrize("name", GRAPHS)
def test_products_attention_recurrence(name: str) -> None:
    graph, shape = GRAPHS[name]
    assert explained_macs(graph, shape) == counted(graph, shape)


@pytest.mark.parametrize("name", ["torchvision/resnet18", "notes/facecnn"])
def test_whole_networks(name: str) -> None:
    graph = cnncalc.load(name)
    shape = (1, *(graph.inputs[0].shape or ()))
    assert explained_macs(graph, shape) == counted(graph, shape)


def test_groups_are_counted_as_convolutions_of_their_own() -> None:
    """FlopCounterMode counts the gradient of grouped weights as if they were not grouped."""
    graph = chain(ops.Conv2d(2, 4, 1), ops.Conv2d(4, 8, 3, groups=2))
    first, second = torch.nn.Conv2d(2, 4, 1), [torch.nn.Conv2d(2, 4, 3) for _ in range(2)]
    with FlopCounterMode(display=False) as counter:
        parts = first(torch.randn(2, 2, 8, 8)).chunk(2, 1)
        sum(conv(part).sum() for conv, part in zip(second, parts, strict=True)).backward()
    assert sum(explained_macs(graph, (2, 2, 8, 8))) == counter.get_total_flops() // 2


def test_bilinear_by_hand() -> None:
    """x1 A x2 on 2 rows, 4 -> 5 -> 3 features: 2*3*4*5 = 120 for x1 A, and 2*3*5 = 30 for x2.

    x1 comes from a layer, x2 is an input: A, x1 and the first product need gradients.
    """
    graph = chain(ops.Linear(5, 4), (ops.Bilinear(4, 5, 3), (L0, X)))
    report = analysis.run(graph, {"x": (2, 5)})
    assert backward_macs(Scene(graph, report), graph.layers[1]) == 120 + 120 + 30


def test_the_first_layer_needs_no_gradient_of_its_input() -> None:
    explanation = explain("conv3x3@4, conv3x3@2", "3x8x8", what=["backward"])
    first, second = (part.section("backward") for part in explanation.parts)
    # 6*6*4*27 = 3888 and 4*4*2*36 = 1152, the second for weights and input.
    assert [first.steps[0].result, second.steps[0].result] == [3888, 2 * 1152]
    assert second.steps[0].lines == ("1152 + 1152",)
    assert explanation.section("backward").steps[0].result == 3888 + 2304
    assert [row[1].key for row in first.tables[0].rows] == [
        "backward.input.none", "backward.weight", "backward.weight",
    ]  # fmt: skip
    assert [row[2] for row in second.tables[0].rows] == [(1, 4, 6, 6), (2, 4, 3, 3), (2,)]


def test_shapes_of_gradients_are_torch_s() -> None:
    net = torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3, groups=1), torch.nn.ConvTranspose2d(8, 4, 2))
    explanation = explain("conv3x3@8, deconv2x2@4", "3x9x9", layers=["deconv1"], what=["backward"])
    rows = explanation.parts[0].section("backward").tables[0].rows
    hidden = net[0](torch.randn(1, 3, 9, 9)).detach().requires_grad_()
    net[1](hidden).sum().backward()
    wanted = [hidden.grad, net[1].weight.grad, net[1].bias.grad]
    assert [row[2] for row in rows] == [tuple(each.shape) for each in wanted if each is not None]


def test_frozen_weights_need_no_gradient() -> None:
    net = torch.nn.Sequential(torch.nn.Linear(6, 5), torch.nn.Linear(5, 4), torch.nn.Linear(4, 3))
    net[0].requires_grad_(False)
    net[2].requires_grad_(False)
    with FlopCounterMode(display=False) as counter:
        net(torch.randn(2, 6)).sum().backward()
    explanation = explain(net, (2, 6), what=["macs", "backward"])
    forward = explanation.section("macs").steps[0].result
    backward = explanation.section("backward").steps[0].result
    assert (forward, backward) == (2 * 62, 2 * 20 + 2 * 12)
    assert forward + backward == counter.get_total_flops() // 2


# The formulas of `gradients.py`, written out here as they stand there.


def gradients(output: torch.Tensor, *leaves: torch.Tensor) -> tuple[torch.Tensor, ...]:
    delta = torch.linspace(-1, 2, output.numel(), dtype=torch.float64).reshape(output.shape)
    return (delta, *torch.autograd.grad(output, leaves, delta))


def leaf(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, dtype=torch.float64, requires_grad=True)


def test_convolution() -> None:
    x, w, b, s, p, d = leaf(2, 3, 9), leaf(4, 3, 3), leaf(4), 2, 2, 2
    delta, gx, gw, gb = gradients(F.conv1d(x, w, b, s, p, d), x, w, b)
    wanted_x, wanted_w = torch.zeros_like(x), torch.zeros_like(w)
    for u in range(delta.shape[2]):
        for t in range(3):
            v = s * u + d * t - p
            if 0 <= v < 9:
                wanted_w[:, :, t] += delta[:, :, u].T @ x[:, :, v].detach()
                wanted_x[:, :, v] += delta[:, :, u] @ w[:, :, t].detach()
    assert torch.allclose(gx, wanted_x)
    assert torch.allclose(gw, wanted_w)
    assert torch.allclose(gb, delta.sum((0, 2)))


def test_transposed_convolution() -> None:
    x, w, s, p, d = leaf(2, 3, 5), leaf(3, 4, 3), 2, 1, 2
    delta, gx, gw = gradients(F.conv_transpose1d(x, w, None, s, p, 0, 1, d), x, w)
    wanted_x, wanted_w = torch.zeros_like(x), torch.zeros_like(w)
    for v in range(5):
        for t in range(3):
            at = s * v + d * t - p
            if 0 <= at < delta.shape[2]:
                wanted_x[:, :, v] += delta[:, :, at] @ w[:, :, t].detach().T
                wanted_w[:, :, t] += x[:, :, v].detach().T @ delta[:, :, at]
    assert torch.allclose(gx, wanted_x)
    assert torch.allclose(gw, wanted_w)


def test_linear_bilinear_and_matrix_products() -> None:
    x, w, b = leaf(5, 3), leaf(4, 3), leaf(4)
    delta, gx, gw, gb = gradients(F.linear(x, w, b), x, w, b)
    assert torch.allclose(gw, delta.T @ x)
    assert torch.allclose(gx, delta @ w)
    assert torch.allclose(gb, delta.sum(0))
    x1, x2, a = leaf(5, 3), leaf(5, 4), leaf(2, 3, 4)
    delta, ga, g1, g2 = gradients(F.bilinear(x1, x2, a), a, x1, x2)
    assert torch.allclose(ga, torch.einsum("nk,ni,nj->kij", delta, x1, x2))
    assert torch.allclose(g1, sum(delta[:, k, None] * (x2 @ a[k].T) for k in range(2)))
    assert torch.allclose(g2, sum(delta[:, k, None] * (x1 @ a[k]) for k in range(2)))
    first, second = leaf(3, 4), leaf(4, 5)
    delta, g1, g2 = gradients(first @ second, first, second)
    assert torch.allclose(g1, delta @ second.T)
    assert torch.allclose(g2, first.T @ delta)


def test_attention() -> None:
    q, k, v = leaf(5, 4), leaf(6, 4), leaf(6, 3)
    root = 4**0.5
    probabilities = (q @ k.T / root).softmax(-1)
    delta, gq, gk, gv = gradients(F.scaled_dot_product_attention(q, k, v), q, k, v)
    dp = delta @ v.T
    ds = probabilities * (dp - (probabilities * dp).sum(-1, keepdim=True))
    assert torch.allclose(gv, probabilities.T @ delta)
    assert torch.allclose(gq, ds @ k / root)
    assert torch.allclose(gk, ds.T @ q / root)


def test_norms() -> None:
    x, gamma, beta = leaf(4, 3, 5), leaf(3), leaf(3)
    delta, gx, gg, gb = gradients(
        F.batch_norm(x, None, None, gamma, beta, True, 0.0, 1e-12), x, gamma, beta
    )
    mean = x.mean((0, 2), keepdim=True)
    sigma = x.var((0, 2), correction=0, keepdim=True).sqrt()
    hat, m = (x - mean) / sigma, 20
    scale = gamma[:, None]
    assert torch.allclose(gg, (delta * hat).sum((0, 2)))
    assert torch.allclose(gb, delta.sum((0, 2)))
    sums = delta.sum((0, 2), keepdim=True), (delta * hat).sum((0, 2), keepdim=True)
    assert torch.allclose(gx, scale / (m * sigma) * (m * delta - sums[0] - hat * sums[1]))

    x, gamma, beta = leaf(4, 6), leaf(6), leaf(6)
    delta, gx, gg = gradients(F.layer_norm(x, (6,), gamma, beta, 0.0), x, gamma)
    sigma = x.var(-1, correction=0, keepdim=True).sqrt()
    hat, g, m = (x - x.mean(-1, keepdim=True)) / sigma, gamma * delta, 6
    sums = g.sum(-1, keepdim=True), (g * hat).sum(-1, keepdim=True)
    assert torch.allclose(gg, (delta * hat).sum(0))
    assert torch.allclose(gx, (m * g - sums[0] - hat * sums[1]) / (m * sigma))


def test_activations() -> None:
    x = leaf(3, 4)
    delta, gx = gradients(x.relu(), x)
    assert torch.allclose(gx, (x > 0) * delta)
    y = x.sigmoid()
    delta, gx = gradients(y, x)
    assert torch.allclose(gx, y * (1 - y) * delta)
    y = x.tanh()
    delta, gx = gradients(y, x)
    assert torch.allclose(gx, (1 - y**2) * delta)
    y = x.softmax(1)
    delta, gx = gradients(y, x)
    assert torch.allclose(gx, y * (delta - (y * delta).sum(1, keepdim=True)))
    delta, gx = gradients(x.log_softmax(1), x)
    assert torch.allclose(gx, delta - x.softmax(1) * delta.sum(1, keepdim=True))
    a, b = leaf(3), leaf(3)
    delta, ga, gb = gradients(a / b, a, b)
    assert torch.allclose(ga, delta / b)
    assert torch.allclose(gb, -a * delta / b**2)


def test_rows_of_a_table_and_means_of_windows() -> None:
    index, table = torch.tensor([2, 0, 2]), leaf(4, 3)
    delta, got = gradients(F.embedding(index, table), table)
    wanted = [sum(delta[n] * (index[n] == r) for n in range(3)) for r in range(4)]
    assert torch.allclose(got, torch.stack(wanted))
    x = leaf(1, 1, 7)
    delta, got = gradients(F.avg_pool1d(x, 3, 2), x)
    wanted = [sum(delta[0, 0, u] / 3 for u in range(3) if 2 * u <= v < 2 * u + 3) for v in range(7)]
    assert torch.allclose(got[0, 0], torch.stack(wanted))


def test_ops_without_a_formula_of_their_own_have_the_chain_rule() -> None:
    assert gradient_of(ops.GELU()).lines[0][0] == "∂L/∂x = (∂y/∂x)ᵀ δ"
    assert gradient_of(ops.Add(), 2).lines[0][0] == "∂L/∂a = δ,  ∂L/∂b = δ"
    assert gradient_of(ops.Add(other=1), 1).words.key == "gradient.chain"
    assert len(gradient_of(ops.Conv2d(3, 8, 3, bias=False)).lines) == 2
