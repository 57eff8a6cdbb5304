"""Imports: the user's own files, the bundled library, what the reader plays, the unknown."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from ...errors import LimitError, SourceError
from . import stdlib
from .files import Folder, Source, read, shown
from .interpreter import NATIVE_ERRORS, STATEMENTS, Interpreter
from .scope import Frame
from .values import MISSING, Namespace, Opaque, Poisoned, Raised

_LIBRARY = os.path.join(os.path.dirname(__file__), "library")


#: Packages that are there wherever a model is.
_INSTALLED = frozenset({"torch", "torchvision", "numpy", *sys.stdlib_module_names})
#: File of the library -> names of it that the reader plays, because they are ops.
PLAYED_IN_LIBRARY: dict[str, dict[str, Any]] = {}


class CircularImportError(SourceError):
    """Files that import from each other what they do not have yet."""


class Importer:
    """The modules of one reading, by name; `plays` gives those of torch."""

    def __init__(
        self, reader: Interpreter, folder: Folder, plays: Callable[[str], Namespace | None]
    ) -> None:
        self.reader = reader
        self.folder = folder
        self.plays = plays
        self.modules: dict[str, Any] = {}
        #: Modules at whose statements the reader is.
        self._begun: set[str] = set()
        #: Files that were read, for those who look at comments.
        self.sources: dict[str, Source] = {}

    def load(self, path: str) -> Namespace:
        """The module of the model's own file."""
        name = self.folder.name_of(path)
        if name not in self.modules:
            self._load_own(name, path)
        found: Namespace = self.modules[name]
        return found

    def find(self, dotted: str) -> Any:
        """The module of an absolute name; something opaque where it is not known."""
        if dotted not in self.modules:
            path = self.folder.find(dotted)
            played = None if path is not None else self._played(dotted)
            if path is not None:
                self._load_own(dotted, path)
            elif played is not None:
                self.modules[dotted] = played
            elif self.folder.is_package(dotted):
                self.modules[dotted] = Namespace(dotted, find=lambda name: MISSING)
            else:
                self._refuse_missing(dotted)
                self.modules[dotted] = Opaque(dotted, imported=True)
        return self.modules[dotted]

    def _refuse_missing(self, dotted: str) -> None:
        """Inside `try: import apex`, with an `except ImportError`, unknown packages are missing.

        What the program does without them can be followed, what they do cannot.
        """
        package = dotted.partition(".")[0]
        if not self.reader.fallback or package in _INSTALLED:
            return
        if package not in self.reader.missing:
            self.reader.missing.append(package)
        text = f"No module named {dotted!r}"
        raise Raised(ImportError(text), text)

    def _played(self, dotted: str) -> Namespace | None:
        played = self.plays(dotted) or stdlib.module(dotted)
        if played is not None:
            return played
        files, names = library()
        if dotted in files:
            return self._load_library(dotted, files[dotted])
        inside = f"{dotted}."
        if any(each.startswith(inside) for each in (*files, *names)):
            return Namespace(dotted, find=lambda name: self.bundled(f"{dotted}.{name}"))
        return None

    def in_file(self, home: str, file: str, name: str) -> Any:
        """A name in a file of the library, or MISSING."""
        return self._load_library(home, file).names.get(name, MISSING)

    def bundled(self, dotted: str) -> Any:
        """A name of a package that the library has a part of, or a module in it."""
        file = library()[1].get(dotted)
        if file is None:
            return self.find(dotted)
        home = next(module for module, each in library()[0].items() if each == file)
        return self._load_library(home, file).names[dotted.rpartition(".")[2]]

    def _load_own(self, name: str, path: str) -> None:
        source = read(path, shown(path))
        self.sources[source.shown] = source
        names = {"__name__": name, "__file__": Opaque("__file__"), "__lines__": source.lines}
        module = Namespace(name, names, file=source.shown, path=path, own=True)
        self.modules[name] = module
        self._run(module, source.tree)

    def _load_library(self, dotted: str, file: str) -> Namespace:
        """A file of the library; under all its names it is the same module."""
        key = f"library/{file}"
        if key not in self.modules:
            path = os.path.join(_LIBRARY, file)
            module = Namespace(dotted, {"__name__": dotted}, file=path, path=path)
            self.modules[key] = module
            self._run(module, _library_tree(path))
            module.names.update(PLAYED_IN_LIBRARY.get(file, {}))
        found: Namespace = self.modules[key]
        return found

    def _run(self, module: Namespace, tree: ast.Module) -> None:
        """Carry out a module; what cannot be followed is an error only where it is used."""
        reader = self.reader
        frame = Frame(module, names=module.names)
        fallback, reader.fallback = reader.fallback, False
        reader.enter(frame)
        self._begun.add(module.name)
        depth = len(reader.stack)
        for statement in tree.body:
            frame.node = statement
            try:
                STATEMENTS[statement.__class__](reader, statement, frame)
            except LimitError as error:
                raise LimitError(error.message, location=reader.place()) from None
            except CircularImportError:
                raise  # Python does not import such files either
            except SourceError as error:
                _poison(module, statement, error)
            except (Raised, KeyError, *NATIVE_ERRORS) as error:
                raised = error if isinstance(error, Raised) else Raised(error, str(error))
                _poison(module, statement, failed(reader, raised))
            del reader.stack[depth:]
            reader.fallback = False
        reader.leave()
        self._begun.discard(module.name)
        reader.fallback = fallback

    # The statements

    def bind(self, node: ast.Import, frame: Frame) -> None:
        """`import a.b.c`, `import a.b.c as d`."""
        for alias in node.names:
            parts = alias.name.split(".")
            found = self.find(parts[0])
            for at in range(1, len(parts)):
                inner = self.find(".".join(parts[: at + 1]))
                if isinstance(found, Namespace):
                    found.names.setdefault(parts[at], inner)
                found = inner
            frame.assign(
                alias.asname or parts[0], found if alias.asname else self.modules[parts[0]]
            )

    def bind_from(self, node: ast.ImportFrom, frame: Frame) -> None:
        """`from a.b import c`, `from .b import *`."""
        home = self._home(node, frame)
        for alias in node.names:
            if alias.name == "*":
                _bind_all(home, frame)
                continue
            frame.assign(alias.asname or alias.name, self.member(home, alias.name))

    def member(self, home: Any, name: str) -> Any:
        """A name of a module, or a module in a package."""
        if home.__class__ is Opaque:
            return Opaque(f"{home.what}.{name}", imported=True)
        found = home.names.get(name, MISSING)
        if found is MISSING and home.find is not None:
            found = home.find(name)
        if found is MISSING:
            found = self.find(f"{home.name}.{name}")
        if found.__class__ is Opaque and home.own and home.name in self._begun:
            raise CircularImportError(
                f"a circular import: {home.name} has no {name!r} yet", location=self.reader.place()
            )
        if found.__class__ is Opaque and home.own:
            raise Raised(ImportError(f"cannot import name {name!r} from {home.name!r}"))
        return found

    def _home(self, node: ast.ImportFrom, frame: Frame) -> Any:
        if not node.level:
            return self.find(node.module or "")
        module = frame.module
        parts = module.name.split(".")
        is_package = module.path is not None and os.path.basename(module.path) == "__init__.py"
        keep = len(parts) - node.level + is_package
        if keep < 0 or (keep == 0 and len(parts) == 1 and node.level > 1):
            raise self.reader.cannot("an import from beyond the model's folder")
        base = [*parts[:keep], *([node.module] if node.module else [])]
        return self.find(".".join(base)) if base else Opaque("." * node.level)


def _bind_all(home: Any, frame: Frame) -> None:
    """`from m import *`: all public names, or those that are found when they are asked for."""
    if home.__class__ is Opaque:
        return
    names = home.names.get("__all__")
    public = names if isinstance(names, list | tuple) else [
        name for name in home.names if not name.startswith("_")
    ]  # fmt: skip
    for name in public:
        if name in home.names:
            frame.assign(name, home.names[name])
    if home.find is not None:
        before = frame.module.find

        def find(name: str) -> Any:
            found = home.find(name)
            if (found is MISSING or found.__class__ is Opaque) and before is not None:
                return before(name)
            return MISSING if found.__class__ is Opaque else found

        frame.module.find = find


def _poison(module: Namespace, statement: ast.stmt, error: SourceError) -> None:
    """The names that a failed statement would have set, or changed, are errors when used."""
    for node in ast.walk(statement):
        name = None
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            name = node.id
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            name = node.name
        elif isinstance(node, ast.alias):
            name = (node.asname or node.name).split(".")[0]
        elif isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.value, ast.Name):
            changes = isinstance(node.ctx, ast.Store)
            if changes or (isinstance(node, ast.Attribute) and _may_change(module, node)):
                name = node.value.id
        if name is not None:
            module.names[name] = Poisoned(error)


def _may_change(module: Namespace, node: ast.Attribute) -> bool:
    """May a method change what it is called on? Only containers and modules are asked."""
    value = (
        module.names.get(node.value.id, MISSING) if isinstance(node.value, ast.Name) else MISSING
    )
    if isinstance(value, list | dict | set):
        return node.attr in ("append", "extend", "insert", "update", "add", "pop", "setdefault")
    return False


def failed(reader: Interpreter, raised: Raised) -> SourceError:
    """The error for an exception that the user's program does not catch."""
    text = " ".join(raised.text.split())[:300] or " ".join(str(raised.value).split())[:300]
    colon = ": " if text else ""
    wanted = next(
        (line for name, line in _USUAL.items() if text.startswith(f"name {name!r}")), None
    )
    hint = None if wanted is None else f"the file needs {wanted!r}"
    return SourceError(f"raises {raised.kind}{colon}{text}", help=hint, location=reader.place())


#: What snippets from notes leave out.
_USUAL = {
    "nn": "import torch.nn as nn",
    "F": "import torch.nn.functional as F",
    "torch": "import torch",
}


@lru_cache(maxsize=1)
def library() -> tuple[dict[str, str], dict[str, str]]:
    """The bundled library: module -> file, and `package.name` -> the file that has it."""
    files: dict[str, str] = {}
    found: dict[str, str] = {}
    with open(os.path.join(_LIBRARY, "modules.txt"), encoding="utf-8") as listing:
        for line in listing:
            module, arrow, rest = line.partition(" -> ")
            file, colon, names = rest.strip().partition(":")
            if arrow and colon:
                found.update({f"{module}.{name}": file for name in names.split()})
            elif arrow and not module.startswith("#"):
                files[module] = file
    return files, found


@lru_cache(maxsize=64)
def _library_tree(path: str) -> ast.Module:
    with open(path, encoding="utf-8") as file:
        return ast.parse(file.read())


def _import(reader: Interpreter, node: ast.Import, frame: Frame) -> None:
    reader.importer.bind(node, frame)


def _import_from(reader: Interpreter, node: ast.ImportFrom, frame: Frame) -> None:
    reader.importer.bind_from(node, frame)


STATEMENTS[ast.Import] = _import
STATEMENTS[ast.ImportFrom] = _import_from

__all__ = ["Importer", "failed"]
