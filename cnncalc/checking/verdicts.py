"""Each hard-coded dim of a model, held against what arrives; and how to write it right."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from .. import analysis
from ..errors import Location, OpError
from ..finding import Finding, Severity
from ..graph import Graph, Layer, Written
from ..ops import CATALOGUE
from .assumed import assumed
from .derivation import Origin, derived, origin
from .dims import DIM_CODES, RESHAPE_CODES, Dim, dim_of_view, dims_of
from .fits import Fits, fits
from .result import Fix, Verdict
from .subject import Subject


class Judged(NamedTuple):
    """A hard-coded dim of one layer with what arrives, and where that comes from."""

    layer: Layer
    dim: Dim
    expected: int
    received: int | None
    written: Written | None
    source: Origin
    #: Does the analysis say that it does not fit?
    wrong: bool

    @property
    def place(self) -> Location | None:
        """Where the call is that has the number, or else the layer."""
        return self.layer.location if self.layer.made is None else self.layer.made.location


def judged(subject: Subject) -> tuple[Subject, list[Judged]]:
    """The dims of the model that its source writes, or that are wrong, in its order.

    Where a `view` has a wrong number, what follows is judged as if it were right: the first of
    what is returned is the model mended so.
    """
    mended = _with_right_views(subject)
    found = []
    doubtful = assumed(mended)
    for layer in mended.graph.layers:
        if layer.inputs:
            for each in _judged(subject, mended, layer):
                known = doubtful.get(layer.inputs[each.dim.input].name)
                sure = known is None or known.issuperset(each.dim.dims)
                found.append(each if sure else each._replace(received=None, wrong=False))
    return mended, found


def _judged(subject: Subject, mended: Subject, layer: Layer) -> Iterator[Judged]:
    shapes = mended.received(layer)
    view = dim_of_view(subject.layers[layer.name], shapes[0], list(subject.report.findings))
    if view is not None:
        layer = subject.layers[layer.name]
        size = layer.op.shape[1]  # type: ignore[attr-defined]
        wrong = mended.layers[layer.name].op != layer.op
        yield _judge(mended, layer, view, size, wrong)
        return
    misfits = None
    for dim in dims_of(layer.op, shapes):
        expected = getattr(layer.op, dim.argument)
        expected = expected[0] if isinstance(expected, tuple) else expected
        if expected is None:
            continue
        received = dim.received(shapes)
        wrong = False
        if received != expected:
            misfits = list(layer.op.check(shapes)) if misfits is None else misfits
            wrong = any(misfit.code in DIM_CODES for misfit in misfits)
            if received is not None and not wrong:
                continue  # a norm without anything of that size takes every size
        if wrong or (layer.made is not None and dim.argument in layer.made.arguments):
            yield _judge(mended, layer, dim, expected, wrong)


def _judge(mended: Subject, layer: Layer, dim: Dim, expected: int, wrong: bool) -> Judged:
    written = None if layer.made is None else layer.made.arguments.get(dim.argument)
    ref = layer.inputs[dim.input]
    source = origin(mended, ref, dim.dims)
    received = dim.received(mended.received(layer))
    return Judged(layer, dim, expected, received, written, source, wrong)


def _with_right_views(subject: Subject) -> Subject:
    """The model in which each `view` whose hard-coded number is wrong flattens instead."""
    for _ in subject.graph.layers:
        wrong = {
            finding.layer for finding in subject.report.findings if finding.code in RESHAPE_CODES
        }
        layers = list(subject.graph.layers)
        for at, layer in enumerate(layers):
            if layer.name not in wrong:
                continue
            shape = subject.received(layer)[0]
            dim = dim_of_view(layer, shape, list(subject.report.findings))
            if dim is not None and dim.received((shape,)) is not None:
                layers[at] = layer._replace(op=CATALOGUE["Flatten"](1))
                break
        else:
            return subject
        old = subject.graph
        graph = Graph(old.name, old.inputs, layers, old.outputs, note=old.note)
        report = analysis.run(graph, subject.inputs)
        subject = Subject(graph, report, subject.reread, subject.texts)
    return subject


def verdicts(mended: Subject, found: Sequence[Judged]) -> tuple[Verdict, ...]:
    """The verdicts on what is hard-coded in the source, each number once per value that arrives."""
    served = _served(found)
    result, seen = [], set()
    for each in found:
        written = each.written or _unwritten(mended, each)
        if written is None or not (each.wrong or written.fixed is None):
            continue
        key = (written.location, each.expected, each.received)
        if key in seen:
            continue
        seen.add(key)
        result.append(_verdict(mended, each, written, served.get(written.location, [each])))
    return tuple(result)


def _served(found: Sequence[Judged]) -> Mapping[Location, list[Judged]]:
    served: dict[Location, list[Judged]] = {}
    for each in found:
        if each.written is not None:
            served.setdefault(each.written.location, []).append(each)
    return served


def _unwritten(mended: Subject, each: Judged) -> Written | None:
    """A wrong number that the call has from elsewhere: `nn.Linear(*sizes)`."""
    made = each.layer.made
    if made is None or not each.wrong:
        return None
    text = mended.texts.get(made.location)
    unpacked = None if text is None else text.unpacked(made.location)
    why = f"it comes from {unpacked}" if unpacked else "it is not written in this call"
    line = (made.location.line or 0, made.location.column or 0)
    return Written(str(each.expected), each.expected, made.location, line, why)


def _verdict(mended: Subject, each: Judged, written: Written, same: list[Judged]) -> Verdict:
    verdict = Verdict(
        each.layer.name,
        each.layer.op.type,
        each.dim.argument,
        written.text,
        each.expected,
        each.received,
        written.location,
        "" if each.received is None else derived(mended, each.source),
        each.received == each.expected and not each.wrong,
    )
    if not each.wrong or each.received is None:
        return verdict
    reason = _unfixable(each, written, same)
    new = new_text(mended, each, written.text)
    fix = None if reason else Fix(written.location, written.end, written.text, new)
    possible = _fits(mended, each)
    return verdict._replace(fits=possible.text, fix=fix, unfixable=reason)


def _unfixable(each: Judged, written: Written, same: list[Judged]) -> str | None:
    """Why the number cannot be rewritten where it stands."""
    if written.fixed is not None:
        return written.fixed
    if "\n" in written.text:  # a comment may stand in it
        return "it is written over several lines"
    impossible = next(filter(None, map(_impossible, (each, *same))), None)
    if impossible is not None:
        return impossible
    if len({other.received for other in same}) > 1:
        shown = ", ".join(f"{other.layer.name} receives {other.received}" for other in same[:4])
        return f"it serves several layers: {shown}"
    owners = {other.layer.module for other in same}
    times = each.layer.made.times if each.layer.made is not None else 1
    if times > len(owners) and not each.dim.is_view:
        return f"the call is reached {times} times, and not all of the layers it makes are used"
    return None


def _impossible(each: Judged) -> str | None:
    """Why no such layer can be made for what arrives: `groups=16 does not divide 8`."""
    if each.dim.is_view or each.received is None:
        return None
    try:
        each.layer.op.replace(**{each.dim.argument: each.received})
    except OpError as error:
        said = str(error).partition("\n")[0].removeprefix(f"{each.layer.op.type}: ")
        return said.replace(f"{each.dim.argument}=", "")
    return None


def factors(mended: Subject, each: Judged) -> list[int]:
    """The sizes that make up what arrives: 64, 28, 23."""
    shape = mended.shape(each.source.ref)
    return [shape[dim] or 0 for dim in each.source.dims]


def new_text(mended: Subject, each: Judged, old: str) -> str:
    """The right number, as a product where a product is written: `64 * 28 * 23`."""
    numbers = factors(mended, each)
    if "*" not in old or len(numbers) < 2:
        return str(each.received)
    return as_product(numbers, old)


def as_product(numbers: list[int], old: str) -> str:
    """`64 * 28 * 23`, with the spaces and the order (channels last) of the text `old`."""
    before = [int(number) for number in re.findall(r"\d+", old)]
    last = len(before) > 1 and before[-1] == numbers[0] and before[0] != numbers[0]
    ordered = [*numbers[1:], numbers[0]] if last else numbers
    spaced = "*" not in old or re.search(r"\s\*|\*\s", old)
    text = (" * " if spaced else "*").join(map(str, ordered))
    return f"({text})" if re.fullmatch(r"\s*\([^()]*\)\s*", old) else text


def misfit(mended: Subject, each: Judged, original: Finding | None) -> Finding:
    """The finding on a wrong hard-coded dim, with its cause and how it is written right.

    `original` is what the analysis says of it; None where only the mended model shows it.
    """
    op, arriving = each.layer.op.type, f"{each.received}{_because(mended, each)}"
    what = "channels" if "channels" in each.dim.argument or op.startswith(_NORMS) else "features"
    if each.dim.is_view:
        code = "reshape-size" if original is None else original.code
        folds = ", which folds the batch" if code == "batch-folded" else ""
        message = f"{op} expects {each.expected} features but receives {arriving}{folds}"
    elif original is None:
        code = next(iter(_codes(each, mended)), "linear-in-features")
        message = f"{op} expects {each.expected} {what} but will receive {arriving}"
    else:
        code = original.code
        message = f"{op} expects {each.expected} {what} but receives {arriving}"
    return Finding(
        code, Severity.ERROR, each.layer.name, message, each.expected, each.received,
        _help(mended, each), each.place,
    )  # fmt: skip


def _codes(each: Judged, mended: Subject) -> list[str]:
    misfits = each.layer.op.check(mended.received(each.layer))
    return [misfit.code for misfit in misfits if misfit.code in DIM_CODES]


def _because(mended: Subject, each: Judged) -> str:
    """` = 64x28x23 (112x92 halved twice)`, ` (channels of conv1)`."""
    shown = derived(mended, each.source)
    return f" = {shown}" if len(each.source.dims) > 1 else f" ({shown})"


_NORMS = ("BatchNorm", "InstanceNorm", "GroupNorm", "PReLU")


def _help(mended: Subject, each: Judged) -> str:
    impossible, possible = _impossible(each), _fits(mended, each)
    if impossible is None:
        right = _call(mended, each)
    else:
        right = f"{impossible}: change both numbers, or let {each.expected} arrive"
    if possible.text is not None:
        return f"{right}; as written it fits inputs of {possible.text}"
    spatial = mended.positional(each.source.ref, each.source.dims)
    return f"{right}; as written it fits no input size" if possible.sure and spatial else right


def _fits(mended: Subject, each: Judged) -> Fits:
    """The input sizes for which the number is right as written; worked out once for a number."""
    key = (each.source, each.expected)
    found: Fits | None = mended.memory.get(key)
    if found is None:
        found = fits(mended, each.layer, each.dim, each.source, each.expected)
        mended.memory[key] = found
    return found


def _call(mended: Subject, each: Judged) -> str:
    """The call that makes the layer, with the right number in the place of the wrong one."""
    assert each.received is not None
    numbers = factors(mended, each)
    written, made = each.written, each.layer.made
    old = written.text if written is not None else ""
    new = str(each.received) if len(numbers) == 1 else as_product(numbers, old)
    text = mended.texts.get(each.place)
    if written is not None and made is not None and text is not None:
        call = text.call_with(made.location, written.location, written.end, new)
        if call is not None:
            return call
    if each.dim.is_view:
        return f"view(-1, {new})"
    op = each.layer.op
    right = op.replace(**{each.dim.argument: each.received})
    return str(right).replace(f"({each.received}", f"({new}", 1)
