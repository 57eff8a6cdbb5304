"""AlexNet in its one-tower form."""

import torch
from torch import nn
from torchvision.models._api import IMAGENET
from torchvision.models._utils import options

__all__ = ["AlexNet", "AlexNet_Weights", "alexnet"]


class AlexNet_Weights:
    IMAGENET1K_V1 = DEFAULT = IMAGENET


class AlexNet(nn.Module):
    """Five convolutions, three linear layers."""

    def __init__(self, num_classes=1000, dropout=0.5):
        super().__init__()
        layers = [nn.Conv2d(3, 64, kernel_size=11, stride=4, padding=2), nn.ReLU(inplace=True)]
        layers.append(nn.MaxPool2d(kernel_size=3, stride=2))
        layers += [nn.Conv2d(64, 192, kernel_size=5, padding=2), nn.ReLU(inplace=True)]
        layers.append(nn.MaxPool2d(kernel_size=3, stride=2))
        for width_in, width_out in [(192, 384), (384, 256), (256, 256)]:
            layers.append(nn.Conv2d(width_in, width_out, kernel_size=3, padding=1))
            layers.append(nn.ReLU(inplace=True))
        layers.append(nn.MaxPool2d(kernel_size=3, stride=2))
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d((6, 6))
        self.classifier = nn.Sequential(
            nn.Dropout(p=dropout),
            nn.Linear(256 * 6 * 6, 4096),
            nn.ReLU(inplace=True),
            nn.Dropout(p=dropout),
            nn.Linear(4096, 4096),
            nn.ReLU(inplace=True),
            nn.Linear(4096, num_classes),
        )

    def forward(self, x):
        x = self.avgpool(self.features(x))
        return self.classifier(torch.flatten(x, 1))


def alexnet(weights=None, progress=True, **kwargs):
    return AlexNet(**options(kwargs, weights, AlexNet_Weights))
