"""torchvision's ResNets (v1.5: the stride is in the 3x3 convolution), ResNeXts, wide ResNets."""

from __future__ import annotations

from typing import Any, ClassVar

from ... import nn
from .registry import entry


class BasicBlock(nn.Module):
    """Two 3x3 convolutions and a path around them."""

    expansion: ClassVar[int] = 1

    def __init__(
        self, ci: int, width: int, stride: int, downsample: nn.Module | None, groups: int, base: int
    ) -> None:
        self.conv1 = nn.Conv2d(ci, width, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.downsample = downsample

    def forward(self, x: Any) -> Any:
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += x if self.downsample is None else self.downsample(x)
        return self.relu(out)


class Bottleneck(nn.Module):
    """A 3x3 convolution between two of 1x1, and a path around them."""

    expansion: ClassVar[int] = 4

    def __init__(
        self, ci: int, width: int, stride: int, downsample: nn.Module | None, groups: int, base: int
    ) -> None:
        inner = width * base // 64 * groups
        co = width * self.expansion
        self.conv1 = nn.Conv2d(ci, inner, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(inner)
        self.conv2 = nn.Conv2d(inner, inner, 3, stride, padding=1, groups=groups, bias=False)
        self.bn2 = nn.BatchNorm2d(inner)
        self.conv3 = nn.Conv2d(inner, co, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(co)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = downsample

    def forward(self, x: Any) -> Any:
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        out += x if self.downsample is None else self.downsample(x)
        return self.relu(out)


class ResNet(nn.Module):
    """Four stages of blocks; `base` is the width of a group where the stage has 64."""

    def __init__(
        self,
        block: type[BasicBlock] | type[Bottleneck],
        counts: tuple[int, int, int, int],
        num_classes: int,
        in_channels: int,
        groups: int = 1,
        base: int = 64,
    ) -> None:
        def stage(ci: int, width: int, count: int, stride: int) -> nn.Module:
            co = width * block.expansion
            downsample = None
            if stride != 1 or ci != co:
                downsample = nn.Sequential(
                    nn.Conv2d(ci, co, 1, stride, bias=False), nn.BatchNorm2d(co)
                )
            first = block(ci, width, stride, downsample, groups, base)
            rest = [block(co, width, 1, None, groups, base) for _ in range(count - 1)]
            return nn.Sequential(first, *rest)

        self.conv1 = nn.Conv2d(in_channels, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        self.layer1 = stage(64, 64, counts[0], 1)
        self.layer2 = stage(64 * block.expansion, 128, counts[1], 2)
        self.layer3 = stage(128 * block.expansion, 256, counts[2], 2)
        self.layer4 = stage(256 * block.expansion, 512, counts[3], 2)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(512 * block.expansion, num_classes)

    def forward(self, x: Any) -> Any:
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(self.avgpool(x).flatten(1))


@entry("torchvision/resnet18", input=(3, 224, 224))
def resnet18(num_classes: int = 1000, in_channels: int = 3) -> nn.Module:
    """ResNet-18 (He et al., 2015)."""
    return ResNet(BasicBlock, (2, 2, 2, 2), num_classes, in_channels)


@entry("torchvision/resnet34", input=(3, 224, 224))
def resnet34(num_classes: int = 1000, in_channels: int = 3) -> nn.Module:
    """ResNet-34 (He et al., 2015)."""
    return ResNet(BasicBlock, (3, 4, 6, 3), num_classes, in_channels)


@entry("torchvision/resnet50", input=(3, 224, 224))
def resnet50(num_classes: int = 1000, in_channels: int = 3) -> nn.Module:
    """ResNet-50 v1.5 (He et al., 2015)."""
    return ResNet(Bottleneck, (3, 4, 6, 3), num_classes, in_channels)


@entry("torchvision/resnet101", input=(3, 224, 224))
def resnet101(num_classes: int = 1000, in_channels: int = 3) -> nn.Module:
    """ResNet-101 v1.5 (He et al., 2015)."""
    return ResNet(Bottleneck, (3, 4, 23, 3), num_classes, in_channels)


@entry("torchvision/resnet152", input=(3, 224, 224))
def resnet152(num_classes: int = 1000, in_channels: int = 3) -> nn.Module:
    """ResNet-152 v1.5 (He et al., 2015)."""
    return ResNet(Bottleneck, (3, 8, 36, 3), num_classes, in_channels)


@entry("torchvision/resnext50_32x4d", input=(3, 224, 224))
def resnext50_32x4d(num_classes: int = 1000, in_channels: int = 3) -> nn.Module:
    """ResNeXt-50: 32 groups of width 4 (Xie et al., 2016)."""
    return ResNet(Bottleneck, (3, 4, 6, 3), num_classes, in_channels, groups=32, base=4)


@entry("torchvision/resnext101_32x8d", input=(3, 224, 224))
def resnext101_32x8d(num_classes: int = 1000, in_channels: int = 3) -> nn.Module:
    """ResNeXt-101: 32 groups of width 8 (Xie et al., 2016)."""
    return ResNet(Bottleneck, (3, 4, 23, 3), num_classes, in_channels, groups=32, base=8)


@entry("torchvision/resnext101_64x4d", input=(3, 224, 224))
def resnext101_64x4d(num_classes: int = 1000, in_channels: int = 3) -> nn.Module:
    """ResNeXt-101: 64 groups of width 4 (Xie et al., 2016)."""
    return ResNet(Bottleneck, (3, 4, 23, 3), num_classes, in_channels, groups=64, base=4)


@entry("torchvision/wide_resnet50_2", input=(3, 224, 224))
def wide_resnet50_2(num_classes: int = 1000, in_channels: int = 3) -> nn.Module:
    """ResNet-50 with twice the width inside its blocks (Zagoruyko, Komodakis, 2016)."""
    return ResNet(Bottleneck, (3, 4, 6, 3), num_classes, in_channels, base=128)


@entry("torchvision/wide_resnet101_2", input=(3, 224, 224))
def wide_resnet101_2(num_classes: int = 1000, in_channels: int = 3) -> nn.Module:
    """ResNet-101 with twice the width inside its blocks (Zagoruyko, Komodakis, 2016)."""
    return ResNet(Bottleneck, (3, 4, 23, 3), num_classes, in_channels, base=128)
