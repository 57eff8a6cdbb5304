"""Seed -> sheet: draws drafts until the engine takes them, and none comes twice."""

from __future__ import annotations

from ..errors import InputError, LimitError, NameNotFoundError, closest
from .chance import Chance
from .question import LEVELS, TOPICS, Draft, Question, Quiz
from .topics import MAKERS
from .verify import Engine

#: A sheet of more is none that `cnncalc grade` reads.
MAX_QUESTIONS = 200
_MAX_SEED = 2**63
#: Drafts that are looked at for one exercise.
_TRIES = 400


def make(topics: tuple[str, ...], level: int | None, seed: int, count: int) -> Quiz:
    """The sheet. Raises `NameNotFoundError`, `InputError` and `LimitError`."""
    wanted = _topics(topics)
    if level is not None and level not in LEVELS:
        raise InputError(f"level: expected 1 to 5, received {level}")
    if not 1 <= count <= MAX_QUESTIONS:
        raise InputError(f"a sheet has 1 to {MAX_QUESTIONS} exercises, received {count}")
    if not 0 <= seed < _MAX_SEED:
        raise InputError(f"seed: expected a number from 0 to 2^63 - 1, received {seed}")
    chance, engine = Chance(seed), Engine()
    seen: set[object] = set()
    questions: list[Question] = []
    turn = chance.below(len(wanted))
    for at in range(count):
        step = level or LEVELS[at * len(LEVELS) // count]
        topic = wanted[(turn + at) % len(wanted)]
        questions.append(_question(chance, engine, topic, step, seen, at))
    return Quiz(seed, wanted, level, tuple(questions))


def _topics(given: tuple[str, ...]) -> tuple[str, ...]:
    for name in given:
        if name not in (*TOPICS, "mixed"):
            hint = closest(str(name), TOPICS) or f"topics are {', '.join(TOPICS)}, mixed"
            raise NameNotFoundError("topic", str(name), (*TOPICS, "mixed"), help=hint)
    if not given or "mixed" in given:
        return TOPICS
    return tuple(name for name in TOPICS if name in given)


def _question(
    chance: Chance, engine: Engine, topic: str, level: int, seen: set[object], made: int
) -> Question:
    for _ in range(_TRIES):
        draft = chance.pick(MAKERS[topic][level])(chance)
        if draft is None or _mark(draft) in seen:
            continue
        question = engine.question(topic, level, draft)
        if question is not None:
            seen.add(_mark(draft))
            return question
    raise LimitError(
        f"no more than {made} exercises were found: level {level} of {topic} has too few",
        help="ask for fewer, or for more topics or levels",
    )


def _mark(draft: Draft) -> object:
    """What makes two exercises the same: the network, or else what is said of it."""
    return draft.text if draft.hidden else (draft.setting, draft.claims)
