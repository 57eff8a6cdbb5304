"""Leaf modules against the real ones: spellings, attributes, tensors, ops, signatures."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import pytest
import strategies
import torch
from hypothesis import given, settings
from strategies import Trial
from torch.nn.parameter import UninitializedTensorMixin

import cnncalc
from cnncalc.sources.python.framework.attributes import OF_THE_CALL, PLAIN_BIAS, signature
from cnncalc.sources.python.framework.leaves import LEAVES, Leaf, leaf
from cnncalc.sources.torch.leaves import leaf_op

pytestmark = pytest.mark.torch

#: Constructors as people write them.
SPELLINGS = [
    "Conv2d(16, 33, 3, stride=2)",
    "Conv2d(16, 33, (3, 5), stride=(2, 1), padding=(4, 2), dilation=(3, 1))",
    "Conv2d(3, 64, 7, 2, 3, bias=False)",
    "Conv2d(8, 8, [3, 3], padding=[1, 1], groups=8)",
    "Conv2d(3, 8, 3, 1, 'same', padding_mode='reflect', device=None)",
    "Conv2d(in_channels=3, out_channels=8, kernel_size=(2, 4), padding='same', dilation=(1, 3))",
    "Conv2d(3, 8, 3, bias=None)",
    "Conv1d(3, 8, 3, 1, 1, 1, 1, False, 'circular')",
    "Conv3d(3, 8, (1, 3, 3), padding=(0, 1, 1))",
    "ConvTranspose2d(16, 33, 3, stride=2, output_padding=1)",
    "ConvTranspose1d(16, 8, 4, 2, 1, 0, 2, True, 1)",
    "ConvTranspose3d(16, 33, (3, 5, 2), stride=(2, 1, 1), padding=(0, 4, 2))",
    "Linear(20, 30)",
    "Linear(20, 30, False)",
    "Bilinear(20, 30, 40, bias=False)",
    "MaxPool2d(3, stride=2)",
    "MaxPool2d((3, 2), stride=(2, 1))",
    "MaxPool2d(2, 2, 0, 1, False, True)",
    "MaxPool1d(kernel_size=[2], return_indices=True)",
    "AvgPool1d(3, 2, 1)",
    "AvgPool2d(2)",
    "AvgPool2d((3, 2), stride=(2, 1), divisor_override=4)",
    "LPPool2d(1.2, (3, 2), stride=(2, 1))",
    "LPPool1d(2, 3)",
    "AdaptiveAvgPool2d((5, 7))",
    "AdaptiveAvgPool2d([None, 7])",
    "AdaptiveAvgPool2d(1)",
    "AdaptiveMaxPool3d((None, 2, 3), return_indices=True)",
    "BatchNorm2d(100)",
    "BatchNorm2d(100, affine=False)",
    "BatchNorm2d(num_features=10, eps=1e-3, momentum=None, track_running_stats=False)",
    "BatchNorm1d(5, bias=False)",
    "BatchNorm2d(5, affine=2)",
    "InstanceNorm2d(100, affine=True)",
    "InstanceNorm3d(4, track_running_stats=True)",
    "SyncBatchNorm(7)",
    "SyncBatchNorm(7, 1e-5, 0.1, True, False, None)",
    "GroupNorm(3, 6, affine=False)",
    "GroupNorm(1, 6, bias=False)",
    "LayerNorm(10)",
    "LayerNorm([5, 10, 10], bias=False)",
    "LayerNorm((5,), 1e-6, False)",
    "RMSNorm([2, 3], eps=1e-6)",
    "RMSNorm(3, elementwise_affine=False)",
    "LocalResponseNorm(2, k=2)",
    "ReLU(True)",
    "ReLU(64)",
    "ELU(inplace=True)",
    "LeakyReLU(0.2, True)",
    "Hardtanh(-2, 2)",
    "Hardtanh(min_val=0, max_val=6, inplace=True)",
    "PReLU(8, init=0.1)",
    "Softmax(dim=1)",
    "Softmax()",
    "GELU('tanh')",
    "Threshold(0.1, 20)",
    "GLU(1)",
    "Sigmoid()",
    "Dropout(0.2, inplace=True)",
    "Dropout2d()",
    "Identity(54, unused_argument1=0.1, unused_argument2=False)",
    "Flatten(0, 2)",
    "Unflatten(1, (2, 5, 5))",
    "Unflatten(dim=1, unflattened_size=[2, 5])",
    "Fold(output_size=(4, 5), kernel_size=(2, 2))",
    "Unfold(kernel_size=(2, 3), padding=1)",
    "PixelShuffle(3)",
    "PixelUnshuffle(downscale_factor=3)",
    "ChannelShuffle(2)",
    "Upsample(scale_factor=2, mode='bilinear', align_corners=True)",
    "Upsample(size=(8, 9))",
    "Upsample(None, (2, 3))",
    "Upsample([7, 7], mode='nearest')",
    "UpsamplingNearest2d(scale_factor=2)",
    "UpsamplingBilinear2d((8, 8))",
    "ZeroPad2d((1, 1, 2, 0))",
    "ConstantPad1d(2, 3.5)",
    "ReflectionPad2d(3)",
    "ReplicationPad3d([1, 2, 3, 4, 5, 6])",
    "CircularPad2d(1)",
    "Embedding(10, 3)",
    "Embedding(10, 3, padding_idx=-1, max_norm=2.0)",
    "Embedding(10, 3, _freeze=True)",
    "EmbeddingBag(10, 3, mode='sum', padding_idx=2)",
    "RNN(10, 20, 2)",
    "RNN(10, 20, 1, 'relu', False)",
    "RNN(10, 20, nonlinearity='relu', batch_first=True)",
    "LSTM(10, 20, 2, bidirectional=True, proj_size=5)",
    "LSTM(input_size=10, hidden_size=20, num_layers=2, batch_first=True, dropout=0.5)",
    "LSTM(10, 20, 2, True, True, 0, True)",
    "GRU(10, 20, bias=False)",
    "RNNCell(10, 20, True, 'relu')",
    "LSTMCell(10, 20, bias=False)",
    "GRUCell(10, 20)",
    "MultiheadAttention(8, 2)",
    "MultiheadAttention(8, 2, 0.1, batch_first=True)",
    "MultiheadAttention(8, 4, bias=False, add_bias_kv=True, kdim=3)",
    "MultiheadAttention(embed_dim=8, num_heads=2, vdim=5, add_zero_attn=True)",
    "CosineSimilarity(dim=1, eps=1e-6)",
    "PairwiseDistance(p=2, keepdim=True)",
    "LazyConv2d(16, 3, padding=1)",
    "LazyConvTranspose1d(16, 3, 2, groups=2, bias=False)",
    "LazyLinear(10)",
    "LazyLinear(10, False)",
    "LazyBatchNorm2d()",
    "LazyBatchNorm1d(1e-3, affine=False)",
    "LazyInstanceNorm2d(affine=True, track_running_stats=True)",
]


def arguments(text: str) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
    """The class, the positional and the named arguments of a written call."""
    name, bracket, rest = text.partition("(")
    args, kwargs = eval("call" + bracket + rest, {"call": lambda *args, **kwargs: (args, kwargs)})
    return name, args, kwargs


def attributes_of(module: Any) -> Iterator[tuple[str, Any]]:
    """What a real module keeps besides its tensors: plain attributes, and tensors it has not."""
    for name, value in vars(module).items():
        if not name.startswith("_") and name != "training":
            yield name, value
    for name, value in [*module._parameters.items(), *module._buffers.items()]:
        if value is None:
            yield name, None


#: Attributes with an underscore that model code reads all the same.
READ_ALL_THE_SAME = {"_reversed_padding_repeated_twice", "_qkv_same_embed_dim"}


def agree(ours: Leaf, real: Any) -> None:
    """Are the attributes, the tensors and the op those of the real module?"""
    assert ours.kind == type(real).__name__
    shown = {name: ours.attributes[name] for name in ours.attributes if name[0] != "_"}
    assert shown == dict(attributes_of(real))
    for name in READ_ALL_THE_SAME & ours.attributes.keys():
        assert ours.attributes[name] == getattr(real, name)
    held = {**dict(real.named_parameters()), **dict(real.named_buffers())}
    assert [each.name for each in ours.tensors()] == list(held)
    for each, tensor in zip(ours.tensors(), held.values(), strict=True):
        if not isinstance(tensor, UninitializedTensorMixin):
            assert each.shape == tuple(tensor.shape)
        assert each.dtype == str(tensor.dtype).removeprefix("torch.")
        assert each.trainable == tensor.requires_grad
        assert each.buffer is (each.name in dict(real.named_buffers()))


#: Modules that cnncalc's tracer follows into their forward, and what comes of it.
FOLLOWED = {"SyncBatchNorm", "PairwiseDistance", "UpsamplingNearest2d", "UpsamplingBilinear2d"}


@pytest.mark.filterwarnings("ignore:Lazy modules are a new feature")
@pytest.mark.parametrize("text", SPELLINGS)
def test_spelling_as_in_torch(text: str) -> None:
    name, args, kwargs = arguments(text)
    with torch.device("meta"):
        real = getattr(torch.nn, name)(*args, **kwargs)
    ours = leaf(name, args, kwargs)
    agree(ours, real)
    if name in FOLLOWED:
        assert leaf_op(real) is None
    elif not ours.is_lazy and "ReLU(64)" not in text and "affine=2" not in text:
        assert ours.op() == leaf_op(real)
        assert repr(ours.op()) == repr(leaf_op(real))


@pytest.mark.filterwarnings("ignore:Lazy modules are a new feature")
@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("LazyConv1d(4, 3, groups=2)", (1, 6, 9)),
        ("LazyConv2d(4, 3, bias=False)", (6, 9, 9)),
        ("LazyConvTranspose3d(4, 3)", (1, 6, 3, 3, 3)),
        ("LazyLinear(4)", (1, 6)),
        ("LazyBatchNorm3d(track_running_stats=False)", (2, 6, 3, 3, 3)),
        ("LazyInstanceNorm1d()", (2, 6, 5)),
    ],
)
def test_materialized_as_in_torch(text: str, shape: tuple[int, ...]) -> None:
    name, args, kwargs = arguments(text)
    real = getattr(torch.nn, name)(*args, **kwargs)
    real(torch.zeros(shape))
    ours = leaf(name, args, kwargs)
    ours.materialize(shape)
    agree(ours, real)
    assert ours.op() == leaf_op(real)


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("Conv2d(3, 8, 3)", {"stride": (2, 2), "padding": "valid", "padding_mode": "circular"}),
        ("Conv2d(3, 8, 3)", {"bias": None}),
        ("ConvTranspose2d(3, 8, 3, 2)", {"output_padding": (1, 1), "dilation": [2, 2]}),
        ("Linear(3, 8)", {"bias": None}),
        ("MaxPool2d(3)", {"ceil_mode": True, "kernel_size": 2}),
        ("AdaptiveAvgPool2d(1)", {"output_size": [2, 3]}),
        ("BatchNorm2d(3)", {"track_running_stats": False, "momentum": 0.01}),
        ("LayerNorm(3)", {"normalized_shape": (3,), "bias": None}),
        ("Dropout(0.5)", {"p": 0.1}),
        ("ReLU(inplace=True)", {"inplace": False}),
        ("Upsample(scale_factor=2)", {"mode": "bilinear", "align_corners": False}),
        ("LSTM(3, 4)", {"batch_first": True}),
        ("MultiheadAttention(4, 2, add_bias_kv=True)", {"bias_k": None, "in_proj_bias": None}),
    ],
)
def test_changed_as_in_torch(text: str, changes: dict[str, Any]) -> None:
    name, args, kwargs = arguments(text)
    real, ours = getattr(torch.nn, name)(*args, **kwargs), leaf(name, args, kwargs)
    for attribute, value in changes.items():
        setattr(real, attribute, value)
        ours.attributes[attribute] = value
    expected = leaf_op(real)
    assert expected is not None
    assert ours.op() == expected


@pytest.mark.filterwarnings("ignore:dropout option adds dropout")
@pytest.mark.parametrize("family", strategies.FAMILIES)
def test_random_modules_as_in_torch(family: str) -> None:
    @settings(max_examples=60)
    @given(strategies.FAMILIES[family])
    def check(trial: Trial) -> None:
        op = trial.op
        if not op.torch_name:
            return
        name = type(op).__name__
        kwargs = {each.name: getattr(op, each.name) for each in op.arguments}
        kwargs = {key: value for key, value in kwargs.items() if key not in OF_THE_CALL}
        with torch.device("meta"):
            real = getattr(torch.nn, name)(**kwargs)
        ours = leaf(name, (), kwargs)
        agree(ours, real)
        expected = leaf_op(real)
        if name in FOLLOWED:
            assert (expected, ours.op()) == (None, op)
        else:
            assert ours.op() == expected

    check()


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("UpsamplingNearest2d(scale_factor=2)", "3x8x8"),
        ("UpsamplingBilinear2d((9, 5))", "3x8x8"),
        ("SyncBatchNorm(3)", "3x8x8"),
        ("SyncBatchNorm(3, affine=False)", "3"),
        ("SyncBatchNorm(3)", "3x4x8x8"),
    ],
)
def test_followed_modules_as_traced(text: str, size: str) -> None:
    name, args, kwargs = arguments(text)
    real = torch.nn.Sequential(getattr(torch.nn, name)(*args, **kwargs)).eval()
    row = cnncalc.analyze(real, input=size).rows[0]
    assert leaf(name, args, kwargs).op(dims=len(row.output_shape)) == row.op


@pytest.mark.parametrize("name", sorted(LEAVES))
def test_signature_is_torchs(name: str) -> None:
    if name in ("RNN", "LSTM", "GRU", "Identity"):
        return  # torch takes `*args`; their spellings are tested above
    theirs = inspect.signature(getattr(torch.nn, name)).parameters.values()
    kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    expected = [
        (each.name, each.default, each.kind is inspect.Parameter.KEYWORD_ONLY)
        for each in theirs
        if each.kind not in kinds
    ]
    ours = [
        (name, inspect.Parameter.empty if repr(default) == "required" else default, only)
        for name, default, only in signature(name)
    ]
    assert ours == expected


#: Classes of torch.nn that are no leaves: containers and bases, models, losses, and modules
#: without an op.
NO_LEAVES = {
    "Container", "DataParallel", "Module", "ModuleDict", "ModuleList", "ParameterDict",
    "ParameterList", "RNNBase", "RNNCellBase", "Sequential", "Transformer", "TransformerDecoder",
    "TransformerDecoderLayer", "TransformerEncoder", "TransformerEncoderLayer",
    "AdaptiveLogSoftmaxWithLoss", "CrossMapLRN2d", "FractionalMaxPool2d", "FractionalMaxPool3d",
    "MaxUnpool1d", "MaxUnpool2d", "MaxUnpool3d", "NLLLoss2d",
}  # fmt: skip


def test_every_module_of_torch_is_a_leaf_or_known_not_to_be() -> None:
    modules = {
        name
        for name, value in vars(torch.nn).items()
        if isinstance(value, type) and issubclass(value, torch.nn.Module)
    }
    losses = {name for name in modules if name.endswith("Loss")}
    assert modules - NO_LEAVES - losses == LEAVES
    assert PLAIN_BIAS <= LEAVES
