"""How a class did, question by question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from .result import Claim, Mark, Question, Sheet

#: Questions beyond these, of sheets that have nothing in common, are not listed.
MAX_QUESTIONS = 1_000


def questions(sheets: Sequence[Sheet], keyed: bool = False) -> tuple[Question, ...]:
    """One for each claim of each exercise that was graded, in the order of the sheets.

    Exercises of different sheets are the same where they have the same number, model and input.
    Without a key those that only one of several sheets has say nothing of a class, and are left
    out.
    """
    asked: dict[tuple[object, ...], list[Claim]] = {}
    readable = [sheet for sheet in sheets if sheet.readable]
    had = Counter(
        (number, exercise.model, tuple(exercise.inputs.items()))
        for sheet in readable
        for number, exercise in enumerate(sheet.exercises, 1)
    )
    least = 1 if keyed or len(readable) < 2 else 2
    for sheet in sheets:
        for number, exercise in enumerate(sheet.exercises, 1):
            sizes = tuple(exercise.inputs.items())
            if had[number, exercise.model, sizes] < least:
                continue
            for claim in exercise.claims:
                if claim.mark is not Mark.UNKNOWN:
                    key = (number, exercise.model, sizes, claim.question)
                    asked.setdefault(key, []).append(claim)
    keys = list(asked)[:MAX_QUESTIONS]
    order = sorted(range(len(keys)), key=lambda at: (keys[at][0], at))
    return tuple(_question(keys[at], asked[keys[at]]) for at in order)


def _question(key: tuple[object, ...], claims: list[Claim]) -> Question:
    marks = Counter(claim.mark for claim in claims)
    wrong = [claim for claim in claims if claim.mark is Mark.WRONG]
    common = Counter((claim.answer or "").strip() for claim in wrong).most_common(1)
    answer, times = common[0] if common else (None, 0)
    mistakes = next(
        (claim.mistakes for claim in wrong if (claim.answer or "").strip() == answer), ()
    )
    number = key[0]
    assert isinstance(number, int)
    # A sheet with a layout of its own has its own spelling of the truth.
    truth = Counter(claim.truth for claim in claims).most_common(1)[0][0]
    return Question(
        number, claims[0].name, truth, marks[Mark.RIGHT], marks[Mark.WRONG],
        marks[Mark.MISSING], answer, times, mistakes, claims[0].question,
    )  # fmt: skip
