"""Numbers as people write them: `12M`, `10.58M`, `1.2e7`, `12_000_000`, `1.5亿`, `64 MiB`."""

from __future__ import annotations

import re
from fractions import Fraction

from .errors import InputError

#: Written before a number that is rounded.
_ABOUT = "≈~≃≅约"
_NUMBER = re.compile(
    r"(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:_\d+)*(?:\.\d+)?|\.\d+)"
    r"(?:[eE](?P<exponent>[+-]?\d{1,2}))?"
    r"\s*(?P<unit>[^\W\d_]*)"
)
_COUNTS = {
    "": 1, "k": 10**3, "m": 10**6, "g": 10**9, "b": 10**9, "t": 10**12, "p": 10**15,
    "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12,
    "千": 10**3, "万": 10**4, "百万": 10**6, "亿": 10**8, "万亿": 10**12,
}  # fmt: skip
_BYTES = {
    "b": 1, "byte": 1, "bytes": 1,
    "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12,
    "kib": 2**10, "mib": 2**20, "gib": 2**30, "tib": 2**40,
}  # fmt: skip
#: Bytes are whole without one of these: `64M` is neither MB nor MiB.
_HALF_A_UNIT = ("k", "m", "g", "t", "ki", "mi", "gi", "ti")
#: No figure of a network has more digits.
_LONGEST = 60


def count(text: str, noun: str = "") -> Fraction:
    """The number in `12M`, `4.1 GMACs` (with the noun `MACs`), `12,000,000`, `≈231M`, `1.5亿`.

    Prefixes are powers of ten; `B` is a billion. Raises `InputError` for anything else.
    """
    number, unit = _parts(text)
    name = unit.lower()
    if noun and name.endswith(noun.lower()):
        name = name.removesuffix(noun.lower())
    if name not in _COUNTS:
        raise InputError(f"{_shown(text)}: unknown unit {unit!r}", help="units are k, M, G or B, T")
    return number * _COUNTS[name]


def byte_count(text: str) -> Fraction:
    """The bytes in `64 MiB` (2**20 each), `64MB` (10**6 each), `8_000_000`.

    Raises `InputError` for anything else, and for `64M`, which may mean either.
    """
    number, unit = _parts(text)
    name = unit.lower()
    if name in _HALF_A_UNIT:
        letter = unit[0].upper()
        raise InputError(
            f"{_shown(text)}: {unit!r} is no unit of bytes",
            help=f"{letter}B for powers of 1000, {letter}iB for powers of 1024",
        )
    if unit and name not in _BYTES:
        raise InputError(
            f"{_shown(text)}: unknown unit {unit!r}", help="units are B, kB, MB, GB, KiB, MiB, GiB"
        )
    return number * (_BYTES[name] if unit else 1)


def _parts(text: str) -> tuple[Fraction, str]:
    """The number before its unit, and the unit."""
    body = text.strip().lstrip(_ABOUT).strip()
    found = _NUMBER.fullmatch(body) if len(body) <= _LONGEST else None
    if found is None:
        raise InputError(f"{_shown(text)} is no number", help="write it as 12M or 12_000_000")
    digits = found["digits"].replace(",", "").replace("_", "")
    return Fraction(f"{digits}e{found['exponent'] or 0}"), found["unit"]


def _shown(text: str) -> str:
    return repr(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")
