"""Mistakes in the receptive-field recurrence: the jump too early, too late, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ...report import Row
from ..figures import last_with_positions
from ..recurrence import Played, Rule, Seen, Window, correct, only_here, play
from .registry import Case, Guess, mistake

_QUANTITIES = ("field", "field.jump", "field.start", "field.padding")


def _row(case: Case) -> Row | None:
    if case.quantity not in _QUANTITIES or case.target.argument:
        return None
    return last_with_positions(case.analysed) if case.target.part is None else case.row


def _played(case: Case, name: str, rule: Rule) -> Played:
    key = ("recurrence", name)
    memory = case.analysed.memory
    if key not in memory:
        memory[key] = play(case.analysed, rule)
    found: Played = memory[key]
    return found


def _figure(case: Case, axes: tuple[Seen, ...]) -> tuple[int, ...]:
    if case.quantity == "field":
        return tuple(seen.size for seen in axes)
    if case.quantity == "field.jump":
        return tuple(seen.jump for seen in axes)
    sign = 1 if case.quantity == "field.start" else -1
    return tuple(sign * seen.start for seen in axes)


def _recurrence(name: str, rule: Rule) -> Callable[[Case], Iterator[Guess]]:
    """The figure by a wrong rule, all along or in the last step, where the right one holds."""

    def guesses(case: Case) -> Iterator[Guess]:
        row = _row(case)
        if row is None:
            return
        axes = _played(case, "correct", correct).get(row.name)
        if axes is None or _figure(case, axes) != tuple(case.truth.value):
            return  # paths meet here in a way of their own
        wrong = _played(case, name, rule).get(row.name)
        if wrong is not None:
            yield _figure(case, wrong), ""
        here = only_here(case.analysed, row, _played(case, "correct", correct), rule)
        if here is not None:
            yield _figure(case, here), ""

    return guesses


def _register(name: str, rank: int, rule: Rule, en: str, zh: str) -> None:
    mistake(name, rank, en, zh)(_recurrence(name, rule))


def _too_early(seen: Seen, window: Window) -> Seen:
    size = seen.size + (window.spans - 1) * seen.jump * window.stride
    return correct(seen, window)._replace(size=size)


def _too_late(seen: Seen, window: Window) -> Seen:
    size = seen.size + (window.spans - 1) * seen.late
    return correct(seen, window)._replace(size=size)


def _not_at_all(seen: Seen, window: Window) -> Seen:
    return correct(seen, window)._replace(size=seen.size + window.spans - 1)


def _whole_kernel(seen: Seen, window: Window) -> Seen:
    return correct(seen, window)._replace(size=seen.size + window.spans * seen.jump)


def _no_pools(seen: Seen, window: Window) -> Seen:
    return seen if window.pools else correct(seen, window)


def _pools_see_nothing(seen: Seen, window: Window) -> Seen:
    after = correct(seen, window)
    return after._replace(size=seen.size) if window.pools else after


def _pools_do_not_jump(seen: Seen, window: Window) -> Seen:
    after = correct(seen, window)
    return after._replace(jump=seen.jump) if window.pools else after


def _own_kernel(seen: Seen, window: Window) -> Seen:
    return correct(seen, window)._replace(size=window.spans)


def _own_stride(seen: Seen, window: Window) -> Seen:
    return correct(seen, window)._replace(jump=window.stride)


def _before_this(seen: Seen, window: Window) -> Seen:
    after = correct(seen, window)
    return after._replace(late=seen.jump)


def _added_strides(seen: Seen, window: Window) -> Seen:
    return correct(seen, window)._replace(jump=seen.jump + window.stride)


def _padding_too_early(seen: Seen, window: Window) -> Seen:
    start = seen.start - window.padding * seen.jump * window.stride
    return correct(seen, window)._replace(start=start)


def _padding_unscaled(seen: Seen, window: Window) -> Seen:
    return correct(seen, window)._replace(start=seen.start - window.padding)


_register("jump-too-early", 60, _too_early,
          "the jump multiplied too early: (k - 1) times the jump before the layer",
          "步距乘早了：(k-1) 应乘本层之前的步距")  # fmt: skip
_register("jump-too-late", 61, _too_late,
          "the jump multiplied too late: the layer before counts already",
          "步距乘晚了：上一层的步幅已经要算进去")  # fmt: skip
_register("jump-ignored", 62, _not_at_all, "the jump ignored: (k - 1) added without it",
          "忽略了步距：(k-1) 没有乘步距")  # fmt: skip
_register("pools-ignored", 63, _no_pools, "pooling left out", "漏了池化层")
_register("pools-see-nothing", 64, _pools_see_nothing, "the kernels of pooling left out",
          "漏了池化窗口的大小")  # fmt: skip
_register("pools-do-not-jump", 64, _pools_do_not_jump, "the strides of pooling left out",
          "漏了池化的步幅")  # fmt: skip
_register("kernel-not-less-one", 65, _whole_kernel, "k instead of k - 1", "用了 k，应为 k-1")
_register("own-kernel", 66, _own_kernel, "the kernel of this layer only", "只看了本层的卷积核")
_register("own-stride", 66, _own_stride, "the stride of this layer only", "只看了本层的步幅")
_register("strides-added", 67, _added_strides, "strides added instead of multiplied",
          "把步幅相加了，应当相乘")  # fmt: skip
_register("padding-too-early", 60, _padding_too_early,
          "the padding times the jump behind the layer, not the one before it",
          "填充乘了本层之后的步距，应乘之前的")  # fmt: skip
_register("padding-unscaled", 62, _padding_unscaled, "the padding without the jump",
          "填充没有乘步距")  # fmt: skip


@mistake("jump-before", 61, "the jump before this layer", "写的是本层之前的步距")
def jump_before(case: Case) -> Iterator[Guess]:
    row = _row(case)
    if row is not None and case.quantity == "field.jump":
        axes = _played(case, "correct", correct).get(row.name)
        if axes is not None:
            yield tuple(seen.late for seen in axes), ""


@mistake("field-from-zero", 68, "r starts at 1, not at 0", "感受野的初值是 1，不是 0")
def field_from_zero(case: Case) -> Iterator[Guess]:
    if _row(case) is not None and case.quantity == "field" and None not in case.truth.value:
        yield tuple(size - 1 for size in case.truth.value), ""


@mistake("sign", 59, "the sign is wrong", "正负号反了")
def sign(case: Case) -> Iterator[Guess]:
    if _row(case) is not None and case.quantity in ("field.start", "field.padding"):
        yield tuple(-each for each in case.truth.value), ""
