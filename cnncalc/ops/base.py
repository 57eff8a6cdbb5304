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

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, TypeVar

from ..errors import OpError, closest
from ..finding import Misfit
from ..formula import Formula
from ..layout import ELEMENTWISE, Along, Dims, Read
from ..shape import Shape, Size, format_shape

if TYPE_CHECKING:
    from typing_extensions import Self, dataclass_transform
else:

    def dataclass_transform(**_):
        return lambda cls: cls


Convert = Callable[[Any, int], Any]


class _Required:
    """Stands for the default of an argument that has none."""

    def __repr__(self) -> str:
        return "required"


REQUIRED: Any = _Required()


class Argument(NamedTuple):
    """One hyper-parameter: its torch name, its symbol in formulas, and how to read a value."""

    name: str
    symbol: str
    default: Any
    convert: Convert
    inferred: bool  # may be left out: it follows from the input


def arg(
    symbol: str,
    default: Any = REQUIRED,
    convert: Convert | None = None,
    *,
    inferred: bool = False,
) -> Any:
    """Declare a hyper-parameter; without `convert` it is a positive whole number."""
    return Argument("", symbol, None if inferred else default, convert or count, inferred)


# Converters: each takes a user's value and the op's number of spatial axes, returns the
# canonical value, and raises ValueError with what it expected.


def count(value: Any, rank: int) -> int:
    """A positive whole number."""
    if isinstance(value, bool) or not hasattr(value, "__index__") or value < 1:
        raise ValueError("a positive whole number")
    return int(value)


def natural(value: Any, rank: int) -> int:
    """A whole number from 0 on."""
    if isinstance(value, bool) or not hasattr(value, "__index__") or value < 0:
        raise ValueError("a whole number, 0 or more")
    return int(value)


def integer(value: Any, rank: int) -> int:
    """Any whole number."""
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise ValueError("a whole number")
    return int(value)


def flag(value: Any, rank: int) -> bool:
    """True or False (0 and 1 will do)."""
    if value not in (0, 1):
        raise ValueError("True or False")
    return bool(value)


def number(value: Any, rank: int) -> float:
    """A real number; whole ones stay ints, so that they print as they were written."""
    if isinstance(value, bool) or not isinstance(value, int | float | Fraction):
        raise ValueError("a number")
    return value if isinstance(value, int) else float(value)


def choice(*names: str) -> Convert:
    """One of a few words."""

    def convert(value: Any, rank: int) -> str:
        if value not in names:
            raise ValueError(f"one of {', '.join(names)}")
        return str(value)

    return convert


def optional(inner: Convert) -> Convert:
    """None, or what `inner` reads."""

    def convert(value: Any, rank: int) -> Any:
        return None if value is None else inner(value, rank)

    return convert


def each(inner: Convert) -> Convert:
    """A tuple of any length of what `inner` reads; a single value is a tuple of one."""

    def convert(value: Any, rank: int) -> tuple[Any, ...]:
        values = value if isinstance(value, tuple | list) else (value,)
        return tuple(inner(item, rank) for item in values)

    return convert


def axes(inner: Convert) -> Convert:
    """One value per spatial axis; a single value stands for all of them."""

    def convert(value: Any, rank: int) -> tuple[Any, ...]:
        if not isinstance(value, tuple | list):
            return (inner(value, rank),) * rank
        if len(value) == 1:
            return (inner(value[0], rank),) * rank
        if len(value) != rank:
            raise ValueError(f"one value or {rank}")
        return tuple(inner(item, rank) for item in value)

    return convert


#: Per input the first and last position needed in each dim; None: the whole input.
Demands = tuple[tuple[tuple[int, int], ...] | None, ...]


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
    demands: Demands
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
    #: How many inputs it takes; None: two or more, or what `arity_check` says.
    arity: ClassVar[int | None] = 1
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
            raise OpError(
                f"{self.type} takes at most {len(declared)} arguments, received {len(args)}",
                help=self.signature(),
            )
        values = self.__dict__
        for argument, value in zip(declared, args, strict=False):
            if argument.name in kwargs:
                raise OpError(f"{self.type}: {argument.name} is given twice")
            values[argument.name] = self._converted(argument, value)
        for argument in declared[len(args) :]:
            if argument.name in kwargs:
                value = kwargs.pop(argument.name)
            elif argument.default is REQUIRED:
                raise OpError(f"{self.type} needs {argument.name}", help=self.signature())
            else:
                value = argument.default
            values[argument.name] = self._converted(argument, value)
        if kwargs:
            name = next(iter(kwargs))
            hint = closest(name, [argument.name for argument in declared])
            raise OpError(f"{self.type} has no argument {name!r}", help=hint or self.signature())
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
                f"{self.type}: {argument.name}: expected {error}, received {value!r}"
            ) from None

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{self.type} is immutable; use replace({name}=...)")

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Op) and self._key == other._key)  # type: ignore[attr-defined]

    def __hash__(self) -> int:
        return self._hash  # type: ignore[attr-defined,no-any-return]

    def __repr__(self) -> str:
        shown = []
        positional = True
        for argument in self.arguments:
            value = getattr(self, argument.name)
            required = argument.default is REQUIRED or argument.inferred
            positional = positional and required
            if positional:
                shown.append(_shown(value))
            elif required or value != self.default_of(argument):
                shown.append(f"{argument.name}={_shown(value)}")
        return f"{self.type}({', '.join(shown)})"

    @property
    def type(self) -> str:
        """The op's name: torch's class name where torch has one."""
        return type(self).__name__

    @classmethod
    def signature(cls) -> str:
        """`Conv2d(in_channels, out_channels, kernel_size, stride=1, ...)`."""
        shown = [
            argument.name
            if argument.default is REQUIRED or argument.inferred
            else f"{argument.name}={_shown(argument.default)}"
            for argument in cls.arguments
        ]
        return f"{cls.__name__}({', '.join(shown)})"

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
        refusal = self._arity_misfit(inputs)
        if refusal is not None:
            unknown: Shape = inputs[0] if inputs else (None,)
            nothing: tuple[Read, ...] = tuple(
                (Dims(shape, unknown, (None,) * len(unknown)),) for shape in inputs
            )
            demands: Demands = (None,) * len(inputs)
            return Measure(self, (unknown,), None, None, None, (nothing,), demands, (refusal,))
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


class Elementwise(Op):
    """An op that works on each element by itself."""


def _shown(value: Any) -> str:
    """A value as it stands in a printed op: `(3, 3)` is 3."""
    same = isinstance(value, tuple) and len(value) > 1 and len(set(value)) == 1
    if same and isinstance(value[0], int | float) and not isinstance(value[0], bool):
        return repr(value[0])
    return repr(value)


Declared = TypeVar("Declared", bound=type[Op])

#: Every registered op by its name, and the spec language's words for them.
CATALOGUE: dict[str, type[Op]] = {}
SPEC_WORDS: dict[str, list[type[Op]]] = {}
FUNCTIONS: dict[str, type[Op]] = {}


def op(
    *spec_names: str, functions: tuple[str, ...] = (), torch: str | None = None
) -> Callable[[Declared], Declared]:
    """Register an op class: the spec language's words, and torch's functions for it.

    The class' own name counts as `torch.nn.<name>` unless `torch` names another ("": none).
    Raises `ValueError` for a name taken already (one spec word may serve several ranks) and
    for a formula with a symbol that the op does not provide.
    """

    def register(cls: Declared) -> Declared:
        if cls.__name__ in CATALOGUE:
            raise ValueError(f"op {cls.__name__} is declared twice")
        known = cls.symbol_names()
        for formula in (cls.params, cls.buffers, cls.macs):
            if not formula.symbols <= known:
                raise ValueError(
                    f"{cls.__name__}: unknown {set(formula.symbols - known)} in {formula}"
                )
        cls.spec_names, cls.functions = spec_names, functions
        cls.torch_name = f"torch.nn.{cls.__name__}" if torch is None else torch
        CATALOGUE[cls.__name__] = cls
        for word in spec_names:
            taken = SPEC_WORDS.setdefault(word, [])
            if any(other.rank == cls.rank for other in taken):
                raise ValueError(f"spec word {word!r} is taken by {taken[0].__name__}")
            taken.append(cls)
        for function in functions:
            if FUNCTIONS.setdefault(function, cls) is not cls:
                raise ValueError(
                    f"function {function!r} is taken by {FUNCTIONS[function].__name__}"
                )
        return cls

    return register


# Helpers for the rules.


def aligned(shape: Shape, output: Shape) -> Read:
    """The read of an elementwise op: dims matched from the right, size 1 broadcast."""
    if shape == output:
        return ELEMENTWISE
    shift = len(output) - len(shape)
    along: list[Along | None] = [None] * shift
    for dim, size in enumerate(shape):
        stays = size == output[dim + shift] or size is None
        along.append(Along(dim) if stays else None)
    return (Dims(shape, output, tuple(along)),)


def kept(shape: Shape, output: Shape, *dims: int | None) -> Read:
    """A read in which output dim d is input dim `dims[d]`, position by position."""
    return (Dims(shape, output, tuple(None if dim is None else Along(dim) for dim in dims)),)


def demand(
    read: Read, shape: Shape, wanted: tuple[tuple[int, int], ...] | None
) -> tuple[tuple[int, int], ...] | None:
    """The part of an input of `shape` needed for the part `wanted` of an output."""
    from ..field import IndexMap

    if not read:
        return wanted
    if len(read) > 1 or not isinstance(read[0], Dims) or None in shape:
        return None
    step = read[0]
    needed = [(0, size - 1) for size in shape if size is not None]
    for dim, along in enumerate(step.along):
        size = step.after[dim]
        if along is None or size is None or along.how in ("mix", "prefix"):
            continue
        first, last = wanted[dim] if wanted else (0, size - 1)
        if along.how == "keep":
            if (first, last) != (0, size - 1):
                needed[along.dim] = (first, last)
        elif isinstance(along.how, IndexMap):
            needed[along.dim] = _touched(along.how, first, last, needed[along.dim][1] + 1)
    full = all(part == (0, size - 1) for part, size in zip(needed, shape, strict=True) if size)
    return None if full else tuple(needed)


def _touched(index_map: Any, first: int, last: int, size: int) -> tuple[int, int]:
    """The hull of the input positions that the outputs `first..last` read."""
    turns = len(index_map.taps)
    edges = {*range(first, min(first + 2 * turns, last + 1)), last}
    edges |= set(range(max(first, last - 2 * turns), last))
    if index_map.border != "zeros":
        edges |= set(range(first, min(last + 1, first + 64))) | set(
            range(max(first, last - 64), last + 1)
        )
    reads = [index_map.reads(position, size) for position in sorted(edges)]
    seen = [(positions[0], positions[-1]) for positions in reads if positions]
    if not seen:
        return (0, size - 1)
    return (min(low for low, _ in seen), max(high for _, high in seen))


def channels(shape: Shape) -> Size:
    """The size of dim 1; None where there is none."""
    return shape[1] if len(shape) > 1 else None


def too_few_dims(name: str, shape: Shape, wanted: str) -> Misfit:
    """The misfit of an input that lacks dims."""
    return Misfit(
        "dims",
        f"{name} expects {wanted} but receives {format_shape(shape)} ({len(shape)} dims)",
        wanted,
        list(shape),
    )
