# check: Parallel() @ 3x16x16
# check: Watched() @ 3x16x16
# check: Nudged() @ 3x16x16
# check: Shortened() @ 3x16x16
# check: ByKeyword() @ 3x16x16
# check: Frozen() @ 3x16x16
# check: Signed() @ 3x16x16
"""What is done with modules and their tensors besides calling them."""
import torch
from torch import nn


class Parallel(nn.Module):
    """Data parallelism inside a model: its parts have one more name in front."""

    def __init__(self):
        super().__init__()
        self.body = nn.DataParallel(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()))
        self.head = nn.parallel.DataParallel(nn.Conv2d(4, 2, 1))

    def forward(self, x):
        return self.head(self.body(x))


class Watched(nn.Module):
    """Hooks keep what layers in the middle give."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Conv2d(4, 4, 3))
        self.kept = {}
        for name, part in self.body.named_children():
            if name != "1":
                part.register_forward_hook(self.keeper(name))

    def keeper(self, name):
        def keep(module, given, output):
            self.kept[name] = output

        return keep

    def forward(self, x):
        self.body(x)
        return self.kept["0"], self.kept["2"]


class Nudged(nn.Module):
    """Hooks may change what a module is given, and what it gives."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.conv.register_forward_pre_hook(lambda module, given: (given[0] * 0.5,))
        self.body = nn.Sequential(nn.Conv2d(4, 4, 1))
        self.body.register_forward_hook(lambda module, given, output: output + given[0])
        gone = self.body.register_forward_hook(lambda module, given, output: output * 2)
        gone.remove()

    def forward(self, x):
        return self.body(self.conv(x))


class Shortened(nn.Module):
    """A layer is taken out of a sequence with names: the others get numbers."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential()
        self.body.add_module("conv", nn.Conv2d(3, 4, 3))
        self.body.add_module("act", nn.ReLU())
        self.body.add_module("extra", nn.Conv2d(4, 4, 3))
        del self.body[-1]

    def forward(self, x):
        return self.body(x)


class ByKeyword(nn.Module):
    """Methods of modules, their arguments by name."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential()
        self.body.add_module(name="conv", module=nn.Conv2d(3, 4, 3))
        self.register_parameter(name="scale", param=nn.Parameter(torch.ones(4, 1, 1)))
        self.apply(fn=self.settle)
        self.body.requires_grad_(requires_grad=False)

    @staticmethod
    def settle(module):
        if isinstance(module, nn.Conv2d):
            nn.init.zeros_(module.bias)

    def forward(self, x):
        return self.get_submodule(target="body.conv")(x) * self.scale


class Frozen(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.conv.bias.requires_grad_(requires_grad=False)

    def forward(self, x):
        return self.conv(x)


class Signed(nn.Module):
    """A tensor is given an attribute of the user's own."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        if not hasattr(self.conv.weight, "original"):
            self.conv.weight.original = self.conv.weight.shape

    def forward(self, x):
        assert hasattr(self.conv.weight, "original")
        weight = self.conv.weight.sign().view(self.conv.weight.original)
        return nn.functional.conv2d(x, weight, self.conv.bias)
