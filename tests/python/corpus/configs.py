# check: build_net() @ 3x32x32
# check: build_net("wide", classes=3) @ 3x32x32
# check: Backbone() @ 3x32x32
# check: YamlLike() @ 3x32x32
# check: EnumNet("MAX") @ 1x20x20
# check: ArgsNet() @ 1x28x28
"""Configuration by dataclass, NamedTuple, nested dicts, enums, argparse."""
import argparse
import copy
import enum
from dataclasses import asdict, dataclass, field, fields
from typing import ClassVar, Dict, List, Mapping, NamedTuple, Optional, Tuple

try:
    import wandb
except ImportError:
    wandb = None
try:
    from tensorboardX import SummaryWriter
    HAS_BOARD = True
except Exception:
    SummaryWriter, HAS_BOARD = None, False

import torch
import torch.nn as nn
import torch.nn.functional as F


class StageSpec(NamedTuple):
    out: int
    repeats: int = 1
    stride: int = 2

    @property
    def first(self):
        return self._replace(repeats=1)

    def strides(self):
        return [self.stride] + [1] * (self.repeats - 1)


@dataclass(frozen=True)
class NetSpec:
    stages: Tuple[StageSpec, ...]
    classes: int = 10
    stem: int = 8
    dropout: Optional[float] = None
    names: ClassVar[Dict[str, str]] = {"stem": "stem", "head": "head"}

    def __post_init__(self):
        assert all(isinstance(s, StageSpec) for s in self.stages), "stages are StageSpecs"

    @property
    def width(self) -> int:
        return self.stages[-1].out


SPECS: Mapping[str, NetSpec] = {
    "thin": NetSpec((StageSpec(8), StageSpec(12, 2))),
    "wide": NetSpec(stages=(StageSpec(16, stride=1), StageSpec(24, repeats=2), StageSpec(32)), dropout=0.1),
}


class SpecNet(nn.Module):
    def __init__(self, spec: NetSpec):
        super().__init__()
        self.spec = spec
        self.stem = nn.Conv2d(3, spec.stem, 3, padding=1)
        c = spec.stem
        rows: List[nn.Module] = []
        for stage in spec.stages:
            for s in stage.strides():
                rows.append(nn.Sequential(nn.Conv2d(c, stage.out, 3, s, 1), nn.BatchNorm2d(stage.out), nn.ReLU()))
                c = stage.out
        self.body = nn.Sequential(*rows)
        self.drop = nn.Dropout(spec.dropout) if spec.dropout else None
        self.head = nn.Linear(spec.width, spec.classes)

    def forward(self, x):
        x = self.body(self.stem(x)).mean([-2, -1])
        if self.drop is not None:
            x = self.drop(x)
        return self.head(x)


def build_net(name="thin", **changes):
    spec = SPECS[name]
    if changes:
        merged = {f.name: getattr(spec, f.name) for f in fields(spec)}
        merged.update(changes)
        spec = NetSpec(**merged)
    if wandb is not None and False:
        wandb.init(config=asdict(spec))
    return SpecNet(spec)


CONFIG = {
    "model": {
        "backbone": {"type": "conv", "channels": [8, 16], "kernel": 3, "norm": {"type": "bn", "eps": 1e-3}},
        "head": {"type": "linear", "classes": 4},
    },
    "train": {"lr": 1e-3, "epochs": 10, "betas": (0.9, 0.999)},
}


class Backbone(nn.Module):
    """a dict of dicts, popped and copied"""

    NORMS = {"bn": nn.BatchNorm2d, "in": nn.InstanceNorm2d, None: lambda c, **kw: nn.Identity()}

    def __init__(self, config=CONFIG):
        super().__init__()
        cfg = copy.deepcopy(config["model"])
        backbone, head = cfg.pop("backbone"), cfg.pop("head")
        kind = backbone.pop("type")
        assert kind == "conv" and not cfg
        norm = backbone.get("norm") or {}
        norm_type = norm.pop("type", None)
        k = backbone.get("kernel", 5)
        for i, c in enumerate(backbone["channels"]):
            before = 3 if i == 0 else backbone["channels"][i - 1]
            setattr(self, "conv_%d" % i, nn.Conv2d(before, c, k, padding=k // 2))
            setattr(self, "norm_%d" % i, self.NORMS[norm_type](c, **norm))
        self.n = len(backbone["channels"])
        self.fc = nn.Linear(c, head["classes"]) if head["type"] == "linear" else nn.Identity()

    def forward(self, x):
        for i in range(self.n):
            x = F.leaky_relu(getattr(self, "norm_%d" % i)(getattr(self, "conv_%d" % i)(x)), 0.1)
            x = F.max_pool2d(x, 2)
        return self.fc(F.adaptive_avg_pool2d(x, 1).squeeze(-1).squeeze(-1))


class YamlLike(nn.Module):
    """[from, number, module, args] rows, by name through getattr(nn, ...)"""

    rows = [
        [-1, 1, "Conv2d", [8, 3, 2, 1]],
        [-1, 2, "Conv2d", [8, 3, 1, 1]],
        [-1, 1, "ReLU", []],
        [0, 1, "Conv2d", [8, 1]],
        [[-1, 2], 1, "Concat", [1]],
        [-1, 1, "AdaptiveAvgPool2d", [1]],
    ]

    def __init__(self, ch=3):
        super().__init__()
        chs, layers, self.froms = [], [], []
        for f, n, kind, args in self.rows:
            if kind == "Concat":
                m = Concat(*args)
                out = sum(chs[i] for i in f)
            elif "Conv" in kind:
                first = ch if not chs else chs[f]
                out = args[0]
                made = [getattr(nn, kind)(first if j == 0 else out, *args) for j in range(n)]
                m = made[0] if n == 1 else nn.Sequential(*made)
            else:
                m, out = getattr(nn, kind)(*args), chs[f]
            layers.append(m)
            self.froms.append(f)
            chs.append(out)
        self.model = nn.Sequential(*layers)
        self.fc = nn.Linear(chs[-1], 5)

    def forward(self, x):
        y = []
        for f, m in zip(self.froms, self.model):
            if f != -1 and y:
                x = y[f] if isinstance(f, int) else [y[j] for j in f]
            x = m(x)
            y.append(x)
        return self.fc(x.flatten(1))


class Concat(nn.Module):
    def __init__(self, dimension=1):
        super().__init__()
        self.d = dimension

    def forward(self, x):
        return torch.cat(x, self.d)


class Pooling(enum.Enum):
    MAX = "max"
    AVG = "avg"

    def layer(self, k=2):
        return {Pooling.MAX: nn.MaxPool2d, Pooling.AVG: nn.AvgPool2d}[self](k)


class EnumNet(nn.Module):
    def __init__(self, pooling="AVG"):
        super().__init__()
        self.pooling = Pooling[pooling]
        self.conv = nn.Conv2d(1, 4, 3)
        self.pool = self.pooling.layer(k=3)
        self.fc = nn.Linear(4 * 6 * 6, 2)

    def forward(self, x):
        x = self.pool(self.conv(x))
        if self.pooling is Pooling.MAX:
            x = x.relu()
        elif self.pooling == Pooling.AVG:
            x = x.tanh()
        return self.fc(x.reshape(x.shape[0], -1))


def get_args(argv=None):
    parser = argparse.ArgumentParser(description="train")
    parser.add_argument("--hidden", type=int, default=24)
    parser.add_argument("--layers", default=2, type=int)
    parser.add_argument("--no-bias", action="store_true")
    return parser.parse_args(argv)


class ArgsNet(nn.Module):
    def __init__(self, args=None):
        super().__init__()
        hidden = getattr(args, "hidden", 24)
        layers = args.layers if args is not None else 2
        mods = [nn.Flatten()]
        n = 784
        for _ in range(layers):
            mods += [nn.Linear(n, hidden, bias=not getattr(args, "no_bias", False)), nn.ReLU()]
            n = hidden
        self.net = nn.Sequential(*mods, nn.Linear(n, 10))

    def forward(self, x):
        return self.net(x)


if __name__ == "__main__":
    args = get_args()
    net = ArgsNet(args)
    if HAS_BOARD:
        writer = SummaryWriter()
