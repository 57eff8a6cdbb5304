import torch.nn as nn
import torch.nn.functional as F
from . import config


def conv3x3(i, o):
    return nn.Conv2d(i, o, 3, padding=1)


class Stage(nn.Module):
    def __init__(self, i, o, p=.25):
        super().__init__()
        self.c1, self.c2 = conv3x3(i, o), conv3x3(o, o)
        self.bn = nn.BatchNorm2d(o)
        self.p = p

    def forward(self, x):
        x = F.relu(self.bn(self.c2(F.relu(self.c1(x)))))
        return F.dropout2d(F.max_pool2d(x, 2), self.p, self.training)


def flat_features(width):
    side = config.IMG_SIZE
    for _ in range(2):
        side //= 2
    return width * side * side
