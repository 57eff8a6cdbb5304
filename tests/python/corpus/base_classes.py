# check: SmallClassifier() @ 3x32x32
# check: DeepClassifier(depth=3) @ 3x32x32
# check: Regressor @ 1x40x40
# check: HookedNet() @ 3x24x24
# check: MixedNet(width=8) @ 3x16x16
# check: BoundNet() @ 3x16x16
"""Abstract bases, template methods, mixins, class methods as constructors, properties."""
import abc
from abc import ABC, abstractmethod
from functools import lru_cache, cached_property, reduce
import operator

import torch
from torch import Tensor, nn
import torch.nn.functional as F


class BaseModel(nn.Module, ABC):
    """builds in an order that the subclasses fill in"""

    num_classes = 10
    in_channels = 3

    def __init__(self, num_classes=None):
        super().__init__()
        if num_classes is not None:
            self.num_classes = num_classes
        self.features = self.build_features()
        self.classifier = self.build_classifier()
        self.init_weights()

    @abstractmethod
    def build_features(self) -> nn.Module:
        ...

    @property
    @abstractmethod
    def feature_dim(self):
        raise NotImplementedError

    def build_classifier(self):
        return nn.Linear(self.feature_dim, self.num_classes)

    def init_weights(self):
        for m in self.modules():
            if isinstance(m, (nn.Conv2d, nn.Linear)):
                nn.init.kaiming_normal_(m.weight)

    def pool(self, x):
        return F.adaptive_avg_pool2d(x, 1).flatten(1)

    def forward(self, x):
        return self.classifier(self.pool(self.features(x)))

    def num_params(self):
        return sum(p.numel() for p in self.parameters() if p.requires_grad)


class SmallClassifier(BaseModel):
    def build_features(self):
        return nn.Sequential(nn.Conv2d(self.in_channels, 8, 3), nn.ReLU(), nn.Conv2d(8, 16, 3), nn.ReLU())

    @property
    def feature_dim(self):
        return 16


class DeepClassifier(SmallClassifier):
    def __init__(self, depth=2, **kwargs):
        self.depth = depth
        self.widths = [8 * (i + 1) for i in range(depth)]
        super().__init__(**kwargs)

    def build_features(self):
        pairs = zip([self.in_channels, *self.widths[:-1]], self.widths)
        return nn.Sequential(*(nn.Sequential(nn.Conv2d(i, o, 3, 2, 1), nn.BatchNorm2d(o), nn.ReLU()) for i, o in pairs))

    @property
    def feature_dim(self):
        return self.widths[-1] * 4

    def pool(self, x):
        return F.adaptive_max_pool2d(x, 2).flatten(1)


class ShapeMixin:
    size = (40, 40)

    def flat_size(self, *convs):
        sides = list(self.size)
        for conv in convs:
            for axis in range(2):
                k, s, p = conv.kernel_size[axis], conv.stride[axis], conv.padding[axis]
                sides[axis] = (sides[axis] + 2 * p - k) // s + 1
        return reduce(operator.mul, sides) * convs[-1].out_channels


class Regressor(ShapeMixin, nn.Module):
    def __init__(self):
        super().__init__()
        self.c1 = nn.Conv2d(1, 6, 5, 2)
        self.c2 = nn.Conv2d(6, 9, (3, 5), stride=(2, 1), padding=(1, 2))
        self.out = nn.Linear(self.flat_size(self.c1, self.c2), 2)

    def forward(self, x):
        return self.out(torch.flatten(F.softplus(self.c2(F.softplus(self.c1(x)))), 1))


class HookedNet(nn.Module):
    """before / after hooks that subclasses override, __call__ left alone"""

    def __init__(self):
        super().__init__()
        self._build()

    def _build(self):
        self.conv = nn.Conv2d(3, 8, 3, padding=1)
        self.gain = nn.Parameter(torch.ones(8, 1, 1))
        self.register_parameter("offset", nn.Parameter(torch.zeros(8, 1, 1)))
        self.register_parameter("nothing", None)
        self.register_buffer("mean", torch.tensor([0.5, 0.4, 0.3]).view(1, -1, 1, 1))
        self.register_buffer("std", torch.tensor([0.2, 0.2, 0.2]).view(1, -1, 1, 1))

    def before(self, x):
        return (x - self.mean) / self.std

    def after(self, x):
        return x * self.gain + self.offset

    def forward(self, x):
        x = self.before(x)
        x = self.conv(x)
        return self.after(x)


class ActMixin:
    act_layer = nn.ReLU

    @property
    def act(self):
        return self.act_layer()


class NormMixin:
    @classmethod
    def norm(cls, c):
        return cls.norm_layer(c)


class MixedNet(ActMixin, NormMixin, nn.Module):
    act_layer = nn.SiLU
    norm_layer = staticmethod(lambda c: nn.GroupNorm(2, c))

    def __init__(self, width):
        nn.Module.__init__(self)
        self.net = nn.Sequential(nn.Conv2d(3, width, 3), self.norm(width), self.act, nn.Conv2d(width, 2, 1))

    def forward(self, x):
        return self.net(x)


class BoundNet(nn.Module):
    """methods kept in a list, a class method as constructor, a chosen forward"""

    def __init__(self, kind="residual"):
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(4, 4, 3, padding=1)
        self.steps = [self.enter, self.middle]
        self._forward = getattr(self, f"_forward_{kind}")

    @classmethod
    def plain(cls):
        return cls(kind="plain")

    def enter(self, x):
        return self.first(x)

    def middle(self, x):
        return self.second(F.relu(x))

    def _forward_plain(self, x):
        return reduce(lambda t, f: f(t), self.steps, x)

    def _forward_residual(self, x):
        y = self.enter(x)
        return y + self.middle(y)

    def forward(self, x):
        return self._forward(x)
