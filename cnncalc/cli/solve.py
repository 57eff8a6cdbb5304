"""`cnncalc solve`: the inverse questions, each with all its answers or the reason there is none."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ..errors import CnncalcError, closest
from .options import read_settings, size_options, trace_option
from .sizes import read_series, read_size, read_sizes

if TYPE_CHECKING:
    from ..solving.answers import Answer
    from ..solving.model import Model

Command = TypeVar("Command", bound=Callable[..., Any])


class _Questions(click.Group):
    """A group whose first question is the one meant where none is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0].startswith("-") and args[0] not in ("-h", "--help"):
            args = ["conv", *args]
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and args[0] not in self.commands:
            hint = closest(args[0], self.commands) or f"questions are {', '.join(self.commands)}"
            raise CnncalcError(f"unknown question {args[0]!r}", help=hint)
        return super().resolve_command(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


@click.group(cls=_Questions)
def solve() -> None:
    """Answer the inverse question: which settings, inputs or widths give what is wanted.

    Without the name of a question it is `conv`. Answers are whole numbers, all there are
    within the bounds that are said, and each was put into the size rules before it is printed.

    Exit code: 0 found, 1 there is no solution (the reason is printed), 2 could not be done.

    \b
    Examples:
      cnncalc solve --input 224 --output 112 --kernel 7
      cnncalc solve padding --kernel 3 --dilation 2
      cnncalc solve field --at-least 64 --kernel 3 --dilation doubling
      cnncalc solve input model.py:Net --layer fc1
      cnncalc solve smallest inception_v3
      cnncalc solve exact vgg11
      cnncalc solve budget vgg11 --max-params 1M --vary width
    """


def _answers(command: Command) -> Command:
    """--format and --why."""
    command = click.option(
        "--why/--no-why", default=True, help="Print the formula, with the numbers in it (on)."
    )(command)
    return click.option(
        "--format",
        "format_",
        type=click.Choice(["text", "json"], case_sensitive=False),
        default="text",
        help="How to print it.",
    )(command)


def _window(command: Command) -> Command:
    """--kernel, --stride, --dilation and --op."""
    sizes = "Sizes per axis such as 3 or 3x5"
    for option in reversed(
        (
            click.option(
                "--op",
                type=click.Choice(["conv", "maxpool", "avgpool", "deconv"], case_sensitive=False),
                default="conv",
                help="What slides; deconv is a transposed convolution.",
            ),
            click.option("-k", "--kernel", metavar="SIZES", help=f"{sizes}."),
            click.option("-s", "--stride", metavar="SIZES", help=f"{sizes}."),
            click.option("-d", "--dilation", metavar="SIZES", help=f"{sizes}."),
        )
    ):
        command = option(command)
    return command


@solve.command()
@click.option("-i", "--input", "input_", metavar="SIZES", help="Input sizes, without channels.")
@click.option("-o", "--output", metavar="SIZES", required=True, help="The output sizes wanted.")
@_window
@click.option("-p", "--padding", metavar="SIZES", help="Padding on either side.")
@click.option("--output-padding", metavar="SIZES", help="Of a transposed convolution.")
@click.option("--ceil-mode", is_flag=True, help="A pooling that rounds up.")
@click.option("--max-kernel", type=click.IntRange(1), default=11, help="Up to which (11).")
@click.option("--max-stride", type=click.IntRange(1), help="Up to which (any; 4 without --input).")
@click.option("--max-padding", type=click.IntRange(0), help="Up to which (dilation*(kernel - 1)).")
@click.option("--max-dilation", type=click.IntRange(1), default=4, help="Up to which (4).")
@_answers
def conv(output: str, input_: str | None, format_: str, why: bool, **given: Any) -> int:
    """Which settings of a window make the output of the input.

    What is not given of kernel, stride, padding and dilation is looked for. Leave out --input,
    and it says which inputs will do.

    \b
    Examples:
      cnncalc solve conv --input 224 --output 112 --kernel 7
      cnncalc solve conv --input 112x92 --output 56x46 --op maxpool --kernel 2
      cnncalc solve conv --output 112 --kernel 7 --stride 2 --padding 3
      cnncalc solve conv --input 7 --output 14 --op deconv
    """
    from ..solving import conv as question

    names = ("kernel", "stride", "padding", "dilation", "output_padding")
    settings: dict[str, Any] = {name: read_sizes(given.pop(name), name) for name in names}
    wanted = read_sizes(output, "output") or ()
    op = given.pop("op").lower()
    return _print(
        question(wanted, read_sizes(input_, "input"), op=op, **settings, **given), format_, why
    )


@solve.command()
@click.option("-i", "--input", "input_", type=click.IntRange(1), help="Only for this input size.")
@_window
@_answers
def padding(
    op: str,
    kernel: str | None,
    stride: str | None,
    dilation: str | None,
    input_: int | None,
    format_: str,
    why: bool,
) -> int:
    """Which padding keeps the size, or only divides it by the stride.

    A transposed convolution multiplies it by the stride.

    \b
    Examples:
      cnncalc solve padding --kernel 3 --dilation 2
      cnncalc solve padding --kernel 4
      cnncalc solve padding --kernel 3 --stride 2
      cnncalc solve padding --kernel 4 --stride 2 --op deconv
    """
    from ..solving import padding as question

    if kernel is None:
        raise CnncalcError("--kernel is missing", help="cnncalc solve padding --kernel 3")
    step, gap = read_size(stride or "1", "stride"), read_size(dilation or "1", "dilation")
    answer = question(read_size(kernel, "kernel"), step, gap, op=op.lower(), input=input_)
    return _print(answer, format_, why)


@solve.command()
@click.option("--at-least", type=click.IntRange(1), required=True, help="The field wanted.")
@click.option("-k", "--kernel", metavar="SIZE", help="Of each layer.")
@click.option("-s", "--stride", metavar="SIZES", help="Of each layer, or of the first, second, ...")
@click.option(
    "-d", "--dilation", metavar="SIZES", help="The same: 2 or 1,2,5 (repeated) or doubling."
)
@click.option("--depth", type=click.IntRange(1), help="How many layers: what else is asked then.")
@click.option("--after", metavar="MODEL", help="The layers come after these (see summary).")
@_answers
def field(
    at_least: int,
    kernel: str | None,
    stride: str | None,
    dilation: str | None,
    depth: int | None,
    after: str | None,
    format_: str,
    why: bool,
) -> int:
    """How many layers see at least so many positions.

    Without --depth it asks for the depth. With it for the dilation, or the kernel where both
    depth and dilation are given.

    \b
    Examples:
      cnncalc solve field --at-least 64 --kernel 3
      cnncalc solve field --at-least 64 --kernel 3 --dilation doubling
      cnncalc solve field --at-least 64 --kernel 3 --depth 5
      cnncalc solve field --at-least 200 --kernel 3 --after "conv7 s2, maxpool3 s2"
    """
    from ..solving import field as question

    answer = question(
        at_least,
        kernel=None if kernel is None else read_size(kernel, "kernel"),
        stride=read_series(stride, "stride"),
        dilation="doubling" if dilation == "doubling" else read_series(dilation, "dilation"),
        depth=depth,
        after=after,
    )
    return _print(answer, format_, why)


def _model(command: Command) -> Command:
    """MODEL with its size, and --trace; without --batch, which sizes do not depend on."""
    return size_options(trace_option(command))


#: --up-to
_up_to = click.option(
    "--up-to", type=click.IntRange(1), help="Sizes looked at (until their pattern shows)."
)


@solve.command()
@_model
@click.option("--layer", metavar="NAME", help="The layer that has to fit (any: the network).")
@click.option("--features", type=click.IntRange(1), help="What --layer shall receive.")
@click.option("-o", "--output", metavar="SIZES", help="What --layer shall make, as 7x7.")
@_up_to
@_answers
def input(
    layer: str | None,
    features: int | None,
    output: str | None,
    up_to: int | None,
    format_: str,
    why: bool,
    **given: Any,
) -> int:
    """Which input sizes make a layer of MODEL fit, or the whole of it.

    \b
    Examples:
      cnncalc solve input model.py:Net --layer fc1
      cnncalc solve input model.py:Net --layer fc1 --features 9216
      cnncalc solve input resnet18 --layer layer4 --output 7x7
      cnncalc solve input examples/unet.yaml
    """
    from ..solving.fitting import solve as question

    wanted = None if output is None else read_sizes(output, "output")
    model = _opened(given)
    return _print(
        question(model, layer=layer, features=features, output=wanted, up_to=up_to), format_, why
    )


@solve.command()
@_model
@click.option("--up-to", type=click.IntRange(1), default=1024, help="Sizes looked at (1024).")
@_answers
def smallest(up_to: int, format_: str, why: bool, **given: Any) -> int:
    """What is the smallest input that MODEL accepts.

    \b
    Examples:
      cnncalc solve smallest inception_v3
      cnncalc solve smallest "conv7 s2, maxpool3 s2, conv3, gap, fc10"
    """
    from ..solving.least import solve as question

    return _print(question(_opened(given), up_to), format_, why)


@solve.command()
@_model
@_up_to
@_answers
def exact(up_to: int | None, format_: str, why: bool, **given: Any) -> int:
    """At which input sizes MODEL drops no border pixel.

    A stride that does not divide what it slides over drops the last rows and columns. With
    --input the nearest such sizes are named.

    \b
    Examples:
      cnncalc solve exact vgg11
      cnncalc solve exact "conv3 s2, conv3 s2" --input 3x100x100
    """
    from ..solving.borders import solve as question

    answer = question(_opened(given), up_to, given=bool(given["input_"]))
    return _print(answer, format_, why)


@solve.command()
@partial(size_options)
@click.option("--batch", type=click.IntRange(1), metavar="N", help="Samples at once (1).")
@click.option("--dtype", metavar="NAME", help="For bytes: float32, float16, ...")
@trace_option
@click.option("--max-params", metavar="N", help="Such as 1M.")
@click.option("--max-macs", metavar="N", help="Such as 500M.")
@click.option("--max-memory", metavar="BYTES", help="Such as 8GiB: parameters and activations.")
@click.option(
    "--train-with",
    type=click.Choice(["sgd", "momentum", "adam"], case_sensitive=False),
    help="The memory is that of training with an optimizer; of inference without it.",
)
@click.option(
    "--vary",
    required=True,
    metavar="WHAT",
    help="input, batch, width, a {name} in a spec, or an option of the network.",
)
@click.option(
    "--multiple-of", type=click.IntRange(1), default=1, metavar="N", help="Only multiples (1)."
)
@_answers
def budget(
    batch: int | None,
    dtype: str | None,
    max_params: str | None,
    max_macs: str | None,
    max_memory: str | None,
    train_with: str | None,
    vary: str,
    multiple_of: int,
    format_: str,
    why: bool,
    **given: Any,
) -> int:
    """Which width, input or batch keeps MODEL under a budget.

    The width is that of the first layer; all hidden layers are widened in proportion. A spec
    may say itself what is varied: "conv3@{w}, relu, conv3@{2w}, gap, fc10" with --vary w.

    \b
    Examples:
      cnncalc solve budget vgg11 --max-params 10M --vary width
      cnncalc solve budget resnet50 --max-macs 1G --vary input
      cnncalc solve budget resnet50 --max-memory 8GiB --train-with adam --vary batch
      cnncalc solve budget "conv3@{w} p1, relu, gap, fc10" --max-params 10k --vary w -i 3x32x32
      cnncalc solve budget d2l/densenet --max-params 1M --vary growth
    """
    from ..solving.budgets import solve as question
    from ..solving.vary import Asked

    model, options = _model_of(given)
    asked = Asked(
        model, list(given["input_"]) or None, given["layout"], batch, dtype, given["trace"], options
    )
    answer = question(
        asked, vary, max_params=max_params, max_macs=max_macs, max_memory=max_memory,
        train_with=None if train_with is None else train_with.lower(), multiple_of=multiple_of,
    )  # fmt: skip
    return _print(answer, format_, why)


def _model_of(given: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The model with its settings: in its text for Python files, else as options."""
    from ..checking.target import with_arguments

    model, options = with_arguments(given["model"], read_settings(given["settings"]))
    if given["trace"] and options:
        raise CnncalcError(
            "--set is for networks of the zoo", help=f'--trace "{model}(name=value)"'
        )
    return model, options


def _opened(given: dict[str, Any]) -> Model:
    """The model that the options of a command name, opened."""
    from ..solving.model import Model

    model, options = _model_of(given)
    sizes = list(given["input_"]) or None
    layout, trace = given["layout"], given["trace"]
    return Model.open(model, sizes, layout=layout, trace=trace, options=options)


def _print(answer: Answer, format_: str, why: bool) -> int:
    from ..render import solve as rendering

    if format_.lower() == "json":
        from ..render.solve_json import render

        click.echo(render(answer))
    else:
        click.echo(rendering.render(answer, why))
    return 0 if answer.found else 1
