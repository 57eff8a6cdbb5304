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
        _check_symbols(cls)
        for word in spec_names:
            for other in SPEC_WORDS.get(word, ()):
                if other.rank == cls.rank:
                    raise ValueError(f"spec word {word!r} is taken by {other.__name__}")
        for function in functions:
            if function in FUNCTIONS:
                raise ValueError(
                    f"function {function!r} is taken by {FUNCTIONS[function].__name__}"
                )
        cls.spec_names, cls.functions = spec_names, functions
        cls.torch_name = f"torch.nn.{cls.__name__}" if torch is None else torch
        # The ranks of a family share the text of their base.
        cls.__doc__ = next(base.__doc__ for base in cls.__mro__ if base.__doc__)
        CATALOGUE[cls.__name__] = cls
        FUNCTIONS.update(dict.fromkeys(functions, cls))
        for word in spec_names:
            SPEC_WORDS.setdefault(word, []).append(cls)
        return cls

    return register


def _check_symbols(cls: type[Op]) -> None:
    """Are all symbols in the formulas ones that the op provides? (`i`: the input's size.)"""
    known = cls.symbol_names()
    formulas = [(formula, known) for formula in (cls.params, cls.buffers, cls.macs)]
    if cls.out_size is not None:
        formulas.append((cls.out_size, known | {"i"}))
    for formula, symbols in formulas:
        if not formula.symbols <= symbols:
            raise ValueError(
                f"{cls.__name__}: unknown {set(formula.symbols - symbols)} in {formula}"
            )
