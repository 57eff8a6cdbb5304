"""Mistakes in writing an answer: rounding, units, the order of sizes, the batch."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import floor

from ...quantity import Quantity, rounded
from ...shape import product
from ..answers import Kind, Literally
from ..figures import width
from .registry import Case, Guess, answered_sizes, mistake


def _quantity(case: Case) -> Quantity | None:
    numeric = case.truth.kind in (Kind.COUNT, Kind.BYTES, Kind.SHARE)
    return case.answer if isinstance(case.answer, Quantity) and numeric else None


@mistake(
    "rounded-to-nothing", 9, "rounds to nothing: give more digits", "四舍五入后成了 0：请多写几位"
)
def rounded_to_nothing(case: Case) -> Iterator[Guess]:
    given = _quantity(case)
    if given is not None and given.step and not given.value:
        yield Fraction(0), ""


@mistake("cut-off", 10, "digits cut off instead of rounded", "直接截断，没有四舍五入")
def cut_off(case: Case) -> Iterator[Guess]:
    given = _quantity(case)
    if given is not None and given.step and given.value:
        yield floor(Fraction(case.truth.value) / given.step) * given.step, ""


@mistake(
    "rounded-unmarked", 78,
    "rounded, but written as an exact number: put ≈ before it",
    "取了近似值却写成精确值：前面加 ≈",
)  # fmt: skip
def rounded_unmarked(case: Case) -> Iterator[Guess]:
    given = _quantity(case)
    if given is None or given.step or given.value < 100 or given.value.denominator != 1:
        return
    text = str(int(given.value))
    zeros = len(text) - len(text.rstrip("0"))
    if zeros and len(text) - zeros > 1:
        for value in rounded(Fraction(case.truth.value), Fraction(10) ** zeros):
            yield value, ""


@mistake("layout-mixed", 12, "the channels in the wrong place ({})", "通道的位置不对（{}）")
def layout_mixed(case: Case) -> Iterator[Guess]:
    if case.truth.kind is not Kind.SHAPE:
        return
    batch, *rest = case.truth.value
    if len(rest) < 2:
        return
    first, last = tuple(rest), (*rest[1:], rest[0])
    other, name = (last, "HWC") if case.truth.layout == "chw" else (first, "CHW")
    yield Literally(other), f"{name} / {case.truth.layout.upper()}"
    yield Literally((batch, *other)), f"N{name} / N{case.truth.layout.upper()}"


@mistake("axes-swapped", 13, "height and width swapped", "高和宽写反了")
def axes_swapped(case: Case) -> Iterator[Guess]:
    value = case.truth.value
    if case.truth.kind is Kind.SHAPE and len(value) == 4:
        yield (*value[:2], value[3], value[2]), ""
    elif case.truth.kind is Kind.AXES and len(value) == 2:
        yield value[::-1], ""
    elif case.quantity in ("height", "width") and case.target.part is not None:
        shape = case.target.part.output_shape
        yield (shape[-1] if case.quantity == "height" else shape[-2]), ""


@mistake("batch-differs", 14, "the batch is {} here", "这里的批量是 {}")
def batch_differs(case: Case) -> Iterator[Guess]:
    sizes = answered_sizes(case)
    if case.truth.kind is Kind.SHAPE and len(sizes) == len(case.truth.value) and sizes:
        yield (sizes[0], *case.truth.value[1:]), str(case.truth.value[0])


@mistake("channels-left-out", 15, "the channels are left out", "漏写了通道数")
def channels_left_out(case: Case) -> Iterator[Guess]:
    if case.truth.kind is Kind.SHAPE and len(case.truth.value) > 2:
        yield Literally(case.truth.value[2:]), ""


@mistake("flattened", 16, "the sizes are multiplied into one", "把各维相乘成了一个数")
def flattened(case: Case) -> Iterator[Guess]:
    if case.truth.kind is Kind.SHAPE and len(case.truth.value) > 2:
        yield Literally((product(case.truth.value[1:]),)), ""


@mistake("percent", 17, "the percent sign is missing", "漏写了百分号")
def percent(case: Case) -> Iterator[Guess]:
    if case.truth.kind is Kind.SHARE:
        yield case.truth.value * 100, ""


@mistake("unit", 18, "the wrong unit: {}", "单位错了：{}")
def unit(case: Case) -> Iterator[Guess]:
    given = _quantity(case)
    if given is None or not given.value or not case.truth.value:
        return
    for power, name in ((-3, "10⁹"), (-2, "10⁶"), (-1, "10³"), (1, "10³"), (2, "10⁶"), (3, "10⁹")):
        sign = "÷" if power < 0 else "×"
        yield Fraction(case.truth.value) * Fraction(1000) ** power, f"{sign}{name}"
    if case.truth.kind is Kind.COUNT:
        for power, name in ((1, "万"), (2, "亿")):
            yield Fraction(case.truth.value) * Fraction(10000) ** power, f"×{name}"
            yield Fraction(case.truth.value) / Fraction(10000) ** power, f"÷{name}"


@mistake(
    "binary-unit", 18, "{}: powers of 1000 and of 1024 mixed up", "{}：混淆了 1000 进制和 1024 进制"
)
def binary_unit(case: Case) -> Iterator[Guess]:
    given = _quantity(case)
    if given is None or case.truth.kind is not Kind.BYTES:
        return
    for power, letter in ((1, "k"), (2, "M"), (3, "G")):
        ratio = Fraction(1000**power, 1024**power)
        upper = letter.upper()
        yield case.truth.value * ratio, f"{letter}B / {upper}iB"
        yield case.truth.value / ratio, f"{upper}iB / {letter}B"


@mistake(
    "elements-for-bytes",
    21,
    "values counted, not their bytes",
    "数的是元素个数，没有乘每个元素的字节数",
)
def elements_for_bytes(case: Case) -> Iterator[Guess]:
    if case.truth.kind is Kind.BYTES:
        yield Fraction(case.truth.value, width(case.analysed)), ""


@mistake("bytes-per-value", 22, "{} bytes for each value", "每个元素按 {} 字节计算")
def bytes_per_value(case: Case) -> Iterator[Guess]:
    if case.truth.kind is Kind.BYTES:
        here = width(case.analysed)
        for other in (2, 4, 8):
            if other != here:
                yield Fraction(case.truth.value * other, here), str(other)
        yield case.truth.value * 8, "8x"


@mistake("batch-counted", 23, "multiplied by the batch", "多乘了批量")
def batch_counted(case: Case) -> Iterator[Guess]:
    batch = next(iter(case.analysed.inputs.values()))[0]
    if batch not in (None, 1) and case.truth.kind in (Kind.COUNT, Kind.BYTES):
        yield case.truth.value * batch, ""


@mistake("batch-forgotten", 24, "for one sample only, the batch is {}", "只算了一个样本，批量是 {}")
def batch_forgotten(case: Case) -> Iterator[Guess]:
    batch = next(iter(case.analysed.inputs.values()))[0]
    if batch not in (None, 1) and case.truth.kind in (Kind.COUNT, Kind.BYTES):
        yield Fraction(case.truth.value, batch), str(batch)
