# check: a2() @ 1x64x64
# check: a3() @ 3x64x64
# check: W1 @ 3x32x32
# check: W2 @ 3x32x32
# check: W4 @ 32
# check: W5 @ 3x32x32
# check: L1 @ 5x8
# check: Dr @ 3x8x8
# check: Reg @ 3x8x8
# check: Emb @ 6
"""Weights that are changed after the layer was made: torch goes by the tensors."""
import torch, torch.nn as nn, torch.nn.functional as F
from torchvision import models
def a3():
    m = models.resnet18(); m.fc.out_features = 10; return m
def a2():
    m = models.resnet18(); m.conv1 = nn.Conv2d(1, 64, 7, 2, 3, bias=False); m.conv1.in_channels = 1; return m
class W1(nn.Module):
    def __init__(s):
        super().__init__(); s.c = nn.Conv2d(3,8,3); s.c.weight = nn.Parameter(torch.zeros(8,3,5,5))
    def forward(s, x): return s.c(x)
class W2(nn.Module):
    def __init__(s):
        super().__init__(); s.c = nn.Conv2d(3,8,3); s.c.weight = nn.Parameter(torch.cat([s.c.weight]*2)); s.c.bias = nn.Parameter(torch.cat([s.c.bias]*2))
    def forward(s, x): return s.c(x).relu()
class W4(nn.Module):
    def __init__(s):
        super().__init__(); s.fc = nn.Linear(32,8); s.fc.weight.data = s.fc.weight.data.new_zeros(16,32); s.fc.bias = None; s.o = nn.Linear(16,2)
    def forward(s, x): return s.o(s.fc(x))
class W5(nn.Module):
    def __init__(s):
        super().__init__(); s.c = nn.Conv2d(3,8,3); s.c.out_channels = 4; s.d = nn.Conv2d(8, 3, 3); s.b = nn.BatchNorm2d(3); s.b.num_features = 7
    def forward(s, x): return s.b(s.d(s.c(x)))
class L1(nn.Module):
    def __init__(s):
        super().__init__(); s.l = nn.LSTM(8, 4, batch_first=True); s.l.reset_parameters()
    def forward(s, x):
        s.l.flatten_parameters(); o, _ = s.l(x); return o
class Dr(nn.Module):
    def forward(s, x): return F.dropout(x.relu(), 0.3) + 1
class Reg(nn.Module):
    def __init__(s):
        super().__init__(); s.c = nn.Conv2d(3,8,3,bias=False); s.c.register_parameter('bias', nn.Parameter(torch.zeros(8)))
    def forward(s, x): return s.c(x)
class Emb(nn.Module):
    def __init__(s):
        super().__init__(); s.e = nn.Embedding.from_pretrained(torch.zeros(10, 4))
    def forward(s, x): return s.e(x).sum(1)
