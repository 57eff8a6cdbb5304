"""ShuffleNetV2."""

import torch
from torch import nn
from torchvision.models._api import IMAGENET
from torchvision.models._utils import options

__all__ = [
    "ShuffleNetV2",
    "ShuffleNet_V2_X0_5_Weights",
    "ShuffleNet_V2_X1_0_Weights",
    "ShuffleNet_V2_X1_5_Weights",
    "ShuffleNet_V2_X2_0_Weights",
    "shufflenet_v2_x0_5",
    "shufflenet_v2_x1_0",
    "shufflenet_v2_x1_5",
    "shufflenet_v2_x2_0",
]


class ShuffleNet_V2_X0_5_Weights:
    IMAGENET1K_V1 = DEFAULT = IMAGENET


class ShuffleNet_V2_X1_0_Weights(ShuffleNet_V2_X0_5_Weights):
    pass


class ShuffleNet_V2_X1_5_Weights(ShuffleNet_V2_X0_5_Weights):
    pass


class ShuffleNet_V2_X2_0_Weights(ShuffleNet_V2_X0_5_Weights):
    pass


def channel_shuffle(x, groups):
    """Deal the channels of the groups out in turn."""
    batch, channels, height, width = x.size()
    x = x.view(batch, groups, channels // groups, height, width)
    x = torch.transpose(x, 1, 2).contiguous()
    return x.view(batch, channels, height, width)


class InvertedResidual(nn.Module):
    """Two branches, whose channels are shuffled; with stride 1 one of them is left as it is."""

    def __init__(self, inp, oup, stride):
        super().__init__()
        if not 1 <= stride <= 3:
            raise ValueError("illegal stride value")
        half = oup // 2
        if stride == 1 and inp != 2 * half:
            raise ValueError(f"with stride 1, {inp} channels cannot become {oup}")
        self.stride = stride
        self.branch1 = nn.Sequential()
        if stride > 1:
            self.branch1 = nn.Sequential(
                self.depthwise_conv(inp, inp, kernel_size=3, stride=stride, padding=1),
                nn.BatchNorm2d(inp),
                *self._pointwise(inp, half),
            )
        self.branch2 = nn.Sequential(
            *self._pointwise(inp if stride > 1 else half, half),
            self.depthwise_conv(half, half, kernel_size=3, stride=stride, padding=1),
            nn.BatchNorm2d(half),
            *self._pointwise(half, half),
        )

    @staticmethod
    def _pointwise(i, o):
        conv = nn.Conv2d(i, o, kernel_size=1, stride=1, padding=0, bias=False)
        return [conv, nn.BatchNorm2d(o), nn.ReLU(inplace=True)]

    @staticmethod
    def depthwise_conv(i, o, kernel_size, stride=1, padding=0, bias=False):
        return nn.Conv2d(i, o, kernel_size, stride, padding, bias=bias, groups=i)

    def forward(self, x):
        if self.stride == 1:
            kept, changed = x.chunk(2, dim=1)
            out = torch.cat((kept, self.branch2(changed)), dim=1)
        else:
            out = torch.cat((self.branch1(x), self.branch2(x)), dim=1)
        return channel_shuffle(out, 2)


def _conv_block(i, o, kernel_size, stride, padding):
    conv = nn.Conv2d(i, o, kernel_size, stride, padding, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(o), nn.ReLU(inplace=True))


class ShuffleNetV2(nn.Module):
    """A stem, three stages, a 1x1 convolution and a linear layer."""

    def __init__(
        self,
        stages_repeats,
        stages_out_channels,
        num_classes=1000,
        inverted_residual=InvertedResidual,
    ):
        super().__init__()
        if len(stages_repeats) != 3:
            raise ValueError("expected stages_repeats as list of 3 positive ints")
        if len(stages_out_channels) != 5:
            raise ValueError("expected stages_out_channels as list of 5 positive ints")
        self._stage_out_channels = stages_out_channels
        width = stages_out_channels[0]
        self.conv1 = _conv_block(3, width, 3, 2, 1)
        self.maxpool = nn.MaxPool2d(kernel_size=3, stride=2, padding=1)
        for number, repeats in enumerate(stages_repeats, 2):
            out = stages_out_channels[number - 1]
            stage = [inverted_residual(width, out, 2)]
            for _ in range(repeats - 1):
                stage.append(inverted_residual(out, out, 1))
            setattr(self, f"stage{number}", nn.Sequential(*stage))
            width = out
        last = stages_out_channels[-1]
        self.conv5 = _conv_block(width, last, 1, 1, 0)
        self.fc = nn.Linear(last, num_classes)

    def _forward_impl(self, x):
        x = self.maxpool(self.conv1(x))
        x = self.stage4(self.stage3(self.stage2(x)))
        x = self.conv5(x).mean([2, 3])
        return self.fc(x)

    def forward(self, x):
        return self._forward_impl(x)


def shufflenet_v2_x0_5(weights=None, progress=True, **kwargs):
    kwargs = options(kwargs, weights, ShuffleNet_V2_X0_5_Weights)
    return ShuffleNetV2([4, 8, 4], [24, 48, 96, 192, 1024], **kwargs)


def shufflenet_v2_x1_0(weights=None, progress=True, **kwargs):
    kwargs = options(kwargs, weights, ShuffleNet_V2_X1_0_Weights)
    return ShuffleNetV2([4, 8, 4], [24, 116, 232, 464, 1024], **kwargs)


def shufflenet_v2_x1_5(weights=None, progress=True, **kwargs):
    kwargs = options(kwargs, weights, ShuffleNet_V2_X1_5_Weights)
    return ShuffleNetV2([4, 8, 4], [24, 176, 352, 704, 1024], **kwargs)


def shufflenet_v2_x2_0(weights=None, progress=True, **kwargs):
    kwargs = options(kwargs, weights, ShuffleNet_V2_X2_0_Weights)
    return ShuffleNetV2([4, 8, 4], [24, 244, 488, 976, 2048], **kwargs)
