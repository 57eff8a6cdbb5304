"""The models that `pyproject.toml` asks to check: `[[tool.cnncalc.model]]`, docs/check.md.

Every mistake is collected, with its place, and the models beside it are still read.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from ..errors import CnncalcError, ConfigError, FileError, InputError, LimitError, Location, closest
from ..shape import format_shape, parse_shape, to_shape
from . import budget
from .budget import Limit
from .codes import CODES
from .target import from_folder, with_arguments

FILE_NAME = "pyproject.toml"
#: Larger files are no configuration anyone wrote.
MAX_BYTES = 2_000_000
_TOP_KEYS = ("model", "ignore", "strict")
_OURS = re.compile(r"\btool\s*\.\s*[\"']?cnncalc\b")
_HEADER = re.compile(r"\s*\[\[\s*tool\s*\.\s*cnncalc\s*\.\s*model\s*\]\]\s*(#.*)?$")
_SAMPLE = '[[tool.cnncalc.model]] with target = "model.py:Net" and input = "3x32x32"'


class Entry(NamedTuple):
    """One model to check, and how; a path in `model` is from where we stand.

    `location` is its table in the configuration, if it comes from one.
    """

    model: str
    inputs: tuple[str, ...]
    options: Mapping[str, Any]
    layout: str = "chw"
    batch: int | None = None
    train: bool = False
    trace: bool = False
    advise: bool = False
    ignore: tuple[str, ...] = ()
    limits: tuple[Limit, ...] = ()
    location: Location | None = None


class Config(NamedTuple):
    """What a file asks for. `problems` are the mistakes in it; their models are left out."""

    file: str
    entries: tuple[Entry, ...]
    problems: tuple[CnncalcError, ...]
    strict: bool


def find(folder: str = ".") -> str | None:
    """The nearest pyproject.toml that has something for cnncalc, in `folder` or above it."""
    here = os.path.abspath(folder)
    while True:
        file = os.path.join(here, FILE_NAME)
        if os.path.isfile(file) and _OURS.search(_text(file)):
            return os.path.relpath(file)
        above = os.path.dirname(here)
        if above == here:
            return None
        here = above


def read(file: str) -> Config:
    """Read a configuration file. Mistakes in single values are among its `problems`.

    Raises `FileError` or `LimitError` where the file cannot be read, and `ConfigError` where it
    is no TOML or has no models.
    """
    text = _text(file)
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        document = tomllib.loads(text)
    except RecursionError:
        raise ConfigError("it is nested too deeply", location=Location(file)) from None
    except ValueError as error:
        reason = " ".join(str(error).split())
        raise ConfigError(f"it is no TOML: {reason}", location=Location(file)) from None
    return _Reader(file, text).config(document)


def _text(file: str) -> str:
    try:
        with open(file, "rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise FileError(f"{file}: {getattr(error, 'strerror', None) or error}") from None
    if len(data) > MAX_BYTES:
        raise LimitError(f"{file}: more than {MAX_BYTES:,} bytes")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FileError(f"{file}: line {line} is not UTF-8", help="save it as UTF-8") from None


def known_codes(codes: list[str]) -> tuple[str, ...]:
    """The codes as they are. Raises `InputError` for one that no finding has."""
    for code in codes:
        if code not in CODES:
            hint = closest(code, CODES) or "docs/check.md lists them"
            raise InputError(f"unknown code {code!r}", help=hint)
    return tuple(codes)


class _Reader:
    """Reads one document, and collects what is wrong with it."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.lines = text.splitlines()
        self.headers = [at for at, line in enumerate(self.lines) if _HEADER.match(line)]
        self.problems: list[CnncalcError] = []

    def config(self, document: dict[str, Any]) -> Config:
        """The whole configuration."""
        table = self._table(document)
        for name in table:
            if name not in _TOP_KEYS:
                self._refuse("[tool.cnncalc]", _unknown(name, _TOP_KEYS))
        ignore: tuple[str, ...] = ()
        strict = False
        with self._collecting("[tool.cnncalc] ignore"):
            ignore = _codes(table.get("ignore", []))
        with self._collecting("[tool.cnncalc] strict"):
            strict = _flag(table.get("strict", False))
        models = table.get("model", [])
        if not isinstance(models, list):
            received = "one [tool.cnncalc.model]" if isinstance(models, dict) else repr(models)
            self._refuse("model", InputError(f"expected tables, received {received}", help=_SAMPLE))
            models = []
        elif not models and not self.problems:
            raise ConfigError("no models to check", help=_SAMPLE, location=Location(self.file))
        entries = [self._entry(number, given, ignore) for number, given in enumerate(models, 1)]
        kept = tuple(entry for entry in entries if entry is not None)
        return Config(self.file, kept, tuple(self.problems), strict)

    def _table(self, document: dict[str, Any]) -> dict[str, Any]:
        """What stands under `tool.cnncalc`."""
        table = document
        for name in ("tool", "cnncalc"):
            inner = table.get(name, {})
            if not isinstance(inner, dict):
                message = f"{name}: expected a table, received {_shown(inner)}"
                raise ConfigError(message, location=Location(self.file))
            table = inner
        return table

    def _entry(self, number: int, given: Any, ignore: tuple[str, ...]) -> Entry | None:
        """The model of a table; None where something in it is wrong."""
        if not isinstance(given, dict):
            message = f"expected a table, received {_shown(given)}"
            self._refuse(f"model {number}", InputError(message))
            return None
        before = len(self.problems)
        target = given.get("target")
        place = f"model {number}" + (f" ({target})" if isinstance(target, str) else "")
        values, limits = self._values(number, place, given)
        model = ""
        options: dict[str, Any] = {}
        with self._collecting(f"{place}: args", number, "args"):
            model, options = with_arguments(values["target"], values["args"])
        if len(self.problems) > before:
            return None
        return Entry(
            model=from_folder(model, os.path.dirname(self.file)),
            inputs=values["input"],
            options=options,
            layout=values["layout"],
            batch=values["batch"],
            train=values["train"],
            advise=values["advise"],
            ignore=(*ignore, *values["ignore"]),
            limits=limits,
            location=self._location(number),
        )

    def _values(
        self, number: int, place: str, given: dict[str, Any]
    ) -> tuple[dict[str, Any], tuple[Limit, ...]]:
        """The values of a table by key, with defaults for those that are missing or wrong."""
        values = {name: default for name, (_, default) in _KEYS.items()}
        limits = []
        for name, written in {"target": None, **given}.items():
            if name in _KEYS:
                with self._collecting(f"{place}: {name}", number, name):
                    values[name] = _KEYS[name][0](written)
            elif name in budget.KEYS:
                with self._collecting(f"{place}: {name}", number, name):
                    limit = budget.read_limit(name, written)
                    limits.append(limit._replace(location=self._location(number, name)))
            else:
                self._refuse(place, _unknown(name, (*_KEYS, *budget.KEYS)), number, name)
        return values, tuple(limits)

    @contextmanager
    def _collecting(self, place: str, number: int = 0, key: str = "") -> Iterator[None]:
        """What is wrong inside becomes a problem at `place`."""
        try:
            yield
        except InputError as error:
            self._refuse(place, error, number, key)

    def _refuse(self, place: str, error: CnncalcError, number: int = 0, key: str = "") -> None:
        where = self._location(number, key)
        message = f"{place}: {error.message}"
        self.problems.append(ConfigError(message, help=error.help, location=where))

    def _location(self, number: int, key: str = "") -> Location:
        """The line of a key in the table `number`, or of the table, as far as it can be seen."""
        if not 0 < number <= len(self.headers):
            return Location(self.file)
        first = self.headers[number - 1]
        name = re.escape(key)
        wanted = re.compile(rf"\s*(?:{name}|\"{name}\"|'{name}')\s*[.=]")
        for at in range(first + 1, len(self.lines)):
            if self.lines[at].lstrip().startswith("["):
                break
            if key and wanted.match(self.lines[at]):
                return Location(self.file, at + 1)
        return Location(self.file, first + 1)


def _unknown(name: str, known: tuple[str, ...]) -> InputError:
    hint = closest(name, known) or f"the keys are {', '.join(known)}"
    return InputError(f"unknown key {name!r}", help=hint)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _target(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        received = "nothing" if value is None else _shown(value)
        raise InputError(f'expected a text such as "model.py:Net", received {received}')
    return value.strip()


def _inputs(value: Any) -> tuple[str, ...]:
    """A size, or a list of sizes, as texts: `"3x32x32"`, `["left=3x64x64", [3, 64, 64]]`."""
    if isinstance(value, list) and value and all(type(item) is int for item in value):
        value = [value]
    given = value if isinstance(value, list) else [value]
    sizes = []
    for item in given:
        if isinstance(item, list) and all(type(size) is int for size in item):
            sizes.append(format_shape(to_shape(item)))
        elif isinstance(item, str):
            parse_shape(item.rpartition("=")[2])
            sizes.append(item)
        else:
            raise InputError(f'expected a size such as "3x32x32", received {_shown(item)}')
    if not sizes:
        raise InputError("expected a size, received an empty list")
    return tuple(sizes)


def _arguments(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InputError(f"expected a table such as {{ width = 8 }}, received {_shown(value)}")
    return value


def _layout(value: Any) -> str:
    if not isinstance(value, str) or value.lower() not in ("chw", "hwc"):
        raise InputError(f'expected "chw" or "hwc", received {_shown(value)}')
    return value.lower()


def _batch(value: Any) -> int:
    if type(value) is not int or value < 1:
        raise InputError(f"expected a whole number from 1 on, received {_shown(value)}")
    return value


def _codes(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(code, str) for code in value):
        raise InputError(f'expected a list such as ["border-unseen"], received {_shown(value)}')
    return known_codes(value)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise InputError(f"expected true or false, received {_shown(value)}")
    return value


#: Key of a model -> how it is read, and its value where it is not given.
_KEYS: dict[str, tuple[Callable[[Any], Any], Any]] = {
    "target": (_target, ""),
    "input": (_inputs, ()),
    "args": (_arguments, {}),
    "layout": (_layout, "chw"),
    "batch": (_batch, None),
    "ignore": (_codes, ()),
    "advise": (_flag, False),
    "train": (_flag, False),
}
