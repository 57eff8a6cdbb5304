# check: SRCNN @ 1x33x33
# check: SRCNN(num_channels=3) @ 3x24x40
# check: ESPCN(scale_factor=3) @ 1x17x17
# check: edsr(scale=4) @ 3x12x12
# check: edsr(scale=3, blocks=1) @ 3x12x12
# check: edsr() @ 3x12x12
# check: RDN(scale=2, channels=3, width=8, growth=4, blocks=2, layers=3) @ 3x16x16
# check: VDSR() @ 1x20x20
# check: DnCNN(depth=5, n_channels=8, image_channels=1) @ 1x24x24
# check: Discriminatorish @ 3x32x32
import math
from types import SimpleNamespace

import torch
from torch import nn, optim
import torch.nn.functional as F


class SRCNN(nn.Module):
    def __init__(self, num_channels=1):
        super(SRCNN, self).__init__()
        self.conv1 = nn.Conv2d(num_channels, 16, kernel_size=9, padding=9 // 2)
        self.conv2 = nn.Conv2d(16, 8, kernel_size=5, padding=5 // 2)
        self.conv3 = nn.Conv2d(8, num_channels, kernel_size=5, padding=5 // 2)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):
        x = self.relu(self.conv1(x))
        x = self.relu(self.conv2(x))
        x = self.conv3(x)
        return x


class ESPCN(nn.Module):
    def __init__(self, scale_factor, num_channels=1):
        super(ESPCN, self).__init__()
        self.first_part = nn.Sequential(
            nn.Conv2d(num_channels, 16, kernel_size=5, padding=5//2), nn.Tanh(),
            nn.Conv2d(16, 8, kernel_size=3, padding=3//2), nn.Tanh())
        self.last_part = nn.Sequential(
            nn.Conv2d(8, num_channels * (scale_factor ** 2), kernel_size=3, padding=3 // 2),
            nn.PixelShuffle(scale_factor))
        self._initialize_weights()

    def _initialize_weights(self):
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                if m.in_channels == 32:
                    nn.init.normal_(m.weight.data, mean=0.0, std=0.001)
                else:
                    std = math.sqrt(2/(m.out_channels*m.weight.data[0][0].numel()))
                    nn.init.normal_(m.weight.data, mean=0.0, std=std)
                nn.init.zeros_(m.bias.data)

    def forward(self, x):
        return self.last_part(self.first_part(x))


class Options:
    blocks = 2
    width = 8
    scale = [2]
    shrink = 0.1
    pixel_range = 255
    colors = 3


def same_conv(ins, outs, k, bias=True):
    return nn.Conv2d(ins, outs, k, padding=(k//2), bias=bias)


class Shift(nn.Conv2d):
    """a frozen 1x1 convolution that takes the mean colour away, or adds it"""

    def __init__(self, pixel_range, mean=(0.45, 0.44, 0.40), sign=-1):
        super(Shift, self).__init__(3, 3, kernel_size=1)
        self.weight.data = torch.eye(3).view(3, 3, 1, 1)
        self.bias.data = sign * pixel_range * torch.Tensor(mean)
        for p in self.parameters():
            p.requires_grad = False


class Residual(nn.Module):
    def __init__(self, conv, width, k, norm=False, act=nn.ReLU(True), shrink=1):
        super(Residual, self).__init__()
        parts = []
        for i in range(2):
            parts.append(conv(width, width, k))
            if norm:
                parts.append(nn.BatchNorm2d(width))
            if i == 0:
                parts.append(act)
        self.body = nn.Sequential(*parts)
        self.shrink = shrink

    def forward(self, x):
        y = self.body(x).mul(self.shrink)
        y += x
        return y


class Enlarge(nn.Sequential):
    def __init__(self, conv, scale, width):
        if (scale & (scale - 1)) == 0:    # a power of two: double again and again
            times, factor = int(math.log(scale, 2)), 2
        elif scale == 3:
            times, factor = 1, 3
        else:
            raise NotImplementedError
        parts = []
        for _ in range(times):
            parts.append(conv(width, factor ** 2 * width, 3))
            parts.append(nn.PixelShuffle(factor))
        super(Enlarge, self).__init__(*parts)


class EDSR(nn.Module):
    def __init__(self, opt, conv=same_conv):
        super(EDSR, self).__init__()
        width, k = opt.width, 3
        act = nn.ReLU(True)
        self.before = Shift(opt.pixel_range)
        self.after = Shift(opt.pixel_range, sign=1)
        self.head = nn.Sequential(*[conv(opt.colors, width, k)])
        body = [Residual(conv, width, k, act=act, shrink=opt.shrink) for _ in range(opt.blocks)]
        body.append(conv(width, width, k))
        self.body = nn.Sequential(*body)
        self.tail = nn.Sequential(Enlarge(conv, opt.scale[0], width), conv(width, opt.colors, k))

    def forward(self, x):
        x = self.head(self.before(x))
        y = self.body(x)
        y += x
        return self.after(self.tail(y))

    def load_state_dict(self, state_dict, strict=True):
        mine = self.state_dict()
        for name, param in state_dict.items():
            try:
                mine[name].copy_(param)
            except Exception as error:
                if strict and name.find('tail') == -1:
                    raise KeyError('{}: {}'.format(name, error))


def edsr(scale=None, **more):
    if scale is None:
        return EDSR(Options)
    args = SimpleNamespace(blocks=2, width=8, scale=[scale], shrink=1, pixel_range=1, colors=3)
    for key, value in more.items():
        setattr(args, key, value)
    return EDSR(args)


class Growing(nn.Module):
    def __init__(self, ins, outs):
        super(Growing, self).__init__()
        self.conv = nn.Conv2d(ins, outs, kernel_size=3, padding=3 // 2)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):
        return torch.cat([x, self.relu(self.conv(x))], 1)


class DenseBlock(nn.Module):
    def __init__(self, ins, growth, layers):
        super(DenseBlock, self).__init__()
        self.layers = nn.Sequential(*[Growing(ins + growth * i, growth) for i in range(layers)])
        self.fuse = nn.Conv2d(ins + growth * layers, growth, kernel_size=1)

    def forward(self, x):
        return self.fuse(self.layers(x))


class RDN(nn.Module):
    def __init__(self, scale, channels, width, growth, blocks, layers):
        super(RDN, self).__init__()
        self.D = blocks
        self.shallow1 = nn.Conv2d(channels, width, 3, padding=1)
        self.shallow2 = nn.Conv2d(width, width, 3, padding=1)
        self.blocks = nn.ModuleList([DenseBlock(width, growth, layers)])
        for _ in range(self.D - 1):
            self.blocks.append(DenseBlock(growth, growth, layers))
        self.fuse = nn.Sequential(nn.Conv2d(growth * self.D, width, 1), nn.Conv2d(width, width, 3, padding=1))
        assert 2 <= scale <= 4
        self.enlarge = []
        for _ in range(scale // 2):
            self.enlarge.extend([nn.Conv2d(width, width * (2 ** 2), 3, padding=3 // 2), nn.PixelShuffle(2)])
        self.enlarge = nn.Sequential(*self.enlarge)
        self.output = nn.Conv2d(width, channels, 3, padding=3 // 2)

    def forward(self, x):
        first = self.shallow1(x)
        x = self.shallow2(first)
        local = []
        for i in range(self.D):
            x = self.blocks[i](x)
            local.append(x)
        x = self.fuse(torch.cat(local, 1)) + first
        return self.output(self.enlarge(x))


class Conv_ReLU_Block(nn.Module):
    def __init__(self, c=8):
        super().__init__()
        self.conv = nn.Conv2d(in_channels=c, out_channels=c, kernel_size=3, stride=1, padding=1, bias=False)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):
        return self.relu(self.conv(x))


class VDSR(nn.Module):
    def __init__(self):
        super().__init__()
        self.residual_layer = self.make_layer(Conv_ReLU_Block, 4)
        self.input = nn.Conv2d(1, 8, 3, 1, 1, bias=False)
        self.output = nn.Conv2d(8, 1, 3, 1, 1, bias=False)

    def make_layer(self, block, num_of_layer):
        layers = []
        for _ in range(num_of_layer):
            layers.append(block())
        return nn.Sequential(*layers)

    def forward(self, x):
        residual = x
        out = F.relu(self.input(x))
        out = self.residual_layer(out)
        out = self.output(out)
        out = torch.add(out, residual)
        return out


class DnCNN(nn.Module):
    def __init__(self, depth=17, n_channels=64, image_channels=1, use_bnorm=True, kernel_size=3):
        super(DnCNN, self).__init__()
        padding = 1
        layers = [nn.Conv2d(image_channels, n_channels, kernel_size, padding=padding, bias=True), nn.ReLU(inplace=True)]
        for _ in range(depth-2):
            layers.append(nn.Conv2d(n_channels, n_channels, kernel_size, padding=padding, bias=False))
            layers.append(nn.BatchNorm2d(n_channels, eps=0.0001, momentum=0.95)) if use_bnorm else None
            layers.append(nn.ReLU(inplace=True))
        layers.append(nn.Conv2d(n_channels, image_channels, kernel_size, padding=padding, bias=False))
        self.dncnn = nn.Sequential(*layers)

    def forward(self, x):
        y = x
        out = self.dncnn(x)
        return y-out


class Discriminatorish(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.utils.spectral_norm(nn.Conv2d(3, 8, 3, 2, 1)), nn.LeakyReLU(0.2),
            nn.utils.parametrizations.weight_norm(nn.Conv2d(8, 8, 3, 2, 1)), nn.LeakyReLU(0.2),
            nn.AdaptiveAvgPool2d(1), nn.Conv2d(8, 16, kernel_size=1), nn.LeakyReLU(0.2), nn.Conv2d(16, 1, kernel_size=1))

    def forward(self, x):
        batch_size = x.size(0)
        return torch.sigmoid(self.net(x).view(batch_size))
