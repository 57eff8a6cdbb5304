"""MACs and FLOPs: of one layer, of chains, of separable convolutions and blocks; and back."""

from __future__ import annotations

from ...words import Code, phrase
from ..blocks import any_block
from ..chance import Chance
from ..parts import chain, image, names
from ..question import Draft, Makers, Setting
from .inverse import image_for_macs, kernels_for_macs
from .networks import drafted, network, one_conv, one_linear, special, three


def _conv(chance: Chance) -> Draft:
    return one_conv(chance, "conv1.macs", "conv1.flops")


def _linear(chance: Chance) -> Draft:
    return one_linear(chance, "fc1.macs", "fc1.flops")


def _chain(chance: Chance) -> Draft:
    layers, channels, size = three(chance, chance.pick(("ccp", "cpc", "ccc")))
    return drafted(layers, channels, size, _convs(names(layers)))


def _special(chance: Chance) -> Draft:
    layers, channels, height, width = special(chance)
    return drafted(layers, channels, height, _convs(names(layers)), width)


def _convs(layers: list[str]) -> list[str]:
    return [*(f"{name}.macs" for name in layers if name.startswith("conv")), "total.flops"]


def _separable(chance: Chance) -> Draft:
    channels, size = chance.pick(((32, 112), (64, 56), (128, 28), (256, 14), (512, 14), (96, 56)))
    kernel = chance.pick((3, 3, 5))
    out = channels * chance.pick((1, 2))
    stride = chance.pick((1, 1, 2))
    first = f"Conv{kernel}x{kernel}@{channels}{',S=2' if stride == 2 else ''},P={kernel // 2}"
    model = chain(f"{first},G={channels}", f"Conv1x1@{out}")
    input = image(channels, size)
    claims = ("conv1.macs", "conv2.macs", "total.macs")
    return Draft(network(model, input), Setting(model, input), claims)


def _transposed(chance: Chance) -> Draft:
    """A transposed convolution multiplies at the positions of its input."""
    channels, size = chance.pick(((512, 4), (256, 8), (128, 16), (64, 32), (100, 4), (64, 28)))
    kernel, stride, padding = chance.pick(((2, 2, 0), (4, 2, 1), (4, 1, 0)))
    out = chance.pick((channels // 2, channels // 4, 3))
    options = f",S={stride}" * (stride != 1) + f",P={padding}" * (padding != 0)
    model = f"Deconv{kernel}x{kernel}@{out}{options}"
    input = image(channels, size)
    claims = ("deconv1.output", "deconv1.macs")
    return Draft(network(model, input), Setting(model, input), claims)


def _block(chance: Chance) -> Draft:
    found = any_block(chance, 4)
    text = phrase(
        "quiz.lead.block", block=Code(found.block.name), model=found.model, reads=found.reads,
        input=found.input,
    )  # fmt: skip
    claims = (f"{found.block.name}.macs",)
    return Draft(text, Setting(found.model, found.input), claims, found.table, least=1)


MAKERS: Makers = {
    1: (_conv, _conv, _linear),
    2: (_chain,),
    3: (_special,),
    4: (_separable, _transposed, _block),
    5: (image_for_macs, kernels_for_macs),
}
