"""The classes of torch.nn that are one op: made when they are first asked for."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from ....errors import CnncalcError, OpError
from ....ops import Op
from ...calls.rules import Call
from ...calls.tensor import tensors_in
from ..budget import LAYER_STEPS
from ..interpreter import Interpreter
from ..values import Class, ClassBound, Opaque, Raised, method
from .functions import result
from .leaves import LEAVES, leaf
from .modules import LEAF_CALLS, MODULE, Module
from .tensor import Tensor, dtype
from .weights import agrees, by_weights


@lru_cache(maxsize=512)
def leaf_class(name: str) -> Class | None:
    """The class of torch.nn of that name, if it is one op."""
    if name not in LEAVES:
        return None
    parents = {"ReLU6": "Hardtanh", "LSTM": "RNNBase", "GRU": "RNNBase"}
    bases = tuple(base for base in (_family(name), _parent(parents.get(name))) if base is not None)
    cls = Class(name, bases or (MODULE,), module="torch.nn")
    cls.names["__init__"] = _initializer(name)
    cls.names["forward"] = FORWARD
    if name == "Embedding":
        cls.names["from_pretrained"] = ClassBound(_from_pretrained)
    return cls


@method("from_pretrained")
def _from_pretrained(
    reader: Interpreter, cls: Class, embeddings: Any, freeze: Any = True, **options: Any
) -> Any:
    """`nn.Embedding.from_pretrained(vectors)`: a table of that size, frozen unless asked."""
    if not isinstance(embeddings, Tensor):
        raise reader.cannot("nn.Embedding.from_pretrained() is given something that is not known")
    made = reader.call(cls, tuple(embeddings.shape), options)
    made.parameters["weight"].trainable = not reader.truth(freeze)
    return made


def _parent(name: str | None) -> Class | None:
    return leaf_class(name) if name in LEAVES and name is not None else None


#: Private base classes of torch that models ask about with isinstance.
_FAMILIES = {
    family: Class(family, (MODULE,), module="torch.nn.modules")
    for family in ("_ConvNd", "_BatchNorm", "_InstanceNorm", "_DropoutNd", "_MaxPoolNd",
                   "_AvgPoolNd", "_AdaptiveAvgPoolNd", "_ConvTransposeNd", "RNNBase")
}  # fmt: skip
_BY_PREFIX = (
    ("ConvTranspose", "_ConvTransposeNd"), ("Conv", "_ConvNd"), ("BatchNorm", "_BatchNorm"),
    ("SyncBatchNorm", "_BatchNorm"), ("InstanceNorm", "_InstanceNorm"), ("Dropout", "_DropoutNd"),
    ("MaxPool", "_MaxPoolNd"), ("AvgPool", "_AvgPoolNd"), ("LSTM", "RNNBase"), ("GRU", "RNNBase"),
    ("AdaptiveAvgPool", "_AdaptiveAvgPoolNd"),
)  # fmt: skip


def _family(name: str) -> Class | None:
    for prefix, family in _BY_PREFIX:
        if name.startswith(prefix) and not name.endswith("Cell"):
            return _FAMILIES[family]
    return None


def family_class(name: str) -> Class | None:
    """`torch.nn.modules.batchnorm._BatchNorm`, and its like."""
    return _FAMILIES.get(name)


def _initializer(name: str) -> Any:
    @method("__init__")
    def init(reader: Interpreter, module: Module, *args: Any, **kwargs: Any) -> None:
        reader.budget.spend(LAYER_STEPS)
        module.attributes["__initialized__"] = True
        args = tuple(_number(each) for each in args)
        kwargs = {key: _number(each) for key, each in kwargs.items()}
        for value in (*args, *kwargs.values()):
            _refuse_opaque(reader, name, value, kwargs)
        kwargs.pop("device", None)
        depth = kwargs.get("num_layers", args[2] if len(args) > 2 else 1)
        if name in ("LSTM", "GRU", "RNN") and isinstance(depth, int):
            reader.budget.spend(LAYER_STEPS * max(depth, 1))
        try:
            made = leaf(name, args, kwargs)
        except OpError as error:
            raise OpError(error.message, help=error.help, location=reader.place()) from None
        known = module.attributes
        module.leaf = made
        made.attributes.update(training=True, __initialized__=True)
        made.attributes.update({key: known[key] for key in known if key not in made.attributes})
        module.attributes = made.attributes
        _hold(module)
        module.made = reader.written.of_leaf(reader, name, args, kwargs)

    return init


#: torch keeps sizes in 64 bits.
_LARGEST = 1 << 63


def _number(value: Any) -> Any:
    """Sizes computed from small constants are numbers to torch, too."""
    if isinstance(value, Tensor) and value.values is not None and len(value.values) == 1:
        return value.values[0]
    if isinstance(value, int) and abs(value) >= _LARGEST:
        raise OverflowError("a number of more than 64 bits")
    return tuple(_number(each) for each in value) if value.__class__ in (list, tuple) else value


def _refuse_opaque(reader: Interpreter, name: str, value: Any, kwargs: dict[str, Any]) -> None:
    is_device = kwargs.get("device") is value or "device" in getattr(value, "what", "")
    if value.__class__ is Opaque and not is_device:
        raise reader.cannot(f"nn.{name} is given {value.what}, which is not known")
    if isinstance(value, tuple):
        for each in value:
            _refuse_opaque(reader, name, each, {})


def _hold(module: Module) -> None:
    """Give a leaf the tensors that it holds; in a submodule where the name says so."""
    assert module.leaf is not None
    for held in module.leaf.held:
        home = module
        *inner, last = held.name.split(".")
        for name in inner:
            home = home.modules.setdefault(name, _part())
        shape = [0 if size is None else size for size in held.shape]
        tensor = Tensor(
            shape, dtype(held.dtype), trainable=held.trainable, is_parameter=not held.buffer
        )
        (home.buffers if held.buffer else home.parameters)[last] = tensor


def _part() -> Module:
    made = Module(MODULE)
    made.attributes["__initialized__"] = True
    return made


# Calling


def _call(
    reader: Interpreter, module: Module, path: str, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """A leaf is called: one layer."""
    recording = reader.recording
    op = _op(reader, module, args, kwargs)
    if not agrees(module, op):
        return _followed(reader, module, path, args)
    given = _distinct(op, tensors_in(args, kwargs))
    if not given:
        raise Raised(TypeError(f"{module.cls.name} is called without a tensor"))
    if op.type in ("Embedding", "EmbeddingBag"):
        recording.require_integers(given[:1])
    made = outcome(reader, op, given, args, kwargs)
    known = recording.weights
    weights = [known[id(each)] for each in _weights(module) if id(each) in known]
    recording.add_leaf(op, given, path, tuple(weights), made, module.made)
    return made


def _followed(reader: Interpreter, module: Module, path: str, args: tuple[Any, ...]) -> Any:
    """A leaf with other tensors than it says is not recorded whole."""
    recording = reader.recording
    recording.scope.append(path)
    before = len(recording.records)
    made = by_weights(reader, module, args)
    recording.scope.pop()
    if len(recording.records) == before + 1:
        recording.records[before] = recording.records[before]._replace(own=path)
    return made


def outcome(
    reader: Interpreter,
    op: Op,
    given: list[Tensor],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    """What a module of torch returns for its arguments."""
    made = result(reader, op, given, inplace=bool(getattr(op, "inplace", False)))
    if op.type == "LSTM":
        output, hidden, cell = made
        return output, (hidden, cell)
    if op.type == "MultiheadAttention" and isinstance(made, tuple):
        wanted = kwargs.get("need_weights", args[4] if len(args) > 4 else True)
        return made if reader.truth(wanted) else (made[0], None)
    if op.type == "MultiheadAttention":
        return made, None
    return made


def _op(reader: Interpreter, module: Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Op:
    assert module.leaf is not None
    given = tensors_in(args, kwargs)
    for value in (*args, *kwargs.values()):
        if value.__class__ is Opaque:
            raise reader.cannot(
                f"{module.cls.name} is called with {value.what}, which is not known"
            )
    if module.leaf.is_lazy and given:
        _materialize(module, tuple(given[0].shape))
    try:
        return module.leaf.op(given[0].dim() if given else 4)
    except CnncalcError as error:
        raise type(error)(error.message, help=error.help, location=reader.place()) from None


def _materialize(module: Module, shape: tuple[int, ...]) -> None:
    assert module.leaf is not None
    module.leaf.materialize(shape)
    for held in module.leaf.held:
        home = module.buffers if held.buffer else module.parameters
        sizes = Tensor([0 if size is None else size for size in held.shape], dtype(held.dtype))
        home[held.name].shape, home[held.name].strides = sizes.shape, sizes.strides


def _distinct(op: Op, given: list[Tensor]) -> list[Tensor]:
    """Self-attention is given one tensor three times."""
    if op.type != "MultiheadAttention":
        return given
    return given[:1] if len({id(each) for each in given[:3]}) == 1 else given[:3]


def _weights(module: Module) -> list[Tensor]:
    if not module.modules:
        held = (*module.parameters.values(), *module.buffers.values())
        return [each for each in held if each is not None]
    return [t for kind in ("parameters", "buffers") for _, t in module.tensors(kind)]


@method("forward")
def FORWARD(reader: Interpreter, module: Module, *args: Any, **kwargs: Any) -> Any:  # noqa: N802
    """`super().forward(x)` in a class derived from a leaf: the function that torch calls there."""
    recording = reader.recording
    op = _op(reader, module, args, kwargs)
    if not agrees(module, op):
        return by_weights(reader, module, args)
    given = tensors_in(args, kwargs)
    made = outcome(reader, op, given, args, kwargs)
    if any(map(recording.knows, given)) or _weights(module):
        call = Call(recording, op.type.lower(), given, bool(getattr(op, "inplace", False)), made)
        call.weights = _used(module)
        recording.add(call, op)
    return made


def _used(module: Module) -> list[Tensor]:
    """The tensors that torch's function is given: also those that are computed."""
    assert module.leaf is not None
    homes = (module.attributes, module.parameters, module.buffers)
    found = []
    for held in module.leaf.held:
        for home in homes:
            value = home.get(held.name)
            if isinstance(value, Tensor) and value.dim():
                found.append(value)
    return found or _weights(module)


LEAF_CALLS.append(_call)
