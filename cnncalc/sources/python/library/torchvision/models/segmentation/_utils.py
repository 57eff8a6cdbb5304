"""What the segmentation networks share."""

from collections import OrderedDict

import torch.nn.functional as F
from torch import nn
from torchvision.models._api import VOC
from torchvision.models._utils import (
    IntermediateLayerGetter,
    _ovewrite_value_param,
    known_weights,
)


class _SimpleSegmentationModel(nn.Module):
    """A backbone whose maps are classified, and enlarged to the size of the input."""

    def __init__(self, backbone, classifier, aux_classifier=None):
        super().__init__()
        self.backbone = backbone
        self.classifier = classifier
        self.aux_classifier = aux_classifier

    def forward(self, x):
        size = x.shape[-2:]
        features = self.backbone(x)
        result = OrderedDict()
        result["out"] = enlarged(self.classifier(features["out"]), size)
        if self.aux_classifier is not None:
            result["aux"] = enlarged(self.aux_classifier(features["aux"]), size)
        return result


class SegmentationWeights:
    COCO_WITH_VOC_LABELS_V1 = DEFAULT = VOC


def enlarged(x, size):
    return F.interpolate(x, size=size, mode="bilinear", align_corners=False)


def heads(kwargs, weights, num_classes, aux_loss):
    """The number of classes and whether there is a second classifier, as weights have them."""
    kwargs.pop("pretrained_backbone", None)
    weights = known_weights(kwargs, weights, SegmentationWeights)
    if weights is None:
        return 21 if num_classes is None else num_classes, aux_loss
    categories = len(weights.meta["categories"])
    return (
        _ovewrite_value_param("num_classes", num_classes, categories),
        _ovewrite_value_param("aux_loss", aux_loss, True),
    )


def resnet_maps(backbone, aux):
    """The last stage of a ResNet, and the one before if it has a classifier."""
    layers = {"layer4": "out"}
    if aux:
        layers["layer3"] = "aux"
    return IntermediateLayerGetter(backbone, return_layers=layers)


def mobilenet_stages(features):
    """The places at which a MobileNetV3 is about to halve the size, and its first and last."""
    strided = [at for at, block in enumerate(features) if getattr(block, "_is_cn", False)]
    return [0, *strided, len(features) - 1]
