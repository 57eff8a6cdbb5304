"""What grading gives: marks for claims, exercises and sheets, and statistics of a class."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple

from ..errors import CnncalcError, Location
from ..shape import Shape


class Mark(str, Enum):
    """What a claim is worth: one point if it is right, none otherwise.

    `MISSING`: nothing was answered. `UNKNOWN`: there is no truth to hold it against.
    """

    RIGHT = "right"
    WRONG = "wrong"
    MISSING = "missing"
    UNKNOWN = "unknown"


class Likely(NamedTuple):
    """A mistake that gives exactly the number that was answered; its words are in `mistakes`.

    `detail` fills the words: the layer it is about, or what was written.
    """

    name: str
    detail: str = ""


class Claim(NamedTuple):
    """One answer, held against the truth.

    `name` is as the sheet has it, `question` the same for all spellings (`conv1.params`).
    `derivation` says how the truth comes about; `reason` why an answer could not be read, or a
    claim not be graded. `mistakes` are likely ones, the most specific first.
    """

    name: str
    question: str
    answer: str | None
    truth: str | None
    mark: Mark
    derivation: tuple[str, ...] = ()
    mistakes: tuple[Likely, ...] = ()
    reason: str | None = None
    location: Location | None = None


class Exercise(NamedTuple):
    """A model, an input, and what was claimed about them.

    `error` is what kept it from being graded; its claims are UNKNOWN then.
    """

    title: str
    model: str
    inputs: Mapping[str, Shape]
    claims: tuple[Claim, ...]
    error: CnncalcError | None = None


class Sheet(NamedTuple):
    """One student's sheet. `problems` are what could not be read or graded in it."""

    file: str
    student: str
    title: str
    exercises: tuple[Exercise, ...]
    problems: tuple[CnncalcError, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def claims(self) -> tuple[Claim, ...]:
        """The claims of all exercises."""
        return tuple(claim for exercise in self.exercises for claim in exercise.claims)

    def count(self, mark: Mark) -> int:
        """How many claims have a mark."""
        return sum(claim.mark is mark for claim in self.claims)

    @property
    def points(self) -> int:
        """One for each claim that is right."""
        return self.count(Mark.RIGHT)

    @property
    def total(self) -> int:
        """The points to be had."""
        return len(self.claims)

    @property
    def readable(self) -> bool:
        """Could it be read at all?"""
        return bool(self.exercises)


class Question(NamedTuple):
    """How a class did on one claim. `exercise` counts from 1.

    `name` is as the key has it, or else the first sheet; `question` the same for all spellings.
    `common` is the most common wrong answer, `times` how often it was given, and `mistakes`
    what it likely comes from.
    """

    exercise: int
    name: str
    truth: str | None
    right: int
    wrong: int
    missing: int
    common: str | None
    times: int
    mistakes: tuple[Likely, ...]
    question: str

    @property
    def total(self) -> int:
        """How many sheets it was asked of."""
        return self.right + self.wrong + self.missing


class Grading(NamedTuple):
    """All sheets that were graded in one call.

    `key` is the file of the key, if there was one; `problems` are those of the key and of the
    files as such. `sheet.problems` are the others.
    """

    sheets: tuple[Sheet, ...]
    questions: tuple[Question, ...]
    key: str | None = None
    problems: tuple[CnncalcError, ...] = ()

    @property
    def points(self) -> int:
        """The points of all sheets."""
        return sum(sheet.points for sheet in self.sheets)

    @property
    def total(self) -> int:
        """The points that were to be had."""
        return sum(sheet.total for sheet in self.sheets)

    @property
    def exit_code(self) -> int:
        """0 all right, 1 something wrong or missing, 2 something could not be read or graded."""
        if self.problems or any(sheet.problems for sheet in self.sheets):
            return 2
        return 0 if self.points == self.total else 1
