"""`cnncalc grade`: answers of homework sheets, held against the engine."""

from __future__ import annotations

import sys

import click

from ..grading import Grading
from .options import color_option, wants_color

FORMATS = ("table", "markdown", "json", "csv")


@click.command()
@click.argument("sheets", nargs=-1, required=True, metavar="SHEETS...")
@click.option("--key", metavar="FILE", help="The sheet that says which exercises and claims count.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS, case_sensitive=False),
    default="table",
    help="How to print it; csv has a line for each student.",
)
@click.option(
    "--lang", type=click.Choice(["en", "zh"], case_sensitive=False), default="en",
    help="Language of the words.",
)  # fmt: skip
@click.option("-d", "--detail", is_flag=True, help="Claim by claim, for several sheets too.")
@click.option("-q", "--quiet", is_flag=True, help="Leave out the claims that are right.")
@color_option
def grade(
    sheets: tuple[str, ...],
    key: str | None,
    format_: str,
    lang: str,
    detail: bool,
    quiet: bool,
    color: str,
) -> int:
    """Grade SHEETS of answers: YAML files, and folders of them.

    A sheet holds exercises: a model (as in `cnncalc summary`; Python files are read and never
    run), an input, and claims such as `conv1.output: 64x112x112` or `total.params: 10.58M`. Each
    claim is held against the engine's figure; what is wrong gets the derivation and, where it
    gives exactly the number that was answered, the likely mistake. With --key one sheet says
    what counts, and the others need answers only. docs/grade.md describes sheets.

    Exit code: 0 all right, 1 something wrong or not answered, 2 a sheet or claim that could not
    be read (the others are graded all the same).

    \b
    Examples:
      cnncalc grade answers.yaml
      cnncalc grade homework/ --key key.yaml
      cnncalc grade homework/ --key key.yaml --format csv > grades.csv
      cnncalc grade answers.yaml --format markdown --lang zh
    """
    from .. import grading
    from ..render.grade_words import trouble

    found = grading.grade(sheets, key=key)
    text = _text(found, format_.lower(), lang.lower(), detail, quiet, wants_color(color))
    click.echo(text, color=True if color == "always" else None)
    for line in trouble(found):
        click.echo(f"cnncalc: error: {line}", err=True)
    return found.exit_code


def _text(found: Grading, format_: str, lang: str, detail: bool, quiet: bool, color: bool) -> str:
    if format_ == "json":
        from ..render.grade_data import to_json

        return to_json(found, lang)
    if format_ == "csv":
        from ..render.grade_data import to_csv

        return to_csv(found, lang, detail)
    if format_ == "markdown":
        from ..render.grade_markdown import render as to_markdown

        return to_markdown(found, lang=lang, detail=detail, quiet=quiet)
    from ..render.grade import render

    return render(
        found, lang=lang, detail=detail, quiet=quiet, color=color, plain=not _shows("✓✗–")
    )


def _shows(signs: str) -> bool:
    """Can the terminal's encoding show these?"""
    try:
        signs.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
