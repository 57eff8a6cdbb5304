# -*- coding: utf-8 -*-
# check: Net @ 3x32x32
# check: XiaoCNN @ 1x28x28
# 课堂作业：CIFAR10 与手写数字
import time
import numpy as np
import matplotlib.pyplot as plt
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.autograd import Variable

# 超参数
EPOCHS, BATCH_SIZE, LR = 2, 32, 1e-3
xiazai = False  # 是否下载数据

torch.manual_seed(7)


class Net(nn.Module):
    """输入 3x32x32 的彩色图片"""

    def __init__(self):
        super(Net, self).__init__()
        self.juanji1 = nn.Conv2d(3, 6, 5)     # 卷积：32 -> 28
        self.chihua = nn.MaxPool2d(2, 2)      # 池化：减半，两处共用
        self.juanji2 = nn.Conv2d(6, 16, 5)    # 卷积：14 -> 10
        self.quan1 = nn.Linear(16 * 5 * 5, 60)  # 全连接
        self.quan2 = nn.Linear(60, 10)

    def forward(self, x):
        x = self.chihua(F.relu(self.juanji1(x)))
        x = self.chihua(F.relu(self.juanji2(x)))
        x = x.view(-1, 16 * 5 * 5)  # 拉平
        x = F.relu(self.quan1(x))
        return self.quan2(x)


class XiaoCNN(nn.Module):
    def __init__(self):
        super(XiaoCNN, self).__init__()
        self.层1 = nn.Sequential(
            nn.Conv2d(
                in_channels=1,    # 灰度图
                out_channels=12,  # 十二个核
                kernel_size=5,
                stride=1,
                padding=2,        # 大小不变
            ),
            nn.ReLU(),
            nn.MaxPool2d(kernel_size=2),
        )
        self.层2 = nn.Sequential(nn.Conv2d(12, 24, 5, 1, 2), nn.ReLU(), nn.MaxPool2d(2))
        self.输出 = nn.Linear(24 * 7 * 7, 10)

    def forward(self, x):
        x = self.层2(self.层1(x))
        x = x.view(x.size(0), -1)
        return self.输出(x)


def xunlian(model, loader):
    opt = torch.optim.Adam(model.parameters(), lr=LR)
    losses = []
    for e in range(EPOCHS):
        for b, (tu, biaoqian) in enumerate(loader):
            loss = F.cross_entropy(model(Variable(tu)), Variable(biaoqian))
            opt.zero_grad()
            loss.backward()
            opt.step()
            losses.append(float(loss))
    plt.plot(np.arange(len(losses)), losses)
    plt.title(u'损失')


if __name__ == '__main__':
    cnn = XiaoCNN()
    print(cnn)  # 看看网络结构
    t0 = time.time()
