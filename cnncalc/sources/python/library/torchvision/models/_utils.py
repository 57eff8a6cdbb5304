"""What the files of models share."""

from collections import OrderedDict

from torch import nn

__all__ = ["IntermediateLayerGetter"]


class IntermediateLayerGetter(nn.ModuleDict):
    """Run the children of a model in order, and keep what those named in `return_layers` give.

    The children behind the last one named are left away.
    """

    def __init__(self, model, return_layers):
        wanted = [str(name) for name in return_layers]
        children = OrderedDict()
        for name, child in model.named_children():
            if not wanted:
                break
            children[name] = child
            if name in wanted:
                wanted.remove(name)
        if wanted:
            raise ValueError("return_layers are not present in model")
        super().__init__(children)
        self.return_layers = {str(name): str(key) for name, key in return_layers.items()}

    def forward(self, x):
        kept = OrderedDict()
        for name, child in self.items():
            x = child(x)
            if name in self.return_layers:
                kept[self.return_layers[name]] = x
        return kept


def _make_divisible(v, divisor, min_value=None):
    """The multiple of `divisor` nearest to `v`, but never less than 90 % of `v`."""
    smallest = divisor if min_value is None else min_value
    rounded = max(smallest, int(v + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * v else rounded


def _ovewrite_named_param(kwargs, param, new_value):
    """Set a keyword argument; another value must not be there already."""
    if kwargs.setdefault(param, new_value) != new_value:
        raise ValueError(
            f"The parameter '{param}' expected value {new_value} but got {kwargs[param]} instead."
        )


def _ovewrite_value_param(param, actual, expected):
    """The expected value; no other must be given."""
    if actual is not None and actual != expected:
        raise ValueError(
            f"The parameter '{param}' expected value {expected} but got {actual} instead."
        )
    return expected


def known_weights(kwargs, weights, known, older="pretrained"):
    """The weights that are meant, by an object, a name or the older argument `pretrained`."""
    if older in kwargs:
        weights = kwargs.pop(older)
    if isinstance(weights, bool):
        return known.DEFAULT if weights else None
    if isinstance(weights, str):
        return getattr(known, weights.split(".")[-1])
    return weights


def options(kwargs, weights, known, **fixed):
    """The keyword arguments for a model: with weights, it has the classes that they know."""
    weights = known_weights(kwargs, weights, known)
    for name, value in fixed.items():
        _ovewrite_named_param(kwargs, name, value)
    if weights is not None:
        _ovewrite_named_param(kwargs, "num_classes", len(weights.meta["categories"]))
    return kwargs


def handle_legacy_interface(**weights):
    """A decorator for builders that take their weights under an older name, too."""

    def decorate(builder):
        def build(*args, **kwargs):
            for name, (older, default) in weights.items():
                if older in kwargs:
                    kwargs[name] = default if kwargs.pop(older) else None
            return builder(*args, **kwargs)

        return build

    return decorate
