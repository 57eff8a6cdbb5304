"""`cnncalc crosscheck`: the figures of a model beside what a real forward pass shows."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from ..errors import CnncalcError
from .options import (
    color_option,
    read_settings,
    size_options,
    terminal_width,
    trace_option,
    wants_color,
)
from .summary import FORMATS

if TYPE_CHECKING:
    from ..crosschecking.result import Crosscheck, Line, Survey


@click.command()
@partial(size_options, required=False)
@click.option("--batch", type=int, metavar="N", help="Samples at once (1).")
@click.option(
    "--dtype", metavar="NAME", help="What to run in: float32 (or a live module's own), float16."
)
@trace_option
@click.option(
    "--device",
    type=click.Choice(["auto", "cpu", "cuda", "mps"], case_sensitive=False),
    default="auto",
    help="Where the forward pass runs (auto: a GPU if there is one).",
)
@click.option("--rf", is_flag=True, help="Check receptive fields too, by gradients in float64.")
@click.option("--memory", is_flag=True, help="Check the bytes too: parameters, and the peak.")
@click.option("--all-zoo", is_flag=True, help="Check every network of the zoo, a line each.")
@click.option("--all-torchvision", is_flag=True, help="Check every model of torchvision.")
@click.option("--jobs", type=click.IntRange(1, 256), default=1, help="Processes for these two.")
@click.option("--only-differences", is_flag=True, help="Leave out layers that agree.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS, case_sensitive=False),
    default="table",
    help="How to print it.",
)
@color_option
def crosscheck(
    model: str | None,
    input_: tuple[str, ...],
    layout: str,
    batch: int | None,
    dtype: str | None,
    settings: tuple[str, ...],
    trace: bool,
    device: str,
    rf: bool,
    memory: bool,
    all_zoo: bool,
    all_torchvision: bool,
    jobs: int,
    only_differences: bool,
    format_: str,
    color: str,
) -> int:
    """Run MODEL for real with torch, and compare every figure with what it shows.

    MODEL is as in `cnncalc summary`: a network of the zoo (run as torchvision's own module
    where that is installed), a spec, a spec file, or with --trace a live module. Checked are
    the shape and dtype of each output, parameters and buffers, and MACs, layer by layer and in
    total; with --rf receptive fields, with --memory bytes. docs/crosscheck.md says how.

    Exit code: 0 all agree, 1 something differs, 2 something could not be checked.

    \b
    Examples:
      cnncalc crosscheck resnet18
      cnncalc crosscheck "conv7x7@64 s2 p3, maxpool3 s2" --input 3x224x224 --rf
      cnncalc crosscheck --trace torchvision.models:swin_t --input 3x224x224 --memory
      cnncalc crosscheck resnet50 --device cuda --dtype float16 --only-differences
      cnncalc crosscheck --all-torchvision --jobs 2 --format markdown
    """
    from ..crosschecking import crosscheck as check
    from ..crosschecking import require_torch

    require_torch()
    checks: dict[str, Any] = {
        "device": device.lower(),
        "dtype": dtype,
        "fields": rf,
        "memory": memory,
    }
    if all_zoo or all_torchvision:
        _refuse(
            model, input_, batch, settings, trace, only_differences, all_zoo and all_torchvision
        )
        found = _survey(all_zoo, jobs, checks)
        click.echo(_survey_text(found, format_))
        return found.exit_code
    if model is None:
        raise CnncalcError("there is no MODEL", help="cnncalc crosscheck --help")
    if jobs > 1:
        raise CnncalcError("--jobs is for many models", help="--all-zoo or --all-torchvision")
    options = read_settings(settings)
    if trace and options:
        raise CnncalcError(
            "--set is for networks of the zoo", help=f'--trace "{model}(name=value)"'
        )
    made = check(
        model,
        list(input_) or None,
        layout=layout,
        batch=batch,
        trace=trace,
        **checks,
        **options,
    )
    click.echo(
        _text(made, format_, only_differences, color), color=True if color == "always" else None
    )
    return made.exit_code


def _refuse(model: str | None, *others: Any) -> None:
    """What goes with one model does not go with all of them."""
    if model is not None or any(others):
        raise CnncalcError(
            "--all-zoo and --all-torchvision take no MODEL, and not each other",
            help="with them go --device, --dtype, --rf, --memory, --jobs and --format",
        )


def _text(found: Crosscheck, format_: str, only_differences: bool, color: str) -> str:
    from ..render import crosscheck as tables
    from ..render import crosscheck_data as data

    if format_ == "table":
        width = terminal_width() or tables.DEFAULT_WIDTH
        return tables.render(found, only_differences, width, wants_color(color))
    if format_ == "markdown":
        return tables.markdown(found, only_differences)
    layers = tables.shown(found, only_differences)
    if format_ == "json":
        return data.to_json(data.to_dict(found, layers))
    return data.to_csv(found, layers).rstrip("\n")


def _survey(zoo: bool, jobs: int, checks: dict[str, Any]) -> Survey:
    from ..crosschecking import survey, torchvision

    tasks: list[Any]
    left_out: list[tuple[str, str]] = []
    if zoo:
        title, tasks = "the zoo", survey.zoo_tasks()
    else:
        found, left_out = torchvision.tasks()
        title, tasks = f"torchvision {torchvision.version()}", list(found)
    with _progress(len(tasks)) as step:
        return survey.survey(
            title, tasks, left_out, settings=survey.Settings(**checks), jobs=jobs, progress=step
        )


@contextmanager
def _progress(length: int) -> Iterator[Callable[[Line], None]]:
    """A bar on stderr, where that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda line: None
        return
    bar: Any = click.progressbar(
        length=length, file=sys.stderr, item_show_func=lambda line: line.model if line else ""
    )
    with bar:
        yield lambda line: bar.update(1, line)


def _survey_text(found: Survey, format_: str) -> str:
    from ..render import crosscheck_data as data
    from ..render import survey as tables

    if format_ == "json":
        return data.to_json(data.survey_dict(found))
    if format_ == "csv":
        return data.survey_csv(found).rstrip("\n")
    return (
        tables.markdown(found)
        if format_ == "markdown"
        else tables.render(found, terminal_width() or tables.DEFAULT_WIDTH)
    )
