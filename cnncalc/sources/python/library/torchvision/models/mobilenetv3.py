"""MobileNetV3."""

from functools import partial

import torch
from torch import nn
from torchvision.models._api import IMAGENET
from torchvision.models._utils import _make_divisible, options
from torchvision.ops.misc import Conv2dNormActivation, SqueezeExcitation

__all__ = [
    "MobileNetV3",
    "MobileNet_V3_Large_Weights",
    "MobileNet_V3_Small_Weights",
    "mobilenet_v3_large",
    "mobilenet_v3_small",
]


class MobileNet_V3_Large_Weights:
    IMAGENET1K_V1 = IMAGENET1K_V2 = DEFAULT = IMAGENET


class MobileNet_V3_Small_Weights:
    IMAGENET1K_V1 = DEFAULT = IMAGENET


class InvertedResidualConfig:
    """The sizes of one block, as the paper's tables have them."""

    def __init__(
        self,
        input_channels,
        kernel,
        expanded_channels,
        out_channels,
        use_se,
        activation,
        stride,
        dilation,
        width_mult,
    ):
        self.input_channels = self.adjust_channels(input_channels, width_mult)
        self.kernel = kernel
        self.expanded_channels = self.adjust_channels(expanded_channels, width_mult)
        self.out_channels = self.adjust_channels(out_channels, width_mult)
        self.use_se = use_se
        self.use_hs = activation == "HS"
        self.stride = stride
        self.dilation = dilation

    @staticmethod
    def adjust_channels(channels, width_mult):
        return _make_divisible(channels * width_mult, 8)


class InvertedResidual(nn.Module):
    """Expand, convolve each channel by itself, gate and project; perhaps with a residual."""

    def __init__(
        self,
        cnf,
        norm_layer,
        se_layer=partial(SqueezeExcitation, scale_activation=nn.Hardsigmoid),
    ):
        super().__init__()
        if not 1 <= cnf.stride <= 2:
            raise ValueError("illegal stride value")
        self.use_res_connect = cnf.stride == 1 and cnf.input_channels == cnf.out_channels
        activation = nn.Hardswish if cnf.use_hs else nn.ReLU
        block = partial(Conv2dNormActivation, norm_layer=norm_layer)
        hidden = cnf.expanded_channels
        layers = []
        if hidden != cnf.input_channels:
            layers.append(
                block(cnf.input_channels, hidden, kernel_size=1, activation_layer=activation)
            )
        layers.append(
            block(
                hidden,
                hidden,
                kernel_size=cnf.kernel,
                stride=1 if cnf.dilation > 1 else cnf.stride,
                dilation=cnf.dilation,
                groups=hidden,
                activation_layer=activation,
            )
        )
        if cnf.use_se:
            layers.append(se_layer(hidden, _make_divisible(hidden // 4, 8)))
        layers.append(block(hidden, cnf.out_channels, kernel_size=1, activation_layer=None))
        self.block = nn.Sequential(*layers)
        self.out_channels = cnf.out_channels
        self._is_cn = cnf.stride > 1

    def forward(self, input):
        result = self.block(input)
        if self.use_res_connect:
            result += input
        return result


class MobileNetV3(nn.Module):
    """A stem, inverted residuals as they are configured, and two linear layers."""

    def __init__(
        self,
        inverted_residual_setting,
        last_channel,
        num_classes=1000,
        block=None,
        norm_layer=None,
        dropout=0.2,
        **kwargs,
    ):
        super().__init__()
        setting = inverted_residual_setting
        if not setting:
            raise ValueError("The inverted_residual_setting should not be empty")
        block = InvertedResidual if block is None else block
        norm = norm_layer
        if norm is None:
            norm = partial(nn.BatchNorm2d, eps=0.001, momentum=0.01)
        around = {"norm_layer": norm, "activation_layer": nn.Hardswish}
        first = setting[0].input_channels
        layers = [Conv2dNormActivation(3, first, kernel_size=3, stride=2, **around)]
        layers += [block(cnf, norm) for cnf in setting]
        width = setting[-1].out_channels
        layers.append(Conv2dNormActivation(width, 6 * width, kernel_size=1, **around))
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Sequential(
            nn.Linear(6 * width, last_channel),
            nn.Hardswish(inplace=True),
            nn.Dropout(p=dropout, inplace=True),
            nn.Linear(last_channel, num_classes),
        )

    def _forward_impl(self, x):
        x = self.avgpool(self.features(x))
        return self.classifier(torch.flatten(x, 1))

    def forward(self, x):
        return self._forward_impl(x)


#: input, kernel, expanded and output channels, gate?, activation, stride.
_LARGE = [
    (16, 3, 16, 16, False, "RE", 1),
    (16, 3, 64, 24, False, "RE", 2),
    (24, 3, 72, 24, False, "RE", 1),
    (24, 5, 72, 40, True, "RE", 2),
    (40, 5, 120, 40, True, "RE", 1),
    (40, 5, 120, 40, True, "RE", 1),
    (40, 3, 240, 80, False, "HS", 2),
    (80, 3, 200, 80, False, "HS", 1),
    (80, 3, 184, 80, False, "HS", 1),
    (80, 3, 184, 80, False, "HS", 1),
    (80, 3, 480, 112, True, "HS", 1),
    (112, 3, 672, 112, True, "HS", 1),
]
_SMALL = [
    (16, 3, 16, 16, True, "RE", 2),
    (16, 3, 72, 24, False, "RE", 2),
    (24, 3, 88, 24, False, "RE", 1),
    (24, 5, 96, 40, True, "HS", 2),
    (40, 5, 240, 40, True, "HS", 1),
    (40, 5, 240, 40, True, "HS", 1),
    (40, 5, 120, 48, True, "HS", 1),
    (48, 5, 144, 48, True, "HS", 1),
]


def _mobilenet_v3_conf(arch, width_mult=1.0, reduced_tail=False, dilated=False, **kwargs):
    """The blocks of a network, and the width of its last hidden layer."""
    divider = 2 if reduced_tail else 1
    dilation = 2 if dilated else 1
    if arch == "mobilenet_v3_large":
        rows, before, tail, hidden, last = _LARGE, 112, 160, 672, 1280
    elif arch == "mobilenet_v3_small":
        rows, before, tail, hidden, last = _SMALL, 48, 96, 288, 1024
    else:
        raise ValueError(f"Unsupported model type {arch}")
    tail = tail // divider
    wide = (960 if arch == "mobilenet_v3_large" else 576) // divider
    blocks = [InvertedResidualConfig(*row, 1, width_mult) for row in rows]
    sizes = [(before, hidden, 2), (tail, wide, 1), (tail, wide, 1)]
    for width, expanded, stride in sizes:
        rest = (True, "HS", stride, dilation, width_mult)
        blocks.append(InvertedResidualConfig(width, 5, expanded, tail, *rest))
    return blocks, InvertedResidualConfig.adjust_channels(last // divider, width_mult)


def _mobilenet_v3(arch, kwargs):
    blocks, last_channel = _mobilenet_v3_conf(arch, **kwargs)
    return MobileNetV3(blocks, last_channel, **kwargs)


def mobilenet_v3_large(weights=None, progress=True, **kwargs):
    kwargs = options(kwargs, weights, MobileNet_V3_Large_Weights)
    return _mobilenet_v3("mobilenet_v3_large", kwargs)


def mobilenet_v3_small(weights=None, progress=True, **kwargs):
    kwargs = options(kwargs, weights, MobileNet_V3_Small_Weights)
    return _mobilenet_v3("mobilenet_v3_small", kwargs)
