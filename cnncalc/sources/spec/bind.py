"""Syntax tree -> ops: one layer as it was written, for what flows into it."""

from __future__ import annotations

from typing import NamedTuple

from ...errors import OpError, SpecError
from ...ops import CATALOGUE, Op
from ...ops.arguments import REQUIRED, Argument
from .source import Source, quoted
from .syntax import Call, Setting

_ELEMENTWISE = {"activation", "norm"}


class Flow(NamedTuple):
    """What is known of a tensor before any size is: its spatial axes, and if it is flat."""

    rank: int = 2
    flat: bool = False


def make_op(call: Call, flow: Flow, source: Source) -> Op:
    """The op of a layer. Raises `SpecError` at the option or layer that is wrong."""
    cls = op_class(call, flow)
    settings = dict(call.settings)
    for name, value in call.word.preset:
        settings.setdefault(name, Setting(value, call.at))
    for argument in cls.arguments:
        if argument.name in settings:
            _check(cls, argument, settings[argument.name], source)
        elif argument.default is REQUIRED:
            raise source.error(_missing(call, argument), call.at, _missing_help(call, argument))
    if cls is CATALOGUE["Linear"] and "out_features" not in settings:
        raise source.error(f"{call.text} needs the number of its outputs", call.at, _WIDTHS)
    try:
        return cls(**{name: setting.value for name, setting in settings.items()})
    except OpError as error:
        raise source.error(error.message, call.at, error.help) from None


_WIDTHS = "such as fc10, or Linear(784, 10) as in torch"


def op_class(call: Call, flow: Flow) -> type[Op]:
    """The class that a word stands for: `conv` is a Conv1d, 2d or 3d."""
    if len(call.word.classes) == 1:
        return call.word.classes[0]
    if flow.flat and issubclass(call.word.sample, CATALOGUE["BatchNorm3d"]):
        return CATALOGUE["BatchNorm1d"]  # the one that serves (N, C)
    return call.word.of_rank(call.kernel_rank or flow.rank)


def _check(cls: type[Op], argument: Argument, setting: Setting, source: Source) -> None:
    """Convert one value by itself, so that the caret can point at it."""
    if setting.value is None and argument.inferred:
        return
    try:
        argument.convert(setting.value, cls.rank)
    except ValueError as error:
        raise _refused(argument.name, str(error), setting, source) from None


def _refused(name: str, expected: str, setting: Setting, source: Source) -> SpecError:
    value = setting.value
    if isinstance(value, tuple):
        shown = "x".join(map(str, value)) if all(isinstance(v, int) for v in value) else str(value)
        shown = shown if len(shown) <= 30 else shown[:30] + "..."
    else:
        shown = quoted(value) if isinstance(value, str) else str(value)
    return source.error(f"{name}: expected {expected}, received {shown}", setting.at)


def _missing(call: Call, argument: Argument) -> str:
    if argument.name == "kernel_size":
        return f"{call.text} needs a kernel size"
    return f"{call.text} needs {argument.name}"


def _missing_help(call: Call, argument: Argument) -> str | None:
    if call.torch:
        return call.word.sample.signature()
    if argument.name == "kernel_size":
        return f"such as {call.text.lower()}3"
    return f"such as {call.text.lower()}({argument.name}=...)"


def flow_after(op: Op, flow: Flow) -> Flow:
    """What flows out of an op."""
    home = type(op).__module__.rpartition(".")[2]
    flat = flow.flat and home in _ELEMENTWISE
    if op == CATALOGUE["Flatten"]() or isinstance(op, CATALOGUE["Linear"]):
        flat = flow.flat or isinstance(op, CATALOGUE["Flatten"])
    return Flow(flow.rank if flat else op.rank or flow.rank, flat)


def needs_flatten(call: Call, flow: Flow) -> bool:
    """Does the layer get a flatten before it?"""
    return call.word.flattens and not flow.flat


def merges(op: Op) -> bool:
    """Does the op make sense only with several inputs?"""
    if op.arity is not None:
        return op.arity > 1
    if op.type == "Einsum":
        return "," in getattr(op, "equation", "").partition("->")[0]
    if op.type in ("Cat", "Stack", "ScaledDotProductAttention"):
        return True
    return getattr(op, "other", 0) is None
