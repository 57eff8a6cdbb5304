"""Parameters: weights and biases, batch norms, separable convolutions, blocks; and back."""

from __future__ import annotations

from ...words import Code, phrase
from ..blocks import any_block
from ..chance import Chance
from ..parts import MOST_FEATURES, arriving, chain, image, names
from ..question import Draft, Makers, Setting
from .inverse import channels_for_params, hidden_for_params, kernels_for_params
from .networks import drafted, network, one_conv, one_linear, special, three


def _conv(chance: Chance) -> Draft:
    return one_conv(chance, "conv1.params")


def _linear(chance: Chance) -> Draft:
    return one_linear(chance, "fc1.params")


def _chain(chance: Chance) -> Draft:
    layers, channels, size = three(chance, chance.pick(("ccp", "cpc", "ccc")))
    return drafted(layers, channels, size, _convs(names(layers)))


def _classifier(chance: Chance) -> Draft | None:
    """A convolution, a pooling, a linear layer."""
    layers, channels, size = three(chance, "cp")
    if arriving(layers, channels, size) > MOST_FEATURES:
        return None
    classes = chance.pick((10, 20, 40, 100))
    model = chain(*(layer.spec for layer in layers), f"FC{classes}")
    input = image(channels, size)
    claims = ("conv1.params", "fc1.params", "total.params")
    return Draft(network(model, input), Setting(model, input), claims)


def _special(chance: Chance) -> Draft:
    layers, channels, height, width = special(chance)
    return drafted(layers, channels, height, _convs(names(layers)), width)


def _convs(layers: list[str]) -> list[str]:
    return [*(f"{name}.params" for name in layers if name.startswith("conv")), "total.params"]


def _normalized(chance: Chance) -> Draft:
    """Convolutions without a bias, each before a batch norm."""
    first, second = chance.pick(((16, 32), (32, 64), (64, 64), (64, 128), (128, 256)))
    kernel = chance.pick((3, 5, 7))
    model = chain(
        f"Conv{kernel}x{kernel}@{first},P={kernel // 2},bias=no", "BN", "ReLU",
        f"Conv3x3@{second},S=2,P=1,bias=no", "BN",
    )  # fmt: skip
    input = image(chance.pick((1, 3)), chance.pick((32, 64, 96, 128, 224)))
    claims = ("conv1.params", "bn1.params", "conv2.params", "bn2.params", "total.params")
    return Draft(network(model, input), Setting(model, input), claims)


def _separable(chance: Chance) -> Draft:
    """A depthwise convolution and a pointwise one, as MobileNet has them."""
    channels, size = chance.pick(((32, 112), (64, 56), (128, 28), (256, 14), (512, 14), (96, 56)))
    kernel = chance.pick((3, 3, 5))
    out = channels * chance.pick((1, 2))
    model = chain(
        f"Conv{kernel}x{kernel}@{channels},P={kernel // 2},G={channels}", f"Conv1x1@{out}"
    )
    input = image(channels, size)
    claims = ("conv1.params", "conv2.params", "total.params")
    return Draft(network(model, input), Setting(model, input), claims)


def _block(chance: Chance) -> Draft:
    found = any_block(chance, 4)
    text = phrase(
        "quiz.lead.block", block=Code(found.block.name), model=found.model, reads=found.reads,
        input=found.input,
    )  # fmt: skip
    claims = (f"{found.block.name}.params",)
    return Draft(text, Setting(found.model, found.input), claims, found.table, least=1)


MAKERS: Makers = {
    1: (_conv, _conv, _linear),
    2: (_chain, _classifier),
    3: (_special, _normalized),
    4: (_separable, _block, _block),
    5: (kernels_for_params, channels_for_params, hidden_for_params),
}
