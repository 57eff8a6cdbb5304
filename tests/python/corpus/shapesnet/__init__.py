"""A package of its own: a registry, blocks, heads and a builder."""
from .registry import build, register
from . import net
from .net import *

__version__ = "0.3"
