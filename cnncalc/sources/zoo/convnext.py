"""torchvision's ConvNeXts."""

from __future__ import annotations

from typing import Any

from ... import nn, ops
from .registry import entry


class LayerNorm2d(nn.Leaf):
    """A layer norm over the channels of an image."""

    def __init__(self, channels: int) -> None:
        super().__init__(ops.LayerNorm(channels, eps=1e-6))

    def forward(self, *inputs: Any) -> Any:
        (x,) = inputs
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class CNBlock(nn.Module):
    """A 7x7 convolution per channel and two linear layers per position, scaled per channel."""

    def __init__(self, width: int, drop: float) -> None:
        self.block = nn.Sequential(
            nn.Conv2d(width, width, 7, padding=3, groups=width),
            nn.Permute((0, 2, 3, 1)),
            nn.LayerNorm(width, eps=1e-6),
            nn.Linear(width, 4 * width),
            nn.GELU(),
            nn.Linear(4 * width, width),
            nn.Permute((0, 3, 1, 2)),
        )
        self.layer_scale = nn.Parameter(width, 1, 1)
        self.stochastic_depth = nn.StochasticDepth(drop, "row")

    def forward(self, x: Any) -> Any:
        result = self.stochastic_depth(self.layer_scale * self.block(x))
        result += x
        return result


class ConvNeXt(nn.Module):
    """Four stages of blocks behind a 4x4 patch convolution; each stage doubles the width."""

    def __init__(
        self,
        width: int,
        counts: tuple[int, int, int, int],
        drop: float,
        num_classes: int,
        in_channels: int,
    ) -> None:
        stem = nn.Sequential(nn.Conv2d(in_channels, width, 4, stride=4), LayerNorm2d(width))
        layers: list[nn.Module] = [stem]
        total = sum(counts) - 1.0
        done = 0
        for at, count in enumerate(counts):
            if at:
                halved = nn.Conv2d(width, 2 * width, 2, stride=2)
                layers.append(nn.Sequential(LayerNorm2d(width), halved))
                width *= 2
            blocks = [CNBlock(width, drop * (done + index) / total) for index in range(count)]
            layers.append(nn.Sequential(*blocks))
            done += count
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Sequential(
            LayerNorm2d(width), nn.Flatten(1), nn.Linear(width, num_classes)
        )

    def forward(self, x: Any) -> Any:
        return self.classifier(self.avgpool(self.features(x)))


@entry("torchvision/convnext_tiny", input=(3, 224, 224))
def convnext_tiny(num_classes: int = 1000, in_channels: int = 3) -> nn.Module:
    """ConvNeXt, tiny (Liu et al., 2022)."""
    return ConvNeXt(96, (3, 3, 9, 3), 0.1, num_classes, in_channels)


@entry("torchvision/convnext_small", input=(3, 224, 224))
def convnext_small(num_classes: int = 1000, in_channels: int = 3) -> nn.Module:
    """ConvNeXt, small (Liu et al., 2022)."""
    return ConvNeXt(96, (3, 3, 27, 3), 0.4, num_classes, in_channels)


@entry("torchvision/convnext_base", input=(3, 224, 224))
def convnext_base(num_classes: int = 1000, in_channels: int = 3) -> nn.Module:
    """ConvNeXt, base (Liu et al., 2022)."""
    return ConvNeXt(128, (3, 3, 27, 3), 0.5, num_classes, in_channels)


@entry("torchvision/convnext_large", input=(3, 224, 224))
def convnext_large(num_classes: int = 1000, in_channels: int = 3) -> nn.Module:
    """ConvNeXt, large (Liu et al., 2022)."""
    return ConvNeXt(192, (3, 3, 27, 3), 0.5, num_classes, in_channels)
