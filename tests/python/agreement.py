"""Is a model file read as it runs? The static reader's report beside that of a live trace.

`# check: Net(num_classes=10) @ 3x32x32` in a file says what to build and with what inputs
(several are separated by spaces, `name=3x32x32` names one). By hand:

    python tests/python/agreement.py FILE...           each target's verdict
    python tests/python/agreement.py --live FILE...    only whether it traces
    python tests/python/agreement.py --check "Net() @ 3x32x32" FILE
"""

from __future__ import annotations

import argparse
import io
import re
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import cnncalc
from cnncalc.errors import CnncalcError
from cnncalc.graph import Graph, Input
from cnncalc.layout import View
from cnncalc.report import Report, Row
from cnncalc.shape import format_shape

_CHECK = re.compile(r"^#\s*check:\s*(?P<target>.+?)\s+@\s+(?P<sizes>.+?)\s*$", re.MULTILINE)

#: What notebooks import beside their model; the live side gets stand-ins that do nothing.
BESIDE = (
    "matplotlib", "matplotlib.pyplot", "seaborn", "pandas", "cv2", "sklearn", "sklearn.metrics",
    "sklearn.model_selection", "tensorboardX", "torchsummary", "tqdm", "tqdm.auto", "wandb",
)  # fmt: skip


class Target(NamedTuple):
    """What to build from a file, and the sizes of the inputs to run it with."""

    file: Path
    text: str
    sizes: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.file.name}:{self.text}"

    @property
    def static(self) -> str:
        """The target as `cnncalc.load` takes it."""
        return f"{self.file}:{self.text}"

    @property
    def input(self) -> str | list[str]:
        """The sizes as `input=` takes them."""
        return self.sizes[0] if len(self.sizes) == 1 else list(self.sizes)


class Reading(NamedTuple):
    """A model as one of the two sides has it."""

    graph: Graph
    report: Report


def targets(file: Path, extra: str = "") -> list[Target]:
    """The targets that a file's `# check:` lines name, or the one of `extra`."""
    text = f"# check: {extra}" if extra else file.read_text(encoding="utf-8")
    return [
        Target(file, match["target"], tuple(match["sizes"].split()))
        for match in _CHECK.finditer(text)
    ]


def static(target: Target, train: bool = False) -> Reading:
    """What the static reader makes of the source."""
    graph = cnncalc.load(target.static, target.input, train=train)
    return Reading(graph, cnncalc.analyze(target.static, target.input, train=train))


def live(target: Target, train: bool = False) -> Reading:
    """What a forward pass on meta tensors shows. This runs the file."""
    with _importable(target.file) as home, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with redirect_stderr(io.StringIO()):  # where the trace sends what the file prints
            graph = cnncalc.trace(f"{home}:{target.text}", target.input, train=train)
    return Reading(graph, cnncalc.analyze(graph, graph.traced))


@contextmanager
def _importable(file: Path) -> Iterator[str]:
    """Make the file's package and what notebooks import importable, and leave nothing behind.

    Gives the name to import it by: dotted inside a package, its path otherwise.
    """
    root = file.resolve().parent
    while (root / "__init__.py").exists():
        root = root.parent
    inside = file.resolve().relative_to(root).with_suffix("").parts
    path, modules = sys.path[:], dict(sys.modules)
    sys.path.insert(0, str(root))
    sys.modules.update({name: _StandIn(name) for name in BESIDE})
    try:
        yield ".".join(inside) if len(inside) > 1 else str(file)
    finally:
        sys.path[:] = path
        for name, module in list(sys.modules.items()):
            if name in BESIDE or str(getattr(module, "__file__", "")).startswith(str(root)):
                del sys.modules[name]
                if name in modules:
                    sys.modules[name] = modules[name]


class _StandIn(ModuleType):
    """A module of which everything can be called, and nothing does anything."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__path__: list[str] = []
        self.__spec__ = ModuleSpec(name, None)  # torch asks whether there is a pandas

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _StandIn(name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return _StandIn("value")


def difference(ours: Reading, truth: Reading) -> str | None:
    """The first difference between two readings, in words; None where they agree.

    Layers come first, in order, then what the graph takes and returns, then the figures.
    """
    found = (
        *_about("graph inputs", _inputs(ours.graph), _inputs(truth.graph)),
        *_layers(ours.graph, truth.graph),
        *_about("graph outputs", _names(ours.graph.outputs), _names(truth.graph.outputs)),
    )
    if found:
        return found[0]
    for one, other in zip(ours.report.rows, truth.report.rows, strict=True):
        for place, got, wanted in _figures(one, other):
            if got != wanted:
                return f"{one.name} ({truth.report[one.name].op}): {_said(place, got, wanted)}"
    for name in ("params", "trainable", "buffers", "macs", "param_bytes", "forward_bytes"):
        got, wanted = getattr(ours.report.totals, name), getattr(truth.report.totals, name)
        if got != wanted:
            return _said(f"totals.{name}", got, wanted)
    for place, got, wanted in (
        ("dtype", ours.report.dtype, truth.report.dtype),
        ("status", ours.report.status.value, truth.report.status.value),
        ("findings of severity error", errors(ours.report), errors(truth.report)),
    ):
        if got != wanted:
            return _said(place, got, wanted)
    return None


def errors(report: Report) -> list[str]:
    """The findings of severity error."""
    return [str(each) for each in report.findings if each.severity.value == "error"]


def _layers(ours: Graph, truth: Graph) -> Iterator[str]:
    for at, (one, other) in enumerate(zip(ours.layers, truth.layers, strict=False)):
        place = f"layer {at + 1} ({other.name}: {other.op})"
        if one.name != other.name and one.op != other.op:
            yield f"layer {at + 1}: read {one.name}: {one.op}; runs {other.name}: {other.op}"
        yield from _about(f"{place}: name", one.name, other.name)
        yield from _about(f"{place}: op", str(one.op), str(other.op))
        yield from _about(f"{place}: op", repr(one.op), repr(other.op))
        if one.op != other.op:
            yield f"{place}: the ops are written alike and are not equal"
        yield from _about(f"{place}: reads", _names(one.inputs), _names(other.inputs))
        yield from _about(f"{place}: module", one.module, other.module)
    for graph, word, most in ((ours, "read", truth), (truth, "runs", ours)):
        if len(graph.layers) > len(most.layers):
            extra = graph.layers[len(most.layers)]
            yield (
                f"read {len(ours.layers)} layers; runs {len(truth.layers)}: "
                f"the first that only {word} is {extra.name}: {extra.op}"
            )


def _about(place: str, got: object, wanted: object) -> Iterator[str]:
    if got != wanted:
        yield _said(place, got, wanted)


def _said(place: str, got: object, wanted: object) -> str:
    return f"{place}: read {got}; runs {wanted}"


def _inputs(graph: Graph) -> str:
    return ", ".join(_input(each) for each in graph.inputs)


def _input(given: Input) -> str:
    size = "?" if given.shape is None else format_shape(given.shape)
    return f"{given.name}={size}:{given.dtype}"


def _names(refs: Sequence[object]) -> str:
    return ", ".join(map(str, refs)) or "nothing"


def _figures(one: Row, other: Row) -> Iterator[tuple[str, object, object]]:
    yield "output shapes", _shapes(one), _shapes(other)
    for name in ("params", "trainable", "buffers", "shared", "macs", "output_bytes", "whole"):
        yield name, getattr(one, name), getattr(other, name)
    yield "what it sees", _seen(one.view), _seen(other.view)
    yield "fields", _fields(one), _fields(other)


def _shapes(row: Row) -> str:
    return ", ".join(map(format_shape, row.output_shapes))


def _seen(view: View) -> tuple[object, ...]:
    return tuple(
        (
            seen.source,
            seen.axis,
            tuple(map(tuple, seen.places)),
            *(getattr(seen.field, name) for name in ("size", "extent", "phases", "step")),
            seen.field.whole,
            seen.field.unknown,
        )
        for seen in view
    )


def _fields(row: Row) -> tuple[object, ...]:
    return tuple(
        (source, field.size, field.local, field.stride, field.dims, field.sizes)
        for source, field in row.fields.items()
    )


def verdict(target: Target, live_only: bool = False) -> tuple[bool, str]:
    """Does it agree, and a line about it."""
    try:
        truth = live(target)
    except CnncalcError as error:
        return False, f"does not trace: {error}"
    wrong = errors(truth.report)
    if wrong:
        return False, f"traces with errors: {wrong[0]}"
    about = f"{len(truth.graph.layers)} layers, {truth.report.totals.params:,} parameters"
    if truth.report.status.value != "complete":
        missing = [f"{row.name}: {row.op}" for row in truth.report if row.macs is None]
        about += f", {truth.report.status.value} ({'; '.join(missing[:3])})"
    if live_only:
        return True, about
    try:
        found = difference(static(target), truth)
    except CnncalcError as error:
        return False, f"not read: {error}"
    return found is None, found or f"agrees: {about}"


def main() -> int:
    """Print each target's verdict; 1 where one does not agree."""
    parser = argparse.ArgumentParser(description="The static reader beside a live trace.")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--live", action="store_true", help="only trace")
    parser.add_argument("--check", default="", metavar="TARGET", help='such as "Net() @ 3x32x32"')
    options = parser.parse_args()
    wrong = 0
    for file in options.files:
        found = targets(file, options.check)
        if not found:
            print(f"{file}: no line '# check: Net() @ 3x32x32'")
        for target in found:
            fits, text = verdict(target, options.live)
            wrong += not fits
            print(f"{'ok  ' if fits else 'FAIL'} {target} @ {' '.join(target.sizes)}: {text}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
