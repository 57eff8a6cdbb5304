# check: create_model("tiny_conv", num_classes=3) @ 3x32x32
# check: create_model("tiny_res") @ 3x32x32
# check: tiny_res() @ 3x32x32
# check: MODELS_by_name("PlainNet") @ 3x32x32
# check: composed() @ 3x32x32
"""Registries with decorators, plugins by class name, builders."""
import functools
import inspect
from typing import Callable, Dict, Type

import torch
from torch import nn

_model_entrypoints: Dict[str, Callable[..., nn.Module]] = {}


def register_model(fn):
    """remember a factory by its name"""
    _model_entrypoints[fn.__name__] = fn
    return fn


def create_model(model_name, pretrained=False, **kwargs):
    kwargs = {k: v for k, v in kwargs.items() if v is not None}
    create_fn = _model_entrypoints[model_name]
    return create_fn(pretrained=pretrained, **kwargs)


class Registry(object):
    def __init__(self, name):
        self._name = name
        self._module_dict = dict()

    def register_module(self, cls=None, name=None):
        def _register(c):
            key = name or c.__name__
            if key in self._module_dict:
                raise KeyError('{} is already registered in {}'.format(key, self._name))
            self._module_dict[key] = c
            return c
        return _register if cls is None else _register(cls)

    def get(self, key):
        return self._module_dict.get(key, None)

    def build(self, cfg):
        args = cfg.copy()
        obj_type = args.pop('type')
        return self.get(obj_type)(**args)


BLOCKS = Registry('blocks')
NETS = Registry('nets')


@BLOCKS.register_module()
class Plain(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.conv = nn.Conv2d(i, o, 3, padding=1)

    def forward(self, x):
        return torch.relu(self.conv(x))


@BLOCKS.register_module(name='Res')
class ResidualUnit(Plain):
    def forward(self, x):
        y = super().forward(x)
        return x + y if x.shape == y.shape else y


@NETS.register_module
class PlainNet(nn.Module):
    def __init__(self, block=dict(type='Plain'), widths=(8, 8, 16), num_classes=10):
        super().__init__()
        chans = [3] + list(widths)
        self.blocks = nn.ModuleList(BLOCKS.build({**block, 'i': a, 'o': b}) for a, b in zip(chans, chans[1:]))
        self.head = nn.Linear(chans[-1], num_classes)

    def forward(self, x):
        for b in self.blocks:
            x = b(x)
        return self.head(x.flatten(2).mean(-1))


@register_model
def tiny_conv(pretrained=False, **kwargs):
    return PlainNet(**kwargs)


@register_model
def tiny_res(pretrained=False, **kwargs):
    kwargs.setdefault('widths', (8, 8))
    return NETS.build(dict(type='PlainNet', block={'type': 'Res'}, **kwargs))


def MODELS_by_name(name):
    return NETS.get(name)()


class Composer:
    """a builder object: text in, Sequential out"""

    def __init__(self, channels=3):
        self.channels = channels
        self.parts = []

    def conv(self, n):
        self.parts.append(nn.Conv2d(self.channels, n, 3, padding=1))
        self.channels = n
        return self

    def relu(self):
        self.parts.append(nn.ReLU())
        return self

    def pool(self):
        self.parts.append(nn.MaxPool2d(2))
        return self

    def gap(self):
        self.parts += [nn.AdaptiveAvgPool2d(1), nn.Flatten()]
        return self

    def fc(self, n):
        self.parts.append(nn.Linear(self.channels, n))
        return self

    def build(self, text):
        for word in text.split(","):
            name = word.rstrip("0123456789")
            number = word[len(name):]
            method = getattr(self, name)
            method(int(number)) if number else method()
        return nn.Sequential(*self.parts)


def composed(text="conv8,relu,pool,conv12,gap,fc5"):
    return Composer().build(text)
