"""What an op is: hyper-parameters, formulas, and the rules for shapes and fields.

An op is declared once, as a class with its arguments in torch's constructor order::

    @op("relu", functions=("relu",))
    class ReLU(Elementwise):
        \"\"\"max(0, x) at every position.\"\"\"

        inplace: bool = arg("", False, flag)

Ops are values: immutable, comparable, hashable, and printed as the call that makes them.
What an op does to given input shapes is its `Measure`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from ..errors import OpError, closest
from ..finding import Misfit
from ..formula import Formula
from ..layout import Dims, Read
from ..shape import Shape, Size, format_shape
from .arguments import REQUIRED, Argument, arg, shown
from .held import Held
from .reads import Demand, aligned, demand

if TYPE_CHECKING:
    from typing_extensions import Self, dataclass_transform
else:

    def dataclass_transform(**_):
        return lambda cls: cls


#: Arguments that a table has no room for.
_MINOR = frozenset({"bias", "inplace", "eps", "momentum"})


class Measure(NamedTuple):
    """What an op does to inputs of given shapes.

    `op` has its inferred arguments filled in. Counts are None where they are unknown.
    `reads[o][i]` says how the positions of output o come from input i; `demands[i]` which part
    of input i, dim by dim, the whole (first) output needs (None: all of it).
    """

    op: Op
    outputs: tuple[Shape, ...]
    params: Size
    buffers: Size
    macs: Size
    reads: tuple[tuple[Read, ...], ...]
    demands: tuple[Demand, ...]
    misfits: tuple[Misfit, ...]


@dataclass_transform(field_specifiers=(arg,), frozen_default=True)
class Op:
    """A kind of operation with its hyper-parameters.

    Raises `OpError` where a hyper-parameter is none that the operation could have.
    """

    arguments: ClassVar[tuple[Argument, ...]] = ()
    #: Spatial axes of the op; 0 where it does not matter.
    rank: ClassVar[int] = 0
    #: Words for this op in the spec language, and its functions in torch.
    spec_names: ClassVar[tuple[str, ...]] = ()
    functions: ClassVar[tuple[str, ...]] = ()
    #: The class in torch that it equals, or "" where torch has only functions.
    torch_name: ClassVar[str] = ""
    #: How many inputs it takes; None: one or more, and `check` may know better.
    arity: ClassVar[int | None] = 1
    #: Dims that each input must have for the rules to make sense of it.
    least_dims: ClassVar[int] = 0
    #: Is the output a tensor that the network holds: a parameter or a buffer, no activation?
    held: ClassVar[bool] = False
    #: Which input positions an output position depends on, in words.
    field_rule: ClassVar[str] = "position by position"
    #: Output size per spatial axis, parameters, running buffers, multiply-accumulates.
    out_size: ClassVar[Formula | None] = None
    params: ClassVar[Formula] = Formula("0")
    buffers: ClassVar[Formula] = Formula("0")
    macs: ClassVar[Formula] = Formula("0")

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        inherited = {argument.name: argument for argument in cls.arguments}
        for name in list(vars(cls)):
            if isinstance(vars(cls)[name], Argument):
                inherited[name] = vars(cls)[name]._replace(name=name)
                delattr(cls, name)
        cls.arguments = tuple(inherited.values())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        declared = self.arguments
        if len(args) > len(declared):
            most, named = len(declared), type(self).__name__
            raise OpError(
                f"{named} takes at most {most} arguments, received {len(args)}",
                help=self.signature(),
            )
        values = self.__dict__
        for argument, value in zip(declared, args, strict=False):
            if argument.name in kwargs:
                raise OpError(f"{type(self).__name__}: {argument.name} is given twice")
            values[argument.name] = self._converted(argument, value)
        for argument in declared[len(args) :]:
            if argument.name in kwargs:
                value = kwargs.pop(argument.name)
            elif argument.default is REQUIRED:
                raise OpError(f"{type(self).__name__} needs {argument.name}", help=self.signature())
            else:
                value = argument.default
            values[argument.name] = self._converted(argument, value)
        if kwargs:
            name = next(iter(kwargs))
            hint = closest(name, [argument.name for argument in declared])
            raise OpError(
                f"{type(self).__name__} has no argument {name!r}", help=hint or self.signature()
            )
        self.settle(values)
        values["_key"] = (type(self), *values.values())
        values["_hash"] = hash(values["_key"])
        self.validate()

    def _converted(self, argument: Argument, value: Any) -> Any:
        if value is None and argument.inferred:
            return None
        try:
            return argument.convert(value, self.rank)
        except ValueError as error:
            raise OpError(
                f"{type(self).__name__}: {argument.name}: expected {error}, received {value!r}"
            ) from None

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable; use replace({name}=...)")

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Op) and self._key == other._key)  # type: ignore[attr-defined]

    def __hash__(self) -> int:
        return self._hash  # type: ignore[attr-defined,no-any-return]

    def __reduce__(self) -> tuple[Any, ...]:
        # Made anew: strings hash otherwise in another process.
        return type(self), tuple(getattr(self, argument.name) for argument in self.arguments)

    def __repr__(self) -> str:
        parts = []
        positional = True
        for argument in self.arguments:
            value = getattr(self, argument.name)
            required = argument.default is REQUIRED or argument.inferred
            positional = positional and required
            if positional:
                parts.append(shown(value, argument, self.rank))
            elif required or value != self.default_of(argument):
                parts.append(f"{argument.name}={shown(value, argument, self.rank)}")
        return f"{type(self).__name__}({', '.join(parts)})"

    def short(self) -> str:
        """The op in short, for tables: `Conv2d(3, 64, 7, s=2, p=3)`.

        What changes little (bias, in-place, epsilon, momentum) is left out.
        """
        parts = []
        for argument in self.arguments:
            value = getattr(self, argument.name)
            if argument.default is REQUIRED or argument.inferred:
                parts.append("?" if value is None else shown(value, argument, self.rank))
            elif argument.name not in _MINOR and value != self.default_of(argument):
                parts.append(
                    f"{argument.symbol or argument.name}={shown(value, argument, self.rank)}"
                )
        return f"{self.type}({', '.join(parts)})" if parts else self.type

    @property
    def type(self) -> str:
        """What kind of op it is, in reports: torch's class name where torch has one.

        Ops that stand for many functions of torch go by the function's name.
        """
        return type(self).__name__

    @classmethod
    def signature(cls) -> str:
        """`Conv2d(in_channels, out_channels, kernel_size, stride=1, ...)`."""
        parts = [
            argument.name
            if argument.default is REQUIRED or argument.inferred
            else f"{argument.name}={argument.default!r}"
            for argument in cls.arguments
        ]
        return f"{cls.__name__}({', '.join(parts)})"

    def replace(self, **changes: Any) -> Self:
        """The same op with some arguments changed."""
        values = {argument.name: getattr(self, argument.name) for argument in self.arguments}
        return type(self)(**{**values, **changes})

    # The rules, overridden where an op differs.

    def settle(self, values: dict[str, Any]) -> None:
        """Fill in arguments whose defaults depend on others."""

    def default_of(self, argument: Argument) -> Any:
        """What an argument is when it is left out, for printing."""
        return self._converted(argument, argument.default)

    def validate(self) -> None:
        """Refuse combinations of arguments that make no op, with an `OpError`."""

    def complete(self, inputs: tuple[Shape, ...]) -> Op:
        """The op with the arguments that follow from its inputs filled in."""
        return self

    def check(self, inputs: tuple[Shape, ...]) -> Iterator[Misfit]:
        """What does not fit about the inputs; `output` must cope with it."""
        yield from ()

    def output(self, inputs: tuple[Shape, ...]) -> Shape:
        """The output's shape; the declared one where the inputs do not fit."""
        return inputs[0]

    def outputs(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        """The shapes of all outputs; most ops have one."""
        return (self.output(inputs),)

    def output_count(self) -> int:
        """How many outputs it has, whatever its inputs."""
        return 1

    def reads(self, inputs: tuple[Shape, ...], output: Shape) -> tuple[Read, ...]:
        """How the first output's positions come from each input; here: one by one."""
        return tuple(aligned(shape, output) for shape in inputs)

    def all_reads(
        self, inputs: tuple[Shape, ...], outputs: tuple[Shape, ...]
    ) -> tuple[tuple[Read, ...], ...]:
        """`reads` for each output."""
        return tuple(self.reads(inputs, output) for output in outputs)

    def tensors(self) -> tuple[Held, ...]:
        """The tensors that torch's module holds: parameters, then buffers, in torch's order.

        A size that follows from the input is None. Their sizes add up to `params` and `buffers`.
        """
        return ()

    def aliases(self) -> bool:
        """Does the output live in the memory of the (first) input?"""
        return bool(getattr(self, "inplace", False))

    def symbols(self, inputs: tuple[Shape, ...], output: Shape) -> dict[str, Any]:
        """The values of the formulas' symbols."""
        values = {
            argument.symbol: getattr(self, argument.name)
            for argument in self.arguments
            if argument.symbol
        }
        values["N"] = output[0] if output else 1
        return values

    @classmethod
    def symbol_names(cls) -> frozenset[str]:
        """The symbols that `symbols` provides; registration checks the formulas against it."""
        own = {argument.symbol for argument in cls.arguments if argument.symbol}
        return frozenset(own | {"N"})

    def measure(self, inputs: tuple[Shape, ...]) -> Measure:
        """Everything the analysis needs to know about this op on these inputs."""
        refusal = self._arity_misfit(inputs) or self._dims_misfit(inputs)
        if refusal is not None:
            return self._refused(inputs, refusal)
        op = self.complete(inputs)
        outputs = op.outputs(inputs)
        reads = op.all_reads(inputs, outputs)
        values: Mapping[str, Any] = {}
        if not (op.params.text == op.macs.text == op.buffers.text == "0"):
            values = op.symbols(inputs, outputs[0])
        params, buffers, macs = (
            0 if formula.text == "0" else formula.evaluate(values)
            for formula in (op.params, op.buffers, op.macs)
        )
        demands = tuple(
            demand(read, shape, None) for read, shape in zip(reads[0], inputs, strict=True)
        )
        return Measure(op, outputs, params, buffers, macs, reads, demands, tuple(op.check(inputs)))

    def _refused(self, inputs: tuple[Shape, ...], refusal: Misfit) -> Measure:
        """The measure where no rule applies: nothing is known."""
        unknown: Shape = inputs[0] if inputs else (None,)
        nothing: tuple[Read, ...] = tuple(
            (Dims(shape, unknown, (None,) * len(unknown)),) for shape in inputs
        )
        try:
            count = self.output_count()
        except OpError:
            count = 1  # it depends on the input how many there are
        demands: tuple[Demand, ...] = (None,) * len(inputs)
        return Measure(
            self, (unknown,) * count, None, None, None, (nothing,) * count, demands, (refusal,)
        )

    def _arity_misfit(self, inputs: tuple[Shape, ...]) -> Misfit | None:
        wanted = self.arity
        if wanted is None:
            wanted_text, fits = "at least one input", len(inputs) >= 1
        else:
            wanted_text, fits = f"{wanted} input{'s' * (wanted != 1)}", len(inputs) == wanted
        if fits:
            return None
        return Misfit(
            "inputs",
            f"{self.type} takes {wanted_text} but receives {len(inputs)}",
            wanted,
            len(inputs),
        )

    def _dims_misfit(self, inputs: tuple[Shape, ...]) -> Misfit | None:
        for shape in inputs:
            if len(shape) < self.least_dims:
                wanted = f"{self.least_dims} dims" if self.least_dims > 1 else "a dim"
                message = (
                    f"{self.type} expects at least {wanted} but receives {format_shape(shape)}"
                )
                return Misfit("dims", message, self.least_dims, len(shape))
        return None


@lru_cache(maxsize=4096)
def measured(op: Op, inputs: tuple[Shape, ...]) -> Measure:
    """`op.measure`, remembered: networks repeat their layers, and so do sweeps over networks."""
    return op.measure(inputs)


class Elementwise(Op):
    """An op that works on each element by itself."""


def channels(shape: Shape) -> Size:
    """The size of dim 1; None where there is none."""
    return shape[1] if len(shape) > 1 else None
