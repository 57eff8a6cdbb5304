"""The networks of the course "Dive into Deep Learning" (Zhang, Lipton, Li, Smola).

As its chapters on convolutional networks define them: one input channel, ten classes.
"""

from __future__ import annotations

from typing import Any

from ... import nn
from ...nn import functional as F
from .registry import entry


@entry("d2l/lenet", input=(1, 28, 28))
def lenet(num_classes: int = 10, in_channels: int = 1) -> nn.Module:
    """LeNet-5 with sigmoids and average pooling (LeCun et al., 1998)."""
    return nn.Sequential(
        nn.Conv2d(in_channels, 6, 5, padding=2),
        nn.Sigmoid(),
        nn.AvgPool2d(2, stride=2),
        nn.Conv2d(6, 16, 5),
        nn.Sigmoid(),
        nn.AvgPool2d(2, stride=2),
        nn.Flatten(),
        nn.Linear(16 * 5 * 5, 120),
        nn.Sigmoid(),
        nn.Linear(120, 84),
        nn.Sigmoid(),
        nn.Linear(84, num_classes),
    )


@entry("d2l/alexnet", input=(1, 224, 224))
def alexnet(num_classes: int = 10, in_channels: int = 1) -> nn.Module:
    """AlexNet in one stream (Krizhevsky, Sutskever, Hinton, 2012)."""
    return nn.Sequential(
        nn.Conv2d(in_channels, 96, 11, stride=4, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(3, stride=2),
        nn.Conv2d(96, 256, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(3, stride=2),
        nn.Conv2d(256, 384, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(384, 384, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(384, 256, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(3, stride=2),
        nn.Flatten(),
        nn.Linear(6400, 4096),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Linear(4096, 4096),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Linear(4096, num_classes),
    )


class VGG(nn.Module):
    """Blocks of 3x3 convolutions, each halved by a pooling, and three linear layers."""

    def __init__(self, widths: list[tuple[int, int]], num_classes: int, in_channels: int) -> None:
        layers: list[nn.Module] = []
        for convs, width in widths:
            for _ in range(convs):
                layers += [nn.Conv2d(in_channels, width, 3, padding=1), nn.ReLU()]
                in_channels = width
            layers.append(nn.MaxPool2d(2, stride=2))
        self.features = nn.Sequential(*layers)
        self.flatten = nn.Flatten()
        self.classifier = nn.Sequential(
            nn.Linear(in_channels * 7 * 7, 4096),
            nn.ReLU(),
            nn.Dropout(0.5),
            nn.Linear(4096, 4096),
            nn.ReLU(),
            nn.Dropout(0.5),
            nn.Linear(4096, num_classes),
        )

    def forward(self, x: Any) -> Any:
        return self.classifier(self.flatten(self.features(x)))


_VGG11 = [(1, 64), (1, 128), (2, 256), (2, 512), (2, 512)]


@entry("d2l/vgg11", input=(1, 224, 224))
def vgg11(num_classes: int = 10, in_channels: int = 1) -> nn.Module:
    """VGG-11: eight convolutions and three linear layers (Simonyan, Zisserman, 2014)."""
    return VGG(_VGG11, num_classes, in_channels)


@entry("d2l/vgg11-small", input=(1, 224, 224))
def vgg11_small(num_classes: int = 10, in_channels: int = 1, ratio: int = 4) -> nn.Module:
    """VGG-11 with a quarter of the channels, for quick training."""
    return VGG([(n, width // ratio) for n, width in _VGG11], num_classes, in_channels)


def nin_block(ci: int, co: int, kernel: int, stride: int, padding: int) -> nn.Module:
    """A convolution and two of 1x1, which act like a small network at each position."""
    return nn.Sequential(
        nn.Conv2d(ci, co, kernel, stride, padding),
        nn.ReLU(),
        nn.Conv2d(co, co, 1),
        nn.ReLU(),
        nn.Conv2d(co, co, 1),
        nn.ReLU(),
    )


@entry("d2l/nin", input=(1, 224, 224))
def nin(num_classes: int = 10, in_channels: int = 1) -> nn.Module:
    """Network in network: no linear layers at all (Lin, Chen, Yan, 2013)."""
    return nn.Sequential(
        nin_block(in_channels, 96, 11, 4, 0),
        nn.MaxPool2d(3, stride=2),
        nin_block(96, 256, 5, 1, 2),
        nn.MaxPool2d(3, stride=2),
        nin_block(256, 384, 3, 1, 1),
        nn.MaxPool2d(3, stride=2),
        nn.Dropout(0.5),
        nin_block(384, num_classes, 3, 1, 1),
        nn.AdaptiveAvgPool2d((1, 1)),
        nn.Flatten(),
    )


class Inception(nn.Module):
    """Four paths side by side: 1x1, 3x3, 5x5 and pooled; c1 to c4 are their widths."""

    def __init__(self, ci: int, c1: int, c2: tuple[int, int], c3: tuple[int, int], c4: int) -> None:
        self.p1_1 = nn.Conv2d(ci, c1, 1)
        self.p2_1 = nn.Conv2d(ci, c2[0], 1)
        self.p2_2 = nn.Conv2d(c2[0], c2[1], 3, padding=1)
        self.p3_1 = nn.Conv2d(ci, c3[0], 1)
        self.p3_2 = nn.Conv2d(c3[0], c3[1], 5, padding=2)
        self.p4_1 = nn.MaxPool2d(3, stride=1, padding=1)
        self.p4_2 = nn.Conv2d(ci, c4, 1)

    def forward(self, x: Any) -> Any:
        p1 = F.relu(self.p1_1(x))
        p2 = F.relu(self.p2_2(F.relu(self.p2_1(x))))
        p3 = F.relu(self.p3_2(F.relu(self.p3_1(x))))
        p4 = F.relu(self.p4_2(self.p4_1(x)))
        return F.cat([p1, p2, p3, p4], dim=1)


@entry("d2l/googlenet", input=(1, 96, 96))
def googlenet(num_classes: int = 10, in_channels: int = 1) -> nn.Module:
    """GoogLeNet: nine inception blocks (Szegedy et al., 2015)."""
    return nn.Sequential(
        nn.Sequential(
            nn.Conv2d(in_channels, 64, 7, stride=2, padding=3),
            nn.ReLU(),
            nn.MaxPool2d(3, stride=2, padding=1),
        ),
        nn.Sequential(
            nn.Conv2d(64, 64, 1),
            nn.ReLU(),
            nn.Conv2d(64, 192, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(3, stride=2, padding=1),
        ),
        nn.Sequential(
            Inception(192, 64, (96, 128), (16, 32), 32),
            Inception(256, 128, (128, 192), (32, 96), 64),
            nn.MaxPool2d(3, stride=2, padding=1),
        ),
        nn.Sequential(
            Inception(480, 192, (96, 208), (16, 48), 64),
            Inception(512, 160, (112, 224), (24, 64), 64),
            Inception(512, 128, (128, 256), (24, 64), 64),
            Inception(512, 112, (144, 288), (32, 64), 64),
            Inception(528, 256, (160, 320), (32, 128), 128),
            nn.MaxPool2d(3, stride=2, padding=1),
        ),
        nn.Sequential(
            Inception(832, 256, (160, 320), (32, 128), 128),
            Inception(832, 384, (192, 384), (48, 128), 128),
            nn.AdaptiveAvgPool2d((1, 1)),
            nn.Flatten(),
        ),
        nn.Linear(1024, num_classes),
    )


class Residual(nn.Module):
    """Two 3x3 convolutions and a path around them, 1x1 where the shape changes."""

    def __init__(self, ci: int, co: int, use_1x1conv: bool = False, stride: int = 1) -> None:
        self.conv1 = nn.Conv2d(ci, co, 3, padding=1, stride=stride)
        self.conv2 = nn.Conv2d(co, co, 3, padding=1)
        self.conv3 = nn.Conv2d(ci, co, 1, stride=stride) if use_1x1conv else None
        self.bn1 = nn.BatchNorm2d(co)
        self.bn2 = nn.BatchNorm2d(co)

    def forward(self, x: Any) -> Any:
        y = F.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        if self.conv3 is not None:
            x = self.conv3(x)
        y += x
        return F.relu(y)


def residual_stage(ci: int, co: int, first: bool = False) -> nn.Module:
    """Two residual blocks; all stages but the first halve the resolution."""
    if first:
        return nn.Sequential(Residual(co, co), Residual(co, co))
    return nn.Sequential(Residual(ci, co, use_1x1conv=True, stride=2), Residual(co, co))


@entry("d2l/resnet18", input=(1, 224, 224))
def resnet18(num_classes: int = 10, in_channels: int = 1) -> nn.Module:
    """ResNet-18; its convolutions keep their biases (He et al., 2016)."""
    return nn.Sequential(
        nn.Sequential(
            nn.Conv2d(in_channels, 64, 7, stride=2, padding=3),
            nn.BatchNorm2d(64),
            nn.ReLU(),
            nn.MaxPool2d(3, stride=2, padding=1),
        ),
        residual_stage(64, 64, first=True),
        residual_stage(64, 128),
        residual_stage(128, 256),
        residual_stage(256, 512),
        nn.AdaptiveAvgPool2d((1, 1)),
        nn.Flatten(),
        nn.Linear(512, num_classes),
    )


class DenseBlock(nn.Module):
    """Convolutions whose outputs are all kept: each reads everything before it."""

    def __init__(self, convs: int, ci: int, growth: int) -> None:
        self.net = nn.Sequential(
            *(
                nn.Sequential(
                    nn.BatchNorm2d(ci + index * growth),
                    nn.ReLU(),
                    nn.Conv2d(ci + index * growth, growth, 3, padding=1),
                )
                for index in range(convs)
            )
        )

    def forward(self, x: Any) -> Any:
        for block in self.net:
            x = F.cat([x, block(x)], dim=1)
        return x


@entry("d2l/densenet", input=(1, 96, 96))
def densenet(num_classes: int = 10, in_channels: int = 1, growth: int = 32) -> nn.Module:
    """DenseNet with four blocks of four convolutions (Huang et al., 2017)."""
    blocks: list[nn.Module] = [
        nn.Sequential(
            nn.Conv2d(in_channels, 64, 7, stride=2, padding=3),
            nn.BatchNorm2d(64),
            nn.ReLU(),
            nn.MaxPool2d(3, stride=2, padding=1),
        )
    ]
    channels = 64
    for index in range(4):
        blocks.append(DenseBlock(4, channels, growth))
        channels += 4 * growth
        if index < 3:
            blocks.append(
                nn.Sequential(
                    nn.BatchNorm2d(channels),
                    nn.ReLU(),
                    nn.Conv2d(channels, channels // 2, 1),
                    nn.AvgPool2d(2, stride=2),
                )
            )
            channels //= 2
    return nn.Sequential(
        *blocks,
        nn.BatchNorm2d(channels),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d((1, 1)),
        nn.Flatten(),
        nn.Linear(channels, num_classes),
    )
