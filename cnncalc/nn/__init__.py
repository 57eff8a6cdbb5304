"""Build networks as in torch, and get a `Graph` instead of weights.

::

    from cnncalc import nn

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
            self.pool = nn.MaxPool2d(2)
            self.fc = nn.Linear(6 * 14 * 14, 10)

        def forward(self, x):
            x = self.pool(self.conv1(x).relu())
            return self.fc(x.flatten(1))

    print(cnncalc.analyze(Net(), input="1x28x28"))

Every op of the catalogue is a layer here (`nn.Conv2d`), and the functional ones are in
`nn.functional` and on tensors. Names follow torch: a layer is called by its module path.
"""

from __future__ import annotations

from typing import Any

from ..ops import CATALOGUE
from . import functional
from .module import Leaf, Module, ModuleDict, ModuleList, Parameter, Sequential, build, layer
from .tensor import Tensor

__all__ = [
    "Leaf",
    "Module",
    "ModuleDict",
    "ModuleList",
    "Parameter",
    "Sequential",
    "Tensor",
    "build",
    "functional",
    "layer",
]


def __getattr__(name: str) -> Any:
    if name in CATALOGUE:
        return layer(CATALOGUE[name])
    raise AttributeError(f"cnncalc.nn has no layer {name!r}")
