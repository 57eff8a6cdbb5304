# check: MLPMixer(3, 32, 8, 16, 2, 10) @ 3x32x32
# check: ConvMixer(16, 2, kernel_size=5, patch_size=4, n_classes=10) @ 3x32x32
# check: ConvNeXt(depths=[1, 1], dims=[8, 16]) @ 3x32x32
# check: ConvNeXt() @ 3x64x64
# check: PoolFormerLike() @ 3x32x32
# check: GMLP() @ 3x32x32
# check: RepVGGLike() @ 3x32x32
# check: RepVGGLike(deploy=True) @ 3x32x32
import torch
import torch.nn as nn
import torch.nn.functional as F


class MixerBlock(nn.Module):
    def __init__(self, dim, tokens, token_dim, channel_dim):
        super().__init__()
        ff = lambda d, h: nn.Sequential(nn.Linear(d, h), nn.GELU(), nn.Linear(h, d))
        self.ln1, self.ln2 = (nn.LayerNorm(dim) for _ in range(2))
        self.token_mix, self.channel_mix = ff(tokens, token_dim), ff(dim, channel_dim)

    def forward(self, x):
        x = x + self.token_mix(self.ln1(x).transpose(1, 2)).transpose(1, 2)
        return x + self.channel_mix(self.ln2(x))


class MLPMixer(nn.Module):
    def __init__(self, channels, size, patch, dim, depth, classes):
        super().__init__()
        tokens = (size // patch) ** 2
        self.embed = nn.Conv2d(channels, dim, patch, patch)
        self.mixer_blocks = nn.ModuleList([])
        for _ in range(depth):
            self.mixer_blocks.append(MixerBlock(dim, tokens, tokens // 2, dim * 2))
        self.layer_norm = nn.LayerNorm(dim)
        self.mlp_head = nn.Sequential(nn.Linear(dim, classes))

    def forward(self, x):
        x = torch.flatten(self.embed(x), 2).permute(0, 2, 1)
        for mixer_block in self.mixer_blocks:
            x = mixer_block(x)
        x = self.layer_norm(x)
        x = x.mean(dim=1)
        return self.mlp_head(x)


class Residual(nn.Module):
    def __init__(self, fn):
        super().__init__()
        self.fn = fn

    def forward(self, x):
        return self.fn(x) + x


def ConvMixer(dim, depth, kernel_size=9, patch_size=7, n_classes=1000):
    Act, Norm = nn.GELU, nn.BatchNorm2d
    return nn.Sequential(
        nn.Conv2d(3, dim, kernel_size=patch_size, stride=patch_size), Act(), Norm(dim),
        *[nn.Sequential(
            Residual(nn.Sequential(nn.Conv2d(dim, dim, kernel_size, groups=dim, padding="same"), Act(), Norm(dim))),
            nn.Conv2d(dim, dim, kernel_size=1), Act(), Norm(dim)) for i in range(depth)],
        nn.AdaptiveAvgPool2d((1, 1)), nn.Flatten(), nn.Linear(dim, n_classes))


class LayerNorm(nn.Module):
    r""" for channels last, and for channels first """

    def __init__(self, normalized_shape, eps=1e-6, data_format="channels_last"):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(normalized_shape))
        self.bias = nn.Parameter(torch.zeros(normalized_shape))
        self.eps = eps
        self.data_format = data_format
        if self.data_format not in ["channels_last", "channels_first"]:
            raise NotImplementedError
        self.normalized_shape = (normalized_shape, )

    def forward(self, x):
        if self.data_format == "channels_last":
            return F.layer_norm(x, self.normalized_shape, self.weight, self.bias, self.eps)
        elif self.data_format == "channels_first":
            mean = x.mean(1, keepdim=True)
            var = (x - mean).pow(2).mean(1, keepdim=True)
            x = (x - mean) / torch.sqrt(var + self.eps)
            return self.weight[:, None, None] * x + self.bias[:, None, None]


class NextBlock(nn.Module):
    def __init__(self, dim, drop_path=0., scale=1e-6):
        super().__init__()
        self.dwconv = nn.Conv2d(dim, dim, kernel_size=7, padding=3, groups=dim)
        self.norm = LayerNorm(dim, eps=1e-6)
        self.pwconv1 = nn.Linear(dim, 4 * dim)
        self.act = nn.GELU()
        self.pwconv2 = nn.Linear(4 * dim, dim)
        self.gamma = nn.Parameter(scale * torch.ones((dim)), requires_grad=True) if scale > 0 else None

    def forward(self, x):
        input = x
        x = self.dwconv(x)
        x = x.permute(0, 2, 3, 1)  # (N, C, H, W) -> (N, H, W, C)
        x = self.pwconv2(self.act(self.pwconv1(self.norm(x))))
        if self.gamma is not None:
            x = self.gamma * x
        return input + x.permute(0, 3, 1, 2)


class ConvNeXt(nn.Module):
    def __init__(self, in_chans=3, num_classes=10, depths=[1, 2, 1], dims=[8, 12, 16]):
        super().__init__()
        self.downsample_layers = nn.ModuleList()
        self.downsample_layers.append(nn.Sequential(
            nn.Conv2d(in_chans, dims[0], kernel_size=4, stride=4), LayerNorm(dims[0], data_format="channels_first")))
        for a, b in zip(dims, dims[1:]):
            self.downsample_layers.append(nn.Sequential(LayerNorm(a, data_format="channels_first"), nn.Conv2d(a, b, 2, stride=2)))
        rates = [x.item() for x in torch.linspace(0, 0.1, sum(depths))]
        self.stages = nn.ModuleList()
        cur = 0
        for i, depth in enumerate(depths):
            self.stages.append(nn.Sequential(*[NextBlock(dim=dims[i], drop_path=rates[cur + j]) for j in range(depth)]))
            cur += depth
        self.norm = nn.LayerNorm(dims[-1], eps=1e-6)
        self.head = nn.Linear(dims[-1], num_classes)

    def forward(self, x):
        for down, stage in zip(self.downsample_layers, self.stages):
            x = stage(down(x))
        return self.head(self.norm(x.mean([-2, -1])))


class PoolFormerLike(nn.Module):
    class Block(nn.Module):
        def __init__(self, dim):
            super().__init__()
            self.norm = nn.GroupNorm(1, dim)
            self.pool = nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False)
            self.mlp = nn.Sequential(nn.Conv2d(dim, dim * 2, 1), nn.GELU(), nn.Conv2d(dim * 2, dim, 1))
            self.scale = nn.Parameter(1e-5 * torch.ones(dim))

        def forward(self, x):
            y = self.norm(x)
            x = x + self.scale.unsqueeze(-1).unsqueeze(-1) * (self.pool(y) - y)
            return x + self.mlp(x)

    def __init__(self, dim=8):
        super().__init__()
        self.net = nn.Sequential(nn.Conv2d(3, dim, 7, 4, 2), self.Block(dim), PoolFormerLike.Block(dim))
        self.head = nn.Linear(dim, 10)

    def forward(self, x):
        return self.head(self.net(x).mean([2, 3]))


class SpatialGatingUnit(nn.Module):
    def __init__(self, d_ffn, seq_len):
        super().__init__()
        self.norm = nn.LayerNorm(d_ffn)
        self.spatial_proj = nn.Conv1d(seq_len, seq_len, kernel_size=1)
        nn.init.constant_(self.spatial_proj.bias, 1.0)

    def forward(self, x):
        u, v = x.chunk(2, dim=-1)
        return u * self.spatial_proj(self.norm(v))


class GMLP(nn.Module):
    def __init__(self, dim=16, ffn=24, depth=2, patch=8, size=32):
        super().__init__()
        n = (size // patch) ** 2
        self.embed = nn.Conv2d(3, dim, patch, patch)
        self.model = nn.ModuleList()
        for _ in range(depth):
            self.model.append(nn.ModuleDict(dict(
                norm=nn.LayerNorm(dim), up=nn.Linear(dim, ffn * 2), gate=SpatialGatingUnit(ffn, n), down=nn.Linear(ffn, dim))))
        self.head = nn.Linear(dim, 10)

    def forward(self, x):
        x = self.embed(x).flatten(2).transpose(1, 2)
        for m in self.model:
            x = x + m["down"](m["gate"](F.gelu(m["up"](m["norm"](x)))))
        return self.head(x.mean(1))


class RepBlock(nn.Module):
    def __init__(self, i, o, stride=1, deploy=False):
        super().__init__()
        self.deploy = deploy
        self.nonlinearity = nn.ReLU()
        if deploy:
            self.reparam = nn.Conv2d(i, o, 3, stride, 1, bias=True)
        else:
            self.identity = nn.BatchNorm2d(num_features=i) if o == i and stride == 1 else None
            self.dense = self.conv_bn(i, o, 3, stride, 1)
            self.one = self.conv_bn(i, o, 1, stride, 0)

    @staticmethod
    def conv_bn(i, o, k, s, p):
        result = nn.Sequential()
        result.add_module('conv', nn.Conv2d(i, o, k, s, p, bias=False))
        result.add_module('bn', nn.BatchNorm2d(num_features=o))
        return result

    def forward(self, inputs):
        if hasattr(self, 'reparam'):
            return self.nonlinearity(self.reparam(inputs))
        if self.identity is None:
            id_out = 0
        else:
            id_out = self.identity(inputs)
        return self.nonlinearity(self.dense(inputs) + self.one(inputs) + id_out)


class RepVGGLike(nn.Module):
    def __init__(self, deploy=False, widths=(8, 8, 16)):
        super().__init__()
        self.cur = 0
        blocks, i = [], 3
        for o in widths:
            blocks.append(RepBlock(i, o, stride=1 if i == o else 2, deploy=deploy))
            i = o
        self.stages = nn.Sequential(*blocks)
        self.gap = nn.AdaptiveAvgPool2d(output_size=1)
        self.linear = nn.Linear(i, 10)

    def forward(self, x):
        out = self.gap(self.stages(x))
        return self.linear(out.view(out.size(0), -1))
