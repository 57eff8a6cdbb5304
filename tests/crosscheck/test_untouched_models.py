"""A cross-check runs a copy: the user's module and tensors stay as they are."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

import cnncalc

pytestmark = pytest.mark.torch


class Counting(nn.Module):
    """Writes to a buffer, to its input and to stdout."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 2, 3)
        self.register_buffer("calls", torch.zeros(1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.calls += 1
        print("called")
        return self.conv(x.mul_(2))


def test_buffers_and_inputs_stay(capsys: pytest.CaptureFixture[str]) -> None:
    module, x = Counting().eval(), torch.ones(1, 1, 5, 5)
    found = cnncalc.crosscheck(module, x, device="cpu", fields=True, memory=True)
    assert found.exit_code == 0, str(found)
    assert module.calls.item() == 0
    assert torch.equal(x, torch.ones(1, 1, 5, 5))
    assert capsys.readouterr().out == ""


def test_a_module_that_cannot_be_copied() -> None:
    class Locked(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.steps = iter([1])

        def __deepcopy__(self, memo: Any) -> Any:
            raise TypeError("cannot copy a lock")

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x + 1

    with pytest.raises(cnncalc.CnncalcError, match="Locked cannot be copied"):
        cnncalc.crosscheck(Locked(), (3,))
