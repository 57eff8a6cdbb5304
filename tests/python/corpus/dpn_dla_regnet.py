# check: dpn() @ 3x32x32
# check: dpn(deeper=True) @ 3x32x32
# check: Aggregated @ 3x32x32
# check: Aggregated(levels=(2, 3), hoard=True) @ 3x32x32
# check: regnet_x() @ 3x32x32
# check: regnet_y() @ 3x32x32
'''Dual paths, trees that build themselves, and RegNets out of dicts.'''
import torch
import torch.nn as nn
import torch.nn.functional as F


class DualPath(nn.Module):
    """The first `kept` channels are added (residual path), the rest is stacked (dense path)."""

    def __init__(self, before, inner, kept, grow, stride, project):
        super(DualPath, self).__init__()
        self.kept = kept
        both = kept + grow
        for n, (i, o, k, s, g) in enumerate([
            (before, inner, 1, 1, 1), (inner, inner, 3, stride, 4), (inner, both, 1, 1, 1)
        ]):
            conv = nn.Conv2d(i, o, k, s, k // 2, groups=g, bias=False)
            self.add_module('step{0}'.format(n), nn.Sequential(conv, nn.BatchNorm2d(o)))
        self.match = None
        if project:
            self.match = nn.Conv2d(before, both, 1, stride, bias=False)

    def forward(self, x):
        new = x
        for n in range(3):
            new = getattr(self, 'step{0}'.format(n))(new)
            if n < 2:
                new = F.relu(new)
        old = x if self.match is None else self.match(x)
        k = self.kept
        added = old[:,:k,:,:]+new[:,:k,:,:]
        return F.relu(torch.cat([added, old[:,k:,:,:], new[:,k:,:,:]], 1))


class DPN(nn.Module):
    def __init__(self, table, classes=10):
        super(DPN, self).__init__()
        self.at = 16
        self.stem = nn.Conv2d(3, 16, kernel_size=3, stride=1, padding=1, bias=False)
        rows = []
        columns = [table[key] for key in ('inner', 'kept', 'grow', 'repeat')]
        for number, (inner, kept, grow, repeat) in enumerate(zip(*columns)):
            for i in range(repeat):
                rows.append(DualPath(self.at, inner, kept, grow, 2 if number and i == 0 else 1, i==0))
                self.at = kept + (i + 2) * grow
        self.rows = nn.Sequential(*rows)
        self.linear = nn.Linear(self.at, classes)

    def forward(self, x):
        y = self.rows(F.relu(self.stem(x)))
        y = F.avg_pool2d(y, 16)
        return self.linear(y.view(y.size(0), -1))


SMALL = {'inner': (8, 16), 'kept': (16, 24), 'repeat': (2, 2), 'grow': (4, 6)}


def dpn(deeper=False):
    table = dict(SMALL)
    if deeper:
        table['repeat'] = tuple(n + 1 for n in table['repeat'])
    return DPN(table)


class Leaf(nn.Module):
    def __init__(self, i, o, stride=1):
        super().__init__()
        self.a = nn.Sequential(nn.Conv2d(i, o, 3, stride, 1, bias=False), nn.BatchNorm2d(o))
        self.b = nn.Sequential(nn.Conv2d(o, o, 3, 1, 1, bias=False), nn.BatchNorm2d(o))
        self.skip = nn.Conv2d(i, o, 1, stride, bias=False) if stride > 1 or i != o else None

    def forward(self, x):
        y = self.b(F.relu(self.a(x)))
        return F.relu(y + (self.skip(x) if self.skip else x))


class Tree(nn.Module):
    """a tree of level n holds two of level n - 1 (leaves at the end) and joins all it has seen"""

    def __init__(self, i, o, level, stride=1, hoard=False):
        super(Tree, self).__init__()
        self.hoard = hoard
        if level == 1:
            self.left, self.right = Leaf(i, o, stride), Leaf(o, o)
        else:
            self.left = Tree(i, o, level - 1, stride=stride, hoard=hoard)
            self.right = Tree(o, o, level - 1, hoard=hoard)
        if hoard:
            for n in reversed(range(level)):
                self.__setattr__('side_%d' % n, nn.Conv2d(i, o, 1, stride, bias=False))
        self.level = level
        joined = 2 + (level if hoard else 0)
        self.root = nn.Conv2d(joined * o, o, 1, bias=False)
        self.norm = nn.BatchNorm2d(o)

    def forward(self, x):
        seen = []
        if self.hoard:
            for n in reversed(range(self.level)):
                side = self.__getattr__('side_%d' % n)
                seen.append(side(x))
        left = self.left(x)
        seen += [left]
        seen += [self.right(left)]
        return F.relu(self.norm(self.root(torch.cat(seen, 1))))


class Aggregated(nn.Module):
    def __init__(self, widths=(12, 16), levels=(1, 2), hoard=False):
        super().__init__()
        self.base = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU(True))
        i = 8
        trees = []
        for o, level in zip(widths, levels):
            trees.append(Tree(i, o, level, stride=2, hoard=hoard))
            i = o
        self.trees = nn.Sequential(*trees)
        self.linear = nn.Linear(i * 4, 10)

    def forward(self, x):
        y = self.trees(self.base(x))
        return self.linear(F.adaptive_max_pool2d(y, 2).flatten(1))


class Squeeze(nn.Module):
    def __init__(self, c, squeezed):
        super().__init__()
        self.down = nn.Conv2d(c, squeezed, kernel_size=1, bias=True)
        self.up = nn.Conv2d(squeezed, c, kernel_size=1, bias=True)

    def forward(self, x):
        y = x.mean((2, 3), keepdim=True)
        return x * self.up(F.relu(self.down(y))).sigmoid()


class XBlock(nn.Module):
    def __init__(self, i, o, stride, *, group_width, bottleneck, se):
        super().__init__()
        w = int(round(o * bottleneck))
        body = [nn.Conv2d(i, w, 1, bias=False), nn.BatchNorm2d(w), nn.ReLU(),
                nn.Conv2d(w, w, 3, stride, 1, groups=w // group_width, bias=False), nn.BatchNorm2d(w), nn.ReLU()]
        if se > 0:
            body.append(Squeeze(w, int(round(i * se))))
        body.extend([nn.Conv2d(w, o, 1, bias=False), nn.BatchNorm2d(o)])
        self.body = nn.Sequential(*body)
        self.short = nn.Sequential()
        if not (stride == 1 and i == o):
            self.short.add_module('conv', nn.Conv2d(i, o, 1, stride, bias=False))
            self.short.add_module('bn', nn.BatchNorm2d(o))

    def forward(self, x):
        y = self.body(x)
        y += self.short(x)
        return F.relu(y)


class RegNet(nn.Module):
    def __init__(self, cfg, classes=10):
        super().__init__()
        self.cfg = cfg
        self.width = 8
        self.stem = nn.Conv2d(3, 8, 3, 1, 1, bias=False)
        self.stages = nn.ModuleList(self._stage(at) for at in range(len(cfg['depths'])))
        self.linear = nn.Linear(self.cfg['widths'][-1], classes)

    def _stage(self, at):
        depth, width, stride = (self.cfg[key][at] for key in ('depths', 'widths', 'strides'))
        shared = {k: v for k, v in self.cfg.items() if k not in {'depths', 'widths', 'strides'}}
        blocks = []
        for i in range(depth):
            blocks.append(XBlock(self.width, width, stride if i == 0 else 1, **shared))
            self.width = width
        return nn.Sequential(*blocks)

    def forward(self, x):
        x = F.relu(self.stem(x))
        for stage in self.stages: x = stage(x)
        x = F.adaptive_avg_pool2d(x, (1, 1))
        return self.linear(x.view(x.size(0), -1))


BASE = dict(depths=[1, 2], widths=[16, 24], strides=[1, 2], group_width=8, bottleneck=1, se=0)


def regnet_x():
    return RegNet(BASE)


def regnet_y():
    cfg = {**BASE, 'se': .25}
    return RegNet(cfg)
