# check: WithPartial() @ 3x16x16
# check: Comprehensions() @ 3x32x32
# check: Loops(n=4) @ 3x32x32
# check: StringTables() @ 3x32x32
# check: Sliced() @ 3x16x16
# check: Kwargs(3, 8, 16, k=5, norm=True) @ 3x16x16
# check: Conditions() @ 3x20x20
# check: Numbers(size=50, ratio=1.5) @ 3x50x50
# check: Unpacking() @ 2x3x12x12
# check: ReturnsDict @ 3x16x16
# check: Frozen() @ 3x16x16
# check: Tied() @ 10
# check: Walrus() @ 3x16x16
# check: Globals @ 3x16x16
"""One small model per way of writing Python."""
import itertools
import math
import operator
import random
import string
import sys
import typing as t
from collections import OrderedDict, defaultdict, deque
from functools import partial, reduce
from itertools import chain, product

import numpy as np
import torch
import torch.nn
from torch import nn
from torch.nn import Conv2d, Sequential as Seq
import torch.nn.functional as F

if sys.version_info[0] < 3:
    range = xrange  # noqa
IS_CUDA = torch.cuda.is_available()
WIDTH = int("8")
_norm = partial(nn.BatchNorm2d, eps=1e-3, momentum=0.01)


class WithPartial(nn.Module):
    def __init__(self):
        super().__init__()
        conv = partial(nn.Conv2d, kernel_size=3, padding=1, bias=False)
        down = partial(conv, stride=2)
        act = partial(nn.LeakyReLU, 0.2, inplace=True)
        self.net = Seq(conv(3, WIDTH), _norm(WIDTH), act(), down(WIDTH, 16), _norm(num_features=16), act())
        self.pool = partial(F.adaptive_avg_pool2d, output_size=(1, 1))

    def forward(self, x):
        return self.pool(self.net(x))[:, :, 0, 0]


class Comprehensions(nn.Module):
    def __init__(self, widths=(8, 12, 16, 16), skip=2):
        super().__init__()
        self.convs = nn.ModuleList([Conv2d(a, b, 3, padding=1) for a, b in zip((3,) + widths, widths)])
        self.bns = nn.ModuleList(nn.BatchNorm2d(w) if i != skip else nn.Identity() for i, w in enumerate(widths))
        self.by_name = nn.ModuleDict({f"{k}{n}": nn.Conv2d(16, n, 1) for k, n in product("ab", (2, 3)) if k + str(n) != "b3"})
        self.scales = {i: 1 / (i + 1) for i in range(len(widths)) if i % 2}
        self.chosen = sorted({len(k) + v.out_channels for k, v in self.by_name.items()})

    def forward(self, x):
        for i, (conv, bn) in enumerate(zip(self.convs, self.bns)):
            x = F.relu(bn(conv(x)))
            if i in self.scales:
                x = F.max_pool2d(x * self.scales[i], 2)
        outs = [head(x) for name, head in sorted(self.by_name.items(), key=lambda kv: kv[0], reverse=True)]
        return torch.cat([o for o in outs if o.shape[1] + 2 in self.chosen or True], dim=1)


class Loops(nn.Module):
    def __init__(self, n):
        super(Loops, self).__init__()
        self.n = n
        c, i = 3, 0
        while True:
            if i >= n:
                break
            self.add_module("conv" + str(i), nn.Conv2d(c, c + 2, 3, padding=1))
            c += 2
            i += 1
        else:
            raise RuntimeError("never")
        for k in range(n - 1, -1, -1):
            if k % 2 == 0: continue
            setattr(self, f"back{k}", nn.Conv2d(c, c - 2, 1))
            c -= 2
        self.names = [name for name, _ in self.named_children()]

    def forward(self, x):
        for name in self.names:
            x = getattr(self, name)(x)
            if not name.startswith("conv"):
                x = torch.relu(x)
        queue = deque([x, x * 2])
        while queue:
            y = queue.popleft()
        return y


class StringTables(nn.Module):
    CODE = "c8 c8 M c16 B R c16*2 A"

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(*self.parse(self.CODE, 3))

    @staticmethod
    def parse(code, c):
        simple = {"M": lambda: nn.MaxPool2d(2), "B": lambda: nn.BatchNorm2d(c), "R": nn.ReLU, "A": lambda: nn.AdaptiveAvgPool2d(1)}
        for token in code.split():
            head, rest = token[0], token[1:]
            if head.islower():
                out, _, times = rest.partition("*")
                for _ in range(int(times or 1)):
                    yield nn.Conv2d(c, int(out), 3, padding=1)
                    c = int(out)
            else:
                yield simple[head]()

    def forward(self, x):
        return self.net(x).view(x.size(0), -1)


class Sliced(nn.Module):
    def __init__(self):
        super().__init__()
        self.all = nn.Sequential(*[m for w in (8, 8, 8) for m in (nn.Conv2d(8, w, 3, padding=1), nn.ReLU())])
        self.enter = nn.Conv2d(3, 8, 1)
        self.stages = nn.ModuleList([nn.Conv2d(8, 8, 1), nn.Conv2d(8, 4, 1), nn.Conv2d(4, 2, 1)])
        self.tail = nn.Sequential(*list(self.all.children())[:2])
        self.stages.insert(0, nn.BatchNorm2d(8))
        self.stages.extend([nn.Tanh()])
        del self.stages[-1]

    def forward(self, x):
        x = self.enter(x)
        x = self.all[:4](x)
        low = x
        x = self.all[4:](x)
        x = self.tail(x) + low[:, :, :, :]
        for stage in self.stages[:-1]:
            x = stage(x)
        x = self.stages[-1](x)
        return x[..., 1:-1, 2:][:, -1:]


class Kwargs(nn.Module):
    def __init__(self, *channels, **options):
        super().__init__()
        k = options.pop("k", 3)
        norm = options.get("norm", False)
        first, *rest = channels
        layers = OrderedDict()
        for n, c in enumerate(rest):
            layers[f"conv{n}"] = self.conv(first, c, k, **options)
            if norm:
                layers["norm{}".format(n)] = nn.BatchNorm2d(c)
            first = c
        self.net = nn.Sequential(layers)

    @staticmethod
    def conv(i, o, k, *, norm=None, **kw):
        kw = dict(kw, padding=k // 2)
        return nn.Conv2d(i, o, k, **kw)

    def forward(self, *args, **kwargs):
        x, = args
        return self.net(x)


class Conditions(nn.Module):
    def __init__(self, mode=None):
        super().__init__()
        self.mode = mode or ("deep" if WIDTH > 4 else "flat")
        self.a = nn.Conv2d(3, 4, 3)
        self.b = nn.Conv2d(4, 4, 3) if self.mode in ("deep", "deeper") else None
        self.c = None
        self.flag = not (self.b is None) and len(self.mode) == 4

    def forward(self, x, mask=None):
        x = self.a(x)
        if x.shape[-1] > 16 and self.b is not None:
            x = self.b(x)
        elif x.dim() == 4:
            x = -x
        if mask is not None:
            x = x * mask
        if self.c:
            x = self.c(x)
        if isinstance(x, (list, tuple)):
            x = x[0]
        if not self.training or random.random() > 2:
            x = x.clamp(min=0)
        if torch.is_tensor(x) and not x.is_cuda and x.ndim > 3:
            x = x.mean(-1) if self.flag else x.sum(-1)
        try:
            x = x.unsqueeze(1)
        except AttributeError:
            pass
        finally:
            x = x + 0.5
        return 1 - x


class Numbers(nn.Module):
    def __init__(self, size, ratio):
        super().__init__()
        self.pool_size = int(round(size / 10.))
        self.width = max(4, min(16, int(math.ceil(ratio * 5))))
        self.levels = int(math.log2(size // 2)) - 1
        self.side = int(np.floor((size - 3) / 2 + 1))
        self.root = int(math.sqrt(self.width * 2))
        self.flat = int(np.prod([self.width, self.side // self.pool_size, self.side // self.pool_size]))
        self.even = self.width + self.width % 2 | 1
        self.conv = nn.Conv2d(3, self.width, 3, stride=2)
        self.mid = divmod(self.flat, self.root)[0]
        self.fc = nn.Linear(self.flat, self.mid)
        self.out = nn.Linear(self.mid, abs(-self.even) ** 1)

    def forward(self, x):
        x = F.avg_pool2d(self.conv(x), self.pool_size)
        return self.out(F.relu(self.fc(x.view(-1, self.flat))))


class Unpacking(nn.Module):
    """a clip of two frames: batch, time, channels, height, width"""

    def __init__(self):
        super().__init__()
        (self.a, self.b), self.c = (nn.Conv2d(3, 4, 3), nn.Conv2d(3, 4, 3)), nn.Linear(4, 2)

    def forward(self, x):
        b, n, *rest = x.shape
        c, h, w = rest
        first, second = x.unbind(1)
        one, two = self.a(first), self.b(second)
        one, two = two, one
        both = torch.stack((one, two), dim=1).mean(dim=(-2, -1))
        flat = both.view(b * n, -1)
        left, right = torch.split(self.c(flat), 1, dim=1)
        lo, hi = (left + right).chunk(2, 0) if b * n > 1 else (left, right)
        return lo, (hi, both)


class ReturnsDict(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 6, 3)
        self.heads = nn.ModuleDict([["cls", nn.Linear(6, 3)], ["box", nn.Linear(6, 4)]])

    def forward(self, x: torch.Tensor) -> t.Dict[str, torch.Tensor]:
        feats = self.conv(x).amax((2, 3))
        out = {name: head(feats) for name, head in self.heads.items()}
        out["features"] = feats
        return out


class Frozen(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU())
        self.head = nn.Conv2d(8, 2, 1)
        for param in self.backbone.parameters():
            param.requires_grad = False
        self.scale = nn.Parameter(torch.tensor(1.0), requires_grad=False)
        self.unused = nn.Linear(3, 3)

    def forward(self, x):
        with torch.no_grad():
            x = self.backbone(x)
        return self.head(x) * self.scale


class Tied(nn.Module):
    """embedding and output share their weight; one block is used twice"""

    def __init__(self, vocab=20, dim=8):
        super().__init__()
        self.embed = nn.Embedding(vocab, dim)
        self.block = nn.Linear(dim, dim)
        self.again = self.block
        self.out = nn.Linear(dim, vocab, bias=False)
        self.out.weight = self.embed.weight

    def forward(self, ids):
        x = self.embed(ids)
        x = self.again(torch.relu(self.block(x)))
        return self.out(x)


class Walrus(nn.Module):
    def __init__(self, plan="8-16-4"):
        super().__init__()
        widths = list(map(int, plan.split("-")))
        total = 0
        layers = []
        i = 3
        while (total := total + 1) <= len(widths):
            layers.append(nn.Conv2d(i, (i := widths[total - 1]), 1))
        match len(layers):
            case 3:
                layers.append(nn.Softplus())
            case _:
                layers.append(nn.ReLU())
        self.layers = nn.Sequential(*layers)

    def forward(self, x, /):
        return self.layers(x)


in_ch, hidden_chs = 3, [6, 6]
modules = []
for h in hidden_chs:
    modules.append(lambda i, h=h: nn.Sequential(nn.Conv2d(i, h, 3), nn.ELU()))


class Globals(nn.Module):
    counter = itertools.count()

    def __init__(self):
        global in_ch
        super().__init__()
        seq = []
        c = in_ch
        for make, h in zip(modules, hidden_chs):
            seq.append(make(c)); c = h
        self.id = "net"
        self.seq = nn.Sequential(*seq)

    def __repr__(self):
        return f"{self.__class__.__name__}({self.id!r})"

    def __len__(self):
        return len(self.seq)

    def forward(self, x):
        assert x.shape[1] == in_ch, f"expected {in_ch} channels, got {x.shape[1]:d}"
        for i in range(len(self)):
            x = self.seq[i](x)
        return torch.nn.functional.log_softmax(x.sum(dim=(2, 3)), dim=1)
