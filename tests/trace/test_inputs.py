"""What `input` may be for a live module."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

import pytest
import torch
from torch import nn

import cnncalc
from cnncalc.errors import InputError, TraceError

pytestmark = pytest.mark.torch


class Takes(nn.Module):
    """Adds up all tensors it is given, however they are packed."""

    def forward(self, *given: Any, **named: Any) -> Any:
        total = 0
        for value in (*given, *named.values()):
            several = list(value.values()) if isinstance(value, dict) else value
            for each in several if isinstance(several, (list, tuple)) else [several]:
                total = total + each
        return total


class Pair(nn.Module):
    def forward(self, left: torch.Tensor, right: torch.Tensor, scale: float = 1.0) -> Any:
        return {"sum": left + right, "product": [left * right]}


@pytest.mark.parametrize(
    ("given", "shape"),
    [
        ("3x8x8", (1, 3, 8, 8)),
        ((3, 8, 8), (1, 3, 8, 8)),
        ([3, 8, 8], (1, 3, 8, 8)),
        ("2x3x8x8", (2, 3, 8, 8)),
        (torch.zeros(4, 3, 8, 8), (4, 3, 8, 8)),
        (torch.zeros(4, 3, 8, 8, device="meta"), (4, 3, 8, 8)),
    ],
)
def test_one_input(given: Any, shape: tuple[int, ...]) -> None:
    report = cnncalc.analyze(nn.Conv2d(3, 2, 3), given)
    assert report.inputs == {"input": shape}


def test_a_batch_and_a_layout() -> None:
    report = cnncalc.analyze(nn.Conv2d(3, 2, 3), "8x9x3", layout="hwc", batch=5)
    assert report.inputs == {"input": (5, 3, 8, 9)}


@pytest.mark.parametrize(
    "given",
    [
        ["2", "2"],
        ["left=2", "right=2"],
        {"right": (2,), "left": "2"},
        (torch.zeros(1, 2), torch.zeros(1, 2)),
        {"left": torch.zeros(1, 2), "right": torch.zeros(1, 2)},
    ],
)
def test_several_inputs(given: Any) -> None:
    report = cnncalc.analyze(Pair(), given)
    assert set(report.inputs) == {"left", "right"}
    assert [row.name for row in report] == ["add", "mul"]
    assert set(report["add"].inputs) == {"left", "right"}


def test_containers_of_tensors() -> None:
    x = torch.zeros(1, 2)
    pair = namedtuple("pair", "a b")
    for given in (({"a": x, "b": x + 1},), [(x, x + 1)], (pair(x, x + 1),), {"a": x, "b": x + 1}):
        report = cnncalc.analyze(Takes(), given)
        assert len(report.inputs) == 2
        assert report.rows[-1].type == "Add"


def test_one_tensor_given_twice() -> None:
    x = torch.zeros(1, 2)
    assert set(cnncalc.analyze(Pair(), (x, x)).inputs) == {"left", "right"}


def test_integers_for_embeddings_are_found_out() -> None:
    class Text(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embed = nn.Embedding(10, 4)

        def forward(self, ids: torch.Tensor, weights: torch.Tensor) -> Any:
            return self.embed(ids.unsqueeze(0)).sum() * weights

    report = cnncalc.analyze(Text(), ["7", "7"])
    assert report["embed"].output_shape == (1, 1, 7, 4)
    assert report.totals.input_bytes == 7 * 8 + 7 * 4


def test_integers_may_be_said() -> None:
    class Ids(nn.Module):
        def forward(self, ids: torch.Tensor) -> Any:
            assert ids.dtype == torch.int32
            return ids + 1

    assert cnncalc.analyze(Ids(), "ids=5:int32").inputs == {"ids": (1, 5)}
    with pytest.raises(InputError, match="unknown dtype 'int31'"):
        cnncalc.analyze(Ids(), "5:int31")


def test_float_tensors_for_an_embedding_are_refused() -> None:
    with pytest.raises(TraceError, match="indices that are no integers"):
        cnncalc.analyze(nn.Embedding(3, 2), torch.zeros(1, 4))


def test_a_live_module_needs_an_input() -> None:
    with pytest.raises(InputError, match="Linear is a live module: its input size is needed"):
        cnncalc.analyze(nn.Linear(2, 2))


@pytest.mark.parametrize("given", [{}, [], "", "axb", object(), {"x": torch.zeros(1)}, ["3", 4]])
def test_odd_inputs_get_one_line(given: Any) -> None:
    with pytest.raises(cnncalc.CnncalcError) as caught:
        cnncalc.analyze(nn.Linear(2, 2), given)
    assert "\n" not in caught.value.message


def test_unknown_input_names() -> None:
    with pytest.raises(InputError) as caught:
        cnncalc.analyze(Pair(), ["lft=2", "right=2"])
    assert str(caught.value) == (
        "Pair.forward has no argument 'lft'\n  help: its arguments are left, right, scale"
    )


@pytest.mark.parametrize("batch", [-1, 0, 1.5, "2", True])
def test_odd_batches_get_one_line(batch: Any) -> None:
    with pytest.raises(InputError, match="batch"):
        cnncalc.analyze(nn.Linear(2, 2), (2,), batch=batch)


@pytest.mark.parametrize("given", [(1.5,), {"input": 1.5}, (2, None)])
def test_sizes_that_are_no_whole_numbers(given: Any) -> None:
    with pytest.raises(InputError, match="not a whole number"):
        cnncalc.analyze(nn.Linear(2, 2), given)


def test_an_unknown_argument_beside_a_known_one() -> None:
    x = torch.zeros(1, 2)
    with pytest.raises(InputError, match=r"Pair\.forward has no argument 'bogus'"):
        cnncalc.analyze(Pair(), {"left": x, "bogus": x})
