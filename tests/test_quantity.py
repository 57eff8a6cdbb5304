"""Numbers as people write them."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.errors import InputError
from cnncalc.quantity import byte_count, count


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("12M", 12_000_000),
        ("12 M", 12_000_000),
        ("12_000_000", 12_000_000),
        ("12,000,000", 12_000_000),
        ("1.2e7", 12_000_000),
        ("1.2E+7", 12_000_000),
        ("10.58M", 10_580_000),
        ("≈231M", 231_000_000),
        ("约 1.5亿", 150_000_000),
        ("3万", 30_000),
        ("7B", 7_000_000_000),
        ("1.5 billion", 1_500_000_000),
        ("640k", 640_000),
        ("4.1G", 4_100_000_000),
        (".5", Fraction(1, 2)),
    ],
)
def test_counts(text: str, value: int) -> None:
    assert count(text) == value


def test_a_noun_may_stand_behind_the_prefix() -> None:
    assert count("4.1 GMACs", "MACs") == 4_100_000_000
    assert count("300 macs", "MACs") == 300
    with pytest.raises(InputError, match="unknown unit 'GFLOPs'"):
        count("8.2 GFLOPs", "MACs")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("64MB", 64_000_000),
        ("64 MiB", 67_108_864),
        ("64 mib", 67_108_864),
        ("1.5 GiB", 1_610_612_736),
        ("512", 512),
        ("512 B", 512),
        ("8_000_000", 8_000_000),
    ],
)
def test_bytes(text: str, value: int) -> None:
    assert byte_count(text) == value


@pytest.mark.parametrize(
    "text",
    ["", "M", "-3", "1,5", "12,00", "1__2", "_1", "1e999", "1e", "12 Q", "0x10", "1.2.3", "9" * 99],
)
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        count(text)


def test_half_a_unit_of_bytes_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        byte_count("64M")
    assert str(caught.value) == (
        "'64M': 'M' is no unit of bytes\n  help: MB for powers of 1000, MiB for powers of 1024"
    )
    with pytest.raises(InputError, match="unknown unit 'Mbit'"):
        byte_count("64 Mbit")


@given(st.integers(0, 10**15))
def test_whole_numbers_are_read_in_every_spelling(number: int) -> None:
    for text in (f"{number}", f"{number:,}", f"{number:_}", f"{number / 1:.0f}"):
        assert count(text) == number


@given(st.text(max_size=12))
def test_any_text_is_a_number_or_refused(text: str) -> None:
    for read in (count, byte_count):
        try:
            value = read(text)
        except InputError:
            continue
        assert value >= 0
