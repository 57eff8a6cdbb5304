"""Forty people, one grey photograph of 112x92 each time: who is it?"""

import torch.nn as nn
import torch.nn.functional as F


class FaceNet(nn.Module):
    """Two convolutions that keep the size; one pooling, used twice; a very large linear layer."""

    def __init__(self, people=40):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, kernel_size=3, padding=1)
        self.conv2 = nn.Conv2d(32, 64, kernel_size=3, padding=1)
        self.pool = nn.MaxPool2d(2, 2)
        self.fc1 = nn.Linear(64 * 28 * 23, 256)
        self.fc2 = nn.Linear(256, people)

    def forward(self, image):
        for conv in (self.conv1, self.conv2):
            image = self.pool(F.relu(conv(image)))
        flat = image.view(image.size(0), -1)
        return self.fc2(F.relu(self.fc1(flat)))


class SmallFaceNet(nn.Module):
    """The same, with the mean of each channel in the place of the large linear layer."""

    def __init__(self, people=40):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, kernel_size=3, padding=1)
        self.conv2 = nn.Conv2d(32, 64, kernel_size=3, padding=1)
        self.pool = nn.MaxPool2d(2, 2)
        self.mean = nn.AdaptiveAvgPool2d((1, 1))
        self.fc1 = nn.Linear(64, people)

    def forward(self, image):
        for conv in (self.conv1, self.conv2):
            image = self.pool(F.relu(conv(image)))
        return self.fc1(self.mean(image).flatten(1))
