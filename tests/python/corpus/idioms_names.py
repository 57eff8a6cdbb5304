# check: ByText() @ 3x12x12
# check: ByTextInLoop(depth=3) @ 3x12x12
# check: FromOptions() @ 20
# check: FromTable("Tanh") @ 3x12x12
# check: FromOwnModule() @ 3x12x12
# check: AskedAbout() @ 3x12x12
# check: Settled() @ 3x12x12
# check: Patterned("k5_s2_c8") @ 3x12x12
# check: MadeClass() @ 3x12x12
# check: Generic() @ 3x12x12
"""Layers and sizes that are come by through names: texts of code, options, tables, patterns."""
import argparse
import importlib
import inspect
import re
import sys

import torch
from torch import nn
from torch.nn import functional as F

parser = argparse.ArgumentParser(description="what to train")
parser.add_argument("-e", "--epochs", type=int, default=30)
parser.add_argument("--code-size", type=int, default=20, help="numbers in a code")
parser.add_argument("--side", default="8", type=int)
parser.add_argument("--plain", action="store_true")
parser.add_argument("--no-bias", dest="bias", action="store_false")
more = parser.add_argument_group("seldom used")
more.add_argument("--widths", nargs="+", type=int, default=[16, 4])
options, _ = parser.parse_known_args(["--side", "6"])

PARTS = {}
for part in dir(nn):
    thing = getattr(nn, part)
    if isinstance(thing, type) and issubclass(thing, nn.Module):
        PARTS[part] = thing


class Squash(nn.Module):
    def forward(self, x):
        return torch.tanh(x)


class ByText(nn.Module):
    def __init__(self, last="Squash"):
        super().__init__()
        self.first = eval("nn.Conv2d(3, 4, 3)")
        self.last = eval(last + "()")

    def forward(self, x):
        width = eval("x.size(1) // 2")
        return self.last(self.first(x)[:, :width])


class ByTextInLoop(nn.Module):
    def __init__(self, depth):
        super().__init__()
        self.depth = depth
        for at in range(depth):
            exec(f"self.step{at} = nn.Conv2d(3, 3, {at} * 2 + 1, padding={at})")

    def forward(self, x):
        for at in range(self.depth):
            x = x + eval("self.step%d" % at)(x)
        return x


class FromOptions(nn.Module):
    def __init__(self):
        super().__init__()
        sizes = [options.code_size, *options.widths, options.side**2]
        steps = []
        for before, behind in zip(sizes, sizes[1:]):
            steps.append(nn.Linear(before, behind, bias=options.bias))
            if not options.plain:
                steps.append(nn.ReLU())
        self.steps = nn.Sequential(*steps)

    def forward(self, code):
        return self.steps(code).view(-1, 1, vars(options)["side"], options.side)


class FromTable(nn.Module):
    def __init__(self, act):
        super().__init__()
        self.conv = PARTS["Conv2d"](3, 4, 3)
        self.act = nn.__dict__[act]()

    def forward(self, x):
        return self.act(self.conv(x))


class FromOwnModule(nn.Module):
    def __init__(self):
        super().__init__()
        self.squash = getattr(sys.modules[__name__], "Squash")()
        self.flat = getattr(importlib.import_module("torch.nn"), "Flatten")()

    def forward(self, x):
        return self.flat(self.squash(x))


def halved(x, times=1, *, keep=False):
    return F.avg_pool2d(x, 2**times)


class AskedAbout(nn.Module):
    def __init__(self, act=lambda: nn.ReLU(), norm=nn.BatchNorm2d):
        super().__init__()
        self.act = act() if inspect.isfunction(act) else act
        self.norm = norm(3) if inspect.isclass(norm) else norm
        known = inspect.signature(halved).parameters
        self.extra = {key: value for key, value in {"times": 2, "depth": 7}.items() if key in known}

    def forward(self, x):
        return halved(self.act(self.norm(x)), **self.extra)


class Settled(nn.Module):
    def __init__(self, width=6, depth=2, bias=False):
        super().__init__()
        given = locals()
        shown = {key: given[key] for key in ("width", "depth") if key in given}
        self.convs = nn.ModuleList(
            nn.Conv2d(3 if at == 0 else shown["width"], shown["width"], 3, bias=bias)
            for at in range(shown["depth"])
        )

    def forward(self, x):
        for conv in self.convs:
            x = conv(x)
        return x


class Patterned(nn.Module):
    def __init__(self, text):
        super().__init__()
        found = {}
        for piece in text.split("_"):
            pair = re.split(r"(\d.*)", piece)
            if len(pair) >= 2:
                found[pair[0]] = int(pair[1])
        match = re.match(r"k(\d+)", text)
        assert match and int(match.group(1)) == found["k"]
        self.conv = nn.Conv2d(3, found["c"], found["k"], stride=found["s"])

    def forward(self, x):
        return self.conv(x)


class MadeClass(nn.Module):
    def __init__(self):
        super().__init__()
        config = type("Config", (), {"width": 5, "act": "elu"})
        self.config = config()
        self.conv = nn.Conv2d(3, self.config.width, 1)

    def forward(self, x):
        return getattr(F, self.config.act)(self.conv(x))


class Generic(nn.Module):
    def __init__(self):
        super().__init__()
        kernel = tuple[int, int](side for side in (3, 5))
        widths = list[int]()
        widths.append(4)
        self.conv = nn.Conv2d(3, widths[0], kernel)

    def forward(self, x):
        return self.conv(x)
