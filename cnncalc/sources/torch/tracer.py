"""The tracer: runs a module on meta tensors and writes down every operation it applies.

A `TorchFunctionMode` sees each call of a torch function before it happens. The tracer swaps
real tensors for meta twins (shape and dtype, no memory), runs the function, and records what
it was: the op, the tensors it read, the module path and the source line. Modules that are one
op are recorded whole. The user's module is only ever read.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from ...errors import OpError
from ...graph import Weight
from ...ops import Op
from ..calls.making import unknown
from ..calls.recording import IntegerInputError
from ..calls.rules import ALIAS, RESHAPING, Call, Kind, Rule, spelled
from ..calls.tensor import shapes_of
from . import memo
from .aten import AtenRecorder
from .calls import calls_of
from .constants import Constants
from .errors import depends_on_values
from .kernels import has_no_meta_kernel, is_dynamic, run_on_zeros
from .leaves import is_compiled, leaf_op, takes
from .moving import without_device
from .places import Place
from .rules import find_rule
from .tensors import meta, replaced, tensors_in

_MethodWrapper = type(torch.Tensor.shape.__get__)
_TRACING = threading.RLock()


class Tracer(Constants, TorchFunctionMode):
    """Records what a module does; `real` runs it on the tensors it has, for comparison.

    `records` is the result, `sources` says where each known tensor came from.
    """

    def __init__(self, module: torch.nn.Module, real: bool = False) -> None:
        TorchFunctionMode.__init__(self)
        Constants.__init__(self, module, real)
        #: Modules that the root does not know, and where they were first called.
        self.unregistered: dict[int, tuple[torch.nn.Module, Place | None]] = {}
        #: What did not fit first, if anything: the outputs of such layers are assumed.
        self.first_misfit: tuple[str, Any] | None = None
        self._quiet = 0
        self._deep = 0

    # Running

    @contextmanager
    def running(self) -> Iterator[None]:
        """The time in which operations are recorded, in this thread."""
        with _TRACING, torch.no_grad() if not self.real else nullcontext(), calls_of(self), self:
            yield

    @contextmanager
    def beneath(self) -> Iterator[None]:
        """The time in which torch's primitive operations are recorded, not its functions."""
        if self._deep:
            yield
            return
        self._deep += 1
        try:
            with torch._C.DisableTorchFunction(), AtenRecorder(self):
                yield
        finally:
            self._deep -= 1

    def _module(
        self, original: Callable[..., Any], module: torch.nn.Module, args: Any, kwargs: Any
    ) -> Any:
        """A module is called: follow it, or record it whole."""
        if self._quiet or self._deep:
            return original(module, *args, **kwargs)
        if is_compiled(module):
            module = module._orig_mod
        path = self.paths.get(id(module))
        if path is None:
            path = self._unregistered(module)
        op = leaf_op(module)
        if op is not None and takes(op, args, kwargs):
            return self._leaf(original, module, path, op, args, kwargs)
        self.scope.append(path)
        before = len(self.records)
        try:
            if isinstance(module, torch.jit.ScriptModule):
                with self.beneath():
                    result = original(module, *args, **kwargs)
            else:
                result = original(module, *args, **kwargs)
        finally:
            self.scope.pop()
        if len(self.records) == before + 1 and not module._modules:
            self.records[before] = self.records[before]._replace(own=path)
        return result

    def _unregistered(self, module: torch.nn.Module) -> str:
        """A module that no other holds as an attribute, in a plain list perhaps."""
        self.unregistered[id(module)] = (module, self.place())
        inside = self.scope[-1]
        path = f"{inside}.{type(module).__name__}" if inside else type(module).__name__
        for name, each in module.named_modules():
            self.paths.setdefault(id(each), f"{path}.{name}" if name else path)
        return path

    def _leaf(
        self,
        original: Callable[..., Any],
        module: torch.nn.Module,
        path: str,
        op: Op,
        args: Any,
        kwargs: Any,
    ) -> Any:
        given = tensors_in(args, kwargs)
        if op.type in ("Embedding", "EmbeddingBag"):
            self.require_integers(given[:1])
        inputs = [] if not given else self._distinct(op, given)
        for tensor in inputs:
            self.source_of(tensor)  # weights and constants become layers before this one
        self._quiet += 1
        try:
            result = self._outcome(original, module, op, args, kwargs)
        except Exception as error:
            result = self._assumed(op, inputs, error)
        finally:
            self._quiet -= 1
        result = self.concluded(op, inputs, self._fresh(result, given, op))
        self.add_leaf(op, inputs, path, self._weights_of(module), result)
        return result

    def _weights_of(self, module: torch.nn.Module) -> tuple[Weight, ...]:
        """The tensors that a module holds, itself and in its parts."""
        found: list[Any] = [*module._parameters.values(), *module._buffers.values()]
        if module._modules:
            found = [*module.parameters(), *module.buffers()]
        known = self.weights
        return tuple([known[id(each)] for each in found if id(each) in known])

    def _outcome(
        self, original: Callable[..., Any], module: torch.nn.Module, op: Op, args: Any, kwargs: Any
    ) -> Any:
        """What a leaf makes of its arguments; on meta, equal questions are asked once."""
        if self.real:
            return self.execute(lambda: original(module, *args, **kwargs))
        with torch._C.DisableTorchFunction():
            key = memo.question(op, module, args, kwargs)
            known = None if key is None else memo.answer(key, args[0])
        if known is not None:
            return known
        result = original(module, *args, **kwargs)
        if key is not None:
            memo.remember(key, args[0], result)
        return result

    @staticmethod
    def _distinct(op: Op, given: list[torch.Tensor]) -> list[torch.Tensor]:
        """Self-attention is given one tensor three times."""
        if op.type == "MultiheadAttention" and len({id(each) for each in given[:3]}) == 1:
            return given[:1]
        return given[:3] if op.type == "MultiheadAttention" else given

    def __torch_function__(
        self,
        func: Any,
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        if func.__class__ is _MethodWrapper:
            return self._attribute(func, args)
        if self._quiet:
            return self._run(func, args, kwargs)
        return self._call(find_rule(func), func, args, kwargs)

    def primitive(self, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """A primitive operation that an `AtenRecorder` saw."""
        if self._quiet:
            return self._run(func, args, kwargs)
        # It is given twins, on which the function around it was run.
        args, kwargs = replaced((args, kwargs), self._known_original)
        self._quiet += 1  # primitives on meta are written in Python, with functions of torch
        try:
            return self._call(find_rule(func, primitive=True), func, args, kwargs)
        finally:
            self._quiet -= 1

    def _known_original(self, tensor: torch.Tensor) -> torch.Tensor:
        """The weight whose twin a tensor is; other tensors are what they are."""
        original = self.twins.original(tensor)
        return original if id(original) in self.weights else tensor

    def _attribute(self, func: Any, args: tuple[Any, ...]) -> Any:
        """`x.shape`, `x.device`, `x.T`: an attribute of a tensor is read."""
        name = func.__self__.__name__
        if name == "device" and not self.real:
            return torch.device("cpu")  # where the model thinks that it is
        if name in ("T", "mT", "H", "mH", "data", "real", "imag") and not self._quiet:
            return self._call(find_rule(func, name=name), func, args, {})
        return func(*args)

    def _call(self, rule: Rule, func: Any, args: Any, kwargs: Any) -> Any:
        kind = rule.kind
        if kind is Kind.PASS:
            return self._run(func, args, kwargs)
        if kind is Kind.NO:
            return False
        out = kwargs.get("out")
        if isinstance(out, torch.Tensor):
            return self._into(rule, func, args, kwargs, out)
        given = tensors_in(args, kwargs)
        if not any(self.knows(tensor) for tensor in given):
            return self._constant(rule, func, args, kwargs, given)
        if kind is Kind.VALUES:
            result = self._values(rule, func, args, kwargs, given)
            return self._picked(rule, given, result)
        if kind is Kind.LIKE:
            return self._like(rule, func, args, kwargs)
        if kind is Kind.MOVE and not self.real:
            func, args, kwargs = without_device(rule.name, func, args, kwargs)
        if kind is Kind.UNKNOWN:
            return self._opaque(rule, func, args, kwargs, given)
        return self._recorded(rule, func, args, kwargs, given)

    def _into(self, rule: Rule, func: Any, args: Any, kwargs: Any, out: torch.Tensor) -> Any:
        """`torch.add(x, y, out=z)`: the sum, which then goes by the name of z, too."""
        rest = {key: value for key, value in kwargs.items() if key != "out"}
        result = self._call(rule, func, args, rest)
        if not isinstance(result, torch.Tensor) or not self.knows(result):
            return func(*args, **kwargs) if not out.is_meta else out
        self.kept.append(out)
        self.sources[id(out)] = self.source_of(result)
        self._spread(out, self.sources[id(out)])
        return out

    def _recorded(self, rule: Rule, func: Any, args: Any, kwargs: Any, given: Any) -> Any:
        call = Call(self, rule.name, given, rule.inplace)
        if rule.inplace and rule.name in RESHAPING:
            self.keep_shape(given[0])
        try:
            call.result = self.execute(lambda: self._attempted(rule, func, args, kwargs, given))
        except IntegerInputError:
            raise
        except Exception as error:
            op = self._op_of(rule, call, args, kwargs)
            if op is None:
                raise self._failed(rule.name, error) from None
            call.result = self._assumed(op, call.inputs, error)
        else:
            op = self._op_of(rule, call, args, kwargs)
            if op is None and not rule.primitive and not rule.inplace:
                return self._opaque(rule, func, args, kwargs, given)
            if op is None:
                return self._unruled(rule, call, given)
            if op is ALIAS:
                self._follow(rule, func, args, kwargs, given, call.result)
                return self._alias(call)
        if rule.inplace:
            call.result = self.twins.real(call.result, given)
        elif rule.silent and (same := self._among(call.result, given)) is not None:
            return same
        else:
            call.result = self._fresh(call.result, given, op)
        call.result = self.concluded(op, [*call.inputs, *call.weights], call.result)
        self._follow(rule, func, args, kwargs, given, call.result)
        self.add(call, op)
        return call.result

    def _among(self, result: Any, given: list[torch.Tensor]) -> torch.Tensor | None:
        """The argument that a function handed back as it was; constants go in as their twins."""
        return next((x for x in given if result is x or result is self.stand_in(x)), None)

    def _follow(
        self, rule: Rule, func: Any, args: Any, kwargs: Any, given: Any, result: Any
    ) -> None:
        if not self.real:
            target = given[0] if rule.inplace else None
            self.values.follow(func, args, kwargs, given, result, target)

    def execute(self, run: Callable[[], Any]) -> Any:
        """Run one operation; a subclass may measure it."""
        return run()

    def concluded(self, op: Op, inputs: Sequence[torch.Tensor], result: Any) -> Any:
        """What the model gets to see of an operation's result; a subclass may change it."""
        return result

    def _alias(self, call: Call) -> Any:
        """The same values by another name: no operation."""
        if call.result is not call.inputs[0]:
            self.alias(call.inputs[0], call.result)
        return call.result

    def _op_of(self, rule: Rule, call: Call, args: Any, kwargs: Any) -> Op | None:
        """What the rule makes of the call; None where it has nothing to say."""
        try:
            return rule.handler(call, *args, **spelled(kwargs))
        except (OpError, TypeError, ValueError, IndexError, AttributeError, KeyError):
            return None

    def _unruled(self, rule: Rule, call: Call, given: list[torch.Tensor]) -> Any:
        """A call that its rule does not cover: its outputs are known from torch alone."""
        call.inputs, call.weights = given, []
        outputs = tensors_in(call.result)
        if not outputs:
            return call.result
        call.result = self._fresh(call.result, given, None)
        self.add(call, unknown(rule.name, shapes_of(call.result)))
        return call.result

    def _opaque(self, rule: Rule, func: Any, args: Any, kwargs: Any, given: Any) -> Any:
        """A function without a rule: look at the primitive operations it is made of."""
        if rule.primitive:
            result = self._run(func, args, kwargs)
            call = Call(self, rule.name, given, rule.inplace)
            call.result = self._fresh(result, given, None)
            if tensors_in(result):
                self.add(call, unknown(rule.name, shapes_of(result)))
            return call.result
        before = len(self.records)
        try:
            with AtenRecorder(self):
                return self._run(func, args, kwargs)
        except RuntimeError as error:
            if not has_no_meta_kernel(error) or is_dynamic(rule.name):
                raise self._failed(rule.name, error) from None
        del self.records[before:]
        result = replaced(run_on_zeros(func, args, kwargs), self.twins.of)
        if not tensors_in(result):
            raise depends_on_values(rule.name, self.location())
        call = Call(self, rule.name, given, rule.inplace)
        call.result = self._fresh(result, given, None)
        self.add(call, unknown(rule.name, shapes_of(result)))
        return call.result

    def _assumed(self, op: Op, inputs: Sequence[torch.Tensor], error: Exception) -> Any:
        """The declared output of an op whose inputs do not fit; the analysis reports the misfit."""
        shapes = tuple(tuple(tensor.shape) for tensor in inputs)
        measure = op.measure(shapes)
        if self.real or not measure.misfits or not inputs:
            raise self._failed(op.type, error) from None
        batch = shapes[0][0] if shapes[0] else 1
        if self.first_misfit is None:
            self.first_misfit = (measure.misfits[0].message, self.location())
        dtypes = [inputs[0].dtype] * len(measure.outputs)
        if op.type in _WITH_PLACES:
            dtypes[-1] = torch.int64
        outputs = [
            meta(
                tuple(
                    (batch if at == 0 else 1) if size is None else size
                    for at, size in enumerate(shape)
                ),
                dtype,
            )
            for shape, dtype in zip(measure.outputs, dtypes, strict=False)
        ]
        return outputs[0] if len(outputs) == 1 else tuple(outputs)

    def _fresh(self, result: Any, given: list[torch.Tensor], op: Op | None) -> Any:
        """The result, as a new tensor where it is an input handed through.

        So a residual path around dropout in eval mode still starts before it.
        """
        if op is not None and getattr(op, "inplace", False) and any(result is x for x in given):
            return result
        known = {id(tensor) for tensor in given}

        def renewed(tensor: torch.Tensor) -> torch.Tensor:
            if id(tensor) not in known:
                return tensor
            with torch._C.DisableTorchFunction():  # a leaf's result is renewed within this mode
                return tensor.view_as(tensor) if self.real else tensor.detach()

        return replaced(result, renewed) if given else result


#: Ops whose last output are places: values and their indices.
_WITH_PLACES = frozenset(
    ["TopK", "Sort", "Argsort", "max", "min", "argmax", "argmin", "median", "mode", "kthvalue"]
)
