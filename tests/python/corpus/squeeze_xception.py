# check: SqueezeNet(version='1_1', num_classes=10) @ 3x64x64
# check: SqueezeNet(version='1_0') @ 3x64x64
# check: SqueezeNet('bypass') @ 3x64x64
# check: Xception(num_classes=10) @ 3x64x64
import math
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.nn.init as init


class Fire(nn.Module):
    def __init__(self, inplanes, squeeze, expand1, expand3, bypass=False):
        super(Fire, self).__init__()
        self.inplanes = inplanes
        self.squeeze = nn.Conv2d(inplanes, squeeze, kernel_size=1)
        self.act = nn.ReLU(inplace=True)
        self.expand1 = nn.Conv2d(squeeze, expand1, kernel_size=1)
        self.expand3 = nn.Conv2d(squeeze, expand3, kernel_size=3, padding=1)
        self.bypass = bypass and inplanes == expand1 + expand3

    def forward(self, x):
        s = self.act(self.squeeze(x))
        y = torch.cat([
            self.act(self.expand1(s)),
            self.act(self.expand3(s))
        ], 1)
        return y + x if self.bypass else y


class SqueezeNet(nn.Module):
    def __init__(self, version='1_0', num_classes=10):
        super(SqueezeNet, self).__init__()
        self.num_classes = num_classes
        pool = lambda: nn.MaxPool2d(kernel_size=3, stride=2, ceil_mode=True)
        if version == '1_0' or version == 'bypass':
            by = version == 'bypass'
            self.features = nn.Sequential(
                nn.Conv2d(3, 24, kernel_size=7, stride=2), nn.ReLU(inplace=True), pool(),
                Fire(24, 4, 16, 16), Fire(32, 4, 16, 16, by), pool(),
                Fire(32, 8, 32, 32, by), Fire(64, 8, 32, 32, bypass=by),
            )
        elif version == '1_1':
            self.features = nn.Sequential(
                nn.Conv2d(3, 16, kernel_size=3, stride=2), nn.ReLU(inplace=True), pool(),
                Fire(16, 4, 16, 16), pool(), Fire(32, 8, 32, 32),
            )
        else:
            raise ValueError("Unsupported version {version}: 1_0, 1_1 or bypass".format(version=version))
        last = nn.Conv2d(64, self.num_classes, kernel_size=1)
        self.classifier = nn.Sequential(nn.Dropout(p=0.5), last, nn.ReLU(inplace=True), nn.AdaptiveAvgPool2d((1, 1)))
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                if m is last:
                    init.normal_(m.weight, mean=0.0, std=0.01)
                else:
                    init.kaiming_uniform_(m.weight)
                if m.bias is not None:
                    init.constant_(m.bias, 0)

    def forward(self, x):
        x = self.classifier(self.features(x))
        return x.view(x.size(0), self.num_classes)


class SepConv(nn.Module):
    def __init__(self,i,o,k=3,s=1,p=1,bias=False):
        super(SepConv,self).__init__()
        self.depth = nn.Conv2d(i,i,k,s,p,groups=i,bias=bias)
        self.point = nn.Conv2d(i,o,1,bias=bias)

    def forward(self,x):
        return self.point(self.depth(x))


class Module(nn.Module):
    """relu, separable convolution, norm; as often as `reps` says, then perhaps a pool"""

    def __init__(self, i, o, reps, stride=1, relu_first=True, widen='early'):
        super(Module, self).__init__()
        if stride!=1 or i != o:
            self.match = nn.Conv2d(i, o, 1, stride=stride, bias=False)
            self.match_bn = nn.BatchNorm2d(o)
        else:
            self.match=None
        widths = [o] * reps if widen == 'early' else [i] * (reps - 1) + [o]
        steps=[]
        for a, b in zip([i] + widths, widths):
            steps += self.unit(a, b)
        if relu_first:
            steps[0] = nn.ReLU(inplace=False)   # the input is needed again
        else:
            steps = steps[1:]
        if stride != 1:
            steps.append(nn.MaxPool2d(3,stride,1))
        self.steps = nn.Sequential(*steps)

    @classmethod
    def unit(cls, i, o):
        return [nn.ReLU(inplace=True), SepConv(i, o), nn.BatchNorm2d(o)]

    def forward(self, inp):
        y = self.steps(inp)
        if self.match is not None:
            inp = self.match_bn(self.match(inp))
        y+=inp
        return y


class Xception(nn.Module):
    def __init__(self, num_classes=1000):
        super(Xception, self).__init__()
        self.conv1 = nn.Conv2d(3, 8, 3,2, 0, bias=False)
        self.bn1 = nn.BatchNorm2d(8)
        self.entry1 = Module(8,16,2,2,relu_first=False)
        self.entry2 = Module(16,24,2,2)
        for i in range(3):
            setattr(self, 'middle' + str(i), Module(24,24,3))
        self.exit = Module(24,32,2,2,widen='late')
        self.last = SepConv(32,40)
        self.fc = nn.Linear(40, num_classes)

    def features(self, input):
        x = F.relu(self.bn1(self.conv1(input)))
        for name in ('entry1', 'entry2', 'middle0', 'middle1', 'middle2', 'exit'):
            x = self._modules[name](x)
        return self.last(x)

    def logits(self, features):
        x = F.adaptive_avg_pool2d(F.relu(features, inplace=True), (1, 1))
        x = x.view(x.size(0), -1)
        return self.fc(x)

    def forward(self, input):
        x = self.features(input)
        x = self.logits(x)
        return x
