# check: 猫狗网络 @ 3x64x64
# check: ResNet_小() @ 3x32x32
# check: create_net('bn') @ 1x28x28
# check: create_net() @ 1x28x28
# -*- coding: utf-8 -*-
"""
深度学习课程：猫狗分类、残差网络、工厂函数
"""
import torch
from torch.nn import *
import torch.nn.functional as F
from torch import nn

通道 = [3, 8, 16, 32]   # 每层通道数


class 猫狗网络(Module):
    """输入 64x64，三次卷积 + 池化"""

    def __init__(self, 类别数=2):
        super().__init__()
        self.特征 = ModuleList()
        for 入, 出 in zip(通道[:-1], 通道[1:]):
            self.特征.append(Sequential(Conv2d(入, 出, 3, padding=1), BatchNorm2d(出), ReLU(inplace=True), MaxPool2d(2)))
        # 64 -> 32 -> 16 -> 8
        self.分类 = Linear(通道[-1] * 8 * 8, 类别数)

    def forward(self, x):
        for 层 in self.特征:
            x = 层(x)
        x = x.view(x.size(0), -1)   # 展平
        return self.分类(x)


class 残差块(nn.Module):
    def __init__(self, 入, 出, 步长=1):
        super(残差块, self).__init__()
        self.主路 = nn.Sequential(
            nn.Conv2d(入, 出, 3, 步长, 1), nn.BatchNorm2d(出), nn.ReLU(),
            nn.Conv2d(出, 出, 3, 1, 1), nn.BatchNorm2d(出))
        # 形状不同时用 1x1 卷积
        self.捷径 = nn.Sequential() if 步长 == 1 and 入 == 出 else nn.Conv2d(入, 出, 1, 步长)

    def forward(self, x):
        return F.relu(self.主路(x) + self.捷径(x))


class ResNet_小(nn.Module):
    def __init__(self):
        super(ResNet_小, self).__init__()
        self.块 = nn.Sequential(残差块(3, 8), 残差块(8, 16, 步长=2), 残差块(16, 16))
        self.fc = nn.Linear(16, 10)

    def forward(self, x):
        return self.fc(F.adaptive_avg_pool2d(self.块(x), 1).view(x.size(0), -1))


def create_net(norm=None):
    # 顺序容器，按需加归一化
    net = nn.Sequential()
    net.add_module('conv', nn.Conv2d(1, 4, 5))
    if norm == 'bn': net.add_module('bn', nn.BatchNorm2d(4))
    net.add_module('act', nn.ReLU())
    net.add_module('flat', nn.Flatten(1, -1))
    net.add_module('fc', nn.Linear(4 * 24 * 24, 10))
    return net


# 测试
if __name__ == '__main__':
    x = torch.rand(2, 3, 64, 64)
    print(猫狗网络()(x).shape)
