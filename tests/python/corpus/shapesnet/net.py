# check: small() @ 3x32x32
# check: build("small", head="flat", classes=3) @ 3x32x32
# check: Net(widths=[8, 12], head="pooled") @ 3x32x32
from torch import nn

from . import blocks as B
from .blocks import *
from .heads import HEADS
from .registry import build, register

__all__ = ["Net", "small"]


class Net(nn.Module):
    def __init__(self, widths=(B.DEFAULT_WIDTH, 16), head="pooled", classes=10, size=32):
        super().__init__()
        self.stem = ConvAct(3, widths[0])
        self.body = nn.ModuleList()
        i = self.stem.out_channels
        for o in widths:
            self.body.append(Block(i, o, 2))
            i, size = o, (size + 1) // 2
        self.head = HEADS[head](i, classes=classes, side=size)

    def forward(self, x):
        x = self.stem(x)
        for block in self.body:
            x = block(x)
        return self.head(x)


@register(classes=5)
def small(classes=10, **kwargs):
    return Net(classes=classes, **kwargs)
