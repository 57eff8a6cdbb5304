"""The topics: per level the functions that make drafts of exercises."""

from __future__ import annotations

from ..question import Makers
from . import design, field, macs, memory, params, size

MAKERS: dict[str, Makers] = {
    "size": size.MAKERS,
    "params": params.MAKERS,
    "macs": macs.MAKERS,
    "field": field.MAKERS,
    "memory": memory.MAKERS,
    "design": design.MAKERS,
}
