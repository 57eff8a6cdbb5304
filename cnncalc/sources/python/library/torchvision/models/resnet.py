"""Residual networks: ResNet, ResNeXt and Wide ResNet."""

import torch
from torch import nn
from torchvision.models._api import IMAGENET
from torchvision.models._utils import options

__all__ = [
    "ResNeXt50_32X4D_Weights",
    "ResNeXt101_32X8D_Weights",
    "ResNeXt101_64X4D_Weights",
    "ResNet",
    "ResNet18_Weights",
    "ResNet34_Weights",
    "ResNet50_Weights",
    "ResNet101_Weights",
    "ResNet152_Weights",
    "Wide_ResNet50_2_Weights",
    "Wide_ResNet101_2_Weights",
    "resnet18",
    "resnet34",
    "resnet50",
    "resnet101",
    "resnet152",
    "resnext50_32x4d",
    "resnext101_32x8d",
    "resnext101_64x4d",
    "wide_resnet50_2",
    "wide_resnet101_2",
]


class ResNet18_Weights:
    IMAGENET1K_V1 = DEFAULT = IMAGENET


class ResNet34_Weights(ResNet18_Weights):
    pass


class ResNet50_Weights(ResNet18_Weights):
    IMAGENET1K_V2 = IMAGENET


class ResNet101_Weights(ResNet50_Weights):
    pass


class ResNet152_Weights(ResNet50_Weights):
    pass


class ResNeXt50_32X4D_Weights(ResNet50_Weights):
    pass


class ResNeXt101_32X8D_Weights(ResNet50_Weights):
    pass


class ResNeXt101_64X4D_Weights(ResNet18_Weights):
    pass


class Wide_ResNet50_2_Weights(ResNet50_Weights):
    pass


class Wide_ResNet101_2_Weights(ResNet50_Weights):
    pass


def conv3x3(in_planes, out_planes, stride=1, groups=1, dilation=1):
    """A 3x3 convolution that keeps the size, but for its stride."""
    return nn.Conv2d(
        in_planes,
        out_planes,
        kernel_size=3,
        stride=stride,
        padding=dilation,
        groups=groups,
        bias=False,
        dilation=dilation,
    )


def conv1x1(in_planes, out_planes, stride=1):
    """A 1x1 convolution."""
    return nn.Conv2d(in_planes, out_planes, kernel_size=1, stride=stride, bias=False)


class BasicBlock(nn.Module):
    """Two 3x3 convolutions beside a shortcut."""

    expansion = 1

    def __init__(
        self,
        inplanes,
        planes,
        stride=1,
        downsample=None,
        groups=1,
        base_width=64,
        dilation=1,
        norm_layer=None,
    ):
        super().__init__()
        norm = nn.BatchNorm2d if norm_layer is None else norm_layer
        if groups != 1 or base_width != 64:
            raise ValueError("BasicBlock only supports groups=1 and base_width=64")
        if dilation > 1:
            raise NotImplementedError("Dilation > 1 not supported in BasicBlock")
        self.conv1 = conv3x3(inplanes, planes, stride)
        self.bn1 = norm(planes)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = conv3x3(planes, planes)
        self.bn2 = norm(planes)
        self.downsample = downsample
        self.stride = stride

    def forward(self, x):
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        shortcut = x if self.downsample is None else self.downsample(x)
        out += shortcut
        return self.relu(out)


class Bottleneck(nn.Module):
    """1x1, 3x3 (with the stride) and 1x1 convolutions beside a shortcut."""

    expansion = 4

    def __init__(
        self,
        inplanes,
        planes,
        stride=1,
        downsample=None,
        groups=1,
        base_width=64,
        dilation=1,
        norm_layer=None,
    ):
        super().__init__()
        norm = nn.BatchNorm2d if norm_layer is None else norm_layer
        width = int(planes * (base_width / 64.0)) * groups
        self.conv1 = conv1x1(inplanes, width)
        self.bn1 = norm(width)
        self.conv2 = conv3x3(width, width, stride, groups, dilation)
        self.bn2 = norm(width)
        self.conv3 = conv1x1(width, planes * self.expansion)
        self.bn3 = norm(planes * self.expansion)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = downsample
        self.stride = stride

    def forward(self, x):
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        shortcut = x if self.downsample is None else self.downsample(x)
        out += shortcut
        return self.relu(out)


class ResNet(nn.Module):
    """A stem, four stages of blocks, the mean over all positions and a linear layer."""

    def __init__(
        self,
        block,
        layers,
        num_classes=1000,
        zero_init_residual=False,
        groups=1,
        width_per_group=64,
        replace_stride_with_dilation=None,
        norm_layer=None,
    ):
        super().__init__()
        self._norm_layer = nn.BatchNorm2d if norm_layer is None else norm_layer
        dilate = replace_stride_with_dilation
        if dilate is None:
            dilate = [False, False, False]
        if len(dilate) != 3:
            raise ValueError(
                f"replace_stride_with_dilation should be None or a 3-element tuple, got {dilate}"
            )
        self.inplanes = 64
        self.dilation = 1
        self.groups = groups
        self.base_width = width_per_group
        self.conv1 = nn.Conv2d(3, 64, kernel_size=7, stride=2, padding=3, bias=False)
        self.bn1 = self._norm_layer(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(kernel_size=3, stride=2, padding=1)
        self.layer1 = self._make_layer(block, 64, layers[0])
        self.layer2 = self._make_layer(block, 128, layers[1], stride=2, dilate=dilate[0])
        self.layer3 = self._make_layer(block, 256, layers[2], stride=2, dilate=dilate[1])
        self.layer4 = self._make_layer(block, 512, layers[3], stride=2, dilate=dilate[2])
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(512 * block.expansion, num_classes)

    def _make_layer(self, block, planes, blocks, stride=1, dilate=False):
        norm = self._norm_layer
        width = planes * block.expansion
        dilation = self.dilation
        if dilate:
            self.dilation *= stride
            stride = 1
        shortcut = None
        if stride != 1 or self.inplanes != width:
            shortcut = nn.Sequential(conv1x1(self.inplanes, width, stride), norm(width))
        rest = (self.groups, self.base_width, dilation, norm)
        stage = [block(self.inplanes, planes, stride, shortcut, *rest)]
        self.inplanes = width
        for _ in range(1, blocks):
            stage.append(
                block(
                    width,
                    planes,
                    groups=self.groups,
                    base_width=self.base_width,
                    dilation=self.dilation,
                    norm_layer=norm,
                )
            )
        return nn.Sequential(*stage)

    def _forward_impl(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer2(self.layer1(x))
        x = self.layer4(self.layer3(x))
        return self.fc(torch.flatten(self.avgpool(x), 1))

    def forward(self, x):
        return self._forward_impl(x)


def resnet18(weights=None, progress=True, **kwargs):
    return ResNet(BasicBlock, [2, 2, 2, 2], **options(kwargs, weights, ResNet18_Weights))


def resnet34(weights=None, progress=True, **kwargs):
    return ResNet(BasicBlock, [3, 4, 6, 3], **options(kwargs, weights, ResNet34_Weights))


def resnet50(weights=None, progress=True, **kwargs):
    return ResNet(Bottleneck, [3, 4, 6, 3], **options(kwargs, weights, ResNet50_Weights))


def resnet101(weights=None, progress=True, **kwargs):
    return ResNet(Bottleneck, [3, 4, 23, 3], **options(kwargs, weights, ResNet101_Weights))


def resnet152(weights=None, progress=True, **kwargs):
    return ResNet(Bottleneck, [3, 8, 36, 3], **options(kwargs, weights, ResNet152_Weights))


def resnext50_32x4d(weights=None, progress=True, **kwargs):
    fixed = {"groups": 32, "width_per_group": 4}
    kwargs = options(kwargs, weights, ResNeXt50_32X4D_Weights, **fixed)
    return ResNet(Bottleneck, [3, 4, 6, 3], **kwargs)


def resnext101_32x8d(weights=None, progress=True, **kwargs):
    fixed = {"groups": 32, "width_per_group": 8}
    kwargs = options(kwargs, weights, ResNeXt101_32X8D_Weights, **fixed)
    return ResNet(Bottleneck, [3, 4, 23, 3], **kwargs)


def resnext101_64x4d(weights=None, progress=True, **kwargs):
    fixed = {"groups": 64, "width_per_group": 4}
    kwargs = options(kwargs, weights, ResNeXt101_64X4D_Weights, **fixed)
    return ResNet(Bottleneck, [3, 4, 23, 3], **kwargs)


def wide_resnet50_2(weights=None, progress=True, **kwargs):
    kwargs = options(kwargs, weights, Wide_ResNet50_2_Weights, width_per_group=128)
    return ResNet(Bottleneck, [3, 4, 6, 3], **kwargs)


def wide_resnet101_2(weights=None, progress=True, **kwargs):
    kwargs = options(kwargs, weights, Wide_ResNet101_2_Weights, width_per_group=128)
    return ResNet(Bottleneck, [3, 4, 23, 3], **kwargs)
