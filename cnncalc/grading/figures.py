"""The truth of a claim: a figure of the report, in the form in which it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

from ..errors import InputError
from ..ops import Op
from ..receptive import Field
from ..report import Block, Row
from ..shape import Shape, Size, product
from .answers import Kind, Truth
from .models import Analysed
from .names import Target, of_kind

#: Arguments that say what must arrive: the truth is what does.
_RECEIVED = {"in_channels", "in_features", "num_features", "num_channels"}


def truth(analysed: Analysed, target: Target, layout: str = "chw") -> Truth | None:
    """The figure that a claim asks for; None where the engine does not know it.

    Raises `InputError` where there is no such figure: the field of a flat layer's channels.
    """
    if target.part is None:
        found = _of_network(analysed, target.quantity, layout)
    elif target.argument:
        assert isinstance(target.part, Row)
        found = _of_argument(analysed, target.part, target.quantity)
    else:
        found = _of_part(analysed, target.part, target.quantity, layout)
    unknown = found.value is None or (
        isinstance(found.value, tuple) and None in found.value[found.kind is Kind.SHAPE :]
    )
    return None if unknown else found


def rows_of(part: Row | Block) -> tuple[Row, ...]:
    """The layers of a block, or the layer itself."""
    return part.rows if isinstance(part, Block) else (part,)


def biases(op: Op) -> Size:
    """How many parameters of an op are biases."""
    return _elements(each.shape for each in op.tensors() if not each.buffer and _is_bias(each.name))


def weights(row: Row, params: Size) -> Size:
    """How many of the parameters are no biases."""
    bias = biases(row.op)
    return None if params is None or bias is None else params - bias * bool(params)


def _is_bias(name: str) -> bool:
    return name.rpartition(".")[2].startswith(("bias", "in_proj_bias"))


def _elements(shapes: Iterable[Shape]) -> Size:
    return total(product(shape) for shape in shapes)


def total(values: Iterable[Size]) -> Size:
    """The sum; None where one of the values is unknown."""
    result = 0
    for value in values:
        if value is None:
            return None
        result += value
    return result


# Of a layer or a block


def _of_part(analysed: Analysed, part: Row | Block, quantity: str, layout: str) -> Truth:
    if quantity == "output":
        return Truth(Kind.SHAPE, (part.output_shape,), layout)
    if quantity == "input":
        return Truth(Kind.SHAPE, (_input_of(analysed, part),), layout)
    if quantity in _SIZES:
        return _size(part.output_shape, quantity, part.name)
    if quantity.startswith("field"):
        return _field(analysed, part, quantity)
    if quantity == "memory":
        return Truth(Kind.BYTES, _memory(analysed, part))
    if quantity in ("params.share", "macs.share"):
        name = quantity.partition(".")[0]
        whole = getattr(analysed.report.totals, name)
        value = getattr(part, name)
        return Truth(Kind.SHARE, (None if value is None or not whole else Fraction(value, whole),))
    return Truth(Kind.COUNT, _counts(part, quantity))


def _input_of(analysed: Analysed, part: Row | Block) -> Shape:
    received = analysed.received(rows_of(part)[0])
    if not received:
        raise InputError(f"{part.name} has no input")
    return received[0]


_SIZES: dict[str, Callable[[Shape], Any]] = {
    "size": lambda shape: shape[2:],
    "channels": lambda shape: shape[1],
    "height": lambda shape: shape[-2],
    "width": lambda shape: shape[-1],
    "elements": lambda shape: product(shape[1:]),
}


def _size(shape: Shape, quantity: str, of: str) -> Truth:
    flat = len(shape) < (4 if quantity == "height" else 3 if quantity in ("size", "width") else 2)
    if flat:
        raise InputError(f"the output of {of} has no {quantity}")
    value = _SIZES[quantity](shape)
    return Truth(Kind.AXES if quantity == "size" else Kind.COUNT, (value,))


def _counts(part: Row | Block, quantity: str) -> tuple[Any, ...]:
    """Counts; where parameters are shared, those counted here, and those of the layer itself."""
    rows = rows_of(part)
    here = total(_count(row, quantity, row.params) for row in rows)
    if quantity == "buffers":
        return buffers(rows)
    if not any(row.shared for row in rows):
        return (here,)
    own = total(_count(row, quantity, _own_params(row)) for row in rows)
    return (here,) if quantity in ("macs", "flops") or own is None else (here, own)


def buffers(rows: Iterable[Row]) -> tuple[Size, ...]:
    """All buffers; and those without the counters of batches, which many do not count."""
    whole = total(row.buffers for row in rows)
    counters = sum(
        each.name.rpartition(".")[2] == "num_batches_tracked"
        for row in rows
        if row.buffers
        for each in row.op.tensors()
    )
    return (whole,) if whole is None or not counters else (whole, whole - counters)


def _own_params(row: Row) -> Size:
    return _elements(each.shape for each in row.op.tensors() if not each.buffer)


def _count(row: Row, quantity: str, params: Size) -> Size:
    if quantity == "weights":
        return weights(row, params)
    if quantity == "bias":
        return biases(row.op) if params else params
    if quantity == "params" or (quantity == "trainable" and row.shared):
        return params
    value: Size = getattr(row, quantity)
    return value


def _memory(analysed: Analysed, part: Row | Block) -> tuple[Any, ...]:
    """The bytes newly taken; for a view or an in-place layer those of its output as well."""
    if isinstance(part, Block) or part.output_bytes:
        return (part.output_bytes,)
    elements = product(part.output_shape)
    return (part.output_bytes, None if elements is None else elements * width(analysed))


def width(analysed: Analysed) -> int:
    """The bytes of one element."""
    from ..shape import DTYPE_BYTES

    return DTYPE_BYTES.get(analysed.report.dtype, 4)


def _of_argument(analysed: Analysed, row: Row, quantity: str) -> Truth:
    name = quantity.removeprefix("args.")
    value = getattr(row.op, name)
    if name in _RECEIVED and analysed.received(row):
        shape = analysed.received(row)[0]
        last = name == "in_features" or len(shape) == row.op.rank + 1
        arrives = shape[-1] if last and name == "in_features" else _channels(row, shape)
        value = value if arrives is None else arrives
    if isinstance(value, bool | str) or value is None:
        return Truth(Kind.WORD, ("none" if value is None else value,))
    if isinstance(value, int | float | Fraction):
        return Truth(Kind.COUNT, (Fraction(str(value)),))
    if isinstance(value, tuple) and value and all(type(each) is int for each in value):
        jump = row.field.stride if quantity == "stride" and row.field is not None else value
        # `stride` may mean that of the layer, or the one seen from the input.
        both = (value,) if jump == value or None in jump else (value, jump)
        return Truth(Kind.AXES, both)
    return Truth(Kind.WORD, (str(value),))


def _channels(row: Row, shape: Shape) -> Size:
    dim = len(shape) - row.op.rank - 1 if row.op.rank else 1
    return shape[dim] if 0 <= dim < len(shape) else None


# Receptive fields


def _field(analysed: Analysed, part: Row | Block, quantity: str) -> Truth:
    field = part.field
    if any(seen.field.unknown for seen in rows_of(part)[-1].view):
        return Truth(Kind.AXES, (None,))
    if field is None:
        if not part.whole:
            raise InputError(f"{part.name} has no positions left, and so no field")
        return _whole_field(analysed, part, quantity)
    if field.whole and field.local is None:
        return _whole_field(analysed, part, quantity)
    return Truth(Kind.AXES, _of_field(field, quantity), whole=field.whole and quantity == "field")


def _of_field(field: Field, quantity: str) -> tuple[Sequence[Any], ...]:
    if quantity == "field":
        local = field.local
        return (field.size,) if local is None else (field.size, local)
    figures = {"jump": field.stride, "start": field.start, "padding": field.padding}
    return (figures[quantity.removeprefix("field.")],)


def _whole_field(analysed: Analysed, part: Row | Block, quantity: str) -> Truth:
    """The field of a layer whose values depend on the whole input."""
    if quantity != "field":
        raise InputError(f"{part.name} sees the whole input, its field has no {quantity[6:]}")
    view = rows_of(part)[-1].view
    source = view[0].source if view else next(iter(analysed.inputs))
    return Truth(Kind.AXES, (analysed.inputs[source][2:],), whole=True)


# Of the network


def _of_network(analysed: Analysed, quantity: str, layout: str) -> Truth:
    report = analysed.report
    if quantity == "input":
        return Truth(Kind.SHAPE, (next(iter(analysed.inputs.values())),), layout)
    if quantity in ("output", "size"):
        last = analysed.rows.get(analysed.graph.outputs[0].name, report.rows[-1])
        return _of_part(analysed, last, quantity, layout)
    if quantity.startswith("field"):
        return _field(analysed, last_with_positions(analysed), quantity)
    if quantity == "batch":
        return Truth(Kind.COUNT, (next(iter(analysed.inputs.values()))[0],))
    if quantity == "layers":
        return Truth(Kind.COUNT, _layers(analysed))
    if quantity.startswith("memory."):
        name = quantity.rpartition(".")[2]
        totals = report.totals
        bytes_of = {
            "params": totals.param_bytes, "input": totals.input_bytes, "peak": totals.peak_bytes,
            "forward": totals.forward_bytes, **totals.training,
        }  # fmt: skip
        return Truth(Kind.BYTES, (bytes_of[name] if _sizes_known(analysed) else None,))
    if quantity in ("weights", "bias"):
        return Truth(Kind.COUNT, (total(_count(row, quantity, row.params) for row in report),))
    if quantity == "buffers":
        return Truth(Kind.COUNT, buffers(report.rows))
    name = {"flops": "macs"}.get(quantity, quantity)
    known = all(getattr(row, name) is not None for row in report.rows)
    return Truth(Kind.COUNT, (getattr(report.totals, quantity) if known else None,))


def last_with_positions(analysed: Analysed) -> Row:
    """The last layer whose positions see a part of the input only; else the last with positions.

    Raises `InputError` where no layer has any.
    """
    rows = [row for row in analysed.report.rows if row.field is not None]
    if not rows:
        raise InputError("no layer has positions, and so no field")
    partly = [row for row in rows if row.field is not None and not row.field.whole]
    return (partly or rows)[-1]


def _layers(analysed: Analysed) -> tuple[int, ...]:
    """All layers; or those with weights, as in the name VGG-16."""
    weighted = [*of_kind("conv", analysed), *of_kind("fc", analysed)]
    return len(analysed.report.rows), len(weighted)


def _sizes_known(analysed: Analysed) -> bool:
    return all(row.output_bytes is not None for row in analysed.report.rows)
