"""How the field of a layer came about: the stages from a network input, one after the other.

An `AxisField` knows how it was made from others. Walking back from a layer, each of these is
given to the layer that made it; where paths meet, the one that decides is followed.
"""

from __future__ import annotations

from typing import NamedTuple

from ..field import AxisField, Interval
from ..graph import Layer, Ref
from ..indexmap import IndexMap
from .scene import Scene


class Meeting(NamedTuple):
    """Paths that met: what each of them sees, and which one decides (None: no single one).

    `gates` are those that only weigh what the others see.
    """

    paths: tuple[tuple[str, AxisField], ...]
    decides: int | None
    gates: tuple[str, ...]


class Stage(NamedTuple):
    """One change of the field along an axis, by a layer.

    `map` is the window of a layer with one, `meeting` is where paths met. Neither: the layer
    passes the field on (`before` is `after`), or mixes positions.
    """

    layer: Layer
    before: AxisField
    after: AxisField
    map: IndexMap | None = None
    meeting: Meeting | None = None

    @property
    def regular(self) -> bool:
        """Does the recurrence of windows hold here?"""
        if self.before is self.after or self.meeting is not None:
            return self.after.phases is not None and len(self.after.phases) == 1
        if self.map is None or len(self.map.taps) != 1 or not self.map.taps[0]:
            return False
        before, after = self.before, self.after
        one = before.phases is not None and after.phases is not None
        if not one or len(before.phases or ()) != 1 or len(after.phases or ()) != 1:
            return False
        return None not in (before.start, before.textbook_size) and recurrence(self) == (
            after.textbook_size,
            after.step,
            after.start,
        )


def recurrence(stage: Stage) -> tuple[int, int, int]:
    """Size, jump and start after a window, by the recurrence of the textbooks."""
    assert stage.map is not None
    kernel, stride, padding, dilation = window_of(stage.map)
    before = stage.before
    size, start, jump = before.textbook_size, before.start, before.step
    assert size is not None
    assert start is not None
    return size + dilation * (kernel - 1) * jump, jump * stride, start - padding * jump


def window_of(index_map: IndexMap) -> tuple[int, int, int, int]:
    """Kernel, stride, padding and dilation of a window."""
    taps = index_map.taps[0]
    return len(taps), index_map.step, -taps.start, taps.step if len(taps) > 1 else 1


def stages(scene: Scene, layer: Layer, source: str, axis: int, all: bool = True) -> list[Stage]:
    """The stages from the network input `source` to `layer`, the first first.

    Without `all` those of the layer alone.
    """
    node = field_of(scene, Ref(layer.name), source, axis)
    found: list[Stage] = []
    while node is not None:
        received = [(ref, field_of(scene, ref, source, axis)) for ref in layer.inputs]
        passed = next((ref for ref, field in received if field is node), None)
        if passed is not None:
            found.append(Stage(layer, node, node))
        else:
            steps, passed, node = _unwound(layer, node, received)
            found += steps
        following = None if passed is None else scene.layers.get(passed.name)
        if following is None or not all:
            break
        layer = following
    return found[::-1]


def field_of(scene: Scene, ref: Ref, source: str, axis: int) -> AxisField | None:
    """The field of (the first output of) a layer, or of an input, along an axis of `source`."""
    row = scene.rows.get(ref.name)
    if row is None:
        return _sources(scene, source, axis) if ref.name == source else None
    return next((each.field for each in row.view if each[:2] == (source, axis)), None)


def _sources(scene: Scene, source: str, axis: int) -> AxisField | None:
    """The field of the input itself, which all others come from."""
    for row in scene.report.rows:
        for seen in row.view:
            if seen[:2] == (source, axis):
                node = seen.field
                while node.parents:
                    node = node.parents[0]
                return node if node.rule == "source" else None
    return None


def _unwound(
    layer: Layer, node: AxisField, received: list[tuple[Ref, AxisField | None]]
) -> tuple[list[Stage], Ref | None, AxisField | None]:
    """What a layer did to the field, the last first; and which input it goes on with."""
    found: list[Stage] = []
    while True:
        meeting = None
        if node.rule == "hull":
            meeting, before = _met(node, received)
        elif node.parents:
            before = node.parents[0]
        else:
            return found, None, None
        rule = node.rule
        index_map = rule if isinstance(rule, IndexMap) else None
        found.append(Stage(layer, before, node, index_map, meeting))
        reached = next((ref for ref, field in received if field is before), None)
        if reached is not None:
            return found, reached, before
        node = before


def _met(
    node: AxisField, received: list[tuple[Ref, AxisField | None]]
) -> tuple[Meeting, AxisField]:
    """The paths that met in `node`, and the one to follow."""
    paths = tuple((_name(parent, received), parent) for parent in node.parents)
    # A path that sees the whole input with nothing local left is a gate.
    local = [at for at, (_, field) in enumerate(paths) if field.phases is not None]
    gates = tuple(name for at, (name, _) in enumerate(paths) if at not in local)
    hull = _interval(node)
    decides = next((at for at in local if hull and _interval(paths[at][1]) == hull), None)
    widest = max(local or range(len(paths)), key=lambda at: paths[at][1].textbook_size or 0)
    follow = widest if decides is None else decides
    return Meeting(paths, decides, gates if local else ()), paths[follow][1]


def _interval(field: AxisField) -> Interval | None:
    """What position 0 sees, where all see the same."""
    if field.phases is None or len(field.phases) != 1:
        return None
    return field.phases[0]


def _name(parent: AxisField, received: list[tuple[Ref, AxisField | None]]) -> str:
    """The input of a layer that a path came through."""
    pending, seen = [parent], 0
    while pending and seen < 8:
        node = pending.pop(0)
        seen += 1
        for ref, field in received:
            if field is node:
                return str(ref)
        pending += node.parents
    return "?"
