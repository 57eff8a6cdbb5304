"""What torchvision's own models call, in copies of them that people keep."""


def _log_api_usage_once(obj):
    """Torchvision counts which of its parts are used."""


def _make_ntuple(x, n):
    """The items of a list or tuple, or `x` n times."""
    return tuple(x) if isinstance(x, (list, tuple)) else (x,) * n
