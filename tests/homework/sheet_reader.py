"""A second reader of homework sheets: it asks `cnncalc.analyze`, and nothing of `grade`.

It knows the notations that the sheets of examples/homework use, and no others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from math import prod
from pathlib import Path
from typing import Any

import yaml

import cnncalc

HOMEWORK = Path(__file__).parent.parent.parent / "examples" / "homework"
SHEETS = sorted([*HOMEWORK.glob("*.yaml"), *HOMEWORK.glob("keys/*.yaml")])

UNITS = {
    "": 1, "k": 10**3, "M": 10**6, "G": 10**9, "万": 10**4, "亿": 10**8,
    "%": Decimal("0.01"), "B": 1, "MB": 10**6, "KiB": 2**10, "MiB": 2**20,
}  # fmt: skip
NUMBER = re.compile(r"≈?([\d,_]+(?:\.\d+)?(?:e\d+)?)\s*(\D*)")
SHAPE = re.compile(r"\d+(?:x\d+)+")

#: How the types of rows begin or end that `conv1`, `pool1`, ... count.
KINDS = {"conv": "Conv", "pool": "Pool", "fc": "Linear", "bn": "BatchNorm"}


def load(sheet: Path) -> dict[str, Any]:
    return yaml.safe_load(sheet.read_text("utf-8"))


def exercises(sheet: Path) -> list[dict[str, Any]]:
    return load(sheet)["exercises"]


def analyze(exercise: dict[str, Any], folder: Path = HOMEWORK) -> cnncalc.Report:
    model = exercise["model"]
    if re.match(r"\S+\.(py|yaml)\b", model):
        model = str(folder / model)
    size = str(exercise["input"]) if "input" in exercise else None
    return cnncalc.analyze(model, input=size, layout=exercise.get("layout", "chw"))


def row(report: cnncalc.Report, name: str) -> Any:
    """The row or block of a name; else the n-th convolution, pooling, ... of the report."""
    if name in report:
        return report[name]
    kind, number = re.fullmatch(r"([a-z]+)(\d+)", name).groups()
    rows = [row for row in report if KINDS[kind] in row.type]
    return rows[int(number) - 1]


def truth(report: cnncalc.Report, claim: str) -> Any:
    """The figure that a claim is about, as the report has it."""
    name, _, figure = claim.rpartition(".")
    if claim == "total.layers":  # those with weights, as in the name VGG-16
        return sum(row.type in ("Conv2d", "Linear") for row in report)
    if name == "total":
        return getattr(report.totals, figure)
    if name == "memory":
        return getattr(report.totals, {"params": "param_bytes"}.get(figure, f"{figure}_bytes"))
    found = row(report, name)
    match figure:
        case "output":
            return found.output_shape
        case "field":
            return found.field.size
        case "jump":
            return found.field.stride
        case "in_features" | "out_features":
            return getattr(found.op, figure)
        case "weights" | "bias":
            held = {tensor.name: tensor.shape for tensor in found.op.tensors()}
            return prod(held["weight" if figure == "weights" else "bias"])
        case "share":
            return Decimal(found.params) / report.totals.params
        case "params" | "macs" | "flops":
            return getattr(found, figure)
    raise AssertionError(f"{claim}: this reader knows no such figure")


def agrees(given: Any, true: Any, layout: str = "chw") -> bool:
    """Is what was written the figure, or does the figure round to it?"""
    text = str(given)
    if isinstance(true, tuple) and SHAPE.fullmatch(text):
        sizes = tuple(int(size) for size in text.split("x"))
        return sizes in _spellings(true, layout)
    if isinstance(true, tuple):  # 10 for 10x10, or features without the batch
        return int(text) in {*true} and (len(set(true)) == 1 or true[:-1] == (1,))
    digits, unit = NUMBER.fullmatch(text).groups()
    number = Decimal(digits.replace(",", "").replace("_", "")) * UNITS[unit]
    # One unit in the last digit that was written.
    mantissa, _, exponent = digits.partition("e")
    places = len(mantissa.partition(".")[2])
    step = Decimal(10) ** (int(exponent or 0) - places) * UNITS[unit]
    return abs(number - true) <= (step / 2 if unit or exponent else 0)


def _spellings(shape: tuple[int, ...], layout: str) -> set[tuple[int, ...]]:
    if layout == "hwc" and len(shape) > 2:
        shape = (shape[0], *shape[2:], shape[1])
    return {shape, shape[1:]} if shape[0] == 1 else {shape}


def claims() -> Iterator[tuple[str, dict[str, Any], str, Any]]:
    """Sheet, exercise, claim and what is claimed, of every shipped sheet."""
    for sheet in SHEETS:
        for exercise in exercises(sheet):
            for claim, given in exercise["claims"].items():
                yield sheet.stem, exercise, claim, given
