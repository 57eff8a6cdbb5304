"""Numbers as people write them: `12M`, `10.58M`, `1.2e7`, `12_000_000`, `1.5亿`, `64 MiB`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import floor
from typing import NamedTuple

from .errors import InputError

#: Written before or behind a number that is rounded.
_ABOUT = re.compile(
    r"\s*(?:[≈~≃≅≒∼]|大约为?|约为?|(?:about|approximately|approx\.?|roughly|ca\.?)(?![a-z]))\s*",
    re.I,
)
_ABOUT_BEHIND = re.compile(r"\s*(?:左右|上下)$")
_NUMBER = re.compile(
    r"(?P<sign>[+-]?)"
    r"(?P<digits>\d{1,3}(?P<gap>[, '])\d{3}(?:(?P=gap)\d{3})*(?:\.\d+)?"
    r"|\d+(?:_\d+)*(?:\.\d+)?|\.\d+)"
    r"(?:[eE](?P<exponent>[+-]?\d{1,2}))?"
    r"\s*(?P<unit>%|[^\W\d_]*(?:\s[^\W\d_]+)?)"
)
#: 1.2×10^7, as in books.
_SCIENTIFIC = re.compile(r"(\d(?:[\d._]*\d)?)\s*[×x*·]\s*10\s*(?:\*\*|\^)\s*([+-]?\d{1,2})(?!\d)")
_COUNTS = {
    "": 1, "k": 10**3, "m": 10**6, "g": 10**9, "b": 10**9, "t": 10**12, "p": 10**15,
    "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12,
    "bn": 10**9, "百": 10**2, "千": 10**3, "万": 10**4, "十万": 10**5, "百万": 10**6,
    "千万": 10**7, "亿": 10**8, "十亿": 10**9, "百亿": 10**10, "千亿": 10**11, "万亿": 10**12,
}  # fmt: skip
_BYTES = {
    "b": 1, "byte": 1, "bytes": 1, "字节": 1,
    "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12,
    "kib": 2**10, "mib": 2**20, "gib": 2**30, "tib": 2**40,
}  # fmt: skip
_SHARES = {"": Fraction(1), "%": Fraction(1, 100), "percent": Fraction(1, 100)}
#: Bytes are whole without one of these: `64M` is neither MB nor MiB.
_HALF_A_UNIT = ("k", "m", "g", "t", "ki", "mi", "gi", "ti")
#: No figure of a network has more digits.
_LONGEST = 60
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_RAISED = re.compile("⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+")


class Quantity(NamedTuple):
    """A number as it was written, and how exactly.

    `step` is what one more in its last digit would be: 10,000 for `10.58M`. It is 0 for a whole
    number without a unit, which is exact. `unit` is as written, without nouns.
    """

    value: Fraction
    step: Fraction = Fraction(0)
    unit: str = ""

    def admits(self, truth: Fraction | int) -> bool:
        """Is `truth`, rounded to the digits given, this number?

        Halves may be rounded up or to the even digit. At least one digit of the truth is kept:
        0.6G is not 1G, and zero is admitted by zero alone.
        """
        if not self.step or not self.value or not truth:
            return self.value == truth
        step = self.step
        while step > abs(Fraction(truth)):
            step /= 10
        return self.value in rounded(Fraction(truth), step)

    @property
    def digits(self) -> int:
        """How many significant digits it has, as far as they were given."""
        return len(str(abs(int(self.value / self.step)))) if self.step else _LONGEST


def rounded(value: Fraction, step: Fraction) -> tuple[Fraction, Fraction]:
    """The value as a multiple of `step`, with halves rounded up and to the even one."""
    steps = value / step
    return floor(steps + Fraction(1, 2)) * step, round(steps) * step


def count(text: str, noun: str = "") -> Fraction:
    """The number in `12M`, `4.1 GMACs` (with the noun `MACs`), `12,000,000`, `≈231M`, `1.5亿`.

    Prefixes are powers of ten; `B` is a billion. Raises `InputError` for anything else.
    """
    return read_count(text, (noun,) if noun else ()).value


def byte_count(text: str) -> Fraction:
    """The bytes in `64 MiB` (2**20 each), `64MB` (10**6 each), `8_000_000`.

    Raises `InputError` for anything else, and for `64M`, which may mean either.
    """
    return read_bytes(text).value


def read_count(text: str, nouns: Iterable[str] = ()) -> Quantity:
    """The same as `count`, with the digits that were given; `nouns` may stand behind it."""
    found, exact, about = _parts(text)
    unit = found["unit"]
    name = unit.lower()
    for noun in nouns:
        if name.endswith(noun.lower()):
            name = name.removesuffix(noun.lower()).strip()
            break
    if name not in _COUNTS:
        raise InputError(f"{_shown(text)}: unknown unit {unit!r}", help="units are k, M, G or B, T")
    return _quantity(found, exact, about, name, _COUNTS)


def read_bytes(text: str) -> Quantity:
    """The same as `byte_count`, with the digits that were given."""
    found, exact, about = _parts(text)
    unit = found["unit"]
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
    return _quantity(found, exact, about, name, {"": 1, **_BYTES})


def read_share(text: str) -> Quantity:
    """A share of 1: `99.7%`, `0.997`; a number above 1 without a sign is in percent."""
    found, exact, about = _parts(text)
    name = found["unit"].lower()
    if name not in _SHARES:
        raise InputError(f"{_shown(text)} is no share", help="write it as 99.7% or 0.997")
    given = _quantity(found, exact, about, name, _SHARES)
    if not name and given.value > 1:
        given = given._replace(value=given.value / 100, step=given.step / 100)
        return given if given.step else given._replace(step=Fraction(1, 100))
    return given


def normal(text: str) -> str:
    """The text with ASCII digits and punctuation for full-width ones, and `10^7` for `10⁷`.

    Raises `InputError` for circled digits, fractions in one character and their like.
    """
    if text.isascii():
        return text
    text = _RAISED.sub(lambda found: f"^{found.group().translate(_SUPERSCRIPTS)}", text)
    if any(unicodedata.category(each) in ("No", "Nl") for each in text):
        raise InputError(f"{_shown(text)} is no number", help="write it in plain digits")
    text = unicodedata.normalize("NFKC", text).replace("−", "-")
    return "".join(_plain_digit(each) for each in text)


def about(text: str) -> tuple[str, bool]:
    """The text without the marks of a rounded number (`≈`, `~`, `约`), and whether it had one."""
    marked = False
    while (found := _ABOUT.match(text)) is not None:
        text, marked = text[found.end() :], True
    body = _ABOUT_BEHIND.sub("", text)
    return body, marked or body != text


def _plain_digit(char: str) -> str:
    digit = unicodedata.decimal(char, None)
    return char if digit is None else str(digit)


def _parts(text: str) -> tuple[re.Match[str], bool, bool]:
    """The number and its unit; whether it stands in whole digits, and whether it is marked."""
    body, marked = about(normal(text).strip())
    body = _SCIENTIFIC.sub(r"\1e\2", body.strip())
    found = _NUMBER.fullmatch(body) if len(body) <= _LONGEST else None
    if found is None or found["sign"]:
        raise InputError(f"{_shown(text)} is no number", help="write it as 12M or 12_000_000")
    whole = "." not in found["digits"] and not found["exponent"]
    return found, whole, marked


def _quantity(
    found: re.Match[str], whole: bool, marked: bool, unit: str, units: Mapping[str, int | Fraction]
) -> Quantity:
    digits = re.sub("[, '_]", "", found["digits"])
    scale = Fraction(units[unit])
    exponent = int(found["exponent"] or 0)
    value = Fraction(f"{digits}e{exponent}") * scale
    if whole and not marked and scale == 1:
        return Quantity(value, Fraction(0), unit)
    behind = len(digits.partition(".")[2])
    # The zeros at the end of a rounded whole number only say how large it is.
    zeros = len(digits) - len(digits.rstrip("0")) if whole and marked and value else 0
    step = Fraction(10) ** (exponent - behind + zeros) * scale
    return Quantity(value, step, unit)


def _shown(text: str) -> str:
    return repr(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")
