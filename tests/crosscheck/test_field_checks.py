"""Receptive fields beside gradients: equal where the report is right, caught where it lies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from field_modules import CASES, IMAGE, Does, UNet, conv
from torch import nn
from torch.nn import functional as F

from cnncalc import analysis
from cnncalc.crosschecking import subject as subjects
from cnncalc.crosschecking.fields import check_fields, telling
from cnncalc.crosschecking.result import FieldCheck, Verdict
from cnncalc.crosschecking.subject import Subject
from cnncalc.errors import NameNotFoundError
from cnncalc.graph import Graph, Layer, Ref

pytestmark = pytest.mark.torch


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    """The test run has a worker per core already."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def live(module: nn.Module, *shapes: tuple[int, ...]) -> Subject:
    tensors = tuple(torch.rand(shape) for shape in shapes)
    return subjects.of_module(module, tensors if len(tensors) > 1 else tensors[0])


def all_layers(subject: Subject) -> list[FieldCheck]:
    names = [row.name for row in subject.report if row.inputs and len(row.output_shape) > 2]
    return check_fields(subject, names)


def wrong(checks: list[FieldCheck]) -> list[FieldCheck]:
    return [check for check in checks if check.verdict is not Verdict.AGREES]


@pytest.mark.parametrize("name", CASES)
def test_the_exact_field_is_what_gradients_show(name: str) -> None:
    build, shapes = CASES[name]
    checks = all_layers(live(build(), *shapes))
    assert checks
    assert wrong(checks) == []


def test_positions_are_corners_edges_and_the_centre() -> None:
    checks = check_fields(live(conv(), IMAGE))
    assert [(check.position, check.measured) for check in checks] == [
        ((0, 0), ((0, 2), (0, 2))),
        ((9, 9), ((9, 11), (9, 11))),
        ((5, 5), ((5, 7), (5, 7))),
        ((0, 5), ((0, 2), (5, 7))),
        ((5, 9), ((5, 7), (9, 11))),
        ((3, 3), ((3, 5), (3, 5))),
    ]


@pytest.mark.parametrize(
    ("model", "input"),
    [
        ("conv5x5@4 s2 p2, relu, maxpool3 s2, tconv3x3@4 s2, conv3x3@2 d2", "3x31x29"),
        ("d2l/lenet", "1x28x28"),
        ("resnet18", "3x64x64"),
    ],
)
def test_networks_built_from_graphs(model: str, input: str) -> None:
    checks = check_fields(subjects.of_model(model, input))
    assert checks
    assert wrong(checks) == []


def test_a_deep_network_neither_under_nor_overflows() -> None:
    # There are 30**220 ways to the middle and one to a corner: more than a float64 can tell.
    deep = nn.Sequential(*(nn.Conv1d(10, 10, 3, padding=1) for _ in range(220)))
    checks = check_fields(live(deep, (1, 10, 500)), ["219"])
    assert (checks[0].position, checks[0].measured) == ((0,), ((0, 220),))
    assert wrong(checks) == []


# Lies


def changed(subject: Subject, name: str, change: Callable[[Layer], Layer]) -> Subject:
    """The subject with one layer of its graph changed, and the report of that."""
    graph = subject.graph
    layers = [change(layer) if layer.name == name else layer for layer in graph.layers]
    lie = Graph(graph.name, graph.inputs, layers, graph.outputs, traced=graph.traced)
    assert graph.traced is not None
    return subject._replace(graph=lie, report=analysis.run(lie, graph.traced))


def two_convs() -> Subject:
    return live(nn.Sequential(conv(padding=1), nn.ReLU(), conv(stride=2, padding=1)), IMAGE)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("0", {"kernel_size": 5, "padding": 2}),
        ("0", {"kernel_size": 1, "padding": 0}),
        ("0", {"padding": 2, "dilation": 2}),
        ("0", {"padding_mode": "circular"}),
        ("2", {"padding": 0, "kernel_size": 2}),
        ("2", {"kernel_size": 1, "padding": 0}),
    ],
)
def test_other_arguments_of_an_op_differ(name: str, arguments: dict[str, Any]) -> None:
    lie = changed(two_convs(), name, lambda layer: layer._replace(op=layer.op.replace(**arguments)))
    last = check_fields(lie, ["2"])
    assert {check.verdict for check in last} >= {Verdict.DIFFERS}


def residual(self: Any, x: torch.Tensor) -> Any:
    left, right = self.left(x), self.right(x)
    return self.last(left + right)


def branches() -> Subject:
    parts = {"left": conv(kernel=1), "right": conv(padding=1), "last": conv()}
    return live(Does(residual, **parts), IMAGE)


@pytest.mark.parametrize(
    "inputs", [("left",), ("left", "left"), ("left", "input")], ids=["missing", "twice", "wrong"]
)
def test_other_edges_differ(inputs: tuple[str, ...]) -> None:
    refs = tuple(Ref(name) for name in inputs)
    honest = branches()
    assert wrong(check_fields(honest)) == []
    lie = changed(honest, "add", lambda layer: layer._replace(inputs=refs))
    found = wrong(check_fields(lie, ["add", "last"]))
    assert {check.layer for check in found} == {"add", "last"}
    assert {check.verdict for check in found} == {Verdict.DIFFERS}


def test_an_input_that_the_report_forgets_differs() -> None:
    subject = live(Does(lambda m, x, y: m.conv(x) + m.conv(y), conv=conv()), IMAGE, IMAGE)
    lie = changed(subject, "add", lambda layer: layer._replace(inputs=layer.inputs[:1] * 2))
    (check, *_) = wrong(check_fields(lie, ["add"]))
    assert (check.expected, check.measured) == ((None, None), ((0, 2), (0, 2)))
    assert check.verdict is Verdict.DIFFERS


def test_a_gate_that_the_report_forgets_differs() -> None:
    gate = Does(lambda m, x: x * m.conv(F.adaptive_avg_pool2d(x, 1)).sigmoid(), conv=conv(kernel=1))
    lie = changed(
        live(gate, IMAGE), "mul", lambda layer: layer._replace(inputs=layer.inputs[:1] * 2)
    )
    assert {check.verdict for check in check_fields(lie, ["mul"])} == {Verdict.DIFFERS}


def test_a_border_that_only_one_path_fills() -> None:
    # The report follows each axis by itself: it misses that a path which is nothing but padding
    # in a row sees no columns there, either. Behind the next window that is over.
    def padded(self: Any, x: torch.Tensor) -> Any:
        right = F.pad(self.right(x), (0, 2, 0, 2))
        return self.last(self.left(x) + right)

    parts = {"left": conv(kernel=1), "right": conv(), "last": conv()}
    subject = live(Does(padded, **parts), IMAGE)
    (check,) = wrong(check_fields(subject, ["add", "last"]))
    assert (check.layer, check.position) == ("add", (6, 11))
    assert (check.expected, check.measured) == (((6, 8), (11, 11)), ((6, 6), (11, 11)))


# What cannot be checked


def why(module: nn.Module, *shapes: tuple[int, ...], layers: list[str] | None = None) -> set[Any]:
    return {check.reason for check in wrong(check_fields(live(module, *shapes), layers))}


def test_places_that_depend_on_data_are_unchecked_and_what_follows_them() -> None:
    def sampled(self: Any, x: torch.Tensor) -> Any:
        grid = torch.tanh(self.conv(x)).permute(0, 2, 3, 1)
        return self.last(F.grid_sample(x, grid, align_corners=False))

    subject = live(Does(sampled, conv=conv(), last=conv()), IMAGE)
    found = {check.layer: check.verdict for check in check_fields(subject)}
    assert found["conv"] is Verdict.AGREES
    assert found["gridsample"] is found["last"] is Verdict.UNCHECKED
    assert why(subject.module, IMAGE) == {"grid_sample: nothing is known of what it reads"}


def test_no_positions() -> None:
    module = nn.Sequential(conv(), nn.Flatten(), nn.Linear(200, 3))
    assert why(module, IMAGE) == set()
    assert why(module, IMAGE, layers=["2"]) == {"it has no positions"}


def test_a_pass_that_fails_in_float64() -> None:
    def picky(self: Any, x: torch.Tensor) -> Any:
        x = self.conv(x)
        if x.dtype is not torch.float32:
            raise TypeError("only float32")
        return self.last(x)

    found = check_fields(live(Does(picky, conv=conv(), last=conv()), IMAGE))
    assert {check.layer for check in found if check.verdict is Verdict.AGREES} == {"conv"}
    assert "TypeError: only float32" in (found[-1].reason or "")


def test_a_pass_that_takes_too_much_memory() -> None:
    subject = subjects.of_module(conv(), (2, 8, 8))
    shape = (1, 2, 1 << 15, 1 << 15)
    large = subject._replace(report=analysis.run(subject.graph, {"input": shape}))
    (check,) = check_fields(large)
    assert check.verdict is Verdict.UNCHECKED
    assert check.reason == "in float64 it takes about 69 GB: check a smaller input"


def test_a_name_that_is_no_layer() -> None:
    with pytest.raises(NameNotFoundError, match="unknown layer 'con'"):
        check_fields(live(conv(), IMAGE), ["con"])


# What is left behind


def test_the_module_stays_as_it_is() -> None:
    module = UNet().train()
    before = {key: value.clone() for key, value in module.state_dict().items()}
    held = [id(tensor) for tensor in (*module.parameters(), *module.buffers())]
    apply, dtype = torch.autograd.Function.apply, torch.get_default_dtype()
    check_fields(live(module, (1, 2, 13, 10)))
    assert module.training
    assert [id(tensor) for tensor in (*module.parameters(), *module.buffers())] == held
    assert all(value.equal(module.state_dict()[key]) for key, value in before.items())
    assert all(tensor.requires_grad and tensor.grad is None for tensor in module.parameters())
    assert torch.autograd.Function.apply == apply
    assert (torch.get_default_dtype(), torch.is_grad_enabled()) == (dtype, True)


def test_of_many_layers_the_telling_ones_are_checked() -> None:
    report = subjects.of_model("resnet18", "3x64x64").report
    names = telling(report)
    assert len(names) < len(report.rows) / 2
    assert not any(report[name].type in ("ReLU", "BatchNorm2d") for name in names)
    few = telling(report, most=8)
    assert few[0] == "conv1"
    assert set(few) <= set(names)
    assert {"conv1", "maxpool", "avgpool"} <= set(few)
    assert len(few) == 8
