"""The input sizes that fit as written, where sizes do not simply grow with the input's."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest
from written import Source, model, the, wrong

#: Name -> the source, a size that does not fit, and one that must be found.
UNSTEADY = {
    "pixels folded into channels": (
        model(
            "self.p = nn.PixelUnshuffle(2)\nself.c = nn.Conv2d(12, 8, 3)\n"
            "self.f = nn.Linear(8 * 14 * 14, 10)",
            "return self.f(self.c(self.p(x)).flatten(1))",
        ),
        (40, 40),
        "32 x 32",
    ),
    "down, up and added": (
        model(
            "self.d = nn.Conv2d(3, 8, 3, 2, 1)\nself.u = nn.ConvTranspose2d(8, 3, 2, 2)\n"
            "self.f = nn.Linear(3 * 36 * 36, 10)",
            "x = x + self.u(self.d(x))\nreturn self.f(x.flatten(1))",
        ),
        (40, 40),
        "36 x 36",
    ),
    "pooled twice, up and added": (
        model(
            "self.f = nn.Linear(3 * 8, 10)",
            "x = F.max_pool2d(x, 3, 2, ceil_mode=True)\n"
            "x = x + F.interpolate(F.max_pool2d(x, 2), scale_factor=2)\n"
            "return self.f(x.flatten(1))",
        ),
        (16, 16),
        "4..5 x 8..9 or 8..9 x 4..5 (of those tried)",
    ),
    "patches by a view": (
        model(
            "self.f = nn.Linear(3 * 8 * 8, 10)",
            "B, C, H, W = x.shape\nx = x.view(B, C, H // 4, 4, W // 4, 4).mean((3, 5))\n"
            "return self.f(x.flatten(1))",
        ),
        (40, 40),
        "32 x 32",
    ),
    "a slice that comes back": (
        model(
            "self.f = nn.Linear(3 * 9 * 9, 10)",
            "x = x[:, :, : x.shape[2] % 10 + 1, : x.shape[3] % 10 + 1]\n"
            "return self.f(x.flatten(1))",
        ),
        (40, 40),
        "48 x 48",
    ),
    "a slice of all there is": (
        model("self.f = nn.Linear(3 * 7 * 8, 10)", "return self.f(x[:, :, :8, :8].flatten(1))"),
        (5, 5),
        "7 x 8 or 8 x 7 (of those tried)",
    ),
    "sizes that are refused": (
        model(
            "self.f = nn.Linear(3 * 16 * 16, 10)",
            "if x.shape[-1] % 4:\n    raise ValueError('a multiple of 4')\n"
            "return self.f(F.max_pool2d(x, 2).flatten(1))",
        ),
        (40, 40),
        "32 x 32",
    ),
    "a norm that fixes the size": (
        model(
            "self.n = nn.LayerNorm([3, 20, 20])\nself.f = nn.Linear(3 * 9 * 9, 10)",
            "return self.f(F.max_pool2d(self.n(x), 2).flatten(1))",
        ),
        (20, 20),
        None,
    ),
}
STEADY = {
    "a residual block": (
        model(
            "self.a = nn.Conv2d(3, 4, 3, 2, 1)\nself.b = nn.Conv2d(3, 4, 1, 2)\n"
            "self.f = nn.Linear(4 * 7 * 6, 10)",
            "x = F.relu(self.a(x) + self.b(x))\nreturn self.f(F.max_pool2d(x, 2).flatten(1))",
        ),
        (40, 40),
    ),
    "the beginning of an image": (
        model("self.f = nn.Linear(3 * 7 * 8, 10)", "return self.f(x[:, :, :8, :8].flatten(1))"),
        (40, 40),
    ),
    "branches side by side": (
        model(
            "self.a = nn.Conv2d(3, 4, 5, padding=2)\nself.b = nn.Conv2d(3, 4, 3, padding=1)\n"
            "self.f = nn.Linear(8 * 5 * 5, 10)",
            "x = torch.cat([self.a(x), self.b(x)], 1)\n"
            "return self.f(F.avg_pool2d(x, 3, 2, ceil_mode=True).flatten(1))",
        ),
        (30, 30),
    ),
}


def spans(text: str) -> list[list[tuple[int, int]]]:
    """`48..51 x 48, 7 x 9 or others` as their ends; a range without end goes on for a while."""
    text = text.removesuffix(" (of those tried)")
    shown = [part for part in re.split(", | or (?!more)", text) if " x " in part]
    found = []
    for part in shown:
        sides = [re.sub(r"(\d+) or more", r"\1..150", side) for side in part.split(" x ")]
        ends = [[int(end) for end in side.split("..")] for side in sides]
        found.append([(end[0], end[-1]) for end in ends])
    return found


def accepts(net, size: tuple[int, ...]) -> bool:
    """Does torch run the model on an input of this size?"""
    import torch

    try:
        net(torch.empty(1, 3, *size, device="meta"))
    except (RuntimeError, ValueError):
        return False
    return True


@pytest.mark.torch
@pytest.mark.parametrize("name", [*UNSTEADY, *STEADY])
def test_every_size_that_is_listed_runs(tmp_path: Path, name: str) -> None:
    text, size = {**UNSTEADY, **STEADY}[name][:2]
    source = Source(tmp_path, text)
    (verdict,) = wrong(source.check(3, *size))
    net = source.module().to("meta")
    listed = spans(verdict.fits or "")
    assert (verdict.fits is None) == (listed == [])
    for ranges in listed:
        for each in product(*(range(low, high + 1) for low, high in ranges)):
            assert accepts(net, each), each


@pytest.mark.parametrize("name", UNSTEADY)
def test_what_is_not_proved_is_not_claimed(tmp_path: Path, name: str) -> None:
    text, size, wanted = UNSTEADY[name]
    found = Source(tmp_path, text).check(3, *size)
    (verdict,) = wrong(found)
    help = str(the(found, "linear-in-features").help)
    assert "no input size" not in help
    assert "or more" not in help
    assert wanted is None or help.endswith(" (of those tried)")
    assert (verdict.fits or "").partition(",")[0] == (wanted or "")


@pytest.mark.torch
@pytest.mark.parametrize("name", STEADY)
def test_steady_ranges_end_where_they_say(tmp_path: Path, name: str) -> None:
    """Merged tensors that fit for one period fit always: the ranges are exact."""
    text, size = STEADY[name]
    source = Source(tmp_path, text)
    (verdict,) = wrong(source.check(3, *size))
    net = source.module().to("meta")
    assert verdict.fits is not None
    assert "others" not in verdict.fits
    for ranges in spans(verdict.fits):
        for axis, (first, last) in enumerate(ranges):
            for beyond in {first - 1, last + 1} - {151}:
                corner = [low for low, _ in ranges]
                corner[axis] = beyond
                assert not accepts(net, tuple(corner)), corner


def test_a_number_with_many_factors_is_bounded(tmp_path: Path) -> None:
    """Of a deep model not every pair of factors is looked at, and the help says so."""
    source = Source(
        tmp_path,
        model(
            "self.c = nn.Sequential(*[nn.Conv2d(3, 3, 3, padding=1) for _ in range(60)])\n"
            "self.f = nn.Linear(3 * 720720 * 4, 10)",
            "return self.f(self.c(x).flatten(1))",
        ),
    )
    (verdict,) = wrong(source.check(3, 32, 32))
    assert verdict.fits is not None
    assert verdict.fits.endswith(" or others")
    assert len(spans(verdict.fits)) == 3
