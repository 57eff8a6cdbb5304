"""An exercise sheet as a document, or as YAML for `cnncalc grade`."""

from __future__ import annotations

from ..errors import NameNotFoundError
from ..explaining.explanation import Step, Table
from ..quizzing.question import Answer, Item, Question, Quiz
from ..words import Code, Span, checked, phrase, spans
from .document import Block, Break, Bullets, Grid, Heading, Prose, printed
from .document.blocks import Spans
from .explain import grid, working

FORMATS = ("markdown", "latex", "html", "yaml")
_BLANK = "____________"
_SAMPLE = "Conv7x7@64,S=2,P=3"


def render(
    quiz: Quiz, format: str = "markdown", lang: str = "en", answers: bool = False
) -> str:  # fmt: skip
    """The sheet as `markdown`, `latex`, `html` or `yaml`, with or without its answers.

    Raises `NameNotFoundError` for another format or language.
    """
    if format not in FORMATS:
        hint = f"formats are {', '.join(FORMATS)}"
        raise NameNotFoundError("format", str(format), FORMATS, help=hint)
    if format == "yaml":
        from .quiz_yaml import to_yaml

        return to_yaml(quiz, checked(lang), answers)
    return printed(document(quiz, checked(lang), answers), format, lang)


def document(quiz: Quiz, lang: str, answers: bool = False) -> list[Block]:
    """The blocks of a sheet; answers and solutions start a page of their own."""
    blocks: list[Block] = [
        Heading(1, spans(phrase("quiz.title"), lang)),
        Prose(_sheet(quiz, lang)),
        Prose(spans(phrase("quiz.name"), lang)),
        Bullets(notes(quiz, lang)),
    ]
    for number, question in enumerate(quiz.questions, 1):
        blocks += _exercise(number, question, lang)
    if answers:
        blocks += [Break(), Heading(1, spans(phrase("quiz.title.answers"), lang))]
        blocks += [Prose(_sheet(quiz, lang)), _key(quiz, lang)]
        for number, question in enumerate(quiz.questions, 1):
            heading = phrase("quiz.solution", number=number)
            blocks.append(Heading(2, spans(heading, lang)))
            blocks += [_item(item, lang) for item in question.solution]
            blocks.append(Bullets([_answered(answer) for answer in question.answers]))
    return blocks


def notes(quiz: Quiz, lang: str) -> list[Spans]:
    """How the sheet writes things, as far as its topics need it."""
    topics = {question.topic for question in quiz.questions}
    names = {"conv": Code("conv2"), "pool": Code("pool1"), "fc": Code("fc1")}
    said = [phrase("quiz.note.sizes", sample=Code(_SAMPLE)), phrase("quiz.note.names", **names)]
    if topics & {"params", "macs", "design"}:
        said.append(phrase("quiz.note.macs"))
    if topics & {"memory", "design"}:
        said.append(phrase("quiz.note.memory"))
    if topics & {"field", "design"}:
        said.append(phrase("quiz.note.field"))
    return [spans(note, lang) for note in said]


def _sheet(quiz: Quiz, lang: str) -> Spans:
    return spans(phrase("quiz.sheet", seed=str(quiz.seed), count=len(quiz.questions)), lang)


def _exercise(number: int, question: Question, lang: str) -> list[Block]:
    topic = phrase(f"quiz.topic.{question.topic}")
    blocks: list[Block] = [
        Heading(2, spans(phrase("quiz.exercise", number=number, topic=topic), lang)),
        Prose(text(question, lang)),
    ]
    if question.draft.table is not None:
        blocks.append(grid(question.draft.table, lang))
    return [*blocks, Bullets([_blank(answer, lang) for answer in question.answers])]


def text(question: Question, lang: str) -> Spans:
    """What an exercise says, with a capital letter in front."""
    found = spans(question.draft.text, lang)
    first = found[0]
    if first.kind == "text":
        found[0] = Span("text", first.text[:1].upper() + first.text[1:])
    return found


def _blank(answer: Answer, lang: str) -> Spans:
    """`Find the output size of conv1: conv1.output = ____`."""
    said = phrase("quiz.blank", words=answer.words, claim=Code(answer.claim), answer=_BLANK)
    return spans(said, lang)


def _answered(answer: Answer) -> Spans:
    """`conv1.output = 64x112x112`."""
    return [Span("code", answer.claim), Span("text", f" = {answer.figure}")]


def _key(quiz: Quiz, lang: str) -> Grid:
    """All answers in one table."""
    columns = [phrase(f"quiz.column.{name}") for name in ("number", "asked", "answer")]
    rows = [
        [spans(number, lang), [Span("code", answer.claim)], [Span("text", answer.figure)]]
        for number, question in enumerate(quiz.questions, 1)
        for answer in question.answers
    ]
    return Grid([], [spans(each, lang) for each in columns], rows, [True, False, True])


def _item(item: Item, lang: str) -> Block:
    if isinstance(item, Step):
        return working(item, lang)
    if isinstance(item, Table):
        return grid(item, lang)
    return Prose(spans(item, lang))
