"""What the tests of traces share: a module that is a function of itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import nn

import cnncalc
from cnncalc.report import Report


class Does(nn.Module):
    """A module whose forward is a function of itself and its inputs."""

    def __init__(self, forward: Callable[..., Any], **parts: Any) -> None:
        super().__init__()
        for name, part in parts.items():
            if hasattr(part, "dtype") and not isinstance(part, nn.Parameter):
                self.register_buffer(name, part)
            else:
                setattr(self, name, part)
        self._does = forward

    def forward(self, *inputs: Any, **named: Any) -> Any:
        return self._does(self, *inputs, **named)


def complete(module: nn.Module, input: Any, **options: Any) -> Report:
    """The report of a module; all must be known, and nothing amiss."""
    report = cnncalc.analyze(module, input, **options)
    assert [str(finding) for finding in report.findings if finding.severity.value != "info"] == []
    assert [row.op.short() for row in report if row.macs is None] == []
    assert report.status.value == "complete"
    assert report.totals.params == sum(p.numel() for p in module.parameters())
    return report


def figures(module: nn.Module, input: Any, **options: Any) -> tuple[int, int]:
    """Parameters and MACs of a module; all must be known, and nothing amiss."""
    totals = complete(module, input, **options).totals
    return totals.params, totals.macs
