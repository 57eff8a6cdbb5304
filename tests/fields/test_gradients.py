"""The exact field of random networks equals the support of gradients, position by position."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from networks import Growing, exact, networks, seen

pytestmark = [
    pytest.mark.torch,
    # torch: padding='same' with even kernels copies the input, which is none of our business
    pytest.mark.filterwarnings("ignore:Using padding='same':UserWarning"),
]


def check(net: Growing, last: str) -> None:
    graph, report = net.report(last)
    if not graph.layers:
        return
    assert not report.has_errors
    assert exact(report, last) == seen(graph, last, net.input), [str(la.op) for la in graph.layers]


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(networks(steps=1))
def test_single_steps(drawn: tuple[Growing, str]) -> None:
    check(*drawn)


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(networks(steps=3))
def test_short_networks(drawn: tuple[Growing, str]) -> None:
    check(*drawn)


@settings(max_examples=120, suppress_health_check=list(HealthCheck))
@given(networks(steps=8))
def test_longer_networks(drawn: tuple[Growing, str]) -> None:
    check(*drawn)
