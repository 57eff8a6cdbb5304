"""A document as LaTeX: an article in amsmath and longtable; Chinese in ctex (XeLaTeX)."""

from __future__ import annotations

from collections.abc import Sequence

from ... import notation
from .blocks import Block, Break, Bullets, Grid, Heading, Prose, Spans, Working, printable

_ESCAPES = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#",
    "%": r"\%", "_": r"\_", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
    "<": r"\ensuremath{<}", ">": r"\ensuremath{>}", "|": r"\ensuremath{|}",
    "·": r"\ensuremath{\cdot}", "×": r"\ensuremath{\times}", "σ": r"\ensuremath{\sigma}",
    "δ": r"\ensuremath{\delta}", "γ": r"\ensuremath{\gamma}", "∂": r"\ensuremath{\partial}",
    "Φ": r"\ensuremath{\Phi}", "Σ": r"\ensuremath{\Sigma}", "x̂": r"\ensuremath{\hat{x}}",
    "⌊": r"\ensuremath{\lfloor}", "⌋": r"\ensuremath{\rfloor}",
    "⌈": r"\ensuremath{\lceil}", "⌉": r"\ensuremath{\rceil}", "°": r"\ensuremath{^{\circ}}",
    "→": r"\ensuremath{\to}", '"': r"\textquotedbl{}", "…": r"\ldots{}",
}  # fmt: skip
_SECTIONS = {2: "section", 3: "subsection"}
_HEAD = r"""\documentclass{article}
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
"""
_HEAD_ZH = r"""% XeLaTeX or LuaLaTeX
\documentclass[UTF8]{ctexart}
"""
_PACKAGES = r"""\usepackage{amsmath}
\usepackage{longtable}
\usepackage[margin=2.2cm]{geometry}
\allowdisplaybreaks
\sloppy
\setlength{\parindent}{0pt}
\setlength{\parskip}{0.5\baselineskip}
"""


def printed(blocks: Sequence[Block], lang: str) -> str:
    """The document, from `\\documentclass` to `\\end{document}`."""
    body = "\n\n".join(_part(block) for block in blocks)
    wide = lang == "zh" or any(character >= "\u2e80" for character in body)
    head = _HEAD_ZH if wide else _HEAD
    return f"{head}{_PACKAGES}\\begin{{document}}\n\n{body}\n\n\\end{{document}}"


def _part(block: Block) -> str:
    if isinstance(block, Heading):
        return _heading(block)
    if isinstance(block, Prose):
        return marked(block.spans)
    if isinstance(block, Bullets):
        items = "\n".join(rf"\item {marked(item)}" for item in block.items)
        return f"\\begin{{itemize}}\n{items}\n\\end{{itemize}}"
    if isinstance(block, Working):
        return _working(block)
    if isinstance(block, Grid):
        return _grid(block)
    if isinstance(block, Break):
        return r"\newpage"
    lines = " \\\\\n".join(f"& {latex}" for _, latex in block.lines)
    return f"\\begin{{align*}}\n{lines}\n\\end{{align*}}"


def _heading(block: Heading) -> str:
    text = marked(block.spans)
    if block.level == 1:
        return f"\\begin{{center}}\n\\Large\\bfseries {text}\n\\end{{center}}"
    return f"\\{_SECTIONS.get(block.level, 'paragraph')}*{{{text}}}"


def escaped(text: str) -> str:
    """Plain text for LaTeX; a question mark for what its usual fonts do not have."""
    text = printable(text).replace("x̂", "\0")
    shown = "".join(_ESCAPES.get(each, each if _has(each) else "?") for each in text)
    return shown.replace("\0", _ESCAPES["x̂"])


def _has(character: str) -> bool:
    """Do the fonts have it? (Chinese ones too: `printed` sees to that.)"""
    return character < "\u0180" or "\u2e80" <= character <= "\uffef"


def marked(spans: Spans) -> str:
    """Spans as LaTeX text."""
    found = []
    for span in spans:
        if span.kind == "math":
            found.append(f"${inline(span.text)}$")
        elif span.kind == "code":
            found.append(rf"\texttt{{{escaped(span.text)}}}")
        else:
            found.append(escaped(span.text))
    return "".join(found)


def inline(formula: str) -> str:
    """A formula for a line of text."""
    return notation.latex(formula)


def math_text(spans: Spans) -> str:
    """Spans for `\\text{}` inside of a formula: no dollars, no fonts."""
    return "".join(
        escaped(notation.text(span.text) if span.kind == "math" else span.text) for span in spans
    )


def chain(block: Working, name: str) -> str:
    """The lines of a working, aligned at their equals signs."""
    shown = [notation.latex(line) for line in block.lines]
    if block.result is None:
        shown.append(rf"\text{{{math_text(block.unknown)}}}")
    else:
        unit = math_text(block.unit)
        shown.append(notation.latex(block.result) + (rf"\ \text{{{unit}}}" if unit else ""))
    return f"{name} &= " + " \\\\\n&= ".join(shown)


def _working(block: Working) -> str:
    body = chain(block, "")
    parts = [rf"\textbf{{{marked(block.name)}}}", f"\\begin{{align*}}\n{body}\n\\end{{align*}}"]
    if block.where:
        parts.append(marked(block.where))
    parts += [marked(remark) for remark in block.remarks]
    return "\n\n".join(parts)


def _grid(block: Grid) -> str:
    aligned = "".join("r" if right else "l" for right in block.right)
    heads = " & ".join(marked(column) for column in block.columns)
    rows = "\n".join(" & ".join(marked(cell) for cell in row) + r" \\" for row in block.rows)
    caption = f"{marked(block.caption)}\n\n" if block.caption else ""
    return (
        f"{caption}\\begin{{longtable}}{{{aligned}}}\n{heads} \\\\\n\\hline\n\\endhead\n"
        f"{rows}\n\\end{{longtable}}"
    )
