"""Wrong sizes do not end a trace; what cannot be followed ends in one clear line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional as F

import cnncalc
from cnncalc.errors import TraceError

pytestmark = pytest.mark.torch
HERE = Path(__file__).name


class Wrong(nn.Module):
    """Two hard-coded sizes that are wrong, and layers after them."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3, padding=1)
        self.conv2 = nn.Conv2d(16, 8, 3, padding=1)
        self.fc1 = nn.Linear(100, 20)
        self.fc2 = nn.Linear(20, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.relu(self.conv1(x))
        x = self.conv2(x)
        x = x.flatten(1)
        x = self.fc1(x)
        return self.fc2(x)


def test_all_mismatches_are_found_in_one_run() -> None:
    report = cnncalc.analyze(Wrong(), (3, 4, 4))
    found = {finding.layer: finding for finding in report.findings}
    assert set(found) == {"conv2", "fc1"}
    assert (found["conv2"].expected, found["conv2"].received) == (16, 8)
    assert (found["fc1"].expected, found["fc1"].received) == (100, 128)
    assert found["fc1"].location is not None
    assert str(found["fc1"].location.file).endswith(HERE)
    assert report["fc1"].output_shape == (1, 20)
    assert report["fc2"].macs == 80


@pytest.mark.parametrize(
    ("forward", "code"),
    [
        (lambda x: x.view(2, 7), "reshape-size"),
        (lambda x: torch.cat([x, x[:, :1, :2]]), "merge-shapes"),
        (lambda x: x + x[:, :, :2], "merge-shapes"),
        (lambda x: x @ x[:, :, :2], "matmul-shapes"),
        (lambda x: F.linear(x, torch.zeros(3, 5)), "linear-in-features"),
        (lambda x: F.max_pool1d(x, 9), "input-too-small"),
        (lambda x: F.conv1d(x, torch.zeros(2, 5, 1)), "conv-in-channels"),
        (lambda x: F.batch_norm(x, torch.zeros(4), torch.ones(4)), "norm-num-features"),
    ],
)
def test_functions_whose_inputs_do_not_fit(forward: Any, code: str) -> None:
    class Net(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return forward(x).sum()

    report = cnncalc.analyze(Net(), torch.zeros(2, 3, 4))
    assert [finding.code for finding in report.findings] == [code]
    assert report.rows[-1].type == "Sum"


@pytest.mark.parametrize(
    ("forward", "says"),
    [
        (lambda x: x if x.sum() > 0 else -x, "forward branches on the values of a tensor"),
        (lambda x: x * x.max().item(), "forward takes a number out of a tensor"),
        (lambda x: x * float(x.max()), "forward takes a number out of a tensor"),
        (lambda x: torch.tensor(x.tolist()), "forward takes numbers out of a tensor"),
        (lambda x: torch.from_numpy(x.numpy()), "forward takes numbers out of a tensor"),
        (lambda x: x[x > 0], "the size of a tensor indexed by a mask depends on values"),
        (lambda x: x.nonzero(), "the size of what nonzero gives depends on values"),
        (lambda x: torch.unique(x), "the size of what unique gives depends on values"),
        (lambda x: x[: int(x.sum())], "forward takes a number out of a tensor"),
    ],
)
def test_control_flow_that_depends_on_values(forward: Any, says: str) -> None:
    class Net(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return forward(x)

    with pytest.raises(TraceError) as caught:
        cnncalc.analyze(Net(), (4,))
    assert caught.value.message == f"{says}, and tracing computes none"
    assert str(caught.value.location.file).endswith(HERE)
    assert caught.value.help == "decide by shapes, or give the branch as a constructor argument"


def test_decisions_by_constants_and_buffers_are_followed() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.register_buffer("steps", torch.tensor([2, 3]))
            self.fc = nn.Linear(4, 4)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            rates = torch.linspace(0, 1, 3, device=x.device)
            for step in self.steps.tolist():
                if rates[-1] > 0.5 and step > 2:
                    x = self.fc(x)
            return x

    report = cnncalc.analyze(Net(), (4,))
    assert [row.name for row in report] == ["fc", "steps"]
    assert report["steps"].type == "Unused"  # by layers: only its values were asked for


def test_an_error_in_forward_says_where() -> None:
    class Net(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.missing(x)

    with pytest.raises(TraceError) as caught:
        cnncalc.analyze(Net(), (4,))
    assert "Net.forward raised AttributeError" in caught.value.message
    assert str(caught.value.location.file).endswith(HERE)


def test_forward_must_return_what_it_computed() -> None:
    class Net(nn.Module):
        def forward(self, x: torch.Tensor) -> Any:
            return None

    with pytest.raises(TraceError, match=r"Net\.forward returns no tensor"):
        cnncalc.analyze(Net(), (4,))


def test_operations_without_a_rule_are_listed() -> None:
    class Net(nn.Module):
        def forward(self, x: torch.Tensor) -> Any:
            return torch.linalg.det(x) + torch.linalg.det(x)

    report = cnncalc.analyze(Net(), (3, 3))
    assert report.status.value == "partial"
    unknown = [row for row in report if row.macs is None]
    assert {row.op.short() for row in unknown} == {"unknown: aten._linalg_det"}
    assert "at least" in str(report)
    assert "unknown: aten._linalg_det, 2 times" in str(report)


def test_modules_that_no_module_holds_are_noticed() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = [nn.Linear(4, 4)]

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.layers[0](x)

    report = cnncalc.analyze(Net(), (4,))
    (finding,) = report.findings
    assert finding.code == "module-unregistered"
    assert report.totals.params == 0
    assert report.totals.macs == 16


def test_an_exit_in_forward_is_an_error() -> None:
    class Net(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            raise SystemExit(0)

    with pytest.raises(TraceError, match=r"Net\.forward raised SystemExit: 0"):
        cnncalc.analyze(Net(), (4,))


def test_a_weight_of_a_custom_operator_is_used() -> None:
    @torch.library.custom_op("cnncalc_tests::scaled", mutates_args=())
    def scaled(x: torch.Tensor, w: torch.Tensor) -> torch.Tensor:
        return x * w

    scaled.register_fake(lambda x, w: torch.empty_like(x))

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.w = nn.Parameter(torch.ones(4))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return scaled(x, self.w)

    report = cnncalc.analyze(Net(), (4,))
    assert report.rows[-1].op.short() == "unknown: cnncalc_tests.scaled"
    assert "w" in report.rows[-1].inputs
    assert report.findings == ()
