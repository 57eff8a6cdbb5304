"""How ops declare their hyper-parameters: name, symbol, default, and how to read a value."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from fractions import Fraction
from operator import index
from typing import Any, NamedTuple

Convert = Callable[[Any, int], Any]


class _Required:
    """Stands for the default of an argument that has none."""

    def __repr__(self) -> str:
        return "required"


REQUIRED: Any = _Required()


class Argument(NamedTuple):
    """One hyper-parameter: its torch name, its symbol in formulas, and how to read a value."""

    name: str
    symbol: str
    default: Any
    convert: Convert
    inferred: bool  # may be left out: it follows from the input


def arg(
    symbol: str,
    default: Any = REQUIRED,
    convert: Convert | None = None,
    *,
    inferred: bool = False,
) -> Any:
    """Declare a hyper-parameter; without `convert` it is a positive whole number."""
    return Argument("", symbol, None if inferred else default, convert or count, inferred)


# Converters: each takes a user's value and the op's number of spatial axes, returns the
# canonical value, and raises ValueError with what it expected.


#: Kernels, strides and the like are no longer than this: their fields are worked out tap by tap.
MAX_SPAN = 65_536


def whole(value: Any) -> int | None:
    """The value as an int; None where it is no whole number."""
    if isinstance(value, bool):
        return None
    try:
        return index(value)
    except TypeError:
        return None


def count(value: Any, rank: int) -> int:
    """A positive whole number."""
    found = whole(value)
    if found is None or found < 1:
        raise ValueError("a positive whole number")
    return found


def span(value: Any, rank: int) -> int:
    """A positive number of positions that a window spans or moves by."""
    found = count(value, rank)
    if found > MAX_SPAN:
        raise ValueError(f"at most {MAX_SPAN:,}")
    return found


def natural(value: Any, rank: int) -> int:
    """A whole number from 0 on."""
    found = whole(value)
    if found is None or found < 0:
        raise ValueError("a whole number, 0 or more")
    return found


def integer(value: Any, rank: int) -> int:
    """Any whole number."""
    found = whole(value)
    if found is None:
        raise ValueError("a whole number")
    return found


def flag(value: Any, rank: int) -> bool:
    """True or False (0 and 1 will do)."""
    if not isinstance(value, bool) and whole(value) not in (0, 1):
        raise ValueError("True or False")
    return bool(value)


def number(value: Any, rank: int) -> float:
    """A real number; whole ones stay ints, so that they print as they were written."""
    if isinstance(value, bool) or not isinstance(value, int | float | Fraction) or value != value:
        raise ValueError("a number")
    return value if isinstance(value, int) else float(value)


#: How numbers are written that have no literal in every language that ops are written in.
_UNWRITTEN = ("inf", "-inf", "nan")


def scalar(value: Any, rank: int) -> Any:
    """A number of any kind, or True or False.

    Those without a literal of their own are held as text: `'-inf'`, `'nan'`, `'(1+2j)'`;
    `python_value` gives them back.
    """
    if isinstance(value, bool):
        return value
    if isinstance(value, complex):
        return str(value)
    if isinstance(value, float) and (value != value or value in (math.inf, -math.inf)):
        return str(value)
    if isinstance(value, str) and (value in _UNWRITTEN or isinstance(python_value(value), complex)):
        return value
    return number(value, rank)


def python_value(value: Any) -> Any:
    """What a `scalar` stands for, or any other value itself."""
    if not isinstance(value, str):
        return value
    if value in _UNWRITTEN:
        return float(value)
    try:
        return complex(value) if value.endswith(("j", "j)")) else value
    except ValueError:
        return value


_NAME = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", re.ASCII)


def name(value: Any, rank: int) -> str:
    """A name in Python, perhaps with dots: `clamp`, `special.expit`."""
    if not isinstance(value, str) or len(value) > 100 or not _NAME.fullmatch(value):
        raise ValueError("the name of a function")
    return value


def settings(value: Any, rank: int) -> tuple[tuple[str, Any], ...]:
    """Keyword arguments as pairs of a name and a number, a word, True, False or None."""
    if isinstance(value, dict):
        value = tuple(value.items())
    wrong = ValueError("pairs of a name and a value, such as (('min', 0),)")
    if not isinstance(value, tuple | list):
        raise wrong
    pairs = []
    for pair in value:
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise wrong
        key, item = pair
        if not isinstance(item, str | None):
            item = scalar(item, rank)
        pairs.append((name(key, rank), item))
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError("each name once")
    return tuple(pairs)


def choice(*names: str) -> Convert:
    """One of a few words."""

    def convert(value: Any, rank: int) -> str:
        if value not in names:
            raise ValueError(f"one of {', '.join(names)}")
        return str(value)

    return convert


def optional(inner: Convert) -> Convert:
    """None, or what `inner` reads."""

    def convert(value: Any, rank: int) -> Any:
        return None if value is None else inner(value, rank)

    return convert


def each(inner: Convert) -> Convert:
    """A tuple of any length of what `inner` reads; a single value is a tuple of one."""

    def convert(value: Any, rank: int) -> tuple[Any, ...]:
        values = value if isinstance(value, tuple | list) else (value,)
        return tuple(inner(item, rank) for item in values)

    return convert


def axes(inner: Convert) -> Convert:
    """One value per spatial axis; a single value stands for all of them."""

    def convert(value: Any, rank: int) -> tuple[Any, ...]:
        if not isinstance(value, tuple | list):
            return (inner(value, rank),) * rank
        if len(value) == 1:
            return (inner(value[0], rank),) * rank
        if len(value) != rank:
            raise ValueError(f"one value or {rank}")
        return tuple(inner(item, rank) for item in value)

    return convert


def shown(value: Any, argument: Argument, rank: int) -> str:
    """A value as it stands in a printed op: `(3, 3)` is 3 where 3 is read as (3, 3)."""
    if isinstance(value, tuple) and value and len(set(value)) == 1:
        single = value[0]
        if isinstance(single, int | float) and not isinstance(single, bool):
            try:
                same = bool(argument.convert(single, rank) == value)
            except ValueError:
                same = False
            if same:
                return repr(single)
    return repr(value)
