"""torchvision's AlexNet."""

from __future__ import annotations

from typing import Any

from ... import nn
from .registry import entry


class AlexNet(nn.Module):
    """Five convolutions and three linear layers, in one stream."""

    def __init__(self, num_classes: int, in_channels: int) -> None:
        self.features = nn.Sequential(
            nn.Conv2d(in_channels, 64, 11, stride=4, padding=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, stride=2),
            nn.Conv2d(64, 192, 5, padding=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, stride=2),
            nn.Conv2d(192, 384, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(384, 256, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(256, 256, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, stride=2),
        )
        self.avgpool = nn.AdaptiveAvgPool2d((6, 6))
        self.classifier = nn.Sequential(
            nn.Dropout(0.5),
            nn.Linear(256 * 6 * 6, 4096),
            nn.ReLU(inplace=True),
            nn.Dropout(0.5),
            nn.Linear(4096, 4096),
            nn.ReLU(inplace=True),
            nn.Linear(4096, num_classes),
        )

    def forward(self, x: Any) -> Any:
        return self.classifier(self.avgpool(self.features(x)).flatten(1))


@entry("torchvision/alexnet", input=(3, 224, 224))
def alexnet(num_classes: int = 1000, in_channels: int = 3) -> nn.Module:
    """AlexNet as in "One weird trick" (Krizhevsky, 2014)."""
    return AlexNet(num_classes, in_channels)
