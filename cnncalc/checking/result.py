"""What checking a model gives: verdicts on its hard-coded dims, findings, and fixes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ..errors import CnncalcError, Location
from ..finding import Finding, Severity, Status
from ..report import Report
from ..shape import Shape


class Fix(NamedTuple):
    """How a literal is to be rewritten: the text `old` from `location` up to `end`.

    `end` is (line, column), both from 1, the first column behind the text.
    """

    location: Location
    end: tuple[int, int]
    old: str
    new: str


class Verdict(NamedTuple):
    """One hard-coded dim, held against what arrives.

    `argument` is the name of the op's argument (`in_features`), `text` what is written there
    (`64*28*23`) and `value` what it comes to. `received` is None where it is not known.
    `derivation` says in words how the received number comes about.
    """

    layer: str
    op: str
    argument: str
    text: str
    value: int
    received: int | None
    location: Location | None
    derivation: str
    ok: bool
    #: The input sizes for which it is right as written ("48..51 x 48..51"), where there are any.
    fits: str | None = None
    fix: Fix | None = None
    #: Why it cannot be rewritten.
    unfixable: str | None = None


class Check(NamedTuple):
    """What checking one model for one input gave.

    `ignored` counts the findings that the source or the configuration silences. `error` is
    what stopped the check; there is no report then.
    """

    title: str
    inputs: Mapping[str, Shape]
    report: Report | None
    verdicts: tuple[Verdict, ...]
    findings: tuple[Finding, ...]
    ignored: int
    error: CnncalcError | None = None

    @property
    def exit_code(self) -> int:
        """0 clean, 1 errors in the model, 2 not done or not fully verified."""
        if self.error is not None:
            return 2
        if any(finding.severity is Severity.ERROR for finding in self.findings):
            return 1
        if self.report is None:
            return 2
        known = all(verdict.ok or verdict.received is not None for verdict in self.verdicts)
        return 0 if known and self.report.status is Status.COMPLETE else 2
