"""What an explanation is made of: plain data, in no language and no format.

An `Explanation` has a `Part` for each layer and sections for the whole network; a `Section` is
about one quantity and has worked `Step`s, tables and notes. Sentences are phrases
(`cnncalc.words`); formulas are texts in Python's arithmetic (`cnncalc.notation`).
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from ..errors import NameNotFoundError
from ..finding import Finding, Status
from ..shape import Shape
from ..words import Phrase

#: The quantities that can be explained, in the order in which they are.
QUANTITIES = ("size", "params", "macs", "field", "memory", "backward")
#: Those that are explained where none is asked for.
USUAL = ("size", "params", "macs", "field", "memory")


class Symbol(NamedTuple):
    """A symbol of a formula, what it stands for, and its value (None where it is not known)."""

    name: str
    meaning: Phrase
    value: Any


class Step(NamedTuple):
    """One figure with its working.

    `figure` says which (as in the report: `params`, `macs`, `output_bytes`; `size` with its
    axis). `lines` are formulas that all equal the result: with symbols first, then with
    numbers, then nearly done. The result is None where it is not known.
    """

    figure: str
    name: Phrase
    lines: tuple[str, ...]
    result: int | Fraction | None
    symbols: tuple[Symbol, ...] = ()
    notes: tuple[Phrase, ...] = ()
    unit: Phrase | None = None


class Table(NamedTuple):
    """Figures in rows; cells are numbers, shapes, names, phrases or None (nothing there)."""

    columns: tuple[Phrase, ...]
    rows: tuple[tuple[Any, ...], ...]
    caption: Phrase | None = None


class Gradient(NamedTuple):
    """The gradients of a kind of layer, one line each, and where they are from.

    `lines` are pairs of plain text and LaTeX.
    """

    lines: tuple[tuple[str, str], ...]
    words: Phrase | None
    source: Phrase


class Section(NamedTuple):
    """One quantity of a layer, or of the network.

    `plain`: there is nothing to work out; `brief` says it in a sentence, where the notes are not
    that already.
    """

    what: str
    steps: tuple[Step, ...] = ()
    tables: tuple[Table, ...] = ()
    notes: tuple[Phrase, ...] = ()
    gradient: Gradient | None = None
    plain: bool = False
    brief: tuple[Phrase, ...] = ()


class Rule(NamedTuple):
    """What an op does: the name of its class, the first line of its documentation, and which
    positions it reads (its `field_rule`)."""

    op: str
    line: str
    reads: str


class Part(NamedTuple):
    """The explanation of one layer. `trouble` are its errors, in the report's words."""

    layer: str
    op: str
    rule: Rule
    inputs: tuple[tuple[str, Shape], ...]
    outputs: tuple[Shape, ...]
    sections: tuple[Section, ...]
    trouble: tuple[Finding, ...] = ()

    @property
    def plain(self) -> bool:
        """Is there nothing to work out?"""
        return not self.trouble and all(section.plain for section in self.sections)

    def section(self, what: str) -> Section:
        """The section about a quantity. Raises `NameNotFoundError` where there is none."""
        return _found(self.sections, what)


class Explanation(NamedTuple):
    """How the figures of a model come about: a part for each layer, and the network's own.

    `note` is the report's word on how the model was chosen.
    """

    model: str
    note: str | None
    inputs: Mapping[str, Shape]
    dtype: str
    status: Status
    parts: tuple[Part, ...]
    sections: tuple[Section, ...]

    @property
    def has_errors(self) -> bool:
        """Do inputs not fit some layer?"""
        return any(part.trouble for part in self.parts)

    def part(self, layer: str) -> Part:
        """The part about a layer. Raises `NameNotFoundError` where there is none."""
        for part in self.parts:
            if part.layer == layer:
                return part
        raise NameNotFoundError("layer", layer, [part.layer for part in self.parts])

    def section(self, what: str) -> Section:
        """The network's section about a quantity. Raises `NameNotFoundError`."""
        return _found(self.sections, what)

    def render(self, format: str = "text", lang: str = "en", width: int | None = None) -> str:
        """The explanation as `text`, `markdown`, `latex` or `html`, in `en` or `zh`.

        `width` is that of the terminal, for text.
        """
        from ..render.explain import render

        return render(self, format, lang, width)

    def __str__(self) -> str:
        return self.render()

    def _repr_html_(self) -> str:
        return self.render("html")


def _found(sections: tuple[Section, ...], what: str) -> Section:
    for section in sections:
        if section.what == what:
            return section
    raise NameNotFoundError("section", what, [section.what for section in sections])
