"""Whatever is read, nothing but a `CnncalcError` comes out, and its message is one line."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc.errors import CnncalcError
from cnncalc.sources.spec import parse_op, read_spec
from cnncalc.sources.specfile import json_tree, yaml_tree
from cnncalc.sources.specfile.network import build
from cnncalc.sources.specfile.tree import Document

ALPHABET = "convfcpoldrux0123456789@=,;()[]{}->*×→.#'\"\n\t\\|: +-_é卷１²\u202e\x00😀"
_PIECES = (
    "conv|3x3|@64|s2|p1|,|->|(|)|[|]|3*|x3|=|fc10|relu|gap|input|Conv2d|Reshape|dropout|0.5|-1|None|"
    "'|1e9999|same|inf|nan|99999999999999999999999|depthwise|g=0|0*|upsample|Linear|pad|permute|"
    "slice|Sum|concat|add|lstm|attention|up|--|=>|@|conv3d|bn8|k=|()|a=|\n| "
)
PIECES = _PIECES.split("|")
SPECS = [
    "conv7x7@64 s2 p3, bn, relu, maxpool3 s2 p1",
    "Conv7×7@64,S=2,P=3 → MaxPool3×3,S=2",
    "3*(conv3x3@64 p1, relu), a=fc10",
    "Conv3×3@256 ×3, fc 10, relu, dropout 0.5, fc10, softmax",
    "input 224x224x3 hwc -> stem=Conv2d(3, 64, 7, stride=2, padding=(3, 3)); lstm64 bidirectional",
    "2*2*(2*relu, (gap) x2), Reshape(('=0', -1)), Einsum('ab->ba'), Split((1,2),dim=-1)",
]
FILE = """\
name: a
input: 3x32x32
blocks:
  b: {params: {c: 4, s: }, layers: [x: "conv3@{c*2} s{s}", {sum: add, from: [x, input]}]}
layers:
  - stem: conv7x7@16 s2 p3
  - l: {block: b, with: {c: 16, s: 1}, repeat: 2}
  - &t {layers: [conv3@8, relu]}
  - {name: "c", op: "Conv2d(3, 8, 3)", from: l.0.x, shares: d}
  - d: Conv2d(3, 8, 3)
  - *t
outputs: [c, stem]
"""
JSON = '{"name": "a", "inputs": {"x": "3x8x8"}, "layers": ["relu", {"a": "fc10", "from": "relu1"}]}'


@st.composite
def damaged(draw: Any, texts: list[str], pieces: list[str]) -> str:
    """One of the texts with a few places changed."""
    text = draw(st.sampled_from(texts))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        cut = draw(st.integers(0, 4))
        text = text[:at] + draw(st.sampled_from(["", *pieces, *ALPHABET])) + text[at + cut :]
    return text


specs = st.one_of(
    st.text(ALPHABET, max_size=60),
    st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join),
    st.lists(st.sampled_from(PIECES), max_size=12).map("".join),
    damaged(SPECS, PIECES),
)


def test_the_texts_are_sound_before_they_are_damaged() -> None:
    for text in SPECS:
        assert read_spec(text).layers
    yaml, json = Document(FILE, "net.yaml"), Document(JSON, "net.json")
    assert build(yaml, yaml_tree.read(yaml), "net").layers
    assert build(json, json_tree.read(json), "net").layers


def refuses_politely(error: CnncalcError) -> None:
    assert "\n" not in error.message
    assert len(str(error)) < 1000


@settings(max_examples=1500)
@given(specs)
def test_specs(text: str) -> None:
    for read in (read_spec, parse_op):
        try:
            read(text)
        except CnncalcError as error:
            refuses_politely(error)


@settings(max_examples=600)
@given(damaged([FILE], [*PIECES, "from: ", "repeat: ", "  ", "\n  - ", "&a", "*a", "{", "}", "!!"]))
def test_yaml_files(text: str) -> None:
    document = Document(text, "net.yaml")
    try:
        build(document, yaml_tree.read(document), "net")
    except CnncalcError as error:
        refuses_politely(error)


@settings(max_examples=400)
@given(damaged([JSON], ["{", "}", "[", '"', ":", "null", "true", "1e5", "\\u12", "-", "from"]))
def test_json_files(text: str) -> None:
    document = Document(text, "net.json")
    try:
        build(document, json_tree.read(document), "net")
    except CnncalcError as error:
        refuses_politely(error)


@settings(max_examples=300)
@given(st.text(max_size=80))
def test_any_text_as_yaml(text: str) -> None:
    document = Document(text, "net.yaml")
    try:
        build(document, yaml_tree.read(document), "net")
    except CnncalcError as error:
        refuses_politely(error)
