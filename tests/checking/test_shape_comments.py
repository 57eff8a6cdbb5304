"""Comments about shapes: which are read as such, and which are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from written import Source, codes, model, the

from cnncalc.checking.shape_comments import claim


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        ("# 112x92 -> 56x46", (112, 92), (56, 46)),
        ("# 112 x 92 → 56 × 46", (112, 92), (56, 46)),
        ("# (N, 64, 28, 23)", None, (None, 64, 28, 23)),
        ("#[B, 64, 28, 28]", None, (None, 64, 28, 28)),
        ("# 64x28x23", None, (64, 28, 23)),
        ("# -> 64 x 28 x 23", None, (64, 28, 23)),
        ("# torch.Size([1, 64, 28, 28])", None, (1, 64, 28, 28)),
        ("# output: (batch_size, 64, H/2, 28)", None, (None, 64, None, 28)),
        ("# shape: [-1, 128]", None, (None, 128)),
        ("# x.shape = (8, 3, 2, 2)", None, (8, 3, 2, 2)),
        ("# now (8, 3)", None, (8, 3)),
        ("# (N,64,28,28) -> (N,128,14,14).", (None, 64, 28, 28), (None, 128, 14, 14)),
        ("# Bx64x28x28", None, (None, 64, 28, 28)),
    ],
)
def test_comments_that_are_shapes(text: str, before: object, after: object) -> None:
    said = claim(text)
    assert said is not None
    assert (said.before.sizes if said.before else None, said.after.sizes) == (before, after)
    for written in filter(None, said):
        parts = [text[start:end] for start, end in written.spans]
        assert [int(p) if p.isdigit() else None for p in parts] == list(written.sizes)


@pytest.mark.parametrize(
    "text",
    [
        "# b c h w",
        "# (N, C, H, W)",
        "# HxWxC",
        "# 3x3 convolution",
        "# stride: 2x2",
        "# kernel (3, 3)",
        "# 28*28*64",
        "# 9216",
        "# 64 -> 128",
        "# relu",
        "# see (1)",
        "# max",
        "# (x, y) -> z",
        "# the 112x92 image",
        "# 2x",
        "# [1.5, 2]",
        "# -> -> 2x2",
        "#",
    ],
)
def test_comments_that_are_not(text: str) -> None:
    assert claim(text) is None


def found(tmp_path: Path, line: str, comment: str) -> str | None:
    """The right text of the comment behind `line`; None where it is right as it is.

    A 1x3x8x8 input, a conv to 4 channels of 8x8, a pool to 4x4x4.
    """
    init = "self.c = nn.Conv2d(3, 4, 3, padding=1)\nself.p = nn.MaxPool2d(2)\n"
    init += "self.s = nn.Sequential(self.c, nn.ReLU(), self.p)\nself.b = Block()"
    source = Source(
        tmp_path,
        model(init, f"{line}  {comment}\nreturn x")
        + "\n\nclass Block(nn.Module):\n    def forward(self, x):\n"
        + "        return F.max_pool2d(x, 4)\n",
    )
    check = source.check(3, 8, 8)
    if "shape-comment" not in codes(check):
        return None
    finding = the(check, "shape-comment")
    assert finding.location is not None
    assert finding.location.line == source.line(comment)
    return finding.help


POOL = "x = self.p(F.relu(self.c(x)))"


@pytest.mark.parametrize(
    ("line", "comment", "right"),
    [
        (POOL, "# 9x9 -> 4x4", "# 8x8 -> 4x4"),
        (POOL, "# 8x8 -> 5x4", "# 8x8 -> 4x4"),
        (POOL, "# (N, 4, 5, 4)", "# (N, 4, 4, 4)"),
        (POOL, "# [1, 5, 4, 4]", "# [1, 4, 4, 4]"),
        (POOL, "# 5x5x4", "# 4x4x4"),
        (POOL, "# -> 4 x 5 x 5", "# -> 4 x 4 x 4"),
        (POOL, "# torch.Size([1, 3, 9, 9])", "# torch.Size([1, 4, 4, 4])"),
        (POOL, "# 5x5", "# 4x4"),
        (POOL, "# (3, 8, 8) -> (5, 4, 4)", "# (3, 8, 8) -> (4, 4, 4)"),
        ("x = self.s(x)", "# 8x8 -> 5x5", "# 8x8 -> 4x4"),
        ("x = self.c(x).relu()", "# (N, 8, 8, 8)", "# (N, 4, 8, 8)"),
        ("x = self.c(x).flatten(1)", "# (N, 255)", "# (N, 256)"),
        ("x = self.p(\n    self.c(x)\n)", "# 4x5x5", "# 4x4x4"),
        ("x = x + self.c(x).mean(1, keepdim=True)", "# (N, 5, 8, 8)", "# (N, 3, 8, 8)"),
        ("x = self.p(self.b(x).repeat(1, 1, 2, 2))", "# 5x5 -> 3x3", "# 5x5 -> 2x2"),
    ],
)
def test_wrong_comments(tmp_path: Path, line: str, comment: str, right: str) -> None:
    assert found(tmp_path, line, comment) == right


@pytest.mark.parametrize(
    ("line", "comment"),
    [
        (POOL, "# 8x8 -> 4x4"),
        (POOL, "# (N, 4, 4, 4)"),
        (POOL, "# (64, 4, 4, 4)"),  # another batch
        (POOL, "# [B, 4, H, 4]"),
        (POOL, "# 4x8x8"),  # what the convolution on the line gives
        (POOL, "# (3, 8, 8)"),  # what goes in
        (POOL, "# 2x2"),  # the kernel
        (POOL, "# 3x3"),  # the convolution's
        (POOL, "# (N, 4, 4, 4, 4)"),  # about something else
        (POOL, "# 7x7 windows"),
        ("x = self.c(x).permute(0, 2, 3, 1)", "# (N, 8, 8, 4)"),
        ("x = self.c(x)", "# (N, 8, 8, 4)"),  # the same, channels last
        ("x = self.c(x)", "# 8x8x4"),
        ("x = self.b(x)", "# 3x9x9"),  # the lines of Block say what it gives, this does not
        ("x = self.b(F.relu(x))", "# 3x9x9"),
        ("x = self.b(x).repeat(1, 1, 2, 2)", "# 8x8 -> 4x4"),
        ("x = F.relu(self.b(x))", "# 8x8 -> 2x2"),
        ("x = F.relu(nn.ModuleList([self.b])[0](x))", "# 8x8 -> 2x2"),
        ("x = self.c(x)\n# 9x9 -> 9x9", ""),
    ],
)
def test_comments_that_are_right_or_about_something_else(
    tmp_path: Path, line: str, comment: str
) -> None:
    assert found(tmp_path, line, comment) is None


def test_a_line_that_runs_for_several_shapes(tmp_path: Path) -> None:
    """A comment in a loop is right if it is so once."""
    init = "self.c = nn.Conv2d(3, 3, 3, 2, 1)"
    loop = "for _ in range(2):\n    y = x + 1\n    x = self.c(y)  # 3x{0}x{0}\nreturn x"
    for size, right in [(4, True), (2, True), (3, False)]:
        found = Source(tmp_path, model(init, loop.format(size))).check(3, 8, 8)
        assert ("shape-comment" not in codes(found)) is right


def test_the_words(tmp_path: Path) -> None:
    source = Source(tmp_path, model("", "x = F.max_pool2d(x, 2)  # 112x92 -> 56x46\nreturn x"))
    finding = the(source.check(3, 96, 96), "shape-comment")
    assert finding.message == "the comment says 112x92 -> 56x46, but it is 96x96 -> 48x48"
    assert (finding.expected, finding.received) == ("112x92 -> 56x46", "96x96 -> 48x48")
