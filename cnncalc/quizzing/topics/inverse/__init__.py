"""Inverse exercises: from a figure back to the setting, solved by `cnncalc.solving`."""

from __future__ import annotations

from .budgets import (
    channels_for_params,
    hidden_for_params,
    image_for_macs,
    kernels_for_macs,
    kernels_for_params,
    largest_batch,
)
from .fields import depth, dilation, doubling_depth
from .inputs import chain_input, features, layer_input
from .windows import dilated_padding, kernel, padding, same_padding, stride

__all__ = [
    "chain_input",
    "channels_for_params",
    "depth",
    "dilated_padding",
    "dilation",
    "doubling_depth",
    "features",
    "hidden_for_params",
    "image_for_macs",
    "kernel",
    "kernels_for_macs",
    "kernels_for_params",
    "largest_batch",
    "layer_input",
    "padding",
    "same_padding",
    "stride",
]
