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


class Attention(nn.Module):
    """Copies what attention gives: on meta that is laid out otherwise than by the CPU's kernel.

    With `copies` there are copies before and after, which both runs make.
    """

    def __init__(self, copies: bool = False) -> None:
        super().__init__()
        self.copies = copies
        self.qkv = nn.Linear(32, 96)
        self.merge = Merge()
        self.out = nn.Linear(32, 32)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x.clone() + 1 if self.copies else x
        query, key, value = self.qkv(x).view(1, -1, 3, 4, 8).permute(2, 0, 3, 1, 4)
        heads = nn.functional.scaled_dot_product_attention(query, key, value)
        y = self.merge(heads).view(1, -1, 32)
        heads = nn.functional.scaled_dot_product_attention(query, key, value)
        y = self.out(y) + heads.transpose(1, 2).contiguous().view(1, -1, 32)
        return y.clone() * 2 if self.copies else y


class Merge(nn.Module):
    """One operation, or two where it copies."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.transpose(1, 2).contiguous()


class Heads(nn.Module):
    """The copy that only the analysis makes is where most is alive."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        query, key, value = x.view(1, -1, 3, 4, 8).permute(2, 0, 3, 1, 4)
        heads = nn.functional.scaled_dot_product_attention(query, key, value)
        return heads.transpose(1, 2).contiguous().view(1, -1, 32)


class Grouped(nn.Module):
    """Rows in two groups, each with a matrix of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.rand(2, 16, 32))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ends = torch.tensor([3, 8], dtype=torch.int32)
        return nn.functional.grouped_mm(x.view(8, 16), self.weight, offs=ends)


class Reading(nn.Module):
    """A layer that reads the output of another, several operations deep."""

    def __init__(self, first: nn.Module, second: nn.Module) -> None:
        super().__init__()
        self.first = first
        self.second = second

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.first(x)
        several = isinstance(self.second, nn.MultiheadAttention)
        y = self.second(x, x, x) if several else self.second(x)
        return y[0] if isinstance(y, tuple) else y


class Contraction(nn.Module):
    """An einsum, which permutes its operands before it multiplies them."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.rand(14, 5))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.einsum("bchw,hk->bckw", x, self.weight)


class Masked(nn.Module):
    """Branches on a mask."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(4, 4)

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        if mask.all():
            return self.linear(x)
        return self.linear(x).masked_fill(~mask, 0.0)
