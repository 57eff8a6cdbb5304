# check: ViT(image_size=32, patch_size=8, num_classes=10, dim=16, depth=2, heads=2, mlp_dim=32) @ 3x32x32
# check: ViT(image_size=(32, 48), patch_size=(8, 16), num_classes=5, dim=12, depth=1, heads=3, mlp_dim=24, pool='mean') @ 3x32x48
# check: vit_tiny() @ 3x32x32
# check: TorchViT() @ 1x28x28
# check: SwinLike(window=4) @ 3x32x32
# check: CCT() @ 3x32x32
# check: HybridViT(depth=1) @ 3x64x64
import math
from dataclasses import dataclass
from functools import partial

import torch
from torch import nn, einsum
import torch.nn.functional as F


def pair(t):
    return t if isinstance(t, tuple) else (t, t)


class PreNorm(nn.Module):
    def __init__(self, dim, fn):
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.fn = fn

    def forward(self, x, **kwargs):
        return self.fn(self.norm(x), **kwargs)


class FeedForward(nn.Module):
    def __init__(self, dim, hidden_dim, dropout=0.):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(dim, hidden_dim), nn.GELU(), nn.Dropout(dropout),
                                 nn.Linear(hidden_dim, dim), nn.Dropout(dropout))

    def forward(self, x):
        return self.net(x)


class Attention(nn.Module):
    def __init__(self, dim, heads=8, dim_head=8, dropout=0.):
        super().__init__()
        inner_dim = dim_head * heads
        project_out = not (heads == 1 and dim_head == dim)
        self.heads = heads
        self.scale = dim_head ** -0.5
        self.attend = nn.Softmax(dim=-1)
        self.to_qkv = nn.Linear(dim, inner_dim * 3, bias=False)
        self.to_out = nn.Sequential(nn.Linear(inner_dim, dim), nn.Dropout(dropout)) if project_out else nn.Identity()

    def forward(self, x):
        b, n, _, h = *x.shape, self.heads
        qkv = self.to_qkv(x).chunk(3, dim=-1)
        q, k, v = map(lambda t: t.reshape(b, n, h, -1).transpose(1, 2), qkv)
        dots = einsum('b h i d, b h j d -> b h i j', q, k) * self.scale
        attn = self.attend(dots)
        out = einsum('b h i j, b h j d -> b h i d', attn, v)
        out = out.transpose(1, 2).reshape(b, n, -1)
        return self.to_out(out)


class Transformer(nn.Module):
    def __init__(self, dim, depth, heads, mlp_dim, dropout=0.):
        super().__init__()
        self.layers = nn.ModuleList([])
        for _ in range(depth):
            self.layers.append(nn.ModuleList([
                PreNorm(dim, Attention(dim, heads=heads, dropout=dropout)),
                PreNorm(dim, FeedForward(dim, mlp_dim, dropout=dropout))
            ]))

    def forward(self, x):
        for attn, ff in self.layers:
            x = attn(x) + x
            x = ff(x) + x
        return x


class ViT(nn.Module):
    def __init__(self, *, image_size, patch_size, num_classes, dim, depth, heads, mlp_dim, pool='cls', channels=3, dropout=0.):
        super().__init__()
        image_height, image_width = pair(image_size)
        self.ph, self.pw = pair(patch_size)
        assert image_height % self.ph == 0 and image_width % self.pw == 0, 'sizes must be multiples of the patch size'
        num_patches = (image_height // self.ph) * (image_width // self.pw)
        patch_dim = channels * self.ph * self.pw
        assert pool in {'cls', 'mean'}
        self.to_patch_embedding = nn.Linear(patch_dim, dim)
        self.pos_embedding = nn.Parameter(torch.randn(1, num_patches + 1, dim))
        self.cls_token = nn.Parameter(torch.randn(1, 1, dim))
        self.dropout = nn.Dropout(dropout)
        self.transformer = Transformer(dim, depth, heads, mlp_dim, dropout)
        self.pool = pool
        self.mlp_head = nn.Sequential(nn.LayerNorm(dim), nn.Linear(dim, num_classes))

    def patches(self, img):
        b, c, h, w = img.shape
        x = img.view(b, c, h // self.ph, self.ph, w // self.pw, self.pw)
        return x.permute(0, 2, 4, 3, 5, 1).reshape(b, -1, self.ph * self.pw * c)

    def forward(self, img):
        x = self.to_patch_embedding(self.patches(img))
        b, n, _ = x.shape
        cls_tokens = self.cls_token.expand(b, -1, -1)
        x = torch.cat((cls_tokens, x), dim=1)
        x += self.pos_embedding[:, :(n + 1)]
        x = self.transformer(self.dropout(x))
        x = x.mean(dim=1) if self.pool == 'mean' else x[:, 0]
        return self.mlp_head(x)


class VitConfig:
    img_size = 32
    patch = 8
    width = 16
    heads = 4
    depth = 2
    ratio = 2.
    qkv_bias = True
    classes = 10


class Mlp(nn.Module):
    def __init__(self, in_features, hidden_features=None, out_features=None, act_layer=nn.GELU, drop=0.):
        super().__init__()
        out_features = out_features or in_features
        hidden_features = hidden_features or in_features
        self.fc1 = nn.Linear(in_features, hidden_features)
        self.act = act_layer()
        self.fc2 = nn.Linear(hidden_features, out_features)
        self.drop = nn.Dropout(drop)

    def forward(self, x):
        return self.drop(self.fc2(self.drop(self.act(self.fc1(x)))))


class SelfAttention(nn.Module):
    def __init__(self, width, heads, qkv_bias=False):
        super().__init__()
        self.heads = heads
        self.scale = (width // heads) ** -0.5
        self.qkv = nn.Linear(width, width * 3, bias=qkv_bias)
        self.proj = nn.Linear(width, width)

    def forward(self, x):
        B, N, C = x.shape
        qkv = self.qkv(x).reshape(B, N, 3, self.heads, C // self.heads).permute(2, 0, 3, 1, 4)
        q, k, v = qkv[0], qkv[1], qkv[2]
        attn = (q @ k.transpose(-2, -1)) * self.scale
        attn = attn.softmax(dim=-1)
        x = (attn @ v).transpose(1, 2).reshape(B, N, C)
        return self.proj(x)


class DropPath(nn.Module):
    def __init__(self, p=0.):
        super().__init__()
        self.p = p

    def forward(self, x):
        if self.p == 0. or not self.training:
            return x
        keep = 1 - self.p
        shape = (x.shape[0],) + (1,) * (x.ndim - 1)
        mask = keep + torch.rand(shape, dtype=x.dtype, device=x.device)
        return x.div(keep) * mask.floor_()


class EncoderBlock(nn.Module):
    def __init__(self, width, heads, ratio, qkv_bias, drop_path=0., norm_layer=nn.LayerNorm):
        super().__init__()
        self.norm1 = norm_layer(width)
        self.attn = SelfAttention(width, heads, qkv_bias)
        self.drop_path = DropPath(drop_path) if drop_path > 0. else nn.Identity()
        self.norm2 = norm_layer(width)
        self.mlp = Mlp(width, int(width * ratio))

    def forward(self, x):
        x = x + self.drop_path(self.attn(self.norm1(x)))
        x = x + self.drop_path(self.mlp(self.norm2(x)))
        return x


class VisionTransformer(nn.Module):
    def __init__(self, config, drop_path_rate=0.1):
        super().__init__()
        norm_layer = partial(nn.LayerNorm, eps=1e-6)
        self.proj = nn.Conv2d(3, config.width, kernel_size=config.patch, stride=config.patch)
        n = (config.img_size // config.patch) ** 2
        self.cls_token = nn.Parameter(torch.zeros(1, 1, config.width))
        self.pos_embed = nn.Parameter(torch.zeros(1, n + 1, config.width))
        dpr = [x.item() for x in torch.linspace(0, drop_path_rate, config.depth)]
        self.blocks = nn.Sequential(*[
            EncoderBlock(config.width, config.heads, config.ratio, config.qkv_bias, drop_path=dpr[i], norm_layer=norm_layer)
            for i in range(config.depth)])
        self.norm = norm_layer(config.width)
        self.head = nn.Linear(config.width, config.classes) if config.classes > 0 else nn.Identity()
        nn.init.trunc_normal_(self.pos_embed, std=.02)
        self.apply(self._init_weights)

    def _init_weights(self, m):
        if isinstance(m, nn.Linear):
            nn.init.trunc_normal_(m.weight, std=.02)
            if isinstance(m, nn.Linear) and m.bias is not None:
                nn.init.constant_(m.bias, 0)

    def forward_features(self, x):
        B = x.shape[0]
        x = self.proj(x).flatten(2).transpose(1, 2)
        x = torch.cat((self.cls_token.expand(B, -1, -1), x), dim=1) + self.pos_embed
        return self.norm(self.blocks(x))[:, 0]

    def forward(self, x):
        return self.head(self.forward_features(x))


def vit_tiny():
    return VisionTransformer(VitConfig)


class TorchViT(nn.Module):
    """with the layers that torch brings"""

    def __init__(self, width=16, patch=7):
        super().__init__()
        self.patch = patch
        self.embed = nn.Linear(patch * patch, width)
        self.register_buffer("positions", self.sines(16, width), persistent=False)
        layer = nn.TransformerEncoderLayer(d_model=width, nhead=2, dim_feedforward=32, batch_first=True, activation="gelu")
        self.encoder = nn.TransformerEncoder(layer, num_layers=2, enable_nested_tensor=False)
        self.pool_query = nn.Parameter(torch.randn(1, 1, width))
        self.pool = nn.MultiheadAttention(width, 2, batch_first=True)
        self.head = nn.Linear(width, 10)

    @staticmethod
    def sines(n, width):
        position = torch.arange(n, dtype=torch.float).unsqueeze(1)
        div_term = torch.exp(torch.arange(0, width, 2).float() * (-math.log(10000.0) / width))
        pe = torch.zeros(n, width)
        pe[:, 0::2] = torch.sin(position * div_term)
        pe[:, 1::2] = torch.cos(position * div_term)
        return pe.unsqueeze(0)

    def forward(self, x):
        x = F.unfold(x, kernel_size=self.patch, stride=self.patch).transpose(1, 2)
        x = self.embed(x) + self.positions[:, :x.size(1)]
        x = self.encoder(x)
        q = self.pool_query.expand(x.size(0), -1, -1)
        pooled, weights = self.pool(q, x, x)
        return self.head(pooled.squeeze(1))


def window_partition(x, window_size):
    B, H, W, C = x.shape
    x = x.view(B, H // window_size, window_size, W // window_size, window_size, C)
    return x.permute(0, 1, 3, 2, 4, 5).contiguous().view(-1, window_size, window_size, C)


def window_reverse(windows, window_size, H, W):
    B = int(windows.shape[0] / (H * W / window_size / window_size))
    x = windows.view(B, H // window_size, W // window_size, window_size, window_size, -1)
    return x.permute(0, 1, 3, 2, 4, 5).contiguous().view(B, H, W, -1)


class SwinBlock(nn.Module):
    def __init__(self, dim, heads, window, shift=0):
        super().__init__()
        self.window, self.shift = window, shift
        self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.attn = SelfAttention(dim, heads, qkv_bias=True)
        self.mlp = Mlp(dim, dim * 2)

    def forward(self, x):
        B, H, W, C = x.shape
        shortcut = x
        x = self.norm1(x)
        if self.shift > 0:
            x = torch.roll(x, shifts=(-self.shift, -self.shift), dims=(1, 2))
        windows = window_partition(x, self.window).view(-1, self.window * self.window, C)
        x = window_reverse(self.attn(windows), self.window, H, W)
        if self.shift > 0:
            x = torch.roll(x, shifts=(self.shift, self.shift), dims=(1, 2))
        x = shortcut + x
        return x + self.mlp(self.norm2(x))


class PatchMerging(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.reduction = nn.Linear(4 * dim, 2 * dim, bias=False)
        self.norm = nn.LayerNorm(4 * dim)

    def forward(self, x):
        corners = [x[:, i::2, j::2, :] for j in (0, 1) for i in (0, 1)]
        return self.reduction(self.norm(torch.cat(corners, -1)))


class SwinLike(nn.Module):
    def __init__(self, window=4, dim=8, depths=(2, 2), heads=(1, 2), classes=10):
        super().__init__()
        self.patch_embed = nn.Conv2d(3, dim, 2, 2)
        self.layers = nn.ModuleList()
        for i, (depth, head) in enumerate(zip(depths, heads)):
            width = dim * 2 ** i
            for d in range(depth):
                self.layers.append(SwinBlock(width, head, window, shift=0 if d % 2 == 0 else window // 2))
            if i < len(depths) - 1:
                self.layers.append(PatchMerging(width))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, classes)

    def forward(self, x):
        x = self.patch_embed(x).permute(0, 2, 3, 1)
        for layer in self.layers:
            x = layer(x)
        return self.head(self.norm(x).mean((1, 2)))


class CCT(nn.Module):
    """a convolutional tokenizer, sequence pooling at the end"""

    def __init__(self, dim=16, depth=2):
        super().__init__()
        self.tokenizer = nn.Sequential(nn.Conv2d(3, dim, 3, 1, 1, bias=False), nn.ReLU(), nn.MaxPool2d(3, 2, 1),
                                       nn.Conv2d(dim, dim, 3, 2, 1, bias=False), nn.Flatten(2, 3))
        self.length = self.sequence_length()
        self.positional = nn.Parameter(torch.zeros(1, self.length, dim), requires_grad=False)
        self.blocks = nn.ModuleList(EncoderBlock(dim, 2, 2, True) for _ in range(depth))
        self.attention_pool = nn.Linear(dim, 1)
        self.fc = nn.Linear(dim, 10)

    def sequence_length(self, c=3, h=32, w=32):
        return self.tokenizer(torch.zeros((1, c, h, w))).shape[-1]

    def forward(self, x):
        x = self.tokenizer(x).transpose(-2, -1) + self.positional
        for b in self.blocks: x = b(x)
        w = F.softmax(self.attention_pool(x), dim=1).transpose(-1, -2)
        return self.fc(torch.matmul(w, x).squeeze(-2))


class HybridViT(nn.Module):
    def __init__(self, depth=2):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 7, 4, 3), nn.GroupNorm(2, 8), nn.ReLU())
        self.encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, 0.1), depth)
        self.fc = nn.Linear(8, 3)

    def forward(self, x):
        x = self.stem(x)
        x = x.flatten(-2).permute(2, 0, 1)
        x = self.encoder(x)
        return self.fc(x[0])
