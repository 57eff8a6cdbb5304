"""A grading as data: JSON, and CSV for the gradebook; docs/grade.md has the schema."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from typing import Any

from ..errors import CnncalcError
from ..grading.result import Claim, Exercise, Grading, Likely, Mark, Question, Sheet
from .check_words import printable
from .grade_words import mistake, percent

SCHEMA_VERSION = 1
#: Columns for questions in a gradebook: beyond these it has sums alone.
MOST_COLUMNS = 300
#: What a spreadsheet would take for a formula.
_FORMULA = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?\d[\d.,]*%?")


def to_json(grading: Grading, lang: str = "en") -> str:
    """The grading as JSON text."""
    return json.dumps(to_dict(grading, lang), indent=2, ensure_ascii=False)


def to_dict(grading: Grading, lang: str = "en") -> dict[str, Any]:
    """The grading as dicts, lists, numbers and texts."""
    return {
        "schema_version": SCHEMA_VERSION,
        "exit_code": grading.exit_code,
        "key": grading.key,
        "points": grading.points,
        "total": grading.total,
        "sheets": [_sheet(sheet, lang) for sheet in grading.sheets],
        "questions": [_question(each, lang) for each in grading.questions],
        "problems": [_error(error) for error in grading.problems],
    }


def _sheet(sheet: Sheet, lang: str) -> dict[str, Any]:
    return {
        "file": sheet.file,
        "student": sheet.student,
        "title": sheet.title,
        "readable": sheet.readable,
        "points": sheet.points,
        "total": sheet.total,
        **{mark.value: sheet.count(mark) for mark in Mark},
        "exercises": [_exercise(each, lang) for each in sheet.exercises],
        "problems": [_error(error) for error in sheet.problems],
        "notes": list(sheet.notes),
    }


def _exercise(each: Exercise, lang: str) -> dict[str, Any]:
    return {
        "title": each.title,
        "model": each.model,
        "input_names": list(each.inputs),
        "inputs": [list(shape) for shape in each.inputs.values()],
        "claims": [_claim(claim, lang) for claim in each.claims],
        "error": None if each.error is None else _error(each.error),
    }


def _claim(claim: Claim, lang: str) -> dict[str, Any]:
    place = claim.location
    return {
        "name": claim.name,
        "question": claim.question,
        "mark": claim.mark.value,
        "answer": claim.answer,
        "truth": claim.truth,
        "derivation": list(claim.derivation),
        "mistakes": [_likely(each, lang) for each in claim.mistakes],
        "reason": claim.reason,
        "line": None if place is None else place.line,
        "column": None if place is None else place.column,
    }


def _likely(each: Likely, lang: str) -> dict[str, str]:
    return {"name": each.name, "detail": each.detail.strip(), "message": mistake(each, lang)}


def _question(each: Question, lang: str) -> dict[str, Any]:
    return {
        "exercise": each.exercise,
        "question": each.question,
        "name": each.name,
        "truth": each.truth,
        "right": each.right,
        "wrong": each.wrong,
        "missing": each.missing,
        "total": each.total,
        "common": each.common,
        "times": each.times,
        "mistakes": [_likely(one, lang) for one in each.mistakes],
    }


def _error(error: CnncalcError) -> dict[str, Any]:
    place = error.location
    return {
        "message": error.message,
        "help": error.help,
        "file": None if place is None else place.file,
        "line": None if place is None else place.line,
        "column": None if place is None else place.column,
    }


# CSV


def to_csv(grading: Grading, lang: str = "en", detail: bool = False) -> str:
    """One line for each sheet, with a column for each question; with `detail` for each claim."""
    lines = _by_claim(grading, lang) if detail else _by_sheet(grading)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([safe(cell) for cell in line] for line in lines)
    return text.getvalue().rstrip("\n")


def safe(cell: Any) -> Any:
    """A cell that no spreadsheet takes for a formula; numbers stay numbers."""
    if not isinstance(cell, str):
        return "" if cell is None else cell
    text = printable(" ".join(cell.split()))
    harmless = not _FORMULA.match(text) or _NUMBER.fullmatch(text)
    return text if harmless else f"'{text}"


def _by_sheet(grading: Grading) -> Sequence[Sequence[Any]]:
    columns: dict[tuple[int, str], str] = {}
    for question in grading.questions:
        columns.setdefault((question.exercise, question.question), question.name)
    columns = columns if len(columns) <= MOST_COLUMNS else {}
    head = ["file", "student", "title", "points", "total", "percent", "wrong", "missing",
            "unknown", "status"]  # fmt: skip
    lines: list[Sequence[Any]] = [[*head, *(f"{key[0]} {name}" for key, name in columns.items())]]
    for sheet in grading.sheets:
        marks = {
            (number, claim.question): claim.mark
            for number, each in enumerate(sheet.exercises, 1)
            for claim in each.claims
        }
        points = ["" if key not in marks else int(marks[key] is Mark.RIGHT) for key in columns]
        status = "unreadable" if not sheet.readable else "problems" if sheet.problems else "ok"
        share = percent(sheet.points, sheet.total).removesuffix("%")
        lines.append([
            sheet.file, sheet.student, sheet.title, sheet.points, sheet.total, share,
            sheet.count(Mark.WRONG), sheet.count(Mark.MISSING), sheet.count(Mark.UNKNOWN),
            status, *points,
        ])  # fmt: skip
    return lines


def _by_claim(grading: Grading, lang: str) -> Sequence[Sequence[Any]]:
    lines: list[Sequence[Any]] = [
        ["file", "student", "exercise", "model", "claim", "question", "mark", "answer", "truth",
         "mistake", "message"]
    ]  # fmt: skip
    for sheet in grading.sheets:
        for number, each in enumerate(sheet.exercises, 1):
            for claim in each.claims:
                first = claim.mistakes[0] if claim.mistakes else None
                lines.append([
                    sheet.file, sheet.student, number, each.model, claim.name, claim.question,
                    claim.mark.value, claim.answer, claim.truth,
                    None if first is None else first.name,
                    None if first is None else mistake(first, lang),
                ])  # fmt: skip
    return lines
