"""The bundled library's files: names, signatures, and how much Python they need."""

from __future__ import annotations

import ast
import inspect
from typing import Any

import pytest
from bundled import FOLDER, LIBRARY, Entry, entries, genuine
from torch import nn

pytestmark = [pytest.mark.torch, pytest.mark.torchvision]

FILES = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.py"))


def test_every_file_has_a_name() -> None:
    assert {entry.file for entry in entries() if not entry.names} == set(FILES)


#: Where the packages have what the library has in a file by itself.
ELSEWHERE = {
    "einops.functions": "einops",
    "einops.packing": "einops",
    "torch.nn.loss": "torch.nn",
    "torch.nn.transformer": "torch.nn",
    "torch.nn.unpooling": "torch.nn",
}


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: f"{entry.module}-{entry.file}")
def test_names_are_those_of_the_packages(entry: Entry) -> None:
    """What a line promises is in the file; what a module exports is in the genuine one, too."""
    own = LIBRARY.module(next(each.module for each in entries() if each.file == entry.file))
    older = entry.module.startswith("timm.models")  # names that timm once had
    home = None if older else genuine(ELSEWHERE.get(entry.module, entry.module))
    for name in entry.names:
        assert hasattr(own, name)
        assert older or hasattr(home, name)
    whole = not entry.names and not entry.module.startswith("timm")
    for name in getattr(own, "__all__", ()) if whole else ():
        assert hasattr(home, name)


def parameters(function: Any) -> list[tuple[str, Any]]:
    """Names, and defaults that are plain values."""
    return [
        (name, each.default if isinstance(each.default, (int, float, str, type(None))) else "...")
        for name, each in inspect.signature(function).parameters.items()
        if each.default is not inspect.Parameter.empty or each.kind is not each.VAR_KEYWORD
    ]


#: What torchvision has as a dataclass and as an enumeration.
OTHER_FORM = ("Weights", "WeightsEnum")


@pytest.mark.parametrize("file", [file for file in FILES if file.startswith("torch")])
def test_constructors_take_what_the_originals_take(file: str) -> None:
    module = next(each.module for each in entries() if each.file == file and not each.names)
    own, home = LIBRARY.module(module), genuine(ELSEWHERE.get(module, module))
    for name, each in vars(own).items():
        if not isinstance(each, type) or each.__module__ != own.__name__:
            continue
        original = getattr(home, name, None)
        if original is None or name.endswith("_Weights") or name in OTHER_FORM:
            continue
        if "args" in dict(parameters(original)):  # deprecated: a constructor in a wrapper
            continue
        assert (name, parameters(each)) == (name, parameters(original))
        if issubclass(each, nn.Module):
            assert (name, parameters(each.forward)) == (name, parameters(original.forward))


@pytest.mark.parametrize("file", FILES)
def test_files_are_plain_python(file: str) -> None:
    """What the reader need not know does not occur."""
    tree = ast.parse((FOLDER / file).read_text(encoding="utf-8"))
    allowed = {"torch", "math", "functools", "collections", "copy", "torchvision", "einops"}
    refused = (
        ast.Yield, ast.YieldFrom, ast.Await, ast.AsyncFunctionDef, ast.GeneratorExp, ast.Try,
        ast.With, ast.Global, ast.Nonlocal, ast.Match, ast.AnnAssign, ast.NamedExpr, ast.While,
    )  # fmt: skip
    for node in ast.walk(tree):
        assert not isinstance(node, refused), ast.unparse(node)
        if isinstance(node, ast.Import):
            assert {alias.name.partition(".")[0] for alias in node.names} <= allowed
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0
            assert str(node.module).partition(".")[0] in allowed
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            assert {ast.unparse(each) for each in node.decorator_list} <= {"staticmethod"}
        if isinstance(node, ast.ClassDef):
            assert not node.keywords
