"""Rules about dropout of whole channels."""

from __future__ import annotations

from ...graph import Layer
from ...shape import format_shape
from ..subject import Subject
from .base import Said, rule


@rule("dropout2d-flat", "Dropout2d", "Dropout3d")
def channel_dropout_of_features(layer: Layer, subject: Subject) -> Said | None:
    """Flattened features have no channels with positions that could be dropped together."""
    shape = subject.received(layer)[0]
    if len(shape) != 2:
        return None
    return Said(
        f"{layer.op.type} drops whole channels, and receives flattened features "
        f"({format_shape(shape)}): torch warns, and will refuse it",
        "nn.Dropout drops single features",
    )


@rule("dropout2d-flat", "Dropout1d")
def sample_dropout(layer: Layer, subject: Subject) -> Said | None:
    """Of (N, F), torch's Dropout1d takes N for channels."""
    shape = subject.received(layer)[0]
    if len(shape) != 2 or shape[0] != _batch(subject):
        return None
    return Said(
        f"Dropout1d takes {format_shape(shape)} for one sample of {shape[0]} channels: "
        "it drops whole samples",
        "nn.Dropout drops single features",
    )


def _batch(subject: Subject) -> int | None:
    shape = next(iter(subject.inputs.values()), ())
    return shape[0] if len(shape) > 2 else None
