"""Handwritten digits, 28x28: ten log probabilities."""

import torch
from torch import nn
from torch.nn.functional import log_softmax, max_pool2d, relu


class DigitNet(nn.Module):
    """Nothing is padded, so each convolution takes two pixels from each side's length."""

    def __init__(self, classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 3, 1)
        self.conv2 = nn.Conv2d(32, 64, 3, 1)
        self.dropout1 = nn.Dropout2d(0.25)
        self.dropout2 = nn.Dropout(0.5)
        self.fc1 = nn.Linear(9216, 128)
        self.fc2 = nn.Linear(128, classes)

    def forward(self, x):
        x = relu(self.conv2(relu(self.conv1(x))))
        x = self.dropout1(max_pool2d(x, 2))
        x = relu(self.fc1(torch.flatten(x, 1)))
        return log_softmax(self.fc2(self.dropout2(x)), dim=1)
