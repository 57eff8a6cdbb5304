"""The cross-check of one model: everything agrees, and each figure's disagreement is seen."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from typing import Any

import pytest

import cnncalc
from cnncalc.errors import GraphError, InputError
from cnncalc.formula import Formula
from cnncalc.ops import CATALOGUE

pytestmark = pytest.mark.torch

import models  # noqa: E402
import torch  # noqa: E402

from cnncalc.crosschecking import (  # noqa: E402
    Crosscheck,
    Verdict,
    checking,
    compare,
    macs,
    observe,
    reasons,
    subject,
)
from cnncalc.report import Report  # noqa: E402

CPU = torch.device("cpu")
SMALL = (3, 8, 8)


@pytest.fixture
def small() -> subject.Subject:
    return subject.of_module(models.Small().eval(), SMALL)


def verdicts(found: Crosscheck, layer: str) -> dict[str, Verdict]:
    checks = next(each for each in found.layers if each.name == layer).checks
    return {check.figure: check.verdict for check in checks}


def edited(report: Report, layer: str, **values: Any) -> Report:
    """The report with other figures in one row."""
    rows = [row._replace(**values) if row.name == layer else row for row in report]
    assert rows != list(report)
    return Report(report.model, report.inputs, report.dtype, rows, report.totals, report.findings)


def test_a_live_module_agrees_in_every_figure() -> None:
    found = cnncalc.crosscheck(models.Small(), SMALL, device="cpu", memory=True)
    assert (found.verdict, found.exit_code, found.problems) == (Verdict.AGREES, 0, ())
    # 7 layers (two convolutions, norm, relu, add, mean, linear) of 5 figures, 3 totals, 2 of bytes
    assert found.verdicts == {Verdict.AGREES: 7 * 5 + 3 + 2}
    # 3*4*9 + 4, 2*4, 4*4*9 + 4, 4*5 + 5; the MACs are 64 positions * 36 weights * (3 + 4), and 20
    assert found.total("params")[1:3] == (112 + 8 + 148 + 25,) * 2
    assert found.total("macs")[1:3] == (64 * 36 * 7 + 20,) * 2
    assert str(found).splitlines()[-1].startswith("7 layers, 40 figures: 40 agree, 0 differ")


@pytest.mark.parametrize("model", ["d2l/lenet", "conv3x3@8 s2, batchnorm, relu, flatten, fc10"])
def test_graphs_run_as_what_to_torch_makes_of_them(model: str) -> None:
    found = cnncalc.crosscheck(model, "1x28x28", device="cpu", memory=True)
    assert (found.verdict, found.runs) == (Verdict.AGREES, "cnncalc.to_torch of it")


@pytest.mark.torchvision
def test_zoo_networks_run_as_torchvisions_own() -> None:
    found = cnncalc.crosscheck("resnet18", "3x64x64", device="cpu", memory=True, num_classes=7)
    assert found.runs == "torchvision.models.resnet18(num_classes=7)"
    assert (found.verdict, len(found.layers)) == (Verdict.AGREES, 69)
    grey = cnncalc.crosscheck("torchvision/resnet18", "1x32x32", device="cpu", in_channels=1)
    assert (grey.verdict, grey.runs) == (Verdict.AGREES, "cnncalc.to_torch of it")


@pytest.mark.parametrize(
    ("figure", "values"),
    [
        ("shape", {"output_shapes": ((1, 4, 8, 9),)}),
        ("params", {"params": 111}),
        ("buffers", {"buffers": 1}),
        ("macs", {"macs": 6911}),
    ],
)
def test_a_wrong_figure_of_a_layer_differs(
    small: subject.Subject, figure: str, values: dict[str, Any]
) -> None:
    report = edited(small.report, "one", **values)
    found = checking.check(small._replace(report=report), CPU)
    assert verdicts(found, "one").pop(figure) is Verdict.DIFFERS
    assert found.verdicts[Verdict.DIFFERS] == 1
    assert found.exit_code == 1


def test_a_wrong_dtype_differs(small: subject.Subject) -> None:
    layers = [
        layer._replace(traced=layer.traced._replace(dtypes=("float16",)))
        if layer.name == "two" and layer.traced
        else layer
        for layer in small.graph.layers
    ]
    graph = copy.copy(small.graph)
    graph.layers = tuple(layers)
    found = checking.check(small._replace(graph=graph), CPU)
    assert verdicts(found, "two")["dtype"] is Verdict.DIFFERS
    assert "1x4x8x8 float16" in str(found)


@pytest.mark.parametrize("total", ["params", "buffers", "macs", "param_bytes", "peak_bytes"])
def test_a_wrong_total_differs(small: subject.Subject, total: str) -> None:
    old = small.report
    totals = old.totals._replace(**{total: getattr(old.totals, total) + 1})
    report = Report(old.model, old.inputs, old.dtype, old.rows, totals, old.findings)
    found = checking.check(small._replace(report=report), CPU, memory=True)
    assert found.verdicts[Verdict.DIFFERS] == 1
    assert found.exit_code == 1


def test_a_wrong_rule_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CATALOGUE["Conv2d"], "macs", Formula("N*O*co*ci*K"))  # forgets the groups
    found = cnncalc.crosscheck("conv3x3@6 g3 bias=False", "3x11x13", device="cpu")
    assert verdicts(found, "conv1")["macs"] is Verdict.DIFFERS
    assert found.total("macs").verdict is Verdict.DIFFERS


def test_an_operation_more_or_less_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    module = models.Fickle().eval()
    made = subject.of_module(module, SMALL)
    monkeypatch.setattr(models.Fickle, "more", True)
    found = checking.check(made, CPU)
    assert verdicts(found, "tanh") == {"shape": Verdict.DIFFERS}
    made = subject.of_module(module, SMALL)
    monkeypatch.setattr(models.Fickle, "more", False)
    found = checking.check(made, CPU)
    assert verdicts(found, "tanh")["shape"] is Verdict.UNCHECKED
    assert found.exit_code == 2


def test_what_flop_counter_misses_is_explained() -> None:
    found = cnncalc.crosscheck(models.Uncounted(), (4,), device="cpu")
    assert verdicts(found, "pair")["macs"] is Verdict.EXPLAINED
    assert verdicts(found, "matmul")["macs"] is Verdict.EXPLAINED
    assert found.total("macs").verdict is Verdict.EXPLAINED
    assert (found.exit_code, found.verdicts[Verdict.DIFFERS]) == (0, 0)
    assert "no rule for aten._trilinear and counts 0: pair" in str(found)


@pytest.mark.torchvision
def test_deformable_convolution_is_explained() -> None:
    from torchvision.ops import DeformConv2d

    images = torch.rand(1, 3, 6, 6), torch.rand(1, 18, 4, 4)
    found = cnncalc.crosscheck(DeformConv2d(3, 2, 3), images, device="cpu")
    assert found.total("macs").verdict is Verdict.EXPLAINED
    assert found.verdicts[Verdict.DIFFERS] == 0


def test_a_reason_is_believed_only_for_its_count() -> None:
    op = CATALOGUE["Bilinear"](4, 4, 5)
    assert reasons.reason(op, ((1, 4), (1, 4)), 0)
    assert reasons.reason(op, ((1, 4), (1, 4)), 7) is None
    matmul = CATALOGUE["MatMul"]()
    assert reasons.reason(matmul, ((3, 4), (4,)), 0)
    assert reasons.reason(matmul, ((3, 4), (4, 2)), 0) is None
    assert reasons.reason(CATALOGUE["Linear"](4, 2), ((1, 4),), 0) is None


def test_products_of_constants_are_told_apart() -> None:
    found = cnncalc.crosscheck(models.Constants(), SMALL, device="cpu")
    total = found.total("macs")
    assert total.verdict is Verdict.EXPLAINED
    assert total.reason == "512 are spent on constants, which are no layers"
    assert total.measured - total.analytic == 512


def test_a_forward_pass_that_fails_is_a_problem() -> None:
    found = cnncalc.crosscheck(models.Misfit(), SMALL, device="cpu", memory=True)
    assert verdicts(found, "conv")["shape"] is Verdict.AGREES
    assert set(verdicts(found, "head").values()) == {Verdict.UNCHECKED}
    assert found.exit_code == 2
    assert "mat1 and mat2 shapes cannot be multiplied" in found.problems[0]


def test_an_operation_without_a_rule_is_unchecked() -> None:
    found = cnncalc.crosscheck(models.Ruleless(), SMALL, device="cpu")
    assert verdicts(found, "unknown")["macs"] is Verdict.UNCHECKED
    assert found.exit_code == 2


def test_other_dtypes_and_the_users_module_stays() -> None:
    module = models.Small().train()
    before, state = copy.deepcopy(module.state_dict()), torch.get_rng_state()
    found = cnncalc.crosscheck(module, SMALL, device="cpu", dtype="float64", memory=True)
    assert (found.verdict, found.machine.dtype) == (Verdict.AGREES, "float64")
    assert cnncalc.crosscheck(module, SMALL, device="cpu").verdict is Verdict.AGREES
    assert module.training
    assert torch.equal(state, torch.get_rng_state())
    after = module.state_dict()
    assert list(before) == list(after)
    assert all(torch.equal(before[key], after[key]) for key in before)
    assert {tensor.dtype for tensor in module.parameters()} == {torch.float32}


def test_lazy_modules_and_tensors_as_input() -> None:
    lazy = torch.nn.Sequential(
        torch.nn.LazyConv2d(4, 3), torch.nn.Flatten(), torch.nn.LazyLinear(2)
    )
    found = cnncalc.crosscheck(lazy, torch.rand(2, 3, 6, 6), device="cpu")
    assert found.verdict is Verdict.AGREES
    assert isinstance(next(lazy.parameters()), torch.nn.parameter.UninitializedParameter)


@pytest.mark.parametrize(
    "wrap",
    [
        torch.nn.utils.parametrizations.weight_norm,
        lambda conv: torch.nn.Sequential(conv, conv),
        lambda conv: torch.compile(torch.nn.Sequential(conv, torch.compile(torch.nn.ReLU()))),
    ],
    ids=["weight_norm", "shared", "compiled"],
)
def test_wrapped_and_shared_modules(wrap: Any) -> None:
    conv = torch.nn.Conv2d(3, 3, 3, padding=1)
    found = cnncalc.crosscheck(wrap(conv), SMALL, device="cpu", memory=True)
    assert found.verdict is Verdict.AGREES


def test_transformers_and_lstms_are_counted_in_full() -> None:
    net = torch.nn.Sequential(
        torch.nn.Embedding(9, 8), torch.nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
    )
    found = cnncalc.crosscheck(net, (5,), device="cpu", memory=True)
    assert found.verdict is Verdict.AGREES
    # projections 4*8*8, scores and values 2*5*8, and two linear layers 2*8*16, for 5 tokens
    assert found.total("macs").measured == 5 * (4 * 64 + 2 * 5 * 8 + 2 * 8 * 16)
    assert cnncalc.crosscheck(torch.nn.LSTM(4, 3), (5, 4), device="cpu").verdict is Verdict.AGREES


def test_what_cannot_be_run_is_an_error() -> None:
    with pytest.raises(InputError, match="the size of its input is needed"):
        cnncalc.crosscheck("conv3@4", device="cpu")
    with pytest.raises(GraphError, match="cannot be run: conv1: Conv2d expects 3 channels"):
        cnncalc.crosscheck("torchvision/resnet18", "1x32x32", device="cpu")
    with pytest.raises(InputError, match="needs a floating-point dtype"):
        cnncalc.crosscheck("d2l/lenet", device="cpu", dtype="int8")
    with pytest.raises(InputError, match="Small is on meta: it has no weights to run with"):
        cnncalc.crosscheck(models.Small().to("meta"), SMALL, device="cpu")
    with pytest.raises(InputError, match="unknown device 'quantum'"):
        cnncalc.crosscheck("d2l/lenet", device="quantum")
    with pytest.raises(InputError, match="only zoo networks have options"):
        cnncalc.crosscheck(models.Small(), SMALL, device="cpu", num_classes=3)


def test_the_data_are_plain_and_whole(small: subject.Subject) -> None:
    data = checking.check(small, CPU, memory=True).to_dict()
    assert json.loads(json.dumps(data)) == data
    assert list(data) == [
        "schema_version", "model", "runs", "input_names", "inputs", "machine", "verdict",
        "counts", "layers", "totals", "memory", "fields", "problems", "seconds",
    ]  # fmt: skip
    assert data["counts"] == {"agrees": 40, "explained": 0, "unchecked": 0, "differs": 0}
    assert data["layers"][0] == {
        "name": "one",
        "op": "Conv2d(3, 4, 3, p=1)",
        "verdict": "agrees",
        "checks": [
            _agreed("shape", [[1, 4, 8, 8]]),
            _agreed("dtype", ["float32"]),
            _agreed("params", 112),
            _agreed("buffers", 0),
            _agreed("macs", 6912),  # 64 positions * 36 weights * 3 channels
        ],
    }
    assert data["fields"] is None


def _agreed(figure: str, value: Any) -> dict[str, Any]:
    return {
        "figure": figure, "analytic": value, "measured": value, "verdict": "agrees", "reason": None,
    }  # fmt: skip


def test_the_function_brings_no_torch() -> None:
    code = (
        "import sys, inspect, cnncalc\n"
        "from cnncalc.crosschecking.result import Verdict\n"
        "assert 'memory' in inspect.signature(cnncalc.crosscheck).parameters\n"
        "assert 'torch' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("copies", [False, True])
def test_a_copy_that_the_run_did_not_need_is_explained(copies: bool) -> None:
    found = cnncalc.crosscheck(models.Attention(copies), (7, 32), device="cpu", memory=True)
    explained = {each.name for each in found.layers if each.verdict is Verdict.EXPLAINED}
    assert explained == {"merge.clone", "clone#2" if copies else "clone"}
    assert (found.exit_code, found.verdicts[Verdict.UNCHECKED]) == (0, 0)
    assert "did not have to copy" in str(found)


def test_copies_are_paired_by_the_layers_that_they_follow() -> None:
    stated = {"clone": "Clone", "a": "Relu", "clone#2": "Clone", "b": "Relu", "clone#3": "Clone"}
    real = {"clone": "Clone", "a": "Relu", "b": "Relu", "clone#2": "Clone"}
    same = {"clone": "clone", "a": "a", "b": "b"}
    assert compare.paired(stated, real) == {**same, "clone#3": "clone#2"}
    assert compare.paired(real, stated) == {**same, "clone#2": "clone#3"}
    assert compare.paired(stated, stated) == {name: name for name in stated}
    alone, beside = {"m": "View"}, {"m.view": "View", "m.clone": "Clone"}
    assert compare.paired(alone, beside) == {"m": "m.view"}
    assert compare.paired(beside, alone) == {"m.view": "m"}
    assert compare.paired({"m": "Clone"}, {"m": "View"}) == {}


def test_a_copy_that_only_the_run_made_is_explained(small: subject.Subject) -> None:
    copied = observe.Seen(((1, 2),), ("float32",), 0, 0, "Clone")
    layers = observe.observe(small.module, small.example).layers
    seen = observe.Observation({**layers, "clone": copied})
    counts = macs.count(small.module, small.example)
    *_, last = compare.layer_checks(small.graph, small.report, seen, counts)
    assert (last.name, last.verdict) == ("clone", Verdict.EXPLAINED)
    failed = observe.Observation({}, "the pass failed")
    checked = list(compare.layer_checks(small.graph, small.report, failed, counts))
    assert {each.verdict for each in checked} == {Verdict.UNCHECKED}


@pytest.mark.skipif(not hasattr(torch.nn.functional, "grouped_mm"), reason="an older torch")
def test_grouped_products_are_explained() -> None:
    found = cnncalc.crosscheck(models.Grouped(), (8, 16), device="cpu")
    assert found.total("macs")[1:4] == (8 * 16 * 32, 0, Verdict.EXPLAINED)
    assert found.exit_code == 0


@pytest.mark.parametrize("kept", [False, True])
def test_masks_that_decide_branches_are_known_to_the_count(kept: bool) -> None:
    given = torch.rand(2, 4), torch.full((2, 1), kept)
    found = cnncalc.crosscheck(models.Masked(), given, device="cpu")
    assert found.total("macs")[1:4] == (32, 32, Verdict.AGREES)
    assert (found.exit_code, found.problems) == (0, ())
