"""The rules: what else can be wrong with a model, beside shapes that do not fit.

A rule is a function that looks at one layer, registered under its code and the kinds of ops it
is about; one module a subject. Each says true things only: what it cannot be sure of, it does
not say.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

from ...errors import Location
from ...finding import Finding
from ..subject import Subject, kind, place
from .base import RULES

for _subject in ("activations", "batch", "dropout", "norms", "pools", "windows"):
    import_module(f".{_subject}", __name__)


def findings(subject: Subject, advise: bool) -> Iterator[Finding]:
    """What the rules say of a model, each code once at a place."""
    found: dict[tuple[str, Location | None], Finding] = {}
    more: dict[tuple[str, Location | None], int] = {}
    for layer in subject.graph.layers:
        for rule in RULES.get(kind(layer.op), ()):
            if rule.advice and not advise:
                continue
            said = rule.look(layer, subject)
            if said is None:
                continue
            where = said.location or place(layer)
            key = (rule.code, where)
            if key in found:
                more[key] = more.get(key, 0) + 1
                continue
            found[key] = Finding(
                rule.code, rule.severity, layer.name, said.message, help=said.help, location=where
            )
    for key, finding in found.items():
        yield _counted(finding, more.get(key, 0))


def _counted(finding: Finding, more: int) -> Finding:
    """The finding, with the number of other layers of the same place, or without any."""
    if not more:
        return finding
    others = "one other layer" if more == 1 else f"{more} other layers"
    line = " of this line" if finding.location else ""
    return finding._replace(message=f"{finding.message} (and so for {others}{line})")
