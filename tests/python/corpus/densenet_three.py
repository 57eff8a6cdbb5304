# check: densenet_cifar() @ 3x32x32
# check: DenseNet3(depth=22, classes=10, growth=6, bottleneck=True) @ 3x32x32
# check: DenseNet3(13, 10, 6, bottleneck=False, drop=0.2) @ 3x32x32
# check: DenseSequential(growth=4, blocks=(2, 3)) @ 3x32x32
'''DenseNets by three hands: a cat in each layer, blocks of layers, subclasses of Sequential.'''
import math
from collections import OrderedDict

import torch
import torch.nn as nn
import torch.nn.functional as F


class Dense(nn.Module):
    def __init__(self, ins, growth):
        super(Dense, self).__init__()
        self.bn1 = nn.BatchNorm2d(ins)
        self.conv1 = nn.Conv2d(ins, 4*growth, kernel_size=1, bias=False)
        self.bn2 = nn.BatchNorm2d(4*growth)
        self.conv2 = nn.Conv2d(4*growth, growth, kernel_size=3, padding=1, bias=False)

    def forward(self, x):
        y = self.conv1(F.relu(self.bn1(x)))
        y = self.conv2(F.relu(self.bn2(y)))
        y = torch.cat([y,x], 1)
        return y


class Shrink(nn.Module):
    def __init__(self, ins, outs):
        super(Shrink, self).__init__()
        self.bn = nn.BatchNorm2d(ins)
        self.conv = nn.Conv2d(ins, outs, kernel_size=1, bias=False)

    def forward(self, x):
        return F.avg_pool2d(self.conv(F.relu(self.bn(x))), 2)


class DenseNet(nn.Module):
    def __init__(self, block, counts, growth=12, reduction=0.5, classes=10):
        super(DenseNet, self).__init__()
        self.growth = growth
        planes = 2*growth
        self.stem = nn.Conv2d(3, planes, kernel_size=3, padding=1, bias=False)
        self.dense1 = self._dense(block, planes, counts[0])
        planes += counts[0]*growth
        self.trans1 = Shrink(planes, int(math.floor(planes*reduction)))
        planes = int(math.floor(planes*reduction))
        self.dense2 = self._dense(block, planes, counts[1])
        planes += counts[1]*growth
        self.bn = nn.BatchNorm2d(planes)
        self.linear = nn.Linear(planes, classes)

    def _dense(self, block, planes, count):
        made = []
        for i in range(count):
            made.append(block(planes, self.growth))
            planes += self.growth
        return nn.Sequential(*made)

    def forward(self, x):
        x = self.dense2(self.trans1(self.dense1(self.stem(x))))
        x = F.avg_pool2d(F.relu(self.bn(x)), 16)
        return self.linear(x.view(x.size(0), -1))


def densenet_cifar():
    return DenseNet(Dense, [2,3], growth=8)


class Layer(nn.Module):
    def __init__(self, ins, outs, drop=0.0):
        super(Layer, self).__init__()
        self.norm = nn.BatchNorm2d(ins)
        self.relu = nn.ReLU(inplace=True)
        self.conv = nn.Conv2d(ins, outs, kernel_size=3, stride=1, padding=1, bias=False)
        self.drop = drop

    def forward(self, x):
        y = self.conv(self.relu(self.norm(x)))
        if self.drop > 0:
            y = F.dropout(y, p=self.drop, training=self.training)
        return torch.cat([x, y], 1)


class BottleneckLayer(Layer):
    def __init__(self, ins, outs, drop=0.0):
        super(BottleneckLayer, self).__init__(outs * 4, outs, drop)
        self.squeeze_norm = nn.BatchNorm2d(ins)
        self.squeeze = nn.Conv2d(ins, outs * 4, kernel_size=1, bias=False)

    def forward(self, x):
        y = self.squeeze(self.relu(self.squeeze_norm(x)))
        y = self.conv(self.relu(self.norm(y)))
        return torch.cat([x, F.dropout(y, self.drop, self.training)], 1)


class Block(nn.Module):
    def __init__(self, count, ins, growth, kind, drop=0.0):
        super(Block, self).__init__()
        self.layer = nn.Sequential(*[kind(ins+i*growth, growth, drop) for i in range(count)])

    def forward(self, x):
        return self.layer(x)


class DenseNet3(nn.Module):
    def __init__(self, depth, classes, growth=12, reduction=0.5, bottleneck=True, drop=0.0):
        super(DenseNet3, self).__init__()
        planes = 2 * growth
        n = (depth - 4) / 3
        kind = Layer
        if bottleneck == True:
            n = n/2
            kind = BottleneckLayer
        n = int(n)
        self.conv1 = nn.Conv2d(3, planes, kernel_size=3, stride=1, padding=1, bias=False)
        self.block1 = Block(n, planes, growth, kind, drop)
        planes = int(planes+n*growth)
        self.trans1 = Shrink(planes, int(math.floor(planes*reduction)))
        planes = int(math.floor(planes*reduction))
        self.block2 = Block(n, planes, growth, kind, drop)
        planes = int(planes+n*growth)
        self.bn = nn.BatchNorm2d(planes)
        self.fc = nn.Linear(planes, classes)
        self.planes = planes

    def forward(self, x):
        x = self.block2(self.trans1(self.block1(self.conv1(x))))
        x = F.avg_pool2d(F.relu(self.bn(x)), 16)
        return self.fc(x.view(-1, self.planes))


class _Growing(nn.Sequential):
    def __init__(self, ins, growth, squeeze, drop):
        super(_Growing, self).__init__()
        self.add_module('norm1', nn.BatchNorm2d(ins)),
        self.add_module('relu1', nn.ReLU(inplace=True)),
        self.add_module('conv1', nn.Conv2d(ins, squeeze * growth, kernel_size=1, bias=False)),
        self.add_module('norm2', nn.BatchNorm2d(squeeze * growth)),
        self.add_module('relu2', nn.ReLU(inplace=True)),
        self.add_module('conv2', nn.Conv2d(squeeze * growth, growth, 3, padding=1, bias=False)),
        self.drop = drop

    def forward(self, x):
        fresh = super(_Growing, self).forward(x)
        if self.drop > 0:
            fresh = F.dropout(fresh, p=self.drop, training=self.training)
        return torch.cat([x, fresh], 1)


class _Block(nn.Sequential):
    def __init__(self, count, ins, squeeze, growth, drop):
        super(_Block, self).__init__()
        for i in range(count):
            self.add_module('layer%d' % (i + 1), _Growing(ins + i * growth, growth, squeeze, drop))


class _Narrow(nn.Sequential):
    def __init__(self, ins, outs):
        super(_Narrow, self).__init__()
        self.add_module('norm', nn.BatchNorm2d(ins))
        self.add_module('conv', nn.Conv2d(ins, outs, kernel_size=1, stride=1, bias=False))
        self.add_module('pool', nn.AvgPool2d(kernel_size=2, stride=2))


class DenseSequential(nn.Module):
    def __init__(self, growth=32, blocks=(6, 12), start=12, squeeze=4, drop=0, classes=10):
        super(DenseSequential, self).__init__()
        self.features = nn.Sequential(OrderedDict([
            ('conv0', nn.Conv2d(3, start, kernel_size=7, stride=2, padding=3, bias=False)),
            ('norm0', nn.BatchNorm2d(start)),
            ('relu0', nn.ReLU(inplace=True)),
            ('pool0', nn.MaxPool2d(kernel_size=3, stride=2, padding=1)),
        ]))
        width = start
        for i, count in enumerate(blocks):
            self.features.add_module('block%d' % (i + 1), _Block(
                count=count, ins=width, squeeze=squeeze, growth=growth, drop=drop))
            width = width + count * growth
            if i != len(blocks) - 1:
                self.features.add_module('narrow%d' % (i + 1), _Narrow(ins=width, outs=width // 2))
                width = width // 2
        self.features.add_module('last', nn.BatchNorm2d(width))
        self.classifier = nn.Linear(width, classes)

    def forward(self, x):
        features = self.features(x)
        y = F.relu(features, inplace=True)
        y = F.adaptive_avg_pool2d(y, (1, 1)).view(features.size(0), -1)
        return self.classifier(y)
