"""What fits into a budget of parameters, MACs or memory; and what has exactly so many."""

from __future__ import annotations

from .... import api, solving
from ....explaining.explanation import Step, Table
from ....words import Code, Phrase, phrase
from ...chance import Chance
from ...parts import MOST_FEATURES, Window, any_chain, any_conv, any_image, arriving, chain, image
from ...question import Condition, Draft, Item, Setting

_MAPS = ((3, 32), (3, 224), (16, 32), (32, 56), (64, 56), (64, 28), (128, 28), (256, 14), (512, 7))


def kernels_for_params(chance: Chance) -> Draft | None:
    """How many kernels of a size keep a budget of parameters."""
    channels, size = chance.pick(_MAPS)
    kernel = chance.pick((3, 3, 5, 7))
    limit = chance.pick((5, 10, 20, 50, 100, 200, 250, 500, 1000)) * 1000
    spec, input = f"Conv{kernel}x{kernel}@{{n}},P={kernel // 2}", image(channels, size)
    found = solving.budget(spec, input, vary="n", max_params=limit)
    if found.best is None or not 8 <= found.best.value <= 512:
        return None
    count, each = found.best.value, kernel * kernel * channels + 1
    reasons: tuple[Item, ...] = (
        Step("params", phrase("quiz.why.kernel.params"),
             ("k*k*ci + 1", f"{kernel}*{kernel}*{channels} + 1"), each),
        Step("count", phrase("quiz.why.kernels"), (f"{limit} // {each}",), count),
        Step("params", phrase("params.name"), (f"{count}*{each}",), count * each),
    )  # fmt: skip
    return _budgeted(
        phrase("quiz.find.kernels.params", kernel=(kernel, kernel), channels=channels, limit=limit),
        "conv1.out_channels", Condition("total.params", "<=", str(limit)), reasons,
        Setting(_with(spec, count), input), Setting(_with(spec, count + 1), input),
    )  # fmt: skip


def hidden_for_params(chance: Chance) -> Draft | None:
    """How many units of a hidden layer keep a budget of parameters."""
    channels, size = chance.pick(((1, 28), (16, 5), (50, 4), (64, 7), (128, 4), (256, 6), (32, 8)))
    classes = chance.pick((10, 10, 40, 100, 1000))
    limit = chance.pick((50, 100, 200, 500, 1000, 2000, 5000)) * 1000
    spec, input = chain("FC{n}", "ReLU", f"FC{classes}"), image(channels, size)
    found = solving.budget(spec, input, vary="n", max_params=limit)
    if found.best is None or not 16 <= found.best.value <= 4096:
        return None
    count, arriving = found.best.value, channels * size * size
    each = arriving + 1 + classes
    reasons: tuple[Item, ...] = (
        Step("features", phrase("size.features"), (f"{channels}*{size}*{size}",), arriving),
        Step("params", phrase("quiz.why.unit.params", classes=classes),
             (f"{arriving} + 1 + {classes}",), each),
        Step("count", phrase("quiz.why.units", classes=classes),
             (f"({limit} - {classes}) // {each}",), count),
        Step("params", phrase("params.total"), (f"{count}*{each} + {classes}",),
             count * each + classes),
    )  # fmt: skip
    return _budgeted(
        phrase("quiz.find.hidden", input=input, classes=classes, limit=limit),
        "fc1.out_features", Condition("total.params", "<=", str(limit)), reasons,
        Setting(_with(spec, count), input), Setting(_with(spec, count + 1), input),
    )  # fmt: skip


def image_for_macs(chance: Chance) -> Draft | None:
    """The largest square image of which a convolution makes no more than so many MACs."""
    kernel, out = chance.pick((3, 3, 5, 7)), chance.pick((16, 32, 64))
    channels = chance.pick((1, 3))
    limit = chance.pick((1, 2, 5, 10, 20, 50, 100, 200, 500)) * 1_000_000
    layer = Window("conv", kernel, out, 1, kernel // 2)
    found = solving.budget(layer.spec, image(channels, 64), vary="input", max_macs=limit)
    if found.best is None or not 24 <= found.best.value <= 1024:
        return None
    side, each = found.best.value, kernel * kernel * channels * out
    reasons: tuple[Item, ...] = (
        phrase("quiz.why.square"),
        Step("macs", phrase("quiz.why.position.macs"),
             ("co*ci*k*k", f"{out}*{channels}*{kernel}*{kernel}"), each),
        Step("count", phrase("quiz.why.positions"), (f"{limit} // {each}",), limit // each),
        phrase("quiz.why.side", side=side, positions=side * side, next=side + 1,
               more=(side + 1) ** 2),
    )  # fmt: skip
    return _budgeted(
        phrase("quiz.find.image.macs", layer=layer.words, channels=channels, limit=limit),
        "input", Condition("total.macs", "<=", str(limit)), reasons,
        Setting(layer.spec, image(channels, side)), Setting(layer.spec, image(channels, side + 1)),
    )  # fmt: skip


def largest_batch(chance: Chance) -> Draft | None:
    """The largest batch with which a training step fits into memory."""
    channels, size = chance.pick(((3, 64), (3, 112), (3, 128), (3, 224), (1, 96), (3, 96)))
    layers = any_chain(chance, channels, size, chance.pick(("cpcp", "ccp", "cpc")))
    model = chain(*(layer.spec for layer in layers), f"FC{chance.pick((10, 100))}")
    if arriving(layers, channels, size) > MOST_FEATURES:
        return None
    gib, optimizer = chance.pick((1, 2, 4, 8, 16, 24)), chance.pick(("sgd", "adam"))
    limit, input = gib * 2**30, image(channels, size)
    found = solving.budget(model, input, vary="batch", max_memory=limit, train_with=optimizer)
    if found.best is None or not 16 <= found.best.value <= 20_000:
        return None
    batch, report = found.best.value, api.analyze(model, input)
    held, forward = report.totals.param_bytes, report.totals.forward_bytes
    copies = 2 if optimizer == "sgd" else 4
    left = limit - copies * held
    rows = tuple(
        (Code(row.name), row.output_shape, row.output_bytes)
        for row in report.rows
        if row.output_bytes
    )
    columns = tuple(phrase(f"column.{name}") for name in ("layer", "shape", "bytes"))
    unit = phrase("unit.bytes")
    terms = " + ".join(str(row[2]) for row in rows)
    reasons: tuple[Item, ...] = (
        Table(columns, rows, phrase("quiz.why.sample")),
        Step("forward", phrase("quiz.why.forward"), (terms,), forward, unit=unit),
        Step("held", phrase("memory.params"), (f"{report.totals.params}*4",), held, unit=unit),
        Step("left", phrase("quiz.why.memory.left"),
             (f"{limit} - {copies}*{held}",), left, unit=unit),
        Step("batch", phrase("quiz.why.batch"), (f"{left} // (2*{forward})",), batch),
    )  # fmt: skip
    claim = Condition(f"memory.training.{optimizer}", "<=", str(limit))
    return _budgeted(
        phrase(f"quiz.find.batch.{optimizer}", model=Code(model), input=input, limit=gib,
               bytes=limit),
        "batch", claim, reasons,
        Setting(model, input, batch), Setting(model, input, batch + 1),
    )  # fmt: skip


def _with(spec: str, number: int) -> str:
    return spec.replace("{n}", str(number))


def _budgeted(text: Phrase, claim: str, keeps: Condition, reasons: tuple[Item, ...],
              setting: Setting, next: Setting) -> Draft:  # fmt: skip
    """The exercise that looks for the largest number; `next` is one more."""
    return Draft(
        text, setting, (claim,), hidden=True, given=(keeps,), rivals=(next,), reasons=reasons,
        least=1,
    )  # fmt: skip


# What has exactly so many


def channels_for_params(chance: Chance) -> Draft | None:
    """The input channels of a convolution with so many parameters."""
    channels, size = chance.pick(_MAPS[2:])
    kernel, out = chance.pick((1, 3, 3, 5)), chance.pick((32, 64, 96, 128, 256))
    count = kernel * kernel * channels * out + out
    spec = f"Conv{kernel}x{kernel}@{out}" + f",P={kernel // 2}" * (kernel > 1)
    reasons = (
        phrase("quiz.why.channels"),
        Step("channels", phrase("argument.in_channels"),
             ("(params - co) // (co*k*k)", f"({count} - {out}) // ({out}*{kernel}*{kernel})"),
             channels),
    )  # fmt: skip
    return Draft(
        phrase("quiz.find.channels", out=out, kernel=(kernel, kernel), count=count),
        Setting(spec, image(channels, size)),
        ("conv1.in_channels",),
        hidden=True,
        given=(Condition("conv1.params", "=", str(count)),),
        rivals=tuple(Setting(spec, image(other, size)) for other in (channels - 1, channels + 1)),
        reasons=reasons,
    )


def kernels_for_macs(chance: Chance) -> Draft | None:
    """How many kernels a convolution has that makes so many MACs."""
    channels, size = any_image(chance) if chance.one_in(3) else chance.pick(_MAPS)
    layer = any_conv(chance, channels, size)
    made, out, kernel = layer.made(size), layer.out or 1, layer.k
    each = made * made * channels * kernel * kernel
    line = f"({size} + 2*{layer.p} - {kernel}) // {layer.stride} + 1"
    reasons = (
        Step("size", phrase("quiz.why.size"), ("(i + 2*p - k) // s + 1", line), made),
        Step("macs", phrase("quiz.why.kernel.macs"),
             ("O*ci*k*k", f"{made}*{made}*{channels}*{kernel}*{kernel}"), each),
        Step("count", phrase("quiz.why.kernels"), (f"{each * out} // {each}",), out),
    )  # fmt: skip
    input = image(channels, size)
    return Draft(
        phrase(
            "quiz.find.kernels.macs", layer=layer._replace(out=None).words, input=input,
            count=each * out,
        ),
        Setting(layer.spec, input),
        ("conv1.out_channels",),
        hidden=True,
        given=(Condition("conv1.macs", "=", str(each * out)),),
        rivals=tuple(
            Setting(layer._replace(out=other).spec, input) for other in (out - 1, out + 1)
        ),
        reasons=reasons,
    )  # fmt: skip
