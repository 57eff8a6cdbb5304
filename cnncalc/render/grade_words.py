"""The words of a grading, in English and Chinese, and how they are laid out."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from ..grading.mistakes import MISTAKES
from ..grading.result import Claim, Exercise, Grading, Likely, Mark, Sheet
from ..shape import format_shape
from . import grade_chinese
from .check_words import printable

#: The longest answer that a table shows.
MOST_CHARACTERS = 40
WORDS = {
    "en": {
        "claim": "claim", "answer": "answer", "truth": "truth", "likely": "likely", "or": "; or ",
        "unread": "not understood", "missing": "not answered", "unknown": "not graded",
        "student": "student", "points": "points", "share": "share", "wrong": "wrong",
        "question": "question", "right": "right", "common": "commonest wrong answer",
        "on": "on", "times": "{} times",
        "unreadable": "could not be read", "exercise": "exercise", "note": "note",
        "because": "because",
    },
    "zh": {
        "claim": "题目", "answer": "答案", "truth": "正确值", "likely": "可能的原因", "or": "；或 ",
        "unread": "看不懂这个答案", "missing": "未作答", "unknown": "无法批改",
        "student": "学生", "points": "得分", "share": "得分率", "wrong": "错误",
        "question": "题目", "right": "正确", "common": "最常见的错误答案",
        "on": "输入", "times": "{} 次",
        "unreadable": "无法读取", "exercise": "习题", "note": "注意",
        "because": "推导",
    },
}  # fmt: skip
#: A mark in one character, and where the terminal has no such characters.
SIGNS = {Mark.RIGHT: "✓", Mark.WRONG: "✗", Mark.MISSING: "–", Mark.UNKNOWN: "?"}
PLAIN_SIGNS = {Mark.RIGHT: "+", Mark.WRONG: "x", Mark.MISSING: "-", Mark.UNKNOWN: "?"}


def word(name: str, lang: str) -> str:
    """A word in a language."""
    return WORDS[lang][name]


def mistake(likely: Likely, lang: str) -> str:
    """A likely mistake in words."""
    return printable(MISTAKES[likely.name].words(lang, likely.detail))


def mistakes(found: Sequence[Likely], lang: str) -> str:
    """Likely mistakes in a line, the most specific first."""
    return word("or", lang).join(mistake(each, lang) for each in found)


def answer(claim: Claim, lang: str) -> str:
    """The answer as it was written, or that there is none."""
    return shown(claim.answer) if claim.answer is not None else f"({word('missing', lang)})"


def shown(text: str | None) -> str:
    """Text of a sheet, not too long, with nothing in it that moves a cursor."""
    whole = " ".join((text or "").split())
    cut = whole if len(whole) <= MOST_CHARACTERS else f"{whole[: MOST_CHARACTERS - 1]}…"
    return printable(cut)


def note(text: str, lang: str) -> str:
    """A note in one line, however long, with nothing in it that moves a cursor."""
    line = " ".join(text.split())
    return printable(grade_chinese.note(line) if lang == "zh" else line)


def below(claim: Claim, lang: str) -> list[str]:
    """What stands below a claim that is not right: why, how it comes about, what went wrong."""
    lines = []
    if claim.reason is not None:
        why = grade_chinese.reason(claim.reason) if lang == "zh" else claim.reason
        name = "unknown" if claim.mark is Mark.UNKNOWN else "unread"
        lines.append(f"{word(name, lang)}: {why}")
    lines += claim.derivation
    if claim.mistakes:
        lines.append(f"{word('likely', lang)}: {mistakes(claim.mistakes, lang)}")
    return [printable(line) for line in lines]


def heading(sheet: Sheet) -> str:
    """`张三 (homework 1), hw/zhang.yaml`."""
    title = f" ({shown(sheet.title)})" if sheet.title else ""
    return f"{shown(sheet.student)}{title}, {printable(sheet.file)}"


def exercise(each: Exercise, lang: str) -> str:
    """`exercise 1: facecnn on 1x112x92`."""
    known = not any(None in shape for shape in each.inputs.values())
    sizes = ", ".join(
        format_shape(shape[1:] if shape[:1] == (1,) else shape)
        for shape in each.inputs.values()
        if known
    )
    model = shown(each.model)
    title = shown(each.title)
    if lang == "zh" and title.startswith("exercise "):
        title = f"{word('exercise', lang)} {title.removeprefix('exercise ')}"
    where = f" {word('on', lang)} {sizes}" if sizes else ""
    return f"{title}: {model}{where}" if model else title


def tally(sheet: Sheet, lang: str) -> str:
    """`8 of 10 right, 1 wrong, 1 not answered`."""
    if not sheet.readable:
        return word("unreadable", lang)
    parts = [(Mark.WRONG, "wrong"), (Mark.MISSING, "missing"), (Mark.UNKNOWN, "unknown")]
    if lang == "zh":
        rest = [f"{word(name, lang)} {sheet.count(mark)}" for mark, name in parts
                if sheet.count(mark)]  # fmt: skip
        return "，".join([f"共 {sheet.total} 题，正确 {sheet.points}", *rest])
    rest = [f"{sheet.count(mark)} {word(name, lang)}" for mark, name in parts if sheet.count(mark)]
    return ", ".join([f"{sheet.points} of {sheet.total} right", *rest])


def percent(points: int, total: int) -> str:
    """`80%`; nothing where no points were to be had."""
    return f"{points / total:.0%}" if total else ""


def class_line(grading: Grading, lang: str) -> str:
    """`200 sheets: 1,612 of 2,000 points (81%), 2 could not be read`."""
    sheets = len(grading.sheets)
    unread = sum(not sheet.readable for sheet in grading.sheets)
    share = percent(grading.points, grading.total)
    if lang == "zh":
        behind = f"，{unread} 份无法读取" if unread else ""
        return (
            f"{sheets} 份答卷：得分 {grading.points} / {grading.total}（{share or '0%'}）{behind}"
        )
    behind = f", {unread} could not be read" if unread else ""
    noun = "sheet" if sheets == 1 else "sheets"
    return (
        f"{sheets} {noun}: {grading.points:,} of {grading.total:,} right ({share or '0%'}){behind}"
    )


def often(times: int, lang: str) -> str:
    """`once`, `3 times`."""
    return "once" if lang == "en" and times == 1 else word("times", lang).replace("{}", str(times))


def trouble(grading: Grading) -> list[str]:
    """What could not be read or graded: each a line, and perhaps its help."""
    errors = list(grading.problems)
    for sheet in grading.sheets:
        errors += sheet.problems
    # What is wrong with the key is wrong for each of the sheets.
    lines = dict.fromkeys(str(error) for error in errors)
    return ["\n".join(map(printable, line.split("\n"))) for line in lines]


def cells(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(
        0 if unicodedata.combining(char) else 1 + (unicodedata.east_asian_width(char) in "WF")
        for char in text
    )


def aligned(lines: Sequence[Sequence[str]], right: Sequence[int] = ()) -> list[str]:
    """Lines of a table in columns, those in `right` to the right."""
    widths = [max(cells(line[at]) for line in lines) for at in range(len(lines[0]))]
    result = []
    for line in lines:
        parts = []
        for at, (text, width) in enumerate(zip(line, widths, strict=True)):
            space = " " * (width - cells(text))
            parts.append(space + text if at in right else text + space)
        result.append("  ".join(parts).rstrip())
    return result
