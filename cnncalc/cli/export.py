"""`cnncalc export`: write a model as a spec file."""

from __future__ import annotations

import click

from ..api import load
from .options import read_settings, size_options


@click.command()
@size_options
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
    settings: tuple[str, ...],
    output: str | None,
    format_: str | None,
) -> None:
    """Write MODEL as a YAML or JSON spec file that cnncalc reads back to the same report.

    \b
    Example:
      cnncalc export resnet18 -o resnet18.yaml
    """
    from ..sources import export as source

    graph = load(model, list(input_) or None, layout=layout, **read_settings(settings))
    if output is not None:
        source.write(graph, output, format_)
        click.echo(f"{output}: {len(graph.layers)} layers of {graph.name}")
    else:
        click.echo(source.to_json(graph) if format_ == "json" else source.to_yaml(graph))
