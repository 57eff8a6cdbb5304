_MODELS = {}


def register(name=None, **defaults):
    def decorate(fn):
        _MODELS[name or fn.__name__] = (fn, defaults)
        return fn
    return decorate


def build(name, **kwargs):
    if name not in _MODELS:
        raise KeyError(f"{name} is not one of {', '.join(sorted(_MODELS))}")
    fn, defaults = _MODELS[name]
    return fn(**{**defaults, **kwargs})
