"""What torch itself says about a network: shapes, parameters, buffers and MACs per module.

Runs on the meta device: all shapes, no numbers. Needs torch, so tests import it when they run.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import FlopCounterMode

from cnncalc.report import Report, Row

#: The aten ops that tell in-place from out-of-place, by the row's type and flag.
_ATEN = {
    ("ReLU", False): "relu",
    ("ReLU", True): "relu_",
    ("ReLU6", True): "hardtanh_",
    ("SiLU", True): "silu_",
    ("Hardswish", True): "hardswish_",
    ("Hardsigmoid", False): "hardsigmoid",
    ("Sigmoid", False): "sigmoid",
    ("GELU", False): "gelu",
    ("Add", False): "add",
    ("Add", True): "add_",
    ("Mul", False): "mul",
    ("Cat", False): "cat",
}
#: Modules of torchvision that the catalogue knows by another name.
_ALIASES = {"LayerNorm2d": "LayerNorm"}


class OpCounter(TorchDispatchMode):
    """Counts aten ops by name."""

    def __init__(self) -> None:
        super().__init__()
        self.counts: Counter[str] = Counter()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.counts[func._schema.name.removeprefix("aten::")] += 1
        return func(*args, **(kwargs or {}))


class Observation:
    """One forward pass of `model` on the meta device, in eval mode."""

    def __init__(self, model: nn.Module, shape: tuple[int, ...]) -> None:
        self.model = model.eval()
        self.modules = dict(model.named_modules(remove_duplicate=False))
        self.leaves = {
            name: module for name, module in model.named_modules() if not list(module.children())
        }
        self.calls: list[tuple[str, tuple[int, ...]]] = []
        handles = [
            module.register_forward_hook(self._recorder(name))
            for name, module in self.leaves.items()
        ]
        counter = OpCounter()
        with FlopCounterMode(display=False) as flops, counter, torch.no_grad():
            model(torch.empty(shape, device="meta"))
        for handle in handles:
            handle.remove()
        self.ops = counter.counts
        self.total_macs = _half(flops.get_total_flops())
        root = type(model).__name__
        self.macs = {
            path.removeprefix(root).removeprefix("."): _half(sum(counts.values()))
            for path, counts in flops.get_flop_counts().items()
            if path != "Global"
        }

    def _recorder(self, name: str) -> Any:
        def record(module: nn.Module, args: Any, output: torch.Tensor) -> None:
            n, *sizes = output.shape
            if type(module).__name__ == "LayerNorm2d":  # channels last within the module
                sizes = [*sizes[1:], sizes[0]]
            self.calls.append((name, (n, *sizes)))

        return record

    def owned(self, tensors: Any) -> Counter[str]:
        """Elements per owner: a leaf module, or the tensor itself where it is a bare one."""
        sizes: Counter[str] = Counter()
        for name, tensor in tensors:
            owner = name.rpartition(".")[0]
            sizes[owner if owner in self.leaves else name] += tensor.numel()
        return sizes


def _half(flops: int) -> int:
    assert flops % 2 == 0
    return flops // 2


def assert_agrees(report: Report, model: nn.Module, shape: tuple[int, ...]) -> None:
    """The report equals what torch does: order, shapes, settings, parameters, buffers, MACs."""
    seen = Observation(model, shape)
    rows = [row for row in report if row.module in seen.leaves]
    assert [(row.module, row.output_shape) for row in rows] == seen.calls
    for row in rows:
        assert_same_settings(row, seen.leaves[row.module])
    called = {name for name, _ in seen.calls}
    params, buffers = seen.owned(model.named_parameters()), seen.owned(model.named_buffers())
    assert {name for name in params if name in seen.leaves} <= called
    assert _sums(report, "params") == params
    assert _sums(report, "buffers") == buffers
    for path, macs in seen.macs.items():
        inside = [row for row in report if _within(row.name, path)]
        assert (path, sum(row.macs for row in inside)) == (path, macs)
    assert report.totals.params == sum(tensor.numel() for tensor in model.parameters())
    assert report.totals.buffers == sum(tensor.numel() for tensor in model.buffers())
    assert report.totals.macs == seen.total_macs
    assert _in_place(report) == {name: seen.ops[name] for name in _ATEN.values() if seen.ops[name]}


def assert_same_layers(report: Report, model: nn.Module, shape: tuple[int, ...]) -> None:
    """Like `assert_agrees` for a network of leaf modules only whose names differ."""
    seen = Observation(model, shape)
    assert [row.output_shape for row in report] == [size for _, size in seen.calls]
    params, buffers = seen.owned(model.named_parameters()), seen.owned(model.named_buffers())
    for row, (name, _) in zip(report, seen.calls, strict=True):
        assert_same_settings(row, seen.leaves[name])
        assert (row.params, row.buffers) == (params[name], buffers[name])
        assert row.macs == seen.macs.get(name, 0)
    assert report.totals.macs == seen.total_macs


def assert_same_settings(row: Row, module: nn.Module) -> None:
    """The row's op has the module's type, and each hyper-parameter that the module shows."""
    name = type(module).__name__
    assert row.type == _ALIASES.get(name, name), row.name
    for argument in row.op.arguments:
        if not hasattr(module, argument.name):
            continue
        ours, theirs = getattr(row.op, argument.name), getattr(module, argument.name)
        if argument.name == "bias":
            theirs = theirs is not None
        if isinstance(ours, tuple):
            single = not isinstance(theirs, list | tuple)
            theirs = (theirs,) * len(ours) if single else tuple(theirs)
        assert ours == theirs, f"{row.name}.{argument.name}"


def _sums(report: Report, figure: str) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for row in report:
        sums[row.module] += getattr(row, figure)
    return {name: size for name, size in sums.items() if size}


def _within(name: str, path: str) -> bool:
    return not path or name.split("#")[0] == path or name.startswith(f"{path}.")


def _in_place(report: Report) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for row in report:
        aten = _ATEN.get((row.type, bool(getattr(row.op, "inplace", False))))
        if aten is not None:
            counts[aten] += 1
    return dict(counts)
