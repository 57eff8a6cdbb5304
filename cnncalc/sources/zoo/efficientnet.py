"""torchvision's EfficientNets, b0 to b7."""

from __future__ import annotations

from math import ceil
from typing import Any, NamedTuple

from ... import nn
from .blocks import SqueezeExcitation, conv_norm, make_divisible
from .registry import entry


class Scale(NamedTuple):
    """How a variant grows from b0; the larger ones have slower batch norms, too."""

    width: float
    depth: float
    dropout: float
    eps: float = 1e-5
    momentum: float = 0.1


class MBConv(nn.Module):
    """Expand, filter each channel by itself, gate, project; a path around where shapes allow."""

    def __init__(
        self,
        ci: int,
        co: int,
        expand: int,
        kernel: int,
        stride: int,
        drop: float,
        norm: dict[str, Any],
    ) -> None:
        inner = ci * expand
        layers = [conv_norm(ci, inner, 1, activation=nn.SiLU, **norm)] if expand != 1 else []
        self.block = nn.Sequential(
            *layers,
            conv_norm(inner, inner, kernel, stride, groups=inner, activation=nn.SiLU, **norm),
            SqueezeExcitation(inner, max(1, ci // 4), nn.SiLU(inplace=True), nn.Sigmoid()),
            conv_norm(inner, co, 1, activation=None, **norm),
        )
        self.stochastic_depth = nn.StochasticDepth(drop, "row")
        self.residual = stride == 1 and ci == co

    def forward(self, x: Any) -> Any:
        result = self.block(x)
        if self.residual:
            result = self.stochastic_depth(result)
            result += x
        return result


class EfficientNet(nn.Module):
    """Seven stages of MBConv blocks between two convolutions, all scaled together."""

    def __init__(self, scale: Scale, num_classes: int, in_channels: int) -> None:
        norm: dict[str, Any] = {"eps": scale.eps, "momentum": scale.momentum}
        # Expansion, kernel, stride of the first block, output channels, blocks.
        stages = [
            (expand, kernel, stride, make_divisible(co * scale.width), ceil(count * scale.depth))
            for expand, kernel, stride, co, count in (
                (1, 3, 1, 16, 1),
                (6, 3, 2, 24, 2),
                (6, 5, 2, 40, 2),
                (6, 3, 2, 80, 3),
                (6, 5, 1, 112, 3),
                (6, 5, 2, 192, 4),
                (6, 3, 1, 320, 1),
            )
        ]
        total = sum(stage[-1] for stage in stages)
        done = 0
        ci = make_divisible(32 * scale.width)
        layers = [conv_norm(in_channels, ci, 3, 2, activation=nn.SiLU, **norm)]
        for expand, kernel, stride, co, count in stages:
            blocks = []
            for index in range(count):
                first = stride if index == 0 else 1
                blocks.append(MBConv(ci, co, expand, kernel, first, 0.2 * done / total, norm))
                ci = co
                done += 1
            layers.append(nn.Sequential(*blocks))
        layers.append(conv_norm(ci, 4 * ci, 1, activation=nn.SiLU, **norm))
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Sequential(
            nn.Dropout(scale.dropout, inplace=True), nn.Linear(4 * ci, num_classes)
        )

    def forward(self, x: Any) -> Any:
        return self.classifier(self.avgpool(self.features(x)).flatten(1))


@entry("torchvision/efficientnet_b0", input=(3, 224, 224))
def efficientnet_b0(num_classes: int = 1000, in_channels: int = 3) -> nn.Module:
    """EfficientNet-B0 (Tan, Le, 2019)."""
    return EfficientNet(Scale(1.0, 1.0, 0.2), num_classes, in_channels)


@entry("torchvision/efficientnet_b1", input=(3, 240, 240))
def efficientnet_b1(num_classes: int = 1000, in_channels: int = 3) -> nn.Module:
    """EfficientNet-B1 (Tan, Le, 2019)."""
    return EfficientNet(Scale(1.0, 1.1, 0.2), num_classes, in_channels)


@entry("torchvision/efficientnet_b2", input=(3, 288, 288))
def efficientnet_b2(num_classes: int = 1000, in_channels: int = 3) -> nn.Module:
    """EfficientNet-B2 (Tan, Le, 2019)."""
    return EfficientNet(Scale(1.1, 1.2, 0.3), num_classes, in_channels)


@entry("torchvision/efficientnet_b3", input=(3, 300, 300))
def efficientnet_b3(num_classes: int = 1000, in_channels: int = 3) -> nn.Module:
    """EfficientNet-B3 (Tan, Le, 2019)."""
    return EfficientNet(Scale(1.2, 1.4, 0.3), num_classes, in_channels)


@entry("torchvision/efficientnet_b4", input=(3, 380, 380))
def efficientnet_b4(num_classes: int = 1000, in_channels: int = 3) -> nn.Module:
    """EfficientNet-B4 (Tan, Le, 2019)."""
    return EfficientNet(Scale(1.4, 1.8, 0.4), num_classes, in_channels)


@entry("torchvision/efficientnet_b5", input=(3, 456, 456))
def efficientnet_b5(num_classes: int = 1000, in_channels: int = 3) -> nn.Module:
    """EfficientNet-B5 (Tan, Le, 2019)."""
    return EfficientNet(Scale(1.6, 2.2, 0.4, 0.001, 0.01), num_classes, in_channels)


@entry("torchvision/efficientnet_b6", input=(3, 528, 528))
def efficientnet_b6(num_classes: int = 1000, in_channels: int = 3) -> nn.Module:
    """EfficientNet-B6 (Tan, Le, 2019)."""
    return EfficientNet(Scale(1.8, 2.6, 0.5, 0.001, 0.01), num_classes, in_channels)


@entry("torchvision/efficientnet_b7", input=(3, 600, 600))
def efficientnet_b7(num_classes: int = 1000, in_channels: int = 3) -> nn.Module:
    """EfficientNet-B7 (Tan, Le, 2019)."""
    return EfficientNet(Scale(2.0, 3.1, 0.5, 0.001, 0.01), num_classes, in_channels)
