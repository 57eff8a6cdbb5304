"""The catalogue: ops by name, by spec word and by torch function."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from .base import Op

Declared = TypeVar("Declared", bound=type[Op])

#: Every registered op by its name, and the spec language's words for them.
CATALOGUE: dict[str, type[Op]] = {}
SPEC_WORDS: dict[str, list[type[Op]]] = {}
FUNCTIONS: dict[str, type[Op]] = {}


def op(
    *spec_names: str, functions: tuple[str, ...] = (), torch: str | None = None
) -> Callable[[Declared], Declared]:
    """Register an op class: the spec language's words, and torch's functions for it.

    The class' own name counts as `torch.nn.<name>` unless `torch` names another ("": none).
    Raises `ValueError` for a name taken already (one spec word may serve several ranks) and
    for a formula with a symbol that the op does not provide.
    """

    def register(cls: Declared) -> Declared:
        if cls.__name__ in CATALOGUE:
            raise ValueError(f"op {cls.__name__} is declared twice")
        known = cls.symbol_names()
        for formula in (cls.params, cls.buffers, cls.macs):
            if not formula.symbols <= known:
                raise ValueError(
                    f"{cls.__name__}: unknown {set(formula.symbols - known)} in {formula}"
                )
        cls.spec_names, cls.functions = spec_names, functions
        cls.torch_name = f"torch.nn.{cls.__name__}" if torch is None else torch
        CATALOGUE[cls.__name__] = cls
        for word in spec_names:
            taken = SPEC_WORDS.setdefault(word, [])
            if any(other.rank == cls.rank for other in taken):
                raise ValueError(f"spec word {word!r} is taken by {taken[0].__name__}")
            taken.append(cls)
        for function in functions:
            if FUNCTIONS.setdefault(function, cls) is not cls:
                raise ValueError(
                    f"function {function!r} is taken by {FUNCTIONS[function].__name__}"
                )
        return cls

    return register
