"""Modules whose weights or calls are wrapped: parametrized, lazy, scripted, compiled, quantized.

The arithmetic of each figure stands beside it.
"""

from __future__ import annotations

import pytest
import torch
from modules import Does, figures
from torch import nn
from torch.nn.utils import parametrizations
from torch.utils.checkpoint import checkpoint

import cnncalc

pytestmark = pytest.mark.torch


def test_weight_norm() -> None:
    # g: 4, v: 4*2*3, bias: 4; 6 positions of 24.
    net = parametrizations.weight_norm(nn.Conv1d(2, 4, 3))
    assert figures(net, (2, 8)) == (32, 144)


def test_old_weight_norm_and_spectral_norm() -> None:
    with pytest.warns(FutureWarning):
        net = nn.utils.weight_norm(nn.Conv1d(2, 4, 3))
    assert figures(net, (2, 8)) == (32, 144)
    net = parametrizations.spectral_norm(nn.Linear(3, 4)).eval()
    report = cnncalc.analyze(net, (3,))
    assert report.totals.params == 16
    assert report["linear"].macs == 12


def test_parametrized_weights() -> None:
    class Symmetric(nn.Module):
        def forward(self, weight: torch.Tensor) -> torch.Tensor:
            return weight.triu() + weight.triu(1).transpose(-1, -2)

    net = nn.Linear(4, 4)
    nn.utils.parametrize.register_parametrization(net, "weight", Symmetric())
    assert figures(net, (4,)) == (20, 16)


def test_pruned_weights() -> None:
    from torch.nn.utils import prune

    net = prune.random_unstructured(nn.Linear(4, 3), "weight", 0.5)
    report = cnncalc.analyze(net, (4,))
    assert (report.totals.params, report.totals.macs) == (15, 12)
    assert report.totals.buffers == 12  # the mask


def test_lazy_modules_stay_lazy() -> None:
    # Conv: 4*3*9 + 4; 36 positions of 108. Linear: 144*5 + 5; 720.
    net = nn.Sequential(nn.LazyConv2d(4, 3), nn.ReLU(), nn.Flatten(), nn.LazyLinear(5))
    report = cnncalc.analyze(net, (3, 8, 8))
    assert (report.totals.params, report.totals.macs) == (112 + 725, 3888 + 720)
    assert nn.parameter.is_lazy(net[0].weight)


@pytest.mark.parametrize("reentrant", [True, False])
def test_checkpointed_modules(reentrant: bool) -> None:
    net = Does(
        lambda self, x: checkpoint(self.conv, x, use_reentrant=reentrant), conv=nn.Conv2d(1, 2, 3)
    )
    assert figures(net, (1, 5, 5)) == (20, 162)


@pytest.mark.filterwarnings("ignore:.*torch.jit.*")
def test_scripted_modules() -> None:
    # 2*1*9 + 2 and 2*2; 9 positions of 18; a linear layer of 18 to 3.
    inner = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.MaxPool2d(3))
    net = nn.Sequential(torch.jit.script(inner.eval()), nn.Flatten(), nn.Linear(2, 3))
    assert figures(net, (1, 5, 5)) == (20 + 4 + 9, 162 + 6)


def test_compiled_modules_are_unwrapped() -> None:
    inner = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU())
    assert figures(torch.compile(inner), (1, 5, 5)) == (20, 162)
    net = nn.Sequential(torch.compile(inner), nn.Flatten())
    report = cnncalc.analyze(net, (1, 5, 5))
    assert [row.name for row in report] == ["0.0", "0.1", "1"]


def test_complex_weights_are_said() -> None:
    net = Does(
        lambda self, x: x.to(torch.complex64) * self.w,
        w=nn.Parameter(torch.ones(4, dtype=torch.complex64)),
    )
    report = cnncalc.analyze(net, (4,))
    assert report.totals.params == 4
    assert report.totals.param_bytes == 32
    assert [finding.code for finding in report.findings] == ["complex-weights"]


@pytest.mark.filterwarnings("ignore")  # torch.ao is on its way out
def test_quantized_weights_are_said() -> None:
    class Packed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = torch.ao.nn.quantized.Linear(4, 3)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            x = torch.quantize_per_tensor(x, 0.1, 0, torch.quint8)
            return self.fc(x).dequantize()

    report = cnncalc.analyze(Packed(), (4,))
    assert report.status.value != "complete"
    assert "quantized-weights" in [finding.code for finding in report.findings]


def test_frozen_parameters_are_no_trainable_ones() -> None:
    net = nn.Sequential(nn.Linear(4, 3), nn.Linear(3, 2))
    net[0].requires_grad_(False)
    report = cnncalc.analyze(net, (4,))
    assert (report.totals.params, report.totals.trainable) == (23, 8)


def test_half_precision_modules() -> None:
    report = cnncalc.analyze(nn.Linear(4, 3).half(), (4,))
    assert report.dtype == "float16"
    assert report.totals.param_bytes == 30
    assert report.totals.forward_bytes == 6
