"""The check of one graph: its verdicts, what else is wrong with it, and what is silenced."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

from .. import analysis
from ..errors import CnncalcError, InputError, Location
from ..finding import Finding, Severity
from ..graph import Graph
from ..shape import Shape
from . import rules, shape_comments
from .assumed import assumed
from .dims import DIM_CODES, RESHAPE_CODES
from .ignores import Ignores
from .result import Check
from .rules import batch, concentration, unused
from .subject import Reread, Subject
from .verdicts import Judged, judged, misfit, verdicts

_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}
#: The arguments that a finding of the analysis is about, where it is about one.
_BLAMED = {"groups": ("groups", "num_groups"), "split-size": ("split_size_or_sections",)}
_LEFT_OVER = "left over at "
#: What the source itself says of unused modules; the check says it of each, with its place.
_SAID_BETTER = "parameters-unused"


def check_graph(
    graph: Graph,
    inputs: Mapping[str, Shape] | None = None,
    *,
    advise: bool = False,
    ignore: Iterable[str] = (),
    reread: Reread | None = None,
) -> Check:
    """Hold a graph to an input size.

    `inputs` are full shapes by name; without them, those that the graph was read with. `reread`
    reads the model again for other inputs, where its source can be. `ignore` are codes of
    findings to silence. What cannot be done is the `error` of the result.
    """
    shapes = inputs if inputs is not None else graph.traced or {}
    try:
        if not shapes:
            raise InputError(f"{graph.name}: an input size is needed to check it")
        report = analysis.run(graph, shapes)
        subject = Subject(graph, report, reread)
        mended, found = judged(subject)
        given = verdicts(mended, found)
        findings = [*_about_shapes(subject, mended, found), *_others(subject, advise)]
    except CnncalcError as error:
        return Check(graph.name, shapes, None, (), (), 0, error)
    ignores = Ignores(subject, ignore)
    said = [*findings, *ignores.unknown]
    kept = sorted((each for each in said if not ignores.silences(each)), key=_order)
    return Check(graph.name, shapes, report, given, tuple(kept), len(said) - len(kept))


def _order(finding: Finding) -> tuple[int, str, int, int]:
    place = finding.location or Location()
    return _ORDER[finding.severity], place.file or "", place.line or 0, place.column or 0


def _about_shapes(subject: Subject, mended: Subject, found: Sequence[Judged]) -> Iterator[Finding]:
    """What the analysis found; wrong hard-coded dims with their cause and help."""
    wrong = [each for each in found if each.wrong]
    doubtful = assumed(mended)
    for finding in subject.report.findings:
        if finding.code == _SAID_BETTER and finding.severity is Severity.INFO:
            continue
        about = next((each for each in wrong if _is_about(finding, each)), None)
        if about is None and _is_doubtful(subject, finding, doubtful):
            continue  # it is about sizes that nobody knows
        if about is None:
            yield _placed(subject, finding)
        else:
            wrong.remove(about)
            yield misfit(mended, about, finding)
    for each in wrong:  # seen only once the views before are right
        yield misfit(mended, each, None)


def _is_about(finding: Finding, each: Judged) -> bool:
    if finding.layer != each.layer.name:
        return False
    if each.dim.is_view:
        return finding.code in RESHAPE_CODES
    numbers = (finding.expected, finding.received)
    same = (each.expected, each.received)
    return finding.code in DIM_CODES and numbers in (same, tuple([number] for number in same))


def _is_doubtful(subject: Subject, finding: Finding, doubtful: Container[str]) -> bool:
    layer = subject.layers.get(finding.layer or "")
    if layer is None or finding.code not in DIM_CODES | RESHAPE_CODES:
        return False
    return any(ref.name in doubtful for ref in layer.inputs)


def _placed(subject: Subject, finding: Finding) -> Finding:
    """The finding at the argument that it is about; and borders as a warning."""
    if finding.code == "border-unseen":
        # Its help names the layers that left something over: the first is where to silence it.
        name = (finding.help or "").removeprefix(_LEFT_OVER).split(", ")[0]
        dropper = subject.layers.get(name)
        place = None if dropper is None else dropper.location
        return finding._replace(severity=Severity.WARNING, location=finding.location or place)
    layer = subject.layers.get(finding.layer or "")
    if layer is not None and layer.made is not None:
        for argument in _BLAMED.get(finding.code, ()):
            written = layer.made.arguments.get(argument)
            if written is not None:
                return finding._replace(location=written.location)
    return finding


def _others(subject: Subject, advise: bool) -> Iterator[Finding]:
    yield from batch.findings(subject)
    yield from unused.findings(subject)
    yield from rules.findings(subject, advise)
    yield from shape_comments.findings(subject)
    if advise:
        yield from concentration.findings(subject)
