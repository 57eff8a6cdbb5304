"""itertools."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from .interpreter import Interpreter, iterator
from .operators import binary, equal
from .values import MISSING, Items, Native, called


@called("chain")
def _chain(reader: Interpreter, *items: Any) -> Items:
    return iterator(item for each in items for item in reader.iterate(each))


@called("from_iterable")
def _chain_all(reader: Interpreter, items: Any) -> Items:
    return iterator(item for each in reader.iterate(items) for item in reader.iterate(each))


@called("repeat")
def _repeat(reader: Interpreter, item: Any, times: int | None = None) -> Items:
    return iterator(itertools.repeat(item) if times is None else itertools.repeat(item, times))


@called("accumulate")
def _accumulate(reader: Interpreter, items: Any, function: Any = None) -> Items:
    def run() -> Iterator[Any]:
        total: Any = MISSING
        for item in reader.iterate(items):
            if total is MISSING:
                total = item
            elif function is None:
                total = binary(reader, "add", total, item)
            else:
                total = reader.call(function, (total, item))
            yield total

    return iterator(run())


def _over_lists(name: str) -> Native:
    """A function of itertools that makes tuples of the items it is given, all gone through."""
    function: Callable[..., Iterable[Any]] = getattr(itertools, name)

    def run(reader: Interpreter, *args: Any, **kwargs: Any) -> Items:
        listed = [each if isinstance(each, int) else reader.listed(each) for each in args]
        return iterator(function(*listed, **kwargs))

    return Native(name, run)


@called("groupby")
def _groupby(reader: Interpreter, items: Any, key: Any = None) -> Items:
    """Groups of neighbours with equal keys; a group ends where the next is asked for."""
    source = reader.iterate(items)
    current: list[Any] = []  # the next item and its key, and which group is at hand

    def ahead() -> bool:
        for item in source:
            current[:] = [item, item if key is None else reader.call(key, (item,))]
            return True
        current.clear()
        return False

    def run() -> Iterator[Any]:
        more = ahead()
        while more:
            mark = current[1]
            alive = [True]
            yield mark, iterator(group(mark, alive))
            alive[0] = False
            more = bool(current)
            while more and equal(reader, current[1], mark):
                more = ahead()

    def group(mark: Any, alive: list[bool]) -> Iterator[Any]:
        while alive[0] and current and equal(reader, current[1], mark):
            item = current[0]
            ahead()
            yield item

    return iterator(run())


ITERTOOLS: dict[str, Any] = {
    "chain": _chain,
    "repeat": _repeat,
    "accumulate": _accumulate,
    "groupby": _groupby,
    "count": Native("count", lambda reader, *args: iterator(itertools.count(*args))),
    "cycle": Native("cycle", lambda reader, items: iterator(itertools.cycle(reader.listed(items)))),
    "islice": Native(
        "islice",
        lambda reader, items, *ends: iterator(itertools.islice(reader.iterate(items), *ends)),
    ),
    "starmap": Native(
        "starmap",
        lambda reader, function, rows: iterator(
            reader.call(function, tuple(reader.listed(row))) for row in reader.iterate(rows)
        ),
    ),
    **{
        name: _over_lists(name)
        for name in ("product", "combinations", "permutations", "zip_longest", "pairwise")
    },
}
