"""Write `cnncalc/sources/calls/rules/elementwise_table.py` anew, from the torch installed.

    python scripts/elementwise_table.py

torch tags its operators that work element by element, and its schemas name their arguments.
"""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import torch

TABLE = Path(__file__).parent.parent / "cnncalc/sources/calls/rules/elementwise_table.py"
HEAD = '''"""torch's elementwise operators and their arguments, as a table: so torch is not needed.

Written by `scripts/elementwise_table.py` from torch {version}; not by hand.
"""

from __future__ import annotations

#: Operators that torch tags as elementwise, each with its arguments.
_ELEMENTWISE = """
{elementwise}
"""
#: Operators that other rules give a name and plain numbers.
_OTHERS = """
{others}
"""


def _read(text: str) -> dict[str, tuple[str, ...]]:
    rows = (line.split() for line in text.replace("\\n ", "").split("\\n") if line)
    return {{name: tuple(arguments) for name, *arguments in rows}}


_TABLE = _read(_ELEMENTWISE)
#: The names of the operators that work element by element.
ELEMENTWISE = frozenset(_TABLE)
#: The names of an operator's arguments, of its overload with the most of them.
ARGUMENTS = {{**_TABLE, **_read(_OTHERS)}}
'''


def main() -> None:
    """Write the table, and then once more: the rules, which need one, say which names they use."""
    names = elementwise()
    write(names, [])
    from cnncalc.sources.calls.rules.elementwise import MORE
    from cnncalc.sources.calls.rules.places import SETTLED

    write(names, sorted({*MORE, *SETTLED} - {*names}))


def write(names: list[str], others: list[str]) -> None:
    """Write the table with these operators."""
    text = HEAD.format(
        version=torch.__version__.partition("+")[0],
        elementwise="\n".join(map(row, names)),
        others="\n".join(row(name) for name in others if arguments(name)),
    )
    TABLE.write_text(text, encoding="utf-8")


def row(name: str) -> str:
    """A line of the table, or several: those after the first begin with spaces."""
    return textwrap.fill(" ".join((name, *arguments(name))), 99, subsequent_indent="  ")


def elementwise() -> list[str]:
    """The operators that torch tags as elementwise; the in-place ones are spelled otherwise."""
    found = {name.partition("::")[2].partition(".")[0] for name in _operators()}
    return sorted(name for name in found if not name.endswith("_") and _is_elementwise(name))


def _operators() -> list[str]:
    every: list[str] = torch._C._dispatch_get_all_op_names()
    return [name for name in every if name.startswith("aten::")]


def _is_elementwise(name: str) -> bool:
    packet = getattr(torch.ops.aten, name)
    return any(torch.Tag.pointwise in getattr(packet, each).tags for each in packet.overloads())


def arguments(name: str) -> list[str]:
    """The names of an operator's arguments, of its overload with the most of them."""
    packet = getattr(torch.ops.aten, name, None)
    if packet is None:
        return []
    schemas = [getattr(packet, each)._schema.arguments for each in packet.overloads()]
    longest: list[Any] = max(schemas, key=len, default=[])
    return [argument.name for argument in longest]


if __name__ == "__main__":
    main()
