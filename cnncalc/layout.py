"""Where the axes of the network's inputs lie among the dims of a tensor.

An image starts with its height in dim 2 and its width in dim 3. Permutes move them, flattens
put both into one dim, patch embeddings split them, a linear layer over them mixes them away.
An op says with `Read`s how the dims of its output come from those of its inputs; applying
them here keeps the receptive fields attached to the right positions, whatever the layout.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from .field import AxisField, Part, Parted, merge
from .indexmap import IndexMap, transposed_window
from .places import Place, regrouped
from .shape import Shape, Size

How = IndexMap | Literal["keep", "mix", "gate", "prefix"]


class Along(NamedTuple):
    """One output dim is read along dim `dim` of the input, in the way `how` says.

    `keep`: position by position; `mix`: every position from all (there may be only one, after
    global pooling); `gate`: position by position,
    with something taken from all (a norm's statistics); `prefix`: from all up to it.
    """

    dim: int
    how: How = "keep"


class Dims:
    """A read of one input, dim by dim: `along[d]` says where output dim `d` comes from.

    None is a dim that depends on no position (new channels). Input dims that no output dim
    names are contracted: every output position reads all of them. Those in `unknown` are read
    at positions that depend on the data; with `lost` there may be no position read at all.
    `also` are further input dims, each with the output dim that reads it and how. Where all of
    the dims `holes` are cut, the input is not read (a box in it is overwritten).
    """

    __slots__ = ("after", "along", "before", "holes", "lost", "routes", "segment", "unknown")

    def __init__(
        self,
        before: Shape,
        after: Shape,
        along: tuple[Along | None, ...],
        unknown: Iterable[int] = (),
        *,
        lost: bool = False,
        also: Iterable[tuple[int, int, How]] = (),
        holes: Iterable[int] = (),
    ) -> None:
        self.before = before
        self.after = after
        self.along = along
        self.unknown = frozenset(unknown)
        self.lost = lost
        self.holes = frozenset(holes)
        #: Input dim -> the output dim that reads it, and how.
        self.routes: dict[int, tuple[int, How]] = {}
        for dim, route in enumerate(along):
            if route is not None and route.dim not in self.routes:
                same = route.how == "keep" or (
                    isinstance(route.how, IndexMap)
                    and route.how.is_identity
                    and after[dim] == before[route.dim]
                )
                self.routes[route.dim] = (dim, "keep" if same else route.how)
        for number, dim, how in also:
            self.routes.setdefault(number, (dim, how))
        #: The dim of positions (not the channels) that this input fills only a part of.
        self.segment = next(
            (
                (route.dim, dim, route.how)
                for dim, route in enumerate(along)
                if dim >= 2 and route and isinstance(route.how, IndexMap) and not route.how.covers
            ),
            None,
        )

    def __repr__(self) -> str:
        return f"Dims({self.before}, {self.after}, {self.along})"


class Regroup(NamedTuple):
    """A read in which the same elements, in the same order, get other dims: a reshape."""

    before: Shape
    after: Shape


class Unread(NamedTuple):
    """A read of no position: nothing of the input is left in the output."""

    before: Shape
    after: Shape


#: How one input is read: steps in order; none means position by position in every dim.
Read = tuple[Dims | Regroup | Unread, ...]
ELEMENTWISE: Read = ()


class Seen(NamedTuple):
    """One axis of one network input, as a tensor sees it. No places: the same everywhere."""

    source: str
    axis: int
    places: tuple[Place, ...]
    field: AxisField


#: What a tensor sees. Several entries for one axis: positions that see it in several ways.
View = tuple[Seen, ...]


def input_view(name: str, shape: Shape) -> View:
    """The view of a network input itself: dims 2 and up are its axes."""
    axes = {size: AxisField.source(size) for size in shape[2:]}
    return tuple(
        Seen(name, dim - 2, (Place(dim, 1, size, 1),), axes[size])
        for dim, size in enumerate(shape)
        if dim >= 2
    )


def apply(read: Read, view: View) -> View:
    """The view through `read`."""
    for step in read:
        if isinstance(step, Dims):
            view = _through_dims(step, view)
        elif isinstance(step, Unread):
            view = ()
        else:
            view = tuple(_through_regroup(step, seen) for seen in view)
    return view


def join(views: Sequence[View]) -> View:
    """What a layer sees that reads several views at once."""
    if not views:
        return ()  # a parameter
    first = views[0]
    plain = len({seen[:2] for seen in first}) == len(first)  # each axis seen in one way
    if plain and len(views) == 1:
        return first
    if plain and all(_same_places(first, view) for view in views):
        merged_fields: dict[tuple[int, ...], AxisField] = {}
        joined = []
        for together in zip(*views, strict=True):
            fields = [seen.field for seen in together]
            key = tuple(map(id, fields))  # height and width often share their fields
            if key not in merged_fields:
                merged_fields[key] = merge(fields)
            joined.append(together[0]._replace(field=merged_fields[key]))
        return tuple(joined)
    placed: dict[tuple[str, int, tuple[Place, ...]], list[AxisField]] = {}
    for view in views:
        for source, axis, places, field in view:
            placed.setdefault((source, axis, places), []).append(field)
    merged = {key: merge(fields) for key, fields in placed.items()}
    return tuple(_with_constants(merged))


def _with_constants(merged: dict[tuple[str, int, tuple[Place, ...]], AxisField]) -> list[Seen]:
    """Fold what is the same at every position into the entries that have positions."""
    constant = {key[:2]: field for key, field in merged.items() if not key[2]}
    result, used = [], set()
    for (source, axis, places), field in merged.items():
        same = constant.get((source, axis))
        if places and same is not None:
            used.add((source, axis))
            field = merge([field, same.expand(field.size)])
        if places:
            result.append(Seen(source, axis, places, field))
    rest = [Seen(*key, (), field) for key, field in constant.items() if key not in used]
    return result + rest


def _same_places(first: View, other: View) -> bool:
    return first is other or (
        len(first) == len(other) and all(a[:3] == b[:3] for a, b in zip(first, other, strict=True))
    )


def _through_dims(step: Dims, view: View) -> View:
    mapped: dict[tuple[int, int, Size], AxisField] = {}
    result = []
    unclear = _unclear(step, view)
    for each in view:
        seen = each
        source, axis, places, field = seen
        if unclear is not None and any(place.dim in unclear for place in places):
            result.append(_somewhere(step, seen))
            continue
        if not places and step.lost:
            result.append(_somewhere(step, seen))
            continue
        if not places and step.segment is not None:
            result.append(_in_segment(step, seen))
            continue
        if len(places) == 1:
            dim, inner, length, _ = places[0]
            out, how = step.routes.get(dim, (0, "mix"))
            if isinstance(how, IndexMap) and inner == 1 and length == step.before[dim]:
                # The usual case, and worth its own lines: a window along a whole dim. Height
                # and width of a square image share their fields and are worked out once.
                size = step.after[out]
                key = (id(field), id(how), size)
                if key not in mapped:
                    mapped[key] = field.map(how, size)
                result.append(Seen(source, axis, (Place(out, 1, size, 1),), mapped[key]))
                continue
            if how == "keep":
                if out != dim:
                    seen = seen._replace(places=(places[0]._replace(dim=out),))
                result.append(seen)
                continue
        result.append(_through_each_place(step, seen))
    unchanged = all(new is old for new, old in zip(result, view, strict=True))
    return view if unchanged else tuple(result)


def _unclear(step: Dims, view: View) -> frozenset[int] | None:
    """The dims of which nobody knows which positions are read; None, as a rule: there are none."""
    if step.holes and step.holes <= {place.dim for seen in view for place in seen.places}:
        return step.holes
    return step.unknown or None


def _somewhere(step: Dims, seen: Seen) -> Seen:
    """What is seen at an unknown position: known only where all positions see the same."""
    known = seen.field.even and not step.lost and not step.holes
    return seen._replace(places=(), field=_contracted(seen.field) if known else seen.field.lost())


def _in_segment(step: Dims, seen: Seen) -> Seen:
    """What is the same everywhere, in an op that fills only a part of dim `out`.

    So it is there in that part only, and not at the other positions along the dim.
    """
    assert step.segment is not None
    dim, out, part = step.segment
    size, length = step.after[out], step.before[dim]
    if size is None or length is None:
        return seen
    filled = tuple(range(1 if part.reads(at, length) else 0) for at in range(size))
    field = seen.field.map(IndexMap(filled, 0, covers=False), size)
    return seen._replace(places=(Place(out, 1, size, 1),), field=field)


def _through_each_place(step: Dims, seen: Seen) -> Seen:
    for dim in {place.dim for place in seen.places}:
        if not any(place.dim == dim for place in seen.places):
            break  # the axis is seen as a whole by now
        route = step.routes.get(dim)
        if route is not None and route[1] == "keep":
            seen = _moved(seen, dim, route[0])
        else:
            seen = _follow(step, seen, dim, *(route or (None, "mix")))
    # The dims were renamed under a marker, so that a swap cannot confuse old and new.
    places = tuple(
        place._replace(dim=~place.dim) if place.dim < 0 else place for place in seen.places
    )
    return seen._replace(places=places)


def _moved(seen: Seen, dim: int, out: int) -> Seen:
    """The places in `dim`, now in the output dim `out`."""
    places = tuple(place._replace(dim=~out) if place.dim == dim else place for place in seen.places)
    return seen._replace(places=places)


def _follow(step: Dims, seen: Seen, dim: int, out: int | None, how: How) -> Seen:
    """An axis through a dim that holds it or parts of it; `out` is None where the dim goes."""
    field, length = seen.field, step.before[dim]
    place = seen.places[0]
    if len(seen.places) == 1:
        full = place.inner == 1 and place.length == length
        if out is None:
            return seen._replace(places=(), field=_contracted(field))
        size = step.after[out]
        if how == "mix" and full and size != length:
            mixed = _contracted(field) if size == 1 else field.mix(size)
            return seen._replace(places=(Place(~out, 1, size, 1),), field=mixed)
        if isinstance(how, IndexMap):
            if full:
                return seen._replace(places=(Place(~out, 1, size, 1),), field=field.map(how, size))
        elif how in ("mix", "gate") or full:
            changed = {"mix": _mixed, "gate": _gated, "prefix": AxisField.prefix}[how]
            return _moved(seen._replace(field=changed(field)), dim, out)
    return _follow_parts(step, seen, dim, out, how)


def _mixed(field: AxisField) -> AxisField:
    return field if field.size == 1 else field.mix(field.size)


def _gated(field: AxisField) -> AxisField:
    return field if field.size == 1 else field.gate()


def _contracted(field: AxisField) -> AxisField:
    """The field of one position that stands for all of them."""
    return field if field.size == 1 else field.mix(1)


def _follow_parts(step: Dims, seen: Seen, dim: int, out: int | None, how: How) -> Seen:
    """An axis through a dim that holds only parts of it, or it beside another axis."""
    length, size = step.before[dim], None if out is None else step.after[out]
    if how == "mix" and size != length:
        out = size = None  # pooled to one position, which says nothing of where it was
    inside = [place for place in seen.places if place.dim == dim]
    rest = [place for place in seen.places if place.dim != dim]
    parts = tuple(Part(p.inner, p.length or 0, p.weight) for p in inside)
    unknown = None in (length, seen.field.size) or any(p.length is None for p in seen.places)
    if unknown or length is None or (out is not None and size is None):
        return seen._replace(places=(), field=seen.field.mix(1))
    if out is not None and how in ("mix", "gate"):
        one = len(parts) == 1
        weight, count = (parts[0].weight, parts[0].length) if one else (1, 1)
        outside = tuple((Part(1, p.length or 0, p.weight), p.weight) for p in rest)
        rule = Parted(_all_of(length), length, parts, outside, weight, count)
        return _moved(seen._replace(field=seen.field.split(rule, seen.field.size or 0)), dim, out)
    index_map = _up_to(length) if how == "prefix" else how
    if out is None or isinstance(index_map, str):
        index_map = _all_of(length)
    # The parts are numbered anew: the new one in the place of the fastest of those it replaces.
    first = min(inside, key=lambda place: place.weight)
    new = Place(~out if out is not None else 0, 1, size if out is not None else 1, first.weight)
    outside_parts, places, weight, new_weight = [], [], 1, 1
    for place in sorted([*rest, new], key=lambda place: place.weight):
        if place is new:
            new_weight = weight
        else:
            part = Part(1, place.length or 0, place.weight)
            outside_parts.append((part, weight))
        if place is not new or out is not None:
            places.append(place._replace(weight=weight))
        weight *= place.length or 0
    rule = Parted(index_map, length, parts, tuple(outside_parts), new_weight, new.length or 0)
    return seen._replace(places=tuple(places), field=seen.field.split(rule, weight))


def _all_of(length: int) -> IndexMap:
    return IndexMap((range(length),), 0)


def _up_to(length: int) -> IndexMap:
    return IndexMap(tuple(range(at + 1) for at in range(length)), 0, covers=False)


def _through_regroup(step: Regroup, seen: Seen) -> Seen:
    places = regrouped(seen.places, step.before, step.after)
    if places is None and len(seen.places) == 1:
        seen = _spelled_out(step.before, seen)
        places = regrouped(seen.places, step.before, step.after)
    if places is None:  # cut unevenly: no rule says where a position is
        return seen._replace(places=(), field=seen.field.mix(1))
    return seen._replace(places=places)


def _spelled_out(shape: Shape, seen: Seen) -> Seen:
    """Blocks of positions that see the same, as one entry for each position of the dim."""
    dim, inner, length, _ = seen.places[0]
    size = shape[dim]
    if length is None or inner * length != size:
        return seen
    field = seen.field.map(transposed_window(inner, inner, 0, 1), size)
    return seen._replace(places=(Place(dim, 1, size, 1),), field=field)
