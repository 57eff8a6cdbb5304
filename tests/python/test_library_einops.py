"""The bundled library's einops does the operations that einops does."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import torch
from bundled import LIBRARY, assert_same, genuine
from torch import nn

pytestmark = [pytest.mark.torch]

REARRANGED: list[tuple[str, dict[str, int], tuple[int, ...]]] = [
    ("b c h w -> b c h w", {}, (2, 3, 4, 6)),
    ("b c h w -> b (c h w)", {}, (2, 3, 4, 6)),
    ("b c h w -> b (h w) c", {}, (2, 3, 4, 6)),
    ("b c (h p1) (w p2) -> b (h w) (p1 p2 c)", {"p1": 2, "p2": 3}, (2, 3, 4, 6)),
    ("b (c r) h w -> b c (h r) w", {"c": 2}, (2, 4, 3, 3)),
    ("b n (h d) -> b h n d", {"h": 4}, (2, 5, 16)),
    ("b n (qkv h d) -> qkv b h n d", {"qkv": 3, "h": 2}, (2, 5, 24)),
    ("b ... -> b (...)", {}, (2, 3, 4)),
    ("b ... d -> d ... b", {}, (2, 3, 4, 5)),
    ("b 1 d -> b d", {}, (2, 1, 5)),
    ("b d -> b () d", {}, (2, 5)),
    ("b d -> b 1 d 1", {}, (2, 5)),
    ("(b 1) d -> d b", {}, (2, 5)),
    ("b d->d b", {"d": 5}, (2, 5)),
    ("... -> (...) 1", {}, (2, 5)),
]
REPEATED: list[tuple[str, dict[str, int], tuple[int, ...]]] = [
    ("b d -> b n d", {"n": 3}, (2, 5)),
    ("b d -> (n b) d", {"n": 3}, (2, 5)),
    ("1 1 d -> b 1 d", {"b": 4}, (1, 1, 5)),
    ("() n d -> b n d", {"b": 4}, (1, 3, 5)),
    ("b c h w -> b c (h 2) (w 2)", {}, (2, 3, 4, 4)),
    ("h w -> h r w s", {"r": 2, "s": 3}, (2, 5)),
    ("b ... -> b n ...", {"n": 2}, (2, 3, 5)),
    ("b d -> d b", {}, (2, 5)),
]
REDUCED: list[tuple[str, str, dict[str, int], tuple[int, ...]]] = [
    ("b c h w -> b c", "mean", {}, (2, 3, 4, 6)),
    ("b c h w -> b c () ()", "mean", {}, (2, 3, 4, 6)),
    ("b c (h 2) (w 2) -> b c h w", "max", {}, (2, 3, 4, 6)),
    ("b c (h p) w -> b h c", "min", {"p": 2}, (2, 3, 4, 6)),
    ("b n d -> d b", "sum", {}, (2, 3, 4)),
    ("b ... -> b", "prod", {}, (2, 3, 4)),
    ("... d -> ...", "mean", {}, (2, 3, 4)),
]


def assert_same_function(own: Any, wanted: Any, *sizes: tuple[int, ...]) -> None:
    """Compared between two layers, as some patterns do nothing; then by value."""

    class Between(nn.Module):
        def __init__(self, function: Callable[..., Any]) -> None:
            super().__init__()
            self.function = function

        def forward(self, *inputs: torch.Tensor) -> Any:
            result = self.function(*[torch.relu(x) for x in inputs])
            return torch.sigmoid(result) if isinstance(result, torch.Tensor) else result

    assert_same(Between(own), Between(wanted), *[torch.zeros(size) for size in sizes])
    values = [torch.rand(size) for size in sizes]
    torch.testing.assert_close(own(*values), wanted(*values))


@pytest.mark.parametrize(("pattern", "lengths", "size"), REARRANGED)
def test_rearrange(pattern: str, lengths: dict[str, int], size: tuple[int, ...]) -> None:
    own = partial(LIBRARY.find("einops.rearrange"), pattern=pattern, **lengths)
    assert_same_function(
        own, partial(genuine("einops").rearrange, pattern=pattern, **lengths), size
    )
    modules = [
        nn.Sequential(nn.ReLU(), home.Rearrange(pattern, **lengths))
        for home in (LIBRARY.find("einops.layers.torch"), genuine("einops.layers.torch"))
    ]
    assert_same(*modules, torch.zeros(size))


@pytest.mark.parametrize(("pattern", "lengths", "size"), REPEATED)
def test_repeat(pattern: str, lengths: dict[str, int], size: tuple[int, ...]) -> None:
    own = partial(LIBRARY.find("einops.repeat"), pattern=pattern, **lengths)
    assert_same_function(own, partial(genuine("einops").repeat, pattern=pattern, **lengths), size)


@pytest.mark.parametrize(("pattern", "kind", "lengths", "size"), REDUCED)
def test_reduce(pattern: str, kind: str, lengths: dict[str, int], size: tuple[int, ...]) -> None:
    options = {"pattern": pattern, "reduction": kind, **lengths}
    own = partial(LIBRARY.find("einops.reduce"), **options)
    assert_same_function(own, partial(genuine("einops").reduce, **options), size)
    modules = [
        nn.Sequential(nn.ReLU(), home.Reduce(pattern, kind, **lengths))
        for home in (LIBRARY.find("einops.layers.torch"), genuine("einops.layers.torch"))
    ]
    assert_same(*modules, torch.zeros(size))


def test_lists_of_tensors() -> None:
    own, wanted = LIBRARY.find("einops.rearrange"), genuine("einops").rearrange
    pattern = "n b d -> b (n d)"
    assert_same_function(
        lambda *x: own(list(x), pattern), lambda *x: wanted(list(x), pattern), (2, 5), (2, 5)
    )


@pytest.mark.parametrize(
    ("pattern", "sizes"),
    [
        ("b i d, b j d -> b i j", [(2, 3, 5), (2, 4, 5)]),
        ("... in, out in -> ... out", [(2, 3, 5), (4, 5)]),
        ("row col, col -> row", [(2, 3), (3,)]),
    ],
)
def test_einsum(pattern: str, sizes: list[tuple[int, ...]]) -> None:
    own, wanted = LIBRARY.find("einops.einsum"), genuine("einops").einsum
    assert_same_function(lambda *x: own(*x, pattern), lambda *x: wanted(*x, pattern), *sizes)


@pytest.mark.parametrize("shapes", [[(4,), (2, 3)], [(), (-1,)], [(-1,), (2,)], [(2, -1), (4,)]])
def test_pack_and_unpack(shapes: list[tuple[int, ...]]) -> None:
    own, wanted = LIBRARY.find("einops.packing"), genuine("einops")
    assert_same_function(
        lambda x: own.unpack(x, shapes, "b * d"),
        lambda x: wanted.unpack(x, shapes, "b * d"),
        (2, 10, 5),
    )
    sizes = [(2, 5), (2, 3, 5), (2, 2, 2, 5)]
    assert_same_function(
        lambda *x: own.pack(x, "b * d")[0], lambda *x: wanted.pack(x, "b * d")[0], *sizes
    )
    tensors = [torch.zeros(size) for size in sizes]
    assert own.pack(tensors, "b * d")[1] == wanted.pack(tensors, "b * d")[1]


def test_parse_shape() -> None:
    own, wanted = LIBRARY.find("einops.parse_shape"), genuine("einops").parse_shape
    x = torch.zeros(2, 3, 4, 5)
    for pattern in ("b c h w", "b _ h w", "b ... w"):
        assert own(x, pattern) == wanted(x, pattern)


@pytest.mark.parametrize(
    ("pattern", "lengths"),
    [
        ("b c -> b c", {}),
        ("b c h -> b c", {}),
        ("b c h -> b c h n", {}),
        ("b c h -> (b c h", {}),
        ("b c (h p) -> b c h p", {"p": 3}),
        ("b c (h p) -> b c h p", {}),
        ("b c h -> b c h", {"n": 3}),
        ("b b h -> b h", {}),
        ("b c h", {}),
        ("b c h -> b ... h", {}),
        ("b (c ...) h -> b c ... h", {}),
    ],
)
def test_wrong_patterns(pattern: str, lengths: dict[str, int]) -> None:
    """What einops refuses is refused."""
    x = torch.zeros(2, 3, 4)
    with pytest.raises(LIBRARY.find("einops.EinopsError")):
        LIBRARY.find("einops.rearrange")(x, pattern, **lengths)
    einops = genuine("einops")
    with pytest.raises((einops.EinopsError, ValueError)):
        einops.rearrange(x, pattern, **lengths)
