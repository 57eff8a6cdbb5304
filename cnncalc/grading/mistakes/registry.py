"""Mistakes by name: each says what number it leads to, and is named only if that was answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from ...errors import CnncalcError
from ...quantity import Quantity
from ...report import Block, Row
from ..answers import Answer, Dims, Truth, admits
from ..figures import rows_of, truth
from ..models import Analysed
from ..names import Target
from ..result import Likely

#: Mistakes that are named for one answer, and numbers tried for it.
MOST = 3
#: Mistakes up to this rank are in writing a number, and from this one on say little.
WRITTEN, LAST_RESORT = 19, 79
_MOST_GUESSES = 5_000
#: Digits up to which an answer says too little to name more than one mistake.
_FEW_DIGITS = 2
#: Mistakes in any one of many layers: some sum comes near every rounded number.
_EXACT_ONLY = {"left-out", "counted-twice", "one-bias-forgotten"}


class Case(NamedTuple):
    """A wrong answer, and what it was an answer to."""

    analysed: Analysed
    target: Target
    truth: Truth
    answer: Answer

    @property
    def quantity(self) -> str:
        """What was asked for."""
        return self.target.quantity

    @property
    def row(self) -> Row | None:
        """The layer it was asked of; None for blocks and the network."""
        return self.target.part if isinstance(self.target.part, Row) else None

    @property
    def rows(self) -> tuple[Row, ...]:
        """The layers that a sum is over."""
        part = self.target.part
        return self.analysed.report.rows if part is None else rows_of(part)

    def of(self, other: Analysed) -> Any:
        """The same figure in another network with the same layers; None where it has none."""
        part = self.target.part
        moved: Row | Block | None = part
        if part is not None:
            moved = other.rows[part.name] if isinstance(part, Row) else other.report[part.name]
        found = truth(other, self.target._replace(part=moved), self.truth.layout)
        return None if found is None else found.value


#: A number that a mistake leads to, and what fills its words: a layer, what was written.
Guess = tuple[Any, str]
Guesses = Callable[[Case], Iterator[Guess]]


class Mistake(NamedTuple):
    """A mistake that people make. Those of a lower rank are more specific, and named first."""

    name: str
    rank: int
    en: str
    zh: str
    guesses: Guesses

    def words(self, lang: str, detail: str = "") -> str:
        """The mistake in words; `detail` fills them."""
        return (self.zh if lang == "zh" else self.en).replace("{}", detail)


MISTAKES: dict[str, Mistake] = {}


def mistake(name: str, rank: int, en: str, zh: str) -> Callable[[Guesses], Guesses]:
    """Register a mistake. `{}` in its words is filled with the detail of the guess."""

    def register(guesses: Guesses) -> Guesses:
        if name in MISTAKES:
            raise ValueError(f"the mistake {name} is declared twice")
        MISTAKES[name] = Mistake(name, rank, en, zh, guesses)
        return guesses

    return register


def likely(case: Case) -> tuple[Likely, ...]:
    """The mistakes that lead to exactly this answer, the most specific first."""
    answer = case.answer
    digits = answer.digits if isinstance(answer, Quantity) else _FEW_DIGITS + 1
    coarse = digits < 2
    rounded = isinstance(answer, Quantity) and bool(answer.step)
    most = 1 if digits <= _FEW_DIGITS else MOST
    found: list[Likely] = []
    tried = 0
    for each in sorted(MISTAKES.values(), key=lambda known: known.rank):
        # One digit is too little to tell mistakes by, except those in writing it.
        if (coarse and each.rank > WRITTEN) or (found and each.rank >= LAST_RESORT):
            break
        if rounded and each.name in _EXACT_ONLY:
            continue
        try:
            for value, detail in each.guesses(case):
                tried += 1
                if tried > _MOST_GUESSES or not case.analysed.budget.spend(1):
                    return tuple(found)
                if value not in case.truth.values and admits(answer, case.truth, value):
                    found.append(Likely(each.name, detail))
                    break
        except CnncalcError:
            continue  # an op that cannot be so: nobody made this mistake
        if len(found) == most:
            break
    return tuple(found)


def answered_sizes(case: Case) -> tuple[int | None, ...]:
    """The sizes of an answered shape; none for other answers."""
    return case.answer.sizes if isinstance(case.answer, Dims) else ()
