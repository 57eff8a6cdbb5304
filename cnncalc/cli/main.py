"""`cnncalc`: finds the command, runs it, and turns every trouble into one line and exit 2."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import click

from .. import __version__
from ..errors import CnncalcError, closest

#: Command -> module in this package; the function has the command's name.
COMMANDS = (
    "summary",
    "check",
    "crosscheck",
    "zoo",
    "ops",
    "explain",
    "grade",
    "solve",
    "quiz",
    "export",
    "completion",
)


class LazyGroup(click.Group):
    """A group that imports a command's module only when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"{__package__}.{cmd_name}"), cmd_name)
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            hint = closest(args[0], COMMANDS) or f"commands are {', '.join(COMMANDS)}"
            raise CnncalcError(f"unknown command {args[0]!r}", help=hint)
        return super().resolve_command(ctx, args)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "--version", message="cnncalc %(version)s")
def cli() -> None:
    """Sizes, parameters, MACs, memory and receptive fields of convolutional networks.

    Nothing is run and no deep-learning framework is needed, but for --trace and crosscheck.

    \b
    Examples:
      cnncalc summary vgg11 --input 1x224x224
      cnncalc summary "conv7x7@64 s2 p3, maxpool3 s2" --input 3x224x224
      cnncalc check model.py:Net --input 1x112x92
    """


def main(args: list[str] | None = None) -> None:
    """The entry point. Exit codes: 0 clean, 1 findings, 2 could not be done."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that cannot show a bar shows `?`
    try:
        code = cli.main(args=args, prog_name="cnncalc", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as help_wanted:
        click.echo(help_wanted.format_message())
        code = 2
    except click.ClickException as error:
        code = _fail(_click_message(error), error.exit_code)
    except CnncalcError as error:
        code = _fail(str(error), error.exit_code)
    except click.Abort:
        code = _fail("interrupted", 130)
    except BrokenPipeError:
        sys.stderr.close()  # the reader (`| head`) has seen enough
        code = 0
    except RecursionError:
        code = _fail("the model is nested too deeply", 2)
    except MemoryError:
        code = _fail("the model does not fit in memory", 2)
    except OSError as error:
        code = _fail(f"cannot write the output: {error.strerror}", 2)
    except Exception as error:  # a bug of ours, and still one line
        kind = type(error).__name__
        code = _fail(f"internal error ({kind}: {str(error)[:200]}); please report it", 2)
    sys.exit(code if isinstance(code, int) else 0)


def _click_message(error: click.ClickException) -> str:
    message = " ".join(error.format_message().split())
    context = getattr(error, "ctx", None)
    if context is None:
        return message
    return f"{message}\n  help: {context.command_path} --help"


def _fail(message: str, code: int) -> int:
    click.echo(f"cnncalc: error: {message}", err=True)
    return code
