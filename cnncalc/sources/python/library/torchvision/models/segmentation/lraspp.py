"""Lite R-ASPP on a MobileNetV3."""

from collections import OrderedDict

from torch import nn
from torchvision.models._utils import IntermediateLayerGetter
from torchvision.models.mobilenetv3 import mobilenet_v3_large
from torchvision.models.segmentation._utils import (
    SegmentationWeights,
    enlarged,
    heads,
    mobilenet_stages,
)

__all__ = ["LRASPP", "LRASPP_MobileNet_V3_Large_Weights", "lraspp_mobilenet_v3_large"]


class LRASPP_MobileNet_V3_Large_Weights(SegmentationWeights):
    pass


class LRASPP(nn.Module):
    """A backbone that gives "low" and "high", and a head that joins them."""

    def __init__(self, backbone, low_channels, high_channels, num_classes, inter_channels=128):
        super().__init__()
        self.backbone = backbone
        self.classifier = LRASPPHead(low_channels, high_channels, num_classes, inter_channels)

    def forward(self, input):
        out = self.classifier(self.backbone(input))
        result = OrderedDict()
        result["out"] = enlarged(out, input.shape[-2:])
        return result


class LRASPPHead(nn.Module):
    """The high map, gated by its mean, is enlarged to the low one; each has a classifier."""

    def __init__(self, low_channels, high_channels, num_classes, inter_channels):
        super().__init__()
        self.cbr = nn.Sequential(
            nn.Conv2d(high_channels, inter_channels, 1, bias=False),
            nn.BatchNorm2d(inter_channels),
            nn.ReLU(inplace=True),
        )
        self.scale = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            nn.Conv2d(high_channels, inter_channels, 1, bias=False),
            nn.Sigmoid(),
        )
        self.low_classifier = nn.Conv2d(low_channels, num_classes, 1)
        self.high_classifier = nn.Conv2d(inter_channels, num_classes, 1)

    def forward(self, input):
        low, high = input["low"], input["high"]
        x = self.cbr(high) * self.scale(high)
        x = enlarged(x, low.shape[-2:])
        return self.low_classifier(low) + self.high_classifier(x)


def lraspp_mobilenet_v3_large(
    weights=None, progress=True, num_classes=None, weights_backbone=None, **kwargs
):
    if kwargs.pop("aux_loss", False):
        raise NotImplementedError("This model does not use auxiliary loss")
    num_classes, _ = heads(kwargs, weights, num_classes, None)
    features = mobilenet_v3_large(dilated=True).features
    stages = mobilenet_stages(features)
    low, high = stages[-4], stages[-1]
    layers = {str(low): "low", str(high): "high"}
    return LRASPP(
        IntermediateLayerGetter(features, return_layers=layers),
        features[low].out_channels,
        features[high].out_channels,
        num_classes,
    )
