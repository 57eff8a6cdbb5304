"""Tiny live modules, one for each thing that receptive fields have to get right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint


class Does(nn.Module):
    """Modules by name, and a function of them and the input."""

    def __init__(self, run: Callable[..., Any], **parts: nn.Module) -> None:
        super().__init__()
        for name, part in parts.items():
            self.add_module(name, part)
        self.run = run

    def forward(self, *inputs: torch.Tensor) -> Any:
        return self.run(self, *inputs)


def conv(channels: int = 2, kernel: Any = 3, out: int = 2, **named: Any) -> nn.Module:
    return nn.Conv2d(channels, out, kernel, **named)


class Excite(nn.Module):
    """A convolution, then squeeze and excite."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = conv()
        self.squeeze = nn.Conv2d(2, 1, 1)
        self.excite = nn.Conv2d(1, 2, 1)

    def forward(self, x: torch.Tensor) -> Any:
        x = F.hardswish(self.conv(x))
        gate = self.squeeze(F.adaptive_avg_pool2d(x, 1))
        return x * self.excite(F.relu(gate)).sigmoid()


class UNet(nn.Module):
    """Down twice, up twice with skips, sizes that do not divide."""

    def __init__(self) -> None:
        super().__init__()
        self.down1 = nn.Sequential(conv(padding=1), nn.BatchNorm2d(2), nn.ReLU(inplace=True))
        self.down2 = nn.Sequential(conv(padding=1), nn.BatchNorm2d(2), nn.ReLU(inplace=True))
        self.up = nn.ConvTranspose2d(2, 2, 2, stride=2)
        self.join = conv(4, padding=1)

    def forward(self, x: torch.Tensor) -> Any:
        first = self.down1(x)
        second = self.down2(F.max_pool2d(first, 2))
        up = self.up(second)
        first = first[:, :, : up.shape[2], : up.shape[3]]
        return self.join(torch.cat([first, up], 1))


class Inception(nn.Module):
    """Four branches of different windows."""

    def __init__(self) -> None:
        super().__init__()
        self.one = conv(kernel=1)
        self.three = nn.Sequential(conv(kernel=1), nn.ReLU(), conv(padding=1))
        self.wide = conv(kernel=(1, 7), padding=(0, 3))
        self.pool = conv(kernel=1)

    def forward(self, x: torch.Tensor) -> Any:
        pooled = self.pool(F.max_pool2d(x, 3, 1, 1))
        return torch.cat([self.one(x), self.three(x), self.wide(x), pooled], 1)


class Tokens(nn.Module):
    """Patches as tokens, a transformer's block over them, and back to an image."""

    def __init__(self, whole: bool) -> None:
        super().__init__()
        self.embed = conv(kernel=4, out=8, stride=4)
        self.position = nn.Parameter(torch.zeros(1, 9, 8))
        self.norm = nn.LayerNorm(8)
        self.attend = nn.MultiheadAttention(8, 2, batch_first=True)
        self.mix = nn.Sequential(nn.Linear(8, 16), nn.GELU(), nn.Linear(16, 8))
        self.whole = whole

    def forward(self, x: torch.Tensor) -> Any:
        x = self.embed(x).flatten(2).transpose(1, 2) + self.position
        if self.whole:
            y = self.norm(x)
            x = x + self.attend(y, y, y, need_weights=False)[0]
        x = x + self.mix(self.norm(x))
        return x.transpose(1, 2).unflatten(2, (3, 3))


class Twice(nn.Module):
    """One convolution in two places, and a residual in place."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = conv(padding=1)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: torch.Tensor) -> Any:
        x = self.conv(x)
        y = self.relu(self.conv(x))
        y += x.roll(2, 3)
        x.mul_(2).add_(y[:, :, :1])
        return self.relu(y) * x


def windows(self: Any, x: torch.Tensor) -> Any:
    """Attention in windows of 4 x 4, moved by 2."""
    x = torch.roll(self.conv(x), (-2, -2), (2, 3))
    x = x.view(1, 2, 3, 4, 3, 4).permute(0, 2, 4, 3, 5, 1).reshape(9, 16, 2)
    x = x + F.scaled_dot_product_attention(x, x, x)
    x = x.view(1, 3, 3, 4, 4, 2).permute(0, 5, 1, 3, 2, 4).reshape(1, 2, 12, 12)
    return self.last(torch.roll(x, (2, 2), (2, 3)))


def blocks(self: Any, x: torch.Tensor) -> Any:
    """A sum over windows of 4 x 4 beside each position, then blocks of 3 x 3 of that."""
    seen = x.view(1, 2, 3, 4, 3, 4)
    x = (seen + seen.mean((3, 5), keepdim=True)).view(1, 2, 12, 12)
    return self.conv(x.view(1, 2, 4, 3, 4, 3).amax((3, 5)))


def channels_last(self: Any, x: torch.Tensor) -> Any:
    x = self.conv(x).permute(0, 2, 3, 1)
    x = x + self.linear(F.layer_norm(x, (2,)))
    return self.last(x.permute(0, 3, 1, 2))


def patches(self: Any, x: torch.Tensor) -> Any:
    """Space to depth by view and permute."""
    x = x.view(1, 2, 6, 2, 6, 2).permute(0, 1, 3, 5, 2, 4).reshape(1, 8, 6, 6)
    return self.conv(x)


def attention_by_hand(self: Any, x: torch.Tensor) -> Any:
    q, k, v = self.qkv(x).flatten(2).chunk(3, 1)
    weights = torch.softmax(q.transpose(1, 2) @ k / 4, dim=-1)
    return (v @ weights.transpose(1, 2)).view_as(x) + x


def einsum_and_where(self: Any, x: torch.Tensor) -> Any:
    y = torch.einsum("bchw,bcvw->bhv", x, self.conv(x))  # rows by rows
    return torch.where(y > 0, y, y.exp())


def without_gradients(self: Any, x: torch.Tensor) -> Any:
    with torch.no_grad():
        y = self.conv(x)
    return self.last(y.detach().clamp(0, 1))


class Swish(torch.autograd.Function):
    """As models write it that want to save memory."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(x)
        return x * x.sigmoid()


def checkpointed(self: Any, x: torch.Tensor) -> Any:
    x = checkpoint(self.conv, Swish.apply(x), use_reentrant=False)
    return checkpoint(self.last, x, use_reentrant=True)


def two_inputs(self: Any, x: torch.Tensor, y: torch.Tensor) -> Any:
    return self.conv(x) + F.interpolate(self.last(y), x.shape[2:])[:, :, 1:-1, 1:-1]


def _unaligned(self: Any, x: torch.Tensor) -> Any:
    left, right = self.left(x)[:, :, :4], self.right(x)[:, :, :4]
    return self.last(left[..., :5] + right[..., :5])


def _stack(*layers: nn.Module) -> nn.Module:
    return nn.Sequential(*layers)


IMAGE = (1, 2, 12, 12)
CASES: dict[str, tuple[Callable[[], nn.Module], tuple[tuple[int, ...], ...]]] = {
    "adaptive average pooling, uneven": (
        lambda: _stack(conv(), nn.AdaptiveAvgPool2d((3, 7)), conv(kernel=2)), (IMAGE,)),
    "adaptive max pooling, uneven": (
        lambda: _stack(conv(), nn.AdaptiveMaxPool2d((7, 3)), conv(kernel=2)), (IMAGE,)),
    "max pooling with ceil mode and dilation": (
        lambda: _stack(nn.MaxPool2d(2, 3, ceil_mode=True), nn.MaxPool2d(2, 1, dilation=2)),
        ((1, 2, 14, 11),)),
    "transposed convolution, stride 2": (
        lambda: _stack(conv(), nn.ConvTranspose2d(2, 2, 3, 2, 1, 1), conv()), (IMAGE,)),
    "transposed convolution, stride 3 above its kernel": (
        lambda: _stack(conv(), nn.ConvTranspose2d(2, 2, 2, 3), conv(kernel=2)), (IMAGE,)),
    "bilinear upsampling": (
        lambda: _stack(conv(), nn.Upsample(scale_factor=2, mode="bilinear"), conv()), (IMAGE,)),
    "bilinear upsampling, aligned corners": (
        lambda: Does(lambda m, x: m.conv(F.interpolate(
            x, (19, 17), mode="bilinear", align_corners=True)), conv=conv()), (IMAGE,)),
    "bicubic": (
        lambda: Does(lambda m, x: m.conv(F.interpolate(x, (19, 8), mode="bicubic")), conv=conv()),
        (IMAGE,)),
    "antialiased": (
        lambda: Does(lambda m, x: m.conv(F.interpolate(
            x, (5, 7), mode="bilinear", antialias=True)), conv=conv()), (IMAGE,)),
    "antialiased bicubic, by scale": (
        lambda: Does(lambda m, x: m.conv(F.interpolate(
            x, scale_factor=(0.4, 1.7), mode="bicubic", antialias=True)), conv=conv()), (IMAGE,)),
    "nearest upsampling": (
        lambda: _stack(conv(), nn.Upsample(scale_factor=3), conv()), (IMAGE,)),
    "dilation": (
        lambda: _stack(conv(dilation=2, padding=2), conv(dilation=3, stride=2)), (IMAGE,)),
    "depthwise and grouped": (
        lambda: _stack(conv(4, out=8, groups=4), conv(8, out=4, groups=2, stride=2)),
        ((1, 4, 12, 12),)),
    "reflecting and circular borders": (
        lambda: _stack(conv(padding=2, padding_mode="reflect"),
                       conv(padding=1, padding_mode="circular")), (IMAGE,)),
    "unaligned branches": (
        lambda: Does(_unaligned, left=conv(stride=2), right=conv(kernel=5, stride=2, padding=4),
                     last=conv()), (IMAGE,)),
    "squeeze and excite": (lambda: _stack(Excite(), conv()), (IMAGE,)),
    "shared and in place": (Twice, (IMAGE,)),
    "norms over positions": (
        lambda: _stack(conv(), nn.GroupNorm(1, 2), nn.ReLU(), nn.InstanceNorm2d(2)), (IMAGE,)),
    "batch norm without statistics": (
        lambda: _stack(conv(), nn.BatchNorm2d(2, track_running_stats=False)), (IMAGE,)),
    "channels last": (
        lambda: Does(channels_last, conv=conv(), linear=nn.Linear(2, 2), last=conv()), (IMAGE,)),
    "attention over positions": (lambda: Tokens(whole=True), (IMAGE,)),
    "tokens": (lambda: Tokens(whole=False), (IMAGE,)),
    "attention by hand": (
        lambda: Does(attention_by_hand, qkv=nn.Conv2d(2, 6, 3, padding=1)), (IMAGE,)),
    "windows of attention, rolled": (
        lambda: Does(windows, conv=conv(padding=1), last=conv(stride=2)), (IMAGE,)),
    "blocks that cut windows": (lambda: Does(blocks, conv=conv(kernel=2)), (IMAGE,)),
    "patches by view and permute": (lambda: Does(patches, conv=conv(8)), (IMAGE,)),
    "slices and a flip": (
        lambda: Does(lambda m, x: m.conv(x[:, :, 2:, ::2].flip(2)), conv=conv()), (IMAGE,)),
    "einsum and comparisons": (
        lambda: Does(einsum_and_where, conv=conv(padding=1)), (IMAGE,)),
    "recurrent": (
        lambda: Does(lambda m, x: m.rnn(m.conv(x).flatten(2).permute(0, 2, 1))[0],
                     conv=conv(), rnn=nn.GRU(2, 3, batch_first=True)), (IMAGE,)),
    "one axis": (
        lambda: _stack(nn.Conv1d(2, 4, 5, stride=2), nn.ReLU(), nn.MaxPool1d(3, 2),
                       nn.ConvTranspose1d(4, 2, 4, 2)), ((1, 2, 40),)),
    "three axes": (
        lambda: _stack(nn.Conv3d(2, 2, (3, 1, 3), (1, 2, 1)), nn.AvgPool3d(2), nn.ReLU()),
        ((1, 2, 8, 9, 10),)),
    "gradients switched off": (
        lambda: Does(without_gradients, conv=conv(), last=conv()), (IMAGE,)),
    "a function of its own, and checkpoints": (
        lambda: Does(checkpointed, conv=conv(), last=conv()), (IMAGE,)),
    "two inputs": (
        lambda: Does(two_inputs, conv=conv(), last=conv()), (IMAGE, (1, 2, 7, 9))),
    "a U-Net": (UNet, ((1, 2, 13, 10),)),
    "an Inception block": (lambda: _stack(conv(), Inception(), conv(8, stride=2)), (IMAGE,)),
}  # fmt: skip
