"""`rearrange` and `reduce` as modules."""

from einops import rearrange, reduce
from torch import nn

__all__ = ["Rearrange", "Reduce"]


class Rearrange(nn.Module):
    """`rearrange` with a fixed pattern."""

    def __init__(self, pattern, **axes_lengths):
        super().__init__()
        self.pattern = pattern
        self.axes_lengths = axes_lengths

    def forward(self, input):
        return rearrange(input, self.pattern, **self.axes_lengths)


class Reduce(nn.Module):
    """`reduce` with a fixed pattern and reduction."""

    def __init__(self, pattern, reduction, **axes_lengths):
        super().__init__()
        self.pattern = pattern
        self.reduction = reduction
        self.axes_lengths = axes_lengths

    def forward(self, input):
        return reduce(input, self.pattern, self.reduction, **self.axes_lengths)
