# check: GoogLeNet @ 3x32x32
# check: WithAux(aux=False) @ 3x64x64
# check: WithAux @ 3x64x64
import torch
import torch.nn as nn
import torch.nn.functional as F


class Mix(nn.Module):
    """four branches side by side, as in GoogLeNet"""

    def __init__(self, c, one, three, five, pooled):
        super(Mix, self).__init__()
        self.b1 = nn.Sequential(nn.Conv2d(c, one, 1), nn.BatchNorm2d(one), nn.ReLU(True))
        self.b2 = nn.Sequential(
            nn.Conv2d(c, three[0], 1), nn.BatchNorm2d(three[0]), nn.ReLU(True),
            nn.Conv2d(three[0], three[1], kernel_size=3, padding=1), nn.BatchNorm2d(three[1]), nn.ReLU(True),
        )
        # two 3x3 in the place of one 5x5
        self.b3 = nn.Sequential(
            nn.Conv2d(c, five[0], 1), nn.ReLU(True),
            nn.Conv2d(five[0], five[1], 3, padding=1), nn.ReLU(True),
            nn.Conv2d(five[1], five[1], 3, padding=1), nn.ReLU(True),
        )
        self.b4 = nn.Sequential(nn.MaxPool2d(3, stride=1, padding=1), nn.Conv2d(c, pooled, 1), nn.ReLU(True))

    def forward(self, x):
        y1 = self.b1(x)
        y2 = self.b2(x)
        y3 = self.b3(x)
        y4 = self.b4(x)
        return torch.cat([y1,y2,y3,y4], 1)


class GoogLeNet(nn.Module):
    def __init__(self):
        super(GoogLeNet, self).__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(True))
        self.a3 = Mix(16, 4, (6, 8), (2, 4), 4)
        self.b3 = Mix(20, 8, (8, 12), (4, 8), 4)
        self.shrink = nn.MaxPool2d(3, stride=2, padding=1)
        self.a4 = Mix(32, 12, (6, 14), (2, 4), 4)
        self.avgpool = nn.AvgPool2d(8, stride=1)
        self.linear = nn.Linear(34*9*9, 10)

    def forward(self, x):
        out = self.b3(self.a3(self.stem(x)))
        out = self.avgpool(self.a4(self.shrink(out)))
        return self.linear(out.view(out.size(0), -1))


class ConvBN(nn.Module):
    def __init__(self, ins, outs, **kwargs):
        super(ConvBN, self).__init__()
        self.conv = nn.Conv2d(ins, outs, bias=False, **kwargs)
        self.bn = nn.BatchNorm2d(outs, eps=1e-3)

    def forward(self, x):
        return F.relu(self.bn(self.conv(x)), inplace=True)


class Aux(nn.Module):
    def __init__(self, ins, classes):
        super(Aux, self).__init__()
        self.squeeze = ConvBN(ins, 8, kernel_size=1)
        self.hidden = nn.Linear(8 * 4 * 4, 24)
        self.scores = nn.Linear(24, classes)

    def forward(self, x):
        x = self.squeeze(F.adaptive_avg_pool2d(x, (4, 4)))
        x = F.relu(self.hidden(torch.flatten(x, 1)), inplace=True)
        x = F.dropout(x, 0.7, training=self.training)
        return self.scores(x)


class Branches(nn.Module):
    def __init__(self, c, widths, conv=None):
        super().__init__()
        if conv is None:
            conv = ConvBN
        a, (b0, b1), (d0, d1), p = widths
        self.one = conv(c, a, kernel_size=1)
        self.three = nn.Sequential(conv(c, b0, kernel_size=1), conv(b0, b1, kernel_size=3, padding=1))
        self.five = nn.Sequential(conv(c, d0, kernel_size=1), conv(d0, d1, kernel_size=5, padding=2))
        self.pooled = nn.Sequential(nn.MaxPool2d(3, 1, 1, ceil_mode=True), conv(c, p, kernel_size=1))
        self.out = a + b1 + d1 + p

    def parts(self, x):
        return [branch(x) for branch in (self.one, self.three, self.five, self.pooled)]

    def forward(self, x):
        return torch.cat(self.parts(x), 1)


class WithAux(nn.Module):
    __constants__ = ['aux']

    def __init__(self, num_classes=10, aux=True):
        super().__init__()
        self.aux = aux
        self.conv1 = ConvBN(3, 8, kernel_size=7, stride=2, padding=3)
        self.maxpool1 = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        self.inc1 = Branches(8, (4, (4, 8), (2, 4), 4))
        self.inc2 = Branches(self.inc1.out, (8, (4, 8), (2, 4), 4))
        self.aux1 = Aux(self.inc1.out, num_classes) if aux else None
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(self.inc2.out, num_classes)

    def forward(self, x):
        x = self.inc1(self.maxpool1(self.conv1(x)))
        if self.training and self.aux1 is not None:
            early = self.aux1(x)
        else:
            early = None
        x = self.fc(torch.flatten(self.pool(self.inc2(x)), 1))
        if early is not None:
            return x, early
        return x
