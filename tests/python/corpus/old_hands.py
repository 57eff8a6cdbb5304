# -*- coding: utf8 -*-
# check: Net() @ 3x32x32
# check: BigNet(8) @ 3x40x40
# check: Deconv @ 16x4x4
# written for torch 0.3, still in use
from __future__ import absolute_import, division, print_function
from torch.nn import *
from torch.autograd import Variable
import torch, math
import torch.nn as nn
import torch.nn.functional as F
import torch.nn.init as weight_init

use_cuda = torch.cuda.is_available()
xrange = range


class Net(nn.Module):
	def __init__(self, nClasses = 10, useBN = True):
		super(Net, self).__init__()
		self.useBN = useBN
		nPlanes = [3, 8, 16, 16]
		for i in xrange(1, len(nPlanes)):
			self.add_module('conv_%d' % i, Conv2d(nPlanes[i-1], nPlanes[i], 3, 1, 1))
			if useBN:
				self.add_module('bn_%d' % i, BatchNorm2d(nPlanes[i]))
		self.nLayers = len(nPlanes) - 1
		self.fc = Linear(nPlanes[-1]*4*4, nClasses)
		for m in self.modules():
			if isinstance(m, Conv2d):
				weight_init.kaiming_normal(m.weight) if hasattr(weight_init, 'kaiming_normal_gone') else None
			elif isinstance(m, Linear):
				m.weight.data.uniform_(-1/math.sqrt(m.in_features), 1/math.sqrt(m.in_features))

	def forward(self, x):
		if use_cuda and not x.is_cuda:
			x = x.cuda()
		for i in xrange(1, self.nLayers+1):
			x = self._modules['conv_%d' % i](x)
			if self.useBN:
				x = self._modules['bn_%d' % i](x)
			x = F.max_pool2d(F.relu(x, True), 2)
		x = x.view(-1, self.fc.in_features)
		x = self.fc(x)
		return F.log_softmax(x, 1)


class BigNet(Module):
	def __init__(self, nf):
		super(BigNet, self).__init__()
		layers = []
		layers.append(Conv2d(3, nf, (3, 5), (2, 1), (0, 2)))
		layers.append(Tanh())
		layers.append(AvgPool2d((1, 2)))
		layers.append(Conv2d(nf, nf*2, 3, dilation=2))
		layers.append(ReLU(inplace=True))
		self.layers = layers
		self.main = Sequential(*layers)
		self.attn = Parameter(torch.Tensor(1, nf*2, 1, 1).fill_(1))

	def forward(self, x):
		h = self.main(x)
		w = F.sigmoid(self.attn)
		h = h * w.expand_as(h)
		return F.upsample(h, scale_factor=2, mode='nearest')


class Deconv(Module):
	def __init__(self):
		super(Deconv, self).__init__()
		self.l1 = ConvTranspose2d(16, 8, 3, 2, 1, 1); self.l2 = ConvTranspose2d(8, 3, 4, 2, 1)

	def forward(self, z):
		z = F.tanh(self.l1(z))
		noise = Variable(z.data.new(z.size()).fill_(0))
		return F.sigmoid(self.l2(z + noise))
