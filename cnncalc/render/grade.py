"""A grading as text: the claims of a sheet, or the results of a class."""

from __future__ import annotations

from ..grading.result import Exercise, Grading, Mark, Question, Sheet
from .grade_words import (
    PLAIN_SIGNS,
    SIGNS,
    aligned,
    answer,
    below,
    cells,
    class_line,
    exercise,
    heading,
    mistake,
    note,
    often,
    percent,
    shown,
    tally,
    word,
)

_COLORS = {Mark.RIGHT: "32", Mark.WRONG: "31", Mark.MISSING: "33", Mark.UNKNOWN: "33"}


def render(
    grading: Grading,
    *,
    lang: str = "en",
    detail: bool = False,
    quiet: bool = False,
    color: bool = False,
    plain: bool = False,
) -> str:
    """The grading as text.

    One sheet is shown claim by claim; several in a table with statistics, or claim by claim
    with `detail`. `quiet` leaves out what is right; `plain` has signs in ASCII.
    """
    look = _Look(lang, quiet, color, plain)
    if len(grading.sheets) == 1:
        return "\n".join(look.sheet(grading.sheets[0]))
    blocks = []
    if detail:
        blocks += [look.sheet(sheet) for sheet in grading.sheets if sheet.readable]
    blocks.append(look.students(grading))
    if grading.questions:
        blocks.append(look.questions(grading))
    blocks.append([class_line(grading, lang)])
    return "\n\n".join("\n".join(block) for block in blocks)


class _Look:
    def __init__(self, lang: str, quiet: bool, color: bool, plain: bool) -> None:
        self.lang = lang
        self.quiet = quiet
        self.color = color
        self.signs = PLAIN_SIGNS if plain else SIGNS

    def painted(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.color else text

    def word(self, name: str) -> str:
        return word(name, self.lang)

    def spelled(self, text: str) -> str:
        """The text, with words for the signs of rounding where they cannot be shown."""
        if self.signs is SIGNS:
            return text
        text = text.replace("⌊", "floor(").replace("⌈", "ceil(")
        return text.replace("⌋", ")").replace("⌉", ")")

    # One sheet

    def sheet(self, sheet: Sheet) -> list[str]:
        """All exercises of a sheet, and the line that sums up."""
        lines = [self.painted(heading(sheet), "1")]
        for each in sheet.exercises:
            inside = self.claims(each)
            if inside or not self.quiet:
                lines += ["", exercise(each, self.lang), *inside]
        lines += ["", *(f"{self.word('note')}: {note(text, self.lang)}" for text in sheet.notes)]
        return [*lines, self.painted(tally(sheet, self.lang), "1")]

    def claims(self, each: Exercise) -> list[str]:
        """The claims as a table; below each that is not right, why."""
        claims = [claim for claim in each.claims if not (self.quiet and claim.mark is Mark.RIGHT)]
        if not claims:
            return []
        head = [" ", self.word("claim"), self.word("answer"), self.word("truth")]
        body = [
            [
                self.signs[claim.mark], shown(claim.name), answer(claim, self.lang),
                "" if claim.mark is Mark.RIGHT else claim.truth or "",
            ]
            for claim in claims
        ]  # fmt: skip
        table = aligned([head, *body])
        lines = [self.painted(f"  {table[0]}", "2")]
        for claim, line in zip(claims, table[1:], strict=True):
            lines.append(f"  {self.painted(line, _COLORS[claim.mark])}")
            lines += [f"       {self.spelled(text)}" for text in below(claim, self.lang)]
        return lines

    # A class

    def students(self, grading: Grading) -> list[str]:
        """One line for each sheet."""
        head = ["student", "points", "share", "wrong"]
        body = []
        for sheet in grading.sheets:
            wrong = [claim for claim in sheet.claims if claim.mark is not Mark.RIGHT]
            names = ", ".join(shown(claim.name) for claim in wrong[:4])
            more = f" +{len(wrong) - 4}" if len(wrong) > 4 else ""
            state = f"{names}{more}" if sheet.readable else self.word("unreadable")
            points = f"{sheet.points}/{sheet.total}" if sheet.readable else "-"
            body.append([shown(sheet.student), points, percent(sheet.points, sheet.total), state])
        return self.table([self.word(name) for name in head], body, right=(1, 2))

    def questions(self, grading: Grading) -> list[str]:
        """One line for each question, and the likely mistakes below."""
        head = [self.word(name) for name in ("question", "right", "share", "truth", "common")]
        body = [self.question(each) for each in grading.questions]
        lines = self.table(head, body, right=(1, 2))
        result = lines[:2]
        for each, line in zip(grading.questions, lines[2:], strict=True):
            result.append(line)
            if each.mistakes:
                result.append(f"     {self.word('likely')}: {mistake(each.mistakes[0], self.lang)}")
        return result

    def question(self, each: Question) -> list[str]:
        times = often(each.times, self.lang)
        common = f"{shown(each.common)} ({times})" if each.common is not None else ""
        name = f"{each.exercise} {shown(each.name)}"
        right = f"{each.right}/{each.total}"
        return [name, right, percent(each.right, each.total), each.truth or "", common]

    def table(self, head: list[str], body: list[list[str]], right: tuple[int, ...]) -> list[str]:
        """Lines of a table with a rule below its head."""
        rule = ["-" * max(cells(line[at]) for line in [head, *body]) for at in range(len(head))]
        lines = aligned([head, rule, *body], right)
        return [self.painted(lines[0], "1"), *lines[1:]]
