"""A grading as Markdown. What students wrote is text in it, never markup."""

from __future__ import annotations

import re

from ..grading.result import Exercise, Grading, Mark, Question, Sheet
from .grade_words import (
    SIGNS,
    answer,
    below,
    class_line,
    exercise,
    heading,
    mistakes,
    note,
    often,
    percent,
    shown,
    tally,
    word,
)

_MARKUP = re.compile(r"([\\`*_{}\[\]|<>~&$])")


def escaped(text: str) -> str:
    """The text with everything that Markdown or HTML would read escaped."""
    return (
        _MARKUP.sub(r"\\\1", text)
        .replace("\\<", "&lt;")
        .replace("\\&", "&amp;")
        .replace("@", "&#64;")
    )


def render(grading: Grading, *, lang: str = "en", detail: bool = False, quiet: bool = False) -> str:
    """The grading as GitHub's Markdown; see `grade.render` for the options."""
    blocks: list[str] = []
    if len(grading.sheets) == 1 or detail:
        for sheet in grading.sheets:
            blocks += _sheet(sheet, lang, quiet)
    if len(grading.sheets) != 1:
        blocks += [_students(grading, lang), _questions(grading, lang)]
        blocks.append(escaped(class_line(grading, lang)))
    return "\n\n".join(block for block in blocks if block)


def _table(head: list[str], body: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *body]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _sheet(sheet: Sheet, lang: str, quiet: bool) -> list[str]:
    blocks = [f"## {escaped(heading(sheet))}"]
    for each in sheet.exercises:
        table = _claims(each, lang, quiet)
        blocks += [f"**{escaped(exercise(each, lang))}**", table] if table else []
    notes = [f"- {word('note', lang)}: {escaped(note(text, lang))}" for text in sheet.notes]
    return [*blocks, "\n".join(notes), escaped(tally(sheet, lang))]


def _claims(each: Exercise, lang: str, quiet: bool) -> str:
    names = ("claim", "answer", "truth", "because")
    body = [
        [
            SIGNS[claim.mark],
            escaped(shown(claim.name)),
            escaped(answer(claim, lang)),
            escaped(claim.truth or ""),
            "<br>".join(escaped(line) for line in below(claim, lang)),
        ]
        for claim in each.claims
        if not (quiet and claim.mark is Mark.RIGHT)
    ]
    return _table(["", *(word(name, lang) for name in names)], body) if body else ""


def _students(grading: Grading, lang: str) -> str:
    names = ("student", "points", "share", "wrong")
    body = []
    for sheet in grading.sheets:
        wrong = [shown(claim.name) for claim in sheet.claims if claim.mark is not Mark.RIGHT]
        state = ", ".join(wrong) if sheet.readable else word("unreadable", lang)
        points = f"{sheet.points}/{sheet.total}" if sheet.readable else "-"
        share = percent(sheet.points, sheet.total)
        body.append([escaped(shown(sheet.student)), points, share, escaped(state)])
    return _table([word(name, lang) for name in names], body)


def _common(each: Question, lang: str) -> str:
    if each.common is None:
        return ""
    return escaped(f"{shown(each.common)} ({often(each.times, lang)})")


def _questions(grading: Grading, lang: str) -> str:
    names = ("question", "right", "share", "truth", "common", "likely")
    body = [
        [
            escaped(f"{each.exercise} {shown(each.name)}"),
            f"{each.right}/{each.total}",
            percent(each.right, each.total),
            escaped(each.truth or ""),
            ""
            if each.common is None
            else escaped(f"{shown(each.common)} ({often(each.times, lang)})"),
            escaped(mistakes(each.mistakes, lang)),
        ]
        for each in grading.questions
    ]
    return _table([word(name, lang) for name in names], body) if body else ""
