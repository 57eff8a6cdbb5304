"""The zoo: well-known networks as compact builders, by name.

`d2l/` follows the course "Dive into Deep Learning" (one input channel, ten classes),
`torchvision/` the models of torchvision, layer names included, `notes/` two small teaching
networks. Each entry is a function that returns an `nn.Module`, registered with `@entry`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from ...errors import NameNotFoundError, OpError, closest
from ...graph import Graph
from ...nn import build
from . import (  # noqa: F401  # imported for their entries
    alexnet,
    convnext,
    d2l,
    densenet,
    efficientnet,
    googlenet,
    inception,
    mobilenet,
    notes,
    resnet,
    squeezenet,
    vgg,
)
from .registry import ENTRIES, Entry

__all__ = ["ENTRIES", "Entry", "graph", "variants"]

#: torchvision's other families: not built in, but tracing reads them.
_ONLY_TRACED = ("shufflenet", "mnasnet", "regnet", "vit_", "swin", "maxvit", "efficientnet_v2")


def variants(name: str) -> list[Entry]:
    """The entries that `name` may mean: one for a full name, several for a bare one."""
    if name in ENTRIES:
        return [ENTRIES[name]]
    return [entry for entry in ENTRIES.values() if entry.name.split("/")[1] == name]


def find(name: str, channels: int | None = None) -> tuple[Entry, list[Entry]]:
    """The entry for `name` and the other variants of a bare name.

    A bare name picks the variant whose input has `channels` channels, torchvision's where
    that does not decide. Raises `NameNotFoundError`.
    """
    found = variants(name)
    if not found:
        hint = None
        if _is_traced(name):
            model = name.split("/")[-1]
            hint = f"tracing reads it: --trace torchvision.models:{model}"
        names = [*ENTRIES, *(entry.split("/")[1] for entry in ENTRIES)]
        raise NameNotFoundError("network", name, names, help=hint)
    matching = [entry for entry in found if entry.input[0] == channels]
    preferred = matching or [entry for entry in found if entry.name.startswith("torchvision/")]
    chosen = (preferred or found)[0]
    return chosen, [entry for entry in found if entry is not chosen]


def _is_traced(name: str) -> bool:
    return name.split("/")[-1].startswith(_ONLY_TRACED)


def resembles(name: str) -> bool:
    """Is `name` meant as a network's, so that a typo is likelier than a spec?"""
    folder, slash, _ = name.rpartition("/")
    bare = [entry.split("/")[1] for entry in ENTRIES]
    known_folder = any(entry.startswith(f"{folder}/") for entry in ENTRIES)
    return (bool(slash) and known_folder) or _is_traced(name) or closest(name, bare) is not None


def graph(name: str, channels: int | None = None, **options: Any) -> Graph:
    """The graph of a zoo network with its options (`num_classes=10`) set.

    Raises `NameNotFoundError` for the network or an option, `OpError` for a wrong value.
    """
    chosen, others = find(name, channels)
    for option in options:
        if option not in chosen.options:
            raise NameNotFoundError("option", option, chosen.options, of=chosen.name)
    for option, value in options.items():
        default = chosen.options[option]
        if type(value) is not type(default):
            raise OpError(
                f"{chosen.name}: {option}: expected {type(default).__name__}, received {value!r}"
            )
    built = _built(chosen.name, tuple(sorted(options.items())))
    if not others or "/" in name:
        return built
    note = f"also there: {', '.join(entry.name for entry in others)}"
    return Graph(built.name, built.inputs, built.layers, built.outputs, note=note)


@lru_cache(maxsize=64)
def _built(name: str, options: tuple[tuple[str, Any], ...]) -> Graph:
    entry = ENTRIES[name]
    settings = dict(options)
    channels = settings.get("in_channels", entry.input[0])
    return build(entry.make(**settings), {"input": (channels, *entry.input[1:])}, name)
