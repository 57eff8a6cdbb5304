"""What a sheet of exercises is made of: plain data, in no language and no format."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ..explaining.explanation import Step, Table
from ..words import Phrase
from .chance import Chance

#: What exercises are about; `mixed` is all of them in turn.
TOPICS = ("size", "params", "macs", "field", "memory", "design")
LEVELS = (1, 2, 3, 4, 5)

#: A piece of a worked solution: a figure with its formulas, a table, or a sentence.
Item = Step | Table | Phrase


class Condition(NamedTuple):
    """What an exercise says of its network: a claim that is `=`, `<=` or `>=` a figure."""

    claim: str
    relation: str
    figure: str


class Setting(NamedTuple):
    """A network and what it is given, as a sheet writes them."""

    model: str
    input: str | None = None
    batch: int | None = None
    dtype: str | None = None


class Draft(NamedTuple):
    """An exercise as a topic makes it, before the engine has seen it.

    `claims` are what is asked, as sheets name it. An exercise that looks for a setting is
    `hidden`: its network would give the answer away. `given` is what it says of the network;
    it holds for `setting`, and for none of the `rivals`, so that the answer is the one asked
    for. `reasons` are the part of the solution that leads to the setting; `least` is the
    smallest size that any layer may leave.
    """

    text: Phrase
    setting: Setting
    claims: tuple[str, ...]
    table: Table | None = None
    hidden: bool = False
    given: tuple[Condition, ...] = ()
    rivals: tuple[Setting, ...] = ()
    reasons: tuple[Item, ...] = ()
    least: int = 3


#: Makes a draft, or None where the numbers that came up make no exercise.
Maker = Callable[[Chance], Draft | None]
#: The makers of a topic by level.
Makers = dict[int, tuple[Maker, ...]]


class Answer(NamedTuple):
    """What is asked, in words and as a claim of a sheet, and the engine's figure."""

    claim: str
    words: Phrase
    figure: str


class Question(NamedTuple):
    """An exercise that the engine has verified, with its answers and their working."""

    topic: str
    level: int
    draft: Draft
    answers: tuple[Answer, ...]
    solution: tuple[Item, ...]


class Quiz(NamedTuple):
    """A sheet of exercises, and the seed that makes it again."""

    seed: int
    topics: tuple[str, ...]
    level: int | None
    questions: tuple[Question, ...]

    def render(self, format: str = "markdown", lang: str = "en", answers: bool = False) -> str:
        """The sheet as `markdown`, `latex`, `html` or `yaml`, in `en` or `zh`.

        With `answers` the key and the worked solutions follow on a page of their own; the YAML
        is then the key itself. Raises `NameNotFoundError` for another format or language.
        """
        from ..render.quiz import render

        return render(self, format, lang, answers)
