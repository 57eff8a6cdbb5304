"""Output sizes: of one layer, of chains, of decoders; and back from the size to the layer."""

from __future__ import annotations

from ...words import Code, phrase
from ..blocks import any_block
from ..chance import Chance
from ..parts import Window, any_conv, any_image, any_pool, chain, image
from ..question import Draft, Makers, Setting
from .inverse import chain_input, features, kernel, layer_input, padding, stride
from .networks import drafted, network, one_conv, one_pool, outputs, special, three


def _conv(chance: Chance) -> Draft:
    return one_conv(chance, "conv1.output")


def _pool(chance: Chance) -> Draft:
    return one_pool(chance, "pool1.output")


def _chain(chance: Chance) -> Draft:
    layers, channels, size = three(chance)
    return drafted(layers, channels, size, outputs(layers))


def _special(chance: Chance) -> Draft:
    layers, channels, height, width = special(chance)
    return drafted(layers, channels, height, outputs(layers), width)


def _transposed(chance: Chance) -> Draft:
    """Down and up again, as decoders do."""
    channels, size = chance.pick(((1, 28), (3, 32), (3, 64), (3, 96), (3, 128)))
    down = any_conv(chance, channels, size)._replace(kernel=3, stride=2, padding=1)
    middle = any_pool(chance, down.made(size))
    up = _up(chance, chance.pick((3, 8, 16, 32)))
    layers = [down, middle, up]
    if chance.one_in(2):
        layers.append(_up(chance, chance.pick((1, 3, 8))))
    return drafted(layers, channels, size, outputs(layers))


def _up(chance: Chance, out: int) -> Window:
    kernel, stride, padding, extra = chance.pick(
        ((2, 2, 0, 0), (4, 2, 1, 0), (3, 2, 1, 1), (3, 2, 1, 0), (5, 2, 2, 1), (3, 1, 1, 0),
         (4, 4, 0, 0), (3, 3, 0, 0))
    )  # fmt: skip
    return Window("deconv", kernel, out, stride, padding, output_padding=extra)


def _upsampled(chance: Chance) -> Draft:
    channels, size = any_image(chance)
    first = any_conv(chance, channels, size)
    pool = any_pool(chance, first.made(size))
    factor = chance.pick((2, 2, 3, 4))
    last = any_conv(chance, first.out or 8, pool.made(first.made(size)) * factor, first=False)
    model = chain(first.spec, pool.spec, f"Upsample{factor}", last.spec)
    claims = ("conv1.output", "pool1.output", "upsample1.output", "conv2.output")
    input = image(channels, size)
    return Draft(network(model, input), Setting(model, input), claims)


def _block(chance: Chance) -> Draft:
    found = any_block(chance)
    claims = tuple(
        f"{row.name}.output" for row in found.block.rows if row.op.type.startswith(("Conv", "Cat"))
    )
    text = phrase(
        "quiz.lead.block", block=Code(found.block.name), model=found.model, reads=found.reads,
        input=found.input,
    )  # fmt: skip
    return Draft(text, Setting(found.model, found.input), claims, found.table, least=1)


MAKERS: Makers = {
    1: (_conv, _conv, _pool),
    2: (_chain,),
    3: (_special,),
    4: (_transposed, _upsampled, _block),
    5: (padding, stride, kernel, layer_input, chain_input, features),
}
