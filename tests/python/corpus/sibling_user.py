# check: Tiny(n=3) @ 3x16x16
# check: TinyPlus() @ 3x16x16
import torch.nn as nn
from sibling_parts import Grow, norm_act as na
import sibling_parts


class Tiny(nn.Module):
    def __init__(self, n=2):
        super().__init__()
        c = 8
        self.stem = nn.Conv2d(3, c, 3, padding=1)
        self.grow = nn.Sequential()
        for i in range(n):
            g = self.make(c)
            self.grow.add_module(f"g{i}", g)
            c += g.extra
        self.post = na(c, act=nn.ELU)
        self.head = nn.Linear(c, 10)

    def make(self, c):
        return Grow(c)

    def forward(self, x):
        return self.head(self.post(self.grow(self.stem(x))).mean((2, 3)))


class BigGrow(sibling_parts.Grow):
    growth = 2 * sibling_parts.GROWTH


class TinyPlus(Tiny):
    def make(self, c):
        return BigGrow(c)
