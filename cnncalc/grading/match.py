"""Which exercise of a sheet answers which one of the key: by id, by title, or by order."""

from __future__ import annotations

from collections.abc import Callable

from .sheet import Paper, Written

Pairs = list[tuple[Written, Written | None]]


def paired(key: Paper, paper: Paper) -> tuple[Pairs, list[str]]:
    """The key's exercises, each with the one that answers it, and notes on those left over.

    An exercise without an answer is paired with an empty one.
    """
    left = list(paper.exercises)
    answers: dict[int, Written] = {}
    for name in (lambda each: each.id, lambda each: each.title):
        _by_name(key, left, answers, name)
    # What has a name of its own answers nothing else; the others count from the top.
    for number, asked in enumerate(key.exercises):
        if number in answers or number >= len(paper.exercises):
            continue
        other = paper.exercises[number]
        if any(other is each for each in left) and _may_be(asked, other):
            answers[number] = other
            left = [each for each in left if each is not other]
    used = {each.id.casefold() for each in paper.exercises
            if each.id is not None and not any(each is other for other in left)}  # fmt: skip
    notes = [_left_over(each, used) for each in left]
    pairs: Pairs = [
        (asked, answers.get(number, asked._replace(claims=(), wanted=None)))
        for number, asked in enumerate(key.exercises)
    ]
    return pairs, notes


def _left_over(each: Written, used: set[str]) -> str:
    """The note on an exercise that answers none of the key's."""
    if each.id is not None and each.id.casefold() in used:
        return f"the id {each.id} is used twice, the first counts"
    return f"{each.title or each.id or 'an exercise'} is not in the key"


def _by_name(
    key: Paper,
    left: list[Written],
    answers: dict[int, Written],
    name: Callable[[Written], str | None],
) -> None:
    for number, asked in enumerate(key.exercises):
        wanted = name(asked)
        if number in answers or wanted is None:
            continue
        for at, other in enumerate(left):
            given = name(other)
            if given is not None and given.casefold() == wanted.casefold():
                answers[number] = left.pop(at)
                break


def _may_be(asked: Written, other: Written) -> bool:
    """Could it be this exercise, as far as ids go?"""
    return asked.id is None or other.id is None or asked.id.casefold() == other.id.casefold()
