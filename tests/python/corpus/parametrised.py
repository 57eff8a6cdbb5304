# check: SeqInSeq() @ 3x16x16
# check: CustomConv() @ 3x16x16
# check: DynamicConvNet(K=3) @ 3x16x16
# check: CosineHead() @ 3x20x20
# check: MultiScale() @ 3x33x47
# check: Involution() @ 4x12x12
# check: GroupNormWS() @ 3x16x16
# check: BlurPoolNet() @ 3x17x17
"""Layers with weights of their own."""
import math
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn import init
from torch.nn.parameter import Parameter
from torch.nn.modules.conv import _ConvNd


class SeqInSeq(nn.Sequential):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Sequential(nn.ReLU(), nn.Conv2d(4, 4, 1)))
        self.append(nn.Conv2d(4, 6, 3))
        self[-1].bias = None


class MyConv2d(nn.Module):
    def __init__(self, i, o, kernel_size, stride=1, padding=0, bias=True):
        super().__init__()
        self.kernel_size = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
        self.stride, self.padding = stride, padding
        self.weight = Parameter(torch.empty(o, i, *self.kernel_size))
        if bias:
            self.bias = Parameter(torch.zeros(o))
        else:
            self.register_parameter('bias', None)
        self.reset_parameters()

    def reset_parameters(self):
        n = self.weight.shape[1]
        for k in self.kernel_size:
            n *= k
        stdv = 1. / math.sqrt(n)
        init.uniform_(self.weight, -stdv, stdv)

    def extra_repr(self):
        return 'kernel_size={kernel_size}'.format(**self.__dict__)

    def forward(self, x):
        return F.conv2d(x, self.weight, self.bias, stride=self.stride, padding=self.padding)


class CustomConv(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = MyConv2d(3, 6, 3, padding=1), MyConv2d(6, 4, (1, 3), stride=2, bias=False)
        self.w = nn.ParameterList([nn.Parameter(torch.randn(4, 2)), nn.Parameter(torch.zeros(2))])

    def forward(self, x):
        x = self.b(F.mish(self.a(x))).mean((2, 3))
        return x @ self.w[0] + self.w[1]


class DynamicConv(nn.Module):
    """K kernels, mixed by an attention over the image"""

    def __init__(self, i, o, k, K=4):
        super().__init__()
        self.i, self.o, self.k, self.K = i, o, k, K
        self.attention = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(i, K), nn.Softmax(-1))
        self.weight = nn.Parameter(torch.randn(K, o, i, k, k))

    def forward(self, x):
        b, c, h, w = x.size()
        a = self.attention(x)
        weight = torch.mm(a, self.weight.view(self.K, -1)).view(b * self.o, self.i, self.k, self.k)
        y = F.conv2d(x.view(1, b * c, h, w), weight, padding=self.k // 2, groups=b)
        return y.view(b, self.o, y.size(-2), y.size(-1))


class DynamicConvNet(nn.Module):
    def __init__(self, K):
        super().__init__()
        self.net = nn.Sequential(nn.Conv2d(3, 4, 3), DynamicConv(4, 6, 3, K), nn.ReLU())

    def forward(self, x):
        return self.net(x)


class CosineHead(nn.Module):
    def __init__(self, feats=8, classes=5, s=16.0):
        super().__init__()
        self.s = s
        self.conv = nn.Conv2d(3, feats, 5, 2)
        self.weight = Parameter(torch.FloatTensor(classes, feats))
        nn.init.xavier_uniform_(self.weight)

    def forward(self, x):
        x = self.conv(x).flatten(2).max(2).values
        return self.s * F.linear(F.normalize(x), F.normalize(self.weight))


class MultiScale(nn.Module):
    """the same weights at three scales"""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding=1)
        self.mix = nn.Parameter(torch.ones(3) / 3)

    def forward(self, x):
        H, W = x.shape[-2:]
        outs = []
        for s in (1, 2, 4):
            y = x if s == 1 else F.interpolate(x, size=(H // s, W // s), mode="bilinear", align_corners=False)
            outs.append(F.interpolate(self.conv(y), (H, W), mode="nearest"))
        weights = torch.softmax(self.mix, 0)
        return sum(w * o for w, o in zip(weights, outs))


class Involution(nn.Module):
    def __init__(self, c=4, k=3, groups=2):
        super().__init__()
        self.k, self.g = k, groups
        self.kernel = nn.Conv2d(c, k * k * groups, 1)
        self.unfold = nn.Unfold(k, padding=k // 2)

    def forward(self, x):
        b, c, h, w = x.shape
        kernel = self.kernel(x).view(b, self.g, self.k ** 2, h, w).unsqueeze(2)
        patches = self.unfold(x).view(b, self.g, c // self.g, self.k ** 2, h, w)
        return (kernel * patches).sum(dim=3).view(b, c, h, w)


class WSConv2d(nn.Conv2d):
    def forward(self, x):
        weight = self.weight
        weight = weight - weight.mean(dim=(1, 2, 3), keepdim=True)
        std = weight.view(weight.size(0), -1).std(dim=1).view(-1, 1, 1, 1) + 1e-5
        return F.conv2d(x, weight / std, self.bias, self.stride, self.padding, self.dilation, self.groups)


class GroupNormWS(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(WSConv2d(3, 8, 3, padding=1), nn.GroupNorm(num_groups=4, num_channels=8), nn.ReLU(), WSConv2d(8, 4, 1, bias=False))

    def forward(self, x):
        return self.net(x)


class BlurPool(nn.Module):
    def __init__(self, channels, stride=2):
        super().__init__()
        self.channels, self.stride = channels, stride
        a = np.array([1., 2., 1.])
        filt = torch.Tensor(a[:, None] * a[None, :])
        filt = filt / torch.sum(filt)
        self.register_buffer('filt', filt[None, None, :, :].repeat((self.channels, 1, 1, 1)))
        self.pad = nn.ReflectionPad2d(1)

    def forward(self, inp):
        return F.conv2d(self.pad(inp), self.filt, stride=self.stride, groups=inp.shape[1])


class BlurPoolNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 6, 3, bias=False)
        self.blur = BlurPool(6)

    def forward(self, x):
        return self.blur(F.max_pool2d(F.relu(self.conv(x)), 2, stride=1))
