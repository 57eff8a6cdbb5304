"""The exceptions of cnncalc, and the places they point at.

Every error a user can cause is a `CnncalcError`, so that one `except` at the top of the
command line is enough::

    CnncalcError            exit code 2: what was asked for could not be done
    ├── InputError          a size, dtype or layout that cannot be read
    ├── NameNotFoundError   a name that is not in the zoo, the catalogue, the columns, ...
    ├── OpError             hyper-parameters that no operation could have
    ├── SpecError           text of the spec language or of a spec file, with its place
    ├── GraphError          layers that do not form a network (unknown input, cycle, ...)
    ├── FileError           a file that cannot be read or written
    ├── ConfigError         a mistake in a configuration file, with its place
    ├── TraceError          a live module whose forward pass cannot be followed
    ├── SourceError         Python code that the static reader cannot follow, with its place
    └── LimitError          more than cnncalc is willing to build (a guard against bombs)

A shape that does not fit is no exception: it is a `Finding`, and the analysis goes on.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Location(NamedTuple):
    """A place in a user's source: `file:line:column`, all counted from 1, parts optional."""

    file: str | None = None
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in self if part is not None)


class CnncalcError(Exception):
    """Something the user asked for could not be done; `exit_code` is the process's.

    `message` is one line; `help`, where there is one, says what to do instead.
    """

    exit_code = 2

    def __init__(
        self, message: str, *, help: str | None = None, location: Location | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.help = help
        self.location = location

    def __str__(self) -> str:
        place = f"{self.location}: " if self.location and str(self.location) else ""
        hint = f"\n  help: {self.help}" if self.help else ""
        return f"{place}{self.message}{hint}"


class InputError(CnncalcError):
    """A size, layout, dtype or batch that cannot be read."""


class NameNotFoundError(CnncalcError):
    """A name that nothing goes by; the help names the closest ones there are.

    `of` says where it was looked for: "unknown option 'clases' of torchvision/vgg16".
    """

    def __init__(
        self, kind: str, name: str, known: Iterable[str], *, of: str = "", help: str | None = None
    ) -> None:
        place = f" of {of}" if of else ""
        super().__init__(f"unknown {kind} {name!r}{place}", help=help or closest(name, known))
        self.name = name


class OpError(CnncalcError):
    """Hyper-parameters that no operation could have: `Conv2d(3, 64, kernel_size=0)`."""


class SpecError(CnncalcError):
    """Spec text that cannot be read. `excerpt` is the line with a caret under the column."""

    def __init__(
        self,
        message: str,
        *,
        excerpt: str | None = None,
        help: str | None = None,
        location: Location | None = None,
    ) -> None:
        super().__init__(message, help=help, location=location)
        self.excerpt = excerpt

    def __str__(self) -> str:
        head, *rest = super().__str__().split("\n")
        return "\n".join([head, *([self.excerpt] if self.excerpt else []), *rest])


class GraphError(CnncalcError):
    """Layers that do not form a network."""


class FileError(CnncalcError):
    """A file that cannot be read or written."""


class ConfigError(CnncalcError):
    """A configuration file, or one value in it, that cannot be used."""


class TraceError(CnncalcError):
    """A live module that cannot be built, or whose forward pass cannot be followed."""


class SourceError(CnncalcError):
    """Python code that the static reader does not follow, or that fails where it is followed."""


class LimitError(CnncalcError):
    """A model larger than cnncalc is willing to build."""


def closest(name: str, known: Iterable[str], count: int = 3) -> str | None:
    """`did you mean resnet18, resnet50?`, or None where nothing is close."""
    import difflib

    by_lower = {candidate.lower(): candidate for candidate in known}
    matches = difflib.get_close_matches(name.lower(), by_lower, n=count, cutoff=0.6)
    if not matches:
        return None
    return f"did you mean {', '.join(by_lower[match] for match in matches)}?"
