"""`package.module:attr(args)`: importing and building what is to be traced. This runs code."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, redirect_stdout
from enum import Enum
from types import ModuleType
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from ...errors import CnncalcError, TraceError, closest
from .. import target
from ..target import Target
from .errors import innermost
from .moving import is_large

_FORM = "package.module:attr, package.module:Class(arg=1) or file.py:Class"


def parse(text: str) -> Target:
    """Read a target. Arguments are plain values. Raises `TraceError`."""
    return target.parse(text, f"--trace: expected {_FORM}", TraceError)


class Weights(Enum):
    """Where a module's weights are put while it is built."""

    META = "meta"  # nowhere: no code of the model may look at values
    LARGE_ON_META = "large on meta"  # only small tensors have values
    REAL = "real"


def built(wanted: Target, weights: Weights) -> torch.nn.Module:
    """Import the target and make its module.

    What the user's code prints goes to stderr. Raises `TraceError`.
    """
    with redirect_stdout(sys.stderr), _importable():
        found: Any = _imported(wanted.home)
        for depth, name in enumerate(wanted.names):
            try:
                found = getattr(found, name)
            except AttributeError:
                where = ".".join((wanted.home, *wanted.names[:depth]))
                known = [each for each in dir(found) if not each.startswith("_")]
                raise TraceError(f"{where} has no {name!r}", help=closest(name, known)) from None
        if isinstance(found, torch.nn.Module) and not wanted.called:
            return found
        if not callable(found):
            raise TraceError(f"{wanted} is no nn.Module: its type is {type(found).__name__}")
        module = _called(wanted, found, weights)
    if not isinstance(module, torch.nn.Module):
        raise TraceError(f"{wanted}() made no nn.Module: its type is {type(module).__name__}")
    return module


def _called(wanted: Target, made_by: Any, weights: Weights) -> Any:
    place: Any = nullcontext()
    if weights is Weights.META:
        place = torch.device("meta")
    elif weights is Weights.LARGE_ON_META:
        place = _LargeOnMeta()
    try:
        with place:
            return made_by(*wanted.args, **wanted.kwargs)
    except (Exception, SystemExit) as error:
        text = " ".join(str(error).split())[:300]
        raise TraceError(
            f"{wanted} raised {type(error).__name__}: {text}", location=innermost(error)
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
