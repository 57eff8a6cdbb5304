"""How deep, or how dilated, layers must be to see so many positions."""

from __future__ import annotations

from .... import solving
from ....explaining.explanation import Step, Table
from ....words import phrase
from ...chance import Chance
from ...parts import chain
from ...question import Condition, Draft, Item, Setting


def depth(chance: Chance) -> Draft | None:
    """How many convolutions of one kernel see so many positions."""
    kernel = chance.pick((3, 3, 3, 5, 7))
    wanted = chance.between(3 * kernel, 15 * kernel)
    found = solving.field(wanted, kernel=kernel)
    if found.value is None or found.field is None or found.value < 3:
        return None
    count, spec = found.value, f"Conv{kernel}x{kernel}"
    reasons: tuple[Item, ...] = (
        phrase("quiz.why.depth", more=kernel - 1),
        Step("depth", phrase("quiz.why.depth.step"),
             ("-(-(R - 1) // (k - 1))", f"-(-({wanted} - 1) // ({kernel} - 1))"), count),
        Step("field", phrase("quiz.why.field"),
             ("1 + n*(k - 1)", f"1 + {count}*({kernel} - 1)"), found.field),
    )  # fmt: skip
    return Draft(
        phrase("quiz.find.depth", kernel=(kernel, kernel), wanted=wanted),
        Setting(f"{count}*{spec}"),
        ("layers",),
        hidden=True,
        given=(Condition("field", ">=", str(wanted)),),
        rivals=(Setting(f"{count - 1}*{spec}"),),
        reasons=reasons,
    )


def doubling_depth(chance: Chance) -> Draft | None:
    """How many convolutions with the dilations 1, 2, 4, ... see so many positions."""
    kernel = chance.pick((3, 3, 5))
    wanted = chance.between(8 * kernel, 90 * kernel)
    found = solving.field(wanted, kernel=kernel, dilation="doubling")
    if found.value is None or found.value < 3:
        return None
    rows = tuple(
        (at, step.dilation, (step.kernel - 1) * step.dilation, step.field)
        for at, step in enumerate(found.steps, 1)
    )
    columns = ("column.layer", "column.d", "quiz.column.adds", "column.field")
    specs = [f"Conv{kernel}x{kernel}" + f",D={2**at}" * (at > 0) for at in range(found.value)]
    return Draft(
        phrase("quiz.find.depth.doubling", kernel=(kernel, kernel), wanted=wanted),
        Setting(chain(*specs)),
        ("layers",),
        hidden=True,
        given=(Condition("field", ">=", str(wanted)),),
        rivals=(Setting(chain(*specs[:-1])),),
        reasons=(
            phrase("quiz.why.doubling"),
            Table(tuple(phrase(key) for key in columns), rows),
        ),
    )


def dilation(chance: Chance) -> Draft | None:
    """Which dilation makes so many convolutions see so many positions."""
    kernel, count = chance.pick((3, 3, 5)), chance.between(2, 5)
    wanted = chance.between(4 * kernel * count // 2, 6 * kernel * count)
    found = solving.field(wanted, kernel=kernel, depth=count)
    if found.value is None or found.field is None or not 2 <= found.value <= 8:
        return None
    gap = found.value
    line = f"-(-({wanted} - 1) // ({count}*({kernel} - 1)))"
    reasons: tuple[Item, ...] = (
        phrase("quiz.why.dilation"),
        Step("dilation", phrase("quiz.why.dilation.step"), ("-(-(R - 1) // (n*(k - 1)))", line),
             gap),
        Step("field", phrase("quiz.why.field"),
             ("1 + n*(k - 1)*d", f"1 + {count}*({kernel} - 1)*{gap}"), found.field),
    )  # fmt: skip
    spec = f"{count}*Conv{kernel}x{kernel}"
    return Draft(
        phrase("quiz.find.dilation", count=count, kernel=(kernel, kernel), wanted=wanted),
        Setting(f"{spec},D={gap}"),
        ("conv1.dilation",),
        hidden=True,
        given=(Condition("field", ">=", str(wanted)),),
        rivals=(Setting(f"{spec},D={gap - 1}"),),
        reasons=reasons,
    )
