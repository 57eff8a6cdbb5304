"""Graphs -> spec files that read back to the same graph."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from typing import Any

from ..errors import FileError
from ..graph import Graph, Input, Layer, Ref
from ..shape import format_shape
from .spec.bind import merges

__all__ = ["to_json", "to_yaml", "write"]

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_.#/-]*|[1-9][0-9]*(x[0-9]+)+")
#: Plain words that YAML takes for something else than text.
_RESERVED = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}
_SUFFIXES = {".yaml": "yaml", ".yml": "yaml", ".json": "json"}


def to_yaml(graph: Graph) -> str:
    """The graph as a YAML spec file: one layer a line."""
    lines = [f"{key}: {_yaml(value)}" for key, value in _head(graph).items() if key != "layers"]
    lines.append("layers:")
    lines.extend(f"  - {_yaml(entry)}" for entry in _entries(graph))
    outputs = _outputs(graph)
    if outputs is not None:
        lines.append(f"outputs: {_yaml(outputs)}")
    return "\n".join(lines)


def to_json(graph: Graph) -> str:
    """The graph as a JSON spec file: one layer a line."""
    parts = [f'  "{key}": {json.dumps(value)}' for key, value in _head(graph).items()]
    layers = ",\n".join(f"    {json.dumps(entry)}" for entry in _entries(graph))
    parts.append(f'  "layers": [\n{layers}\n  ]')
    outputs = _outputs(graph)
    if outputs is not None:
        parts.append(f'  "outputs": {json.dumps(outputs)}')
    return "{\n" + ",\n".join(parts) + "\n}"


def write(graph: Graph, path: str | os.PathLike[str], format: str | None = None) -> None:
    """Write a spec file in one step: it is there whole, or as it was before.

    `format` is `yaml` or `json`; without it the ending of the file says which. Raises
    `FileError` where the file cannot be written, or could not be read back.
    """
    file = os.path.realpath(os.fspath(path))
    known = _SUFFIXES.get(os.path.splitext(file)[1].lower())
    if known is None and format is None:
        raise FileError(
            f"{os.fspath(path)}: cannot tell the format of the file",
            help=f"spec files end in {', '.join(_SUFFIXES)}",
        )
    if format is not None and known not in (None, format):
        raise FileError(f"{os.fspath(path)}: a file of that name is read as {known}, not {format}")
    make: Callable[[Graph], str] = to_json if (format or known) == "json" else to_yaml
    _replace(file, os.fspath(path), make(graph) + "\n")


def _replace(file: str, shown: str, text: str) -> None:
    """Write a file beside the wanted one, then put it in its place."""
    if os.path.exists(file) and not os.path.isfile(file):
        raise FileError(f"{shown} is no regular file")
    temporary = f"{file}.{os.getpid()}.tmp"
    try:
        with open(temporary, "x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
        if os.path.exists(file):
            shutil.copymode(file, temporary)
        os.replace(temporary, file)
    except (OSError, ValueError) as error:
        if os.path.exists(temporary):
            os.unlink(temporary)
        reason = getattr(error, "strerror", None) or str(error)
        raise FileError(f"{shown}: {reason}") from None


def _head(graph: Graph) -> dict[str, Any]:
    head: dict[str, Any] = {"name": graph.name} if graph.name else {}
    if graph.inputs == (Input("input"),):
        return head
    if [given.name for given in graph.inputs] == ["input"]:
        return {**head, "input": _size(graph.inputs[0])}
    return {**head, "inputs": {given.name: _size(given) for given in graph.inputs}}


def _size(given: Input) -> str | None:
    return None if given.shape is None else format_shape(given.shape)


def _entries(graph: Graph) -> Iterator[dict[str, Any]]:
    """An entry for each layer; what follows from the entry before it is left out."""
    names = {given.name for given in graph.inputs} | {layer.name for layer in graph.layers}
    previous = Ref(graph.inputs[0].name) if len(graph.inputs) == 1 else None
    owners: set[str] = set()
    for layer in graph.layers:
        entry: dict[str, Any] = {"name": layer.name, "op": str(layer.op)}
        if layer.inputs != (previous,) or merges(layer.op) or layer.op.arity == 0:
            refs = [_reference(ref, names) for ref in layer.inputs]
            entry["from"] = refs[0] if len(refs) == 1 else refs
        entry.update(_sharing(layer, owners))
        previous = Ref(layer.name)
        yield entry


def _sharing(layer: Layer, owners: set[str]) -> dict[str, str]:
    """Whose parameters a layer uses; `owners` are the layers before it that own theirs."""
    if layer.module == layer.name:
        owners.add(layer.name)
        return {}
    return {"shares" if layer.module in owners else "module": layer.module}


def _reference(ref: Ref, names: set[str]) -> Any:
    """`conv1`, `split:1`, or both parts apart where a layer is called `split:1`."""
    if ref.output and str(ref) in names:
        return {"name": ref.name, "output": ref.output}
    return str(ref)


def _outputs(graph: Graph) -> Any:
    """The outputs, or None where the last layer is the only one."""
    if graph.layers and graph.outputs == (Ref(graph.layers[-1].name),):
        return None
    names = {layer.name for layer in graph.layers}
    return [_reference(ref, names) for ref in graph.outputs]


def _yaml(value: Any) -> str:
    """A value in YAML's flow style."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_yaml(key)}: {_yaml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_yaml, value)) + "]"
    if value is None:
        return "null"
    if isinstance(value, int):
        return str(value)
    text = str(value)
    if _PLAIN.fullmatch(text) and text.lower() not in _RESERVED:
        return text
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    if char.isprintable():
        return char
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
