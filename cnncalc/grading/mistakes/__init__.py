"""The mistakes that are recognised, one small function each, found by name in `MISTAKES`."""

from __future__ import annotations

from . import altering as altering
from . import counting as counting
from . import fields as fields
from . import nearby as nearby
from . import summing as summing
from . import writing as writing
from .registry import MISTAKES, Case, Mistake, likely

__all__ = ["MISTAKES", "Case", "Mistake", "likely"]
