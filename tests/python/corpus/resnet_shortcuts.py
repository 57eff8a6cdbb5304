# check: resnet20() @ 3x32x32
# check: resnet_n(2) @ 3x32x32
# check: projected(4) @ 3x33x31
'''6n+2 residual networks for CIFAR: zero-padded shortcuts (A) or projections (B).'''
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.nn.init as init

__all__ = ['resnet20', 'resnet_n', 'projected']


def he(m):
    kind = m.__class__.__name__
    if isinstance(m, nn.Linear) or isinstance(m, nn.Conv2d):
        init.kaiming_normal_(m.weight)


class Lambda(nn.Module):
    def __init__(self, fn):
        super(Lambda, self).__init__()
        self.fn = fn

    def forward(self, x):
        return self.fn(x)


class BasicBlock(nn.Module):
    expansion = 1

    def __init__(self, ins, planes, stride=1, option='A'):
        super(BasicBlock, self).__init__()
        self.conv1 = nn.Conv2d(ins, planes, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, stride=1, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)

        self.shortcut = nn.Sequential()
        if stride != 1 or ins != planes:
            if option == 'A':
                extra = planes - ins
                self.shortcut = Lambda(
                    lambda t: F.pad(t[:, :, ::2, ::2], (0, 0, 0, 0, extra//2, extra - extra//2), "constant", 0))
            elif option == 'B':
                self.shortcut = nn.Sequential(
                    nn.Conv2d(ins, self.expansion * planes, kernel_size=1, stride=stride, bias=False),
                    nn.BatchNorm2d(self.expansion * planes))

    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += self.shortcut(x)
        out = F.relu(out)
        return out


class ProjectedBlock(BasicBlock):
    def __init__(self, *args, **kwargs):
        kwargs['option'] = 'B'
        super(ProjectedBlock, self).__init__(*args, **kwargs)


class ResNet(nn.Module):
    def __init__(self, block, depths, num_classes=10, width=16):
        super(ResNet, self).__init__()
        self.width = width
        self.conv1 = nn.Conv2d(3, width, kernel_size=3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.layer1 = self._make_layer(block, width, depths[0], stride=1)
        self.layer2 = self._make_layer(block, width * 2, depths[1], stride=2)
        self.layer3 = self._make_layer(block, width * 4, depths[2], stride=2)
        self.linear = nn.Linear(width * 4, num_classes)
        self.apply(he)

    def _make_layer(self, block, planes, count, stride):
        layers = []
        for s in [stride] + [1]*(count-1):
            layers.append(block(self.width, planes, s))
            self.width = planes * block.expansion
        return nn.Sequential(*layers)

    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.layer3(self.layer2(self.layer1(out)))
        out = F.avg_pool2d(out, out.size()[3])
        out = out.view(out.size(0), -1)
        return self.linear(out)


def resnet20():
    return ResNet(BasicBlock, [3, 3, 3])


def resnet_n(n=18):
    return ResNet(BasicBlock, [n] * 3, width=8)


def projected(classes):
    net = ResNet(ProjectedBlock, [1, 1, 1], width=8)
    net.linear = nn.Linear(net.linear.in_features, classes)   # a new head for another task
    return net


def describe(net):
    import numpy as np
    weights = filter(lambda p: p.requires_grad, net.parameters())
    print("parameters:", sum(np.prod(p.data.numpy().shape) for p in weights))


if __name__ == "__main__":
    for name in __all__:
        if name.startswith('resnet'):
            describe(globals()[name]())
