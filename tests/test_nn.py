"""The builder reads like torch: operators, methods, containers, and what it refuses."""

from __future__ import annotations

import pytest

import cnncalc
from cnncalc import nn
from cnncalc.errors import CnncalcError, GraphError, OpError
from cnncalc.nn import functional as F


def outputs(forward, size="4x8x8", batch=2, **modules) -> list[tuple[int | None, ...]]:
    """The shapes that a forward function gives, layer by layer."""

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            for name, module in modules.items():
                setattr(self, name, module)

        def forward(self, x):
            return forward(self, x)

    report = cnncalc.analyze(Net(), input=size, batch=batch)
    assert not report.has_errors, report.findings
    return [row.output_shape for row in report]


def test_functions_have_the_defaults_of_torchs_functions() -> None:
    assert outputs(lambda net, x: x.flatten()) == [(512,)]
    assert outputs(lambda net, x: F.flatten(x)) == [(512,)]
    assert outputs(lambda net, x: F.flatten(x, 2)) == [(2, 4, 64)]
    assert outputs(lambda net, x: F.cat([x, x])) == [(4, 4, 8, 8)]
    assert outputs(lambda net, x: F.cat([x, x], 1)) == [(2, 8, 8, 8)]


def test_operators_and_indices() -> None:
    assert outputs(lambda net, x: 1 - x) == [(2, 4, 8, 8)] * 2
    assert outputs(lambda net, x: -x / 2 + x @ x) == [(2, 4, 8, 8)] * 4
    assert outputs(lambda net, x: x[:, None]) == [(2, 1, 4, 8, 8)]
    assert outputs(lambda net, x: x[:, 1:, ::2])[-1] == (2, 3, 4, 8)
    assert outputs(lambda net, x: x[:, 0])[-1] == (2, 8, 8)
    assert outputs(lambda net, x: x[..., -1])[-1] == (2, 4, 8)


def test_sizes_can_be_referred_to() -> None:
    assert outputs(lambda net, x: x.view(x.size(0), -1)) == [(2, 256)]
    assert outputs(lambda net, x: x.reshape(x.shape[0], x.shape[1], -1)) == [(2, 4, 64)]
    assert outputs(lambda net, x: x.contiguous().view(x.size()[0], 4, 64)) == [(2, 4, 64)]
    with pytest.raises(OpError, match="counted from the front"):
        outputs(lambda net, x: x.view(x.size(-1), -1))


def test_several_outputs() -> None:
    def forward(net, x):
        a, b = x.chunk(2, dim=1)
        return F.stack([a, b], dim=1)

    assert outputs(forward)[-1] == (2, 2, 2, 8, 8)

    def recurrent(net, x):
        y, (h, c) = net.lstm(x.flatten(2))
        return y, h, c

    assert outputs(recurrent, lstm=nn.LSTM(64, 16, batch_first=True))[-1] == (2, 4, 16)

    def attention(net, x):
        tokens = x.flatten(2).transpose(1, 2)
        return net.mha(tokens, tokens, tokens, need_weights=False)[0]

    assert outputs(attention, mha=nn.MultiheadAttention(4, 2, batch_first=True))[-1] == (2, 64, 4)


def test_containers() -> None:
    layers = nn.Sequential(nn.Conv2d(4, 8, 3), nn.ReLU(), nn.Conv2d(8, 4, 3))
    assert outputs(lambda net, x: net.head(x), head=layers[:2]) == [(2, 8, 6, 6)] * 2
    named = nn.Sequential({"conv": nn.Conv2d(4, 8, 3), "act": nn.ReLU()})
    assert outputs(lambda net, x: net.seq.act(net.seq.conv(x)), seq=named) == [(2, 8, 6, 6)] * 2
    several = nn.ModuleList([nn.ReLU()])
    several.extend([nn.Sigmoid()])
    assert len(several) == 2
    choice = nn.ModuleDict({"a": nn.ReLU()})
    assert "a" in choice
    assert list(choice) == ["a"]
    assert list(choice.keys()) == ["a"]


def test_names_follow_torch() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            self.body = nn.Sequential(nn.Conv2d(4, 4, 1), nn.ReLU())

        def forward(self, x):
            return F.relu(self.body(x) + self.body(x))

    names = [row.name for row in cnncalc.analyze(Net(), input="4x8x8")]
    assert names == ["body.0", "body.1", "body.0#2", "body.1#2", "add", "relu"]


@pytest.mark.parametrize(
    "forward",
    [
        lambda net, x: x + None,
        lambda net, x: bool(x),
        lambda net, x: 3,
        lambda net, x: F.relu(3),
        lambda net, x: net.conv("x"),
        lambda net, x: x["a"],
    ],
)
def test_mistakes_are_clear_errors(forward) -> None:
    with pytest.raises(CnncalcError):
        outputs(forward, conv=nn.Conv2d(4, 4, 1))


def test_unknown_names_get_close_matches() -> None:
    with pytest.raises(AttributeError, match="did you mean"):
        outputs(lambda net, x: x.flaten(1))
    with pytest.raises(AttributeError, match="Conv4d"):
        nn.Conv4d  # noqa: B018
    with pytest.raises(AttributeError, match="unfold"):
        outputs(lambda net, x: x.unfold(2, 3, 1))
    with pytest.raises(GraphError, match="while a graph is built"):
        nn.ReLU()(3)
