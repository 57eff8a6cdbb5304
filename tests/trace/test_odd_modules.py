"""Modules as people write them: hooks, scripts, vmap, views that are written to, masks."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from modules import Does, complete
from torch import nn
from torch.nn import functional as F

import cnncalc
from cnncalc.errors import TraceError

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore:.*torch.jit.*")]


def edges(report: Any) -> dict[str, tuple[str, ...]]:
    """What each layer reads."""
    return {row.name: row.inputs for row in report}


# Writing in place


def test_a_part_that_is_added_to_is_written_once() -> None:
    # y[:, 1:3] *= 2 takes the part, doubles it in place, and assigns it to where it is already.
    def forward(self: Any, x: torch.Tensor) -> Any:
        y = self.conv(x)
        y[:, 1:3] *= 2
        return y

    report = complete(Does(forward, conv=nn.Conv2d(4, 4, 3, padding=1)), (4, 8, 8))
    assert edges(report) == {
        "conv": ("input",),
        "slice": ("conv",),
        "mul": ("slice",),
        "assign": ("conv", "mul"),
    }
    assert report["assign"].field.exact(0, 0) == ((0, 1), (0, 1))


def test_all_that_was_written_into_views_is_read() -> None:
    def forward(self: Any, x: torch.Tensor) -> Any:
        y = self.conv(x)
        y[:, 0].mul_(x[:, 0])
        y[:, 1].add_(x[:, 1])
        return y

    report = complete(Does(forward, conv=nn.Conv2d(2, 2, 1)), (2, 4, 4))
    # The second view is of what the first has left; so is the whole.
    assert edges(report)["assign"] == ("conv", "mul")
    assert edges(report)["select#3"] == ("assign",)
    assert edges(report)["assign#2"] == ("assign", "add")


def test_a_mask_says_where_to_write() -> None:
    def forward(self: Any, x: torch.Tensor) -> Any:
        y = self.conv(x)
        y[x > 0] = 1
        return y.scatter(1, y.argmax(1, keepdim=True), x)

    report = complete(Does(forward, conv=nn.Conv2d(2, 2, 1)), (2, 4, 4))
    assert edges(report)["assign"] == ("conv", "gt")
    assert edges(report)["assign#2"] == ("assign", "input", "argmax")


def test_out_is_written_to() -> None:
    def forward(self: Any, x: torch.Tensor) -> Any:
        y = self.fc(x)
        torch.add(y, x, out=y)
        return y.relu()

    report = complete(Does(forward, fc=nn.Linear(4, 4)), (4,))
    assert edges(report) == {"fc": ("input",), "add": ("fc", "input"), "relu": ("add",)}


def test_what_is_filled_anew_depends_on_nothing() -> None:
    def forward(self: Any, x: torch.Tensor) -> Any:
        return self.conv(x).zero_()

    report = complete(Does(forward, conv=nn.Conv2d(1, 1, 3, padding=1)), (1, 5, 5))
    assert report.rows[-1].fields == {}


def test_shapes_that_change_in_place() -> None:
    def forward(self: Any, x: torch.Tensor) -> Any:
        y = self.fc(x)
        y.unsqueeze_(1)
        y.transpose_(1, 2)
        return y * 2

    report = complete(Does(forward, fc=nn.Linear(4, 3)), (4,))
    assert [row.output_shape for row in report] == [(1, 3), (1, 1, 3), (1, 3, 1), (1, 3, 1)]


# Nothing, and next to nothing


def test_slices_that_leave_nothing() -> None:
    def forward(self: Any, x: torch.Tensor) -> Any:
        empty, rest = x[:, :, :0], x[:, :, 0:]
        return torch.cat([empty, self.fc(rest), torch.tensor([])], dim=2)

    report = complete(Does(forward, fc=nn.Linear(4, 4)), (3, 4))
    assert report["slice"].output_shape == (1, 3, 0)
    assert report["cat"].output_shape == (1, 3, 4)


def test_pieces_that_do_not_come_out_even() -> None:
    report = complete(Does(lambda self, x: x.chunk(3, 1)), (4, 2))
    assert [row.op.short() for row in report] == ["Split(2, dim=1)"]


# Values that are known


def test_masks_and_lengths_that_are_given() -> None:
    def forward(self: Any, ids: torch.Tensor, mask: torch.Tensor) -> Any:
        x = self.embed(ids)
        if not mask.all():
            x = x[:, : int(mask.sum(1).max())]
        return self.fc(x), x[mask[:, : x.size(1)].bool()], mask.nonzero()

    # The longest of both samples has 4 tokens of 5; 4 + 2 = 6 tokens are no padding.
    net = Does(forward, embed=nn.Embedding(9, 6), fc=nn.Linear(6, 2))
    mask = torch.tensor([[1, 1, 1, 1, 0], [1, 1, 0, 0, 0]])
    report = complete(net, (torch.zeros(2, 5, dtype=torch.long), mask))
    assert report["fc"].macs == 2 * 4 * 12
    assert report["index"].output_shape == (6, 6)
    assert report["nonzero"].output_shape == (6, 2)
    with pytest.raises(TraceError, match="branches on the values"):
        cnncalc.analyze(net, {"ids": "5:int64", "mask": "5:int64"})


def test_values_that_were_overwritten_are_known_no_more() -> None:
    def forward(self: Any, x: torch.Tensor, mask: torch.Tensor) -> Any:
        mask = mask.clone()
        mask[:, 0] = x[:, 0] > 0
        return x if mask.all() else -x

    with pytest.raises(TraceError, match="branches on the values"):
        cnncalc.analyze(Does(forward), (torch.zeros(1, 3), torch.ones(1, 3, dtype=torch.bool)))


def test_given_values_stay_as_they_are() -> None:
    mask, steps = torch.ones(1, 3, dtype=torch.long), torch.arange(3)

    def forward(self: Any, x: torch.Tensor, mask: torch.Tensor) -> Any:
        mask[:, 0] = 0
        self.steps.add_(1)
        return x * mask if self.steps.sum() == 6 and mask.sum() == 2 else x

    report = complete(Does(forward, steps=steps), (torch.zeros(1, 3), mask))
    assert report.rows[-1].op.type == "Mul"
    assert mask.tolist() == [[1, 1, 1]]
    assert steps.tolist() == [0, 1, 2]


# Hooks, scripts, transforms


def test_hooks_that_change_what_passes() -> None:
    first, second = nn.Conv2d(1, 1, 1), nn.Conv2d(1, 1, 1)
    first.register_forward_hook(lambda module, given, output: output * 2)
    second.register_forward_pre_hook(lambda module, given: (given[0] + 1,))
    report = complete(nn.Sequential(first, second), (1, 3, 3))
    assert [row.op.type for row in report] == ["Conv2d", "Mul", "Add", "Conv2d"]


def repeated(x: torch.Tensor, times: int) -> torch.Tensor:
    for _ in range(times):
        x = x + torch.sigmoid(x) @ x
    return x


def test_scripted_functions() -> None:
    # 3 products of 4x4 and 4x4.
    scripted = torch.jit.script(repeated)
    report = complete(Does(lambda self, x: scripted(x[0], 3) * 2), (4, 4))
    assert report.totals.macs == 3 * 64
    assert report["mul"].inputs == ("add#3",)


def test_compiled_functions_and_methods() -> None:
    def forward(self: Any, x: torch.Tensor) -> Any:
        return torch.compile(lambda y: self.fc(y).relu())(x)

    assert complete(Does(forward, fc=nn.Linear(4, 3)), (4,)).totals.macs == 12


def test_vmap() -> None:
    # A vector of 8 times a matrix of 8x3, for each of 5 samples.
    def forward(self: Any, x: torch.Tensor) -> Any:
        return torch.vmap(lambda row: row @ self.weight)(x[0])

    net = Does(forward, weight=nn.Parameter(torch.zeros(8, 3)))
    report = complete(net, (5, 8))
    assert report.totals.macs == 5 * 24
    assert report.rows[-1].output_shape == (5, 3)


@pytest.mark.parametrize(
    ("forward", "says"),
    [
        (
            lambda self, x: torch.func.jvp(self.fc, (x,), (x,))[1],
            "forward transforms functions (torch.func's jvp, grad and the like), "
            "and tracing follows plain ones and vmap",
        ),
        (
            lambda self, x: torch.autograd.grad(self.fc(x).sum(), x)[0],
            "forward takes gradients, and tracing computes none",
        ),
        (
            lambda self, x: torch.sparse.mm(torch.eye(4).to_sparse(), x.T),
            "sparse tensors are not followed: their sizes are values",
        ),
        (
            lambda self, x: nn.utils.rnn.pack_padded_sequence(x, x[:, 0].long()),
            "packed sequences are not followed: their sizes are values",
        ),
    ],
)
def test_what_is_not_followed_is_said(forward: Any, says: str) -> None:
    with pytest.raises(TraceError) as caught:
        cnncalc.analyze(Does(forward, fc=nn.Linear(4, 4)), (4,))
    assert caught.value.message == says
    assert caught.value.location is not None


def test_the_first_misfit_is_named_where_the_rest_cannot_go_on() -> None:
    def forward(self: Any, x: torch.Tensor) -> Any:
        a, b, c = self.fc(x)
        return a + b + c

    with pytest.raises(TraceError) as caught:
        cnncalc.analyze(Does(forward, fc=nn.Linear(5, 4)), (4,))
    assert caught.value.message.startswith("Linear expects 5 features but receives 4; further on")


# Parts of modules


def test_a_slice_of_a_sequential_is_no_new_module() -> None:
    blocks = nn.Sequential(*[nn.Linear(4, 4) for _ in range(3)])
    report = complete(Does(lambda self, x: self.blocks[:2](x), blocks=blocks), (4,))
    assert [row.name for row in report] == ["blocks.0", "blocks.1", "blocks.2"]
    assert report["blocks.2"].type == "Unused"


def test_a_sequence_of_images() -> None:
    # (3, 2, 8, 8) is 3 samples to a convolution, and 3 frames to a forward that unpacks five dims.
    def forward(self: Any, x: torch.Tensor) -> Any:
        batch, frames, channels, height, width = x.shape
        return self.conv(x.view(-1, channels, height, width)).view(batch, frames, -1)

    net = Does(forward, conv=nn.Conv2d(2, 1, 8))
    assert complete(net, (3, 2, 8, 8)).totals.macs == 3 * 128
    assert complete(nn.Conv2d(2, 1, 8), (3, 2, 8, 8)).rows[0].output_shape == (3, 1, 1, 1)


def test_a_parameter_that_is_returned() -> None:
    net = Does(lambda self, x: (x * 2, self.prior), prior=nn.Parameter(torch.zeros(3)))
    assert [row.type for row in complete(net, (3,))] == ["Mul", "Parameter"]


def test_a_transformer_with_a_padding_mask() -> None:
    # Attention: 4*8*8*6 + 2*6*6*8 = 1536 + 576; linear layers: 2*8*16*6 = 1536.
    layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)

    def forward(self: Any, x: torch.Tensor) -> Any:
        mask = torch.zeros(x.shape[:2], dtype=torch.bool, device=x.device)
        return self.encoder(x, src_key_padding_mask=mask)

    net = Does(forward, encoder=nn.TransformerEncoder(layer, 2))
    assert complete(net, (6, 8)).totals.macs == 2 * (1536 + 576 + 1536)


def test_experts_in_groups() -> None:
    # 5 tokens with 2 of 3 experts each: 10 rows of 8 by matrices of 8x4.
    def forward(self: Any, x: torch.Tensor) -> Any:
        chosen = self.router(x[0]).topk(2).indices.flatten()
        order = chosen.argsort()
        counts = torch.histc(chosen.float(), bins=3, min=0, max=2)
        ends = counts.cumsum(0).to(torch.int32)
        return F.grouped_mm(x[0][order // 2], self.experts, offs=ends)

    net = Does(forward, router=nn.Linear(8, 3), experts=nn.Parameter(torch.zeros(3, 8, 4)))
    report = complete(net, (5, 8))
    assert report.totals.macs == 5 * 24 + 10 * 32
    assert report.rows[-1].output_shape == (10, 4)


def test_unpooling_reads_where_the_indices_say() -> None:
    def forward(self: Any, x: torch.Tensor) -> Any:
        y, places = F.max_pool2d(x, 2, return_indices=True)
        return F.max_unpool2d(y, places, 2)

    report = complete(Does(forward), (1, 8, 8))
    assert report.rows[-1].inputs == ("maxpool2d", "maxpool2d:1")


def test_weights_of_single_indices_in_bags() -> None:
    def forward(self: Any, ids: torch.Tensor, weights: torch.Tensor) -> Any:
        return self.bag(ids, per_sample_weights=weights)

    net = Does(forward, bag=nn.EmbeddingBag(9, 4, mode="sum"))
    report = complete(net, {"ids": "5:int64", "weights": (5,)})
    assert [row.type for row in report] == ["Embedding", "Unsqueeze", "Mul", "Sum"]
    assert report.rows[-1].output_shape == (1, 4)


def test_constants_given_to_a_layer_are_the_same_the_second_time() -> None:
    def forward(self: Any, x: torch.Tensor) -> Any:
        queries = torch.zeros_like(self.queries)
        return self.norm(queries) + x + queries * self.scale

    net = Does(
        forward,
        queries=nn.Parameter(torch.zeros(3, 4)),
        scale=nn.Parameter(torch.zeros(1)),
        norm=nn.LayerNorm(4),
    )
    first = complete(net, (3, 4))
    assert edges(complete(net, (3, 4))) == edges(first)
