"""cnncalc: a static analyzer of convolutional networks.

::

    import cnncalc

    report = cnncalc.analyze("vgg11", input="1x224x224")
    report["features.0"].macs
    report.totals.params
    print(report)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .errors import CnncalcError

if TYPE_CHECKING:
    from . import nn, ops
    from . import solving as solve
    from .api import analyze, load, trace
    from .checking import check
    from .crosschecking import crosscheck
    from .explaining import Explanation, explain
    from .finding import Finding
    from .grading import grade
    from .graph import Graph
    from .receptive import Field
    from .report import Report, Row
    from .runnable import to_torch

__version__ = "0.1.0"

__all__ = [
    "CnncalcError",
    "Explanation",
    "Field",
    "Finding",
    "Graph",
    "Report",
    "Row",
    "__version__",
    "analyze",
    "check",
    "crosscheck",
    "explain",
    "grade",
    "load",
    "nn",
    "ops",
    "solve",
    "to_torch",
    "trace",
]

_HOMES = {
    "analyze": "api",
    "load": "api",
    "trace": "api",
    "check": "checking",
    "crosscheck": "crosschecking",
    "explain": "explaining",
    "Explanation": "explaining",
    "grade": "grading",
    "Finding": "finding",
    "Graph": "graph",
    "Field": "receptive",
    "Report": "report",
    "Row": "report",
    "to_torch": "runnable",
}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name in _HOMES:
        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    if name in ("nn", "ops"):
        return import_module(f".{name}", __name__)
    if name == "solve":
        return import_module(".solving", __name__)
    raise AttributeError(f"module 'cnncalc' has no attribute {name!r}")
