"""Hyper-parameters that make no sense: an OpError with a clear line, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from cases import CASES, Case

from cnncalc import ops
from cnncalc.errors import OpError
from cnncalc.ops import Measure

ODD: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2.5, 1e300, 1e-300, float("nan"), float("inf"), -float("inf"),
    10**30, -(10**30), 1j, "", "x", "=1", "same", "...", "->", ",", b"x", (), [], {}, (1, 2),
    (1, 2, 3, 4, 5, 6, 7), [None], [[1]], (-1, -1), ("=9",), {"a": 1}, {1}, object(), int, len,
)  # fmt: skip
ONE_OF_EACH = {type(case.op): case for case in CASES}.values()


@pytest.mark.parametrize("case", ONE_OF_EACH, ids=lambda case: type(case.op).__name__)
def test_one_odd_argument(case: Case) -> None:
    """It is refused, or it makes an op that prints, hashes and measures."""
    for argument in case.op.arguments:
        for value in ODD:
            try:
                op = case.op.replace(**{argument.name: value})
            except OpError as error:
                check_message(error, type(case.op).__name__)
                continue
            assert isinstance(op.measure(case.inputs), Measure)
            assert eval(repr(op), {**ops.CATALOGUE, "inf": float("inf")}) == op
            assert hash(op) == hash(op.replace())
            op.short()


def check_message(error: OpError, name: str) -> None:
    assert error.exit_code == 2
    assert name in error.message
    assert "\n" not in error.message


@pytest.mark.parametrize("case", ONE_OF_EACH, ids=lambda case: type(case.op).__name__)
def test_odd_calls(case: Case) -> None:
    cls = type(case.op)
    with pytest.raises(OpError, match=f"{cls.__name__} has no argument 'colour'"):
        cls(**{argument.name: getattr(case.op, argument.name) for argument in case.op.arguments},
            colour=3)  # fmt: skip
    with pytest.raises(OpError, match="takes at most"):
        cls(*(None,) * (len(cls.arguments) + 1))
    with pytest.raises(AttributeError, match="is immutable"):
        case.op.colour = 3


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ops.Conv2d(3, 64), "Conv2d needs kernel_size"),
        (lambda: ops.Conv2d(3, 64, 3, kernal=2), "Conv2d has no argument 'kernal'"),
        (
            lambda: ops.Conv2d(3, 64, 0),
            "Conv2d: kernel_size: expected a positive whole number, received 0",
        ),
        (
            lambda: ops.Conv2d(3, 64, 3, 3.0),
            "Conv2d: stride: expected a positive whole number, received 3.0",
        ),
        (
            lambda: ops.Conv2d(3, 64, (3, 3, 3)),
            "Conv2d: kernel_size: expected one value or 2, received (3, 3, 3)",
        ),
        (
            lambda: ops.Conv2d(3, 64, 3, padding=-1),
            "Conv2d: padding: expected a whole number, 0 or more, received -1",
        ),
        (
            lambda: ops.Conv2d(3, 64, 70000),
            "Conv2d: kernel_size: expected at most 65,536, received 70000",
        ),
        (
            lambda: ops.Conv2d(3, 64, 3, stride=2, padding="same"),
            'Conv2d: padding="same" is not defined for a stride above 1',
        ),
        (
            lambda: ops.Conv2d(3, 64, 3, groups=2),
            "Conv2d: groups=2 does not divide in_channels=3",
        ),
        (
            lambda: ops.Conv2d(3, 64, 3, padding_mode="mirror"),
            "Conv2d: padding_mode: expected one of zeros, reflect, replicate, circular, "
            "received 'mirror'",
        ),
        (
            lambda: ops.Conv2d(3, 64, 3, 1, 1, 1, 1, 2),
            "Conv2d: bias: expected True or False, received 2",
        ),
        (lambda: ops.Conv2d(3, 64, 3, 3, stride=1), "Conv2d: stride is given twice"),
        (
            lambda: ops.ConvTranspose2d(3, 4, 2, 2, output_padding=2),
            "ConvTranspose2d: output_padding=2 must be smaller than the stride or the dilation, "
            "here 2",
        ),
        (
            lambda: ops.MaxPool2d(2, padding=2),
            "MaxPool2d: padding=2 is more than half the kernel (2)",
        ),
        (lambda: ops.Dropout(1.5), "Dropout: p: expected a probability from 0 to 1, received 1.5"),
        (
            lambda: ops.MultiheadAttention(10, 3),
            "MultiheadAttention: num_heads=3 does not divide embed_dim=10",
        ),
        (
            lambda: ops.LSTM(4, 5, proj_size=5),
            "LSTM: proj_size=5 must be smaller than hidden_size=5",
        ),
        (
            lambda: ops.GroupNorm(3, 64),
            "GroupNorm: num_groups=3 does not divide num_channels=64",
        ),
        (lambda: ops.Upsample(), "Upsample needs either size or scale_factor"),
        (lambda: ops.Upsample(2, 2), "Upsample needs either size or scale_factor"),
        (
            lambda: ops.Upsample(scale_factor=2, mode="nearest", align_corners=True),
            "Upsample: align_corners has no meaning for mode='nearest'",
        ),
        (lambda: ops.Pad((1, 2, 3)), "Pad: padding: expected pairs of sizes, last dim first, "
                                     "received (1, 2, 3)"),
        (lambda: ops.Reshape((-1, -1)), "Reshape: shape: expected -1 at most once, "
                                        "received (-1, -1)"),
        (lambda: ops.Einsum("ij,jk->ikk"), "Einsum: equation: expected an equation such as "
                                           "'bij,bjk->bik', received 'ij,jk->ikk'"),
    ],
)  # fmt: skip
def test_messages(make: Any, message: str) -> None:
    with pytest.raises(OpError) as caught:
        make()
    assert caught.value.message == message
