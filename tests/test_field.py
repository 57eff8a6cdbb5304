"""The algebra of fields along one axis, by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.errors import LimitError
from cnncalc.field import AxisField, hull, merge
from cnncalc.indexmap import (
    IndexMap,
    Scale,
    adaptive_windows,
    resampling,
    transposed_window,
    window,
)


def chain(size: int | None, *windows: tuple[int, int, int, int]) -> list[AxisField]:
    """The fields after windows of (kernel, stride, padding, dilation), one after the other."""
    fields = [AxisField.source(size)]
    for kernel, stride, padding, dilation in windows:
        before = fields[-1].size
        after = None
        if before is not None:
            after = (before + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1
        fields.append(fields[-1].map(window(kernel, stride, padding, dilation, "zeros"), after))
    return fields[1:]


def sizes(fields: list[AxisField]) -> list[int | None]:
    return [field.textbook_size for field in fields]


CONV3, POOL2 = (3, 1, 0, 1), (2, 2, 0, 1)


@pytest.mark.parametrize(
    ("windows", "expected"),
    [
        # 3; 3 + 1*1 = 4, jump 2; 4 + 2*2 = 8
        ([CONV3, POOL2, CONV3], [3, 4, 8]),
        # 3; 5; 5 + 1 = 6, jump 2; 6 + 2*2 = 10
        ([CONV3, CONV3, POOL2, CONV3], [3, 5, 6, 10]),
        # 3; 4, jump 2; 8; 8 + 2 = 10, jump 4
        ([CONV3, POOL2, CONV3, POOL2], [3, 4, 8, 10]),
        # dilations 1, 2, 4: each adds 2*d
        ([(3, 1, 1, 1), (3, 1, 2, 2), (3, 1, 4, 4)], [3, 7, 15]),
        # ResNet's stem: 7; 7 + 2*2 = 11
        ([(7, 2, 3, 1), (3, 2, 1, 1)], [7, 11]),
        # 1x1 adds nothing, a stride in it counts all the same
        ([(1, 2, 0, 1), CONV3], [1, 5]),
    ],
)
def test_recurrence(windows: list[tuple[int, int, int, int]], expected: list[int]) -> None:
    assert sizes(chain(64, *windows)) == expected
    assert sizes(chain(None, *windows)) == expected  # the size of the input does not matter


WINDOWS = st.tuples(
    st.integers(1, 5), st.integers(1, 3), st.integers(0, 3), st.integers(1, 3)
).filter(lambda window: window[2] < window[0] * window[3])


@given(st.lists(WINDOWS, min_size=1, max_size=5))
def test_textbook_and_exact_field_agree_inside(windows: list[tuple[int, int, int, int]]) -> None:
    """The recurrence written out, and the exact field of a position far from the borders."""
    size, jump, start = 1, 1, 0
    for kernel, stride, padding, dilation in windows:
        start -= padding * jump
        size += dilation * (kernel - 1) * jump
        jump *= stride
    field = chain(3000, *windows)[-1]
    assert (field.textbook_size, field.stride, field.start) == (size, jump, start)
    assert field.uniform
    middle = 1500 // jump
    first = start + middle * jump
    # The hull of a dilated kernel starts and ends with a tap: nothing is clipped in the middle.
    assert field.exact()[middle] == (first, first + size - 1)


STEPS = st.one_of(
    WINDOWS.map(lambda w: ("window", window(*w, "zeros"))),
    st.tuples(st.integers(2, 5), st.integers(1, 3), st.integers(0, 1), st.integers(1, 2)).map(
        lambda w: ("transposed", transposed_window(*w))
    ),
    st.sampled_from(["nearest", "linear", "bicubic"]).map(
        lambda mode: ("doubled", resampling(None, None, Scale(Fraction(1, 2), 0.5), mode, False))
    ),
)


@given(st.lists(STEPS, min_size=1, max_size=4))
def test_periodic_fields_are_exact_inside(steps: list[tuple[str, IndexMap]]) -> None:
    """Position q*P + r sees the interval of phase r, q steps on; until borders come near."""
    field, size = AxisField.source(2000), 2000
    for _, index_map in steps:
        size = size * len(index_map.taps) // index_map.step
        field = field.map(index_map, size)
    assert field.phases is not None
    middle = size // 2
    for position in range(middle, middle + 2 * len(field.phases)):
        turn, phase = divmod(position, len(field.phases))
        interval = field.phases[phase]
        if interval is not None:
            interval = (interval[0] + turn * field.step, interval[1] + turn * field.step)
        assert field.exact()[position] == interval


def test_stride_and_start() -> None:
    stem = chain(224, (7, 2, 3, 1), (3, 2, 1, 1), (3, 1, 1, 1))
    assert [field.stride for field in stem] == [2, 4, 4]
    # -3; -3 - 1*2 = -5; -5 - 1*4 = -9
    assert [field.start for field in stem] == [-3, -5, -9]
    assert all(field.uniform for field in stem)


def test_exact_is_the_textbook_field_clipped() -> None:
    field = chain(20, (3, 2, 1, 1), (5, 1, 2, 1))[-1]
    # size 3 + 4*2 = 11, every 2 positions, from -1 - 2*2 = -5
    assert (field.textbook_size, field.stride, field.start) == (11, 2, -5)
    wanted = [(max(0, -5 + 2 * j), min(19, 5 + 2 * j)) for j in range(10)]
    assert field.exact() == wanted


def test_dilated_taps_outside_the_image_are_not_seen() -> None:
    # Taps at -2, 0, 2 for position 0; at -1, 1, 3 for position 1: it starts at 1, not at 0.
    assert chain(4, (3, 1, 2, 2))[-1].exact() == [(0, 2), (1, 3), (0, 2), (1, 3)]


def test_a_window_in_the_padding_sees_nothing() -> None:
    assert chain(3, (1, 1, 1, 1))[-1].exact() == [None, (0, 0), (1, 1), (2, 2), None]


@pytest.mark.parametrize(
    ("border", "first"),
    [("reflect", (0, 1)), ("replicate", (0, 1)), ("circular", (0, 4))],
)
def test_borders_that_repeat_the_image(border: str, first: tuple[int, int]) -> None:
    field = AxisField.source(5).map(window(3, 1, 1, 1, border), 5)
    assert field.exact()[0] == first
    assert field.exact()[2] == (1, 3)
    assert field.textbook_size == 3


def test_transposed_window_by_hand() -> None:
    # Input i writes the outputs 2i .. 2i+2: output 0: 0; 1: 0; 2: 0 and 1; 3: 1; 4: 1 and 2.
    field = AxisField.source(3).map(transposed_window(3, 2, 0, 1), 7)
    assert field.exact() == [(0, 0), (0, 0), (0, 1), (1, 1), (1, 2), (2, 2), (2, 2)]
    assert field.textbook_size == 2
    assert field.stride == Fraction(1, 2)
    assert not field.uniform


def test_kernel_below_the_stride_leaves_gaps() -> None:
    field = AxisField.source(2).map(transposed_window(1, 3, 0, 1), 4)
    assert field.exact() == [(0, 0), None, None, (1, 1)]
    assert field.textbook_size == 1


def test_down_and_up_again() -> None:
    """Pooling by 2, a kernel of 3, doubled: each pair sees the same 6 positions."""
    pooled = AxisField.source(16).map(window(2, 2, 0, 1, "zeros"), 8)
    seen = pooled.map(window(3, 1, 1, 1, "zeros"), 8).map(transposed_window(2, 2, 0, 1), 16)
    assert (seen.textbook_size, seen.stride, seen.start) == (6, 1, -2)
    assert seen.exact()[6] == seen.exact()[7] == (4, 9)
    assert seen.exact()[0] == (0, 3)


def test_adaptive_windows_by_hand() -> None:
    # 7 in 3: [0, 3) [2, 5) [4, 7)
    field = AxisField.source(7).map(adaptive_windows(7, 3), 3)
    assert field.exact() == [(0, 2), (2, 4), (4, 6)]
    # 4 in 6: more windows than positions
    field = AxisField.source(4).map(adaptive_windows(4, 6), 6)
    assert field.exact() == [(0, 0), (0, 1), (1, 1), (2, 2), (2, 3), (3, 3)]


def interpolated(mode: str, size: int, output: int, scale: float | None = None) -> list[object]:
    given = None if scale is None else Scale(1 / Fraction(str(scale)), 1 / scale)
    index_map = resampling(size, output, given, mode, False)
    assert index_map is not None
    return list(AxisField.source(size).map(index_map, output).exact())


def test_interpolation_by_hand() -> None:
    # Output j lies at (j + 1/2)/2 - 1/2 = -1/4, 1/4, 3/4, 5/4, ... of the inputs.
    assert interpolated("linear", 3, 6) == [(0, 0), (0, 1), (0, 1), (1, 2), (1, 2), (2, 2)]
    assert interpolated("nearest", 3, 6) == [(0, 0), (0, 0), (1, 1), (1, 1), (2, 2), (2, 2)]
    assert interpolated("bicubic", 4, 8)[3] == (0, 3)  # at 5/4: from 1 - 1 to 1 + 2
    # floor(j / 1.5): 0, 0, 1, 2, 2, 3; 1.5 is a fraction that repeats after 3
    assert interpolated("nearest", 4, 6, 1.5) == [(i, i) for i in (0, 0, 1, 2, 2, 3)]


def test_interpolation_with_unknown_sizes() -> None:
    doubled = resampling(None, None, Scale(Fraction(1, 2), 0.5), "nearest", False)
    assert doubled == IndexMap((range(1), range(1)), 1, "replicate")
    assert resampling(None, None, None, "nearest", False) is None
    assert resampling(None, None, Scale(Fraction(1, 2), 0.5), "linear", True) is None


def test_nearest_is_rounded_in_single_precision() -> None:
    """1/41 is a little less in single precision: 41/41 falls short of 1, as in torch."""
    from struct import pack, unpack

    step = unpack("f", pack("f", 1 / 41))[0]
    short = [j for j in range(2 * 41) if int(unpack("f", pack("f", step * j))[0]) < j // 41]
    table = interpolated("nearest", 2, 82)
    assert [j for j in range(82) if table[j] != (j // 41, j // 41)] == short
    assert short


def test_merge_takes_the_hull() -> None:
    source = AxisField.source(12)
    left = source.map(window(3, 1, 2, 1, "zeros"), 12)  # -2 .. 0
    right = source.map(window(3, 1, 0, 1, "zeros"), 12)  # 0 .. 2
    both = merge([left, right])
    assert (both.textbook_size, both.start) == (5, -2)
    assert both.exact()[4] == (2, 6)
    assert merge([left, left]) is left


def test_merge_of_different_rhythms() -> None:
    """Up by 2 and down by 2 against a plain path: the jump is 1 on average in both."""
    source = AxisField.source(8)
    there = source.map(window(2, 2, 0, 1, "zeros"), 4).map(transposed_window(2, 2, 0, 1), 8)
    both = merge([there, source])
    assert both.exact() == there.exact()
    assert both.textbook_size == 2
    halved = source.map(window(1, 2, 0, 1, "zeros"), 4)
    mixed = merge([halved, source.map(window(5, 1, 0, 1, "zeros"), 4)])
    assert mixed.textbook_size is None  # jumps of 2 and of 1 drift apart
    assert mixed.exact() == [(0, 4), (1, 5), (2, 6), (3, 7)]


def test_gates_keep_the_local_field() -> None:
    field = chain(10, CONV3)[-1]
    pooled = field.mix(1)
    gated = merge([field, pooled.expand(8)])
    assert gated.whole
    assert gated.textbook_size == 3
    assert gated.exact() == [(0, 9)] * 8
    normed = field.gate()
    assert (normed.whole, normed.textbook_size) == (True, 3)
    assert normed.exact() == [(0, 9)] * 8


def test_mix_and_prefix() -> None:
    field = chain(6, CONV3)[-1]
    assert field.mix(1).exact() == [(0, 5)]
    assert field.prefix().exact() == [(0, 2), (0, 3), (0, 4), (0, 5)]


def test_hull() -> None:
    assert hull([None, (3, 4), (0, 1)]) == (0, 4)
    assert hull([None]) is None
    assert hull([]) is None


def test_unknown_and_huge_axes_are_not_listed() -> None:
    with pytest.raises(LimitError, match="an axis of unknown size"):
        AxisField.source(None).exact()
    with pytest.raises(LimitError, match=r"an axis of 5,000,000 positions"):
        AxisField.source(5_000_000).exact()


def test_deep_chains_do_not_recurse() -> None:
    field = chain(40, *[(3, 1, 1, 1)] * 5000)[-1]
    assert field.textbook_size == 10001
    assert field.exact() == [(0, 39)] * 40
