"""What a claim is about: `conv1.params` names a layer and a quantity, in many spellings.

A layer goes by its name in the report, or by the name that homework has for it: `conv1`,
`pool2`, `fc1` are the first convolution, the second pooling, the first linear layer.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ..errors import InputError, NameNotFoundError, closest
from ..ops import Op
from ..report import Block, Row
from .models import Analysed

#: Quantities of a layer, and their other spellings.
OF_A_LAYER = {
    "output": ("out", "shape", "output_shape", "输出", "输出形状", "输出尺寸", "形状"),
    "input": ("input_shape", "输入", "输入形状"),
    "size": ("output_size", "spatial", "尺寸", "大小"),
    "channels": ("output_channels", "通道", "通道数", "输出通道", "输出通道数"),
    "height": ("h", "高", "高度"),
    "width": ("w", "宽", "宽度"),
    "elements": ("numel", "activations", "元素", "元素数"),
    "params": ("param", "parameters", "parameter", "参数", "参数量", "参数数量"),
    "trainable": ("trainable_params", "可训练参数"),
    "buffers": ("buffer",),
    "weights": ("weight", "weight_params", "权重", "权重数"),
    "bias": ("biases", "bias_params", "偏置", "偏置数"),
    "macs": ("mac", "madds", "mult_adds", "乘加", "乘加次数"),
    "flops": ("flop", "浮点运算", "计算量"),
    "memory": ("output_bytes", "bytes", "memory.output", "内存", "显存"),
    "field": ("field.size", "receptive_field", "rf", "感受野"),
    "field.jump": ("jump", "field.stride", "effective_stride", "有效步幅", "有效步距", "步距"),
    "field.start": ("start", "起点"),
    "field.padding": ("effective_padding", "有效填充"),
    "params.share": ("share", "参数占比"),
    "macs.share": ("乘加占比",),
}
#: Quantities of the network.
OF_A_NETWORK = {
    **{name: OF_A_LAYER[name] for name in (
        "output", "input", "size", "params", "trainable", "buffers", "weights", "bias", "macs",
        "flops", "field", "field.jump", "field.start", "field.padding",
    )},
    "layers": ("depth", "层数"),
    "batch": ("batch_size", "批量", "批量大小"),
    "memory.params": ("param_bytes", "params.memory", "params.bytes"),
    "memory.input": ("input_bytes",),
    "memory.forward": ("forward_bytes", "forward", "memory.activations"),
    "memory.peak": ("peak_bytes", "peak"),
    "memory.training.sgd": ("memory.sgd",),
    "memory.training.momentum": ("memory.momentum",),
    "memory.training.adam": ("memory.adam",),
}  # fmt: skip
#: Those that need a word before them.
_TOTALS = {"params", "trainable", "buffers", "weights", "bias", "macs", "flops"}
_NETWORK = {"", "total", "totals", "net", "network", "model", "all", "sum", "总", "全网", "总计",
            "网络"}  # fmt: skip
#: Arguments of ops by other spellings.
_ARGUMENTS = {
    "kernel": "kernel_size", "k": "kernel_size", "核": "kernel_size", "卷积核": "kernel_size",
    "s": "stride", "步幅": "stride", "步长": "stride", "p": "padding", "填充": "padding",
    "d": "dilation", "空洞": "dilation", "膨胀率": "dilation",
    "输入通道": "in_channels", "输入通道数": "in_channels",
    "输入特征": "in_features", "输出特征": "out_features",
}  # fmt: skip
#: Words of homework -> what the type of an op, in small letters, begins with or contains.
_KINDS = {
    "conv": r"conv(?!transpose)", "convolution": r"conv(?!transpose)", "卷积": "conv",
    "deconv": "convtranspose", "convtranspose": "convtranspose", "反卷积": "convtranspose",
    "pool": ".*pool", "pooling": ".*pool", "池化": ".*pool", "汇聚": ".*pool",
    "fc": "(lazy)?linear", "linear": "(lazy)?linear", "dense": "(lazy)?linear",
    "全连接": "(lazy)?linear",
    "bn": "batchnorm", "norm": ".*norm", "act": "@activation", "activation": "@activation",
    "激活": "@activation", "flat": "flatten|reshape", "flatten": "flatten|reshape",
    "展平": "flatten|reshape", "layer": "", "层": "",
}  # fmt: skip
_NUMBERED = re.compile(r"(?P<kind>.*?\D)[ _#-]?(?P<number>\d{1,5})", re.S)
_CHINESE_NUMBER = re.compile(r"第(?P<number>\d{1,5})(?:个|层)?(?P<kind>\D*)")


class Target(NamedTuple):
    """What a claim asks for: `part` is a layer or a block, or None for the network.

    `argument` says that the quantity is an argument of the layer's op: `kernel_size`, or
    `args.stride` where the plain word may mean something else too.
    """

    part: Row | Block | None
    quantity: str
    argument: bool = False

    @property
    def question(self) -> str:
        """The claim in the spelling that is the same for all: `conv1.params`."""
        if self.part is None:
            return f"total.{self.quantity}" if self.quantity in _TOTALS else self.quantity
        return f"{self.part.name}.{self.quantity}"


def _table(quantities: dict[str, tuple[str, ...]]) -> dict[str, str]:
    return {spelling: name for name, others in quantities.items() for spelling in (name, *others)}


_LAYER_WORDS, _NETWORK_WORDS = _table(OF_A_LAYER), _table(OF_A_NETWORK)


def find(claim: str, analysed: Analysed) -> Target:
    """What `claim` is about, in this network.

    Raises `NameNotFoundError` or `InputError` where no layer or no quantity goes by that name.
    """
    parts = claim.strip().split(".")
    problem: Exception | None = None
    for length in range(min(3, len(parts)), 0, -1):
        head = ".".join(parts[:-length]).strip()
        word = re.sub(r"[\s-]+", "_", ".".join(parts[-length:]).strip().lower())
        if head.lower() in _NETWORK:
            if word in _NETWORK_WORDS:
                return Target(None, _NETWORK_WORDS[word])
            if head:
                problem = _no_quantity(word, "the network", list(OF_A_NETWORK))
            continue
        try:
            part = layer(head, analysed)
        except NameNotFoundError as error:
            problem = error if problem is None or length == 1 else problem
            continue
        except InputError as error:
            problem = error
            continue
        found = _quantity(part, word)
        if found is not None:
            return found
        problem = _no_quantity(word, part.name, _known(part))
        if length == 1:
            break
    raise problem or _bare(claim, analysed)


def _quantity(part: Row | Block, word: str) -> Target | None:
    """The quantity of a layer that goes by a word, or the argument of its op."""
    bare = re.sub(r"^(args|op|argument)\.", "", word)
    name = _ARGUMENTS.get(bare, bare)
    own = isinstance(part, Row) and any(each.name == name for each in part.op.arguments)
    # `bias` counts the biases; `args.bias` says whether there are any.
    if own and (bare != word or word not in _LAYER_WORDS):
        return Target(part, name if bare == word else f"args.{name}", argument=True)
    if word in _LAYER_WORDS:
        return Target(part, _LAYER_WORDS[word])
    if isinstance(part, Row) and name == "stride" and part.field is not None:
        return Target(part, "field.jump")
    return None


def _known(part: Row | Block) -> list[str]:
    own = [each.name for each in part.op.arguments] if isinstance(part, Row) else []
    return [*OF_A_LAYER, *own]


def _no_quantity(word: str, of: str, known: list[str]) -> NameNotFoundError:
    shown = word if len(word) <= 40 else f"{word[:40]}…"
    hint = closest(word, known) or f"there are {', '.join(known[:12])}, ..."
    return NameNotFoundError("quantity", shown, [], of=of, help=hint)


def _bare(claim: str, analysed: Analysed) -> InputError | NameNotFoundError:
    """The error of a claim without a quantity, or with nothing that anyone knows."""
    shown = claim if len(claim) <= 60 else f"{claim[:60]}…"
    try:
        part = layer(claim.strip(), analysed)
    except (NameNotFoundError, InputError):
        known = [*OF_A_NETWORK, *(f"{name}.output" for name in analysed.rows)]
        hint = closest(claim, known) or "claims are written conv1.output, total.params, ..."
        return NameNotFoundError("claim", shown, [], help=hint)
    hint = f"{part.name}.output, {part.name}.params, ..."
    return InputError(f"{shown!r} says nothing of the layer", help=hint)


def layer(name: str, analysed: Analysed) -> Row | Block:
    """The layer or block that goes by a name.

    Raises `NameNotFoundError` with the closest names, or `InputError` where several do.
    """
    known: dict[str, Row | Block] = analysed.memory.setdefault("layers", {})
    if name not in known:
        known[name] = _layer(name, analysed)
    return known[name]


def _layer(name: str, analysed: Analysed) -> Row | Block:
    report = analysed.report
    if name in analysed.rows:
        return analysed.rows[name]
    if name and name in report:
        found = report[name]
        if isinstance(found, Block):
            return found
    lower = name.lower()
    alike = [row for row in report.rows if row.name.lower() == lower]
    if len(alike) == 1:
        return alike[0]
    numbered = _NUMBERED.fullmatch(lower) or _CHINESE_NUMBER.fullmatch(lower)
    if numbered is not None:
        rows = of_kind(numbered["kind"] or "层", analysed)
        number = int(numbered["number"])
        if rows and 1 <= number <= len(rows):
            return rows[number - 1]
        if rows:
            kind = numbered["kind"].strip(" _#-") or "layer"
            hint = rows[0].name
            if hint != f"{kind}1":
                hint = f"{kind}1 is {hint}"
            elif len(rows) > 1:
                hint = (
                    f"{', '.join(row.name for row in rows[:4])}{', ...' if len(rows) > 4 else ''}"
                )
            count = "is only one" if len(rows) == 1 else f"are only {len(rows)}"
            raise NameNotFoundError("layer", _cut(name), [], help=f"there {count}: {hint}")
    rows = of_kind(lower, analysed)
    if len(rows) == 1:
        return rows[0]
    if rows:
        raise InputError(f"there are {len(rows)} layers {name!r}", help=f"{name}1, {name}2, ...")
    usual = [f"{kind}1" for kind in ("conv", "pool", "fc", "bn") if of_kind(kind, analysed)]
    some = list(dict.fromkeys([*usual, *(row.name for row in report.rows[:4])]))[:4]
    found = [*(row.name for row in report.rows), *usual]
    hint = closest(name, found) or f"layers are {', '.join(some)}, ..."
    raise NameNotFoundError("layer", _cut(name), [], of=_cut(report.model), help=hint)


def _cut(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"


def of_kind(kind: str, analysed: Analysed) -> list[Row]:
    """The layers of a kind (`conv`, `pool`, `maxpool2d`), in order."""
    word = kind.strip(" _#-").lower()
    pattern = _KINDS.get(word)
    if pattern is None and not word.isalnum():
        return []
    return [row for row in analysed.report.rows if _is_of(row.op, word, pattern)]


def _is_of(op: Op, word: str, pattern: str | None) -> bool:
    name = op.type.lower()
    if pattern == "@activation":
        return type(op).__module__.endswith(".activation")
    if pattern is not None:
        if name == "reshape" or name == "view":
            return "reshape" in pattern and _flattens(op)
        return re.match(pattern, name) is not None
    return name == word or re.sub(r"[123]d$", "", name) == word


def _flattens(op: Op) -> bool:
    return len(getattr(op, "shape", ())) == 2
