"""A module imports only from lower floors, and heavy packages only inside functions."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "cnncalc"

#: Module prefix -> floor; the longest matching prefix counts.
FLOORS = {
    "cnncalc": 7,
    "cnncalc.errors": 0,
    "cnncalc.shape": 1,
    "cnncalc.formula": 1,
    "cnncalc.notation": 1,
    "cnncalc.words": 1,
    "cnncalc.indexmap": 1,
    "cnncalc.field": 1,
    "cnncalc.places": 1,
    "cnncalc.finding": 1,
    "cnncalc.layout": 1,
    "cnncalc.quantity": 1,
    "cnncalc.ops": 2,
    "cnncalc.graph": 3,
    "cnncalc.nn": 3,
    "cnncalc.receptive": 4,
    "cnncalc.report": 4,
    "cnncalc.analysis": 4,
    "cnncalc.batch": 4,
    "cnncalc.ledger": 4,
    "cnncalc.sources": 4,
    "cnncalc.runnable.base": 5,
    "cnncalc.runnable.functions": 5,
    "cnncalc.runnable.named": 5,
    "cnncalc.runnable.positions": 5,
    "cnncalc.runnable.modules": 5,
    "cnncalc.runnable.tree": 5,
    "cnncalc.runnable.network": 5,
    "cnncalc.render": 6,
    "cnncalc.api": 6,
    "cnncalc.runnable": 6,
    "cnncalc.checking": 6,
    "cnncalc.crosschecking": 6,
    "cnncalc.explaining": 6,
    "cnncalc.grading": 6,
    "cnncalc.quizzing": 6,
    "cnncalc.solving": 6,
    "cnncalc.cli": 7,
    "cnncalc.__main__": 8,
}
#: A report prints itself: the one place where a lower floor calls a higher one, late.
LATE = {("cnncalc.report", "cnncalc.render")}
#: The modules of `cnncalc.crosschecking` but for its results, which are plain data.
_CROSSCHECKING = (
    "checking", "compare", "device", "fields", "flow", "macs", "memory", "observe", "storages",
    "subject", "surrogates", "survey", "torchvision",
)  # fmt: skip
#: Modules that work with torch alone: they import it at once, and are themselves imported late.
OF_TORCH = (
    *(module for module in FLOORS if module.startswith("cnncalc.runnable.")),
    "cnncalc.sources.torch",
    *(f"cnncalc.crosschecking.{name}" for name in _CROSSCHECKING),
)
HEAVY = {"torch", "torchvision", "onnx", "yaml", "networkx", "tabulate"}


def floor(module: str) -> int:
    parts = module.split(".")
    for length in range(len(parts), 0, -1):
        prefix = ".".join(parts[:length])
        if prefix in FLOORS:
            return FLOORS[prefix]
    raise AssertionError(f"{module} is on no floor")


def imports(source: str, module: str, is_package: bool) -> list[tuple[str, bool, bool]]:
    """(imported module, at import time, for types only) of each import in `source`."""
    tree = ast.parse(source)
    late = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
    }
    typing_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for child in node.body
        for inner in ast.walk(child)
    }
    found = []
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = module.split(".")
            keep = len(base) - node.level + is_package
            prefix = ".".join(base[:keep]) if node.level else ""
            target = ".".join(part for part in (prefix, node.module) if part)
            names = [f"{target}.{alias.name}" if node.level else target for alias in node.names]
        found += [(name, id(node) not in late, id(node) in typing_only) for name in names]
    return found


def violations(source: str, module: str, is_package: bool = False) -> list[str]:
    problems = []
    for imported, early, typing_only in imports(source, module, is_package):
        if typing_only:
            continue
        of_torch = module.startswith(OF_TORCH)
        heavy = imported.split(".")[0] in HEAVY - ({"torch"} if of_torch else set())
        if early and (heavy or (imported.startswith(OF_TORCH) and not of_torch)):
            problems.append(f"{module} imports {imported} at import time")
        if not imported.startswith("cnncalc"):
            continue
        late = any(module == a and imported.startswith(b) for a, b in LATE) and not early
        if floor(imported) > floor(module) and not late:
            problems.append(f"{module} (floor {floor(module)}) imports {imported}")
    return problems


#: Python text that the static reader reads, and nobody imports.
LIBRARY = PACKAGE / "sources" / "python" / "library"
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if LIBRARY not in path.parents)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_from_lower_floors(path: Path) -> None:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    is_package = parts[-1] == "__init__"
    module = ".".join(parts[:-1] if is_package else parts)
    if module == "cnncalc":
        return  # the package itself forwards names lazily; the next test holds that
    assert violations(path.read_text(encoding="utf-8"), module, is_package) == []


def test_the_package_imports_only_its_errors_at_once() -> None:
    source = (PACKAGE / "__init__.py").read_text(encoding="utf-8")
    early = [
        name
        for name, at_import, typing_only in imports(source, "cnncalc", True)
        if at_import and not typing_only and name.startswith("cnncalc")
    ]
    assert early == ["cnncalc.errors.CnncalcError"]


def test_a_planted_violation_is_found() -> None:
    assert violations("from .cli import main", "cnncalc.shape") == [
        "cnncalc.shape (floor 1) imports cnncalc.cli.main"
    ]
    assert violations("def f():\n    from ..render import text", "cnncalc.ops.conv") == [
        "cnncalc.ops.conv (floor 2) imports cnncalc.render.text"
    ]
    assert violations("import torch", "cnncalc.api") == ["cnncalc.api imports torch at import time"]
    assert violations("def f():\n    import torch", "cnncalc.api") == []
    assert violations("from .errors import InputError", "cnncalc.shape") == []
    assert violations("import torch", "cnncalc.runnable.network") == []
    assert violations("import torch", "cnncalc.sources.calls.rules.norms") == [
        "cnncalc.sources.calls.rules.norms imports torch at import time"
    ]
    late = "from .runnable.network import Network"
    assert violations(f"def f():\n    {late}", "cnncalc.api") == []
    assert violations(late, "cnncalc.api") == [
        "cnncalc.api imports cnncalc.runnable.network.Network at import time"
    ]


def test_files_stay_short() -> None:
    long = [
        f"{path.relative_to(PACKAGE)}: {lines} lines"
        for path in MODULES
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 450
    ]
    assert long == []
