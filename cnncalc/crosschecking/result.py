"""What a cross-check found: each figure beside the measured one, with a verdict.

Plain data without torch, so that it can be drawn, sent between processes and kept. The
attributes have the same names in Python and in JSON (`docs/crosscheck.md`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from enum import Enum
from typing import Any, NamedTuple

from ..shape import Shape

SCHEMA_VERSION = 1

#: First and last position of an input along one axis; None where nothing is seen.
Interval = tuple[int, int] | None


class Verdict(str, Enum):
    """What comparing two figures gave.

    `EXPLAINED`: the measured figure counts something else, and differs by exactly as much as a
    written reason says. `UNCHECKED`: there was nothing to compare with.
    """

    AGREES = "agrees"
    EXPLAINED = "explained"
    UNCHECKED = "unchecked"
    DIFFERS = "differs"

    def __str__(self) -> str:
        return self.value


_ORDER = (Verdict.AGREES, Verdict.EXPLAINED, Verdict.UNCHECKED, Verdict.DIFFERS)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict on several figures taken together."""
    return max(verdicts, key=_ORDER.index, default=Verdict.AGREES)


def exit_code(verdict: Verdict) -> int:
    """0: all agree (or are explained); 1: something differs; 2: something was not checked."""
    return {Verdict.DIFFERS: 1, Verdict.UNCHECKED: 2}.get(verdict, 0)


class Check(NamedTuple):
    """One figure: what cnncalc says, what was measured, and how they compare."""

    figure: str
    analytic: Any
    measured: Any
    verdict: Verdict
    reason: str | None = None


class LayerCheck(NamedTuple):
    """The figures of one layer: `shape`, `dtype`, `params`, `buffers`, `macs`."""

    name: str
    op: str
    checks: tuple[Check, ...]

    @property
    def verdict(self) -> Verdict:
        """The worst of its figures' verdicts."""
        return worst(check.verdict for check in self.checks)

    def check(self, figure: str) -> Check | None:
        """The check of a figure; None where the layer has none."""
        return next((check for check in self.checks if check.figure == figure), None)


class FieldCheck(NamedTuple):
    """The exact receptive field of one position of a layer, per axis, beside the gradient's."""

    layer: str
    position: tuple[int, ...]
    input: str
    expected: tuple[Interval, ...]
    measured: tuple[Interval, ...]
    verdict: Verdict
    reason: str | None = None


class Memory(NamedTuple):
    """Bytes: checks of what cnncalc states, and what else a run took, by cause.

    `measured` is the peak of the run; the analytic peak and the `causes` add up to it.
    """

    checks: tuple[Check, ...]
    measured: int | None
    causes: tuple[tuple[str, int], ...]


class Machine(NamedTuple):
    """Where the forward pass ran. `tf32` says what may round to it; None off CUDA."""

    device: str
    name: str
    dtype: str
    tf32: str | None
    torch: str


class Crosscheck(NamedTuple):
    """The cross-check of one model.

    `runs` says what was run in the model's place. `problems` are the things that could not be
    checked, in words.
    """

    model: str
    runs: str
    inputs: dict[str, Shape]
    machine: Machine
    layers: tuple[LayerCheck, ...]
    totals: tuple[Check, ...]
    memory: Memory | None
    fields: tuple[FieldCheck, ...] | None
    problems: tuple[str, ...]
    seconds: float

    @property
    def verdicts(self) -> Counter[Verdict]:
        """How many figures have which verdict."""
        counts = Counter(check.verdict for layer in self.layers for check in layer.checks)
        counts.update(check.verdict for check in self.totals)
        counts.update(check.verdict for check in (self.memory.checks if self.memory else ()))
        counts.update(check.verdict for check in self.fields or ())
        return counts

    @property
    def verdict(self) -> Verdict:
        """The worst verdict; unchecked where there was a problem and nothing differs."""
        found = worst(self.verdicts)
        return worst([found, Verdict.UNCHECKED]) if self.problems else found

    @property
    def exit_code(self) -> int:
        """0: all agree (or are explained); 1: something differs; 2: something was not checked."""
        return exit_code(self.verdict)

    def total(self, figure: str) -> Check | None:
        """The check of a total: `params`, `buffers` or `macs`."""
        return next((check for check in self.totals if check.figure == figure), None)

    def __str__(self) -> str:
        from ..render.crosscheck import render

        return render(self)

    def to_dict(self) -> dict[str, Any]:
        """The cross-check as plain data; the schema is in docs/crosscheck.md."""
        from ..render.crosscheck_data import to_dict

        return to_dict(self)


class Line(NamedTuple):
    """One model of a survey; `model` names it, `error` says why there is no cross-check."""

    model: str
    input: str
    layers: int | None
    params: int | None
    macs: int | None
    verdict: Verdict
    seconds: float
    notes: tuple[str, ...] = ()


class Survey(NamedTuple):
    """The cross-checks of many models, and those left out, by name with the reason."""

    title: str
    machine: Machine
    lines: tuple[Line, ...]
    left_out: tuple[tuple[str, str], ...]
    seconds: float

    @property
    def verdict(self) -> Verdict:
        """The worst verdict."""
        return worst(line.verdict for line in self.lines)

    @property
    def exit_code(self) -> int:
        """0: all agree (or are explained); 1: something differs; 2: something was not checked."""
        return exit_code(self.verdict)
