"""Budgets: kept, broken, or not to be told; the oracle are published figures and hand sums."""

from __future__ import annotations

from fractions import Fraction

import pytest
from results import clean, partial

import cnncalc
from cnncalc.checking.budget import hold, read_limit
from cnncalc.checking.many import Run, within
from cnncalc.errors import Location
from cnncalc.finding import Finding, Severity

WHERE = Location("pyproject.toml", 5)


def broken(model: str, key: str, written: object, size: str | None = None) -> Finding:
    """The finding of a budget that is broken."""
    report = cnncalc.analyze(model, input=size)
    outcome = hold(report, [read_limit(key, written, WHERE)])
    assert outcome.open == ()
    (finding,) = outcome.findings
    assert finding.severity is Severity.ERROR
    assert finding.location == WHERE
    return finding


def kept(model: str, key: str, written: object, size: str | None = None) -> bool:
    outcome = hold(cnncalc.analyze(model, input=size), [read_limit(key, written)])
    return outcome == ((), ())


def test_parameters() -> None:
    # torchvision's resnet18 has 11,689,512 parameters; vgg16's first Linear 102,764,544.
    assert kept("torchvision/resnet18", "max-params", 11_689_512)
    finding = broken("torchvision/resnet18", "max-params", 11_689_511)
    assert (finding.code, finding.expected, finding.received) == (
        "budget-params", 11_689_511, 11_689_512
    )  # fmt: skip
    finding = broken("torchvision/vgg16", "max-params", "100M")
    assert finding.message == (
        "138,357,544 parameters are over the budget of 100,000,000 (max-params = 100M)"
    )
    assert finding.help == "classifier.0 has 74.2%, classifier.3 has 12.1%"


def test_macs() -> None:
    # 3 x 3 kernels, 1 -> 2 channels, 4 x 4 positions: 2 * 16 * 9 = 288.
    assert kept("conv3x3@2 p1", "max-macs", "288 MACs", "1x4x4")
    finding = broken("conv3x3@2 p1", "max-macs", 287, "1x4x4")
    assert (finding.code, finding.received) == ("budget-macs", 288)
    assert finding.help == "conv1 has 100.0%"


def test_memory_is_parameters_and_the_peak() -> None:
    # 2*9 + 2 = 20 parameters of 4 bytes; 16 inputs and 32 outputs of 4 bytes alive at once.
    assert kept("conv3x3@2 p1", "max-memory", 80 + 192, "1x4x4")
    finding = broken("conv3x3@2 p1", "max-memory", "271 B", "1x4x4")
    assert (finding.code, finding.expected, finding.received) == ("budget-memory", 271, 272)
    assert finding.help == "80 of parameters, 192 of inputs and activations at the peak"


@pytest.mark.parametrize("written", [435, "435", [435, 435], "435x435"])
def test_the_field_of_resnet18_is_435(written: object) -> None:
    assert kept("torchvision/resnet18", "min-field", written)


def test_a_field_that_is_too_small() -> None:
    # 3, 4, 8, 10: two convolutions and two poolings, the network of the lesson.
    net = "conv3x3@32 p1, maxpool2, conv3x3@64 p1, maxpool2, flatten, fc10"
    finding = broken(net, "min-field", "10x11", "1x112x92")
    assert (finding.code, finding.expected, finding.received) == (
        "budget-field",
        [10, 11],
        [10, 10],
    )
    assert finding.message == "the field of pool2 is 10x10, less than 10x11 (min-field = 10x11)"
    assert kept(net, "min-field", 10, "1x112x92")


def test_gates_do_not_count_as_field_and_attention_does() -> None:
    # Squeeze-and-excite gates see the whole image; the windows beside them do not.
    assert broken("torchvision/mobilenet_v3_small", "min-field", 5000).code == "budget-field"
    assert not kept("torchvision/mobilenet_v3_small", "min-field", 5000)
    # A gap to 1x1 sees everything too, and says nothing about the positions before it.
    assert broken("conv3x3@2, gap", "min-field", 4, "1x8x8").received == [3, 3]


def test_what_cannot_be_told_is_an_error_of_the_check() -> None:
    unsure = within(partial(), [read_limit("max-params", "1G", WHERE)])
    assert unsure.error is not None
    assert str(unsure.error) == "pyproject.toml:5: max-params: not known at conv1, fc1"
    assert Run((unsure,)).exit_code == 2
    axes = within(clean(), [read_limit("min-field", [3, 3, 3], WHERE)])
    assert str(axes.error) == (
        "pyproject.toml:5: min-field: '[3, 3, 3]' has 3 sizes, and fields have 2 here"
    )
    flat = within(
        clean()._replace(report=cnncalc.analyze("fc10", input="4")), [read_limit("min-field", 3)]
    )
    assert str(flat.error) == "min-field: no layer has positions"


def test_a_lower_bound_over_the_budget_is_broken_for_certain() -> None:
    # fc2 has 10 * 20 + 10 parameters, whatever the input; conv1 is not known.
    report = cnncalc.analyze("conv3x3@4 p1, flatten, fc20, fc10")
    assert report.totals.params == 210
    assert hold(report, [read_limit("max-params", 209)]).findings[0].received == 210
    assert hold(report, [read_limit("max-params", 210)]).open == (
        "max-params: not known at conv1, fc1",
    )


def test_budgets_of_a_check_and_their_silence() -> None:
    limits = [read_limit("max-params", 10), read_limit("max-macs", 10)]
    over = within(clean(), limits)
    assert [finding.code for finding in over.findings] == ["budget-params", "budget-macs"]
    assert Run((over,)).exit_code == 1
    silenced = within(clean(), limits, ["budget-params", "budget-macs"])
    assert (silenced.findings, silenced.ignored) == ((), 2)
    same = clean()
    assert within(same, []) is same


def test_limits_are_read_exactly() -> None:
    assert read_limit("max-params", "10.58M").value == 10_580_000
    assert read_limit("max-params", 1.2e7).value == 12_000_000
    assert read_limit("max-memory", "0.5 KiB").value == Fraction(512)
