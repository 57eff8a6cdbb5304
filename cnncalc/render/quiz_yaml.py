"""An exercise sheet as YAML: blank for `cnncalc grade`, or the key that it is graded with."""

from __future__ import annotations

import json
import re

from ..quizzing.question import Question, Quiz
from ..words import Code, phrase, say, spans
from .document.text import plain, wrapped
from .explain import grid
from .quiz import notes, text

_WIDTH = 100
_PLAIN = re.compile(r"[\w.,+-]+( B)?")


def to_yaml(quiz: Quiz, lang: str, answers: bool) -> str:
    """The blank sheet, or with `answers` the key.

    A blank sheet leaves out the networks that would give an answer away: it is graded with the
    key, which names them all.
    """
    lines: list[str] = []
    if answers:
        command = Code("cnncalc grade SHEETS --key FILE")
        lines += _comment(say(phrase("quiz.note.key", command=command), lang))
    else:
        lines += _comment(say(phrase("quiz.note.blank"), lang))
        if any(question.draft.hidden for question in quiz.questions):
            lines += _comment(say(phrase("quiz.note.hidden"), lang))
        for note in notes(quiz, lang):
            lines += _comment(plain(note), "- ")
        lines.append("student:")
    lines += [f"title: {_quoted(_title(quiz, lang))}", "exercises:"]
    for number, question in enumerate(quiz.questions, 1):
        lines += _exercise(number, question, lang, answers)
    return "\n".join(lines)


def _title(quiz: Quiz, lang: str) -> str:
    sheet = phrase("quiz.sheet", seed=str(quiz.seed), count=len(quiz.questions))
    return f"{say(phrase('quiz.title'), lang)} ({say(sheet, lang).rstrip('.。')})"


def _exercise(number: int, question: Question, lang: str, answers: bool) -> list[str]:
    draft, setting = question.draft, question.draft.setting
    lines = ["", *_comment(plain(text(question, lang)), indent="  ")]
    if draft.table is not None:
        shown = grid(draft.table, lang)
        lines += ["  #   " + " | ".join(plain(cell) for cell in row) for row in shown.rows]
    topic = say(phrase(f"quiz.topic.{question.topic}"), lang)
    title = say(phrase("quiz.exercise", number=number, topic=topic), lang)
    lines += [f"  - id: q{number}", f"    title: {_quoted(title)}"]
    if answers or not draft.hidden:
        lines.append(f"    model: {_quoted(setting.model)}")
        lines += [f"    input: {setting.input}"] if setting.input is not None else []
        lines += [f"    batch: {setting.batch}"] if setting.batch is not None else []
        lines += [f"    dtype: {setting.dtype}"] if setting.dtype is not None else []
    lines.append("    claims:")
    for answer in question.answers:
        lines += _comment(plain(spans(answer.words, lang)), indent="      ")
        figure = f" {_plain(answer.figure)}" if answers else ""
        lines.append(f"      {answer.claim}:{figure}")
    return lines


def _comment(said: str, mark: str = "", indent: str = "") -> list[str]:
    blank = " " * len(mark)
    return wrapped(said, _WIDTH, f"{indent}# {mark}", f"{indent}# {blank}")


def _quoted(said: str) -> str:
    return json.dumps(said, ensure_ascii=False)


def _plain(figure: str) -> str:
    return figure if _PLAIN.fullmatch(figure) else _quoted(figure)
