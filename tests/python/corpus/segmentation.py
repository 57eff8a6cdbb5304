# check: SegNet(3, 4) @ 3x32x32
# check: FCN8(n_class=5) @ 3x64x64
# check: DeepLab(num_classes=6) @ 3x65x65
# check: DeepLab(num_classes=6, os=16) @ 3x64x80
# check: PSPNet(n_classes=4, sizes=(1, 2, 3, 6)) @ 3x60x60
# check: ENetLike() @ 3x64x64
# check: LinkNet() @ 3x64x64
import torch
from torch import nn
from torch.nn import functional as F


class SegNet(nn.Module):
    """pooling indices travel to the decoder"""

    def __init__(self, bands, labels, momentum=0.1):
        super(SegNet, self).__init__()
        self.enc1 = nn.Conv2d(bands, 8, kernel_size=3, padding=1)
        self.enc1_bn = nn.BatchNorm2d(8, momentum=momentum)
        self.enc2 = nn.Conv2d(8, 16, kernel_size=3, padding=1)
        self.enc2_bn = nn.BatchNorm2d(16, momentum=momentum)
        self.dec2 = nn.Conv2d(16, 8, kernel_size=3, padding=1)
        self.dec2_bn = nn.BatchNorm2d(8, momentum=momentum)
        self.dec1 = nn.Conv2d(8, labels, kernel_size=3, padding=1)

    def forward(self, x):
        a = F.relu(self.enc1_bn(self.enc1(x)))
        a, where1 = F.max_pool2d(a, kernel_size=2, stride=2, return_indices=True)
        b = F.relu(self.enc2_bn(self.enc2(a)))
        b, where2 = F.max_pool2d(b, kernel_size=2, stride=2, return_indices=True)
        b = F.max_unpool2d(b, where2, kernel_size=2, stride=2)
        b = F.relu(self.dec2_bn(self.dec2(b)))
        return self.dec1(F.max_unpool2d(b, where1, kernel_size=2, stride=2))


class Backbone(nn.Module):
    def __init__(self, widths=(8, 16, 24, 32)):
        super().__init__()
        self.widths = widths
        for i, (a, b) in enumerate(zip((3,) + tuple(widths), widths)):
            setattr(self, f"stage{i + 1}", nn.Sequential(
                nn.Conv2d(a, b, 3, padding=1), nn.ReLU(inplace=True), nn.MaxPool2d(2)))

    def forward(self, x):
        output = {}
        for i in range(len(self.widths)):
            x = getattr(self, f"stage{i + 1}")(x)
            output["x%d" % (i + 1)] = x
        return output


class FCN8(nn.Module):
    def __init__(self, backbone=None, n_class=21):
        super().__init__()
        self.n_class = n_class
        self.pretrained_net = backbone or Backbone()
        w = self.pretrained_net.widths
        self.relu = nn.ReLU(inplace=True)
        self.deconv1 = nn.ConvTranspose2d(w[3], w[2], kernel_size=3, stride=2, padding=1, dilation=1, output_padding=1)
        self.bn1 = nn.BatchNorm2d(w[2])
        self.deconv2 = nn.ConvTranspose2d(w[2], w[1], 3, stride=2, padding=1, dilation=1, output_padding=1)
        self.bn2 = nn.BatchNorm2d(w[1])
        self.deconv3 = nn.ConvTranspose2d(w[1], w[0], 8, stride=4, padding=2)
        self.classifier = nn.Conv2d(w[0], n_class, kernel_size=1)

    def forward(self, x):
        output = self.pretrained_net(x)
        x4 = output['x4']
        x3 = output['x3']
        x2 = output['x2']
        score = self.bn1(self.relu(self.deconv1(x4)) + x3)
        score = self.bn2(self.relu(self.deconv2(score)) + x2)
        score = self.classifier(self.deconv3(score))
        return score


class ASPP(nn.Module):
    class Pooling(nn.Sequential):
        def __init__(self, i, o):
            super().__init__(nn.AdaptiveAvgPool2d(1), nn.Conv2d(i, o, 1, bias=False), nn.ReLU())

        def forward(self, x):
            size = x.shape[-2:]
            for mod in self:
                x = mod(x)
            return F.interpolate(x, size=size, mode="bilinear", align_corners=False)

    def __init__(self, i, rates, o=8):
        super().__init__()
        modules = []
        modules.append(nn.Sequential(nn.Conv2d(i, o, 1, bias=False), nn.BatchNorm2d(o), nn.ReLU()))
        for rate in tuple(rates):
            modules.append(nn.Sequential(
                nn.Conv2d(i, o, 3, padding=rate, dilation=rate, bias=False), nn.BatchNorm2d(o), nn.ReLU()))
        modules.append(ASPP.Pooling(i, o))
        self.convs = nn.ModuleList(modules)
        self.project = nn.Sequential(nn.Conv2d(len(self.convs) * o, o, 1, bias=False), nn.BatchNorm2d(o), nn.ReLU(), nn.Dropout(0.5))

    def forward(self, x):
        _res = []
        for conv in self.convs:
            _res.append(conv(x))
        res = torch.cat(_res, dim=1)
        return self.project(res)


class DeepLab(nn.Module):
    def __init__(self, num_classes=21, os=8):
        super().__init__()
        if os == 16:
            strides, rates = [1, 2, 2, 2], [6, 12, 18]
        elif os == 8:
            strides, rates = [1, 2, 2, 1], [12, 24, 36]
        else:
            raise NotImplementedError
        c = 8
        blocks = [nn.Conv2d(3, c, 3, 2, 1)]
        for s in strides:
            blocks += [nn.Conv2d(c, c + 4, 3, s, 1), nn.BatchNorm2d(c + 4), nn.ReLU()]
            c += 4
        self.low = nn.Sequential(*blocks[:7])
        self.high = nn.Sequential(*blocks[7:])
        self.aspp = ASPP(c, rates)
        self.reduce = nn.Conv2d(16, 4, 1)
        self.last = nn.Conv2d(8 + 4, num_classes, 3, padding=1)
        self.freeze_bn()

    def freeze_bn(self):
        for m in self.modules():
            if isinstance(m, nn.BatchNorm2d):
                m.eval()
                for p in m.parameters():
                    p.requires_grad = False

    def forward(self, input):
        low = self.low(input)
        x = self.aspp(self.high(low))
        x = F.interpolate(x, size=low.size()[2:], mode='bilinear', align_corners=True)
        x = self.last(torch.cat((x, self.reduce(low)), dim=1))
        return F.interpolate(x, size=input.size()[2:], mode='bilinear', align_corners=True)


class PSPModule(nn.Module):
    def __init__(self, features, out_features=16, sizes=(1, 2, 3, 6)):
        super().__init__()
        self.stages = nn.ModuleList([self._make_stage(features, size) for size in sizes])
        self.bottleneck = nn.Conv2d(features * (len(sizes) + 1), out_features, kernel_size=1)
        self.relu = nn.ReLU()

    def _make_stage(self, features, size):
        prior = nn.AdaptiveAvgPool2d(output_size=(size, size))
        conv = nn.Conv2d(features, features, kernel_size=1, bias=False)
        return nn.Sequential(prior, conv)

    def forward(self, feats):
        h, w = feats.size(2), feats.size(3)
        priors = [F.interpolate(input=stage(feats), size=(h, w), mode='bilinear', align_corners=False)
                  for stage in self.stages] + [feats]
        return self.relu(self.bottleneck(torch.cat(priors, 1)))


class PSPNet(nn.Module):
    def __init__(self, n_classes=18, sizes=(1, 2, 3, 6), psp_size=12):
        super().__init__()
        self.feats = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.ReLU(), nn.Conv2d(8, psp_size, 3, 2, 1), nn.ReLU())
        self.psp = PSPModule(psp_size, 16, sizes)
        self.drop_1 = nn.Dropout2d(p=0.3)
        self.up_1 = nn.Conv2d(16, 8, 3, padding=1)
        self.prelu = nn.PReLU()
        self.final = nn.Sequential(nn.Conv2d(8, n_classes, kernel_size=1), nn.LogSoftmax(dim=1))
        self.classifier = nn.Sequential(nn.Linear(psp_size, 8), nn.ReLU(), nn.Linear(8, n_classes))

    def forward(self, x):
        f = self.feats(x)
        p = self.drop_1(self.psp(f))
        h, w = 2 * p.size(2), 2 * p.size(3)
        p = F.interpolate(input=p, size=(h, w), mode='bilinear')
        p = self.prelu(self.up_1(p))
        auxiliary = F.adaptive_max_pool2d(input=f, output_size=(1, 1)).view(-1, f.size(1))
        return self.final(p), self.classifier(auxiliary)


class ENetLike(nn.Module):
    def __init__(self, classes=3):
        super().__init__()
        self.main = nn.Conv2d(3, 13, 3, stride=2, padding=1, bias=False)
        self.ext = nn.MaxPool2d(3, stride=2, padding=1)
        self.prelu = nn.PReLU(16)
        self.pool = nn.MaxPool2d(2, return_indices=True)
        self.unpool = nn.MaxUnpool2d(2)
        self.mid = nn.Sequential(nn.Conv2d(16, 16, (5, 1), padding=(2, 0)), nn.Conv2d(16, 16, (1, 5), padding=(0, 2)), nn.Dropout2d(0.1))
        self.out = nn.ConvTranspose2d(16, classes, kernel_size=2, stride=2, bias=False)

    def forward(self, x):
        size = x.size()
        x = self.prelu(torch.cat((self.main(x), self.ext(x)), 1))
        before = x.size()
        y, idx = self.pool(x)
        y = self.mid(y)
        y = self.unpool(y, idx, output_size=before)
        return self.out(y + x, output_size=size[2:])


class LinkNet(nn.Module):
    def __init__(self, classes=2):
        super(LinkNet, self).__init__()
        enc = lambda i, o: nn.Sequential(nn.Conv2d(i, o, 3, 2, 1), nn.BatchNorm2d(o), nn.ELU())
        dec = lambda i, o: nn.Sequential(nn.ConvTranspose2d(i, o, 4, 2, 1), nn.BatchNorm2d(o), nn.ELU())
        chans = [3, 8, 16, 32]
        self.encoders = nn.ModuleList(map(enc, chans[:-1], chans[1:]))
        self.decoders = nn.ModuleList(map(dec, reversed(chans[1:]), [16, 8, 8]))
        self.last = nn.Conv2d(8, classes, 1)

    def forward(self, x):
        seen = []
        for e in self.encoders:
            x = e(x); seen.insert(0, x)
        for i, d in enumerate(self.decoders):
            x = d(x)
            if i + 1 < len(seen): x = x + seen[i + 1]
        return self.last(x)
