"""Sheets for the tests, and the marks that they get."""

from __future__ import annotations

import json
from collections.abc import Mapping

from cnncalc.grading import Claim, Grading, grade_text

#: Worked by hand. Sizes: conv1 8x32x48, pool1 8x16x24, conv2 16x12x20, pool2 16x6x10.
#: Parameters: 3*3*3*8 + 8 = 224, bn 2*8 = 16, 5*5*8*16 + 16 = 3216, 960*10 + 10 = 9610: 13066.
#: MACs: 32*48*8*27 = 331776, 12*20*16*200 = 768000, 9600: 1109376.
#: Fields (jumps): 3 (1), 3 + 1 = 4 (2), 4 + 4*2 = 12 (2), 12 + 1*2 = 14 (4).
SMALL = "conv3x3@8 p1, bn, relu, maxpool2, conv5x5@16, maxpool2, flatten, fc10"
SMALL_INPUT = "3x32x48"
#: Sizes 64x112x112 and 64x55x55; 7*7*3*64 + 64 = 9472 parameters; fields 7 and 7 + 2*2 = 11.
STEM = "Conv7x7@64,S=2,P=3 -> MaxPool3x3,S=2"


def sheet(
    model: str, input: str | None, claims: Mapping[str, str | None], **keys: str | int
) -> str:
    """The text of a sheet; JSON is YAML too."""
    given = {"model": model, "input": input, **keys, "claims": dict(claims)}
    return json.dumps(given, ensure_ascii=False)


def graded(
    model: str, input: str | None, claims: Mapping[str, str | None], **keys: str | int
) -> Grading:
    """The grading of a sheet with one exercise."""
    return grade_text(sheet(model, input, claims, **keys))


def claim(model: str, input: str | None, name: str, answer: str | None, **keys: str | int) -> Claim:
    """The only claim of a sheet, which has no problems."""
    found = graded(model, input, {name: answer}, **keys)
    assert [str(error) for error in found.sheets[0].problems] == []
    (only,) = found.sheets[0].claims
    return only


def is_right(model: str, input: str | None, name: str, answer: str, **keys: str | int) -> bool:
    """Is one claim right?"""
    return claim(model, input, name, answer, **keys).mark.value == "right"


def named(model: str, input: str | None, name: str, answer: str, **keys: str | int) -> list[str]:
    """The mistakes that are named for a wrong answer, with their details."""
    found = claim(model, input, name, answer, **keys)
    assert found.mark.value == "wrong", found
    return [f"{each.name}{each.detail and ': ' + each.detail.strip()}" for each in found.mistakes]
