"""torchvision's DenseNets."""

from __future__ import annotations

from typing import Any

from ... import nn
from ...nn import functional as F
from .registry import entry

#: Channels of a bottleneck, as a multiple of the growth.
_BOTTLENECK = 4


class DenseLayer(nn.Module):
    """A 1x1 and a 3x3 convolution over everything that came before in the block."""

    def __init__(self, ci: int, growth: int) -> None:
        inner = _BOTTLENECK * growth
        self.norm1 = nn.BatchNorm2d(ci)
        self.relu1 = nn.ReLU(inplace=True)
        self.conv1 = nn.Conv2d(ci, inner, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(inner)
        self.relu2 = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(inner, growth, 3, padding=1, bias=False)

    def forward(self, features: list[Any]) -> Any:
        x = self.conv1(self.relu1(self.norm1(F.cat(features, 1))))
        return self.conv2(self.relu2(self.norm2(x)))


class DenseBlock(nn.ModuleDict):
    """Layers whose outputs are all kept."""

    def __init__(self, count: int, ci: int, growth: int) -> None:
        layers = [DenseLayer(ci + index * growth, growth) for index in range(count)]
        super().__init__({f"denselayer{at}": layer for at, layer in enumerate(layers, start=1)})

    def forward(self, x: Any) -> Any:
        features = [x]
        for layer in self.values():
            features.append(layer(features))
        return F.cat(features, 1)


def transition(ci: int, co: int) -> nn.Module:
    """Fewer channels and half the resolution, between two blocks."""
    return nn.Sequential(
        {
            "norm": nn.BatchNorm2d(ci),
            "relu": nn.ReLU(inplace=True),
            "conv": nn.Conv2d(ci, co, 1, bias=False),
            "pool": nn.AvgPool2d(2, stride=2),
        }
    )


class DenseNet(nn.Module):
    """Four dense blocks; each of their layers adds `growth` channels."""

    def __init__(
        self,
        growth: int,
        counts: tuple[int, int, int, int],
        width: int,
        num_classes: int,
        in_channels: int,
    ) -> None:
        self.features = nn.Sequential(
            {
                "conv0": nn.Conv2d(in_channels, width, 7, stride=2, padding=3, bias=False),
                "norm0": nn.BatchNorm2d(width),
                "relu0": nn.ReLU(inplace=True),
                "pool0": nn.MaxPool2d(3, stride=2, padding=1),
            }
        )
        for at, count in enumerate(counts, start=1):
            self.features.add_module(f"denseblock{at}", DenseBlock(count, width, growth))
            width += count * growth
            if at < len(counts):
                self.features.add_module(f"transition{at}", transition(width, width // 2))
                width //= 2
        self.features.add_module("norm5", nn.BatchNorm2d(width))
        self.classifier = nn.Linear(width, num_classes)

    def forward(self, x: Any) -> Any:
        x = F.relu(self.features(x), inplace=True)
        return self.classifier(F.adaptive_avg_pool2d(x, (1, 1)).flatten(1))


@entry("torchvision/densenet121", input=(3, 224, 224))
def densenet121(num_classes: int = 1000, in_channels: int = 3) -> nn.Module:
    """DenseNet-121 (Huang et al., 2016)."""
    return DenseNet(32, (6, 12, 24, 16), 64, num_classes, in_channels)


@entry("torchvision/densenet161", input=(3, 224, 224))
def densenet161(num_classes: int = 1000, in_channels: int = 3) -> nn.Module:
    """DenseNet-161 (Huang et al., 2016)."""
    return DenseNet(48, (6, 12, 36, 24), 96, num_classes, in_channels)


@entry("torchvision/densenet169", input=(3, 224, 224))
def densenet169(num_classes: int = 1000, in_channels: int = 3) -> nn.Module:
    """DenseNet-169 (Huang et al., 2016)."""
    return DenseNet(32, (6, 12, 32, 32), 64, num_classes, in_channels)


@entry("torchvision/densenet201", input=(3, 224, 224))
def densenet201(num_classes: int = 1000, in_channels: int = 3) -> nn.Module:
    """DenseNet-201 (Huang et al., 2016)."""
    return DenseNet(32, (6, 12, 48, 32), 64, num_classes, in_channels)
