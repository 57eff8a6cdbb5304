"""ConvNeXt."""

from functools import partial

import torch
import torch.nn.functional as F
from torch import nn
from torchvision.models._api import IMAGENET
from torchvision.models._utils import options
from torchvision.ops.misc import Conv2dNormActivation, Permute
from torchvision.ops.stochastic_depth import StochasticDepth

__all__ = [
    "ConvNeXt",
    "ConvNeXt_Base_Weights",
    "ConvNeXt_Large_Weights",
    "ConvNeXt_Small_Weights",
    "ConvNeXt_Tiny_Weights",
    "convnext_base",
    "convnext_large",
    "convnext_small",
    "convnext_tiny",
]


class ConvNeXt_Tiny_Weights:
    IMAGENET1K_V1 = DEFAULT = IMAGENET


class ConvNeXt_Small_Weights(ConvNeXt_Tiny_Weights):
    pass


class ConvNeXt_Base_Weights(ConvNeXt_Tiny_Weights):
    pass


class ConvNeXt_Large_Weights(ConvNeXt_Tiny_Weights):
    pass


class LayerNorm2d(nn.LayerNorm):
    """Layer norm over the channels of images."""

    def forward(self, x):
        x = x.permute(0, 2, 3, 1)
        x = F.layer_norm(x, self.normalized_shape, self.weight, self.bias, self.eps)
        return x.permute(0, 3, 1, 2)


class CNBlock(nn.Module):
    """A 7x7 convolution of each channel and two linear layers, beside a residual."""

    def __init__(self, dim, layer_scale, stochastic_depth_prob, norm_layer=None):
        super().__init__()
        norm = partial(nn.LayerNorm, eps=1e-6) if norm_layer is None else norm_layer
        self.block = nn.Sequential(
            nn.Conv2d(dim, dim, kernel_size=7, padding=3, groups=dim, bias=True),
            Permute([0, 2, 3, 1]),
            norm(dim),
            nn.Linear(in_features=dim, out_features=4 * dim, bias=True),
            nn.GELU(),
            nn.Linear(in_features=4 * dim, out_features=dim, bias=True),
            Permute([0, 3, 1, 2]),
        )
        self.layer_scale = nn.Parameter(torch.ones(dim, 1, 1) * layer_scale)
        self.stochastic_depth = StochasticDepth(stochastic_depth_prob, "row")

    def forward(self, input):
        result = self.stochastic_depth(self.layer_scale * self.block(input))
        result += input
        return result


class CNBlockConfig:
    """The widths of a stage and of the next one, and the number of its blocks."""

    def __init__(self, input_channels, out_channels, num_layers):
        self.input_channels = input_channels
        self.out_channels = out_channels
        self.num_layers = num_layers


class ConvNeXt(nn.Module):
    """A stem of patches, stages with subsampling between them, and a linear layer."""

    def __init__(
        self,
        block_setting,
        stochastic_depth_prob=0.0,
        layer_scale=1e-6,
        num_classes=1000,
        block=None,
        norm_layer=None,
        **kwargs,
    ):
        super().__init__()
        if not block_setting:
            raise ValueError("The block_setting should not be empty")
        block = CNBlock if block is None else block
        norm = partial(LayerNorm2d, eps=1e-6) if norm_layer is None else norm_layer
        layers = [
            Conv2dNormActivation(
                3,
                block_setting[0].input_channels,
                kernel_size=4,
                stride=4,
                padding=0,
                norm_layer=norm,
                activation_layer=None,
                bias=True,
            )
        ]
        total = sum([cnf.num_layers for cnf in block_setting])
        done = 0
        for cnf in block_setting:
            stage = []
            for _ in range(cnf.num_layers):
                dropped = stochastic_depth_prob * done / (total - 1.0)
                stage.append(block(cnf.input_channels, layer_scale, dropped))
                done += 1
            layers.append(nn.Sequential(*stage))
            if cnf.out_channels is not None:
                halved = nn.Conv2d(cnf.input_channels, cnf.out_channels, kernel_size=2, stride=2)
                layers.append(nn.Sequential(norm(cnf.input_channels), halved))
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        width = block_setting[-1].out_channels
        if width is None:
            width = block_setting[-1].input_channels
        self.classifier = nn.Sequential(norm(width), nn.Flatten(1), nn.Linear(width, num_classes))

    def _forward_impl(self, x):
        return self.classifier(self.avgpool(self.features(x)))

    def forward(self, x):
        return self._forward_impl(x)


def _convnext(widths, repeats, dropped, kwargs):
    following = [*widths[1:], None]
    setting = [CNBlockConfig(*sizes) for sizes in zip(widths, following, repeats)]
    dropped = kwargs.pop("stochastic_depth_prob", dropped)
    return ConvNeXt(setting, stochastic_depth_prob=dropped, **kwargs)


def convnext_tiny(weights=None, progress=True, **kwargs):
    kwargs = options(kwargs, weights, ConvNeXt_Tiny_Weights)
    return _convnext([96, 192, 384, 768], [3, 3, 9, 3], 0.1, kwargs)


def convnext_small(weights=None, progress=True, **kwargs):
    kwargs = options(kwargs, weights, ConvNeXt_Small_Weights)
    return _convnext([96, 192, 384, 768], [3, 3, 27, 3], 0.4, kwargs)


def convnext_base(weights=None, progress=True, **kwargs):
    kwargs = options(kwargs, weights, ConvNeXt_Base_Weights)
    return _convnext([128, 256, 512, 1024], [3, 3, 27, 3], 0.5, kwargs)


def convnext_large(weights=None, progress=True, **kwargs):
    kwargs = options(kwargs, weights, ConvNeXt_Large_Weights)
    return _convnext([192, 384, 768, 1536], [3, 3, 27, 3], 0.5, kwargs)
