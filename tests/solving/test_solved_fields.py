"""Depths, dilations and kernels for a field, against the analysis of the layers themselves."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cnncalc
from cnncalc import solve
from cnncalc.errors import InputError, LimitError


def seen(layers: list[tuple[int, int, int]], before: str = "") -> int:
    """The field that the analysis gives these layers: (kernel, stride, dilation) each."""
    spec = ", ".join(
        [*([before] if before else []), *(f"conv{k}x{k} s{s} d{d}" for k, s, d in layers)]
    )
    if not spec:
        return 1
    (size, _) = cnncalc.analyze(spec).rows[-1].field.size
    return int(size)


def stack(depth: int, kernel: int, strides: Any, dilations: Any) -> list[tuple[int, int, int]]:
    return [
        (
            kernel,
            strides[at % len(strides)],
            2**at if dilations == "doubling" else dilations[at % len(dilations)],
        )
        for at in range(depth)
    ]


def cycles(most: int) -> st.SearchStrategy[tuple[int, ...]]:
    return st.lists(st.integers(1, most), min_size=1, max_size=3).map(tuple)


@settings(max_examples=60)
@given(
    st.integers(1, 60),
    st.integers(2, 5),
    cycles(2),
    cycles(3) | st.just("doubling"),
    st.sampled_from(["", "conv7 s2, maxpool3 s2"]),
)
def test_depth(at_least: int, kernel: int, strides: Any, dilations: Any, before: str) -> None:
    answer = solve.field(
        at_least, kernel=kernel, stride=strides, dilation=dilations, after=before or None
    )
    assert answer.value is not None
    assert seen(stack(answer.value, kernel, strides, dilations), before) == answer.field >= at_least
    if answer.value:
        less = seen(stack(answer.value - 1, kernel, strides, dilations), before)
        assert less == answer.below < at_least


@settings(max_examples=60)
@given(st.integers(1, 90), st.integers(2, 5), cycles(2), st.integers(1, 4))
def test_dilation(at_least: int, kernel: int, strides: Any, depth: int) -> None:
    answer = solve.field(at_least, kernel=kernel, stride=strides, depth=depth)
    assert answer.value is not None
    assert seen(stack(depth, kernel, strides, [answer.value])) == answer.field >= at_least
    if answer.value > 1:
        less = seen(stack(depth, kernel, strides, [answer.value - 1]))
        assert less == answer.below < at_least


@settings(max_examples=60)
@given(st.integers(1, 90), cycles(2), cycles(3), st.integers(1, 4))
def test_kernel(at_least: int, strides: Any, dilations: Any, depth: int) -> None:
    answer = solve.field(at_least, stride=strides, dilation=dilations, depth=depth)
    assert answer.value is not None
    assert seen(stack(depth, answer.value, strides, dilations)) == answer.field >= at_least
    if answer.value > 1:
        less = seen(stack(depth, answer.value - 1, strides, dilations))
        assert less == answer.below < at_least


def test_known_stacks() -> None:
    # 3x3 convolutions see 2 more each: 32 of them 65, and 31 of them 63.
    assert solve.field(64, kernel=3)[:5] == (64, "depth", 32, 65, 63)
    # Dilations 1, 2, 4, ... see 2**(n + 1) - 1.
    assert solve.field(64, kernel=3, dilation="doubling").value == 6
    # 7, then 7 + 2*2 = 11; strides of 2 and 2.
    after = solve.field(300, kernel=3, after="conv7 s2, maxpool3 s2")
    assert (after.start, after.jump) == (11, 4)


def test_no_layer_is_needed() -> None:
    answer = solve.field(1, kernel=3)
    assert (answer.found, answer.value, answer.field, answer.below) == (True, 0, 1, None)


def test_reasons_and_refusals() -> None:
    for options in ({}, {"depth": 3}):
        answer = solve.field(9, kernel=1, **options)
        assert not answer.found
        assert "a kernel of 1 adds nothing" in (answer.reason or "")
    with pytest.raises(InputError, match="the kernel is needed"):
        solve.field(9)
    with pytest.raises(InputError, match="are all given"):
        solve.field(9, kernel=3, depth=2, dilation=1)
    with pytest.raises(LimitError, match="1000 layers see 2001 positions"):
        solve.field(10**6, kernel=3)
    with pytest.raises(InputError, match="has no positions with a field"):
        solve.field(9, kernel=3, after="vgg16")
    with pytest.raises(InputError, match="differs from axis to axis"):
        solve.field(9, kernel=3, after="conv3x5")
