"""A cross-check as a table: analytic beside real figures, and a last line that counts them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ..crosschecking.result import (
    Check,
    Crosscheck,
    FieldCheck,
    LayerCheck,
    Machine,
    Memory,
    Verdict,
)
from ..shape import format_shape
from .table import DEFAULT_WIDTH
from .text import count, elided, memory, short_path

HEADINGS = ("layer", "op", "output", "real", "params", "real", "MACs", "real", "verdict")
ALIGN = ("left", "left", "left", "left", "right", "right", "right", "right", "left")
#: Narrower than this a shortened name says nothing.
_LEAST_NAME = 12
_LEAST_OP = 8
_OP = 1
_SAME = "="
LEGEND = f"real: measured by running it; {_SAME} where that is the same figure"
_COLORS = {
    Verdict.AGREES: "32", Verdict.EXPLAINED: "36", Verdict.UNCHECKED: "33", Verdict.DIFFERS: "31",
}  # fmt: skip


def render(
    found: Crosscheck,
    only_differences: bool = False,
    width: int = DEFAULT_WIDTH,
    color: bool = False,
) -> str:
    """The cross-check in at most `width` columns (numbers are never cut)."""
    layers = shown(found, only_differences)
    lines = [*_wrapped(title(found), width), ""]
    if layers:
        lines += [*table(layers, width, color), "", *_wrapped([LEGEND], width), ""]
    below = [*remarks(found), *footer(found), "", last_line(found)]
    *lines, last = [*lines, *_wrapped(below, width)]
    return "\n".join([*lines, _style(last, f"1;{_COLORS[found.verdict]}") if color else last])


def shown(found: Crosscheck, only_differences: bool) -> list[LayerCheck]:
    """The layers to show: all, or those with a figure that is not in agreement."""
    if not only_differences:
        return list(found.layers)
    return [layer for layer in found.layers if layer.verdict is not Verdict.AGREES]


def title(found: Crosscheck) -> list[str]:
    """What was checked, against what, and where it ran."""
    inputs = [
        format_shape(shape) if len(found.inputs) == 1 else f"{name} {format_shape(shape)}"
        for name, shape in found.inputs.items()
    ]
    head = f"{found.model}, input {', '.join(inputs)}, beside {found.runs}"
    return [head, place(found.machine)]


def place(machine: Machine) -> str:
    """The device, its arithmetic, and torch's version in one line."""
    tf32 = "" if machine.tf32 is None else f", tf32: {machine.tf32}"
    return f"{machine.device} ({machine.name}), {machine.dtype}{tf32}, torch {machine.torch}"


def cells(layer: LayerCheck) -> list[str]:
    """The row of a layer."""
    shape, measured = _output(layer)
    params, macs = layer.check("params"), layer.check("macs")
    return [
        _printable(layer.name), _printable(layer.op), shape, measured,
        *_pair(params), *_pair(macs), str(layer.verdict),
    ]  # fmt: skip


def _output(layer: LayerCheck) -> tuple[str, str]:
    """The output's shape, and what was measured: with its dtype where that differs."""
    shape, dtype = layer.check("shape"), layer.check("dtype")
    if shape is None:
        return "-", "-"
    stated, real = _shapes(shape.analytic), _shapes(shape.measured)
    if shape.verdict is Verdict.AGREES:
        real = _SAME
    if dtype is not None and dtype.verdict is not Verdict.AGREES:
        stated += f" {' '.join(dtype.analytic)}"
        real = f"{'' if real == _SAME else real} {' '.join(dtype.measured)}".strip()
    return stated, real


def _shapes(shapes: Any) -> str:
    """The first output; all of them would not fit."""
    if shapes is None:
        return "-"
    more = f" +{len(shapes) - 1}" if len(shapes) > 1 else ""
    return format_shape(shapes[0]) + more if shapes else "none"


def _pair(check: Check | None) -> tuple[str, str]:
    if check is None:
        return "-", "-"
    if check.verdict is Verdict.AGREES:
        return count(check.analytic), _SAME
    return count(check.analytic), "-" if check.measured is None else count(check.measured)


def _printable(text: str) -> str:
    """Names come from files: nothing in them moves the cursor."""
    return "".join(each if each.isprintable() else "?" for each in text)


def table(layers: Sequence[LayerCheck], width: int, color: bool) -> list[str]:
    from tabulate import tabulate

    rows = _fitted([list(HEADINGS), *map(cells, layers)], width)
    align = ALIGN if len(rows[0]) == len(ALIGN) else (*ALIGN[:_OP], *ALIGN[_OP + 1 :])
    text = tabulate(
        rows[1:], headers=rows[0], tablefmt="simple", disable_numparse=True, colalign=align
    )
    head, rule, *body = [line.rstrip() for line in text.splitlines()]
    if not color:
        return [head, rule, *body]
    body = [
        line if layer.verdict is Verdict.AGREES else _style(line, _COLORS[layer.verdict])
        for line, layer in zip(body, layers, strict=True)
    ]
    return [_style(head, "1"), _style(rule, "2"), *body]


def _fitted(rows: list[list[str]], width: int) -> list[list[str]]:
    """Shorten the ops as far as the width asks for, or leave them out and shorten the names."""
    # tabulate leaves two more places for a heading
    widths = [
        max(len(heading) + 2, *(len(row[at]) for row in rows[1:]))
        for at, heading in enumerate(HEADINGS)
    ]
    excess = sum(widths) + 2 * (len(widths) - 1) - width
    if excess > 0:
        widths[_OP] = max(widths[_OP] - excess, _LEAST_OP)
        excess = sum(widths) + 2 * (len(widths) - 1) - width
    if excess > 0:
        excess -= widths.pop(_OP) + 2
        rows = [[*row[:_OP], *row[_OP + 1 :]] for row in rows]
        widths[0] = max(widths[0] - max(excess, 0), _LEAST_NAME)
        return [[short_path(row[0], widths[0]), *row[1:]] for row in rows]
    return [[row[0], elided(row[_OP], widths[_OP]), *row[_OP + 1 :]] for row in rows]


def remarks(found: Crosscheck) -> list[str]:
    """Each reason once, with the layers that it is for; then what could not be checked."""
    places: dict[tuple[str, str], dict[str, None]] = {}
    for layer in found.layers:
        for check in layer.checks:
            if check.reason is not None:
                places.setdefault((str(check.verdict), check.reason), {})[layer.name] = None
    lines = [
        f"{verdict}: {reason}: {_some(list(names))}" for (verdict, reason), names in places.items()
    ]
    lines += [f"unchecked: {problem}" for problem in found.problems]
    return [*lines, ""] if lines else []


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def footer(found: Crosscheck) -> list[str]:
    """The totals, the memory and the fields."""
    lines = [_line(check.figure.replace("macs", "MACs"), check, count) for check in found.totals]
    if found.memory is not None:
        lines += memory_lines(found.memory)
    if found.fields is not None:
        lines += field_lines(found.fields)
    return lines


def _line(name: str, check: Check, shown_as: Any) -> str:
    measured = "-" if check.measured is None else shown_as(check.measured)
    reason = f" ({check.reason})" if check.reason else ""
    stated = shown_as(check.analytic)
    return f"{name:<11} {stated}, measured {measured}: {check.verdict}{reason}"


_MEMORY = {"param_bytes": "weights", "peak_bytes": "peak live", "cuda_bytes": "on CUDA"}


def memory_lines(found: Memory) -> list[str]:
    """The bytes that were checked, and what a run takes beyond them, by cause."""
    lines = [
        _line(_MEMORY.get(check.figure, check.figure), check, _bytes) for check in found.checks
    ]
    if found.measured is not None:
        causes = ", ".join(f"{cause} {_signed(size)}" for cause, size in found.causes)
        beyond = f" (beyond the peak: {causes})" if causes else ""
        lines.append(f"{'in the run':<11} {_bytes(found.measured)} at most{beyond}")
    return lines


def _bytes(size: int | None) -> str:
    return f"{count(size)} bytes ({memory(size)})" if size and size >= 1024 else f"{size} bytes"


def _signed(size: int) -> str:
    return memory(size) if size >= 0 else f"-{memory(-size)}"


def field_lines(fields: Iterable[FieldCheck]) -> list[str]:
    """How many positions were checked, and each that is not in agreement."""
    checked = list(fields)
    wrong = [each for each in checked if each.verdict is not Verdict.AGREES]
    layers = len({each.layer for each in checked})
    lines = [f"{'fields':<11} {len(checked)} positions of {layers} layers checked by gradients"]
    for each in wrong:
        at = ",".join(map(str, each.position))
        reason = f" ({each.reason})" if each.reason else ""
        lines.append(
            f"  {each.verdict}: {each.layer} at {at} of {each.input}: "
            f"{_intervals(each.expected)}, measured {_intervals(each.measured)}{reason}"
        )
    return lines


def _intervals(intervals: Sequence[Any]) -> str:
    shown = ["nothing" if each is None else f"{each[0]}..{each[1]}" for each in intervals]
    return " x ".join(shown) or "-"


def last_line(found: Crosscheck) -> str:
    """How many figures there are, and of which verdict."""
    counts = found.verdicts
    total = sum(counts.values())
    parts = [
        f"{counts[Verdict.AGREES]} agree",
        f"{counts[Verdict.DIFFERS]} differ",
        f"{counts[Verdict.UNCHECKED]} not checked",
    ]
    if counts[Verdict.EXPLAINED]:
        parts.insert(1, f"{counts[Verdict.EXPLAINED]} explained")
    return (
        f"{len(found.layers)} layers, {total} figures: {', '.join(parts)} ({found.seconds:.1f} s)"
    )


def _wrapped(lines: Iterable[str], width: int) -> list[str]:
    """The lines, those that are too long continued below, indented."""
    from textwrap import wrap

    parts = [
        wrap(line, max(width, 20), subsequent_indent=" " * 12) if len(line) > width else [line]
        for line in lines
    ]
    return [part for line in parts for part in line]


def _style(text: str, code: str) -> str:
    return f"\x1b[{code}m{text}\x1b[0m"


def markdown(found: Crosscheck, only_differences: bool = False) -> str:
    """The cross-check as GitHub's Markdown."""
    from tabulate import tabulate

    head, where = title(found)
    lines = [f"**{head}**", "", where, ""]
    layers = shown(found, only_differences)
    if layers:
        rows = [[cell.replace("|", "\\|") for cell in cells(layer)] for layer in layers]
        lines += tabulate(
            rows, headers=HEADINGS, tablefmt="github", disable_numparse=True, colalign=ALIGN
        ).splitlines()
        lines += ["", LEGEND]
    details = [line.strip() for line in (*remarks(found), *footer(found)) if line]
    return "\n".join([*lines, "", *(f"- {line}" for line in details), "", last_line(found)])
