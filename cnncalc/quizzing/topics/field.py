"""Receptive fields: one window, chains, dilation, blocks; and back to depth and dilation."""

from __future__ import annotations

from ...words import Code, phrase
from ..blocks import any_block
from ..chance import Chance
from ..parts import Window, chain, names
from ..question import Draft, Makers, Setting
from .inverse import depth, dilation, doubling_depth
from .networks import network


def _asked(layers: list[Window], *quantities: str) -> Draft:
    """What the last layer of a chain sees; sizes do not matter."""
    model, last = chain(*(layer.spec for layer in layers)), names(layers)[-1]
    claims = tuple(f"{last}.{quantity}" for quantity in quantities)
    return Draft(network(model), Setting(model), claims)


def _window(chance: Chance, pools: bool = True) -> Window:
    if pools and chance.one_in(3):
        kernel, stride, padding = chance.pick(((2, 2, 0), (3, 2, 0), (3, 2, 1), (3, 3, 0)))
        return Window("maxpool", kernel, None, stride, padding)
    kernel = chance.pick((3, 3, 3, 5, 7))
    return Window("conv", kernel, None, chance.pick((1, 1, 2)), chance.pick((0, kernel // 2)))


def _one(chance: Chance) -> Draft:
    kernel = chance.between(2, 11)
    layer = Window("conv", kernel, None, chance.between(1, min(kernel, 4)), 0)
    if chance.one_in(3):
        layer = Window("maxpool", min(kernel, 4), None, layer.stride, 0)
    name = names([layer])[0]
    text = phrase("quiz.lead.window", layer=layer.words)
    return Draft(text, Setting(layer.spec), (f"{name}.field", f"{name}.field.jump"))


def _three(chance: Chance) -> Draft:
    layers = [_window(chance, pools=False), _window(chance), _window(chance)]
    return _asked(layers, "field", "field.jump")


def _dilated(chance: Chance) -> Draft:
    layers = [_window(chance, pools=False), _window(chance), _window(chance, pools=False)]
    if chance.one_in(3):
        long = chance.pick((3, 5, 7))
        layers[0] = Window("conv", (1, long) if chance.one_in(2) else (long, 1))
    at = 2 if chance.one_in(2) else 0
    if isinstance(layers[at].kernel, tuple):
        at = 2
    layers[at] = layers[at]._replace(kernel=3, stride=1, dilation=chance.between(2, 5))
    return _asked(layers, "field", "field.jump")


def _deep(chance: Chance) -> Draft:
    """Five or six layers, as in VGG or at the stem of a ResNet; where they start, too."""
    layers = [_window(chance, pools=False)]
    for _ in range(chance.between(4, 5)):
        layers.append(_window(chance))
    return _asked(layers, "field", "field.jump", "field.start")


def _block(chance: Chance) -> Draft:
    found = any_block(chance)
    text = phrase(
        "quiz.lead.block.field", block=Code(found.block.name), model=found.model,
        input=found.input, field=found.field[0], jump=found.field[1], start=found.field[2],
    )  # fmt: skip
    name = found.block.name
    claims = (f"{name}.field", f"{name}.field.jump")
    return Draft(text, Setting(found.model, found.input), claims, found.table, least=1)


MAKERS: Makers = {
    1: (_one,),
    2: (_three,),
    3: (_dilated,),
    4: (_deep, _deep, _block),
    5: (depth, doubling_depth, dilation),
}
