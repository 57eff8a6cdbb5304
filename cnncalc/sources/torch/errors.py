"""What can end a trace."""

from __future__ import annotations

from ...errors import Location, TraceError
from .places import Place, is_machinery


class IntegerInputError(Exception):
    """The inputs with these positions are indices: the trace starts again with integers."""

    def __init__(self, inputs: set[int]) -> None:
        super().__init__(inputs)
        self.inputs = inputs


def depends_on_values(function: str, location: Location | None) -> TraceError:
    """`if x.sum() > 0`: tracing computes no values to decide by."""
    what = _READINGS.get(function, f"{function} needs the values of a tensor")
    return TraceError(
        f"{what}, and tracing computes none",
        help="decide by shapes, or give the branch as a constructor argument",
        location=location,
    )


_READINGS = {
    "__bool__": "forward branches on the values of a tensor",
    "__contains__": "forward branches on the values of a tensor",
    "is_nonzero": "forward branches on the values of a tensor",
    "equal": "forward branches on the values of a tensor",
    "allclose": "forward branches on the values of a tensor",
    "item": "forward takes a number out of a tensor",
    "tolist": "forward takes numbers out of a tensor",
    "numpy": "forward takes numbers out of a tensor",
    "__array__": "forward takes numbers out of a tensor",
    "__int__": "forward takes a number out of a tensor",
    "__float__": "forward takes a number out of a tensor",
    "__index__": "forward takes a number out of a tensor",
    "nonzero": "the size of what nonzero gives depends on values",
    "unique": "the size of what unique gives depends on values",
    "masked_select": "the size of what masked_select gives depends on values",
    "__getitem__": "the size of a tensor indexed by a mask depends on values",
}


def failed(name: str, error: Exception) -> TraceError:
    """The user's forward raised: where, and what it said."""
    text = " ".join(str(error).split())[:300]
    place = innermost(error)
    return TraceError(
        f"{name}.forward raised {type(error).__name__}: {text}"
        if text
        else f"{name}.forward raised {type(error).__name__}",
        location=place,
    )


def innermost(error: BaseException) -> Location | None:
    """The innermost line of the user's in a traceback."""
    found = None
    trace = error.__traceback__
    while trace is not None:
        if not is_machinery(trace.tb_frame.f_code.co_filename):
            found = Place(trace.tb_frame.f_code, trace.tb_lasti)
        trace = trace.tb_next
    return None if found is None else found.location()
