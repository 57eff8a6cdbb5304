"""The words of the spec language: layers, options, and what a number glued to a word means."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ...ops import CATALOGUE, SPEC_WORDS, Op
from ...ops.arguments import REQUIRED
from ...ops.resample import MODES


class Word(NamedTuple):
    """What a layer word stands for: op classes (one per rank, or one), and arguments set by it."""

    classes: tuple[type[Op], ...]
    preset: tuple[tuple[str, Any], ...] = ()
    #: A textbook word for a dense layer: what comes in is flattened.
    flattens: bool = False

    @property
    def sample(self) -> type[Op]:
        """A class to ask about arguments; they are the same for all ranks but for a few."""
        return self.classes[-1]

    def of_rank(self, rank: int) -> type[Op]:
        """The class for a number of spatial axes."""
        for cls in self.classes:
            if cls.rank == rank:
                return cls
        return self.classes[0]


_SYNONYMS = {
    "maxpooling": "maxpool",
    "avgpooling": "avgpool",
    "averagepooling": "avgpool",
    "pooling": "pool",
    "adaptivepool": "adaptiveavgpool",
    "globalavgpooling": "gap",
    "globalaveragepooling": "gap",
    "globalmaxpooling": "gmp",
    "batchnormalization": "batchnorm",
    "layernormalization": "layernorm",
    "groupnormalization": "groupnorm",
    "fullyconnect": "fc",
    "up": "upsample",
    "upsampling": "upsample",
    "transposedconv": "deconv",
    "drop": "dropout",
    "id": "identity",
}
_PRESETS: dict[str, tuple[str, dict[str, Any]]] = {
    "dwconv": ("conv", {"groups": "depthwise"}),
    "depthwiseconv": ("conv", {"groups": "depthwise"}),
    "pwconv": ("conv", {"kernel_size": 1}),
    "pointwiseconv": ("conv", {"kernel_size": 1}),
    # The one dim that serves images and features alike.
    "softmax": ("softmax", {"dim": 1}),
    "logsoftmax": ("logsoftmax", {"dim": 1}),
    "softmin": ("softmin", {"dim": 1}),
    **{word: (word, {"norm_type": 2}) for word in ("lppool", "lppool1d", "lppool2d", "lppool3d")},
}


def _words() -> dict[str, Word]:
    words = {name.lower(): Word((cls,)) for name, cls in CATALOGUE.items()}
    for word, classes in SPEC_WORDS.items():
        by_rank = tuple(sorted(classes, key=lambda cls: cls.rank))
        words[word] = Word(by_rank, flattens=CATALOGUE["Linear"] in by_rank)
    for synonym, word in _SYNONYMS.items():
        words[synonym] = words[word]
    for word, (base, preset) in _PRESETS.items():
        words[word] = words[base]._replace(preset=tuple(preset.items()))
    return words


WORDS = _words()
_LONGEST = 2 * max(map(len, WORDS))  # underscores may stand in between

#: Short and textbook names of options, each with the arguments that it may mean.
_ALIASES = {
    ("s", "strides"): ("stride",),
    ("p", "pad", "pads"): ("padding",),
    ("d", "dilate", "rate"): ("dilation",),
    ("g", "group"): ("groups", "num_groups"),
    ("k", "kernel", "window"): ("kernel_size",),
    ("c", "ch", "channels", "filters", "units"): ("out_channels", "out_features"),
    ("out",): ("out_channels", "out_features", "output_size"),
    ("in",): ("in_channels", "in_features", "input_size", "num_features"),
    ("scale", "factor"): ("scale_factor", "upscale_factor", "downscale_factor"),
    ("op",): ("output_padding",),
    ("ceil",): ("ceil_mode",),
}
ALIASES = {alias: names for aliases, names in _ALIASES.items() for alias in aliases}
#: Words that are an option by themselves: (argument, value).
_FLAGS: dict[str, tuple[str, Any]] = {
    "same": ("padding", "same"),
    "valid": ("padding", "valid"),
    "depthwise": ("groups", "depthwise"),
    "nobias": ("bias", False),
    "ceil": ("ceil_mode", True),
    **{mode: ("mode", mode) for mode in MODES},
}
OPTION_WORDS = frozenset(ALIASES) | {
    argument.name for cls in CATALOGUE.values() for argument in cls.arguments
}

#: Where the number glued to a word is not the first argument that must be given.
_TAILS = {"Linear": "out_features", "Upsample": "scale_factor"}


def find_word(text: str) -> tuple[Word, str] | None:
    """The layer word that `text` starts with, and the numbers behind it: `conv7x7`, `fc10`.

    The longest word wins: `conv2d3` is a conv2d of size 3.
    """
    lowered = text.lower()
    for length in range(min(len(text), _LONGEST), 0, -1):
        front, tail = lowered[:length], lowered[length:]
        word = WORDS.get(front.replace("_", "").replace("-", ""))
        if word is not None and _is_tail(tail):
            return word, tail
    return None


def _is_tail(tail: str) -> bool:
    return not tail or (tail[0] in "0123456789.-" and set(tail) <= set("0123456789.x-"))


def known_words() -> Iterator[str]:
    """The words worth suggesting for a misspelt one."""
    words = (*SPEC_WORDS, *_PRESETS)
    return (word for word in words if word[-2:] not in ("1d", "2d", "3d"))


def argument_of(cls: type[Op], word: str) -> str | None:
    """The argument of an op that an option names, or None: `s` is the stride of a pooling."""
    lowered = word.lower()
    names = [argument.name for argument in cls.arguments]
    for candidate in (lowered, *ALIASES.get(lowered, ())):
        if candidate in names:
            return candidate
    return None


def flag_of(cls: type[Op], word: str) -> tuple[str, Any] | None:
    """The argument and value that a bare word sets: `same`, `depthwise`, `bidirectional`."""
    lowered = word.lower()
    if lowered in _FLAGS:
        name, value = _FLAGS[lowered]
        known = any(argument.name == name for argument in cls.arguments)
        return (name, value) if known else None
    for argument in cls.arguments:
        if argument.name == lowered and isinstance(argument.default, bool):
            return argument.name, True
    return None


def glued_option(cls: type[Op], word: str) -> tuple[str, str] | None:
    """The argument and the number of an option without `=`: `s2`, `p0x3`, `stride2`."""
    first = next((at for at, char in enumerate(word) if char in "0123456789"), len(word))
    letters, number = word[:first], word[first:]
    name = argument_of(cls, letters) if number and letters else None
    return (name, number) if name else None


def tail_argument(cls: type[Op]) -> str | None:
    """The argument that a glued number sets; None for ops without any."""
    if cls.__name__ in _TAILS:
        return _TAILS[cls.__name__]
    names = [argument.name for argument in cls.arguments]
    if "kernel_size" in names:
        return "kernel_size"
    for argument in cls.arguments:
        if argument.default is REQUIRED:
            return argument.name
    first = cls.arguments[0] if cls.arguments else None
    return first.name if first and not isinstance(first.default, bool) else None


def channels_argument(cls: type[Op]) -> str | None:
    """The argument that `@64` sets."""
    return argument_of(cls, "c")


_KINDS = {"Linear": "fc", "GlobalAvgPool": "gap", "GlobalMaxPool": "gmp", "ReLU6": "relu"}
_FAMILIES = {
    "ConvTranspose": "deconv",
    "Conv": "conv",
    "MaxPool": "pool",
    "AvgPool": "pool",
    "LPPool": "pool",
    "AdaptiveAvgPool": "pool",
    "AdaptiveMaxPool": "pool",
    "BatchNorm": "bn",
    "LayerNorm": "ln",
    "GroupNorm": "gn",
}


def kind_of(cls: type[Op]) -> str:
    """The generic word by which a layer without a name is called: conv, pool, bn, relu, fc."""
    name = cls.__name__
    family = name[:-2] if name[-2:] in ("1d", "2d", "3d") else name
    return _KINDS.get(name) or _FAMILIES.get(family) or family.lower()
