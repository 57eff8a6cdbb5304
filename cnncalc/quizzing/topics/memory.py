"""Memory: outputs and parameters in bytes, batches, dtypes, the peak; and the largest batch."""

from __future__ import annotations

from ...words import Code, phrase
from ..chance import Chance
from ..parts import MOST_FEATURES, any_chain, any_image, arriving, chain, image, names
from ..question import Draft, Makers, Setting
from .inverse import largest_batch
from .networks import drafted, one_conv, one_linear, three


def _output(chance: Chance) -> Draft:
    return one_conv(chance, "conv1.memory")


def _parameters(chance: Chance) -> Draft:
    if chance.one_in(3):
        return one_conv(chance, "memory.params")
    return one_linear(chance, "memory.params")


def _chain(chance: Chance) -> Draft:
    layers, channels, size = three(chance)
    claims = [*(f"{name}.memory" for name in names(layers)), "memory.forward"]
    return drafted(layers, channels, size, claims)


def _with_dtype(chance: Chance) -> Draft:
    """A batch, in another dtype, of images that are not square."""
    channels = chance.pick((1, 3))
    height, width = chance.pick(((112, 92), (120, 160), (96, 128), (64, 48), (224, 160), (64, 64)))
    layers = any_chain(chance, channels, min(height, width), chance.pick(("cp", "ccp", "cpc")))
    batch = chance.pick((8, 16, 32, 64, 128))
    dtype = chance.pick(("float16", "bfloat16", "float64", "float32"))
    model, input = chain(*(layer.spec for layer in layers)), image(channels, height, width)
    text = phrase(
        "quiz.lead.network.batch", model=Code(model), input=input, batch=batch, dtype=Code(dtype)
    )
    claims = (f"{names(layers)[-1]}.memory", "memory.input", "memory.forward")
    return Draft(text, Setting(model, input, batch, dtype), claims)


def _whole(chance: Chance) -> Draft | None:
    """A small network: parameters, forward pass, a training step."""
    channels, size = any_image(chance)
    layers = any_chain(chance, channels, size, "cpcp")
    if arriving(layers, channels, size) > MOST_FEATURES:
        return None
    model = chain(*(layer.spec for layer in layers), f"FC{chance.pick((10, 40, 100))}")
    batch = chance.pick((1, 16, 32, 64))
    input = image(channels, size)
    optimizer = chance.pick(("sgd", "adam"))
    text = phrase(
        f"quiz.lead.training.{optimizer}", model=Code(model), input=input, batch=batch,
    )  # fmt: skip
    claims = ("memory.params", "memory.forward", f"memory.training.{optimizer}")
    return Draft(text, Setting(model, input, batch), claims)


def _peak(chance: Chance) -> Draft:
    layers, channels, size = three(chance, chance.pick(("cpc", "ccp", "cpcp")))
    draft = drafted(layers, channels, size, ["memory.forward", "memory.peak"])
    said = phrase("quiz.lead.peak", network=draft.text)
    return draft._replace(text=said)


MAKERS: Makers = {
    1: (_output, _output, _parameters),
    2: (_chain,),
    3: (_with_dtype,),
    4: (_whole, _peak),
    5: (largest_batch,),
}
