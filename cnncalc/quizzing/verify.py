"""Drafts in, questions out: the engine answers each, or the draft is no exercise."""

from __future__ import annotations

from collections.abc import Callable

from ..errors import CnncalcError
from ..finding import Status
from ..grading import answers, names
from ..grading.figures import truth
from ..grading.models import Analysed, Library, Wanted
from ..report import Report
from ..words import Code, Phrase, phrase
from .question import Answer, Condition, Draft, Question, Setting
from .working import solution

_RELATIONS: dict[str, Callable[[int, int], bool]] = {
    "<=": lambda value, limit: value <= limit,
    ">=": lambda value, limit: value >= limit,
}


class Engine:
    """Analyses networks as grading does, and remembers them."""

    def __init__(self) -> None:
        self._library = Library()

    def question(self, topic: str, level: int, draft: Draft) -> Question | None:
        """The exercise with its answers; None where it is not a sensible one.

        Sensible: the network has no error, nothing of it is unknown, no layer leaves a size
        below the draft's least; what the text says of it is true, and of no rival.
        """
        try:
            analysed = self.analysed(draft.setting)
            if not _is_sensible(analysed.report, draft):
                return None
            if not all(holds(analysed, each) for each in draft.given):
                return None
            if any(self._does(rival, draft.given) for rival in draft.rivals):
                return None
            found = tuple(_answer(analysed, claim) for claim in draft.claims)
        except CnncalcError:
            return None
        if any(answer is None for answer in found):
            return None
        worked = solution(analysed, draft, level)
        kept = tuple(answer for answer in found if answer is not None)
        return Question(topic, level, draft, kept, worked)

    def analysed(self, setting: Setting) -> Analysed:
        """The analysis. Raises `CnncalcError` subclasses."""
        wanted = Wanted(
            setting.model, setting.input, "chw", setting.batch, setting.dtype, (), ""
        )  # fmt: skip
        return self._library.analysed(wanted)

    def _does(self, rival: Setting, given: tuple[Condition, ...]) -> bool:
        """Does what is said of the network hold for another one as well?"""
        try:
            analysed = self.analysed(rival)
            return not analysed.report.has_errors and all(holds(analysed, each) for each in given)
        except CnncalcError:
            return False


def holds(analysed: Analysed, condition: Condition) -> bool:
    """Is a condition true of a network?"""
    found = truth(analysed, names.find(condition.claim, analysed))
    if found is None:
        return False
    given = answers.read(condition.figure, found)
    if condition.relation == "=":
        return answers.is_right(given, found)
    limit = int(condition.figure)
    values = found.value if isinstance(found.value, tuple) else (found.value,)
    return all(_RELATIONS[condition.relation](value, limit) for value in values)


def _is_sensible(report: Report, draft: Draft) -> bool:
    if report.has_errors:
        return False
    if draft.setting.input is not None and report.status is not Status.COMPLETE:
        return False
    sizes = [size for row in report.rows for size in row.output_shape[2:]]
    return all(size is None or size >= draft.least for size in sizes)


def _answer(analysed: Analysed, claim: str) -> Answer | None:
    found = truth(analysed, names.find(claim, analysed))
    if found is None:
        return None
    figure = answers.show(found)
    if found.kind is answers.Kind.AXES and len(set(found.value)) == 1 and not _is_area(claim):
        figure = str(found.value[0])  # one number counts for all axes
    return Answer(claim, asked(claim), figure)


def _is_area(claim: str) -> bool:
    """Is it written 3x3 even where both axes are alike?"""
    return claim.endswith((".field", ".kernel_size"))


def asked(claim: str) -> Phrase:
    """What a claim asks for, in words."""
    layer, _, quantity = claim.rpartition(".")
    for prefix in ("field", "memory"):
        whole = claim[claim.find(prefix) :] if prefix in claim.split(".") else ""
        if whole:
            layer, quantity = claim[: -len(whole)].rstrip("."), whole
    if layer in ("", "total"):
        return phrase(f"quiz.ask.total.{quantity}")
    return phrase(f"quiz.ask.{quantity}", layer=Code(layer))
