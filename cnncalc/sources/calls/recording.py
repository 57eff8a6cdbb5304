"""What a forward pass has called so far: operations, and where each tensor came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from ...errors import CnncalcError, Location, TraceError
from ...graph import Made, Weight
from ...ops import Op
from .making import make
from .tensor import Tensor, dtype_name, is_floating, tensors_in

if TYPE_CHECKING:
    from .rules.call import Call

#: What a layer reads: (number of a record, or ~number of an input; output of it).
Source = tuple[int, int]


class Place(Protocol):
    """A place in a source that becomes a line and a column only when asked."""

    def location(self) -> Location:
        """The line and column."""


class Record(NamedTuple):
    """One operation as it happened; `own` is its name where a module is this one operation."""

    op: Op
    sources: tuple[Source, ...]
    path: str
    own: str | None
    weights: tuple[Weight, ...]
    outputs: tuple[Tensor, ...]
    place: Place | Location | None
    view: bool = False
    leaf: bool = False
    #: The call that made the module, where a source file shows it.
    made: Made | None = None


class IntegerInputError(Exception):
    """The inputs with these numbers are indices: the pass starts again with integers."""

    def __init__(self, inputs: set[int]) -> None:
        super().__init__(inputs)
        self.inputs = inputs


class Recording:
    """The operations that a module applied, as they come in.

    Tensors are told apart by identity, so each is kept as long as the recording. `records` is
    the result; `sources` says where each known tensor came from. `paths` are the modules' by
    identity, and `weights` the tensors that they hold.

    A source says in a subclass what only it can know: see the first methods.
    """

    #: What is raised for a network that makes no graph.
    error: type[CnncalcError] = TraceError

    def __init__(self, paths: Mapping[int, str], weights: Mapping[int, Weight]) -> None:
        self.records: list[Record] = []
        self.sources: dict[int, Source] = {}
        self.paths = dict(paths)
        self.weights = dict(weights)
        self.kept: list[Any] = []
        self.scope = [""]
        #: By a module's path the call that made it, where a source file shows it.
        self.made: dict[str, Made] = {}
        self._families: dict[int, list[Tensor]] = {}  # storage owner -> its views
        self._owners: dict[int, int] = {}  # view -> storage owner
        self._overwritten: dict[int, dict[int, Source]] = {}  # tensor -> what wrote to its memory

    # What a source knows

    def place(self) -> Place | Location | None:
        """Where in the user's source the operation at hand is called."""
        raise NotImplementedError

    def blank(self, shape: Sequence[int], dtype: str, like: Tensor | None = None) -> Tensor:
        """A new tensor of these sizes (and of a dtype by name), where `like` is."""
        raise NotImplementedError

    def constant(self, values: Any) -> Tensor:
        """A tensor of numbers that are written out: `[2, 0, 1]`."""
        raise NotImplementedError

    def stepped(self, tensor: Tensor, op: Op) -> Tensor:
        """What an op that only moves values makes of a tensor; in its memory, if it is a view.

        The ops are those of an index (`Unsqueeze`, `Select`, `Slice`), `Flatten` and `Diagonal`.
        """
        raise NotImplementedError

    def shares(self, output: Tensor, first: Tensor) -> bool:
        """Does the output of an operation lie in the memory of its first input?"""
        raise NotImplementedError

    def known_values(self, tensor: Tensor) -> list[Any] | None:
        """The elements of a tensor in a row, where they are known."""
        return None

    def refuse(self, tensor: Tensor) -> None:
        """Raise an error for a tensor from elsewhere that the source cannot follow."""

    # Tensors and where they come from

    def add_input(self, number: int, tensor: Tensor) -> None:
        """Make a tensor known as the network's input of that number."""
        self.sources[id(tensor)] = (~number, 0)
        self.kept.append(tensor)

    def knows(self, tensor: Tensor) -> bool:
        """Does the tensor depend on an input or a weight?"""
        key = id(tensor)
        return key in self.sources or key in self.weights

    def source_of(self, tensor: Tensor) -> Source:
        """Where a tensor comes from; weights and constants become layers when first asked for."""
        key = id(tensor)
        if key in self._overwritten:
            self._refresh(tensor)
        known = self.sources.get(key)
        return known if known is not None else self._new_source(tensor)

    def _new_source(self, tensor: Tensor) -> Source:
        weight = self.weights.get(id(tensor))
        shape = tuple(tensor.shape)
        if weight is None:
            self.refuse(tensor)
            kind = "Constant"
        else:
            kind = "Buffer" if weight.buffer else "Parameter"
        own, held = (None, ()) if weight is None else (weight.name, (weight,))
        record = Record(make(kind, shape), (), self.scope[-1], own, held, (tensor,), self.place())
        self._append(record, ())
        return self.sources[id(tensor)]

    def keep_shape(self, tensor: Tensor) -> None:
        """A tensor is about to change its own shape: what made it keeps the one it has now."""
        number, output = self.source_of(tensor)
        if number >= 0:
            record = self.records[number]
            outputs = list(record.outputs)
            outputs[output] = self.blank(tensor.shape, dtype_name(tensor.dtype), tensor)
            self.records[number] = record._replace(outputs=tuple(outputs))

    def alias(self, origin: Tensor, result: Tensor) -> None:
        """The same values by another name: no operation."""
        self.kept.append(result)
        if id(origin) in self.sources:
            self.sources[id(result)] = self.source_of(origin)
            self._join_family(origin, [result])
        else:
            self.weights[id(result)] = self.weights[id(origin)]

    # Operations

    def add(self, call: Call, op: Op) -> None:
        """Record a call of a function."""
        own: str | None = None
        weights: tuple[Weight, ...] = ()
        inputs = call.inputs
        if call.weights:
            if all(id(each) in self.weights and id(each) not in self._overwritten
                   for each in call.weights):  # fmt: skip
                weights = tuple([self.weights[id(each)] for each in call.weights])
                home = weights[0].name.rpartition(".")[0]
                if home and _inside(home, self.scope[-1]):
                    own = home
            else:
                op = make("Functional", op, len(call.weights))
                inputs = [*inputs, *call.weights]
        sources = tuple([self.source_of(each) for each in inputs])
        outputs = tuple(tensors_in(call.result)) if call.shown is None else call.shown
        self._append(
            Record(op, sources, self.scope[-1], own, weights, outputs, self.place()),
            inputs,
            inplace=call.inplace,
        )

    def add_leaf(
        self,
        op: Op,
        inputs: Sequence[Tensor],
        path: str,
        weights: tuple[Weight, ...],
        result: Any,
        made: Made | None = None,
    ) -> None:
        """Record a call of the module at `path`, which is one op."""
        sources = tuple([self.source_of(tensor) for tensor in inputs])
        outputs = tuple(tensors_in(result))
        place = self.place()
        record = Record(op, sources, path, path, weights, outputs, place, leaf=True, made=made)
        self._append(record, inputs)

    def _append(self, record: Record, inputs: Sequence[Tensor], inplace: bool = False) -> None:
        number = len(self.records)
        first = inputs[0] if inputs else None
        inplace = inplace or (first is not None and any(out is first for out in record.outputs))
        if inplace:
            record = record._replace(view=True)
        elif first is not None and record.outputs and self.shares(record.outputs[0], first):
            record = record._replace(view=True)
            self._join_family(first, record.outputs)
        self.records.append(record)
        for index, tensor in enumerate(record.outputs):
            self.sources[id(tensor)] = (number, index)
            self._overwritten.pop(id(tensor), None)
        if inplace and first is not None:
            self._spread(first, (number, 0))

    # Memory that several tensors share

    def _join_family(self, base: Tensor, views: Sequence[Tensor]) -> None:
        owner = self._owners.get(id(base), id(base))
        family = self._families.setdefault(owner, [base])
        for view in views:
            self._owners[id(view)] = owner
            family.append(view)

    def _spread(self, changed: Tensor, source: Source) -> None:
        """A tensor was overwritten: what shares its memory has new values, too."""
        owner = self._owners.get(id(changed), id(changed))
        for other in self._families.get(owner, ()):
            if other is changed:
                continue
            written = self._overwritten.setdefault(id(other), {})
            if owner == id(changed):
                written.clear()  # all of the memory has new values
            written[id(changed)] = source

    def _refresh(self, tensor: Tensor) -> None:
        """A tensor is read after a view of its memory was overwritten: its values are mixed."""
        written = self._overwritten.pop(id(tensor))
        sources = (self.source_of(tensor), *written.values())
        number = len(self.records)
        op, scope = make("Assign"), self.scope[-1]
        self.records.append(Record(op, sources, scope, None, (), (tensor,), self.place(), True))
        self.sources[id(tensor)] = (number, 0)

    def settles(self, tensor: Tensor, value: Tensor) -> None:
        """`y[a:b] = v`, where v is that very part of y, as Python writes `y[a:b] += 1`."""
        written = self._overwritten.get(id(tensor), {})
        if list(written) == [id(value)] and self.sources.get(id(value)) == written[id(value)]:
            del self._overwritten[id(tensor)]

    # Inputs that are whole numbers

    def require_integers(self, indices: Sequence[Tensor]) -> None:
        """Raise `IntegerInputError` for indices computed from inputs that were taken for floats."""
        for tensor in indices:
            if is_floating(tensor) and id(tensor) in self.sources:
                raise IntegerInputError(self._inputs_behind(self.sources[id(tensor)]))

    def _inputs_behind(self, source: Source) -> set[int]:
        found: set[int] = set()
        pending = [source[0]]
        while pending:
            number = pending.pop()
            if number < 0:
                found.add(~number)
            else:
                pending.extend(each[0] for each in self.records[number].sources)
        return found


def located(place: Place | Location | None) -> Location | None:
    """The line and column of a place."""
    return place if place is None or isinstance(place, Location) else place.location()


def _inside(path: str, scope: str) -> bool:
    """Is a module path that of the scope, or of a module in it?"""
    return not scope or path == scope or path.startswith(f"{scope}.")
