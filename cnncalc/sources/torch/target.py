"""`package.module:attr(args)`: importing and building what is to be traced. This runs code."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, redirect_stdout
from enum import Enum
from types import ModuleType
from typing import Any, NamedTuple

import torch
from torch.overrides import TorchFunctionMode

from ...errors import CnncalcError, TraceError, closest
from .errors import innermost
from .rules.casts import is_large

_FORM = "package.module:attr, package.module:Class(arg=1) or file.py:Class"


class Target(NamedTuple):
    """What to import, what to call in it, and with what."""

    home: str
    names: tuple[str, ...]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    called: bool

    def __str__(self) -> str:
        return f"{self.home}:{'.'.join(self.names)}"


def parse(text: str) -> Target:
    """Read a target. Arguments are plain values. Raises `TraceError`."""
    home, colon, rest = text.partition(":")
    if os.name == "nt" and len(home) == 1 and colon:  # C:\\nets\\model.py:Net
        drive, (home, colon, rest) = home, rest.partition(":")
        home = f"{drive}:{home}"
    if not (home and colon and rest.strip()):
        raise TraceError(f"--trace: expected {_FORM}, received {text!r}")
    try:
        node = ast.parse(rest.strip(), mode="eval").body
        called = isinstance(node, ast.Call)
        if isinstance(node, ast.Call):
            args = tuple(ast.literal_eval(item) for item in node.args)
            kwargs = {item.arg: ast.literal_eval(item.value) for item in node.keywords if item.arg}
            node = node.func
        else:
            args, kwargs = (), {}
        return Target(home.strip(), _dotted(node), args, kwargs, called)
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        raise TraceError(
            f"--trace: expected {_FORM}, received {text!r}",
            help="arguments are plain values: numbers, strings, lists, dicts",
        ) from None


def _dotted(node: ast.expr) -> tuple[str, ...]:
    if isinstance(node, ast.Name):
        return (node.id,)
    if isinstance(node, ast.Attribute):
        return (*_dotted(node.value), node.attr)
    raise ValueError("no dotted name")


class Weights(Enum):
    """Where a module's weights are put while it is built."""

    META = "meta"  # nowhere: no code of the model may look at values
    LARGE_ON_META = "large on meta"  # only small tensors have values
    REAL = "real"


def built(target: Target, weights: Weights) -> torch.nn.Module:
    """Import the target and make its module.

    What the user's code prints goes to stderr. Raises `TraceError`.
    """
    with redirect_stdout(sys.stderr), _importable():
        found: Any = _imported(target.home)
        for depth, name in enumerate(target.names):
            try:
                found = getattr(found, name)
            except AttributeError:
                where = ".".join((target.home, *target.names[:depth]))
                known = [each for each in dir(found) if not each.startswith("_")]
                raise TraceError(f"{where} has no {name!r}", help=closest(name, known)) from None
        if isinstance(found, torch.nn.Module) and not target.called:
            return found
        if not callable(found):
            raise TraceError(f"{target} is no nn.Module: its type is {type(found).__name__}")
        module = _called(target, found, weights)
    if not isinstance(module, torch.nn.Module):
        raise TraceError(f"{target}() made no nn.Module: its type is {type(module).__name__}")
    return module


def _called(target: Target, made_by: Any, weights: Weights) -> Any:
    place: Any = nullcontext()
    if weights is Weights.META:
        place = torch.device("meta")
    elif weights is Weights.LARGE_ON_META:
        place = _LargeOnMeta()
    try:
        with place:
            return made_by(*target.args, **target.kwargs)
    except (Exception, SystemExit) as error:
        text = " ".join(str(error).split())[:300]
        raise TraceError(
            f"{target} raised {type(error).__name__}: {text}", location=innermost(error)
        ) from None


class _LargeOnMeta(TorchFunctionMode):
    """New tensors that are too large to be settings of the model get no memory."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        name = getattr(func, "__name__", "")
        if is_large(name, args, kwargs) and kwargs.get("device") is None:
            kwargs = {**kwargs, "device": "meta"}
        return func(*args, **kwargs)


def _imported(home: str) -> ModuleType:
    try:
        if home.endswith(".py"):
            return _from_file(home)
        return importlib.import_module(home)
    except CnncalcError:
        raise
    except ModuleNotFoundError as error:
        missing = error.name or home
        if home == missing or home.startswith(f"{missing}."):
            raise TraceError(
                f"there is no module {missing!r} to import", help=f"--trace takes {_FORM}"
            ) from None
        raise TraceError(
            f"{home} needs {missing!r}, which is not installed", location=innermost(error)
        ) from None
    except (Exception, SystemExit) as error:
        text = " ".join(str(error).split())[:300]
        raise TraceError(
            f"importing {home} raised {type(error).__name__}: {text}", location=innermost(error)
        ) from None


def _from_file(path: str) -> ModuleType:
    if not os.path.isfile(path):
        raise TraceError(f"{path}: there is no such file")
    folder = os.path.dirname(os.path.abspath(path))
    if folder not in sys.path:
        sys.path.insert(0, folder)
    name = os.path.splitext(os.path.basename(path))[0]
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise TraceError(f"{path}: Python cannot import it")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@contextmanager
def _importable() -> Iterator[None]:
    """Modules of the current folder can be imported, as under `python -m`."""
    here = os.getcwd()
    added = here not in sys.path
    if added:
        sys.path.insert(0, here)
    try:
        yield
    finally:
        if added and here in sys.path:
            sys.path.remove(here)
