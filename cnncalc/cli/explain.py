"""`cnncalc explain`: the working behind the figures of a model."""

from __future__ import annotations

import click

from ..errors import CnncalcError
from .options import model_options, read_settings, terminal_width, trace_options

FORMATS = ("text", "markdown", "latex", "html")
LANGUAGES = ("en", "zh")


@click.command()
@model_options
@click.argument("layers", nargs=-1, metavar="[LAYER]...")
@trace_options
@click.option(
    "--what",
    multiple=True,
    metavar="NAMES",
    help="What to explain: size, params, macs, field, memory, backward, or all. Repeatable, or "
    "with commas. (All but backward without it.)",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS, case_sensitive=False),
    default="text",
    help="How to print it. latex and html are whole documents.",
)
@click.option(
    "--lang",
    type=click.Choice(LANGUAGES, case_sensitive=False),
    default="en",
    help="English or Chinese.",
)
def explain(
    model: str,
    layers: tuple[str, ...],
    input_: tuple[str, ...],
    layout: str,
    batch: int | None,
    dtype: str | None,
    settings: tuple[str, ...],
    trace: bool,
    train: bool,
    what: tuple[str, ...],
    format_: str,
    lang: str,
) -> int:
    """Show how the figures of MODEL come about: formulas, numbers, results.

    Without LAYER it is the whole exercise from top to bottom: each layer, and the sums of the
    network. LAYER is a layer, or a module that holds some (layer1), or a name as in homework:
    conv1, pool2, fc1 are the first convolution, the second pooling, the first linear layer. Its
    receptive field is then worked out from the input on, as a table. MODEL is as in
    `cnncalc summary`.

    Exit code: 0, or 1 where inputs do not fit some layer that is explained, or 2.

    \b
    Examples:
      cnncalc explain "Conv7x7@64,S=2,P=3 -> MaxPool3x3,S=2" --input 3x224x224
      cnncalc explain resnet18 layer2.0.add --what field --lang zh
      cnncalc explain facecnn fc1 --input 1x112x92 --what params,macs,backward
      cnncalc explain d2l/lenet --what all --format latex > lenet.tex
    """
    from ..explaining import QUANTITIES, explain

    if train and not trace and not _is_python(model):
        raise CnncalcError("--train is for models in Python code, and live ones")
    if trace and settings:
        raise CnncalcError(
            "--set is for networks of the zoo", help=f'--trace "{model}(name=value)"'
        )
    names = [name.strip().lower() for each in what for name in each.split(",") if name.strip()]
    explanation = explain(
        model,
        list(input_) or None,
        layers=layers,
        what=QUANTITIES if "all" in names else names,
        layout=layout,
        batch=batch,
        dtype=dtype,
        train=train,
        trace=trace,
        **read_settings(settings),
    )
    click.echo(explanation.render(format_.lower(), lang.lower(), terminal_width()))
    return 1 if explanation.has_errors else 0


def _is_python(model: str) -> bool:
    from .. import api

    return api.is_python(model)
