"""What ops compute: values worked by hand, or by torch called directly."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch.nn import functional as F

import cnncalc
from cnncalc import ops
from cnncalc.graph import Graph, Input, Layer, Ref
from cnncalc.ops import CATALOGUE, Op
from cnncalc.runnable import modules
from cnncalc.runnable.network import Network

pytestmark = pytest.mark.torch


def network(op: Op, inputs: int, outputs: int = 1) -> Network:
    """A network of one layer that returns the first outputs of its op."""
    names = [f"x{index}" for index in range(inputs)]
    layer = Layer("op", op, tuple(map(Ref, names)), "op")
    refs = [Ref("op", index) for index in range(outputs)]
    return Network(Graph(op.type, list(map(Input, names)), [layer], refs))


def run(op: Op, *inputs: Any) -> Any:
    """The first output of an op; lists are made tensors."""
    tensors = [each if isinstance(each, torch.Tensor) else torch.tensor(each) for each in inputs]
    with torch.no_grad():
        return network(op, len(inputs)).eval()(*tensors)


X = [[3.0, 1.0, 2.0], [4.0, 6.0, 5.0]]


@pytest.mark.parametrize(
    ("op", "inputs", "wanted"),
    [
        (ops.Add(other=3), [[2.0]], [5.0]),
        (ops.Sub(other=3), [[2.0]], [-1.0]),
        (ops.Mul(other=3), [[2.0]], [6.0]),
        (ops.Div(other=4), [[2.0]], [0.5]),
        (ops.Sub(other=3, reverse=True), [[2.0]], [1.0]),
        (ops.Div(other=4, reverse=True), [[2.0]], [2.0]),
        (ops.Add(other=float("-inf")), [[2.0]], [float("-inf")]),
        (ops.Sub(), [[8.0], [2.0], [1.0]], [5.0]),  # from the left
        (ops.Norm(1), [[[3.0, -4.0]]], [5.0]),
        (ops.Norm(1, p=1), [[[3.0, -4.0]]], [7.0]),
        (ops.Pointwise("clamp", (("min", 2), ("max", 4))), [X], [[3, 2, 2], [4, 4, 4]]),
        (ops.Pointwise("where"), [[True, False], [1.0, 2.0], [5.0, 6.0]], [1.0, 6.0]),
        (ops.Reduce("max", 1, keepdim=True), [X], [[3.0], [6.0]]),
        (ops.Reduce("max", keepdim=True), [X], [[6.0]]),
        (ops.Reduce("count_nonzero", 0, keepdim=True), [[[0.0, 1.0]]], [[0, 1]]),
        (ops.Reduce("kthvalue", 1, settings=(("k", 2),)), [X], [2.0, 5.0]),
        (ops.Reduce("prod"), [X], 720.0),
        (ops.Cumulative("cumsum", 1), [X], [[3, 4, 6], [4, 10, 15]]),
        (ops.Sort(1, descending=True), [X], [[3, 2, 1], [6, 5, 4]]),
        (ops.Argsort(1), [X], [[1, 2, 0], [0, 2, 1]]),
        (ops.TopK(1, largest=False), [X], [[1.0], [4.0]]),
        (ops.Flip(1), [X], [[2, 1, 3], [5, 6, 4]]),
        (ops.RepeatInterleave(2, 0), [[[1.0]]], [[1.0], [1.0]]),
        (ops.Diagonal(1), [X], [1.0, 5.0]),
        (ops.UnfoldDim(1, 2, 1), [X], [[[3, 1], [1, 2]], [[4, 6], [6, 5]]]),
        (ops.Gather(1), [X, [[0], [2]]], [[3.0], [5.0]]),
        (ops.IndexSelect(1, (-1, 0)), [X], [[2, 3], [5, 4]]),
        (ops.IndexSelect(1), [X, [2, 0]], [[2, 3], [5, 4]]),
        (ops.Index((0, 1)), [X, [0, 1], [2, 2]], [2.0, 5.0]),
        (ops.Index((1,)), [X, [True, False, True]], [[3, 2], [4, 5]]),
        (ops.Index((0, 1), (2,)), [X, [[True, False, False], [False, False, True]]], [3.0, 5.0]),
        (ops.Assign(((1, 0, 2, 1),)), [X, [[9.0]]], [[9, 9, 2], [9, 9, 5]]),
        (ops.Assign(((0, -1),), accumulate=True), [X, [1.0]], [[3, 1, 2], [5, 7, 6]]),
        (ops.OneHot(3), [[1]], [[0, 1, 0]]),
        (ops.CDist(), [[[0.0, 0.0]], [[3.0, 4.0]]], [[5.0]]),
        (ops.FFT("rfft", 0, 2), [[1.0, 3.0, 9.0]], [4.0, -2.0]),
        (ops.FFT("fft2", (0, 1), (1, 2)), [[[1.0, 3.0]]], [[4.0, -2.0]]),
        (ops.TensorSplit((1,), 1), [X], [[3.0], [4.0]]),
        (ops.Unbind(1), [X], [3.0, 4.0]),
    ],
    ids=str,
)  # fmt: skip
def test_worked_by_hand(op: Op, inputs: Any, wanted: Any) -> None:
    assert run(op, *inputs).tolist() == wanted


def test_in_place_ops_change_their_input_as_torch_does() -> None:
    inputs = [torch.ones(1, 2), torch.full((1, 2), 3.0)]
    result = run(ops.Add(inplace=True), *inputs)
    assert result is inputs[0]
    assert inputs[0].tolist() == [[4.0, 4.0]]


def test_a_reshape_refers_to_sizes_of_its_input() -> None:
    assert run(ops.Reshape(("=0", -1)), torch.rand(5, 3, 4)).shape == (5, 12)
    assert run(ops.Unflatten(1, ("=0", 1)), torch.rand(2, 7)).shape == (2, 7, 1)


@pytest.mark.parametrize("name", ["Softmax", "LogSoftmax", "Softmin"])
def test_a_softmax_without_a_dim_takes_torchs(name: str) -> None:
    for shape, dim in (((4,), 0), ((2, 3), 1), ((2, 3, 4), 0), ((2, 3, 4, 5), 1)):
        x = torch.rand(shape)
        assert torch.equal(run(CATALOGUE[name](), x), getattr(torch.nn, name)(dim)(x))


@pytest.mark.parametrize("mode", ["row", "batch"])
def test_stochastic_depth_drops_as_torchvision_does(mode: str) -> None:
    op = ops.StochasticDepth(0.4, mode)
    net, x = network(op, 1), torch.rand(64, 3, 2)
    assert net.eval()(x) is x
    torch.manual_seed(3)
    result = net.train()(x)
    torch.manual_seed(3)
    rows = (64, 1, 1) if mode == "row" else (1, 1, 1)
    assert torch.equal(result, x * torch.empty(rows).bernoulli_(0.6).div_(0.6))
    assert network(op.replace(p=0), 1)(x) is x
    assert not network(op.replace(p=1), 1)(x).any()


def test_attention_weights_are_made_only_where_they_are_read() -> None:
    made = modules.make(ops.MultiheadAttention(8, 2))
    x = (torch.rand(5, 1, 8),)
    assert modules.call(ops.MultiheadAttention(8, 2), made, x, 1)[1] is None
    assert modules.call(ops.MultiheadAttention(8, 2), made, x, 2)[1].shape == (1, 5, 5)


def test_a_volume_of_few_dims_has_no_global_pooling() -> None:
    with pytest.raises(ValueError, match=r"GlobalAvgPool expects spatial axes, received \(2, 3\)"):
        run(ops.GlobalAvgPool(), torch.rand(2, 3))


def test_attention_with_masks() -> None:
    op = ops.MultiheadAttention(8, 2, batch_first=True, average_attn_weights=False)
    net = network(op, 5, 2).eval()
    query, key = torch.rand(1, 3, 8), torch.rand(1, 4, 8)
    late, padding = torch.ones(3, 4).triu(1) > 0, torch.tensor([[False, False, False, True]])
    result, weights = net(query, key, key, late, padding)
    torch_says = net.op(
        query, key, key, attn_mask=late, key_padding_mask=padding, average_attn_weights=False
    )
    assert torch.equal(result, torch_says[0])
    assert torch.equal(weights, torch_says[1])
    assert not weights[..., 3].any()


@pytest.mark.parametrize("name", ["LSTM", "LSTMCell", "GRU", "GRUCell", "RNN", "RNNCell"])
def test_recurrent_layers_start_from_their_states(name: str) -> None:
    states = (torch.rand(1, 5),) * (2 if "LSTM" in name else 1)
    x = torch.rand(1 if "Cell" in name else 4, 3)
    net = network(CATALOGUE[name](3, 5), 1 + len(states))
    expected = net.op(x, states if len(states) > 1 else states[0])
    while isinstance(expected, tuple):
        expected = expected[0]
    assert torch.equal(net(x, *states), expected)
    zeros = [torch.zeros(1, 5)] * len(states)
    assert torch.equal(network_of(net, 1)(x), net(x, *zeros))


def network_of(net: Network, inputs: int) -> Network:
    """The same layer with fewer inputs."""
    other = network(net.graph.layers[0].op, inputs)
    other.load_state_dict(net.state_dict())
    return other


def test_weights_that_come_from_elsewhere() -> None:
    x, weight, bias = torch.rand(2, 3, 6, 6), torch.rand(4, 3, 3, 3), torch.rand(4)
    op = ops.Functional(ops.Conv2d(3, 4, 3, padding=1), 2)
    assert torch.equal(run(op, x, weight, bias), F.conv2d(x, weight, bias, padding=1))
    assert not network(op, 3).state_dict()
    mean, var, scale, shift = (torch.rand(3) + 0.1 for _ in range(4))
    result = run(ops.Functional(ops.BatchNorm2d(3), 4), x, mean, var, scale, shift)
    assert torch.allclose(result, F.batch_norm(x, mean, var, scale, shift))


def test_parameters_buffers_and_constants() -> None:
    """Parameters are small random numbers; buffers and constants are zeros until they are set."""
    made = {"p": ops.Parameter((99,)), "b": ops.Buffer((2,)), "c": ops.Constant((2,))}
    layers = [Layer(name, op, (), name) for name, op in made.items()]
    net = cnncalc.to_torch(Graph("g", [], layers, [Ref("p"), Ref("b"), Ref("c")])).double()
    parameter, buffer, constant = net()
    assert 0.01 < parameter.std() < 0.04
    assert not buffer.any()
    assert not constant.any()
    assert {tensor.dtype for tensor in net()} == {torch.float64}
    assert list(net.state_dict()) == ["p", "b"]
    net.load_state_dict({"p": torch.ones(99), "b": torch.ones(2)})
    assert net()[1].tolist() == [1, 1]


def test_functions_that_are_not_elementwise_are_none_of_its_business() -> None:
    """A file could name any of torch's functions; some of them write files."""
    for name in ("save", "load", "compile", "matmul", "no_such_function"):
        reason = modules.refusal(ops.Pointwise(name), 1)
        assert reason == f"torch has no elementwise function {name!r}"
        with pytest.raises(ValueError, match="no elementwise function"):
            run(ops.Pointwise(name), [1.0])
