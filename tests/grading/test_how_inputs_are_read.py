"""How sizes, layouts and models that do not fit are taken, and what is said of them."""

from __future__ import annotations

import pytest
from graded import claim, graded, is_right

from cnncalc.grading import Grading, grade_text

CONV = "conv3@64 p1"


def _notes(found: Grading) -> list[str]:
    return list(found.sheets[0].notes)


def test_four_sizes_are_a_batch_of_images() -> None:
    found = graded(CONV, "8x3x32x32", {"conv1.output": "64x32x32", "batch": "8"})
    assert found.exit_code == 0
    assert _notes(found) == [
        "exercise 1: input 8x3x32x32 is read as a batch of 8 of 3x32x32; "
        "conv3d and the like read it as a volume"
    ]
    # What says itself that it is for images or for volumes needs no note.
    assert _notes(graded("conv3x3@64 p1", "8x3x32x32", {"conv1.output": "64x32x32"})) == []
    for volumes in ("conv3d@64 k3 p1", "conv3x3x3@64 p1"):
        found = graded(volumes, "3x8x32x32", {"conv1.output": "64x8x32x32"})
        assert (found.exit_code, _notes(found)) == (0, []), volumes


def test_four_sizes_with_the_channels_last() -> None:
    found = graded(CONV, "8x32x32x3", {"conv1.output": "8x32x32x64"}, layout="hwc")
    assert found.exit_code == 0


def test_sizes_that_look_like_hwc() -> None:
    found = graded("conv3x3@64 p1", "224x224x3", {"conv1.output": "224x224x64"})
    assert found.exit_code == 1
    assert _notes(found) == [
        "exercise 1: input 224x224x3 is read as 224 channels; layout: hwc reads 224x224x3 "
        "as height x width x channels"
    ]


@pytest.mark.parametrize("size", ["3x224x224", "64x3x3", "64x7x4", "1x28x1", "512x1x1"])
def test_sizes_that_are_chw_say_nothing(size: str) -> None:
    assert _notes(graded("conv1x1@8", size, {"conv1.channels": "8"})) == []


KEY = "{model: 'conv3x3@64', input: 3x32x32, claims: {conv1.output: }}"


def test_a_sheet_has_shapes_in_its_own_layout() -> None:
    sheet = "{layout: hwc, answers: {conv1.output: 30x30x64}}"
    found = grade_text(sheet, key=KEY)
    assert found.exit_code == 0
    assert _notes(found) == ["exercise 1: shapes are read as hwc, the key has chw"]
    wrong = grade_text(sheet.replace("30x30x64", "64x30x30"), key=KEY)
    assert [each.truth for each in wrong.sheets[0].claims] == ["30x30x64"]
    # Without a layout of its own, the key's counts.
    last = KEY.replace("3x32x32", "32x32x3, layout: hwc")
    found = grade_text("answers: {conv1.output: 30x30x64}", key=last)
    assert (found.exit_code, _notes(found)) == (0, [])


def test_the_same_input_in_another_layout_is_the_same() -> None:
    sheet = "{model: 'conv3x3@64', input: 32x32x3, layout: hwc, answers: {conv1.output: 30x30x64}}"
    assert _notes(grade_text(sheet, key=KEY)) == [
        "exercise 1: shapes are read as hwc, the key has chw"
    ]
    other = sheet.replace("32x32x3", "31x32x3")
    assert _notes(grade_text(other, key=KEY))[1:] == ["exercise 1: another input; the key's counts"]


def test_buffers_with_and_without_the_counters_of_batches() -> None:
    model = "conv3x3@64 p1 -> bn -> conv3x3@8 -> bn"
    for name, answers in (
        ("bn1.buffers", ("128", "129")),
        ("bn2.buffers", ("16", "17")),
        ("total.buffers", ("144", "146")),
    ):
        for answer in answers:
            assert is_right(model, "3x32x32", name, answer), (name, answer)
        assert not is_right(model, "3x32x32", name, "145")
    assert claim(model, "3x32x32", "bn1.buffers", "1").truth == "129"


# Models that do not fit


def test_what_depends_on_a_misfit_is_not_graded() -> None:
    claims = {
        "input": "3x32x32",
        "conv1.in_channels": "3",
        "conv1.output": "6x32x32",
        "Pool1.Output": "6x16x16",
        "total.params": "61706",
    }
    found = graded("lenet", "3x32x32", claims)
    (sheet,) = found.sheets
    assert [each.mark.value for each in sheet.claims] == ["right"] * 2 + ["unknown"] * 3
    assert {each.reason for each in sheet.claims[2:]} == {"the model does not fit its input"}
    assert found.exit_code == 2
    assert [str(each) for each in sheet.problems] == [
        "sheet.yaml:1:1: lenet does not fit 3x32x32: 0: Conv2d expects 1 channels but receives 3\n"
        "  help: what depends on it is not graded"
    ]
    assert [note.partition(" expects")[0] for note in sheet.notes] == [
        "exercise 1: 0: Conv2d", "exercise 1: 7: Linear",
    ]  # fmt: skip


def test_what_comes_before_a_misfit_is_graded() -> None:
    claims = {"conv1.output": "32x96x96", "pool2.output": "64x24x24", "fc1.in_features": "36864"}
    found = graded("facecnn", "1x96x96", claims)
    assert found.exit_code == 0
    (note,) = _notes(found)
    assert "Linear expects 41216 features but receives 36864" in note


def test_a_key_that_does_not_fit_is_said_once(tmp_path, monkeypatch, run) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "key.yaml").write_text(
        "{model: lenet, input: 3x32x32, claims: {total.params: }}", "utf-8"
    )
    (tmp_path / "class").mkdir()
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / "class" / name).write_text("answers: {total.params: 1}", "utf-8")
    code, _, err = run("grade", "class", "--key", "key.yaml")
    assert code == 2
    assert err.count("lenet does not fit 3x32x32") == 1


def test_answers_to_what_is_not_graded_are_shown() -> None:
    key = "{model: lenet, input: 3x32x32, claims: {pool1.output: 1x1x1}}"
    (sheet,) = grade_text("answers: {池化1.输出: 6x16x16}", key=key).sheets
    assert [(each.mark.value, each.answer) for each in sheet.claims] == [("unknown", "6x16x16")]
    assert not any("not asked" in note for note in sheet.notes)


# Sheets


def test_a_shape_in_braces() -> None:
    text = "{model: 'conv3x3@64', input: 3x57x57, claims: {conv1.output: {64, 55, 55}, batch: 1}}"
    assert grade_text(text).exit_code == 0
    block = "model: conv3x3@64\ninput: 3x57x57\nclaims:\n  conv1.output: {64, 55, 56} # braces\n"
    assert [each.mark.value for each in grade_text(block).sheets[0].claims] == ["wrong"]


def test_a_number_with_a_full_stop() -> None:
    for answer in ("224.", "224。", "=224.", "3*3*3*8 + 8."):
        assert is_right("conv3x3@8", "3x9x9", "conv1.params", answer), answer
    assert is_right("conv3x3@8", "3x9x9", "conv1.params", "0.224K")
    assert not is_right("conv3x3@8", "3x9x9", "conv1.params", "225.")


def test_an_id_used_twice() -> None:
    key = "exercises: [{id: q1, model: 'conv3x3@64', input: 3x32x32, claims: {conv1.output: }}]"
    sheet = (
        "exercises: [{id: q1, answers: {conv1.output: 64x30x30}}, "
        "{id: Q1, answers: {conv1.output: 1}}, {id: q7, answers: {conv1.output: 1}}]"
    )
    found = grade_text(sheet, key=key)
    assert _notes(found) == ["the id Q1 is used twice, the first counts", "q7 is not in the key"]


def test_help_names_each_layer_once() -> None:
    found = graded("conv3x3@8 -> bn", "3x9x9", {"pool1.output": "1", "relu.output": "1"})
    assert [each.help for each in found.sheets[0].problems] == ["layers are conv1, bn1, ..."] * 2
