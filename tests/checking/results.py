"""Checks built by hand, as a renderer may meet them."""

from __future__ import annotations

import cnncalc
from cnncalc.checking.many import Run
from cnncalc.checking.result import Check, Fix, Verdict
from cnncalc.errors import ConfigError, FileError, Location
from cnncalc.finding import Finding, Severity

SPEC = "conv3x3@32 p1, relu, maxpool2, conv3x3@64 p1, relu, maxpool2, flatten, fc256, fc40"
FC1 = Location("models/face.py", 9, 30)


def spec_report(size: str = "1x112x92") -> cnncalc.Report:
    return cnncalc.analyze(SPEC, input=size)


def right(layer: str = "fc1", location: Location = FC1) -> Verdict:
    return Verdict(
        layer, "Linear", "in_features", "64 * 28 * 23", 41216, 41216, location,
        "64x28x23 (112x92 halved twice)", ok=True,
    )  # fmt: skip


def wrong() -> Verdict:
    return Verdict(
        "fc1", "Linear", "in_features", "9216", 9216, 41216, FC1,
        "64x28x23 (112x92 halved twice)", ok=False, fits="48..51 x 48..51",
        fix=Fix(FC1, (9, 34), "9216", "64 * 28 * 23"),
    )  # fmt: skip


def misfit() -> Finding:
    return Finding(
        "linear-in-features", Severity.ERROR, "fc1",
        "Linear expects 9216 features but receives 41216 (64x28x23 flattened)", 9216, 41216,
        "nn.Linear(64 * 28 * 23, 256)", Location("models/face.py", 9, 20),
    )  # fmt: skip


def warning() -> Finding:
    return Finding(
        "border-unseen", Severity.WARNING, "pool2", "MaxPool2d leaves out 1 row, 50% & <more>",
        None, None, None, Location("models/face.py", 12, 5),
    )  # fmt: skip


def advice() -> Finding:
    return Finding("parameters-unused", Severity.INFO, None, "one layer has 99.7%")


def check(*findings: Finding, verdicts: tuple[Verdict, ...] = (), title: str = "FaceCNN") -> Check:
    return Check(title, {"x": (1, 1, 112, 92)}, spec_report(), verdicts, findings, 0)


def clean() -> Check:
    return check(verdicts=(right(),))


def broken() -> Check:
    """One dim wrong, one right, a warning and an advice."""
    verdicts = (right("fc2", Location("models/face.py", 10, 30)), wrong())
    return check(advice(), warning(), misfit(), verdicts=verdicts)


def failed() -> Check:
    error = FileError("models/gone.py: No such file or directory")
    return Check("models/gone.py:Net", {}, None, (), (), 0, error)


def partial() -> Check:
    """A model whose sizes are not known: nothing of it may be called clean."""
    report = cnncalc.analyze(SPEC)
    return Check("sizes", {"x": (1, None, None, None)}, report, (), (), 0)


def everything() -> Run:
    problem = ConfigError(
        "model 2: input: expected a size", help="3x32x32", location=Location("pyproject.toml", 7)
    )
    return Run((clean(), broken(), failed(), partial()), (problem,), many=True)
