# check: Factorised @ 3x75x75
# check: Factorised(classes=5, rescale=True) @ 3x96x80
"""Asymmetric kernels (1x7 then 7x1), a grid reduction, an expanded last block."""
from typing import Any, Callable, Dict, List, Optional, Tuple

import torch
from torch import nn, Tensor
import torch.nn.functional as F

Maker = Callable[..., nn.Module]


class Unit(nn.Module):
    def __init__(self, c_in: int, c_out: int, **kwargs: Any) -> None:
        super().__init__()
        self.conv = nn.Conv2d(c_in, c_out, bias=False, **kwargs)
        self.bn = nn.BatchNorm2d(c_out, eps=0.001)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.bn(self.conv(x)), inplace=True)


class Reduce(nn.Module):
    """halve the grid: strided convolutions beside a pool"""

    def __init__(self, c: int, make: Optional[Maker] = None) -> None:
        super().__init__()
        make = make or Unit
        self.short = make(c, 12, kernel_size=3, stride=2)
        self.long = nn.ModuleList([
            make(c, 8, kernel_size=1),
            make(8, 10, kernel_size=3, padding=1),
            make(10, 10, kernel_size=3, stride=2),
        ])
        self.out_channels: int = c + 12 + 10

    def forward(self, x: Tensor) -> Tensor:
        far = x
        for step in self.long:
            far = step(far)
        return torch.cat([self.short(x), far, F.max_pool2d(x, kernel_size=3, stride=2)], dim=1)


class Asymmetric(nn.Module):
    def __init__(self, c: int, mid: int, out: int = 8, k: int = 7) -> None:
        super().__init__()
        half: int = (k - 1) // 2
        self.point = Unit(c, out, kernel_size=1)
        self.wide_1 = Unit(c, mid, kernel_size=1)
        self.wide_2 = Unit(mid, mid, kernel_size=(1, k), padding=(0, half))
        self.wide_3 = Unit(mid, out, kernel_size=(k, 1), padding=(half, 0))
        self.pooled = Unit(c, out, kernel_size=1)
        self.out_channels = 3 * out

    def branches(self, x: Tensor) -> List[Tensor]:
        wide = self.wide_3(self.wide_2(self.wide_1(x)))
        flat: Tensor = F.avg_pool2d(x, kernel_size=3, stride=1, padding=1)
        return [self.point(x), wide, self.pooled(flat)]

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat(self.branches(x), 1)


class Expanded(nn.Module):
    def __init__(self, c: int) -> None:
        super().__init__()
        self.stem = Unit(c, 12, kernel_size=1)
        self.row = Unit(12, 8, kernel_size=(1, 3), padding=(0, 1))
        self.column = Unit(12, 8, kernel_size=(3, 1), padding=(1, 0))
        self.out_channels = c + 16

    def forward(self, x: Tensor) -> Tensor:
        stem = self.stem(x)
        both = [self.row(stem), self.column(stem)]
        return torch.cat([x, torch.cat(both, 1)], 1)


class Factorised(nn.Module):
    STATISTICS: Dict[str, Tuple[float, float]] = {"r": (0.48, 0.23), "g": (0.46, 0.22), "b": (0.41, 0.23)}

    def __init__(self, classes: int = 10, rescale: bool = False, kinds: Optional[List[Maker]] = None,
                 dropout: float = 0.5) -> None:
        super().__init__()
        if kinds is None:
            kinds = [Unit, Reduce, Asymmetric, Expanded]
        assert len(kinds) == 4, "four kinds of blocks"
        unit, reduce_, asymmetric, expanded = kinds
        self.rescale = rescale
        self.stem_a = unit(3, 8, kernel_size=3, stride=2)
        self.stem_b = unit(8, 16, kernel_size=3)
        self.maxpool = nn.MaxPool2d(kernel_size=3, stride=2)
        self.reduce = reduce_(16)
        self.asymmetric = asymmetric(self.reduce.out_channels, mid=6)
        self.expanded = expanded(self.asymmetric.out_channels)
        self.dropout = nn.Dropout(p=dropout)
        self.fc = nn.Linear(self.expanded.out_channels, classes)
        for m in self.modules():
            if isinstance(m, (nn.Conv2d, nn.Linear)):
                spread = float(m.spread) if hasattr(m, "spread") else 0.1
                nn.init.trunc_normal_(m.weight, mean=0.0, std=spread, a=-2, b=2)

    def normalised(self, x: Tensor) -> Tensor:
        planes = []
        for at, (mean, std) in enumerate(self.STATISTICS.values()):
            planes.append(torch.unsqueeze(x[:, at], 1) * (std / 0.5) + (mean - 0.5) / 0.5)
        return torch.cat(tuple(planes), 1)

    def forward(self, x: Tensor) -> Tensor:
        if self.rescale:
            x = self.normalised(x)
        x = self.maxpool(self.stem_b(self.stem_a(x)))
        x = self.expanded(self.asymmetric(self.reduce(x)))
        x = F.adaptive_avg_pool2d(x, (1, 1))
        return self.fc(torch.flatten(self.dropout(x), 1))
