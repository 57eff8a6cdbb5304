"""Residual networks: ResNet-18 for grey images of 224x224, and a smaller one for CIFAR-10."""

from torch import nn
from torch.nn import functional as F


class Residual(nn.Module):
    """Two 3x3 convolutions and a path around them, of 1x1 where the shape changes."""

    def __init__(self, inputs, outputs, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.conv3 = None
        if stride != 1 or inputs != outputs:
            self.conv3 = nn.Conv2d(inputs, outputs, 1, stride=stride)

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        if self.conv3 is not None:
            x = self.conv3(x)
        return F.relu(y + x)


def stage(inputs, outputs, blocks, stride):
    rest = [Residual(outputs, outputs) for _ in range(blocks - 1)]
    return nn.Sequential(Residual(inputs, outputs, stride), *rest)


class ResNet18(nn.Module):
    """A 7x7 convolution, four stages of two blocks, the mean, one linear layer."""

    def __init__(self, classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 64, 7, stride=2, padding=3)
        self.bn1 = nn.BatchNorm2d(64)
        self.pool = nn.MaxPool2d(3, stride=2, padding=1)
        self.stage1 = stage(64, 64, 2, stride=1)
        self.stage2 = stage(64, 128, 2, stride=2)
        self.stage3 = stage(128, 256, 2, stride=2)
        self.stage4 = stage(256, 512, 2, stride=2)
        self.mean = nn.AdaptiveAvgPool2d((1, 1))
        self.fc1 = nn.Linear(512, classes)

    def forward(self, x):
        x = self.pool(F.relu(self.bn1(self.conv1(x))))
        x = self.stage4(self.stage3(self.stage2(self.stage1(x))))
        return self.fc1(self.mean(x).flatten(1))


class CifarResNet(nn.Module):
    """For 32x32 colour images: a 3x3 convolution and three stages; 6n + 2 layers deep."""

    def __init__(self, n=3, classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, padding=1)
        self.bn1 = nn.BatchNorm2d(16)
        self.stage1 = stage(16, 16, n, stride=1)
        self.stage2 = stage(16, 32, n, stride=2)
        self.stage3 = stage(32, 64, n, stride=2)
        self.mean = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Linear(64, classes)

    def forward(self, x):
        x = self.stage3(self.stage2(self.stage1(F.relu(self.bn1(self.conv1(x))))))
        return self.fc1(self.mean(x).flatten(1))
