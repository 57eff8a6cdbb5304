"""Paddings that keep sizes, against brute force over paddings and input sizes."""

from __future__ import annotations

from itertools import product

import pytest
from test_windows import KINDS, made

from cnncalc import ops, solve
from cnncalc.errors import InputError, LimitError
from cnncalc.solving.window import Kind, Window

SIZES = range(1, 40)
CASES = [
    (kind, k, s, d)
    for kind, k, s, d in product(KINDS, range(1, 6), range(1, 5), range(1, 4))
    if not kind.ceil and (d == 1 or kind.dilates)
]


def goal(kind: Kind, stride: int, size: int) -> int:
    return size * stride if kind.transposed else -(-size // stride)


def keeping(kind: Kind, k: int, s: int, d: int, sizes: range) -> set[tuple[int, int]]:
    """Every padding (with its output padding) that reaches the goal for all sizes."""
    extras = range(max(s, d)) if kind.transposed else range(1)
    return {
        (p, extra)
        for p, extra in product(range(20), extras)
        if all(made(kind, Window(k, s, p, d, extra), i) == goal(kind, s, i) for i in sizes)
    }


@pytest.mark.parametrize(("kind", "k", "s", "d"), CASES)
def test_paddings_for_every_size(kind: Kind, k: int, s: int, d: int) -> None:
    answer = solve.padding(k, s, d, op=kind.op)
    wanted = keeping(kind, k, s, d, SIZES)
    if kind.transposed:
        assert set(answer.pairs) == wanted
        assert answer.found == bool(wanted)
        return
    found = set() if answer.both is None else {(answer.both.first, 0)}
    assert answer.both is None or answer.both.first == answer.both.last
    assert found == wanted
    assert (answer.sides is None) == bool(wanted)
    if s > 1:
        several = keeping(kind, k, s, d, range(s, 40, s))
        span = answer.multiples
        # Paddings that leave windows in nothing but padding are not asked for.
        assert {p for p, _ in several if p <= d * (k - 1)} == (
            set() if span is None else set(range(span.first, (span.last or 0) + 1))
        )


@pytest.mark.parametrize(("kind", "k", "s", "d"), CASES)
def test_uneven_paddings(kind: Kind, k: int, s: int, d: int) -> None:
    answer = solve.padding(k, s, d, op=kind.op)
    if answer.sides is None:
        return
    assert answer.total == sum(answer.sides) == d * (k - 1)
    pad = ops.ZeroPad1d(answer.sides)
    for size in SIZES:
        padded = pad.measure(((1, 1, size),)).outputs[0][2]
        assert padded is not None
        assert made(kind, Window(k, s, 0, d), padded) == goal(kind, s, size)


@pytest.mark.parametrize(("kind", "k", "s", "d"), [case for case in CASES if case[2] > 1])
def test_one_size_whatever_the_stride(kind: Kind, k: int, s: int, d: int) -> None:
    for size in (1, 2, 5, 8):
        answer = solve.padding(k, s, d, op=kind.op, input=size)
        extras = range(max(s, d)) if kind.transposed else range(1)
        wanted = {
            (p, extra)
            for p, extra in product(range(60), extras)
            if made(kind, Window(k, s, p, d, extra), size) == size
        }
        if kind.transposed:
            assert set(answer.pairs) == wanted
            continue
        span = answer.both
        largest = k // 2 if kind.pools else d * (k - 1)
        found = set() if span is None else set(range(span.first, (span.last or 0) + 1))
        assert found == {p for p, _ in wanted if p <= largest}
        assert answer.found == bool(found)
        assert (answer.reason is None) == answer.found


def test_same_padding_of_torch_is_the_uneven_one() -> None:
    answer = solve.padding(4)
    assert answer.sides == ops.Conv1d(1, 1, 4, padding="same").pads(0)
    assert answer.notes == (
        '3 is odd, so no one padding for both sides does it: padding="same" pads 1 before and 2 '
        "behind",
    )
    assert solve.padding(3, dilation=2).both == (2, 2)


def test_bad_windows() -> None:
    with pytest.raises(InputError, match="kernel: sizes start at 1, received 0"):
        solve.padding(0)
    with pytest.raises(InputError, match="an average pooling has no dilation"):
        solve.padding(3, dilation=2, op="avgpool")
    with pytest.raises(LimitError, match="too large"):
        solve.padding(10**6)
