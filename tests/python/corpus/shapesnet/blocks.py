from __future__ import annotations

import torch
from torch import nn

__all__ = ["Block", "ConvAct", "DEFAULT_WIDTH"]

DEFAULT_WIDTH = 8


class ConvAct(nn.Sequential):
    def __init__(self, i: int, o: int, k: int = 3, s: int = 1, act: type[nn.Module] | None = nn.ReLU):
        parts: list[nn.Module] = [nn.Conv2d(i, o, k, s, k // 2, bias=False), nn.BatchNorm2d(o)]
        if act is not None:
            parts.append(act())
        super().__init__(*parts)
        self.out_channels = o


class Block(nn.Module):
    def __init__(self, i: int, o: int, s: int = 1):
        super().__init__()
        self.a = ConvAct(i, o, s=s)
        self.b = ConvAct(o, o, act=None)
        self.skip = nn.Identity() if i == o and s == 1 else ConvAct(i, o, 1, s, act=None)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(self.b(self.a(x)) + self.skip(x))
