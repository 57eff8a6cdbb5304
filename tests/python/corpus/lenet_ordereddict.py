# check: TwoTowers @ 1x32x32
# check: TwoTowers(merge='sum') @ 1x32x32
from collections import OrderedDict

import torch
import torch.nn as nn


class Stage(nn.Module):
    def __init__(self, ins, outs, tag):
        super(Stage, self).__init__()
        self.body = nn.Sequential(OrderedDict([
            ('conv' + tag, nn.Conv2d(ins, outs, kernel_size=(5, 5))),
            ('relu' + tag, nn.ReLU()),
            ('pool' + tag, nn.MaxPool2d(kernel_size=(2, 2), stride=2)),
        ]))

    def forward(self, img):
        return self.body(img)


class Classifier(nn.Module):
    def __init__(self, features):
        super(Classifier, self).__init__()
        d = OrderedDict()
        d['hidden'] = nn.Linear(features, 40)
        d['act'] = nn.ReLU()
        d['logits'] = nn.Linear(40, 10)
        d['logp'] = nn.LogSoftmax(dim=-1)
        self.f = nn.Sequential(d)

    def forward(self, x):
        return self.f(x)


class TwoTowers(nn.Module):
    def __init__(self, merge='cat'):
        super(TwoTowers, self).__init__()
        if merge not in ('cat', 'sum'):
            raise ValueError('merge must be cat or sum, not %s' % merge)
        self.merge = merge
        self.first = Stage(1, 6, '1')
        self.left = Stage(6, 16, '2a')
        self.right = Stage(6, 16, '2b')
        self.head = Classifier(16 * 5 * 5 * (2 if merge == 'cat' else 1))

    def forward(self, img):
        x = self.first(img)
        out = self.left(x)
        other = self.right(x)
        if self.merge == 'cat':
            out = torch.cat([out, other], dim=1)
        else:
            out += other
        out = out.view(img.size(0), -1)
        return self.head(out)
