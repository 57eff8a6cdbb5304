"""What the source silences: `# cnncalc: ignore[code]` on a line, or alone on the line above."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ..errors import Location, closest
from ..finding import Finding, Severity
from .codes import CODES
from .subject import Subject
from .text import Comment, Text

_COMMENT = re.compile(r"#\s*cnncalc\s*:\s*ignore\b\s*(\[(?P<codes>[^\]]*)\])?", re.I)

#: What cannot be silenced: nothing behind it was checked.
NEVER = frozenset({"layer-undefined"})

#: Line -> the codes that are silenced there; None: all.
_Lines = dict[int, set[str] | None]


class Ignores:
    """What is silenced where, read from the files that findings and layers point at."""

    def __init__(self, subject: Subject, everywhere: Iterable[str]) -> None:
        self._subject = subject
        self._everywhere = frozenset(everywhere)
        self._files: dict[str, _Lines] = {}
        #: Findings on comments that name codes which do not exist.
        self.unknown: list[Finding] = []
        for layer in subject.graph.layers:
            self._lines(layer.location)
            self._lines(None if layer.made is None else layer.made.location)

    def silences(self, finding: Finding) -> bool:
        """Is the finding silenced, at its place, or where its layer is made or called?"""
        if finding.code in NEVER:
            return False
        if finding.code in self._everywhere:
            return True
        layer = self._subject.layers.get(finding.layer or "")
        places = [finding.location]
        if layer is not None:
            places.append(layer.location)
            if layer.made is not None:
                written = layer.made.arguments.values()
                places += [layer.made.location, *(each.location for each in written)]
        return any(self._silent(place, finding.code) for place in places)

    def _silent(self, place: Location | None, code: str) -> bool:
        lines = self._lines(place)
        if place is None or place.line not in lines:
            return False
        codes = lines[place.line]
        return codes is None or code in codes

    def _lines(self, place: Location | None) -> _Lines:
        if place is None or place.file is None:
            return {}
        if place.file not in self._files:
            text = self._subject.texts.get(place)
            self._files[place.file] = {} if text is None else self._read(text)
        return self._files[place.file]

    def _read(self, text: Text) -> _Lines:
        lines: _Lines = {}
        if "cnncalc" not in text.text:
            return lines
        for comment in text.comments:
            found = _COMMENT.search(comment.text)
            if found is None:
                continue
            line = _line_of(comment, text.lines)
            codes = _codes(found["codes"])
            self.unknown += _unknown(codes or (), comment, text.name)
            known = lines.get(line, set())
            lines[line] = None if codes is None or known is None else known | set(codes)
        return lines


def _codes(text: str | None) -> list[str] | None:
    """The codes in brackets; None where there are no brackets, which means every code."""
    return None if text is None else [code.strip() for code in text.split(",") if code.strip()]


def _line_of(comment: Comment, lines: Sequence[str]) -> int:
    """The line that a comment is about: its own, or the next one with code where it is alone."""
    if not comment.alone:
        return comment.line
    for number in range(comment.line, len(lines)):
        if lines[number].strip() and not lines[number].lstrip().startswith("#"):
            return number + 1
    return comment.line


def _unknown(codes: Iterable[str], comment: Comment, file: str) -> list[Finding]:
    return [
        Finding(
            "ignore-unknown",
            Severity.WARNING,
            None,
            f"there is no finding with the code {code!r} to ignore",
            None,
            code,
            closest(code, CODES) or "docs/check.md lists the codes",
            Location(file, comment.line, comment.column),
        )
        for code in codes
        if code not in CODES
    ]
