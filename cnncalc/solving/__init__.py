"""The inverse questions: which settings, inputs, depths or widths give what is wanted.

::

    from cnncalc import solving

    answer = solving.conv(112, 224, kernel=7)
    [(each.stride, each.padding) for each in answer.settings]
    solving.padding(3, dilation=2).both
    solving.inputs("model.py:Net", layer="fc1").sizes
    solving.budget("vgg11", vary="width", max_params="10M").best

Each answer says whether there is a solution (`found`), the `reason` where there is none, and
`why`: the formula, with its numbers. Whatever is found was put into the rules of the analysis.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    import torch

    from ..api import InputLike
    from ..graph import Graph
    from ..nn import Module
    from .borders import Exact
    from .budgets import Budget
    from .fields import Fields
    from .fitting import Inputs
    from .least import Smallest
    from .paddings import Paddings
    from .settings import Settings

    ModelLike: TypeAlias = str | Graph | Module | torch.nn.Module

__all__ = ["budget", "conv", "exact", "field", "inputs", "padding", "smallest"]


def conv(
    output: int | Sequence[int],
    input: int | Sequence[int] | None = None,
    *,
    kernel: int | Sequence[int] | None = None,
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] | None = None,
    dilation: int | Sequence[int] | None = None,
    output_padding: int | Sequence[int] | None = None,
    op: str = "conv",
    ceil_mode: bool = False,
    max_kernel: int = 11,
    max_stride: int | None = None,
    max_padding: int | None = None,
    max_dilation: int = 4,
) -> Settings:
    """Which settings of a window make `output` of `input`; what is left out is looked for.

    `op` is `conv`, `maxpool`, `avgpool` or `deconv` (a transposed convolution). Sizes are per
    axis, without channels. Without `max_stride` all strides are looked at (4 where the input is
    asked for), without `max_padding` paddings up to `dilation*(kernel - 1)`.

    Raises `InputError`, `NameNotFoundError` and `LimitError`.
    """
    from .asked import Bounds
    from .settings import solve

    def sizes(given: int | Sequence[int] | None) -> Sequence[int] | None:
        return (given,) if isinstance(given, int) else given

    return solve(
        sizes(output) or (),
        sizes(input),
        kernel=sizes(kernel),
        stride=sizes(stride),
        padding=sizes(padding),
        dilation=sizes(dilation),
        output_padding=sizes(output_padding),
        op=op,
        ceil_mode=ceil_mode,
        bounds=Bounds(max_kernel, max_stride, max_padding, max_dilation),
    )


def padding(
    kernel: int, stride: int = 1, dilation: int = 1, *, op: str = "conv", input: int | None = None
) -> Paddings:
    """Which padding keeps the size, or only divides it by the stride (a transposed convolution
    multiplies it). With `input` the one size is kept whatever the stride.

    Raises `InputError`, `NameNotFoundError` and `LimitError`.
    """
    from .paddings import solve

    return solve(kernel, stride, dilation, op=op, input=input)


def field(
    at_least: int,
    *,
    kernel: int | None = None,
    stride: int | Sequence[int] | None = None,
    dilation: int | Sequence[int] | Literal["doubling"] | None = None,
    depth: int | None = None,
    after: ModelLike | None = None,
) -> Fields:
    """How many layers see `at_least` positions; with a `depth` which dilation, with both which
    kernel.

    Strides and dilations are of the first, second, ... layer and repeat; `doubling` is 1, 2, 4,
    ... `after` is a model in front of the layers. Raises `InputError` and `LimitError`.
    """
    from .fields import solve

    steps = (stride,) if isinstance(stride, int) else stride
    gaps = (dilation,) if isinstance(dilation, int) else dilation
    return solve(at_least, kernel=kernel, stride=steps, dilation=gaps, depth=depth, after=after)


def inputs(
    model: ModelLike,
    input: InputLike = None,
    *,
    layer: str | None = None,
    features: int | None = None,
    output: int | Sequence[int] | None = None,
    up_to: int | None = None,
    layout: str = "chw",
    trace: bool = False,
    **options: Any,
) -> Inputs:
    """Which input sizes make a layer fit, or receive `features`, or make an `output`; without a
    layer which sizes the network takes.

    `model`, `input` (its channels, and the sizes to start with) and `options` are as in
    `cnncalc.analyze`. Raises `CnncalcError` subclasses.
    """
    from .fitting import solve
    from .model import Model

    wanted = (output,) if isinstance(output, int) else output
    opened = Model.open(model, input, layout=layout, trace=trace, options=options)
    return solve(opened, layer=layer, features=features, output=wanted, up_to=up_to)


def smallest(
    model: ModelLike,
    input: InputLike = None,
    *,
    up_to: int = 1024,
    layout: str = "chw",
    trace: bool = False,
    **options: Any,
) -> Smallest:
    """The smallest input that a model takes. Arguments as in `inputs`."""
    from .least import solve
    from .model import Model

    opened = Model.open(model, input, layout=layout, trace=trace, options=options)
    return solve(opened, up_to)


def exact(
    model: ModelLike,
    input: InputLike = None,
    *,
    up_to: int | None = None,
    layout: str = "chw",
    trace: bool = False,
    **options: Any,
) -> Exact:
    """The input sizes at which no border pixel is dropped; with an `input` the nearest to it.

    Arguments as in `inputs`.
    """
    from .borders import solve
    from .model import Model

    opened = Model.open(model, input, layout=layout, trace=trace, options=options)
    return solve(opened, up_to, given=input is not None)


def budget(
    model: ModelLike,
    input: InputLike = None,
    *,
    vary: str,
    max_params: str | int | None = None,
    max_macs: str | int | None = None,
    max_memory: str | int | None = None,
    train_with: str | None = None,
    multiple_of: int = 1,
    batch: int | None = None,
    dtype: str | None = None,
    layout: str = "chw",
    trace: bool = False,
    **options: Any,
) -> Budget:
    """The largest `vary` with which a model keeps its budgets (`1M`, `4.1G`, `8GiB`).

    `vary` is `input`, `batch`, `width`, a `{name}` in a spec, or an option of the network.
    `train_with` (`sgd`, `momentum`, `adam`) takes the memory of training. Other arguments as in
    `cnncalc.analyze`. Raises `CnncalcError` subclasses.
    """
    from .budgets import solve
    from .vary import Asked

    asked = Asked(model, input, layout, batch, dtype, trace, options)
    return solve(
        asked,
        vary,
        max_params=max_params,
        max_macs=max_macs,
        max_memory=max_memory,
        train_with=train_with,
        multiple_of=multiple_of,
    )
