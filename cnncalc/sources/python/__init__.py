"""Python files with models, read without running them: from the text to a graph.

The file's syntax tree is interpreted with values of the reader's own (interpreter.py), torch
is played (framework/), and what the model calls becomes the graph, as a live trace would have
it. No code of the user's runs, no file but the model's own and those beside it is opened, and
torch is not needed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ...errors import CnncalcError, LimitError, Location, OpError, SourceError, closest
from ...finding import Finding, Severity
from ...graph import Graph, Weight
from ..calls.network import graph as graph_of
from ..calls.recording import IntegerInputError
from ..sizes import Entry
from ..target import parse
from . import expressions as expressions  # registers how expressions are evaluated
from .files import Folder, shown
from .framework.modules import Module, UndefinedAttribute
from .framework.namespace import _LIBRARY, namespace
from .framework.reading import Reading
from .imports import Importer, failed
from .inputs import Given, asked, tensors_for
from .interpreter import NATIVE_ERRORS, WAY_OUT, Interpreter
from .target import build
from .values import Opaque, Raised
from .written import Calls

__all__ = ["read"]

_EXPECTED = "expected model.py, model.py:Net or model.py:make(width=8)"
#: Python frames that reading may take; each call of the user's takes about ten.
_FRAMES = 12_000


def read(
    text: str,
    input: Any,
    *,
    layout: str = "chw",
    batch: int | None = None,
    train: bool = False,
) -> Graph:
    """Read `model.py:Net(width=8)` for inputs of a size, and return the graph of its forward.

    `input` is a size (`"3x224x224"`, `(3, 224, 224)`), several of them in a list, or by the
    names of forward's arguments; the batch is 1 or `batch`, or stands in front. The model is
    in eval mode unless `train`. Raises `SourceError` for what cannot be followed, with its
    place; `FileError`, `InputError`, and `LimitError` where reading takes too much.
    """
    target = parse(text, _EXPECTED, SourceError, home_alone=True)
    sizes = asked(input)
    with _room():
        reader = Interpreter()
        reader.home = Location(shown(target.home))
        reader.written = Calls()
        reader.recording = Reading(reader)
        reader.importer = Importer(reader, Folder(target.home), namespace)
        _LIBRARY.append(reader.importer)
        try:
            with _one_line(reader, target.home):
                module = reader.importer.load(target.home)
                model = build(reader, target, module)
                return _with_integers(reader, model, text, sizes, layout, batch, train)
        finally:
            _LIBRARY.pop()


@contextmanager
def _room() -> Iterator[None]:
    """Nested calls of the user's nest deeper here."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _FRAMES))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


@contextmanager
def _one_line(reader: Interpreter, file: str) -> Iterator[None]:
    """Whatever goes wrong while reading is an error of ours, with its place."""
    try:
        yield
    except (Raised, *NATIVE_ERRORS) as error:
        if isinstance(error, UndefinedAttribute) and _is_torchs(error):
            message = f"cannot follow {error.module.cls.name}.{error.name}"
            raise reader.cannot(message) from None
        raised = error if isinstance(error, Raised) else Raised(error, str(error))
        raise failed(reader, raised) from None
    except LimitError as error:
        place = error.location or reader.place()
        raise LimitError(error.message, help=error.help, location=place) from None
    except RecursionError:
        place = reader.place() if reader.stack else Location(shown(file))
        raise LimitError("the code is nested too deeply", location=place) from None
    except MemoryError:
        raise LimitError("the model does not fit in memory", location=reader.place()) from None
    except OpError as error:
        if error.location is None:
            error.location = reader.place()
        raise


def _with_integers(
    reader: Interpreter,
    model: Module,
    text: str,
    sizes: list[Entry],
    layout: str,
    batch: int | None,
    train: bool,
) -> Graph:
    """The graph; inputs that turn out to be indices are made integers, and it starts again."""
    integers: set[int] = set()
    while True:
        given = tensors_for(model, sizes, layout, batch, integers)
        try:
            return _either(reader, model, text, given, train)
        except IntegerInputError as need:
            if need.inputs <= integers:
                raise SourceError("an embedding is given indices that are no integers") from None
            integers |= need.inputs


def _either(reader: Interpreter, model: Module, text: str, given: Given, train: bool) -> Graph:
    """For sizes with one dim more than a convolution takes: a batch, or else one sample."""
    try:
        return _forward(reader, model, text, given, train)
    except SourceError:
        if given.one_sample is None:
            raise
        try:
            return _forward(reader, model, text, given.one_sample, train)
        except CnncalcError:
            pass
        raise


def _forward(reader: Interpreter, model: Module, text: str, given: Given, train: bool) -> Graph:
    if any(each.leaf is not None and each.leaf.is_lazy for _, each in model.named_modules()):
        with _one_line(reader, text):
            reader.call(model, given.args, given.kwargs)  # sizes are found out
    del reader.stack[:]
    paths = {id(each): path for path, each in model.named_modules()}
    for _, each in model.named_modules():
        each.attributes["training"] = train
    reader.training = train
    recording = reader.recording = Reading(reader, paths, dict(_weights(model)))
    named = model.named_modules()
    recording.made = {path: each.made for path, each in named if each.made is not None}
    for number, tensor in enumerate(given.tensors):
        recording.add_input(number, tensor)
    noticed: list[Finding] = []
    with _one_line(reader, text):
        try:
            result = reader.call(model, given.args, given.kwargs)
        except UndefinedAttribute as error:
            result = _so_far(reader, error, given, noticed)
        except SourceError as error:
            raise _after_misfit(recording, error) from None
    _refuse_unknown(reader, model, result)
    _count(reader, recording)
    inputs = dict(zip(given.names, given.tensors, strict=True))
    noticed += [*_unregistered(recording), *_missing(reader)]
    return graph_of(recording, text, inputs, result, noticed)


def _after_misfit(recording: Reading, error: SourceError) -> SourceError:
    if recording.first_misfit is None:
        return error
    message, place = recording.first_misfit
    hint = f"an earlier cause may be at {place}: {message}"
    return SourceError(error.message, help=hint, location=error.location)


def _refuse_unknown(reader: Interpreter, model: Module, result: Any) -> None:
    """What forward returns must be known, all of it: else a part of the network may be missing."""
    items = result.values() if isinstance(result, dict) else result
    for each in items if isinstance(items, list | tuple | type({}.values())) else (result,):
        if each.__class__ is Opaque:
            message = f"{model.cls.name}.forward returns {each.what}, which is not known"
            raise SourceError(message, help=WAY_OUT, location=reader.home)


def _so_far(
    reader: Interpreter, error: UndefinedAttribute, given: Given, noticed: list[Finding]
) -> tuple[Any, ...]:
    """A layer that is not there: what was called before it is the network, with a finding."""
    recording = reader.recording
    module = error.module
    if _is_torchs(error):
        raise reader.cannot(f"cannot follow {module.cls.name}.{error.name}")
    known = [*module.modules, *module.parameters, *module.buffers, *module.attributes]
    noticed.append(
        Finding(
            "layer-undefined",
            Severity.ERROR,
            None,
            f"{_called(recording, module)}.{error.name} is used, "
            f"but {module.cls.name} never defines it; "
            "nothing after it was checked",
            received=error.name,
            help=closest(error.name, [name for name in known if not name.startswith("__")]),
            location=reader.place(),
        )
    )
    return recording.records[-1].outputs if recording.records else given.tensors


def _is_torchs(error: UndefinedAttribute) -> bool:
    """Is it an attribute of a class of torch that the reader does not know?"""
    return error.module.cls.module.startswith("torch")


def _called(recording: Reading, module: Module) -> str:
    """How the code at hand calls a module: `self`, or `self.encoder`."""
    path = recording.paths.get(id(module), "")
    inside = recording.scope[-1]
    inner = path.removeprefix(inside).lstrip(".") if path.startswith(inside) else path
    return f"self.{inner}" if inner else "self"


def _weights(model: Module) -> Iterator[tuple[int, Weight]]:
    """Parameters and buffers by identity; a shared one has its first name."""
    for buffer, kind in ((False, "parameters"), (True, "buffers")):
        for name, tensor in model.tensors(kind):
            trainable = not buffer and tensor.trainable
            shape = tuple(tensor.shape)
            yield id(tensor), Weight(name, shape, tensor.dtype.name, trainable, buffer)


def _count(reader: Interpreter, recording: Reading) -> None:
    """Tell each layer how often the call that made it was reached."""
    for at, record in enumerate(recording.records):
        if record.made is not None:
            recording.records[at] = record._replace(made=reader.written.count(record.made))


def _missing(reader: Interpreter) -> Iterator[Finding]:
    if reader.missing:
        yield Finding(
            "package-missing",
            Severity.INFO,
            None,
            f"read as where these packages are not installed: {', '.join(reader.missing)}",
            help="the code has a branch for it; --trace takes the one that is taken here",
        )


def _unregistered(recording: Reading) -> Iterator[Finding]:
    for module, place in recording.unregistered.values():
        if any(id(tensor) not in recording.weights for _, tensor in module.tensors("parameters")):
            yield Finding(
                "module-unregistered",
                Severity.WARNING,
                None,
                f"a {module.cls.name} with parameters is used that no module holds: "
                "it is not in parameters() and will not be trained",
                help="put it in an attribute, an nn.ModuleList or an nn.ModuleDict",
                location=place,
            )
