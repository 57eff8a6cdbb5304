"""Bad input: one clear line, exit code 2, never a traceback."""

from __future__ import annotations

import pytest

CASES = [
    (["sumary"], "unknown command 'sumary'\n  help: did you mean summary?"),
    (["summary"], "Missing argument 'MODEL'.\n  help: cnncalc summary --help"),
    (["summary", "vgg12"], "unknown network 'vgg12'\n  help: did you mean vgg19, vgg16, vgg13?"),
    (
        ["summary", "torchvision/vit_b_16"],
        "unknown network 'torchvision/vit_b_16'\n"
        "  help: tracing reads it: --trace torchvision.models:vit_b_16",
    ),
    (
        ["summary", "vgg11", "--input", "3x0x224"],
        "input '3x0x224': sizes start at 1, received 0",
    ),
    (
        ["summary", "vgg11", "--input", "3x-5x224"],
        "input '3x-5x224': sizes start at 1, received -5",
    ),
    (
        ["summary", "vgg11", "--input", "3x2.5x224"],
        "input '3x2.5x224': expected a whole number, received '2.5'\n"
        "  help: write the size as 3x224x224 (channels, height, width)",
    ),
    (["summary", "vgg11", "--input", ""], "the input size is empty\n  help: write it as 3x224x224"),
    (
        ["summary", "vgg11", "--input", "3x224x224x2x1"],
        "torchvision/vgg11 expects 3 sizes (channels, height, width), received 5 in 3x224x224x2x1",
    ),
    (
        ["summary", "vgg11", "--input", "1x1x1x1x1x1x1x1x1"],
        "input '1x1x1x1x1x1x1x1x1' has 9 dims; at most 8 make sense",
    ),
    (
        ["summary", "vgg16", "--input", "3x32x32", "--input", "3x32x32"],
        "torchvision/vgg16 has one input, received 2 sizes",
    ),
    (
        ["summary", "vgg16", "--input", "image=3x32x32"],
        "unknown input 'image'\n  help: the inputs of torchvision/vgg16 are input, once each",
    ),
    (
        ["summary", "vgg16", "--dtype", "flaot32"],
        "unknown dtype 'flaot32'\n  help: did you mean float32, float, float8?",
    ),
    (["summary", "vgg16", "--batch", "1" + "0" * 400], "input 'batch 1"),
    (["summary", "conv3@4", "-i", "3x" + "9" * 30 + "x4"], "input '3x9"),
    (["summary", "3000*(conv3@4 s100)", "-i", "3x8x8"], ""),
    (
        ["summary", "vgg16", "--set", "in_channels=3", "--set", "in_channels=4"],
        "--set: in_channels",
    ),
    (["summary", "vgg16", "--columns", "layer,layer"], "a column is named twice"),
    (["completion"], "Missing argument"),
    (["summary", "vgg16", "--batch", "0"], "input 'batch 0': sizes start at 1, received 0"),
    (
        ["summary", "vgg16", "--set", "clases=3"],
        "unknown option 'clases' of torchvision/vgg16",
    ),
    (
        ["summary", "vgg16", "--set", "num_classes"],
        "--set: expected KEY=VALUE, received 'num_classes'",
    ),
    (
        ["summary", "vgg16", "--set", "num_classes=many"],
        "torchvision/vgg16: num_classes: expected int, received 'many'",
    ),
    (
        ["summary", "vgg16", "--set", "num_classes=0"],
        "Linear: out_features: expected a positive whole number, received 0",
    ),
    (["summary", "vgg16", "--columns", "macz"], "unknown column 'macz'"),
    (["summary", "vgg16", "--sort", "speed"], "unknown column 'speed'"),
    (["summary", "vgg16", "--only", "conv9d"], "unknown type or layer 'conv9d'"),
    (["summary", "vgg16", "--depth", "0"], "depth: expected 1 or more, received 0"),
    (["summary", "vgg16", "--depth", "x"], "Invalid value for '--depth'"),
    (["summary", "nowhere.yaml"], "nowhere.yaml: No such file or directory"),
    (["summary", "nowhere.py:Net", "-i", "3x8x8"], "nowhere.py: cannot be read: No such file"),
    (["summary", "nowhere.py:Net"], "a model in Python code has no size of its own"),
    (["summary", ""], "1:1: the spec is empty"),
    (["ops", "conv4d"], "unknown op 'conv4d'\n  help: did you mean Conv3d, Conv2d, Conv1d?"),
    (["zoo", "lstm"], "no network has 'lstm' in its name"),
    (["export", "vgg11", "-o", "/no/such/folder/net.yaml"], "/no/such/folder/net.yaml: "),
]


@pytest.mark.parametrize(("args", "message"), CASES, ids=[" ".join(args)[:40] for args, _ in CASES])
def test_one_clear_line_and_exit_2(run, args: list[str], message: str) -> None:
    code, out, err = run(*args)
    assert code == 2
    assert out == ""
    assert err.startswith(f"cnncalc: error: {message}")
    assert "Traceback" not in err
