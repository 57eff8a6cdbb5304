"""The catalogue refuses what would make it ambiguous or wrong."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cases import CASES, Case

from cnncalc.formula import Formula
from cnncalc.ops import CATALOGUE, FUNCTIONS, SPEC_WORDS, Op
from cnncalc.ops.arguments import arg
from cnncalc.ops.registry import op


@pytest.fixture(autouse=True)
def _unchanged() -> Iterator[None]:
    """What a test registers is taken out again."""
    words = {word: list(classes) for word, classes in SPEC_WORDS.items()}
    ops, functions = dict(CATALOGUE), dict(FUNCTIONS)
    yield
    for live, saved in ((CATALOGUE, ops), (FUNCTIONS, functions), (SPEC_WORDS, words)):
        live.clear()
        live.update(saved)


def declare(name: str, **attributes: Any) -> type[Op]:
    return type(name, (Op,), attributes)


@pytest.mark.parametrize(
    ("register", "cls", "message"),
    [
        (op(), declare("Conv2d"), "op Conv2d is declared twice"),
        (op("linear"), declare("Blur"), "spec word 'linear' is taken by Linear"),
        (
            op("blur", functions=("relu",)),
            declare("Blur"),
            "function 'relu' is taken by ReLU",
        ),
        (
            op("blur"),
            declare("Blur", size=arg("k"), params=Formula("k*w")),
            "Blur: unknown {'w'} in k*w",
        ),
        (
            op("blur"),
            declare("Blur", size=arg("k"), macs=Formula("N*k*z")),
            "Blur: unknown {'z'} in N*k*z",
        ),
        (
            op("blur"),
            declare("Blur", size=arg("k"), out_size=Formula("i // q")),
            "Blur: unknown {'q'} in i // q",
        ),
    ],
)
def test_refused(register: Callable[[type[Op]], type[Op]], cls: type[Op], message: str) -> None:
    with pytest.raises(ValueError, match=message.replace("*", r"\*")):
        register(cls)
    assert "Blur" not in CATALOGUE
    assert "blur" not in SPEC_WORDS


def test_one_word_for_several_ranks() -> None:
    assert [cls.rank for cls in SPEC_WORDS["conv"]] == [1, 2, 3]


@pytest.mark.parametrize("cls", CATALOGUE.values(), ids=lambda cls: cls.__name__)
def test_documented_and_named(cls: type[Op]) -> None:
    assert cls.__doc__
    assert not cls.__doc__.startswith("A kind of operation")
    assert cls.spec_names
    names = [argument.name for argument in cls.arguments]
    assert len(set(names)) == len(names)
    symbols = [argument.symbol for argument in cls.arguments if argument.symbol]
    assert len(set(symbols)) == len(symbols)


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.op))
def test_ops_survive_pickling(case: Case) -> None:
    again = pickle.loads(pickle.dumps(case.op))
    assert again == case.op
    assert {again: 1}[case.op] == 1
