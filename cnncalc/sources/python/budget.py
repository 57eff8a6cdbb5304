"""How much work, and how large values, the reader puts up with: code is not to be trusted."""

from __future__ import annotations

from ...errors import LimitError

#: Nodes of the syntax tree that are evaluated, counting large values as many.
MAX_STEPS = 1_000_000
#: Steps that making a layer takes, and calling one.
LAYER_STEPS = 80
#: Calls inside calls.
MAX_DEPTH = 120
#: Items of a container, characters of a text, bits of a whole number.
MAX_ITEMS = 200_000
MAX_TEXT = 500_000
MAX_BITS = 4_096


class Budget:
    """What is left of the work that a model may take; each `spend` is checked.

    Raises `LimitError` where it is used up, or where a value gets too large.
    """

    def __init__(self, steps: int = MAX_STEPS) -> None:
        self.left = steps

    def spend(self, steps: int) -> None:
        """Some steps are taken."""
        self.left -= steps
        if self.left < 0:
            raise LimitError(f"the model takes more than {MAX_STEPS:,} steps to read")

    def items(self, count: int) -> None:
        """A container of `count` items is made."""
        if count > MAX_ITEMS:
            raise LimitError(f"a container of {_shown(count)} items: more than {MAX_ITEMS:,}")
        if count > 64:
            self.spend(count // 8)

    def text(self, length: int) -> None:
        """A text of `length` characters is made."""
        if length > MAX_TEXT:
            raise LimitError(f"a text of {_shown(length)} characters: more than {MAX_TEXT:,}")
        if length > 512:
            self.spend(length // 64)

    def bits(self, count: int) -> None:
        """A whole number of `count` bits is made."""
        if count > MAX_BITS:
            raise LimitError(f"a number of more than {MAX_BITS:,} bits")


def _shown(count: int) -> str:
    return f"{count:,}" if count.bit_length() < 128 else "very many"
