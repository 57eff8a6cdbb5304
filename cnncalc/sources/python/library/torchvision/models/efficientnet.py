"""EfficientNet, both versions."""

import copy
import math
from functools import partial

import torch
from torch import nn
from torchvision.models._api import IMAGENET
from torchvision.models._utils import _make_divisible, options
from torchvision.ops.misc import Conv2dNormActivation, SqueezeExcitation
from torchvision.ops.stochastic_depth import StochasticDepth

__all__ = [
    "EfficientNet",
    "EfficientNet_B0_Weights",
    "EfficientNet_B1_Weights",
    "EfficientNet_B2_Weights",
    "EfficientNet_B3_Weights",
    "EfficientNet_B4_Weights",
    "EfficientNet_B5_Weights",
    "EfficientNet_B6_Weights",
    "EfficientNet_B7_Weights",
    "EfficientNet_V2_L_Weights",
    "EfficientNet_V2_M_Weights",
    "EfficientNet_V2_S_Weights",
    "efficientnet_b0",
    "efficientnet_b1",
    "efficientnet_b2",
    "efficientnet_b3",
    "efficientnet_b4",
    "efficientnet_b5",
    "efficientnet_b6",
    "efficientnet_b7",
    "efficientnet_v2_l",
    "efficientnet_v2_m",
    "efficientnet_v2_s",
]


class EfficientNet_B0_Weights:
    IMAGENET1K_V1 = DEFAULT = IMAGENET


class EfficientNet_B1_Weights(EfficientNet_B0_Weights):
    IMAGENET1K_V2 = IMAGENET


class EfficientNet_B2_Weights(EfficientNet_B0_Weights):
    pass


class EfficientNet_B3_Weights(EfficientNet_B0_Weights):
    pass


class EfficientNet_B4_Weights(EfficientNet_B0_Weights):
    pass


class EfficientNet_B5_Weights(EfficientNet_B0_Weights):
    pass


class EfficientNet_B6_Weights(EfficientNet_B0_Weights):
    pass


class EfficientNet_B7_Weights(EfficientNet_B0_Weights):
    pass


class EfficientNet_V2_S_Weights(EfficientNet_B0_Weights):
    pass


class EfficientNet_V2_M_Weights(EfficientNet_B0_Weights):
    pass


class EfficientNet_V2_L_Weights(EfficientNet_B0_Weights):
    pass


class _MBConvConfig:
    """The sizes of the blocks of one stage."""

    def __init__(
        self, expand_ratio, kernel, stride, input_channels, out_channels, num_layers, block
    ):
        self.expand_ratio = expand_ratio
        self.kernel = kernel
        self.stride = stride
        self.input_channels = input_channels
        self.out_channels = out_channels
        self.num_layers = num_layers
        self.block = block

    @staticmethod
    def adjust_channels(channels, width_mult, min_value=None):
        return _make_divisible(channels * width_mult, 8, min_value)


class MBConvConfig(_MBConvConfig):
    """A stage of the first version's blocks, scaled in width and depth."""

    def __init__(
        self,
        expand_ratio,
        kernel,
        stride,
        input_channels,
        out_channels,
        num_layers,
        width_mult=1.0,
        depth_mult=1.0,
        block=None,
    ):
        super().__init__(
            expand_ratio,
            kernel,
            stride,
            self.adjust_channels(input_channels, width_mult),
            self.adjust_channels(out_channels, width_mult),
            self.adjust_depth(num_layers, depth_mult),
            MBConv if block is None else block,
        )

    @staticmethod
    def adjust_depth(num_layers, depth_mult):
        return int(math.ceil(num_layers * depth_mult))


class FusedMBConvConfig(_MBConvConfig):
    """A stage of the second version's blocks."""

    def __init__(
        self,
        expand_ratio,
        kernel,
        stride,
        input_channels,
        out_channels,
        num_layers,
        block=None,
    ):
        sizes = (expand_ratio, kernel, stride, input_channels, out_channels, num_layers)
        super().__init__(*sizes, FusedMBConv if block is None else block)


class _Residual(nn.Module):
    """The layers of a block, with a residual that may be dropped where the sizes agree."""

    def __init__(self, cnf, layers, stochastic_depth_prob):
        super().__init__()
        if not 1 <= cnf.stride <= 2:
            raise ValueError("illegal stride value")
        self.use_res_connect = cnf.stride == 1 and cnf.input_channels == cnf.out_channels
        self.block = nn.Sequential(*layers)
        self.stochastic_depth = StochasticDepth(stochastic_depth_prob, "row")
        self.out_channels = cnf.out_channels

    def forward(self, input):
        result = self.block(input)
        if self.use_res_connect:
            result = self.stochastic_depth(result)
            result += input
        return result


class MBConv(_Residual):
    """Expand, convolve each channel by itself, gate, and project."""

    def __init__(self, cnf, stochastic_depth_prob, norm_layer, se_layer=SqueezeExcitation):
        block = partial(Conv2dNormActivation, norm_layer=norm_layer, activation_layer=nn.SiLU)
        width = cnf.input_channels
        hidden = cnf.adjust_channels(width, cnf.expand_ratio)
        layers = []
        if hidden != width:
            layers.append(block(width, hidden, kernel_size=1))
        layers.append(
            block(hidden, hidden, kernel_size=cnf.kernel, stride=cnf.stride, groups=hidden)
        )
        silu = partial(nn.SiLU, inplace=True)
        layers.append(se_layer(hidden, max(1, width // 4), activation=silu))
        layers.append(block(hidden, cnf.out_channels, kernel_size=1, activation_layer=None))
        super().__init__(cnf, layers, stochastic_depth_prob)


class FusedMBConv(_Residual):
    """Expand by an ordinary convolution, and project; no gate."""

    def __init__(self, cnf, stochastic_depth_prob, norm_layer):
        block = partial(Conv2dNormActivation, norm_layer=norm_layer, activation_layer=nn.SiLU)
        width = cnf.input_channels
        hidden = cnf.adjust_channels(width, cnf.expand_ratio)
        window = {"kernel_size": cnf.kernel, "stride": cnf.stride}
        layers = [block(width, cnf.out_channels if hidden == width else hidden, **window)]
        if hidden != width:
            layers.append(block(hidden, cnf.out_channels, kernel_size=1, activation_layer=None))
        super().__init__(cnf, layers, stochastic_depth_prob)


class EfficientNet(nn.Module):
    """A stem, the stages as they are configured, a 1x1 convolution and a linear layer."""

    def __init__(
        self,
        inverted_residual_setting,
        dropout,
        stochastic_depth_prob=0.2,
        num_classes=1000,
        norm_layer=None,
        last_channel=None,
    ):
        super().__init__()
        setting = inverted_residual_setting
        if not setting:
            raise ValueError("The inverted_residual_setting should not be empty")
        norm = nn.BatchNorm2d if norm_layer is None else norm_layer
        around = {"norm_layer": norm, "activation_layer": nn.SiLU}
        first = setting[0].input_channels
        layers = [Conv2dNormActivation(3, first, kernel_size=3, stride=2, **around)]
        total = sum([cnf.num_layers for cnf in setting])
        done = 0
        for cnf in setting:
            stage = []
            for number in range(cnf.num_layers):
                own = copy.copy(cnf)
                if number > 0:
                    own.input_channels = own.out_channels
                    own.stride = 1
                dropped = stochastic_depth_prob * float(done) / total
                stage.append(own.block(own, dropped, norm))
                done += 1
            layers.append(nn.Sequential(*stage))
        width = setting[-1].out_channels
        last = 4 * width if last_channel is None else last_channel
        layers.append(Conv2dNormActivation(width, last, kernel_size=1, **around))
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Sequential(
            nn.Dropout(p=dropout, inplace=True), nn.Linear(last, num_classes)
        )

    def _forward_impl(self, x):
        x = self.avgpool(self.features(x))
        return self.classifier(torch.flatten(x, 1))

    def forward(self, x):
        return self._forward_impl(x)


#: expansion, kernel, stride, input channels, output channels, blocks
_V1 = [
    (1, 3, 1, 32, 16, 1),
    (6, 3, 2, 16, 24, 2),
    (6, 5, 2, 24, 40, 2),
    (6, 3, 2, 40, 80, 3),
    (6, 5, 1, 80, 112, 3),
    (6, 5, 2, 112, 192, 4),
    (6, 3, 1, 192, 320, 1),
]
#: The stages of the second version: those with fused blocks, and the others.
_V2_S = (
    [(1, 3, 1, 24, 24, 2), (4, 3, 2, 24, 48, 4), (4, 3, 2, 48, 64, 4)],
    [(4, 3, 2, 64, 128, 6), (6, 3, 1, 128, 160, 9), (6, 3, 2, 160, 256, 15)],
)
_V2_M = (
    [(1, 3, 1, 24, 24, 3), (4, 3, 2, 24, 48, 5), (4, 3, 2, 48, 80, 5)],
    [
        (4, 3, 2, 80, 160, 7),
        (6, 3, 1, 160, 176, 14),
        (6, 3, 2, 176, 304, 18),
        (6, 3, 1, 304, 512, 5),
    ],
)
_V2_L = (
    [(1, 3, 1, 32, 32, 4), (4, 3, 2, 32, 64, 7), (4, 3, 2, 64, 96, 7)],
    [
        (4, 3, 2, 96, 192, 10),
        (6, 3, 1, 192, 224, 19),
        (6, 3, 2, 224, 384, 25),
        (6, 3, 1, 384, 640, 7),
    ],
)


def _v1(width_mult, depth_mult, dropout, kwargs, **norm):
    """A network of the first version; `norm` has options of its batch norm."""
    setting = [MBConvConfig(*sizes, width_mult, depth_mult) for sizes in _V1]
    if norm:
        norm = {"norm_layer": partial(nn.BatchNorm2d, **norm)}
    return EfficientNet(setting, kwargs.pop("dropout", dropout), **norm, **kwargs)


def _v2(stages, dropout, kwargs):
    """A network of the second version."""
    fused, others = stages
    setting = [FusedMBConvConfig(*sizes) for sizes in fused]
    setting += [MBConvConfig(*sizes) for sizes in others]
    return EfficientNet(
        setting,
        kwargs.pop("dropout", dropout),
        last_channel=1280,
        norm_layer=partial(nn.BatchNorm2d, eps=1e-03),
        **kwargs,
    )


def efficientnet_b0(weights=None, progress=True, **kwargs):
    return _v1(1.0, 1.0, 0.2, options(kwargs, weights, EfficientNet_B0_Weights))


def efficientnet_b1(weights=None, progress=True, **kwargs):
    return _v1(1.0, 1.1, 0.2, options(kwargs, weights, EfficientNet_B1_Weights))


def efficientnet_b2(weights=None, progress=True, **kwargs):
    return _v1(1.1, 1.2, 0.3, options(kwargs, weights, EfficientNet_B2_Weights))


def efficientnet_b3(weights=None, progress=True, **kwargs):
    return _v1(1.2, 1.4, 0.3, options(kwargs, weights, EfficientNet_B3_Weights))


def efficientnet_b4(weights=None, progress=True, **kwargs):
    return _v1(1.4, 1.8, 0.4, options(kwargs, weights, EfficientNet_B4_Weights))


def efficientnet_b5(weights=None, progress=True, **kwargs):
    kwargs = options(kwargs, weights, EfficientNet_B5_Weights)
    return _v1(1.6, 2.2, 0.4, kwargs, eps=0.001, momentum=0.01)


def efficientnet_b6(weights=None, progress=True, **kwargs):
    kwargs = options(kwargs, weights, EfficientNet_B6_Weights)
    return _v1(1.8, 2.6, 0.5, kwargs, eps=0.001, momentum=0.01)


def efficientnet_b7(weights=None, progress=True, **kwargs):
    kwargs = options(kwargs, weights, EfficientNet_B7_Weights)
    return _v1(2.0, 3.1, 0.5, kwargs, eps=0.001, momentum=0.01)


def efficientnet_v2_s(weights=None, progress=True, **kwargs):
    return _v2(_V2_S, 0.2, options(kwargs, weights, EfficientNet_V2_S_Weights))


def efficientnet_v2_m(weights=None, progress=True, **kwargs):
    return _v2(_V2_M, 0.3, options(kwargs, weights, EfficientNet_V2_M_Weights))


def efficientnet_v2_l(weights=None, progress=True, **kwargs):
    return _v2(_V2_L, 0.4, options(kwargs, weights, EfficientNet_V2_L_Weights))
