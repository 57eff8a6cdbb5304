"""The calls that do everything: `load` and `trace` read a model, `analyze` reports on it."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from . import analysis
from .errors import FileError, InputError, NameNotFoundError, SpecError
from .graph import Graph, Input
from .nn import Module, build
from .report import Report
from .shape import Shape, format_shape, parse_dtype, parse_shape, to_shape

if TYPE_CHECKING:
    import torch

_WORD = re.compile(r"[\w./-]+")
_SPEC_FILES = (".yaml", ".yml", ".json", ".spec", ".txt")
_SPEC_FILE_NAMES = ", ".join(_SPEC_FILES)

#: The sizes given, as written, with the input's name where there is one.
Sizes = list[tuple[str | None, tuple[int, ...]]]
#: What `input` may be: a size as text or numbers, several of them, or sizes by input name.
InputLike = str | Sequence[Any] | Mapping[str, Any] | None


def analyze(
    model: str | Graph | Module | torch.nn.Module,
    input: InputLike = None,
    *,
    layout: str = "chw",
    batch: int | None = None,
    dtype: str | None = None,
    **options: Any,
) -> Report:
    """Analyse a model for an input size.

    `model` is a zoo name (`"vgg11"`, `"torchvision/resnet50"`), a spec
    (`"conv7x7@64 s2 p3, maxpool3 s2"`), the path of a spec file, a class or function in a file
    of Python code (`"model.py:Net(width=8)"`, which is read and never run), a `Graph`, a
    `cnncalc.nn` module, or a live module of torch, which is traced (see `trace`); `train=True`
    takes a model in Python code, or a live one, in training mode. `input` is `"3x224x224"`,
    `(3, 224, 224)`, or a list or mapping of such for
    several inputs; the batch may stand in front. Without it zoo networks take their native
    size, and specs give fields alone. `options` are the zoo entry's (`num_classes=10`).

    Raises `CnncalcError` subclasses: `InputError`, `NameNotFoundError`, `SpecError`, ...
    """
    to_shape([1], layout)  # an unknown layout is refused, with or without an input
    chosen = None if dtype is None else parse_dtype(dtype)
    if is_live(model):
        traced = trace(model, input, layout=layout, batch=batch, **options)
        return analysis.run(traced, traced.traced or {}, chosen)
    if isinstance(model, str) and is_python(model):
        read = _read_python(model, input, layout=layout, batch=batch, **options)
        return analysis.run(read, read.traced or {}, chosen)
    if isinstance(model, Graph) and model.traced is not None and input in (None, model.traced):
        return analysis.run(model, model.traced, chosen)
    sizes = _sizes(input)
    graph = _read_model(model, sizes, layout, options)
    return analysis.run(graph, _full_shapes(graph, sizes, layout, batch), chosen)


def trace(
    module: torch.nn.Module | str,
    input: Any = None,
    *,
    layout: str = "chw",
    batch: int | None = None,
    train: bool = False,
) -> Graph:
    """Run a live module of torch on meta tensors, and return the graph of what it does.

    `module` is an `nn.Module`, or text that says what to import and build:
    `"torchvision.models:resnet50"`, `"nets.py:Net(width=32)"`. `input` is a size as in
    `analyze`, a tensor, or a tuple or dict of tensors as `forward` takes them. Nothing is
    computed, no weights are allocated, and the module is left as it was.

    Raises `TraceError` where the forward pass cannot be followed, `InputError`, and
    `FileError` without torch.
    """
    if find_spec("torch") is None:
        raise FileError(
            "tracing runs the model, and torch is not installed",
            help='pip install "cnncalc[torch]"',
        )
    from .sources import torch as live

    return live.trace(module, input, layout=layout, batch=batch, train=train)


def is_live(model: Any) -> bool:
    """Is it a module of torch? (Where torch was never imported, nothing is.)"""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(model, torch.nn.Module)


def load(
    model: str | Graph | Module, input: InputLike = None, *, layout: str = "chw", **options: Any
) -> Graph:
    """Read a model without analysing it; `input` decides where a name has variants.

    Raises `NameNotFoundError`, `SpecError`, `FileError`, or `OpError` for a wrong option.
    """
    if isinstance(model, str) and is_python(model):
        return _read_python(model, input, layout=layout, **options)
    return _read_model(model, _sizes(input), layout, options)


#: `model.py`, or `model.py:Net(width=8)`, as far as the file's name.
_PYTHON = re.compile(r"[^()@]*\.py\s*(:|$)")


def is_python(model: str) -> bool:
    """Does a MODEL name a file of Python code?"""
    return bool(_PYTHON.match(model.strip()))


def _read_python(model: str, input: InputLike, **options: Any) -> Graph:
    from .sources import python

    for name in options.keys() - {"layout", "batch", "train"}:
        hint = f'"{model}({name}=...)" gives arguments to a model in Python code'
        raise NameNotFoundError("option", name, [], help=hint)
    return python.read(model.strip(), input, **options)


def full_shapes(
    graph: Graph, input: InputLike = None, *, layout: str = "chw", batch: int | None = None
) -> dict[str, Shape]:
    """The full shape of each input of a graph; its native sizes where no `input` is given.

    Raises `InputError` or `NameNotFoundError` for sizes that are not those of its inputs.
    """
    return _full_shapes(graph, _sizes(input), layout, batch)


def _read_model(
    model: str | Graph | Module, sizes: Sizes, layout: str, options: dict[str, Any]
) -> Graph:
    if isinstance(model, str):
        return _read_text(model.strip(), sizes, layout, options)
    _refuse_options(options)
    if isinstance(model, Module):
        return build(model)
    if isinstance(model, Graph):
        return model
    raise InputError(
        f"expected a name, a spec, a path, a Graph or an nn.Module, received {type(model).__name__}"
    )


def _read_text(text: str, sizes: Sizes, layout: str, options: dict[str, Any]) -> Graph:
    from .sources import zoo

    size = sizes[0][1] if sizes else None
    word = bool(_WORD.fullmatch(text))
    if word and zoo.variants(text):
        return zoo.graph(text, _channels(size, layout), **options)
    _refuse_options(options)
    if word and text.lower().endswith(_SPEC_FILES):
        from .sources.specfile import read_file

        return read_file(text)
    if re.match(r"[^\s()@]*\.(onnx|pth?)\b", text):
        raise FileError(
            f"{text}: cnncalc reads no such file", help=f"spec files end in {_SPEC_FILE_NAMES}"
        )
    from .sources.spec import read_spec

    try:
        return read_spec(text, rank=len(size) - 1 if size else None)
    except SpecError:
        if word:
            _refuse_word(text)
        raise


def _channels(size: tuple[int, ...] | None, layout: str) -> int | None:
    """The channels of an image, with a batch before it or not."""
    if size is None or len(size) < 3:
        return None
    return size[-1] if layout.lower() == "hwc" else size[-3]


def _refuse_options(options: dict[str, Any]) -> None:
    for name in options:
        raise NameNotFoundError("option", name, [], help="only zoo networks have options")


def _refuse_word(text: str) -> None:
    """Say what a single word that is no model could have been."""
    from .sources import zoo

    if os.path.exists(text):
        raise FileError(
            f"{text}: cnncalc reads no such file",
            help=f"spec files end in {_SPEC_FILE_NAMES}",
        )
    if zoo.resembles(text):
        zoo.find(text)
    if "/" in text or "." in text:
        hint = "cnncalc zoo lists the networks"
        raise NameNotFoundError("network or file", text, [], help=hint)


def _sizes(given: InputLike) -> Sizes:
    """The sizes as they were written, with input names where there are any."""
    if given is None:
        return []
    if isinstance(given, Mapping):
        return [(str(name), _read(size)) for name, size in given.items()]
    if isinstance(given, str):
        return [_named(given)]
    if isinstance(given, bytes) or not isinstance(given, Sequence):
        raise InputError(
            f"input: expected a size such as '3x224x224' or (3, 224, 224), received {given!r}"
        )
    if all(not isinstance(item, str | Sequence) for item in given):
        return [(None, _read(given))]
    return [_named(item) if isinstance(item, str) else (None, _read(item)) for item in given]


def _named(text: str) -> tuple[str | None, tuple[int, ...]]:
    name, equals, size = text.partition("=")
    return (name.strip(), parse_shape(size)) if equals else (None, parse_shape(text))


def _read(size: Any) -> tuple[int, ...]:
    return parse_shape(size) if isinstance(size, str) else to_shape(size)


def _full_shapes(graph: Graph, sizes: Sizes, layout: str, batch: int | None) -> dict[str, Shape]:
    """The full shape of each input: the batch, the channels, the spatial sizes."""
    if batch is not None:
        to_shape([batch], text=f"batch {batch}")
    if not sizes:
        return {given.name: (batch or 1, *_native(graph, given)) for given in graph.inputs}
    names = [given.name for given in graph.inputs]
    if len(sizes) != len(names):
        wanted = "one input" if len(names) == 1 else f"{len(names)} inputs ({', '.join(names)})"
        raise InputError(f"{graph.name} has {wanted}, received {len(sizes)} sizes")
    shapes: dict[str, Shape] = {}
    for position, (name, size) in enumerate(sizes):
        target = names[position] if name is None else name
        if target not in names or target in shapes:
            hint = f"the inputs of {graph.name} are {', '.join(names)}, once each"
            raise NameNotFoundError("input", target, names, help=hint)
        shapes[target] = _with_batch(graph, target, size, layout, batch)
    return {name: shapes[name] for name in names}


def _native(graph: Graph, given: Input) -> Shape:
    """The input's own size, or unknown sizes of the right number."""
    return given.shape or (None,) * (graph.input_rank(given.name) or 3)


def _with_batch(
    graph: Graph, name: str, size: tuple[int, ...], layout: str, batch: int | None
) -> Shape:
    rank = graph.input_rank(name)
    if rank is None or len(size) == rank:
        return (batch or 1, *to_shape(size, layout))
    shown = format_shape(size)
    if len(size) == rank + 1:
        if batch not in (None, size[0]):
            raise InputError(f"the batch is {size[0]} in {shown} but {batch} beside it")
        return (size[0], *to_shape(size[1:], layout))
    axes = {2: "length", 3: "height, width", 4: "depth, height, width"}.get(rank)
    wanted = f"{rank} sizes (channels, {axes})" if axes else f"{rank} sizes"
    raise InputError(f"{graph.name} expects {wanted}, received {len(size)} in {shown}")
