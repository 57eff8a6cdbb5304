"""torch.nn's leaf modules without torch: arguments, attributes, tensors, ops."""

from __future__ import annotations

from typing import Any

import pytest

from cnncalc import ops
from cnncalc.errors import CnncalcError, NameNotFoundError
from cnncalc.ops.held import Held
from cnncalc.sources.python.framework.leaves import Leaf, leaf


def arguments(text: str) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
    """The class, the positional and the named arguments of a written call."""
    name, bracket, rest = text.partition("(")
    args, kwargs = eval("call" + bracket + rest, {"call": lambda *args, **kwargs: (args, kwargs)})
    return name, args, kwargs


def made(text: str) -> Leaf:
    name, args, kwargs = arguments(text)
    return leaf(name, args, kwargs)


def test_an_attribute_that_is_changed_changes_the_op() -> None:
    conv = made("Conv2d(3, 8, 3, padding=1)")
    conv.attributes["stride"] = (2, 1)
    conv.attributes["dilation"] = 2
    conv.attributes["note"] = "kept"
    assert conv.op() == ops.Conv2d(3, 8, 3, (2, 1), 1, 2)
    conv.attributes["bias"] = None
    assert conv.op() == ops.Conv2d(3, 8, 3, (2, 1), 1, 2, bias=False)
    assert conv.tensors() == (Held("weight", (8, 3, 3, 3)), Held("bias", (8,)))


def test_a_bias_that_is_set_later_is_one() -> None:
    linear = made("Linear(3, 4, bias=False)")
    assert linear.attributes["bias"] is None
    linear.attributes["bias"] = object()
    assert linear.op() == ops.Linear(3, 4)


def test_the_dtype_is_that_of_the_weights() -> None:
    norm = made("BatchNorm2d(3, dtype='torch.float16')")
    assert [held.dtype for held in norm.tensors()] == [*["float16"] * 4, "int64"]
    assert "dtype" not in norm.attributes


def test_a_frozen_table_is_not_trained() -> None:
    (table,) = made("Embedding(5, 2, _freeze=True)").tensors()
    assert table == Held("weight", (5, 2), trainable=False)


def test_true_is_a_number_where_a_number_is_wanted() -> None:
    assert made("ELU(True)").op() == ops.ELU(1)


def test_synchronized_norms_are_norms_of_their_input_dims() -> None:
    norm = made("SyncBatchNorm(6)")
    found = {dims: type(norm.op(dims)).__name__ for dims in (2, 3, 4, 5)}
    assert found == {2: "BatchNorm1d", 3: "BatchNorm1d", 4: "BatchNorm2d", 5: "BatchNorm3d"}


@pytest.mark.parametrize(
    ("text", "shape", "becomes", "weight"),
    [
        ("LazyConv2d(16, 3)", (2, 5, 8, 8), "Conv2d(5, 16, 3)", (16, 5, 3, 3)),
        ("LazyConv2d(16, 3)", (5, 8, 8), "Conv2d(5, 16, 3)", (16, 5, 3, 3)),
        ("LazyConvTranspose2d(6, 3, 2)", (2, 5, 8, 8), "ConvTranspose2d(5, 6, 3, stride=2)",
         (5, 6, 3, 3)),
        ("LazyLinear(7, bias=False)", (2, 3, 4), "Linear(4, 7, bias=False)", (7, 4)),
        ("LazyBatchNorm1d()", (2, 9), "BatchNorm1d(9)", (9,)),
        ("LazyInstanceNorm2d(track_running_stats=False)", (2, 9, 4, 4),
         "InstanceNorm2d(9, affine=True)", (9,)),
    ],
)  # fmt: skip
def test_lazy_modules(text: str, shape: Any, becomes: str, weight: Any) -> None:
    lazy = made(text)
    assert lazy.is_lazy
    assert None in lazy.tensors()[0].shape
    lazy.materialize(shape)
    name, args, kwargs = arguments(becomes)
    expected = leaf(name, args, kwargs)
    assert (lazy.kind, lazy.attributes) == (name, expected.attributes)
    assert lazy.op() == expected.op()
    assert lazy.tensors() == expected.tensors()
    assert lazy.tensors()[0].shape == weight
    lazy.materialize((1, 1, 1, 1))  # once and for all
    assert lazy.tensors() == expected.tensors()


def test_a_lazy_module_waits_for_an_input_that_fits() -> None:
    lazy = made("LazyConv2d(16, 3)")
    lazy.materialize((4, 8))
    assert lazy.is_lazy
    assert lazy.op() == ops.Conv2d(None, 16, 3)


def test_a_lazy_module_that_cannot_become_anything() -> None:
    with pytest.raises(CnncalcError, match=r"^Conv2d: groups=2 does not divide in_channels=3"):
        made("LazyConv2d(16, 3, groups=2)").materialize((1, 3, 8, 8))


@pytest.mark.parametrize(
    ("text", "message", "help"),
    [
        ("Conv2d(3, 64)", "Conv2d needs kernel_size", "torch.nn.Conv2d(in_channels, out_channels, "
         "kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True, "
         "padding_mode='zeros', device=None, dtype=None)"),
        ("Conv2d(3, 64, 3, strides=2)", "Conv2d has no argument 'strides'", "did you mean stride?"),
        ("Conv2d(3, 64, 3, out_channels=8)", "Conv2d: out_channels is given twice", None),
        ("ReLU(True, 1)", "ReLU takes at most 1 arguments, received 2",
         "torch.nn.ReLU(inplace=False)"),
        ("Sigmoid(dim=1)", "Sigmoid has no argument 'dim'", "torch.nn.Sigmoid()"),
        ("GRU(3, 4, proj_size=2)", "GRU has no argument 'proj_size'", None),
        ("LazyLinear(3, 4, 5, 6, 7)", "LazyLinear takes at most 4 arguments, received 5",
         "torch.nn.LazyLinear(out_features, bias=True, device=None, dtype=None)"),
        ("Conv2d(3, 64 / 2, 3)",
         "Conv2d: out_channels: expected a positive whole number, received 32.0", None),
        ("Linear(None, 3)",
         "Linear: in_features: expected a positive whole number, received None", None),
        ("Conv2d(3, 8, 3, groups=2)", "Conv2d: groups=2 does not divide in_channels=3",
         "both channel counts must be multiples of groups"),
        ("Embedding(5, 2, padding_idx=5)",
         "Embedding: padding_idx: expected None or a row of 5, received 5", None),
        ("Upsample(scale_factor=[2, 2])",
         "Upsample: scale_factor: expected a number or a tuple of numbers, received [2, 2]", None),
        ("Linear(2, 3, dtype='int64')",
         "Linear: dtype: expected one of floating point, received int64", None),
    ],
)  # fmt: skip
def test_refused(text: str, message: str, help: str | None) -> None:
    with pytest.raises(CnncalcError) as caught:
        made(text)
    assert caught.value.message == message
    if help is not None:
        assert caught.value.help == help


def test_a_class_that_is_no_leaf() -> None:
    with pytest.raises(NameNotFoundError, match=r"^unknown module 'Conv4d' of torch\.nn"):
        leaf("Conv4d")


def test_an_attribute_that_is_gone() -> None:
    pool = made("MaxPool2d(2)")
    del pool.attributes["padding"]
    with pytest.raises(CnncalcError, match="MaxPool2d has lost its attribute 'padding'"):
        pool.op()
