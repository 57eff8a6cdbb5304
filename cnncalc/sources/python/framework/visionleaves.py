"""Modules of torchvision that are one op, as a trace has them."""

from __future__ import annotations

from typing import Any

from ....ops import CATALOGUE, Op
from ....ops.held import Held
from ..imports import PLAYED_IN_LIBRARY
from ..interpreter import Interpreter
from ..values import Class, method
from .leafclasses import FORWARD
from .leaves import Leaf
from .modules import MODULE, Module


class VisionLeaf(Leaf):
    """A leaf whose op has the arguments that torchvision's constructor has."""

    __slots__ = ()

    def __init__(self, kind: str, attributes: dict[str, Any]) -> None:
        held: tuple[Held, ...] = ()
        super().__init__(kind, attributes, held)

    @property
    def is_lazy(self) -> bool:
        return False

    def op(self, dims: int = 4) -> Op:
        cls = CATALOGUE[self.kind]
        values = {each.name: self.attributes[each.name] for each in cls.arguments}
        return cls(**values)


def _class(kind: str) -> Class:
    names = [argument.name for argument in CATALOGUE[kind].arguments]

    @method("__init__")
    def init(reader: Interpreter, module: Module, *args: Any, **kwargs: Any) -> None:
        module.attributes.update(dict(zip(names, args, strict=False)), **kwargs)
        module.attributes["__initialized__"] = True
        module.leaf = VisionLeaf(kind, module.attributes)

    return Class(kind, (MODULE,), {"__init__": init, "forward": FORWARD}, module="torch.nn")


PLAYED_IN_LIBRARY["torchvision/ops/stochastic_depth.py"] = {
    "StochasticDepth": _class("StochasticDepth")
}
PLAYED_IN_LIBRARY["torchvision/ops/misc.py"] = {"Permute": _class("Permute")}
