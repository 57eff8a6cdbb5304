"""What is exported reads back to the same graph and the same report."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import any_trial

import cnncalc
from cnncalc import nn, ops
from cnncalc.errors import FileError, OpError
from cnncalc.graph import Graph, Input, Layer, Ref
from cnncalc.nn import build
from cnncalc.nn import functional as F
from cnncalc.ops import Op
from cnncalc.sources import zoo
from cnncalc.sources.export import to_json, to_yaml, write
from cnncalc.sources.specfile import json_tree, read_file, yaml_tree
from cnncalc.sources.specfile.network import build as read_tree
from cnncalc.sources.specfile.tree import Document


def from_yaml(text: str) -> Graph:
    document = Document(text, "net.yaml")
    return read_tree(document, yaml_tree.read(document), "net")


def from_json(text: str) -> Graph:
    document = Document(text, "net.json")
    return read_tree(document, json_tree.read(document), "net")


def assert_survives(graph: Graph) -> None:
    for copy in (from_yaml(to_yaml(graph)), from_json(to_json(graph))):
        assert copy == graph
        assert copy.name == graph.name


@pytest.mark.parametrize("name", zoo.ENTRIES)
def test_every_zoo_network(name: str) -> None:
    graph = zoo.graph(name)
    assert_survives(graph)
    copy = from_yaml(to_yaml(graph))
    ours, theirs = (cnncalc.analyze(each).to_dict() for each in (graph, copy))
    for report in (ours, theirs):
        for row in report["rows"]:
            del row["source"]
    assert theirs == ours


def test_the_form_of_a_file() -> None:
    graph = zoo.graph("notes/facecnn")
    assert to_yaml(graph) == (
        "name: notes/facecnn\n"
        "input: 1x112x92\n"
        "layers:\n"
        '  - {name: conv1, op: "Conv2d(1, 32, 3, padding=1)"}\n'
        '  - {name: relu, op: "ReLU()"}\n'
        '  - {name: pool, op: "MaxPool2d(2)"}\n'
        '  - {name: conv2, op: "Conv2d(32, 64, 3, padding=1)"}\n'
        '  - {name: relu#2, op: "ReLU()"}\n'
        '  - {name: pool#2, op: "MaxPool2d(2)", shares: pool}\n'
        "  - {name: reshape, op: \"Reshape(('=0', -1))\"}\n"
        '  - {name: fc1, op: "Linear(41216, 256)"}\n'
        '  - {name: relu#3, op: "ReLU()"}\n'
        '  - {name: fc2, op: "Linear(256, 40)"}'
    )


class Everything(nn.Module):
    """Several inputs and outputs, pieces, parameters, sharing, branches."""

    def __init__(self) -> None:
        self.tower = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU())
        self.scale = nn.Parameter(8, 1, 1)
        self.lstm = nn.LSTM(10, 20, batch_first=True)

    def forward(self, left: Any, right: Any, words: Any) -> Any:
        both = F.cat([self.tower(left), self.tower(right) * self.scale], dim=1)
        first, second = both.chunk(2, dim=1)
        output, (hidden, _) = self.lstm(words)
        return {"image": second + first, "words": (output, hidden), "input": right}


def test_everything_at_once() -> None:
    sizes = {"left": (3, 32, 32), "right": (3, 32, 32), "words": (7, 10)}
    graph = build(Everything(), sizes, "everything")
    assert len({layer.module for layer in graph.layers}) < len(graph.layers)
    assert {ref.output for ref in graph.outputs} == {0, 1}
    assert_survives(graph)


PLAIN = ["0", "1.5", "relu#2", "a.b-c", "yes", "null", "1x2", "0x1", "1e5", ".inf", "12:30", "a:1"]
YAML_SIGNS = [
    "~",
    "x: y",
    "# no",
    "- a",
    "'",
    '"',
    "\\",
    "{c}",
    "[",
    "*a",
    "&a",
    "!t",
    "<<",
    "=",
    "%a",
]
UNPRINTABLE = ["a\nb", " a ", "\x07", "\x85", "\u2028", "\ufeff"]
ODD = [*PLAIN, *YAML_SIGNS, *UNPRINTABLE, "卷积", "😀", "2001-01-01", "from", "name", "op", "a,b"]


@pytest.mark.parametrize("name", ODD, ids=map(ascii, ODD))
def test_odd_names(name: str) -> None:
    graph = Graph(
        name,
        [Input(name + "in"), Input("b", (3, 8))],
        [
            Layer(name, ops.Chunk(2), (Ref(name + "in"),), name),
            Layer("copy", ops.Chunk(2), (Ref(name, 1),), name),
            Layer("odd", ops.Cat(), (Ref(name, 1), Ref("b")), "owner " + name),
        ],
        [Ref(name, 1), Ref(name)],
    )
    assert_survives(graph)


def test_a_layer_that_is_called_as_an_output_of_another() -> None:
    layers = [
        Layer("a", ops.Chunk(2), (Ref("input"),), "a"),
        Layer("a:1", ops.ReLU(), (Ref("a", 1),), "a:1"),
        Layer("b", ops.Add(), (Ref("a", 1), Ref("a:1")), "b"),
    ]
    assert_survives(Graph("odd", [Input("input")], layers, [Ref("a", 1), Ref("a:1")]))


def test_a_module_whose_name_is_no_layer_or_a_later_one() -> None:
    layers = [
        Layer("a", ops.ReLU(), (Ref("input"),), "c"),
        Layer("b", ops.ReLU(), (Ref("a"),), "c"),
        Layer("c", ops.ReLU(), (Ref("b"),), "c"),
        Layer("d", ops.ReLU(), (Ref("c"),), "c"),
        Layer("e", ops.ReLU(), (Ref("d"),), "nobody"),
        Layer("f", ops.ReLU(), (Ref("e"),), "nobody"),
    ]
    assert_survives(Graph("odd", [Input("input")], layers, [Ref("f")]))


def test_a_graph_whose_first_layers_read_nothing() -> None:
    layers = [
        Layer("p", ops.Parameter((3, 3)), (), "p"),
        Layer("cat", ops.Cat(), (Ref("p"),), "cat"),
        Layer("alone", ops.Add(), (Ref("cat"),), "alone"),
    ]
    assert_survives(Graph("odd", [], layers, [Ref("alone")]))
    assert_survives(Graph("odd", [Input("input")], layers, [Ref("alone"), Ref("input")]))


#: Any text that a UTF-8 file can hold.
characters = st.characters(exclude_categories=["Cs"])
names = st.text(characters, min_size=1, max_size=6)


sizes = st.none() | st.lists(st.integers(1, 99), min_size=1, max_size=4).map(tuple)
any_ops = st.lists(any_trial().map(lambda trial: trial.op), min_size=1, max_size=8)


@st.composite
def graphs(draw: Any) -> Graph:
    """Layers of any ops that read anything before them; their shapes need not fit."""
    ops_drawn = draw(any_ops)
    several = draw(st.lists(names, min_size=len(ops_drawn) + 3, max_size=12, unique=True))
    inputs = [Input(name, draw(sizes)) for name in several[: draw(st.integers(1, 3))]]
    refs = [Ref(given.name) for given in inputs]
    layers: list[Layer] = []
    for name, op in zip(several[3:], ops_drawn, strict=False):
        anything = st.lists(st.sampled_from(refs), max_size=3)
        sources = draw(st.just(refs[-1:]) | anything)
        owners = [layer.module for layer in layers if layer.op == op]
        layers.append(Layer(name, op, tuple(sources), draw(st.sampled_from([name, *owners]))))
        refs += [Ref(name, index) for index in range(_outputs(op))]
    outputs = draw(st.lists(st.sampled_from(refs), min_size=1, max_size=3))
    return Graph(draw(names), inputs, layers, outputs)


def _outputs(op: Op) -> int:
    try:
        return op.output_count()
    except OpError:
        return 3  # pieces of a size: as many as the input allows


@given(graphs())
def test_any_graph(graph: Graph) -> None:
    assert_survives(graph)


def test_graphs_compare_without_places(read_yaml: Callable[..., Graph]) -> None:
    a, b = read_yaml("layers: [relu]"), read_yaml("\n\nlayers:\n  - relu")
    assert a.layers != b.layers
    assert a == b
    assert a != read_yaml("layers: [gap]")
    assert a != 1


class TestWrite:
    """`write` puts a file there, whole, or leaves everything as it was."""

    graph = zoo.graph("d2l/lenet")

    @pytest.mark.parametrize("name", ["net.yaml", "net.yml", "net.json", "NET.JSON"])
    def test_it_reads_back(self, tmp_path: Path, name: str) -> None:
        write(self.graph, tmp_path / name)
        assert read_file(tmp_path / name) == self.graph
        assert os.listdir(tmp_path) == [name]

    def test_a_file_is_replaced_and_keeps_its_mode(self, tmp_path: Path) -> None:
        file = tmp_path / "net.yaml"
        file.write_text("old")
        file.chmod(0o640)
        write(self.graph, file)
        assert read_file(file) == self.graph
        assert stat.S_IMODE(file.stat().st_mode) == 0o640

    def test_a_link_stays_a_link(self, tmp_path: Path) -> None:
        (tmp_path / "real.yaml").write_text("old")
        (tmp_path / "link.yaml").symlink_to("real.yaml")
        write(self.graph, tmp_path / "link.yaml")
        assert (tmp_path / "link.yaml").is_symlink()
        assert read_file(tmp_path / "real.yaml") == self.graph

    def test_the_format_follows_from_the_name(self, tmp_path: Path) -> None:
        file = tmp_path / "net"
        with pytest.raises(FileError) as caught:
            write(self.graph, file)
        assert str(caught.value) == (
            f"{file}: cannot tell the format of the file\n"
            "  help: spec files end in .yaml, .yml, .json"
        )
        write(self.graph, file, "json")
        assert from_json(file.read_text()) == self.graph
        with pytest.raises(FileError, match=r"a file of that name is read as json, not yaml"):
            write(self.graph, tmp_path / "net.json", "yaml")

    def test_nothing_is_left_behind(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        file = tmp_path / "net.yaml"
        file.write_text("old")

        def fail(source: str, target: str) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "replace", fail)
        with pytest.raises(FileError, match=r"net\.yaml: No space left on device"):
            write(self.graph, file)
        assert os.listdir(tmp_path) == ["net.yaml"]
        assert file.read_text() == "old"

    def test_places_that_take_no_file(self, tmp_path: Path) -> None:
        with pytest.raises(FileError, match=r"a\.yaml: No such file or directory"):
            write(self.graph, tmp_path / "missing" / "a.yaml")
        (tmp_path / "folder.yaml").mkdir()
        with pytest.raises(FileError, match=r"folder\.yaml is no regular file"):
            write(self.graph, tmp_path / "folder.yaml")
