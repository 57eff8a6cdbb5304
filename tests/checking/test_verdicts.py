"""Hard-coded dims: the verdict, where the number comes from, and which inputs would fit."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest
from written import Source, codes, model, the, wrong

from cnncalc.checking import check
from cnncalc.finding import Severity
from cnncalc.render.check_words import tally

#: The networks of the notes that the project started from, as a user writes them.
FACE = model(
    """
    self.conv1 = nn.Conv2d(1, 32, kernel_size=3, padding=1)
    self.pool = nn.MaxPool2d(2, 2)
    self.conv2 = nn.Conv2d(32, 64, kernel_size=3, padding=1)
    self.fc1 = nn.Linear(64 * 28 * 23, 256)
    self.fc2 = nn.Linear(256, 40)
    """,
    """
    x = self.pool(F.relu(self.conv1(x)))
    x = self.pool(F.relu(self.conv2(x)))
    x = x.view(x.size(0), -1)
    return self.fc2(F.relu(self.fc1(x)))
    """,
)
DIGIT = model(
    """
    self.conv1 = nn.Conv2d(1, 32, 3, 1)
    self.conv2 = nn.Conv2d(32, 64, 3, 1)
    self.fc1 = nn.Linear(9216, 128)
    self.fc2 = nn.Linear(128, 10)
    """,
    """
    x = F.relu(self.conv2(F.relu(self.conv1(x))))
    x = torch.flatten(F.max_pool2d(x, 2), 1)
    return self.fc2(F.relu(self.fc1(x)))
    """,
)


def test_right_dims_have_their_derivation(tmp_path: Path) -> None:
    found = Source(tmp_path, FACE).check(1, 112, 92)
    assert {v.layer: (v.value, v.derivation) for v in found.verdicts} == {
        "conv1": (1, "channels of the input"),
        "conv2": (32, "channels of conv1"),
        "fc1": (41216, "64x28x23 (112x92 halved twice)"),
        "fc2": (256, "features of fc1"),
    }
    assert all(v.ok and v.received == v.value and v.fix is None for v in found.verdicts)
    assert (found.exit_code, found.findings) == (0, ())


def test_a_wrong_dim_says_all(tmp_path: Path) -> None:
    source = Source(tmp_path, FACE)
    found = source.check(1, 96, 96)
    (verdict,) = wrong(found)
    assert (verdict.layer, verdict.argument, verdict.text) == ("fc1", "in_features", "64 * 28 * 23")
    assert (verdict.value, verdict.received) == (41216, 36864)
    assert verdict.derivation == "64x24x24 (96x96 halved twice)"
    finding = the(found, "linear-in-features")
    assert finding.severity is Severity.ERROR
    assert finding.message == (
        "Linear expects 41216 features but receives 36864 = 64x24x24 (96x96 halved twice)"
    )
    assert (finding.expected, finding.received) == (41216, 36864)
    assert str(finding.location) == f"{source.file}:{source.line('self.fc1 =')}:20"
    # 41216 / 64 = 644 = 2*2*7*23: the halves of 92..95 are 23 twice, those of 112..115 are 28.
    assert verdict.fits is not None
    assert verdict.fits.startswith("92..95 x 112..115, 112..115 x 92..95, ")
    assert finding.help == (
        f"nn.Linear(64 * 24 * 24, 256); as written it fits inputs of {verdict.fits}"
    )
    assert found.exit_code == 1


def accepts(source: Source, *size: int) -> bool:
    """Does torch run the model on an input of this size?"""
    import torch

    net = source.module().to("meta")
    try:
        net(torch.empty(1, *size, device="meta"))
    except RuntimeError:
        return False
    return True


def spans(text: str) -> list[list[tuple[int, int]]]:
    """`48..51 x 48, 7 x 9`: the ranges of each alternative, axis by axis."""
    shown = [part for part in re.split(", | or ", text) if "more" not in part]
    ranges = [[side.split("..") for side in part.split(" x ")] for part in shown]
    return [[(int(ends[0]), int(ends[-1])) for ends in sides] for sides in ranges]


CHAINS = {
    "digit": (DIGIT, (1,), 64),
    "face": (FACE, (1,), 96),
    "strides and padding": (
        model(
            "self.c = nn.Conv2d(3, 8, 7, stride=3, padding=2)\nself.f = nn.Linear(8 * 36, 5)",
            "x = F.max_pool2d(self.c(x), 3, 2, ceil_mode=True)\nreturn self.f(x.flatten(1))",
        ),
        (3,),
        64,
    ),
    "sizes that forward computes": (
        model(
            "self.c = nn.Conv2d(1, 4, 3)\nself.f = nn.Linear(4 * 25, 5)",
            """
            n = x.shape[-1] // 2
            x = self.c(x[:, :, n // 2 : n // 2 + n, n // 2 : n // 2 + n])
            return self.f(x.reshape(x.shape[0], -1))
            """,
        ),
        (1,),
        40,
    ),
}


@pytest.mark.torch
@pytest.mark.parametrize("name", CHAINS)
def test_the_ranges_are_exact(tmp_path: Path, name: str) -> None:
    """The corners of each range run in torch, and what lies just beyond them does not."""
    text, channels, size = CHAINS[name]
    source = Source(tmp_path, text)
    (verdict,) = wrong(source.check(*channels, size, size))
    if name == "sizes that forward computes":
        # The width decides both sides, and there is no range per axis.
        assert verdict.fits is None
        return
    assert verdict.fits is not None
    for ranges in spans(verdict.fits):
        for corner in product(*ranges):
            assert accepts(source, *channels, *corner), corner
        for axis, (first, last) in enumerate(ranges):
            for beyond in (first - 1, last + 1):
                corner = [low for low, _ in ranges]
                corner[axis] = beyond
                assert not accepts(source, *channels, *corner), corner


@pytest.mark.parametrize("rank", [1, 3])
def test_ranges_of_other_ranks(tmp_path: Path, rank: int) -> None:
    source = Source(
        tmp_path,
        model(
            f"self.c = nn.Conv{rank}d(2, 4, 3, 2)\nself.f = nn.Linear({4 * 5**rank}, 5)",
            "return self.f(self.c(x).flatten(1))",
        ),
    )
    (verdict,) = wrong(source.check(2, *(32,) * rank))
    # (n - 3) // 2 + 1 = 5 for 11 and 12.
    assert verdict.fits is not None
    assert verdict.fits.split(", ")[0] == " x ".join(["11..12"] * rank)
    assert verdict.derivation == f"{'x'.join(['4'] + ['15'] * rank)} (" + (
        "32 -> 15 per axis)" if rank > 1 else "32 -> 15)"
    )


def test_a_number_that_no_size_gives(tmp_path: Path) -> None:
    source = Source(tmp_path, FACE.replace("64 * 28 * 23", "9217"))
    (verdict,) = wrong(source.check(1, 32, 32))
    assert verdict.fits is None
    assert str(the(source.check(1, 32, 32), "linear-in-features").help).endswith(
        "; as written it fits no input size"
    )


def test_after_global_pooling_no_size_helps(tmp_path: Path) -> None:
    source = Source(
        tmp_path,
        model(
            "self.c = nn.Conv2d(3, 8, 3)\nself.f = nn.Linear(512, 5)",
            "return self.f(F.adaptive_avg_pool2d(self.c(x), 1).flatten(1))",
        ),
    )
    found = source.check(3, 20, 20)
    (verdict,) = wrong(found)
    assert (verdict.received, verdict.derivation) == (8, "8x1x1 (20 -> 18 -> 1 per axis)")
    assert the(found, "linear-in-features").help == (
        "nn.Linear(8 * 1 * 1, 5); as written it fits no input size"
    )


def test_every_kind_of_dim(tmp_path: Path) -> None:
    source = Source(
        tmp_path,
        model(
            """
            self.c1 = nn.Conv2d(3, 8, 3, padding=1)
            self.bn = nn.BatchNorm2d(9)
            self.gn = nn.GroupNorm(4, 12)
            self.act = nn.PReLU(7)
            self.c2 = nn.ConvTranspose2d(16, 6, 2)
            self.ln = nn.LayerNorm(10)
            self.rnn = nn.GRU(11, 4, batch_first=True)
            self.att = nn.MultiheadAttention(12, 2, batch_first=True)
            """,
            """
            x = self.c2(self.act(self.gn(self.bn(self.c1(x)))))
            x = self.ln(x.flatten(2).transpose(1, 2))
            x, _ = self.rnn(x)
            return self.att(x, x, x)[0]
            """,
        ),
    )
    found = source.check(3, 5, 5)
    said = {v.layer: (v.argument, v.value, v.received, v.derivation) for v in wrong(found)}
    assert said == {
        "bn": ("num_features", 9, 8, "channels of c1"),
        "gn": ("num_channels", 12, 8, "channels of c1"),
        "act": ("num_parameters", 7, 8, "channels of c1"),
        "c2": ("in_channels", 16, 8, "channels of c1"),
        "ln": ("normalized_shape", 10, 6, "channels of c2"),
        "rnn": ("input_size", 11, 6, "channels of c2"),
        "att": ("embed_dim", 12, 4, "features of rnn"),
    }
    errors = [finding for finding in found.findings if finding.severity is Severity.ERROR]
    places = {finding.layer: finding.location for finding in errors}
    assert {name: place.line for name, place in places.items() if place} == {
        name: source.line(f"self.{name} =") for name in [*said]
    }
    helps = {finding.layer: finding.help for finding in errors}
    assert helps["bn"] == "nn.BatchNorm2d(8)"
    assert helps["c2"] == "nn.ConvTranspose2d(8, 6, 2)"


def test_concatenated_channels(tmp_path: Path) -> None:
    source = Source(
        tmp_path,
        model(
            "self.a = nn.Conv2d(3, 8, 1)\nself.b = nn.Conv2d(3, 4, 1)\nself.c = nn.Conv2d(8, 5, 1)",
            "return self.c(torch.cat([self.a(x), self.b(x)], 1))",
        ),
    )
    (verdict,) = wrong(source.check(3, 5, 5))
    assert (verdict.received, verdict.derivation) == (12, "8 + 4 channels, concatenated")


VIEW = model(
    "self.c = nn.Conv2d(3, 6, 5)\nself.f = nn.Linear(6 * 14 * 14, 10)",
    """
    x = F.max_pool2d(self.c(x), 2)
    x = x.view(-1, 6 * 14 * 14)
    return self.f(x)
    """,
)


@pytest.mark.parametrize(
    ("size", "code", "received"), [(64, "reshape-size", 5400), (60, "batch-folded", 4704)]
)
def test_a_wrong_view_and_what_follows(tmp_path: Path, size: int, code: str, received: int) -> None:
    """4704 is 4 x 1176: torch would run it, with another batch."""
    source = Source(tmp_path, VIEW)
    found = source.check(3, size, size)
    assert codes(found)[:2] == ["linear-in-features", code]
    view, linear = wrong(found)
    assert (view.argument, view.layer, view.received) == ("shape[1]", "reshape", received)
    assert (linear.layer, linear.received) == ("f", received)
    assert view.fits == linear.fits
    assert view.fits is not None
    assert view.fits.startswith("32..33 x 32..33, ")
    assert the(found, code).location.line == view.location.line
    side = (size - 4) // 2
    assert str(the(found, code).help).startswith(f"x.view(-1, 6 * {side} * {side}); as written")


def test_a_right_view(tmp_path: Path) -> None:
    found = Source(tmp_path, VIEW).check(3, 32, 32)
    assert {v.layer: v.value for v in found.verdicts if v.value > 6} == {"reshape": 1176, "f": 1176}
    assert codes(found) == []


def test_the_order_of_a_product_stays(tmp_path: Path) -> None:
    source = Source(tmp_path, FACE.replace("64 * 28 * 23", "28*23*64"))
    (verdict,) = wrong(source.check(1, 96, 80))
    assert verdict.fix is not None
    assert verdict.fix.new == "24*20*64"


def test_one_number_for_several_layers(tmp_path: Path) -> None:
    """One constructor in a loop: what it makes receives different numbers."""
    source = Source(
        tmp_path,
        model(
            "self.c = nn.ModuleList(nn.Conv2d(3, k, 1) for k in (4, 5))\n"
            "self.f = nn.ModuleList(nn.Linear(9, 2) for _ in range(2))",
            "return [f(c(x).mean((2, 3))) for f, c in zip(self.f, self.c)]",
        ),
    )
    assert [(v.layer, v.received, v.unfixable) for v in wrong(source.check(3, 5, 5))] == [
        ("f.0", 4, "it serves several layers: f.0 receives 4, f.1 receives 5"),
        ("f.1", 5, "it serves several layers: f.0 receives 4, f.1 receives 5"),
    ]


def test_one_number_for_layers_that_want_the_same(tmp_path: Path) -> None:
    source = Source(
        tmp_path,
        model(
            "self.f = nn.ModuleList([nn.Linear(9, 4) for _ in range(2)])",
            "return self.f[0](x.flatten(1)) + self.f[1](x.flatten(1))",
        ),
    )
    found = source.check(3, 5, 5)
    (verdict,) = wrong(found)
    assert verdict.fix is not None
    assert (verdict.fix.old, verdict.fix.new) == ("9", "75")
    assert codes(found) == ["linear-in-features"] * 2
    assert tally(found) == "0 dims right, 1 wrong"


def test_a_number_from_elsewhere(tmp_path: Path) -> None:
    source = Source(
        tmp_path,
        model("flat = 9 * 5\nself.f = nn.Linear(flat, 4)", "return self.f(x.flatten(1))"),
    )
    (verdict,) = wrong(source.check(3, 5, 5))
    assert verdict.fix is None
    assert verdict.unfixable == "flat is not written here as a number"


def test_groups_that_cannot_be(tmp_path: Path) -> None:
    """No layer is suggested that cannot be made."""
    source = Source(
        tmp_path,
        model(
            "self.a = nn.Conv2d(3, 8, 3)\nself.b = nn.Conv2d(16, 16, 3, groups=16)",
            "return self.b(self.a(x))",
        ),
    )
    found = source.check(3, 20, 20)
    (verdict,) = wrong(found)
    assert (verdict.fix, verdict.unfixable) == (None, "groups=16 does not divide 8")
    assert the(found, "conv-in-channels").help == (
        "groups=16 does not divide 8: change both numbers, or let 16 arrive"
    )


def test_behind_an_input_that_is_too_small(tmp_path: Path) -> None:
    """Sizes are assumed there: no verdict on them. Channels and features are declared."""
    source = Source(
        tmp_path,
        model(
            "self.a = nn.Conv2d(3, 8, 3)\nself.b = nn.Conv2d(9, 8, 1)\n"
            "self.f = nn.Linear(8 * 18 * 18, 10)\nself.g = nn.Linear(10, 2)",
            "return self.g(self.f(F.relu(self.b(self.a(x))).flatten(1)))",
        ),
    )
    found = source.check(3, 2, 2)
    assert set(codes(found)) == {"input-too-small", "conv-in-channels"}
    said = {v.layer: (v.received, v.ok, v.fits, v.fix is None) for v in found.verdicts}
    assert said == {
        "a": (3, True, None, True),
        "b": (8, False, None, False),
        "f": (None, False, None, True),
        "g": (10, True, None, True),
    }


@pytest.mark.parametrize("features", ["8 * 31 * 31", "8 * 30 * 30"])
def test_behind_a_view_that_does_not_fit(tmp_path: Path, features: str) -> None:
    """What it gives is assumed: nothing behind it is right, or wrong."""
    source = Source(
        tmp_path,
        model(
            f"self.a = nn.Conv2d(3, 8, 3)\nself.f = nn.Linear({features}, 10)",
            "x = torch.reshape(self.a(x), (-1, 8, 31 * 31))\n"
            "x = x.reshape([-1, 8 * 961])\nreturn self.f(x)",
        ),
    )
    found = source.check(3, 32, 32)
    assert codes(found) == ["reshape-size"]
    assert {v.layer: (v.received, v.ok) for v in found.verdicts} == {
        "a": (3, True),
        "reshape#2": (None, False),
        "f": (None, False),
    }
    silenced = source.check(3, 32, 32, ignore=["reshape-size"])
    assert (codes(silenced), silenced.exit_code) == ([], 2)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("*(76, 4)", "it comes from *(76, 4)"),
        ("*sizes", "it comes from *sizes"),
        ("**{'in_features': 76, 'out_features': 4}", "it comes from **"),
    ],
)
def test_a_number_that_is_unpacked(tmp_path: Path, given: str, reason: str) -> None:
    source = Source(
        tmp_path,
        model(f"sizes = (76, 4)\nself.f = nn.Linear({given})", "return self.f(x.flatten(1))"),
    )
    (verdict,) = wrong(source.check(3, 5, 5))
    assert (verdict.value, verdict.received, verdict.fix) == (76, 75, None)
    assert str(verdict.unfixable).startswith(reason)


def test_concatenated_features(tmp_path: Path) -> None:
    source = Source(
        tmp_path,
        model(
            "self.a = nn.Conv2d(3, 8, 3)\nself.f = nn.Linear(99, 5)",
            "return self.f(torch.cat([self.a(x).flatten(1), x.flatten(1)], dim=1).relu())",
        ),
    )
    (verdict,) = wrong(source.check(3, 5, 5))
    assert verdict.derivation == "72 + 75 features, concatenated"


def test_a_call_of_several_lines_becomes_one(tmp_path: Path) -> None:
    source = Source(
        tmp_path,
        model(
            "self.a = nn.Conv2d(\n    # four of them\n    out_channels=4,  # 4\n"
            "    kernel_size=(3,\n        1),\n    in_channels=8,\n)",
            "return self.a(x)",
        ),
    )
    assert the(source.check(3, 5, 5), "conv-in-channels").help == (
        "nn.Conv2d(out_channels=4, kernel_size=(3, 1), in_channels=3)"
    )


@pytest.mark.torch
def test_a_live_module() -> None:
    """Without a source there are findings and no verdicts; the help is the op itself."""
    from torch import nn

    net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.Flatten(), nn.Linear(100, 2))
    found = check(net, (1, 9, 9))
    assert found.verdicts == ()
    assert the(found, "linear-in-features").help == (
        "Linear(4 * 7 * 7, 2); as written it fits inputs of 7 x 7, 3 x 27 or 27 x 3"
    )


def test_an_unknown_size_is_no_verdict() -> None:
    found = check("conv3x3@4, flatten, fc10")
    assert found.exit_code == 2
    assert found.findings == ()
