"""Golden reports: whole tables as they were checked by eye, parsed back and added up.

`python tests/test_golden.py` writes them anew; look at the difference before committing it.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import cnncalc
from cnncalc.render.table import render

GOLDEN = Path(__file__).parent / "golden"
CASES = {
    "d2l-lenet": ("d2l/lenet", None, 100),
    "notes-digit": ("notes/digit", None, 100),
    "facecnn-wrong-size": ("facecnn", "1x64x64", 100),
    "resnet18": ("torchvision/resnet18", None, 110),
    "mobilenet_v3_small-narrow": ("torchvision/mobilenet_v3_small", None, 84),
    "textbook-wide": ("Conv7x7@64,S=2,P=3 -> MaxPool3x3,S=2 -> FC10", "3x224x224", 120),
    "fields-only": ("conv3x3, pool2x2, conv3x3, pool2x2", None, 100),
    "audio-1d": ("conv9@16 s4, relu, conv9@32 s4, relu, gap, fc10", "1x16000", 100),
    "video-3d": ("conv3x3x3@8 p1, relu, maxpool2, gap, fc5", "3x16x64x64", 100),
    "decoder": ("conv4x4@32 s2 p1, relu, deconv4x4@16 s2 p1, upsample2, conv3x3@3 p1",
                "3x32x32", 100),
}  # fmt: skip


def table(name: str) -> str:
    model, size, width = CASES[name]
    return render(cnncalc.analyze(model, input=size), width=width) + "\n"


@pytest.mark.parametrize("name", CASES)
def test_the_table_is_the_golden_one(name: str) -> None:
    assert table(name) == (GOLDEN / f"{name}.txt").read_text("utf-8")


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.txt")), ids=lambda path: path.stem)
def test_totals_are_the_sums_of_their_columns(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    heading = next(line for line in lines if line.startswith("layer"))
    at = lines.index(heading)
    end = next(i for i in range(at + 2, len(lines)) if lines[i].startswith("---"))
    spans = [match.span() for match in re.finditer("-+", lines[at + 1])]
    names = [heading[a:b].strip() for a, b in spans]
    rows = [[line[a:b].strip() for a, b in spans] for line in lines[at + 2 : end]]
    total = [lines[end + 1][a:b].strip() for a, b in spans]
    for name in {"params", "MACs"} & set(names):
        column = names.index(name)
        values = [row[column] for row in rows]
        if "?" not in values:
            numbers = [int(value.replace(",", "")) for value in values if value != "shared"]
            assert sum(numbers) == int(total[column].replace(",", ""))
    assert total[1] == f"{len(rows)} layers"


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for name in CASES:
        (GOLDEN / f"{name}.txt").write_text(table(name), "utf-8")
