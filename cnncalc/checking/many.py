"""Checks of one model or many: their budgets, what happens to bad ones, and the exit code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..errors import CnncalcError, LimitError, Location, OpError
from ..finding import Finding, Severity
from . import budget
from .config import Entry
from .result import Check, Verdict
from .said import silenced


class Run(NamedTuple):
    """What one run of the command checked.

    `problems` are mistakes in the configuration. `strict` makes warnings count as errors;
    `many` says that the models come from a configuration.
    """

    checks: tuple[Check, ...]
    problems: tuple[CnncalcError, ...] = ()
    strict: bool = False
    many: bool = False

    def code_of(self, check: Check) -> int:
        """0 clean, 1 errors (with `strict` warnings too), 2 not done or not fully verified."""
        warned = any(finding.severity is Severity.WARNING for finding in check.findings)
        return max(check.exit_code, int(self.strict and warned))

    @property
    def errors(self) -> int:
        """How many errors there are in all models, those that could not be read included."""
        severities = [finding.severity for check in self.checks for finding in check.findings]
        unread = sum(check.report is None for check in self.checks)
        return severities.count(Severity.ERROR) + unread

    @property
    def exit_code(self) -> int:
        """The worst of all: 2 over 1 over 0."""
        codes = [self.code_of(check) for check in self.checks]
        return max([0, 2 if self.problems else 0, *codes])


def check_one(entry: Entry) -> Check:
    """Check a model and hold it to its budgets; whatever goes wrong is the check's `error`."""
    from . import check

    try:
        found = check(
            entry.model,
            list(entry.inputs) or None,
            layout=entry.layout,
            batch=entry.batch,
            train=entry.train,
            trace=entry.trace,
            advise=entry.advise,
            ignore=entry.ignore,
            **entry.options,
        )
    except OpError as error:
        found = _wrong(entry, error) if error.location is not None else _failed(entry, error)
    except CnncalcError as error:
        found = _failed(entry, error)
    except RecursionError:
        found = _failed(entry, LimitError("the model is nested too deeply"))
    except MemoryError:
        found = _failed(entry, LimitError("the model does not fit in memory"))
    return within(found, entry.limits, entry.ignore)


def _wrong(entry: Entry, error: OpError) -> Check:
    """A layer that cannot be made is an error of the model, and the end of its check."""
    message = f"{error.message}; nothing else was checked"
    finding = Finding(
        "arguments", Severity.ERROR, None, message, help=error.help, location=error.location
    )
    return Check(entry.model, {}, None, (), (finding,), 0)


def _failed(entry: Entry, error: CnncalcError) -> Check:
    return Check(entry.model, {}, None, (), (), 0, error)


def within(check: Check, limits: Sequence[budget.Limit], ignore: Sequence[str] = ()) -> Check:
    """The check with what its budgets find; one that cannot be settled is its `error`."""
    if check.report is None or not limits:
        return check
    outcome = budget.hold(check.report, limits)
    kept = tuple(finding for finding in outcome.findings if finding.code not in ignore)
    ignored = check.ignored + len(outcome.findings) - len(kept)
    check = check._replace(findings=(*check.findings, *kept), ignored=ignored)
    if outcome.open and check.error is None:
        where = next((limit.location for limit in limits), None)
        check = check._replace(error=CnncalcError("; ".join(outcome.open), location=where))
    return check


def together(checks: Sequence[Check]) -> tuple[Verdict, ...]:
    """The verdicts of all checks, each place once, for fixing them in one go.

    A literal that models share is rewritten only if all of them want the same there. Dims whose
    findings are ignored are left out.
    """
    by_place: dict[tuple[Location, str], list[Verdict]] = {}
    for check in checks:
        ignored = silenced(check)
        for verdict in check.verdicts:
            if verdict.location is None or verdict.received is None or verdict in ignored:
                continue
            by_place.setdefault((verdict.location, verdict.argument), []).append(verdict)
    return tuple(_agreed(verdicts) for verdicts in by_place.values())


def _agreed(verdicts: list[Verdict]) -> Verdict:
    """What models say of one literal: unfixable if one says so, or if they differ."""
    wrong = [verdict for verdict in verdicts if not verdict.ok]
    if not wrong:
        return verdicts[0]
    reason = next((verdict.unfixable for verdict in wrong if verdict.unfixable), None)
    numbers = list(dict.fromkeys(str(verdict.received) for verdict in verdicts))
    if reason is None and len(numbers) > 1:
        reason = f"the models of this run want {' and '.join(numbers)} there"
    return wrong[0] if reason is None else wrong[0]._replace(fix=None, unfixable=reason)


def settled(run: Run, verdicts: Sequence[Verdict]) -> Run:
    """The run with the reasons of `together` where models want different numbers."""
    refused = {each.location: each for each in verdicts if each.unfixable}
    checks = []
    for check in run.checks:
        kept = []
        for verdict in check.verdicts:
            shared = None if verdict.ok else refused.get(verdict.location)
            reason = None if shared is None else shared.unfixable
            kept.append(verdict._replace(fix=None, unfixable=reason) if reason else verdict)
        checks.append(check._replace(verdicts=tuple(kept)))
    return run._replace(checks=tuple(checks))
