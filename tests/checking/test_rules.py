"""The rules: each with models that it is about, and with models close by that are right."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from written import Source, codes, model, the

import cnncalc
from cnncalc.checking import check
from cnncalc.checking.codes import CODES
from cnncalc.checking.rules.base import RULES
from cnncalc.finding import Severity

CONV = "self.c = nn.Conv2d(3, 8, 3, padding=1{})\n"
BN = "self.b = nn.BatchNorm2d(8)"

#: Code -> models that have the finding: `__init__`, `forward`, and the line that it points at.
FOUND = {
    "bias-redundant": [
        (CONV.format("") + BN, "return self.b(self.c(x))", "self.c ="),
        (
            CONV.format("") + "self.b = nn.InstanceNorm2d(8)",
            "return self.b(self.c(x))",
            "self.c =",
        ),
        (
            CONV.format("") + "self.b = nn.GroupNorm(8, 8)",
            "return self.b(self.c(x))",
            "self.c =",
        ),
        (
            "self.f = nn.Linear(300, 8)\nself.b = nn.BatchNorm1d(8)",
            "return self.b(self.f(x.flatten(1)))",
            "self.f =",
        ),
    ],
    "layer-unused": [
        (CONV.format("") + "self.f = nn.Linear(8, 2)", "return self.c(x)", "self.f =")
    ],
    "softmax-twice": [
        ("self.s = nn.Softmax(1)", "return F.log_softmax(self.s(x), dim=1)", "log_softmax"),
        ("", "return F.softmax(F.dropout(F.softmax(x, 1), 0.1), dim=-3)", "F.softmax"),
        ("", "return F.log_softmax(F.log_softmax(x, 1), 1)", "log_softmax"),
    ],
    "activation-doubled": [
        ("self.r = nn.ReLU()", "return self.r(F.relu(x))", "return self.r"),
        ("", "return F.relu(F.max_pool2d(torch.sigmoid(x), 2))", "F.relu"),
        ("", "return torch.sigmoid(torch.sigmoid(x))", "sigmoid"),
    ],
    "dropout2d-flat": [
        ("self.d = nn.Dropout2d()", "return self.d(x.flatten(1))", "self.d ="),
        ("self.d = nn.Dropout1d()", "return self.d(x.flatten(1))", "self.d ="),
    ],
    "pool-of-one": [
        ("self.p = nn.AvgPool2d(1)", "return self.p(x)", "self.p ="),
        (
            "self.p = nn.MaxPool2d(3, 2, 1)",
            "return self.p(x.mean((2, 3), keepdim=True))",
            "self.p =",
        ),
    ],
    "kernel-on-padding": [
        (
            "self.c = nn.Conv2d(3, 8, 3, padding=1)",
            "return self.c(F.adaptive_avg_pool2d(x, 1))",
            "self.c =",
        ),
        ("self.c = nn.Conv2d(3, 8, 41, padding=20)", "return self.c(x)", "self.c ="),
    ],
    "stride-skips": [
        ("self.c = nn.Conv2d(3, 8, 1, stride=2)", "return self.c(x)", "self.c ="),
        ("self.c = nn.Conv2d(3, 8, 3, 2, dilation=2)", "return self.c(x)", "self.c ="),
        ("", "return F.max_pool2d(x, 2, 3)", "F.max_pool2d"),
    ],
    "squeeze-batch": [
        ("", "return F.adaptive_avg_pool2d(x, 1).squeeze()", "squeeze"),
    ],
    "batch-folded": [
        ("self.f = nn.Linear(300, 2)", "return self.f(x.flatten())", "x.flatten"),
        ("self.f = nn.Linear(300, 2)", "return self.f(x.view(1, -1))", "x.view"),
        ("self.f = nn.Linear(100, 2)", "return self.f(x.view(-1, 100))", "x.view"),
    ],
}
#: Code -> models that are close by, and right.
RIGHT = {
    "bias-redundant": [
        (CONV.format(", bias=False") + BN, "return self.b(self.c(x))"),
        (CONV.format("") + BN, "y = self.c(x)\nreturn self.b(y) + y"),
        (CONV.format("") + BN, "return self.b(F.relu(self.c(x)))"),
        # Two groups of four channels: the biases differ within a group.
        (CONV.format("") + "self.b = nn.GroupNorm(2, 8)", "return self.b(self.c(x))"),
        (CONV.format("") + "self.b = nn.GroupNorm(1, 8)", "return self.b(self.c(x))"),
        # The features are in the last dim, the norm's channels in dim 1.
        (
            "self.f = nn.Linear(100, 8)\nself.b = nn.BatchNorm1d(3)",
            "return self.b(self.f(x.flatten(2)))",
        ),
        # The norm is applied to one of two calls of the layer.
        (
            "self.c = nn.Conv2d(3, 3, 1)\nself.b = nn.BatchNorm2d(3)",
            "return self.b(self.c(self.c(x)))",
        ),
    ],
    "layer-unused": [
        (CONV.format("") + "self.r = nn.ReLU()", "return self.c(x)"),  # it has no parameters
        (
            CONV.format("") + "self.aux = nn.Conv2d(8, 2, 1)",
            "x = self.c(x)\nif self.training:\n    return x, self.aux(x)\nreturn x",
        ),
    ],
    "softmax-twice": [
        ("", "return F.softmax(F.softmax(x, dim=1), dim=2)"),
        ("", "return F.softmax(2 * F.softmax(x, dim=1), dim=1)"),
    ],
    "activation-doubled": [
        ("", "return F.relu(F.relu(x) - 1)"),
        (BN.replace("8", "3"), "return F.relu(self.b(F.relu(x)))"),
        ("", "return F.relu(torch.tanh(x))"),
        ("", "return F.leaky_relu(F.leaky_relu(x))"),
    ],
    "dropout2d-flat": [
        ("self.d = nn.Dropout2d()", "return self.d(x)"),
        ("self.d = nn.Dropout()", "return self.d(x.flatten(1))"),
        ("self.d = nn.Dropout1d()", "return self.d(x.flatten(2))"),
    ],
    "pool-of-one": [
        ("", "return F.max_pool2d(x, 1, 2)"),
        ("", "return F.avg_pool2d(x, 2, 1)"),
        # (1 + 2 - 3) / 1 + 1 = 1: eight of nine values in the mean are padding.
        ("", "return F.avg_pool2d(x.mean((2, 3), keepdim=True), 3, 1, 1)"),
    ],
    "kernel-on-padding": [
        ("self.c = nn.Conv2d(3, 8, 3, padding=1)", "return self.c(F.adaptive_avg_pool2d(x, 2))"),
        ("self.c = nn.Conv2d(3, 8, 11, padding=5)", "return self.c(x)"),
        # The innermost of pix2pix: a quarter of its taps.
        ("self.c = nn.Conv2d(3, 8, 4, 2, 1)", "return self.c(F.adaptive_avg_pool2d(x, 2))"),
        (
            'self.c = nn.Conv2d(3, 8, 3, padding=1, padding_mode="replicate")',
            "return self.c(F.adaptive_avg_pool2d(x, 1))",
        ),
    ],
    "stride-skips": [
        # The shortcut of a residual block: the path beside it reads everything.
        (
            "self.c = nn.Conv2d(3, 8, 3, 2, 1)\nself.s = nn.Conv2d(3, 8, 1, 2)",
            "return self.c(x) + self.s(x)",
        ),
        # Two of them, of which one reads what the other skips.
        (
            "self.c = nn.Conv2d(3, 8, 1, 2)\nself.s = nn.Conv2d(3, 8, 1, 2)",
            "return self.c(F.relu(x)) + self.s(F.relu(x)[:, :, 1:, 1:])",
        ),
        ("self.c = nn.Conv2d(3, 8, 2, stride=2)", "return self.c(x)"),
        ("self.c = nn.Conv2d(3, 8, 3, 3, dilation=2)", "return self.c(x)"),  # 0, 2, 4: all of mod 3
        ("", "return F.max_pool2d(x[:, :, :3, :3], 2, 3)"),  # one window
    ],
    "squeeze-batch": [
        ("", "return F.adaptive_avg_pool2d(x, 1).squeeze(-1)"),
        ("", "return F.adaptive_avg_pool2d(x, 1).flatten(1).squeeze(-1)"),
    ],
    "batch-folded": [
        ("self.f = nn.Linear(300, 2)", "return self.f(x.flatten(1))"),
        ("self.f = nn.Linear(300, 2)", "return self.f(x.view(x.size(0), -1))"),
        ("self.f = nn.Linear(300, 2)", "return self.f(x.view(-1, 300))"),
        ("self.f = nn.Linear(100, 2)", "return self.f(x.view(-1, 3, 100))"),
    ],
}


def cases(table: dict[str, list]) -> list:
    return [
        pytest.param(code, *case, id=f"{code}-{number}")
        for code, found in table.items()
        for number, case in enumerate(found)
    ]


@pytest.mark.parametrize(("code", "init", "forward", "line"), cases(FOUND))
def test_what_is_wrong_is_found(
    tmp_path: Path, code: str, init: str, forward: str, line: str
) -> None:
    source = Source(tmp_path, model(init, forward))
    found = source.check(3, 10, 10)
    finding = the(found, code)
    assert finding.severity is (Severity.ERROR if code == "batch-folded" else Severity.WARNING)
    assert finding.help
    assert finding.location is not None
    assert finding.location.line == source.line(line)
    assert found.exit_code == (1 if code == "batch-folded" else 0)


@pytest.mark.parametrize(("code", "init", "forward"), cases(RIGHT))
def test_what_is_right_is_not(tmp_path: Path, code: str, init: str, forward: str) -> None:
    found = Source(tmp_path, model(init, forward)).check(3, 10, 10)
    assert code not in codes(found)


def test_every_rule_has_cases() -> None:
    warnings = {rule.code for rules in RULES.values() for rule in rules if not rule.advice}
    assert warnings <= set(FOUND)
    assert set(FOUND) == set(RIGHT)
    assert {rule.code for rules in RULES.values() for rule in rules} <= set(CODES)


def test_every_code_is_listed_and_documented() -> None:
    root = Path(cnncalc.__file__).parent
    made = re.compile(r"""(?:Finding|Misfit|@rule)\(\s*"([a-z0-9-]+)\"""")
    used = set()
    for file in {*root.rglob("*.py")} - {*(root / "sources" / "calls" / "rules").rglob("*.py")}:
        used |= set(made.findall(file.read_text("utf-8")))
    assert len(used) > 30
    assert used <= set(CODES)
    docs = (root.parent / "docs" / "check.md").read_text("utf-8")
    assert [code for code in CODES if f"`{code}`" not in docs] == []


def test_words(tmp_path: Path) -> None:
    """What the findings say, word for word."""

    def said(code: str, number: int = 0) -> str:
        init, forward, _ = FOUND[code][number]
        return the(Source(tmp_path, model(init, forward)).check(3, 10, 10), code).message

    assert said("bias-redundant") == (
        "the bias of c has no effect: b (BatchNorm2d) subtracts each channel's mean"
    )
    assert said("layer-unused") == (
        "f is defined but never used in forward: its 18 parameters get no gradient"
    )
    assert said("kernel-on-padding") == (
        "1 of its 9 taps meets the input of 1x1: the others see padding alone"
    )
    assert said("stride-skips") == (
        "Conv2d reads 1 of every 2 positions along the height: its stride is 2, its kernel 1"
    )
    assert said("batch-folded") == (
        "1x3x10x10 becomes 300, the batch with it: with a batch of 2, "
        "f: Linear expects 300 features but receives 600"
    )


def test_a_line_that_makes_several_layers_is_named_once(tmp_path: Path) -> None:
    source = Source(
        tmp_path,
        model(
            "self.c = nn.ModuleList([nn.Conv2d(3, 3, 1) for _ in range(4)])\n"
            "self.b = nn.ModuleList([nn.BatchNorm2d(3) for _ in range(4)])",
            "for c, b in zip(self.c, self.b):\n    x = F.relu(b(c(x)))\nreturn x",
        ),
    )
    finding = the(source.check(3, 10, 10), "bias-redundant")
    assert finding.message.endswith("mean (and so for 3 other layers of this line)")


def test_unused_modules_are_named_by_the_outermost(tmp_path: Path) -> None:
    source = Source(
        tmp_path,
        model(
            "self.c = nn.Conv2d(3, 8, 1)\n"
            "self.head = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 5))",
            "return self.c(x)",
        ),
    )
    finding = the(source.check(3, 10, 10), "layer-unused")
    # 3 * 4 + 4 + 4 * 5 + 5 = 41
    assert finding.message.startswith("head is defined but never used in forward: its 41 param")


def test_a_layer_that_is_not_defined(tmp_path: Path) -> None:
    """What comes after it is not checked: nothing silences that, and nothing is called unused."""
    source = Source(
        tmp_path,
        model(
            "self.a = nn.Linear(10, 4)\nself.fc2 = nn.Linear(4, 2)",
            "x = self.a(x)\nreturn self.fc2(self.fc1(x))  # cnncalc: ignore",
        ),
    )
    found = source.check(3, 10, 10, ignore=["layer-undefined"])
    assert codes(found) == ["layer-undefined"]
    assert found.exit_code == 1


def test_borders_are_a_warning(tmp_path: Path) -> None:
    source = Source(tmp_path, model("", "return F.max_pool2d(x, 3)"))
    finding = the(source.check(3, 10, 10), "border-unseen")
    assert finding.location is not None
    assert finding.location.line == source.line("max_pool2d")
    assert finding.severity is Severity.WARNING
    assert (
        finding.message
        == "the last row and the last column of the 10x10 input never reach the output"
    )


#: The advice on a model: `__init__`, `forward`, and what is said.
ADVICE = {
    "softmax-output": ("", "return F.softmax(x, 1)", "the network gives probabilities"),
    "linear-linear": (
        "self.a = nn.Linear(10, 20)\nself.b = nn.Linear(20, 5)",
        "return self.b(F.dropout(self.a(x), 0.5, self.training))",
        "nothing nonlinear stands between a and b: the two are one Linear(10, 5)",
    ),
    "dropout-batchnorm": (
        "self.d = nn.Dropout()\nself.b = nn.BatchNorm2d(3)",
        "return self.b(self.d(x))",
        "b (BatchNorm2d) keeps the variance",
    ),
    "padding-uneven": (
        'self.c = nn.Conv2d(3, 3, 4, padding="same")',
        "return self.c(x)",
        'padding="same" of a kernel of 4 pads 1 before and 2 behind',
    ),
    "pool-of-one": (
        "self.p = nn.AdaptiveAvgPool2d(1)",
        "return self.p(x[:, :, :1, :1])",
        "AdaptiveAvgPool2d does nothing for this input",
    ),
}


@pytest.mark.parametrize("code", ADVICE)
def test_advice_is_given_where_it_is_asked_for(tmp_path: Path, code: str) -> None:
    init, forward, says = ADVICE[code]
    source = Source(tmp_path, model(init, forward))
    assert code not in codes(source.check(3, 10, 10))
    finding = the(source.check(3, 10, 10, advise=True), code)
    assert finding.severity is Severity.INFO
    assert finding.message.startswith(says)


@pytest.mark.parametrize(
    ("init", "forward"),
    [
        ("self.a = nn.Linear(10, 2)\nself.b = nn.Linear(2, 5)", "return self.b(self.a(x))"),
        (
            "self.a = nn.Linear(10, 20)\nself.b = nn.Linear(20, 5)",
            "return self.b(F.relu(self.a(x)))",
        ),
        (
            "self.a = nn.Linear(10, 20)\nself.b = nn.Linear(20, 5)",
            "y = self.a(x)\nreturn self.b(y), y",
        ),
        ("", "return F.softmax(x, 1).sum(1)"),
        ('self.c = nn.Conv2d(3, 3, 3, padding="same")', "return self.c(x)"),
    ],
)
def test_advice_that_would_be_wrong(tmp_path: Path, init: str, forward: str) -> None:
    found = Source(tmp_path, model(init, forward)).check(3, 10, 10, advise=True)
    assert not set(codes(found)) & set(ADVICE)


def test_where_the_parameters_are() -> None:
    """FaceCNN of the notes: 64*28*23*256 + 256 of 10,580,648 parameters are in fc1."""
    found = check("notes/facecnn", advise=True)
    finding = the(found, "params-in-one")
    assert finding.message == "Linear has 99.7 % of the parameters: 10,551,552 of 10,580,648"
    # 64 * 40 + 40 = 2,600, and 10,551,552 + 256 * 40 + 40 = 10,561,832.
    assert finding.help == (
        "global average pooling and Linear(64, 40) in the place of fc1 to fc2 "
        "need 2,600 parameters instead of 10,561,832"
    )


def test_where_the_work_is() -> None:
    found = check("conv3x3@8 p1, relu, conv3x3@32 p1", "8x10x10", advise=True)
    finding = the(found, "macs-in-one")
    # 100 * 32 * 8 * 9 = 230,400 of it and 100 * 8 * 8 * 9 = 57,600.
    assert finding.message == "Conv2d has 80.0 % of the MACs: 230,400 of 288,000"
    # Depthwise 100 * 8 * 9 = 7,200; pointwise 100 * 32 * 8 = 25,600.
    assert finding.help == (
        "a depthwise and a 1x1 convolution in its place need 32,800 MACs instead of 230,400"
    )
    assert the(found, "activation-largest").message == (
        "its output of 1x32x10x10 is the largest activation: 12,800 of 19,200 bytes"
    )


def test_no_shares_of_totals_that_are_not_known() -> None:
    assert codes(check("conv3x3@8, flatten, fc10", advise=True)) == []
