"""Reasons and notes of a grading in Chinese; what has no translation stays as it is."""

from __future__ import annotations

import re

_KINDS = {
    "a number": "一个数",
    "a number of bytes": "字节数",
    "a share": "一个比例",
    "a shape such as 64x112x112": "形状，例如 64x112x112",
    "a number, or one for each axis (11x11)": "一个数，或每个轴一个数（11x11）",
    "a number or a shape": "一个数或一个形状",
    "a mapping": "键值对",
    "lists in a list": "嵌套的列表",
    "model": "模型",
    "input": "输入",
    "batch": "批量",
    "layer": "层",
    "quantity": "量",
    "claim": "题目",
}
_WHYS = {
    "it is too long": "太长",
    "it divides by zero": "除数为零",
    "it is too large": "数太大",
    "a number is missing": "缺少一个数",
    "its brackets are nested too deeply": "括号嵌套太深",
}
#: Whole texts, and what they are in Chinese; groups are translated by `_KINDS` and `_WHYS`.
_TEXTS = [
    (re.compile(text, re.S), zh)
    for text, zh in (
        (r"expected (.*), received (.*)", "应为{0}，写的是 {1}"),
        (r"an answer of ([\d,]+) characters is not read", "答案有 {0} 个字符，太长，不读"),
        (r"(.*): '(\w+)' is no unit of bytes \((\w+) for .* 1000, (\w+) for .* 1024\)",
         "{0}：{1} 不是字节单位（{2} 按 1000 进位，{3} 按 1024 进位）"),
        (r"(.*): unknown unit (.*) \(units are (.*)\)", "{0}：不认识单位 {1}（可用：{2}）"),
        (r"(.*) is no share \(write it as (.*) or (.*)\)", "{0} 不是比例（写成 {1} 或 {2}）"),
        (r"(.*) is no number: (.*)", "{0} 不是数：{1}"),
        (r"(.*) is no number(?: \(.*\))?", "{0} 不是数"),
        (r"the model does not fit its input", "模型与输入不匹配"),
        (r"unknown (layer|quantity|claim) ('[^']*')(?: of (.*))?", "没有这个{0}：{1}"),
        (r"(.*) is not known", "{0} 未知"),
        (r"the id (.*) is used twice, the first counts", "id {0} 用了两次，以第一次为准"),
        (r"(.*) is not in the key", "标准答案里没有 {0}"),
        (r"(.*) is answered twice, the first counts", "{0} 答了两次，以第一次为准"),
        (r"(.*) is not asked", "没有问 {0}"),
        (r"shapes are read as (\w+), the key has (\w+)", "形状按 {0} 读，标准答案用的是 {1}"),
        (r"another (\w+); the key's counts", "{0}与标准答案不同，以标准答案为准"),
        (r"another (\w+) and (\w+); the key's count", "{0}和{1}与标准答案不同，以标准答案为准"),
        (r"another (\w+) and (\w+) and (\w+); the key's count",
         "{0}、{1}和{2}与标准答案不同，以标准答案为准"),
        (r"input (\S+) is read as a batch of (\d+) of (\S+); .*",
         "输入 {0} 按批量 {1}、每个样本 {2} 读；写 conv3d 才按三维数据读"),
        (r"input (\S+) is read as (\d+) channels; layout: hwc reads .*",
         "输入 {0} 按 {1} 个通道读；写上 layout: hwc 才按 高 x 宽 x 通道 读"),
        (r"and (\d+) more that do not fit", "另有 {0} 处不匹配"),
        (r"(\S+): (\S+) expects (\d+) channels but receives (\d+)",
         "{0}：{1} 应接收 {2} 个通道，实际为 {3} 个"),
        (r"(\S+): (\S+) expects (\d+) features but receives (\d+)",
         "{0}：{1} 应接收 {2} 个特征，实际为 {3} 个"),
    )
]  # fmt: skip


def reason(text: str) -> str:
    """Why an answer could not be read, or a claim not be graded."""
    for pattern, zh in _TEXTS:
        found = pattern.fullmatch(text)
        if found is not None:
            parts = [_KINDS.get(part or "", _WHYS.get(part or "", part)) for part in found.groups()]
            return zh.format(*parts)
    return text


def note(text: str) -> str:
    """A note on a sheet, with the title of the exercise before it or not."""
    title, colon, rest = text.partition(": ")
    inner = reason(rest)
    if not colon or inner == rest:
        return reason(text)
    number = title.removeprefix("exercise ")
    title = f"习题 {number}" if number != title and number.isdigit() else title
    return f"{title}：{inner}"
