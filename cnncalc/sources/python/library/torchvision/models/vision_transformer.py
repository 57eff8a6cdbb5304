"""Vision transformers."""

from collections import OrderedDict
from functools import partial

import torch
from torch import nn
from torchvision.models._api import IMAGENET, Weights
from torchvision.models._utils import _ovewrite_named_param, known_weights, options
from torchvision.ops.misc import MLP, Conv2dNormActivation

__all__ = [
    "ViT_B_16_Weights",
    "ViT_B_32_Weights",
    "ViT_H_14_Weights",
    "ViT_L_16_Weights",
    "ViT_L_32_Weights",
    "VisionTransformer",
    "vit_b_16",
    "vit_b_32",
    "vit_h_14",
    "vit_l_16",
    "vit_l_32",
]


def _at(size):
    """Weights for larger images."""
    return Weights(meta={"categories": range(1000), "min_size": (size, size)})


class ViT_B_16_Weights:
    IMAGENET1K_V1 = IMAGENET1K_SWAG_LINEAR_V1 = DEFAULT = IMAGENET
    IMAGENET1K_SWAG_E2E_V1 = _at(384)


class ViT_B_32_Weights:
    IMAGENET1K_V1 = DEFAULT = IMAGENET


class ViT_L_16_Weights:
    IMAGENET1K_V1 = IMAGENET1K_SWAG_LINEAR_V1 = DEFAULT = IMAGENET
    IMAGENET1K_SWAG_E2E_V1 = _at(512)


class ViT_L_32_Weights:
    IMAGENET1K_V1 = DEFAULT = IMAGENET


class ViT_H_14_Weights:
    IMAGENET1K_SWAG_E2E_V1 = DEFAULT = _at(518)
    IMAGENET1K_SWAG_LINEAR_V1 = IMAGENET


class ConvStemConfig:
    """The sizes of one convolution of a stem."""

    def __init__(
        self,
        out_channels,
        kernel_size,
        stride,
        norm_layer=nn.BatchNorm2d,
        activation_layer=nn.ReLU,
    ):
        self.out_channels = out_channels
        self.kernel_size = kernel_size
        self.stride = stride
        self.norm_layer = norm_layer
        self.activation_layer = activation_layer


class MLPBlock(MLP):
    """The two linear layers of a block."""

    def __init__(self, in_dim, mlp_dim, dropout):
        super().__init__(
            in_dim, [mlp_dim, in_dim], activation_layer=nn.GELU, inplace=None, dropout=dropout
        )


class EncoderBlock(nn.Module):
    """Self-attention and two linear layers, each behind a norm and beside a residual."""

    def __init__(
        self,
        num_heads,
        hidden_dim,
        mlp_dim,
        dropout,
        attention_dropout,
        norm_layer=partial(nn.LayerNorm, eps=1e-6),
    ):
        super().__init__()
        self.num_heads = num_heads
        self.ln_1 = norm_layer(hidden_dim)
        self.self_attention = nn.MultiheadAttention(
            hidden_dim, num_heads, dropout=attention_dropout, batch_first=True
        )
        self.dropout = nn.Dropout(dropout)
        self.ln_2 = norm_layer(hidden_dim)
        self.mlp = MLPBlock(hidden_dim, mlp_dim, dropout)

    def forward(self, input):
        if input.dim() != 3:
            raise ValueError(f"Expected (batch, sequence, hidden), got {tuple(input.shape)}")
        x = self.ln_1(input)
        x, _ = self.self_attention(x, x, x, need_weights=False)
        x = self.dropout(x) + input
        return x + self.mlp(self.ln_2(x))


class Encoder(nn.Module):
    """Learned positions, blocks, and a norm."""

    def __init__(
        self,
        seq_length,
        num_layers,
        num_heads,
        hidden_dim,
        mlp_dim,
        dropout,
        attention_dropout,
        norm_layer=partial(nn.LayerNorm, eps=1e-6),
    ):
        super().__init__()
        self.pos_embedding = nn.Parameter(torch.empty(1, seq_length, hidden_dim))
        self.dropout = nn.Dropout(dropout)
        sizes = (num_heads, hidden_dim, mlp_dim, dropout, attention_dropout, norm_layer)
        blocks = OrderedDict()
        for number in range(num_layers):
            blocks[f"encoder_layer_{number}"] = EncoderBlock(*sizes)
        self.layers = nn.Sequential(blocks)
        self.ln = norm_layer(hidden_dim)

    def forward(self, input):
        if input.dim() != 3:
            raise ValueError(f"Expected (batch, sequence, hidden), got {tuple(input.shape)}")
        input = input + self.pos_embedding
        return self.ln(self.layers(self.dropout(input)))


class VisionTransformer(nn.Module):
    """Patches and a class token through an encoder; a linear layer reads the token."""

    def __init__(
        self,
        image_size,
        patch_size,
        num_layers,
        num_heads,
        hidden_dim,
        mlp_dim,
        dropout=0.0,
        attention_dropout=0.0,
        num_classes=1000,
        representation_size=None,
        norm_layer=partial(nn.LayerNorm, eps=1e-6),
        conv_stem_configs=None,
    ):
        super().__init__()
        if image_size % patch_size != 0:
            raise ValueError("Input shape indivisible by patch size!")
        self.image_size = image_size
        self.patch_size = patch_size
        self.hidden_dim = hidden_dim
        self.mlp_dim = mlp_dim
        self.attention_dropout = attention_dropout
        self.dropout = dropout
        self.num_classes = num_classes
        self.representation_size = representation_size
        self.norm_layer = norm_layer
        if conv_stem_configs is None:
            self.conv_proj = nn.Conv2d(3, hidden_dim, kernel_size=patch_size, stride=patch_size)
        else:
            self.conv_proj = _stem(conv_stem_configs, hidden_dim)
        self.class_token = nn.Parameter(torch.zeros(1, 1, hidden_dim))
        self.seq_length = (image_size // patch_size) ** 2 + 1
        self.encoder = Encoder(
            self.seq_length,
            num_layers,
            num_heads,
            hidden_dim,
            mlp_dim,
            dropout,
            attention_dropout,
            norm_layer,
        )
        heads = OrderedDict()
        width = hidden_dim
        if representation_size is not None:
            heads["pre_logits"] = nn.Linear(hidden_dim, representation_size)
            heads["act"] = nn.Tanh()
            width = representation_size
        heads["head"] = nn.Linear(width, num_classes)
        self.heads = nn.Sequential(heads)

    def _process_input(self, x):
        """The patches as a sequence."""
        batch, _, height, width = x.shape
        for name, size in [("height", height), ("width", width)]:
            if size != self.image_size:
                raise ValueError(f"Wrong image {name}! Expected {self.image_size} but got {size}!")
        patches = (height // self.patch_size) * (width // self.patch_size)
        x = self.conv_proj(x).reshape(batch, self.hidden_dim, patches)
        return x.permute(0, 2, 1)

    def forward(self, x):
        x = self._process_input(x)
        token = self.class_token.expand(x.shape[0], -1, -1)
        x = self.encoder(torch.cat([token, x], dim=1))
        return self.heads(x[:, 0])


def _stem(configs, hidden_dim):
    """Convolutions in place of patches."""
    stem = nn.Sequential()
    width = 3
    for number, config in enumerate(configs):
        block = Conv2dNormActivation(
            width,
            config.out_channels,
            kernel_size=config.kernel_size,
            stride=config.stride,
            norm_layer=config.norm_layer,
            activation_layer=config.activation_layer,
        )
        stem.add_module(f"conv_bn_relu_{number}", block)
        width = config.out_channels
    stem.add_module("conv_last", nn.Conv2d(width, hidden_dim, kernel_size=1))
    return stem


def _vision_transformer(sizes, kwargs, weights, known):
    """A network of these sizes, for the images that its weights know."""
    weights = known_weights(kwargs, weights, known)
    if weights is not None:
        _ovewrite_named_param(kwargs, "image_size", weights.meta["min_size"][0])
    image_size = kwargs.pop("image_size", 224)
    return VisionTransformer(image_size, *sizes, **options(kwargs, weights, known))


def vit_b_16(weights=None, progress=True, **kwargs):
    return _vision_transformer((16, 12, 12, 768, 3072), kwargs, weights, ViT_B_16_Weights)


def vit_b_32(weights=None, progress=True, **kwargs):
    return _vision_transformer((32, 12, 12, 768, 3072), kwargs, weights, ViT_B_32_Weights)


def vit_l_16(weights=None, progress=True, **kwargs):
    return _vision_transformer((16, 24, 16, 1024, 4096), kwargs, weights, ViT_L_16_Weights)


def vit_l_32(weights=None, progress=True, **kwargs):
    return _vision_transformer((32, 24, 16, 1024, 4096), kwargs, weights, ViT_L_32_Weights)


def vit_h_14(weights=None, progress=True, **kwargs):
    return _vision_transformer((14, 32, 16, 1280, 5120), kwargs, weights, ViT_H_14_Weights)
