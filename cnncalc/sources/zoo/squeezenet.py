"""torchvision's SqueezeNets."""

from __future__ import annotations

from typing import Any

from ... import nn
from ...nn import functional as F
from .registry import entry


class Fire(nn.Module):
    """A 1x1 convolution to few channels, then 1x1 and 3x3 ones side by side."""

    def __init__(self, ci: int, squeezed: int, expanded: int) -> None:
        self.squeeze = nn.Conv2d(ci, squeezed, 1)
        self.squeeze_activation = nn.ReLU(inplace=True)
        self.expand1x1 = nn.Conv2d(squeezed, expanded, 1)
        self.expand1x1_activation = nn.ReLU(inplace=True)
        self.expand3x3 = nn.Conv2d(squeezed, expanded, 3, padding=1)
        self.expand3x3_activation = nn.ReLU(inplace=True)

    def forward(self, x: Any) -> Any:
        x = self.squeeze_activation(self.squeeze(x))
        small = self.expand1x1_activation(self.expand1x1(x))
        large = self.expand3x3_activation(self.expand3x3(x))
        return F.cat([small, large], 1)


def pool() -> Any:
    """The pooling between stages."""
    return nn.MaxPool2d(3, stride=2, ceil_mode=True)


class SqueezeNet(nn.Module):
    """Fire modules, and a 1x1 convolution in the place of linear layers."""

    def __init__(self, features: list[nn.Module], num_classes: int) -> None:
        self.features = nn.Sequential(*features)
        self.classifier = nn.Sequential(
            nn.Dropout(0.5),
            nn.Conv2d(512, num_classes, 1),
            nn.ReLU(inplace=True),
            nn.AdaptiveAvgPool2d((1, 1)),
        )

    def forward(self, x: Any) -> Any:
        return self.classifier(self.features(x)).flatten(1)


@entry("torchvision/squeezenet1_0", input=(3, 224, 224))
def squeezenet1_0(num_classes: int = 1000, in_channels: int = 3) -> nn.Module:
    """SqueezeNet 1.0 (Iandola et al., 2016)."""
    features = [
        nn.Conv2d(in_channels, 96, 7, stride=2),
        nn.ReLU(inplace=True),
        pool(),
        Fire(96, 16, 64),
        Fire(128, 16, 64),
        Fire(128, 32, 128),
        pool(),
        Fire(256, 32, 128),
        Fire(256, 48, 192),
        Fire(384, 48, 192),
        Fire(384, 64, 256),
        pool(),
        Fire(512, 64, 256),
    ]
    return SqueezeNet(features, num_classes)


@entry("torchvision/squeezenet1_1", input=(3, 224, 224))
def squeezenet1_1(num_classes: int = 1000, in_channels: int = 3) -> nn.Module:
    """SqueezeNet 1.1: 1.0 (Iandola et al., 2016) pooled earlier, at less than half the MACs."""
    features = [
        nn.Conv2d(in_channels, 64, 3, stride=2),
        nn.ReLU(inplace=True),
        pool(),
        Fire(64, 16, 64),
        Fire(128, 16, 64),
        pool(),
        Fire(128, 32, 128),
        Fire(256, 32, 128),
        pool(),
        Fire(256, 48, 192),
        Fire(384, 48, 192),
        Fire(384, 64, 256),
        Fire(512, 64, 256),
    ]
    return SqueezeNet(features, num_classes)
