"""How a rule is declared, and the questions that several rules ask."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import NamedTuple

from ...errors import Location
from ...finding import Severity
from ...graph import Layer
from ..subject import Subject, kind

#: Layers that leave values as they are, at inference: only their places among the dims change.
UNCHANGED = frozenset(
    {"Identity", "Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "Flatten", "Reshape",
     "Unflatten", "Squeeze", "Unsqueeze", "Permute", "Transpose", "Clone", "StochasticDepth"}
)  # fmt: skip
#: Of these, those that leave the dims as they are, too.
SAME_DIMS = frozenset({"Identity", "Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "Clone"})


class Said(NamedTuple):
    """What a rule says of a layer; the place is the constructor's unless it names another."""

    message: str
    help: str | None = None
    location: Location | None = None


Look = Callable[[Layer, Subject], Said | None]


class Rule(NamedTuple):
    """A rule with its code; `advice` is given only where it is asked for."""

    code: str
    severity: Severity
    advice: bool
    look: Look


#: Class of an op -> the rules about it.
RULES: dict[str, list[Rule]] = {}


def rule(code: str, *kinds: str, advice: bool = False) -> Callable[[Look], Look]:
    """Register a rule about ops whose type is one of `kinds`; advice is of severity info."""

    def register(look: Look) -> Look:
        severity = Severity.INFO if advice else Severity.WARNING
        for name in kinds:
            RULES.setdefault(name, []).append(Rule(code, severity, advice, look))
        return look

    return register


def ranks(*families: str) -> tuple[str, ...]:
    """`Conv1d`, `Conv2d`, `Conv3d` for each family of ops."""
    return tuple(f"{family}{rank}d" for family in families for rank in (1, 2, 3))


def source(layer: Layer, subject: Subject, passing: Collection[str] = ()) -> Layer | None:
    """The layer whose output arrives, through layers of the kinds `passing`.

    None where that is an input of the network.
    """
    before = subject.before(layer)
    while before is not None and kind(before.op) in passing and len(before.inputs) == 1:
        before = subject.before(before)
    return before
