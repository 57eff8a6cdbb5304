"""What spec files refuse: messages with place, line and caret, word for word."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from cnncalc.errors import CnncalcError, FileError, LimitError, SpecError
from cnncalc.graph import Graph
from cnncalc.sources.specfile import read_file

ReadText = Callable[..., Graph]
B = "blocks: {b: {params: {c: 9}, layers: ['conv3x3@EXPR']}}\nlayers: [{block: b}]"


def block(expression: str) -> str:
    return B.replace("EXPR", expression)


def block_error(message: str, expression: str) -> str:
    line = block(expression).split("\n")[0]
    return f"1:40: {message}\n  {line}\n  {' ' * 39}^"


CASES = [
    ("", "1:1: the file is empty\n  help: a network needs layers:"),
    ("relu", "1:1: expected a network as a mapping, received 'relu'\n  relu\n  ^"),
    ("- relu", "1:1: expected a network as a mapping, received a list\n  - relu\n  ^"),
    ("name: x", "1:1: the network has no layers\n  name: x\n  ^\n"
     "  help: list them under layers:"),
    ("layer: [relu]", "1:1: unknown key 'layer'\n  layer: [relu]\n  ^\n"
     "  help: did you mean layers?"),
    ("layers: [relu]\nlayers: [bn]", "2:1: the key 'layers' is given twice\n"
     "  layers: [bn]\n  ^"),
    ("layers: !!python/name:os.system [relu]",
     "1:9: tags such as 'tag:yaml.org,2002:python/name:...' are not read\n"
     "  layers: !!python/name:os.system [relu]\n          ^"),
    ("layers: !mine [relu]",
     "1:9: tags such as '!mine' are not read\n  layers: !mine [relu]\n          ^"),
    ("layers:\n  - 0: relu", "2:5: expected a name as the key, received the number 0\n"
     '    - 0: relu\n      ^\n  help: put names in quotes: "0"'),
    ("layers: [{a: relu, from: 3}]",
     "1:26: expected the name of a layer, received the number 3\n"
     "  layers: [{a: relu, from: 3}]\n                           ^\n"
     '  help: put names in quotes: "3"'),
    ("name: yes\nlayers: [relu]", "1:7: expected a name, received the word for true\n"
     "  name: yes\n        ^\n  help: put names in quotes"),
    ("layers: [3]", "1:10: expected a layer as a mapping, received the number 3\n"
     "  layers: [3]\n           ^"),
    ("layers: relu", "1:9: expected layers as a list, received 'relu'\n"
     "  layers: relu\n          ^"),
    ("layers: []", "1:9: expected layers, received an empty list\n  layers: []\n          ^"),
    ("layers: ['']", "1:11: expected layers, received ''\n  layers: ['']\n            ^"),
    ("layers: [{a: }]", "1:14: expected the layers of 'a', received nothing\n"
     "  layers: [{a: }]\n               ^"),
    ("layers: [{from: a}]", "1:10: expected a layer, received only its options\n"
     "  layers: [{from: a}]\n           ^"),
    ("layers: [{a: relu, frm: b}]", "1:20: unknown key 'frm'\n"
     "  layers: [{a: relu, frm: b}]\n                     ^\n  help: did you mean from?"),
    ("layers: [{op: relu, repeat: 2}]", "1:21: unknown key 'repeat'\n"
     "  layers: [{op: relu, repeat: 2}]\n                      ^\n"
     "  help: the keys are name, op, from, shares, module"),
    ("layers: [{a: {op: relu, from: b}, from: b}]", "1:25: the key 'from' is given twice\n"
     "  layers: [{a: {op: relu, from: b}, from: b}]\n                          ^"),
    ("layers: [{a: {b: relu}}]", "1:14: expected one of the keys op, block, layers\n"
     "  layers: [{a: {b: relu}}]\n               ^"),
    ("layers: [{a: b=relu}]", "1:16: 'a' is its name already\n"
     "  layers: [{a: b=relu}]\n                 ^"),
    ("layers: [&x [*x]]", "1:14: the alias *x contains itself\n"
     "  layers: [&x [*x]]\n               ^"),
    ("layers: [*x]", "1:10: the alias *x is not defined before\n  layers: [*x]\n           ^"),
    ("layers: [relu]\n---\nlayers: [bn]",
     "2:1: expected one network, received a second document\n  ---\n  ^"),
    ("layers: [relu\nname: x", "2:5: not YAML: did not find expected ',' or ']'\n"
     "  name: x\n      ^"),
    ("layers:\n\t- relu", "2:1: not YAML: found character that cannot start any token\n"
     "   - relu\n  ^"),
    # The spec language inside.
    ("layers:\n  - stem: conv7x7@64 s0", "2:23: stride: expected a positive whole number, "
     "received 0\n    - stem: conv7x7@64 s0\n                        ^"),
    ("layers: ['relu, relo']", "1:17: expected a layer, received 'relo'\n"
     "  layers: ['relu, relo']\n                  ^\n  help: did you mean relu, rrelu, relu6?"),
    ("layers:\n  - |\n    relu\n    gap3", "2:5: gap takes no number\n  gap3\n     ^"),
    ("layers: [\"\\x72elu, gap3\"]", "1:10: gap takes no number\n  relu, gap3\n           ^"),
    ("layers: ['input 3x3x3, relu']", "1:11: the input comes first, and only once\n"
     "  layers: ['input 3x3x3, relu']\n            ^"),
    ("layers: [{op: 'relu, gap'}]", "1:20: expected one layer, received more\n"
     "  layers: [{op: 'relu, gap'}]\n                     ^"),
    ("layers: [relu, add]", "1:16: add reads several layers\n  layers: [relu, add]\n"
     "                 ^\n  help: a spec file names them: - {sum: add, from: [a, b]}"),
    # Names.
    ("layers: [{a: relu}, {a: bn}]", "1:25: the name 'a' is used twice\n"
     "  layers: [{a: relu}, {a: bn}]\n                          ^"),
    ("layers: [{a: relu}, {a: [relu, bn]}]", "1:22: the name 'a' is used twice\n"
     "  layers: [{a: relu}, {a: [relu, bn]}]\n                       ^"),
    ("inputs: [a]\nlayers: [{a: relu}]", "2:14: the name 'a' is used twice\n"
     "  layers: [{a: relu}]\n               ^"),
    ("layers: [{b: [{input: relu}]}]", "1:23: 'input' is what comes into the block\n"
     "  layers: [{b: [{input: relu}]}]\n                        ^"),
    ("layers: [{conv: relu, from: covn}]", "1:29: 'covn' is no layer and no input\n"
     "  layers: [{conv: relu, from: covn}]\n                              ^\n"
     "  help: did you mean conv?"),
    ("layers: [{a: relu, from: xyz}]", "1:26: 'xyz' is no layer and no input\n"
     "  layers: [{a: relu, from: xyz}]\n                           ^\n  help: there are input, a"),
    ("layers: [relu]\noutputs: [gap1]", "2:11: 'gap1' is no layer and no input\n"
     "  outputs: [gap1]\n            ^\n  help: there are input, relu1"),
    ("layers: [relu]\noutputs: ['relu1:1']", "2:12: relu1 has one output, counted from 0\n"
     "  outputs: ['relu1:1']\n             ^"),
    ("layers: [{a: 'chunk(2)'}, {b: relu, from: 'a:2'}]",
     "1:44: a has 2 outputs, counted from 0\n"
     "  layers: [{a: 'chunk(2)'}, {b: relu, from: 'a:2'}]\n"
     "                                             ^"),
    ("layers: [{a: [relu]}, {b: relu, from: 'a:1'}]",
     "1:40: 'a:1' has one output, counted from 0\n"
     "  layers: [{a: [relu]}, {b: relu, from: 'a:1'}]\n"
     "                                         ^"),
    ("layers: [{b: [{s: add, from: [input, 'input:1']}]}]",
     "1:39: the block has one input, counted from 0: there is no input:1\n"
     "  layers: [{b: [{s: add, from: [input, 'input:1']}]}]\n"
     "                                        ^"),
    ("inputs: [a, b]\nlayers: [relu]",
     "2:10: the network has several inputs: say with from: what the first layer reads\n"
     "  layers: [relu]\n           ^"),
    ("inputs: [a, b]\nlayers: [{c: [relu]}]",
     "2:11: the network has several inputs: say with from: what the block reads\n"
     "  layers: [{c: [relu]}]\n            ^"),
    # Cycles.
    ("layers:\n  - a: relu\n    from: b\n  - b: relu",
     "2:8: the layers form a cycle: a -> b -> a\n    - a: relu\n         ^"),
    ("layers: [{a: relu, from: a}]",
     "1:14: the layers form a cycle: a -> a\n  layers: [{a: relu, from: a}]\n               ^"),
    ("layers: [{x: relu}, {a: add, from: [x, c]}, {b: relu}, {c: gap}]",
     "1:25: the layers form a cycle: a -> b -> c -> a\n"
     "  layers: [{x: relu}, {a: add, from: [x, c]}, {b: relu}, {c: gap}]\n"
     "                          ^"),
    # Sharing.
    ("layers: [{a: conv3@8}, {b: conv5@8, shares: a}]",
     "1:28: b (Conv2d(None, 8, 5)) cannot share the parameters of a (Conv2d(None, 8, 3))\n"
     "  layers: [{a: conv3@8}, {b: conv5@8, shares: a}]\n                             ^"),
    ("layers: [{a: relu, shares: b}, {b: relu, shares: a}]",
     "1:50: a layer cannot share with itself\n"
     "  layers: [{a: relu, shares: b}, {b: relu, shares: a}]\n"
     "                                                   ^"),
    ("layers: [{a: [relu, gap]}, {b: [relu], shares: a}]",
     "1:48: 'a': 1 layers cannot share the parameters of 2\n"
     "  layers: [{a: [relu, gap]}, {b: [relu], shares: a}]\n"
     "                                                 ^"),
    # Inputs.
    ("input: 3x0x3\nlayers: [relu]",
     "1:8: input '3x0x3': sizes start at 1, received 0\n  input: 3x0x3\n         ^"),
    ("input: [3, a]\nlayers: [relu]",
     "1:8: input '3xa': 'a' is not a whole number\n  input: [3, a]\n         ^"),
    ("input: yes\nlayers: [relu]",
     "1:8: expected a size such as 3x224x224, received the word for true\n"
     "  input: yes\n         ^"),
    ("input: 3x3\ninputs: [a]\nlayers: [relu]",
     "2:1: expected input or inputs, received both\n  inputs: [a]\n  ^"),
    ("inputs: [a, a]\nlayers: [relu]",
     "1:9: two inputs have the same name\n  inputs: [a, a]\n          ^"),
    # Blocks.
    ("blocks: {residual: {layers: [relu]}}\nlayers: [{block: residul}]",
     "2:18: unknown block 'residul'\n  layers: [{block: residul}]\n                   ^\n"
     "  help: did you mean residual?"),
    ("blocks: {b: {params: {c: 1}}}\nlayers: [relu]",
     "1:10: the block 'b' has no layers\n  blocks: {b: {params: {c: 1}}}\n           ^"),
    ("blocks: {b: {layers: [relu], parms: {}}}\nlayers: [relu]",
     "1:30: unknown key 'parms'\n  blocks: {b: {layers: [relu], parms: {}}}\n"
     "                               ^\n  help: did you mean params?"),
    ("blocks: {b: {params: {c: x}, layers: [relu]}}\nlayers: [relu]",
     "1:26: expected a whole number, or nothing, received 'x'\n"
     "  blocks: {b: {params: {c: x}, layers: [relu]}}\n                           ^"),
    ("blocks: {b: {params: {max: 1}, layers: [relu]}}\nlayers: [relu]",
     "1:23: 'max' cannot name a parameter\n"
     "  blocks: {b: {params: {max: 1}, layers: [relu]}}\n                        ^"),
    ("blocks: {b: {params: {c: 1}, layers: [relu]}}\nlayers: [{block: b, with: {d: 2}}]",
     "2:28: unknown parameter 'd' of b\n  layers: [{block: b, with: {d: 2}}]\n"
     "                             ^\n  help: there are c"),
    ("blocks: {b: {params: {c: }, layers: [relu]}}\nlayers: [{block: b}]",
     "2:18: the block b needs the parameter c\n  layers: [{block: b}]\n"
     "                   ^\n  help: with: {c: ...}"),
    ("blocks: {a: {layers: [{block: b}]}, b: {layers: [{block: a}]}}\nlayers: [{block: a}]",
     "1:58: the block contains itself: a -> b -> a\n"
     "  blocks: {a: {layers: [{block: b}]}, b: {layers: [{block: a}]}}\n"
     "                                                           ^"),
    ("layers: [{a: relu, repeat: 0}]",
     "1:28: expected a repeat count, a whole number from 1 on, received the number 0\n"
     "  layers: [{a: relu, repeat: 0}]\n                             ^"),
    # Arithmetic.
    (block("{d}"), block_error("unknown parameter 'd'", "{d}") + "\n  help: the parameters are c"),
    ("layers: ['conv3@{c}']", "1:11: unknown parameter 'c'\n  layers: ['conv3@{c}']\n"
     "            ^\n  help: there are none here"),
    (block("{c**9**9}"),
     block_error("'c**9**9': only + - * // % min max are allowed", "{c**9**9}")),
    (block("{c/2}"), block_error("'c/2': sizes are whole numbers", "{c/2}")
     + "\n  help: divide with //"),
    (block("{c//0}"), block_error("'c//0' divides by zero", "{c//0}")),
    (block("{c"), block_error("'{' is never closed", "{c")),
    (block("c}"), block_error("'}' closes nothing", "c}")),
    (block("{}"), block_error("'' is no expression", "{}") + "\n  help: such as {c*2}"),
    (block("{c c}"), block_error("'c c' is no expression", "{c c}") + "\n  help: such as {c*2}"),
    (block("{1.5}"),
     block_error("'1.5': only whole numbers up to 1,000,000,000,000 are allowed", "{1.5}")),
    (block("{c.real}"), block_error("'c.real': only + - * // % min max are allowed", "{c.real}")),
    (block("{exit()}"), block_error("'exit()': only + - * // % min max are allowed", "{exit()}")),
    (block("{min(c)}"), block_error("'min(c)' is no expression", "{min(c)}")
     + "\n  help: such as {c*2}"),
    (block("{9999999*9999999}"),
     block_error("'9999999*9999999' is beyond 1,000,000,000,000", "{9999999*9999999}")),
    (block("{c-9}"), "1:40: out_channels: expected a positive whole number, received 0\n"
     "  conv3x3@0\n          ^"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "shown"), CASES, ids=[text for text, _ in CASES])
def test_messages(read_yaml: ReadText, text: str, shown: str) -> None:
    with pytest.raises(SpecError) as caught:
        read_yaml(text)
    assert str(caught.value) == f"net.yaml:{shown}"
    assert "\n" not in caught.value.message


JSON_CASES = [
    ("", "1:1: not JSON: expected a value, received the end"),
    ('{"layers": ["relu",]}', "1:20: not JSON: expected a value, received ']'\n"
     '  {"layers": ["relu",]}\n                     ^'),
    ('{"layers": ["relu"}', "1:19: not JSON: expected ',' or ']', received '}'\n"
     '  {"layers": ["relu"}\n                    ^'),
    ('{layers: []}', "1:2: not JSON: expected a name in double quotes, received 'l'\n"
     "  {layers: []}\n   ^"),
    ('{"layers" []}', "1:11: not JSON: expected ':', received '['\n"
     '  {"layers" []}\n            ^'),
    ('{"layers": ["relu"]} x', "1:22: not JSON: expected the end, received 'x'\n"
     '  {"layers": ["relu"]} x\n                       ^'),
    ('{"a": 1, "a": 1}', "1:11: the key 'a' is given twice\n"
     '  {"a": 1, "a": 1}\n            ^'),
    ('{"layers": ["relu\n"]}', "1:13: not JSON: Invalid control character at\n"
     '  {"layers": ["relu\n              ^'),
    ('{"layers": [nul]}', "1:13: not JSON: expected a value, received 'n'\n"
     '  {"layers": [nul]}\n              ^'),
    ('{"input": 1-2}', "1:11: not JSON: expected a number, received '1'\n"
     '  {"input": 1-2}\n            ^'),
    ('{\n\t"layers": ["relu, gap3"]}', "2:23: gap takes no number\n"
     '   "layers": ["relu, gap3"]}\n                        ^'),
]  # fmt: skip


@pytest.mark.parametrize(("text", "shown"), JSON_CASES, ids=[text for text, _ in JSON_CASES])
def test_json_messages(read_yaml: ReadText, text: str, shown: str) -> None:
    with pytest.raises(SpecError) as caught:
        read_yaml(text, "net.json")
    assert str(caught.value) == f"net.json:{shown}"


def aliases(levels: int) -> str:
    lines = ["a0: &a0 [relu]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, levels)]
    return "\n".join([*lines, "layers: [relu]"])


def nested_repeats(levels: int) -> str:
    return "layers: [" + "{layers: [" * levels + "relu" + "], repeat: 100}" * levels + "]"


def doubling(levels: int) -> str:
    blocks = ["  b0: {layers: [relu]}"]
    blocks += [
        f"  b{n}: {{layers: [{{block: b{n - 1}}}, {{block: b{n - 1}}}]}}" for n in range(1, levels)
    ]
    return "\n".join(["blocks:", *blocks, f"layers: [{{block: b{levels - 1}}}]"])


def chain(levels: int) -> str:
    blocks = ["  b0: {layers: [relu]}"]
    blocks += [f"  b{n}: {{layers: [{{block: b{n - 1}}}]}}" for n in range(1, levels)]
    return "\n".join(["blocks:", *blocks, f"layers: [{{block: b{levels - 1}}}]"])


BOMBS = {
    "aliases": (aliases(9), "more than 500,000 values in the file"),
    "nesting": ("layers: " + "[" * 100_000, "more than 60 levels of nesting"),
    "block nesting": ("a:\n" + "".join(" " * n + "- \n" for n in range(1, 300)), ""),
    "one repeat": ("layers: [{a: relu, repeat: 999999999999}]", "more than 50,000 layers"),
    "nested repeats": (nested_repeats(5), "more than 50,000 layers"),
    "doubling blocks": (doubling(30), "more than 50,000 layers"),
    "a chain of blocks": (chain(100), "more than 40 levels of blocks"),
    "many layers": ("layers:\n" + "- relu\n" * 50_001, "more than 50,000 layers"),
    "repeats in text": ("layers: ['1000*relu', '50000*relu']", "more than 50,000 layers"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused(read_yaml: ReadText, name: str) -> None:
    text, message = BOMBS[name]
    with pytest.raises(CnncalcError) as caught:
        read_yaml(text)
    if message:
        assert isinstance(caught.value, LimitError)
        assert message in str(caught.value)


def test_json_bombs_are_refused(read_yaml: ReadText) -> None:
    for text in ('{"layers": ' + "[" * 100_000, '{"input": ' + "9" * 100_000):
        with pytest.raises(CnncalcError):
            read_yaml(text, "net.json")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    missing = tmp_path / "missing.yaml"
    with pytest.raises(FileError, match=r"missing\.yaml: No such file or directory"):
        read_file(missing)
    folder = tmp_path / "folder.yaml"
    folder.mkdir()
    with pytest.raises(FileError, match=r"folder\.yaml is a directory"):
        read_file(folder)
    with pytest.raises(FileError, match="null"):
        read_file("a\0b.yaml")
    pipe = tmp_path / "pipe.spec"
    os.mkfifo(pipe)
    with pytest.raises(FileError, match=r"pipe\.spec is no regular file"):
        read_file(pipe)


@pytest.mark.parametrize("suffix", ["yaml", "json", "spec"])
def test_files_that_are_no_text(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"net.{suffix}"
    file.write_bytes("relu\nré".encode("latin-1"))
    with pytest.raises(FileError) as caught:
        read_file(file)
    assert str(caught.value) == f"{file}: line 2 is not UTF-8\n  help: save it as UTF-8"
    file.write_bytes(b"relu\0")
    with pytest.raises(FileError, match="is binary, not text"):
        read_file(file)
    file.write_bytes(b" " * 10_000_001)
    with pytest.raises(LimitError, match="more than 10,000,000 bytes"):
        read_file(file)


def test_an_empty_spec_file(read_yaml: ReadText) -> None:
    with pytest.raises(SpecError, match=r"net\.spec:1:1: the spec is empty"):
        read_yaml("", "net.spec")
