"""torch and its modules, as the user's imports see them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ...calls.rules import Kind, find
from ..functions import LISTINGS
from ..imports import Importer, library
from ..interpreter import Interpreter
from ..values import (
    MISSING,
    Class,
    ClassBound,
    Function,
    Instance,
    Namespace,
    Native,
    Opaque,
    Static,
    called,
    method,
)  # fmt: skip
from . import arrays as arrays  # numpy, which makes constants
from . import composites
from . import module_methods as module_methods  # the methods of nn.Module
from . import visionleaves as visionleaves  # torchvision, some of whose modules are ops
from .containers import CONTAINERS
from .factories import FACTORIES
from .functions import ANSWERS, apply
from .leafclasses import family_class, leaf_class
from .leaves import LEAVES
from .limits import float_limits, integer_limits
from .methods import BUFFER, PARAMETER, TENSOR
from .modules import MODULE
from .tensor import Size, Tensor, dtype
from .wrappers import AS_HOOKS, AS_PARAMETRIZATIONS

_DTYPES = {
    "float32": "float32", "float": "float32", "float64": "float64", "double": "float64",
    "float16": "float16", "half": "float16", "bfloat16": "bfloat16", "uint8": "uint8",
    "int8": "int8", "int16": "int16", "short": "int16", "int32": "int32", "int": "int32",
    "int64": "int64", "long": "int64", "bool": "bool", "complex64": "complex64",
    "complex128": "complex128", "cfloat": "complex64",
}  # fmt: skip


def function(name: str, shown: str) -> Any:
    """A function of torch, or MISSING where the reader knows none of that name."""
    if name in composites.COMPOSITES:
        return composites.COMPOSITES[name]
    if name not in ANSWERS and find(name).kind in (Kind.UNKNOWN, Kind.PASS):
        return MISSING
    return Native(shown, lambda reader, *args, **kwargs: apply(reader, name, args, kwargs, shown))


# Making parameters and tensors


def _make_parameter(
    reader: Interpreter, cls: Class, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Tensor:
    """`nn.Parameter(data)`: a tensor of its own, whose values will be learned: none are known."""
    data = args[0] if args else kwargs.get("data")
    if data.__class__ is Opaque:
        raise reader.cannot(f"nn.Parameter is given {data.what}, which is not known")
    wanted = kwargs.get("requires_grad", args[1] if len(args) > 1 else cls is PARAMETER)
    shape = (0,) if data is None else data.shape
    kind = dtype("float32") if data is None else data.dtype
    made = Tensor(shape, kind, trainable=reader.truth(wanted), is_parameter=cls is PARAMETER)
    if cls is not PARAMETER and data is not None:
        made.values = data.values
    return made


PARAMETER.names["__make__"] = _make_parameter
BUFFER.names["__make__"] = _make_parameter
TENSOR.names["__make__"] = lambda reader, cls, args, kwargs: FACTORIES["FloatTensor"].run(
    reader, *args, **kwargs
)


# What has no effect on figures


def _decorator(name: str) -> Native:
    """`@torch.no_grad()`, `with torch.no_grad():`, `@torch.jit.script`."""

    def run(reader: Interpreter, function: Any = None, *args: Any, **kwargs: Any) -> Any:
        if isinstance(function, Function | Class | Instance | Native | Static):
            return function
        return Native(name, lambda inner, made=None: made)

    return Native(name, run)


def _nothing(name: str) -> Native:
    return Native(name, lambda reader, *args, **kwargs: None)


def _first(name: str) -> Native:
    """`nn.init.zeros_(t)`: the values of a tensor are set."""
    return Native(name, lambda reader, value=None, *args, **kwargs: value)


@called("torch.utils.checkpoint.checkpoint")
def _checkpoint(reader: Interpreter, function: Any, *args: Any, **kwargs: Any) -> Any:
    for name in ("use_reentrant", "preserve_rng_state", "context_fn", "determinism_check", "debug"):
        kwargs.pop(name, None)
    return reader.call(function, args, kwargs)


@called("torch.utils.checkpoint.checkpoint_sequential")
def _checkpoint_sequential(
    reader: Interpreter, functions: Any, segments: Any, value: Any, **_: Any
) -> Any:
    for each in reader.iterate(functions):
        value = reader.call(each, (value,))
    return value


# autograd.Function

FUNCTION_BASE = Class("Function", module="torch.autograd")


@method("apply")
def _apply_function(reader: Interpreter, cls: Class, *args: Any) -> Any:
    """`Swish.apply(x)`: its forward, with a context that remembers nothing."""
    forward = cls.find("forward")
    if isinstance(forward, Static):
        forward = forward.function
    return reader.call(forward, (Opaque("the context of an autograd.Function"), *args))


FUNCTION_BASE.names["apply"] = ClassBound(_apply_function)


# Modules by name


def _torch(name: str) -> Any:
    if name in _DTYPES:
        return dtype(_DTYPES[name])
    if name in FACTORIES:
        return FACTORIES[name]
    if name in _TORCH:
        return _TORCH[name]
    if f"torch.{name}" in _PLAYED:
        return namespace(f"torch.{name}")
    found = function(name, f"torch.{name}")
    return Opaque(f"torch.{name}") if found is MISSING else found


_TORCH: dict[str, Any] = {
    "Tensor": TENSOR,
    "finfo": Native("torch.finfo", float_limits),
    "iinfo": Native("torch.iinfo", integer_limits),
    "Size": Native("torch.Size", lambda reader, sizes=(): Size(reader.listed(sizes))),
    "device": Native("torch.device", lambda reader, *args, **kwargs: Opaque("torch.device()")),
    "pi": math.pi,
    "inf": math.inf,
    "nan": math.nan,
    "__version__": "2.11.0",
    "is_grad_enabled": Native("torch.is_grad_enabled", lambda reader: False),
    "jit": None,
    **{
        name: _decorator(f"torch.{name}")
        for name in ("no_grad", "enable_grad", "inference_mode", "set_grad_enabled", "autocast",
                     "compile")
    },
    **{
        name: _nothing(f"torch.{name}")
        for name in ("manual_seed", "seed", "set_default_dtype", "set_printoptions", "save",
                     "set_float32_matmul_precision", "use_deterministic_algorithms",
                     "set_num_threads", "_assert", "set_default_tensor_type")
    },
}  # fmt: skip
del _TORCH["jit"]


def _nn(name: str) -> Any:
    found: Any = _NN.get(name)
    if found is None:
        found = CONTAINERS.get(name) or leaf_class(name)
    if found is None and f"torch.nn.{name}" in _PLAYED:
        found = namespace(f"torch.nn.{name}")
    if found is None:
        found = _from_library(name)
    return Opaque(f"torch.nn.{name}") if found is None else found


#: Who reads the library's files, while a model is read.
_LIBRARY: list[Importer] = []


def _from_library(name: str) -> Any:
    """A class of torch.nn that is written in Python: transformers, losses."""
    dotted = f"torch.nn.{name}"
    if not _LIBRARY or (dotted not in library()[1] and dotted not in library()[0]):
        return None
    return _LIBRARY[-1].bundled(dotted)


_NN: dict[str, Any] = {
    "Module": MODULE,
    "Parameter": PARAMETER,
    "Buffer": BUFFER,
    "UninitializedParameter": Class("UninitializedParameter", (PARAMETER,), module="torch.nn"),
}


def _functional(name: str) -> Any:
    found = function(name, f"F.{name}")
    return Opaque(f"torch.nn.functional.{name}") if found is MISSING else found


def _modules(name: str) -> Any:
    """`nn.modules.batchnorm._BatchNorm`, `nn.modules.utils._pair`."""
    found = family_class(name)
    if found is not None:
        return found
    if name in ("_single", "_pair", "_triple", "_quadruple"):
        return _repeated(("_single", "_pair", "_triple", "_quadruple").index(name) + 1)
    if name.islower() and not name.startswith("_"):
        return _nn(name) if name in ("utils",) else namespace("torch.nn.modules")
    return _nn(name)


def _inside_modules(home: str) -> Callable[[str], Any]:
    """A module of torch.nn.modules: what is written in the library, and the leaves."""
    file = library()[0].get(home)

    def get(name: str) -> Any:
        if file is not None and _LIBRARY:
            found = _LIBRARY[-1].in_file(home, file, name)
            if found is not MISSING:
                return found
        return _modules(name)

    return get


def _repeated(count: int) -> Native:
    def run(reader: Interpreter, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return tuple(value)
        return (value,) * count

    return Native("_ntuple", run)


def _prefixed(module: str, prefix: str) -> Callable[[str], Any]:
    def get(name: str) -> Any:
        found = function(f"{prefix}_{name}", f"{module}.{name}")
        return Opaque(f"{module}.{name}") if found is MISSING else found

    return get


def _opaque_in(module: str, **known: Any) -> Callable[[str], Any]:
    return lambda name: known[name] if name in known else Opaque(f"{module}.{name}")


def _init(name: str) -> Any:
    if name == "calculate_gain":
        return Native("nn.init.calculate_gain", lambda reader, *args, **kwargs: 1.0)
    return _first(f"nn.init.{name}")


_JIT_DECORATORS = frozenset(
    ["script", "ignore", "export", "unused", "script_method", "trace", "script_if_tracing"]
)


def _jit(name: str) -> Any:
    if name in _JIT_DECORATORS:
        return _decorator(f"torch.jit.{name}")
    if name in ("is_scripting", "is_tracing"):
        return Native(f"torch.jit.{name}", lambda reader: False)
    if name == "annotate":
        return Native("torch.jit.annotate", lambda reader, kind, value: value)
    return MODULE if name == "ScriptModule" else Opaque(f"torch.jit.{name}")


def _no(name: str) -> Native:
    return Native(name, lambda reader, *args: False)


_AMP = {"autocast": _decorator("autocast"), "custom_fwd": _decorator("custom_fwd"),
        "custom_bwd": _decorator("custom_bwd")}  # fmt: skip
_NN_UTILS = {name: _nothing(f"nn.utils.{name}") for name in ("clip_grad_norm_", "clip_grad_value_")}

#: Dotted name -> how its names are found.
_PLAYED: dict[str, Callable[[str], Any]] = {
    "torch": _torch,
    "torch.nn": _nn,
    "torch.nn.functional": _functional,
    "torch.nn.modules": _modules,
    "torch.nn.parameter": _nn,
    "torch.nn.init": _init,
    "torch.nn.utils": _opaque_in("torch.nn.utils", **_NN_UTILS, **AS_HOOKS),
    "torch.nn.utils.parametrizations": _opaque_in(
        "torch.nn.utils.parametrizations", **AS_PARAMETRIZATIONS
    ),
    "torch.fft": _prefixed("torch.fft", "fft"),
    "torch.linalg": _prefixed("torch.linalg", "linalg"),
    "torch.special": _prefixed("torch.special", "special"),
    "torch.jit": _jit,
    "torch.cuda": _opaque_in(
        "torch.cuda", is_available=_no("torch.cuda.is_available"), amp=None,
        manual_seed=_nothing("seed"), manual_seed_all=_nothing("seed"),
        device_count=Native("torch.cuda.device_count", lambda reader: 0),
        empty_cache=_nothing("torch.cuda.empty_cache"),
    ),
    "torch.cuda.amp": _opaque_in("torch.cuda.amp", **_AMP),
    "torch.amp": _opaque_in("torch.amp", **_AMP),
    "torch.autograd": _opaque_in(
        "torch.autograd", Function=FUNCTION_BASE,
        Variable=Native("Variable", lambda reader, data, *_, **__: data),
    ),
    "torch.autograd.function": _opaque_in("torch.autograd", Function=FUNCTION_BASE),
    "torch.utils": _opaque_in("torch.utils"),
    "torch.utils.checkpoint": _opaque_in(
        "torch.utils.checkpoint", checkpoint=_checkpoint,
        checkpoint_sequential=_checkpoint_sequential,
    ),
    "torch.backends": _opaque_in("torch.backends"),
}  # fmt: skip


def _names_of_nn() -> list[str]:
    bundled = (each.removeprefix("torch.nn.") for each in library()[1])
    return [*_NN, *CONTAINERS, *LEAVES, *(name for name in bundled if name.isidentifier())]


def _names_of_models() -> list[str]:
    home = "torchvision.models."
    return [each.removeprefix(home) for each in library()[1] if each.startswith(home)]


LISTINGS["torch.nn"] = _names_of_nn
LISTINGS["torchvision.models"] = _names_of_models


def namespace(name: str) -> Namespace | None:
    """The module of torch of that name; None: none that the reader plays."""
    found = _PLAYED.get(name)
    if found is None:
        if name.startswith("torch.nn.modules."):
            found = _inside_modules(name)
        elif name in ("torch.nn.utils.spectral_norm", "torch.nn.utils.weight_norm"):
            found = _PLAYED["torch.nn.utils"]
        elif name in ("pytorch_lightning", "lightning", "lightning.pytorch"):
            found = _opaque_in(name, LightningModule=LIGHTNING)
        else:
            return None

    def find_name(wanted: str) -> Any:
        inner = f"{name}.{wanted}"
        if inner in _PLAYED and name != "torch" and name != "torch.nn":
            return namespace(inner)
        return found(wanted)

    return Namespace(name, find=find_name)


#: A module whose training the reader does not look at.
LIGHTNING = Class("LightningModule", (MODULE,), module="pytorch_lightning")
for _name in ("save_hyperparameters", "log", "log_dict"):
    LIGHTNING.names[_name] = method(_name)(lambda reader, *args, **kwargs: None)
