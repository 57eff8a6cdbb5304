"""Tracing leaves a module, its process and the random numbers as they were."""

from __future__ import annotations

import random
from collections import deque
from types import SimpleNamespace
from typing import Any

import numpy
import pytest
import torch
from torch import nn

import cnncalc
from cnncalc.errors import TraceError

pytestmark = pytest.mark.torch


class Busy(nn.Module):
    """A module whose forward leaves traces wherever it can."""

    def __init__(self, fails: bool = False) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 2, 3)
        self.norm = nn.BatchNorm2d(2)
        self.drop = nn.Dropout()
        self.register_buffer("calls", torch.zeros(1))
        self.plain = torch.zeros(1)
        self.seen: list[Any] = []
        self.cache: dict[str, Any] = {"nested": {"list": [1]}}
        self.count = 0
        self.fails = fails

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.calls += 1
        self.plain += 1
        self.count += 1
        self.seen.append(x)
        self.cache["x"] = x
        self.cache["nested"]["list"].append(x)
        self.last = x
        self.conv.extra = nn.Linear(1, 1)
        random.random()
        numpy.random.rand()
        torch.rand(3)
        y = self.drop(self.norm(self.conv(x)))
        self.conv.register_forward_hook(lambda *_: None)
        if self.fails:
            raise KeyError("no such thing")
        return y


def state(module: nn.Module) -> dict[str, Any]:
    """All that could change: attributes, hooks, tensors with their values, modes."""
    found: dict[str, Any] = {}
    for path, each in module.named_modules():
        for name, value in vars(each).items():
            found[f"{path}:{name}"] = repr(value)
        found[f"{path}:hooks"] = len(each._forward_hooks), len(each._forward_pre_hooks)
        found[f"{path}:training"] = each.training
    for name, tensor in module.state_dict().items():
        found[name] = (tensor.data_ptr(), tensor.device, tensor.tolist())
    found["parameters"] = [
        (id(each), each.requires_grad, each.device, each.grad) for each in module.parameters()
    ]
    return found


def generators() -> tuple[Any, ...]:
    return (
        torch.random.get_rng_state().tolist(),
        random.getstate(),
        numpy.random.get_state()[1].tolist(),
    )


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("train", [True, False])
@pytest.mark.parametrize("fails", [True, False])
def test_nothing_changes(training: bool, train: bool, fails: bool) -> None:
    module = Busy(fails).train(training)
    module.norm.eval()  # modes may be mixed
    before, numbers = state(module), generators()
    call = nn.Module.__call__
    if fails:
        with pytest.raises(TraceError, match=r"Busy\.forward raised KeyError"):
            cnncalc.analyze(module, (1, 5, 5), train=train)
    else:
        cnncalc.analyze(module, (1, 5, 5), train=train)
    assert state(module) == before
    assert generators() == numbers
    assert nn.Module.__call__ is call
    assert torch.is_grad_enabled()
    assert torch.overrides._get_current_function_mode() is None


def test_two_calls_give_equal_reports() -> None:
    module = Busy()
    first, second = (cnncalc.analyze(module, (1, 5, 5)) for _ in range(2))
    assert first.to_dict() == second.to_dict()


def test_random_depth_is_the_same_each_time() -> None:
    class Drops(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = nn.ModuleList(nn.Linear(2, 2) for _ in range(20))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            for layer in self.layers:
                if random.random() < 0.5:
                    x = layer(x)
            return x

    module = Drops()
    names = [[row.name for row in cnncalc.analyze(module, (2,))] for _ in range(3)]
    assert names[0] == names[1] == names[2]


def test_the_module_still_computes_the_same() -> None:
    module = Busy().eval()
    x = torch.rand(1, 1, 5, 5)
    before = module(x)
    cnncalc.analyze(module, (1, 5, 5))
    module.conv._forward_hooks.clear()
    assert torch.equal(module(x), before)


def test_no_memory_is_taken_for_weights_or_activations() -> None:
    with torch.device("meta"):  # 70 billion parameters
        layers = [nn.Linear(8192, 8192 * 4, bias=False), nn.Linear(8192 * 4, 8192, bias=False)]
        big = nn.Sequential(*[each for _ in range(65) for each in layers])
        net = nn.Sequential(nn.Conv2d(3, 64, 3, padding=1), nn.MaxPool2d(2))
    report = cnncalc.analyze(big, (8192,))
    assert report.totals.params == 2 * 8192 * 8192 * 4
    report = cnncalc.analyze(net, (3, 8192, 8192))
    assert report.totals.macs == 64 * 27 * 8192**2


def test_an_input_tensor_is_not_changed() -> None:
    class Adds(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x.add_(1)

    x = torch.zeros(2, 3)
    cnncalc.analyze(Adds(), x)
    assert not x.any()
    assert x.device.type == "cpu"


def test_gradient_mode_and_default_dtype_are_kept() -> None:
    with torch.enable_grad():
        cnncalc.analyze(nn.Linear(2, 2), (2,))
        assert torch.is_grad_enabled()


def test_other_threads_are_not_traced() -> None:
    import threading

    class Slow(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = nn.Linear(2, 2)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            other = threading.Thread(target=lambda: results.append(aside(torch.ones(1, 2))))
            other.start()
            other.join()
            return self.fc(x)

    aside = nn.Linear(2, 3)
    results: list[torch.Tensor] = []
    report = cnncalc.analyze(Slow(), (2,))
    assert [row.name for row in report] == ["fc"]
    assert results[0].device.type == "cpu"
    assert results[0].shape == (1, 3)


def test_plain_objects_and_other_containers_are_put_back() -> None:
    class Notes(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = nn.Linear(3, 3)
            self.recent: deque[Any] = deque([0], maxlen=4)
            self.spaces = SimpleNamespace(n=1, inner=SimpleNamespace(seen=[]))
            self.pair = ([1], {"a": 1})
            self.generator = torch.Generator()

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            self.recent.append(x)
            self.spaces.n += 1
            self.spaces.inner.seen.append(x)
            self.pair[0].append(x)
            self.generator.manual_seed(7)
            torch.set_default_dtype(torch.float64)
            for _ in range(self.spaces.n):
                x = self.fc(x)
            return x

    module = Notes()
    state = module.generator.get_state()
    reports = [cnncalc.analyze(module, (3,)) for _ in range(2)]
    assert [report.totals.macs for report in reports] == [18, 18]
    assert list(module.recent) == [0]
    assert (module.spaces.n, module.spaces.inner.seen) == (1, [])
    assert module.pair == ([1], {"a": 1})
    assert torch.equal(module.generator.get_state(), state)
    assert torch.get_default_dtype() == torch.float32
