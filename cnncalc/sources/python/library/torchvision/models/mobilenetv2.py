"""MobileNetV2."""

import torch
import torch.nn.functional as F
from torch import nn
from torchvision.models._api import IMAGENET
from torchvision.models._utils import _make_divisible, options
from torchvision.ops.misc import Conv2dNormActivation

__all__ = ["MobileNetV2", "MobileNet_V2_Weights", "mobilenet_v2"]


class MobileNet_V2_Weights:
    IMAGENET1K_V1 = IMAGENET1K_V2 = DEFAULT = IMAGENET


class InvertedResidual(nn.Module):
    """Expand, convolve each channel by itself, and project; a residual where sizes agree."""

    def __init__(self, inp, oup, stride, expand_ratio, norm_layer=None):
        super().__init__()
        if stride not in [1, 2]:
            raise ValueError(f"stride should be 1 or 2 instead of {stride}")
        norm = nn.BatchNorm2d if norm_layer is None else norm_layer
        hidden = int(round(inp * expand_ratio))
        block = {"norm_layer": norm, "activation_layer": nn.ReLU6}
        layers = []
        if expand_ratio != 1:
            layers.append(Conv2dNormActivation(inp, hidden, kernel_size=1, **block))
        layers.append(Conv2dNormActivation(hidden, hidden, stride=stride, groups=hidden, **block))
        layers.append(nn.Conv2d(hidden, oup, 1, 1, 0, bias=False))
        layers.append(norm(oup))
        self.stride = stride
        self.use_res_connect = stride == 1 and inp == oup
        self.conv = nn.Sequential(*layers)
        self.out_channels = oup
        self._is_cn = stride > 1

    def forward(self, x):
        return x + self.conv(x) if self.use_res_connect else self.conv(x)


class MobileNetV2(nn.Module):
    """A stem, inverted residuals and a linear layer, all scaled by `width_mult`."""

    def __init__(
        self,
        num_classes=1000,
        width_mult=1.0,
        inverted_residual_setting=None,
        round_nearest=8,
        block=None,
        norm_layer=None,
        dropout=0.2,
    ):
        super().__init__()
        block = InvertedResidual if block is None else block
        norm = nn.BatchNorm2d if norm_layer is None else norm_layer
        setting = inverted_residual_setting
        if setting is None:
            # expansion, channels, repeats, stride
            setting = [[1, 16, 1, 1], [6, 24, 2, 2], [6, 32, 3, 2], [6, 64, 4, 2]]
            setting += [[6, 96, 3, 1], [6, 160, 3, 2], [6, 320, 1, 1]]
        if len(setting) == 0 or len(setting[0]) != 4:
            raise ValueError(
                f"inverted_residual_setting should be non-empty or a 4-element list, got {setting}"
            )
        width = _make_divisible(32 * width_mult, round_nearest)
        self.last_channel = _make_divisible(1280 * max(1.0, width_mult), round_nearest)
        around = {"norm_layer": norm, "activation_layer": nn.ReLU6}
        layers = [Conv2dNormActivation(3, width, stride=2, **around)]
        for expand_ratio, channels, repeats, first_stride in setting:
            out = _make_divisible(channels * width_mult, round_nearest)
            for number in range(repeats):
                stride = first_stride if number == 0 else 1
                layers.append(block(width, out, stride, expand_ratio=expand_ratio, norm_layer=norm))
                width = out
        layers.append(Conv2dNormActivation(width, self.last_channel, kernel_size=1, **around))
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(
            nn.Dropout(p=dropout), nn.Linear(self.last_channel, num_classes)
        )

    def _forward_impl(self, x):
        x = F.adaptive_avg_pool2d(self.features(x), (1, 1))
        return self.classifier(torch.flatten(x, 1))

    def forward(self, x):
        return self._forward_impl(x)


def mobilenet_v2(weights=None, progress=True, **kwargs):
    return MobileNetV2(**options(kwargs, weights, MobileNet_V2_Weights))
