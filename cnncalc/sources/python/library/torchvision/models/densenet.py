"""Densely connected networks."""

from collections import OrderedDict

import torch
import torch.nn.functional as F
from torch import nn
from torchvision.models._api import IMAGENET
from torchvision.models._utils import options

__all__ = [
    "DenseNet",
    "DenseNet121_Weights",
    "DenseNet161_Weights",
    "DenseNet169_Weights",
    "DenseNet201_Weights",
    "densenet121",
    "densenet161",
    "densenet169",
    "densenet201",
]


class DenseNet121_Weights:
    IMAGENET1K_V1 = DEFAULT = IMAGENET


class DenseNet161_Weights(DenseNet121_Weights):
    pass


class DenseNet169_Weights(DenseNet121_Weights):
    pass


class DenseNet201_Weights(DenseNet121_Weights):
    pass


class _DenseLayer(nn.Module):
    """A 1x1 and a 3x3 convolution of all that came before, each behind norm and ReLU."""

    def __init__(self, num_input_features, growth_rate, bn_size, drop_rate, memory_efficient=False):
        super().__init__()
        hidden = bn_size * growth_rate
        self.norm1 = nn.BatchNorm2d(num_input_features)
        self.relu1 = nn.ReLU(inplace=True)
        self.conv1 = nn.Conv2d(num_input_features, hidden, kernel_size=1, stride=1, bias=False)
        self.norm2 = nn.BatchNorm2d(hidden)
        self.relu2 = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(hidden, growth_rate, kernel_size=3, stride=1, padding=1, bias=False)
        self.drop_rate = float(drop_rate)
        self.memory_efficient = memory_efficient

    def bn_function(self, inputs):
        return self.conv1(self.relu1(self.norm1(torch.cat(inputs, 1))))

    def forward(self, input):
        earlier = [input] if isinstance(input, torch.Tensor) else input
        new = self.conv2(self.relu2(self.norm2(self.bn_function(earlier))))
        if self.drop_rate > 0:
            new = F.dropout(new, p=self.drop_rate, training=self.training)
        return new


class _DenseBlock(nn.ModuleDict):
    """Layers that each read the block's input and what all layers before them gave."""

    def __init__(
        self,
        num_layers,
        num_input_features,
        bn_size,
        growth_rate,
        drop_rate,
        memory_efficient=False,
    ):
        super().__init__()
        for number in range(num_layers):
            layer = _DenseLayer(
                num_input_features + number * growth_rate,
                growth_rate,
                bn_size,
                drop_rate,
                memory_efficient,
            )
            self.add_module(f"denselayer{number + 1}", layer)

    def forward(self, init_features):
        features = [init_features]
        for layer in self.values():
            features.append(layer(features))
        return torch.cat(features, 1)


class _Transition(nn.Sequential):
    """Fewer channels and half the size."""

    def __init__(self, num_input_features, num_output_features):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_input_features)
        self.relu = nn.ReLU(inplace=True)
        self.conv = nn.Conv2d(
            num_input_features, num_output_features, kernel_size=1, stride=1, bias=False
        )
        self.pool = nn.AvgPool2d(kernel_size=2, stride=2)


class DenseNet(nn.Module):
    """A stem, dense blocks with transitions between them, and a linear layer."""

    def __init__(
        self,
        growth_rate=32,
        block_config=(6, 12, 24, 16),
        num_init_features=64,
        bn_size=4,
        drop_rate=0,
        num_classes=1000,
        memory_efficient=False,
    ):
        super().__init__()
        width = num_init_features
        stem = OrderedDict()
        stem["conv0"] = nn.Conv2d(3, width, kernel_size=7, stride=2, padding=3, bias=False)
        stem["norm0"] = nn.BatchNorm2d(width)
        stem["relu0"] = nn.ReLU(inplace=True)
        stem["pool0"] = nn.MaxPool2d(kernel_size=3, stride=2, padding=1)
        self.features = nn.Sequential(stem)
        for number, num_layers in enumerate(block_config, 1):
            block = _DenseBlock(
                num_layers, width, bn_size, growth_rate, drop_rate, memory_efficient
            )
            self.features.add_module(f"denseblock{number}", block)
            width += num_layers * growth_rate
            if number < len(block_config):
                self.features.add_module(f"transition{number}", _Transition(width, width // 2))
                width = width // 2
        self.features.add_module("norm5", nn.BatchNorm2d(width))
        self.classifier = nn.Linear(width, num_classes)

    def forward(self, x):
        out = F.relu(self.features(x), inplace=True)
        out = F.adaptive_avg_pool2d(out, (1, 1))
        return self.classifier(torch.flatten(out, 1))


def densenet121(weights=None, progress=True, **kwargs):
    return DenseNet(32, (6, 12, 24, 16), 64, **options(kwargs, weights, DenseNet121_Weights))


def densenet161(weights=None, progress=True, **kwargs):
    return DenseNet(48, (6, 12, 36, 24), 96, **options(kwargs, weights, DenseNet161_Weights))


def densenet169(weights=None, progress=True, **kwargs):
    return DenseNet(32, (6, 12, 32, 32), 64, **options(kwargs, weights, DenseNet169_Weights))


def densenet201(weights=None, progress=True, **kwargs):
    return DenseNet(32, (6, 12, 48, 32), 64, **options(kwargs, weights, DenseNet201_Weights))
