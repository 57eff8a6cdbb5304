# check: PreActResNet18 @ 3x32x32
# check: WRN(16, 1, 0.3, 10) @ 3x32x32
# check: WideResNet(depth=10, num_classes=10, widen=2, drop=0.1) @ 3x32x32
import sys
import math
import torch
import torch.nn as nn
import torch.nn.init as init
import torch.nn.functional as F
from torch.autograd import Variable
import numpy as np


class PreActBlock(nn.Module):
    '''norm, activation, convolution, twice; the shortcut starts behind the first activation'''
    expansion = 1

    def __init__(self, ins, planes, stride=1):
        super(PreActBlock, self).__init__()
        self.bn1 = nn.BatchNorm2d(ins)
        self.conv1 = nn.Conv2d(ins, planes, kernel_size=3, stride=stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, kernel_size=3, padding=1, bias=False)
        if stride != 1 or ins != self.expansion*planes:
            self.shortcut = nn.Conv2d(ins, self.expansion*planes, 1, stride=stride, bias=False)

    def forward(self, x):
        y = F.relu(self.bn1(x))
        skip = self.shortcut(y) if hasattr(self, 'shortcut') else x
        y = self.conv1(y)
        y = self.conv2(F.relu(self.bn2(y)))
        y += skip
        return y


class PreActResNet(nn.Module):
    def __init__(self, block, blocks, classes=10):
        super(PreActResNet, self).__init__()
        self.ins = 8
        self.conv1 = nn.Conv2d(3, 8, kernel_size=3, padding=1, bias=False)
        for i, n in enumerate(blocks):
            layer = self._stage(block, 8 * 2 ** i, n, stride=1 if i == 0 else 2)
            self.add_module('layer%d' % (i + 1), layer)
        self.linear = nn.Linear(64*block.expansion, classes)

    def _stage(self, block, planes, n, stride):
        todo = [stride] + [1]*(n-1)
        layers = []
        while todo:
            layers.append(block(self.ins, planes, todo.pop(0)))
            self.ins = planes * block.expansion
        return nn.Sequential(*layers)

    def forward(self, x):
        y = self.conv1(x)
        for i in range(1, 5):
            y = getattr(self, 'layer%d' % i)(y)
        y = F.avg_pool2d(y, 4)
        return self.linear(y.view(y.size(0), -1))


def PreActResNet18():
    return PreActResNet(PreActBlock, [2,2,2,2])


def conv_init(m):
    name = m.__class__.__name__
    if name.find('Conv') != -1:
        init.xavier_uniform_(m.weight, gain=np.sqrt(2))
        init.constant_(m.bias, 0)


class wide_unit(nn.Module):
    def __init__(self, ins, planes, rate, stride=1):
        super(wide_unit, self).__init__()
        self.bn1 = nn.BatchNorm2d(ins)
        self.conv1 = nn.Conv2d(ins, planes, kernel_size=3, padding=1, bias=True)
        self.dropout = nn.Dropout(p=rate)
        self.bn2 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, kernel_size=3, stride=stride, padding=1, bias=True)
        self.shortcut = nn.Sequential()
        if stride != 1 or ins != planes:
            self.shortcut = nn.Sequential(nn.Conv2d(ins, planes, 1, stride=stride))

    def forward(self, x):
        y = self.dropout(self.conv1(F.relu(self.bn1(x))))
        y = self.conv2(F.relu(self.bn2(y)))
        y += self.shortcut(x)

        return y


class WRN(nn.Module):
    # old style: depth is divided without //
    def __init__(self, depth, k, rate, classes):
        super(WRN, self).__init__()
        self.ins = 16
        assert ((depth-4)%6 ==0), 'depth = 6n + 4'
        n = (depth-4)/6
        print('WRN %d-%d' %(depth, k))
        widths = [16, 16*k, 32*k, 64*k]
        self.conv1 = nn.Conv2d(3, widths[0], 3, 1, 1)
        self.layer1 = self._wide(widths[1], n, rate, 1)
        self.layer2 = self._wide(widths[2], n, rate, 2)
        self.layer3 = self._wide(widths[3], n, rate, 2)
        self.bn1 = nn.BatchNorm2d(widths[3], momentum=0.9)
        self.linear = nn.Linear(widths[3], classes)

    def _wide(self, planes, n, rate, stride):
        layers = []
        for s in [stride] + [1]*(int(n)-1):
            layers.append(wide_unit(self.ins, planes, rate, s))
            self.ins = planes
        return nn.Sequential(*layers)

    def forward(self, x):
        x = self.layer3(self.layer2(self.layer1(self.conv1(x))))
        x = F.avg_pool2d(F.relu(self.bn1(x)), 8)
        x = x.view(x.size(0), -1)
        return self.linear(x)


class Unit(nn.Module):
    def __init__(self, ins, outs, stride, drop=0.0):
        super(Unit, self).__init__()
        self.bn1 = nn.BatchNorm2d(ins)
        self.conv1 = nn.Conv2d(ins, outs, 3, stride=stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(outs)
        self.conv2 = nn.Conv2d(outs, outs, 3, padding=1, bias=False)
        self.act = nn.ReLU(inplace=True)
        self.drop = drop
        self.same = (ins == outs)
        self.match = (not self.same) and nn.Conv2d(ins, outs, 1, stride=stride, bias=False) or None

    def forward(self, x):
        if self.same:
            y = self.act(self.bn1(x))
        else:
            x = self.act(self.bn1(x))
        y = self.act(self.bn2(self.conv1(y if self.same else x)))
        if self.drop > 0:
            y = F.dropout(y, p=self.drop, training=self.training)
        y = self.conv2(y)
        return torch.add(x if self.same else self.match(x), y)


class WideResNet(nn.Module):
    def __init__(self, depth, num_classes, widen=1, drop=0.0):
        super(WideResNet, self).__init__()
        self.stem = nn.Conv2d(3, 8, kernel_size=3, stride=1, padding=1, bias=False)
        units = (depth - 4) / 6
        groups, before = [], 8
        for g in range(3):
            after = 8 * widen * 2 ** g
            row = []
            for i in range(int(units)):
                row.append(Unit(i == 0 and before or after, after, i == 0 and g > 0 and 2 or 1, drop))
            groups.append(nn.Sequential(*row))
            before = after
        self.groups = nn.Sequential(*groups)
        self.bn = nn.BatchNorm2d(before)
        self.fc = nn.Linear(before, num_classes)
        self.channels = before
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                n = m.kernel_size[0] * m.kernel_size[1] * m.out_channels
                m.weight.data.normal_(0, math.sqrt(2. / n))
            elif isinstance(m, nn.BatchNorm2d):
                m.weight.data.fill_(1)
                m.bias.data.zero_()

    def forward(self, x):
        x = F.relu(self.bn(self.groups(self.stem(x))), inplace=True)
        x = F.avg_pool2d(x, 8)
        return self.fc(x.view(-1, self.channels))
