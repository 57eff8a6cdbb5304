# check: FaceCNN @ 1x112x92
# check: FaceCNN(num_classes=15) @ 1x112x92
# check: OlivettiNet @ 1x64x64
# 人脸识别 (ORL faces, 40 people, 112 x 92)
import os
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import Dataset, DataLoader


class FaceDataset(Dataset):
    def __init__(self, root, size=(112, 92)):
        self.items = sorted(os.listdir(root))
        self.size = size

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i):
        return torch.zeros(1, *self.size), i % 40


class FaceCNN(nn.Module):
    def __init__(self, num_classes=40):
        super(FaceCNN, self).__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(inplace=True), nn.MaxPool2d(2, 2),  # 112x92 -> 56x46
            nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(inplace=True), nn.MaxPool2d(2, 2),  # -> 28x23
        )
        self.fc1 = nn.Linear(64*28*23, 256)
        self.drop = nn.Dropout(p=0.5)
        self.fc2 = nn.Linear(256, num_classes)

    def forward(self, x):
        x = self.features(x)
        x = x.view(x.size(0), -1)
        x = self.drop(F.relu(self.fc1(x)))
        return self.fc2(x)


class OlivettiNet(nn.Module):
    H, W = 64, 64
    CHANNELS = [1, 8, 16, 32]

    def __init__(self, people=40):
        super().__init__()
        self.blocks = nn.ModuleList()
        for i in range(3):
            self.blocks.append(nn.Sequential(
                nn.Conv2d(self.CHANNELS[i], self.CHANNELS[i + 1], 3, padding='same'),
                nn.BatchNorm2d(self.CHANNELS[i + 1]),
            ))
        n = self.CHANNELS[-1] * (self.H // 2**3) * (self.W // 2**3)
        self.fc = nn.Linear(n, people)

    def forward(self, x):
        for block in self.blocks:
            x = F.max_pool2d(F.leaky_relu(block(x), 0.1), kernel_size=2, stride=2)
        x = torch.flatten(x, start_dim=1)
        return F.softmax(self.fc(x), dim=1)
