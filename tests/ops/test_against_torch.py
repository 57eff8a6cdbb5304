"""Random ops against torch on the meta device: shapes, parameters, buffers, MACs."""

from __future__ import annotations

import pytest
import strategies
from hypothesis import given, settings
from oracle import outcome
from strategies import Trial

pytestmark = [
    pytest.mark.torch,
    # torch's remark that an even kernel needs one more position on one side
    pytest.mark.filterwarnings("ignore:Using padding='same'"),
]


@pytest.mark.parametrize("family", strategies.FAMILIES)
def test_counts_and_shapes(family: str) -> None:
    @settings(max_examples=80)
    @given(strategies.FAMILIES[family])
    def check(trial: Trial) -> None:
        measure = trial.op.measure(trial.shapes)
        torch_says = outcome(trial.op, trial.shapes)
        assert measure.misfits == ()
        assert measure.outputs == torch_says.shapes
        assert (measure.params, measure.buffers) == (torch_says.params, torch_says.buffers)
        assert 2 * measure.macs == torch_says.flops

    check()
