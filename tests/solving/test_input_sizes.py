"""Input sizes of whole networks against brute force: each size is analysed by itself."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cnncalc
from cnncalc import solve
from cnncalc.errors import InputError, LimitError, NameNotFoundError
from cnncalc.finding import Severity
from cnncalc.report import Report
from cnncalc.solving.accepted import Sizes
from cnncalc.solving.patterns import Pattern, pattern

EXAMPLES = Path(__file__).parents[2] / "examples"
#: Sizes tried by brute force.
GRID = 14


@st.composite
def specs(draw: Any) -> str:
    """A chain of windows; what comes in is square or not."""
    layers = []
    for _ in range(draw(st.integers(1, 4))):
        word = draw(st.sampled_from(["conv", "maxpool", "avgpool", "deconv"]))
        kernel = [draw(st.integers(1, 4)) for _ in range(draw(st.integers(1, 2)))]
        options = [f"s{draw(st.integers(1, 3))}"]
        pad = draw(st.integers(0, min(kernel) // 2))
        options += [f"p{pad}"] if pad else []
        if word == "conv" and draw(st.booleans()):
            options.append("d2")
        if word.endswith("pool") and draw(st.booleans()):
            options.append("ceil_mode")
        layers.append(f"{word}{'x'.join(map(str, kernel))}{'@2' * (word[-4:] == 'conv')} "
                      f"{' '.join(options)}")  # fmt: skip
    return ", ".join(layers)


def report(model: str, sizes: tuple[int, ...], channels: int = 3) -> Report:
    return cnncalc.analyze(model, (channels, *sizes))


def fits(found: Report) -> bool:
    return all(each.severity is not Severity.ERROR for each in found.findings)


def whole(found: Report) -> bool:
    """Does every pixel reach the output?"""
    return not any(each.code == "border-unseen" for each in found.findings)


def grid(found: tuple[Sizes, ...]) -> set[tuple[int, ...]]:
    """The sizes of an answer that brute force tries too."""
    return {
        sizes
        for each in found
        for sizes in product(range(1, GRID), repeat=len(each.axes))
        if all(size in axis for size, axis in zip(sizes, each.axes, strict=True))
    }


@settings(max_examples=25)
@given(specs())
def test_smallest(spec: str) -> None:
    taken = {sizes for sizes in product(range(1, GRID), repeat=2) if fits(report(spec, sizes))}
    answer = solve.smallest(spec)
    found = {each.sizes for each in answer.least if max(each.sizes) < GRID}
    minimal = {
        sizes
        for sizes in taken
        if not any(a != sizes and a[0] <= sizes[0] and a[1] <= sizes[1] for a in taken)
    }
    assert found == minimal
    squares = [size for size in range(1, GRID) if (size, size) in taken]
    if squares:
        assert answer.square == squares[0]
        (below,) = {each.below for each in answer.least}
        for trouble, size in zip(below, answer.least[0].sizes, strict=True):
            assert (trouble is None) == (size == 1)


@settings(max_examples=15)
@given(specs())
def test_exact_and_taken_sizes(spec: str) -> None:
    reports = {sizes: report(spec, sizes) for sizes in product(range(1, GRID), repeat=2)}
    taken = {sizes for sizes, each in reports.items() if fits(each)}
    if not taken:
        return
    assert grid(solve.inputs(spec).sizes) == taken
    answer = solve.exact(spec)
    assert grid(answer.sizes) == {sizes for sizes in taken if whole(reports[sizes])}
    assert all(each.independent for each in answer.sizes)
    for found, does in ((solve.inputs(spec), lambda each: True), (answer, whole)):
        for sizes in found.sizes:
            for size in range(20, 240, 20):
                both = all(goes_on(axis, size) for axis in sizes.axes)
                each = report(spec, (size, size))
                assert both == (fits(each) and does(each)), size


def goes_on(axis: Pattern, size: int) -> bool:
    """Is a size in a pattern, as it goes on beyond the sizes that were looked at?"""
    assert axis.period is not None
    beyond = max(size - axis.last, 0)
    return size - -(-beyond // axis.period) * axis.period in axis


@given(st.sets(st.integers(1, 40)), st.integers(1, 5))
def test_a_period_is_one(sizes: set[int], times: int) -> None:
    long = sorted(size + 40 * turn for size in sizes for turn in range(times))
    found = pattern(long, 1, 40 * times, closed=False)
    assert [size for size in range(1, 40 * times + 1) if size in found] == long
    if found.period is not None:
        for size in range(found.start or 0, 40 * times - found.period + 1):
            assert (size in found) == (size + found.period in found)
    elif sizes and times > 2:
        raise AssertionError("a set that repeats every 40 sizes has a period")


@settings(max_examples=15)
@given(specs(), st.integers(1, 6), st.integers(1, 6))
def test_inputs_for_an_output(spec: str, height: int, width: int) -> None:
    wanted = {
        sizes
        for sizes in product(range(1, GRID), repeat=2)
        if fits(each := report(spec, sizes)) and each.rows[-1].output_shape[2:] == (height, width)
    }
    answer = solve.inputs(spec, output=(height, width))
    assert grid(answer.sizes) == wanted or max(map(max, wanted), default=0) >= GRID
    assert (answer.reason is None) == answer.found


@settings(max_examples=15)
@given(specs(), st.sampled_from([2, 8, 18, 24, 32, 50]))
def test_inputs_for_a_number_of_features(spec: str, features: int) -> None:
    spec = f"{spec}, conv1@2, fc10"
    wanted = set()
    for sizes in product(range(1, GRID), repeat=2):
        found = report(spec, sizes)
        last = found.rows[-1]
        if fits(found) and last.op.in_features == features:  # type: ignore[attr-defined]
            wanted.add(sizes)
    answer = solve.inputs(spec, layer="fc1", features=features)
    assert grid(answer.sizes) == wanted
    hard = spec.replace("fc10", f"flatten, Linear({features}, 10)")
    assert grid(solve.inputs(hard).sizes) == wanted
    assert grid(solve.exact(hard).sizes) == {
        sizes for sizes in wanted if whole(report(hard, sizes))
    }
    if wanted:
        minimal = {
            sizes
            for sizes in wanted
            if not any(a != sizes and a[0] <= sizes[0] and a[1] <= sizes[1] for a in wanted)
        }
        found_ = {each.sizes for each in solve.smallest(hard).least}
        assert {sizes for sizes in found_ if max(sizes) < GRID} == minimal


#: What torchvision says itself, or what follows from five halvings.
KNOWN = {"inception_v3": 75, "vgg16": 32, "torchvision/alexnet": 63, "resnet50": 1}


@pytest.mark.parametrize("name", KNOWN)
def test_smallest_of_well_known_networks(name: str) -> None:
    (least,) = solve.smallest(name).least
    assert set(least.sizes) == {KNOWN[name]}
    assert fits(report(name, least.sizes))
    if KNOWN[name] > 1:
        assert not fits(report(name, (least.sizes[0] - 1, least.sizes[1])))
        assert not fits(report(name, (least.sizes[0], least.sizes[1] - 1)))


def test_a_network_with_skips_wants_multiples() -> None:
    model = str(EXAMPLES / "unet.yaml")
    (sizes,) = solve.inputs(model).sizes
    assert str(sizes.axes[0]) == "8, 16, 24, 32, ... (multiples of 8)"
    assert [each.sizes for each in solve.smallest(model).least] == [(8, 8)]


NET = """
from torch import nn

class Net(nn.Module):
    def __init__(self, n=100):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3)
        self.pool = nn.MaxPool2d(2)
        self.fc = nn.Linear(n, 10)

    def forward(self, x):
        x = self.pool(self.conv(x))
        return self.fc({flat})
"""


@pytest.fixture(params=["x.flatten(1)", "x.view(-1, 100)", "x.view(x.size(0), 4 * 5 * 5)"])
def net(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    file = tmp_path / "net.py"
    file.write_text(NET.format(flat=request.param), "utf-8")
    return f"{file}:Net"


def test_a_python_file_without_an_input(net: str) -> None:
    # 4 channels and 25 positions: 5x5, 1x25 or 25x1, each of twice the size, and 2 or 3 more.
    answer = solve.inputs(net, layer="fc")
    boxes = {"12..13 x 12..13", "4..5 x 52..53", "52..53 x 4..5"}
    assert {str(each) for each in answer.sizes} == boxes
    assert answer.why[1] == "100 = 4 * 5 * 5 at 12x12"
    assert {str(each) for each in solve.inputs(net).sizes} == boxes
    assert [each.sizes for each in solve.smallest(net).least] == [(12, 12), (4, 52), (52, 4)]
    for each in answer.sizes:
        assert fits(cnncalc.analyze(net, (1, *each.base)))


def test_a_forward_that_decides_by_the_size(tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    file.write_text(
        "from torch import nn\n"
        "class Net(nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.conv = nn.Conv2d(3, 4, 3)\n"
        "        self.pool = nn.MaxPool2d(4)\n"
        "    def forward(self, x):\n"
        "        return self.pool(self.conv(x)) if x.size(2) > 9 else self.conv(x)\n",
        "utf-8",
    )
    assert [each.sizes for each in solve.smallest(f"{file}:Net").least] == [(3, 3)]
    (sizes,) = solve.inputs(f"{file}:Net", up_to=40).sizes
    # With more than 9 rows the pooling wants 6 columns: what 3x3 shows is not all there is.
    assert not sizes.independent
    assert [(axis.spans[0], len(axis.spans)) for axis in sizes.axes] == [((3, 9), 1), ((3, 40), 1)]


def test_what_cannot_be_told_is_not_claimed(tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    file.write_text(
        "from torch import nn\n"
        "from torch.nn import functional as F\n"
        "class Net(nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.conv = nn.Conv2d(3, 4, 3, stride=2)\n"
        "        self.fc = nn.Linear(36, 10)\n"
        "    def forward(self, x):\n"
        "        if x.size(2) % 2 == 0:\n"
        "            x = F.pad(x, (0, 0, 0, 1))\n"
        "        return self.fc(self.conv(x).flatten(1))\n",
        "utf-8",
    )
    # 36 = 4 * 3*3: heights 6..7 (an even one is padded), widths 7..8; 9x1 and 1x9 are not found.
    taken = {
        (height, width)
        for height, width in product(range(1, GRID), repeat=2)
        if fits(cnncalc.analyze(f"{file}:Net", (3, height, width)))
    }
    for answer in (solve.inputs(f"{file}:Net"), solve.inputs(f"{file}:Net", layer="fc")):
        assert grid(answer.sizes) == {(6, 7), (7, 7), (6, 8), (7, 8)} == taken
        assert not any(each.independent for each in answer.sizes)
    smallest = solve.smallest(f"{file}:Net")
    assert [each.sizes for each in smallest.least] == [(6, 7)]
    assert not smallest.sure


def test_what_does_not_fit_elsewhere_is_said(net: str) -> None:
    answer = solve.inputs(net, layer="fc", features=64)
    if "flatten" in Path(net.removesuffix(":Net")).read_text("utf-8"):
        assert "10..11 x 10..11" in {str(each) for each in answer.sizes}
        assert answer.trouble == "fc: Linear expects 100 features but receives 64"
    else:  # fc never sees what the view does not make
        assert answer.reason == "reshape, before it, is made for 100"


def test_reading_again_and_again_has_an_end(tmp_path: Path, monkeypatch) -> None:
    file = tmp_path / "net.py"
    file.write_text(
        "from torch import nn\n"
        "class Net(nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.conv = nn.Conv2d(3, 4, 3)\n"
        "    def forward(self, x):\n"
        "        assert x.size(2) == 224\n"
        "        return self.conv(x)\n",
        "utf-8",
    )
    (least,) = solve.smallest(f"{file}:Net").least
    assert least.sizes == (224, 3)
    monkeypatch.setattr("cnncalc.solving.model._PATIENCE", 0.05)
    with pytest.raises(LimitError, match=r"has to be read for each size, and \d+ readings took"):
        solve.smallest(f"{file}:Net")


def test_near_sizes_and_what_is_dropped() -> None:
    answer = solve.exact("conv3 s2, conv3 s2", "3x100x101")
    assert answer.near == ((99, 101), (101, 101))
    assert answer.dropped == (
        "the last row of the 100x101 input never reaches the output (left over at conv1)"
    )
    assert solve.exact("conv3 s2", "3x101x101").dropped is None


def test_reasons() -> None:
    hard = "conv3@4, flatten, Linear(30, 10)"
    assert solve.inputs(hard).reason == "its hard-coded numbers of features fit no input size"
    assert solve.inputs(hard, layer="fc1").reason == (
        "30 is no multiple of the 4 channels (4 * 7 = 28)"
    )
    assert solve.smallest(hard).reason == "its hard-coded numbers of features fit no input size"
    assert not solve.exact(hard).found
    assert solve.inputs("upsample2", output=7).reason == (
        "upsample1 makes no 7x7: 8 of 4, and 6 of 3"
    )
    wrong = solve.exact("Conv2d(3, 3, 1)", "5x9x9")
    assert wrong.reason == ("at 1024x1024: conv1: Conv2d expects 3 channels but receives 5")
    assert solve.exact("conv1 s2", "3x9x9").found
    assert solve.exact("ZeroPad2d(-1), conv1").reason == "every size drops something"


def test_refusals() -> None:
    with pytest.raises(InputError, match="has no spatial sizes to solve for"):
        solve.smallest("fc10", "784")
    with pytest.raises(NameNotFoundError, match="unknown layer 'fc7'"):
        solve.inputs("vgg11", layer="fc7")
    with pytest.raises(InputError, match="in_features is not fixed"):
        solve.inputs("conv3@4, fc10", layer="fc1")
    with pytest.raises(InputError, match="a MaxPool2d has no number of features"):
        solve.inputs("maxpool2", layer="pool1")
    with pytest.raises(InputError, match="two questions"):
        solve.inputs("vgg11", features=3, output=3)
    with pytest.raises(InputError, match="--features says what a layer"):
        solve.inputs("vgg11", features=3)
    with pytest.raises(InputError, match="and 7x7x7 is wanted"):
        solve.inputs("vgg11", output=(7, 7, 7))
