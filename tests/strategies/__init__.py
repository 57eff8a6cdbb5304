"""Hypothesis strategies for ops with inputs that torch accepts, and for networks of them."""

from __future__ import annotations

from hypothesis import strategies as st

from . import functions, images, sequences, tensors
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
    "functional": images.functional(),
    "pointwise": functions.pointwise(),
    "reduction by name": functions.reductions_by_name(),
    "along dim": functions.along_dim(),
    "indexing": functions.indexing(),
    "assignment": functions.assignments(),
    "pieces": functions.pieces(),
    "strided": functions.strided(),
    "transform": functions.transforms(),
    "distance": functions.distances(),
    "sampling": functions.sampling(),
    "cell": functions.cells(),
}


def any_trial() -> st.SearchStrategy[Trial]:
    """A trial of any family."""
    return st.one_of(list(FAMILIES.values()))
