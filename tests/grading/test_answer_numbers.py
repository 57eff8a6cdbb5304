"""Numbers of answers: how they are read, and what a rounded one claims."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cnncalc.errors import InputError
from cnncalc.grading import answers
from cnncalc.grading.answers import Kind, Truth
from cnncalc.grading.arithmetic import evaluate
from cnncalc.quantity import read_bytes, read_count, read_share


def right(kind: Kind, answer: str, truth: object, layout: str = "chw") -> bool:
    figure = Truth(kind, (truth,), layout)
    return answers.is_right(answers.read(answer, figure), figure)


def count(answer: str, truth: int) -> bool:
    return right(Kind.COUNT, answer, truth)


@pytest.mark.parametrize(
    "answer",
    [
        "9472", "9,472", "9 472", "9_472", "9'472", "９４７２", "９，４７２", " 9472 ", "9.472k",
        "9.472e3", "9.472×10^3", "9.472 x 10^3", "9.472·10³", "9.472×10³", "0.9472万",
        "9472 params", "9472个", "7*7*3*64+64", "7×7×3×64 + 64 = 9472", "(7**2*3+1)*64", "= 9472",
        "≈9472", "~9.5k", "约9.5千", "9.5k左右", "9K", "9.47 K parameters", "about 9500",
        "approx. 9.5k", "٩٤٧٢",
    ],
)  # fmt: skip
def test_spellings_of_9472(answer: str) -> None:
    assert count(answer, 9472)


@pytest.mark.parametrize(
    "answer",
    [
        "9500",
        "9.4k",
        "9,471",
        "9470",
        "≈9400",
        "10k",
        "9.47",
        "9472k",
        "9.472万",
        "-9472",
        "0",
        "0M",
    ],
)
def test_what_9472_is_not(answer: str) -> None:
    assert not count(answer, 9472)


@pytest.mark.parametrize(
    ("answer", "truth"),
    [
        ("10.58M", 10_580_648), ("10.6M", 10_580_648), ("≈11M", 10_580_648), ("1058万", 10_580_648),
        ("≈231M", 231_211_008), ("231 MMACs", 231_211_008), ("≈231000000", 231_211_008),
        ("2.31亿", 231_211_008), ("462.4 MFLOPs", 462_422_016), ("1.5 亿", 150_528_000),
    ],
)  # fmt: skip
def test_rounded_right(answer: str, truth: int) -> None:
    assert count(answer, truth)


@pytest.mark.parametrize(
    ("answer", "truth"),
    [
        ("10.5M", 10_580_648), ("10.580M", 10_580_648 + 1000), ("231000000", 231_211_008),
        ("231.0M", 231_211_008), ("≈0", 5), ("0G", 5), ("0.0M", 7),
    ],
)  # fmt: skip
def test_rounded_wrong(answer: str, truth: int) -> None:
    assert not count(answer, truth)


@pytest.mark.parametrize(
    ("answer", "truth", "is_right"),
    [
        ("1.2k", 1250, True),  # half to even
        ("1.3k", 1250, True),  # half up
        ("1.4k", 1350, True),  # both
        ("1.3k", 1350, False),
        ("1.2k", 1249, True),
        ("1.2k", 1251, False),
        ("1.3k", 1249, False),
        ("≈20", 25, True),
        ("≈30", 25, True),
        ("≈30", 24, False),
        ("1k", 999, True),
        ("1k", 500, False),  # 500 is not even near 1k
        ("1k", 950, True),
        ("≈100M", 61_009_920, False),
        ("≈60M", 61_009_920, True),
        ("0k", 500, False),
    ],
)
def test_at_an_exact_half(answer: str, truth: int, is_right: bool) -> None:
    assert count(answer, truth) is is_right


@given(st.integers(1, 10**12), st.integers(0, 3), st.sampled_from([("k", 3), ("M", 6), ("G", 9)]))
def test_rounding_is_that_of_the_decimal_module(
    truth: int, places: int, unit: tuple[str, int]
) -> None:
    letter, zeros = unit
    exact = Decimal(truth).scaleb(-zeros)
    step = Decimal(1).scaleb(-places)
    shown = {exact.quantize(step, rounding) for rounding in (ROUND_HALF_UP, ROUND_HALF_EVEN)}
    assume(exact >= step)  # below it at least one digit of the truth is asked for
    for value in shown:
        assert count(f"{value:f}{letter}", truth)
    for other in (min(shown) - step, max(shown) + step):
        assert other < 0 or not count(f"{other:f}{letter}", truth)


@given(st.integers(0, 10**15), st.integers(-3, 3).filter(bool))
def test_whole_numbers_are_exact(truth: int, off: int) -> None:
    assert count(f"{truth:,}", truth)
    assert truth + off < 0 or not count(f"{truth + off}", truth)


@pytest.mark.parametrize(
    ("answer", "is_right"),
    [
        ("12.9 MB", True), ("12.3 MiB", True), ("12,897,485", True), ("12.3 MB", False),
        ("12,897,484 B", False), ("12595 KiB", True), ("0.0129GB", True), ("12897485字节", True),
    ],
)  # fmt: skip
def test_bytes(answer: str, is_right: bool) -> None:
    assert right(Kind.BYTES, answer, 12_897_485) is is_right


@pytest.mark.parametrize(
    ("answer", "is_right"),
    [
        ("99.7%", True), ("99.73%", True), ("99.72%", False), ("0.997", True), ("99.7", True),
        ("10551552/10580648", True), ("100%", True), ("99%", False), ("９９．７％", True),
    ],
)  # fmt: skip
def test_shares(answer: str, is_right: bool) -> None:
    assert right(Kind.SHARE, answer, Fraction(10_551_552, 10_580_648)) is is_right


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "nan",
        "inf",
        "-",
        "abc",
        "1,5",
        "12 Q",
        "64M M",
        "½",
        "①",
        "1e999",
        "1..2",
        "9" * 400,
        "x",
    ],
)
def test_what_is_no_number(answer: str) -> None:
    with pytest.raises(InputError):
        answers.read(answer, Truth(Kind.COUNT, (1,)))


def test_half_a_unit_of_bytes_is_no_answer() -> None:
    with pytest.raises(InputError, match="'12M': 'M' is no unit of bytes"):
        answers.read("12M", Truth(Kind.BYTES, (1,)))


def test_steps_and_digits() -> None:
    assert read_count("10.58M").step == 10_000
    assert read_count("≈230M").step == 10_000_000
    assert read_count("230M").step == 1_000_000
    assert read_count("10.58M").digits == 4
    assert read_bytes("1.5 KiB").step == Fraction(1024, 10)
    assert read_share("99.7%").value == Fraction(997, 1000)


# Sums


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1+2*3", 7), ("(1+2)*3", 9), ("2**3**2", 512), ("-2**2", -4), ("2^10", 1024),
        ("7/2", Fraction(7, 2)), ("7//2", 3), ("-7//2", -4), ("⌊(224+6-7)/2⌋+1", 112),
        ("⌈223/2⌉+1", 113), ("floor(7/2)+ceil(7/2)", 7), ("[1+1]*2", 4), ("1,000*2", 2000),
        ("3x3x64", 576), ("1e3*2", 2000), (".5*4", 2), ("2--3", 5), ("10÷4", Fraction(5, 2)),
    ],
)  # fmt: skip
def test_sums(text: str, value: int | Fraction) -> None:
    assert evaluate(text) == value


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("1+", "a number is missing"),
        ("(1", "')' is missing"),
        ("1 2", "an operator is missing before '2'"),
        ("1/0", "it divides by zero"),
        ("0**-1", "it divides by zero"),
        ("1//0", "it divides by zero"),
        ("2**99999", "powers are whole numbers up to 256"),
        ("2**.5", "powers are whole numbers up to 256"),
        ("9**256*9**256*9**256", "it is too large"),
        ("10**250**250", "powers are whole numbers up to 256"),
        ("(" * 30 + "1" + ")" * 30, "its brackets are nested too deeply"),
        ("2**" * 30 + "1", "its brackets are nested too deeply"),
        ("__import__('os')", "'_' cannot be calculated with"),
        ("1" * 301, "it is too long"),
        ("", "a number is missing"),
    ],
)
def test_sums_that_are_none(text: str, why: str) -> None:
    with pytest.raises(InputError) as caught:
        evaluate(text)
    assert caught.value.message.endswith(f"is no number: {why}")


@given(st.text("0123456789+-*/() x", max_size=12))
def test_sums_agree_with_python(text: str) -> None:
    plain = text.replace("x", "*")
    try:
        mine = evaluate(text)
    except InputError:
        return
    exact = re.sub(r"\d+", r"Fraction('\g<0>')", plain)
    assert mine == eval(exact, {"Fraction": Fraction})


# Shapes and axes


@pytest.mark.parametrize(
    "answer",
    [
        "64x112x96", "64×112×96", "64,112,96", "(64, 112, 96)", "[64,112,96]", "64 112 96",
        "1x64x112x96", "torch.Size([1, 64, 112, 96])", "(batch_size, 64, 112, 96)", "N×64×112×96",
        "64@112x96", "?x64x112x96", "６４×１１２×９６", "64 x 112 x 96", "64*112*96",
        "64@(112, 96)", "None,64,112,96",
    ],
)  # fmt: skip
def test_spellings_of_a_shape(answer: str) -> None:
    assert right(Kind.SHAPE, answer, (1, 64, 112, 96))


@pytest.mark.parametrize(
    "answer", ["112x96x64", "64x96x112", "2x64x112x96", "112x96", "64x112x96x1"]
)
def test_other_shapes_are_wrong(answer: str) -> None:
    assert not right(Kind.SHAPE, answer, (1, 64, 112, 96))


def test_channels_last() -> None:
    shape = (2, 64, 112, 96)
    for answer in ("112x96x64", "2x112x96x64", "(None, 112, 96, 64)", "64@112x96"):
        assert right(Kind.SHAPE, answer, shape, "hwc")
    assert not right(Kind.SHAPE, "64x112x96", shape, "hwc")
    assert right(Kind.SHAPE, "10", (2, 10), "hwc")


@pytest.mark.parametrize(
    "answer", ["", "x", "64x", "a shape", "64x112x9.5", "-64x2x2", "64xNx2", "1x" * 20]
)
def test_what_is_no_shape(answer: str) -> None:
    with pytest.raises(InputError, match="expected a shape such as 64x112x112"):
        answers.read(answer, Truth(Kind.SHAPE, ((1, 2, 3, 4),)))


def test_axes() -> None:
    assert right(Kind.AXES, "11", (11, 11))
    assert right(Kind.AXES, "11x11", (11, 11))
    assert right(Kind.AXES, "7+2*2", (11, 11))
    assert right(Kind.AXES, "(11, 7)", (11, 7))
    assert right(Kind.AXES, "11 px", (11, 11))
    assert right(Kind.AXES, "-3x-3", (-3, -3))
    assert right(Kind.AXES, "-3", (-3, -3))
    assert right(Kind.AXES, "0.5", (Fraction(1, 2),))
    assert right(Kind.AXES, "1/2", (Fraction(1, 2),))
    assert not right(Kind.AXES, "11", (11, 7))
    assert not right(Kind.AXES, "1", (Fraction(1, 2),))
    assert not right(Kind.AXES, "11x11x11", (11, 11))
    assert not right(Kind.AXES, "whole", (11, 11))


@given(st.text(max_size=20), st.sampled_from(list(Kind)))
def test_any_text_is_an_answer_or_refused(text: str, kind: Kind) -> None:
    truth = Truth(kind, ((1, 2, 3) if kind in (Kind.SHAPE, Kind.AXES) else 3,))
    try:
        answer = answers.read(text, truth)
    except InputError:
        return
    assert answers.is_right(answer, truth) in (True, False)
