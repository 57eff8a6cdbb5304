"""How torch.nn's constructors are called, and under which names modules keep the arguments.

Most of it follows from the ops, which have their arguments in torch's order and under torch's
names; what torch does otherwise stands here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from ....errors import OpError, closest
from ....ops import CATALOGUE, Op
from ....ops.arguments import REQUIRED

Values = dict[str, Any]
_RANKS = ("1d", "2d", "3d")

#: Modules that find out the size of their input at the first call, and what they become then.
LAZY: dict[str, str] = {
    f"Lazy{name}": name
    for name in (
        "Linear",
        *(
            family + rank
            for family in ("Conv", "ConvTranspose", "BatchNorm", "InstanceNorm")
            for rank in _RANKS
        ),
    )
}
#: Modules that are an op of another name; of SyncBatchNorm the input's dims say which.
_OTHERWISE = {
    "SyncBatchNorm": "BatchNorm2d",
    "UpsamplingNearest2d": "Upsample",
    "UpsamplingBilinear2d": "Upsample",
}
#: Arguments that a module sets itself.
_FIXED: dict[str, Values] = {
    name: {"mode": mode, "align_corners": corners, "recompute_scale_factor": None}
    for name, mode, corners in (
        ("UpsamplingNearest2d", "nearest", None),
        ("UpsamplingBilinear2d", "bilinear", True),
    )
}
#: Every class of torch.nn that is one op.
LEAVES: frozenset[str] = frozenset(
    (*(name for name, cls in CATALOGUE.items() if cls.torch_name), *LAZY, *_OTHERWISE)
)
#: Arguments of ops that torch takes when the module is called, or in the function alone.
OF_THE_CALL = frozenset({"average_attn_weights", "antialias"})


def op_class(kind: str) -> type[Op]:
    """The op that a class of torch.nn stands for."""
    kind = LAZY.get(kind, kind)
    return CATALOGUE[_OTHERWISE.get(kind, kind)]


def family(kind: str) -> str:
    """The class' name without its rank: `Conv` for Conv1d, Conv2d and Conv3d."""
    return kind[:-2] if kind.endswith(_RANKS) else kind


class Accepted(NamedTuple):
    """One argument of a constructor."""

    name: str
    default: Any
    keyword_only: bool = False


#: Defaults that are not those of the op.
_DEFAULTS: dict[str, Values] = {"LazyInstanceNorm": {"affine": True, "track_running_stats": True}}
#: What constructors take behind the arguments of the op.
_MORE: dict[str, tuple[tuple[str, Any], ...]] = {
    "Embedding": (
        ("norm_type", 2.0),
        ("scale_grad_by_freq", False),
        ("sparse", False),
        ("_weight", None),
        ("_freeze", False),
    ),
    "EmbeddingBag": (
        ("sparse", False),
        ("_weight", None),
        ("include_last_offset", False),
        ("padding_idx", None),
    ),
    "Hardtanh": (("min_value", None), ("max_value", None)),
    "SyncBatchNorm": (("process_group", None),),
}
_WITHOUT_BIAS = ("BatchNorm", "InstanceNorm", "GroupNorm", "SyncBatchNorm")


@lru_cache(maxsize=256)
def signature(kind: str) -> tuple[Accepted, ...]:
    """The arguments of a constructor, in torch's order."""
    cls = op_class(kind)
    own = [argument for argument in cls.arguments if argument.name not in OF_THE_CALL]
    if kind in LAZY:
        own = own[1:]  # the size that is found out
    fixed, other = _FIXED.get(kind, {}), _DEFAULTS.get(family(kind), {})
    found = [
        Accepted(
            argument.name,
            REQUIRED if argument.inferred else other.get(argument.name, argument.default),
        )
        for argument in own
        if argument.name not in fixed
    ]
    found += [Accepted(*more) for more in _MORE.get(kind, ())]
    if cls.tensors is not Op.tensors:
        found += [Accepted("device", None), Accepted("dtype", None)]
    if family(LAZY.get(kind, kind)) in _WITHOUT_BIAS:
        found.append(Accepted("bias", True, keyword_only=True))
    return tuple(found)


def _shown(kind: str) -> str:
    """`torch.nn.ReLU(inplace=False)`, for a help."""
    parts = [
        accepted.name if accepted.default is REQUIRED else f"{accepted.name}={accepted.default!r}"
        for accepted in signature(kind)
        if accepted.name[0] != "_"
    ]
    return f"torch.nn.{kind}({', '.join(parts)})"


def bind(kind: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Values:
    """The values of all arguments by name, as a call of the constructor sets them.

    Raises `OpError` for arguments that the constructor does not take, and for missing ones.
    """
    if kind == "Identity":
        return {}  # it takes anything, and keeps nothing
    known = signature(kind)
    places = [accepted.name for accepted in known if not accepted.keyword_only]
    if len(args) > len(places):
        message = f"{kind} takes at most {len(places)} arguments, received {len(args)}"
        raise OpError(message, help=_shown(kind))
    given = dict(zip(places, args, strict=False))
    names = {accepted.name for accepted in known}
    for name, value in kwargs.items():
        if name not in names:
            hint = closest(name, names) or _shown(kind)
            raise OpError(f"{kind} has no argument {name!r}", help=hint)
        if name in given:
            raise OpError(f"{kind}: {name} is given twice")
        given[name] = value
    values: Values = {}
    for name, default, _ in known:
        values[name] = given.get(name, default)
        if values[name] is REQUIRED:
            raise OpError(f"{kind} needs {name}", help=_shown(kind))
    return {**values, **_FIXED.get(kind, {})}


# What modules keep: each of these changes the values of the constructor's arguments to those
# of the module's attributes.


def _spread(value: Any, count: int) -> Any:
    """One value per axis, as torch spreads it; words stay."""
    if isinstance(value, str):
        return value
    return tuple(value) if isinstance(value, tuple | list) else (value,) * count


def _window(kind: str, values: Values) -> None:
    """The sizes of a convolution (and of AvgPool1d, which is alone in this among poolings)."""
    rank = op_class(kind).rank
    for name in ("kernel_size", "stride", "padding", "dilation", "output_padding"):
        if name in values:
            values[name] = _spread(values[name], rank)


def _convolution(kind: str, values: Values) -> None:
    _window(kind, values)
    rank = op_class(kind).rank
    values["transposed"] = "Transpose" in kind
    values.setdefault("output_padding", (0,) * rank)
    padding = values["padding"]
    if isinstance(padding, str):
        # From the last axis on, before and behind.
        around: list[int] = []
        pairs = zip(values["dilation"], values["kernel_size"], strict=False)
        for gap, size in reversed(list(pairs)):
            total = gap * (size - 1) if padding == "same" else 0
            around += [total // 2, total - total // 2]
        values["_reversed_padding_repeated_twice"] = around
    else:
        twice = tuple(size for size in reversed(padding) for _ in range(2))
        values["_reversed_padding_repeated_twice"] = twice


def _pool(kind: str, values: Values) -> None:
    if values["stride"] is None:
        values["stride"] = values["kernel_size"]
    if kind == "AvgPool1d":
        _window(kind, values)


def _pad(kind: str, values: Values) -> None:
    values["padding"] = _spread(values["padding"], 2 * op_class(kind).rank)
    if kind.startswith("Zero"):
        values["value"] = 0.0


def _upsample(kind: str, values: Values) -> None:
    scale = values["scale_factor"]
    try:
        if isinstance(scale, tuple):
            values["scale_factor"] = tuple(float(factor) for factor in scale)
        else:
            values["scale_factor"] = float(scale) if scale else None
    except (TypeError, ValueError):
        expected = "a number or a tuple of numbers"
        raise OpError(f"{kind}: scale_factor: expected {expected}, received {scale!r}") from None
    values["name"] = kind


def _normalized(kind: str, values: Values) -> None:
    values["normalized_shape"] = _spread(values["normalized_shape"], 1)


def _embedding(kind: str, values: Values) -> None:
    index, count = values["padding_idx"], values["num_embeddings"]
    if index is None:
        return
    if not isinstance(index, int) or not -count <= index < count:
        expected = f"None or a row of {count}"
        raise OpError(f"{kind}: padding_idx: expected {expected}, received {index!r}")
    values["padding_idx"] = index + count if index < 0 else index


def _recurrent(kind: str, values: Values) -> None:
    values.setdefault("proj_size", 0)
    values["dropout"] = float(values["dropout"])
    nonlinearity = values.get("nonlinearity")
    values["mode"] = f"{kind}_{nonlinearity.upper()}" if nonlinearity else kind


def _attention(kind: str, values: Values) -> None:
    width = values["embed_dim"]
    for name in ("kdim", "vdim"):
        values[name] = width if values[name] is None else values[name]
    values["_qkv_same_embed_dim"] = values["kdim"] == values["vdim"] == width
    values["head_dim"] = width // values["num_heads"]
    del values["add_bias_kv"]  # it shows in `bias_k`


def _distance(kind: str, values: Values) -> None:
    values["norm"] = values.pop("p")


def _hardtanh(kind: str, values: Values) -> None:
    """The bounds under their former names count more."""
    for bound in ("min", "max"):
        former = values.pop(f"{bound}_value")
        if former is not None:
            values[f"{bound}_val"] = former


_KEEPERS: dict[str, Callable[[str, Values], None]] = {
    **dict.fromkeys(("Conv", "ConvTranspose"), _convolution),
    **dict.fromkeys(("MaxPool", "AvgPool"), _pool),
    **dict.fromkeys([f"{kind}Pad" for kind in (
        "Zero", "Constant", "Reflection", "Replication", "Circular")], _pad),
    **dict.fromkeys(("Upsample", "UpsamplingNearest", "UpsamplingBilinear"), _upsample),
    **dict.fromkeys(("LayerNorm", "RMSNorm"), _normalized),
    **dict.fromkeys(("Embedding", "EmbeddingBag"), _embedding),
    **dict.fromkeys(("RNN", "LSTM", "GRU"), _recurrent),
    "MultiheadAttention": _attention,
    "PairwiseDistance": _distance,
    "Hardtanh": _hardtanh,
}  # fmt: skip
#: Modules that keep `bias` as True or False; the others have a tensor of that name, or None.
PLAIN_BIAS = frozenset({"RNN", "LSTM", "GRU", "RNNCell", "LSTMCell", "GRUCell"})

_AFFINE = ("weight", "bias")
_STATISTICS = (*_AFFINE, "running_mean", "running_var", "num_batches_tracked")
_PROJECTIONS = ("in_proj_weight", "q_proj_weight", "k_proj_weight", "v_proj_weight",
                "in_proj_bias", "bias_k", "bias_v")  # fmt: skip
#: Tensors that are None in a module that does not hold them.
_OR_NONE: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("Conv", "ConvTranspose", "Linear", "Bilinear"), ("bias",)),
    **dict.fromkeys(("LayerNorm", "GroupNorm"), _AFFINE),
    **dict.fromkeys(("BatchNorm", "InstanceNorm", "SyncBatchNorm"), _STATISTICS),
    **dict.fromkeys(("RNNCell", "LSTMCell", "GRUCell"), ("bias_ih", "bias_hh")),
    "RMSNorm": ("weight",),
    "MultiheadAttention": _PROJECTIONS,
}


def kept(kind: str, values: Values, held: frozenset[str]) -> Values:
    """The attributes of a module whose constructor had these values and that holds `held`.

    Tensors that it holds are no part of them; those that it could hold and does not are None.
    Raises `OpError` for values that torch refuses.
    """
    known = LAZY.get(kind, kind)
    attributes = {
        name: value
        for name, value in values.items()
        if name not in ("device", "dtype", "_weight", "_freeze")
        and (name != "bias" or known in PLAIN_BIAS)
    }
    if kind in LAZY:
        attributes[op_class(kind).arguments[0].name] = 0
    keeper = _KEEPERS.get(family(known))
    if keeper is not None:
        keeper(known, attributes)
    absent = [name for name in _OR_NONE.get(family(known), ()) if name not in held]
    return {**attributes, **dict.fromkeys(absent)}
