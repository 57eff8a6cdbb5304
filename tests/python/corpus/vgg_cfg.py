# check: VGG('A') @ 3x32x32
# check: VGG("tiny", classes=100) @ 3x32x32
# check: vgg_b_bn() @ 3x32x32
# check: VGGPlain() @ 3x64x64
'''VGG from tables of widths, three builders.'''
import math
import torch
import torch.nn as nn

cfg = {
    'tiny': [8, 'M', 16, 'M', 32, 32, 'M', 64, 'M', 64, 'M'],
    'A': [16, 'M', 32, 'M', 48, 48, 'M', 64, 64, 'M', 64, 64, 'M'],
    'B': [16, 16, 'M', 32, 32, 'M', 48, 48, 'M', 64, 64, 'M', 64, 64, 'M'],
}


class VGG(nn.Module):
    def __init__(self, name, classes=10):
        super(VGG, self).__init__()
        self.features = self._make_layers(cfg[name])
        self.classifier = nn.Linear(cfg[name][-2], classes)

    def forward(self, x):
        y = self.features(x)
        y = y.view(y.size(0), -1)
        return self.classifier(y)

    def _make_layers(self, plan):
        seq = []
        width = 3
        for step in plan:
            if step == 'M':
                seq += [nn.MaxPool2d(kernel_size=2, stride=2)]
                continue
            seq += [nn.Conv2d(width, step, kernel_size=3, padding=1),
                    nn.BatchNorm2d(step),
                    nn.ReLU(inplace=True)]
            width = step
        return nn.Sequential(*seq)


def trunk(plan, batch_norm=False, width=3):
    seq = []
    for step in plan:
        if type(step) == int:
            conv = nn.Conv2d(width, step, 3, padding=1)
            if batch_norm:
                seq.extend((conv, nn.BatchNorm2d(step), nn.ReLU(True)))
            else:
                seq.extend([conv, nn.ReLU(True)])
            width = step
        elif isinstance(step, str) and step.upper().startswith('M'):
            seq.append(nn.MaxPool2d(2, 2))
        else:
            raise ValueError('what is %r?' % (step,))
    return nn.Sequential(*seq), width


class Classified(nn.Module):
    def __init__(self, features, channels, classes=10, hidden=32, init=True):
        super().__init__()
        self.features = features
        self.pool = nn.AdaptiveAvgPool2d((7, 7))
        sizes = [channels * 7 * 7, hidden, hidden]
        fc = []
        for i, o in zip(sizes, sizes[1:]):
            fc.extend([nn.Linear(i, o), nn.ReLU(True), nn.Dropout()])
        self.classifier = nn.Sequential(*fc, nn.Linear(hidden, classes))
        if init:
            for name, m in self.named_modules():
                if 'classifier' in name and isinstance(m, nn.Linear):
                    nn.init.normal_(m.weight, 0, 0.01)
                    nn.init.zeros_(m.bias)
                elif isinstance(m, nn.Conv2d):
                    nn.init.kaiming_normal_(m.weight, mode='fan_out', nonlinearity='relu')

    def forward(self, x):
        return self.classifier(torch.flatten(self.pool(self.features(x)), 1))


def vgg_b_bn(**kwargs):
    return Classified(*trunk(cfg['B'], batch_norm=True), **kwargs)


class VGGPlain(nn.Module):
    """closures inside the constructor, the side worked out with math.pow"""

    def __init__(self, size=64, widths=(8, 16, 32)):
        super().__init__()

        def conv_relu(i, o, **kw):
            kw.setdefault('padding', 1)
            return nn.Sequential(nn.Conv2d(i, o, 3, **kw), nn.ReLU())

        def stage(i, o, n=2):
            mods = [conv_relu(i, o)]
            mods += [conv_relu(o, o) for _ in range(n - 1)]
            return nn.Sequential(*mods, nn.MaxPool2d(2))

        self.stage1, self.stage2, self.stage3 = [
            stage(i, o, n) for (i, o), n in zip([(3, widths[0]), *zip(widths, widths[1:])], [1, 2, 2])]
        side = int(size / math.pow(2, len(widths)))
        self.fc = nn.Linear(widths[-1] * side * side, 10)

    def forward(self, x):
        n = x.shape[0]
        x = self.stage3(self.stage2(self.stage1(x)))
        return self.fc(x.reshape((n, -1)))
