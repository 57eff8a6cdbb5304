# check: UNet(3, 2) @ 3x64x64
# check: UNet(n_channels=1, n_classes=1, bilinear=False) @ 1x60x72
# check: UNetPop(features=[8, 16, 32]) @ 3x64x64
# check: UNetPlain @ 1x92x92
# check: AttentionUNet @ 3x32x32
# check: UNetDict(depth=3, wf=3, padding=True, up_mode='upsample') @ 1x64x64
# check: UNetDict(depth=2, wf=3) @ 1x60x60
""" U-Net in several hands """
import torch
import torch.nn as nn
import torch.nn.functional as F
from torchvision.transforms.functional import center_crop


class DoubleConv(nn.Module):
    """two 3x3 convolutions that keep the size"""

    def __init__(self, ins, outs, mid=None):
        super().__init__()
        if not mid:
            mid = outs
        self.double_conv = nn.Sequential(
            nn.Conv2d(ins, mid, kernel_size=3, padding=1, bias=False), nn.BatchNorm2d(mid), nn.ReLU(inplace=True),
            nn.Conv2d(mid, outs, kernel_size=3, padding=1, bias=False), nn.BatchNorm2d(outs), nn.ReLU(inplace=True))

    def forward(self, x):
        return self.double_conv(x)


class Down(nn.Module):
    def __init__(self, ins, outs):
        super().__init__()
        self.body = nn.Sequential(nn.MaxPool2d(2), DoubleConv(ins, outs))

    def forward(self, x):
        return self.body(x)


class Up(nn.Module):
    def __init__(self, ins, outs, bilinear=True):
        super().__init__()
        if bilinear:
            self.up = nn.Upsample(scale_factor=2, mode='bilinear', align_corners=True)
            self.conv = DoubleConv(ins, outs, ins // 2)
        else:
            self.up = nn.ConvTranspose2d(ins, ins // 2, kernel_size=2, stride=2)
            self.conv = DoubleConv(ins, outs)

    def forward(self, deep, skip):
        deep = self.up(deep)
        # the sizes may be one off
        dy = skip.size()[2] - deep.size()[2]
        dx = skip.size()[3] - deep.size()[3]
        deep = F.pad(deep, [dx // 2, dx - dx // 2, dy // 2, dy - dy // 2])
        return self.conv(torch.cat([skip, deep], dim=1))


class UNet(nn.Module):
    def __init__(self, n_channels, n_classes, bilinear=True):
        super(UNet, self).__init__()
        factor = 2 if bilinear else 1
        self.inc = DoubleConv(n_channels, 8)
        self.down1 = Down(8, 16)
        self.down2 = Down(16, 32)
        self.down3 = Down(32, 64 // factor)
        self.up1 = Up(64, 32 // factor, bilinear)
        self.up2 = Up(32, 16 // factor, bilinear)
        self.up3 = Up(16, 8, bilinear)
        self.outc = nn.Conv2d(8, n_classes, kernel_size=1)

    def forward(self, x):
        x1 = self.inc(x)
        x2 = self.down1(x1)
        x3 = self.down2(x2)
        x4 = self.down3(x3)
        x = self.up1(x4, x3)
        x = self.up2(x, x2)
        x = self.up3(x, x1)
        return self.outc(x)


class UNetPop(nn.Module):
    """skips are kept in a list and popped"""

    def __init__(self, in_channels=3, out_channels=1, features=[64, 128, 256, 512]):
        super(UNetPop, self).__init__()
        self.ups = nn.ModuleList()
        self.downs = nn.ModuleList()
        self.pool = nn.MaxPool2d(kernel_size=2, stride=2)

        for feature in features:  # down
            self.downs.append(DoubleConv(in_channels, feature))
            in_channels = feature

        for feature in reversed(features):  # and up again
            self.ups.append(nn.ConvTranspose2d(feature*2, feature, kernel_size=2, stride=2))
            self.ups.append(DoubleConv(feature*2, feature))

        self.bottleneck = DoubleConv(features[-1], features[-1]*2)
        self.final_conv = nn.Conv2d(features[0], out_channels, kernel_size=1)

    def forward(self, x):
        skips = []
        for down in self.downs:
            x = down(x)
            skips.append(x)
            x = self.pool(x)
        x = self.bottleneck(x)
        for idx in range(0, len(self.ups), 2):
            x = self.ups[idx](x)
            skip = skips.pop()
            if x.shape != skip.shape:
                x = F.interpolate(x, size=skip.shape[2:])
            x = self.ups[idx+1](torch.cat((skip, x), dim=1))
        return self.final_conv(x)


def crop_to(big, small):
    """centre crop by slicing"""
    top = (big.size(2) - small.size(2)) // 2
    left = (big.size(3) - small.size(3)) // 2
    return big[:, :, top:top + small.size(2), left:left + small.size(3)]


class UNetPlain(nn.Module):
    # no padding, as in the paper: the skips are cropped
    def __init__(self):
        super(UNetPlain, self).__init__()
        self.e1a = nn.Conv2d(1, 8, 3)
        self.e1b = nn.Conv2d(8, 8, 3)
        self.e2a = nn.Conv2d(8, 16, 3)
        self.e2b = nn.Conv2d(16, 16, 3)
        self.ba = nn.Conv2d(16, 32, 3)
        self.bb = nn.Conv2d(32, 32, 3)
        self.up2 = nn.ConvTranspose2d(32, 16, 2, 2)
        self.d2a = nn.Conv2d(32, 16, 3)
        self.d2b = nn.Conv2d(16, 16, 3)
        self.up1 = nn.ConvTranspose2d(16, 8, 2, 2)
        self.d1a = nn.Conv2d(16, 8, 3)
        self.d1b = nn.Conv2d(8, 8, 3)
        self.out = nn.Conv2d(8, 2, 1)

    def forward(self, x):
        e1 = F.relu(self.e1b(F.relu(self.e1a(x))))
        e2 = F.relu(self.e2b(F.relu(self.e2a(F.max_pool2d(e1, 2)))))
        b = F.relu(self.bb(F.relu(self.ba(F.max_pool2d(e2, 2)))))
        d2 = self.up2(b)
        d2 = torch.cat([crop_to(e2, d2), d2], 1)
        d2 = F.relu(self.d2b(F.relu(self.d2a(d2))))
        d1 = self.up1(d2)
        d1 = torch.cat([crop_to(e1, d1), d1], 1)
        d1 = F.relu(self.d1b(F.relu(self.d1a(d1))))
        return F.log_softmax(self.out(d1), dim=1)


class GateBlock(nn.Module):
    def __init__(self, F_g, F_l, F_int):
        super(GateBlock, self).__init__()
        self.W_g = nn.Sequential(nn.Conv2d(F_g, F_int, kernel_size=1,stride=1,padding=0,bias=True), nn.BatchNorm2d(F_int))
        self.W_x = nn.Sequential(nn.Conv2d(F_l, F_int, kernel_size=1,stride=1,padding=0,bias=True), nn.BatchNorm2d(F_int))
        self.psi = nn.Sequential(nn.Conv2d(F_int, 1, 1), nn.BatchNorm2d(1), nn.Sigmoid())
        self.relu = nn.ReLU(inplace=True)

    def forward(self,g,x):
        psi = self.psi(self.relu(self.W_g(g)+self.W_x(x)))
        return x*psi


class AttentionUNet(nn.Module):
    def __init__(self, img_ch=3, out_ch=1, width=8):
        super().__init__()
        c = [width * 2 ** n for n in range(3)]
        self.Maxpool = nn.MaxPool2d(2, 2)
        self.enc = nn.ModuleList([DoubleConv(i, o) for i, o in zip([img_ch] + c, c)])
        self.up = nn.ModuleList([nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2d(i, o, 3, 1, 1), nn.ReLU(True))
                                 for i, o in zip(c[:0:-1], c[-2::-1])])
        self.att = nn.ModuleList([GateBlock(o, o, o // 2) for o in c[-2::-1]])
        self.dec = nn.ModuleList([DoubleConv(2 * o, o) for o in c[-2::-1]])
        self.last = nn.Conv2d(c[0], out_ch, 1)

    def forward(self, x):
        skips = []
        for n, enc in enumerate(self.enc):
            x = enc(self.Maxpool(x) if n else x)
            skips.append(x)
        for up, att, dec, skip in zip(self.up, self.att, self.dec, skips[-2::-1]):
            x = up(x)
            x = dec(torch.cat((att(g=x, x=skip), x), dim=1))
        return torch.sigmoid(self.last(x))


class UNetDict(nn.Module):
    def __init__(self, depth=3, wf=4, padding=False, batch_norm=False, up_mode='upconv', ins=1, classes=2):
        super().__init__()
        assert up_mode in ('upconv', 'upsample')
        self.down_path = nn.ModuleDict()
        prev = ins
        for i in range(depth):
            self.down_path[f'level{i}'] = self.block(prev, 2 ** (wf + i), padding, batch_norm)
            prev = 2 ** (wf + i)
        self.up_path = nn.ModuleDict()
        self.up_convs = nn.ModuleDict()
        for i in reversed(range(depth - 1)):
            if up_mode == 'upconv':
                up = nn.ConvTranspose2d(prev, 2 ** (wf + i), kernel_size=2, stride=2)
            elif up_mode == 'upsample':
                up = nn.Sequential(nn.Upsample(mode='bilinear', scale_factor=2, align_corners=False),
                                   nn.Conv2d(prev, 2 ** (wf + i), kernel_size=1))
            self.up_path.update({f'level{i}': up})
            self.up_convs[f'level{i}'] = self.block(prev, 2 ** (wf + i), padding, batch_norm)
            prev = 2 ** (wf + i)
        self.last = nn.Conv2d(prev, classes, kernel_size=1)

    @staticmethod
    def block(i, o, padding, batch_norm):
        mods = []
        for a in (i, o):
            mods += [nn.Conv2d(a, o, 3, padding=int(padding)), nn.ReLU()]
            if batch_norm: mods.append(nn.BatchNorm2d(o))
        return nn.Sequential(*mods)

    def forward(self, x):
        skips = {}
        keys = list(self.down_path.keys())
        for key, down in self.down_path.items():
            x = down(x)
            if key != keys[-1]:
                skips[key] = x
                x = F.max_pool2d(x, 2)
        for key in self.up_path:
            x = self.up_path[key](x)
            bridge = center_crop(skips[key], [x.shape[2], x.shape[3]])
            x = self.up_convs[key](torch.cat([x, bridge], 1))
        return self.last(x)
