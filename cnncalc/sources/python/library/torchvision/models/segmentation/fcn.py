"""Fully convolutional networks."""

from torch import nn
from torchvision.models.resnet import resnet50, resnet101
from torchvision.models.segmentation._utils import (
    SegmentationWeights,
    _SimpleSegmentationModel,
    heads,
    resnet_maps,
)

__all__ = [
    "FCN",
    "FCN_ResNet50_Weights",
    "FCN_ResNet101_Weights",
    "fcn_resnet50",
    "fcn_resnet101",
]


class FCN_ResNet50_Weights(SegmentationWeights):
    pass


class FCN_ResNet101_Weights(SegmentationWeights):
    pass


class FCN(_SimpleSegmentationModel):
    """The network of the original paper."""


class FCNHead(nn.Sequential):
    """A 3x3 convolution to a quarter of the channels, and a classifier."""

    def __init__(self, in_channels, channels):
        hidden = in_channels // 4
        super().__init__(
            nn.Conv2d(in_channels, hidden, 3, padding=1, bias=False),
            nn.BatchNorm2d(hidden),
            nn.ReLU(),
            nn.Dropout(0.1),
            nn.Conv2d(hidden, channels, 1),
        )


def _fcn_resnet(backbone, num_classes, aux):
    aux_classifier = FCNHead(1024, num_classes) if aux else None
    return FCN(resnet_maps(backbone, aux), FCNHead(2048, num_classes), aux_classifier)


def fcn_resnet50(
    weights=None, progress=True, num_classes=None, aux_loss=None, weights_backbone=None, **kwargs
):
    num_classes, aux_loss = heads(kwargs, weights, num_classes, aux_loss)
    backbone = resnet50(replace_stride_with_dilation=[False, True, True])
    return _fcn_resnet(backbone, num_classes, aux_loss)


def fcn_resnet101(
    weights=None, progress=True, num_classes=None, aux_loss=None, weights_backbone=None, **kwargs
):
    num_classes, aux_loss = heads(kwargs, weights, num_classes, aux_loss)
    backbone = resnet101(replace_stride_with_dilation=[False, True, True])
    return _fcn_resnet(backbone, num_classes, aux_loss)
