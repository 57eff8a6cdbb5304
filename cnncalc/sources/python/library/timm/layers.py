"""The small parts of `timm.layers` that models of others borrow."""

import math
from functools import partial

import torch.nn.functional as F
from torch import nn

__all__ = [
    "DropPath",
    "GluMlp",
    "LayerNorm2d",
    "Mlp",
    "PatchEmbed",
    "calculate_drop_path_rates",
    "drop_path",
    "extend_tuple",
    "lecun_normal_",
    "make_divisible",
    "to_2tuple",
    "to_3tuple",
    "to_4tuple",
    "to_ntuple",
    "trunc_normal_",
    "trunc_normal_tf_",
    "use_fused_attn",
    "variance_scaling_",
]


def to_ntuple(n):
    """A function that makes a tuple of n equal items, or of the items it is given."""

    def parse(x):
        if isinstance(x, (list, tuple, set, dict, range)):
            return tuple(x)
        return (x,) * n

    return parse


_ntuple = to_ntuple
to_2tuple = to_ntuple(2)
to_3tuple = to_ntuple(3)
to_4tuple = to_ntuple(4)


def extend_tuple(x, n):
    """The first n items; the last one is repeated where there are fewer."""
    items = tuple(x) if isinstance(x, (list, tuple)) else (x,)
    return (items + (items[-1],) * (n - len(items)))[:n]


def make_divisible(v, divisor=8, min_value=None, round_limit=0.9):
    """The multiple of `divisor` nearest to `v`, but never less than `round_limit` of it."""
    rounded = max(min_value or divisor, int(v + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < round_limit * v else rounded


def use_fused_attn(experimental=False):
    """Is attention one call of torch? It is where torch is not too old."""
    return not experimental


def trunc_normal_(tensor, mean=0.0, std=1.0, a=-2.0, b=2.0):
    """Initial values change no figure: the tensor is left as it is."""
    return tensor


def trunc_normal_tf_(tensor, mean=0.0, std=1.0, a=-2.0, b=2.0):
    return tensor


def variance_scaling_(tensor, scale=1.0, mode="fan_in", distribution="normal"):
    return tensor


def lecun_normal_(tensor):
    return tensor


def drop_path(x, drop_prob=0.0, training=False, scale_by_keep=True):
    """Zero whole samples, in training."""
    if drop_prob == 0.0 or not training:
        return x
    kept = 1 - drop_prob
    noise = x.new_empty((x.shape[0],) + (1,) * (x.ndim - 1)).bernoulli_(kept)
    if kept > 0.0 and scale_by_keep:
        noise.div_(kept)
    return x * noise


class DropPath(nn.Module):
    """`drop_path` as a module."""

    def __init__(self, drop_prob=0.0, scale_by_keep=True):
        super().__init__()
        self.drop_prob = drop_prob
        self.scale_by_keep = scale_by_keep

    def forward(self, x):
        return drop_path(x, self.drop_prob, self.training, self.scale_by_keep)


def calculate_drop_path_rates(drop_path_rate, depths, stagewise=False):
    """Rates that grow linearly from 0 over all blocks; in a list for each stage if asked."""
    total = depths if isinstance(depths, int) else sum(depths)
    step = drop_path_rate / (total - 1) if total > 1 else 0.0
    rates = [number * step for number in range(total)]
    if not stagewise:
        return rates
    stages = []
    for depth in depths:
        stages.append(rates[:depth])
        rates = rates[depth:]
    return stages


class LayerNorm2d(nn.LayerNorm):
    """Layer norm over the channels of images."""

    def __init__(self, num_channels, eps=1e-6, affine=True):
        super().__init__(num_channels, eps=eps, elementwise_affine=affine)

    def forward(self, x):
        x = x.permute(0, 2, 3, 1)
        x = F.layer_norm(x, self.normalized_shape, self.weight, self.bias, self.eps)
        return x.permute(0, 3, 1, 2)


def _linear(use_conv):
    return partial(nn.Conv2d, kernel_size=1) if use_conv else nn.Linear


class Mlp(nn.Module):
    """Two linear layers with an activation, dropout and perhaps a norm between them."""

    def __init__(
        self,
        in_features,
        hidden_features=None,
        out_features=None,
        act_layer=nn.GELU,
        norm_layer=None,
        bias=True,
        drop=0.0,
        use_conv=False,
    ):
        super().__init__()
        out_features = out_features or in_features
        hidden_features = hidden_features or in_features
        bias = to_2tuple(bias)
        drop = to_2tuple(drop)
        linear = _linear(use_conv)
        self.fc1 = linear(in_features, hidden_features, bias=bias[0])
        self.act = act_layer()
        self.drop1 = nn.Dropout(drop[0])
        self.norm = nn.Identity() if norm_layer is None else norm_layer(hidden_features)
        self.fc2 = linear(hidden_features, out_features, bias=bias[1])
        self.drop2 = nn.Dropout(drop[1])

    def forward(self, x):
        x = self.norm(self.drop1(self.act(self.fc1(x))))
        return self.drop2(self.fc2(x))


class GluMlp(nn.Module):
    """An `Mlp` in which one half of the hidden features gates the other."""

    def __init__(
        self,
        in_features,
        hidden_features=None,
        out_features=None,
        act_layer=nn.Sigmoid,
        norm_layer=None,
        bias=True,
        drop=0.0,
        use_conv=False,
        gate_last=True,
    ):
        super().__init__()
        out_features = out_features or in_features
        hidden_features = hidden_features or in_features
        half = hidden_features // 2
        bias = to_2tuple(bias)
        drop = to_2tuple(drop)
        linear = _linear(use_conv)
        self.chunk_dim = 1 if use_conv else -1
        self.gate_last = gate_last
        self.fc1 = linear(in_features, hidden_features, bias=bias[0])
        self.act = act_layer()
        self.drop1 = nn.Dropout(drop[0])
        self.norm = nn.Identity() if norm_layer is None else norm_layer(half)
        self.fc2 = linear(half, out_features, bias=bias[1])
        self.drop2 = nn.Dropout(drop[1])

    def forward(self, x):
        first, last = self.fc1(x).chunk(2, dim=self.chunk_dim)
        x = first * self.act(last) if self.gate_last else self.act(first) * last
        return self.drop2(self.fc2(self.norm(self.drop1(x))))


class PatchEmbed(nn.Module):
    """The patches of an image as a sequence (or, not flattened, as an image)."""

    def __init__(
        self,
        img_size=224,
        patch_size=16,
        in_chans=3,
        embed_dim=768,
        norm_layer=None,
        flatten=True,
        output_fmt=None,
        bias=True,
        strict_img_size=True,
        dynamic_img_pad=False,
    ):
        super().__init__()
        if output_fmt not in (None, "NCHW", "NHWC", "NCL", "NLC"):
            raise ValueError(f"{output_fmt!r} is no format")
        self.patch_size = to_2tuple(patch_size)
        self.img_size = self.grid_size = self.num_patches = None
        if img_size is not None:
            self.img_size = to_2tuple(img_size)
            self.grid_size = self.dynamic_feat_size(self.img_size)
            self.num_patches = self.grid_size[0] * self.grid_size[1]
        self.flatten = flatten and output_fmt is None
        self.output_fmt = output_fmt
        self.strict_img_size = strict_img_size
        self.dynamic_img_pad = dynamic_img_pad
        self.proj = nn.Conv2d(
            in_chans, embed_dim, kernel_size=patch_size, stride=patch_size, bias=bias
        )
        self.norm = norm_layer(embed_dim) if norm_layer else nn.Identity()

    def feat_ratio(self, as_scalar=True):
        return max(self.patch_size) if as_scalar else self.patch_size

    def dynamic_feat_size(self, img_size):
        """How many patches an image of that size has, on each axis."""
        return tuple([size // patch for size, patch in zip(img_size, self.patch_size)])

    def forward(self, x):
        height, width = x.shape[2:]
        if self.img_size is not None and not self._fits(height, width):
            raise ValueError(
                f"Input size ({height}x{width}) doesn't match model "
                f"({self.img_size[0]}x{self.img_size[1]})."
            )
        if self.dynamic_img_pad:
            down = math.ceil(height / self.patch_size[0]) * self.patch_size[0] - height
            right = math.ceil(width / self.patch_size[1]) * self.patch_size[1] - width
            x = F.pad(x, (0, right, 0, down))
        x = self.proj(x)
        if self.flatten:
            x = x.flatten(2).transpose(1, 2)
        elif self.output_fmt == "NHWC":
            x = x.permute(0, 2, 3, 1)
        elif self.output_fmt == "NLC":
            x = x.flatten(2).transpose(1, 2)
        elif self.output_fmt == "NCL":
            x = x.flatten(2)
        return self.norm(x)

    def _fits(self, height, width):
        if self.strict_img_size:
            return height == self.img_size[0] and width == self.img_size[1]
        whole = height % self.patch_size[0] == 0 and width % self.patch_size[1] == 0
        return whole or self.dynamic_img_pad


def _assert(condition, message):
    if not condition:
        raise AssertionError(message)
