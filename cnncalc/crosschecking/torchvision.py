"""torchvision's modules: the twins of zoo entries, and all models of a survey."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any, NamedTuple

import torch
from torch.overrides import TorchFunctionMode

from ..errors import FileError
from ..report import Report

#: Arguments without which torchvision builds more than the network itself.
_PLAIN: dict[str, dict[str, Any]] = {
    "googlenet": {"aux_logits": False, "init_weights": False},
    "inception_v3": {"aux_logits": False, "init_weights": False},
}


class Twin(NamedTuple):
    """torchvision's own module for a zoo network, and in words how it was made."""

    module: torch.nn.Module
    runs: str


def twin(name: str, report: Report, options: Mapping[str, Any]) -> Twin | None:
    """The module of torchvision that a zoo network describes.

    None where torchvision is not installed, or has no such variant of it.
    """
    folder, _, model = name.partition("/")
    channels = [shape[1] for shape in report.inputs.values()]
    if folder != "torchvision" or channels != [3] or not set(options) <= {"num_classes"}:
        return None
    if find_spec("torchvision") is None:
        return None
    from torchvision import models

    if model not in models.list_models(module=models):
        return None
    arguments = {**_PLAIN.get(model, {}), **options}
    with torch.random.fork_rng(devices=[]):
        module = models.get_model(model, weights=None, **arguments)
    shown = {key: value for key, value in arguments.items() if key != "init_weights"}
    text = ", ".join(f"{key}={value}" for key, value in shown.items())
    return Twin(module, f"torchvision.models.{model}({text})")


class Task(NamedTuple):
    """A model of torchvision and the input that it is run with; `part` is an attribute of it."""

    name: str
    input: tuple[str, ...]
    part: str | None = None
    arguments: tuple[tuple[str, Any], ...] = ()

    def __str__(self) -> str:
        return self.name if self.part is None else f"{self.name}.{self.part}"


#: Module of torchvision -> an input that its models take, and no larger than it must be.
_INPUTS = {
    "inception": ("3x299x299",),
    "mvit": ("3x16x224x224",),
    "s3d": ("3x16x224x224",),
    "swin3d": ("3x8x112x112",),
    "video.resnet": ("3x8x112x112",),
    "raft": ("3x128x128", "3x128x128"),
    "ssd300": ("3x300x300",),
    "ssdlite": ("3x320x320",),
}
_USUAL = ("3x224x224",)


def tasks() -> tuple[list[Task], list[tuple[str, str]]]:
    """All models of torchvision, and those left out with the reason. Raises `FileError`."""
    if find_spec("torchvision") is None:
        raise FileError("torchvision is not installed", help="pip install torchvision")
    from torchvision import models

    found, left_out = [], []
    for name in models.list_models():
        home = models.get_model_builder(name).__module__
        if ".quantization." in home:
            left_out.append((name, "quantized: its weights are no parameters"))
            continue
        key = next((key for key in _INPUTS if key in f"{home}.{name}"), None)
        arguments: dict[str, Any] = {"weights": None, **_PLAIN.get(name, {})}
        if ".detection." in home or ".segmentation." in home:
            arguments["weights_backbone"] = None
        found.append(
            Task(
                name,
                _USUAL if key is None else _INPUTS[key],
                "backbone" if ".detection." in home else None,
                tuple(arguments.items()),
            )
        )
    return found, left_out


def version() -> str:
    """torchvision's version."""
    import torchvision

    return str(torchvision.__version__)


def build(task: Task) -> torch.nn.Module:
    """The model, with its weights at zero: no figure that is checked depends on them."""
    from torchvision import models

    with torch.random.fork_rng(devices=[]), weights_at_zero():
        module: torch.nn.Module = models.get_model(task.name, **dict(task.arguments))
    return (module if task.part is None else getattr(module, task.part)).eval()


@contextmanager
def weights_at_zero() -> Iterator[None]:
    """Modules built inside skip random initialisation, which can take longer than all else."""
    with _Zeros():
        yield


#: What fills a tensor with random numbers, or works on them.
_RANDOM = {"normal_", "uniform_", "erfinv_", "bernoulli_"}
_DEFINITE = {"constant_", "zeros_", "ones_", "eye_", "dirac_"}


class _Zeros(TorchFunctionMode):
    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = getattr(func, "__name__", "")
        random = name in _RANDOM
        if getattr(func, "__module__", None) == "torch.nn.init" and name.endswith("_"):
            random = name not in _DEFINITE
        if not random:
            return func(*args, **(kwargs or {}))
        tensor = args[0] if args else (kwargs or {})["tensor"]
        with torch.no_grad():
            return tensor.zero_()
