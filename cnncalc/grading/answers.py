"""Answers as people write them, by the kind of figure that is asked for, held to the truth."""

from __future__ import annotations

import re
from enum import Enum
from fractions import Fraction
from typing import Any, NamedTuple

from ..errors import InputError
from ..quantity import Quantity, about, normal, read_bytes, read_count, read_share
from ..shape import MAX_DIMS, Shape, format_shape
from .arithmetic import evaluate

#: A longer answer is none that anyone wrote.
MAX_LENGTH = 300


class Kind(Enum):
    """What is asked for."""

    COUNT = "a number"
    BYTES = "a number of bytes"
    SHARE = "a share"
    SHAPE = "a shape"
    AXES = "a number for each axis"
    WORD = "a word"


class Truth(NamedTuple):
    """A figure of the engine. Each of `values` is right, the first is shown.

    A shape is full, with its channels first; `layout` says how it is written. `whole` says that
    the word for the whole input is right too.
    """

    kind: Kind
    values: tuple[Any, ...]
    layout: str = "chw"
    whole: bool = False

    @property
    def value(self) -> Any:
        """The value that is shown."""
        return self.values[0]


class Dims(NamedTuple):
    """A shape as it was written; None stands for a batch of any size.

    `channels_first` is said by the notation `6@28x28`, whatever the layout.
    """

    sizes: tuple[int | None, ...]
    channels_first: bool = False


class Literally(NamedTuple):
    """A wrong shape that a mistake leads to, as it would be written."""

    sizes: Shape


#: The answer that everything is seen.
WHOLE = "whole"
Answer = Quantity | Dims | tuple[Quantity, ...] | str

_NOUNS = {
    "macs", "mac", "flops", "flop", "params", "param", "parameters", "parameter", "weights",
    "weight", "biases", "channels", "features", "neurons", "units", "pixels", "pixel", "px",
    "layers", "values", "operations", "ops", "参数量", "参数", "权重", "偏置", "通道", "特征",
    "神经元", "像素", "层", "个", "次",
}  # fmt: skip
_BY_LENGTH = sorted(_NOUNS, key=len, reverse=True)
_BATCH = {"n", "b", "bs", "m", "batch", "batchsize", "batch_size", "none", "?", "-1", "_", "批量"}
_WHOLE = {"whole", "all", "everything", "whole input", "the whole input", "全图", "整图", "全部",
          "整个输入", "整张图", "全局", "global"}  # fmt: skip
_NOT_ANSWERED = {"", "-", "?", "--", "—", "n/a", "todo", "未答"}
_SEPARATOR = re.compile(r"\s*[x×✕*·,;]\s*|\s+", re.I)
_CHANNELS_AT = re.compile(r"(\d+)\s*@\s*(.+)")
_LAST_PART = re.compile(r"[=≈≃≅≒]")
#: `224.` is the number before the full stop.
_POINT_AT_END = re.compile(r"(?<=\d)[.。]$")
_AXIS = re.compile(r"[+-]?\d+(?:[./]\d+)?")
_TRUE, _FALSE = {"true", "yes", "on", "1", "是", "有"}, {"false", "no", "off", "0", "否", "无"}


def is_answered(text: str | None) -> bool:
    """Does a sheet say anything here?"""
    return text is not None and text.strip().lower() not in _NOT_ANSWERED


def read(text: str, truth: Truth) -> Answer:
    """The answer that a text gives. Raises `InputError` where it is none of this kind."""
    if len(text) > MAX_LENGTH:
        raise InputError(f"an answer of {len(text):,} characters is not read")
    plain = normal(text.strip())
    if truth.kind is Kind.WORD:
        return plain.casefold().strip("\"' ")
    if truth.kind is Kind.SHAPE:
        return _dims(plain, text)
    if truth.kind is Kind.AXES:
        return _axes(plain, text)
    return _number(plain, text, truth.kind)


def admits(answer: Answer, truth: Truth, value: Any) -> bool:
    """Is this answer right if `value` is the figure?"""
    if value is None:
        return False
    if truth.kind is Kind.WORD:
        return isinstance(answer, str) and _same_word(answer, value)
    if isinstance(answer, Dims):
        return _same_shape(answer, value, truth.layout)
    if truth.kind is Kind.AXES:
        return _same_axes(answer, value, truth.whole)
    return isinstance(answer, Quantity) and answer.admits(value)


def is_right(answer: Answer, truth: Truth) -> bool:
    """Is the answer right?"""
    return any(admits(answer, truth, value) for value in truth.values)


# Reading


def _number(plain: str, text: str, kind: Kind) -> Quantity:
    """A number with its unit, or else a sum; of `a = b` the end."""
    marked = False
    parts = _LAST_PART.split(plain)
    if len(parts) > 1 and parts[-1].strip():
        marked = plain[len(plain) - len(parts[-1]) - 1] != "="
        plain = parts[-1].strip()
    plain = _POINT_AT_END.sub("", plain)
    body = f"≈{plain}" if marked else plain
    try:
        if kind is Kind.BYTES:
            return read_bytes(body)
        return read_share(body) if kind is Kind.SHARE else read_count(body, _BY_LENGTH)
    except InputError as error:
        try:
            return Quantity(evaluate(_without_noun(about(plain)[0])))
        except InputError as other:
            # The error of the sum says more where it looks like one.
            looks = re.search(r"\d\s*[-+*/^×÷]+\s*[\d(]", plain) is not None
            raise (other if looks else _reworded(error, text, kind)) from None


def _reworded(error: InputError, text: str, kind: Kind) -> InputError:
    if error.message.endswith("is no number"):
        return InputError(f"expected {kind.value}, received {_shown(text)}")
    return error


def _without_noun(text: str) -> str:
    lower = text.lower()
    for noun in _BY_LENGTH:
        if lower.endswith(noun):
            return text[: -len(noun)].strip()
    return text


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:40]}…")


def _bare(text: str) -> str:
    """Without brackets around it, and without `torch.Size`."""
    body = re.sub(r"^torch\.size\s*", "", text, flags=re.I).strip()
    while len(body) >= 2 and body[0] + body[-1] in ("()", "[]", "{}"):
        body = body[1:-1].strip().rstrip(",").strip()
    return body


def _dims(plain: str, text: str) -> Dims:
    expected = InputError(f"expected a shape such as 64x112x112, received {_shown(text)}")
    body = _bare(about(plain)[0].strip())
    first = _CHANNELS_AT.fullmatch(body)
    if first is not None:
        body = f"{first[1]}x{_bare(first[2])}"
    sizes: list[int | None] = []
    for part in _SEPARATOR.split(body):
        if part.isdigit() and len(part) <= 30:
            sizes.append(int(part))
        elif not sizes and part.lower() in _BATCH:
            sizes.append(None)
        else:
            raise expected
    if len(sizes) > MAX_DIMS:
        raise expected
    return Dims(tuple(sizes), first is not None)


def _axes(plain: str, text: str) -> Answer:
    body = _bare(_without_noun(about(plain)[0].strip()))
    if body.lower() in _WHOLE:
        return WHOLE
    parts = _SEPARATOR.split(body)
    if all(_AXIS.fullmatch(part) for part in parts) and len(parts) <= MAX_DIMS:
        values = [part for part in parts if not part.endswith("/0")]
        if len(values) == len(parts) and all(len(part) <= 40 for part in parts):
            return tuple(Quantity(Fraction(part)) for part in parts)
    try:
        return (_number(body, text, Kind.COUNT),)
    except InputError:
        message = f"expected a number, or one for each axis (11x11), received {_shown(text)}"
        raise InputError(message) from None


# Comparing


def _same_word(answer: str, value: Any) -> bool:
    if isinstance(value, bool):
        return answer in (_TRUE if value else _FALSE)
    if value is None:
        return answer in ("none", "null")
    return answer == str(value).casefold()


def _same_shape(answer: Dims, value: Any, layout: str) -> bool:
    if isinstance(value, Literally):
        return answer.sizes == value.sizes
    if None in value[1:]:
        return False
    full = value if answer.channels_first or layout == "chw" else channels_last(value)
    if len(answer.sizes) == len(full):
        return answer.sizes[1:] == full[1:] and answer.sizes[0] in (None, full[0])
    return answer.sizes == full[1:]


def _same_axes(answer: Answer, value: Any, whole: bool) -> bool:
    if answer == WHOLE:
        return whole
    if isinstance(answer, str | Quantity | Dims) or None in value:
        return False
    if len(answer) == 1:
        return all(answer[0].admits(each) for each in value)
    return len(answer) == len(value) and all(
        one.admits(each) for one, each in zip(answer, value, strict=True)
    )


def channels_last(shape: Shape) -> Shape:
    """A full shape with its channels behind the positions."""
    return (shape[0], *shape[2:], shape[1]) if len(shape) > 2 else shape


# Showing


def show(truth: Truth, value: Any = None) -> str:
    """A figure as it is printed; the first of the truth's values unless one is given."""
    if value is None:
        value = truth.value
    if truth.kind is Kind.SHAPE:
        full = channels_last(value) if truth.layout == "hwc" else value
        return format_shape(full[1:] if full[0] in (1, None) and len(full) > 1 else full)
    if truth.kind is Kind.AXES:
        text = "x".join("?" if each is None else str(each) for each in value)
        return f"{WHOLE} ({text})" if truth.whole else text
    if truth.kind is Kind.SHARE:
        return f"{float(value) * 100:.4g}%"
    if truth.kind is Kind.WORD:
        return str(value).lower() if isinstance(value, bool) else str(value)
    return _plain(value) + (" B" if truth.kind is Kind.BYTES else "")


def _plain(value: Any) -> str:
    if isinstance(value, Fraction) and value.denominator != 1:
        return str(value)
    return f"{int(value):,}"
