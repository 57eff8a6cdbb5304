# check: Net("se") @ 3x32x32
# check: Net("cbam") @ 3x32x32
# check: Net("eca") @ 3x32x32
# check: Net("sk") @ 3x32x32
# check: Net("ge") @ 3x32x32
# check: Net(None) @ 3x32x32
"""Channel and spatial attention side by side, to compare them in one small residual network."""
import math

import torch
from torch import nn
import torch.nn.functional as F


class SELayer(nn.Module):
    def __init__(self, channel, reduction=16):
        super(SELayer, self).__init__()
        self.avg_pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Sequential(
            nn.Linear(channel, max(channel // reduction, 2), bias=False),
            nn.ReLU(inplace=True),
            nn.Linear(max(channel // reduction, 2), channel, bias=False),
            nn.Sigmoid()
        )

    def forward(self, x):
        b, c, _, _ = x.size()
        y = self.avg_pool(x).view(b, c)
        y = self.fc(y).view(b, c, 1, 1)
        return x * y.expand_as(x)


class ChannelGate(nn.Module):
    def __init__(self, channels, ratio=4, pools=("avg", "max")):
        super().__init__()
        self.pools = pools
        self.shared = nn.Sequential(
            nn.Flatten(), nn.Linear(channels, channels // ratio), nn.ReLU(), nn.Linear(channels // ratio, channels))

    def forward(self, x):
        total = None
        for kind in self.pools:
            if kind == "avg":
                pooled = F.avg_pool2d(x, (x.size(2), x.size(3)), stride=(x.size(2), x.size(3)))
            elif kind == "max":
                pooled = F.max_pool2d(x, (x.size(2), x.size(3)), stride=(x.size(2), x.size(3)))
            raw = self.shared(pooled)
            total = raw if total is None else total + raw
        scale = torch.sigmoid(total).unsqueeze(2).unsqueeze(3).expand_as(x)
        return x * scale


class SpatialGate(nn.Module):
    def __init__(self, k=7):
        super().__init__()
        assert k in (3, 7), 'kernel size must be 3 or 7'
        self.conv = nn.Conv2d(2, 1, k, padding=3 if k == 7 else 1, bias=False)

    def forward(self, x):
        avg = torch.mean(x, dim=1, keepdim=True)
        top, _ = torch.max(x, dim=1, keepdim=True)
        return x * self.conv(torch.cat([avg, top], dim=1)).sigmoid()


class CBAM(nn.Sequential):
    def __init__(self, channels):
        super().__init__(ChannelGate(channels), SpatialGate())


class ECA(nn.Module):
    """one 1d convolution over the channel means; its size follows from the channels"""

    def __init__(self, channels, gamma=2, b=1):
        super().__init__()
        t = int(abs((math.log(channels, 2) + b) / gamma))
        k = t if t % 2 else t + 1
        self.avg_pool = nn.AdaptiveAvgPool2d(1)
        self.conv = nn.Conv1d(1, 1, kernel_size=k, padding=(k - 1) // 2, bias=False)
        self.sigmoid = nn.Sigmoid()

    def forward(self, x):
        y = self.avg_pool(x)
        y = self.conv(y.squeeze(-1).transpose(-1, -2)).transpose(-1, -2).unsqueeze(-1)
        return x * self.sigmoid(y).expand_as(x)


class SK(nn.Module):
    def __init__(self, channels, M=2, r=4, L=8):
        super().__init__()
        d = max(int(channels / r), L)
        self.M, self.channels = M, channels
        self.convs = nn.ModuleList([])
        for i in range(M):
            self.convs.append(nn.Sequential(
                nn.Conv2d(channels, channels, 3, padding=1 + i, dilation=1 + i, groups=4, bias=False),
                nn.BatchNorm2d(channels), nn.ReLU(inplace=False)))
        self.fc = nn.Linear(channels, d)
        self.fcs = nn.ModuleList([nn.Linear(d, channels) for _ in range(M)])
        self.softmax = nn.Softmax(dim=1)

    def forward(self, x):
        for i, conv in enumerate(self.convs):
            fea = conv(x).unsqueeze_(dim=1)
            if i == 0:
                feas = fea
            else:
                feas = torch.cat([feas, fea], dim=1)
        fea_U = torch.sum(feas, dim=1)
        fea_z = self.fc(fea_U.mean(-1).mean(-1))
        for i, fc in enumerate(self.fcs):
            vector = fc(fea_z).unsqueeze_(dim=1)
            if i == 0:
                attention = vector
            else:
                attention = torch.cat([attention, vector], dim=1)
        attention = self.softmax(attention).unsqueeze(-1).unsqueeze(-1)
        return (feas * attention).sum(dim=1)


class GatherExcite(nn.Module):
    def __init__(self, channels, extent=4):
        super().__init__()
        self.gather = nn.ModuleList()
        e = extent
        while e > 1:
            self.gather.append(nn.Conv2d(channels, channels, 3, 2, 1, groups=channels))
            e //= 2

    def forward(self, x):
        g = x
        for layer in self.gather:
            g = layer(g)
        g = F.interpolate(g, size=x.shape[-2:], mode="nearest")
        return x * torch.sigmoid(g)


ATTENTION = {"se": SELayer, "cbam": CBAM, "eca": ECA, "sk": SK, "ge": GatherExcite}


class Block(nn.Module):
    def __init__(self, ins, outs, stride, attention):
        super().__init__()
        self.conv1 = nn.Conv2d(ins, outs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outs)
        self.conv2 = nn.Conv2d(outs, outs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outs)
        self.attention = ATTENTION[attention](outs) if attention else nn.Identity()
        self.skip = nn.Conv2d(ins, outs, 1, stride) if (stride, ins) != (1, outs) else nn.Identity()

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = self.attention(self.bn2(self.conv2(y)))
        return F.relu(y + self.skip(x))


class Net(nn.Module):
    def __init__(self, attention="se", widths=(8, 16, 32), classes=10):
        super().__init__()
        stages = []
        ins = 3
        for n, outs in enumerate(widths):
            stages.append(Block(ins, outs, 1 if n == 0 else 2, attention))
            ins = outs
        self.stages = nn.ModuleList(stages)
        self.fc = nn.Linear(ins, classes)

    def forward(self, x):
        for stage in self.stages:
            x = stage(x)
        return self.fc(x.mean([2, 3]))
