"""Rules about normalisations."""

from __future__ import annotations

from ...graph import Layer
from ..subject import Subject, kind, place
from .base import Said, ranks, rule, source

_BIASED = frozenset({"Linear", *ranks("Conv", "ConvTranspose")})
_DROPOUTS = frozenset({"Dropout", "Dropout1d", "Dropout2d", "Dropout3d"})


@rule("bias-redundant", *ranks("BatchNorm", "InstanceNorm"), "GroupNorm")
def bias_before_norm(layer: Layer, subject: Subject) -> Said | None:
    """A norm that subtracts each channel's mean takes away what a bias adds to the channel."""
    before = source(layer, subject)
    if before is None or kind(before.op) not in _BIASED or not subject.alone(before):
        return None
    if not before.op.bias or not _by_channel(layer, before, subject):  # type: ignore[attr-defined]
        return None
    size = subject.shape(layer.inputs[0])[1]
    return Said(
        f"the bias of {before.name} has no effect: {layer.name} ({layer.op.type}) "
        "subtracts each channel's mean",
        f"bias=False in {before.name} saves {size:,} parameters",
        place(before) if before.made is not None else layer.location,
    )


def _by_channel(layer: Layer, before: Layer, subject: Subject) -> bool:
    """Does the norm take its means per channel of the layer before it?"""
    shape = subject.shape(layer.inputs[0])
    if kind(before.op) == "Linear" and len(shape) != 2:
        return False  # its features are in the last dim, and the norm's channels in dim 1
    if kind(before.op) != "Linear" and len(shape) != before.op.rank + 2:
        return False
    op = layer.op
    if kind(op).startswith("InstanceNorm"):
        return not op.track_running_stats and len(shape) > 2  # type: ignore[attr-defined]
    if kind(op) == "GroupNorm":
        return len(shape) > 2 and op.num_groups == shape[1]  # type: ignore[attr-defined]
    return True


@rule("dropout-batchnorm", *ranks("BatchNorm"), advice=True)
def dropout_before_batchnorm(layer: Layer, subject: Subject) -> Said | None:
    """Dropout raises the variance in training only; the running variance is that of training."""
    before = source(layer, subject)
    if before is None or kind(before.op) not in _DROPOUTS or not before.op.p:  # type: ignore[attr-defined]
        return None
    return Said(
        f"{layer.name} ({layer.op.type}) keeps the variance that {before.name} "
        f"({before.op.type}) causes in training, and evaluation has another",
        "put the dropout behind the last batch norm (Li et al., CVPR 2019)",
    )
