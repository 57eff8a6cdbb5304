"""What other tools count for small modules whose figures can be worked by hand.

    python bench/peers.py

Prints a Markdown table of parameters and MACs (half of a tool's FLOPs where it counts those).
The right figures are worked out in tests/trace/test_small_modules.py. Needs torchinfo, fvcore,
ptflops and thop; a tool that raises shows as "-".
"""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Callable
from typing import Any

import torch
from tabulate import tabulate
from torch import nn
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

import cnncalc

Figures = tuple[int | None, int | None]


class Does(nn.Module):
    """A module whose forward is a function of itself and its input."""

    def __init__(self, forward: Callable[..., Any], **parts: Any) -> None:
        super().__init__()
        for name, part in parts.items():
            setattr(self, name, part)
        self._does = forward

    def forward(self, x: torch.Tensor) -> Any:
        return self._does(self, x)


def modules() -> dict[str, tuple[nn.Module, tuple[int, ...]]]:
    """Name -> module and the shape of its input."""
    shared = nn.Linear(10, 10)
    tied = Does(
        lambda self, x: self.head(self.embed(x.long())),
        embed=nn.Embedding(50, 8),
        head=nn.Linear(8, 50, bias=False),
    )
    tied.head.weight = tied.embed.weight
    return {
        "MultiheadAttention(16, 4), 10 tokens": (
            Does(
                lambda self, x: self.a(x, x, x)[0], a=nn.MultiheadAttention(16, 4, batch_first=True)
            ),
            (1, 10, 16),
        ),
        "F.scaled_dot_product_attention": (
            Does(lambda self, x: F.scaled_dot_product_attention(x, x, x)),
            (1, 2, 6, 8),
        ),
        "ConvTranspose2d(4, 2, 3, stride=2)": (nn.ConvTranspose2d(4, 2, 3, 2), (1, 4, 5, 5)),
        "F.conv2d with an nn.Parameter": (
            Does(
                lambda self, x: F.conv2d(x, self.weight),
                weight=nn.Parameter(torch.rand(8, 3, 3, 3)),
            ),
            (1, 3, 6, 6),
        ),
        "one Linear applied twice": (nn.Sequential(shared, nn.ReLU(), shared), (1, 10)),
        "tied embedding and output layer": (tied, (1, 5)),
        "a bare nn.Parameter that scales": (
            Does(lambda self, x: x * self.s, s=nn.Parameter(torch.ones(3, 1, 1))),
            (1, 3, 4, 4),
        ),
        "Conv2d with groups=4": (nn.Conv2d(8, 8, 3, padding=1, groups=4), (1, 8, 4, 4)),
        "LSTM(6, 12, proj_size=5), 7 steps": (
            nn.LSTM(6, 12, proj_size=5, batch_first=True),
            (1, 7, 6),
        ),
        "x @ weight": (
            Does(lambda self, x: x @ self.w, w=nn.Parameter(torch.rand(4, 5))),
            (1, 3, 4),
        ),
        "einsum of two inputs": (
            Does(lambda self, x: torch.einsum("bij,bjk->bik", x, x)),
            (1, 4, 4),
        ),
        "forward called directly": (
            Does(lambda self, x: self.conv.forward(x), conv=nn.Conv2d(1, 2, 3)),
            (1, 1, 5, 5),
        ),
    }


def ours(net: nn.Module, shape: tuple[int, ...]) -> Figures:
    """cnncalc's figures."""
    totals = cnncalc.analyze(net, torch.zeros(shape)).totals
    return totals.params, totals.macs


def torchinfo(net: nn.Module, shape: tuple[int, ...]) -> Figures:
    """torchinfo's figures."""
    import torchinfo

    found = torchinfo.summary(net, input_data=torch.zeros(shape), verbose=0)
    return found.total_params, found.total_mult_adds


def fvcore(net: nn.Module, shape: tuple[int, ...]) -> Figures:
    """fvcore's figures; what it calls flops are multiply-accumulates."""
    from fvcore.nn import FlopCountAnalysis, parameter_count

    counted = FlopCountAnalysis(net, torch.zeros(shape)).total()
    return parameter_count(net)[""], int(counted)


def ptflops(net: nn.Module, shape: tuple[int, ...]) -> Figures:
    """ptflops' figures."""
    from ptflops import get_model_complexity_info

    macs, params = get_model_complexity_info(
        net, shape[1:], as_strings=False, print_per_layer_stat=False, verbose=False
    )
    return params, macs


def thop(net: nn.Module, shape: tuple[int, ...]) -> Figures:
    """thop's figures."""
    from thop import profile

    macs, params = profile(net, (torch.zeros(shape),), verbose=False)
    return int(params), int(macs)


def counter(net: nn.Module, shape: tuple[int, ...]) -> Figures:
    """FlopCounterMode's figure on the CPU; it counts no parameters."""
    with FlopCounterMode(display=False) as mode, torch.no_grad():
        net(torch.zeros(shape))
    return None, mode.get_total_flops() // 2


TOOLS = {
    "cnncalc": ours,
    "torchinfo": torchinfo,
    "fvcore": fvcore,
    "ptflops": ptflops,
    "thop": thop,
    "FlopCounterMode": counter,
}


def shown(tool: str, figures: Figures, right: Figures) -> str:
    """`1,088 / 13,440`, with what is wrong in bold."""
    cells = []
    for figure, truth in zip(figures, right, strict=True):
        if figure is None:
            continue
        cells.append(f"{figure:,}" if figure == truth else f"**{figure:,}**")
    return " / ".join(cells) or "-"


def main() -> None:
    """Print the table."""
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    rows = []
    for name in modules():
        right: Figures = (None, None)
        row = [name]
        for tool, count in TOOLS.items():
            net, shape = modules()[name]
            try:
                quiet = io.StringIO()
                with contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet):
                    figures = count(net.eval(), shape)
            except Exception:
                row.append("-")
                continue
            right = figures if tool == "cnncalc" else right
            row.append(shown(tool, figures, right))
        rows.append(row)
    print(tabulate(rows, ["parameters / MACs", *TOOLS], tablefmt="github"))


if __name__ == "__main__":
    main()
