# check: EfficientNet @ 3x64x64
# check: efficientnet_b1() @ 3x64x64
# check: from_name("b0", num_classes=3) @ 3x48x48
# check: GhostNet() @ 3x32x32
from __future__ import annotations

import math
from collections import namedtuple
from dataclasses import dataclass, field, replace
from functools import partial
from typing import NamedTuple, Sequence

import torch
from torch import nn
import torch.nn.functional as F


class BlockArgs(NamedTuple):
    kernel: int
    repeats: int
    ins: int
    outs: int
    expand: float = 6
    stride: int = 1
    se_ratio: float | None = 0.25


@dataclass
class EffConfig:
    width: float = 1.0
    depth: float = 1.0
    dropout: float = 0.2
    num_classes: int = 10
    blocks: list[BlockArgs] = field(default_factory=lambda: [
        BlockArgs(3, 1, 16, 8, expand=1),
        BlockArgs(3, 1, 8, 16, stride=2),
        BlockArgs(kernel=5, repeats=2, ins=16, outs=24, expand=3, stride=2),
    ])

    def round_filters(self, c: int) -> int:
        if self.width == 1.0:
            return c
        c *= self.width
        new = max(8, int(c + 4) // 8 * 8)
        return int(new + 8 if new < 0.9 * c else new)

    def round_repeats(self, n: int) -> int:
        return int(math.ceil(self.depth * n))


class Swish(nn.Module):
    def forward(self, x):
        return x * torch.sigmoid(x)


class Conv2dSame(nn.Conv2d):
    """pads as much as needed for ceil(size / stride), the odd pixel at the end"""

    def __init__(self, ins, outs, kernel_size, stride=1, groups=1, bias=True):
        super().__init__(ins, outs, kernel_size, stride, groups=groups, bias=bias)

    @staticmethod
    def missing(size, k, s, d):
        out = math.ceil(size / s)
        return max((out - 1) * s + (k - 1) * d + 1 - size, 0)

    def forward(self, x):
        pads = []
        for axis in (1, 0):
            need = self.missing(x.size(2 + axis), self.weight.size(2 + axis), self.stride[axis], self.dilation[axis])
            pads += [need // 2, need - need // 2]
        if any(p > 0 for p in pads):
            x = F.pad(x, pads)
        return F.conv2d(x, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups)


class MBConv(nn.Module):
    def __init__(self, args: BlockArgs, drop: float = 0.0) -> None:
        super().__init__()
        bn = partial(nn.BatchNorm2d, momentum=0.01, eps=1e-3)
        mid = int(args.ins * args.expand)
        self.skip = args.stride == 1 and args.ins == args.outs
        self.drop = drop
        if args.expand != 1:
            self._expand_conv = Conv2dSame(args.ins, mid, 1, bias=False)
            self._bn0 = bn(num_features=mid)
        self._depthwise_conv = Conv2dSame(mid, mid, args.kernel, args.stride, groups=mid, bias=False)
        self._bn1 = bn(num_features=mid)
        self.has_se = (args.se_ratio is not None) and (0 < args.se_ratio <= 1)
        if self.has_se:
            squeezed = max(1, int(args.ins * args.se_ratio))
            self._se_reduce = Conv2dSame(mid, squeezed, 1)
            self._se_expand = Conv2dSame(squeezed, mid, 1)
        self._project_conv = Conv2dSame(mid, args.outs, 1, bias=False)
        self._bn2 = bn(num_features=args.outs)
        self._swish = Swish()
        self.args = args

    def forward(self, inputs, drop_connect_rate=None):
        x = inputs
        if self.args.expand != 1:
            x = self._swish(self._bn0(self._expand_conv(inputs)))
        x = self._swish(self._bn1(self._depthwise_conv(x)))
        if self.has_se:
            s = F.adaptive_avg_pool2d(x, 1)
            s = self._se_expand(self._swish(self._se_reduce(s)))
            x = torch.sigmoid(s) * x
        x = self._bn2(self._project_conv(x))
        if self.skip:
            if drop_connect_rate and self.training:
                keep = 1 - drop_connect_rate
                mask = torch.floor(keep + torch.rand([x.shape[0], 1, 1, 1], dtype=x.dtype, device=x.device))
                x = x / keep * mask
            x = x + inputs
        return x


class EfficientNet(nn.Module):
    def __init__(self, config: EffConfig = None) -> None:
        super().__init__()
        config = config or EffConfig()
        self._config = config
        stem = config.round_filters(16)
        self._stem = Conv2dSame(3, stem, 3, stride=2, bias=False)
        self._bn = nn.BatchNorm2d(stem)
        self._blocks = nn.ModuleList([])
        for args in config.blocks:
            args = args._replace(ins=config.round_filters(args.ins), outs=config.round_filters(args.outs),
                                 repeats=config.round_repeats(args.repeats))
            self._blocks.append(MBConv(args))
            if args.repeats > 1:
                args = args._replace(ins=args.outs, stride=1)
            for _ in range(args.repeats - 1):
                self._blocks.append(MBConv(args))
        self._dropout = nn.Dropout(config.dropout)
        self._fc = nn.Linear(args.outs, config.num_classes)

    def extract(self, x):
        x = F.silu(self._bn(self._stem(x)))
        for idx, block in enumerate(self._blocks):
            rate = 0.2
            if rate:
                rate *= float(idx) / len(self._blocks)
            x = block(x, drop_connect_rate=rate)
        return x

    def forward(self, x):
        x = self.extract(x)
        x = nn.AdaptiveAvgPool2d(1)(x)
        x = x.flatten(start_dim=1)
        return self._fc(self._dropout(x))


Compound = namedtuple("Compound", ["width", "depth", "dropout"])
TABLE = {"b0": Compound(1.0, 1.0, 0.2), "b1": Compound(1.5, depth=1.1, dropout=0.3)}


def from_name(name: str, **overrides) -> EfficientNet:
    width, depth, dropout = TABLE[name]
    config = EffConfig(width=width, depth=depth, dropout=dropout)
    if overrides:
        config = replace(config, **overrides)
    return EfficientNet(config)


def efficientnet_b1() -> EfficientNet:
    return from_name("b1")


class GhostModule(nn.Module):
    def __init__(self, inp: int, oup: int, kernel_size=1, ratio=2, dw_size=3, stride=1, relu=True):
        super().__init__()
        self.oup = oup
        init_channels = math.ceil(oup / ratio)
        new_channels = init_channels * (ratio - 1)
        self.primary_conv = nn.Sequential(
            nn.Conv2d(inp, init_channels, kernel_size, stride, kernel_size // 2, bias=False),
            nn.BatchNorm2d(init_channels), nn.ReLU(inplace=True) if relu else nn.Sequential())
        self.cheap_operation = nn.Sequential(
            nn.Conv2d(init_channels, new_channels, dw_size, 1, dw_size // 2, groups=init_channels, bias=False),
            nn.BatchNorm2d(new_channels), nn.ReLU(inplace=True) if relu else nn.Sequential())

    def forward(self, x):
        x1 = self.primary_conv(x)
        x2 = self.cheap_operation(x1)
        return torch.cat([x1, x2], dim=1)[:, :self.oup, :, :]


class GhostNet(nn.Module):
    def __init__(self, plan: Sequence[Sequence[int]] = ((8, 1), (13, 2), (16, 1)), classes: int = 10):
        super().__init__()
        rows, c = [], 3
        for outs, stride in plan:
            rows.append(GhostModule(c, outs, kernel_size=3, stride=stride))
            rows.append(GhostModule(outs, outs, relu=False))
            c = outs
        self.rows = nn.Sequential(*rows)
        self.fc = nn.Linear(c, classes)

    def forward(self, x):
        return self.fc(self.rows(x).mean(dim=(-2, -1)))
