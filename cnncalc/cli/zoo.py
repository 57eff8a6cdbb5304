"""`cnncalc zoo`: the networks that cnncalc knows by name."""

from __future__ import annotations

import click

from ..errors import CnncalcError
from ..shape import format_shape
from .options import fitted


@click.command()
@click.argument("pattern", required=False)
def zoo(pattern: str | None) -> None:
    """List the zoo: names, native inputs, options (PATTERN: only names that contain it).

    \b
    Example:
      cnncalc zoo resnet
    """
    from tabulate import tabulate

    from ..sources.zoo import ENTRIES

    chosen = [entry for name, entry in ENTRIES.items() if (pattern or "").lower() in name]
    chosen.sort(key=lambda entry: entry.name.split("/")[0])
    if not chosen:
        raise CnncalcError(f"no network has {pattern!r} in its name", help="cnncalc zoo lists all")
    table = [
        [
            entry.name,
            format_shape(entry.input),
            " ".join(f"{name}={value}" for name, value in entry.options.items()),
            entry.summary,
        ]
        for entry in chosen
    ]
    text = tabulate(table, headers=["network", "input", "options (--set)", "what it is"])
    click.echo(fitted(text))
