"""The codes of findings, each with what it means in one sentence.

The codes that configuration and source may silence, and the rules that SARIF lists.
"""

from __future__ import annotations

#: Code -> what a finding of it says. docs/report.md and docs/check.md have the same codes.
CODES = {
    "conv-in-channels": "A convolution receives other channels than it expects.",
    "linear-in-features": "A linear, attention or recurrent layer receives other features.",
    "norm-num-features": "A norm or PReLU receives other channels than it expects.",
    "groups": "Groups do not divide the channels.",
    "input-too-small": "A kernel or a crop leaves nothing of its input.",
    "padding-too-large": "Reflecting or circular padding needs a larger input.",
    "dims": "A layer receives the wrong number of dims, or names a dim that is not there.",
    "inputs": "A layer receives the wrong number of inputs.",
    "merge-shapes": "Shapes cannot be added, multiplied, concatenated or stacked.",
    "matmul-shapes": "Shapes cannot be multiplied as matrices.",
    "einsum-shapes": "Shapes do not fit the equation of an einsum.",
    "reshape-size": "A view or reshape does not hold the elements.",
    "expand-shapes": "A shape cannot be expanded to another.",
    "split-size": "The parts of a split do not add up to what is split.",
    "index": "An index is out of range.",
    "batch-folded": "A view folded the batch into features, or features into the batch.",
    "module-unregistered": "Modules in a plain list are not registered: they are not trained.",
    "parameters-unused": "Parameters that the forward pass does not use.",
    "complex-weights": "Complex weights: each counts as one parameter.",
    "quantized-weights": "Quantized weights: their counts need a word.",
    "rule-differs": "torch gave another shape than cnncalc's rule: a defect to report.",
    "border-unseen": "Border pixels of the input that no output depends on.",
    "layer-unused": "A module with parameters is defined and never used in forward.",
    "softmax-twice": "Softmax or log-softmax of what softmax has made.",
    "activation-doubled": "An activation of what an activation has made, to no effect.",
    "bias-redundant": "A bias whose effect the norm behind it takes away.",
    "dropout2d-flat": "Dropout of whole channels on flattened features.",
    "pool-of-one": "Pooling that leaves everything as it is.",
    "kernel-on-padding": "A kernel most of whose weights meet nothing but padding.",
    "stride-skips": "Positions between the windows that no one reads.",
    "squeeze-batch": "A squeeze() that drops the batch as well when it is 1.",
    "shape-comment": "A comment in forward says another shape than the model has.",
    "ignore-unknown": "A comment ignores a code that no finding has.",
    "softmax-output": "The network gives probabilities (with --advise).",
    "linear-linear": "Two linear layers with nothing nonlinear between them (with --advise).",
    "dropout-batchnorm": "Dropout right before a batch norm (with --advise).",
    "padding-uneven": 'padding="same" of an even kernel is off centre (with --advise).',
    "params-in-one": "One layer has most of the parameters (with --advise).",
    "macs-in-one": "One layer has most of the MACs (with --advise).",
    "activation-largest": "The largest activation (with --advise).",
    "budget-params": "The parameters are over the model's budget.",
    "budget-macs": "The MACs are over the model's budget.",
    "budget-memory": "Parameters and the peak of activations are over the model's budget.",
    "budget-field": "The receptive field is smaller than the model's budget asks for.",
}
