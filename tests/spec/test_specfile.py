"""What YAML and JSON spec files read: names, references, blocks, sharing, order."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable

import pytest

from cnncalc import ops
from cnncalc.errors import CnncalcError, Location
from cnncalc.graph import Graph, Input

ReadText = Callable[..., Graph]


def names(graph: Graph) -> list[str]:
    return [layer.name for layer in graph.layers]


def reads(graph: Graph) -> dict[str, list[str]]:
    return {layer.name: [str(ref) for ref in layer.inputs] for layer in graph.layers}


RESIDUAL = """\
name: tiny-resnet
input: 3x32x32
blocks:
  residual:
    params: {c: 64, s: 1}
    layers:
      - conv1: conv3x3@{c} s{s} p1
      - bn, relu
      - conv2: conv3x3@{c} p1
      - skip: conv1x1@{c} s{s}
        from: input
      - sum: add
        from: [conv2, skip]
layers:
  - stem: conv7x7@16 s2 p3
  - layer1: {block: residual, with: {c: 16}}
  - layer2: {block: residual, with: {c: 32, s: 2}, repeat: 3}
  - head: gap
  - fc: fc10
outputs: [fc]
"""


def test_blocks(read_yaml: ReadText) -> None:
    graph = read_yaml(RESIDUAL)
    assert graph.name == "tiny-resnet"
    assert graph.inputs == (Input("input", (3, 32, 32)),)
    body = ["conv1", "bn1", "relu1", "conv2", "skip", "sum"]
    assert names(graph) == [
        "stem",
        *(f"layer1.{name}" for name in body),
        *(f"layer2.{turn}.{name}" for turn in range(3) for name in body),
        "head",
        "flatten1",
        "fc",
    ]
    sources = reads(graph)
    assert sources["layer1.skip"] == ["stem"]
    assert sources["layer1.sum"] == ["layer1.conv2", "layer1.skip"]
    assert sources["layer2.0.skip"] == ["layer1.sum"]
    assert sources["layer2.1.conv1"] == sources["layer2.1.skip"] == ["layer2.0.sum"]
    assert sources["head"] == ["layer2.2.sum"]
    by_name = {layer.name: layer for layer in graph.layers}
    assert by_name["layer1.conv1"].op == ops.Conv2d(None, 16, 3, padding=1)
    assert by_name["layer2.2.conv1"].op == ops.Conv2d(None, 32, 3, stride=2, padding=1)
    assert by_name["layer2.1.sum"].location == Location("net.yaml", 12, 14)
    assert by_name["layer2.1.relu1"].location == Location("net.yaml", 8, 13)
    assert by_name["layer1.conv1"].location == Location("net.yaml", 7, 16)


def test_json_is_the_same(read_yaml: ReadText) -> None:
    import yaml

    text = json.dumps(yaml.safe_load(RESIDUAL), indent="\t").replace("/", "\\/")
    assert read_yaml(text, "net.json") == read_yaml(RESIDUAL)


def test_json_strings(read_yaml: ReadText) -> None:
    text = '{"layers": [{"name": "\\ud83d\\ude00\\n\\"é", "op": "ReLU()"}]}'
    assert names(read_yaml(text, "net.json")) == ['😀\n"é']


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ("[conv3@8, bn, relu]", "conv1 bn1 relu1"),
        ("['conv3@8, bn, 2*relu']", "conv1 bn1 relu1 relu2"),
        ("[{a: conv3@8}]", "a"),
        ("[{a: 'conv3@8, relu'}]", "a.conv1 a.relu1"),
        ("[{a: 'b=conv3@8, relu'}]", "a.b a.relu1"),
        ("[{a: fc10}]", "flatten1 a"),
        ("[{a: 'fc10, relu'}]", "a.flatten1 a.fc1 a.relu1"),
        ("[{a: conv3@8, repeat: 2}]", "a.0.conv1 a.1.conv1"),
        ("[{a: {layers: [conv3@8, relu], repeat: 2}}]", "a.0.conv1 a.0.relu1 a.1.conv1 a.1.relu1"),
        ("[{a: [conv3@8, relu]}]", "a.conv1 a.relu1"),
        ("[{a: [{b: [relu]}, {c: [gap]}]}]", "a.b.relu1 a.c.gap1"),
        ("[{layers: [conv3@8, relu], repeat: 2}]", "conv1 relu1 conv2 relu2"),
        ("[{layers: [{a: conv3@8}, relu], repeat: 3}]", "a relu1 a#2 relu2 a#3 relu3"),
        ("[{name: a, op: 'Conv2d(3, 8, 3)'}]", "a"),
        ("[{op: 'Conv2d(3, 8, 3)'}]", "conv1"),
        ("[{name: a, layers: [relu]}]", "a.relu1"),
        ("[{a: {op: ReLU()}}]", "a"),
        ("[{name: from, op: ReLU()}, {name: '1:1 \\', op: gap}]", "from 1:1\\ \\"),
    ],
)
def test_entries(read_yaml: ReadText, entries: str, expected: str) -> None:
    wanted = [name.replace("\\ ", " ") for name in expected.replace("\\ ", "\0").split()]
    assert names(read_yaml(f"layers: {entries}")) == [name.replace("\0", " ") for name in wanted]


def test_a_layer_reads_the_entry_before_it(read_yaml: ReadText) -> None:
    graph = read_yaml("layers: [{a: [relu, gap]}, bn, {b: relu, from: a}, {c: gap, from: a.relu1}]")
    assert reads(graph) == {
        "a.relu1": ["input"],
        "a.gap1": ["a.relu1"],
        "bn1": ["a.gap1"],
        "b": ["a.gap1"],
        "c": ["a.relu1"],
    }


def test_names_are_looked_up_in_the_block_first(read_yaml: ReadText) -> None:
    graph = read_yaml(
        """\
layers:
  - a: relu
  - part:
      layers:
        - a: gap
        - b: relu
          from: a
        - c: relu
          from: outer
        - d: add
          from: [input, a]
    from: outer
  - outer: relu
    from: a
"""
    )
    assert reads(graph) == {
        "a": ["input"],
        "outer": ["a"],
        "part.a": ["outer"],
        "part.b": ["part.a"],
        "part.c": ["outer"],
        "part.d": ["outer", "part.a"],
    }


def test_turns_of_a_repeat_have_names(read_yaml: ReadText) -> None:
    graph = read_yaml(
        "layers: [{a: {layers: [{x: relu}, gap], repeat: 2}}, "
        "{b: add, from: [a, a.0, a.0.x, a.1.gap1]}]"
    )
    assert reads(graph)["b"] == ["a.1.gap1", "a.0.gap1", "a.0.x", "a.1.gap1"]


def test_a_block_without_a_name_of_its_own_repeats_its_names(
    read_yaml: ReadText,
) -> None:
    graph = read_yaml("layers: [{layers: [{x: relu}, {y: add, from: [x, input]}], repeat: 2}]")
    assert reads(graph) == {
        "x": ["input"],
        "y": ["x", "input"],
        "x#2": ["y"],
        "y#2": ["x#2", "y"],
    }


def test_several_inputs_of_a_block(read_yaml: ReadText) -> None:
    graph = read_yaml(
        """\
inputs: [a, b]
blocks:
  mix:
    layers:
      - sum: add
      - both: concat
        from: ["input:1", sum, input]
layers:
  - mixed: {block: mix, from: [a, b]}
"""
    )
    assert reads(graph) == {"mixed.sum": ["a", "b"], "mixed.both": ["b", "mixed.sum", "a"]}


def test_forward_references_keep_the_order_as_far_as_they_can(
    read_yaml: ReadText,
) -> None:
    graph = read_yaml(
        "layers: [{a: relu, from: d}, {b: gap, from: input}, {c: bn}, {d: conv3@8, from: input}]"
    )
    assert names(graph) == ["b", "c", "d", "a"]


def test_networkx_is_imported_for_forward_references_only() -> None:
    program = """
import sys, tempfile, pathlib
from cnncalc.sources.specfile import read_file
assert "yaml" not in sys.modules and "networkx" not in sys.modules
file = pathlib.Path(tempfile.mkdtemp()) / "net.yaml"
file.write_text("layers: [relu, gap]")
read_file(file)
assert "networkx" not in sys.modules
file.write_text("layers: [{a: relu, from: b}, {b: gap, from: input}]")
read_file(file)
assert "networkx" in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_outputs(read_yaml: ReadText) -> None:
    text = "layers: [{a: relu}, {b: 'chunk(2, dim=1)'}, {c: gap, from: 'b:1'}]\n"
    assert [str(ref) for ref in read_yaml(text).outputs] == ["c"]
    assert [str(ref) for ref in read_yaml(text + "outputs: a").outputs] == ["a"]
    several = read_yaml(text + "outputs: [input, a, b, 'b:1', {name: b, output: 1}]")
    assert [str(ref) for ref in several.outputs] == ["input", "a", "b", "b:1", "b:1"]
    assert reads(several)["c"] == ["b:1"]


def test_a_name_with_a_colon_comes_before_an_output(read_yaml: ReadText) -> None:
    graph = read_yaml(
        "layers: [{a: 'chunk(2)'}, {name: 'a:1', op: gap}, {b: gap, from: 'a:1'},"
        " {c: gap, from: {name: a, output: 1}}]"
    )
    assert reads(graph)["b"] == ["a:1"]
    assert graph.layers[2].inputs == (("a:1", 0),)
    assert graph.layers[3].inputs == (("a", 1),)


@pytest.mark.parametrize(
    ("head", "inputs"),
    [
        ("", [("input", None)]),
        ("input: 3x32x16", [("input", (3, 32, 16))]),
        ("input: 32x16x3 hwc", [("input", (3, 32, 16))]),
        ("input: (3, 32, 16)", [("input", (3, 32, 16))]),
        ("input: [3, 32, 16]", [("input", (3, 32, 16))]),
        ("input: 784", [("input", (784,))]),
        ("input:", [("input", None)]),
        ("inputs: {image: 3x32x16}", [("image", (3, 32, 16))]),
        ("inputs: [image]", [("image", None)]),
    ],
)
def test_inputs(read_yaml: ReadText, head: str, inputs: list[Input]) -> None:
    graph = read_yaml(f"{head}\nlayers: [relu]")
    assert [given[:2] for given in graph.inputs] == inputs
    assert reads(graph)["relu1"] == [inputs[0][0]]


def test_inputs_of_different_ranks(read_yaml: ReadText) -> None:
    graph = read_yaml(
        """\
inputs: {image: 3x32x32, sound: 1x800, meta: 10}
layers:
  - a: [conv3@8, bn, gap, flatten]
    from: image
  - b: [conv3@8, bn, gap, flatten]
    from: sound
  - c: fc8, bn
    from: meta
  - all: concat
    from: [a, b, c]
"""
    )
    types = " ".join(layer.op.type for layer in graph.layers)
    assert types == (
        "Conv2d BatchNorm2d GlobalAvgPool Flatten "
        "Conv1d BatchNorm1d GlobalAvgPool Flatten "
        "Linear BatchNorm1d Cat"
    )


def test_sharing(read_yaml: ReadText) -> None:
    graph = read_yaml(
        """\
inputs: [a, b]
layers:
  - conv: conv3@8
    from: a
  - twin: conv3@8
    from: b
    shares: conv
  - third: conv3@8
    shares: twin
  - tower: [conv3@8, relu]
  - copy: [conv3@8, relu]
    shares: tower
  - {name: odd, op: "Conv2d(None, 8, 3)", module: nobody}
"""
    )
    assert {layer.name: layer.module for layer in graph.layers} == {
        "conv": "conv",
        "twin": "conv",
        "third": "conv",
        "tower.conv1": "tower.conv1",
        "tower.relu1": "tower.relu1",
        "copy.conv1": "tower.conv1",
        "copy.relu1": "tower.relu1",
        "odd": "nobody",
    }


def test_sharing_with_a_later_layer(read_yaml: ReadText) -> None:
    graph = read_yaml("layers: [{a: conv3@8, shares: b}, {b: conv3@8}]")
    assert [layer.module for layer in graph.layers] == ["b", "b"]


def test_a_parameter_reads_nothing(read_yaml: ReadText) -> None:
    graph = read_yaml("layers: [conv3@8, {scale: Parameter(8)}, {m: mul, from: [conv1, scale]}]")
    assert reads(graph) == {"conv1": ["input"], "scale": [], "m": ["conv1", "scale"]}


@pytest.mark.parametrize(
    ("expression", "channels"),
    [
        ("{c}", 12),
        ("{c*4}", 48),
        ("{ 2*c//3 }", 8),
        ("{c - 2*2}", 8),
        ("{(c + 1) % 5}", 3),
        ("{max(c, 20) - min(c, 5)}", 15),
        ("{-c + 20}", 8),
        ("1{c}", 112),
    ],
)
def test_arithmetic(read_yaml: ReadText, expression: str, channels: int) -> None:
    graph = read_yaml(
        f"blocks: {{b: {{params: {{c: 12}}, layers: ['conv3@{expression}']}}}}\n"
        "layers: [{a: {block: b}}]"
    )
    assert graph.layers[0].op == ops.Conv2d(None, channels, 3)


def test_parameters_are_passed_on(read_yaml: ReadText) -> None:
    graph = read_yaml(
        """\
blocks:
  one:
    params: {c: null}
    layers: ["conv3@{c}"]
  many:
    params: {c: 4, n: 1}
    layers:
      - first: {block: one, with: {c: "{2*c}"}}
      - rest: {block: one, with: {c: "{c}"}, repeat: "{n - 1}"}
layers:
  - a: {block: many, with: {n: 3}}
"""
    )
    assert [(layer.name, layer.op.out_channels) for layer in graph.layers] == [
        ("a.first.conv1", 8),
        ("a.rest.0.conv1", 4),
        ("a.rest.1.conv1", 4),
    ]


def test_aliases(read_yaml: ReadText) -> None:
    graph = read_yaml("layers:\n  - &a {layers: [conv3@8, relu]}\n  - *a\n")
    assert names(graph) == ["conv1", "relu1", "conv2", "relu2"]


def test_a_text_over_several_lines(read_yaml: ReadText) -> None:
    graph = read_yaml("layers:\n  - |\n    conv3@8 p1 # first\n    relu\n  - conv3@8,\n    relu\n")
    assert names(graph) == ["conv1", "relu1", "conv2", "relu2"]


def test_other_files_hold_the_spec_language(read_yaml: ReadText) -> None:
    graph = read_yaml("# two\nrelu\ngap\n", "net.spec")
    assert graph.name == "net"
    assert names(graph) == ["relu1", "gap1"]
    assert graph.layers[1].location == Location("net.spec", 3, 1)


def test_a_byte_order_mark_and_line_ends(read_yaml: ReadText) -> None:
    assert names(read_yaml("\ufefflayers:\r\n  - relu\r\n  - gap\r\n")) == ["relu1", "gap1"]
    assert names(read_yaml("\ufeffrelu\r\ngap\r\n", "a.txt")) == ["relu1", "gap1"]


def test_yaml_without_its_c_library(read_yaml: ReadText, monkeypatch: pytest.MonkeyPatch) -> None:
    import yaml

    fast = read_yaml(RESIDUAL)
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    slow = read_yaml(RESIDUAL)
    assert slow == fast
    assert [layer.location for layer in slow.layers] == [layer.location for layer in fast.layers]
    with pytest.raises(CnncalcError, match=r"net\.yaml:2:5: not YAML: "):
        read_yaml("layers: [relu\nname: x")
    with pytest.raises(CnncalcError, match="more than 60 levels of nesting"):
        read_yaml("layers: " + "[" * 100_000)
