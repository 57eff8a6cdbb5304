"""Exact fields of designs that move positions about: patches, windows, attention, recurrence.

Each is built once, measured by cnncalc, and run in torch op by op with positions moved in turn.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import oracle
import pytest
import torch
from perturbation import Axis, Tensors, changes, said, seen_by_torch

from cnncalc import analysis, nn
from cnncalc.graph import Graph
from cnncalc.nn import functional as F
from cnncalc.shape import Shape

pytestmark = pytest.mark.torch

Forward = Callable[[Any], Any]


class Net(nn.Module):
    """Layers in a list, and a forward that uses them."""

    def __init__(self, forward: Forward, *layers: nn.Module) -> None:
        self.layers = nn.ModuleList(layers)
        self._forward = forward

    def forward(self, x: Any) -> Any:
        return self._forward(x, *self.layers)


def runner(graph: Graph) -> Callable[[Tensors], Tensors]:
    """The network in torch, with positive random weights."""
    torch.manual_seed(0)
    modules: dict[str, torch.nn.Module | None] = {}
    for layer in graph.layers:
        made = None
        if layer.op.type not in oracle.FUNCTIONS and layer.op.type != "Parameter":
            made = oracle.module(layer.op).double()
            with torch.no_grad():
                for parameter in made.parameters():
                    parameter.copy_((0.5 + torch.rand_like(parameter)) / parameter.shape[-1])
        modules[layer.name] = made

    def run(inputs: Tensors) -> Tensors:
        values: dict[str, Tensors] = {"input": inputs}
        for layer in graph.layers:
            given = tuple(values[ref.name][ref.output] for ref in layer.inputs)
            values[layer.name] = oracle.run(layer.op, modules[layer.name], given)
        ref = graph.outputs[0]
        return (values[ref.name][ref.output],)

    return run


def check(net: Net, shape: Shape) -> dict[int, dict[tuple[int, ...], Any]]:
    """Compare along each axis of the image; the intervals that both agree on, by axis."""
    graph = nn.build(net)
    report = analysis.run(graph, {"input": shape})
    assert not report.findings
    row = report.rows[-1]
    torch.manual_seed(1)
    image = 0.1 + torch.rand(shape, dtype=torch.float64)
    agreed = {}
    for dim in range(2, len(shape)):
        axis = Axis("input", 0, dim)
        changed = changes(runner(graph), [image], axis)
        wanted = seen_by_torch([each[0] for each in changed], row.output_shape, row.view, axis)
        agreed[dim] = said(row.view, axis, row.output_shape)
        assert agreed[dim] == wanted
    return agreed


def windows(x: Any, size: int, blocks: int, channels: int) -> Any:
    """(1, C, H, W) -> (windows, tokens, C), as Swin cuts an image into windows."""
    x = x.permute(0, 2, 3, 1).view(1, blocks, size, blocks, size, channels)
    return x.permute(0, 1, 3, 2, 4, 5).reshape(blocks * blocks, size * size, channels)


def whole(x: Any, size: int, blocks: int, channels: int) -> Any:
    """The way back from `windows`."""
    x = x.view(1, blocks, blocks, size, size, channels).permute(0, 1, 3, 2, 4, 5)
    return x.reshape(1, blocks * size, blocks * size, channels).permute(0, 3, 1, 2)


def attended(x: Any, layer: Any) -> Any:
    return layer(x)[0]


def test_window_attention_stays_in_its_window() -> None:
    def forward(x: Any, mha: Any) -> Any:
        return whole(attended(windows(x, 3, 2, 4), mha), 3, 2, 4)

    net = Net(forward, nn.MultiheadAttention(4, 2, batch_first=True))
    agreed = check(net, (1, 4, 6, 6))
    assert agreed[2] == {(i,): (i // 3 * 3, i // 3 * 3 + 2) for i in range(6)}


def test_shifted_windows_reach_over() -> None:
    """Attention in windows, the image rolled by half a window, attention in windows again."""

    def forward(x: Any, first: Any, second: Any) -> Any:
        x = whole(attended(windows(x, 4, 3, 2), first), 4, 3, 2)
        x = F.roll(x, (-2, -2), (2, 3))
        x = whole(attended(windows(x, 4, 3, 2), second), 4, 3, 2)
        return F.roll(x, (2, 2), (2, 3))

    mha = [nn.MultiheadAttention(2, 1, batch_first=True) for _ in range(2)]
    agreed = check(Net(forward, *mha), (1, 2, 12, 12))
    assert agreed[3][(3,)] == (0, 7)  # windows 0..3 and 4..7 meet in the shifted 2..5


def test_grid_attention_sees_a_comb() -> None:
    """Attention among every third position (MaxViT's grid): the hull is nearly everything."""

    def forward(x: Any, mha: Any) -> Any:
        x = x.permute(0, 2, 3, 1).view(1, 2, 3, 2, 3, 4).permute(0, 2, 4, 1, 3, 5)
        return attended(x.reshape(9, 4, 4), mha)

    agreed = check(Net(forward, nn.MultiheadAttention(4, 1, batch_first=True)), (1, 4, 6, 6))
    assert set(agreed[2].values()) == {(0, 3), (1, 4), (2, 5)}


def test_patches_and_a_class_token_free_transformer() -> None:
    """Patch embedding, flattened and transposed: each token sees its patch, then all."""

    def patches(x: Any, embed: Any) -> Any:
        return embed(x).flatten(2).transpose(1, 2)

    agreed = check(Net(patches, nn.Conv2d(3, 4, 4, stride=4)), (1, 3, 8, 12))
    assert agreed[2] == {(t,): (t // 3 * 4, t // 3 * 4 + 3) for t in range(6)}
    assert agreed[3] == {(t,): (t % 3 * 4, t % 3 * 4 + 3) for t in range(6)}

    def attending(x: Any, embed: Any, mha: Any) -> Any:
        return attended(patches(x, embed), mha)

    mha = nn.MultiheadAttention(4, 2, batch_first=True)
    agreed = check(Net(attending, nn.Conv2d(3, 4, 4, stride=4), mha), (1, 3, 8, 12))
    assert set(agreed[3].values()) == {(0, 11)}


def test_tokens_back_to_an_image() -> None:
    def forward(x: Any, embed: Any, linear: Any, conv: Any) -> Any:
        x = linear(embed(x).flatten(2).transpose(1, 2))
        return conv(x.transpose(1, 2).reshape(1, 5, 4, 3))

    layers = nn.Conv2d(2, 4, 2, stride=2), nn.Linear(4, 5), nn.Conv2d(5, 2, 3, padding=1)
    agreed = check(Net(forward, *layers), (1, 2, 8, 6))
    assert agreed[2] == {(0,): (0, 3), (1,): (0, 5), (2,): (2, 7), (3,): (4, 7)}


def test_convolution_over_flattened_tokens() -> None:
    """A 1d kernel over rows put end to end sees the end of one row and the start of the next."""

    def forward(x: Any, conv: Any) -> Any:
        return conv(x.flatten(2))

    agreed = check(Net(forward, nn.Conv1d(2, 2, 3, padding=1)), (1, 2, 3, 4))
    assert agreed[2][(4,)] == (0, 1)  # flat 3, 4, 5: the end of row 0 and the start of row 1
    assert agreed[3][(4,)] == (0, 3)
    assert agreed[3][(5,)] == (0, 2)


def test_queries_against_keys() -> None:
    """q @ k^T of flattened positions: rows come from the query, columns from the key."""

    def forward(x: Any, q: Any, k: Any) -> Any:
        return q(x).flatten(2).transpose(1, 2) @ k(x).flatten(2)

    agreed = check(Net(forward, nn.Conv2d(2, 3, 1), nn.Conv2d(2, 3, (3, 1))), (1, 2, 5, 2))
    # Query 1 is row 0, column 1; key 5 is row 2 of what a 3x1 kernel leaves: rows 2..4.
    assert agreed[2][(1, 5)] == (0, 4)
    assert agreed[3][(0, 2)] == (0, 0)


@pytest.mark.parametrize(
    ("make", "first"),
    [
        (lambda: nn.LSTM(2, 3, batch_first=True), (0, 1)),
        (lambda: nn.GRU(2, 3, num_layers=2, batch_first=True), (0, 1)),
        (lambda: nn.RNN(2, 3, nonlinearity="relu", batch_first=True, bidirectional=True), (0, 6)),
    ],
)
def test_recurrence_over_positions(make: Any, first: tuple[int, int]) -> None:
    def forward(x: Any, conv: Any, rnn: Any) -> Any:
        return rnn(conv(x).transpose(1, 2))[0]

    agreed = check(Net(forward, nn.Conv1d(2, 2, 2), make()), (1, 2, 7))
    assert agreed[2][(0,)] == first
    assert agreed[2][(5,)] == (0, 6)


@pytest.mark.parametrize(
    "norm",
    [
        lambda: nn.GroupNorm(2, 4),
        lambda: nn.InstanceNorm2d(4),
        lambda: nn.BatchNorm2d(4, track_running_stats=False),
        lambda: nn.LayerNorm((4, 6, 7)),
    ],
)
def test_norms_see_the_whole_and_keep_the_local_field(norm: Any) -> None:
    def forward(x: Any, first: Any, normed: Any, last: Any) -> Any:
        return last(normed(first(x)))

    layers = nn.Conv2d(3, 4, 3, padding=1), norm(), nn.Conv2d(4, 2, 3)
    net = Net(forward, *layers)
    agreed = check(net, (1, 3, 6, 7))
    assert set(agreed[3].values()) == {(0, 6)}
    field = analysis.run(nn.build(net), {"input": (1, 3, 6, 7)}).rows[-1].field
    assert field.whole
    assert field.local == (5, 5)


@pytest.mark.parametrize(
    "norm", [lambda: nn.BatchNorm2d(4), lambda: nn.LocalResponseNorm(3), lambda: nn.GELU()]
)
def test_norms_that_do_not_mix(norm: Any) -> None:
    agreed = check(Net(lambda x, conv, n: n(conv(x)), nn.Conv2d(2, 4, 3), norm()), (1, 2, 5, 5))
    assert agreed[2] == {(0,): (0, 2), (1,): (1, 3), (2,): (2, 4)}


def test_norm_over_channels_does_not_mix() -> None:
    """ConvNeXt's: permuted, normalised over the channels, permuted back."""

    def forward(x: Any, conv: Any, norm: Any) -> Any:
        return norm(conv(x).permute(0, 2, 3, 1)).permute(0, 3, 1, 2)

    agreed = check(Net(forward, nn.Conv2d(2, 4, 3), nn.LayerNorm(4)), (1, 2, 5, 5))
    assert agreed[2] == {(0,): (0, 2), (1,): (1, 3), (2,): (2, 4)}


def test_strip_pooling() -> None:
    """The mean of each row, spread over the row and added: whole rows, columns as they are."""

    def forward(x: Any, conv: Any) -> Any:
        return x + conv(x).mean((3,), True)

    agreed = check(Net(forward, nn.Conv2d(2, 2, (3, 1), padding=(1, 0))), (1, 2, 4, 5))
    assert agreed[2] == {(0,): (0, 1), (1,): (0, 2), (2,): (1, 3), (3,): (2, 3)}
    assert set(agreed[3].values()) == {(0, 4)}


def test_pyramid_pooling() -> None:
    """As in PSPNet: pooled to 3, enlarged again, and put beside the input."""

    def forward(x: Any, pool: Any) -> Any:
        return F.cat([x, F.interpolate(pool(x), size=(6, 6), mode="bilinear")], 1)

    agreed = check(Net(forward, nn.AdaptiveAvgPool2d(3)), (1, 1, 6, 6))
    # Output 0 of 6 from 3 lies at -1/4: clipped to cell 0 alone; 1 at 1/4: cells 0 and 1.
    assert agreed[2][(0,)] == (0, 1)
    assert agreed[2][(1,)] == (0, 3)


def test_kernel_smaller_than_the_stride_leaves_gaps() -> None:
    agreed = check(Net(lambda x, up: up(x), nn.ConvTranspose2d(1, 1, 2, stride=3)), (1, 1, 3, 3))
    assert agreed[2] == {(o,): None if o % 3 == 2 else (o // 3, o // 3) for o in range(8)}
