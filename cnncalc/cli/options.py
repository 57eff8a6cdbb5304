"""Options that several commands share, and how the terminal is seen."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

from .. import api
from ..errors import CnncalcError
from ..report import Report

Command = TypeVar("Command", bound=Callable[..., Any])


def size_options(command: Command, required: bool = True) -> Command:
    """MODEL (`required` or not), --input, --layout and --set."""
    return _decorated(
        command,
        click.argument("model", required=required),
        click.option(
            "-i",
            "--input",
            "input_",
            multiple=True,
            metavar="SIZE",
            help="Input size without the batch: 3x224x224 or 3,224,224. Repeat it for several "
            "inputs, with names if you like: left=3x64x64.",
        ),
        click.option(
            "--layout",
            type=click.Choice(["chw", "hwc"], case_sensitive=False),
            default="chw",
            help="Order of the sizes; hwc for 224x224x3.",
        ),
        click.option(
            "--set",
            "settings",
            multiple=True,
            metavar="KEY=VALUE",
            help="An option of a zoo network, such as num_classes=10.",
        ),
    )


def model_options(command: Command) -> Command:
    """The same, and --batch and --dtype."""
    command = _decorated(
        command,
        click.option("--batch", type=int, metavar="N", help="Samples at once (1)."),
        click.option(
            "--dtype", metavar="NAME", help="For bytes: float32 (or a live module's own), float16."
        ),
    )
    return size_options(command)


#: --trace
trace_option = click.option(
    "--trace",
    is_flag=True,
    help="MODEL is code to import and run: package.module:attr, or file.py:Net(width=8).",
)
#: --color
color_option = click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    help="Colour (auto: on a terminal).",
)


def trace_options(command: Command) -> Command:
    """--trace and --train."""
    return _decorated(
        command,
        trace_option,
        click.option("--train", is_flag=True, help="A model in Python code in training mode."),
    )


def analyzed(
    model: str,
    input_: tuple[str, ...],
    layout: str,
    batch: int | None,
    dtype: str | None,
    settings: tuple[str, ...],
    trace: bool,
    train: bool,
) -> Report:
    """The report that the options ask for."""
    if not trace:
        python = api.is_python(model)
        if train and not python:
            raise CnncalcError("--train is for models in Python code, and live ones")
        options = {"train": train} if python else {}
        return api.analyze(
            model,
            list(input_) or None,
            layout=layout,
            batch=batch,
            dtype=dtype,
            **options,
            **read_settings(settings),
        )
    if settings:
        raise CnncalcError(
            "--set is for networks of the zoo", help=f'--trace "{model}(name=value)"'
        )
    graph = api.trace(model, list(input_) or None, layout=layout, batch=batch, train=train)
    return api.analyze(graph, graph.traced, dtype=dtype)


def _decorated(command: Command, *decorators: Callable[[Command], Command]) -> Command:
    for decorate in reversed(decorators):
        command = decorate(command)
    return command


def read_settings(settings: tuple[str, ...]) -> dict[str, Any]:
    """`("num_classes=10",)` as a dict; whole numbers, floats and true/false are read as such."""
    result: dict[str, Any] = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals or not name.strip():
            raise CnncalcError(f"--set: expected KEY=VALUE, received {setting!r}")
        if name.strip() in result:
            raise CnncalcError(f"--set: {name.strip()} is given twice")
        result[name.strip()] = _value(value.strip())
    return result


def _value(text: str) -> Any:
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    for read in (int, float):
        try:
            return read(text)
        except ValueError:
            continue
    return text


def terminal_width() -> int | None:
    """Columns of the terminal, also when only stdout is piped; None where there is none."""
    asked = os.environ.get("COLUMNS", "")
    if asked.isdigit() and int(asked):
        return int(asked)
    for stream in (sys.stdout, sys.stderr, sys.stdin):
        try:
            return os.get_terminal_size(stream.fileno()).columns
        except (OSError, ValueError, AttributeError):
            continue
    return None


def fitted(table: str) -> str:
    """The lines of a list cut to the terminal's width; whole where there is no terminal."""
    width = terminal_width()
    if width is None:
        return table
    return "\n".join(
        line if len(line) <= width else f"{line[: width - 1]}…" for line in table.splitlines()
    )


def wants_color(choice: str) -> bool:
    """Colour on a terminal, unless NO_COLOR is set; `always` and `never` decide themselves."""
    if choice != "auto":
        return choice == "always"
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")
