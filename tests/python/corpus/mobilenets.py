# check: MobileNetV1 @ 3x64x64
# check: MobileNetV1(width_mult=0.5, n_classes=5) @ 1x64x64
# check: MobileNetV2(n_class=10, width_mult=0.5) @ 3x64x64
# check: mobilenet_v3('small') @ 3x64x64
# check: mobilenet_v3(mode='large', dropout=0.2) @ 3x64x64
import math
import torch
import torch.nn as nn
import torch.nn.functional as F


def make_divisible(v, divisor=8, min_value=None):
    """channels as multiples of 8, never less than nine tenths"""
    if min_value is None:
        min_value = divisor
    new = max(min_value, int(v + divisor / 2) // divisor * divisor)
    if new < 0.9 * v:
        new += divisor
    return new


class MobileNetV1(nn.Module):
    def __init__(self, width_mult=1.0, n_classes=10):
        super(MobileNetV1, self).__init__()
        self.first = None

        def conv_bn(inp, oup, stride):
            return nn.Sequential(nn.Conv2d(inp, oup, 3, stride, 1, bias=False), nn.BatchNorm2d(oup), nn.ReLU(inplace=True))

        def conv_dw(inp, oup, stride):
            return nn.Sequential(
                nn.Conv2d(inp, inp, 3, stride, 1, groups=inp, bias=False), nn.BatchNorm2d(inp), nn.ReLU(inplace=True),
                nn.Conv2d(inp, oup, 1, 1, 0, bias=False), nn.BatchNorm2d(oup), nn.ReLU(inplace=True),
            )

        w = lambda c: int(c * width_mult)
        inp = 1 if width_mult < 1 else 3
        self.model = nn.Sequential(
            conv_bn(  inp,   w(8), 2),
            conv_dw( w(8), w(16), 1),
            conv_dw(w(16), w(32), 2),
            conv_dw(w(32), w(32), 1),
            conv_dw(w(32), w(64), 2),
            *(conv_dw(w(64), w(64), 1) for _ in range(2)),
            nn.AvgPool2d(8),
        )
        self.fc = nn.Linear(w(64), n_classes)
        self.last = w(64)

    def forward(self, x):
        x = self.model(x)
        x = x.view(-1, self.last)
        return self.fc(x)


class InvertedResidual(nn.Module):
    def __init__(self, inp, oup, stride, expand_ratio):
        super(InvertedResidual, self).__init__()
        assert stride in [1, 2]
        hidden = round(inp * expand_ratio)
        self.use_res_connect = stride == 1 and inp == oup
        layers = []
        if expand_ratio != 1:
            layers += [nn.Conv2d(inp, hidden, 1, bias=False), nn.BatchNorm2d(hidden), nn.ReLU6(inplace=True)]
        layers += [
            nn.Conv2d(hidden, hidden, 3, stride, 1, groups=hidden, bias=False), nn.BatchNorm2d(hidden),
            nn.ReLU6(inplace=True), nn.Conv2d(hidden, oup, 1, bias=False), nn.BatchNorm2d(oup)]
        self.conv = nn.Sequential(*layers)

    def forward(self, x):
        if self.use_res_connect:
            return x + self.conv(x)
        else:
            return self.conv(x)


class MobileNetV2(nn.Module):
    def __init__(self, n_class=1000, input_size=64, width_mult=1.):
        super(MobileNetV2, self).__init__()
        assert input_size % 32 == 0
        channel, last = 16, 48
        setting = [
            # t, c, n, s
            [1, 8, 1, 1],
            [6, 12, 2, 2],
            [6, 16, 1, 2],
            [2.5, 24, 2, 2],
        ]
        channel = make_divisible(channel * width_mult)
        self.last_channel = make_divisible(last * width_mult) if width_mult > 1.0 else last
        self.features = [nn.Sequential(nn.Conv2d(3, channel, 3, 2, 1, bias=False), nn.BatchNorm2d(channel), nn.ReLU6(True))]
        for t, c, n, s in setting:
            outs = make_divisible(c * width_mult) if t > 1 else c
            for i in range(n):
                if i == 0:
                    self.features.append(InvertedResidual(channel, outs, s, expand_ratio=t))
                else:
                    self.features.append(InvertedResidual(channel, outs, 1, expand_ratio=t))
                channel = outs
        self.features.append(nn.Sequential(
            nn.Conv2d(channel, self.last_channel, 1, bias=False), nn.BatchNorm2d(self.last_channel), nn.ReLU6(True)))
        self.features = nn.Sequential(*self.features)
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(self.last_channel, n_class))

    def forward(self, x):
        x = self.features(x)
        x = x.mean(3).mean(2)
        x = self.classifier(x)
        return x


class Hswish(nn.Module):
    def __init__(self, inplace=True):
        super(Hswish, self).__init__()
        self.inplace = inplace

    def forward(self, x):
        return x * F.relu6(x + 3., inplace=self.inplace) / 6.


class Hsigmoid(nn.Module):
    def forward(self, x):
        return F.relu6(x + 3., inplace=True) / 6.


class SE(nn.Module):
    def __init__(self, c, reduction=4):
        super().__init__()
        self.avg_pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Sequential(nn.Linear(c, c // reduction, bias=False), nn.ReLU(inplace=True),
                                nn.Linear(c // reduction, c, bias=False), Hsigmoid())

    def forward(self, x):
        b, c, _, _ = x.size()
        return x * self.fc(self.avg_pool(x).view(b, c)).view(b, c, 1, 1)


class Bottleneck(nn.Module):
    def __init__(self, inp, oup, kernel, stride, exp, se=False, nl='RE'):
        super().__init__()
        padding = (kernel - 1) // 2
        self.residual = stride == 1 and inp == oup
        nlin = nn.ReLU if nl == 'RE' else Hswish
        if se:
            SELayer = SE
        else:
            SELayer = nn.Identity
        self.conv = nn.Sequential(
            nn.Conv2d(inp, exp, 1, 1, 0, bias=False), nn.BatchNorm2d(exp), nlin(inplace=True),
            nn.Conv2d(exp, exp, kernel, stride, padding, groups=exp, bias=False), nn.BatchNorm2d(exp),
            SELayer(exp), nlin(inplace=True),
            nn.Conv2d(exp, oup, 1, 1, 0, bias=False), nn.BatchNorm2d(oup))

    def forward(self, x):
        return x + self.conv(x) if self.residual else self.conv(x)


SETTINGS = {
    # k, exp, c, se, nl, s
    'large': [[3, 16, 16, False, 'RE', 1], [3, 32, 24, False, 'RE', 2], [5, 40, 24, True, 'HS', 2], [5, 48, 24, True, 'HS', 1]],
    'small': [[3, 16, 16, True, 'RE', 2], [5, 24, 24, True, 'HS', 2]],
}


class MobileNetV3(nn.Module):
    def __init__(self, settings, n_class=10, dropout=0.8):
        super().__init__()
        c = 16
        layers = [nn.Conv2d(3, c, 3, 2, 1, bias=False), nn.BatchNorm2d(c), Hswish()]
        for k, exp, out, se, nl, s in settings:
            layers.append(Bottleneck(c, out, k, s, exp, se, nl))
            c = out
        layers.append(nn.AdaptiveAvgPool2d(1))
        layers.append(nn.Conv2d(c, 32, 1, 1, 0))
        layers.append(Hswish(inplace=True))
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(nn.Dropout(p=dropout), nn.Linear(32, n_class))

    def forward(self, x):
        x = self.features(x)
        x = x.mean(3).mean(2)
        return self.classifier(x)


def mobilenet_v3(mode, **kwargs):
    if mode not in SETTINGS:
        raise NotImplementedError
    return MobileNetV3(SETTINGS[mode], **kwargs)
