"""What an answer is: all solutions as ranges, or the reason there is none, and the formula."""

from __future__ import annotations

from typing import Protocol

from ..checking.fits import Span

__all__ = ["Answer", "Span", "spans_of", "value"]


class Answer(Protocol):
    """What all answers have; each question adds its own."""

    @property
    def question(self) -> str:
        """The name of the question, as on the command line."""
        ...

    @property
    def found(self) -> bool:
        """Is there a solution?"""
        ...

    @property
    def reason(self) -> str | None:
        """Why there is none; None where there is one."""
        ...

    @property
    def why(self) -> tuple[str, ...]:
        """The formula that was solved, and the formula with its numbers."""
        ...


def value(number: int) -> Span:
    """The range that holds one number."""
    return Span(number, number)


def spans_of(numbers: list[int]) -> tuple[Span, ...]:
    """Ascending numbers as ranges: 1 2 3 7 are 1..3 and 7."""
    spans: list[Span] = []
    for number in numbers:
        if spans and spans[-1].last == number - 1:
            spans[-1] = Span(spans[-1].first, number)
        else:
            spans.append(value(number))
    return tuple(spans)
