"""Forty people from the ORL faces: 112 rows, 92 columns, one channel."""

import torch.nn as nn
import torch.nn.functional as F


class FaceCNN(nn.Module):
    def __init__(self, num_classes=40):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, kernel_size=3, padding=1)
        self.conv2 = nn.Conv2d(32, 64, kernel_size=3, padding=1)
        self.pool = nn.MaxPool2d(2)
        self.fc1 = nn.Linear(64 * 28 * 23, 256)
        self.fc2 = nn.Linear(256, num_classes)

    def forward(self, x):
        x = self.pool(F.relu(self.conv1(x)))  # 112x92 -> 56x46
        x = self.pool(F.relu(self.conv2(x)))  # 56x46 -> 28x23
        x = x.view(x.size(0), -1)
        x = F.relu(self.fc1(x))
        return self.fc2(x)
