"""Dropping blocks of neighbouring positions in training."""

import torch
import torch.nn.functional as F
from torch import nn

__all__ = ["DropBlock2d", "DropBlock3d", "drop_block2d", "drop_block3d"]


def _dropped(input, p, block_size, inplace, eps, pool):
    """Zero blocks of all positions whose centre is drawn, and scale up what is left."""
    sizes = list(input.shape[2:])
    block_size = min(block_size, *sizes)
    if block_size % 2 == 0:
        raise ValueError(f"block size should be odd. Got {block_size} which is even.")
    centres = [size - block_size + 1 for size in sizes]
    gamma = p
    for size, places in zip(sizes, centres):
        gamma = gamma * size / (block_size * places)
    shape = (*input.shape[:2], *centres)
    noise = torch.empty(shape, dtype=input.dtype, device=input.device)
    noise.bernoulli_(gamma)
    noise = F.pad(noise, [block_size // 2] * (2 * len(sizes)), value=0)
    noise = pool(
        noise,
        stride=(1,) * len(sizes),
        kernel_size=(block_size,) * len(sizes),
        padding=block_size // 2,
    )
    noise = 1 - noise
    scale = noise.numel() / (eps + noise.sum())
    if inplace:
        return input.mul_(noise).mul_(scale)
    return input * noise * scale


def drop_block2d(input, p, block_size, inplace=False, eps=1e-6, training=True):
    """Zero square blocks of an image's features."""
    if not training or p == 0.0:
        return input
    return _dropped(input, p, block_size, inplace, eps, F.max_pool2d)


def drop_block3d(input, p, block_size, inplace=False, eps=1e-6, training=True):
    """Zero cubes of a video's features."""
    if not training or p == 0.0:
        return input
    return _dropped(input, p, block_size, inplace, eps, F.max_pool3d)


class DropBlock2d(nn.Module):
    """`drop_block2d` as a module."""

    def __init__(self, p, block_size, inplace=False, eps=1e-6):
        super().__init__()
        self.p = p
        self.block_size = block_size
        self.inplace = inplace
        self.eps = eps

    def forward(self, input):
        return drop_block2d(input, self.p, self.block_size, self.inplace, self.eps, self.training)


class DropBlock3d(DropBlock2d):
    """`drop_block3d` as a module."""

    def forward(self, input):
        return drop_block3d(input, self.p, self.block_size, self.inplace, self.eps, self.training)
