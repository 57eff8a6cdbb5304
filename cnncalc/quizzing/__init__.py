"""Exercise sheets with a key and worked solutions, the same for the same seed."""

from __future__ import annotations

from collections.abc import Sequence

from .question import LEVELS, TOPICS, Answer, Draft, Question, Quiz

__all__ = ["LEVELS", "TOPICS", "Answer", "Draft", "Question", "Quiz", "quiz"]


def quiz(
    topics: str | Sequence[str] = ("mixed",),
    level: int | None = None,
    *,
    seed: int = 0,
    count: int = 10,
) -> Quiz:
    """Make a sheet of `count` exercises.

    `topics` are of `TOPICS`, taken in turn; `mixed` is all of them. `level` is 1 to 5; without
    it the sheet rises from 1 to 5. The same arguments make the same sheet.

    Raises `NameNotFoundError` for another topic, `InputError` for another level or count, and
    `LimitError` where there are not so many different exercises.
    """
    from .making import make

    return make((topics,) if isinstance(topics, str) else tuple(topics), level, seed, count)
