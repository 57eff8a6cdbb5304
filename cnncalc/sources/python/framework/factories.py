"""New tensors: `torch.zeros`, `torch.arange`, `torch.tensor`, and those like others."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

from ..arrays import Array
from ..interpreter import Interpreter
from ..values import Native, Opaque, Raised
from .functions import ANSWERS
from .reading import constant
from .tensor import MAX_VALUES, DType, Tensor, dtype, in_single_precision

#: Functions of torch that make tensors out of numbers.
FACTORIES: dict[str, Native] = {}


def sizes_of(reader: Interpreter, shown: str, given: tuple[Any, ...]) -> tuple[int, ...]:
    """`zeros(2, 3)` and `zeros((2, 3))` say the same."""
    sizes = given[0] if len(given) == 1 and isinstance(given[0], tuple | list) else given
    for size in sizes:
        if isinstance(size, Tensor) and size.values:
            size = size.values[0]
        if isinstance(size, bool) or not isinstance(size, int):
            raise reader.cannot(f"{shown}() is given the size {size!r}, which is not known")
        if size < 0:
            text = f"Trying to create tensor with negative dimension {size}"
            raise Raised(RuntimeError(text), text)
    return tuple(
        [each.values[0] if isinstance(each, Tensor) and each.values else each for each in sizes]
    )


def _filled(name: str, value: Any, kind: str = "float32") -> None:
    def run(reader: Interpreter, *size: Any, **options: Any) -> Tensor:
        given = size or (options["size"],)
        return _made(sizes_of(reader, f"torch.{name}", given), options, value, kind)

    FACTORIES[name] = Native(f"torch.{name}", run)


def _made(
    shape: tuple[int, ...], options: dict[str, Any], value: Any = None, kind: str = "float32"
) -> Tensor:
    asked = options.get("dtype")
    count = prod(shape)
    values = None if value is None or count > MAX_VALUES else [value] * count
    trainable = options.get("requires_grad") is True
    made_kind = asked if isinstance(asked, DType) else dtype(kind)
    return Tensor(shape, made_kind, values=values, trainable=trainable)


for _name, _value in (("zeros", 0), ("ones", 1), ("empty", None), ("rand", None), ("randn", None)):
    _filled(_name, _value)


def _randint(reader: Interpreter, *given: Any, **options: Any) -> Tensor:
    size = options["size"] if "size" in options else given[-1]
    return _made(sizes_of(reader, "torch.randint", (size,)), options, kind="int64")


def _full(reader: Interpreter, size: Any, fill_value: Any, **options: Any) -> Tensor:
    kind = (
        "bool"
        if isinstance(fill_value, bool)
        else "int64"
        if isinstance(fill_value, int)
        else "float32"
    )
    value = fill_value if isinstance(fill_value, int | float) else None
    return _made(sizes_of(reader, "torch.full", (size,)), options, value, kind)


def _eye(reader: Interpreter, n: int, m: int | None = None, **options: Any) -> Tensor:
    return _made(sizes_of(reader, "torch.eye", (n, n if m is None else m)), options)


def _arange(reader: Interpreter, *ends: Any, **options: Any) -> Tensor:
    if len(ends) < 2 and "end" in options:  # arange(end=5), arange(1, end=5)
        ends = (*(ends or (options.get("start", 0),)), options["end"])
    if len(ends) < 3 and "step" in options:
        ends = (*((0, *ends) if len(ends) == 1 else ends), options["step"])
    numbers = [
        each.values[0] if isinstance(each, Tensor) and each.values else each for each in ends
    ]
    if not all(isinstance(each, int | float) for each in numbers):
        raise reader.cannot("torch.arange() is given an end which is not known")
    start, end, step = {1: (0, *numbers, 1), 2: (*numbers, 1)}.get(len(numbers), tuple(numbers))
    count = max(-int(-(end - start) // step), 0)
    reader.budget.items(min(count, 1 << 20))
    whole = all(isinstance(each, int) for each in (start, end, step))
    values = [start + at * step for at in range(count)] if count <= MAX_VALUES else None
    return _constant((count,), values, options, "int64" if whole else "float32")


def _linspace(
    reader: Interpreter, start: Any, end: Any, steps: int = 100, **options: Any
) -> Tensor:
    known = all(isinstance(each, int | float) for each in (start, end)) and steps <= MAX_VALUES
    step = (end - start) / (steps - 1) if known and steps > 1 else 0.0
    values = [start + at * step for at in range(steps)] if known else None
    return _constant((steps,), values, options, "float32")


def _constant(
    shape: tuple[int, ...], values: list[Any] | None, options: dict[str, Any], kind: str
) -> Tensor:
    asked = options.get("dtype")
    made = asked if isinstance(asked, DType) else dtype(kind)
    if values is not None and made.name == "float32":
        values = in_single_precision(values)
    return Tensor(shape, made, values=values)


def _tensor(reader: Interpreter, data: Any, *_: Any, **options: Any) -> Any:
    if isinstance(data, Tensor):
        return Tensor(data.shape, data.dtype, values=data.values)
    if data.__class__ is Opaque:
        return data
    if isinstance(data, Array):
        options = {"dtype": dtype("float64"), **options}
        data = list(data)
    reader.weigh(data)
    asked = options.get("dtype")
    made = constant(data, asked if isinstance(asked, DType) else None)
    made.trainable = options.get("requires_grad") is True
    return made


def _numbers_of_kind(kind: str) -> Callable[..., Tensor]:
    """`torch.FloatTensor(2, 3)`, `torch.LongTensor([1, 2])`."""

    def run(reader: Interpreter, *given: Any) -> Tensor:
        if given and all(isinstance(each, int) for each in given):
            return _made(sizes_of(reader, "torch.Tensor", given), {}, None, kind)
        if given and isinstance(given[0], Tensor):
            return Tensor(given[0].shape, dtype(kind), values=given[0].values)
        if given and given[0].__class__ is Opaque:
            return given[0]  # type: ignore[return-value]
        return constant(given[0] if given else [], dtype(kind))

    return run


def _random_permutation(reader: Interpreter, n: int, **options: Any) -> Tensor:
    return _made(sizes_of(reader, "torch.randperm", (n,)), options, kind="int64")


def _normal(reader: Interpreter, *given: Any, size: Any = None, **options: Any) -> Tensor:
    like = next((each for each in given if isinstance(each, Tensor)), None)
    shape = (
        tuple(like.shape)
        if like is not None
        else sizes_of(reader, "torch.normal", (size or given[-1],))
    )
    return _made(shape, options)


_OTHERS: dict[str, Callable[..., Any]] = {
    "randint": _randint, "full": _full, "eye": _eye, "arange": _arange, "range": _arange,
    "linspace": _linspace, "logspace": _linspace, "tensor": _tensor, "as_tensor": _tensor,
    "from_numpy": _tensor, "randperm": _random_permutation, "normal": _normal,
    "FloatTensor": _numbers_of_kind("float32"), "LongTensor": _numbers_of_kind("int64"),
    "IntTensor": _numbers_of_kind("int32"), "BoolTensor": _numbers_of_kind("bool"),
    "ByteTensor": _numbers_of_kind("uint8"), "HalfTensor": _numbers_of_kind("float16"),
    "DoubleTensor": _numbers_of_kind("float64"), "hann_window": _random_permutation,
    "hamming_window": _random_permutation, "scalar_tensor": _tensor,
}  # fmt: skip
for _name, _run in _OTHERS.items():
    FACTORIES[_name] = Native(f"torch.{_name}", _run)


# Like others


def _like(value: Any) -> Callable[..., Tensor]:
    def run(reader: Interpreter, other: Tensor, *_: Any, **options: Any) -> Tensor:
        return _made(tuple(other.shape), {"dtype": other.dtype, **options}, value)

    return run


def _new(value: Any) -> Callable[..., Tensor]:
    def run(reader: Interpreter, other: Tensor, *size: Any, **options: Any) -> Tensor:
        given = size or (options["size"],)
        shape = sizes_of(reader, "new_tensor", given)
        return _made(shape, {"dtype": other.dtype, **options}, value)

    return run


def _new_full(reader: Interpreter, other: Tensor, size: Any, value: Any, **options: Any) -> Tensor:
    return _made(sizes_of(reader, "new_full", (size,)), {"dtype": other.dtype, **options}, value)


def _new_tensor(reader: Interpreter, other: Tensor, data: Any, **options: Any) -> Tensor:
    return _tensor(reader, data, **{"dtype": other.dtype, **options})  # type: ignore[no-any-return]


for _name, _value in (
    ("zeros_like", 0), ("ones_like", 1), ("empty_like", None), ("rand_like", None),
    ("randn_like", None), ("randint_like", None), ("full_like", None),
):  # fmt: skip
    ANSWERS[_name] = _like(_value)
for _name, _value in (("new_zeros", 0), ("new_ones", 1), ("new_empty", None), ("new", None)):
    ANSWERS[_name] = _new(_value)
ANSWERS["new_full"] = _new_full
ANSWERS["new_tensor"] = _new_tensor
