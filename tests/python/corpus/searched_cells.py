# check: NASNetLike() @ 3x32x32
# check: PNASNetA() @ 3x32x32
# check: PNASNetB() @ 3x32x32
# check: DartsNet(C=8, layers=3) @ 3x32x32
# check: Fractal(columns=3, blocks=2) @ 3x32x32
import random
from collections import namedtuple
import torch
import torch.nn as nn
import torch.nn.functional as F

Genotype = namedtuple('Genotype', 'normal normal_concat reduce reduce_concat')

OPS = {
    'none': lambda C, stride, affine: Zero(stride),
    'avg_pool_3x3': lambda C, stride, affine: nn.AvgPool2d(3, stride=stride, padding=1, count_include_pad=False),
    'max_pool_3x3': lambda C, stride, affine: nn.MaxPool2d(3, stride=stride, padding=1),
    'skip_connect': lambda C, stride, affine: Identity() if stride == 1 else HalfAndHalf(C, C, affine=affine),
    'sep_conv_3x3': lambda C, stride, affine: SepConv(C, C, 3, stride, 1, affine=affine),
    'sep_conv_5x5': lambda C, stride, affine: SepConv(C, C, 5, stride, 2, affine=affine),
    'dil_conv_3x3': lambda C, stride, affine: DilConv(C, C, 3, stride, 2, 2, affine=affine),
}


class ReLUConvBN(nn.Module):
    def __init__(self, C_in, C_out, k, stride, padding, affine=True):
        super(ReLUConvBN, self).__init__()
        self.op = nn.Sequential(nn.ReLU(inplace=False),
                                nn.Conv2d(C_in, C_out, k, stride=stride, padding=padding, bias=False),
                                nn.BatchNorm2d(C_out, affine=affine))

    def forward(self, x):
        return self.op(x)


class DilConv(nn.Module):
    def __init__(self, C_in, C_out, k, stride, padding, dilation, affine=True):
        super(DilConv, self).__init__()
        self.op = nn.Sequential(
            nn.ReLU(inplace=False),
            nn.Conv2d(C_in, C_in, kernel_size=k, stride=stride, padding=padding, dilation=dilation, groups=C_in, bias=False),
            nn.Conv2d(C_in, C_out, kernel_size=1, padding=0, bias=False),
            nn.BatchNorm2d(C_out, affine=affine))

    def forward(self, x):
        return self.op(x)


class SepConv(nn.Module):
    def __init__(self, C_in, C_out, k, stride, padding, affine=True):
        super(SepConv, self).__init__()
        rows = []
        for s, c in ((stride, C_in), (1, C_out)):
            rows += [nn.ReLU(inplace=False),
                     nn.Conv2d(C_in, C_in, k, stride=s, padding=padding, groups=C_in, bias=False),
                     nn.Conv2d(C_in, c, 1, bias=False), nn.BatchNorm2d(c, affine=affine)]
        self.op = nn.Sequential(*rows)

    def forward(self, x):
        return self.op(x)


class Identity(nn.Module):
    def __init__(self):
        super(Identity, self).__init__()

    def forward(self, x):
        return x


class Zero(nn.Module):
    def __init__(self, stride):
        super(Zero, self).__init__()
        self.stride = stride

    def forward(self, x):
        if self.stride == 1:
            return x.mul(0.)
        return x[:,:,::self.stride,::self.stride].mul(0.)


class HalfAndHalf(nn.Module):
    """two strided 1x1 convolutions, one shifted by a pixel"""

    def __init__(self, C_in, C_out, affine=True):
        super().__init__()
        assert C_out % 2 == 0
        self.relu = nn.ReLU(inplace=False)
        self.even = nn.Conv2d(C_in, C_out // 2, 1, stride=2, padding=0, bias=False)
        self.odd = nn.Conv2d(C_in, C_out // 2, 1, stride=2, padding=0, bias=False)
        self.bn = nn.BatchNorm2d(C_out, affine=affine)

    def forward(self, x):
        x = self.relu(x)
        return self.bn(torch.cat([self.even(x), self.odd(x[:,:,1:,1:])], dim=1))


GENOTYPE = Genotype(
    normal=[('sep_conv_3x3', 0), ('skip_connect', 1), ('dil_conv_3x3', 2), ('none', 0)],
    normal_concat=[2, 3],
    reduce=[('max_pool_3x3', 0), ('sep_conv_5x5', 1), ('skip_connect', 0), ('avg_pool_3x3', 2)],
    reduce_concat=range(2, 4),
)


class Cell(nn.Module):
    def __init__(self, genotype, c_far, c_near, C, shrink, shrunk_before):
        super(Cell, self).__init__()
        self.fit_far = HalfAndHalf(c_far, C) if shrunk_before else ReLUConvBN(c_far, C, 1, 1, 0)
        self.fit_near = ReLUConvBN(c_near, C, 1, 1, 0)
        edges = genotype.reduce if shrink else genotype.normal
        names, self._from = zip(*edges)
        self._concat = genotype.reduce_concat if shrink else genotype.normal_concat
        self._ops = nn.ModuleList()
        for name, source in zip(names, self._from):
            self._ops += [OPS[name](C, 2 if shrink and source < 2 else 1, True)]
        self.out_channels = C * len(self._concat)

    def forward(self, far, near, drop_prob=0.):
        states = [self.fit_far(far), self.fit_near(near)]
        for first in range(0, len(self._ops), 2):
            pair = [self._ops[n](states[self._from[n]]) for n in (first, first + 1)]
            if self.training and drop_prob > 0.:
                pair = [F.dropout(p, drop_prob) for p in pair]
            states.append(sum(pair[1:], pair[0]))
        return torch.cat([states[i] for i in self._concat], dim=1)


class DartsNet(nn.Module):
    def __init__(self, C, num_classes=10, layers=5, genotype=GENOTYPE):
        super(DartsNet, self).__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 2*C, 3, padding=1, bias=False), nn.BatchNorm2d(2*C))
        self.cells = nn.ModuleList()
        widths = [2*C, 2*C]
        was = False
        for i in range(layers):
            shrink = i in [layers//3, 2*layers//3]
            if shrink:
                C *= 2
            self.cells += [Cell(genotype, *widths[-2:], C, shrink, was)]
            widths.append(self.cells[-1].out_channels)
            was = shrink
        self.global_pooling = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Linear(widths[-1], num_classes)

    def forward(self, input):
        s0 = s1 = self.stem(input)
        for cell in self.cells:
            s0, s1 = s1, cell(s0, s1)
        out = self.global_pooling(s1)
        return self.classifier(out.view(out.size(0),-1))


class NASCell(nn.Module):
    COMBINE = staticmethod(lambda a, b: torch.add(a, b))

    def __init__(self, left, prev, out, stride=1):
        super().__init__()
        self.fit_left = nn.Conv2d(left, out, 1, stride=1)
        self.fit = nn.Conv2d(prev, out, 1)
        self.pairs = nn.ModuleDict({
            'a': nn.ModuleList([OPS['sep_conv_3x3'](out, stride, True), OPS['sep_conv_5x5'](out, stride, True)]),
            'b': nn.ModuleList([OPS['avg_pool_3x3'](out, stride, True), OPS['max_pool_3x3'](out, stride, True)]),
        })
        self.out = 2 * out

    def forward(self, left, x):
        if left.shape[-1] != x.shape[-1]:
            left = F.avg_pool2d(left, left.shape[-1] // x.shape[-1])
        l, r = self.fit_left(left), self.fit(x)
        made = [self.COMBINE(p[0](l), p[1](r)) for p in self.pairs.values()]
        return torch.cat(made, 1)


class NASNetLike(nn.Module):
    def __init__(self, plan="nrn", width=8):
        super().__init__()
        self.stem = nn.Conv2d(3, width, 3, padding=1)
        a = b = width
        cells = []
        for letter in plan:
            cells.append(NASCell(a, b, width, stride={"n": 1, "r": 2}[letter]))
            a, b = b, cells[-1].out
        self.cells = nn.ModuleList(cells)
        self.fc = nn.Linear(b, 10)

    def forward(self, x):
        left = x = self.stem(x)
        for cell in self.cells:
            left, x = x, cell(left, x)
        return self.fc(F.relu(x).mean((-1, -2)))


class PNASCellA(nn.Module):
    def __init__(self, ins, outs, stride=1):
        super(PNASCellA, self).__init__()
        self.stride = stride
        self.sep = nn.Conv2d(ins, outs, 7, stride, padding=3, groups=ins)
        self.sep_bn = nn.BatchNorm2d(outs)
        if stride==2:
            self.thin = nn.Conv2d(ins, outs, kernel_size=1, bias=False)

    def forward(self, x):
        a = self.sep_bn(self.sep(x))
        b = F.max_pool2d(x, kernel_size=3, stride=self.stride, padding=1)
        if self.stride==2:
            b = self.thin(b)
        return F.relu(a+b)


class PNASCellB(PNASCellA):
    def __init__(self, ins, outs, stride=1):
        super(PNASCellB, self).__init__(ins, outs, stride)
        self.sep3 = nn.Conv2d(ins, outs, 3, stride, padding=1, groups=ins)
        self.join = nn.Conv2d(2*outs, outs, kernel_size=1, bias=False)

    def forward(self, x):
        first = super().forward(x)
        second = F.relu(self.sep3(x))
        return self.join(torch.cat([first,second], 1))


class PNASNet(nn.Module):
    def __init__(self, cell, num_cells, planes):
        super(PNASNet, self).__init__()
        self.planes = planes
        self.stem = nn.Conv2d(3, planes, 3, padding=1)
        self.body = nn.Sequential(*self._layer(cell, planes, num_cells), *self._down(cell, planes*2))
        self.linear = nn.Linear(planes*2, 10)

    def _layer(self, cell, planes, n):
        made = []
        for _ in range(n):
            made.append(cell(self.planes, planes))
            self.planes = planes
        return made

    def _down(self, cell, planes):
        made = [cell(self.planes, planes, stride=2)]
        self.planes = planes
        return made

    def forward(self, x):
        x = self.body(self.stem(x))
        x = F.avg_pool2d(x, 8).sum(3).sum(2)
        return self.linear(x)


def PNASNetA():
    return PNASNet(PNASCellA, num_cells=2, planes=8)

def PNASNetB():
    return PNASNet(PNASCellB, num_cells=1, planes=8)


class FractalBlock(nn.Module):
    """f_1 = conv, f_n = join(conv, f_{n-1} o f_{n-1})"""

    def __init__(self, ins, outs, columns):
        super().__init__()
        self.short = nn.Sequential(nn.Conv2d(ins, outs, 3, padding=1), nn.BatchNorm2d(outs), nn.ReLU())
        self.deep = None if columns == 1 else nn.Sequential(
            FractalBlock(ins, outs, columns - 1), FractalBlock(outs, outs, columns - 1))

    def join(self, xs):
        if self.training and random.random() < 0.15:
            return random.choice(xs)
        return torch.stack(xs, dim=0).mean(dim=0)

    def forward(self, x):
        if self.deep is None:
            return self.short(x)
        return self.join([self.short(x), self.deep(x)])


class Fractal(nn.Module):
    def __init__(self, columns, blocks, width=8):
        super().__init__()
        mods = []
        c = 3
        for b in range(blocks):
            mods += [FractalBlock(c, width << b, columns), nn.MaxPool2d(2)]
            c = width << b
        self.net = nn.Sequential(*mods)
        self.head = nn.Linear(c * (32 >> blocks) ** 2, 10)

    def forward(self, x):
        return self.head(self.net(x).flatten(start_dim=1))
