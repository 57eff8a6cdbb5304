"""Mistakes that amount to another network: padding forgotten, ceil for floor, groups ignored.

The network is altered accordingly and analysed again: this layer, all layers, or one before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ...ops import Op
from ...ops.conv import DEPTHWISE, Convolution
from ...ops.window import SlidingWindow
from ...report import Row
from ...shape import product
from ..figures import truth, width
from ..models import Alteration
from ..names import Target
from .registry import Case, Guess, mistake

#: In a network with more layers, single ones before the one in question are not altered.
_MOST_LAYERS = 40
#: Quantities that an altered layer changes where it stands.
_LOCAL = {"output", "size", "channels", "height", "width", "elements", "memory", "params",
          "trainable", "weights", "macs", "flops"}  # fmt: skip


def _arguments(**changes: Any) -> Alteration:
    """Give windows these arguments, where they have them with other values."""

    def alter(op: Op) -> Op | None:
        if not isinstance(op, SlidingWindow | Convolution):
            return None
        names = {each.name for each in op.arguments}
        wanted = {name: value for name, value in changes.items() if name in names}
        other = op.replace(**wanted) if wanted else op
        return None if other == op else other

    return alter


def _bias(has: bool) -> Alteration:
    def alter(op: Op) -> Op | None:
        if getattr(op, "bias", has) is has or not any(a.name == "bias" for a in op.arguments):
            return None
        return op.replace(bias=has)

    return alter


def _ungrouped(op: Op) -> Op | None:
    if getattr(op, "groups", 1) == 1 or not isinstance(op, Convolution):
        return None
    return op.replace(groups=1)


def _padded(op: Op) -> Op | None:
    """The padding that keeps a size, where there is none."""
    if not isinstance(op, SlidingWindow) or any(sum(op.pads(axis)) for axis in range(op.rank)):
        return None
    names = {each.name for each in op.arguments}
    spans = [op.dilation_of(axis) * (op.kernel_size[axis] - 1) + 1 for axis in range(op.rank)]
    if "padding" not in names or max(spans) < 2:
        return None
    return op.replace(padding=tuple((each - 1) // 2 for each in spans))


SizeRule = Callable[[SlidingWindow, int, int], int]


def _spans(op: SlidingWindow, axis: int) -> int:
    return op.dilation_of(axis) * (int(op.kernel_size[axis]) - 1) + 1


def _room(op: SlidingWindow, axis: int, size: int) -> int:
    return size + sum(op.pads(axis)) - _spans(op, axis)


_RULES: dict[str, SizeRule] = {
    "ceil": lambda op, axis, size: -(-_room(op, axis, size) // op.stride[axis]) + 1,
    "floor": lambda op, axis, size: _room(op, axis, size) // op.stride[axis] + 1,
    "no-plus-one": lambda op, axis, size: _room(op, axis, size) // op.stride[axis],
    "padding-once": lambda op, axis, size: (
        (_room(op, axis, size) - op.pads(axis)[1]) // op.stride[axis] + 1
    ),
    "no-kernel": lambda op, axis, size: (size + sum(op.pads(axis))) // op.stride[axis],
    "dilation-times-kernel": lambda op, axis, size: (
        (size + sum(op.pads(axis)) - op.dilation_of(axis) * op.kernel_size[axis])
        // op.stride[axis] + 1
    ),
}  # fmt: skip


#: The classes that were made, by what they are made of.
_MADE: dict[tuple[type, str], type[SlidingWindow]] = {}


def _with_rule(cls: type[SlidingWindow], name: str) -> type[SlidingWindow]:
    """A class of op that differs in how it works out sizes alone."""
    if (cls, name) in _MADE:
        return _MADE[cls, name]
    rule = _RULES[name]

    def axis_size(self: SlidingWindow, axis: int, size: int) -> int:
        return rule(self, axis, size)

    made = _MADE[cls, name] = type(cls.__name__, (cls,), {"axis_size": axis_size})
    return made


def _sized(name: str) -> Alteration:
    def alter(op: Op) -> Op | None:
        if not isinstance(op, SlidingWindow):
            return None
        values = [getattr(op, each.name) for each in op.arguments]
        return _with_rule(type(op), name)(*values)

    return alter


def _local(case: Case, alteration: Alteration) -> Iterator[Any]:
    """The figure if this layer alone were altered."""
    row = case.row
    if row is None or case.quantity not in _LOCAL or case.target.argument:
        return
    altered = alteration(row.op)
    if altered is None:
        return
    measure = altered.measure(case.analysed.received(row))
    elements = product(measure.outputs[0])
    other = row._replace(
        op=measure.op,
        output_shapes=measure.outputs,
        params=measure.params,
        trainable=measure.params,
        macs=measure.macs,
        output_bytes=None if elements is None else elements * width(case.analysed),
    )
    found = truth(case.analysed, Target(other, case.quantity), case.truth.layout)
    if found is not None:
        yield found.value


def _before(case: Case, row: Row | None) -> Iterator[Row]:
    """The layers before one, the nearest first."""
    rows = list(case.analysed.report.rows)
    end = len(rows) if row is None else rows.index(row)
    yield from reversed(rows[:end])


def _altered(name: str, alteration: Alteration) -> Callable[[Case], Iterator[Guess]]:
    """Guesses: this layer altered, then all layers, then each of those before."""

    def guesses(case: Case) -> Iterator[Guess]:
        for value in _local(case, alteration):
            yield value, ""
        everywhere = case.analysed.variant(name, alteration)
        if everywhere is None:
            return
        yield case.of(everywhere), ""
        if len(case.analysed.report.rows) > _MOST_LAYERS or case.quantity.endswith(".share"):
            return
        for row in _before(case, case.row):
            other = case.analysed.variant(name, alteration, row.module)
            if other is not None:
                yield case.of(other), f" ({row.name})"

    return guesses


def _register(name: str, rank: int, alteration: Alteration, en: str, zh: str) -> None:
    mistake(name, rank, f"{en}{{}}", f"{zh}{{}}")(_altered(name, alteration))


_register("bias-forgotten", 30, _bias(False), "bias forgotten", "漏了偏置")
_register("bias-added", 30, _bias(True), "a bias counted that is not there", "多算了并不存在的偏置")
_register("padding-forgotten", 31, _arguments(padding=0), "padding forgotten", "漏了填充")
_register(
    "ceil-for-floor", 32, _sized("ceil"), "rounded up instead of down", "向上取整了，应当向下取整"
)
_register("floor-for-ceil", 32, _sized("floor"), "rounded down instead of up (ceil_mode)",
          "向下取整了，应当向上取整（ceil_mode）")  # fmt: skip
_register(
    "dilation-ignored", 33, _arguments(dilation=1), "dilation ignored", "忽略了空洞（膨胀）率"
)
_register("stride-forgotten", 34, _arguments(stride=1), "stride forgotten", "漏了步幅")
_register("groups-ignored", 35, _ungrouped, "groups ignored", "忽略了分组")
_register("padding-once", 36, _sized("padding-once"), "padding counted on one side only",
          "填充只算了一边")  # fmt: skip
_register("one-forgotten", 37, _sized("no-plus-one"), "the + 1 forgotten", "漏了公式里的 +1")
_register("dilation-times-kernel", 38, _sized("dilation-times-kernel"),
          "a dilated kernel taken as d*k wide, not d*(k - 1) + 1",
          "空洞卷积核的等效大小当成了 d*k，应为 d*(k-1)+1")  # fmt: skip
_register(
    "padding-assumed", 39, _padded, "padding assumed where there is none", "多算了并不存在的填充"
)
_register("kernel-left-out", 40, _sized("no-kernel"), "the kernel left out of the size",
          "尺寸公式里漏了卷积核")  # fmt: skip


@mistake("channels-kept", 41, "the input's channels kept", "通道数还是输入的通道数")
def channels_kept(case: Case) -> Iterator[Guess]:
    row = case.row
    if row is None or not isinstance(row.op, Convolution) or row.op.groups == DEPTHWISE:
        return
    received = case.analysed.received(row)[0]
    if case.quantity == "output" and len(received) > 2:
        yield (row.output_shape[0], received[1], *row.output_shape[2:]), ""
    elif case.quantity == "channels":
        yield received[1], ""
