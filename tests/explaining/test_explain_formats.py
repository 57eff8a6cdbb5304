"""LaTeX that compiles, HTML that is well formed, Markdown whose tables hold, text that fits."""

from __future__ import annotations

import re
from functools import cache
from html.parser import HTMLParser

import pytest
from cases import CASES
from explained import explained, one_layer

from cnncalc import ops
from cnncalc.errors import NameNotFoundError
from cnncalc.explaining import QUANTITIES, Explanation, explain
from cnncalc.graph import Graph, Input, Layer, Ref
from cnncalc.render.document.text import columns, wrapped

#: Commands of LaTeX itself, amsmath, longtable and geometry: all that is used.
COMMANDS = {
    "documentclass", "usepackage", "begin", "end", "allowdisplaybreaks", "setlength", "parindent",
    "parskip", "baselineskip", "section", "subsection", "textbf", "texttt", "text", "item",
    "hline", "sloppy", "endhead", "Large", "bfseries", "frac", "left", "right", "lfloor", "rfloor",
    "lceil", "rceil", "cdot", "times", "mathrm", "mathbf", "partial", "delta", "sum", "quad",
    "top", "hat", "gamma", "beta", "sigma", "operatorname", "circ", "ni", "Phi", "Sigma",
    "ensuremath", "to", "ldots", "textbackslash", "sqrt", "textasciicircum", "textasciitilde",
    "textquotedbl",
}  # fmt: skip
NAMES = ["a_b%c", "x{y}", "$&#^~", 'q"u\\o|te<>`', "层1", "new\nline\x1b[31m", "émoji😀"]


def odd_names() -> Explanation:
    """Layers with names that no format may take for anything but names."""
    layers = []
    for at, name in enumerate(NAMES):
        before = Ref(NAMES[at - 1] if at else "in_put")
        layers.append(Layer(name, ops.Conv2d(3, 3, 3), (before,), name))
    graph = Graph("odd_&_model", [Input("in_put")], layers, [Ref(NAMES[-1])])
    return explained(graph, {"in_put": (1, 3, 40, 40)})[0]


@cache
def explanations() -> list[Explanation]:
    """Explanations of all there is."""
    specs = {
        "conv5x3@6 s2 p1, bn, relu, maxpool3 s2, flatten, fc10": "3x32x30",
        "conv3, pool2": None,
        "fc8, mha2, lstm5, fc4": "7x6",
    }
    found = [odd_names()]
    found += [explain(spec, size, what=QUANTITIES) for spec, size in specs.items()]
    for case in CASES:
        graph, shapes = one_layer(case.op, case.inputs)
        found.append(explained(graph, shapes, ("layer",))[0])
    return found


def documents(format: str) -> list[tuple[str, str]]:
    """All explanations in a format, by language."""
    return [(lang, each.render(format, lang)) for lang in ("en", "zh") for each in explanations()]


def test_latex_is_whole() -> None:
    for lang, text in documents("latex"):
        assert text.startswith(("\\documentclass{article}", "% XeLaTeX or LuaLaTeX\n"))
        assert ("ctexart" in text) == (lang == "zh" or "层1" in text)
        assert text.endswith("\\end{document}")
        assert set(re.findall(r"\\([A-Za-z]+)", text)) <= COMMANDS
        assert environments(text) == []
        bare = re.sub(r"\\[\\{}$&#%_]", "", text)
        assert bare.count("{") == bare.count("}")
        assert depth_never_negative(bare)
        assert bare.count("$") % 2 == 0
        assert "#" not in bare
        assert bare.count("\\left") == bare.count("\\right")
        # Nothing special outside of formulas and tables.
        prose = re.sub(r"\$[^$]*\$|\\ensuremath\{(?:[^{}]|\{[^{}]*\})*\}", "", bare)
        prose = re.sub(r"\\begin\{(align\*|longtable)\}.*?\\end\{\1\}", "", prose, flags=re.DOTALL)
        assert not re.search(r"[_^&~]", prose.partition("\\begin{document}")[2]), prose


def environments(text: str) -> list[str]:
    """Environments that are not closed, or not in order."""
    opened: list[str] = []
    for kind, name in re.findall(r"\\(begin|end)\{([a-z*]+)\}", text):
        if kind == "begin":
            opened.append(name)
        elif not opened or opened.pop() != name:
            return [name]
    return opened


def depth_never_negative(text: str) -> bool:
    depth = 0
    for character in text:
        depth += (character == "{") - (character == "}")
        if depth < 0:
            return False
    return True


def test_the_latex_checks_can_fail() -> None:
    assert environments("\\begin{align*}\\end{longtable}") == ["longtable"]
    assert environments("\\begin{align*}") == ["align*"]
    assert not depth_never_negative("}{")


class Checker(HTMLParser):
    """Raises where a tag is closed that is not open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        if tag not in ("meta", "br", "mspace"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_html_is_well_formed_and_loads_nothing() -> None:
    for lang, text in documents("html"):
        checker = Checker()
        checker.feed(text)
        checker.close()
        assert checker.open == []
        assert f'<html lang="{lang}">' in text
        assert checker.seen & {"script", "link", "img", "iframe"} == set()
        assert "http" not in text
        assert checker.seen >= {"h1", "h2"}


def test_names_stay_names_in_html_and_markdown() -> None:
    explanation = odd_names()
    html = explanation.render("html")
    assert "q&quot;u\\o|te&lt;&gt;`" in html
    markdown = explanation.render("markdown")
    assert '`` q"u\\o|te<>` ``' in markdown  # in a heading
    assert '`` q"u\\o\\|te<>` ``' in markdown  # in a table
    for format in ("text", "markdown", "latex", "html"):
        shown = explanation.render(format)
        assert "\x1b" not in shown
        assert "new?line" in shown


def test_markdown_tables_have_as_many_cells_as_columns() -> None:
    for _, text in documents("markdown"):
        lines = text.split("\n")
        for at, line in enumerate(lines):
            if re.fullmatch(r"\|( (---|--:) \|)+", line):
                wide = line.count("|")
                for row in lines[at - 1 :]:
                    if not row.startswith("|"):
                        break
                    assert len(re.findall(r"(?<!\\)\|", row)) == wide, row
        assert text.count("$$") % 2 == 0
        assert environments(text) == []


def test_text_fits_the_terminal() -> None:
    explanation = explain("d2l/lenet", what=["size", "field", "memory"])
    for lang in ("en", "zh"):
        for width in (60, 100):
            text = explanation.render("text", lang, width)
            prose = [line for line in text.split("\n") if not line.lstrip().startswith(("=", "-"))]
            tables = [line for line in prose if line.startswith("    ") and "  " in line.strip()]
            long = [line for line in prose if columns(line) > width and line not in tables]
            assert long == []


def test_wide_characters_take_two_columns() -> None:
    assert columns("核 3x3") == 6
    assert wrapped("感受野为 7x7，步幅为 2。", 12) == ["感受野为", "7x7，步幅为", "2。"]
    assert wrapped("one two", 40, "  - ", "    ") == ["  - one two"]


def test_a_format_that_there_is_not() -> None:
    explanation = explain("conv3", what=["field"])
    with pytest.raises(NameNotFoundError, match="unknown format 'pdf'"):
        explanation.render("pdf")
    with pytest.raises(NameNotFoundError, match="unknown language 'de'"):
        explanation.render("text", "de")


def test_notebooks_show_the_page() -> None:
    explanation = explain("conv3", what=["field"])
    assert explanation._repr_html_() == explanation.render("html")
    assert str(explanation) == explanation.render("text", "en")
