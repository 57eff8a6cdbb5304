"""How a figure comes about, in a line or two of numbers that both languages share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ..ops.conv import Convolution
from ..ops.linear import Linear
from ..ops.window import SlidingWindow, Windowed
from ..report import Block, Row
from ..shape import Shape, Size, format_shape, product
from .answers import Truth, show
from .figures import last_with_positions, rows_of, width
from .models import Analysed
from .names import Target

#: Terms of a sum that are written out.
_MOST_TERMS = 6


def derive(analysed: Analysed, target: Target, truth: Truth) -> tuple[str, ...]:
    """The steps that lead to a figure; none where it stands in the model as it is."""
    quantity = target.quantity
    if quantity in ("input", "channels", "bias", "layers", "batch"):
        return ()
    if target.part is None:
        return tuple(_of_network(analysed, quantity, truth))
    row = rows_of(target.part)[-1]
    if isinstance(target.part, Block) and quantity in ("params", "macs", "flops", "weights"):
        return tuple(_sum(target.part.rows, "macs" if quantity == "flops" else quantity, truth))
    if target.argument:
        return tuple(_of_argument(analysed, row, quantity))
    if quantity in ("output", "size", "height", "width", "elements", "memory"):
        return tuple(_of_output(analysed, row, quantity))
    if quantity.startswith("field"):
        return tuple(_of_field(analysed, row, quantity))
    if quantity.endswith(".share"):
        name = quantity.partition(".")[0]
        whole = getattr(analysed.report.totals, name)
        return (f"{_int(getattr(target.part, name))} / {_int(whole)} = {show(truth)}",)
    return tuple(_of_count(analysed, row, quantity, truth))


def _int(value: Any) -> str:
    return "?" if value is None else f"{value:,}"


# Sizes


def _of_output(analysed: Analysed, row: Row, quantity: str) -> Iterator[str]:
    received = analysed.received(row)
    output = row.output_shape
    op = row.op
    if quantity in ("elements", "memory"):
        yield _product(analysed, output, quantity)
    elif isinstance(op, Windowed) and received and len(received[0]) == op.rank + 2:
        yield from _axes(op, received[0], output)
        if isinstance(op, Convolution):
            yield f"C = out_channels = {output[1]}"
    else:
        inputs = ", ".join(format_shape(shape[1:] or shape) for shape in received)
        yield f"{inputs} -> {row.op.short()} -> {format_shape(output[1:] or output)}"


def _product(analysed: Analysed, output: Shape, quantity: str) -> str:
    """The values of an output, or their bytes, as a product."""
    sizes = output[1:] if quantity == "elements" or output[0] == 1 else output
    values = product(sizes)
    terms = "*".join(map(str, sizes))
    if quantity == "elements":
        return f"{terms} = {_int(values)}"
    each = width(analysed)
    return f"{terms}*{each} bytes = {_int(None if values is None else values * each)}"


def _axes(op: Windowed, received: Shape, output: Shape) -> Iterator[str]:
    """One line for all axes that are alike."""
    lines: dict[str, list[str]] = {}
    names = {1: "L", 2: "HW", 3: "DHW"}[op.rank] if op.rank else "HW"
    for axis, (before, after) in enumerate(zip(received[2:], output[2:], strict=True)):
        text = _axis(op, axis, before, after)
        if text and axis < len(names):
            lines.setdefault(text, []).append(names[axis])
    for text, axes in lines.items():
        yield f"{' = '.join(axes)} = {text}"


def _axis(op: Windowed, axis: int, before: Size, after: Size) -> str:
    if before is None or after is None:
        return ""
    if isinstance(op, SlidingWindow):
        first, last = op.pads(axis)
        kernel, dilation = op.kernel_size[axis], op.dilation_of(axis)
        padded = f"{before} + 2*{first}" if first == last else f"{before} + {first} + {last}"
        spans = f"({dilation}*({kernel} - 1) + 1)" if dilation > 1 else str(kernel)
        rounded = ("⌈", "⌉") if getattr(op, "ceil_mode", False) else ("⌊", "⌋")
        step = op.stride[axis]
        return f"{rounded[0]}({padded} - {spans})/{step}{rounded[1]} + 1 = {after}"
    if op.out_size is None:
        return ""
    values = {"i": before}
    for argument in op.arguments:
        value = getattr(op, argument.name)
        if argument.symbol:
            values[argument.symbol] = value[axis] if isinstance(value, tuple) else value
    text = op.out_size.substitute(values)
    return str(after) if text == str(after) else f"{text} = {after}"


# Counts


def _of_count(analysed: Analysed, row: Row, quantity: str, truth: Truth) -> Iterator[str]:
    if quantity == "flops":
        yield f"FLOPs = 2 * {_int(row.macs)} MACs = {show(truth)}"
        quantity = "macs"
    op = row.op
    received = analysed.received(row)
    formula = op.macs if quantity == "macs" else op.buffers if quantity == "buffers" else op.params
    value = row.macs if quantity == "macs" else truth.value
    if formula.text == "0":
        yield f"{op.type}: 0"
    elif row.shared and quantity != "macs":
        yield f"{row.module}: 0 + {show(truth, truth.values[-1])}"
    elif isinstance(op, Convolution | Linear) and received:
        yield f"{_by_hand(op, quantity, received, row.output_shape)} = {_int(value)}"
    elif quantity in ("params", "trainable"):
        held = [(each.name, product(each.shape)) for each in op.tensors() if not each.buffer]
        if 0 < len(held) <= _MOST_TERMS:
            yield f"{' + '.join(f'{_int(size)} ({name})' for name, size in held)} = {_int(value)}"
    elif received and quantity != "weights":
        symbols = op.symbols(received, row.output_shape)
        yield f"{formula.text} = {formula.substitute(symbols)} = {_int(value)}"


def _by_hand(
    op: Convolution | Linear, quantity: str, received: tuple[Shape, ...], output: Shape
) -> str:
    """`7*7*3*64 + 64`, `112*112*64 * 7*7*3`: as one writes it by hand."""
    if isinstance(op, Linear):
        kernel: list[Size] = []
        inner, outer, places = op.in_features, op.out_features, list(output[:-1])
    else:
        kernel = list(op.kernel_size)
        inner, outer = op.in_channels, op.out_channels
        forward = isinstance(op, SlidingWindow)
        places = [output[0], *(output if forward else received[0])[2:]]
    groups = getattr(op, "groups", 1)
    divided = f"{inner}/{groups}" if groups != 1 else str(inner)
    weights = "*".join([*map(str, kernel), f"({divided})" if groups != 1 else divided, str(outer)])
    if quantity == "macs":
        shown = [str(size) for size in places if size != 1]
        return f"{'*'.join(shown)} * {weights}" if shown else weights
    return f"{weights} + {outer}" if op.bias and quantity != "weights" else weights


def _of_argument(analysed: Analysed, row: Row, quantity: str) -> Iterator[str]:
    if quantity == "in_features":
        shape = _unflattened(analysed, row)
        if shape is not None and len(shape) > 2:
            yield f"{format_shape(shape[1:])} = {_int(product(shape[1:]))}"
            return
    yield row.op.short()


def _unflattened(analysed: Analysed, row: Row) -> Shape | None:
    """The shape of a layer's input before it was flattened."""
    shapes = analysed.received(row)
    name = row.inputs[0] if row.inputs else ""
    flat = shapes[0] if shapes else ()
    while name in analysed.rows and analysed.rows[name].inputs:
        before = analysed.rows[name]
        shape = analysed.received(before)[0]
        if len(shape) > 2 and product(shape[1:]) == product(flat[1:]):
            return shape
        if shape != flat:
            return None
        name = before.inputs[0]
    return None


# Fields


def _of_field(analysed: Analysed, row: Row, quantity: str) -> Iterator[str]:
    op, field = row.op, row.field
    before = analysed.rows.get(row.inputs[0]) if len(row.inputs) == 1 else None
    earlier = before.field if before is not None else None
    first = bool(row.inputs) and row.inputs[0] in analysed.inputs
    plain = field is not None and not field.whole and isinstance(op, SlidingWindow)
    if not plain or not (first or (earlier is not None and not earlier.whole)):
        if field is not None and not field.whole and row.inputs:
            yield f"{row.name} ({op.short()}) <- {', '.join(row.inputs)}"
        return
    assert isinstance(op, SlidingWindow)
    sizes = [1] * op.rank if earlier is None else list(earlier.size)
    jumps: Sequence[Any] = [1] * op.rank if earlier is None else earlier.stride
    starts = [0] * op.rank if earlier is None else list(earlier.start)
    if len(sizes) != op.rank or field is None:
        return
    lines = []
    for axis in range(op.rank):
        spans = op.dilation_of(axis) * (op.kernel_size[axis] - 1) + 1
        pad, step = op.pads(axis)[0], op.stride[axis]
        if quantity == "field":
            text = f"r = {sizes[axis]} + ({spans} - 1)*{jumps[axis]} = {field.size[axis]}"
        elif quantity == "field.jump":
            text = f"j = {jumps[axis]}*{step} = {field.stride[axis]}"
        else:
            text = f"start = {starts[axis]} - {pad}*{jumps[axis]} = {field.start[axis]}"
        lines.append(text)
    yield from dict.fromkeys(lines)


# Sums


def _of_network(analysed: Analysed, quantity: str, truth: Truth) -> Iterator[str]:
    report = analysed.report
    if quantity.startswith("field"):
        row = last_with_positions(analysed)
        yield from _of_field(analysed, row, quantity)
    elif quantity in ("output", "size"):
        last = analysed.rows.get(analysed.graph.outputs[0].name, report.rows[-1])
        yield from _of_output(analysed, last, quantity)
    elif quantity == "memory.params":
        yield f"{_int(report.totals.params)}*{width(analysed)} bytes = {show(truth)}"
    elif quantity == "memory.forward":
        yield from _sum(report.rows, "output_bytes", truth)
    elif quantity.startswith("memory.training"):
        copies = {"sgd": 2, "momentum": 3, "adam": 4}[quantity.rpartition(".")[2]]
        totals = report.totals
        parts = f"2*{_int(totals.forward_bytes)} + {copies}*{_int(totals.param_bytes)}"
        yield f"{parts} = {show(truth)}"
    elif quantity == "flops":
        yield f"FLOPs = 2 * {_int(report.totals.macs)} MACs = {show(truth)}"
        yield from _sum(report.rows, "macs", truth)
    elif quantity in ("params", "trainable", "macs", "buffers"):
        yield from _sum(report.rows, quantity, truth)


def _sum(rows: Sequence[Row], name: str, truth: Truth) -> Iterator[str]:
    """`conv1 320 + conv2 18,496 + ...`: the terms that are not 0, or the largest of them."""
    values = [(row.name, getattr(row, name, None)) for row in rows]
    terms = [(layer, value) for layer, value in values if value]
    if not terms:
        return
    if len(terms) <= _MOST_TERMS:
        shown = " + ".join(f"{_int(value)} ({layer})" for layer, value in terms)
        yield f"{shown} = {_int(sum(value for _, value in terms))}"
        return
    largest = sorted(terms, key=lambda term: -term[1])[: _MOST_TERMS - 2]
    shown = " + ".join(f"{_int(value)} ({layer})" for layer, value in largest)
    whole = sum(value for _, value in terms)
    rest = whole - sum(value for _, value in largest)
    yield f"{shown} + {_int(rest)} ({len(terms) - len(largest)} more) = {_int(whole)}"
