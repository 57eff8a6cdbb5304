"""Rules for calls: what they know of torch is torch's, and they need no result of the call."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import torchvision
from modules import Does
from test_functions import FUNCTIONS
from torch.nn import functional as F

from cnncalc.ops import Op
from cnncalc.sources.calls.rules import Call, Kind, Rule
from cnncalc.sources.calls.rules.elementwise import MORE
from cnncalc.sources.calls.rules.elementwise_table import ARGUMENTS, ELEMENTWISE
from cnncalc.sources.calls.rules.places import SETTLED
from cnncalc.sources.calls.tensor import shapes_of
from cnncalc.sources.torch.tracer import Tracer

pytestmark = pytest.mark.torch
SCRIPTS = Path(__file__).parent.parent.parent / "scripts"


def test_the_table_of_elementwise_operators_is_that_of_torch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.syspath_prepend(str(SCRIPTS))
    import elementwise_table as script

    assert {*script.elementwise()} == ELEMENTWISE
    assert {"add", "relu", "addcmul", "sigmoid_backward"} <= ELEMENTWISE
    assert not {"matmul", "relu_", "softmax"} & ELEMENTWISE
    for name in (*ELEMENTWISE, *MORE, *SETTLED):
        assert ARGUMENTS.get(name, ()) == tuple(script.arguments(name)), name
    assert ARGUMENTS["clamp"][:3] == ("self", "min", "max")


class Before(Tracer):
    """A tracer that asks each rule a first time as if the function had not been run."""

    def __init__(self, module: torch.nn.Module) -> None:
        super().__init__(module)
        #: Calls with the ops that their rules made without a result, and with it.
        self.asked: list[tuple[str, Op | None, Op | None, Any]] = []

    def _op_of(self, rule: Rule, call: Call, args: Any, kwargs: Any) -> Op | None:
        kept = [dict(each) for each in self._books()]
        records = list(self.records)
        blind = Call(self, call.name, list(call.inputs), call.inplace)
        if rule.kind is Kind.MOVE:  # the dtype of a cast is found out before
            blind.result = call.result
        first = super()._op_of(rule, blind, args, kwargs)
        parts = [record.op for record in self.records[len(records) :]]
        self.records[len(records) :] = []
        for each, before in zip(self._books(), kept, strict=True):
            each.clear()
            each.update(before)
        second = super()._op_of(rule, call, args, kwargs)
        assert parts == [record.op for record in self.records[len(records) :]], call.name
        self.kept.append(blind)
        self.asked.append((call.name, first, second, shapes_of(call.inputs)))
        return second

    def _books(self) -> list[dict[int, Any]]:
        return [self.sources, self._overwritten, self._families, self._owners]


def asked(forward: Callable[..., Any], *sizes: tuple[int, ...]) -> list[Any]:
    """The calls of a forward pass, as `Before` has them."""
    module = forward if isinstance(forward, torch.nn.Module) else Does(forward)
    tracer = Before(module)
    inputs = [torch.empty(size, device="meta") for size in sizes]
    for number, tensor in enumerate(inputs):
        tracer.add_input(number, tensor)
    with tracer.running():
        module(*inputs)
    return tracer.asked


@pytest.mark.parametrize("family", FUNCTIONS)
def test_rules_need_no_result(family: str) -> None:
    wrong = []
    for spelled in FUNCTIONS[family]:
        calls = asked(lambda _, x, spelled=spelled: spelled(x), (1, 4, 6, 8))
        wrong += [call for call in calls if not same(*call[1:])]
    assert wrong == []


def same(first: Op | None, second: Op | None, shapes: tuple[tuple[int, ...], ...]) -> bool:
    """Are two ops the same? (`Index` may leave out what the shapes of its inputs say.)"""
    if first is None or second is None or type(first).__name__ != "Index":
        return first == second
    return first.dims == second.dims and first.outputs(shapes) == second.outputs(shapes)


TABLE, ROW = torch.ones(9, 5), torch.ones(16)

#: Calls of functions whose shapes have no op to say them, on an image of 1x4x6x8.
MORE_CALLS: tuple[Callable[..., Any], ...] = (
    lambda x: (torch.linalg.solve(x[..., :6], x), torch.linalg.solve(x[..., :6], x[..., 0])),
    lambda x: (torch.cholesky_solve(x, x[..., :6]), torch.linalg.inv(x[..., :6])),
    lambda x: (torch.cov(x[0, 0]), torch.corrcoef(x[0, 0]), torch.cov(x[0, 0, 0])),
    lambda x: (torch.diagflat(x, 2), torch.diag_embed(x, -1, 0, 2), torch.rot90(x[0], 2, (0, 1))),
    lambda x: F.max_unpool2d(*F.max_pool2d(x, 2, return_indices=True), 2),
    lambda x: F.max_unpool2d(*F.max_pool2d(x, 3, 2, 1, return_indices=True), 3, 2, 1, (6, 8)),
    lambda x: F.max_unpool1d(*F.max_pool1d(x[0], (2,), return_indices=True), (2,), (2,)),
    lambda x: torch.stft(x.reshape(4, 48), 16, window=ROW, return_complex=True),
    lambda x: torch.stft(x.flatten(), 16, 3, None, ROW, False, onesided=False, return_complex=True),
    lambda x: (torch.multinomial(x[0, 0], 3), torch.frexp(x), torch.renorm(x, 2, 1, 1.0)),
    lambda x: (torch.linalg.cross(x[..., :3], x[:, :1, :, :3]), torch.pdist(x[0, 0])),
    lambda x: F.affine_grid(torch.ones(2, 3, 4) * x.sum(), [2, 1, 4, 5, 6], align_corners=True),
    lambda x: (torch.isin(x, x), torch.bucketize(x, x[0, 0, 0]), torch.histc(x)),
    lambda x: torch.quantile(x, torch.tensor([0.1, 0.5]), dim=1, keepdim=True),
    lambda x: torch.quantile(x, torch.tensor([0.1, 0.5, 0.9])),
    lambda x: (x[:, 0, [0, 2]], x[0, :, [1, 2]], x[[0, 0], :, 0], x[:, [1, 0], 2, [[3], [4]]]),
    lambda x: (x[:, torch.ones(4, 6, dtype=torch.bool)], x[:, x[0, :, 0, 0].long()]),
    lambda x: torch.chunk(x, 4, 2) + torch.chunk(x, 5, 3) + torch.chunk(x, 6, 1),
    lambda x: (F.mse_loss(x, x, reduction="none"), F.kl_div(x, x, reduction="batchmean")),
    lambda x: (F.nll_loss(x, x[:, 0].long()), F.smooth_l1_loss(x, x, reduction="sum")),
    lambda x: (torch.addmv(x[0, 0, :, 0], x[0, 0], x[0, 0, 0]), torch.addbmm(
        x[0, 0, :, :6], x[0], x[0].mT), torch.addr(x[0, 0, :, :8], x[0, 0, :, 0], x[0, 0, 0])),
    lambda x: F.embedding_bag(x[0, 0].long(), TABLE, per_sample_weights=x[0, 0], mode="sum"),
    lambda x: F.embedding_bag(
        x[0, 0, 0].long(), TABLE, torch.tensor([0, 3]), per_sample_weights=x[0, 0, 0], mode="sum"
    ),
    lambda x: (torch.trace(x[0, 0]), torch.movedim(x, (0, 1), (-1, 0)), x.roll((5,))),
    lambda x: F.adaptive_max_pool2d(x, 2, return_indices=True),
)  # fmt: skip


def test_rules_know_shapes_without_a_result() -> None:
    wrong = []
    for number, spelled in enumerate(MORE_CALLS):
        calls = asked(lambda _, x, spelled=spelled: spelled(x * 1.0), (1, 4, 6, 8))
        assert len(calls) > 1, number
        wrong += [call for call in calls if not same(*call[1:])]
    assert wrong == []


@pytest.mark.parametrize("name", ["swin_t", "convnext_tiny", "shufflenet_v2_x0_5"])
def test_torchvision_needs_no_result(name: str) -> None:
    with torch.device("meta"):
        model = getattr(torchvision.models, name)(weights=None).eval()
    calls = asked(model, (1, 3, 224, 224))
    assert calls
    assert [call for call in calls if not same(*call[1:])] == []
