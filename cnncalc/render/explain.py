"""An explanation as a document, in a language and a format."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from ..explaining.explanation import Explanation, Part, Section, Step, Symbol, Table
from ..words import Code, Math, Phrase, Span, checked, phrase, sentences, spans
from ..words.ops_zh import FIELD_RULES, line
from .document import Block, Bullets, Formulas, Grid, Heading, Prose, Working, printed
from .document.blocks import Spans


def render(
    explanation: Explanation, format: str = "text", lang: str = "en", width: int | None = None
) -> str:
    """The explanation as `text`, `markdown`, `latex` or `html`, in `en` or `zh`."""
    return printed(document(explanation, checked(lang)), format, lang, width)


def document(explanation: Explanation, lang: str) -> list[Block]:
    """The blocks of an explanation in a language."""
    inputs = [
        shape if len(explanation.inputs) == 1 else phrase("heading.input", name=name, shape=shape)
        for name, shape in explanation.inputs.items()
    ]
    model = explanation.model + (f" ({explanation.note})" if explanation.note else "")
    title = phrase("heading.title", model=model, inputs=inputs, dtype=explanation.dtype)
    blocks: list[Block] = [Heading(1, spans(title, lang))]
    for part in explanation.parts:
        blocks += _part(part, lang)
    if explanation.sections:
        blocks.append(Heading(2, spans(phrase("heading.network"), lang)))
        for section in explanation.sections:
            blocks += _section(section, lang)
    return blocks


def _part(part: Part, lang: str) -> list[Block]:
    heading = phrase("heading.layer", layer=Code(part.layer), op=Code(part.op))
    blocks: list[Block] = [Heading(2, spans(heading, lang)), Prose(_lead(part, lang))]
    if part.trouble:
        blocks.append(
            Bullets([
                spans(phrase("part.trouble", message=finding.message), lang)
                for finding in part.trouble
            ])
        )  # fmt: skip
    if part.plain:
        notes = [note for section in part.sections for note in section.brief or section.notes]
        said = _sentences(notes, lang)
        return [*blocks, Prose(said)] if said else blocks
    for section in part.sections:
        blocks += _section(section, lang)
    return blocks


def _lead(part: Part, lang: str) -> Spans:
    """What the op does, what it reads, and what it gives."""
    rule = part.rule
    does = line(rule.op, rule.line) if lang == "zh" else rule.line
    said: list[Any] = []
    outputs = list(part.outputs)
    if part.inputs:
        reads = [
            phrase("part.reads.one", name=Code(name), shape=shape) for name, shape in part.inputs
        ]
        said.append(phrase("part.reads", inputs=reads, outputs=outputs))
    else:
        said.append(phrase("part.gives", outputs=outputs))
    if any(section.what == "field" for section in part.sections) and part.inputs:
        reading = FIELD_RULES.get(rule.reads, rule.reads) if lang == "zh" else rule.reads
        said.append(phrase("part.field.rule", rule=reading.replace("*", "·")))
    gap = [Span("text", sentences(lang)["sentence.gap"])] if does else []
    return [*_documented(does), *gap, *_sentences(said, lang)]


def _documented(text: str) -> Spans:
    """A line of an op's documentation: what stands in backticks there is code here."""
    pieces = text.split("`")
    return [
        Span("code", piece) if at % 2 else Span("text", piece.replace("*", "·"))
        for at, piece in enumerate(pieces)
        if piece
    ]


def _sentences(phrases: Iterable[Any], lang: str) -> Spans:
    """Sentences one after the other."""
    gap = Span("text", sentences(lang)["sentence.gap"])
    found: Spans = []
    for each in phrases:
        if found and gap.text:
            found.append(gap)
        found += spans(each, lang)
    return found


def _section(section: Section, lang: str) -> list[Block]:
    heading = spans(phrase(f"heading.{section.what}"), lang)
    blocks: list[Block] = [Heading(3, heading)]
    blocks += [working(step, lang) for step in section.steps]
    blocks += [grid(table, lang) for table in section.tables]
    if section.gradient is not None:
        gradient = section.gradient
        blocks.append(Prose(spans(phrase("gradient.lead"), lang)))
        blocks.append(Formulas(gradient.lines))
        source = phrase("heading.source", source=gradient.source)
        words = [gradient.words] if gradient.words is not None else []
        blocks.append(Prose(_sentences([*words, source], lang)))
    if section.notes:
        items = [spans(note, lang) for note in section.notes]
        several = bool(section.steps or section.tables) or len(items) > 1
        blocks.append(Bullets(items) if several else Prose(items[0]))
    return blocks


def working(step: Step, lang: str) -> Working:
    """A step with its formulas in a language."""
    unit = spans(step.unit, lang) if step.unit is not None else []
    unknown = spans(phrase("result.unknown"), lang)
    result = None if step.result is None else _formula(step.result)
    notes = [spans(note, lang) for note in step.notes]
    where = _where(step.symbols, lang)
    name = spans(step.name, lang)
    return Working(name, step.lines, result, unit, unknown, where, notes)


def _formula(value: int | Fraction) -> str:
    if isinstance(value, Fraction) and value.denominator != 1:
        return f"{value.numerator} / {value.denominator}"
    return str(int(value))


def _where(symbols: Sequence[Symbol], lang: str) -> Spans:
    if not symbols:
        return []
    shown = []
    for symbol in symbols:
        said: dict[str, Any] = {"symbol": Math(symbol.name), "meaning": symbol.meaning}
        if symbol.value is None:
            shown.append(phrase("where.unknown", **said))
        elif isinstance(symbol.value, bool):
            shown.append(phrase("where.yes" if symbol.value else "where.no", **said))
        else:
            shown.append(phrase("where.known", **said, value=symbol.value))
    return spans(phrase("where", symbols=shown), lang)


def grid(table: Table, lang: str) -> Grid:
    """A table in a language."""
    rows = [[[] if cell is None else spans(cell, lang) for cell in row] for row in table.rows]
    right = [
        any(_is_number(row[at]) for row in table.rows)
        and all(_is_number(row[at]) or row[at] is None for row in table.rows)
        for at in range(len(table.columns))
    ]
    caption = spans(table.caption, lang) if isinstance(table.caption, Phrase) else []
    return Grid(caption, [spans(column, lang) for column in table.columns], rows, right)


def _is_number(cell: Any) -> bool:
    return isinstance(cell, int | Fraction) and not isinstance(cell, bool)
