"""The examples in docs/spec.md and docs/specfile.md do what is said beside them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cnncalc.errors import CnncalcError
from cnncalc.graph import Graph
from cnncalc.sources.spec import read_spec
from cnncalc.sources.specfile import read_file

DOCS = Path(__file__).parent.parent / "docs"
_FENCE = re.compile(r"^```(\w+)\n(.*?)^```\n(?:```(layers|error)\n(.*?)^```\n)?", re.M | re.S)


def examples(name: str) -> list[tuple[str, str, str, str]]:
    """(language, text, kind of what follows, what follows) of each fenced example."""
    found = _FENCE.findall((DOCS / name).read_text("utf-8"))
    return [each for each in found if each[0] in ("spec", "yaml")]


EXAMPLES = [*examples("spec.md"), *examples("specfile.md")]


def read(language: str, text: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Graph:
    if language == "spec":
        return read_spec(text.removesuffix("\n"))
    monkeypatch.chdir(folder)
    Path("net.yaml").write_text(text, "utf-8")
    return read_file("net.yaml")


@pytest.mark.parametrize(
    ("language", "text", "kind", "follows"), EXAMPLES, ids=[each[1][:30] for each in EXAMPLES]
)
def test_example(
    language: str,
    text: str,
    kind: str,
    follows: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if kind == "error":
        with pytest.raises(CnncalcError) as caught:
            read(language, text, tmp_path, monkeypatch)
        assert f"{caught.value}\n" == follows
        return
    graph = read(language, text, tmp_path, monkeypatch)
    if kind == "layers":
        width = max(len(layer.name) for layer in graph.layers)
        shown = [f"{layer.name:<{width}}  {layer.op}\n" for layer in graph.layers]
        assert "".join(shown) == follows


def test_there_are_examples() -> None:
    kinds = [each[2] for each in EXAMPLES]
    assert kinds.count("layers") > 10
    assert kinds.count("error") > 2


def test_the_words_in_the_tables_are_read() -> None:
    """Each piece of code in the first column of a table of layers makes a network."""
    text = (DOCS / "spec.md").read_text("utf-8")
    rows = re.findall(r"^\| (`.*?) \| ", text.split("## Options")[0], re.M)
    words = [word for row in rows for word in re.findall(r"`(.*?)`", row)]
    assert len(words) >= 40
    for word in words:
        assert read_spec(word).layers
