"""torchvision's Inception v3, without its auxiliary classifier."""

from __future__ import annotations

from typing import Any

from ... import nn
from ...nn import functional as F
from .blocks import BasicConv2d
from .registry import entry


class InceptionA(nn.Module):
    """Paths of 1x1, 5x5 and two 3x3 convolutions, and a pooled one."""

    def __init__(self, ci: int, pool_features: int) -> None:
        self.branch1x1 = BasicConv2d(ci, 64, 1)
        self.branch5x5_1 = BasicConv2d(ci, 48, 1)
        self.branch5x5_2 = BasicConv2d(48, 64, 5, padding=2)
        self.branch3x3dbl_1 = BasicConv2d(ci, 64, 1)
        self.branch3x3dbl_2 = BasicConv2d(64, 96, 3, padding=1)
        self.branch3x3dbl_3 = BasicConv2d(96, 96, 3, padding=1)
        self.branch_pool = BasicConv2d(ci, pool_features, 1)

    def forward(self, x: Any) -> Any:
        branch1x1 = self.branch1x1(x)
        branch5x5 = self.branch5x5_2(self.branch5x5_1(x))
        branch3x3 = self.branch3x3dbl_3(self.branch3x3dbl_2(self.branch3x3dbl_1(x)))
        branch_pool = self.branch_pool(F.avg_pool2d(x, 3, stride=1, padding=1))
        return F.cat([branch1x1, branch5x5, branch3x3, branch_pool], 1)


class InceptionB(nn.Module):
    """Half the resolution: strided 3x3 convolutions and a pooling side by side."""

    def __init__(self, ci: int) -> None:
        self.branch3x3 = BasicConv2d(ci, 384, 3, stride=2)
        self.branch3x3dbl_1 = BasicConv2d(ci, 64, 1)
        self.branch3x3dbl_2 = BasicConv2d(64, 96, 3, padding=1)
        self.branch3x3dbl_3 = BasicConv2d(96, 96, 3, stride=2)

    def forward(self, x: Any) -> Any:
        branch3x3 = self.branch3x3(x)
        branch3x3dbl = self.branch3x3dbl_3(self.branch3x3dbl_2(self.branch3x3dbl_1(x)))
        return F.cat([branch3x3, branch3x3dbl, F.max_pool2d(x, 3, stride=2)], 1)


class InceptionC(nn.Module):
    """7x7 convolutions taken apart into 1x7 and 7x1, `inner` channels wide."""

    def __init__(self, ci: int, inner: int) -> None:
        wide: dict[str, Any] = {"kernel": (1, 7), "padding": (0, 3)}
        high: dict[str, Any] = {"kernel": (7, 1), "padding": (3, 0)}
        self.branch1x1 = BasicConv2d(ci, 192, 1)
        self.branch7x7_1 = BasicConv2d(ci, inner, 1)
        self.branch7x7_2 = BasicConv2d(inner, inner, **wide)
        self.branch7x7_3 = BasicConv2d(inner, 192, **high)
        self.branch7x7dbl_1 = BasicConv2d(ci, inner, 1)
        self.branch7x7dbl_2 = BasicConv2d(inner, inner, **high)
        self.branch7x7dbl_3 = BasicConv2d(inner, inner, **wide)
        self.branch7x7dbl_4 = BasicConv2d(inner, inner, **high)
        self.branch7x7dbl_5 = BasicConv2d(inner, 192, **wide)
        self.branch_pool = BasicConv2d(ci, 192, 1)

    def forward(self, x: Any) -> Any:
        branch1x1 = self.branch1x1(x)
        branch7x7 = self.branch7x7_3(self.branch7x7_2(self.branch7x7_1(x)))
        double = self.branch7x7dbl_3(self.branch7x7dbl_2(self.branch7x7dbl_1(x)))
        double = self.branch7x7dbl_5(self.branch7x7dbl_4(double))
        branch_pool = self.branch_pool(F.avg_pool2d(x, 3, stride=1, padding=1))
        return F.cat([branch1x1, branch7x7, double, branch_pool], 1)


class InceptionD(nn.Module):
    """Half the resolution again: 3x3 and 7x7 paths, and a pooling."""

    def __init__(self, ci: int) -> None:
        self.branch3x3_1 = BasicConv2d(ci, 192, 1)
        self.branch3x3_2 = BasicConv2d(192, 320, 3, stride=2)
        self.branch7x7x3_1 = BasicConv2d(ci, 192, 1)
        self.branch7x7x3_2 = BasicConv2d(192, 192, (1, 7), padding=(0, 3))
        self.branch7x7x3_3 = BasicConv2d(192, 192, (7, 1), padding=(3, 0))
        self.branch7x7x3_4 = BasicConv2d(192, 192, 3, stride=2)

    def forward(self, x: Any) -> Any:
        branch3x3 = self.branch3x3_2(self.branch3x3_1(x))
        branch7x7 = self.branch7x7x3_3(self.branch7x7x3_2(self.branch7x7x3_1(x)))
        branch7x7 = self.branch7x7x3_4(branch7x7)
        return F.cat([branch3x3, branch7x7, F.max_pool2d(x, 3, stride=2)], 1)


class InceptionE(nn.Module):
    """Paths that end in 1x3 and 3x1 convolutions side by side."""

    def __init__(self, ci: int) -> None:
        self.branch1x1 = BasicConv2d(ci, 320, 1)
        self.branch3x3_1 = BasicConv2d(ci, 384, 1)
        self.branch3x3_2a = BasicConv2d(384, 384, (1, 3), padding=(0, 1))
        self.branch3x3_2b = BasicConv2d(384, 384, (3, 1), padding=(1, 0))
        self.branch3x3dbl_1 = BasicConv2d(ci, 448, 1)
        self.branch3x3dbl_2 = BasicConv2d(448, 384, 3, padding=1)
        self.branch3x3dbl_3a = BasicConv2d(384, 384, (1, 3), padding=(0, 1))
        self.branch3x3dbl_3b = BasicConv2d(384, 384, (3, 1), padding=(1, 0))
        self.branch_pool = BasicConv2d(ci, 192, 1)

    def forward(self, x: Any) -> Any:
        branch1x1 = self.branch1x1(x)
        single = self.branch3x3_1(x)
        single = F.cat([self.branch3x3_2a(single), self.branch3x3_2b(single)], 1)
        double = self.branch3x3dbl_2(self.branch3x3dbl_1(x))
        double = F.cat([self.branch3x3dbl_3a(double), self.branch3x3dbl_3b(double)], 1)
        branch_pool = self.branch_pool(F.avg_pool2d(x, 3, stride=1, padding=1))
        return F.cat([branch1x1, single, double, branch_pool], 1)


class InceptionV3(nn.Module):
    """A stem of convolutions and eleven inception blocks of five kinds."""

    def __init__(self, num_classes: int, in_channels: int) -> None:
        self.Conv2d_1a_3x3 = BasicConv2d(in_channels, 32, 3, stride=2)
        self.Conv2d_2a_3x3 = BasicConv2d(32, 32, 3)
        self.Conv2d_2b_3x3 = BasicConv2d(32, 64, 3, padding=1)
        self.maxpool1 = nn.MaxPool2d(3, stride=2)
        self.Conv2d_3b_1x1 = BasicConv2d(64, 80, 1)
        self.Conv2d_4a_3x3 = BasicConv2d(80, 192, 3)
        self.maxpool2 = nn.MaxPool2d(3, stride=2)
        self.Mixed_5b = InceptionA(192, 32)
        self.Mixed_5c = InceptionA(256, 64)
        self.Mixed_5d = InceptionA(288, 64)
        self.Mixed_6a = InceptionB(288)
        self.Mixed_6b = InceptionC(768, 128)
        self.Mixed_6c = InceptionC(768, 160)
        self.Mixed_6d = InceptionC(768, 160)
        self.Mixed_6e = InceptionC(768, 192)
        self.Mixed_7a = InceptionD(768)
        self.Mixed_7b = InceptionE(1280)
        self.Mixed_7c = InceptionE(2048)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.dropout = nn.Dropout(0.5)
        self.fc = nn.Linear(2048, num_classes)

    def forward(self, x: Any) -> Any:
        x = self.Conv2d_2b_3x3(self.Conv2d_2a_3x3(self.Conv2d_1a_3x3(x)))
        x = self.maxpool1(x)
        x = self.maxpool2(self.Conv2d_4a_3x3(self.Conv2d_3b_1x1(x)))
        x = self.Mixed_5d(self.Mixed_5c(self.Mixed_5b(x)))
        x = self.Mixed_6c(self.Mixed_6b(self.Mixed_6a(x)))
        x = self.Mixed_6e(self.Mixed_6d(x))
        x = self.Mixed_7c(self.Mixed_7b(self.Mixed_7a(x)))
        return self.fc(self.dropout(self.avgpool(x)).flatten(1))


@entry("torchvision/inception_v3", input=(3, 299, 299))
def inception_v3(num_classes: int = 1000, in_channels: int = 3) -> nn.Module:
    """Inception v3 without its auxiliary classifier (Szegedy et al., 2015)."""
    return InceptionV3(num_classes, in_channels)
