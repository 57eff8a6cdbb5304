"""Every op of the catalogue runs, with the shapes and parameters that the analysis says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import strategies
import torch
from cases import CASES, Case
from hypothesis import assume, given, settings
from strategies import Trial

from cnncalc.graph import Graph, Input, Layer, Ref
from cnncalc.ops import CATALOGUE, Op
from cnncalc.runnable import modules
from cnncalc.runnable.base import kind
from cnncalc.runnable.network import Network
from cnncalc.shape import Shape

pytestmark = [
    pytest.mark.torch,
    pytest.mark.filterwarnings("ignore:Using padding='same'"),
    pytest.mark.filterwarnings("ignore:.*degrees of freedom is <= 0"),
    pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN"),
]

#: Cases of the table that say too little to be run.
REFUSED = [case for case in CASES if modules.refusal(case.op, len(case.inputs))]
RUN = [case for case in CASES if case not in REFUSED]


#: Ops that say what a function of torch makes, not how.
SAID_ONLY = {"Unknown", "Whole", "Anywhere"}


def network(op: Op, inputs: tuple[Shape, ...], outputs: int) -> Network:
    """A network of one layer that returns all that the op makes."""
    names = [f"x{index}" for index in range(len(inputs))]
    layer = Layer("op", op, tuple(map(Ref, names)), "op")
    refs = [Ref("op", index) for index in range(outputs)]
    return Network(Graph(op.type, list(map(Input, names)), [layer], refs))


#: Ops that read indices, and which of their inputs these are.
INDICES = {
    "Embedding": (0, 1),
    "EmbeddingBag": (0, 2),
    "OneHot": (0, 1),
    "Gather": (1, 2),
    "TakeAlongDim": (1, 2),
    "IndexSelect": (1, 2),
    "Index": (1, 9),
}


def tensors(op: Op, shapes: tuple[Shape, ...]) -> list[torch.Tensor]:
    """Random inputs; zeros for indices, and a mask for where."""
    first, after = INDICES.get(type(op).__name__, (0, 0))
    kinds = [torch.long if first <= at < after else torch.float32 for at in range(len(shapes))]
    if op.type in ("where", "masked_fill"):
        kinds[op.type == "masked_fill"] = torch.bool
    return [
        torch.rand(shape) if kind == torch.float32 else torch.zeros(shape, dtype=kind)
        for shape, kind in zip(shapes, kinds, strict=True)
    ]


def run(net: Network, inputs: list[torch.Tensor]) -> tuple[torch.Tensor, ...]:
    with torch.no_grad():
        result = net(*inputs)
    return result if isinstance(result, tuple) else (result,)


def cases() -> Iterator[tuple[str, Case]]:
    seen: set[str] = set()
    for case in RUN:
        name = f"{case.op}" if case.op.type in seen else case.op.type
        seen.add(case.op.type)
        yield name, case


@pytest.mark.parametrize("training", [False, True], ids=["eval", "train"])
@pytest.mark.parametrize("case", [case for _, case in cases()], ids=[name for name, _ in cases()])
def test_an_op_makes_what_the_analysis_says(case: Case, training: bool) -> None:
    big = sum(map(len, case.inputs)) and max(map(torch.Size.numel, map(torch.Size, case.inputs)))
    with torch.device("meta" if max(case.params, big) > 10**6 else "cpu"):
        net = network(case.op, case.inputs, len(case.outputs)).train(training)
        results = run(net, tensors(case.op, case.inputs))
    assert tuple(tuple(result.shape) for result in results) == case.outputs
    assert sum(tensor.numel() for tensor in net.parameters()) == case.params
    state = sum(tensor.numel() for tensor in net.state_dict().values())
    assert state - case.params == case.buffers


def test_every_op_of_the_catalogue_is_run() -> None:
    assert set(CATALOGUE) - {kind(case.op) for case in RUN} == SAID_ONLY
    assert {kind(case.op) for case in REFUSED} <= {*SAID_ONLY, "Assign"}


@pytest.mark.parametrize("family", strategies.FAMILIES)
def test_random_ops(family: str) -> None:
    @settings(max_examples=12)
    @given(strategies.FAMILIES[family])
    def check(trial: Trial) -> None:
        outputs, *_, misfits = trial.op.measure(trial.shapes)[1:]
        assume(not misfits and modules.refusal(trial.op, len(trial.shapes)) is None)
        net = network(trial.op, trial.shapes, len(outputs)).eval()
        results = run(net, tensors(trial.op, trial.shapes))
        assert tuple(tuple(result.shape) for result in results) == outputs

    check()
