"""Parts that several of torchvision's networks share."""

from __future__ import annotations

from typing import Any

from ... import nn
from ...nn import functional as F


def make_divisible(width: float, divisor: int = 8) -> int:
    """The multiple of `divisor` next to `width`, but not more than 10 % below it."""
    nearest = max(divisor, int(width + divisor / 2) // divisor * divisor)
    return nearest + divisor if nearest < 0.9 * width else nearest


def conv_norm(
    ci: int,
    co: int,
    kernel: int = 3,
    stride: int = 1,
    groups: int = 1,
    *,
    activation: Any = nn.ReLU,
    eps: float = 1e-5,
    momentum: float = 0.1,
) -> nn.Module:
    """A convolution that keeps the size, a batch norm, and an activation (None: without)."""
    convolution = nn.Conv2d(ci, co, kernel, stride, (kernel - 1) // 2, groups=groups, bias=False)
    norm = nn.BatchNorm2d(co, eps, momentum)
    if activation is None:
        return nn.Sequential(convolution, norm)
    return nn.Sequential(convolution, norm, activation(inplace=True))


class BasicConv2d(nn.Module):
    """A convolution without bias, a batch norm and a ReLU: the Inception networks' part."""

    def __init__(self, ci: int, co: int, kernel: Any, stride: int = 1, padding: Any = 0) -> None:
        self.conv = nn.Conv2d(ci, co, kernel, stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(co, eps=0.001)

    def forward(self, x: Any) -> Any:
        return F.relu(self.bn(self.conv(x)), inplace=True)


class SqueezeExcitation(nn.Module):
    """A gate per channel, computed from the means of all channels."""

    def __init__(self, channels: int, squeezed: int, activation: Any, gate: Any) -> None:
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Conv2d(channels, squeezed, 1)
        self.fc2 = nn.Conv2d(squeezed, channels, 1)
        self.activation = activation
        self.scale_activation = gate

    def forward(self, x: Any) -> Any:
        scale = self.activation(self.fc1(self.avgpool(x)))
        return self.scale_activation(self.fc2(scale)) * x
