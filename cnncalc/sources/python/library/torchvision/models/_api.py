"""Names of pretrained weights: what there is to know about them without having them."""

import torchvision
from torchvision.models._meta import _IMAGENET_CATEGORIES, _VOC_CATEGORIES

__all__ = ["Weights", "WeightsEnum", "get_model", "get_model_builder", "register_model"]


class Weights:
    """A set of weights: `meta` says what it was trained on."""

    def __init__(self, url=None, transforms=None, meta=None):
        self.url = url
        self.transforms = transforms
        self.meta = meta

    def get_state_dict(self, *args, **kwargs):
        """None of its tensors."""
        return {}


class WeightsEnum:
    """The sets of weights that a model has, as class attributes."""

    @staticmethod
    def verify(obj):
        """The weights themselves: those that a name means are looked up by the builders."""
        return obj


#: Weights that know ImageNet's classes, on images of the usual size.
IMAGENET = Weights(meta={"categories": _IMAGENET_CATEGORIES, "min_size": (224, 224)})
#: Weights that know the classes of Pascal VOC, with the background.
VOC = Weights(meta={"categories": _VOC_CATEGORIES, "min_size": (1, 1)})


def register_model(name=None):
    """A decorator that leaves a builder as it is: names are looked up where they are written."""
    return lambda builder: builder


def get_model_builder(name):
    """The function that builds a model of that name."""
    name = name.lower()
    for home in (torchvision.models, torchvision.models.segmentation):
        if hasattr(home, name):
            return getattr(home, name)
    raise ValueError(f"Unknown model {name}")


def get_model(name, **config):
    """A model by its name."""
    return get_model_builder(name)(**config)
