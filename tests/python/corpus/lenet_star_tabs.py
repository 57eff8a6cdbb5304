# check: Net @ 1x28x28
# check: LeNet(3, 32, 100) @ 3x32x32
from torch.nn import *
from torch.nn.functional import *
import torch


class Net(Module):
	def __init__(self):
		Module.__init__(self)
		self.conv1 = Conv2d(1, 10, kernel_size=5)
		self.conv2 = Conv2d(10, 20, kernel_size=5)
		self.conv2_drop = Dropout2d()
		self.fc1 = Linear(320, 50)
		self.fc2 = Linear(50, 10)

	def forward(self, x):
		x = relu(max_pool2d(self.conv1(x), 2))
		x = relu(max_pool2d(self.conv2_drop(self.conv2(x)), 2))
		x = x.view(-1, 320)
		x = relu(self.fc1(x))
		x = dropout(x, training=self.training)
		x = self.fc2(x)
		return log_softmax(x, dim=1)


class LeNet(Module):
	def __init__(self, c, hw, n):
		super(LeNet, self).__init__()
		def out(i, k, s=1, p=0):
			return (i + 2*p - k)//s + 1
		h = out(out(hw, 5), 2, 2)
		h = out(out(h, 5), 2, 2)
		self.layers = [Conv2d(c, 6, 5), ReLU(), MaxPool2d(2), Conv2d(6, 16, 5), ReLU(), MaxPool2d(2)]
		for i in range(len(self.layers)):
			self.add_module('layer' + str(i), self.layers[i])
		self.out = Sequential(Linear(16*h*h, 120), ReLU(True), Linear(120, 84), ReLU(True), Linear(84, n))

	def forward(self, x):
		for l in self.layers: x = l(x)
		x = x.reshape(len(x), -1)
		return self.out(x)
