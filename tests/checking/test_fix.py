"""Rewriting wrong literals: only they change, in one step, or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from written import Source, codes, model, wrong

from cnncalc.checking import fix
from cnncalc.checking.result import Fix, Verdict
from cnncalc.errors import FileError, Location

INIT = """
self.c = nn.Conv2d(4, 6, 5)  # a comment
self.f = nn.Linear( 6*9*9 ,10 )
self.g = nn.Linear(in_features = 11, out_features=2)
"""
FORWARD = "x = F.max_pool2d(self.c(x), 2)\nreturn self.g(self.f(x.flatten(1)))"
TEXT = model(INIT, FORWARD)
FIXED = TEXT.replace("Conv2d(4,", "Conv2d(3,").replace("6*9*9 ", "6*14*14 ").replace("= 11", "= 10")


def test_only_the_literals_change(tmp_path: Path) -> None:
    source = Source(tmp_path, TEXT)
    found = source.check(3, 32, 32)
    plan = fix.plan(found.verdicts)
    assert source.file.read_text() == TEXT
    assert plan.diff().splitlines()[3:] == [
        *[f" {line}" for line in TEXT.splitlines()[5:8]],
        *[f"-{line}" for line in TEXT.splitlines()[8:11]],
        *[f"+{line}" for line in FIXED.splitlines()[8:11]],
        *[f" {line}" for line in TEXT.splitlines()[11:14]],
    ]
    plan.write()
    assert source.file.read_text() == FIXED
    again = source.check(3, 32, 32)
    assert (codes(again), wrong(again)) == ([], [])
    assert fix.plan(again.verdicts).diff() == ""
    plan.undo()
    assert source.file.read_text() == TEXT


def test_a_view_and_the_layer_behind_it(tmp_path: Path) -> None:
    text = model("self.f = nn.Linear(3 * 8 * 8, 10)", "x = x.view(-1, 3 * 8 * 8)\nreturn self.f(x)")
    source = Source(tmp_path, text)
    fix.plan(source.check(3, 16, 16).verdicts).write()
    assert source.file.read_text() == text.replace("3 * 8 * 8", "3 * 16 * 16")
    assert codes(source.check(3, 16, 16)) == []


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    "start", ["", "\ufeff", "# -*- coding: latin-1 -*-\n# é\n", "# 层 → 特征\n"]
)
def test_encodings_and_line_ends_stay(tmp_path: Path, end: str, start: str) -> None:
    encoding = "latin-1" if "latin" in start else "utf-8"
    text = (start + TEXT.replace("a comment", "é" if "latin" in start else "层")).replace("\n", end)
    source = Source(tmp_path, "")
    source.file.write_bytes(text.encode(encoding))
    fix.plan(source.check(3, 32, 32).verdicts).write()
    wanted = text.replace("Conv2d(4,", "Conv2d(3,").replace("6*9*9 ", "6*14*14 ")
    assert source.file.read_bytes().decode(encoding) == wanted.replace("= 11", "= 10")


def test_places_behind_wide_characters(tmp_path: Path) -> None:
    text = TEXT.replace("self.f =", 'self.名 = "é层𝄞"; self.f =')
    source = Source(tmp_path, text)
    fix.plan(source.check(3, 32, 32).verdicts).write()
    assert 'é层𝄞"; self.f = nn.Linear( 6*14*14 ,10 )' in source.file.read_text("utf-8")


def test_the_mode_of_the_file_stays(tmp_path: Path) -> None:
    source = Source(tmp_path, TEXT)
    source.file.chmod(0o750)
    fix.plan(source.check(3, 32, 32).verdicts).write()
    assert source.file.stat().st_mode & 0o777 == 0o750
    assert os.listdir(tmp_path) == ["net.py"]  # nothing is left beside it


def test_a_file_that_changed_is_left_alone(tmp_path: Path) -> None:
    source = Source(tmp_path, TEXT)
    verdicts = source.check(3, 32, 32).verdicts
    plan = fix.plan(verdicts)
    source.file.write_text("\n" + TEXT)
    with pytest.raises(FileError, match="changed since it was checked"):
        plan.write()
    with pytest.raises(FileError, match="changed since it was checked"):
        fix.plan(verdicts)
    assert source.file.read_text() == "\n" + TEXT


def test_links_are_not_followed(tmp_path: Path) -> None:
    source = Source(tmp_path, TEXT)
    verdicts = source.check(3, 32, 32).verdicts
    source.file.rename(tmp_path / "real.py")
    source.file.symlink_to(tmp_path / "real.py")
    with pytest.raises(FileError, match="it is a link"):
        fix.plan(verdicts)


def test_a_file_that_cannot_be_written(tmp_path: Path, monkeypatch) -> None:
    """The files before it are put back, and nothing is left beside them."""

    def file(name: str) -> Verdict:
        path = tmp_path / name
        path.write_text("n = 1\n")
        place = Location(str(path), 1, 5)
        return Verdict("f", "Linear", "in_features", "1", 1, 2, place, "", False,
                       fix=Fix(place, (1, 6), "1", "2"))  # fmt: skip

    plan = fix.plan([file("a.py"), file("b.py")])
    assert [edited.after for edited in plan.edits] == [b"n = 2\n"] * 2
    replace = os.replace

    def refuses(old: str, new: str) -> None:
        if new.endswith("b.py"):
            raise PermissionError(13, "Permission denied")
        replace(old, new)

    monkeypatch.setattr(os, "replace", refuses)
    with pytest.raises(FileError, match=r"b\.py: cannot be written: Permission denied"):
        plan.write()
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "a.py": "n = 1\n", "b.py": "n = 1\n",
    }  # fmt: skip


def test_what_is_refused_says_why(tmp_path: Path) -> None:
    source = Source(
        tmp_path,
        model("n = 9 * 9\nself.f = nn.Linear(n, 10)", "return self.f(x.flatten(1))"),
    )
    plan = fix.plan(source.check(3, 8, 8).verdicts)
    assert (plan.edits, plan.diff()) == ((), "")
    ((verdict, reason),) = plan.refused
    assert (verdict.layer, reason) == ("f", "n is not written here as a number")


def test_two_numbers_for_one_place(tmp_path: Path) -> None:
    path = tmp_path / "n.py"
    path.write_text("n = 1\n")
    place = Location(str(path), 1, 5)
    verdicts = [
        Verdict("f", "Linear", "in_features", "1", 1, new, place, "", False,
                fix=Fix(place, (1, 6), "1", str(new)))
        for new in (2, 3)
    ]  # fmt: skip
    with pytest.raises(FileError):
        fix.plan(verdicts)


@pytest.mark.parametrize(
    ("written", "fixed"),
    [
        ("8*31**2", "8*30*30"),
        ("8*(31*31)", "8*30*30"),
        ("31 ** 2 * 8", "30 * 30 * 8"),
        ("(8 * 31 * 31)", "(8 * 30 * 30)"),
        ("7688", "7200"),
    ],
)
def test_what_the_fix_writes_is_what_the_help_says(
    tmp_path: Path, written: str, fixed: str
) -> None:
    text = model(
        f"self.c = nn.Conv2d(3, 8, 3)\nself.f = nn.Linear({written}, 10)",
        "return self.f(self.c(x).flatten(1))",
    )
    source = Source(tmp_path, text)
    found = source.check(3, 32, 32)
    fix.plan(found.verdicts).write()
    assert source.file.read_text() == text.replace(written, fixed)
    if "*" in written:
        (finding,) = found.findings
        assert str(finding.help).startswith(f"nn.Linear({fixed}, 10); as written")


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("8 * (  # channels\n        31 *\n        31)", "it is written over several lines"),
        ("8 * (\n        31 * 31)", "it is written over several lines"),
    ],
)
def test_comments_and_lines_are_not_lost(tmp_path: Path, written: str, reason: str) -> None:
    source = Source(
        tmp_path,
        model(
            f"self.c = nn.Conv2d(3, 8, 3)\nself.f = nn.Linear({written}, 10)",
            "return self.f(self.c(x).flatten(1))",
        ),
    )
    plan = fix.plan(source.check(3, 32, 32).verdicts)
    assert plan.edits == ()
    assert [why for _, why in plan.refused] == [reason]
