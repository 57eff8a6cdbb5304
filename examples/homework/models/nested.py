"""A module inside a module: the parameters of both are found."""

from torch import nn


class Block(nn.Module):
    """A convolution and its batch norm."""

    def __init__(self, channels=64):
        super().__init__()
        self.conv = nn.Conv2d(3, channels, 3)
        self.bn = nn.BatchNorm2d(channels)

    def forward(self, x):
        return self.bn(self.conv(x))


class Outer(nn.Module):
    """A block and a pooling."""

    def __init__(self):
        super().__init__()
        self.block1 = Block()
        self.pool = nn.MaxPool2d(2)

    def forward(self, x):
        return self.pool(self.block1(x))
