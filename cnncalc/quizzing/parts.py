"""Layers with the numbers of real networks, as specs write them and as a sentence says them."""

from __future__ import annotations

from typing import NamedTuple

from ..words import Phrase, phrase
from .chance import Chance

Size = int | tuple[int, int]

_NAMES = {"conv": "Conv", "maxpool": "MaxPool", "avgpool": "AvgPool", "deconv": "Deconv"}


class Window(NamedTuple):
    """A sliding layer; `kind` is conv, maxpool, avgpool or deconv.

    `padding` is a size or `same`; `out` is None where channels do not matter.
    """

    kind: str
    kernel: Size
    out: int | None = None
    stride: int = 1
    padding: Size | str = 0
    dilation: int = 1
    groups: int = 1
    bias: bool = True
    ceil: bool = False
    output_padding: int = 0

    @property
    def pools(self) -> bool:
        """Is it a pooling?"""
        return self.kind.endswith("pool")

    @property
    def k(self) -> int:
        """The kernel of a window that is square."""
        assert isinstance(self.kernel, int)
        return self.kernel

    @property
    def p(self) -> int:
        """The padding where it is one number for both axes."""
        assert isinstance(self.padding, int)
        return self.padding

    @property
    def spec(self) -> str:
        """`Conv7x7@64,S=2,P=3`."""
        parts = [
            f"{_NAMES[self.kind]}{crossed(self.kernel)}" + (f"@{self.out}" if self.out else "")
        ]
        if self.stride != 1 or self.pools:
            parts.append(f"S={self.stride}")
        if self.padding == "same":
            parts.append("same")
        elif self.padding:
            assert not isinstance(self.padding, str)
            shown = self.padding if isinstance(self.padding, int) else crossed(self.padding)
            parts.append(f"P={shown}")
        parts += [f"D={self.dilation}"] if self.dilation != 1 else []
        parts += [f"G={self.groups}"] if self.groups != 1 else []
        parts += [f"output_padding={self.output_padding}"] if self.output_padding else []
        parts += [] if self.bias else ["bias=no"]
        parts += ["ceil"] if self.ceil else []
        return ",".join(parts)

    @property
    def words(self) -> Phrase:
        """`a convolution with 64 kernels of 7x7 (stride 2, padding 3)`."""
        said = [phrase("quiz.stride", stride=self.stride)]
        if self.padding == "same":
            said.append(phrase("quiz.padding.same"))
        elif self.padding:
            said.append(phrase("quiz.padding", padding=self.padding))
        else:
            said.append(phrase("quiz.padding.none"))
        if self.dilation != 1:
            said.append(phrase("quiz.dilation", dilation=self.dilation))
        if self.groups != 1:
            said.append(phrase("quiz.groups", groups=self.groups))
        if self.output_padding:
            said.append(phrase("quiz.output_padding", padding=self.output_padding))
        if not self.pools and not self.bias:
            said.append(phrase("quiz.nobias"))
        if self.ceil:
            said.append(phrase("quiz.ceil"))
        kernel = sizes(self.kernel)
        if self.pools or self.out is None:
            return phrase(f"quiz.layer.{self.kind}", kernel=kernel, settings=said)
        return phrase(f"quiz.layer.{self.kind}.out", out=self.out, kernel=kernel, settings=said)

    def made(self, size: int) -> int:
        """Its output size along an axis: what drafts are chosen by. (The engine decides.)"""
        kernel = self.kernel if isinstance(self.kernel, int) else self.kernel[0]
        if self.padding == "same":
            return size
        padding = self.padding if isinstance(self.padding, int) else int(self.padding[0])
        reach = self.dilation * (kernel - 1) + 1
        if self.kind == "deconv":
            return (size - 1) * self.stride - 2 * padding + reach + self.output_padding
        return (size + 2 * padding - reach) // self.stride + 1


def crossed(kernel: Size) -> str:
    """`3x3`."""
    return "x".join(map(str, sizes(kernel)))


def sizes(kernel: Size) -> tuple[int, int]:
    """The size along both axes."""
    return (kernel, kernel) if isinstance(kernel, int) else kernel


def chain(*specs: str) -> str:
    """The spec of layers one after the other."""
    return " -> ".join(specs)


def image(channels: int, height: int, width: int | None = None) -> str:
    """`3x224x224`."""
    return f"{channels}x{height}x{height if width is None else width}"


# Chosen by chance

#: Kernel, stride, padding of convolutions that real networks have.
_CONVS = (
    (3, 1, 1), (3, 1, 1), (3, 1, 0), (3, 2, 1), (3, 2, 0), (5, 1, 2), (5, 1, 0), (5, 2, 2),
    (7, 1, 3), (7, 2, 3), (1, 1, 0), (4, 2, 1), (11, 4, 2), (1, 2, 0),
)  # fmt: skip
_POOLS = ((2, 2, 0), (2, 2, 0), (3, 2, 0), (3, 2, 1), (3, 1, 1), (3, 3, 0))
#: Channels and size of images and of feature maps.
_IMAGES = ((1, 28), (3, 32), (3, 64), (1, 96), (3, 112), (3, 128), (3, 224), (3, 227), (3, 256))
_MAPS = (
    (6, 14), (16, 32), (32, 56), (48, 28), (64, 56), (64, 112), (96, 27), (128, 28), (192, 13),
    (256, 14), (256, 28), (384, 13), (512, 14), (32, 64), (24, 56), (40, 28), (64, 75),
)  # fmt: skip
#: A linear layer that reads more features is none that anyone builds.
MOST_FEATURES = 60_000
_WIDTHS = (6, 8, 16, 20, 24, 32, 48, 64, 96, 128)


def any_image(chance: Chance) -> tuple[int, int]:
    """The channels and the size of an image."""
    return chance.pick(_IMAGES)


def any_input(chance: Chance) -> tuple[int, int]:
    """The channels and the size of an image, or of a feature map."""
    return chance.pick(_IMAGES) if chance.one_in(2) else chance.pick(_MAPS)


def any_conv(chance: Chance, channels: int, size: int, first: bool = True) -> Window:
    """A convolution for an input; not wider than four times what it reads, but for the first."""
    fitting = [each for each in _CONVS if 3 * each[0] <= size and (first or each[0] < 11)]
    kernel, stride, padding = chance.pick(fitting or [(3, 1, 1)])
    if kernel == 1 and channels < 8:
        kernel, stride, padding = 3, 1, 1
    most = 64 if channels < 8 else 4 * channels
    widths = [each for each in _WIDTHS if each <= most and channels <= 2 * each]
    return Window("conv", kernel, chance.pick(widths or [channels]), stride, padding)


def any_pool(chance: Chance, size: int) -> Window:
    """A pooling."""
    fitting = [each for each in _POOLS if 2 * each[0] <= size]
    kernel, stride, padding = chance.pick(fitting or [(2, 2, 0)])
    return Window(
        "avgpool" if chance.one_in(4) else "maxpool", kernel, None, stride, padding
    )  # fmt: skip


#: Chains of three: c is a convolution, p a pooling.
_SHAPES = ("cpc", "ccp", "cpc", "cpp", "ccc", "pcc")


def any_chain(chance: Chance, channels: int, size: int, shape: str | None = None) -> list[Window]:
    """Layers one after the other; three of them where no shape is given."""
    layers: list[Window] = []
    for letter in shape or chance.pick(_SHAPES):
        if letter == "p":
            layer = any_pool(chance, size)
        else:
            layer = any_conv(chance, channels, size, first=not layers)
        layers.append(layer)
        size = layer.made(size)
        channels = layer.out or channels
    return layers


def arriving(layers: list[Window], channels: int, size: int) -> int:
    """The features that a linear layer behind a chain reads."""
    for layer in layers:
        size, channels = layer.made(size), layer.out or channels
    return channels * size * size


def names(layers: list[Window]) -> list[str]:
    """What the layers are called in a spec: `conv1`, `pool1`, `deconv1`."""
    counts: dict[str, int] = {}
    found = []
    for layer in layers:
        kind = "pool" if layer.pools else layer.kind
        counts[kind] = counts.get(kind, 0) + 1
        found.append(f"{kind}{counts[kind]}")
    return found
