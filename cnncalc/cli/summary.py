"""`cnncalc summary`: the per-layer table of a model."""

from __future__ import annotations

import click

from ..errors import InputError
from .options import (
    analyzed,
    color_option,
    model_options,
    terminal_width,
    trace_options,
    wants_color,
)

FORMATS = ("table", "markdown", "json", "csv")


@click.command()
@model_options
@trace_options
@click.option("--columns", metavar="NAMES", help="Columns to show: layer,op,output,params,macs,...")
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS, case_sensitive=False),
    default="table",
    help="How to print it.",
)
@click.option("--depth", type=int, metavar="N", help="Fold layers deeper than N module levels.")
@click.option("--only", metavar="TYPE|GLOB", help='An op type ("conv2d") or names ("layer1.*").')
@click.option("--sort", metavar="COLUMN", help="Sort by a column, largest numbers first.")
@color_option
def summary(
    model: str,
    input_: tuple[str, ...],
    layout: str,
    batch: int | None,
    dtype: str | None,
    settings: tuple[str, ...],
    trace: bool,
    train: bool,
    columns: str | None,
    format_: str,
    depth: int | None,
    only: str | None,
    sort: str | None,
    color: str,
) -> int:
    """Print sizes, parameters, MACs and receptive fields of MODEL, layer by layer.

    MODEL is a network of the zoo (vgg11, torchvision/resnet50), a spec
    ("conv7x7@64 s2 p3, maxpool3 s2"), a spec file (net.yaml, net.json, net.spec), or a class or
    function in a file of Python code (model.py:Net), which is read and never run. With --trace
    it is a live module of torch, whose code is imported and run.

    \b
    Examples:
      cnncalc summary vgg11 --input 1x224x224
      cnncalc summary resnet50 --depth 1 --sort macs
      cnncalc summary "Conv7x7@64,S=2,P=3 -> MaxPool3x3,S=2" --input 224x224x3 --layout hwc
      cnncalc summary "model.py:Net(num_classes=40)" --input 1x112x92
      cnncalc summary --trace torchvision.models:swin_t --input 3x224x224 --depth 3
      cnncalc summary --trace "nets.py:Net(width=32)" --input 3x64x64
      cnncalc summary resnet152 --color always | less -R
    """
    from ..render.columns import listing, parse_columns

    chosen = parse_columns(columns) if columns is not None else None
    if chosen is not None and format_ in ("json", "csv"):
        raise InputError(f"--columns is for tables; {format_} always has the same fields")
    report = analyzed(model, input_, layout, batch, dtype, settings, trace, train)
    rows = listing(report, depth, only, sort)
    if format_ == "table":
        from ..render.table import DEFAULT_WIDTH, render

        width = terminal_width() or DEFAULT_WIDTH
        text = render(report, rows, chosen, width, wants_color(color))
    elif format_ == "markdown":
        from ..render.markdown import render as render_markdown

        text = render_markdown(report, rows, chosen)
    elif format_ == "json":
        from ..render.data import to_json

        text = to_json(report, rows=rows)
    else:
        from ..render.data import to_csv

        text = to_csv(report, rows).rstrip("\n")
    click.echo(text, color=True if color == "always" else None)
    return 1 if report.has_errors else 0
