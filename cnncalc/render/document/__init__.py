"""Documents with formulas and tables, printed as text, Markdown, LaTeX and HTML."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

from ...errors import NameNotFoundError
from .blocks import Block, Break, Bullets, Formulas, Grid, Heading, Prose, Working

__all__ = [
    "FORMATS",
    "Block",
    "Break",
    "Bullets",
    "Formulas",
    "Grid",
    "Heading",
    "Prose",
    "Working",
    "printed",
]

FORMATS = ("text", "markdown", "latex", "html")


def printed(
    blocks: Sequence[Block], format: str = "text", lang: str = "en", width: int | None = None
) -> str:
    """The document in one of `FORMATS`; `width` is for text.

    LaTeX and HTML are whole documents. Raises `NameNotFoundError` for another format.
    """
    if format not in FORMATS:
        hint = f"formats are {', '.join(FORMATS)}"
        raise NameNotFoundError("format", str(format), FORMATS, help=hint)
    module = import_module(f".{format}", __name__)
    if format == "text":
        return str(module.printed(blocks, lang, width))
    return str(module.printed(blocks, lang))
