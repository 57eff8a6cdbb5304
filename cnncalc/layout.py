"""Where the axes of the network's inputs lie among the dims of a tensor.

An image starts with its height in dim 2 and its width in dim 3. Permutes move them, flattens
put both into one dim, patch embeddings split them, a linear layer over them mixes them away.
An op says with `Read`s how the dims of its output come from those of its inputs; applying
them here keeps the receptive fields attached to the right positions, whatever the layout.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from .field import AxisField, IndexMap, merge, window
from .shape import Shape, Size, product

How = IndexMap | Literal["keep", "mix", "prefix"]


class Along(NamedTuple):
    """One output dim is read along dim `dim` of the input, in the way `how` says.

    `keep`: position by position; `mix`: every position from all; `prefix`: from all up to it.
    """

    dim: int
    how: How = "keep"


class Dims:
    """A read of one input, dim by dim: `along[d]` says where output dim `d` comes from.

    None is a dim that depends on no position (new channels). Input dims that no output dim
    names are contracted: every output position reads all of them.
    """

    __slots__ = ("after", "along", "before", "routes")

    def __init__(self, before: Shape, after: Shape, along: tuple[Along | None, ...]) -> None:
        self.before = before
        self.after = after
        self.along = along
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

    def __repr__(self) -> str:
        return f"Dims({self.before}, {self.after}, {self.along})"


class Regroup(NamedTuple):
    """A read in which the same elements, in the same order, get other dims: a reshape."""

    before: Shape
    after: Shape


#: How one input is read: steps in order; none means position by position in every dim.
Read = tuple[Dims | Regroup, ...]
ELEMENTWISE: Read = ()


class Place(NamedTuple):
    """Where an axis lies: its index is `(position in dim // inner) % length`, times `weight`."""

    dim: int
    inner: int
    length: Size
    weight: int


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
    for each in view:
        seen = each
        source, axis, places, field = seen
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


def _through_each_place(step: Dims, seen: Seen) -> Seen:
    for place in seen.places:
        route = step.routes.get(place.dim)
        seen = _follow(step, seen, place, *route) if route else _contract(step, seen, place)
    # The dims were renamed under a marker, so that a swap cannot confuse old and new.
    places = tuple(
        place._replace(dim=~place.dim) if place.dim < 0 else place for place in seen.places
    )
    return seen._replace(places=places)


def _follow(step: Dims, seen: Seen, place: Place, dim: int, how: How) -> Seen:
    """One place of an axis, along an output dim that reads its dim."""
    size = step.after[dim]
    if how == "keep":
        return _replaced(seen, place, place._replace(dim=~dim))
    if how == "mix":
        return _replaced(seen, place, place._replace(dim=~dim), seen.field.mix(seen.field.size))
    alone = len(seen.places) == 1
    full = alone and place.inner == 1 and place.length == step.before[place.dim]
    moved = Place(~dim, 1, size, 1)
    if how == "prefix":
        field = seen.field.prefix() if full else seen.field.mix(seen.field.size)
        return _replaced(seen, place, place._replace(dim=~dim), field)
    if full:
        return _replaced(seen, place, moved, seen.field.map(how, size))
    length = step.before[place.dim]
    if alone and length is not None and place.length is not None:
        field = seen.field.gather(how, place.inner, place.length, length, size)
        return _replaced(seen, place, moved, field)
    # A window over a part of a split axis: no interval rule; every position may see it all.
    return seen._replace(places=(), field=seen.field.mix(1))


def _contract(step: Dims, seen: Seen, place: Place) -> Seen:
    """One place of an axis, in a dim that the op mixes away."""
    rest = tuple(other for other in seen.places if other is not place)
    size, length = seen.field.size, place.length
    if not rest or size is None or length is None:
        return seen._replace(places=(), field=seen.field.mix(1))
    if place.weight == 1:  # the fast-moving part of a split axis: a window of its length
        blocks = window(length, length, 0, 1, "zeros")
        rest = tuple(other._replace(weight=other.weight // length) for other in rest)
        return seen._replace(places=rest, field=seen.field.map(blocks, size // length))
    if place.weight * length == size:  # the slow-moving part: every weight-th position
        comb = IndexMap((range(0, size, place.weight),), 1)
        return seen._replace(places=rest, field=seen.field.map(comb, place.weight))
    return seen._replace(places=(), field=seen.field.mix(1))


def _replaced(seen: Seen, old: Place, new: Place, field: AxisField | None = None) -> Seen:
    places = tuple(new if place is old else place for place in seen.places)
    return seen._replace(places=places, field=field or seen.field)


def _through_regroup(step: Regroup, seen: Seen) -> Seen:
    if not seen.places:
        return seen
    places: list[Place] = []
    for place in seen.places:
        parts = _regrouped(step, place)
        if parts is None:
            return seen._replace(places=(), field=seen.field.mix(1))
        places.extend(parts)
    return seen._replace(places=_joined(places))


def _regrouped(step: Regroup, place: Place) -> list[Place] | None:
    """The places of one place after a reshape; None where it is cut unevenly."""
    block = next(block for block in _blocks(step.before, step.after) if place.dim in block[0])
    old, new = block
    if len(old) == len(new) == 1:
        return [place._replace(dim=new[0])]
    inside = product(step.before[dim] for dim in old if dim > place.dim)
    if inside is None or place.length is None:
        return None
    if place.length == 1:
        return []  # one position: the same everywhere
    inner, length, weight = place.inner * inside, place.length, place.weight
    parts: list[Place] = []
    low = 1  # flat elements per step of the new dim at hand, from the last dim on
    for dim in reversed(new):
        size = step.after[dim]
        if size is None:
            return None
        high = low * size
        # The part of [inner, inner*length) that falls into this dim's [low, high).
        if inner < high and length > 1:
            if inner % low or (
                high < inner * length and (high % inner or length % (high // inner))
            ):
                return None
            take = min(length, high // inner)
            parts.append(Place(dim, inner // low, take, weight))
            inner, length, weight = inner * take, length // take, weight * take
        low = high
    return parts


def _joined(places: list[Place]) -> tuple[Place, ...]:
    """Places with neighbours in one dim put together again, fastest first."""
    result: list[Place] = []
    for place in sorted(places, key=lambda place: (place.dim, place.inner)):
        last = result[-1] if result else None
        if (
            last is not None
            and last.length is not None
            and place.length is not None
            and last.dim == place.dim
            and last.inner * last.length == place.inner
            and last.weight * last.length == place.weight
        ):
            result[-1] = last._replace(length=last.length * place.length)
        else:
            result.append(place)
    return tuple(result)


def _blocks(before: Shape, after: Shape) -> list[tuple[list[int], list[int]]]:
    """The smallest runs of old and new dims that hold the same elements."""
    blocks = []
    i = j = 0
    while i < len(before) or j < len(after):
        old, new = [i] if i < len(before) else [], [j] if j < len(after) else []
        i, j = i + len(old), j + len(new)
        while True:
            have, want = product(before[d] for d in old), product(after[d] for d in new)
            if have == want and have is not None:
                break
            if have is None or want is None:
                if len(old) == len(new) == 1 and have is want:
                    break  # an unknown size that stays as it is
                old, new = list(range(old[0], len(before))), list(range(new[0], len(after)))
                i, j = len(before), len(after)
                break
            if have < want and i < len(before):
                old.append(i)
                i += 1
            elif have > want and j < len(after):
                new.append(j)
                j += 1
            else:  # trailing dims of size one, or sizes that do not fit
                old, new = (
                    list(range(old[0] if old else i, len(before))),
                    new + list(range(j, len(after))),
                )
                i, j = len(before), len(after)
                break
        blocks.append((old, new))
    return blocks
