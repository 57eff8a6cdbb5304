"""What a trace has recorded so far: operations, and where each tensor came from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import torch

from ...errors import TraceError
from ...graph import Weight
from ...ops import Op
from .errors import IntegerInputError
from .leaves import make
from .places import Place, here
from .rules import Call
from .tensors import is_lazy, tensors_in

#: What a layer reads: (number of a record, or ~number of an input; output of it).
Source = tuple[int, int]


class Record(NamedTuple):
    """One operation as it happened; `own` is its name where a module is this one operation."""

    op: Op
    sources: tuple[Source, ...]
    path: str
    own: str | None
    weights: tuple[Weight, ...]
    outputs: tuple[torch.Tensor, ...]
    place: Place | None
    view: bool = False
    leaf: bool = False


class Recording:
    """The operations that a module applied, as they come in.

    Tensors are told apart by identity, so each is kept as long as the recording. `records` is
    the result; `sources` says where each known tensor came from.
    """

    def __init__(self, module: torch.nn.Module) -> None:
        self.records: list[Record] = []
        self.sources: dict[int, Source] = {}
        self.paths = {id(each): plain(path) for path, each in module.named_modules()}
        self.weights = dict(_weights(module))
        self.kept: list[Any] = []
        self.scope = [""]
        self._families: dict[int, list[torch.Tensor]] = {}  # storage owner -> its views
        self._owners: dict[int, int] = {}  # view -> storage owner
        self._overwritten: dict[int, dict[int, Source]] = {}  # tensor -> what wrote to its memory

    def stand_in(self, tensor: torch.Tensor) -> torch.Tensor:
        """The tensor that functions are run on in the place of another."""
        return tensor

    def add_input(self, number: int, tensor: torch.Tensor) -> None:
        """Make a tensor known as the network's input of that number."""
        self.sources[id(tensor)] = (~number, 0)
        self.kept.append(tensor)

    def knows(self, tensor: torch.Tensor) -> bool:
        """Does the tensor depend on an input or a weight?"""
        key = id(tensor)
        return key in self.sources or key in self.weights

    def _weights_of(self, module: torch.nn.Module) -> tuple[Weight, ...]:
        """The tensors that a module holds, itself and in its parts."""
        found: list[Any] = [*module._parameters.values(), *module._buffers.values()]
        if module._modules:
            found = [*module.parameters(), *module.buffers()]
        known = self.weights
        return tuple([known[id(each)] for each in found if id(each) in known])

    def source_of(self, tensor: torch.Tensor) -> Source:
        """Where a tensor comes from; weights and constants become layers when first asked for."""
        key = id(tensor)
        if key in self._overwritten:
            self._refresh(tensor)
        known = self.sources.get(key)
        return known if known is not None else self._new_source(tensor)

    def _new_source(self, tensor: torch.Tensor) -> Source:
        weight = self.weights.get(id(tensor))
        shape = tuple(tensor.shape)
        if weight is None:
            refuse_transformed([tensor])
            record = Record(
                make("Constant", shape), (), self.scope[-1], None, (), (tensor,), here()
            )
        else:
            op = make("Buffer" if weight.buffer else "Parameter", shape)
            record = Record(op, (), self.scope[-1], weight.name, (weight,), (tensor,), here())
        self._append(record, ())
        return self.sources[id(tensor)]

    def keep_shape(self, tensor: torch.Tensor) -> None:
        """A tensor is about to change its own shape: what made it keeps the one it has now."""
        number, output = self.source_of(tensor)
        if number >= 0:
            record = self.records[number]
            outputs = list(record.outputs)
            outputs[output] = torch.empty(tensor.shape, dtype=tensor.dtype, device="meta")
            self.records[number] = record._replace(outputs=tuple(outputs))

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
            Record(op, sources, self.scope[-1], own, weights, outputs, here()),
            inputs,
            inplace=call.inplace,
        )

    def _append(
        self, record: Record, inputs: Sequence[torch.Tensor], inplace: bool = False
    ) -> None:
        number = len(self.records)
        first = inputs[0] if inputs else None
        inplace = inplace or (first is not None and any(out is first for out in record.outputs))
        if inplace:
            record = record._replace(view=True)
        elif (
            first is not None
            and record.outputs
            and _shares(record.outputs[0], self.stand_in(first))
        ):
            record = record._replace(view=True)
            self._join_family(first, record.outputs)
        self.records.append(record)
        for index, tensor in enumerate(record.outputs):
            self.sources[id(tensor)] = (number, index)
            self._overwritten.pop(id(tensor), None)
        if inplace and first is not None:
            self._spread(first, (number, 0))

    # Memory that several tensors share

    def _join_family(self, base: torch.Tensor, views: Sequence[torch.Tensor]) -> None:
        owner = self._owners.get(id(base), id(base))
        family = self._families.setdefault(owner, [base])
        for view in views:
            self._owners[id(view)] = owner
            family.append(view)

    def _spread(self, changed: torch.Tensor, source: Source) -> None:
        """A tensor was overwritten: what shares its memory has new values, too."""
        owner = self._owners.get(id(changed), id(changed))
        for other in self._families.get(owner, ()):
            if other is changed:
                continue
            written = self._overwritten.setdefault(id(other), {})
            if owner == id(changed):
                written.clear()  # all of the memory has new values
            written[id(changed)] = source

    def _refresh(self, tensor: torch.Tensor) -> None:
        """A tensor is read after a view of its memory was overwritten: its values are mixed."""
        written = self._overwritten.pop(id(tensor))
        sources = (self.source_of(tensor), *written.values())
        number = len(self.records)
        self.records.append(
            Record(
                make("Assign"),
                sources,
                self.scope[-1],
                None,
                (),
                (tensor,),
                here(),
                True,
            )
        )
        self.sources[id(tensor)] = (number, 0)

    def settles(self, tensor: torch.Tensor, value: torch.Tensor) -> None:
        """`y[a:b] = v`, where v is that very part of y, as Python writes `y[a:b] += 1`."""
        written = self._overwritten.get(id(tensor), {})
        if list(written) == [id(value)] and self.sources.get(id(value)) == written[id(value)]:
            del self._overwritten[id(tensor)]

    def require_integers(self, indices: Sequence[torch.Tensor]) -> None:
        """Indices computed from inputs that were taken for floats: those are integers."""
        for tensor in indices:
            if tensor.dtype.is_floating_point and id(tensor) in self.sources:
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


def refuse_transformed(given: Sequence[torch.Tensor]) -> None:
    """Raise a `TraceError` for what torch.func's transforms wrap: not the tensors one knows."""
    if given and any(map(torch._C._functorch.is_functorch_wrapped_tensor, given)):
        place = here()
        raise TraceError(
            "forward transforms functions (torch.func's jvp, grad and the like), "
            "and tracing follows plain ones and vmap",
            location=None if place is None else place.location(),
        )


def _shares(output: torch.Tensor, first: torch.Tensor) -> bool:
    """Does the output lie in the memory of the first input?"""
    try:
        return bool(torch._C._is_alias_of(output, first))
    except RuntimeError:
        return False


def _inside(path: str, scope: str) -> bool:
    """Is a module path that of the scope, or of a module in it?"""
    return not scope or path == scope or path.startswith(f"{scope}.")


def plain(path: str) -> str:
    """A module path without the wrappers that torch.compile and data parallelism put there."""
    return ".".join(part for part in path.split(".") if part != "_orig_mod")


def _weights(module: torch.nn.Module) -> Iterator[tuple[int, Weight]]:
    """Parameters and buffers by identity; a shared one has its first name."""
    for buffer, named in ((False, module.named_parameters()), (True, module.named_buffers())):
        for name, tensor in named:
            shape = () if is_lazy(tensor) else tuple(tensor.shape)
            dtype = str(tensor.dtype).removeprefix("torch.")
            trainable = not buffer and tensor.requires_grad
            yield id(tensor), Weight(plain(name), shape, dtype, trainable, buffer)
