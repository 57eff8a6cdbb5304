# check: Generator @ 20x1x1
# check: Generator(ngpu=0) @ 20x1x1
# check: Discriminator @ 3x64x64
# check: MnistGenerator(latent_dim=12) @ 12
# check: MnistDiscriminator @ 1x28x28
# check: Pix2PixGenerator(down=5) @ 3x32x32
# check: PatchDiscriminator() @ 3x64x64 3x64x64
# check: CycleGenerator(n_blocks=2) @ 3x32x32
# check: CycleGenerator(ngf=4, n_blocks=1, padding_type='zero', norm='none') @ 3x32x32
# check: ConditionalGenerator @ noise=10 labels=1
from __future__ import print_function
import argparse
import functools
import os
import random
import numpy as np
import torch
import torch.nn as nn
import torch.nn.parallel
import torch.nn.functional as F
import torch.optim as optim

parser = argparse.ArgumentParser()
parser.add_argument('--nz', type=int, default=20, help='size of the latent z vector')
parser.add_argument('--ngf', type=int, default=8)
parser.add_argument('--ndf', type=int, default=8)
parser.add_argument('--lr', type=float, default=0.0002, help='learning rate, default=0.0002')

nz = 20
ngf = 8
ndf = 8
nc = 3


# called on netG and netD
def weights_init(m):
    classname = m.__class__.__name__
    if classname.find('Conv') != -1:
        nn.init.normal_(m.weight, 0.0, 0.02)
    elif classname.find('BatchNorm') != -1:
        nn.init.normal_(m.weight, 1.0, 0.02)
        nn.init.zeros_(m.bias)


class Generator(nn.Module):
    def __init__(self, ngpu=1):
        super(Generator, self).__init__()
        self.ngpu = ngpu
        stack = []
        before = nz
        for times in (8, 4, 2, 1):
            first = before == nz
            stack += [nn.ConvTranspose2d(before, ngf * times, 4, 1 if first else 2, 0 if first else 1, bias=False),
                      nn.BatchNorm2d(ngf * times), nn.ReLU(True)]
            before = ngf * times
        self.main = nn.Sequential(*stack, nn.ConvTranspose2d(ngf, nc, 4, 2, 1, bias=False), nn.Tanh())

    def forward(self, input):
        if input.is_cuda and self.ngpu > 1:
            output = nn.parallel.data_parallel(self.main, input, range(self.ngpu))
        else:
            output = self.main(input)
        return output


class Discriminator(nn.Module):
    def __init__(self):
        super(Discriminator, self).__init__()
        self.main = nn.Sequential(
            nn.Conv2d(nc, ndf, 4, 2, 1, bias=False), nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(ndf, ndf * 2, 4, 2, 1, bias=False), nn.BatchNorm2d(ndf * 2), nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(ndf * 2, ndf * 4, 4, 2, 1, bias=False), nn.BatchNorm2d(ndf * 4), nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(ndf * 4, 1, 8, 1, 0, bias=False), nn.Sigmoid())
        self.apply(weights_init)

    def forward(self, input):
        return self.main(input).view(-1, 1).squeeze(1)


class MnistGenerator(nn.Module):
    def __init__(self, latent_dim=100, img_shape=(1, 28, 28)):
        super(MnistGenerator, self).__init__()
        self.img_shape = img_shape

        def block(in_feat, out_feat, normalize=True):
            layers = [nn.Linear(in_feat, out_feat)]
            if normalize:
                layers.append(nn.BatchNorm1d(out_feat, 0.8))
            layers.append(nn.LeakyReLU(0.2, inplace=True))
            return layers

        self.model = nn.Sequential(
            *block(latent_dim, 16, normalize=False),
            *block(16, 24),
            *block(24, 32),
            nn.Linear(32, int(np.prod(img_shape))),
            nn.Tanh()
        )

    def forward(self, z):
        img = self.model(z)
        img = img.view(img.size(0), *self.img_shape)
        return img


class MnistDiscriminator(nn.Module):
    def __init__(self, img_size=28, channels=1):
        super(MnistDiscriminator, self).__init__()

        def discriminator_block(in_filters, out_filters, bn=True):
            block = [nn.Conv2d(in_filters, out_filters, 3, 2, 1), nn.LeakyReLU(0.2, inplace=True), nn.Dropout2d(0.25)]
            if bn:
                block.append(nn.BatchNorm2d(out_filters, 0.8))
            return block

        self.model = nn.Sequential(*discriminator_block(channels, 8, bn=False), *discriminator_block(8, 12))
        ds_size = int(np.ceil(img_size / 2 ** 2))
        self.adv_layer = nn.Sequential(nn.Linear(12 * ds_size ** 2, 1), nn.Sigmoid())

    def forward(self, img):
        out = self.model(img)
        out = out.view(out.shape[0], -1)
        return self.adv_layer(out)


class SkipLevel(nn.Module):
    """one level of the U: down, whatever is below, up, and the input beside the result"""

    def __init__(self, outer, inner, below=None, outermost=False, norm_layer=nn.BatchNorm2d):
        super(SkipLevel, self).__init__()
        self.outermost = outermost
        if type(norm_layer) == functools.partial:
            use_bias = norm_layer.func == nn.InstanceNorm2d
        else:
            use_bias = norm_layer == nn.InstanceNorm2d
        down = [nn.Conv2d(outer, inner, 4, 2, 1, bias=use_bias)]
        up = [nn.ReLU(True), nn.ConvTranspose2d(inner * (2 if below is not None else 1), outer, 4, 2, 1, bias=use_bias)]
        if outermost:
            model = down + [below] + up + [nn.Tanh()]
        else:
            model = [nn.LeakyReLU(0.2, False)] + down
            if below is not None:
                model += [norm_layer(inner), below]
            model = model + up + [norm_layer(outer)]
        self.model = nn.Sequential(*model)

    def forward(self, x):
        if self.outermost:
            return self.model(x)
        else:
            return torch.cat([x, self.model(x)], 1)


class Pix2PixGenerator(nn.Module):
    def __init__(self, down=5, width=4, norm='instance'):
        super().__init__()
        norm_layer = get_norm_layer(norm)
        level = SkipLevel(width * 8, width * 8, norm_layer=norm_layer)
        for i in range(down - 5):
            level = SkipLevel(width * 8, width * 8, below=level, norm_layer=norm_layer)
        for k in (4, 2, 1):
            level = SkipLevel(width * k, width * k * 2, level, norm_layer=norm_layer)
        self.model = SkipLevel(3, width, below=level, outermost=True, norm_layer=norm_layer)

    def forward(self, input):
        return self.model(input)


def get_norm_layer(norm_type='instance'):
    if norm_type == 'batch':
        norm_layer = functools.partial(nn.BatchNorm2d, affine=True, track_running_stats=True)
    elif norm_type == 'instance':
        norm_layer = functools.partial(nn.InstanceNorm2d, affine=False, track_running_stats=False)
    elif norm_type == 'none':
        def norm_layer(x):
            return nn.Identity()
    else:
        raise NotImplementedError('no norm [%s]' % norm_type)
    return norm_layer


class PatchDiscriminator(nn.Module):
    def __init__(self, ndf=8, n_layers=2):
        super().__init__()
        seq, nf = [nn.Conv2d(6, ndf, 4, 2, 1), nn.LeakyReLU(0.2, True)], 1
        for n in range(1, n_layers):
            prev, nf = nf, min(2 ** n, 8)
            seq += [nn.Conv2d(ndf * prev, ndf * nf, 4, 2, 1, bias=False), nn.InstanceNorm2d(ndf * nf), nn.LeakyReLU(0.2, True)]
        seq += [nn.ZeroPad2d((1, 0, 1, 0)), nn.Conv2d(ndf * nf, 1, 4, padding=1)]
        self.model = nn.Sequential(*seq)

    def forward(self, img_A, img_B):
        return self.model(torch.cat((img_A, img_B), 1))


class Residual(nn.Module):
    PADS = {'reflect': nn.ReflectionPad2d, 'replicate': nn.ReplicationPad2d}

    def __init__(self, dim, how, norm_layer, drop):
        super().__init__()
        self.body = self.build(dim, how, norm_layer, drop)

    def build(self, dim, how, norm_layer, drop):
        if how != 'zero' and how not in self.PADS:
            raise NotImplementedError('no padding [%s]' % how)
        block = []
        for last in (False, True):
            inside = 1
            if how in self.PADS:
                block += [self.PADS[how](1)]
                inside = 0
            block += [nn.Conv2d(dim, dim, kernel_size=3, padding=inside), norm_layer(dim)]
            if not last:
                block += [nn.ReLU(True)] + ([nn.Dropout(0.5)] if drop else [])
        return nn.Sequential(*block)

    def forward(self, x):
        return x + self.body(x)


class CycleGenerator(nn.Module):
    """down twice, some residual blocks, up twice"""

    def __init__(self, ngf=8, norm='instance', drop=False, n_blocks=6, padding_type='reflect', halvings=2):
        assert(n_blocks >= 0)
        super(CycleGenerator, self).__init__()
        norm_layer = get_norm_layer(norm)
        model = [nn.ReflectionPad2d(3), nn.Conv2d(nc, ngf, kernel_size=7, padding=0), norm_layer(ngf), nn.ReLU(True)]
        c = ngf
        for _ in range(halvings):
            model += [nn.Conv2d(c, c * 2, 3, stride=2, padding=1), norm_layer(c * 2), nn.ReLU(True)]
            c *= 2
        model.extend(Residual(c, padding_type, norm_layer=norm_layer, drop=drop) for _ in range(n_blocks))
        for _ in range(halvings):
            half = int(c / 2)
            model += [nn.ConvTranspose2d(c, half, 3, stride=2, padding=1, output_padding=1)]
            model += [norm_layer(half), nn.ReLU(True)]
            c = half
        self.model = nn.Sequential(*model, nn.ReflectionPad2d(3), nn.Conv2d(c, nc, kernel_size=7), nn.Tanh())

    def forward(self, input):
        return self.model(input)


class ConditionalGenerator(nn.Module):
    def __init__(self, n_classes=10, nz=10, shape=(1, 16, 16)):
        super().__init__()
        self.shape = shape
        self.label_emb = nn.Embedding(n_classes, n_classes)
        self.model = nn.Sequential(nn.Linear(nz + n_classes, 32), nn.LeakyReLU(0.2), nn.Linear(32, int(np.prod(shape))), nn.Tanh())

    def forward(self, noise, labels):
        gen_input = torch.cat((self.label_emb(labels).squeeze(1), noise), -1)
        img = self.model(gen_input)
        return img.view(img.size(0), *self.shape)


if __name__ == '__main__':
    opt = parser.parse_args()
    opt.manualSeed = random.randint(1, 10000)
    netG = Generator()
    netG.apply(weights_init)
    optimizerG = optim.Adam(netG.parameters(), lr=opt.lr, betas=(0.5, 0.999))
    fixed_noise = torch.randn(64, nz, 1, 1)
