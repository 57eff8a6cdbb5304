"""Which object of a file is the model, and making it."""

from __future__ import annotations

import ast
from typing import Any

from ...errors import CnncalcError, SourceError, closest
from ..target import Target
from .framework.modules import MODULE, Module
from .interpreter import Interpreter
from .values import MISSING, Bound, Class, Function, Namespace, Opaque, Partial, Poisoned


def build(reader: Interpreter, target: Target, module: Namespace) -> Module:
    """The model that a target names: made by a class or a function, or found ready."""
    found = _named(reader, target, module) if target.names else _only(reader, module)
    made: Any = found
    if isinstance(found, Class | Function | Partial | Bound):
        made = reader.call(found, target.args, target.kwargs)
    elif target.called:
        raise SourceError(f"{target} is no class or function: it cannot be called")
    if not isinstance(made, Module):
        what = f"{made.what}, which is not known" if made.__class__ is Opaque else "no nn.Module"
        raise SourceError(f"{target} is {what}", help="name the model: model.py:Net")
    while made.cls.name in ("DataParallel", "DistributedDataParallel"):
        made = made.modules["module"]  # the user's own is inside
    model: Module = made
    return model


def _named(reader: Interpreter, target: Target, module: Namespace) -> Any:
    first, *rest = target.names
    found = module.names.get(first, MISSING)
    if found is MISSING:
        known = [name for name in module.names if not name.startswith("_")]
        models = _models(module)
        hint = closest(first, known) or (f"its models are {', '.join(models)}" if models else None)
        raise SourceError(f"{module.file} has no {first!r}", help=hint)
    if found.__class__ is Poisoned:
        raise found.error
    for name in rest:
        found = reader.attribute(found, name)
    return found


def _models(module: Namespace) -> dict[str, Class]:
    """The classes of the file that are modules."""
    return {
        name: value
        for name, value in module.names.items()
        if isinstance(value, Class) and value.module == module.name and value.derives(MODULE)
    }


def _only(reader: Interpreter, module: Namespace) -> Any:
    """The one class of a file that is not a part of another; else the one model it makes."""
    models = _models(module)
    used = _mentioned(reader, module)
    roots = {name: cls for name, cls in models.items() if name not in used}
    if len(roots) > 1:
        without = {name: cls for name, cls in roots.items() if not _needs_arguments(cls)}
        roots = without if len(without) == 1 else roots
    if len(roots) == 1:
        return next(iter(roots.values()))
    ready = {n: v for n, v in module.names.items() if isinstance(v, Module)}
    if not models and len(ready) == 1:
        return next(iter(ready.values()))
    if len(models) == 1 and not roots:
        ((name, cls),) = models.items()  # a factory beside it mentions it
        if not _needs_arguments(cls):
            return cls
        names = [name, *(n for n, v in module.names.items() if _makes(v, name))]
        raise SourceError(
            f"{module.file}: {name} needs arguments",
            help="say them: " + " or ".join(f"{module.file}:{each}(...)" for each in names),
        )
    names = list(roots or models or ready)
    if not names:
        for value in module.names.values():
            if value.__class__ is Poisoned and isinstance(value.error, CnncalcError):
                raise value.error
        raise SourceError(f"{module.file}: there is no model in it")
    raise SourceError(
        f"{module.file} has several models: {', '.join(names)}",
        help=f"say which: {module.file}:{names[-1]}",
    )


def _mentioned(reader: Interpreter, module: Namespace) -> set[str]:
    """The names that classes and functions of the file use: parts of other models."""
    names: set[str] = set()
    source = reader.importer.sources.get(module.file or "")
    for statement in source.tree.body if source is not None else ():
        if not isinstance(statement, ast.ClassDef | ast.FunctionDef):
            continue
        for node in ast.walk(statement):
            # Its own name, in `super(Net, self)`, is no use of it.
            if isinstance(node, ast.Name) and node.id != statement.name:
                names.add(node.id)
    return names


def _makes(value: Any, name: str) -> bool:
    """Is it a function that mentions a class?"""
    return isinstance(value, Function) and any(
        isinstance(node, ast.Name) and node.id == name for node in ast.walk(value.node)
    )


def _needs_arguments(cls: Class) -> bool:
    init = cls.find("__init__")
    return isinstance(init, Function) and any(
        each.default is MISSING for each in init.parameters[1:]
    )
