"""`cnncalc export`: write a model as a spec file."""

from __future__ import annotations

import click

from ..api import analyze, load
from .options import model_options, read_settings


@click.command()
@model_options
@click.option("-o", "--output", metavar="FILE", help="net.yaml or net.json; without it, stdout.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["yaml", "json"]),
    help="Where the file's name does not say it (yaml).",
)
def export(
    model: str,
    input_: tuple[str, ...],
    layout: str,
    batch: int | None,
    dtype: str,
    settings: tuple[str, ...],
    output: str | None,
    format_: str | None,
) -> None:
    """Write MODEL as a YAML or JSON spec file that cnncalc reads back to the same report.

    \b
    Example:
      cnncalc export resnet18 -o resnet18.yaml
    """
