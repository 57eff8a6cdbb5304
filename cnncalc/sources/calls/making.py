"""Ops made once: networks repeat their layers."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from ...ops import CATALOGUE, Op


@lru_cache(maxsize=16384)
def _made(name: str, values: tuple[Any, ...]) -> Op:
    return CATALOGUE[name](*values)


def make(name: str, *values: Any) -> Op:
    """An op of the catalogue, made once for equal arguments (in the order it has them).

    Raises `OpError` for hyper-parameters that no op takes.
    """
    return _made(name, values)


def unknown(name: str, shapes: tuple[tuple[int, ...], ...]) -> Op:
    """The op of an operation that no rule knows, with the shapes of its outputs."""
    return make("Unknown", name, shapes)
