"""Model files that would do harm: those of `hostile/`, and those that are made up here."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent / "hostile"
_PART = re.compile(r"^# (start|end|case: .+)\n", re.MULTILINE)

#: The parameters of the model that the cases build: Conv2d(3, 4, 3).
PARAMS = 4 * (3 * 3 * 3 + 1)


class Case(NamedTuple):
    """A model file. `params` are those of the model, where it may be read after all."""

    name: str
    source: str
    params: int | None = None


def cases(file: str, *, readable: bool) -> list[Case]:
    """The cases of a file of `hostile/`, each with the file's start and end around it.

    `readable`: all may be read with 4 channels; otherwise only those that say `# ends: any`.
    """
    _, *parts = _PART.split((FOLDER / file).read_text(encoding="utf-8"))
    by_title = dict(zip(parts[::2], parts[1::2], strict=True))
    start, end = by_title.pop("start"), by_title.pop("end")
    found = []
    for title, body in by_title.items():
        source = start + body + ("" if "class Net(" in body else end)
        may_be_read = readable or body.startswith("# ends: any\n")
        found.append(Case(title.removeprefix("case: "), source, PARAMS if may_be_read else None))
    return found


NET = """
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, {width}, 3)

    def forward(self, x):
        return self.conv(x)
"""
MODEL = NET.format(width=4)


def _deep(line: str) -> bytes:
    """A model whose width is worked out in a line."""
    return f"WIDTH = {line}\n{NET.format(width='WIDTH')}".encode()


def _nested(opening: str, inner: str, closing: str, depth: int) -> bytes:
    return _deep(opening * depth + inner + closing * depth)


def _indented(heads: Callable[[int], str], depth: int) -> bytes:
    """Statements within statements; the innermost one passes."""
    lines = [" " * n + heads(n) for n in range(depth)]
    return "\n".join([*lines, " " * depth + "pass", MODEL]).encode()


def _nonsense() -> bytes:
    return random.Random(4).randbytes(1 << 20)


def _characters() -> bytes:
    letters = random.Random(4).choices("abc()[]{}:.,=+-*/%'\"\n\t \\0123@#", k=1 << 20)
    return "".join(letters).encode()


#: Files that are too large, or too odd, to be kept: name -> the bytes of the file.
MADE: dict[str, Callable[[], bytes]] = {
    "10,000 parentheses": lambda: _nested("(", "4", ")", 10_000),
    "10,000 calls in calls": lambda: _nested("int(", "4", ")", 10_000),
    "nested lists": lambda: _nested("[", "4", "]", 10_000),
    "nested dicts": lambda: _nested("{0:", "4", "}", 10_000),
    "nested subscripts": lambda: _nested("a[", "4", "]", 10_000),
    "nested lambdas": lambda: _deep("lambda: " * 20_000 + "4"),
    "nested conditionals": lambda: _deep("1 if 0 else " * 50_000 + "4"),
    "100,000 unary minuses": lambda: _deep("-" * 100_000 + "4"),
    "100,000 nots": lambda: _deep("not " * 100_000 + "4"),
    "a sum of 100,000 terms": lambda: _deep("+".join(["1"] * 100_000) + " - 99_996"),
    "a tower of powers": lambda: _deep("**".join(["1"] * 100_000)),
    "100,000 comparisons": lambda: _deep("<".join(["1"] * 100_000)),
    "a long chain of attributes": lambda: _deep("a" + ".a" * 500_000),
    "a long chain of calls": lambda: _deep("int" + "()" * 200_000),
    "a long chain of subscripts": lambda: _deep("a" + "[0]" * 200_000),
    "nested f-strings": lambda: _deep('f"{' * 500 + "4" + '}"' * 500),
    "an f-string of 100,000 parts": lambda: _deep('f"' + "{1}" * 100_000 + '"'),
    "nested functions": lambda: _indented(lambda n: "def f():", 99) + b"\nWIDTH = f()\n",
    "functions too deep for Python": lambda: _indented(lambda n: "def f():", 1_000),
    "nested classes": lambda: _indented(lambda n: "class C:", 1_000),
    "nested ifs": lambda: _indented(lambda n: "if 1:", 1_000),
    "nested loops": lambda: _indented(lambda n: f"for a{n} in (1, 2):", 90),
    "many elifs": lambda: ("if 0:\n    pass\n" + "elif 0:\n    pass\n" * 50_000 + MODEL).encode(),
    "many arguments": lambda: _deep("max(" + ",".join(["1"] * 300_000) + ")"),
    "a number of a million digits": lambda: _deep("9" * 1_000_000),
    "a list of half a million zeros": lambda: b"a = [" + b"0," * 500_000 + b"]\nimport a.b\n",
    "binary nonsense": _nonsense,
    "printable nonsense": _characters,
    "a megabyte of statements": lambda: b"x = 1\n" * 170_000,
    "a megabyte of calls": lambda: b"f(1, 2)\n" * 130_000,
    "a megabyte of decorators": lambda: b"@f\n" * 350_000 + b"def g(): pass\n",
    "a megabyte of semicolons": lambda: b"x=1;" * 260_000,
    "a line of a megabyte": lambda: b"x = '" + b"a" * (1 << 20) + b"'\n",
    "a name of a megabyte": lambda: b"a" * (1 << 20),
    "a megabyte of nested brackets": lambda: b"[" * (1 << 20),
    "a megabyte of backslashes": lambda: b"\\\n" * (1 << 19),
    "a megabyte of indentation": lambda: b"if 1:\n" + b" " * (1 << 20) + b"x = 1\n",
    "a megabyte of comments": lambda: b"# nothing\n" * 100_000,
    "a megabyte of imports": lambda: b"from .a import *\n" * 60_000,
    "sixty megabytes": lambda: b"# nothing\n" * 6_000_000,
    "nothing": lambda: b"",
    "blank lines": lambda: b"\n\n  \n\t\n",
    "a docstring alone": lambda: b'"""There is no model here."""\n',
    "no model": lambda: b"import torch\nwidth = 4\n",
    "Net is no model": lambda: b"Net = 4\n",
    "Net is a function without a model": lambda: b"def Net():\n    return 4\n",
    "Net is a plain class": lambda: b"class Net:\n    def forward(self, x):\n        return x\n",
    "a model without forward": lambda: MODEL.split("    def forward")[0].encode(),
    "NUL bytes": lambda: MODEL.encode() + b"\x00\n",
    "NUL bytes alone": lambda: b"\x00" * 1000,
    "an unknown encoding": lambda: b"# -*- coding: no-such-codec -*-\n" + MODEL.encode(),
    "an encoding that is none of text": lambda: b"# coding: zlib\n" + MODEL.encode(),
    "latin-1 called utf-8": lambda: b"# coding: utf-8\n# caf\xe9\n" + MODEL.encode(),
    "latin-1 without a word": lambda: b"# caf\xe9\n" + MODEL.encode(),
    "utf-16": lambda: MODEL.encode("utf-16"),
    "two encodings": lambda: b"\xef\xbb\xbf# coding: latin-1\n" + MODEL.encode(),
    "tabs and spaces mixed": lambda: b"if 1:\n\tx = 1\n        y = 2\n" + MODEL.encode(),
    "a syntax error": lambda: MODEL.encode() + b"def :\n",
    "Python 2": lambda: b'print "hello"\n' + MODEL.encode(),
    "a conflict of a merge": lambda: b"<<<<<<< HEAD\n" + MODEL.encode() + b">>>>>>> other\n",
}

#: Odd files that hold a sound model all the same; it has 112 parameters.
SOUND: dict[str, Callable[[], bytes]] = {
    "a byte order mark": lambda: b"\xef\xbb\xbf" + MODEL.encode(),
    "CRLF": lambda: MODEL.replace("\n", "\r\n").encode(),
    "CR": lambda: MODEL.replace("\n", "\r").encode(),
    "latin-1": lambda: b"# coding: latin-1\n# caf\xe9\n" + MODEL.encode(),
    "gbk": lambda: b"# -*- coding: gbk -*-\n" + f"# 卷积\n{MODEL}".encode("gbk"),
    "form feeds": lambda: MODEL.replace("\n\n\n", "\n\f\n").encode(),
    "no newline at the end": lambda: MODEL.rstrip().encode(),
    "tabs": lambda: MODEL.replace("    ", "\t").encode(),
    "200 kB of comments": lambda: b"# nothing\n" * 20_000 + MODEL.encode(),
    "shell magic": lambda: b"#!/usr/bin/env python3\n" + MODEL.encode(),
}
