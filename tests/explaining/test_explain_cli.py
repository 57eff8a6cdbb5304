"""`cnncalc explain`: the exercises of the notes in both languages, and what can go wrong."""

from __future__ import annotations

import re

import pytest

from cnncalc.cli.explain import FORMATS, LANGUAGES
from cnncalc.explaining import QUANTITIES
from cnncalc.render.document import FORMATS as PRINTED
from cnncalc.words import LANGUAGES as SPOKEN

TEXTBOOK = "Conv7x7@64,S=2,P=3 -> MaxPool3x3,S=2"
STACK = "Conv3x3 -> Conv3x3 -> Pool2x2,S=2 -> Conv3x3"


def test_the_exercise_from_top_to_bottom(run) -> None:
    code, out, err = run("explain", TEXTBOOK, "--input", "3x224x224")
    assert (code, err) == (0, "")
    # (224 + 6 - 7)//2 + 1 = 111 + 1, 7*7*3*64 + 64 = 9408 + 64, (112 - 3)//2 + 1 = 54 + 1.
    wanted = [
        "= ⌊(224 + 2·3 - 1·(7 - 1) - 1) / 2⌋ + 1\n    = ⌊223 / 2⌋ + 1\n    = 112\n",
        "= 64·3·7·7 + 64\n    = 9,408 + 64\n    = 9,472\n",
        "= 1·112·112·64·3·7·7\n    = 118,013,952\n",
        "= ⌊109 / 2⌋ + 1\n    = 55\n",
        "= 7 + (3 - 1)·2\n    = 7 + 4\n    = 11\n",
        "pool1         3         1          3       2        0     4     11     -3\n",
        "= 3,211,264 + 774,400\n    = 3,985,664 bytes\n",
    ]
    at = 0
    for each in wanted:
        assert each in out[at:], each
        at = out.index(each, at)


@pytest.mark.parametrize(("lang", "caption"), [("en", "The recurrence"), ("zh", "逐层递推")])
def test_the_field_exercise_in_both_languages(run, lang: str, caption: str) -> None:
    code, out, _ = run("explain", STACK, "conv3", "--what", "field", "--lang", lang)
    assert code == 0
    table = out[out.index(caption) :]
    numbers = [
        [int(number) for number in re.findall(r"(?<![\w-])-?\d+", line)[-3:]]
        for line in table.split("\n")[3:8]
    ]
    # jump, field, start: 3; 3 + 2; 5 + 1, then two apart; 6 + 2*2.
    assert numbers == [[1, 1, 0], [1, 3, 0], [1, 5, 0], [2, 6, 0], [2, 10, 0]]


def test_words_of_the_notes_in_chinese(run) -> None:
    out = run("explain", TEXTBOOK, "--input", "3x224x224", "--lang", "zh", "--what", "all").out
    for word in (
        "感受野",
        "步幅",
        "填充",
        "乘加",
        "核大小",
        "通道",
        "下取整",
        "反向传播",
        "参数量",
    ):
        assert word in out, word
    # What is left in Latin letters are names, formulas and references.
    prose = [line for line in out.split("\n") if re.search(r"[a-z]{4,} [a-z]{4,}", line)]
    assert all("Deep" in line or "bias" in line or " = " in line for line in prose), prose


def test_flops_of_the_notes(run) -> None:
    out = run("explain", "Conv3x3@128,S=1,P=1", "--input", "64x56x56", "--what", "macs").out
    assert "= 1·56·56·128·64·3·3\n    = 231,211,008\n" in out
    assert "= 2·231,211,008\n    = 462,422,016\n" in out


def test_face_network_of_the_notes(run) -> None:
    code, out, _ = run("explain", "facecnn", "--input", "1x112x92", "--what", "params")
    assert code == 0
    assert "= 320 + 18,496 + 10,551,552 + 10,280\n    = 10,580,648\n" in out


def test_a_module_is_all_of_its_layers(run) -> None:
    out = run("explain", "resnet18", "layer1.0", "fc", "--what", "size").out
    heads = re.findall(r"^(\S+): .*\n-+$", out, re.MULTILINE)
    assert heads[0] == "layer1.0.conv1"
    assert heads[-1] == "fc"
    assert len(heads) == 8
    assert "The whole network" not in out


def test_axes_that_differ_have_steps_of_their_own(run) -> None:
    out = run("explain", "conv3x5@8 s2x1 p1", "--input", "3x32x20", "--what", "size,field").out
    assert "  height of the output\n" in out
    assert "  width of the output\n" in out
    assert "  field, along height\n" in out
    assert "The recurrence, along width:" in out


def test_same_padding_and_ceil_mode(run) -> None:
    out = run("explain", "conv4x4@8 same", "--input", "3x9x9", "--what", "size").out
    assert "= ⌊(9 + 1 + 2 - 1·(4 - 1) - 1) / 1⌋ + 1" in out
    assert "3 in all, 1 before and 2 after" in out
    out = run("explain", "maxpool3x3 s2 ceil", "--input", "3x54x54", "--what", "size").out
    assert "= ⌈(54 + 2·0 - 1·(3 - 1) - 1) / 2⌉ + 1\n    = ⌈51 / 2⌉ + 1\n    = 27\n" in out


def test_an_error_in_the_model_is_said_and_exits_with_1(run) -> None:
    code, out, _ = run("explain", "facecnn", "fc1", "--input", "1x64x64", "--what", "size")
    assert code == 1
    assert "Error: Linear expects 41216 features but receives 16384" in out
    assert "The analysis goes on with 1x256" in out
    assert run("explain", "facecnn", "conv1", "--input", "1x64x64").code == 0


def test_python_models_are_read(run, tmp_path) -> None:
    path = tmp_path / "net.py"
    path.write_text(
        "import torch.nn as nn\n"
        "class Net(nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.conv = nn.Conv2d(3, 3, 3, padding=1)\n"
        "    def forward(self, x):\n"
        "        return self.conv(self.conv(x))\n"
    )
    code, out, _ = run("explain", f"{path}:Net", "--input", "3x9x9", "--what", "params")
    assert code == 0
    assert "conv.weight is counted at conv." in out
    assert "parameters in all\n    = 84\n" in out


NET = """
import torch.nn as nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(4, 8, 3, groups=2)
        self.bn = nn.BatchNorm2d(8)
        self.lstm = nn.LSTM(36, 5, batch_first=True)
        self.fc = nn.Linear(40, 10)
        self.tied = nn.Linear(10, 10)
        self.again = nn.Linear(10, 10)
        self.again.weight = self.tied.weight

    def forward(self, x):
        steps, _ = self.lstm(self.bn(self.conv(x)).flatten(2))
        return self.again(self.tied(self.fc(steps.flatten(1))))
"""


def test_layers_of_python_models_have_the_formulas_of_their_ops(run, tmp_path) -> None:
    path = tmp_path / "net.py"
    path.write_text(NET)
    shown = {}
    for layer in ("conv", "bn", "lstm", "fc", "again"):
        args = ("explain", f"{path}:Net", layer, "--input", "4x8x8", "--what", "params")
        code, shown[layer], _ = run(*args)
        assert code == 0
    wanted = (
        "= co·(ci/g)·K + b·co\n    = 8·(4 / 2)·3·3 + 8\n    = 144 + 8\n    = 152\n    where co = 8"
    )
    assert wanted in shown["conv"]
    assert "= 2·c·a\n    = 2·8\n    = 16\n" in shown["bn"]
    assert "= (2·c + 1)·t\n    = 2·8 + 1\n" in shown["bn"]
    # Four gates, each of 5 rows for 36 inputs, 5 states and two biases: 4*5*(36 + 5 + 2) = 860.
    assert "    = 860\n    where " in shown["lstm"]
    assert "(gates)" in shown["lstm"]
    assert "= co·ci + b·co\n    = 10·40 + 10\n    = 400 + 10\n    = 410\n" in shown["fc"]
    assert "The batch does not matter" in shown["fc"]
    # Its weight counts before it: the formula of a Linear would say 110.
    assert "  parameters\n    = 10\n\n" in shown["again"]
    assert "where" not in shown["again"]


def test_what_is_missing_is_the_input(run) -> None:
    for lang, said in (
        ("en", "it takes an input size (--input)"),
        ("zh", "需要给出输入尺寸（--input）"),
    ):
        args = ("--what", "params,macs,memory,backward", "--lang", lang)
        out = run("explain", "conv3@8", "conv1", *args).out
        assert out.count(said) == 4
        assert "no rule" not in out
        assert "规则" not in out
        assert said not in run("explain", "conv3@8", "--input", "3x9x9", *args).out
    out = run("explain", "facecnn", "fc1", "--input", "1x64x64", "--what", "params,macs").out
    assert "--input" not in out


def test_layers_by_the_names_of_homework(run) -> None:
    called = {
        "conv2": "3: Conv2d(6, 16, 5)",
        "fc1": "7: Linear(400, 120)",
        "pool2": "5: AvgPool2d(2)",
        "卷积1": "0: Conv2d(1, 6, 5, p=2)",
    }
    for name, layer in called.items():
        code, out, _ = run("explain", "lenet", name, "--what", "size")
        assert code == 0
        assert re.findall(r"^(.*)\n-+$", out, re.MULTILINE) == [layer]
    # Its own names go first: in a ResNet fc is a layer, layer1 a module.
    assert "\nfc: Linear(512, 1000)\n" in run("explain", "resnet18", "fc", "--what", "size").out


def test_markdown_has_code_where_backticks_stand(run) -> None:
    args = ("explain", "conv3@8, flatten", "-i", "3x9x9", "--format", "markdown")
    out = run(*args).out
    assert "Slide `out_channels` kernels" in out
    assert "reads: d·(k - 1) + 1 positions" in out
    assert "\\`" not in out
    assert "\\*" not in out
    assert "There are 8 output channels." in out
    out = run("explain", "conv3@1", "-i", "3x9x9", "--what", "size").out
    assert "There is 1 output channel." in out
    assert "`" not in out


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["d2l/lenet", "conv9"], "unknown layer 'conv9'\n  help: there are only 2"),
        (["d2l/lenet", "cnv1"], "unknown layer 'cnv1' of d2l/lenet\n  help: did you mean conv1?"),
        (["d2l/lenet", "conv"], "there are 2 layers 'conv'\n  help: conv1, conv2"),
        (["d2l/lenet", "--what", "sizes"], "unknown quantity 'sizes'"),
        (["d2l/lenet", "--train"], "--train is for models in Python code, and live ones"),
        (["nonet9"], "nonet9"),
        (["d2l/lenet", "--format", "pdf"], "'pdf' is not one of"),
        (["d2l/lenet", "--dtype", "float3"], "unknown dtype 'float3'"),
    ],
)
def test_bad_input_is_one_line(run, args: list[str], message: str) -> None:
    code, out, err = run("explain", *args)
    assert (code, out) == (2, "")
    assert message in err
    assert "Traceback" not in err


def test_the_command_line_offers_what_there_is() -> None:
    assert FORMATS == PRINTED
    assert LANGUAGES == SPOKEN
    assert QUANTITIES == ("size", "params", "macs", "field", "memory", "backward")


def test_dtypes_and_batches(run) -> None:
    out = run("explain", "conv3x3@8", "-i", "3x9x9", "--batch", "2", "--dtype", "fp16").out
    assert "= 2·8·7·7·2\n    = 1,568 bytes\n    An element takes 2 bytes (float16)." in out
    assert "= 2·7·7·8·3·3·3\n    = 21,168\n" in out
