"""What the spec language refuses: messages, carets and helps, word for word."""

from __future__ import annotations

import pytest

from cnncalc.errors import CnncalcError, LimitError, SpecError
from cnncalc.sources.spec import parse_op, read_spec

STRAY = "\n  help: write options beside their layer, or behind it after a comma"
SIZES = "\n  help: leave it out: cnncalc computes the sizes"
CONV_OPTIONS = (
    "\n  help: its options are in_channels, out_channels, kernel_size, stride, padding, "
    "dilation, groups, bias, padding_mode"
)

CASES = [
    ("", "1:1: the spec is empty\n  help: for example: conv3x3@64 p1, relu, maxpool2"),
    (" \n # no\n", "3:1: the spec is empty\n  help: for example: conv3x3@64 p1, relu, maxpool2"),
    (
        "conv7x7@64 s2 p3, maxpol3 s2",
        "1:19: expected a layer, received 'maxpol3'\n"
        "  conv7x7@64 s2 p3, maxpol3 s2\n"
        "                    ^\n"
        "  help: did you mean maxpool, meanpool, max?",
    ),
    (
        "conv3x3@64 s0",
        "1:13: stride: expected a positive whole number, received 0\n"
        "  conv3x3@64 s0\n"
        "              ^",
    ),
    (
        "conv0x3",
        "1:5: kernel_size: expected a positive whole number, received 0x3\n  conv0x3\n      ^",
    ),
    (
        "conv3 s=2.5",
        "1:9: stride: expected a positive whole number, received 2.5\n  conv3 s=2.5\n          ^",
    ),
    (
        "conv3 p=-1",
        "1:9: padding: expected a whole number, 0 or more, received -1\n"
        "  conv3 p=-1\n"
        "          ^",
    ),
    (
        "conv3x3 s=1x2x3",
        "1:11: stride: expected one value or 2, received 1x2x3\n  conv3x3 s=1x2x3\n            ^",
    ),
    (
        "conv3@1.5",
        "1:7: out_channels: expected a positive whole number, received 1.5\n"
        "  conv3@1.5\n"
        "        ^",
    ),
    ("conv3@x", "1:7: expected a number of channels, received 'x'\n  conv3@x\n        ^"),
    ("conv3@", "1:7: expected a number of channels, received the end\n  conv3@\n        ^"),
    (
        "conv3@64x3",
        "1:7: expected a number of channels, received '64x3'\n  conv3@64x3\n        ^\n"
        "  help: a repeat needs a space before it: @64 x3",
    ),
    (
        "conv3 64",
        "1:7: expected an option of conv3, received '64'\n  conv3 64\n        ^\n"
        "  help: channels are written @64",
    ),
    (
        "conv3, 64",
        "1:8: expected a layer, received '64'\n  conv3, 64\n         ^\n"
        "  help: channels are written @64, repeats 3*(...), sizes beside their layer",
    ),
    ("maxpool", "1:1: maxpool needs a kernel size\n  maxpool\n  ^\n  help: such as maxpool3"),
    ("relu, conv@8", "1:7: conv needs a kernel size\n  relu, conv@8\n        ^\n"
     "  help: such as conv3"),
    ("gn", "1:1: gn needs num_groups\n  gn\n  ^\n  help: such as gn(num_groups=...)"),
    (
        "MaxPool2d()",
        "1:1: MaxPool2d needs a kernel size\n  MaxPool2d()\n  ^\n"
        "  help: MaxPool2d(kernel_size, stride=None, padding=0, dilation=1, "
        "return_indices=False, ceil_mode=False)",
    ),
    (
        "fc",
        "1:1: fc needs the number of its outputs\n  fc\n  ^\n"
        "  help: such as fc10, or Linear(784, 10) as in torch",
    ),
    (
        "Linear(10)",
        "1:1: Linear needs the number of its outputs\n  Linear(10)\n  ^\n"
        "  help: such as fc10, or Linear(784, 10) as in torch",
    ),
    ("gap7", "1:4: gap takes no number\n  gap7\n     ^"),
    ("relu3", "1:5: relu takes no number\n  relu3\n      ^"),
    ("relu@3", "1:5: relu takes no channels\n  relu@3\n      ^"),
    (
        "conv3 relu",
        "1:7: expected an option of conv3, received 'relu'\n  conv3 relu\n        ^\n"
        "  help: put a comma or an arrow between layers",
    ),
    (
        "conv3 strid2",
        "1:7: expected an option of conv3, received 'strid2'\n  conv3 strid2\n        ^\n"
        "  help: did you mean stride?",
    ),
    (
        "conv3, strid=2",
        "1:8: unknown option 'strid' of conv3\n  conv3, strid=2\n         ^\n"
        "  help: did you mean stride?",
    ),
    (
        "conv3(q=2)",
        "1:7: unknown option 'q' of conv3\n  conv3(q=2)\n        ^" + CONV_OPTIONS,
    ),
    (
        "relu s=2",
        "1:6: relu has no option s\n  relu s=2\n       ^\n  help: its options are inplace",
    ),
    ("gap s=2", "1:5: gap has no option s\n  gap s=2\n      ^\n  help: gap has no options"),
    ("s=2", "1:1: the option 's' belongs to no layer\n  s=2\n  ^" + STRAY),
    ("gap -> s=2", "1:8: the option 's' belongs to no layer\n  gap -> s=2\n         ^" + STRAY),
    ("conv3 → p3", "1:9: the option 'p3' belongs to no layer\n  conv3 → p3\n          ^" + STRAY),
    ("strid=2, relu", "1:1: unknown option 'strid'\n  strid=2, relu\n  ^\n"
     "  help: did you mean stride?"),
    ("conv3 s2 s1", "1:10: stride is given twice\n  conv3 s2 s1\n           ^"),
    ("conv3 s2, stride=1", "1:11: stride is given twice\n  conv3 s2, stride=1\n            ^"),
    ("conv3@8 @8", "1:10: out_channels is given twice\n  conv3@8 @8\n           ^"),
    (
        "conv3@64 g3",
        "1:1: Conv2d: groups=3 does not divide out_channels=64\n  conv3@64 g3\n  ^\n"
        "  help: both channel counts must be multiples of groups",
    ),
    (
        "relu -> conv3 same s2",
        '1:9: Conv2d: padding="same" is not defined for a stride above 1\n'
        "  relu -> conv3 same s2\n"
        "          ^",
    ),
    ("a=relu, a=gap", "1:11: the name 'a' is used twice\n  a=relu, a=gap\n            ^"),
    ("input=relu", "1:7: expected the input's size, received 'relu'\n  input=relu\n        ^\n"
     "  help: such as 3x224x224"),
    ("relu, input=gap", "1:7: the input comes first, and only once\n  relu, input=gap\n        ^"),
    ("relu, input 3x3x3", "1:7: the input comes first, and only once\n  relu, input 3x3x3\n"
     "        ^"),
    ("input 3x0x3, relu", "1:7: input '3x0x3': sizes start at 1, received 0\n"
     "  input 3x0x3, relu\n        ^"),
    (
        "input 3x3x3",
        "1:1: expected a layer behind the input\n  input 3x3x3\n  ^\n"
        "  help: for example: conv3x3@64 p1, relu, maxpool2",
    ),
    (
        "conv3 → (112×112×64)",
        "1:10: (112x112x64) is a size, not a layer\n  conv3 → (112×112×64)\n           ^" + SIZES,
    ),
    (
        "pool2 (112x112x64)",
        "1:8: (112x112x64) is a size, not an option\n  pool2 (112x112x64)\n         ^" + SIZES,
    ),
    ("(relu, gap", "1:1: '(' is never closed\n  (relu, gap\n  ^"),
    ("[relu, gap)", "1:11: expected a comma or ']', received ')'\n  [relu, gap)\n            ^"),
    ("relu)", "1:5: ')' closes nothing\n  relu)\n      ^"),
    ("conv3(s=2", "1:6: '(' is never closed\n  conv3(s=2\n       ^"),
    ("conv3(s=2 p=1)", "1:11: expected a comma or ')', received 'p'\n"
     "  conv3(s=2 p=1)\n            ^"),
    ("Conv2d(3, (1, 2", "1:11: '(' is never closed\n  Conv2d(3, (1, 2\n            ^"),
    ("relu ->", "1:8: expected a layer, received the end\n  relu ->\n         ^"),
    ("relu,,gap", "1:6: expected a layer, received ','\n  relu,,gap\n       ^"),
    (", relu", "1:1: expected a layer, received ','\n  , relu\n  ^"),
    (
        "relu + gap",
        "1:6: unexpected character '+'\n  relu + gap\n       ^\n"
        "  help: separate layers by commas or arrows; merges are written in a spec file",
    ),
    (
        "relu > gap",
        "1:6: unexpected character '>'\n  relu > gap\n       ^\n  help: an arrow is written ->",
    ),
    ("relu 'gap", "1:6: expected a closing quote on this line\n  relu 'gap\n       ^"),
    ("0*relu", "1:1: expected a repeat count from 1 on, received 0\n  0*relu\n  ^"),
    ("relu x0", "1:7: expected a repeat count from 1 on, received 0\n  relu x0\n        ^"),
    (
        "relu, concat",
        "1:7: concat reads several layers\n  relu, concat\n        ^\n"
        "  help: a spec file names them: - {sum: add, from: [a, b]}",
    ),
    (
        "conv3(1, 2)",
        "1:7: expected an option such as s=2, received '1'\n  conv3(1, 2)\n        ^",
    ),
    (
        "Flatten(1, 2, 3)",
        "1:15: Flatten takes at most 2 arguments\n  Flatten(1, 2, 3)\n                ^\n"
        "  help: Flatten(start_dim=1, end_dim=-1)",
    ),
    (
        "avgpool1d2 divisor_override=3",
        "1:12: unknown option 'divisor_override' of avgpool1d2\n"
        "  avgpool1d2 divisor_override=3\n"
        "             ^\n"
        "  help: its options are kernel_size, stride, padding, ceil_mode, count_include_pad",
    ),
    ("relu,\n  conv3 q", "2:9: expected an option of conv3, received 'q'\n    conv3 q\n          ^"
     + CONV_OPTIONS),
    # Wide characters take two columns of a terminal.
    ("ＲｅＬＵ，ｇａｐ７", "1:9: gap takes no number\n  ＲｅＬＵ，ｇａｐ７\n                  ^"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "shown"), CASES, ids=[repr(text) for text, _ in CASES])
def test_messages(text: str, shown: str) -> None:
    with pytest.raises(SpecError) as caught:
        read_spec(text)
    assert str(caught.value) == shown
    assert "\n" not in caught.value.message


def test_a_file_is_named() -> None:
    with pytest.raises(SpecError) as caught:
        read_spec("relu\nrelo", filename="nets/a.spec")
    assert str(caught.value).startswith("nets/a.spec:2:1: expected a layer, received 'relo'\n")


def test_long_lines_are_cut_around_the_caret() -> None:
    text = ", ".join(["conv3x3@64 p1"] * 20 + ["rellu"] + ["conv3x3@64 p1"] * 20)
    with pytest.raises(SpecError) as caught:
        read_spec(text)
    assert caught.value.excerpt == (
        "  ... p1, conv3x3@64 p1, conv3x3@64 p1, rellu, conv3x3@64 p1, conv3x3@64 p1...\n"
        "                                        ^"
    )


def test_control_characters_do_not_reach_the_terminal() -> None:
    with pytest.raises(SpecError) as caught:
        read_spec("relu \x1b[31m gap")
    assert "\x1b" not in str(caught.value)


LIMITS = [
    ("50001*relu", "1:1: the spec has more than 50,000 layers"),
    ("1000*(1000*(relu))", "1:1: the spec has more than 50,000 layers"),
    ("relu x" + "9" * 30, "1:7: the spec has more than 50,000 layers"),
    ("relu" + " " * 250_000, "1:1: the spec has 250,004 characters; at most 250,000 are read"),
    ("25001*(fc10, Linear(10, 10))", "1:1: the spec has more than 50,000 layers"),
]


@pytest.mark.parametrize(("text", "shown"), LIMITS, ids=range(len(LIMITS)))
def test_limits(text: str, shown: str) -> None:
    with pytest.raises(LimitError) as caught:
        read_spec(text)
    assert str(caught.value).endswith(shown)


#: Texts that would take long if they were built before they are refused.
BOMBS = [
    "9" * 240_000,
    "conv" + "9" * 240_000,
    "conv3@" + "9" * 5_000,
    "a" * 240_000,
    "(" * 200_000,
    "3*" * 100_000,
    "999*(" * 30 + "relu" + ")" * 30,
    "9" * 200_000 + "*relu",
    "Reshape(" + "(" * 100_000,
    "Reshape(" + "1," * 100_000 + ")",
    "Reshape((" + "1," * 100_000 + "))",
    "conv3 " + "s2 " * 50_000,
    "conv3" + ",s2" * 50_000,
    "\n" * 240_000,
    "'" * 240_000,
    "x" * 240_000,
    "-" * 240_000,
    "=" * 240_000,
    "relu\n" + "#" * 240_000 + "\nrelo",
]


@pytest.mark.parametrize("text", BOMBS, ids=[text[:12] for text in BOMBS])
def test_bombs_are_refused_at_once(text: str) -> None:
    with pytest.raises(CnncalcError) as caught:
        read_spec(text)
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", "1:1: expected a layer, received the end"),
        ("relu, gap", "1:5: expected one layer, received more\n  relu, gap\n      ^"),
        ("relu gap", "1:6: expected an option of relu, received 'gap'\n  relu gap\n       ^\n"
         "  help: put a comma or an arrow between layers"),
        ("relu x3", "1:6: expected the end of the layer, received 'x3'\n  relu x3\n       ^"),
    ],
)  # fmt: skip
def test_one_layer_and_nothing_else(text: str, shown: str) -> None:
    with pytest.raises(SpecError) as caught:
        parse_op(text)
    assert str(caught.value) == shown
