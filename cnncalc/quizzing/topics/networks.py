"""Networks that several topics ask about: one layer, chains, chains with a special layer."""

from __future__ import annotations

from ...words import Code, Phrase, phrase
from ..chance import Chance
from ..parts import Window, any_chain, any_conv, any_image, any_input, any_pool, chain, image, names
from ..question import Draft, Setting


def single(layer: Window, channels: int, height: int, width: int | None = None) -> Phrase:
    """`A convolution with 64 kernels of 7x7 (stride 2, padding 3) reads 3x224x224.`"""
    return phrase("quiz.lead.layer", layer=layer.words, input=image(channels, height, width))


def network(model: str, input: str | None = None) -> Phrase:
    """`An input of 3x224x224 goes through ...`"""
    if input is None:
        return phrase("quiz.lead.network", model=Code(model))
    return phrase("quiz.lead.network.input", model=Code(model), input=input)


def drafted(layers: list[Window], channels: int, height: int, claims: list[str],
            width: int | None = None) -> Draft:  # fmt: skip
    """The draft of a chain and what is asked about it."""
    model, input = chain(*(layer.spec for layer in layers)), image(channels, height, width)
    return Draft(network(model, input), Setting(model, input), tuple(claims))


def one_conv(chance: Chance, *claims: str) -> Draft:
    """A convolution."""
    channels, size = any_input(chance)
    layer = any_conv(chance, channels, size)
    setting = Setting(layer.spec, image(channels, size))
    return Draft(single(layer, channels, size), setting, claims)


def one_pool(chance: Chance, *claims: str) -> Draft:
    """A pooling."""
    channels, size = any_input(chance)
    layer = any_pool(chance, size)
    setting = Setting(layer.spec, image(channels, size))
    return Draft(single(layer, channels, size), setting, claims)


def one_linear(chance: Chance, *claims: str) -> Draft:
    """A linear layer behind a flattening."""
    channels, size = chance.pick(((16, 5), (50, 4), (64, 7), (128, 7), (256, 6), (512, 7), (64, 8),
                                  (120, 3), (256, 4), (32, 12), (96, 6)))  # fmt: skip
    out = chance.pick((10, 84, 100, 120, 128, 256, 500, 512, 1000, 1024, 2048, 4096))
    input = image(channels, size)
    text = phrase("quiz.lead.linear", out=out, input=input)
    return Draft(text, Setting(f"FC{out}", input), claims)


def three(chance: Chance, shape: str | None = None) -> tuple[list[Window], int, int]:
    """Three layers, and the channels and the size of the image that they read."""
    channels, size = any_image(chance)
    return any_chain(chance, channels, size, shape), channels, size


def special(chance: Chance) -> tuple[list[Window], int, int, int]:
    """Three layers with something to look out for, and the channels, height and width of what
    they read: dilation, groups, padding same, rounding up, no bias, a kernel or an image that is
    not square."""
    layers, channels, size = three(chance, chance.pick(("cpc", "ccp", "ccc")))
    height, width = size, size
    at = chance.below(2) if layers[1].kind == "conv" else 0
    last = max(place for place, layer in enumerate(layers) if layer.kind == "conv")
    kind = chance.below(6)
    if kind == 0:
        at = last
        layers[at] = layers[at]._replace(kernel=3, stride=1, dilation=chance.between(2, 4),
                                         padding=chance.below(3))  # fmt: skip
    elif kind == 1:
        at = last
        before = [layer.out for layer in layers[:at] if layer.out]
        wide = before[-1] if before else 16
        groups = chance.pick([each for each in (2, 4, 8) if wide % each == 0] or [1])
        out = (layers[at].out or groups) // groups * groups
        layers[at] = layers[at]._replace(groups=groups, out=max(out, groups))
    elif kind == 2:
        layers[at] = layers[at]._replace(
            kernel=chance.pick((3, 5, 7)), stride=1, padding="same", dilation=chance.between(1, 2)
        )
    elif kind == 3:
        layers[1] = Window(chance.pick(("maxpool", "avgpool")), chance.pick((2, 3)), None, 2,
                           0, ceil=True)  # fmt: skip
    elif kind == 4:
        layers[at] = layers[at]._replace(bias=False)
        layers[last] = layers[last]._replace(bias=False)
    else:
        long = chance.pick((3, 5, 7))
        flat = chance.one_in(2)
        half = long // 2
        layers[at] = layers[at]._replace(
            kernel=(1, long) if flat else (long, 1), stride=1,
            padding=(0, half) if flat else (half, 0),
        )  # fmt: skip
    if chance.one_in(2) or kind == 4:
        height, width = chance.pick(((112, 92), (120, 160), (32, 100), (96, 128), (64, 48),
                                     (180, 320), (48, 160), (224, 160)))  # fmt: skip
    return layers, channels, height, width


def outputs(layers: list[Window]) -> list[str]:
    """The claims of all sizes."""
    return [f"{name}.output" for name in names(layers)]
