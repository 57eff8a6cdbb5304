"""Every model of torchvision, traced: parameters, MACs, output shapes, and no unknown operation.

The parameters are torch's own, the MACs FlopCounterMode's on meta, the shapes those of a
forward pass on meta. The zoo's entries, written without torch, give the same graphs.
"""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torchvision
from torch.overrides import TorchFunctionMode
from torch.utils.flop_counter import FlopCounterMode

import cnncalc
from cnncalc.sources import zoo

pytestmark = [pytest.mark.torch, pytest.mark.torchvision]

NAMES = [name for name in torchvision.models.list_models() if not name.startswith("quantized_")]
DETECTORS = ("rcnn", "ssd", "fcos", "retinanet")
SEGMENTATION = ("deeplab", "fcn_", "lraspp")
VIDEO = ("r3d", "mc3", "r2plus1d", "s3d", "mvit", "swin3d")


class Uninitialized(TorchFunctionMode):
    """Weights are not filled with random numbers, which takes longer than all else."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        filling = getattr(func, "__module__", "") == "torch.nn.init"
        if filling or getattr(func, "__name__", "") in ("normal_", "uniform_"):
            return args[0] if args else (kwargs or {})["tensor"]
        return func(*args, **(kwargs or {}))


def built(name: str) -> torch.nn.Module:
    """The model on meta where it can be built there; of a detector the backbone."""
    options: dict[str, Any] = {"weights": None}
    if any(part in name for part in (*DETECTORS, *SEGMENTATION)):
        options["weights_backbone"] = None
    if name in ("googlenet", "inception_v3"):
        options["init_weights"] = False
    try:
        with torch.device("meta"):
            model = torchvision.models.get_model(name, **options)
    except RuntimeError:  # numbers are taken out of tensors while it is built
        with Uninitialized():
            model = torchvision.models.get_model(name, **options).to("meta")
    model = model.backbone if any(part in name for part in DETECTORS) else model
    return model.eval()


def shapes_for(name: str) -> list[tuple[int, ...]]:
    """Input shapes with the batch."""
    if "raft" in name:
        return [(1, 3, 128, 136)] * 2
    if any(part in name for part in VIDEO):
        small = "mvit" not in name and name != "s3d"
        return [(1, 3, 16, 112, 112) if small else (1, 3, 16, 224, 224)]
    if name == "inception_v3":
        return [(1, 3, 299, 299)]
    if "ssd300" in name:
        return [(1, 3, 300, 300)]
    return [(1, 3, 224, 224)]


def outputs(value: Any) -> list[tuple[int, ...]]:
    """The shapes of the tensors in a result."""
    if isinstance(value, torch.Tensor):
        return [tuple(value.shape)]
    items = value.values() if isinstance(value, dict) else value
    return [shape for item in items for shape in outputs(item)]


@pytest.mark.parametrize("name", NAMES)
def test_all_models(name: str) -> None:
    model, shapes = built(name), shapes_for(name)
    inputs = tuple(torch.empty(shape, device="meta") for shape in shapes)
    graph = cnncalc.trace(model, inputs)
    report = cnncalc.analyze(graph)
    assert [row.op.short() for row in report if row.type == "Unknown"] == []
    assert report.status.value == "complete"
    assert not report.has_errors
    assert report.totals.params == sum(p.numel() for p in model.parameters())
    assert report.totals.buffers == sum(b.numel() for b in model.buffers())
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        wanted = outputs(model(*inputs))
    assert 2 * report.totals.macs == counter.get_total_flops()
    found = [report[ref.name].output_shapes[ref.output] for ref in graph.outputs]
    assert found == wanted


@pytest.mark.parametrize(
    "name", [name.split("/")[1] for name in zoo.ENTRIES if name.startswith("torchvision/")]
)
def test_a_trace_gives_the_graph_of_the_zoo(name: str) -> None:
    options = {"aux_logits": False} if name in ("googlenet", "inception_v3") else {}
    if options:
        options["init_weights"] = False
    with torch.device("meta"):
        model = torchvision.models.get_model(name, weights=None, **options)
    entry = cnncalc.load(f"torchvision/{name}")
    traced = cnncalc.trace(model, entry.inputs[0].shape)
    assert [layer[:4] for layer in traced.layers] == [layer[:4] for layer in entry.layers]
    assert traced.outputs == entry.outputs
