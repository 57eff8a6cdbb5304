"""Sizes as people write them, and what is said where they cannot be read."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.errors import CnncalcError, InputError, NameNotFoundError
from cnncalc.shape import (
    DTYPE_BYTES,
    broadcast,
    format_shape,
    parse_dtype,
    parse_shape,
    product,
    to_shape,
)


@pytest.mark.parametrize(
    "text",
    ["3x224x224", "3×224×224", "3,224,224", "3, 224, 224", "3 224 224", "(3, 224, 224)",
     "[3,224,224]", "(3,224,224,)", "3*224*224", " 3 x 224 x 224 ", "3X224X224", "3，224，224",
     "3✕224✕224", "( 3x224x224 )"],
)  # fmt: skip
def test_ways_to_write_a_size(text: str) -> None:
    assert parse_shape(text) == (3, 224, 224)


@pytest.mark.parametrize(
    ("text", "layout", "shape"),
    [("224x224x3", "hwc", (3, 224, 224)), ("224x224x3", "HWC", (3, 224, 224)),
     ("3x7", "CHW", (3, 7)), ("16000", "chw", (16000,)), ("(5,)", "chw", (5,)),
     ("4x16x112x112", "chw", (4, 16, 112, 112)), ("16x112x112x4", "hwc", (4, 16, 112, 112)),
     ("1x28x28", "chw", (1, 28, 28))],
)  # fmt: skip
def test_layouts_and_ranks(text: str, layout: str, shape: tuple[int, ...]) -> None:
    assert parse_shape(text, layout) == shape


HELP = "\n  help: write the size as 3x224x224 (channels, height, width)"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the input size is empty\n  help: write it as 3x224x224"),
        ("()", "the input size is empty\n  help: write it as 3x224x224"),
        ("axb", f"input 'axb': expected a whole number, received 'a'{HELP}"),
        ("3x", f"input '3x': expected a whole number, received nothing{HELP}"),
        ("3xx4", f"input '3xx4': expected a whole number, received nothing{HELP}"),
        ("3x2.5x4", f"input '3x2.5x4': expected a whole number, received '2.5'{HELP}"),
        ("3x1e3", f"input '3x1e3': expected a whole number, received '1e3'{HELP}"),
        ("(3x4", f"input '(3x4': expected a whole number, received '(3'{HELP}"),
        ("3x0x4", "input '3x0x4': sizes start at 1, received 0"),
        ("3x-4", "input '3x-4': sizes start at 1, received -4"),
        ("1x2x3x4x5x6x7x8x9", "input '1x2x3x4x5x6x7x8x9' has 9 dims; at most 8 make sense"),
    ],
)
def test_what_cannot_be_read(text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_shape(text)
    assert str(caught.value) == message


@pytest.mark.parametrize("odd", [True, 2.0, "3", None, int, [3]])
def test_numbers_that_are_none(odd: Any) -> None:
    with pytest.raises(InputError, match="is not a whole number"):
        to_shape([3, odd])


def test_unknown_layout() -> None:
    with pytest.raises(NameNotFoundError) as caught:
        parse_shape("3x4", "nchw")
    assert str(caught.value) == "unknown layout 'nchw'\n  help: layouts are chw and hwc"


@given(st.text(max_size=12))
def test_any_text_is_a_size_or_an_error(text: str) -> None:
    try:
        shape = parse_shape(text)
    except CnncalcError:
        return
    assert all(size >= 1 for size in shape)


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=8))
def test_what_is_printed_can_be_read(sizes: list[int]) -> None:
    assert parse_shape(format_shape(sizes)) == tuple(sizes)
    assert parse_shape(str(tuple(sizes))) == tuple(sizes)


def test_format() -> None:
    assert format_shape((1, None, 7)) == "1x?x7"
    assert format_shape((1, 2), "×") == "1×2"
    assert format_shape(()) == "()"


def test_product() -> None:
    assert product(()) == 1
    assert product((2, 3, 7)) == 42
    assert product((2, None, 7)) is None


@pytest.mark.parametrize(
    ("shapes", "result"),
    [
        ([(2, 3), (2, 3)], (2, 3)),
        ([(2, 1, 4), (3, 1)], (2, 3, 4)),
        ([(5,), ()], (5,)),
        ([(2, 3), (3, 2)], None),
        ([(2, 3), (4, 1, 3), (1, 1)], (4, 2, 3)),
        ([(None, 3), (2, 3)], (2, 3)),
        ([(None, 3), (1, 3)], (None, 3)),
    ],
)
def test_broadcast(shapes: list[Any], result: Any) -> None:
    assert broadcast(shapes) == result


@pytest.mark.parametrize(
    ("name", "dtype"),
    [("float32", "float32"), ("fp16", "float16"), ("half", "float16"), ("torch.bfloat16",
     "bfloat16"), (" BF16 ", "bfloat16"), ("double", "float64"), ("long", "int64")],
)  # fmt: skip
def test_dtypes(name: str, dtype: str) -> None:
    assert parse_dtype(name) == dtype


def test_bytes_are_those_in_the_names() -> None:
    for name, width in DTYPE_BYTES.items():
        bits = "".join(letter for letter in name if letter.isdigit())
        assert width == (int(bits) // 8 if bits else 1)


def test_unknown_dtype() -> None:
    with pytest.raises(NameNotFoundError) as caught:
        parse_dtype("float31")
    assert caught.value.message == "unknown dtype 'float31'"
    assert caught.value.help is not None
    assert "float32" in caught.value.help
