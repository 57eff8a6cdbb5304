# check: C3D(num_classes=5) @ 3x8x32x32
# check: R2Plus1D((1, 1), classes=4) @ 3x8x32x32
# check: UNet3D(1, 2) @ 1x16x16x16
# check: VoxNet() @ 1x32x32x32
# check: SlowFastLike() @ 3x16x32x32
# check: PointNetCls(k=4) @ 3x64
# check: PointNetCls(k=4, feature_transform=True) @ 3x64
# check: STNNet @ 1x28x28
# check: NonLocalNet() @ 3x24x24
# check: NonLocalNet(mode='dot', sub_sample=False) @ 3x24x24
# check: Highway3() @ 1x28x28
# check: CapsLike @ 1x28x28
# check: MaxoutNet(pieces=3) @ 1x28x28
# check: CoordNet() @ 2x20x30
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.modules.utils import _triple
import math


class C3D(nn.Module):
    def __init__(self, num_classes, pretrained=False):
        super(C3D, self).__init__()
        self.conv1 = nn.Conv3d(3, 8, kernel_size=(3, 3, 3), padding=(1, 1, 1))
        self.pool1 = nn.MaxPool3d(kernel_size=(1, 2, 2), stride=(1, 2, 2))
        self.conv2 = nn.Conv3d(8, 12, kernel_size=(3, 3, 3), padding=(1, 1, 1))
        self.pool2 = nn.MaxPool3d(kernel_size=(2, 2, 2), stride=(2, 2, 2), padding=(0, 1, 1))
        self.fc6 = nn.Linear(12 * 4 * 9 * 9, 16)
        self.fc7 = nn.Linear(16, num_classes)
        self.dropout = nn.Dropout(p=0.5)
        self.relu = nn.ReLU()
        self.__init_weight()
        if pretrained:
            self.__load_pretrained_weights()

    def forward(self, x):
        x = self.pool1(self.relu(self.conv1(x)))
        x = self.pool2(self.relu(self.conv2(x)))
        x = x.view(-1, 12 * 4 * 9 * 9)
        x = self.dropout(self.relu(self.fc6(x)))
        return self.fc7(x)

    def __load_pretrained_weights(self):
        self.load_state_dict(torch.load('c3d.pth'))

    def __init_weight(self):
        for m in self.modules():
            if isinstance(m, nn.Conv3d):
                torch.nn.init.kaiming_normal_(m.weight)


class SpatioTemporalConv(nn.Module):
    def __init__(self, i, o, kernel_size, stride=1, padding=0):
        super().__init__()
        kernel_size, stride, padding = _triple(kernel_size), _triple(stride), _triple(padding)
        k = kernel_size
        mid = int(math.floor((k[0] * k[1] * k[2] * i * o) / (k[1] * k[2] * i + k[0] * o)))
        self.spatial = nn.Conv3d(i, mid, [1, k[1], k[2]], stride=[1, stride[1], stride[2]], padding=[0, padding[1], padding[2]])
        self.bn = nn.BatchNorm3d(mid)
        self.temporal = nn.Conv3d(mid, o, [k[0], 1, 1], stride=[stride[0], 1, 1], padding=[padding[0], 0, 0])

    def forward(self, x):
        return self.temporal(F.relu(self.bn(self.spatial(x))))


class R2Plus1D(nn.Module):
    def __init__(self, sizes, classes):
        super().__init__()
        self.stem = SpatioTemporalConv(3, 4, (3, 7, 7), stride=(1, 2, 2), padding=(1, 3, 3))
        body = []
        for n, size in enumerate(sizes):
            for _ in range(size):
                body.append(SpatioTemporalConv(4, 4, 3, padding=1))
        self.body = nn.Sequential(*body)
        self.pool = nn.AdaptiveAvgPool3d(1)
        self.linear = nn.Linear(4, classes)

    def forward(self, x):
        x = self.pool(self.body(self.stem(x)))
        return self.linear(x.view(-1, 4))


class UNet3D(nn.Module):
    def __init__(self, i, o, f=4):
        super().__init__()
        self.encoder1 = UNet3D._block(i, f, name="enc1")
        self.pool1 = nn.MaxPool3d(kernel_size=2, stride=2)
        self.bottleneck = UNet3D._block(f, f * 2, name="bottleneck")
        self.upconv1 = nn.ConvTranspose3d(f * 2, f, kernel_size=2, stride=2)
        self.decoder1 = UNet3D._block(f * 2, f, name="dec1")
        self.conv = nn.Conv3d(in_channels=f, out_channels=o, kernel_size=1)

    def forward(self, x):
        enc1 = self.encoder1(x)
        bottleneck = self.bottleneck(self.pool1(enc1))
        dec1 = torch.cat((self.upconv1(bottleneck), enc1), dim=1)
        return torch.sigmoid(self.conv(self.decoder1(dec1)))

    @staticmethod
    def _block(i, f, name):
        from collections import OrderedDict
        return nn.Sequential(OrderedDict([
            (name + "conv1", nn.Conv3d(i, f, 3, padding=1, bias=False)), (name + "norm1", nn.InstanceNorm3d(f)),
            (name + "relu1", nn.LeakyReLU(inplace=True))]))


class VoxNet(nn.Module):
    def __init__(self, n_classes=10, input_shape=(32, 32, 32)):
        super(VoxNet, self).__init__()
        self.body = nn.Sequential()
        self.body.add_module('conv1', nn.Conv3d(1, 8, 5, stride=2))
        self.body.add_module('lrelu1', nn.LeakyReLU())
        self.body.add_module('conv2', nn.Conv3d(8, 8, 3))
        self.body.add_module('pool2', nn.MaxPool3d(2))
        x = self.body(torch.autograd.Variable(torch.rand((1, 1) + input_shape)))
        first_fc_in_features = 1
        for n in x.size()[1:]:
            first_fc_in_features *= n
        self.head = nn.Sequential(nn.Linear(first_fc_in_features, 16), nn.ReLU(), nn.Linear(16, n_classes))

    def forward(self, x):
        x = self.body(x)
        x = x.view(x.size(0), -1)
        return self.head(x)


class SlowFastLike(nn.Module):
    def __init__(self, alpha=4):
        super().__init__()
        self.alpha = alpha
        self.slow = nn.Conv3d(3, 8, (1, 7, 7), (1, 4, 4), (0, 3, 3))
        self.fast = nn.Conv3d(3, 2, (5, 7, 7), (1, 4, 4), (2, 3, 3))
        self.lateral = nn.Conv3d(2, 4, (5, 1, 1), (alpha, 1, 1), (2, 0, 0), bias=False)
        self.head = nn.Linear(14, 3)

    def forward(self, x):
        s, f = self.slow(x[:, :, ::self.alpha]), self.fast(x)
        s = torch.cat([s, self.lateral(f)], 1)
        s, f = (t.mean((2, 3, 4)) for t in (s, f))
        return self.head(torch.cat([s, f], 1))


class STNkd(nn.Module):
    def __init__(self, k=3):
        super(STNkd, self).__init__()
        self.conv1 = torch.nn.Conv1d(k, 8, 1)
        self.conv2 = torch.nn.Conv1d(8, 16, 1)
        self.fc1 = nn.Linear(16, k*k)
        self.k = k

    def forward(self, x):
        batchsize = x.size()[0]
        x = F.relu(self.conv2(F.relu(self.conv1(x))))
        x = torch.max(x, 2, keepdim=True)[0]
        x = x.view(-1, 16)
        iden = torch.from_numpy(np.eye(self.k).flatten().astype(np.float32)).view(1, self.k*self.k).repeat(batchsize, 1)
        if x.is_cuda:
            iden = iden.cuda()
        x = self.fc1(x) + iden
        x = x.view(-1, self.k, self.k)
        return x


class PointNetCls(nn.Module):
    def __init__(self, k=2, feature_transform=False):
        super().__init__()
        self.feature_transform = feature_transform
        self.stn = STNkd(k=3)
        self.conv1, self.conv2 = nn.Conv1d(3, 8, 1), nn.Conv1d(8, 16, 1)
        self.bn1, self.bn2 = nn.BatchNorm1d(8), nn.BatchNorm1d(16)
        if self.feature_transform:
            self.fstn = STNkd(k=8)
        self.fc = nn.Linear(16, k)

    def forward(self, x):
        n_pts = x.size()[2]
        trans = self.stn(x)
        x = x.transpose(2, 1)
        x = torch.bmm(x, trans)
        x = x.transpose(2, 1)
        x = F.relu(self.bn1(self.conv1(x)))
        if self.feature_transform:
            trans_feat = self.fstn(x)
            x = torch.bmm(x.transpose(2, 1), trans_feat).transpose(2, 1)
        else:
            trans_feat = None
        x = self.bn2(self.conv2(x))
        x = torch.max(x, 2, keepdim=True)[0].view(-1, 16)
        return F.log_softmax(self.fc(x), dim=1), trans, trans_feat


class STNNet(nn.Module):
    def __init__(self):
        super(STNNet, self).__init__()
        self.conv1 = nn.Conv2d(1, 6, kernel_size=5)
        self.fc1 = nn.Linear(6 * 12 * 12, 10)
        self.localization = nn.Sequential(
            nn.Conv2d(1, 4, kernel_size=7), nn.MaxPool2d(2, stride=2), nn.ReLU(True),
            nn.Conv2d(4, 5, kernel_size=5), nn.MaxPool2d(2, stride=2), nn.ReLU(True))
        self.fc_loc = nn.Sequential(nn.Linear(5 * 3 * 3, 8), nn.ReLU(True), nn.Linear(8, 3 * 2))
        self.fc_loc[2].weight.data.zero_()
        self.fc_loc[2].bias.data.copy_(torch.tensor([1, 0, 0, 0, 1, 0], dtype=torch.float))

    def stn(self, x):
        xs = self.localization(x)
        xs = xs.view(-1, 5 * 3 * 3)
        theta = self.fc_loc(xs).view(-1, 2, 3)
        grid = F.affine_grid(theta, x.size(), align_corners=False)
        return F.grid_sample(x, grid, align_corners=False)

    def forward(self, x):
        x = self.stn(x)
        x = F.relu(F.max_pool2d(self.conv1(x), 2))
        return F.log_softmax(self.fc1(x.view(-1, 6 * 12 * 12)), dim=1)


class NonLocal(nn.Module):
    def __init__(self, c, inter=None, mode='gaussian', dimension=2, sub_sample=True):
        super().__init__()
        assert dimension in [1, 2, 3]
        self.c, self.mode = c, mode
        self.inter = inter
        if self.inter is None:
            self.inter = c // 2
            if self.inter == 0:
                self.inter = 1
        conv_nd = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}[dimension]
        self.g = conv_nd(c, self.inter, 1)
        self.theta, self.phi = conv_nd(c, self.inter, 1), conv_nd(c, self.inter, 1)
        self.W = nn.Sequential(conv_nd(self.inter, c, 1), getattr(nn, f'BatchNorm{dimension}d')(c))
        nn.init.constant_(self.W[1].weight, 0)
        if sub_sample:
            self.g = nn.Sequential(self.g, nn.MaxPool2d(2))
            self.phi = nn.Sequential(self.phi, nn.MaxPool2d(2))

    def forward(self, x):
        b = x.size(0)
        g_x = self.g(x).view(b, self.inter, -1).permute(0, 2, 1)
        theta_x = self.theta(x).view(b, self.inter, -1).permute(0, 2, 1)
        phi_x = self.phi(x).view(b, self.inter, -1)
        f = torch.matmul(theta_x, phi_x)
        if self.mode == 'gaussian':
            f = F.softmax(f, dim=-1)
        else:
            f = f / f.size(-1)
        y = torch.matmul(f, g_x).permute(0, 2, 1).contiguous()
        y = y.view(b, self.inter, *x.size()[2:])
        return self.W(y) + x


class NonLocalNet(nn.Module):
    def __init__(self, **kw):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.ReLU(), NonLocal(8, **kw), nn.AdaptiveAvgPool2d(1))
        self.fc = nn.Linear(8, 2)

    def forward(self, x):
        return self.fc(self.features(x).view(x.size(0), -1))


class Highway(nn.Module):
    def __init__(self, size, layers, f=torch.relu):
        super(Highway, self).__init__()
        self.num_layers = layers
        self.nonlinear = nn.ModuleList([nn.Linear(size, size) for _ in range(layers)])
        self.linear = nn.ModuleList([nn.Linear(size, size) for _ in range(layers)])
        self.gate = nn.ModuleList([nn.Linear(size, size) for _ in range(layers)])
        self.f = f

    def forward(self, x):
        for layer in range(self.num_layers):
            gate = torch.sigmoid(self.gate[layer](x))
            nonlinear = self.f(self.nonlinear[layer](x))
            linear = self.linear[layer](x)
            x = gate * nonlinear + (1 - gate) * linear
        return x


class Highway3(nn.Module):
    def __init__(self):
        super().__init__()
        self.inp, self.highway, self.out = nn.Linear(784, 16), Highway(16, 3), nn.Linear(16, 10)

    def forward(self, x):
        return self.out(self.highway(torch.tanh(self.inp(x.view(-1, 784)))))


def squash(s, dim=-1):
    norm = torch.norm(s, dim=dim, keepdim=True)
    return (norm**2 / (1 + norm**2)) * (s / (norm + 1e-8))


class CapsLike(nn.Module):
    def __init__(self, caps=4, dim=4, classes=5, out=6, routings=3):
        super().__init__()
        self.routings = routings
        self.conv = nn.Conv2d(1, 8, 9)
        self.primary = nn.ModuleList([nn.Conv2d(8, caps, 9, stride=4) for _ in range(dim)])
        self.n = caps * 3 * 3
        self.W = nn.Parameter(0.01 * torch.randn(1, classes, self.n, out, dim))

    def forward(self, x):
        x = F.relu(self.conv(x))
        u = [p(x).view(x.size(0), self.n) for p in self.primary]
        u = squash(torch.stack(u, dim=-1))
        u_hat = torch.matmul(self.W, u[:, None, :, :, None]).squeeze(-1)
        b = torch.zeros(*u_hat.size()[:3], 1)
        for r in range(self.routings):
            c = F.softmax(b, dim=1)
            v = squash((c * u_hat).sum(dim=2, keepdim=True))
            if r < self.routings - 1:
                b = b + (u_hat * v).sum(dim=-1, keepdim=True)
        return v.squeeze(2).norm(dim=-1)


class Maxout(nn.Module):
    def __init__(self, d_in, d_out, pool_size):
        super().__init__()
        self.d_in, self.d_out, self.pool_size = d_in, d_out, pool_size
        self.lin = nn.Linear(d_in, d_out * pool_size)

    def forward(self, inputs):
        shape = list(inputs.size())
        shape[-1] = self.d_out
        shape.append(self.pool_size)
        max_dim = len(shape) - 1
        out = self.lin(inputs)
        m, i = out.view(*shape).max(max_dim)
        return m


class MaxoutNet(nn.Module):
    def __init__(self, pieces=2):
        super().__init__()
        self.convs = nn.ModuleList(nn.Conv2d(1, 6, 3) for _ in range(pieces))
        self.fc = Maxout(6 * 13 * 13, 10, pieces)

    def forward(self, x):
        maps = [conv(x) for conv in self.convs]
        y = maps[0]
        for m in maps[1:]:
            y = torch.max(y, m)
        return self.fc(F.max_pool2d(y, 2).flatten(1))


class AddCoords(nn.Module):
    def forward(self, t):
        b, _, h, w = t.size()
        xx = torch.arange(w, dtype=torch.float32).repeat(1, h, 1) / (w - 1) * 2 - 1
        yy = torch.arange(h, dtype=torch.float32).repeat(1, w, 1).transpose(1, 2) / (h - 1) * 2 - 1
        xx, yy = (c.repeat(b, 1, 1, 1) for c in (xx, yy))
        return torch.cat([t, xx.type_as(t), yy.type_as(t)], dim=1)


class CoordNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.add = AddCoords()
        self.conv = nn.Conv2d(4, 6, 3)

    def forward(self, x):
        return self.conv(self.add(x)).amax(dim=(2, 3))
