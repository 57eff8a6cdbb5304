"""Two small networks of teaching notes: faces (the ORL size, 112x92) and digits (MNIST)."""

from __future__ import annotations

from typing import Any

from ... import nn
from ...nn import functional as F
from .registry import entry


class FaceCNN(nn.Module):
    """Two convolutions, one pooling used twice, and a large linear layer."""

    def __init__(self, num_classes: int, in_channels: int) -> None:
        self.conv1 = nn.Conv2d(in_channels, 32, 3, padding=1)
        self.pool = nn.MaxPool2d(2, 2)
        self.conv2 = nn.Conv2d(32, 64, 3, padding=1)
        self.fc1 = nn.Linear(64 * 28 * 23, 256)
        self.fc2 = nn.Linear(256, num_classes)

    def forward(self, x: Any) -> Any:
        x = self.pool(F.relu(self.conv1(x)))
        x = self.pool(F.relu(self.conv2(x)))
        x = x.view(x.size(0), -1)
        return self.fc2(F.relu(self.fc1(x)))


@entry("notes/facecnn", input=(1, 112, 92))
def facecnn(num_classes: int = 40, in_channels: int = 1) -> nn.Module:
    """Faces, 112x92: two convolutions and a linear layer with 99.7 % of the parameters."""
    return FaceCNN(num_classes, in_channels)


class Digit(nn.Module):
    """Two convolutions without padding, one pooling, dropout, two linear layers."""

    def __init__(self, num_classes: int, in_channels: int) -> None:
        self.conv1 = nn.Conv2d(in_channels, 32, 3, 1)
        self.conv2 = nn.Conv2d(32, 64, 3, 1)
        self.dropout1 = nn.Dropout2d(0.25)
        self.dropout2 = nn.Dropout2d(0.5)
        self.fc1 = nn.Linear(9216, 128)
        self.fc2 = nn.Linear(128, num_classes)

    def forward(self, x: Any) -> Any:
        x = F.relu(self.conv1(x))
        x = F.relu(self.conv2(x))
        x = self.dropout1(F.max_pool2d(x, 2))
        x = F.relu(self.fc1(x.flatten(1)))
        return F.log_softmax(self.fc2(self.dropout2(x)), dim=1)


@entry("notes/digit", input=(1, 28, 28))
def digit(num_classes: int = 10, in_channels: int = 1) -> nn.Module:
    """Digits, 28x28: a convolutional network for MNIST."""
    return Digit(num_classes, in_channels)
