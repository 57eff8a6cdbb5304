"""What cnncalc says in sentences, in English and in Chinese.

A `Phrase` is a sentence in no language: a key and its values. `say` puts it into words. The
sentences stand in `en.py` and `zh.py`, those of exercise sheets in `quiz_en.py` and `quiz_zh.py`,
under the same keys, with the same places for values. `{count:layer|layers}` is the word
that goes with a number: the first for one, the second for any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from importlib import import_module
from string import Formatter
from typing import Any, NamedTuple

from ..errors import NameNotFoundError

LANGUAGES = ("en", "zh")


class Code(str):
    """Text as it stands in code: the name of a layer, an op."""

    __slots__ = ()


class Math(str):
    """A formula in Python's arithmetic (see `cnncalc.notation`)."""

    __slots__ = ()


class Several(tuple[Any, ...]):
    """Values that a language joins with commas and an and."""

    __slots__ = ()


class Phrase(NamedTuple):
    """A sentence by its key, with what fills its places, by name.

    Values are numbers, shapes (tuples of sizes), `Code`, `Math`, text, other phrases, or
    `Several` of those.
    """

    key: str
    values: tuple[tuple[str, Any], ...] = ()


class Span(NamedTuple):
    """A piece of a sentence; `kind` is text, code or math."""

    kind: str
    text: str


def phrase(key: str, **values: Any) -> Phrase:
    """A phrase with its values; lists become `Several`."""
    given = ((name, Several(v) if isinstance(v, list) else v) for name, v in values.items())
    return Phrase(key, tuple(given))


def checked(lang: str) -> str:
    """The language. Raises `NameNotFoundError` for one that cnncalc does not speak."""
    if lang not in LANGUAGES:
        hint = f"languages are {', '.join(LANGUAGES)}"
        raise NameNotFoundError("language", str(lang), LANGUAGES, help=hint)
    return lang


@cache
def sentences(lang: str) -> dict[str, str]:
    """All sentences of a language by their keys."""
    modules = (checked(lang), f"quiz_{lang}")
    return {
        key: sentence
        for name in modules
        for key, sentence in import_module(f".{name}", __name__).SENTENCES.items()
    }


def spans(value: Phrase | Any, lang: str) -> list[Span]:
    """A phrase, or a single value, in words."""
    found: list[Span] = []
    for span in _spans(value, lang):
        if found and found[-1].kind == span.kind == "text":
            found[-1] = Span("text", found[-1].text + span.text)
        elif span.text:
            found.append(span)
    return found


def say(value: Phrase | Any, lang: str) -> str:
    """A phrase as plain text; formulas in it as they are printed in text."""
    from ..notation import text

    return "".join(
        text(span.text) if span.kind == "math" else span.text for span in spans(value, lang)
    )


def _spans(value: Any, lang: str) -> list[Span]:
    if isinstance(value, Phrase):
        given = dict(value.values)
        found = []
        for literal, name, forms, _ in Formatter().parse(sentences(lang)[value.key]):
            found.append(Span("text", literal))
            if name is not None and forms:
                one, many = forms.split("|")
                found.append(Span("text", one if given[name] == 1 else many))
            elif name is not None:
                found += _spans(given[name], lang)
        return found
    if isinstance(value, Code):
        return [Span("code", str(value))]
    if isinstance(value, Math):
        return [Span("math", str(value))]
    if isinstance(value, Several):
        return _listed(value, lang)
    return [Span("text", shown(value))]


def _listed(values: Sequence[Any], lang: str) -> list[Span]:
    """`a, b and c`."""
    words = sentences(lang)
    found: list[Span] = []
    for at, value in enumerate(values):
        if at:
            last = at == len(values) - 1
            found.append(Span("text", words["list.last" if last else "list.comma"]))
        found += _spans(value, lang)
    return found


def shown(value: Any) -> str:
    """A number with its thousands apart, a shape with crosses, `?` for what is not known."""
    if value is None:
        return "?"
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, tuple):
        return "x".join("?" if size is None else str(size) for size in value) or "()"
    return str(value)
