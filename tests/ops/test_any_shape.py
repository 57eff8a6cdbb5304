"""Ops on inputs that make no sense: a measure with misfits, never an exception."""

from __future__ import annotations

import strategies
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import Trial

from cnncalc.field import AxisField
from cnncalc.layout import apply, input_view, join
from cnncalc.ops import Measure
from cnncalc.shape import Shape

SIZES = st.none() | st.integers(1, 9)
SHAPES = st.lists(SIZES, max_size=6).map(tuple)


@settings(max_examples=2000)
@given(strategies.any_trial(), st.lists(SHAPES, min_size=0, max_size=4))
def test_measure_never_raises(trial: Trial, shapes: list[Shape]) -> None:
    check(trial.op.measure(tuple(shapes)), tuple(shapes))


@settings(max_examples=1500)
@given(strategies.any_trial(), st.data())
def test_unknown_sizes_are_no_misfit(trial: Trial, data: st.DataObject) -> None:
    """Sizes that are not known (None) can still fit; what is known of the output stays right.

    Sizes of 1 stay: squeezing takes a size that is not known for more than 1.
    """
    hidden = tuple(
        tuple(size if size == 1 or data.draw(st.booleans()) else None for size in shape)
        for shape in trial.shapes
    )
    measure = trial.op.measure(hidden)
    check(measure, hidden)
    assert measure.misfits == ()
    known = trial.op.measure(trial.shapes)
    counted = trial.op.type != "Unbind"  # it has as many outputs as positions
    for maybe, sure in zip(measure.outputs, known.outputs, strict=counted):
        assert len(maybe) == len(sure)
        assert all(a in (None, b) for a, b in zip(maybe, sure, strict=True))
    assert measure.params in (None, known.params)
    assert measure.buffers in (None, known.buffers)
    assert measure.macs in (None, known.macs)


@settings(max_examples=1000)
@given(strategies.any_trial(), st.data())
def test_tensors_without_elements(trial: Trial, data: st.DataObject) -> None:
    """Sizes of 0, which live modules make now and then: misfits perhaps, no exception."""
    sizes = st.sampled_from([None, 0, 0, 1, 2])
    hidden = tuple(
        tuple(size if data.draw(st.booleans()) else data.draw(sizes) for size in shape)
        for shape in trial.shapes
    )
    check(trial.op.measure(hidden), hidden)


#: Ops of which some outputs have no elements by design.
MAY_BE_EMPTY = {"TensorSplit", "Diagonal"}


def check(measure: Measure, shapes: tuple[Shape, ...]) -> None:
    """A measure is well formed, and fields can be followed through its reads."""
    assert isinstance(measure, Measure)
    assert len(measure.reads) == len(measure.outputs)
    assert len(measure.demands) == len(shapes)
    for output, reads in zip(measure.outputs, measure.reads, strict=True):
        least = 0 if measure.op.type in MAY_BE_EMPTY or any(0 in shape for shape in shapes) else 1
        assert all(size is None or size >= least for size in output)
        views = [input_view(str(index), shape) for index, shape in enumerate(shapes)]
        seen = join([apply(read, view) for read, view in zip(reads, views, strict=True)])
        for _, _, places, field in seen:
            assert all(0 <= place.dim < len(output) for place in places)
            if listable(field):
                assert len(field.exact()) == field.size


def listable(field: AxisField) -> bool:
    """Are all sizes known that the field is worked out from, and all positions read?"""
    known = field.size is not None and not field.unknown
    return known and all(listable(parent) for parent in field.parents)
