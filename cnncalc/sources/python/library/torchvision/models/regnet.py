"""RegNet, with gates (Y) and without (X)."""

import math
from collections import OrderedDict

from torch import nn
from torchvision.models._api import IMAGENET, Weights
from torchvision.models._utils import _make_divisible, options
from torchvision.ops.misc import Conv2dNormActivation, SqueezeExcitation

__all__ = [
    "RegNet",
    "RegNet_X_1_6GF_Weights",
    "RegNet_X_3_2GF_Weights",
    "RegNet_X_8GF_Weights",
    "RegNet_X_16GF_Weights",
    "RegNet_X_32GF_Weights",
    "RegNet_X_400MF_Weights",
    "RegNet_X_800MF_Weights",
    "RegNet_Y_1_6GF_Weights",
    "RegNet_Y_3_2GF_Weights",
    "RegNet_Y_8GF_Weights",
    "RegNet_Y_16GF_Weights",
    "RegNet_Y_32GF_Weights",
    "RegNet_Y_128GF_Weights",
    "RegNet_Y_400MF_Weights",
    "RegNet_Y_800MF_Weights",
    "regnet_x_1_6gf",
    "regnet_x_3_2gf",
    "regnet_x_8gf",
    "regnet_x_16gf",
    "regnet_x_32gf",
    "regnet_x_400mf",
    "regnet_x_800mf",
    "regnet_y_1_6gf",
    "regnet_y_3_2gf",
    "regnet_y_8gf",
    "regnet_y_16gf",
    "regnet_y_32gf",
    "regnet_y_128gf",
    "regnet_y_400mf",
    "regnet_y_800mf",
]


class RegNet_X_400MF_Weights:
    IMAGENET1K_V1 = IMAGENET1K_V2 = DEFAULT = IMAGENET


class RegNet_X_800MF_Weights(RegNet_X_400MF_Weights):
    pass


class RegNet_X_1_6GF_Weights(RegNet_X_400MF_Weights):
    pass


class RegNet_X_3_2GF_Weights(RegNet_X_400MF_Weights):
    pass


class RegNet_X_8GF_Weights(RegNet_X_400MF_Weights):
    pass


class RegNet_X_16GF_Weights(RegNet_X_400MF_Weights):
    pass


class RegNet_X_32GF_Weights(RegNet_X_400MF_Weights):
    pass


class RegNet_Y_400MF_Weights(RegNet_X_400MF_Weights):
    pass


class RegNet_Y_800MF_Weights(RegNet_X_400MF_Weights):
    pass


class RegNet_Y_1_6GF_Weights(RegNet_X_400MF_Weights):
    pass


class RegNet_Y_3_2GF_Weights(RegNet_X_400MF_Weights):
    pass


class RegNet_Y_8GF_Weights(RegNet_X_400MF_Weights):
    pass


class RegNet_Y_16GF_Weights(RegNet_X_400MF_Weights):
    IMAGENET1K_SWAG_E2E_V1 = Weights(meta={"categories": range(1000), "min_size": (384, 384)})
    IMAGENET1K_SWAG_LINEAR_V1 = IMAGENET


class RegNet_Y_32GF_Weights(RegNet_Y_16GF_Weights):
    pass


class RegNet_Y_128GF_Weights:
    IMAGENET1K_SWAG_E2E_V1 = DEFAULT = RegNet_Y_16GF_Weights.IMAGENET1K_SWAG_E2E_V1
    IMAGENET1K_SWAG_LINEAR_V1 = IMAGENET


class SimpleStemIN(Conv2dNormActivation):
    """A 3x3 convolution with stride 2."""

    def __init__(self, width_in, width_out, norm_layer, activation_layer):
        super().__init__(
            width_in,
            width_out,
            kernel_size=3,
            stride=2,
            norm_layer=norm_layer,
            activation_layer=activation_layer,
        )


class BottleneckTransform(nn.Sequential):
    """1x1, grouped 3x3, perhaps a gate, and 1x1."""

    def __init__(
        self,
        width_in,
        width_out,
        stride,
        norm_layer,
        activation_layer,
        group_width,
        bottleneck_multiplier,
        se_ratio,
    ):
        hidden = int(round(width_out * bottleneck_multiplier))
        around = {"norm_layer": norm_layer, "activation_layer": activation_layer}
        layers = OrderedDict()
        layers["a"] = Conv2dNormActivation(width_in, hidden, kernel_size=1, stride=1, **around)
        layers["b"] = Conv2dNormActivation(
            hidden, hidden, kernel_size=3, stride=stride, groups=hidden // group_width, **around
        )
        if se_ratio:
            layers["se"] = SqueezeExcitation(
                hidden, int(round(se_ratio * width_in)), activation=activation_layer
            )
        layers["c"] = Conv2dNormActivation(
            hidden,
            width_out,
            kernel_size=1,
            stride=1,
            norm_layer=norm_layer,
            activation_layer=None,
        )
        super().__init__(layers)


class ResBottleneckBlock(nn.Module):
    """A bottleneck beside a shortcut, which is projected where sizes differ."""

    def __init__(
        self,
        width_in,
        width_out,
        stride,
        norm_layer,
        activation_layer,
        group_width=1,
        bottleneck_multiplier=1.0,
        se_ratio=None,
    ):
        super().__init__()
        self.proj = None
        if width_in != width_out or stride != 1:
            self.proj = Conv2dNormActivation(
                width_in,
                width_out,
                kernel_size=1,
                stride=stride,
                norm_layer=norm_layer,
                activation_layer=None,
            )
        self.f = BottleneckTransform(
            width_in,
            width_out,
            stride,
            norm_layer,
            activation_layer,
            group_width,
            bottleneck_multiplier,
            se_ratio,
        )
        self.activation = activation_layer(inplace=True)

    def forward(self, x):
        shortcut = x if self.proj is None else self.proj(x)
        return self.activation(shortcut + self.f(x))


class AnyStage(nn.Sequential):
    """Blocks of one width; the first has the stride."""

    def __init__(
        self,
        width_in,
        width_out,
        stride,
        depth,
        block_constructor,
        norm_layer,
        activation_layer,
        group_width,
        bottleneck_multiplier,
        se_ratio=None,
        stage_index=0,
    ):
        super().__init__()
        rest = (norm_layer, activation_layer, group_width, bottleneck_multiplier, se_ratio)
        for number in range(depth):
            first = number == 0
            block = block_constructor(
                width_in if first else width_out, width_out, stride if first else 1, *rest
            )
            self.add_module(f"block{stage_index}-{number}", block)


class BlockParams:
    """The sizes of all stages, as lists."""

    def __init__(
        self, depths, widths, group_widths, bottleneck_multipliers, strides, se_ratio=None
    ):
        self.depths = depths
        self.widths = widths
        self.group_widths = group_widths
        self.bottleneck_multipliers = bottleneck_multipliers
        self.strides = strides
        self.se_ratio = se_ratio

    @staticmethod
    def from_init_params(
        depth,
        w_0,
        w_a,
        w_m,
        group_width,
        bottleneck_multiplier=1.0,
        se_ratio=None,
        **kwargs,
    ):
        """The stages of blocks whose widths grow linearly, rounded to powers and to eights."""
        if w_a < 0 or w_0 <= 0 or w_m <= 1 or w_0 % 8 != 0:
            raise ValueError("Invalid RegNet settings")
        widths, depths = [], []
        for number in range(depth):
            power = round(math.log((number * w_a + w_0) / w_0) / math.log(w_m))
            width = round(w_0 * w_m**power / 8) * 8
            if widths and widths[-1] == width:
                depths[-1] += 1
            else:
                widths.append(width)
                depths.append(1)
        hidden = [int(width * bottleneck_multiplier) for width in widths]
        groups = [min(group_width, width) for width in hidden]
        hidden = [_make_divisible(width, group) for width, group in zip(hidden, groups)]
        stages = len(widths)
        return BlockParams(
            depths,
            [int(width / bottleneck_multiplier) for width in hidden],
            groups,
            [bottleneck_multiplier] * stages,
            [2] * stages,
            se_ratio,
        )


class RegNet(nn.Module):
    """A stem, stages and a linear layer."""

    def __init__(
        self,
        block_params,
        num_classes=1000,
        stem_width=32,
        stem_type=None,
        block_type=None,
        norm_layer=None,
        activation=None,
    ):
        super().__init__()
        stem = SimpleStemIN if stem_type is None else stem_type
        block = ResBottleneckBlock if block_type is None else block_type
        norm = nn.BatchNorm2d if norm_layer is None else norm_layer
        activation = nn.ReLU if activation is None else activation
        self.stem = stem(3, stem_width, norm, activation)
        width = stem_width
        stages = OrderedDict()
        for index in range(len(block_params.widths)):
            stages[f"block{index + 1}"] = AnyStage(
                width,
                block_params.widths[index],
                block_params.strides[index],
                block_params.depths[index],
                block,
                norm,
                activation,
                block_params.group_widths[index],
                block_params.bottleneck_multipliers[index],
                block_params.se_ratio,
                stage_index=index + 1,
            )
            width = block_params.widths[index]
        self.trunk_output = nn.Sequential(stages)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(width, num_classes)

    def forward(self, x):
        x = self.avgpool(self.trunk_output(self.stem(x)))
        return self.fc(x.flatten(start_dim=1))


def _regnet(sizes, se_ratio, kwargs):
    """A network of depth, initial width, slope, step and group width."""
    return RegNet(BlockParams.from_init_params(*sizes, se_ratio=se_ratio, **kwargs), **kwargs)


def regnet_y_400mf(weights=None, progress=True, **kwargs):
    kwargs = options(kwargs, weights, RegNet_Y_400MF_Weights)
    return _regnet((16, 48, 27.89, 2.09, 8), 0.25, kwargs)


def regnet_y_800mf(weights=None, progress=True, **kwargs):
    kwargs = options(kwargs, weights, RegNet_Y_800MF_Weights)
    return _regnet((14, 56, 38.84, 2.4, 16), 0.25, kwargs)


def regnet_y_1_6gf(weights=None, progress=True, **kwargs):
    kwargs = options(kwargs, weights, RegNet_Y_1_6GF_Weights)
    return _regnet((27, 48, 20.71, 2.65, 24), 0.25, kwargs)


def regnet_y_3_2gf(weights=None, progress=True, **kwargs):
    kwargs = options(kwargs, weights, RegNet_Y_3_2GF_Weights)
    return _regnet((21, 80, 42.63, 2.66, 24), 0.25, kwargs)


def regnet_y_8gf(weights=None, progress=True, **kwargs):
    kwargs = options(kwargs, weights, RegNet_Y_8GF_Weights)
    return _regnet((17, 192, 76.82, 2.19, 56), 0.25, kwargs)


def regnet_y_16gf(weights=None, progress=True, **kwargs):
    kwargs = options(kwargs, weights, RegNet_Y_16GF_Weights)
    return _regnet((18, 200, 106.23, 2.48, 112), 0.25, kwargs)


def regnet_y_32gf(weights=None, progress=True, **kwargs):
    kwargs = options(kwargs, weights, RegNet_Y_32GF_Weights)
    return _regnet((20, 232, 115.89, 2.53, 232), 0.25, kwargs)


def regnet_y_128gf(weights=None, progress=True, **kwargs):
    kwargs = options(kwargs, weights, RegNet_Y_128GF_Weights)
    return _regnet((27, 456, 160.83, 2.52, 264), 0.25, kwargs)


def regnet_x_400mf(weights=None, progress=True, **kwargs):
    kwargs = options(kwargs, weights, RegNet_X_400MF_Weights)
    return _regnet((22, 24, 24.48, 2.54, 16), None, kwargs)


def regnet_x_800mf(weights=None, progress=True, **kwargs):
    kwargs = options(kwargs, weights, RegNet_X_800MF_Weights)
    return _regnet((16, 56, 35.73, 2.28, 16), None, kwargs)


def regnet_x_1_6gf(weights=None, progress=True, **kwargs):
    kwargs = options(kwargs, weights, RegNet_X_1_6GF_Weights)
    return _regnet((18, 80, 34.01, 2.25, 24), None, kwargs)


def regnet_x_3_2gf(weights=None, progress=True, **kwargs):
    kwargs = options(kwargs, weights, RegNet_X_3_2GF_Weights)
    return _regnet((25, 88, 26.31, 2.25, 48), None, kwargs)


def regnet_x_8gf(weights=None, progress=True, **kwargs):
    kwargs = options(kwargs, weights, RegNet_X_8GF_Weights)
    return _regnet((23, 80, 49.56, 2.88, 120), None, kwargs)


def regnet_x_16gf(weights=None, progress=True, **kwargs):
    kwargs = options(kwargs, weights, RegNet_X_16GF_Weights)
    return _regnet((22, 216, 55.59, 2.1, 128), None, kwargs)


def regnet_x_32gf(weights=None, progress=True, **kwargs):
    kwargs = options(kwargs, weights, RegNet_X_32GF_Weights)
    return _regnet((23, 320, 69.86, 2.0, 168), None, kwargs)
