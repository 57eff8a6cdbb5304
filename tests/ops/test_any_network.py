"""Networks of ops thrown together, which seldom fit: a report with findings, no exception."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import strategies
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc import analysis
from cnncalc.errors import LimitError, OpError
from cnncalc.finding import Status
from cnncalc.graph import Graph, Input, Layer, Ref
from cnncalc.ops import Op
from cnncalc.report import Report

SIZES = st.lists(st.none() | st.integers(1, 12), min_size=0, max_size=5).map(tuple)


def inputs_of(op: Op, trial: strategies.Trial) -> int:
    return len(trial.shapes) if op.arity is None else op.arity


@st.composite
def networks(draw: Any) -> Graph:
    layers: list[Layer] = []
    refs = [Ref("input")]
    for number in range(draw(st.integers(1, 6))):
        trial = draw(strategies.any_trial())
        recent = st.sampled_from(refs[-3:])
        given_refs = tuple(draw(recent) for _ in range(inputs_of(trial.op, trial)))
        name = f"layer{number}"
        layers.append(Layer(name, trial.op, given_refs, name))
        count = 1
        with suppress(OpError):  # it depends on the input
            count = trial.op.output_count()
        refs += [Ref(name, output) for output in range(count)]
    return Graph("random", [Input("input")], layers, [refs[-1]])


@settings(max_examples=500)
@given(networks(), SIZES)
def test_analysis_never_raises(graph: Graph, shape: tuple[int | None, ...]) -> None:
    report = analysis.run(graph, {"input": shape})
    assert isinstance(report, Report)
    assert report.totals.params == sum(row.params or 0 for row in report)
    assert report.totals.macs == sum(row.macs or 0 for row in report)
    incomplete = any(None in (row.params, row.macs, row.output_bytes) for row in report)
    assert (report.status is not Status.COMPLETE) == incomplete
    report.to_json()
    for row in report:
        for field in row.fields.values():
            look_at(field)


def look_at(field: Any) -> None:
    """Ask a field for everything it has."""
    assert field.padding is not None
    assert field.center is not None
    assert field.uniform in (True, False)
    with suppress(LimitError):  # an axis of unknown size
        field.exact(*(0 for _ in field.dims))
