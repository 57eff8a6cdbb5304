"""MNASNet."""

from torch import nn
from torchvision.models._api import IMAGENET
from torchvision.models._utils import options

__all__ = [
    "MNASNet",
    "MNASNet0_5_Weights",
    "MNASNet0_75_Weights",
    "MNASNet1_0_Weights",
    "MNASNet1_3_Weights",
    "mnasnet0_5",
    "mnasnet0_75",
    "mnasnet1_0",
    "mnasnet1_3",
]

_BN_MOMENTUM = 1 - 0.9997


class MNASNet0_5_Weights:
    IMAGENET1K_V1 = DEFAULT = IMAGENET


class MNASNet0_75_Weights(MNASNet0_5_Weights):
    pass


class MNASNet1_0_Weights(MNASNet0_5_Weights):
    pass


class MNASNet1_3_Weights(MNASNet0_5_Weights):
    pass


class _InvertedResidual(nn.Module):
    """Expand, convolve each channel by itself, and project; a residual where sizes agree."""

    def __init__(self, in_ch, out_ch, kernel_size, stride, expansion_factor, bn_momentum=0.1):
        super().__init__()
        if stride not in [1, 2]:
            raise ValueError(f"stride should be 1 or 2 instead of {stride}")
        if kernel_size not in [3, 5]:
            raise ValueError(f"kernel_size should be 3 or 5 instead of {kernel_size}")
        mid = in_ch * expansion_factor
        self.apply_residual = in_ch == out_ch and stride == 1
        self.layers = nn.Sequential(
            nn.Conv2d(in_ch, mid, 1, bias=False),
            nn.BatchNorm2d(mid, momentum=bn_momentum),
            nn.ReLU(inplace=True),
            nn.Conv2d(
                mid,
                mid,
                kernel_size,
                padding=kernel_size // 2,
                stride=stride,
                groups=mid,
                bias=False,
            ),
            nn.BatchNorm2d(mid, momentum=bn_momentum),
            nn.ReLU(inplace=True),
            nn.Conv2d(mid, out_ch, 1, bias=False),
            nn.BatchNorm2d(out_ch, momentum=bn_momentum),
        )

    def forward(self, input):
        return self.layers(input) + input if self.apply_residual else self.layers(input)


def _stack(in_ch, out_ch, kernel_size, stride, exp_factor, repeats, bn_momentum):
    """Blocks of one kind; the first has the stride."""
    if repeats < 1:
        raise ValueError(f"repeats should be >= 1, instead got {repeats}")
    blocks = [_InvertedResidual(in_ch, out_ch, kernel_size, stride, exp_factor, bn_momentum)]
    for _ in range(1, repeats):
        rest = (kernel_size, 1, exp_factor, bn_momentum)
        blocks.append(_InvertedResidual(out_ch, out_ch, *rest))
    return nn.Sequential(*blocks)


def _round_to_multiple_of(val, divisor, round_up_bias=0.9):
    """The nearest multiple, but never less than `round_up_bias` of the value."""
    rounded = max(divisor, int(val + divisor / 2) // divisor * divisor)
    return rounded if rounded >= round_up_bias * val else rounded + divisor


def _get_depths(alpha):
    """The widths of all stages."""
    widths = [32, 16, 24, 40, 80, 96, 192, 320]
    return [_round_to_multiple_of(width * alpha, 8) for width in widths]


class MNASNet(nn.Module):
    """A stem, six stacks of blocks, a 1x1 convolution and a linear layer."""

    def __init__(self, alpha, num_classes=1000, dropout=0.2):
        super().__init__()
        if alpha <= 0.0:
            raise ValueError(f"alpha should be greater than 0.0 instead of {alpha}")
        self.alpha = alpha
        self.num_classes = num_classes
        widths = _get_depths(alpha)
        stem, first, last = widths[0], widths[1], widths[-1]
        layers = [
            nn.Conv2d(3, stem, 3, padding=1, stride=2, bias=False),
            nn.BatchNorm2d(stem, momentum=_BN_MOMENTUM),
            nn.ReLU(inplace=True),
            nn.Conv2d(stem, stem, 3, padding=1, stride=1, groups=stem, bias=False),
            nn.BatchNorm2d(stem, momentum=_BN_MOMENTUM),
            nn.ReLU(inplace=True),
            nn.Conv2d(stem, first, 1, padding=0, stride=1, bias=False),
            nn.BatchNorm2d(first, momentum=_BN_MOMENTUM),
        ]
        # kernel, stride, expansion, repeats
        stacks = [(3, 2, 3, 3), (5, 2, 3, 3), (5, 2, 6, 3), (3, 1, 6, 2), (5, 2, 6, 4)]
        stacks.append((3, 1, 6, 1))
        for number, sizes in enumerate(stacks, 1):
            layers.append(_stack(widths[number], widths[number + 1], *sizes, _BN_MOMENTUM))
        layers += [
            nn.Conv2d(last, 1280, 1, padding=0, stride=1, bias=False),
            nn.BatchNorm2d(1280, momentum=_BN_MOMENTUM),
            nn.ReLU(inplace=True),
        ]
        self.layers = nn.Sequential(*layers)
        self.classifier = nn.Sequential(
            nn.Dropout(p=dropout, inplace=True), nn.Linear(1280, num_classes)
        )

    def forward(self, x):
        return self.classifier(self.layers(x).mean([2, 3]))


def mnasnet0_5(weights=None, progress=True, **kwargs):
    return MNASNet(0.5, **options(kwargs, weights, MNASNet0_5_Weights))


def mnasnet0_75(weights=None, progress=True, **kwargs):
    return MNASNet(0.75, **options(kwargs, weights, MNASNet0_75_Weights))


def mnasnet1_0(weights=None, progress=True, **kwargs):
    return MNASNet(1.0, **options(kwargs, weights, MNASNet1_0_Weights))


def mnasnet1_3(weights=None, progress=True, **kwargs):
    return MNASNet(1.3, **options(kwargs, weights, MNASNet1_3_Weights))
