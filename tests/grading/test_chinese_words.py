"""Reasons and notes are printed in Chinese; names and numbers in them stay as they are."""

from __future__ import annotations

import pytest
from graded import claim, graded

from cnncalc.grading import Grading, grade_text
from cnncalc.render import grade_chinese
from cnncalc.render.grade import render


@pytest.mark.parametrize(
    ("name", "answer", "zh"),
    [
        ("conv1.params", "abc", "应为一个数，写的是 'abc'"),
        ("conv1.output", "big", "应为形状，例如 64x112x112，写的是 'big'"),
        ("conv1.field", "big", "应为一个数，或每个轴一个数（11x11），写的是 'big'"),
        ("conv1.memory", "3.2M", "'3.2M'：M 不是字节单位（MB 按 1000 进位，MiB 按 1024 进位）"),
        ("conv1.params", "3 apples", "'3 apples'：不认识单位 'apples'（可用：k, M, G or B, T）"),
        ("conv1.params", "3/0", "'3/0' 不是数：除数为零"),
        ("conv1.params", "1" * 301, "答案有 301 个字符，太长，不读"),
    ],
)
def test_reasons(name: str, answer: str, zh: str) -> None:
    reason = claim("conv3x3@8", "3x9x9", name, answer).reason
    assert reason is not None
    assert grade_chinese.reason(reason) == zh


def _notes(found: Grading) -> list[str]:
    lines = render(found, lang="zh").splitlines()
    return [line.removeprefix("注意: ") for line in lines if line.startswith("注意: ")]


def test_notes() -> None:
    assert _notes(graded("conv3@64", "8x3x32x32", {"batch": "8"})) == [
        "习题 1：输入 8x3x32x32 按批量 8、每个样本 3x32x32 读；写 conv3d 才按三维数据读"
    ]
    assert _notes(graded("conv3x3@64", "224x224x3", {"batch": "1"})) == [
        "习题 1：输入 224x224x3 按 224 个通道读；写上 layout: hwc 才按 高 x 宽 x 通道 读"
    ]
    key = "{title: A, id: q1, model: 'conv3x3@64', input: 3x32x32, claims: {conv1.output: }}"
    sheet = (
        "exercises: [{id: q1, model: lenet, input: 1x28x28, layout: hwc, answers: {bn.x: 1}},"
        " {id: q1, answers: {batch: 1}}, {id: q7, answers: {batch: 1}}]"
    )
    assert _notes(grade_text(sheet, key=key)) == [
        "id q1 用了两次，以第一次为准",
        "标准答案里没有 q7",
        "A：形状按 hwc 读，标准答案用的是 chw",
        "A：模型和输入与标准答案不同，以标准答案为准",
        "A：没有问 bn.x",
    ]


def test_a_model_that_does_not_fit() -> None:
    found = graded("lenet", "3x32x32", {"total.params": "1"})
    assert _notes(found) == [
        "习题 1：0：Conv2d 应接收 1 个通道，实际为 3 个",
        "习题 1：7：Linear 应接收 400 个特征，实际为 576 个",
    ]
    assert "无法批改: 模型与输入不匹配" in render(found, lang="zh")


@pytest.mark.parametrize("text", ["", "{0} {x}", "a: b: c", "exercise: 1", ": "])
def test_what_has_no_translation_stays(text: str) -> None:
    assert grade_chinese.note(text) == text
