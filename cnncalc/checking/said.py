"""Which finding is about which hard-coded dim, and what of the dims no finding speaks of."""

from __future__ import annotations

from typing import NamedTuple

from ..finding import Finding, Severity
from .result import Check, Verdict


class Item(NamedTuple):
    """A finding with the wrong dim that it is about, where there is one."""

    finding: Finding
    verdict: Verdict | None


def items(check: Check) -> list[Item]:
    """The findings, errors first, each with its dim."""
    order = list(Severity)
    wrong = [verdict for verdict in check.verdicts if not verdict.ok]
    found: list[Item] = []
    for finding in sorted(check.findings, key=lambda finding: order.index(finding.severity)):
        about = next((verdict for verdict in wrong if _is_about(finding, verdict)), None)
        if about is not None:
            wrong.remove(about)
        else:  # one number, wrong for several layers
            about = next((item.verdict for item in found if _is_twin(finding, item)), None)
        found.append(Item(finding, about))
    return found


def _is_twin(finding: Finding, item: Item) -> bool:
    """Is the finding about the same number in the source as another, which has its dim?"""
    other = item.finding
    same = finding._replace(layer=other.layer, location=other.location) == other
    return item.verdict is not None and finding.location == other.location is not None and same


def _is_about(finding: Finding, verdict: Verdict) -> bool:
    if finding.layer != verdict.layer or finding.severity is not Severity.ERROR:
        return False
    return (finding.expected, finding.received) == (verdict.value, verdict.received) or (
        finding.location is not None and finding.location == verdict.location
    )


def unknown(check: Check) -> list[Verdict]:
    """The dims of which nobody knows what arrives there."""
    return [verdict for verdict in check.verdicts if not verdict.ok and verdict.received is None]


def silenced(check: Check) -> list[Verdict]:
    """The dims that are wrong, and whose finding is ignored."""
    said = [item.verdict for item in items(check)]
    return [
        verdict
        for verdict in check.verdicts
        if not verdict.ok and verdict.received is not None and verdict not in said
    ]
