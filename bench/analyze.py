"""Time `analyze` in-process: independent of the input's size and batch, and beside its peers.

    python bench/analyze.py

The graph is built once (`analyze` keeps zoo graphs); every run analyses it anew. Peers are
timed where they are installed (`pip install torch torchvision torchinfo fvcore`), on the same
model already built.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from importlib.util import find_spec

import cnncalc

MODEL = "torchvision/resnet152"


def median_ms(work: Callable[[], object], runs: int) -> float:
    """The median time of one call in milliseconds."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1000


def main() -> None:
    """Print the times of several inputs, and of the peers."""
    inputs = ["3x224x224", "64x3x224x224", "3x8192x8192"]
    for size in inputs:
        cnncalc.analyze(MODEL, input=size)
    times: dict[str, list[float]] = {size: [] for size in inputs}
    for _ in range(30):  # interleaved, so that a slow moment hits all alike
        for size in inputs:
            times[size].append(median_ms(lambda size=size: cnncalc.analyze(MODEL, input=size), 3))
    first = statistics.median(times[inputs[0]])
    for size in inputs:
        median = statistics.median(times[size])
        print(f"cnncalc    {size:<14} {median:9.2f} ms   {median / first:.2f}x of {inputs[0]}")
    peers(first)


def peers(ours: float) -> None:
    """Time the peers that are installed."""
    if not (find_spec("torch") and find_spec("torchvision")):
        return
    import torch
    import torchvision

    net = torchvision.models.resnet152().eval()
    image = torch.zeros(1, 3, 224, 224)
    work: dict[str, Callable[[], object]] = {}
    if find_spec("torchinfo"):
        import torchinfo

        work["torchinfo"] = lambda: torchinfo.summary(net, input_data=image, verbose=0)
    if find_spec("fvcore"):
        from fvcore.nn import FlopCountAnalysis

        def count() -> object:
            analysis = FlopCountAnalysis(net, image)
            analysis.unsupported_ops_warnings(False).uncalled_modules_warnings(False)
            return analysis.total()

        work["fvcore"] = count
    for name, call in work.items():
        call()
        median = median_ms(call, 5)
        print(f"{name:<10} {'3x224x224':<14} {median:9.2f} ms   {median / ours:.0f}x of cnncalc")


if __name__ == "__main__":
    main()
