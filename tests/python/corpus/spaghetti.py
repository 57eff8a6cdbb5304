# check: mynet @ 3x64x64
# check: Model2() @ 1x32x32
# check: CNN_final_v3(3, 5) @ 3x50x50
# check: DropBlockNet @ 3x24x24
# check: StochasticDepth(6, 0.5) @ 3x24x24
import os, sys
import numpy as np
import torch
from torch import nn
import torch.nn.functional as F
from torchvision import models, transforms
from torch.utils.data import Dataset, DataLoader
import warnings
warnings.filterwarnings("ignore")
os.environ["CUDA_VISIBLE_DEVICES"] = os.environ.get("CUDA_VISIBLE_DEVICES", "0")

SEED = 42
def seed_everything(seed):
  np.random.seed(seed); torch.manual_seed(seed)
seed_everything(SEED)
DEVICE = 'cuda' if torch.cuda.is_available() else 'cpu'
class AverageMeter:
  def __init__(self): self.reset()
  def reset(self): self.val = self.sum = self.count = 0
  def update(self, v, n=1): self.val = v; self.sum += v*n; self.count += n

class mynet(nn.Module):
  def __init__(self):
    super().__init__()
    self.c1=nn.Conv2d(3,8,3,padding=1); self.b1=nn.BatchNorm2d(8)
    self.c2=nn.Conv2d(8,8,3,padding=1); self.b2=nn.BatchNorm2d(8)
    self.c3=nn.Conv2d(8,16,3,padding=1,stride=2)
    #self.c4=nn.Conv2d(16,16,3)
    self.pool=nn.MaxPool2d(2,2); self.act=nn.ReLU(); self.do=nn.Dropout(.3)
    self.fc1=nn.Linear(16*8*8,32)
    self.fc2=nn.Linear(32,2)
    self.sm=nn.Softmax(dim=1)
    self.unused_bn=nn.BatchNorm1d(32)
  def forward(self,x):
    #print(x.shape)
    x=self.act(self.b1(self.c1(x)))
    x=self.pool(x)
    identity=x
    x=self.act(self.b2(self.c2(x)))
    x=x+identity
    x=self.pool(x)
    x=self.act(self.c3(x))
    # print(x.shape)
    bs=x.shape[0]
    x=x.view(bs,-1)
    x=self.do(self.act(self.fc1(x)))
    out=self.fc2(x)
    return out #self.sm(out)

net1 = mynet()
net1.to(DEVICE)
n_params = sum([p.numel() for p in net1.parameters()])
print('params', n_params)
x_test = torch.randn(1, 3, 64, 64)
with torch.no_grad():
  print(net1(x_test).size())

def f(c_in, c_out, k=3, bn=True, pool=False, drop=0.0):
  l = [nn.Conv2d(c_in, c_out, k, padding=k//2)]
  if bn: l.append(nn.BatchNorm2d(c_out))
  l.append(nn.ReLU(inplace=True))
  if pool: l.append(nn.MaxPool2d(2))
  if drop > 0: l.append(nn.Dropout2d(drop))
  return nn.Sequential(*l)

class Model2(nn.Module):
  def __init__(self, n=4):
    super(Model2, self).__init__()
    self.l = []
    for i in range(n): self.l.append(f(1 if i==0 else 4*2**(i-1), 4*2**i, pool=i%2==1, drop=0.1 if i == n-1 else 0.))
    self.l = nn.ModuleList(self.l)
    self.res = nn.ModuleList([f(4*2**i, 4*2**i) for i in range(n)])
    x = torch.zeros(1, 1, 32, 32)
    self.eval()
    for a, b in zip(self.l, self.res): x = b(a(x))
    self.train()
    self.fc = nn.Linear(x.numel(), 10)
    self.criterion = nn.CrossEntropyLoss()
  def forward(self, x, y=None):
    for i in range(len(self.l)):
      x = self.l[i](x)
      x = self.res[i](x) + x if i > 0 else self.res[i](x)
    logits = self.fc(x.flatten(1))
    if y is not None:
      return logits, self.criterion(logits, y)
    return logits
  def training_step(self, batch, batch_idx):
    x, y = batch
    return self(x, y)[1]
  def configure_optimizers(self):
    return torch.optim.AdamW(self.parameters(), lr=1e-3)

class CNN_final_v3(nn.Module):
    def __init__(self,in_c,num_cls):
        super(CNN_final_v3,self).__init__()
        self.conv_layers=nn.Sequential(
            nn.Conv2d(in_c,8,kernel_size=5,stride=1),nn.ReLU(),nn.MaxPool2d(2), # 50->46->23
            nn.Conv2d(8,16,kernel_size=4,stride=1),nn.ReLU(),nn.MaxPool2d(2), # 23->20->10
        )
        self.lin_in=None
        self._to_linear=0
        self.convs(torch.randn(in_c,50,50).view(-1,in_c,50,50))
        self.fc1=nn.Linear(self._to_linear,24)
        self.fc2=nn.Linear(24,num_cls)
    def convs(self,x):
        x=self.conv_layers(x)
        if self._to_linear==0:
            self._to_linear=x[0].shape[0]*x[0].shape[1]*x[0].shape[2]
        return x
    def forward(self,x):
        x=self.convs(x)
        x=x.view(-1,self._to_linear)
        x=F.relu(self.fc1(x))
        x=self.fc2(x)
        return F.softmax(x,dim=1)

class DropBlock2D(nn.Module):
    def __init__(self, drop_prob, block_size):
        super(DropBlock2D, self).__init__()
        self.drop_prob = drop_prob
        self.block_size = block_size

    def forward(self, x):
        assert x.dim() == 4, "images, please"
        if not self.training or self.drop_prob == 0.:
            return x
        gamma = self.drop_prob / (self.block_size ** 2)
        mask = (torch.rand(x.shape[0], *x.shape[2:]) < gamma).float().to(x.device)
        block_mask = 1 - F.max_pool2d(mask[:, None], self.block_size, stride=1, padding=self.block_size // 2).squeeze(1)
        return x * block_mask[:, None, :, :] * block_mask.numel() / block_mask.sum()

class DropBlockNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3); self.drop = DropBlock2D(0.1, 5)
        self.se = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(8, 2, 1), nn.ReLU(), nn.Conv2d(2, 8, 1), nn.Sigmoid())
        self.fc = nn.Linear(8, 3)

    def forward(self, x):
        x = self.drop(self.conv(x))
        x = x * self.se(x)
        return self.fc(F.adaptive_avg_pool2d(x, 1).squeeze())

class StochasticDepth(nn.Module):
    def __init__(self, n, p_last):
        super().__init__()
        self.p = [1 - i / (n - 1) * (1 - p_last) for i in range(n)]
        self.stem = nn.Conv2d(3, 6, 3)
        self.blocks = nn.ModuleList([nn.Sequential(nn.Conv2d(6, 6, 3, 1, 1), nn.BatchNorm2d(6)) for _ in self.p])

    def forward(self, x):
        x = F.relu(self.stem(x))
        for p, block in zip(self.p, self.blocks):
            if self.training:
                if torch.bernoulli(torch.tensor(p)).item() == 1:
                    x = F.relu(x + block(x))
            else:
                x = F.relu(x + p * block(x))
        return x.max(dim=-1)[0].max(dim=-1)[0]
