"""The dims of one tensor for other input sizes: by the rules of the ops, or by reading again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ..errors import CnncalcError
from ..finding import Misfit
from ..graph import Graph, Layer, Ref
from ..shape import Shape, Size
from .derivation import Origin
from .steady import period_of
from .subject import Subject, kind

#: The sizes of the dims in question for spatial input sizes; None where something does not fit.
Sizes = tuple[Size, ...]
#: No more is looked for after so many readings of the source: a matter of a second.
MOST_READINGS = 100
#: And after so many shapes of layers: some tenths of a second.
MOST_SHAPES = 30_000
#: A layer is read in the time in which so many shapes are worked out.
_A_READING = 10


class Probe:
    """The dims of one tensor as functions of the spatial input sizes."""

    def __init__(
        self,
        subject: Subject,
        source: Origin,
        names: tuple[str, ...],
        spatial: tuple[int, ...],
        target: str | None = None,
    ) -> None:
        self._subject = subject
        self._source = source
        self.names = names
        #: The sizes that the model is checked with.
        self.spatial = spatial
        self._graph = subject.graph
        self._target = target
        self._ancestors = ancestors(self._graph, source.ref.name)
        self._known: dict[tuple[int, ...], Sizes | None] = {}
        #: Is the source read again for each size?
        self.rereads = False
        self._settled = False
        #: How often it was read.
        self.readings = 0
        #: How many shapes of layers were worked out.
        self.shapes = 0

    @classmethod
    def of(cls, subject: Subject, source: Origin, target: str | None = None) -> Probe | None:
        """The probe, or None where the tensor does not depend on spatial sizes in a clear way.

        `target` is the layer that the tensor leads to.
        """
        reached = {layer.name for layer in ancestors(subject.graph, source.ref.name)}
        names = [
            given.name
            for given in subject.graph.inputs
            if given.name == source.ref.name
            or any(reader.name in reached for reader in subject.readers(given.name))
        ]
        sizes = {subject.inputs[name][2:] for name in names}
        if len(sizes) != 1:
            return None
        spatial = [size for size in sizes.pop() if size is not None]
        if not 1 <= len(spatial) <= 3 or len(subject.inputs[names[0]]) != len(spatial) + 2:
            return None
        return cls(subject, source, tuple(names), tuple(spatial), target)

    def inputs(self, spatial: Sequence[int]) -> dict[str, Shape]:
        """The inputs of the network with other spatial sizes."""
        given = self._subject.inputs
        return {
            name: (*shape[:2], *spatial) if name in self.names else shape
            for name, shape in given.items()
        }

    def sizes(self, spatial: tuple[int, ...]) -> Sizes | None:
        """The dims in question for these input sizes; None where something does not fit."""
        if spatial not in self._known:
            self._known[spatial] = self._measured(spatial)
        return self._known[spatial]

    def _measured(self, spatial: tuple[int, ...]) -> Sizes | None:
        inputs, layers = self.inputs(spatial), self._ancestors
        if self.rereads:
            self.readings += 1
            self.shapes += _A_READING * self.depth
            graph = read(self._subject, inputs)
            if graph is None:
                return None
            layers = ancestors(graph, self._source.ref.name)
        self.shapes += len(layers)
        shape = shape_at(layers, inputs, self._source.ref)
        if shape is None or len(shape) <= max(self._source.dims):
            return None
        return tuple([shape[dim] for dim in self._source.dims])

    def knows(self, spatial: tuple[int, ...]) -> bool:
        """Were these sizes looked at?"""
        return spatial in self._known

    @property
    def depth(self) -> int:
        """How many layers lead to the tensor in question."""
        return max(len(self._ancestors), 1)

    @property
    def spent(self) -> bool:
        """Has enough been looked at?"""
        return self.readings > MOST_READINGS or self.shapes > MOST_SHAPES

    def read_again(self) -> None:
        """Read the source for each size from now on: the model is not the same for all."""
        self.rereads = True
        self._known.clear()

    def steady(self) -> bool:
        """Do the sizes grow with the input's, with no size in between that fails?

        Looks with other inputs, and finds out on the way whether `forward` computes with the
        sizes, so that it must be read again.
        """
        self._settle()
        if self.rereads:
            return False
        period = period_of(self._ancestors)
        if period is None:
            return False
        return all(
            self.sizes(with_size(self.spatial, axis, size + more)) is not None
            for axis, size in enumerate(self.spatial)
            for more in range(period + 1 if period else 0)
        )

    def _settle(self) -> None:
        """Find out, once, whether the model is another one for other sizes."""
        if not self._settled and any(self._differs(other) for other in self._others()):
            self.read_again()
        self._settled = True

    def _others(self) -> list[tuple[int, ...]]:
        """Larger and odd sizes, on which many a `forward` decides something else."""
        own = self.spatial
        return [
            tuple([2 * size + 96 for size in own]),
            tuple([2 * size + 97 for size in own]),
            tuple([size + 1 for size in own]),
        ]

    def roles(self, others: Sequence[tuple[int, ...]] = ()) -> list[int | None] | None:
        """Per dim in question the input axis that decides it; None: it is the same always.

        None altogether where several axes decide one dim, or one axis several. Looks with
        larger and smaller inputs along each axis, or with `others` of one other size each.
        """
        self._settle()
        here = self.sizes(self.spatial)
        if here is None:
            return None
        roles: list[int | None] = [None] * len(here)
        larger = [
            with_size(self.spatial, axis, 2 * size + 96) for axis, size in enumerate(self.spatial)
        ]
        for sizes in others or (*larger, *self._smaller()):
            there = self.sizes(sizes)
            if there is None and sizes in larger and not others:
                return None
            changed = [
                n for n, (a, b) in enumerate(zip(sizes, self.spatial, strict=True)) if a != b
            ]
            for at, (one, other) in enumerate(zip(here, there or here, strict=True)):
                if one != other:
                    if roles[at] not in (None, changed[0]):
                        return None
                    roles[at] = changed[0]
        deciding = [axis for axis in roles if axis is not None]
        return roles if len(set(deciding)) == len(deciding) else None

    def _smaller(self) -> Iterator[tuple[int, ...]]:
        """Ever smaller sizes: a slice takes as much of all the larger ones."""
        for axis, size in enumerate(self.spatial):
            while size > 1:
                size //= 2
                yield with_size(self.spatial, axis, size)

    def _differs(self, spatial: tuple[int, ...]) -> bool:
        """Is the model another one for these sizes, or none, up to the tensor in question?"""
        if self._subject.reread is None:
            return False
        graph = read(self._subject, self.inputs(spatial))
        if graph is None:
            return True
        other = ancestors(graph, self._source.ref.name)
        if [layer[:3] for layer in other] != [layer[:3] for layer in self._ancestors]:
            return True
        # What follows may compute with the sizes, as a `view` does, but must be as many layers.
        name = self._target or self._source.ref.name
        return len(ancestors(graph, name)) != len(ancestors(self._graph, name))


def read(subject: Subject, inputs: Mapping[str, Shape]) -> Graph | None:
    assert subject.reread is not None
    try:
        return subject.reread(inputs)
    except CnncalcError:
        return None  # a model that cannot be read for these sizes fits none of them


def with_size(sizes: tuple[int, ...], axis: int, size: int) -> tuple[int, ...]:
    return (*sizes[:axis], size, *sizes[axis + 1 :])


def ancestors(graph: Graph, name: str) -> list[Layer]:
    """The layers that lead to the layer `name`, and itself; none for an input."""
    wanted = {name}
    found = []
    for layer in reversed(graph.layers):
        if layer.name in wanted:
            found.append(layer)
            wanted.update(ref.name for ref in layer.inputs)
    return found[::-1]


def shape_at(layers: list[Layer], inputs: Mapping[str, Shape], ref: Ref) -> Shape | None:
    """The shape of a tensor, by the rules of the ops; None: something on the way misfits."""
    shapes: dict[str, tuple[Shape, ...]] = {name: (shape,) for name, shape in inputs.items()}
    for layer in layers:
        received = tuple([shapes[ref.name][ref.output] for ref in layer.inputs])
        if any(not _harmless(layer, misfit) for misfit in layer.op.check(received)):
            return None
        # Not `measure`: receptive fields are not asked for, hundreds of times.
        shapes[layer.name] = layer.op.complete(received).outputs(received)
    outputs = shapes.get(ref.name)
    return None if outputs is None else outputs[ref.output]


#: Misfits of channels: they say nothing of sizes, and are there for every size.
_HARMLESS = frozenset({"conv-in-channels", "norm-num-features", "groups"})


def _harmless(layer: Layer, misfit: Misfit) -> bool:
    # A norm of several dims fixes the sizes too.
    several = kind(layer.op) in ("LayerNorm", "RMSNorm") and len(layer.op.normalized_shape) > 1  # type: ignore[attr-defined]
    return misfit.code in _HARMLESS and not several
