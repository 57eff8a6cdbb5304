"""Functions of torch, spelled in every way: shapes are torch's, and MACs those that it counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from modules import Does, complete
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

pytestmark = pytest.mark.torch

Spelled = Callable[[torch.Tensor], Any]

#: On an image x of 1x4x6x8, with positional and named arguments, as functions and methods.
FUNCTIONS: dict[str, tuple[Spelled, ...]] = {
    "products": (
        lambda x: torch.matmul(input=x, other=x.mT),
        lambda x: torch.bmm(x[0], mat2=x[0].mT),
        lambda x: torch.baddbmm(input=x[0, :, :, :6], batch1=x[0], batch2=x[0].mT, beta=2),
        lambda x: x[0, :, :, :6].baddbmm(batch1=x[0], batch2=x[0].mT, alpha=0.5),
        lambda x: torch.addmm(x[0, 0, :, :6], mat1=x[0, 0], mat2=x[0, 0].T),
        lambda x: torch.einsum("bchw,bcvw->bchv", x, x),
        lambda x: torch.einsum("...hw,...vw->...hv", [x, x]),
        lambda x: torch.einsum(x[0], [0, 1, 2], x[0], [0, 3, 2], [0, 1, 3]),
        lambda x: torch.inner(x[0], x[0, 0]),
        lambda x: torch.tensordot(x, x, dims=([3], [3])),
        lambda x: torch.linalg.multi_dot([x[0, 0], x[0, 0].T, x[0, 0]]),
        lambda x: torch.kron(x[0, 0], x[0, 1]),
        lambda x: F.linear(x, weight=torch.ones(3, 8), bias=torch.ones(3)),
        lambda x: F.conv2d(input=x, weight=torch.ones(6, 2, 3, 3), padding=(1, 0), groups=2),
        lambda x: F.conv_transpose2d(x, torch.ones(4, 2, 3, 3), None, 2, 1, 1),
    ),
    "parts": (
        lambda x: x.split([1, 3], dim=1),
        lambda x: torch.split(x, 3, 1),
        lambda x: torch.chunk(input=x, chunks=3, dim=1),
        lambda x: torch.tensor_split(x, (1, 2), dim=1),
        lambda x: x.unbind(dim=1),
        lambda x: (x[..., 0], x[:, None], x[:, ::2, 1:-1], x[:, [0, 2]], x[:, :, None, ...]),
        lambda x: (x[:, torch.tensor([0, 1, 1])], x[:, :, [[0], [1]], [0, 2]]),
        lambda x: x[:, torch.tensor([True, False, True, False])],
        lambda x: (x[0, :, [1, 2]], x[:, 0, [0, 2]], x[[0, 0], :, 0], x[:, [1, 0], 2, [[3], [4]]]),
        lambda x: (x.narrow(1, 0, 2), x.select(dim=1, index=-1), x[:, 4:], x[:, :, 9:]),
        lambda x: torch.repeat_interleave(x, torch.tensor([1, 2, 1, 2]), dim=1),
        lambda x: x.repeat_interleave(repeats=2, dim=1),
        lambda x: (x.repeat(torch.tensor(2), 1, 1, 1), x.tile((2,)), x.expand(2, -1, -1, -1)),
        lambda x: (x.roll(3), torch.roll(x, shifts=(1, -2), dims=(2, 3)), x.flip(2, 3)),
        lambda x: (torch.take_along_dim(x, x.argmax(1, keepdim=True), dim=1), x.take(x.long())),
        lambda x: (x.unfold(2, size=3, step=1), x.diagonal(dim1=2, dim2=3), x.diag_embed()),
        lambda x: torch.searchsorted(torch.linspace(0, 1, 5), x),
    ),
    "merges": (
        lambda x: torch.cat(tensors=(x, x), dim=-1),
        lambda x: (torch.hstack([x, x]), torch.vstack([x, x]), torch.dstack([x, x])),
        lambda x: torch.stack([x, x], dim=-1),
        lambda x: torch.block_diag(x[0, 0], x[0, 1]),
        lambda x: torch.where(x > 0, input=x, other=0.0),
        lambda x: torch.complex(x, imag=x).abs() + torch.polar(x, x).real,
    ),
    "reductions": (
        lambda x: (x.sum(), x.mean(dim=(2, 3), keepdim=True), torch.sum(input=x, dim=1)),
        lambda x: (x.max(), x.max(dim=1)[0], x.min(1, keepdim=True).values, torch.max(x, x)),
        lambda x: (x.var(1, unbiased=False), x.std(dim=(2, 3), correction=0), x.norm(p=1, dim=1)),
        lambda x: (torch.linalg.norm(x, dim=1), torch.linalg.matrix_norm(x), torch.dist(x, x)),
        lambda x: (torch.quantile(x, 0.5, dim=1), x.quantile(q=0.1), torch.histc(x, bins=7)),
        lambda x: (x.kthvalue(k=2, dim=1), x.topk(k=2, dim=1), x.sort(dim=1), x.cummax(dim=1)),
        lambda x: (x.logsumexp(dim=1), x.softmax(dim=1), F.gumbel_softmax(x, dim=1), x.diff(dim=2)),
        lambda x: torch.fft.irfft(torch.fft.rfft(x, n=6, dim=2), n=5, dim=2),
        lambda x: torch.fft.fft2(x, s=(4, 4)).real + torch.fft.fftn(x, dim=(2, 3), s=(4, 4)).imag,
    ),
    "others": (
        lambda x: (x // 2, x % 2, 2 // x, torch.div(x, 2, rounding_mode="floor")),
        lambda x: F.interpolate(x, size=(3, 9), mode="bilinear", antialias=True),
        lambda x: F.interpolate(x, scale_factor=(0.5, 0.25), mode="bicubic", antialias=True),
        lambda x: (F.mse_loss(x, x), F.l1_loss(x, x, reduction="none")),
        lambda x: F.cross_entropy(x, x[:, 0].long(), label_smoothing=0.1),
        lambda x: (torch.poisson(x), torch.bernoulli(x), torch.rot90(x, 1, (2, 3))),
        lambda x: F.affine_grid(x[:, :2, 0, :3], size=(1, 1, 5, 7), align_corners=False),
        lambda x: torch.linalg.solve_triangular(x[..., :6], x, upper=True),
        lambda x: torch.view_as_real(torch.fft.fft(x)),
    ),
}


@pytest.mark.parametrize("family", FUNCTIONS)
def test_shapes_and_macs(family: str) -> None:
    for number, spelled in enumerate(FUNCTIONS[family]):
        net = Does(lambda self, x, spelled=spelled: spelled(x * 1.0))
        report = complete(net, (4, 6, 8))
        with FlopCounterMode(display=False) as counter:
            spelled(torch.ones(1, 4, 6, 8))
        assert 2 * report.totals.macs == counter.get_total_flops(), (family, number)
