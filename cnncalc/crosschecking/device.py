"""Where a module is run: the device, its name, and moving modules and tensors there."""

from __future__ import annotations

import copy
import platform
from collections.abc import Callable
from typing import Any

import torch

from ..errors import InputError
from ..shape import parse_dtype
from ..sources.torch.inputs import Example
from ..sources.torch.tensors import replaced
from .result import Machine

DEVICES = ("auto", "cpu", "cuda", "mps")


def choose(name: str) -> torch.device:
    """The device of that name; `auto` is the first that there is of CUDA, MPS and the CPU.

    Raises `InputError` for a device that is not there.
    """
    kind, _, number = name.partition(":")
    if kind not in DEVICES or (number and not number.isdigit()):
        raise InputError(f"unknown device {name!r}", help=f"devices are {', '.join(DEVICES)}")
    if kind == "auto":
        return torch.device("cuda" if _has_cuda() else "mps" if _has_mps() else "cpu")
    if kind == "cuda" and int(number or 0) >= torch.cuda.device_count():
        raise InputError(f"device {name}: torch finds no such device here", help="--device cpu")
    if kind == "mps" and not _has_mps():
        raise InputError(f"device {name}: torch finds no such device here", help="--device cpu")
    return torch.device(name)


def _has_cuda() -> bool:
    return torch.cuda.is_available()


def _has_mps() -> bool:
    return torch.backends.mps.is_available()


def machine(device: torch.device, dtype: str) -> Machine:
    """The device by name, and what decides about its arithmetic."""
    tf32 = None
    if device.type == "cuda":
        name = torch.cuda.get_device_name(device)
        tf32 = _tf32()
    else:
        name = platform.processor() or platform.machine()
    return Machine(str(device), name, dtype, tf32, torch.__version__)


def _tf32() -> str:
    """What float32 arithmetic may round to tf32."""
    try:
        states = {
            "convolutions": torch.backends.cudnn.allow_tf32,
            "matrix products": torch.backends.cuda.matmul.allow_tf32,
        }
    except RuntimeError:  # set by torch's newer settings, which the older cannot express
        return "mixed"
    return ", ".join(f"{name} {'on' if on else 'off'}" for name, on in states.items())


def dtype_named(name: str) -> torch.dtype:
    """torch's floating-point dtype of that name. Raises `InputError`."""
    found = getattr(torch, parse_dtype(name), None)
    if not isinstance(found, torch.dtype) or not found.is_floating_point:
        raise InputError(f"dtype {name}: a forward pass needs a floating-point dtype of torch")
    return found


def module_on(module: torch.nn.Module, device: torch.device) -> torch.nn.Module:
    """The module itself if it is there, or a copy: the user's stays where it is."""
    tensors = [*module.parameters(), *module.buffers()]
    if all(tensor.device.type == device.type for tensor in tensors):
        return module
    return copy.deepcopy(module).to(device)


def cast(module: torch.nn.Module, dtype: torch.dtype) -> torch.nn.Module:
    """The module itself if its floats have the dtype, or a copy."""
    tensors = [*module.parameters(), *module.buffers()]
    if all(tensor.dtype == dtype for tensor in tensors if tensor.is_floating_point()):
        return module
    return copy.deepcopy(module).to(dtype)


def with_tensors(example: Example, change: Callable[[torch.Tensor], Any]) -> Example:
    """The example with each of its tensors changed."""
    return example._replace(
        args=replaced(example.args, change), kwargs=replaced(example.kwargs, change)
    )


def channels_last(module: torch.nn.Module, example: Example) -> tuple[torch.nn.Module, Example]:
    """A copy of the module, and images, with their channels innermost in memory."""
    turned = copy.deepcopy(module).to(memory_format=torch.channels_last)

    def change(tensor: torch.Tensor) -> torch.Tensor:
        if tensor.dim() != 4:
            return tensor
        return tensor.contiguous(memory_format=torch.channels_last)

    return turned, with_tensors(example, change)
