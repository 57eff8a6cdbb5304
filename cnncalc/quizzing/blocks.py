"""Residual blocks and fire modules of networks of the zoo, with their layers as a table."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from .. import api
from ..explaining.explanation import Table
from ..report import Block, Report, Row
from ..words import Code, Several, phrase
from .chance import Chance

_RESNETS = {
    "torchvision/resnet18": (2, 2, 2, 2),
    "torchvision/resnet34": (3, 4, 6, 3),
    "torchvision/resnet50": (3, 4, 6, 3),
    "torchvision/resnext50_32x4d": (3, 4, 6, 3),
    "torchvision/wide_resnet50_2": (3, 4, 6, 3),
}
#: The numbers of the fire modules.
_FIRES = {
    "torchvision/squeezenet1_0": (3, 4, 5, 7, 8, 9, 10, 12),
    "torchvision/squeezenet1_1": (3, 4, 6, 7, 9, 10, 11, 12),
}
_SIZES = (128, 160, 192, 224, 256)


class Chosen(NamedTuple):
    """A block of a network for an input, and its layers."""

    model: str
    input: str
    block: Block
    before: Row
    table: Table

    @property
    def reads(self) -> str:
        """The shape that it reads: `64x56x56`."""
        return "x".join(map(str, self.before.output_shape[1:]))

    @property
    def field(self) -> tuple[int, int, int]:
        """The field, the jump and the start before it, which are the same along both axes."""
        field = self.before.field
        assert field is not None
        sizes = (field.size[0], field.stride[0], field.start[0])
        return tuple(int(size or 0) for size in sizes)  # type: ignore[return-value]


def any_block(chance: Chance, deepest: int = 3) -> Chosen:
    """A residual block, up to that stage of a ResNet, or a fire module."""
    size = chance.pick(_SIZES)
    if chance.one_in(4):
        model = chance.pick(sorted(_FIRES))
        name = f"features.{chance.pick(_FIRES[model])}"
    else:
        model = chance.pick(sorted(_RESNETS))
        stage = chance.between(1, deepest)
        name = f"layer{stage}.{chance.below(_RESNETS[model][stage - 1])}"
    input = f"3x{size}x{size}"
    report = _report(model, input)
    block = report[name]
    assert isinstance(block, Block)
    before = report[block.rows[0].inputs[0]]
    assert isinstance(before, Row)
    return Chosen(model, input, block, before, _table(block))


@cache
def _report(model: str, input: str) -> Report:
    return api.analyze(model, input)


def _table(block: Block) -> Table:
    """The layers, what they are, and what they read."""
    own = f"{block.name}."
    rows = tuple(
        (
            Code(row.name.removeprefix(own)),
            Code(row.op.short()),
            Several(Code(name.removeprefix(own)) for name in row.inputs),
        )
        for row in block.rows
    )
    columns = ("column.layer", "quiz.column.op", "quiz.column.reads")
    return Table(tuple(phrase(key) for key in columns), rows)
