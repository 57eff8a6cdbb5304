"""Time the tracing of live modules, beside a bare forward pass and beside its peers.

    python bench/trace.py

Everything on the meta device is interleaved in one run. fvcore and torchlens cannot work
there: they run the model for real, on the same machine, and fewer times.
"""

from __future__ import annotations

import statistics
import time
import warnings
from collections.abc import Callable
from importlib.util import find_spec

import torch
import torchvision
from torch.utils.flop_counter import FlopCounterMode

import cnncalc
from cnncalc.sources.torch import memo

MODELS = ("resnet50", "densenet121", "swin_t")
SIZES = ((3, 224, 224), (3, 4096, 4096))
MICROSECONDS = 25
Works = dict[str, Callable[[], object]]


def on_meta(name: str) -> Works:
    """What is timed on the meta device, with a model that was built there."""
    with torch.device("meta"):
        net = getattr(torchvision.models, name)().eval()
        image = torch.empty(1, *SIZES[0])

    def bare() -> None:
        with torch.no_grad():
            net(image)

    def counted() -> None:
        with FlopCounterMode(display=False), torch.no_grad():
            net(image)

    def anew() -> None:
        memo.forget()  # as in a process that has traced nothing yet
        cnncalc.trace(net, SIZES[0])

    works: Works = {
        "bare forward": bare,
        "cnncalc.trace": anew,
        "  once more": lambda: cnncalc.trace(net, SIZES[0]),
        "cnncalc.analyze": lambda: cnncalc.analyze(net, SIZES[0]),
        "FlopCounterMode": counted,
    }
    if find_spec("torchinfo"):
        import torchinfo

        works["torchinfo"] = lambda: torchinfo.summary(
            net, input_data=image, verbose=0, device="meta"
        )
    return works


def for_real(name: str) -> Works:
    """The peers that need real tensors."""
    net = getattr(torchvision.models, name)().eval()
    image = torch.zeros(1, *SIZES[0])
    works: Works = {}
    if find_spec("fvcore"):
        import logging

        from fvcore.nn import FlopCountAnalysis

        logging.getLogger("fvcore").setLevel(logging.ERROR)
        logging.getLogger("fvcore.nn.jit_analysis").setLevel(logging.ERROR)
        works["fvcore"] = lambda: FlopCountAnalysis(net, image).total()
    if find_spec("torchlens"):
        import torchlens

        log = getattr(torchlens, "log_forward_pass", None) or torchlens.trace
        works["torchlens"] = lambda: log(net, image)
    return works


def timed(works: Works, rounds: int) -> dict[str, float]:
    """The median milliseconds of each, one after the other in every round."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for round_ in range(rounds + 1):
        for name, work in works.items():
            start = time.perf_counter()
            work()
            if round_:  # the first one warms up
                times[name].append(time.perf_counter() - start)
    return {name: statistics.median(each) * 1000 for name, each in times.items()}


def compare(name: str) -> None:
    """Print one model's times, the limit that they are held to, and the ratios."""
    with torch.device("meta"):
        net = getattr(torchvision.models, name)().eval()
    layers = len(cnncalc.trace(net, SIZES[0]).layers)
    meta = timed(on_meta(name), 15)
    bare, ours = meta["bare forward"], meta["cnncalc.trace"]
    limit = 1.3 * bare + MICROSECONDS * layers / 1000
    print(f"{name}: {layers} operations; tracing may take 1.3x bare + {MICROSECONDS} us each = "
          f"{limit:.1f} ms")  # fmt: skip
    for what, time_ in {**meta, **timed(for_real(name), 2)}.items():
        print(f"  {what:<16} {time_:9.1f} ms   {time_ / ours:7.2f}x of cnncalc.trace")


def sizes(name: str) -> None:
    """Print how the time depends on the input's size and batch."""
    net = getattr(torchvision.models, name)().eval()
    works: Works = {
        f"{size} batch {batch}": lambda size=size, batch=batch: cnncalc.trace(
            net, size, batch=batch
        )
        for size in SIZES
        for batch in (1, 64)
    }
    times = timed(works, 11)
    first = next(iter(times.values()))
    print(f"{name}, real weights:")
    for what, time_ in times.items():
        print(f"  {what:<28} {time_:9.1f} ms   {time_ / first:5.2f}x")


def main() -> None:
    """Time all models."""
    warnings.simplefilter("ignore")
    for name in MODELS:
        compare(name)
    sizes("resnet50")


if __name__ == "__main__":
    main()
