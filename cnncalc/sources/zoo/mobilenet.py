"""torchvision's MobileNets, v2 and v3."""

from __future__ import annotations

from typing import Any

from ... import nn
from ...nn import functional as F
from .blocks import SqueezeExcitation, conv_norm, make_divisible
from .registry import entry


class InvertedResidualV2(nn.Module):
    """Expand, filter each channel by itself, project; a path around where shapes allow."""

    def __init__(self, ci: int, co: int, stride: int, expand: int) -> None:
        inner = ci * expand
        layers = [conv_norm(ci, inner, 1, activation=nn.ReLU6)] if expand != 1 else []
        self.conv = nn.Sequential(
            *layers,
            conv_norm(inner, inner, 3, stride, groups=inner, activation=nn.ReLU6),
            nn.Conv2d(inner, co, 1, bias=False),
            nn.BatchNorm2d(co),
        )
        self.residual = stride == 1 and ci == co

    def forward(self, x: Any) -> Any:
        return x + self.conv(x) if self.residual else self.conv(x)


class MobileNetV2(nn.Module):
    """Seventeen inverted residuals between two convolutions."""

    def __init__(self, num_classes: int, in_channels: int) -> None:
        layers = [conv_norm(in_channels, 32, 3, 2, activation=nn.ReLU6)]
        ci = 32
        # Expansion, output channels, blocks, stride of the first.
        for expand, co, count, stride in (
            (1, 16, 1, 1),
            (6, 24, 2, 2),
            (6, 32, 3, 2),
            (6, 64, 4, 2),
            (6, 96, 3, 1),
            (6, 160, 3, 2),
            (6, 320, 1, 1),
        ):
            for index in range(count):
                layers.append(InvertedResidualV2(ci, co, 1 if index else stride, expand))
                ci = co
        layers.append(conv_norm(ci, 1280, 1, activation=nn.ReLU6))
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(1280, num_classes))

    def forward(self, x: Any) -> Any:
        x = F.adaptive_avg_pool2d(self.features(x), (1, 1))
        return self.classifier(x.flatten(1))


@entry("torchvision/mobilenet_v2", input=(3, 224, 224))
def mobilenet_v2(num_classes: int = 1000, in_channels: int = 3) -> nn.Module:
    """MobileNet v2 (Sandler et al., 2018)."""
    return MobileNetV2(num_classes, in_channels)


#: A block of v3: kernel, inner and output channels, gate, activation, stride.
Block = tuple[int, int, int, bool, str, int]


def v3_conv(
    ci: int, co: int, kernel: int, stride: int = 1, groups: int = 1, *, activation: Any
) -> nn.Module:
    """A convolution with the batch norm of MobileNet v3."""
    return conv_norm(
        ci, co, kernel, stride, groups, activation=activation, eps=0.001, momentum=0.01
    )


class InvertedResidualV3(nn.Module):
    """The block of v2 with an optional gate and a choice of activations."""

    def __init__(self, ci: int, block: Block) -> None:
        kernel, inner, co, gated, name, stride = block
        activation = nn.Hardswish if name == "HS" else nn.ReLU
        layers = []
        if inner != ci:
            layers.append(v3_conv(ci, inner, 1, activation=activation))
        layers.append(v3_conv(inner, inner, kernel, stride, groups=inner, activation=activation))
        if gated:
            squeezed = make_divisible(inner // 4)
            layers.append(SqueezeExcitation(inner, squeezed, nn.ReLU(), nn.Hardsigmoid()))
        layers.append(v3_conv(inner, co, 1, activation=None))
        self.block = nn.Sequential(*layers)
        self.residual = stride == 1 and ci == co

    def forward(self, x: Any) -> Any:
        result = self.block(x)
        if self.residual:
            result += x
        return result


class MobileNetV3(nn.Module):
    """Inverted residuals between two convolutions, and two linear layers."""

    def __init__(
        self, blocks: tuple[Block, ...], hidden: int, num_classes: int, in_channels: int
    ) -> None:
        layers = [v3_conv(in_channels, 16, 3, 2, activation=nn.Hardswish)]
        ci = 16
        for block in blocks:
            layers.append(InvertedResidualV3(ci, block))
            ci = block[2]
        layers.append(v3_conv(ci, 6 * ci, 1, activation=nn.Hardswish))
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Sequential(
            nn.Linear(6 * ci, hidden),
            nn.Hardswish(inplace=True),
            nn.Dropout(0.2, inplace=True),
            nn.Linear(hidden, num_classes),
        )

    def forward(self, x: Any) -> Any:
        return self.classifier(self.avgpool(self.features(x)).flatten(1))


@entry("torchvision/mobilenet_v3_small", input=(3, 224, 224))
def mobilenet_v3_small(num_classes: int = 1000, in_channels: int = 3) -> nn.Module:
    """MobileNet v3, small (Howard et al., 2019)."""
    blocks = (
        (3, 16, 16, True, "RE", 2),
        (3, 72, 24, False, "RE", 2),
        (3, 88, 24, False, "RE", 1),
        (5, 96, 40, True, "HS", 2),
        (5, 240, 40, True, "HS", 1),
        (5, 240, 40, True, "HS", 1),
        (5, 120, 48, True, "HS", 1),
        (5, 144, 48, True, "HS", 1),
        (5, 288, 96, True, "HS", 2),
        (5, 576, 96, True, "HS", 1),
        (5, 576, 96, True, "HS", 1),
    )
    return MobileNetV3(blocks, 1024, num_classes, in_channels)


@entry("torchvision/mobilenet_v3_large", input=(3, 224, 224))
def mobilenet_v3_large(num_classes: int = 1000, in_channels: int = 3) -> nn.Module:
    """MobileNet v3, large (Howard et al., 2019)."""
    blocks = (
        (3, 16, 16, False, "RE", 1),
        (3, 64, 24, False, "RE", 2),
        (3, 72, 24, False, "RE", 1),
        (5, 72, 40, True, "RE", 2),
        (5, 120, 40, True, "RE", 1),
        (5, 120, 40, True, "RE", 1),
        (3, 240, 80, False, "HS", 2),
        (3, 200, 80, False, "HS", 1),
        (3, 184, 80, False, "HS", 1),
        (3, 184, 80, False, "HS", 1),
        (3, 480, 112, True, "HS", 1),
        (3, 672, 112, True, "HS", 1),
        (5, 672, 160, True, "HS", 2),
        (5, 960, 160, True, "HS", 1),
        (5, 960, 160, True, "HS", 1),
    )
    return MobileNetV3(blocks, 1280, num_classes, in_channels)
