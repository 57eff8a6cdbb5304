"""What cnncalc has to say about a model: findings, and how complete a figure is."""

from __future__ import annotations

from enum import Enum
from typing import Any, NamedTuple

from .errors import Location


class Severity(str, Enum):
    """How bad a finding is; only errors make a command exit with 1."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Status(str, Enum):
    """How far a figure can be trusted.

    `COMPLETE`: exact. `PARTIAL`: a lower bound, something is missing from it.
    `UNKNOWN`: nothing is known.
    """

    COMPLETE = "complete"
    PARTIAL = "partial"
    UNKNOWN = "unknown"


class Finding(NamedTuple):
    """Something wrong or noteworthy in the user's model.

    `code` is stable and machine-readable; `message` states expected and received;
    `help` says how to mend it.
    """

    code: str
    severity: Severity
    layer: str | None
    message: str
    expected: Any = None
    received: Any = None
    help: str | None = None
    location: Location | None = None

    def __str__(self) -> str:
        place = f"{self.location}: " if self.location and str(self.location) else ""
        layer = f"{self.layer}: " if self.layer else ""
        hint = f"\n  help: {self.help}" if self.help else ""
        return f"{place}{self.severity.value}: {layer}{self.message} [{self.code}]{hint}"


class Misfit(NamedTuple):
    """What an op says of inputs that do not fit it; the analysis turns it into a `Finding`."""

    code: str
    message: str
    expected: Any = None
    received: Any = None
    help: str | None = None
