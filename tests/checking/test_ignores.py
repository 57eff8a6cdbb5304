"""What the source and the caller silence."""

from __future__ import annotations

from pathlib import Path

import pytest
from written import Source, codes, model, the

INIT = "self.d = nn.Dropout2d()\nself.f = nn.Linear(300, 10)\nself.r = nn.ReLU()"
FORWARD = "x = self.d(x.flatten(1))\nreturn self.r(F.relu(self.f(x)))"
TEXT = model(INIT, FORWARD)


def written(tmp_path: Path, old: str = "", new: str = "") -> Source:
    assert TEXT.count(old) == 1 or not old
    return Source(tmp_path, TEXT.replace(old, new) if old else TEXT)


def test_without_comments_there_are_two_findings(tmp_path: Path) -> None:
    found = written(tmp_path).check(3, 10, 10)
    assert sorted(codes(found)) == ["activation-doubled", "dropout2d-flat"]
    assert found.ignored == 0


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("nn.Dropout2d()", "nn.Dropout2d()  # cnncalc: ignore[dropout2d-flat]"),
        ("nn.Dropout2d()", "nn.Dropout2d()  # cnncalc: ignore"),
        ("nn.Dropout2d()", "nn.Dropout2d()  # noqa  # cnncalc:ignore[dropout2d-flat]"),
        ("nn.Dropout2d()", "nn.Dropout2d()  #cnncalc: ignore[layer-unused, dropout2d-flat]"),
        ("nn.Dropout2d()", "nn.Dropout2d(  # cnncalc: ignore[dropout2d-flat]\n        )"),
        ("        self.d =", "        # cnncalc: ignore[dropout2d-flat]\n        self.d ="),
        (
            "        self.d =",
            "        # cnncalc: ignore[dropout2d-flat]\n        # for a reason\n\n        self.d =",
        ),
        ("x.flatten(1))", "x.flatten(1))  # cnncalc: ignore[dropout2d-flat]"),
    ],
)
def test_a_comment_silences(tmp_path: Path, old: str, new: str) -> None:
    found = written(tmp_path, old, new).check(3, 10, 10)
    assert codes(found) == ["activation-doubled"]
    assert found.ignored == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("nn.Dropout2d()", "nn.Dropout2d()  # cnncalc: ignore[layer-unused]"),
        ("nn.Dropout2d()", "nn.Dropout2d()  # cnncalc: ignore[]"),
        ("nn.Linear(300, 10)", "nn.Linear(300, 10)  # cnncalc: ignore[dropout2d-flat]"),
        ("nn.Linear(300, 10)", "nn.Linear(300, 10)\n        # cnncalc: ignore"),
        ("class Net", "# cnncalc: ignore\nclass Net"),
        ("nn.Dropout2d()", 'nn.Dropout2d(); "# cnncalc: ignore"'),
        ("nn.Dropout2d()", "nn.Dropout2d()  # cnncalc does not ignore"),
    ],
)
def test_a_comment_elsewhere_does_not(tmp_path: Path, old: str, new: str) -> None:
    found = written(tmp_path, old, new).check(3, 10, 10)
    assert "dropout2d-flat" in codes(found)


def test_errors_can_be_silenced(tmp_path: Path) -> None:
    source = written(tmp_path, "nn.Linear(300, 10)", "nn.Linear(9, 10)  # cnncalc: ignore")
    found = source.check(3, 10, 10)
    assert "linear-in-features" not in codes(found)
    assert (found.ignored, found.exit_code) == (1, 0)


def test_codes_of_the_caller(tmp_path: Path) -> None:
    found = written(tmp_path).check(3, 10, 10, ignore=["dropout2d-flat"])
    assert (codes(found), found.ignored) == (["activation-doubled"], 1)


def test_unknown_codes_are_said(tmp_path: Path) -> None:
    source = written(
        tmp_path, "nn.Dropout2d()", "nn.Dropout2d()  # cnncalc: ignore[dropout2d-flatt]"
    )
    finding = the(source.check(3, 10, 10), "ignore-unknown")
    assert finding.message == "there is no finding with the code 'dropout2d-flatt' to ignore"
    assert str(finding.help).startswith("did you mean dropout2d-flat")
    assert finding.location is not None
    assert finding.location.line == source.line("dropout2d-flatt")
    assert "ignore-unknown" not in codes(source.check(3, 10, 10, ignore=["ignore-unknown"]))
