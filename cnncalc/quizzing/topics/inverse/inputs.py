"""Which input makes this size, which is the smallest, and how many features arrive."""

from __future__ import annotations

from .... import solving
from ....explaining.explanation import Step
from ....words import Code, phrase
from ...chance import Chance
from ...parts import (
    MOST_FEATURES,
    Window,
    any_chain,
    any_conv,
    any_image,
    arriving,
    chain,
    image,
    names,
)
from ...question import Condition, Draft, Item, Setting
from ..networks import network, three


def layer_input(chance: Chance) -> Draft | None:
    """The smallest square input of which a convolution makes a size."""
    channels, size = any_image(chance)
    layer = any_conv(chance, channels, size)
    made = layer.made(size)
    found = solving.conv(
        made, None, kernel=layer.k, stride=layer.stride, padding=layer.p, dilation=1
    )
    if not found.found:
        return None
    least = min(each.input[0].first for each in found.settings)
    output = image(layer.out or 1, made)
    line = f"({made} - 1)*{layer.stride} + {layer.k} - 2*{layer.p}"
    reasons: tuple[Item, ...] = (
        phrase("quiz.why.input"),
        Step("input", phrase("quiz.why.input.step"), ("(o - 1)*s + k - 2*p", line), least),
    )
    return Draft(
        phrase("quiz.find.input", layer=layer.words, output=output, channels=channels),
        Setting(layer.spec, image(channels, least)),
        ("input",),
        hidden=True,
        given=(Condition("conv1.output", "=", output),),
        rivals=(Setting(layer.spec, image(channels, least - 1)),),
        reasons=reasons,
    )


def chain_input(chance: Chance) -> Draft | None:
    """The smallest square input that a chain takes."""
    channels = chance.pick((1, 3))
    layers = any_chain(chance, channels, 224, chance.pick(("cpc", "cpcp", "ccpc", "cpcpc")))
    model = chain(*(layer.spec for layer in layers))
    found = solving.smallest(model, image(channels, 224), up_to=224)
    if found.square is None or found.square < 8:
        return None
    reasons, size = _backwards(layers)
    if size != found.square:
        return None
    return Draft(
        phrase("quiz.find.smallest", model=Code(model), channels=channels),
        Setting(model, image(channels, size)),
        ("input",),
        hidden=True,
        rivals=(Setting(model, image(channels, size - 1)),),
        reasons=(phrase("quiz.why.smallest"), *reasons),
        least=1,
    )


def _backwards(layers: list[Window]) -> tuple[list[Item], int]:
    """From one position at the end back to the input, and the size that comes out."""
    steps: list[Item] = []
    size = 1
    for layer, name in reversed(list(zip(layers, names(layers), strict=True))):
        needed = (size - 1) * layer.stride + layer.k - 2 * layer.p
        line = f"({size} - 1)*{layer.stride} + {layer.k} - 2*{layer.p}"
        notes = (phrase("quiz.why.smallest.one"),) if needed < 1 else ()
        said = phrase("quiz.why.smallest.step", layer=Code(name), output=size)
        steps.append(Step("input", said, (line,), needed, notes=notes))
        size = max(needed, 1)
    return steps, size


def features(chance: Chance) -> Draft | None:
    """The input features of the first linear layer."""
    layers, channels, size = three(chance, chance.pick(("cpc", "ccp", "cpp", "cpcp")))
    if arriving(layers, channels, size) > MOST_FEATURES:
        return None
    classes = chance.pick((10, 20, 84, 100, 120, 256, 500))
    model, input = chain(*(layer.spec for layer in layers), f"FC{classes}"), image(channels, size)
    return Draft(network(model, input), Setting(model, input), ("fc1.in_features",), least=1)
