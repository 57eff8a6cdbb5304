"""The bundled library's parts of torch, torchvision.ops and timm give the originals' layers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import torch
from bundled import LIBRARY, assert_same, genuine
from torch import nn

pytestmark = [pytest.mark.torch, pytest.mark.torchvision]


class Maps(nn.Module):
    """A pyramid, fed with maps of falling sizes."""

    def __init__(self, pyramid: nn.Module) -> None:
        super().__init__()
        self.convs = nn.ModuleList(nn.Conv2d(3, 8 * k, 3, stride=2**k) for k in (1, 2, 3))
        self.pyramid = pyramid

    def forward(self, x: torch.Tensor) -> Any:
        return self.pyramid({str(key): conv(x) for key, conv in enumerate(self.convs)})


def pyramid(ops: Any, extra: str) -> nn.Module:
    home = ops("feature_pyramid_network")
    tops = {"": None, "pool": home.LastLevelMaxPool, "p6p7": partial(home.LastLevelP6P7, 16, 16)}
    top = tops[extra]() if extra else None
    norm = nn.BatchNorm2d if extra == "pool" else None
    return Maps(home.FeaturePyramidNetwork([8, 16, 24], 16, top, norm))


class Does(nn.Module):
    """A function as a module."""

    def __init__(self, function: Callable[[torch.Tensor], Any]) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: torch.Tensor) -> Any:
        return self.function(x)


OPS: list[tuple[Callable[[Any], nn.Module], tuple[int, ...]]] = [
    (lambda ops: ops("misc").Conv2dNormActivation(3, 8), (3, 16, 16)),
    (lambda ops: ops("misc").Conv2dNormActivation(3, 9, 5, 2, groups=3, bias=True), (3, 16, 16)),
    (lambda ops: ops("misc").Conv2dNormActivation(3, 8, (3, 5), dilation=2), (3, 16, 16)),
    (lambda ops: ops("misc").Conv2dNormActivation(3, 8, dilation=(2, 1)), (3, 16, 16)),
    (
        lambda ops: ops("misc").Conv2dNormActivation(3, 8, norm_layer=None, inplace=None),
        (3, 16, 16),
    ),
    (lambda ops: ops("misc").Conv2dNormActivation(3, 8, activation_layer=None), (3, 16, 16)),
    (lambda ops: ops("misc").Conv3dNormActivation(3, 8, (1, 3, 3)), (3, 4, 16, 16)),
    (lambda ops: ops("misc").SqueezeExcitation(8, 2, nn.SiLU, nn.Hardsigmoid), (8, 16, 16)),
    (lambda ops: ops("misc").MLP(8, [16, 4], nn.LayerNorm, nn.GELU, dropout=0.1), (8,)),
    (lambda ops: ops("misc").MLP(8, [16, 4], inplace=True, bias=False), (8,)),
    (lambda ops: ops("misc").Permute([0, 2, 3, 1]), (3, 16, 16)),
    (lambda ops: ops("misc").FrozenBatchNorm2d(3), (3, 16, 16)),
    (lambda ops: ops("stochastic_depth").StochasticDepth(0.2, "batch"), (3, 16, 16)),
    (
        lambda ops: Does(partial(ops("stochastic_depth").stochastic_depth, p=0.2, mode="row")),
        (3, 16, 16),
    ),
    (lambda ops: ops("drop_block").DropBlock2d(0.2, 3), (3, 16, 16)),
    (lambda ops: ops("drop_block").DropBlock3d(0.2, 3, inplace=True), (3, 8, 16, 16)),
    (lambda ops: pyramid(ops, ""), (3, 64, 64)),
    (lambda ops: pyramid(ops, "pool"), (3, 64, 64)),
    (lambda ops: pyramid(ops, "p6p7"), (3, 64, 64)),
]


@pytest.mark.parametrize(("make", "size"), OPS)
@pytest.mark.parametrize("train", [False, True], ids=["eval", "train"])
def test_torchvision_ops(
    make: Callable[..., nn.Module], size: tuple[int, ...], train: bool
) -> None:
    own = make(lambda name: LIBRARY.module(f"torchvision.ops.{name}"))
    wanted = make(lambda name: genuine(f"torchvision.ops.{name}"))
    assert_same(own, wanted, torch.zeros(2, *size), train=train)


class Masked(nn.Module):
    """An encoder that is given a mask, and with two inputs the padding."""

    def __init__(self, encoder: nn.Module, mask: Callable[[int], torch.Tensor] | None) -> None:
        super().__init__()
        self.encoder = encoder
        self.mask = mask

    def forward(self, x: torch.Tensor, padding: torch.Tensor | None = None) -> Any:
        mask = None if self.mask is None else self.mask(x.shape[1])
        return self.encoder(x, mask, padding)


def upper(size: int) -> torch.Tensor:
    return torch.ones(size, size, dtype=torch.bool).triu(1)


def encoder(home: Any, norm: bool = False, **options: Any) -> Any:
    layer = home.TransformerEncoderLayer(16, 4, 32, **options)
    return home.TransformerEncoder(layer, 2, nn.LayerNorm(16) if norm else None)


SEQUENCE = torch.zeros(2, 6, 16)
PADDING = torch.zeros(2, 6, dtype=torch.bool)
TRANSFORMERS: dict[str, tuple[Callable[[Any], nn.Module], tuple[torch.Tensor, ...]]] = {
    "layer": (lambda home: home.TransformerEncoderLayer(16, 4), (SEQUENCE,)),
    "layer-norm-first": (
        lambda home: home.TransformerEncoderLayer(16, 4, activation="gelu", norm_first=True),
        (SEQUENCE,),
    ),
    "layer-without-bias": (
        lambda home: home.TransformerEncoderLayer(16, 4, activation=nn.SiLU(), bias=False),
        (SEQUENCE,),
    ),
    "encoder": (lambda home: encoder(home, batch_first=True), (SEQUENCE,)),
    "encoder-2d": (lambda home: encoder(home, batch_first=True), (SEQUENCE[0],)),
    "encoder-norm": (lambda home: encoder(home, norm=True, layer_norm_eps=1e-3), (SEQUENCE,)),
    "causal": (
        lambda home: Masked(
            encoder(home, batch_first=True), home.Transformer.generate_square_subsequent_mask
        ),
        (SEQUENCE,),
    ),
    "boolean": (lambda home: Masked(encoder(home, batch_first=True), upper), (SEQUENCE,)),
    "padding": (
        lambda home: Masked(encoder(home, norm=True, batch_first=True), None),
        (SEQUENCE, PADDING),
    ),
    "padding-layer": (
        lambda home: Masked(home.TransformerEncoderLayer(16, 4, batch_first=True), upper),
        (SEQUENCE, PADDING),
    ),
    "padding-odd-heads": (
        lambda home: Masked(
            home.TransformerEncoder(home.TransformerEncoderLayer(16, 1, batch_first=True), 1), None
        ),
        (SEQUENCE, PADDING),
    ),
    "padding-norm-first": (
        lambda home: Masked(encoder(home, batch_first=True, norm_first=True), upper),
        (SEQUENCE, PADDING),
    ),
    "decoder": (
        lambda home: home.TransformerDecoder(
            home.TransformerDecoderLayer(16, 4, 32, batch_first=True), 2, nn.LayerNorm(16)
        ),
        (SEQUENCE, SEQUENCE[:, :4]),
    ),
    "decoder-norm-first": (
        lambda home: home.TransformerDecoderLayer(16, 2, norm_first=True, dropout=0.0),
        (SEQUENCE, SEQUENCE),
    ),
    "transformer": (lambda home: home.Transformer(16, 4, 1, 2, 32), (SEQUENCE, SEQUENCE)),
    "transformer-batch-first": (
        lambda home: (
            home.Transformer(
                16, 4, 1, 1, 32, batch_first=True, custom_encoder=nn.Linear(16, 16)
            ).decoder
        ),
        (SEQUENCE, SEQUENCE[:, :3]),
    ),
}


@pytest.mark.parametrize("name", TRANSFORMERS)
@pytest.mark.parametrize("train", [False, True], ids=["eval", "train"])
@pytest.mark.filterwarnings("ignore:enable_nested_tensor")
def test_transformers(name: str, train: bool) -> None:
    make, inputs = TRANSFORMERS[name]
    own = make(LIBRARY.find("torch.nn.modules.transformer"))
    assert_same(own, make(nn.modules.transformer), *inputs, train=train)


class Lossy(nn.Module):
    """A network that gives its loss."""

    def __init__(self, loss: nn.Module) -> None:
        super().__init__()
        self.fc = nn.Linear(6, 5)
        self.loss = loss

    def forward(self, x: torch.Tensor, *more: torch.Tensor) -> Any:
        return self.loss(self.fc(x), *more)


LABELS = torch.zeros(2, dtype=torch.long)
VALUES = torch.zeros(2, 5)
#: Constructor options, and what a loss is given beside the output of a network.
LOSSES: dict[str, tuple[dict[str, Any], tuple[torch.Tensor, ...]]] = {
    "BCELoss": ({"weight": torch.ones(5)}, (VALUES,)),
    "BCEWithLogitsLoss": ({"pos_weight": torch.ones(5)}, (VALUES,)),
    "CosineEmbeddingLoss": ({"margin": 0.1}, (VALUES, LABELS.float())),
    "CrossEntropyLoss": ({"label_smoothing": 0.1, "weight": torch.ones(5)}, (LABELS,)),
    "HingeEmbeddingLoss": ({}, (VALUES,)),
    "HuberLoss": ({"reduction": "sum"}, (VALUES,)),
    "KLDivLoss": ({"reduction": "batchmean"}, (VALUES,)),
    "L1Loss": ({"reduction": "none"}, (VALUES,)),
    "MSELoss": ({"size_average": False}, (VALUES,)),
    "MarginRankingLoss": ({}, (VALUES, VALUES)),
    "MultiLabelMarginLoss": ({}, (VALUES.long(),)),
    "MultiLabelSoftMarginLoss": ({}, (VALUES,)),
    "MultiMarginLoss": ({}, (LABELS,)),
    "NLLLoss": ({"reduce": False}, (LABELS,)),
    "PoissonNLLLoss": ({}, (VALUES,)),
    "SmoothL1Loss": ({"beta": 0.5}, (VALUES,)),
    "SoftMarginLoss": ({}, (VALUES,)),
    "TripletMarginLoss": ({}, (VALUES, VALUES)),
    "TripletMarginWithDistanceLoss": ({}, (VALUES, VALUES)),
}


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.filterwarnings("ignore:size_average and reduce")
def test_losses(name: str) -> None:
    options, more = LOSSES[name]
    own = LIBRARY.find(f"torch.nn.{name}")(**options)
    inputs = (torch.zeros(2, 6), *more)
    assert_same(Lossy(own), Lossy(getattr(nn, name)(**options)), *inputs)


def patches(**options: Any) -> Callable[[Any], nn.Module]:
    return lambda timm: timm.PatchEmbed(32, 8, 3, 16, **options)


TIMM: list[tuple[Callable[[Any], nn.Module], tuple[int, ...]]] = [
    (lambda timm: timm.DropPath(0.1), (3, 8, 8)),
    (lambda timm: timm.LayerNorm2d(3), (3, 8, 8)),
    (lambda timm: timm.Mlp(8, 16, drop=0.1), (8,)),
    (lambda timm: timm.Mlp(8, out_features=4, norm_layer=nn.LayerNorm, bias=(True, False)), (8,)),
    (lambda timm: timm.Mlp(8, 16, act_layer=nn.ReLU, use_conv=True), (8, 4, 4)),
    (lambda timm: timm.GluMlp(8, 16, drop=(0.1, 0.2)), (8,)),
    (lambda timm: timm.GluMlp(8, 16, use_conv=True, gate_last=False), (8, 4, 4)),
    (patches(), (3, 32, 32)),
    (patches(norm_layer=nn.LayerNorm, bias=False), (3, 32, 32)),
    (patches(flatten=False), (3, 32, 32)),
    (patches(output_fmt="NHWC", strict_img_size=False), (3, 64, 32)),
    (patches(output_fmt="NLC"), (3, 32, 32)),
    (patches(output_fmt="NCL"), (3, 32, 32)),
    (patches(strict_img_size=False, dynamic_img_pad=True), (3, 33, 30)),
]


@pytest.mark.parametrize(("make", "size"), TIMM)
@pytest.mark.parametrize("train", [False, True], ids=["eval", "train"])
def test_timm(make: Callable[[Any], nn.Module], size: tuple[int, ...], train: bool) -> None:
    wanted = make(genuine("timm.layers"))
    assert_same(make(LIBRARY.find("timm.layers")), wanted, torch.zeros(2, *size), train=train)


def test_helpers_of_timm() -> None:
    own, wanted = LIBRARY.find("timm.layers"), genuine("timm.layers")
    for value in (3, "same", (1, 2), [1, 2], 0.5, None):
        for name in ("to_2tuple", "to_3tuple", "to_4tuple"):
            assert getattr(own, name)(value) == getattr(wanted, name)(value)
        assert own.to_ntuple(5)(value) == wanted.to_ntuple(5)(value)
        assert own.extend_tuple(value, 3) == wanted.extend_tuple(value, 3)
    for value in (1, 7.5, 20, 31, 33, 1000.4):
        assert own.make_divisible(value) == wanted.make_divisible(value)
        assert own.make_divisible(value, 4, 12) == wanted.make_divisible(value, 4, 12)
    for depths in (1, 5):
        rates = own.calculate_drop_path_rates(0.3, depths)
        assert rates == pytest.approx(wanted.calculate_drop_path_rates(0.3, depths))
    for stagewise in (False, True):
        rates = own.calculate_drop_path_rates(0.3, [2, 3], stagewise)
        other = wanted.calculate_drop_path_rates(0.3, [2, 3], stagewise)
        assert sum(rates, [] if stagewise else 0) == pytest.approx(
            sum(other, [] if stagewise else 0)
        )
    tensor = torch.ones(3)
    for name in ("trunc_normal_", "trunc_normal_tf_", "lecun_normal_", "variance_scaling_"):
        assert getattr(own, name)(tensor) is tensor
    assert own.use_fused_attn() == wanted.use_fused_attn()
    assert LIBRARY.find("timm.models.register_model")(len) is len
