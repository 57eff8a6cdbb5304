# check: FPN() @ 3x64x64
# check: SSD(num_classes=3) @ 3x64x64
# check: YoloV1(split_size=4, num_boxes=2, num_classes=3) @ 3x64x64
# check: darknet() @ 3x64x64
# check: CenterNetLike(heads={'hm': 2, 'wh': 2, 'reg': 2}) @ 3x64x64
# check: RetinaHead(8, 9, classes=2) @ 8x16x16
import math
import re
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F


class FPN(nn.Module):
    def __init__(self, widths=(8, 16, 32), out=12):
        super(FPN, self).__init__()
        self.conv1 = nn.Conv2d(3, 8, kernel_size=7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(8)
        c = 8
        for n, w in enumerate(widths, start=2):
            self.add_module(f'stage{n}', nn.Sequential(nn.Conv2d(c, w, 3, stride=2, padding=1), nn.ReLU()))
            c = w
        self.toplayer = nn.Conv2d(c, out, kernel_size=1)
        self.latlayers = nn.ModuleList([nn.Conv2d(w, out, 1) for w in widths[-2::-1]])
        self.smooth = nn.ModuleList(nn.Conv2d(out, out, 3, 1, 1) for _ in widths[1:])

    def _upsample_add(self, x, y):
        '''Upsample and add two feature maps; their sizes may not be multiples.'''
        _,_,H,W = y.size()
        return F.interpolate(x, size=(H,W), mode='bilinear') + y

    def forward(self, x):
        # Bottom-up
        c1 = F.relu(self.bn1(self.conv1(x)))
        c1 = F.max_pool2d(c1, kernel_size=3, stride=2, padding=1)
        c2 = self.stage2(c1)
        c3 = self.stage3(c2)
        c4 = self.stage4(c3)
        # Top-down
        p4 = self.toplayer(c4)
        p3 = self._upsample_add(p4, self.latlayers[0](c3))
        p2 = self._upsample_add(p3, self.latlayers[1](c2))
        p3, p2 = [s(p) for s, p in zip(self.smooth, (p3, p2))]
        return p2, p3, p4


class L2Norm(nn.Module):
    def __init__(self, n_channels, scale):
        super(L2Norm,self).__init__()
        self.n_channels = n_channels
        self.gamma = scale or None
        self.eps = 1e-10
        self.weight = nn.Parameter(torch.Tensor(self.n_channels))
        self.reset_parameters()

    def reset_parameters(self):
        nn.init.constant_(self.weight,self.gamma)

    def forward(self, x):
        norm = x.pow(2).sum(dim=1, keepdim=True).sqrt()+self.eps
        x = torch.div(x,norm)
        return self.weight.unsqueeze(0).unsqueeze(2).unsqueeze(3).expand_as(x) * x


class SSD(nn.Module):
    num_anchors = (4, 6, 4)

    def __init__(self, num_classes):
        super().__init__()
        self.num_classes = num_classes
        self.base = nn.ModuleList([nn.Conv2d(3, 8, 3, 2, 1), nn.ReLU(), nn.Conv2d(8, 16, 3, 2, 1), nn.ReLU()])
        self.extras = nn.ModuleList([nn.Conv2d(16, 16, 3, 2, 1), nn.Conv2d(16, 24, 3, 2, 1)])
        self.norm = L2Norm(16, 20)
        channels = [16, 16, 24]
        self.loc, self.conf = nn.ModuleList(), nn.ModuleList()
        for c, a in zip(channels, self.num_anchors):
            self.loc += [nn.Conv2d(c, a * 4, kernel_size=3, padding=1)]
            self.conf += [nn.Conv2d(c, a * num_classes, kernel_size=3, padding=1)]

    def forward(self, x):
        sources, loc, conf = list(), list(), list()
        for k in range(len(self.base)):
            x = self.base[k](x)
        sources.append(self.norm(x))
        for v in self.extras:
            x = F.relu(v(x), inplace=True)
            sources.append(x)
        for (x, l, c) in zip(sources, self.loc, self.conf):
            loc.append(l(x).permute(0, 2, 3, 1).contiguous())
            conf.append(c(x).permute(0, 2, 3, 1).contiguous())
        loc = torch.cat([o.view(o.size(0), -1) for o in loc], 1)
        conf = torch.cat([o.view(o.size(0), -1) for o in conf], 1)
        return {"boxes": loc.view(loc.size(0), -1, 4), "scores": F.softmax(conf.view(conf.size(0), -1, self.num_classes), dim=-1)}


architecture_config = [
    # (kernel, filters, stride, padding); "M": pool; [conv, conv, repeats]
    (7, 8, 2, 3),
    "M",
    (3, 12, 1, 1),
    [(1, 8, 1, 0), (3, 16, 1, 1), 2],
    "M",
    (3, 16, 2, 1),
]


class CNNBlock(nn.Module):
    def __init__(self, in_channels, out_channels, **kwargs):
        super(CNNBlock, self).__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, bias=False, **kwargs)
        self.batchnorm = nn.BatchNorm2d(out_channels)
        self.leakyrelu = nn.LeakyReLU(0.1)

    def forward(self, x):
        return self.leakyrelu(self.batchnorm(self.conv(x)))


class YoloV1(nn.Module):
    def __init__(self, in_channels=3, **kwargs):
        super(YoloV1, self).__init__()
        self.in_channels = in_channels
        self.darknet = self._create_conv_layers(architecture_config)
        self.fcs = self._create_fcs(**kwargs)

    def forward(self, x):
        x = self.darknet(x)
        return self.fcs(torch.flatten(x, start_dim=1))

    def _create_conv_layers(self, architecture):
        layers = []
        c = self.in_channels
        for x in architecture:
            if type(x) == tuple:
                layers += [CNNBlock(c, x[1], kernel_size=x[0], stride=x[2], padding=x[3])]
                c = x[1]
            elif type(x) == str:
                layers += [nn.MaxPool2d(kernel_size=(2, 2), stride=(2, 2))]
            elif type(x) == list:
                *convs, repeats = x
                for _ in range(repeats):
                    for k, f, s, p in convs:
                        layers += [CNNBlock(c, f, kernel_size=k, stride=s, padding=p)]
                        c = f
        return nn.Sequential(*layers)

    def _create_fcs(self, split_size, num_boxes, num_classes):
        S, B, C = split_size, num_boxes, num_classes
        return nn.Sequential(
            nn.Flatten(), nn.Linear(16 * S * S, 32), nn.Dropout(0.0), nn.LeakyReLU(0.1),
            nn.Linear(32, S * S * (C + B * 5)))


CFG = """
[net]
channels=3
height = 64

# stem
[convolutional]
batch_normalize=1
filters=8
size=3
stride=1
activation=leaky

[maxpool]
size=2
stride=2

[convolutional]
batch_normalize=1
filters=16
size=3
stride=2
activation=leaky

[convolutional]
batch_normalize=1
filters=16
size=1
activation=leaky

[shortcut]
from=-2

[route]
layers=-1, 1

[upsample]
stride=2

[convolutional]
filters=18
size=1
activation=linear
"""


def parse_cfg(text):
    blocks = []
    lines = [line.strip() for line in text.split('\n')]
    lines = [x for x in lines if len(x) > 0 and x[0] != '#']
    for line in lines:
        if line.startswith('['):
            blocks.append({'type': line[1:-1].rstrip()})
        else:
            key, value = line.split('=')
            blocks[-1][key.strip()] = value.strip()
    return blocks


class EmptyLayer(nn.Module):
    def __init__(self):
        super().__init__()


class Darknet(nn.Module):
    def __init__(self, text):
        super().__init__()
        self.blocks = parse_cfg(text)
        self.net_info = self.blocks.pop(0)
        self.module_list = nn.ModuleList()
        filters = [int(self.net_info['channels'])]
        for index, block in enumerate(self.blocks):
            module = nn.Sequential()
            kind = block['type']
            out = filters[-1]
            if kind == 'convolutional':
                bn = int(block.get('batch_normalize', 0))
                out = int(block['filters'])
                k, s = int(block['size']), int(block.get('stride', '1'))
                module.add_module('conv_{0}'.format(index), nn.Conv2d(filters[-1], out, k, s, (k - 1) // 2, bias=not bn))
                if bn:
                    module.add_module('batch_norm_{0}'.format(index), nn.BatchNorm2d(out))
                if block['activation'] == 'leaky':
                    module.add_module('leaky_{0}'.format(index), nn.LeakyReLU(0.1, inplace=True))
            elif kind == 'maxpool':
                module.add_module(f'pool_{index}', nn.MaxPool2d(int(block['size']), int(block['stride'])))
            elif kind == 'upsample':
                module.add_module(f'up_{index}', nn.Upsample(scale_factor=int(block['stride']), mode='nearest'))
            elif kind == 'route':
                froms = [int(n) for n in block['layers'].split(',')]
                froms = [n if n >= 0 else index + n for n in froms]
                block['layers'] = froms
                out = sum(filters[n + 1] for n in froms)
                module.add_module('route_%d' % index, EmptyLayer())
            elif kind == 'shortcut':
                module.add_module('shortcut_%d' % index, EmptyLayer())
            self.module_list.append(module)
            filters.append(out)

    def forward(self, x):
        outputs = {}
        for i, (block, module) in enumerate(zip(self.blocks, self.module_list)):
            kind = block['type']
            if kind in ('convolutional', 'upsample', 'maxpool'):
                x = module(x)
            elif kind == 'route':
                maps = [outputs[n] for n in block['layers']]
                small = min(m.shape[2] for m in maps)
                maps = [F.max_pool2d(m, m.shape[2] // small) if m.shape[2] > small else m for m in maps]
                x = torch.cat(maps, 1)
            elif kind == 'shortcut':
                x = outputs[i - 1] + outputs[i + int(block['from'])]
            outputs[i] = x
        return x


def darknet():
    return Darknet(CFG)


class CenterNetLike(nn.Module):
    def __init__(self, heads, head_conv=8):
        super().__init__()
        self.heads = heads
        self.backbone = nn.Sequential(nn.Conv2d(3, 8, 7, 4, 3), nn.ReLU(inplace=True))
        for head in sorted(self.heads):
            num_output = self.heads[head]
            if head_conv > 0:
                fc = nn.Sequential(nn.Conv2d(8, head_conv, 3, padding=1, bias=True), nn.ReLU(inplace=True),
                                   nn.Conv2d(head_conv, num_output, 1))
                if 'hm' in head:
                    fc[-1].bias.data.fill_(-2.19)
            else:
                fc = nn.Conv2d(8, num_output, 1)
            self.__setattr__(head, fc)

    def forward(self, x):
        x = self.backbone(x)
        ret = {}
        for head in self.heads:
            ret[head] = self.__getattr__(head)(x)
        return [ret]


class RetinaHead(nn.Module):
    def __init__(self, ins, anchors=9, classes=80, prior=0.01):
        super().__init__()
        self.num_classes, self.num_anchors = classes, anchors
        for i in range(1, 3):
            name = f"conv{i}"
            self.register_module(name, nn.Conv2d(ins, ins, 3, padding=1))
        self.output = nn.Conv2d(ins, anchors * classes, kernel_size=3, padding=1)
        self.output.weight.data.fill_(0)
        self.output.bias.data.fill_(-math.log((1.0 - prior) / prior))
        self.act = nn.ReLU()

    def forward(self, x):
        out = self.act(self.conv2(self.act(self.conv1(x))))
        out = torch.sigmoid(self.output(out))
        out1 = out.permute(0, 2, 3, 1)
        batch_size, width, height, channels = out1.shape
        out2 = out1.view(batch_size, width, height, self.num_anchors, self.num_classes)
        return out2.contiguous().view(x.shape[0], -1, self.num_classes)
