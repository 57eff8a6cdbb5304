"""Calling torch's functions: which op each is, and what it makes of tensors of known sizes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from math import prod
from typing import Any

from ....errors import LimitError, OpError
from ....graph import Made
from ....ops import Measure, Op, measured
from ...calls.rules import ALIAS, RESHAPING, Call, Kind, Rule, find, spelled
from ...calls.tensor import tensors_in
from ..budget import LAYER_STEPS
from ..interpreter import Interpreter
from ..values import Opaque, Raised, Record
from .dtypes import dtypes
from .layouts import layouts
from .reading import Reading
from .tensor import DType, Size, Tensor, dtype

#: What a handler raises for arguments that its function does not take.
_REFUSALS = (OpError, TypeError, ValueError, IndexError, AttributeError, KeyError)

#: Functions that answer or make something without an operation; filled by other modules.
ANSWERS: dict[str, Callable[..., Any]] = {}
#: What functions make of constants whose values are known.
VALUES: dict[str, Callable[..., Any]] = {}


def apply(
    reader: Interpreter, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], shown: str = ""
) -> Any:
    """Call the function of torch of that name; the result as torch has it.

    Raises `SourceError` where it depends on values, or no rule knows it.
    """
    shown = shown or name
    rule = find(name)
    if rule.kind is not Kind.MOVE:  # devices are not known, and do not matter
        _refuse_opaque(reader, shown, args, kwargs)
    if name in ANSWERS:
        return ANSWERS[name](reader, *args, **kwargs)
    given = tensors_in(args, kwargs)
    if rule.kind is Kind.VALUES:
        return values_of(reader, shown, name, args, kwargs)
    if rule.kind is Kind.NO:
        return False
    if rule.kind is Kind.MOVE and given:
        return moved(reader, name, rule, args, kwargs)
    if rule.kind is Kind.UNKNOWN or rule.kind is Kind.PASS or rule.handler is None:
        raise reader.cannot(f"cannot follow {shown}()")
    if not given:
        raise TypeError(f"{shown}() needs a tensor")
    if len(given) > 32:
        reader.budget.spend(len(given) * LAYER_STEPS)
    recording = _recording(reader, given)
    return _applied(reader, recording, rule, shown, given, args, kwargs)


def _refuse_opaque(
    reader: Interpreter, shown: str, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    for value in (*args, *kwargs.values()):
        if value.__class__ is Opaque:
            raise reader.cannot(f"{shown}() is given {value.what}, which is not known")
        if isinstance(value, list | tuple) and any(each.__class__ is Opaque for each in value):
            raise reader.cannot(f"{shown}() is given something that is not known")


def _recording(reader: Interpreter, given: Sequence[Tensor]) -> Reading:
    """The network's recording; for functions of constants one that is thrown away."""
    recording = reader.recording
    return recording if any(map(recording.knows, given)) else Reading(reader)


def _applied(
    reader: Interpreter,
    recording: Reading,
    rule: Rule,
    shown: str,
    given: list[Tensor],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    kwargs = {key: value for key, value in kwargs.items() if key != "out"}
    call = Call(recording, rule.name, given, rule.inplace)
    if rule.inplace and rule.name in RESHAPING:
        recording.keep_shape(given[0])
    before = len(recording.records)
    op = _op(reader, rule, shown, call, args, kwargs)
    if op is ALIAS:
        return aliased(recording, call.inputs[0])
    if rule.silent and rule.name == "contiguous" and call.inputs[0].is_contiguous:
        return call.inputs[0]
    inplace = call.inplace or is_inplace(op)
    with _as_trained(reader, rule.name, args, kwargs):
        call.result = result(reader, op, call.inputs, inplace=inplace)
    if rule.name == "contiguous":
        call.result = Tensor(call.result.shape, call.result.dtype)
    made = structured(rule.name, op, call.result)
    if call.shown is None:
        call.result = made
    recording.add(call, op)
    if rule.name in ("view", "reshape") and op.type == "Reshape":
        _mark(reader, recording, before, op)
    follow_values(reader, rule, given, args, kwargs, made)
    return made


@contextmanager
def _as_trained(
    reader: Interpreter, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Iterator[None]:
    """`F.dropout(x)` drops, whatever the module's mode, unless it is told `training=False`."""
    before = reader.training
    if "dropout" in name:
        given = kwargs.get("training", args[2] if len(args) > 2 else "dropout_" not in name)
        reader.training = reader.truth(given)
    yield
    reader.training = before


def _op(
    reader: Interpreter,
    rule: Rule,
    shown: str,
    call: Call,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Op:
    try:
        op: Op | None = rule.handler(call, *args, **spelled(kwargs))
    except IndexError as error:
        raise Raised(error, str(error)) from None
    except _REFUSALS as error:
        reason = " ".join(str(error).replace("call, ", "").split())
        raise reader.cannot(f"cannot follow this call of {shown}(): {reason}") from None
    if op is None:
        raise reader.cannot(f"cannot follow this call of {shown}()")
    return op


def is_inplace(op: Op) -> bool:
    """Does the op write to its input?"""
    return bool(getattr(op, "inplace", False))


def result(reader: Interpreter, op: Op, inputs: Sequence[Tensor], inplace: bool = False) -> Any:
    """What an op makes: a tensor, or a tuple of several. In place it is the first input.

    Where the inputs do not fit, its declared output is assumed: the analysis says what is
    wrong.
    """
    if getattr(op, "shapes", None) == ():
        raise reader.cannot(f"cannot tell the size of what {op.short()} gives")
    shapes = tuple([tuple(each.shape) for each in inputs])
    measure = measured(op, shapes)
    if measure.misfits and reader.recording.first_misfit is None:
        reader.recording.first_misfit = (measure.misfits[0].message, reader.place())
    if not measure.misfits and any(None in shape for shape in measure.outputs):
        raise reader.cannot(f"cannot tell the size of what {op.short()} gives")
    sizes = [_assumed(shape, shapes) for shape in measure.outputs]
    _refuse_monsters(sizes)
    kinds = dtypes(op, inputs, len(sizes))
    if inplace and inputs and len(sizes) == 1:
        target = inputs[0]
        target.shape = Size(sizes[0])
        if len(target.strides) != target.dim():
            target.strides = Tensor(sizes[0], target.dtype).strides
        target.values = None
        return target
    made = _placed(reader, measure, inputs, sizes, kinds)
    return made[0] if len(made) == 1 else tuple(made)


#: torch's own limits on dims and on numbers, and one on the pieces of a tensor.
_MOST_DIMS, _MOST_ELEMENTS, _MOST_PIECES = 64, 1 << 63, 10_000


def _refuse_monsters(sizes: Sequence[tuple[int, ...]]) -> None:
    """Raise the user's RuntimeError, or `LimitError`, for tensors that torch has not either."""
    if len(sizes) > _MOST_PIECES:
        raise LimitError(f"a tensor is taken apart into more than {_MOST_PIECES:,} pieces")
    for size in sizes:
        if len(size) > _MOST_DIMS or prod(size) >= _MOST_ELEMENTS:
            text = f"a tensor of {len(size)} dims and {prod(size):.3g} elements"
            raise Raised(RuntimeError(text), text)


def _assumed(shape: Sequence[int | None], inputs: Sequence[Sequence[int]]) -> tuple[int, ...]:
    """Sizes that are not known because an input does not fit: the batch, and 1."""
    batch = inputs[0][0] if inputs and inputs[0] else 1
    return tuple(
        [(batch if at == 0 else 1) if size is None else size for at, size in enumerate(shape)]
    )


def _placed(
    reader: Interpreter,
    measure: Measure,
    inputs: Sequence[Tensor],
    sizes: Sequence[tuple[int, ...]],
    kinds: Sequence[DType],
) -> list[Tensor]:
    made = []
    found = layouts(measure, inputs, sizes, reader.training)
    for size, kind, layout in zip(sizes, kinds, found, strict=True):
        storage = inputs[0].storage if layout.shared else None
        made.append(Tensor(size, kind, strides=layout.strides, storage=storage))
    return made


_ALWAYS_TUPLES = frozenset(
    [
        "chunk",
        "split",
        "split_with_sizes",
        "unsafe_split",
        "unsafe_split_with_sizes",
        "unbind",
        "tensor_split",
        "hsplit",
        "vsplit",
        "dsplit",
        "meshgrid",
        "broadcast_tensors",
    ]
)
_PAIRS = frozenset(
    ["max", "min", "median", "nanmedian", "mode", "kthvalue", "topk", "sort", "cummax", "cummin"]
)


def structured(name: str, op: Op, made: Any) -> Any:
    """Outputs as torch returns them: lists always as tuples, pairs with names."""
    if name in _ALWAYS_TUPLES and isinstance(made, Tensor):
        return (made,)
    if name in _PAIRS and isinstance(made, tuple) and len(made) == 2:
        return Record.of(("values", "indices"), made)
    return made


def aliased(recording: Reading, origin: Tensor) -> Tensor:
    """The same values by another name: no operation."""
    made = Tensor(
        origin.shape, origin.dtype, strides=origin.strides, storage=origin.storage,
        values=origin.values,
    )  # fmt: skip
    if recording.knows(origin):
        recording.alias(origin, made)
    return made


def _mark(reader: Interpreter, recording: Reading, before: int, op: Op) -> None:
    """Tell the layer of `x.view(...)` how its sizes are written."""
    made: Made | None = reader.written.of_sizes(reader, op.shape)  # type: ignore[attr-defined]
    if made is not None and len(recording.records) > before:
        recording.records[-1] = recording.records[-1]._replace(made=made)


# Casts and values


def moved(
    reader: Interpreter, name: str, rule: Rule, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """`x.to(...)`, `x.float()`: a cast where the dtype changes; devices do not matter."""
    origin: Tensor = args[0]
    wanted = wanted_dtype(name.removesuffix("_"), args[1:], kwargs) or origin.dtype
    if name == "type" and len(args) == 1 and not kwargs:
        return f"torch.{origin.dtype.name}"
    if wanted is origin.dtype and not kwargs.get("copy"):
        return origin
    made = Tensor(origin.shape, wanted, strides=origin.strides, values=origin.values)
    recording = reader.recording
    if recording.knows(origin):
        call = Call(recording, rule.name, [origin], False, made)
        op = rule.handler(call, origin)
        if op is not None:
            recording.add(call, op)
    return made


_CASTS = {
    "float": "float32", "double": "float64", "half": "float16", "bfloat16": "bfloat16",
    "int": "int32", "long": "int64", "short": "int16", "bool": "bool", "byte": "uint8",
    "char": "int8",
}  # fmt: skip
_TYPES = {
    "FloatTensor": "float32", "DoubleTensor": "float64", "HalfTensor": "float16",
    "LongTensor": "int64", "IntTensor": "int32", "BoolTensor": "bool", "ByteTensor": "uint8",
}  # fmt: skip


def wanted_dtype(name: str, args: Sequence[Any], kwargs: dict[str, Any]) -> DType | None:
    """The dtype that a cast of that name and its arguments ask for, if they ask for one."""
    if name in _CASTS:
        return dtype(_CASTS[name])
    for value in (*args, *kwargs.values()):
        if isinstance(value, DType):
            return value
        if isinstance(value, Tensor):
            return value.dtype
        if isinstance(value, str) and value.rpartition(".")[2] in _TYPES:
            return dtype(_TYPES[value.rpartition(".")[2]])
    return None


def values_of(
    reader: Interpreter, shown: str, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """Values taken out of a tensor, where they are known."""
    tensor = args[0] if args else None
    known = tensor.values if isinstance(tensor, Tensor) else None
    if known is None:
        raise reader.cannot(f"{shown}() depends on the values of a tensor")
    if name == "item" and len(known) == 1:
        return known[0]
    if name in ("tolist", "numpy"):
        return nested(known, tensor.shape if tensor is not None else ())
    raise reader.cannot(f"cannot follow {shown}()")


def nested(values: list[Any], shape: Sequence[int]) -> Any:
    """A flat list as lists in lists."""
    if not shape:
        return values[0]
    if len(shape) == 1:
        return list(values)
    step = len(values) // max(shape[0], 1)
    return [nested(values[at * step : (at + 1) * step], shape[1:]) for at in range(shape[0])]


def follow_values(
    reader: Interpreter,
    rule: Rule,
    given: Sequence[Tensor],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    made: Any,
) -> None:
    """What a function makes of known numbers is known, for the few that sizes are made of."""
    run = VALUES.get(rule.name)
    if run is None or not isinstance(made, Tensor) or any(each.values is None for each in given):
        return
    try:
        made.values = run(*args, **kwargs)
    except (TypeError, ValueError, ArithmeticError):
        made.values = None
