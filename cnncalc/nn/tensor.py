"""The symbolic tensors that flow through a network while it is built.

A tensor knows which layer makes it, and nothing of its shape: a graph serves any input size.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..errors import GraphError, OpError, closest
from ..graph import Ref
from ..ops import CATALOGUE, FUNCTIONS, Op

if TYPE_CHECKING:
    from .module import Builder

#: Functions whose sizes may be written one by one: `x.view(n, -1)` for `x.view((n, -1))`.
_VARIADIC = {"reshape", "view", "permute", "expand", "repeat", "flip"}


#: Functions that are something else as methods: x.unfold(dim, size, step) is no im2col.
_NOT_METHODS = {"unfold", "fold"}
#: Where torch's function and its module have different defaults, the function's.
_DEFAULTS: dict[str, dict[str, Any]] = {"flatten": {"start_dim": 0}, "cat": {"dim": 0}}


class Sizes:
    """The sizes of a tensor that is not there yet: `sizes[2]` refers to the size of dim 2."""

    def __getitem__(self, dim: int) -> str:
        if not isinstance(dim, int) or dim < 0:
            raise OpError("sizes are counted from the front: the rank is not known yet")
        return f"={dim}"


class Tensor:
    """An output of a layer, with torch's operators and methods.

    `x.size(1)` stands for the size of dim 1, whatever it will be; it can be used in `view`
    and `reshape`.
    """

    def __init__(self, builder: Builder, ref: Ref) -> None:
        self._builder = builder
        self.ref = ref

    def __repr__(self) -> str:
        return f"<Tensor from {self.ref}>"

    def size(self, dim: int | None = None) -> Any:
        """A reference to the size of dim `dim`, counted from the front; without it, to all."""
        return Sizes() if dim is None else Sizes()[dim]

    @property
    def shape(self) -> Sizes:
        """References to the sizes: `x.shape[1]` is `x.size(1)`."""
        return Sizes()

    def contiguous(self) -> Tensor:
        """The tensor itself: layouts in memory are torch's business."""
        return self

    def __bool__(self) -> bool:
        raise GraphError("a tensor is neither true nor false while the graph is built")

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("__") or name not in FUNCTIONS or name in _NOT_METHODS:
            hint = closest(name, FUNCTIONS)
            raise AttributeError(
                f"tensors have no method {name!r}; " + (hint or "cnncalc ops lists what there is")
            )
        return lambda *args, **kwargs: call(name, (self, *args), kwargs)

    def __add__(self, other: Any) -> Any:
        return _arithmetic("Add", self, other)

    def __radd__(self, other: Any) -> Any:
        return _arithmetic("Add", self, other)

    def __iadd__(self, other: Any) -> Any:
        return _arithmetic("Add", self, other, inplace=True)

    def __rsub__(self, other: Any) -> Any:
        return -self + other

    def __neg__(self) -> Any:
        return self * -1

    def __sub__(self, other: Any) -> Any:
        return _arithmetic("Sub", self, other)

    def __mul__(self, other: Any) -> Any:
        return _arithmetic("Mul", self, other)

    def __rmul__(self, other: Any) -> Any:
        return _arithmetic("Mul", self, other)

    def __truediv__(self, other: Any) -> Any:
        return _arithmetic("Div", self, other)

    def __matmul__(self, other: Tensor) -> Any:
        return call("matmul", (self, other), {})

    def __iter__(self) -> Any:
        raise TypeError("a tensor of unknown size cannot be iterated; use chunk or split")

    def __getitem__(self, index: Any) -> Tensor:
        """Slices and whole numbers, dim by dim: `x[:, 1:]`, `x[:, 0]`, `x[..., ::2]`."""
        items = index if isinstance(index, tuple) else (index,)
        after = False
        result, dim = self, 0
        for position, item in enumerate(items):
            if item is Ellipsis:
                after, dim = True, position + 1 - len(items)
                continue
            if item is None:
                result = apply(CATALOGUE["Unsqueeze"](dim), (result,))
                dim += 1
            elif isinstance(item, slice):
                if item != slice(None):
                    make = CATALOGUE["Slice"](dim, item.start, item.stop, item.step or 1)
                    result = apply(make, (result,))
                dim += 1
            elif isinstance(item, int):
                result = apply(CATALOGUE["Select"](dim, item), (result,))
                dim += after  # the dims behind move up, counted from the front
            else:
                raise OpError(f"tensors are indexed by slices and whole numbers, not {item!r}")
        return result


def apply(op: Op, inputs: tuple[Any, ...]) -> Any:
    """A new layer for a function: its tensor, or a tuple of them where it has several."""
    tensors = [item for item in inputs if isinstance(item, Tensor)]
    if not tensors:
        raise GraphError(f"{op} is applied to no tensor")
    builder = tensors[0]._builder
    return builder.apply(op, [builder.as_tensor(item) for item in inputs], None)


def call(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call a torch function by name: tensors first (or a list of them), then arguments."""
    make = FUNCTIONS[name]
    rest = list(args)
    head: list[Any] = [rest.pop(0)] if rest and isinstance(rest[0], str) else []
    tensors: list[Any] = []
    while rest and is_operand(rest[0]):
        tensors.append(rest.pop(0))
    if not tensors and rest and isinstance(rest[0], list | tuple):
        tensors = list(rest.pop(0))
    tensors += [item for item in rest if is_operand(item)]  # gather(x, dim, index)
    rest = [item for item in rest if not is_operand(item)]
    if name in _VARIADIC and rest and not isinstance(rest[0], list | tuple):
        rest = [tuple(rest)]
    for key, value in _DEFAULTS.get(name, {}).items():
        if not rest:
            kwargs = {key: value, **kwargs}
    if "other" in {argument.name for argument in make.arguments} and rest:
        kwargs = {"other": rest.pop(0), **kwargs}
    return apply(make(*head, *rest, **kwargs), tuple(tensors))


def is_operand(value: Any) -> bool:
    """Is it a tensor, or a parameter that stands for one?"""
    return isinstance(value, Tensor) or hasattr(value, "as_layer")


def _arithmetic(type_name: str, left: Tensor, right: Any, inplace: bool = False) -> Any:
    if right is None or isinstance(right, str):
        raise GraphError(f"{type_name} of a tensor and {right!r}")
    if is_operand(right):
        return apply(CATALOGUE[type_name](inplace=inplace), (left, right))
    return apply(CATALOGUE[type_name](other=right, inplace=inplace), (left,))
