"""What can end a trace."""

from __future__ import annotations

from ...errors import CnncalcError, Location, TraceError
from .places import Place, is_machinery


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


def failure(function: str, error: Exception, location: Location | None) -> CnncalcError:
    """Why a forward pass cannot go on after a function raised, in one line."""
    text = " ".join(str(error).split())
    for sign, value in _VALUE_SIGNS:
        if sign in text:
            masked = value == "nonzero" and function == "getitem"
            return depends_on_values("__getitem__" if masked else value, location)
    for sign, what, help in _UNTRACED:
        if sign in text or sign == function:
            return TraceError(what, help=help, location=location)
    return TraceError(f"{function}: {text[:300]}", location=location)


#: What torch says where values are wanted, and the function that would say it better.
_VALUE_SIGNS = (
    ("meta tensors", "item"),
    ("nonzero", "nonzero"),
    ("dynamic output shape", "nonzero"),
    ("Cannot copy out of meta tensor", "numpy"),
)
#: What torch says, or a function's name; what is behind it; and a way out.
_UNTRACED = (
    ("_pack_padded_sequence", "packed sequences are not followed: their sizes are values",
     "give the recurrent layer the padded sequence"),
    ("SparseMeta", "sparse tensors are not followed: their sizes are values",
     "trace with the dense matrix"),
    ("does not require grad", "forward takes gradients, and tracing computes none", None),
)  # fmt: skip


def after(misfit: tuple[str, Location | None] | None, error: CnncalcError) -> CnncalcError:
    """The error, or what did not fit before it and is its cause, as a rule."""
    if misfit is None or not isinstance(error, TraceError):
        return error
    message, location = misfit
    return TraceError(
        f"{message}; further on, with the output that was declared: {error.message}",
        help=error.help,
        location=location,
    )


def failed(name: str, error: BaseException) -> TraceError:
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
