# check: NiN @ 3x32x32
# check: net() @ 1x96x96
import torch
from torch import nn


def mlpconv(ins, outs, mid=None, **conv):
    mid = mid or outs
    return [nn.Conv2d(ins, mid, **conv), nn.ReLU(inplace=True),
            nn.Conv2d(mid, mid, 1), nn.ReLU(inplace=True),
            nn.Conv2d(mid, outs, 1), nn.ReLU(inplace=True)]


class NiN(nn.Module):
    def __init__(self, num_classes=10):
        super(NiN, self).__init__()
        self.num_classes = num_classes
        self.main = nn.Sequential(
            *mlpconv(3, 12, mid=24, kernel_size=5, stride=1, padding=2),
            nn.MaxPool2d(3, 2, 1), nn.Dropout(inplace=True),
            *mlpconv(12, 16, kernel_size=5, padding=2),
            nn.AvgPool2d(3, 2, 1), nn.Dropout(inplace=True),
            *mlpconv(16, self.num_classes, mid=16, kernel_size=3, padding=1),
            nn.AvgPool2d(kernel_size=8, stride=1, padding=0))

    def forward(self, x):
        x = self.main(x)
        scores = x.view(x.size(0), self.num_classes)
        return scores, torch.softmax(scores, dim=1)


def net():
    plan = ((1, 12, 11, 4, 0), (12, 16, 5, 1, 2), (16, 10, 3, 1, 1))
    blocks = []
    for ins, outs, k, s, p in plan:
        blocks.append(nn.Sequential(*mlpconv(ins, outs, kernel_size=k, stride=s, padding=p)))
        blocks.append(nn.MaxPool2d(3, stride=2))
    blocks.pop()
    return nn.Sequential(*blocks, nn.AdaptiveAvgPool2d((1, 1)), nn.Flatten())
