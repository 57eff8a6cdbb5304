"""Inputs that do not fit: torch raises exactly where cnncalc reports a misfit."""

from __future__ import annotations

from typing import Any

import pytest
import strategies
from hypothesis import event, given, settings
from hypothesis import strategies as st
from oracle import Outcome, outcome
from strategies import Trial

from cnncalc import ops
from cnncalc.ops import Measure

pytestmark = [
    pytest.mark.torch,
    pytest.mark.filterwarnings("ignore:Using padding='same'"),
    pytest.mark.filterwarnings("ignore:(std|var|var_mean)\\(\\).* degrees of freedom is <= 0"),
    pytest.mark.filterwarnings("ignore:input's size at dim=. does not match num_features"),
    pytest.mark.filterwarnings("ignore:dropout[123]d. Received a"),
    pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN"),
]


@st.composite
def bent(draw: Any, trials: st.SearchStrategy[Trial]) -> Trial:
    """A trial with one input changed: a size, or the number of dims."""
    op, shapes = draw(trials)
    weights = op.weights if isinstance(op, ops.Functional) else 0  # they are the op's business
    at = draw(st.integers(0, len(shapes) - 1 - weights))
    shape = list(shapes[at])
    how = draw(st.sampled_from(["size", "size", "drop", "add"]))
    dim = draw(st.integers(0, max(len(shape) - 1, 0)))
    if how == "size" and shape:
        shape[dim] = draw(st.integers(1, 8))
    elif how == "drop" and len(shape) > 1:
        del shape[dim]
    else:
        shape.insert(dim, draw(st.integers(1, 3)))
    return Trial(op, (*shapes[:at], tuple(shape), *shapes[at + 1 :]))


#: Ops whose inputs torch takes without their batch, and the dims they have with it.
WITH_BATCH = {"Fold": 3, "Unfold": 4}


#: Ops of which some outputs have no elements by design.
MAY_BE_EMPTY = {"TensorSplit", "Diagonal"}
MASKED = "ScaledDotProductAttention"


def stricter(trial: Trial, measure: Measure) -> bool:
    """Does cnncalc refuse on purpose what torch accepts?

    Shapes start with the batch, which torch lets one leave out of many ops. Chunk makes as many
    outputs as it says, where torch may return fewer. A mask does not add rows to the query.
    """
    if {misfit.code for misfit in measure.misfits} == {"dims"}:
        # A mean over both axes of more dims than it was made for is one that torch lets pass.
        lax = trial.op.type.startswith("AdaptiveAvgPool")
        return lax or len(trial.shapes[0]) + 1 == WITH_BATCH.get(trial.op.type)
    return trial.op.type == "Chunk" or (trial.op.type, len(trial.shapes)) == (MASKED, 4)


def attempt(trial: Trial) -> Outcome | None:
    """What torch makes of a trial; None where it raises."""
    try:
        return outcome(trial.op, trial.shapes, "cpu")
    except (RuntimeError, ValueError, IndexError, AssertionError, ArithmeticError):
        return None


@pytest.mark.parametrize("family", strategies.FAMILIES)
def test_torch_raises_where_there_is_a_misfit(family: str) -> None:
    @settings(max_examples=100)
    @given(bent(strategies.FAMILIES[family]))
    def check(trial: Trial) -> None:
        measure = trial.op.measure(trial.shapes)
        torch_says = attempt(trial)
        event("torch raises" if torch_says is None else "torch accepts")
        if torch_says is None:
            assert measure.misfits
            return
        if stricter(trial, measure):
            return
        if any(0 in shape for shape in torch_says.shapes) and trial.op.type not in MAY_BE_EMPTY:
            assert measure.misfits  # torch lets tensors of no elements pass
            return
        assert not measure.misfits
        assert measure.outputs == torch_says.shapes

    check()
