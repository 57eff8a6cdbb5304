"""Small modules whose figures are known, or that are hard to check. Needs torch."""

from __future__ import annotations

import torch
from torch import nn


class Small(nn.Module):
    """Two convolutions, a residual sum, a linear layer."""

    def __init__(self) -> None:
        super().__init__()
        self.one = nn.Conv2d(3, 4, 3, padding=1)
        self.norm = nn.BatchNorm2d(4)
        self.two = nn.Conv2d(4, 4, 3, padding=1)
        self.head = nn.Linear(4, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.norm(self.one(x)).relu()
        x = x + self.two(x)
        return self.head(x.mean((2, 3)))


class Uncounted(nn.Module):
    """What FlopCounterMode counts as nothing: a bilinear layer, a product with a vector."""

    def __init__(self) -> None:
        super().__init__()
        self.pair = nn.Bilinear(4, 4, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.pair(x, x)
        return y @ y[0]


class Constants(nn.Module):
    """Multiplies matrices that do not depend on the input: 8 * 8 * 8 MACs that are no layer's."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        table = torch.ones(8, 8) @ torch.ones(8, 8)
        return self.conv(x) * table.sum()


class Misfit(nn.Module):
    """A linear layer that does not fit."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.head = nn.Linear(7, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.conv(x).mean((2, 3)))


class Ruleless(nn.Module):
    """An operation that cnncalc has no rule for."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.linalg.qr(x)[0]


class Fickle(nn.Module):
    """Does one operation more when `more` is set, from outside of the module."""

    more = False

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.conv(x)
        return x.tanh() if Fickle.more else x


class Holding(nn.Module):
    """A variable names the first output until the end; its last reader is the second layer."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Conv2d(2, 2, 1) for _ in range(3))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        first = self.layers[0](x)
        second = self.layers[1](first)
        return self.layers[2](second)
