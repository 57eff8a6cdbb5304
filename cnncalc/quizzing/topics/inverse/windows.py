"""Which padding, stride or kernel makes this size: the smallest, where several do."""

from __future__ import annotations

from .... import solving
from ....explaining.explanation import Step
from ....words import Math, phrase
from ...chance import Chance
from ...parts import Window, any_input, image
from ...question import Condition, Draft, Item, Setting

_WIDTHS = (8, 16, 32, 64, 96, 128)


def _layer(chance: Chance, kernels: tuple[int, ...] = (3, 5, 7, 11)) -> tuple[Window, int, int]:
    """A convolution, and the channels and the size of what it reads."""
    channels, size = any_input(chance)
    kernel = chance.pick([each for each in kernels if 3 * each <= size] or [3])
    stride = chance.pick((1, 1, 2, 2, 4) if kernel > 3 else (1, 2))
    padding = chance.pick((0, kernel // 2, chance.below(kernel)))
    layer = Window("conv", kernel, chance.pick(_WIDTHS), stride, padding)
    return layer, channels, size


def _draft(kind: str, layer: Window, rivals: list[Window], channels: int, size: int,
           reasons: tuple[Item, ...]) -> Draft:  # fmt: skip
    """The exercise in which one setting of a layer is looked for."""
    input, made = image(channels, size), image(layer.out or 1, layer.made(size))
    text = phrase(
        f"quiz.find.{kind}", out=layer.out, kernel=(layer.k, layer.k), input=input,
        output=made, stride=layer.stride, padding=layer.p, dilation=layer.dilation,
    )  # fmt: skip
    return Draft(
        text, Setting(layer.spec, input), (f"conv1.{_ARGUMENTS[kind]}",), hidden=True,
        given=(Condition("conv1.output", "=", made),),
        rivals=tuple(Setting(each.spec, input) for each in rivals), reasons=reasons,
    )  # fmt: skip


_ARGUMENTS = {
    "padding": "padding", "padding.dilated": "padding", "padding.same": "padding",
    "padding.same.dilated": "padding", "stride": "stride", "kernel": "kernel_size",
}  # fmt: skip


def padding(chance: Chance) -> Draft | None:
    """The smallest padding with which a convolution makes a size."""
    layer, channels, size = _layer(chance)
    return _padding(layer, channels, size)


def _padding(layer: Window, channels: int, size: int) -> Draft | None:
    made = layer.made(size)
    found = solving.conv(made, size, kernel=layer.k, stride=layer.stride, dilation=layer.dilation)
    if not found.found:
        return None
    least = min(each.padding[0].first for each in found.settings)
    layer = layer._replace(padding=least)
    gap = layer.dilation * (layer.k - 1)
    twice = layer.stride * (made - 1) + gap + 1 - size
    line = f"{layer.stride}*({made} - 1) + {layer.dilation}*({layer.k} - 1) + 1 - {size}"
    reasons: list[Item] = [
        _rule(f"({size} + 2*p - {layer.dilation}*({layer.k} - 1) - 1) // {layer.stride} + 1",
              made),
        Step("padding", phrase("quiz.why.padding.twice"), ("s*(o - 1) + d*(k - 1) + 1 - i", line),
             twice),
    ]  # fmt: skip
    if twice > 0:
        reasons.append(
            Step("padding", phrase("quiz.why.padding"), (f"-(-{twice} // 2)",), least)
        )  # fmt: skip
    else:
        reasons.append(phrase("quiz.why.padding.none"))
    rivals = [layer._replace(padding=least - 1)] if least else []
    kind = "padding" if layer.dilation == 1 else "padding.dilated"
    return _draft(kind, layer, rivals, channels, size, tuple(reasons))


def _rule(formula: str, made: int) -> Item:
    return phrase("quiz.why.rule", rule=Math(formula), output=made)


def dilated_padding(chance: Chance) -> Draft | None:
    """The same of a dilated convolution; or the padding that keeps the size."""
    layer, channels, size = _layer(chance, (3, 5))
    layer = layer._replace(dilation=chance.between(2, 4))
    if chance.one_in(2):
        return _same(layer._replace(stride=1), channels, size)
    return _padding(layer._replace(padding=layer.p * 2), channels, size)


def same_padding(chance: Chance) -> Draft | None:
    """The padding that keeps the size."""
    layer, channels, size = _layer(chance, (3, 5, 7, 9, 11))
    return _same(layer._replace(stride=1), channels, size)


def _same(layer: Window, channels: int, size: int) -> Draft | None:
    found = solving.padding(layer.k, dilation=layer.dilation)
    if found.both is None:
        return None
    kept = found.both.first
    layer = layer._replace(padding=kept)
    line = f"{layer.dilation}*({layer.k} - 1) // 2"
    reasons = (
        phrase("quiz.why.same", rule=Math("2*p"), gap=Math("d*(k - 1)")),
        Step("padding", phrase("quiz.why.padding"), ("d*(k - 1) // 2", line), kept),
    )
    rivals = [layer._replace(padding=other) for other in (kept - 1, kept + 1)]
    kind = "padding.same" if layer.dilation == 1 else "padding.same.dilated"
    return _draft(kind, layer, rivals, channels, size, reasons)


def stride(chance: Chance) -> Draft | None:
    """The smallest stride with which a convolution makes a size."""
    layer, channels, size = _layer(chance)
    layer = layer._replace(stride=chance.pick((2, 2, 3, 4)))
    made = layer.made(size)
    found = solving.conv(made, size, kernel=layer.k, padding=layer.p, dilation=1)
    if not found.found:
        return None
    least = min(each.stride[0].first for each in found.settings)
    layer = layer._replace(stride=least)
    left = size + 2 * layer.p - layer.k
    reasons = (
        _rule(f"({size} + 2*{layer.p} - {layer.k}) // s + 1", made),
        Step("left", phrase("quiz.why.left"),
             ("i + 2*p - k", f"{size} + 2*{layer.p} - {layer.k}"), left),
        Step("stride", phrase("quiz.why.stride", left=left, output=made, less=made - 1),
             (f"{left} // {made} + 1",), least),
    )  # fmt: skip
    rivals = [layer._replace(stride=least - 1)] if least > 1 else []
    return _draft("stride", layer, rivals, channels, size, reasons)


def kernel(chance: Chance) -> Draft | None:
    """The smallest kernel with which a convolution makes a size."""
    layer, channels, size = _layer(chance)
    made = layer.made(size)
    found = solving.conv(
        made, size, stride=layer.stride, padding=layer.p, dilation=1, max_kernel=11
    )
    kernels = [each.kernel[0] for each in found.settings]
    if not kernels or min(kernels) not in (3, 5, 7, 11):
        return None
    least = min(kernels)
    layer = layer._replace(kernel=least)
    if layer.p > least // 2:
        return None
    line = f"{size} + 2*{layer.p} - {layer.stride}*{made} + 1"
    reasons = (
        _rule(f"({size} + 2*{layer.p} - k) // {layer.stride} + 1", made),
        Step("kernel", phrase("quiz.why.kernel"), ("i + 2*p - s*o + 1", line), least),
    )
    rivals = [layer._replace(kernel=least - 1)]
    return _draft("kernel", layer, rivals, channels, size, reasons)
