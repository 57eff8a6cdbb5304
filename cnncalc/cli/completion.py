"""`cnncalc completion`: the script that makes a shell complete commands and options."""

from __future__ import annotations

import click


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script for SHELL.

    \b
    Example:
      eval "$(cnncalc completion bash)"
    """
    from click.shell_completion import get_completion_class

    from .main import cli

    found = get_completion_class(shell)
    if found is not None:
        click.echo(found(cli, {}, "cnncalc", "_CNNCALC_COMPLETE").source())
