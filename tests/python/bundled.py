"""Runs the reader's bundled library with torch, beside the packages whose names it bears.

The files stay out of `sys.modules`: each gets an `__import__` that finds the others first.
"""

from __future__ import annotations

import builtins
import importlib
import warnings
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest
import torch
from torch import nn
from torch.overrides import TorchFunctionMode

import cnncalc

FOLDER = Path(cnncalc.__file__).parent / "sources" / "python" / "library"
#: Packages whose imports the library's own files serve. (torch is the genuine one.)
SERVED = ("torchvision", "timm", "einops")


class Entry(NamedTuple):
    """A line of `modules.txt`: a module, its file, and of a package the names from there."""

    module: str
    file: str
    names: tuple[str, ...]


def entries() -> list[Entry]:
    """What `modules.txt` says, line by line."""
    result = []
    for line in (FOLDER / "modules.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            module, _, rest = line.partition(" -> ")
            file, _, names = rest.partition(":")
            result.append(Entry(module, file, tuple(names.split())))
    return result


class Library:
    """The library's modules, run when they are asked for."""

    def __init__(self) -> None:
        self._files: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._loaded: dict[str, ModuleType] = {}
        for module, file, names in entries():
            if not names:
                self._files[module] = file
            self._names.update({f"{module}.{name}": file for name in names})

    def find(self, dotted: str) -> Any:
        """A name, a module or a package; `KeyError` where there is none.

        A name comes first: `torchvision.models.alexnet` is a function, as it is in torchvision.
        """
        if dotted in self._names:
            return getattr(self._load(self._names[dotted]), dotted.rpartition(".")[2])
        return self.module(dotted)

    def module(self, dotted: str) -> ModuleType:
        """A module or a package; `KeyError` where there is none."""
        if dotted in self._files:
            return self._load(self._files[dotted])
        if any(name.startswith(dotted + ".") for name in (*self._files, *self._names)):
            return _Package(dotted, self)
        raise KeyError(dotted)

    def _load(self, file: str) -> ModuleType:
        if file not in self._loaded:
            name = next(module for module, each in self._files.items() if each == file)
            module = self._loaded[file] = ModuleType(name)
            module.__dict__["__builtins__"] = {**vars(builtins), "__import__": self._import}
            path = FOLDER / file
            source = path.read_text(encoding="utf-8")
            exec(compile(source, str(path), "exec"), module.__dict__)
        return self._loaded[file]

    def _import(
        self,
        name: str,
        globals: Any = None,
        locals: Any = None,
        fromlist: Any = (),
        level: int = 0,
    ) -> Any:
        root = name.partition(".")[0]
        if root in SERVED:
            return self.module(name if fromlist else root)
        return builtins.__import__(name, globals, locals, fromlist, level)


class _Package(ModuleType):
    """A package, which has the names that `modules.txt` gives it."""

    def __init__(self, name: str, library: Library) -> None:
        super().__init__(name)
        self._library = library

    def __getattr__(self, name: str) -> Any:
        try:
            return self._library.find(f"{self.__name__}.{name}")
        except KeyError:
            raise AttributeError(name) from None


LIBRARY = Library()


class Uninitialized(TorchFunctionMode):
    """Weights are not filled with random numbers, which takes longer than all else."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        filling = getattr(func, "__module__", "") == "torch.nn.init"
        if filling or getattr(func, "__name__", "") in ("normal_", "uniform_"):
            return args[0] if args else (kwargs or {})["tensor"]
        return func(*args, **(kwargs or {}))


def built(make: Callable[[], nn.Module], on_meta: bool = True) -> nn.Module:
    """The module without initial values, on meta if it can be built there."""
    with Uninitialized(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if not on_meta:
            return make()
        with torch.device("meta"):
            return make()


def described(module: nn.Module, *inputs: Any, train: bool = False) -> list[Any]:
    """All that a trace tells: the inputs, each layer but for its place, the outputs."""
    given = inputs[0] if len(inputs) == 1 else tuple(inputs)
    graph = cnncalc.trace(module, given, train=train)
    layers = [layer._replace(location=None) for layer in graph.layers]
    return [*graph.inputs, *layers, *graph.outputs]


def assert_same(own: nn.Module, genuine: nn.Module, *inputs: Any, train: bool = False) -> None:
    wanted = described(genuine, *inputs, train=train)
    found = described(own, *inputs, train=train)
    for one, other in zip(found, wanted, strict=False):
        assert one == other
    assert len(found) == len(wanted)


def genuine(module: str) -> Any:
    """The installed module of that name; skipped where there is none."""
    root = module.partition(".")[0]
    pytest.importorskip(root, reason=f"{root} is not installed")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return importlib.import_module(module)
