"""torchvision's VGG networks, with and without batch norm."""

from __future__ import annotations

from typing import Any

from ... import nn
from .registry import entry

#: Per depth, how many convolutions each of the five stages has.
_STAGES = {11: (1, 1, 2, 2, 2), 13: (2, 2, 2, 2, 2), 16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}


class VGG(nn.Module):
    """Five stages of 3x3 convolutions, each halved by a pooling, and three linear layers."""

    def __init__(self, depth: int, batch_norm: bool, num_classes: int, in_channels: int) -> None:
        layers: list[nn.Module] = []
        for convs, width in zip(_STAGES[depth], (64, 128, 256, 512, 512), strict=True):
            for _ in range(convs):
                layers.append(nn.Conv2d(in_channels, width, 3, padding=1))
                if batch_norm:
                    layers.append(nn.BatchNorm2d(width))
                layers.append(nn.ReLU(inplace=True))
                in_channels = width
            layers.append(nn.MaxPool2d(2, stride=2))
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d((7, 7))
        self.classifier = nn.Sequential(
            nn.Linear(512 * 7 * 7, 4096),
            nn.ReLU(inplace=True),
            nn.Dropout(0.5),
            nn.Linear(4096, 4096),
            nn.ReLU(inplace=True),
            nn.Dropout(0.5),
            nn.Linear(4096, num_classes),
        )

    def forward(self, x: Any) -> Any:
        return self.classifier(self.avgpool(self.features(x)).flatten(1))


@entry("torchvision/vgg11", input=(3, 224, 224))
def vgg11(num_classes: int = 1000, in_channels: int = 3) -> nn.Module:
    """VGG-11, configuration A (Simonyan, Zisserman, 2014)."""
    return VGG(11, False, num_classes, in_channels)


@entry("torchvision/vgg11_bn", input=(3, 224, 224))
def vgg11_bn(num_classes: int = 1000, in_channels: int = 3) -> nn.Module:
    """VGG-11, configuration A, with batch norm (Simonyan, Zisserman, 2014)."""
    return VGG(11, True, num_classes, in_channels)


@entry("torchvision/vgg13", input=(3, 224, 224))
def vgg13(num_classes: int = 1000, in_channels: int = 3) -> nn.Module:
    """VGG-13, configuration B (Simonyan, Zisserman, 2014)."""
    return VGG(13, False, num_classes, in_channels)


@entry("torchvision/vgg13_bn", input=(3, 224, 224))
def vgg13_bn(num_classes: int = 1000, in_channels: int = 3) -> nn.Module:
    """VGG-13, configuration B, with batch norm (Simonyan, Zisserman, 2014)."""
    return VGG(13, True, num_classes, in_channels)


@entry("torchvision/vgg16", input=(3, 224, 224))
def vgg16(num_classes: int = 1000, in_channels: int = 3) -> nn.Module:
    """VGG-16, configuration D (Simonyan, Zisserman, 2014)."""
    return VGG(16, False, num_classes, in_channels)


@entry("torchvision/vgg16_bn", input=(3, 224, 224))
def vgg16_bn(num_classes: int = 1000, in_channels: int = 3) -> nn.Module:
    """VGG-16, configuration D, with batch norm (Simonyan, Zisserman, 2014)."""
    return VGG(16, True, num_classes, in_channels)


@entry("torchvision/vgg19", input=(3, 224, 224))
def vgg19(num_classes: int = 1000, in_channels: int = 3) -> nn.Module:
    """VGG-19, configuration E (Simonyan, Zisserman, 2014)."""
    return VGG(19, False, num_classes, in_channels)


@entry("torchvision/vgg19_bn", input=(3, 224, 224))
def vgg19_bn(num_classes: int = 1000, in_channels: int = 3) -> nn.Module:
    """VGG-19, configuration E, with batch norm (Simonyan, Zisserman, 2014)."""
    return VGG(19, True, num_classes, in_channels)
