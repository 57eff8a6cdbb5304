"""Hypothesis strategies for ops with inputs that torch accepts, and for networks of them."""

from __future__ import annotations

from hypothesis import strategies as st

from . import images, sequences, tensors
from .base import Trial

__all__ = ["FAMILIES", "Trial", "any_trial"]

#: Strategies of `Trial`s by what they are about.
FAMILIES: dict[str, st.SearchStrategy[Trial]] = {
    "convolution": images.convolutions(),
    "transposed": images.transposed(),
    "pool": images.pools(),
    "adaptive": images.adaptive(),
    "pad": images.pads(),
    "functional pad": images.functional_pads(),
    "norm": images.norms(),
    "resampling": images.resamplings(),
    "shuffle": images.shuffles(),
    "fold": images.folds(),
    "activation": tensors.activations(),
    "dense": tensors.dense(),
    "product": tensors.products(),
    "merge": tensors.merges(),
    "view": tensors.views(),
    "reduction": sequences.reductions(),
    "attention": sequences.attention(),
    "recurrent": sequences.recurrent(),
}


def any_trial() -> st.SearchStrategy[Trial]:
    """A trial of any family."""
    return st.one_of(list(FAMILIES.values()))
