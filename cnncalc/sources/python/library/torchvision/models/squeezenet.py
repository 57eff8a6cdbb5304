"""SqueezeNet, in its two versions."""

import torch
from torch import nn
from torchvision.models._api import IMAGENET
from torchvision.models._utils import options

__all__ = [
    "SqueezeNet",
    "SqueezeNet1_0_Weights",
    "SqueezeNet1_1_Weights",
    "squeezenet1_0",
    "squeezenet1_1",
]


class SqueezeNet1_0_Weights:
    IMAGENET1K_V1 = DEFAULT = IMAGENET


class SqueezeNet1_1_Weights(SqueezeNet1_0_Weights):
    pass


class Fire(nn.Module):
    """A 1x1 convolution to few channels, and two beside each other back to many."""

    def __init__(self, inplanes, squeeze_planes, expand1x1_planes, expand3x3_planes):
        super().__init__()
        self.inplanes = inplanes
        self.squeeze = nn.Conv2d(inplanes, squeeze_planes, kernel_size=1)
        self.squeeze_activation = nn.ReLU(inplace=True)
        self.expand1x1 = nn.Conv2d(squeeze_planes, expand1x1_planes, kernel_size=1)
        self.expand1x1_activation = nn.ReLU(inplace=True)
        self.expand3x3 = nn.Conv2d(squeeze_planes, expand3x3_planes, kernel_size=3, padding=1)
        self.expand3x3_activation = nn.ReLU(inplace=True)

    def forward(self, x):
        x = self.squeeze_activation(self.squeeze(x))
        small = self.expand1x1_activation(self.expand1x1(x))
        large = self.expand3x3_activation(self.expand3x3(x))
        return torch.cat([small, large], 1)


def _pool():
    return nn.MaxPool2d(kernel_size=3, stride=2, ceil_mode=True)


class SqueezeNet(nn.Module):
    """Fire modules with pooling between them; a convolution gives the classes."""

    def __init__(self, version="1_0", num_classes=1000, dropout=0.5):
        super().__init__()
        self.num_classes = num_classes
        fires = [(64, 16, 64, 64), (128, 16, 64, 64), (128, 32, 128, 128), (256, 32, 128, 128)]
        fires += [(256, 48, 192, 192), (384, 48, 192, 192), (384, 64, 256, 256)]
        fires += [(512, 64, 256, 256)]
        if version == "1_0":
            stem = nn.Conv2d(3, 96, kernel_size=7, stride=2)
            fires[0] = (96, 16, 64, 64)
            pooled = [3, 7]  # the fires behind which there is a pooling
        elif version == "1_1":
            stem = nn.Conv2d(3, 64, kernel_size=3, stride=2)
            pooled = [2, 4]
        else:
            raise ValueError(f"Unsupported SqueezeNet version {version}: 1_0 or 1_1 expected")
        layers = [stem, nn.ReLU(inplace=True), _pool()]
        for number, sizes in enumerate(fires, 1):
            layers.append(Fire(*sizes))
            if number in pooled:
                layers.append(_pool())
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(
            nn.Dropout(p=dropout),
            nn.Conv2d(512, num_classes, kernel_size=1),
            nn.ReLU(inplace=True),
            nn.AdaptiveAvgPool2d((1, 1)),
        )

    def forward(self, x):
        return torch.flatten(self.classifier(self.features(x)), 1)


def squeezenet1_0(weights=None, progress=True, **kwargs):
    return SqueezeNet("1_0", **options(kwargs, weights, SqueezeNet1_0_Weights))


def squeezenet1_1(weights=None, progress=True, **kwargs):
    return SqueezeNet("1_1", **options(kwargs, weights, SqueezeNet1_1_Weights))
