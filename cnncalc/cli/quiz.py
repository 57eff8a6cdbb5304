"""`cnncalc quiz`: exercise sheets with keys and worked solutions."""

from __future__ import annotations

import random
from pathlib import Path

import click

from ..errors import FileError, InputError

FORMATS = ("markdown", "latex", "html", "yaml")
_SUFFIXES = {
    ".md": "markdown", ".tex": "latex", ".html": "html", ".htm": "html", ".yaml": "yaml",
    ".yml": "yaml",
}  # fmt: skip
#: Seeds that are chosen for the user are short enough to be typed.
_SEEDS = 1_000_000


@click.command()
@click.option(
    "--topic",
    "topics",
    multiple=True,
    metavar="NAMES",
    help="What about: size, params, macs, field, memory, design, or mixed (all, in turn). "
    "Repeatable, or with commas. (mixed)",
)
@click.option(
    "--level",
    type=click.IntRange(1, 5),
    metavar="1-5",
    help="1 one layer; 2 chains of three; 3 dilation, groups, ceil_mode and the like; 4 deep "
    "chains, transposed convolutions, residual blocks, memory; 5 from the answer back to the "
    "network. (Rises from 1 to 5.)",
)
@click.option(
    "--seed", type=click.IntRange(0), metavar="N",
    help="The same seed makes the same sheet. (A new one, printed on the sheet.)",
)  # fmt: skip
@click.option("-n", "count", type=int, default=10, metavar="N", help="How many exercises (10).")
@click.option(
    "--answers", is_flag=True,
    help="The key and worked solutions, on a page of their own; with yaml the key itself.",
)  # fmt: skip
@click.option(
    "--lang", type=click.Choice(["en", "zh"], case_sensitive=False), default="en",
    help="English or Chinese.",
)  # fmt: skip
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS, case_sensitive=False),
    help="How to print it; yaml is for `cnncalc grade`. (By FILE's ending, or markdown.)",
)
@click.option("-o", "--output", metavar="FILE", help="Write it there; without it, stdout.")
def quiz(
    topics: tuple[str, ...],
    level: int | None,
    seed: int | None,
    count: int,
    answers: bool,
    lang: str,
    format_: str | None,
    output: str | None,
) -> int:
    """Make a sheet of exercises on convolutional networks, with a key and worked solutions.

    Every exercise is answered by the engine before it is printed. As YAML the sheet is handed
    out, filled in, and graded with its key, which --answers prints.

    \b
    Examples:
      cnncalc quiz --topic size,params --level 1 --seed 7
      cnncalc quiz --seed 7 --answers --format html -o week3.html
      cnncalc quiz --topic field -n 5 --seed 7 --lang zh --format latex -o week3.tex
      cnncalc quiz --seed 7 -o blank.yaml
      cnncalc quiz --seed 7 --answers -o key.yaml
      cnncalc grade filled-in/ --key key.yaml
    """
    from .. import quizzing

    suffix = Path(output or "").suffix.lower()
    format_ = format_.lower() if format_ is not None else _SUFFIXES.get(suffix, "markdown")
    names = [name.strip().lower() for each in topics for name in each.split(",") if name.strip()]
    chosen = random.SystemRandom().randrange(_SEEDS) if seed is None else seed
    if topics and not names:
        raise InputError("--topic names no topic", help="--topic size,params")
    sheet = quizzing.quiz(names or ["mixed"], level, seed=chosen, count=count)
    text = sheet.render(format_, lang.lower(), answers)
    if output is None:
        click.echo(text)
        return 0
    try:
        Path(output).write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        raise FileError(f"{output}: {error.strerror}") from None
    click.echo(f"{output}: {len(sheet.questions)} exercises, seed {chosen}")
    return 0
