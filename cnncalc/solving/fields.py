"""How deep, how dilated or how large the kernels must be to see so many positions.

Each layer adds `(k - 1)*d*j` positions to the field, where the jump `j` is the product of the
strides before it: `R = r + sum of (k - 1)*d*j`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from .. import analysis
from ..errors import InputError, LimitError
from ..graph import Graph, Input, Layer, Ref
from ..ops import CATALOGUE

if TYPE_CHECKING:
    from ..nn import Module

#: No one stacks more layers.
_DEEPEST = 1000
#: Longer numbers are no dilation.
_LARGEST = 10**12

Dilation = Sequence[int] | Literal["doubling"] | None


class Step(NamedTuple):
    """One layer: its window, the jump before it, and the field after it."""

    kernel: int
    stride: int
    dilation: int
    jump: int
    field: int


class Fields(NamedTuple):
    """The least `asked` (depth, dilation or kernel) that sees `at_least` positions.

    `value` is it; `field` what is seen with it, and `below` with one less, if that is
    possible. `steps` are the layers.
    """

    at_least: int
    asked: str
    value: int | None
    field: int | None
    below: int | None
    start: int
    jump: int
    after: str | None
    steps: tuple[Step, ...]
    reason: str | None
    why: tuple[str, ...]
    question: str = "field"

    @property
    def found(self) -> bool:
        """Is there a solution?"""
        return self.value is not None


class _Stack(NamedTuple):
    """Layers of one kernel with strides and dilations that are repeated."""

    kernel: int
    strides: tuple[int, ...]
    dilations: tuple[int, ...] | None

    def steps(self, depth: int, start: int, jump: int, until: int | None = None) -> list[Step]:
        """The layers, no more than are needed to see `until`."""
        steps: list[Step] = []
        field = start
        for at in range(depth):
            if until is not None and field >= until:
                break
            gap = 2**at if self.dilations is None else self.dilations[at % len(self.dilations)]
            step = self.strides[at % len(self.strides)]
            field += (self.kernel - 1) * gap * jump
            steps.append(Step(self.kernel, step, gap, jump, field))
            jump *= step
        return steps


def solve(
    at_least: int,
    *,
    kernel: int | None = None,
    stride: Sequence[int] | None = None,
    dilation: Dilation = None,
    depth: int | None = None,
    after: str | Graph | Module | None = None,
) -> Fields:
    """The least depth with which layers see `at_least` positions; with a `depth` the least
    dilation, with a dilation too the least kernel.

    Strides and dilations are of the first, second, ... layer and start again; `doubling` are
    1, 2, 4, ... `after` is a model that comes before the layers. Raises `InputError`.
    """
    if at_least < 1 or at_least > _LARGEST:
        raise InputError(f"at_least: expected 1 to {_LARGEST:,}, received {at_least}")
    asked = "depth" if depth is None else "dilation" if dilation is None else "kernel"
    if asked != "kernel" and kernel is None:
        raise InputError(f"the kernel is needed to find the {asked}", help="--kernel 3")
    if asked == "kernel" and kernel is not None:
        raise InputError(
            "depth, dilation and kernel are all given", help="leave out what is looked for"
        )
    if depth is not None and not 1 <= depth <= _DEEPEST:
        raise InputError(f"depth: expected 1 to {_DEEPEST} layers, received {depth}")
    for name, sizes in (
        ("stride", stride),
        ("dilation", dilation),
        ("kernel", kernel and [kernel]),
    ):
        if sizes is not None and sizes != "doubling" and (not sizes or min(sizes) < 1):
            raise InputError(f"{name}: sizes start at 1, received {sizes}")
    start, jump, before = _before(after)
    gaps = (1,) if dilation is None else None if dilation == "doubling" else tuple(dilation)
    stack = _Stack(kernel or 1, tuple(stride or (1,)), gaps)
    given = _Given(at_least, start, jump, before)
    if asked == "depth":
        answer = _depth(given, stack)
    elif asked == "dilation":
        answer = _dilation(given, stack, depth or 1)
    else:
        answer = _kernel(given, stack, depth or 1)
    _verify(answer, after)
    return answer


class _Given(NamedTuple):
    at_least: int
    start: int
    jump: int
    after: str | None


def _before(after: str | Graph | Module | None) -> tuple[int, int, str | None]:
    """The field and the jump that the layers start with: the least over the axes."""
    if after is None:
        return 1, 1, None
    from .. import api

    report = api.analyze(after)
    field = report.rows[-1].field if report.rows else None
    if field is None or None in field.size or None in field.stride or field.whole:
        raise InputError(
            f"{report.model}: its output has no positions with a field of their own",
            help="--after names layers up to the last convolution or pooling",
        )
    sizes = [size for size in field.size if size is not None]
    jumps = [step for step in field.stride if isinstance(step, int)]
    if len(jumps) != len(field.stride) or len(set(sizes)) > 1 or len(set(jumps)) > 1:
        raise InputError(f"{report.model}: its field differs from axis to axis")
    return sizes[0], jumps[0], report.model


def _depth(given: _Given, stack: _Stack) -> Fields:
    steps = stack.steps(_DEEPEST, given.start, given.jump, given.at_least)
    field = steps[-1].field if steps else given.start
    reason = None
    if stack.kernel == 1 and given.start < given.at_least:
        reason = "a kernel of 1 adds nothing to the field, however many layers there are"
    elif field < given.at_least:
        raise LimitError(
            f"{_DEEPEST} layers see {field} positions, and {given.at_least} are wanted",
            help="larger kernels, strides or dilations see more",
        )
    if reason is not None:
        return _answer(given, "depth", None, None, None, [], reason, _terms(stack, given, "n"))
    below = None
    if steps:
        below = steps[-2].field if len(steps) > 1 else given.start
    why = (*_terms(stack, given, "n"), _sum(given, steps))
    return _answer(given, "depth", len(steps), field, below, steps, None, why)


def _terms(stack: _Stack, given: _Given, depth: str) -> tuple[str, ...]:
    """The formula, in closed form where the layers are alike."""
    lines = [f"R = {given.start} + sum of (k - 1)*d*j over the layers; j = product of the strides"]
    alike = set(stack.strides) == {1} and stack.dilations is not None
    if alike and len(set(stack.dilations or ())) == 1 and stack.kernel > 1:
        each = (stack.kernel - 1) * (stack.dilations or (1,))[0] * given.jump
        wanted = given.at_least - given.start
        lines.append(
            f"{given.start} + {depth}*{each} >= {given.at_least}, "
            f"so {depth} >= {max(wanted, 0)}/{each}"
        )
    return tuple(lines)


def _sum(given: _Given, steps: Sequence[Step]) -> str:
    shown = [f"{step.kernel - 1}*{step.dilation}*{step.jump}" for step in steps]
    if len(shown) > 8:
        shown = [*shown[:4], "...", *shown[-2:]]
    total = steps[-1].field if steps else given.start
    return f"{' + '.join([str(given.start), *shown])} = {total}"


def _dilation(given: _Given, stack: _Stack, depth: int) -> Fields:
    """Each layer adds `(k - 1)*j*d`: one dilation for all of them."""
    once = stack.steps(depth, given.start, given.jump)
    each = once[-1].field - given.start
    wanted = max(given.at_least - given.start, 0)
    line = f"{given.start} + d*{each} >= {given.at_least}"
    if not each and wanted:
        reason = "a kernel of 1 adds nothing to the field, whatever its dilation"
        return _answer(given, "dilation", None, None, None, [], reason, (line,))
    value = max(-(-wanted // each), 1) if each else 1
    steps = stack._replace(dilations=(value,)).steps(depth, given.start, given.jump)
    below = given.start + (value - 1) * each if value > 1 else None
    why = (
        f"R = {given.start} + d*(sum of (k - 1)*j over the layers)",
        f"{line}, so d >= {wanted}/{each}" if each else line,
        _sum(given, steps),
    )
    return _answer(given, "dilation", value, steps[-1].field, below, steps, None, why)


def _kernel(given: _Given, stack: _Stack, depth: int) -> Fields:
    """Each layer adds `d*j*(k - 1)`: one kernel for all of them."""
    once = stack._replace(kernel=2).steps(depth, given.start, given.jump)
    each = once[-1].field - given.start
    wanted = max(given.at_least - given.start, 0)
    value = -(-wanted // each) + 1
    steps = stack._replace(kernel=value).steps(depth, given.start, given.jump)
    below = given.start + (value - 2) * each if value > 1 else None
    why = (
        f"R = {given.start} + (k - 1)*(sum of d*j over the layers)",
        f"{given.start} + (k - 1)*{each} >= {given.at_least}, so k - 1 >= {wanted}/{each}",
        _sum(given, steps),
    )
    return _answer(given, "kernel", value, steps[-1].field, below, steps, None, why)


def _answer(
    given: _Given,
    asked: str,
    value: int | None,
    field: int | None,
    below: int | None,
    steps: Sequence[Step],
    reason: str | None,
    why: tuple[str, ...],
) -> Fields:
    return Fields(
        given.at_least, asked, value, field, below, given.start, given.jump, given.after,
        tuple(steps), reason, why,
    )  # fmt: skip


def _verify(answer: Fields, after: str | Graph | Module | None) -> None:
    """Put the layers behind the model, and ask the analysis for their fields."""
    if not answer.steps:
        return
    rank = 1
    layers: list[Layer] = []
    last = Ref("input")
    inputs: tuple[Input, ...] = (Input("input"),)
    if after is not None:
        from .. import api

        graph = api.load(after)
        layers, last, inputs = list(graph.layers), Ref(graph.layers[-1].name), graph.inputs
        rank = len(analysis.run(graph, api.full_shapes(graph)).rows[-1].output_shape) - 2
    sizes = [(None,) * (rank + 2)]
    for at, step in enumerate(answer.steps):
        op = CATALOGUE[f"Conv{rank}d"](
            None, 1, step.kernel, stride=step.stride, dilation=step.dilation
        )
        layers.append(Layer(f"solved {at}", op, (last,), f"solved {at}"))
        last = Ref(layers[-1].name)
    graph = Graph("solved", inputs, layers, (last,))
    shapes = {each.name: (1, *each.shape) if each.shape else sizes[0] for each in inputs}
    unknown = {
        name: (shape[0], shape[1], *[None] * (len(shape) - 2)) for name, shape in shapes.items()
    }
    rows = analysis.run(graph, unknown).rows[-len(answer.steps) :]
    for row, step in zip(rows, answer.steps, strict=True):
        if row.field is None or set(row.field.size) != {step.field}:
            raise AssertionError(f"the field of {row.name} is {row.field}, not {step.field}")
