"""`cnncalc check`: the hard-coded dims of models, held to their input sizes."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import click

from .. import __version__
from ..errors import CnncalcError
from .options import color_option, read_settings, size_options, trace_option, wants_color

if TYPE_CHECKING:
    from ..checking.config import Config, Entry
    from ..checking.many import Run

FORMATS = ("text", "json", "github", "sarif", "junit")


@click.command()
@partial(size_options, required=False)
@click.option("--batch", type=int, metavar="N", help="Samples at once (1).")
@click.option("--train", is_flag=True, help="The model in training mode (eval mode without).")
@trace_option
@click.option("--advise", is_flag=True, help="Say too what would make the model smaller.")
@click.option("--strict", is_flag=True, help="Warnings fail the check like errors.")
@click.option("--fix", is_flag=True, help="Rewrite dims that are wrong in the source.")
@click.option("--diff", is_flag=True, help="Only show what --fix would rewrite.")
@click.option(
    "--ignore", multiple=True, metavar="CODE", help="Silence findings of a code. Repeatable."
)
@click.option(
    "--config", metavar="FILE", help="In the place of the nearest pyproject.toml; without MODEL."
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS, case_sensitive=False),
    default="text",
    help="How to print it.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print problems only.")
@color_option
def check(
    model: str | None,
    input_: tuple[str, ...],
    layout: str,
    batch: int | None,
    settings: tuple[str, ...],
    train: bool,
    trace: bool,
    advise: bool,
    strict: bool,
    fix: bool,
    diff: bool,
    ignore: tuple[str, ...],
    config: str | None,
    format_: str,
    quiet: bool,
    color: str,
) -> int:
    """Hold the hard-coded sizes of MODEL to its input size, and say what else is wrong with it.

    Each number such as the in_features of a Linear layer gets a verdict, with how it comes
    about; findings have a place, what is expected, what arrives, and what mends it. MODEL is
    as in `cnncalc summary`: most of all a Python file (model.py:Net), which is read and never
    run. Without MODEL all models of the nearest pyproject.toml are checked, each a table
    [[tool.cnncalc.model]] with target, input and budgets (docs/check.md).

    Exit code: 0 clean, 1 errors (with --strict warnings too) or a broken budget, 2 something
    could not be done or not be verified.

    \b
    Examples:
      cnncalc check model.py:FaceCNN --input 1x112x92
      cnncalc check model.py:FaceCNN --input 1x96x96 --diff
      cnncalc check "model.py:FaceCNN(num_classes=10)" --input 1x96x96 --fix
      cnncalc check --strict --format github
    """
    from ..checking.config import known_codes
    from ..checking.many import Run
    from ..checking.parallel import check_all

    silenced = known_codes(list(ignore))
    problems: tuple[CnncalcError, ...] = ()
    if model is None:
        found = _configured(config, {
            "--input": input_, "--layout hwc": layout.lower() != "chw", "--batch": batch,
            "--set": settings, "--train": train, "--trace": trace,
        })  # fmt: skip
        entries, problems, strict = found.entries, found.problems, strict or found.strict
    else:
        if config is not None:
            raise CnncalcError("--config is for all models of a file", help="leave out MODEL")
        entries = (_entry(model, input_, layout, batch, settings, train, trace),)
    entries = tuple(
        each._replace(ignore=(*each.ignore, *silenced), advise=each.advise or advise)
        for each in entries
    )

    def checked() -> Run:
        return Run(check_all(entries), problems, strict, many=model is None)

    run = checked()
    if fix or diff:
        run = _fixed(run, checked, diff, to_stderr=format_.lower() != "text", color=color)
    return _print(run, format_.lower(), quiet, fixing=fix or diff, color=color)


def _configured(config: str | None, of_one_model: dict[str, object]) -> Config:
    """The configuration that is named, or the nearest one; `of_one_model` are options refused."""
    from ..checking import config as files

    names = " and ".join(name for name, value in of_one_model.items() if value)
    if names:
        raise CnncalcError(
            f"{names} without MODEL", help="the file says it for each of its models; or name MODEL"
        )
    file = files.find() if config is None else config
    if file is None:
        raise CnncalcError(
            "there is no MODEL, and no pyproject.toml with [[tool.cnncalc.model]] here or above",
            help="cnncalc check model.py:Net --input 3x32x32",
        )
    return files.read(file)


def _entry(
    model: str,
    input_: tuple[str, ...],
    layout: str,
    batch: int | None,
    settings: tuple[str, ...],
    train: bool,
    trace: bool,
) -> Entry:
    """The model of the command line as one of a configuration."""
    from ..checking.config import Entry
    from ..checking.target import with_arguments

    name, options = with_arguments(model, read_settings(settings))
    if trace and options:
        raise CnncalcError(
            "--set is for networks of the zoo", help=f'--trace "{model}(name=value)"'
        )
    return Entry(name, input_, options, layout, batch, train, trace)


def _fixed(run: Run, again: Callable[[], Run], only_show: bool, to_stderr: bool, color: str) -> Run:
    """Show what a fix rewrites, and do it unless `only_show`. Returns the run that counts then.

    Files that end up with more errors than before are put back.
    """
    from ..checking import fix
    from ..checking.many import settled, together
    from ..render import check as text

    verdicts = together(run.checks)
    plan = fix.plan(verdicts)
    diff = plan.diff()
    if diff:
        colored = wants_color(color) and not to_stderr
        click.echo(text.diff(diff, colored), err=to_stderr, color=_forced(color))
    if not diff or only_show:
        return settled(run, verdicts)
    plan.write()
    after = again()
    if after.errors > run.errors:
        plan.undo()
        raise CnncalcError("more is wrong with this diff than without it; the files are as before")
    return settled(after, together(after.checks))


def _print(run: Run, format_: str, quiet: bool, fixing: bool, color: str) -> int:
    """Findings to stdout in a format, trouble to stderr. Returns the exit code."""
    from ..render.check_words import trouble

    if format_ == "text":
        from ..render.check import render

        text = render(run, quiet, fixing, wants_color(color))
    elif format_ == "json":
        from ..render.check_json import render as to_json

        text = to_json(run)
    elif format_ == "junit":
        from ..render.check_junit import render as to_junit

        text = to_junit(run)
    elif format_ == "github":
        from ..render.check_github import render as to_github

        text = to_github(run, _root())
    else:
        from ..render.check_sarif import render as to_sarif

        text = to_sarif(run, __version__, _root())
    if text:
        click.echo(text, color=_forced(color))
    for line in trouble(run):
        click.echo(f"cnncalc: error: {line}", err=True)
    return run.exit_code


def _forced(color: str) -> bool | None:
    """Whether click keeps colours: always, or on a terminal."""
    return True if color == "always" else None


def _root() -> str:
    """Where files are named from: the repository in GitHub Actions, else where we stand."""
    workspace = os.environ.get("GITHUB_WORKSPACE", "")
    here = os.path.join(os.path.abspath("."), "")
    inside = workspace and here.startswith(os.path.join(os.path.abspath(workspace), ""))
    return workspace if inside else "."
