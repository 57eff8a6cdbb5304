"""Time `cnncalc check`: as a whole process beside the shortest script with torch, and 200 models.

Run it with the interpreter of an environment that has cnncalc, and torch for the comparison:

    python bench/check.py [runs]

The process checks a model of about 100 lines; the configuration has 200 models, each in a file
of its own, checked in one process.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

from startup import IMPORTS, seconds

from cnncalc.checking.config import read
from cnncalc.checking.many import check_one

MODEL = """\
import torch
import torch.nn as nn
import torch.nn.functional as F


class Block(nn.Module):
    expansion = 1

    def __init__(self, in_planes, planes, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(in_planes, planes, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.shortcut = nn.Sequential()
        if stride != 1 or in_planes != planes:
            self.shortcut = nn.Sequential(
                nn.Conv2d(in_planes, planes, 1, stride, bias=False), nn.BatchNorm2d(planes)
            )

    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += self.shortcut(x)
        return F.relu(out)


class Gate(nn.Module):
    def __init__(self, channels, reduction=4):
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Sequential(
            nn.Linear(channels, channels // reduction),
            nn.ReLU(inplace=True),
            nn.Linear(channels // reduction, channels),
            nn.Sigmoid(),
        )

    def forward(self, x):
        b, c, _, _ = x.size()
        y = self.pool(x).view(b, c)
        return x * self.fc(y).view(b, c, 1, 1)


class Net(nn.Module):
    def __init__(self, num_classes=10):
        super(Net, self).__init__()
        self.in_planes = 16
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.layer1 = self._make_layer(16, 1, 1)
        self.layer2 = self._make_layer(32, 1, 2)
        self.gate = Gate(32)
        self.pool = nn.MaxPool2d(2)
        self.fc1 = nn.Linear(32 * 8 * 8, 64)
        self.drop = nn.Dropout(0.5)
        self.fc2 = nn.Linear(64, num_classes)
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight)
            elif isinstance(m, nn.BatchNorm2d):
                nn.init.constant_(m.weight, 1)
                nn.init.constant_(m.bias, 0)

    def _make_layer(self, planes, blocks, stride):
        layers = []
        for s in [stride] + [1] * (blocks - 1):
            layers.append(Block(self.in_planes, planes, s))
            self.in_planes = planes * Block.expansion
        return nn.Sequential(*layers)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.gate(self.layer2(self.layer1(x)))
        x = self.pool(x)
        x = x.view(x.size(0), -1)
        x = self.drop(F.relu(self.fc1(x)))
        return self.fc2(x)


def train(model, loader, optimizer, device, epoch):
    model.train()
    for batch, (data, target) in enumerate(loader):
        data, target = data.to(device), target.to(device)
        optimizer.zero_grad()
        loss = F.cross_entropy(model(data), target)
        loss.backward()
        optimizer.step()
        if batch % 100 == 0:
            print(f"epoch {epoch}, batch {batch}: {loss.item():.4f}")


if __name__ == "__main__":
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    net = Net().to(device)
    print(net(torch.randn(2, 3, 32, 32, device=device)).shape)
"""
TORCH = """
import torch
from model import Net
torch.set_default_device("meta")
Net().eval()(torch.empty(1, 3, 32, 32))
"""


def process(folder: Path, runs: int) -> None:
    """Print medians and ratios of whole processes."""
    model = f"{folder}/model.py:Net"
    check = [sys.executable, "-m", "cnncalc", "check", model, "--input", "3x32x32"]
    commands = {"cnncalc check": check, "import click, tabulate": IMPORTS}
    if find_spec("torch"):
        script = f"import sys; sys.path.insert(0, {str(folder)!r})\n{TORCH}"
        commands["torch on meta"] = [sys.executable, "-c", script]
    times: dict[str, list[float]] = {name: [] for name in commands}
    for command in commands.values():
        seconds(command)  # warm the disk cache and the compiled files
    for run in range(runs):
        for name, command in commands.items():
            if name.startswith("torch") and run % 5:
                continue
            times[name].append(seconds(command))
    medians = {name: statistics.median(values) for name, values in times.items()}
    ours = medians["cnncalc check"]
    for name, median in medians.items():
        ratios = f"cnncalc / it {ours / median:5.2f}   it / cnncalc {median / ours:6.2f}"
        print(f"{name:<24} {median * 1000:8.1f} ms   {ratios}")


def configuration(folder: Path, count: int = 200) -> None:
    """Print the time per model of a configuration checked in one process."""
    tables = []
    for number in range(count):
        # No two files are the same, so that none profits from another.
        (folder / f"model{number}.py").write_text(f"{MODEL}\n# number {number}\n")
        tables.append(f'[[tool.cnncalc.model]]\ntarget = "model{number}.py:Net"\ninput = "3x32x32"')
    (folder / "pyproject.toml").write_text("\n".join(tables))
    config = read(str(folder / "pyproject.toml"))
    start = time.perf_counter()
    checks = [check_one(entry) for entry in config.entries]
    taken = time.perf_counter() - start
    clean = sum(check.exit_code == 0 for check in checks)
    print(f"{count} models, {clean} clean: {taken / count * 1000:.1f} ms a model")


def main() -> None:
    """Both."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "model.py").write_text(MODEL)
        process(folder, runs)
        configuration(folder)


if __name__ == "__main__":
    main()
