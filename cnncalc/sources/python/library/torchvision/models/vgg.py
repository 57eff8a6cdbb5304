"""The VGG networks, with and without batch norm."""

import torch
from torch import nn
from torchvision.models._api import IMAGENET
from torchvision.models._utils import options

__all__ = [
    "VGG",
    "VGG11_BN_Weights",
    "VGG11_Weights",
    "VGG13_BN_Weights",
    "VGG13_Weights",
    "VGG16_BN_Weights",
    "VGG16_Weights",
    "VGG19_BN_Weights",
    "VGG19_Weights",
    "vgg11",
    "vgg11_bn",
    "vgg13",
    "vgg13_bn",
    "vgg16",
    "vgg16_bn",
    "vgg19",
    "vgg19_bn",
]


class VGG11_Weights:
    IMAGENET1K_V1 = DEFAULT = IMAGENET


class VGG11_BN_Weights(VGG11_Weights):
    pass


class VGG13_Weights(VGG11_Weights):
    pass


class VGG13_BN_Weights(VGG11_Weights):
    pass


class VGG16_Weights(VGG11_Weights):
    IMAGENET1K_FEATURES = IMAGENET


class VGG16_BN_Weights(VGG11_Weights):
    pass


class VGG19_Weights(VGG11_Weights):
    pass


class VGG19_BN_Weights(VGG11_Weights):
    pass


class VGG(nn.Module):
    """Features, pooled to 7x7, and three linear layers."""

    def __init__(self, features, num_classes=1000, init_weights=True, dropout=0.5):
        super().__init__()
        self.features = features
        self.avgpool = nn.AdaptiveAvgPool2d((7, 7))
        self.classifier = nn.Sequential(
            nn.Linear(512 * 7 * 7, 4096),
            nn.ReLU(True),
            nn.Dropout(p=dropout),
            nn.Linear(4096, 4096),
            nn.ReLU(True),
            nn.Dropout(p=dropout),
            nn.Linear(4096, num_classes),
        )

    def forward(self, x):
        x = self.avgpool(self.features(x))
        return self.classifier(torch.flatten(x, 1))


def make_layers(cfg, batch_norm=False):
    """3x3 convolutions of the widths in `cfg`, and pooling where it says "M"."""
    layers = []
    width = 3
    for item in cfg:
        if item == "M":
            layers.append(nn.MaxPool2d(kernel_size=2, stride=2))
            continue
        layers.append(nn.Conv2d(width, item, kernel_size=3, padding=1))
        if batch_norm:
            layers.append(nn.BatchNorm2d(item))
        layers.append(nn.ReLU(inplace=True))
        width = item
    return nn.Sequential(*layers)


def _stages(repeats):
    cfg = []
    for width, count in zip([64, 128, 256, 512, 512], repeats):
        cfg += [width] * count + ["M"]
    return cfg


cfgs = {
    "A": _stages([1, 1, 2, 2, 2]),
    "B": _stages([2, 2, 2, 2, 2]),
    "D": _stages([2, 2, 3, 3, 3]),
    "E": _stages([2, 2, 4, 4, 4]),
}


def _vgg(cfg, batch_norm, kwargs):
    return VGG(make_layers(cfgs[cfg], batch_norm), **kwargs)


def vgg11(weights=None, progress=True, **kwargs):
    return _vgg("A", False, options(kwargs, weights, VGG11_Weights))


def vgg11_bn(weights=None, progress=True, **kwargs):
    return _vgg("A", True, options(kwargs, weights, VGG11_BN_Weights))


def vgg13(weights=None, progress=True, **kwargs):
    return _vgg("B", False, options(kwargs, weights, VGG13_Weights))


def vgg13_bn(weights=None, progress=True, **kwargs):
    return _vgg("B", True, options(kwargs, weights, VGG13_BN_Weights))


def vgg16(weights=None, progress=True, **kwargs):
    return _vgg("D", False, options(kwargs, weights, VGG16_Weights))


def vgg16_bn(weights=None, progress=True, **kwargs):
    return _vgg("D", True, options(kwargs, weights, VGG16_BN_Weights))


def vgg19(weights=None, progress=True, **kwargs):
    return _vgg("E", False, options(kwargs, weights, VGG19_Weights))


def vgg19_bn(weights=None, progress=True, **kwargs):
    return _vgg("E", True, options(kwargs, weights, VGG19_BN_Weights))
