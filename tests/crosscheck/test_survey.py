"""Many models: a line each, whatever happens to one of them, in one process or several."""

from __future__ import annotations

import os
from typing import Any

import pytest

pytestmark = pytest.mark.torch

import torch  # noqa: E402

from cnncalc.crosschecking import Verdict, survey, torchvision  # noqa: E402
from cnncalc.sources.zoo import ENTRIES  # noqa: E402

CPU = survey.Settings(device="cpu")


def test_the_zoo_is_whole() -> None:
    assert survey.zoo_tasks() == list(ENTRIES)


def test_a_model_that_fails_does_not_end_the_run() -> None:
    seen: list[str] = []
    found = survey.survey(
        "some",
        ["d2l/lenet", "no/such", "notes/digit"],
        settings=CPU,
        progress=lambda line: seen.append(line.model),
    )
    assert seen == ["d2l/lenet", "no/such", "notes/digit"]
    assert [line.verdict for line in found.lines] == [
        Verdict.AGREES, Verdict.UNCHECKED, Verdict.AGREES,
    ]  # fmt: skip
    assert found.lines[0][1:5] == ("1x28x28", 12, 61706, 416520)
    assert found.lines[1].notes == ("unknown network or file 'no/such'",)
    assert (found.verdict, found.exit_code) == (Verdict.UNCHECKED, 2)


class Deadly:
    """Ends the process that reads it from a pickle."""

    def __reduce__(self) -> Any:
        return os._exit, (3,)


def test_processes_and_one_that_dies() -> None:
    deadly = torchvision.Task("deadly", ("3x8x8",), None, (("weights", Deadly()),))
    found = survey.survey("some", ["d2l/lenet", deadly], settings=CPU, jobs=2)
    assert [line.verdict for line in found.lines] == [Verdict.AGREES, Verdict.UNCHECKED]
    assert "its process died" in found.lines[1].notes[0]


@pytest.mark.torchvision
def test_every_model_of_torchvision_is_checked_or_left_out_by_name() -> None:
    from torchvision import models as theirs

    tasks, left_out = torchvision.tasks()
    assert {task.name for task in tasks} | {name for name, _ in left_out} == {*theirs.list_models()}
    assert all(name.startswith("quantized_") for name, _ in left_out)
    parts = {task.name for task in tasks if task.part == "backbone"}
    assert {*theirs.list_models(module=theirs.detection)} == parts


@pytest.mark.torchvision
@pytest.mark.parametrize("name", ["shufflenet_v2_x0_5", "lraspp_mobilenet_v3_large", "mnasnet0_5"])
def test_models_of_torchvision(name: str) -> None:
    tasks = [task for task in torchvision.tasks()[0] if task.name == name]
    found = survey.survey("one", tasks, settings=CPU)
    assert [(line.verdict, line.notes) for line in found.lines] == [(Verdict.AGREES, ())]


def test_weights_at_zero_are_the_same_tensors() -> None:
    state = torch.get_rng_state()
    with torchvision.weights_at_zero():
        net = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4))
        torch.nn.init.trunc_normal_(net[0].weight, std=0.02)
    assert torch.equal(state, torch.get_rng_state())
    assert net[0].weight.shape == (4, 3, 3, 3)
    assert not net[0].weight.any()
    assert net[1].weight.all()
    assert isinstance(net[0].weight, torch.nn.Parameter)
