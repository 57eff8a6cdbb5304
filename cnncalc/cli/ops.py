"""`cnncalc ops`: the catalogue of operations with their formulas."""

from __future__ import annotations

import click

from ..ops import CATALOGUE, find
from .options import fitted


@click.command()
@click.argument("name", required=False)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["table", "markdown"]),
    default="table",
    help="markdown is the table of docs/ops.md.",
)
def ops(name: str | None, format_: str) -> None:
    """List the operations that cnncalc knows, or explain the one called NAME.

    \b
    Examples:
      cnncalc ops
      cnncalc ops conv2d
    """
    from ..render import catalogue

    if name is not None:
        click.echo(catalogue.one(find(name)))
    elif format_ == "markdown":
        click.echo(catalogue.markdown(CATALOGUE.values()))
    else:
        click.echo(fitted(catalogue.table(CATALOGUE.values())))
