"""DeepLabV3."""

import torch
from torch import nn
from torchvision.models._utils import IntermediateLayerGetter
from torchvision.models.mobilenetv3 import mobilenet_v3_large
from torchvision.models.resnet import resnet50, resnet101
from torchvision.models.segmentation._utils import (
    SegmentationWeights,
    _SimpleSegmentationModel,
    enlarged,
    heads,
    mobilenet_stages,
    resnet_maps,
)
from torchvision.models.segmentation.fcn import FCNHead

__all__ = [
    "DeepLabV3",
    "DeepLabV3_MobileNet_V3_Large_Weights",
    "DeepLabV3_ResNet50_Weights",
    "DeepLabV3_ResNet101_Weights",
    "deeplabv3_mobilenet_v3_large",
    "deeplabv3_resnet50",
    "deeplabv3_resnet101",
]


class DeepLabV3_ResNet50_Weights(SegmentationWeights):
    pass


class DeepLabV3_ResNet101_Weights(SegmentationWeights):
    pass


class DeepLabV3_MobileNet_V3_Large_Weights(SegmentationWeights):
    pass


class DeepLabV3(_SimpleSegmentationModel):
    """A network with dilated convolutions at several rates."""


class ASPPConv(nn.Sequential):
    """A dilated 3x3 convolution."""

    def __init__(self, in_channels, out_channels, dilation):
        super().__init__(
            nn.Conv2d(
                in_channels, out_channels, 3, padding=dilation, dilation=dilation, bias=False
            ),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(),
        )


class ASPPPooling(nn.Sequential):
    """The mean over all positions, at each of them."""

    def __init__(self, in_channels, out_channels):
        super().__init__(
            nn.AdaptiveAvgPool2d(1),
            nn.Conv2d(in_channels, out_channels, 1, bias=False),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(),
        )

    def forward(self, x):
        size = x.shape[-2:]
        for layer in self:
            x = layer(x)
        return enlarged(x, size)


class ASPP(nn.Module):
    """A 1x1 convolution, dilated ones and the mean beside each other."""

    def __init__(self, in_channels, atrous_rates, out_channels=256):
        super().__init__()
        branches = [_pointwise(in_channels, out_channels)]
        branches += [ASPPConv(in_channels, out_channels, rate) for rate in atrous_rates]
        branches.append(ASPPPooling(in_channels, out_channels))
        self.convs = nn.ModuleList(branches)
        self.project = _pointwise(len(branches) * out_channels, out_channels, nn.Dropout(0.5))

    def forward(self, x):
        return self.project(torch.cat([conv(x) for conv in self.convs], dim=1))


def _pointwise(in_channels, out_channels, *more):
    conv = nn.Conv2d(in_channels, out_channels, 1, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(out_channels), nn.ReLU(), *more)


class DeepLabHead(nn.Sequential):
    """The pyramid of rates, a 3x3 convolution and a classifier."""

    def __init__(self, in_channels, num_classes, atrous_rates=(12, 24, 36)):
        super().__init__(
            ASPP(in_channels, atrous_rates),
            nn.Conv2d(256, 256, 3, padding=1, bias=False),
            nn.BatchNorm2d(256),
            nn.ReLU(),
            nn.Conv2d(256, num_classes, 1),
        )


def _deeplabv3_resnet(backbone, num_classes, aux):
    aux_classifier = FCNHead(1024, num_classes) if aux else None
    maps = resnet_maps(backbone, aux)
    return DeepLabV3(maps, DeepLabHead(2048, num_classes), aux_classifier)


def _deeplabv3_mobilenetv3(backbone, num_classes, aux):
    features = backbone.features
    stages = mobilenet_stages(features)
    out, half_way = stages[-1], stages[-4]
    layers = {str(out): "out"}
    aux_classifier = None
    if aux:
        layers[str(half_way)] = "aux"
        aux_classifier = FCNHead(features[half_way].out_channels, num_classes)
    maps = IntermediateLayerGetter(features, return_layers=layers)
    classifier = DeepLabHead(features[out].out_channels, num_classes)
    return DeepLabV3(maps, classifier, aux_classifier)


def deeplabv3_resnet50(
    weights=None, progress=True, num_classes=None, aux_loss=None, weights_backbone=None, **kwargs
):
    num_classes, aux_loss = heads(kwargs, weights, num_classes, aux_loss)
    backbone = resnet50(replace_stride_with_dilation=[False, True, True])
    return _deeplabv3_resnet(backbone, num_classes, aux_loss)


def deeplabv3_resnet101(
    weights=None, progress=True, num_classes=None, aux_loss=None, weights_backbone=None, **kwargs
):
    num_classes, aux_loss = heads(kwargs, weights, num_classes, aux_loss)
    backbone = resnet101(replace_stride_with_dilation=[False, True, True])
    return _deeplabv3_resnet(backbone, num_classes, aux_loss)


def deeplabv3_mobilenet_v3_large(
    weights=None, progress=True, num_classes=None, aux_loss=None, weights_backbone=None, **kwargs
):
    num_classes, aux_loss = heads(kwargs, weights, num_classes, aux_loss)
    return _deeplabv3_mobilenetv3(mobilenet_v3_large(dilated=True), num_classes, aux_loss)
