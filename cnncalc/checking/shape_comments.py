"""Comments about shapes on the lines of `forward`, held against the truth.

`# 112x92 -> 56x46`, `# (N, 64, 28, 23)`, `# [B, 64, 28, 28]`, `# -> 64 x 28 x 23`,
`# torch.Size([1, 64, 28, 28])`. What could mean something else is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import permutations
from typing import NamedTuple

from ..errors import Location
from ..finding import Finding, Severity
from ..graph import Layer
from ..shape import Shape
from .subject import Subject
from .text import Comment, Text

_LABEL = re.compile(
    r"(?:(?:output|out|result|x|y|h|z|now)?[\s.]*(?:shape|size\(\)|size|dims?)?\s*[:=]+\s*"
    r"|(?:now|shape|size|(?:output|out)(?: (?:shape|size))?)\s+(?=[\d(\[-]|torch))",
    re.I,
)
_ARROW = re.compile(r"\s*(?:-+>|=+>|→|⇒)\s*")
_BRACKETED = re.compile(
    r"(?:torch\.Size\s*\(\s*\[(?P<a>[^\[\]]*)\]\s*\)|\((?P<b>[^()]*)\)|\[(?P<c>[^\[\]]*)\])"
)
_BARE = re.compile(r"[\w?]+(?:\s*[x×X]\s*[\w?]+)+")
_SIZE = re.compile(r"\d+")
_NAME = re.compile(r"[A-Za-z_?][\w.]*(?:\s*(?://|[/*+-])\s*\w+)*|-1|\?")


class Written(NamedTuple):
    """A shape in a comment: sizes, None for names; `start` and `end` in the comment's text."""

    sizes: Shape
    spans: tuple[tuple[int, int], ...]
    bracketed: bool


class Claim(NamedTuple):
    """What a comment says: the shape that goes in, where it says so, and the one that comes out."""

    before: Written | None
    after: Written


def claim(text: str) -> Claim | None:
    """Read a comment that is a shape, or `shape -> shape`, and nothing else; None otherwise."""
    start = len(text) - len(text.lstrip("#: \t"))
    label = _LABEL.match(text, start)
    if label is not None:
        start = label.end()
    arrow = _ARROW.search(text, start)
    before = None
    if arrow is not None:
        if text[start : arrow.start()].strip():
            before = _shape(text, start, arrow.start())
            if before is None:
                return None
        start = arrow.end()
    after = _shape(text, start, len(text))
    if after is None or all(size is None for size in after.sizes):
        return None
    return Claim(before, after)


def _shape(text: str, start: int, end: int) -> Written | None:
    part = text[start:end]
    shift = start + len(part) - len(part.lstrip())
    part = part.strip().rstrip(".;,")
    found = _BRACKETED.fullmatch(part)
    if found is not None:
        group = next(name for name in "abc" if found[name] is not None)
        return _sizes(found[group].rstrip(", "), ",", shift + found.start(group), True)
    if _BARE.fullmatch(part):
        return _sizes(part, "[x×X]", shift, False)
    return None


def _sizes(text: str, separator: str, shift: int, bracketed: bool) -> Written | None:
    sizes: list[int | None] = []
    spans = []
    at = 0
    for piece in re.split(separator, text):
        word = piece.strip()
        if _SIZE.fullmatch(word):
            sizes.append(int(word))
        elif _NAME.fullmatch(word):
            sizes.append(None)
        else:
            return None
        first = shift + at + len(piece) - len(piece.lstrip())
        spans.append((first, first + len(word)))
        at += len(piece) + 1
    return Written(tuple(sizes), tuple(spans), bracketed)


class Pass(NamedTuple):
    """The layers that one run over a statement calls, in order."""

    layers: tuple[Layer, ...]


def findings(subject: Subject) -> Iterator[Finding]:
    """The comments that are wrong."""
    by_file: dict[str, dict[int, list[Layer]]] = {}
    for layer in subject.graph.layers:
        place = layer.location
        if place is not None and place.file is not None and place.line is not None:
            by_file.setdefault(place.file, {}).setdefault(place.line, []).append(layer)
    for file, lines in by_file.items():
        text = subject.texts.get(Location(file))
        for comment in () if text is None else text.comments:
            if comment.alone or not any(n in lines for n in range(comment.first, comment.last + 1)):
                continue
            said = claim(comment.text)
            if said is not None and text is not None:
                found = _checked(subject, text, comment, said)
                if found is not None:
                    yield found._replace(location=Location(file, comment.line, comment.column))


def _passes(subject: Subject, text: Text, comment: Comment) -> list[Pass]:
    """The runs over the statement beside a comment that end in the layer it computes last.

    Each layer is called at a place within the statement; the one at the place where the value
    of the statement starts is the outermost. Statements whose outermost call is to a module of
    the user's own, whose layers lie elsewhere, give none.
    """
    statement = text.statement(comment.first)
    if statement is None:
        return []
    passes: list[Pass] = []
    group: list[Layer] = []
    for layer in subject.graph.layers:
        place = layer.location
        if place is None or place.file != text.name or layer.op.type == "Unused":
            continue
        if not comment.first <= (place.line or 0) <= comment.last:
            continue
        group.append(layer)
        if place[1:] == statement.value:
            passes.append(Pass(tuple(group)))
            group = []
    # A chain `self.conv(x).relu()` calls several layers at one place: they are one pass.
    return _joined(subject, passes)


def _joined(subject: Subject, passes: list[Pass]) -> list[Pass]:
    joined: list[Pass] = []
    for each in passes:
        if joined:
            last, first = joined[-1].layers[-1], each.layers[0]
            if any(ref.name == last.name for ref in first.inputs):
                joined[-1] = Pass((*joined[-1].layers, *each.layers))
                continue
        joined.append(each)
    return joined


def _checked(subject: Subject, text: Text, comment: Comment, said: Claim) -> Finding | None:
    """The finding on a comment that is true of no run over its line."""
    passes = _passes(subject, text, comment)
    if not passes or any(_true(subject, each, said) for each in passes):
        return None
    each = passes[0]
    before, after = _ends(subject, each)
    if said.before is not None and not _complete(text, comment, each):
        said = said._replace(before=None)  # something else reads the input of the line
        if _true(subject, each, said):
            return None
    right = _corrected(comment.text, said, before, after)
    if right is None or right == comment.text:
        return None
    shown, truth = (said_so.lstrip("#").strip() for said_so in (comment.text, right))
    message = f"the comment says {shown}, but it is {truth}"
    return Finding(
        "shape-comment", Severity.WARNING, each.layers[-1].name, message, shown, truth, right
    )


def _ends(subject: Subject, each: Pass) -> tuple[Shape, Shape]:
    first, last = each.layers[0], each.layers[-1]
    received = subject.received(first)
    after = subject.rows[last.name].output_shape
    return (received[0] if received else after), after


def _complete(text: Text, comment: Comment, each: Pass) -> bool:
    """Are the layers of the pass all that the statement calls? Other lines may do the rest."""
    statement = text.statement(comment.first)
    paths = {part for layer in each.layers for part in layer.module.split(".")}
    return statement is not None and set(statement.calls) <= paths


def _true(subject: Subject, each: Pass, said: Claim) -> bool:
    before, after = _ends(subject, each)
    if said.before is not None:
        return _agrees(said.before, before) and _agrees(said.after, after)
    shapes = [before, *(subject.rows[layer.name].output_shape for layer in each.layers)]
    kernels = [getattr(layer.op, "kernel_size", None) for layer in each.layers]
    return any(_agrees(said.after, shape) for shape in shapes) or said.after.sizes in kernels


def _agrees(written: Written, shape: Shape) -> bool:
    """Is the written shape this one, with or without the batch, or its positions alone?

    Sizes that are written in another order (channels last) count as the same shape.
    """
    count, rank = len(written.sizes), len(shape)
    readings: list[Shape] = []
    if count == rank:
        readings += [(None, *shape[1:]), (None, *shape[2:], *shape[1:2])]
    if count == rank - 1:
        readings += permutations(shape[1:]) if rank <= 5 else [shape[1:]]
    if count == rank - 2:
        readings += [shape[2:]]
    return any(_same(written.sizes, reading) for reading in readings)


def _same(written: Sequence[int | None], shape: Shape) -> bool:
    return all(a is None or b is None or a == b for a, b in zip(written, shape, strict=True))


def _corrected(text: str, said: Claim, before: Shape, after: Shape) -> str | None:
    """The comment with the right numbers; None where it cannot be about these shapes."""
    pairs = [(said.after, after)]
    if said.before is not None:
        pairs.append((said.before, before))
    changes: list[tuple[tuple[int, int], str]] = []
    for written, shape in pairs:
        count, rank = len(written.sizes), len(shape)
        if count not in (rank, rank - 1, rank - 2):
            return None
        for at, (span, old, new) in enumerate(
            zip(written.spans, written.sizes, shape[rank - count :], strict=True)
        ):
            batch = count == rank and at == 0
            if old is not None and new is not None and old != new and not batch:
                changes.append((span, str(new)))
    for (start, end), new_text in sorted(changes, reverse=True):
        text = text[:start] + new_text + text[end:]
    return text
