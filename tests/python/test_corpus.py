"""Each model of the corpus is read as it runs, and the comparison itself can fail."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest
from agreement import Reading, Target, difference, errors, live, static, targets

import cnncalc
from cnncalc.graph import Graph, Layer, Ref

pytestmark = pytest.mark.torch

CORPUS = Path(__file__).parent / "corpus"
FILES = sorted(file for file in CORPUS.rglob("*.py") if targets(file))
TARGETS = [target for file in FILES for target in targets(file)]

each_target = pytest.mark.parametrize("target", TARGETS, ids=str)


@lru_cache(maxsize=1)  # the tests of a target follow each other
def traced(target: Target) -> Reading:
    return live(target)


@each_target
def test_the_live_model_is_sound(target: Target) -> None:
    """What is compared with is complete, and is no model with mistakes."""
    report = traced(target).report
    assert errors(report) == []
    assert report.status.value == "complete"


@each_target
def test_it_is_read_as_it_runs(target: Target) -> None:
    assert difference(static(target), traced(target)) is None


#: Dropout, drop paths, batch norms, weights computed anew, branches on `self.training`.
TRAINED = [
    target
    for target in TARGETS
    if target.file.stem in ("vision_transformers", "densenet_three", "unets", "resnet_typed")
]


@pytest.mark.parametrize("target", TRAINED, ids=str)
def test_it_is_read_in_training_mode(target: Target) -> None:
    assert difference(static(target, train=True), live(target, train=True)) is None


def test_the_corpus_is_broad() -> None:
    assert len(TARGETS) >= 100
    assert len({str(target) for target in TARGETS}) == len(TARGETS)


BASE = next(target for target in TARGETS if target.file.name == "lenet_tutorial.py")


def test_a_reading_agrees_with_itself() -> None:
    assert difference(live(BASE), live(BASE)) is None


def changed(at: int, layer: Layer) -> Graph:
    graph = traced(BASE).graph
    layers = [*graph.layers[:at], layer, *graph.layers[at + 1 :]]
    return Graph(graph.name, graph.inputs, layers, graph.outputs, traced=graph.traced)


def said(graph: Graph) -> str:
    truth = traced(BASE)
    return str(difference(Reading(graph, cnncalc.analyze(graph, graph.traced)), truth))


def test_a_difference_is_found_in_words() -> None:
    graph = traced(BASE).graph
    last = len(graph.layers) - 1
    assert said(changed(last, graph.layers[last]._replace(module="other"))) == (
        "layer 12 (fc3: Linear(84, 10)): module: read other; runs fc3"
    )
    assert "reads: read fc1; runs relu#4" in said(
        changed(last, graph.layers[last]._replace(inputs=(Ref("fc1"),)))
    )
    assert "op: read ReLU(); runs Linear(84, 10)" in said(
        changed(last, graph.layers[last]._replace(op=graph.layers[last - 1].op))
    )
    short = Graph(graph.name, graph.inputs, graph.layers[:-1], [Ref(graph.layers[-2].name)])
    assert "read 11 layers; runs 12: the first that only runs is fc3: Linear(84, 10)" in str(
        difference(Reading(short, cnncalc.analyze(short, graph.traced)), traced(BASE))
    )
    early = Graph(graph.name, graph.inputs, graph.layers, [Ref("fc2")], traced=graph.traced)
    assert said(early) == "graph outputs: read fc2; runs fc3"


def test_figures_are_compared() -> None:
    truth = traced(BASE)
    other = cnncalc.analyze(truth.graph, "2x1x28x28")
    found = difference(Reading(truth.graph, other), truth)
    assert (
        found == "conv1 (Conv2d(1, 6, 5, padding=2)): output shapes: read 2x6x28x28; runs 1x6x28x28"
    )
