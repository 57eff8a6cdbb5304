"""Solved windows against brute force: every answer satisfies the op, and nothing else does."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc import ops, solve
from cnncalc.errors import InputError, LimitError, NameNotFoundError, OpError
from cnncalc.solving import window
from cnncalc.solving.settings import Settings
from cnncalc.solving.window import Kind, Window

KINDS = [
    Kind("conv"),
    Kind("maxpool"),
    Kind("maxpool", True),
    Kind("avgpool"),
    Kind("avgpool", True),
    Kind("deconv"),
]
#: No solution in these tests lies beyond it.
FAR = 48


def made(kind: Kind, at: Window, size: int) -> int | None:
    """What torch's op makes of a size, by the rules of the ops; None where it is refused."""
    k, s, p, d, extra = at
    try:
        if kind.op == "conv":
            op: Any = ops.Conv1d(1, 1, k, stride=s, padding=p, dilation=d)
        elif kind.op == "deconv":
            op = ops.ConvTranspose1d(1, 1, k, s, p, extra, dilation=d)
        elif kind.op == "maxpool":
            op = ops.MaxPool1d(k, s, p, d, ceil_mode=kind.ceil)
        else:
            op = ops.AvgPool1d(k, s, p, ceil_mode=kind.ceil)
    except OpError:
        return None
    measure = op.measure(((1, 1, size),))
    return None if measure.misfits else measure.outputs[0][2]


def inside(span: Any, number: int) -> bool:
    return span is not None and span.first <= number and (span.last is None or number <= span.last)


@st.composite
def windows(draw: Any) -> tuple[Kind, Window]:
    kind = draw(st.sampled_from(KINDS))
    stride = draw(st.integers(1, 6))
    dilation = draw(st.integers(1, 3)) if kind.dilates else 1
    extra = draw(st.integers(0, 2)) if kind.transposed else 0
    return kind, Window(draw(st.integers(1, 5)), stride, draw(st.integers(0, 4)), dilation, extra)


@given(windows(), st.integers(1, 14))
def test_inputs(chosen: tuple[Kind, Window], output: int) -> None:
    kind, at = chosen
    if made(kind, at._replace(padding=0), 99) is None or (
        kind.pools and at.padding > at.kernel // 2
    ):
        return  # no settings of an op
    span = window.inputs(kind, output, at)
    for size in range(1, 90):
        assert inside(span, size) == (made(kind, at, size) == output), size


@given(windows(), st.integers(1, 20), st.integers(1, 14))
def test_paddings(chosen: tuple[Kind, Window], size: int, output: int) -> None:
    kind, (k, s, _, d, extra) = chosen
    span = window.paddings(kind, size, output, k, s, d, extra)
    for padding in range(FAR):
        at = Window(k, s, padding, d, extra)
        legal = not kind.pools or padding <= k // 2
        if legal and not (kind.transposed and extra >= max(s, d)):
            assert inside(span, padding) == (made(kind, at, size) == output), padding


@given(windows(), st.integers(1, 20), st.integers(1, 14))
def test_strides(chosen: tuple[Kind, Window], size: int, output: int) -> None:
    kind, (k, _, p, d, extra) = chosen
    if kind.pools and p > k // 2:
        return
    span = window.strides(kind, size, output, k, p, d, extra)
    for stride in range(1, FAR):
        if not (kind.transposed and extra >= max(stride, d)):
            at = Window(k, stride, p, d, extra)
            assert inside(span, stride) == (made(kind, at, size) == output), stride


NAMES = ("kernel", "stride", "padding", "dilation")


@st.composite
def questions(draw: Any) -> dict[str, Any]:
    """A question about one axis, with some settings given and the others within bounds."""
    kind = draw(st.sampled_from(KINDS))
    asked: dict[str, Any] = {
        "op": kind.op,
        "ceil_mode": kind.ceil,
        "output": draw(st.integers(1, 9)),
    }
    if draw(st.booleans()):
        asked["input"] = draw(st.integers(1, 16))
    given_ = {"kernel": st.integers(1, 5), "stride": st.integers(1, 4),
              "padding": st.integers(0, 2), "dilation": st.integers(1, 2)}  # fmt: skip
    for name, values in given_.items():
        if draw(st.booleans()) and (name != "dilation" or kind.dilates):
            asked[name] = draw(values)
    asked |= {"max_kernel": draw(st.integers(1, 4)), "max_dilation": draw(st.integers(1, 2))}
    if draw(st.booleans()):
        asked["max_padding"] = draw(st.integers(0, 4))
    asked["max_stride"] = draw(st.integers(1, 5))
    return asked


def expanded(answer: Settings) -> set[tuple[int, ...]]:
    """Every single solution of an answer about one axis: k, s, p, d, op, i."""
    found = set()
    for each in answer.settings:
        ranges = []
        for span in (each.stride[0], each.padding[0], each.input[0]):
            ranges.append(range(span.first, (FAR if span.last is None else span.last) + 1))
        rest = each.kernel[0], each.dilation[0], each.output_padding[0]
        for s, p, i in product(*ranges):
            single = (rest[0], s, p, rest[1], rest[2], i)
            assert single not in found
            found.add(single)
    return found


def by_force(asked: dict[str, Any]) -> set[tuple[int, ...]]:
    """Every solution of the same question, each put into the op."""
    kind = Kind(asked["op"], asked["ceil_mode"])
    found = set()
    kernels = [asked["kernel"]] if "kernel" in asked else range(1, asked["max_kernel"] + 1)
    for k in kernels:
        most = asked["max_dilation"] if kind.dilates and k > 1 else 1
        for d in [asked["dilation"]] if "dilation" in asked else range(1, most + 1):
            reach = k // 2 if kind.pools else d * (k - 1)
            if "max_padding" in asked:
                reach = min(reach, asked["max_padding"]) if kind.pools else asked["max_padding"]
            paddings = [asked["padding"]] if "padding" in asked else range(reach + 1)
            strides = [asked["stride"]] if "stride" in asked else range(1, asked["max_stride"] + 1)
            for p, s in product(paddings, strides):
                for extra in range(max(s, d)) if kind.transposed else [0]:
                    for i in [asked["input"]] if "input" in asked else range(1, FAR + 1):
                        if made(kind, Window(k, s, p, d, extra), i) == asked["output"]:
                            found.add((k, s, p, d, extra, i))
    return found


@settings(max_examples=150)
@given(questions())
def test_all_settings_and_no_others(asked: dict[str, Any]) -> None:
    answer = solve.conv(**asked)
    assert expanded(answer) == by_force(asked)
    assert answer.found == bool(answer.settings)
    assert (answer.reason is None) == answer.found


@settings(max_examples=60)
@given(
    st.sampled_from(KINDS),
    st.tuples(*[st.integers(1, 12)] * 2),
    st.tuples(*[st.integers(1, 8)] * 2),
)
def test_several_axes_share_their_settings(kind: Kind, sizes: Any, wanted: Any) -> None:
    bounds = {"max_kernel": 3, "max_dilation": 2, "max_stride": 4}
    answer = solve.conv(wanted, sizes, op=kind.op, ceil_mode=kind.ceil, **bounds)
    alone = [
        {
            single[:5]
            for single in expanded(solve.conv(o, i, op=kind.op, ceil_mode=kind.ceil, **bounds))
        }
        for i, o in zip(sizes, wanted, strict=True)
    ]
    common = set()
    for each in answer.settings:
        assert len(set(each.stride)) == len(set(each.padding)) == len(set(each.kernel)) == 1
        for s in range(each.stride[0].first, each.stride[0].last + 1):
            for p in range(each.padding[0].first, each.padding[0].last + 1):
                common.add((each.kernel[0], s, p, each.dilation[0], each.output_padding[0]))
    assert common == alone[0] & alone[1]
    if not common and all(alone):
        assert [len(each.settings) > 0 for each in answer.axes] == [True, True]
        assert answer.found


def test_the_question_of_the_issue() -> None:
    answer = solve.conv((112, 112), (224, 224), kernel=7, dilation=1)
    (only,) = answer.settings
    assert (str(only.stride[0]), str(only.padding[0])) == ("2", "3")
    assert only.shown == "floor((224 + 2*3 - 1*(7 - 1) - 1) / 2) + 1 = 112"
    (inputs,) = solve.conv(112, kernel=7, stride=2, padding=3, dilation=1).settings
    assert str(inputs.input[0]) == "223..224"
    (any_stride,) = solve.conv(1, 7, kernel=7, padding=0, dilation=1).settings
    assert str(any_stride.stride[0]) == "1 or more"


def test_an_output_padding_asks_for_a_stride_above_it() -> None:
    # One position becomes 0*s + 1 + op = 3 for op = 2, with every stride above 2.
    (only,) = solve.conv(3, 1, op="deconv", kernel=1, padding=0, dilation=1).settings
    assert (only.output_padding, str(only.stride[0])) == ((2,), "3 or more")


def test_large_numbers_are_exact() -> None:
    size = 10**17
    (only,) = solve.conv(size // 2, size, kernel=3, padding=1, dilation=1).settings
    assert str(only.stride[0]) == "2"


def test_reasons() -> None:
    assert solve.conv(50, 10, kernel=3, dilation=1).reason == (
        "the nearest output of 10 within the bounds: 12"
    )
    assert solve.conv(8, op="deconv", kernel=3, stride=2, padding=0, output_padding=0,
                      dilation=1).reason == (
        "the nearest outputs with these settings within the bounds: 7 and 9"
    )  # fmt: skip
    with_channels = solve.conv((64, 112, 112), (3, 224, 224), kernel=7)
    assert with_channels.reason == (
        "sizes are per axis: there are solutions without the first, the channels"
    )


@pytest.mark.parametrize(
    ("given_", "error", "text"),
    [
        ({"op": "pool"}, NameNotFoundError, "unknown op 'pool'"),
        ({"ceil_mode": True}, InputError, "--ceil-mode is for poolings"),
        ({"input": (7, 7), "kernel": (3, 3, 3)}, InputError, "7x7 has 2 sizes"),
        ({"op": "avgpool", "dilation": 2}, InputError, "an average pooling has no dilation"),
        ({"output_padding": 1}, InputError, "only a transposed convolution"),
        ({"max_kernel": 10_000}, LimitError, "more than 200,000 settings"),
    ],
)
def test_what_is_no_question(given_: dict[str, Any], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        solve.conv(**{"output": 4, "input": 7, **given_})
