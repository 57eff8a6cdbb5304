"""torchvision's GoogLeNet, without its auxiliary classifiers."""

from __future__ import annotations

from typing import Any

from ... import nn
from ...nn import functional as F
from .blocks import BasicConv2d
from .registry import entry


class Inception(nn.Module):
    """Four paths side by side; c1 to c4 are their widths."""

    def __init__(self, ci: int, c1: int, c2: tuple[int, int], c3: tuple[int, int], c4: int) -> None:
        self.branch1 = BasicConv2d(ci, c1, 1)
        self.branch2 = nn.Sequential(
            BasicConv2d(ci, c2[0], 1), BasicConv2d(c2[0], c2[1], 3, padding=1)
        )
        # 3x3 where the paper has 5x5: torchvision keeps what its weights were trained with.
        self.branch3 = nn.Sequential(
            BasicConv2d(ci, c3[0], 1), BasicConv2d(c3[0], c3[1], 3, padding=1)
        )
        self.branch4 = nn.Sequential(
            nn.MaxPool2d(3, stride=1, padding=1, ceil_mode=True), BasicConv2d(ci, c4, 1)
        )

    def forward(self, x: Any) -> Any:
        return F.cat([self.branch1(x), self.branch2(x), self.branch3(x), self.branch4(x)], 1)


class GoogLeNet(nn.Module):
    """Nine inception blocks; all poolings round up."""

    def __init__(self, num_classes: int, in_channels: int) -> None:
        self.conv1 = BasicConv2d(in_channels, 64, 7, stride=2, padding=3)
        self.maxpool1 = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        self.conv2 = BasicConv2d(64, 64, 1)
        self.conv3 = BasicConv2d(64, 192, 3, padding=1)
        self.maxpool2 = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        self.inception3a = Inception(192, 64, (96, 128), (16, 32), 32)
        self.inception3b = Inception(256, 128, (128, 192), (32, 96), 64)
        self.maxpool3 = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        self.inception4a = Inception(480, 192, (96, 208), (16, 48), 64)
        self.inception4b = Inception(512, 160, (112, 224), (24, 64), 64)
        self.inception4c = Inception(512, 128, (128, 256), (24, 64), 64)
        self.inception4d = Inception(512, 112, (144, 288), (32, 64), 64)
        self.inception4e = Inception(528, 256, (160, 320), (32, 128), 128)
        self.maxpool4 = nn.MaxPool2d(2, stride=2, ceil_mode=True)
        self.inception5a = Inception(832, 256, (160, 320), (32, 128), 128)
        self.inception5b = Inception(832, 384, (192, 384), (48, 128), 128)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.dropout = nn.Dropout(0.2)
        self.fc = nn.Linear(1024, num_classes)

    def forward(self, x: Any) -> Any:
        x = self.maxpool1(self.conv1(x))
        x = self.maxpool2(self.conv3(self.conv2(x)))
        x = self.maxpool3(self.inception3b(self.inception3a(x)))
        x = self.inception4c(self.inception4b(self.inception4a(x)))
        x = self.maxpool4(self.inception4e(self.inception4d(x)))
        x = self.inception5b(self.inception5a(x))
        return self.fc(self.dropout(self.avgpool(x).flatten(1)))


@entry("torchvision/googlenet", input=(3, 224, 224))
def googlenet(num_classes: int = 1000, in_channels: int = 3) -> nn.Module:
    """GoogLeNet with batch norm, without auxiliary classifiers (Szegedy et al., 2014)."""
    return GoogLeNet(num_classes, in_channels)
