"""Where paths meet: which one decides, and why; gates; where the recurrence does not hold."""

from __future__ import annotations

from explained import explained, held_to

from cnncalc import ops
from cnncalc.explaining import explain
from cnncalc.graph import Graph, Input, Layer, Ref
from cnncalc.words import say

X = Ref("x")


def notes(graph: Graph, size: tuple[int, ...], layer: str, lang: str = "en") -> list[str]:
    explanation, report = explained(graph, {"x": size}, (layer,))
    held_to(explanation, report)
    return [say(note, lang) for note in explanation.part(layer).section("field").notes]


def network(*layers: tuple[str, ops.Op, tuple[str, ...]]) -> Graph:
    made = [Layer(name, op, tuple(map(Ref, refs)), name) for name, op, refs in layers]
    return Graph("paths", [Input("x")], made, [Ref(made[-1].name)])


def test_the_longer_path_decides() -> None:
    graph = network(
        ("one", ops.Conv2d(3, 3, 3, padding=1), ("x",)),
        ("two", ops.Conv2d(3, 3, 3, padding=1), ("one",)),
        ("sum", ops.Add(), ("two", "x")),
    )
    said = notes(graph, (1, 3, 9, 9), "sum")
    # 1 + 2 + 2 = 5, starting at -2; the short cut sees the position itself.
    assert said[0] == (
        "At sum paths meet. For position 0, two sees -2 to 2 (5) and x sees 0 to 0 (1). two "
        "decides: what it sees holds what the others see, so the field is 5."
    )
    assert "由 two 决定" in notes(graph, (1, 3, 9, 9), "sum", "zh")[0]


def test_paths_that_decide_only_together() -> None:
    """One path sees 0 to 2; the other is moved by four: -4 to -2. Together -4 to 2."""
    graph = network(
        ("left", ops.Conv2d(3, 3, 3), ("x",)),
        ("padded", ops.ZeroPad2d((4, 0, 4, 0)), ("x",)),
        ("right", ops.Conv2d(3, 3, 3), ("padded",)),
        ("cropped", ops.Slice(2, 0, 30), ("right",)),
        ("cut", ops.Slice(3, 0, 30), ("cropped",)),
        ("sum", ops.Add(), ("left", "cut")),
    )
    said = notes(graph, (1, 3, 32, 32), "sum")
    assert (
        "At sum paths meet. For position 0, left sees 0 to 2 (3) and cut sees -4 to -2 (3). No "
        "path holds the others: together they see -4 to 2, so the field is 7."
    ) in said
    assert "The field is 7x7, the jump 1, the start -4." in said


def test_paths_that_see_the_same() -> None:
    graph = network(
        ("one", ops.Conv2d(3, 3, 3, padding=1), ("x",)),
        ("two", ops.Conv2d(3, 3, 3, padding=1), ("x",)),
        ("sum", ops.Add(), ("one", "two")),
    )
    assert notes(graph, (1, 3, 9, 9), "sum")[0] == (
        "At sum paths meet that see the same: one and two see -1 to 1 for position 0, so the "
        "field is 3."
    )


def test_a_gate_is_no_path() -> None:
    graph = network(
        ("conv", ops.Conv2d(3, 3, 5, padding=2), ("x",)),
        ("pooled", ops.GlobalAvgPool(), ("conv",)),
        ("scaled", ops.Mul(), ("pooled", "conv")),
    )
    said = notes(graph, (1, 3, 9, 9), "scaled")
    assert said[0] == (
        "At scaled, pooled is a gate: it depends on the whole input, and the local field leaves "
        "it out."
    )
    assert "the local field, which leaves these out, is 5x5." in said[1]


def test_where_positions_differ() -> None:
    """Kernel 4 with stride 2: an output sees 2 inputs; of an upsampling, one or the other."""
    (part,) = explain("deconv4x4@8 s2 p1", "3x8x8", layers=["deconv1"], what=["field"]).parts
    section = part.section("field")
    said = [say(note, "en") for note in section.notes]
    assert said[0].startswith("The recurrence does not hold at deconv1 (ConvTranspose2d)")
    assert said[1] == (
        "After deconv1 every 2 positions repeat, 1 input position further on: the largest field "
        "is 2, the jump is 1/2 on average."
    )
    assert section.steps == ()
    assert not any("Output position j" in each for each in said)
    (part,) = explain("conv3x3, gap", "3x8x8", layers=["gap1"], what=["field"]).parts
    said = [say(note, "en") for note in part.section("field").notes]
    assert said == [
        "gap1 mixes all positions: from here on all 8 are seen.",
        "Every value depends on the whole input.",
    ]


def test_fields_that_depend_on_the_data() -> None:
    graph = network(("odd", ops.Unknown("odd", ((1, 3, 4, 4),)), ("x",)))
    said = notes(graph, (1, 3, 9, 9), "odd")
    assert said == ["Not known: which positions are read depends on the data."]


def test_layers_of_kernel_one_are_in_the_table() -> None:
    (part,) = explain("conv3x3@8, relu, conv1x1@4, conv3x3@4", "3x9x9", layers=["conv3"]).parts
    (table,) = part.section("field").tables
    names = [str(cells[0]) for cells in table.rows[1:]]
    assert names == ["conv1", "conv2", "conv3"]
    assert table.rows[2] == ("conv2", 1, 1, 1, 1, 0, 1, 3, 0)
