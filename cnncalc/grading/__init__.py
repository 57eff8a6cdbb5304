"""Hold the answers of homework sheets against the engine, and name likely mistakes."""

from __future__ import annotations

import os
from collections.abc import Sequence

from ..errors import CnncalcError, InputError
from .result import Claim, Exercise, Grading, Likely, Mark, Question, Sheet

__all__ = [
    "Claim",
    "Exercise",
    "Grading",
    "Likely",
    "Mark",
    "Question",
    "Sheet",
    "grade",
    "grade_text",
]

Path = str | os.PathLike[str]


def grade(sheets: Path | Sequence[Path], *, key: Path | None = None) -> Grading:
    """Grade sheets of answers: files, and folders of them.

    `key` is a sheet that says which exercises count, with their models, inputs and claims; the
    others then need answers only. Without it each sheet is held against its own exercises. What
    is wrong with a sheet is among its `problems`, and the others are graded all the same.

    Raises `CnncalcError` subclasses where the key cannot be read, or there are too many sheets.
    """
    from . import sheet
    from .engine import Grader
    from .files import listed

    paths = [sheets] if isinstance(sheets, str | os.PathLike) else list(sheets)
    if not paths:
        raise InputError("there are no sheets to grade")
    file = None if key is None else os.fspath(key)
    grader = Grader(None if file is None else sheet.read(file))
    problems: list[CnncalcError] = [] if file is None else grader.check_key()
    files, missing = listed(paths, file)
    named = {os.fspath(path) for path in paths}
    graded = []
    for each in files:
        try:
            graded.append(grader.grade(sheet.read(each)))
        except CnncalcError as error:
            if each in named or not sheet.is_network(each):
                graded.append(_unread(each, error))
    return _graded(graded, file, [*problems, *missing])


def grade_text(text: str, *, name: str = "sheet.yaml", key: str | None = None) -> Grading:
    """Grade the text of one sheet, against the text of a key if there is one.

    Files that it names are looked for from the working directory on. Raises `CnncalcError`
    subclasses where one of the texts cannot be read.
    """
    from . import sheet
    from .engine import Grader

    grader = Grader(None if key is None else sheet.parse(key, "key.yaml"))
    problems = [] if key is None else grader.check_key()
    graded = grader.grade(sheet.parse(text, name))
    return _graded([graded], None if key is None else "key.yaml", problems)


def _unread(file: str, error: CnncalcError) -> Sheet:
    student = os.path.splitext(os.path.basename(file))[0]
    return Sheet(file, student, "", (), (error,))


def _graded(sheets: list[Sheet], key: str | None, problems: Sequence[CnncalcError]) -> Grading:
    from .statistics import questions

    return Grading(tuple(sheets), questions(sheets, key is not None), key, tuple(problems))
