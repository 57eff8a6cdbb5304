"""Rules about activations and softmax."""

from __future__ import annotations

from ...graph import Layer
from ..subject import Subject, kind, place
from .base import SAME_DIMS, UNCHANGED, Said, ranks, rule, source

#: Activations whose output is never negative.
_NEVER_NEGATIVE = frozenset(
    {"ReLU", "ReLU6", "Sigmoid", "Hardsigmoid", "Softmax", "Softmax2d", "Softplus"}
)
#: Layers whose output is never negative where their input is not.
_KEEPS_SIGN = UNCHANGED | set(ranks("MaxPool", "AvgPool", "AdaptiveAvgPool", "AdaptiveMaxPool"))
_SOFTMAX = ("Softmax", "LogSoftmax")


@rule("activation-doubled", "ReLU")
def relu_of_nothing_negative(layer: Layer, subject: Subject) -> Said | None:
    """A ReLU does nothing to what a ReLU or sigmoid has made."""
    before = source(layer, subject, _KEEPS_SIGN)
    if before is None or kind(before.op) not in _NEVER_NEGATIVE:
        return None
    return Said(
        f"ReLU does nothing here: what {before.name} ({before.op.type}) gives is never negative",
        "leave one of the two out",
        layer.location,
    )


@rule("activation-doubled", "Sigmoid")
def sigmoid_of_a_sigmoid(layer: Layer, subject: Subject) -> Said | None:
    """A sigmoid of values from 0 to 1 is from 0.5 to 0.73."""
    before = source(layer, subject, UNCHANGED)
    if before is None or kind(before.op) not in ("Sigmoid", "Softmax"):
        return None
    return Said(
        f"Sigmoid of what {before.name} ({before.op.type}) gives lies between 0.5 and 0.73",
        "leave one of the two out",
        layer.location,
    )


@rule("softmax-twice", *_SOFTMAX)
def softmax_of_softmax(layer: Layer, subject: Subject) -> Said | None:
    """Softmax and log-softmax one after the other, along the same dim."""
    before = source(layer, subject, SAME_DIMS)
    if before is None or kind(before.op) not in _SOFTMAX:
        return None
    rank = len(subject.received(layer)[0])
    dims = [each.op.dim for each in (before, layer)]  # type: ignore[attr-defined]
    if None in dims or len({dim % rank for dim in dims}) != 1:
        return None
    second, first = kind(layer.op), kind(before.op)
    if first == "LogSoftmax":
        what = "changes nothing" if second == "LogSoftmax" else "is the softmax itself"
    else:
        what = "flattens the probabilities: they are taken for logits"
    return Said(
        f"{second} of what {before.name} ({first}) gives {what}",
        "leave one of the two out",
        layer.location,
    )


@rule("softmax-output", "Softmax", advice=True)
def softmax_at_the_end(layer: Layer, subject: Subject) -> Said | None:
    """`nn.CrossEntropyLoss` takes logits."""
    if layer.name not in subject.outputs or subject.readers(layer.name):
        return None
    return Said(
        "the network gives probabilities; nn.CrossEntropyLoss takes logits, "
        "and applies log-softmax itself",
        "leave Softmax to the evaluation, or use nn.NLLLoss on LogSoftmax",
        place(layer) if layer.made is not None else layer.location,
    )


@rule("linear-linear", "Linear", advice=True)
def linear_of_linear(layer: Layer, subject: Subject) -> Said | None:
    """Two linear layers with nothing nonlinear between them, and no bottleneck."""
    before = source(layer, subject, SAME_DIMS)
    if before is None or kind(before.op) != "Linear" or not subject.alone(before):
        return None
    first, second = (subject.rows[each.name].op for each in (before, layer))
    sizes = (first.in_features, first.out_features, second.out_features)  # type: ignore[attr-defined]
    if None in sizes or sizes[1] < min(sizes[0], sizes[2]):
        return None  # a factorisation of low rank is made so on purpose
    return Said(
        f"nothing nonlinear stands between {before.name} and {layer.name}: "
        f"the two are one Linear({sizes[0]}, {sizes[2]})",
        "put an activation between them, or make them one",
    )
