# check: ShuffleV1(groups=2) @ 3x32x32
# check: ShuffleV1(groups=3, plan=((48, 2), (96, 1))) @ 3x32x32
# check: ShuffleV2(0.5) @ 3x32x32
# check: ShuffleV2(net_size=1) @ 3x32x32
import torch
import torch.nn as nn
import torch.nn.functional as F


class ShuffleBlock(nn.Module):
    def __init__(self, groups=2):
        super(ShuffleBlock, self).__init__()
        self.groups = groups

    def forward(self, x):
        N, C, H, W = x.size()
        g = self.groups
        return x.view(N, g, C // g, H, W).permute(0, 2, 1, 3, 4).reshape(N, C, H, W)


def channel_shuffle(x, groups: int):
    b, c, h, w = x.shape
    per = c // groups
    x = x.view(b, groups, per, h, w)
    x = torch.transpose(x, 1, 2).contiguous()
    return x.view(b, -1, h, w)


class UnitV1(nn.Module):
    def __init__(self, ins, outs, stride, groups):
        super().__init__()
        self.stride = stride
        mid = outs // 4
        first_groups = 1 if ins == 24 else groups
        if stride == 2:
            outs = outs - ins
        self.conv1 = nn.Conv2d(ins, mid, 1, groups=first_groups, bias=False)
        self.bn1 = nn.BatchNorm2d(mid)
        self.shuffle = ShuffleBlock(groups=first_groups)
        self.conv2 = nn.Conv2d(mid, mid, 3, stride=stride, padding=1, groups=mid, bias=False)
        self.bn2 = nn.BatchNorm2d(mid)
        self.conv3 = nn.Conv2d(mid, outs, 1, groups=groups, bias=False)
        self.bn3 = nn.BatchNorm2d(outs)
        self.skip = nn.Sequential() if stride == 1 else nn.Sequential(nn.AvgPool2d(3, stride=2, padding=1))

    def forward(self, x):
        out = self.shuffle(F.relu(self.bn1(self.conv1(x))))
        out = self.bn3(self.conv3(self.bn2(self.conv2(out))))
        res = self.skip(x)
        return F.relu(torch.cat([out, res], 1)) if self.stride == 2 else F.relu(out + res)


class ShuffleV1(nn.Module):
    def __init__(self, groups=2, plan=((48, 2), (96, 2)), classes=10):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 24, 1, bias=False), nn.BatchNorm2d(24), nn.ReLU())
        ins = 24
        for number, (outs, repeat) in enumerate(plan, 1):
            units = []
            for i in range(repeat):
                units.append(UnitV1(ins, outs, stride=2 if i == 0 else 1, groups=groups))
                ins = outs
            self.__setattr__('stage{}'.format(number), nn.Sequential(*units))
        self.count = len(plan)
        self.fc = nn.Linear(ins, classes)

    def forward(self, x):
        x = self.stem(x)
        for number in range(1, self.count + 1):
            x = self.__getattr__('stage{}'.format(number))(x)
        x = F.adaptive_avg_pool2d(x, 1)
        return self.fc(x.flatten(1))


class SplitBlock(nn.Module):
    def __init__(self, ratio):
        super(SplitBlock, self).__init__()
        self.ratio = ratio

    def forward(self, x):
        c = int(x.size(1) * self.ratio)
        return x[:, :c, :, :], x[:, c:, :, :]


class UnitV2(nn.Module):
    def __init__(self, c, ratio=0.5):
        super().__init__()
        self.split = SplitBlock(ratio)
        inner = int(c * ratio)
        self.right = self.branch(inner, inner, 1)

    @staticmethod
    def branch(ins, outs, stride):
        return nn.Sequential(
            nn.Conv2d(ins, outs, 1, bias=False), nn.BatchNorm2d(outs), nn.ReLU(inplace=True),
            nn.Conv2d(outs, outs, 3, stride, 1, groups=outs, bias=False), nn.BatchNorm2d(outs),
            nn.Conv2d(outs, outs, 1, bias=False), nn.BatchNorm2d(outs), nn.ReLU(inplace=True))

    def forward(self, x):
        left, right = self.split(x)
        return channel_shuffle(torch.cat((left, self.right(right)), dim=1), 2)


class DownV2(nn.Module):
    def __init__(self, ins, outs):
        super().__init__()
        mid = outs // 2
        self.left = nn.Sequential(
            nn.Conv2d(ins, ins, 3, stride=2, padding=1, groups=ins, bias=False), nn.BatchNorm2d(ins),
            nn.Conv2d(ins, mid, 1, bias=False), nn.BatchNorm2d(mid), nn.ReLU(inplace=True))
        self.right = nn.Sequential(
            nn.Conv2d(ins, mid, 1, bias=False), nn.BatchNorm2d(mid), nn.ReLU(inplace=True),
            nn.Conv2d(mid, mid, 3, stride=2, padding=1, groups=mid, bias=False), nn.BatchNorm2d(mid),
            nn.Conv2d(mid, mid, 1, bias=False), nn.BatchNorm2d(mid), nn.ReLU(inplace=True))

    def forward(self, x):
        return channel_shuffle(torch.cat((self.left(x), self.right(x)), 1), groups=2)


configs = {
    0.5: {'out_channels': (12, 24, 48), 'num_blocks': (1, 2)},
    1: {'out_channels': (16, 32, 64), 'num_blocks': (2, 1)},
}


class ShuffleV2(nn.Module):
    def __init__(self, net_size):
        super().__init__()
        channels = configs[net_size]['out_channels']
        blocks = configs[net_size]['num_blocks']
        self.conv1 = nn.Conv2d(3, 12, kernel_size=3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(12)
        self.ins = 12
        self.layer1 = self._make_layer(channels[0], blocks[0])
        self.layer2 = self._make_layer(channels[1], blocks[1])
        self.conv2 = nn.Conv2d(channels[1], channels[-1], 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels[-1])
        self.linear = nn.Linear(channels[-1], 10)

    def _make_layer(self, outs, n):
        layers = [DownV2(self.ins, outs)]
        for i in range(n):
            layers.append(UnitV2(outs))
            self.ins = outs
        return nn.Sequential(*layers)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.layer2(self.layer1(x))
        x = F.relu(self.bn2(self.conv2(x)))
        x = F.avg_pool2d(x, x.size()[2:])
        return self.linear(x.view(x.size(0), -1))
