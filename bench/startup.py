"""Time whole commands, interleaved: cnncalc, its bare imports, and torchinfo's shortest script.

Run it with the interpreter of an environment that has cnncalc, and torchinfo with torch for the
comparison (`pip install torchinfo`):

    python bench/startup.py [runs]

Quote the ratios: absolute times depend on the machine and on what else it does.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from importlib.util import find_spec

SUMMARY = [sys.executable, "-m", "cnncalc", "summary", "vgg11", "--input", "1x224x224"]
IMPORTS = [sys.executable, "-c", "import click, tabulate"]
TORCHINFO = """
from torch import nn
from torchinfo import summary
layers, ci = [], 1
for convs, co in ((1, 64), (1, 128), (2, 256), (2, 512), (2, 512)):
    for _ in range(convs):
        layers += [nn.Conv2d(ci, co, 3, padding=1), nn.ReLU()]
        ci = co
    layers.append(nn.MaxPool2d(2, 2))
net = nn.Sequential(*layers, nn.Flatten(), nn.Linear(25088, 4096), nn.ReLU(), nn.Dropout(),
                    nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout(), nn.Linear(4096, 10))
summary(net, (1, 1, 224, 224))
"""


def seconds(command: list[str]) -> float:
    """The wall time of one run; compiled files may be written, as in a normal installation."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
    return time.perf_counter() - start


def main() -> None:
    """Print the medians and the ratios."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    commands = {"cnncalc summary vgg11": SUMMARY, "import click, tabulate": IMPORTS}
    if find_spec("torchinfo") and find_spec("torch"):
        commands["torchinfo, same network"] = [sys.executable, "-c", TORCHINFO]
    times: dict[str, list[float]] = {name: [] for name in commands}
    for command in commands.values():
        seconds(command)  # warm the disk cache and the compiled files
    for run in range(runs):
        for name, command in commands.items():
            if name.startswith("torchinfo") and run % 5:
                continue
            times[name].append(seconds(command))
    medians = {name: statistics.median(values) for name, values in times.items()}
    ours = medians["cnncalc summary vgg11"]
    for name, median in medians.items():
        ratios = f"cnncalc / it {ours / median:5.2f}   it / cnncalc {median / ours:6.2f}"
        print(f"{name:<24} {median * 1000:8.1f} ms   {ratios}")


if __name__ == "__main__":
    main()
