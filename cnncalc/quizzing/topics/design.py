"""Design: the settings that make a network do what is wanted, found with `cnncalc.solving`."""

from __future__ import annotations

from ..question import Makers
from .inverse import (
    chain_input,
    depth,
    dilated_padding,
    dilation,
    doubling_depth,
    features,
    hidden_for_params,
    image_for_macs,
    kernel,
    kernels_for_params,
    largest_batch,
    layer_input,
    padding,
    same_padding,
    stride,
)

MAKERS: Makers = {
    1: (same_padding, padding, stride, kernel),
    2: (features, layer_input),
    3: (dilated_padding, dilation),
    4: (chain_input, depth, doubling_depth),
    5: (
        hidden_for_params, kernels_for_params, image_for_macs, largest_batch, chain_input, depth,
        doubling_depth, dilation, features,
    ),
}  # fmt: skip
