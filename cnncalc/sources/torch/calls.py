"""Calls that no torch function announces: of modules, of scripted functions, under vmap.

While a trace runs, the ways into them are replaced by ones that tell the tracer.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import torch
from torch._functorch import apis

if TYPE_CHECKING:
    from .tracer import Tracer


@contextmanager
def calls_of(tracer: Tracer) -> Iterator[None]:
    """Tell `tracer` of calls in this thread."""
    thread = threading.get_ident()
    scripted: Any = torch._C.ScriptFunction
    functorch: Any = apis

    def module(original: Callable[..., Any]) -> Callable[..., Any]:
        def call(module: torch.nn.Module, *args: Any, **kwargs: Any) -> Any:
            if threading.get_ident() != thread:
                return original(module, *args, **kwargs)
            return tracer._module(original, module, args, kwargs)

        return call

    def beneath(original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            if threading.get_ident() != thread or tracer._quiet:
                return original(*args, **kwargs)
            with tracer.beneath():
                return original(*args, **kwargs)

        return call

    with ExitStack() as stack:
        stack.enter_context(_replaced(torch.nn.Module, "__call__", module))
        stack.enter_context(_replaced(scripted, "__call__", beneath))
        stack.enter_context(_replaced(functorch, "vmap_impl", beneath))
        yield


@contextmanager
def _replaced(home: Any, name: str, wrapped: Callable[[Callable[..., Any]], Any]) -> Iterator[None]:
    original = getattr(home, name)
    setattr(home, name, wrapped(original))
    try:
        yield
    finally:
        setattr(home, name, original)
