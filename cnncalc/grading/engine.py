"""Sheets in, marks out: each claim against the engine's figure, each sheet by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ..errors import CnncalcError, InputError, LimitError
from ..shape import Shape
from . import answers, setting
from .answers import Truth
from .derivation import derive
from .figures import truth
from .match import paired
from .mistakes import Case, likely
from .models import Analysed, Library, Wanted
from .names import Target, find
from .result import Claim, Exercise, Likely, Mark, Sheet
from .sheet import Paper, Said, Written, at

#: Layers that the models of one sheet may have together, and what a model too large counts as.
MAX_LAYERS = 100_000
_TOO_LARGE = 20_000


class UnsoundError(InputError):
    """A figure that no one can have, as the model does not fit its input."""


class _Verdict(NamedTuple):
    """What an answer is worth; the same for all sheets that give it."""

    mark: Mark
    reason: str | None
    mistakes: tuple[Likely, ...]


class Grader:
    """Grades sheets, and remembers models, figures and answers between them."""

    def __init__(self, key: Paper | None = None) -> None:
        self.key = key
        self.library = Library()
        self._figures: dict[object, tuple[Target, Truth, tuple[str, ...]]] = {}
        self._verdicts: dict[object, _Verdict] = {}

    def check_key(self) -> list[CnncalcError]:
        """What is wrong with the key: models, claims, and answers that it gives."""
        assert self.key is not None
        if all(exercise.wanted is None for exercise in self.key.exercises):
            return []
        problems: list[CnncalcError] = []
        given = [each for each in self.key.exercises if each.wanted is not None]
        sheet = self._sheet(self.key, [(each, None) for each in given], [])
        problems += sheet.problems
        for claim in sheet.claims:
            if claim.mark is Mark.WRONG:
                message = f"the key says {claim.answer!r} for {claim.name}, but it is {claim.truth}"
                help = "sheets are held against what is true"
                problems.append(at(InputError(message, help=help), claim.location or given[0].at))
        return problems

    def grade(self, paper: Paper) -> Sheet:
        """The marks of a sheet."""
        if self.key is None:
            return self._sheet(paper, [(each, None) for each in paper.exercises], [])
        pairs, notes = paired(self.key, paper)
        return self._sheet(paper, pairs, notes)

    def _sheet(
        self, paper: Paper, pairs: Sequence[tuple[Written, Written | None]], notes: list[str]
    ) -> Sheet:
        """Each pair is what is asked, and the exercise that answers it, if it is another one."""
        problems: list[CnncalcError] = []
        graded = []
        layers = 0
        for number, (asked, answered) in enumerate(pairs, 1):
            if layers > MAX_LAYERS:
                message = f"the models have more than {MAX_LAYERS:,} layers together"
                problems.append(at(LimitError(message), asked.at))
                break
            exercise, size = self._exercise(asked, answered, number, problems, notes)
            graded.append(exercise)
            layers += size
        return Sheet(
            paper.file, paper.student, paper.title, tuple(graded), tuple(problems), tuple(notes)
        )

    def _exercise(
        self,
        asked: Written,
        answered: Written | None,
        number: int,
        problems: list[CnncalcError],
        notes: list[str],
    ) -> tuple[Exercise, int]:
        """An exercise with its marks, and how many layers its model has."""
        title = asked.title or (answered.title if answered is not None else None)
        title = title or asked.id or f"exercise {number}"
        wanted = asked.wanted or (answered.wanted if answered is not None else None)
        claims = asked.claims
        place = asked.at if answered is None or asked.wanted is not None else answered.at
        error: CnncalcError | None = None
        analysed: Analysed | None = None
        size = 0
        try:
            if wanted is None:
                raise InputError("no model is named", help="model: facecnn, or a spec, or a file")
            analysed = self.library.analysed(wanted)
            size = len(analysed.report.rows)
        except CnncalcError as found:
            error = at(found, place)
            size = _TOO_LARGE if isinstance(found, LimitError) else 0
            problems.append(error)
        if wanted is None or analysed is None:
            model = "" if wanted is None else wanted.model
            unknown = tuple(_ungraded(claim) for claim in claims)
            return Exercise(title, model, {}, unknown, error), size
        layout = wanted.layout
        if answered is not None:
            layout = answered.layout or layout
            notes += _differing(title, asked.wanted, answered)
        notes += [f"{title}: {note}" for note in setting.notes(wanted, analysed)]
        given = asked.claims if answered is None else answered.claims
        marked = _Marking(self, analysed, layout, problems, notes, title)
        graded = marked.all(claims, given, same=answered is None)
        misfit = setting.problem(wanted, analysed) if marked.unsound else None
        if misfit is not None:
            problems.append(at(misfit, place))
        inputs: Mapping[str, Shape] = analysed.inputs
        return Exercise(title, wanted.model, inputs, graded, None), size

    def figure(
        self, analysed: Analysed, name: str, layout: str
    ) -> tuple[Target, Truth, tuple[str, ...]]:
        """What a claim is about, the truth of it, and how it comes about.

        Raises `NameNotFoundError` or `InputError` where there is no such figure, or it is
        not known.
        """
        key = (id(analysed), name, layout)
        if key not in self._figures:
            target = find(name, analysed)
            if not setting.is_sound(analysed, target):
                raise UnsoundError("the model does not fit its input")
            found = truth(analysed, target, layout)
            if found is None:
                hint = None if _all_known(analysed.inputs) else "give the exercise an input"
                raise InputError(f"{target.question} is not known", help=hint)
            self._figures[key] = (target, found, derive(analysed, target, found))
        return self._figures[key]

    def verdict(self, analysed: Analysed, name: str, layout: str, answer: str) -> _Verdict:
        """What an answer to a claim is worth."""
        target, found, _ = self.figure(analysed, name, layout)
        key = (id(analysed), target.question, layout, answer)
        if key not in self._verdicts:
            self._verdicts[key] = _verdict(analysed, target, found, answer)
        return self._verdicts[key]


def _verdict(analysed: Analysed, target: Target, found: Truth, answer: str) -> _Verdict:
    try:
        given = answers.read(answer, found)
    except InputError as error:
        hint = f" ({error.help})" if error.help else ""
        return _Verdict(Mark.WRONG, f"{error.message}{hint}", ())
    if answers.is_right(given, found):
        return _Verdict(Mark.RIGHT, None, ())
    return _Verdict(Mark.WRONG, None, likely(Case(analysed, target, found, given)))


def _differing(title: str, asked: Wanted | None, answered: Written) -> list[str]:
    """Notes on a sheet whose exercise is another one than the key's."""
    if asked is None:
        return []
    notes = []
    if answered.layout not in (None, asked.layout):
        notes.append(f"{title}: shapes are read as {answered.layout}, the key has {asked.layout}")
    if answered.wanted is None:
        return notes
    names = [
        name
        for name in ("model", "batch")
        if str(getattr(asked, name)).split() != str(getattr(answered.wanted, name)).split()
    ]
    if not setting.alike(asked, answered.wanted):
        names.insert(len(names) - ("batch" in names), "input")
    counts = "the key's counts" if len(names) == 1 else "the key's count"
    return [*notes, *([f"{title}: another {' and '.join(names)}; {counts}"] if names else [])]


def _all_known(inputs: Mapping[str, Shape]) -> bool:
    return all(None not in shape for shape in inputs.values())


def _ungraded(claim: Said, reason: str | None = None) -> Claim:
    return Claim(
        claim.name, claim.name, claim.answer, None, Mark.UNKNOWN, reason=reason, location=claim.at
    )


class _Marking:
    """Marks the claims of one exercise."""

    def __init__(
        self,
        grader: Grader,
        analysed: Analysed,
        layout: str,
        problems: list[CnncalcError],
        notes: list[str],
        title: str,
    ) -> None:
        self.grader = grader
        self.analysed = analysed
        self.layout = layout
        self.problems = problems
        self.notes = notes
        self.title = title
        #: Was a figure asked for that depends on a layer that does not fit?
        self.unsound = False

    def all(self, asked: Sequence[Said], given: Sequence[Said], same: bool) -> tuple[Claim, ...]:
        """The marks of what is asked. Of what is answered beside it, a note is made."""
        if same:
            return tuple(self.one(claim, claim) for claim in asked)
        by_question: dict[str, Said] = {}
        for claim in given:
            question = self.question(claim.name)
            if question in by_question:
                self.notes.append(f"{self.title}: {claim.name} is answered twice, the first counts")
            by_question.setdefault(question, claim)
        marks = tuple(self.one(claim, by_question.pop(self.question(claim.name), None))
                      for claim in asked)  # fmt: skip
        for claim in by_question.values():
            self.notes.append(f"{self.title}: {claim.name} is not asked")
        return marks

    def question(self, name: str) -> str:
        """The claim in its own spelling, or as it stands where it is about nothing."""
        try:
            return self.grader.figure(self.analysed, name, self.layout)[0].question
        except UnsoundError:
            return find(name, self.analysed).question
        except CnncalcError:
            return name.strip().lower()

    def one(self, asked: Said, given: Said | None) -> Claim:
        """The mark of one claim."""
        try:
            target, found, steps = self.grader.figure(self.analysed, asked.name, self.layout)
        except UnsoundError as error:
            self.unsound = True
            answer = None if given is None else given.answer
            return _ungraded(asked._replace(answer=answer), error.message)
        except CnncalcError as error:
            self.problems.append(at(InputError(f"{asked.name}: {error.message}", help=error.help),
                                    asked.at))  # fmt: skip
            return _ungraded(asked, error.message)
        answer = None if given is None else given.answer
        place = asked.at if given is None else given.at
        shown = answers.show(found)
        claim = Claim(asked.name, target.question, answer, shown, Mark.MISSING, location=place)
        if given is None or not answers.is_answered(answer) or answer is None:
            return claim._replace(answer=None, derivation=steps)
        if given.error is not None:
            return claim._replace(mark=Mark.WRONG, reason=given.error, derivation=steps)
        mark, reason, mistakes = self.grader.verdict(self.analysed, asked.name, self.layout, answer)
        if mark is Mark.RIGHT:
            return claim._replace(mark=mark)
        return claim._replace(mark=mark, reason=reason, mistakes=mistakes, derivation=steps)
