"""Positions that depend on the data: the field is unknown there, and in all that follows."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from cnncalc import analysis, ops
from cnncalc.errors import LimitError
from cnncalc.finding import Status
from cnncalc.graph import Graph, Input, Layer, Ref
from cnncalc.layout import View, apply, input_view, join
from cnncalc.ops import Op
from cnncalc.render import text
from cnncalc.report import Report
from cnncalc.shape import Shape


def chain(*layers: tuple[str, Op, Sequence[str]], shapes: dict[str, Shape]) -> Report:
    """The report of layers given by name, op, and the names they read."""
    made = [Layer(name, op, tuple(map(Ref, reads)), name) for name, op, reads in layers]
    graph = Graph("net", [Input(name) for name in shapes], made, [Ref(layers[-1][0])])
    return analysis.run(graph, shapes)


def seen(op: Op, *shapes: Shape, output: int = 0) -> View:
    """What an output of an op sees of its inputs, each a network input of its own."""
    measure = op.measure(shapes)
    assert measure.misfits == ()
    views = [input_view(str(index), shape) for index, shape in enumerate(shapes)]
    return join([apply(r, v) for r, v in zip(measure.reads[output], views, strict=True)])


def unknown(view: View) -> dict[str, set[int]]:
    """Per input the axes of which nobody knows what is seen."""
    found: dict[str, set[int]] = {}
    for each in view:
        found.setdefault(each.source, set()).update({each.axis} if each.field.unknown else ())
    return found


IMAGE = (1, 3, 8, 8)


@pytest.mark.parametrize(
    ("op", "shapes", "expected"),
    [
        (ops.GridSample(), (IMAGE, (1, 5, 5, 2)), {"0": {0, 1}, "1": set()}),
        (ops.DeformConv2d(3, 4, 3), (IMAGE, (1, 18, 6, 6)), {"0": {0, 1}, "1": set()}),
        (ops.Gather(2), (IMAGE, (1, 3, 2, 8)), {"0": {0}, "1": set()}),
        (ops.Gather(1), (IMAGE, (1, 2, 8, 8)), {"0": set(), "1": set()}),
        (ops.TakeAlongDim(3), (IMAGE, (1, 1, 8, 2)), {"0": {1}, "1": set()}),
        (ops.IndexSelect(3), (IMAGE, (4,)), {"0": {1}}),
        (ops.IndexSelect(3, (4, 1)), (IMAGE,), {"0": set()}),
        (ops.Index((2, 3)), (IMAGE, (5,), (5,)), {"0": {0, 1}}),
        (ops.Index((1,)), (IMAGE, (5,)), {"0": set()}),
        (ops.Assign(), (IMAGE, (7,)), {"0": {0, 1}}),
        (ops.Assign(((2,),)), (IMAGE, (1, 3, 2, 8)), {"0": {0}, "1": {0}}),
        (ops.Assign(((2, 1, 3, 1), (3, 1, 3, 1))), (IMAGE,), {"0": {0, 1}}),
        (ops.Assign(((1, 0, 2, 1), (3, 1, 3, 1))), (IMAGE,), {"0": set()}),
        (ops.AsStrided((4, 4), (4, 1)), (IMAGE,), {"0": {0, 1}}),
        (ops.Unknown("aten.foo", ((1, 2, 3),)), (IMAGE, (1, 2)), {"0": {0, 1}}),
    ],
    ids=str,
)
def test_which_axes(op: Op, shapes: tuple[Shape, ...], expected: dict[str, set[int]]) -> None:
    assert unknown(seen(op, *shapes)) == expected


def test_a_known_list_is_exact() -> None:
    (_, columns) = seen(ops.IndexSelect(3, (4, -1, 0)), IMAGE)
    assert columns.field.exact() == [(4, 4), (7, 7), (0, 0)]


@pytest.mark.parametrize("op", [ops.Sort(2), ops.Argsort(2), ops.TopK(3, 2)], ids=str)
def test_sorted_positions_see_all_of_the_dim(op: Op) -> None:
    for output in range(len(op.outputs((IMAGE,)))):
        rows, columns = seen(op, IMAGE, output=output)
        assert set(rows.field.exact()) == {(0, 7)}
        assert columns.field.exact() == [(j, j) for j in range(8)]


@pytest.mark.parametrize(
    ("name", "op", "reads"),
    [
        ("conv", ops.Conv2d(3, 3, 3), ["pick"]),
        ("mean", ops.Mean((2, 3), keepdim=True), ["pick"]),
        ("pool", ops.GlobalAvgPool(), ["pick"]),
        ("sum", ops.Add(), ["pick", "image"]),
        ("cat", ops.Cat(2), ["image", "pick"]),
        ("norm", ops.GroupNorm(1, 3), ["pick"]),
        ("permuted", ops.Permute((0, 2, 3, 1)), ["pick"]),
        ("flat", ops.Flatten(), ["pick"]),
    ],
)
def test_it_stays_unknown(name: str, op: Op, reads: list[str]) -> None:
    grid = {"image": IMAGE, "grid": (1, 8, 8, 2)}
    report = chain(("pick", ops.GridSample(), ["image", "grid"]), (name, op, reads), shapes=grid)
    row = report[name]
    assert text.field(report["pick"]) == text.field(row) == "?"
    assert not row.whole
    field = row.fields.get("image")
    if field is not None:
        assert field.size == (None, None)
        assert not field.whole
        with pytest.raises(LimitError, match="depends on the data"):
            field.exact(*(0 for _ in field.dims))
    assert report.to_dict()["rows"][1]["whole"] is False


def test_the_whole_stays_whole_wherever_it_is_read() -> None:
    """After attention all positions see the same: it does not matter which of them is taken."""
    report = chain(
        ("tokens", ops.Flatten(2), ["image"]),
        ("mixed", ops.Softmax(2), ["tokens"]),
        ("picked", ops.IndexSelect(2), ["mixed", "index"]),
        ("logits", ops.Mean(2), ["picked"]),
        shapes={"image": IMAGE, "index": (4,)},
    )
    assert report["picked"].whole
    assert text.field(report["logits"]) == "whole"
    # But sampling may miss the image, and then sees nothing of it.
    assert unknown(seen(ops.GridSample(), (1, 3, 1, 1), (1, 2, 2, 2)))["0"] == {0, 1}


def test_an_operation_without_a_rule() -> None:
    op = ops.Unknown("aten.foo", ((1, 10), ()))
    report = chain(("foo", op, ["image"]), shapes={"image": IMAGE})
    row = report["foo"]
    assert row.status is Status.UNKNOWN
    assert row.output_shapes == ((1, 10), ())
    assert (row.params, row.buffers, row.macs) == (None, None, None)
    assert op.short() == "unknown: aten.foo"
    assert text.field(row) == "?"
    assert ops.Unknown("aten.rand", ((3,),)).measure(()).outputs == ((3,),)


def test_what_is_overwritten_is_not_seen() -> None:
    """y[:, :, 2:4] = v: rows 2 and 3 see v, the others x; columns as they were."""
    view = seen(ops.Assign(((2, 2, 4, 1),)), IMAGE, (1, 3, 2, 8))
    spans = {(each.source, each.axis): each.field.exact() for each in view}
    assert spans["0", 0] == [(i, i) if i not in (2, 3) else None for i in range(8)]
    assert spans["1", 0] == [None, None, (0, 0), (1, 1), None, None, None, None]
    assert spans["0", 1] == spans["1", 1] == [(j, j) for j in range(8)]


def test_ops_go_by_their_functions_in_tables() -> None:
    shown = {
        ops.Pointwise("clamp", (("min", 0), ("max", 6))): ("clamp", "clamp(min=0, max=6)"),
        ops.Reduce("amin", -1): ("amin", "amin(dim=-1)"),
        ops.Cumulative("cumsum", 1): ("cumsum", "cumsum(dim=1)"),
        ops.FFT("rfft2"): ("rfft2", "rfft2"),
        ops.Functional(ops.Conv2d(3, 8, 3, stride=2)): ("Conv2d", "conv2d(3, 8, 3, s=2)"),
        ops.IndexSelect(0, tuple(range(100))): (
            "IndexSelect",
            "IndexSelect(0, 100 indices)",
        ),
    }
    for op, names in shown.items():
        assert (op.type, op.short()) == names
