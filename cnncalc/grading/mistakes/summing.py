"""Mistakes in sums over layers: one left out, one twice, some that do not belong."""

from __future__ import annotations

from collections.abc import Iterator

from ...ops.conv import Convolution
from ...ops.linear import Linear
from ...report import Row
from ...shape import product
from ..figures import biases, weights, width
from .registry import Case, Guess, mistake

_SUMMED = {"params": "params", "trainable": "trainable", "macs": "macs", "flops": "flops",
           "memory.forward": "output_bytes"}  # fmt: skip


def _terms(case: Case) -> list[tuple[Row, int]]:
    """The layers of a sum with what they add to it; none where no sum is asked for."""
    if case.row is not None or case.target.argument:
        return []
    if case.quantity == "weights":
        terms = [(row, weights(row, row.params)) for row in case.rows]
    elif case.quantity in _SUMMED:
        terms = [(row, getattr(row, _SUMMED[case.quantity])) for row in case.rows]
    else:
        return []
    return [(row, value) for row, value in terms if value]


@mistake("without-the-last", 70, "the last layer ({}) left out", "漏了最后一层（{}）")
def without_the_last(case: Case) -> Iterator[Guess]:
    for row, value in _terms(case)[-1:]:
        yield case.truth.value - value, row.name


@mistake("without-the-first", 71, "the first layer ({}) left out", "漏了第一层（{}）")
def without_the_first(case: Case) -> Iterator[Guess]:
    for row, value in _terms(case)[:1]:
        yield case.truth.value - value, row.name


@mistake("left-out", 72, "{} left out", "漏了 {}")
def left_out(case: Case) -> Iterator[Guess]:
    for row, value in _terms(case)[1:-1]:
        yield case.truth.value - value, row.name


@mistake("counted-twice", 73, "{} counted twice", "{} 算了两遍")
def counted_twice(case: Case) -> Iterator[Guess]:
    for row, value in _terms(case):
        yield case.truth.value + value, row.name


@mistake("only-convolutions", 74, "the convolutions only", "只算了卷积层")
def only_convolutions(case: Case) -> Iterator[Guess]:
    terms = _terms(case)
    if terms:
        yield sum(value for row, value in terms if isinstance(row.op, Convolution)), ""


@mistake("only-linear", 74, "the linear layers only", "只算了全连接层")
def only_linear(case: Case) -> Iterator[Guess]:
    terms = _terms(case)
    if terms:
        yield sum(value for row, value in terms if isinstance(row.op, Linear)), ""


@mistake("one-bias-forgotten", 69, "the bias of {} forgotten", "漏了 {} 的偏置")
def one_bias_forgotten(case: Case) -> Iterator[Guess]:
    if case.quantity in ("params", "trainable"):
        for row, _ in _terms(case):
            yield case.truth.value - (biases(row.op) or 0), row.name


@mistake("buffers-counted", 75, "buffers counted as parameters", "把缓冲区也算成了参数")
def buffers_counted(case: Case) -> Iterator[Guess]:
    if case.quantity in ("params", "trainable"):
        yield case.truth.value + sum(row.buffers or 0 for row in case.rows), ""


@mistake("input-counted", 76, "the input counted too", "把输入也算进去了")
def input_counted(case: Case) -> Iterator[Guess]:
    if case.quantity == "memory.forward":
        yield case.truth.value + case.analysed.report.totals.input_bytes, ""


@mistake("views-counted", 77, "outputs counted that take no memory of their own (views, in-place)",
         "把不占新内存的输出也算进去了（视图、原地操作）")  # fmt: skip
def views_counted(case: Case) -> Iterator[Guess]:
    if case.quantity == "memory.forward":
        elements = [product(row.output_shape) or 0 for row in case.rows]
        yield sum(elements) * width(case.analysed), ""


@mistake("largest-only", 78, "the largest layer only ({})", "只算了最大的一层（{}）")
def largest_only(case: Case) -> Iterator[Guess]:
    terms = _terms(case)
    if terms:
        row, value = max(terms, key=lambda term: term[1])
        yield value, row.name
