"""The names and the order of arguments are torch's."""

from __future__ import annotations

import inspect

import pytest
import torch

from cnncalc.ops import CATALOGUE, FUNCTIONS, Op

pytestmark = pytest.mark.torch
WITH_CLASS = [cls for cls in CATALOGUE.values() if cls.torch_name]


@pytest.mark.parametrize("cls", WITH_CLASS, ids=lambda cls: cls.__name__)
def test_class_and_its_arguments(cls: type[Op]) -> None:
    package, _, name = cls.torch_name.rpartition(".")
    assert package == "torch.nn"
    parameters = inspect.signature(getattr(torch.nn, name)).parameters.values()
    theirs = [parameter for parameter in parameters if parameter.name not in ("device", "dtype")]
    ours = [argument.name for argument in cls.arguments if argument.name not in OF_THE_CALL]
    if name in RECURRENT:
        theirs = RECURRENT[name]
        assert ours == theirs
        return
    assert ours == [parameter.name for parameter in theirs][: len(ours)]
    for argument, parameter in zip(cls.arguments, theirs, strict=False):
        if parameter.default is not parameter.empty and not argument.inferred:
            assert argument.default == parameter.default, argument.name


#: Arguments that torch takes when the module is called, or of the function alone.
OF_THE_CALL = {"average_attn_weights", "antialias"}

#: torch declares `*args` here; the order is the documented one.
_START = ["input_size", "hidden_size", "num_layers"]
_END = ["bias", "batch_first", "dropout", "bidirectional"]
RECURRENT = {
    "RNN": [*_START, "nonlinearity", *_END],
    "LSTM": [*_START, *_END, "proj_size"],
    "GRU": [*_START, *_END],
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_function(name: str) -> None:
    homes = (torch.nn.functional, torch, torch.Tensor)
    assert any(callable(getattr(home, name, None)) for home in homes)
